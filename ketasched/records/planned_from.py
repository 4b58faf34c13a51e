"""What a running course is planned from, as far as it may change: facts that are added or dropped.

A record keeps them among its options of `plan`, and the busy times of calendars by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from ketasched.asking.option_values import weeks_of_pause
from ketasched.asking.surroundings import busy_times
from ketasched.asking.values import read
from ketasched.domain.typed_week import read_away, read_can
from ketasched.domain.weekly import week_text
from ketasched.domain.wording import count_text, list_text
from ketasched.errors import UsageProblem, did_you_mean
from ketasched.languages.language import NAMES
from ketasched.languages.typed import read_hour_cycle, read_language
from ketasched.records.options import busy_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ketasched.domain.busy import Busy
    from ketasched.records.open import Opened
    from ketasched.records.record import CourseRecord

FactKind = Literal["can", "away", "busy", "at", "days", "pause", "lang", "clock"]
KINDS: tuple[FactKind, ...] = get_args(FactKind)
SINGLE: tuple[FactKind, ...] = ("can", "at", "days", "pause", "lang", "clock")
"""Those of which a course has one at most, so that another takes its place."""
ONLY_TOLD: tuple[FactKind, ...] = ("lang", "clock")
"""Those that say how the patient is told, and place nothing."""
UNNAMED = "unnamed"
"""What a calendar is called that an earlier version read, which did not keep its name."""


class Fact(NamedTuple):
    """Something that a course is planned from: its kind, and the value as it is typed."""

    kind: FactKind
    value: str

    @property
    def typed(self) -> str:
        """How it is named to be dropped."""
        return f"{self.kind}:{self.value}"

    @property
    def text(self) -> str:
        """The fact in words."""
        return _WORDS[self.kind](self.value)


def _away_text(value: str) -> str:
    return str(read_away(value, date.min))


def _can_text(value: str) -> str:
    return f"can come {week_text(read_can(value))}"


_WORDS: Mapping[FactKind, Callable[[str], str]] = {
    "can": _can_text,
    "away": _away_text,
    "busy": lambda value: f"busy as {value} says",
    "at": lambda value: f"starts at {value}",
    "days": lambda value: f"rather on {list_text(value.split(','))}",
    "pause": lambda value: (
        f"a pause of up to {count_text(weeks_of_pause(value), 'week')}, agreed by the clinician"
    ),
    "lang": lambda value: f"in {NAMES[read_language(value)]} for the patient",
    "clock": lambda value: f"a clock of {value} hours for the patient",
}


class Adjustment(NamedTuple):
    """What is said anew of a course, and what no longer holds, as typed; empty means not typed."""

    can: str = ""
    away: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    at: str = ""
    days: str = ""
    pause: str = ""
    lang: str = ""
    clock: str = ""
    drop: tuple[str, ...] = ()

    @property
    def places_nothing(self) -> bool:
        """Whether it only says how the patient is told."""
        placed = self._replace(lang="", clock="", drop=())
        return not any(placed) and all(_kind_of(typed) in ONLY_TOLD for typed in self.drop)


def facts_of(record: CourseRecord) -> list[Fact]:
    """What a course is planned from, by kind."""
    absences = [_shortest(span) for span in record.options.get("away", ())]
    calendars = sorted({busy.calendar or UNNAMED for busy in record.busy})
    by_kind: Mapping[FactKind, Sequence[str]] = {"away": absences, "busy": calendars} | {
        kind: [record.options[kind]] for kind in SINGLE if kind in record.options
    }
    return [Fact(kind, value) for kind in KINDS for value in by_kind.get(kind, ())]


def adjusted(
    opened: Opened, adjustment: Adjustment, reason: str = ""
) -> tuple[CourseRecord, list[str]]:
    """The record with other facts, and what is to be known of the calendars that were read; its
    course is as it was. A pause is agreed to for a ``reason``, which may be empty.

    Raises:
        UsageProblem: a fact that cannot be read, or one to drop that is not there.
        FileTrouble, FileProblems: a calendar cannot be read.
    """
    record = opened.record
    if adjustment.lang:
        read("--lang", read_language, adjustment.lang)
    if adjustment.clock:
        read("--clock", read_hour_cycle, adjustment.clock)
    for typed in adjustment.drop:
        record = _without(record, _dropped(facts_of(record), typed, opened.today))
    options = dict(record.options)
    options |= {kind: value for kind in SINGLE if (value := getattr(adjustment, kind))}
    if adjustment.pause:
        options.pop("reason", None)
        options |= {"reason": reason} if reason else {}
    absences = list(options.get("away", ()))
    for typed in adjustment.away:
        span = _span(typed, opened.today)
        absences += [] if span in absences else [span]
    options |= {"away": absences} if absences else {}
    busy, notes = _with_calendars(record, opened, adjustment.busy)
    return record._replace(options=options, busy=busy), notes


def change_text(before: CourseRecord, after: CourseRecord) -> str:
    """What holds now and did not, and what no longer does."""
    earlier, later = facts_of(before), facts_of(after)
    new = [fact for fact in later if fact not in earlier]
    replaced = {fact.kind for fact in new if fact.kind in SINGLE}
    gone = [fact for fact in earlier if fact not in later and fact.kind not in replaced]
    texts = [fact.text for fact in new] + [f"no longer {fact.text}" for fact in gone]
    if before.busy != after.busy and not any(fact.kind == "busy" for fact in (*new, *gone)):
        texts.append("its calendars read again")
    return f"adjusted: {'; '.join(texts) or 'nothing'}"


# Parts


def _span(typed: str, today: date) -> str:
    return read("--away", lambda text: read_away(text, today), typed).typed


def _shortest(span: str) -> str:
    first, _, last = span.partition("..")
    return first if first == last else span


def _with_calendars(
    record: CourseRecord, opened: Opened, files: tuple[str, ...]
) -> tuple[tuple[Busy, ...], list[str]]:
    """The busy times with those of some files, which take the place of what they said before."""
    if not files:
        return record.busy, []
    times = busy_times(files, opened.task.zone)
    kept = [busy for busy in record.busy if busy.calendar not in files]
    return tuple(sorted({*kept, *busy_of(times, record.course)})), list(times.notes)


def _dropped(facts: list[Fact], typed: str, today: date) -> Fact:
    """The fact that is meant.

    Raises:
        UsageProblem: none is, or it could be one of several.
    """
    word, _, value = (part.strip() for part in typed.partition(":"))
    kinds: list[str] = [kind for kind in KINDS if kind == _kind_of(typed)]
    if not kinds:
        hint = did_you_mean(word, KINDS) or f"write KIND:VALUE; kinds are {list_text(KINDS)}"
        raise UsageProblem(f"--drop: there is no kind of fact called `{word}`", hint)
    there = [fact for fact in facts if fact.kind == kinds[0]]
    meant = [fact for fact in there if not value or _is(fact, value, today)]
    if len(meant) == 1:
        return meant[0]
    names = [fact.typed for fact in facts]
    listed = f"there is {list_text(names)}" if names else "nothing of the kind was said"
    if meant:
        raise UsageProblem(f"--drop {typed} could be one of {len(meant)}", listed)
    near = did_you_mean(typed, names)
    hint = f"{near} {listed}" if near and len(names) > 1 else near or listed
    raise UsageProblem(f"--drop {typed}: the course is not planned from that", hint)


def _kind_of(typed: str) -> str:
    return typed.partition(":")[0].strip().casefold()


def _is(fact: Fact, value: str, today: date) -> bool:
    if fact.kind == "away":
        return fact.value == _shortest(_span(value, today))
    if fact.kind == "busy":
        return value in (fact.value, PurePath(fact.value).name)
    return fact.value.casefold().replace(" ", "") == value.casefold().replace(" ", "")


def _without(record: CourseRecord, fact: Fact) -> CourseRecord:
    if fact.kind == "busy":
        calendar = "" if fact.value == UNNAMED else fact.value
        kept = tuple(busy for busy in record.busy if busy.calendar != calendar)
        return record._replace(busy=kept)
    options = dict(record.options)
    value = options.pop(fact.kind)
    if fact.kind == "pause":
        options.pop("reason", None)  # it says why that was agreed to
    if fact.kind == "away":
        left = [span for span in value if _shortest(span) != fact.value]
        options |= {"away": left} if left else {}
    return record._replace(options=options)
