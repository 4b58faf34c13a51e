"""What single options of `plan` say: start times, weekdays, windows, reminders, linked visits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta

from ketasched.asking.request import Terms
from ketasched.asking.values import by_phase, read, read_number
from ketasched.domain.cadence import PerWeek, Window
from ketasched.domain.clinic import WORKING_WEEK, Clinic
from ketasched.domain.linked_visit_rule import VISIT_KINDS
from ketasched.domain.protocol import Protocol
from ketasched.domain.typed_dates import read_date
from ketasched.domain.typed_protocol import read_cadence, read_reminder
from ketasched.domain.typed_times import read_clock, read_minutes, read_weekday, read_weeks
from ketasched.domain.wording import WEEKDAY_NAMES, count_text
from ketasched.errors import UsageProblem, did_you_mean
from ketasched.planning.phase_options import Choices, Layout
from ketasched.planning.start_times import FLEX_STEP

LONGEST_FLEX = 12 * 60
LONGEST_GAP = 366
LONGEST_PAUSE = 52
_NUMBER = re.compile(r"[0-9]{1,6}")
_WINDOW = re.compile(r"\s*([0-9]{1,3})\s*/\s*([0-9]{1,3})\s*")


def choices_of(terms: Terms, today: date) -> Choices:
    """What is chosen of a protocol's phases.

    Raises:
        UsageProblem: an option that cannot be read.
    """
    return Choices(
        sessions=by_phase(
            "--sessions",
            terms.sessions,
            lambda text: read_number("--sessions", text, 1),
            needs_phase=False,
        ),
        cycles=by_phase(
            "--cycles",
            terms.cycles,
            lambda text: read_number("--cycles", text, 1),
            needs_phase=False,
        ),
        cadences=by_phase(
            "--cadence",
            terms.cadence,
            lambda text: read("--cadence", read_cadence, text),
            needs_phase=True,
        ),
        windows=windows(terms.window),
        until=read("--until", lambda text: read_date(text, today), terms.until)
        if terms.until
        else None,
        already=read_number("--already", terms.already, 0) if terms.already else 0,
        pause=weeks_of_pause(terms.pause) if terms.pause else None,
    )


def weeks_of_pause(text: str) -> int:
    """How many weeks of pause at most were agreed on: ``2`` or ``2 weeks``."""
    try:
        weeks = read_weeks(f"{text} weeks" if _NUMBER.fullmatch(text.strip()) else text)
    except ValueError:
        raise UsageProblem(
            f"--pause: `{text}` is not a number of weeks", "write the weeks at most, such as 2"
        ) from None
    if not 1 <= weeks <= LONGEST_PAUSE:
        raise UsageProblem(
            f"--pause: `{text}` is outside 1 to {LONGEST_PAUSE} weeks",
            "write the weeks it may last at most, such as 2",
        )
    return weeks


def start_times(text: str, clinic: Clinic, otherwise: time | None) -> tuple[time | None, ...]:
    """The start time of each weekday, ``otherwise`` where none is typed."""
    default: time | None = None
    by_weekday: dict[int, time] = {}
    for part in text.split(",") if text else ():
        day_text, equals, clock = part.rpartition("=")
        at = read("--at", read_clock, clock)
        if not equals:
            if default is not None:
                raise UsageProblem(
                    "--at: two times without a weekday", "write one time, or mon=09:00,thu=13:30"
                )
            default = at
            continue
        weekday = read("--at", read_weekday, day_text)
        if weekday in by_weekday:
            raise UsageProblem(f"--at: {WEEKDAY_NAMES[weekday]} has two times")
        if weekday not in clinic.open_weekdays | {day.weekday() for day in clinic.openings}:
            hint = "leave that day out"
            if clinic.week == WORKING_WEEK:
                hint += ", or add --weekends"
            raise UsageProblem(f"--at: {WEEKDAY_NAMES[weekday]}s are closed", hint)
        by_weekday[weekday] = at
    return tuple(by_weekday.get(weekday, default or otherwise) for weekday in range(7))


def weekdays_with_times(text: str) -> frozenset[int]:
    """The weekdays --at gives times for, if it gives none for the others."""
    parts = [part.rpartition("=") for part in text.split(",")]
    if not text or not all(equals for _, equals, _ in parts):
        return frozenset()
    return frozenset(read_weekday(day) for day, _, _ in parts)


def flex_minutes(text: str) -> int:
    """How many minutes a start may change."""
    if not text:
        return 0
    minutes = read("--flex", read_minutes, text)
    if not FLEX_STEP <= minutes <= LONGEST_FLEX:
        raise UsageProblem(
            f"--flex: `{text}` is outside {FLEX_STEP} min to {LONGEST_FLEX // 60} h",
            f"start times are tried in steps of {FLEX_STEP} min: write, say, 30m or 2h",
        )
    return minutes


def windows(texts: Sequence[str]) -> Mapping[str, Window]:
    """The windows by phase."""

    def window(text: str) -> Window:
        match = _WINDOW.fullmatch(text)
        if match is None:
            raise UsageProblem(
                f"--window: `{text}` is not a window",
                "write the days early and late, such as induction=2/5",
            )
        window = Window(int(match[1]), int(match[2]))
        if max(int(match[1]), int(match[2])) > LONGEST_GAP:
            raise UsageProblem(f"--window: `{text}` is wider than {LONGEST_GAP} days on a side")
        return window

    return by_phase("--window", texts, window, needs_phase=True)


def weekdays(text: str, layout: Layout) -> tuple[int, ...]:
    """The weekdays of the phases that have as many sessions a week."""
    if not text:
        return ()
    days = [read("--days", read_weekday, part) for part in text.split(",")]
    if len(set(days)) < len(days):
        raise UsageProblem("--days: a weekday stands there twice")
    offered = {
        stretch.phase.cadence.sessions
        for stretch in layout.stretches
        if isinstance(stretch.phase.cadence, PerWeek)
    }
    if len(days) not in offered:
        wanted = " or ".join(str(number) for number in sorted(offered))
        named = count_text(len(days), "day")
        a_week = count_text(len(days), "session")
        raise UsageProblem(
            f"--days names {named}, but no phase has {a_week} a week",
            f"name as many days as a phase has sessions a week: {wanted}"
            if offered
            else "leave --days out",
        )
    return tuple(sorted(days))


def beside_the_sessions(text: str, protocol: Protocol) -> str:
    """A kind of linked visit, or a duty, that the protocol has."""
    names = [rule.kind for rule in protocol.visits] + [duty.name for duty in protocol.duties]
    by_word = {name.casefold(): name for name in names}
    word = " ".join(text.split()).casefold()
    if word in by_word:
        return by_word[word]
    hint = "" if word in VISIT_KINDS else did_you_mean(text, list(by_word.values()))
    if not names:
        hint = "leave --without out"
    kind = "linked visit of the kind" if word in VISIT_KINDS else "linked visit or duty"
    raise UsageProblem(
        f"--without: {protocol.id} has no {kind} `{text}`",
        hint or f"it has {', '.join(by_word.values())}",
    )


def reminders_before(text: str) -> tuple[timedelta, ...]:
    """How long before a session somebody is reminded of it; none for `none`."""
    if text.strip().casefold() == "none":
        return ()
    reminders = [read("--remind", read_reminder, part) for part in text.split(",")]
    return tuple(dict.fromkeys(reminders))
