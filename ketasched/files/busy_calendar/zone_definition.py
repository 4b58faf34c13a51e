"""The zone a VTIMEZONE defines, and whether the zone its name means was ever like that.

RFC 5545, 3.2.19: a TZID is the name of a definition in the same file. That definition is often
years old, so the newest rules of the name are better, but only where both mean one zone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from dateutil.rrule import rrulestr

from ketasched.files.busy_calendar.lines import Broken, Component, Line

FIRST_YEAR, LAST_YEAR = 1970, 2100
# iCalendar is from 1998: no definition was written for what a zone did before, such as Germany's
# years without daylight saving.
KNOWN_YEARS = range(1998, 2038)
MAX_CHANGES = 20_000
ONSET = frozenset(("DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO"))

# A change of the clocks is yearly, at one time of day; anything else could keep a reader busy for
# ever.
_YEARLY = re.compile(
    r"(FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|UNTIL=[0-9TZ]+|COUNT=[0-9]{1,3}|BYMONTH=[0-9,]+"
    r"|BYDAY=[0-9A-Z,+-]+|BY(MONTHDAY|YEARDAY|WEEKNO|SETPOS)=[0-9,+-]+"
    r"|BY(HOUR|MINUTE|SECOND)=[0-9]{1,2}|;)+"
)
_OFFSET = re.compile(r"([+-]?)([0-9]{2})([0-9]{2})([0-9]{2})?")
_LOCAL = re.compile(r"([0-9]{8})(T[0-9]{6})?Z?")
_NEAR = timedelta(hours=36)


class Change(NamedTuple):
    """The clocks change: the instant in UTC without a zone, and the offset from then on."""

    instant: datetime
    offset: timedelta


class DefinedZone(tzinfo):
    """The zone that a VTIMEZONE defines.

    ``repeats``: it has a rule for every year, and not just a list of changes.

    Raises:
        Broken: the definition cannot be read.
    """

    def __init__(self, component: Component) -> None:
        self.repeats = False
        onsets = list(self._onsets(component))
        if not onsets:
            raise Broken("the definition of its zone cannot be read", component.line)
        onsets.sort()
        self._first = onsets[0][1]
        offset, self.changes = self._first, list[Change]()
        for instant, _, to in onsets:
            if to != offset:
                self.changes.append(Change(instant, to))
                offset = to
        self._instants = [change.instant for change in self.changes]

    def _onsets(self, component: Component) -> Iterator[tuple[datetime, timedelta, timedelta]]:
        """Each onset of an observance: the instant, the offset before it, the one after."""
        left = MAX_CHANGES
        for observance in _observances(component.lines):
            try:
                before, after, starts = self._read(observance)
                onsets = [(start - before, before, after) for start in islice(starts, left + 1)]
            except (ValueError, LookupError, TypeError, OverflowError):
                message = "the definition of its zone cannot be read"
                raise Broken(message, observance[0].number) from None
            left -= len(onsets)
            if left < 0:
                raise Broken("its zone changes too often to be read", component.line)
            yield from onsets

    def _read(self, observance: list[Line]) -> tuple[timedelta, timedelta, Iterator[datetime]]:
        """The offsets before and after a STANDARD or DAYLIGHT, and its onsets in wall time."""
        first = {line.name: line.value.upper() for line in reversed(observance)}
        before = _offset(first.get("TZOFFSETFROM", first["TZOFFSETTO"]))
        rules = [line.value.upper() for line in observance if line.name == "RRULE"]
        if not all(_YEARLY.fullmatch(rule) for rule in rules):
            raise ValueError
        self.repeats = self.repeats or bool(rules)
        # A start that is given as an instant is one, though the standard wants wall time.
        start = _local(first["DTSTART"]) + (before if first["DTSTART"].endswith("Z") else _NO_TIME)
        added = [
            _local(text.partition("/")[0].strip())
            for line in observance
            if line.name == "RDATE"
            for text in line.value.upper().split(",")
            if text.strip()
        ]
        return before, _offset(first["TZOFFSETTO"]), _starts(start, rules, added, before)

    def utcoffset(self, dt: datetime | None) -> timedelta:
        """The offset of a wall time: of one that happens twice by its fold, of one that never
        happens that before the change.
        """
        if dt is None:
            return self._first
        wall = dt.replace(tzinfo=None)
        offset = self._first
        for place in self._around(wall):
            before = self._offset_before(place)
            change = self.changes[place]
            begins = change.instant + (min if dt.fold else max)(before, change.offset)
            if wall >= begins:
                offset = change.offset
            else:
                return before
        return offset

    def _around(self, wall: datetime) -> range:
        """The changes within two days of a wall time, and the one before them."""
        margin = timedelta(days=2)
        return range(
            max(0, bisect_right(self._instants, wall - margin) - 1),
            bisect_right(self._instants, wall + margin),
        )

    def _offset_before(self, place: int) -> timedelta:
        return self.changes[place - 1].offset if place else self._first

    def dst(self, dt: datetime | None) -> timedelta:
        """Nothing: only offsets count here."""
        del dt
        return _NO_TIME

    def tzname(self, dt: datetime | None) -> str:
        """The offset, as people write it."""
        return offset_text(self.utcoffset(dt))

    def fromutc(self, dt: datetime) -> datetime:
        """The wall time of an instant."""
        instant = dt.replace(tzinfo=None)
        place = bisect_right(self._instants, instant)
        offset = self._offset_before(place)
        earlier = self._offset_before(place - 1) if place else offset
        again = bool(place) and instant < self.changes[place - 1].instant + (earlier - offset)
        return (dt + offset).replace(fold=int(again))

    def in_year(self, year: int) -> tuple[timedelta, list[Change]]:
        """The offset a year begins with, and its changes."""
        begins = datetime(year, 1, 1)  # noqa: DTZ001 - UTC, as the changes are
        first = bisect_right(self._instants, begins)
        last = bisect_right(self._instants, begins.replace(year=year + 1))
        return self._offset_before(first), self.changes[first:last]

    def offsets(self, year: int) -> list[timedelta]:
        """The offsets of a year, in their order."""
        begins, changes = self.in_year(year)
        return list(dict.fromkeys((begins, *(change.offset for change in changes))))

    def was_once(self, named: tzinfo) -> bool:
        """Whether it agrees with what a named zone did in some year that a definition may be of."""
        recent = [change for change in self.changes if change.instant.year in KNOWN_YEARS]
        if recent and not self.repeats:
            return all(
                _among(change, _named_year(named, change.instant.year)[1]) for change in recent
            )
        since = recent[0].instant.year + 1 if recent else KNOWN_YEARS.start
        return any(
            _alike(self.in_year(year), _named_year(named, year))
            for year in reversed(KNOWN_YEARS)
            if year >= since and self.in_year(year)[0] == _begins(named, year)
        )


_NO_TIME = timedelta(0)


def _observances(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines of each STANDARD and DAYLIGHT."""
    part: list[Line] = []
    for line in lines:
        if line.name == "BEGIN":
            part = []
        part.append(line)
        if line.name == "END":
            yield part


