"""Distances to sessions that are not neighbours, in the search that looks one session back.

What an earlier session leaves a later one is carried in the standings between the two: not its day,
but which of the later one's days are far enough from it. Days that leave the same are carried as
one, so that the search stays exact, and a distance that nothing can break costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ketasched.domain.apart import Apart
from ketasched.planning.standing import Standing
from ketasched.planning.target import Target

Left = frozenset[tuple[int, date]]
"""Of the standings of a session those that are left: weeks put off, and day."""


class Link(NamedTuple):
    """Two sessions, by index, and how far apart they are; ``first`` is the earlier one in the
    search, which is the later one in time if it is ``reversed``.
    """

    first: int
    last: int
    apart: Apart
    reversed: bool = False

    def joins(self, index: int) -> bool:
        """Whether a session is one of the two."""
        return index in (self.first, self.last)

    def other(self, index: int) -> int:
        """The other session."""
        return self.last if index == self.first else self.first

    def side(self, index: int) -> str:
        """On which side of the other one a session is to stand."""
        return "after" if (index == self.last) != self.reversed else "before"

    def fault(self, first: date, last: date) -> str:
        """What the distance between two days is not; empty if it is."""
        days = (last - first).days
        return self.apart.fault(-days if self.reversed else days)

    def between(self, index: int, here: date, there: date) -> str:
        """The fault where a session is on a day, and the other one on another."""
        return self.fault(here, there) if index == self.first else self.fault(there, here)

    def left_by(self, first: Standing, lasts: Collection[Standing]) -> Left:
        """What the first session leaves the last one; a pause between them widens the most."""
        return frozenset(
            (last.weeks, last.day)
            for last in lasts
            if not self.paused(last.weeks - first.weeks).fault(first.day, last.day)
        )

    def paused(self, weeks: int) -> Link:
        """With a pause of so many weeks in between."""
        return self._replace(apart=self.apart.wider(weeks)) if weeks else self


def links_between(steps: Sequence[Sequence[Target]], fixed: Collection[int]) -> Iterator[Link]:
    """The distances that the sessions of a course keep, step by step; between two fixed ones none
    is asked.
    """
    places: dict[int | str, int] = {
        target.number: index for index, step in enumerate(steps) for target in step
    }
    for target in (target for step in steps for target in step):
        here = places[target.number]
        for apart in target.apart:
            origin = places.get(apart.origin)
            if origin in (None, here) or {target.number, apart.origin} <= set(fixed):
                continue
            yield Link(min(origin, here), max(origin, here), apart, reversed=here < origin)


class Carrying:
    """What standings carry of some distances."""

    def __init__(self, links: Sequence[Link], sessions: int) -> None:
        self.links = tuple(sorted(links, key=lambda link: (link.first, link.last)))
        self.open = [
            [link for link in self.links if link.first <= index < link.last]
            for index in range(sessions)
        ]
        before = [[], *self.open]
        self._ends = [
            [place for place, link in enumerate(before[index]) if link.last == index]
            for index in range(sessions)
        ]
        self._kept = [
            [place for place, link in enumerate(before[index]) if link.last > index]
            for index in range(sessions)
        ]

    def kept(self, index: int, before: Standing) -> tuple[Left, ...]:
        """What a session still carries of what the one before it did."""
        return tuple(before.carried[place] for place in self._kept[index])

    def carried_before(self, index: int, here: Standing) -> tuple[Left, ...]:
        """What the session before one must have carried for it to stand so."""
        return here.carried[: len(self._kept[index])]

    def may_follow(self, index: int, before: Standing, here: Standing) -> bool:
        """Whether a session may stand so by what the one before it carries."""
        stands = here.weeks, here.day
        if any(stands not in before.carried[place] for place in self._ends[index]):
            return False
        return self.kept(index, before) == self.carried_before(index, here)

    def expand(self, steps: Sequence[Sequence[Standing]]) -> list[list[Standing]]:
        """The standings of each session, each with all that it may carry."""
        if not self.links:
            return [list(own) for own in steps]
        expanded: list[list[Standing]] = []
        for index, own in enumerate(steps):
            kept: list[tuple[Left, ...]] = [()]
            if index:
                kept = list(dict.fromkeys(self.kept(index, here) for here in expanded[-1]))
            begins = [link for link in self.links if link.first == index]
            expanded.append([])
            for here in own:
                left = tuple(link.left_by(here, steps[link.last]) for link in begins)
                expanded[-1] += [here._replace(carried=(*behind, *left)) for behind in kept]
        return expanded

    def faults(
        self, index: int, day: date, before: Sequence[Standing], steps: Sequence[Sequence[Standing]]
    ) -> Iterator[tuple[Link, str]]:
        """What the distances that end at a session have against a day of it, wherever the others
        can stand.
        """
        for place in self._ends[index]:
            link = self.open[index - 1][place]
            lasts = steps[index]
            left = {standing.carried[place] for standing in before}
            firsts = [each for each in steps[link.first] if link.left_by(each, lasts) in left]
            faults = dict.fromkeys(link.fault(first.day, day) for first in firsts)
            yield from ((link, fault) for fault in faults if fault)
