"""Where things stand on the time of a day: in columns as long as they last, and as an area."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil, gcd
from typing import Literal, NamedTuple

from ketasched.domain.candidate import minutes_between
from ketasched.domain.house import Resource, minute_at
from ketasched.domain.wording import WEEKDAYS
from ketasched.languages.language import ENGLISH, Language

HOUR = 60
MOST_TICKS = 13
ROOM_FOR_WORDS = 8
"""A name fits into an eighth of the day's width."""


class Tick(NamedTuple):
    """A whole hour on the axis: its column, and its text."""

    column: int
    text: str


class Axis(NamedTuple):
    """The time that a day takes, in columns of as many minutes each: from the whole hour before the
    first start to the one after the last end. An hour that a clock change leaves out takes no room.
    """

    start: datetime
    minutes: int
    step: int

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return self.minutes // self.step

    @property
    def hours(self) -> float:
        """How many hours there are, for the lines between them."""
        return self.minutes / HOUR

    def at(self, moment: datetime) -> int:
        """The minute of a moment, from the start of the axis."""
        return minutes_between(self.start, moment)

    def ticks(self, language: Language = ENGLISH) -> list[Tick]:
        """Whole hours by the clock on the wall, no more of them than can be read."""
        apart = ceil(self.minutes / HOUR / MOST_TICKS)
        hours = [
            (minute, later)
            for minute in range(0, self.minutes, self.step)
            if (later := _after(self.start, minute)).minute == 0
        ]
        return [
            Tick(minute // self.step + 1, _hour(later, language))
            for minute, later in hours[::apart]
        ]


def axis_of(spans: Sequence[tuple[datetime, datetime]]) -> Axis:
    """The axis on which some spans of time have room, in the zone of the first."""
    zone = spans[0][0].tzinfo
    first = min(start.astimezone(UTC) for start, _ in spans).astimezone(zone)
    last = max(end.astimezone(UTC) for _, end in spans).astimezone(zone)
    begin = _after(first, -first.minute)
    minutes = minutes_between(begin, last) + (-last.minute) % HOUR
    offsets = [minutes_between(begin, moment) for span in spans for moment in span]
    return Axis(begin, minutes, gcd(minutes, 15, *offsets))


def _after(moment: datetime, minutes: int) -> datetime:
    return (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(moment.tzinfo)


def _hour(moment: datetime, language: Language) -> str:
    text = language.clock(moment.time())
    return text if moment.hour else f"{WEEKDAYS[moment.weekday()]} {text}"


class Seat(NamedTuple):
    """Where a block of a lane stands: its row, the columns that it takes with its words (from one
    to before another), where they stand, and the part of the columns that is its time, in percent.
    """

    row: int
    first: int
    after: int
    words: Literal["inside", "after", "before"]
    begins: float
    lasts: float


def seats_of(axis: Axis, spans: Iterable[tuple[datetime, datetime]]) -> Iterator[Seat]:
    """The places of the blocks of a lane, by start. Words that have no room in the time of a block
    stand after it, at the end of the day before it; in a row in which nothing else stands there.
    """
    room = ceil(axis.columns / ROOM_FOR_WORDS)
    rows: list[int] = []
    for start, end in spans:
        first, after = axis.at(start) // axis.step, axis.at(end) // axis.step
        words: Literal["inside", "after", "before"] = "inside"
        begin, close = first, after
        if after - first < room and after + room <= axis.columns:
            words, close = "after", after + room
        elif after - first < room <= first:
            words, begin = "before", first - room
        row = next((row for row, taken in enumerate(rows) if taken <= begin), len(rows))
        rows[row : row + 1] = [close]
        share = 100 / max(1, close - begin)
        begins, lasts = (first - begin) * share, (after - first) * share
        yield Seat(row + 1, begin + 1, close + 1, words, begins, lasts)


class Area(NamedTuple):
    """How many are taken and there, as the outlines of two areas and a line: across, the minutes of
    the axis; down, the number from its height.
    """

    height: int
    taken: str
    too_many: str
    there: str


def area_of(
    axis: Axis, levels: Sequence[tuple[datetime, datetime, int, int]], resource: Resource | None
) -> Area:
    """The areas of the levels of a load: from when to when as many are taken, as many too many."""
    there = list(_numbers(axis, resource)) if resource else []
    height = max([number for *_, number in there] + [number for _, _, number, _ in levels])
    taken, over = [], []
    for start, end, number, many in levels:
        left, right = axis.at(start), axis.at(end)
        taken.append(_box(left, right, height, height - number + many))
        if many:
            over.append(_box(left, right, height - number + many, height - number))
    line = "".join(
        f"{'L' if place else 'M'}{left} {height - number}H{right}"
        for place, (left, right, number) in enumerate(there)
    )
    return Area(height, "".join(taken), "".join(over), line)


def _box(left: int, right: int, bottom: int, top: int) -> str:
    return f"M{left} {bottom}V{top}H{right}V{bottom}Z"


def _numbers(axis: Axis, resource: Resource) -> Iterator[tuple[int, int, int]]:
    """From one minute of the axis to another, how many there are."""
    origin, zone = minute_at(axis.start), axis.start.tzinfo or UTC
    day, last = axis.start.date(), _after(axis.start, axis.minutes).date()
    while day <= last:
        for begins, ends, number in resource.on(day, zone):
            left, right = max(0, begins - origin), min(axis.minutes, ends - origin)
            if left < right:
                yield left, right, number
        day += timedelta(days=1)