def _starts(
    start: datetime, rules: list[str], added: list[datetime], before: timedelta
) -> Iterator[datetime]:
    """The onsets of an observance on the wall clock in force before them."""
    yield start
    yield from added
    for rule in rules:
        parts = dict(part.split("=", 1) for part in rule.split(";") if part)
        until = parts.pop("UNTIL", "")
        last = _local(until) + (before if until.endswith("Z") else _NO_TIME) if until else None
        # Outlook begins in 1601; each year of a rule would be gone through.
        begins = start.replace(year=max(start.year, FIRST_YEAR)) if "COUNT" not in parts else start
        text = ";".join(f"{name}={value}" for name, value in parts.items())
        for onset in rrulestr(text, dtstart=begins):
            if onset.year > LAST_YEAR or (last is not None and onset > last):
                break
            yield onset


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if offset >= timedelta(days=1):
        raise ValueError(text)
    return -offset if match[1] == "-" else offset


def _local(text: str) -> datetime:
    match = _LOCAL.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return datetime.strptime(match[1] + (match[2] or "T000000"), "%Y%m%dT%H%M%S")  # noqa: DTZ007


@lru_cache(maxsize=4096)
def _named_year(zone: tzinfo, year: int) -> tuple[timedelta, list[Change]]:
    """What a zone does in a year: the offset it begins with, and its changes to the day."""
    day = datetime(year, 1, 1, tzinfo=UTC)
    begins = offset = _offset_at(zone, day)
    changes = []
    week = timedelta(weeks=1)  # no zone changes its clocks again within less
    while day.year == year:
        if _offset_at(zone, day + week) != offset:
            while _offset_at(zone, day) == offset:
                day += timedelta(days=1)
            offset = _offset_at(zone, day)
            if day.year == year:
                changes.append(Change(day.replace(tzinfo=None), offset))
        else:
            day += week
    return begins, changes


def _begins(zone: tzinfo, year: int) -> timedelta:
    return _offset_at(zone, datetime(year, 1, 1, tzinfo=UTC))


def _offset_at(zone: tzinfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or _NO_TIME


def _among(change: Change, changes: Iterable[Change]) -> bool:
    return any(
        change.offset == other.offset and abs(change.instant - other.instant) <= _NEAR
        for other in changes
    )


def _alike(
    one_year: tuple[timedelta, list[Change]], other_year: tuple[timedelta, list[Change]]
) -> bool:
    (begins, changes), (other_begins, other_changes) = one_year, other_year
    return (
        begins == other_begins
        and len(changes) == len(other_changes)
        and all(_among(change, other_changes) for change in changes)
    )


def offset_text(offset: timedelta) -> str:
    """An offset as people write it: ``UTC-5``, ``UTC+5:30``."""
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
