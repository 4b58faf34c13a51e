"""From what the user typed to what is planned; every option is read or refused here."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from ketasched import zone
from ketasched.cli import library
from ketasched.cli.request import DEFAULT_START_TIME, FORMATS, Request
from ketasched.core.choices import Choices, Layout, lay_out
from ketasched.core.clinic import WHOLE_WEEK, WORKING_WEEK, Clinic, no_holidays
from ketasched.core.constraint import Closure
from ketasched.core.dates import read_date, read_span
from ketasched.core.planning import Order
from ketasched.core.protocol import MAX_SESSIONS, Cadence, PerWeek
from ketasched.core.protocol_text import read_cadence, read_reminder
from ketasched.core.search import StartTimes
from ketasched.core.units import (
    WEEKDAY_NAMES,
    count_text,
    read_clock,
    read_weekday,
)
from ketasched.errors import UsageProblem, did_you_mean

LONGEST_TEXT = 10_000
Value = TypeVar("Value")


class Task(NamedTuple):
    """A request, understood: what to plan, in which zone, and how to show it."""

    order: Order
    zone: zone.Zone
    zone_source: str
    format: str
    name: str
    course_name: str
    staff: bool
    title: str
    location: str
    reminders: tuple[timedelta, ...]
    today: date
    asked_weekdays: frozenset[int]
    printed: bool


def understand(request: Request, now: datetime) -> Task:
    """Read a request at the instant ``now``.

    Raises:
        UsageProblem: an option that cannot be read, or that would change nothing.
        FileTrouble, FileProblems: the protocols file.
    """
    _refuse_idle_options(request)
    extra_file = request.protocols or os.environ.get("KETASCHED_PROTOCOLS", "")
    if extra_file and request.ics and _same_file(extra_file, request.ics):
        raise UsageProblem("--ics names the protocols file", "choose another file for the calendar")
    protocol = library.find(request.protocol, extra_file)
    place, zone_source = _zone(request.tz)
    today = now.astimezone(place.tzinfo).date()
    clinic = _clinic(request, today, place)
    choices = Choices(
        sessions=_sessions(request.sessions),
        cadences=_cadences(request.cadence),
        until=_read("--until", lambda text: read_date(text, today), request.until)
        if request.until
        else None,
        already=_number("--already", request.already, 0) if request.already else 0,
    )
    layout = lay_out(protocol, choices)
    start = _read("--start", lambda text: read_date(text, today), request.start)
    if choices.until is not None and choices.until < start:
        raise UsageProblem("--until is before --start", "give a later day")
    order = Order(
        protocol,
        layout,
        start,
        clinic,
        _start_times(request.at, clinic),
        _days(request.days, layout),
        choices.already,
    )
    name = course_name = _text("--name", request.name)
    if not name and request.ics not in ("", "-"):
        course_name = _text("--ics", Path(request.ics).stem)
    return Task(
        order,
        place,
        zone_source,
        request.format or "table",
        name,
        course_name,
        request.audience == "staff",
        _text("--title", request.title),
        _text("--location", request.location),
        _reminders(request.remind) if request.remind else protocol.reminders,
        today,
        _asked_weekdays(request.at),
        request.ics != "-",
    )


def _refuse_idle_options(request: Request) -> None:
    """Refuse what would be ignored, and what cannot be told apart."""
    _choose("--format", request.format or "table", FORMATS)
    _choose("--for", request.audience or "patient", ("patient", "staff"))
    calendar_only = {
        "--for": request.audience,
        "--title": request.title,
        "--location": request.location,
        "--remind": request.remind,
        "--force": request.force,
    }
    for option, given in calendar_only.items():
        if given and not request.ics:
            raise UsageProblem(
                f"{option} speaks of the calendar file, and none is written", "add --ics FILE"
            )
    if request.audience == "staff" and not request.name:
        raise UsageProblem(
            "--for staff needs --name, so that two people's entries never meet in one calendar",
            "add --name and a label for the person, such as --name A.B.",
        )
    if request.ics == "-" and not request.name:
        raise UsageProblem(
            "--ics - needs --name: there is no file name to tell this course from another",
            "add --name and a label for the course",
        )
    if request.ics == "-" and request.format:
        raise UsageProblem(
            "--ics - leaves standard output to the calendar, so --format has no place to go",
            "leave one of them out",
        )
    if request.force and request.ics == "-":
        raise UsageProblem("--force replaces a file, and --ics - writes none", "leave --force out")


def _same_file(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return False


def _read(option: str, read: Callable[[str], Value], text: str) -> Value:
    try:
        return read(text)
    except ValueError as error:
        raise UsageProblem(f"{option}: {error}") from None


def _choose(option: str, given: str, offered: tuple[str, ...]) -> None:
    if given not in offered:
        hint = did_you_mean(given, offered)
        raise UsageProblem(f"{option}: unknown `{given}`", hint or f"choose {', '.join(offered)}")


def _text(option: str, text: str) -> str:
    """A text for people: line ends as one sign, no control characters, nothing undecodable."""
    for line_end in ("\r\n", "\r", "\u2028", "\u2029"):
        text = text.replace(line_end, "\n")
    if text and not text.strip():
        raise UsageProblem(f"{option} is empty", "write something, or leave it out")
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise UsageProblem(f"{option} is longer than {LONGEST_TEXT} characters", "shorten it")
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs":
            raise UsageProblem(
                f"{option}: the text is not valid in this terminal's encoding", "use UTF-8"
            )
        if category == "Cc" and character not in "\n\t":
            raise UsageProblem(
                f"{option}: the text has a control character, U+{ord(character):04X}",
                "leave it out",
            )
    return text


def _number(option: str, text: str, least: int) -> int:
    stripped = text.strip()
    if not (stripped.isascii() and stripped.removeprefix("-").isdigit() and len(stripped) < 1000):
        raise UsageProblem(f"{option}: `{text}` is not a whole number")
    if not least <= int(stripped) <= MAX_SESSIONS:
        raise UsageProblem(f"{option}: {stripped} is outside {least} to {MAX_SESSIONS}")
    return int(stripped)


def _zone(name: str) -> tuple[zone.Zone, str]:
    return (zone.load(name), "flag") if name else (_local_zone(), "this computer")


def _local_zone() -> zone.Zone:
    hint = "name the zone: --tz America/Chicago"
    wanted = os.environ.get("TZ", "").lstrip(":")
    if wanted and wanted != "/etc/localtime":
        # Of a TZ it cannot use, such as EST5EDT,M3.2.0,M11.1.0, tzlocal says nothing and goes on.
        try:
            return zone.load(wanted.rpartition("zoneinfo/")[2])
        except UsageProblem as problem:
            raise UsageProblem(f"TZ is `{wanted}`, which names no time zone", hint) from problem
    import tzlocal

    try:
        return zone.load(tzlocal.get_localzone_name())
    except Exception as error:  # tzlocal has no error of its own
        raise UsageProblem("this computer does not say which time zone it is in", hint) from error


def _clinic(request: Request, today: date, place: zone.Zone) -> Clinic:
    holiday_name: Callable[[date], str | None] = no_holidays
    if request.holidays:
        from ketasched.formats import public_holidays

        holiday_name = public_holidays.load(request.holidays)
    closures = tuple(
        Closure(*_read("--closed", lambda text: read_span(text, today), text))
        for text in request.closed
    )
    week = WHOLE_WEEK if request.weekends else WORKING_WEEK
    return Clinic(place.tzinfo, week, closures, holiday_name)


def _start_times(text: str, clinic: Clinic) -> StartTimes:
    default: time | None = None
    by_weekday: dict[int, time] = {}
    for part in (text or DEFAULT_START_TIME).split(","):
        day_text, equals, clock = part.rpartition("=")
        at = _read("--at", read_clock, clock)
        if not equals:
            if default is not None:
                raise UsageProblem(
                    "--at: two times without a weekday", "write one time, or mon=09:00,thu=13:30"
                )
            default = at
            continue
        weekday = _read("--at", read_weekday, day_text)
        if weekday in by_weekday:
            raise UsageProblem(f"--at: {WEEKDAY_NAMES[weekday]} has two times")
        if weekday not in clinic.open_weekdays:
            raise UsageProblem(
                f"--at: {WEEKDAY_NAMES[weekday]}s are closed",
                "leave that day out, or add --weekends",
            )
        by_weekday[weekday] = at
    others = default or read_clock(DEFAULT_START_TIME)
    return StartTimes(tuple(by_weekday.get(weekday, others) for weekday in range(7)))


def _asked_weekdays(text: str) -> frozenset[int]:
    """The weekdays --at gives times for, if it gives none for the others."""
    parts = [part.rpartition("=") for part in text.split(",")]
    if not text or not all(equals for _, equals, _ in parts):
        return frozenset()
    return frozenset(read_weekday(day) for day, _, _ in parts)


def _days(text: str, layout: Layout) -> tuple[int, ...]:
    if not text:
        return ()
    days = [_read("--days", read_weekday, part) for part in text.split(",")]
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


def _sessions(texts: list[str]) -> Mapping[str, int]:
    return _by_phase(
        "--sessions", texts, lambda text: _number("--sessions", text, 1), needs_phase=False
    )


def _cadences(texts: list[str]) -> Mapping[str, Cadence]:
    return _by_phase(
        "--cadence", texts, lambda text: _read("--cadence", read_cadence, text), needs_phase=True
    )


def _by_phase(
    option: str, texts: list[str], read: Callable[[str], Value], *, needs_phase: bool
) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    for text in texts:
        phase, equals, value = text.rpartition("=")
        if needs_phase and not equals:
            raise UsageProblem(
                f"{option}: `{text}` names no phase", f"write {option} 'PHASE={text}'"
            )
        if phase.strip() in found:
            raise UsageProblem(f"{option} is given twice for the same phase")
        found[phase.strip()] = read(value)
    return found


def _reminders(text: str) -> tuple[timedelta, ...]:
    if text.strip().casefold() == "none":
        return ()
    reminders = [_read("--remind", read_reminder, part) for part in text.split(",")]
    return tuple(dict.fromkeys(reminders))
