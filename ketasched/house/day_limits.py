"""What a day holds at most, whatever the times of its sessions are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ketasched.domain.room import Held
from ketasched.house.question import Kind, Question, Start


class Crowd(NamedTuple):
    """Those who take something of a resource at a minute if each starts at the nearest time."""

    resource: str
    minute: int

    def need(self, kind: Kind, start: Start) -> int:
        """How much a session takes then that starts at a time."""
        return sum(
            held.number
            for held in kind.held(start)
            if held.resource == self.resource and held.begins <= self.minute < held.ends
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


def stretches(kinds: Sequence[Kind], resource: str) -> Iterator[tuple[int, int]]:
    """The stretches of a day in which what is taken of a resource is counted: from when the first
    of a kind may begin to when the last of one is over, and what all of a kind take whenever they
    start.
    """
    begins, ends = set[int](), set[int]()
    for kind in kinds:
        spans = [
            (held.begins, held.ends)
            for start in kind.starts
            for held in kind.held(start)
            if held.resource == resource
        ]
        if spans:
            begins |= {min(spans)[0]}
            ends |= {max(end for _, end in spans)}
            last, first = max(spans)[0], min(end for _, end in spans)
            if last < first:
                begins.add(last)
                ends.add(first)
    for begin in sorted(begins):
        yield from ((begin, end) for end in sorted(ends) if begin < end)


def least_in(kind: Kind, resource: str, begins: int, ends: int) -> int:
    """The least that a session takes of a resource in a stretch, in minutes, whenever it starts."""

    def within(held: Iterable[Held]) -> int:
        return sum(
            each.number * max(0, min(ends, each.ends) - max(begins, each.begins))
            for each in held
            if each.resource == resource
        )

    return min(within(kind.held(start)) for start in kind.starts)
