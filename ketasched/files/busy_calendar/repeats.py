"""Calendar entries: one alone, or repeated within a span and a number of steps.

A series is expanded on the wall clock of its own zone, so that it moves with that zone's clocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial

from ketasched.domain.busy import Busy
from ketasched.files.busy_calendar.lines import Broken, Line
from ketasched.files.busy_calendar.recurrence_rule import RecurrenceRule
from ketasched.files.busy_calendar.times import DayOrTime, Duration

_NO_TIME = timedelta(0)
_MARGIN = timedelta(days=2)


def _utc_day(instant: datetime) -> date:
    return instant.astimezone(UTC).date()


@dataclass(frozen=True, slots=True, eq=False)
class BusyEntry:
    """One VEVENT. Times are dates or aware; ``zone`` is that of the wall clock it repeats on.

    ``original`` is the occurrence of a series it changes, with ``and_later`` also all after it.
    ``travel`` is the time its owner needs to get there; ``day_of`` the day an instant means where
    days are whole.
    """

    uid: str
    line: int
    start: DayOrTime
    zone: tzinfo
    length: Duration
    travel: timedelta = _NO_TIME
    blocks: bool = True
    sequence: int = 0
    original: DayOrTime | None = None
    and_later: bool = False
    rules: tuple[Line, ...] = ()
    added: tuple[DayOrTime | tuple[DayOrTime, Duration], ...] = ()
    excepted: tuple[DayOrTime, ...] = ()
    day_of: Callable[[datetime], date] = _utc_day

    @property
    def all_day(self) -> bool:
        """Whether it is of whole days."""
        return not isinstance(self.start, datetime)

    @property
    def repeats(self) -> bool:
        """Whether it has more than its own start."""
        return bool(self.rules or self.added or self.excepted)

    @property
    def key(self) -> str:
        """The occurrence it changes, the same whatever zone that is named in; empty for none."""
        if isinstance(self.original, datetime):
            return self.original.astimezone(UTC).isoformat()
        return self.original.isoformat() if self.original else ""

    def wall(self, when: DayOrTime) -> datetime:
        """A time on this entry's wall clock; a date alone has the entry's time of day."""
        if not isinstance(when, datetime):
            at = self.start.time() if isinstance(self.start, datetime) else time()
            return datetime.combine(when, at)
        if self.all_day:
            return datetime.combine(when.date(), time())
        return when.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def exists(self, wall: datetime) -> bool:
        """Whether there is such a time: no clock shows one of the hour that is skipped."""
        if self.all_day:
            return True
        there = wall.replace(tzinfo=self.zone)
        return _offset(there) >= _offset(there.replace(fold=1))

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
        return Busy(start if self.all_day else start - self.travel, end, self.all_day)

    def own_stretch(self) -> Busy:
        """The time taken where it stands itself."""
        return self.stretch(self.wall(self.start))


class RepeatingEntry:
    """An entry that repeats, with its moved and cancelled occurrences.

    Raises:
        Broken: a rule that cannot be read.
    """

    def __init__(self, core: BusyEntry, changes: Sequence[BusyEntry]) -> None:
        self.core = core
        self._changes = changes
        self._first = core.wall(core.start)
        self.rules = [
            RecurrenceRule(line, self._first, partial(_until, core, line.number), core.exists)
            for line in core.rules
        ]
        originals = (change.original for change in changes if change.original is not None)
        self._left_out = {_key(core, when) for when in (*core.excepted, *originals)}
        self._turns = sorted(
            (
                (core.wall(change.original), change)
                for change in changes
                if change.and_later and change.original is not None
            ),
            key=lambda turn: turn[0],
        )
        self._reach = self._longest()

    @property
    def steps(self) -> int:
        """What all expansions took."""
        return sum(rule.steps.taken for rule in self.rules)

    def between(self, begins: datetime, ends: datetime) -> Iterator[Busy]:
        """The stretches that block between two instants, and some just outside.

        Raises:
            Broken: expanding takes more than `recurrence_rule.MAX_STEPS`.
        """
        first, last = (
            instant.astimezone(self.core.zone).replace(tzinfo=None) for instant in (begins, ends)
        )
        for wall, length in self._starts(first - self._reach, last + self._reach).items():
            if self._left_out.isdisjoint((wall, wall.date())):
                yield from self._occurrence(wall, length)
        for change in self._changes:
            if change.blocks:
                yield change.own_stretch()

    def _starts(self, first: datetime, last: datetime) -> dict[datetime, Duration | None]:
        """The starts of a span, with their length if it is not the usual one."""
        starts: dict[datetime, Duration | None] = {}
        untils = [rule.until for rule in self.rules]
        # A series that was ended before its beginning has nothing left.
        if not untils or any(until is None or until >= self._first for until in untils):
            starts[self._first] = None
        for rule in self.rules:
            starts |= dict.fromkeys(rule.between(first, last))
        for added in self.core.added:
            when, length = added if isinstance(added, tuple) else (added, None)
            starts[self.core.wall(when)] = length
        return {wall: length for wall, length in starts.items() if first <= wall <= last}

    def _occurrence(self, wall: datetime, length: Duration | None) -> Iterator[Busy]:
        """The stretch of an occurrence; changed if all from an earlier one on were."""
        turns = [turn for turn in self._turns if turn[0] < wall]
        if turns and turns[-1][1].blocks:
            yield self._moved(*turns[-1], wall)
        elif not turns and self.core.blocks:
            yield self.core.stretch(wall, None, length)

    def _moved(self, original: datetime, change: BusyEntry, wall: datetime) -> Busy:
        """An occurrence after one that was changed together with all later ones."""
        if change.all_day == self.core.all_day:
            moved = wall + (self.core.wall(change.start) - original)
            return change.stretch(moved, None if change.all_day else self.core.zone)
        own = change.wall(change.start)
        return change.stretch(own + (wall.date() - original.date()))

    def _longest(self) -> timedelta:
        """How far from the start of an occurrence it may still take time."""
        lengths = [entry.length for entry in (self.core, *self._changes)]
        lengths += [added[1] for added in self.core.added if isinstance(added, tuple)]
        longest = max(length.wall + length.exact for length in lengths)
        shifts = [abs(change.wall(change.start) - original) for original, change in self._turns]
        travel = max(entry.travel for entry in (self.core, *self._changes))
        return longest + travel + max(shifts, default=_NO_TIME) + _MARGIN


def _offset(there: datetime) -> timedelta:
    return there.utcoffset() or _NO_TIME


def _key(core: BusyEntry, when: DayOrTime) -> DayOrTime:
    """What an exception names: a time of the wall clock, or a day with all its times."""
    if core.all_day or isinstance(when, datetime):
        return core.wall(when)
    return when


def _until(core: BusyEntry, line: int, text: str) -> datetime | None:
    """The last moment of a rule; a date alone is included whole, whatever the start is.

    Where days are whole, an instant means the day it is in UTC, as the standard's examples have
    it, or the day it is where the file is kept, as Exchange writes it: the later one holds.
    """
    if not text:
        return None
    try:
        if len(text) == 8:
            return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time.max)  # noqa: DTZ007
        if text.endswith("Z"):
            instant = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            if core.all_day:
                return datetime.combine(max(instant.date(), core.day_of(instant)), time.max)
            return core.wall(instant)
        return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except (ValueError, OverflowError):
        raise Broken("the UNTIL of its RRULE cannot be read", line) from None
