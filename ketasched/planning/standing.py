"""A session on a day, as the search for the best days weighs it."""

from __future__ import annotations

from datetime import date, time
from typing import NamedTuple

Cost = tuple[int, int, int]
"""Squared days from target, whether it is on another day than that, minutes of change."""
FREE: Cost = (0, 0, 0)


def add_costs(cost: Cost, other: Cost) -> Cost:
    """Both together."""
    return cost[0] + other[0], cost[1] + other[1], cost[2] + other[2]


class Standing(NamedTuple):
    """A session on a day; ``weeks``: how far the targets from here on are put off. ``carried``: of
    each distance to a session behind it that is still open, what of that one's days it leaves.
    """

    weeks: int
    day: date
    start: time
    moved_minutes: int
    cost: Cost
    carried: tuple[frozenset[tuple[int, date]], ...] = ()
