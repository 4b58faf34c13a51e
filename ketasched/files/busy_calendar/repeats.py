"""Calendar entries, repeated by recurring-ical-events within a span and a number of steps.

A series is expanded on the wall clock of its own zone. With zones, the library compares instants
and wall times in one set: of a series at 9:00 and 15:00 in Chicago it drops both when one is
excepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from icalendar import Event, vDDDLists, vDDDTypes
from recurring_ical_events import EventAdapter, Occurrence, Series

from ketasched.domain.busy import Busy
from ketasched.files.busy_calendar.lines import Broken, Line
from ketasched.files.busy_calendar.recurrence_rule import RecurrenceRule

DayOrTime = date | datetime


class Duration(NamedTuple):
    """How long an entry lasts: first on the wall clock, then in exact time."""

    wall: timedelta
    exact: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, eq=False)
class BusyEntry:
    """One VEVENT. Times are dates or aware; ``zone`` is that of the wall clock it repeats on."""

    uid: str
    line: int
    start: DayOrTime
    zone: tzinfo
    length: Duration
    blocks: bool = True
    sequence: int = 0
    original: DayOrTime | None = None
    and_later: bool = False
    rules: tuple[Line, ...] = ()
    added: tuple[DayOrTime | tuple[DayOrTime, Duration], ...] = ()
    excepted: tuple[DayOrTime, ...] = ()

    @property
    def all_day(self) -> bool:
        """Whether it is of whole days."""
        return not isinstance(self.start, datetime)

    @property
    def repeats(self) -> bool:
        """Whether it has more than its own start."""
        return bool(self.rules or self.added or self.excepted)

    def wall(self, when: DayOrTime) -> datetime:
        """A time on this entry's wall clock; a date alone has the entry's time of day."""
        if not isinstance(when, datetime):
            at = self.start.time() if isinstance(self.start, datetime) else time()
            return datetime.combine(when, at)
        if self.all_day:
            return datetime.combine(when.date(), time())
        return when.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def stretch(
        self, wall: datetime, zone: tzinfo | None = None, length: Duration | None = None
    ) -> Busy:
        """The time taken from a wall time on, in its own zone unless another is given."""
        length = length or self.length
        zone = zone or self.zone
        start = wall.replace(tzinfo=zone).astimezone(UTC)
        end = (wall + length.wall).replace(tzinfo=zone).astimezone(UTC) + length.exact
        if end <= start:  # it ends within the hour that clocks skip
            end = start + length.wall + length.exact
        return Busy(start, end, self.all_day)


class RepeatingEntry:
    """An entry that repeats, with its moved and cancelled occurrences.

    Raises:
        Broken: a rule that cannot be read.
    """

    def __init__(self, core: BusyEntry, changes: list[BusyEntry]) -> None:
        self.core = core
        self.series = _Series(
            [_Adapter(core, core), *(_Adapter(change, core) for change in changes)]
        )
        self.rules = [
            rule for rule in self.series.recurrence.rrules if isinstance(rule, RecurrenceRule)
        ]

    @property
    def steps(self) -> int:
        """What the last expansion took."""
        return sum(rule.steps.taken for rule in self.rules)

    def between(self, begins: datetime, ends: datetime) -> Iterator[Busy]:
        """The stretches that block between two instants, and some just outside.

        Raises:
            Broken: expanding takes more than `recurrence_rule.MAX_STEPS`.
        """
        margin = timedelta(days=2)
        first, last = (
            instant.astimezone(self.core.zone).replace(tzinfo=None) for instant in (begins, ends)
        )
        for occurrence in self.series.between(first - margin, last + margin):
            if occurrence.entry.blocks:
                yield occurrence.stretch()


class _Occurrence(Occurrence):  # type: ignore[misc]
    def __init__(
        self, adapter: _Adapter, start: datetime | None = None, end: datetime | None = None
    ) -> None:
        super().__init__(adapter, start, end)
        self.entry = adapter.entry
        # A moved occurrence has its own start, in its own zone.
        self.moved = start is None
        self.zone = adapter.entry.zone if adapter.entry.all_day else adapter.core.zone
        self.usual = adapter.duration

    def stretch(self) -> Busy:
        if self.moved:
            return self.entry.stretch(self.entry.wall(self.entry.start))
        lasts = self.end - self.start
        length = None if lasts == self.usual else Duration(lasts)
        return self.entry.stretch(self.start, self.zone, length)


class _Adapter(EventAdapter):  # type: ignore[misc]
    """An entry as recurring-ical-events takes it: on the wall clock of the series."""

    def __init__(self, entry: BusyEntry, core: BusyEntry) -> None:
        event = Event()
        start = core.wall(entry.start) if entry.all_day == core.all_day else entry.wall(entry.start)
        event["DTSTART"] = vDDDTypes(start)
        event["DTEND"] = vDDDTypes(start + entry.length.wall + entry.length.exact)
        event["UID"] = core.uid
        event["SEQUENCE"] = entry.sequence
        if entry is core:
            event["RDATE"] = vDDDLists([_added(core, added) for added in core.added])
            # An excepted date stays a date: it excepts every time of the day.
            event["EXDATE"] = vDDDLists(
                [
                    when if not core.all_day and not isinstance(when, datetime) else core.wall(when)
                    for when in core.excepted
                ]
            )
        elif entry.original is not None:
            event["RECURRENCE-ID"] = vDDDTypes(core.wall(entry.original))
            if entry.and_later:
                event["RECURRENCE-ID"].params["RANGE"] = "THISANDFUTURE"
        super().__init__(event)
        self.entry = entry
        self.core = core

    @property
    def rrules(self) -> list[str]:
        """The rules as they stand in the file; icalendar's own reading drops what it dislikes."""
        return [line.value for line in self.entry.rules]


def _added(core: BusyEntry, added: DayOrTime | tuple[DayOrTime, Duration]) -> Any:  # noqa: ANN401 - three kinds
    if not isinstance(added, tuple):
        return core.wall(added)
    when, length = added
    return (core.wall(when), length.wall + length.exact)


class _Series(Series):  # type: ignore[misc]
    class RecurrenceRules(Series.RecurrenceRules):  # type: ignore[misc]
        def create_rule_with_start(self, rule_string: str) -> RecurrenceRule:
            entry = self.core.entry
            line = next(line.number for line in entry.rules if line.value == rule_string)
            return RecurrenceRule(
                rule_string, self.start, lambda text: _until(text, entry, line), line
            )

    def occurrence(
        self, adapter: _Adapter, start: datetime | None = None, end: datetime | None = None
    ) -> _Occurrence:
        return _Occurrence(adapter, start, end)


def _until(text: str, entry: BusyEntry, line: int) -> datetime | None:
    """The last moment of a rule; a date alone is included whole, whatever the start is."""
    if not text:
        return None
    try:
        if len(text) == 8 or entry.all_day:
            return datetime.combine(datetime.strptime(text[:8], "%Y%m%d").date(), time.max)  # noqa: DTZ007
        if text.endswith("Z"):
            return entry.wall(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
        return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except (ValueError, OverflowError):
        raise Broken("the UNTIL of its RRULE cannot be read", line) from None
