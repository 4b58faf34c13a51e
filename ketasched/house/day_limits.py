"""What a day holds at most, whatever the times of its sessions are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ketasched.house.kind import Kind, Start
from ketasched.house.question import Question

MOST_AT_ONCE = 8
"""How many stretches of a day are limited from the beginning: the fullest. The others are, once a
plan has more in them than they hold.
"""


class Limit(NamedTuple):
    """In a stretch of a day (minutes since 1970) those who come take so many minutes of a resource
    at most.
    """

    day: date
    resource: str
    begins: int
    ends: int
    most: int

    def need(self, _wish: int, kind: Kind) -> int:
        """The least that a session takes in it, in minutes, whenever it starts."""
        return least_in(kind, self.resource, self.begins, self.ends)


class Allowance(NamedTuple):
    """Of some wishes at most so many come on a day with sessions of some kinds."""

    day: date
    wishes: frozenset[int]
    kinds: frozenset[Kind]
    most: int

    def need(self, wish: int, kind: Kind) -> int:
        """1 if a session is among them."""
        return int(wish in self.wishes and kind in self.kinds)


class Turns(NamedTuple):
    """Of those who each begin to take a resource within a stretch of a day (minutes since 1970) and
    take it so long at least, no more come than can follow one another.
    """

    day: date
    resource: str
    first: int
    last: int
    length: int
    most: int

    def need(self, _wish: int, kind: Kind) -> int:
        """1 if a session is among them."""
        turn = _turn_of(kind, self.resource)
        if turn is None:
            return 0
        first, last, length = turn
        return int(self.first <= first and last <= self.last and length >= self.length)


Cut = Limit | Turns | Allowance
"""What any plan keeps to on a day."""


def fullest(question: Question, day: date, weights: Mapping[Kind, float]) -> Iterator[Limit]:
    """The limits of a day that its sessions, of which so many may be expected of each kind, come
    nearest to.
    """
    for resource in question.resources:
        limits = list(_limits(question, day, weights, resource))
        near = {limit: _expected(limit, weights) / max(1, limit.most) for limit in limits}
        yield from sorted(limits, key=lambda limit: -near[limit])[:MOST_AT_ONCE]


def broken(question: Question, day: date, kinds: Iterable[Kind]) -> Iterator[Limit | Turns]:
    """The limits of each resource that sessions of some kinds exceed the most on a day."""
    numbers = Counter(kinds)
    for resource in question.resources:
        for limits in (
            _limits(question, day, numbers, resource),
            _turns(question, day, numbers, resource),
        ):
            over = [(_expected(limit, numbers) - limit.most, limit) for limit in limits]
            most, limit = max(over, default=(0, None))
            if limit and most > 0:
                yield limit


def _turn_of(kind: Kind, resource: str) -> tuple[int, int, int] | None:
    """When a session begins to take a resource at the earliest and at the latest, and how long it
    does; None unless it takes it once.
    """
    takes = kind.takes_of(resource)
    if len(takes) != 1:
        return None
    begins, ends, _ = takes[0]
    return kind.first + begins, kind.last + begins, ends - begins


def _turns(question: Question, day: date, kinds: Iterable[Kind], resource: str) -> Iterator[Turns]:
    free = question.free(day, resource)
    turns = {turn for kind in kinds if (turn := _turn_of(kind, resource))}
    lasts = sorted({last for _, last, _ in turns})
    for first in sorted({first for first, _, _ in turns}):
        for last in lasts:
            lengths = [length for a, b, length in turns if first <= a and b <= last]
            if lengths:
                length = min(lengths)
                there = [
                    run.number for run in free if run.begins < last + length and first < run.ends
                ]
                most = max(there, default=0) * ((last - first) // length + 1)
                yield Turns(day, resource, first, last, length, most)


def _expected(limit: Limit | Turns, numbers: Mapping[Kind, float]) -> float:
    return sum(number * limit.need(0, kind) for kind, number in numbers.items())


def _limits(question: Question, day: date, kinds: Iterable[Kind], resource: str) -> Iterator[Limit]:
    free = question.free(day, resource)
    for begins, ends in stretches(kinds, resource):
        there = sum(
            run.number * max(0, min(ends, run.ends) - max(begins, run.begins)) for run in free
        )
        yield Limit(day, resource, begins, ends, there)


class Crowd(NamedTuple):
    """Those who take something of a resource at a minute if each starts at the nearest time."""

    resource: str
    minute: int

    def need(self, kind: Kind, start: Start) -> int:
        """How much a session takes then that starts at a time."""
        return sum(
            number
            for begins, ends, number in kind.takes_of(self.resource)
            if begins <= self.minute - start.minute < ends
        )

    def way_out(self, kind: Kind) -> int:
        """The least further change of a session that takes nothing then; 0 if none does."""
        nearest = abs(kind.starts[0].change)
        ways = (abs(start.change) - nearest for start in kind.starts if not self.need(kind, start))
        return min(ways, default=0)


def free_at(question: Question, day: date, resource: str, minute: int) -> int:
    """How many of a resource are free at a minute of a day."""
    free = question.free(day, resource)
    return next((run.number for run in free if run.begins <= minute < run.ends), 0)


def stretches(kinds: Iterable[Kind], resource: str) -> Iterator[tuple[int, int]]:
    """The stretches of a day in which what is taken of a resource is counted: from when the first
    of a kind may begin to when the last of one is over, and what all of a kind take whenever they
    start.
    """
    begins, ends = set[int](), set[int]()
    for part in (part for kind in kinds for part in kind.parts):
        takes = part.takes_of(resource)
        if takes:
            first_begins, last_ends = takes[0][0], max(end for _, end, _ in takes)
            begins.add(part.first + first_begins)
            ends.add(part.last + last_ends)
            if part.last + takes[-1][0] < part.first + takes[0][1]:
                begins.add(part.last + takes[-1][0])
                ends.add(part.first + takes[0][1])
    for begin in sorted(begins):
        yield from ((begin, end) for end in sorted(ends) if begin < end)


def least_in(kind: Kind, resource: str, begins: int, ends: int) -> int:
    """The least that a session takes of a resource in a stretch, in minutes, whenever it starts; of
    a treatment day what each of its sessions does.
    """
    if kind.several:
        return sum(least_in(part, resource, begins, ends) for part in kind.several)
    takes = kind.takes_of(resource)
    if len(takes) == 1:  # it takes the least when it starts first or last
        begin, end, number = takes[0]
        return number * max(
            0,
            min(
                min(ends, kind.first + end) - max(begins, kind.first + begin),
                min(ends, kind.last + end) - max(begins, kind.last + begin),
            ),
        )
    return min(_within(takes, start.minute, begins, ends) for start in kind.starts)


def _within(takes: Sequence[tuple[int, int, int]], start: int, begins: int, ends: int) -> int:
    return sum(
        number * max(0, min(ends, start + end) - max(begins, start + begin))
        for begin, end, number in takes
    )
