"""Where a session, or a treatment day, stands: as the search weighs it, and as it is placed."""

from __future__ import annotations

from datetime import date, time
from typing import NamedTuple

from ketasched.domain.candidate import Reason
from ketasched.planning.target import Target
from ketasched.planning.treatment_day import DayPlan

Cost = tuple[int, int, int]
"""Squared days from target, whether it is on another day than that, minutes of change."""
FREE: Cost = (0, 0, 0)


def add_costs(cost: Cost, other: Cost) -> Cost:
    """Both together."""
    return cost[0] + other[0], cost[1] + other[1], cost[2] + other[2]


class Standing(NamedTuple):
    """A step of the search on a day; ``weeks``: how far the targets from here on are put off.
    ``carried``: of each distance to a session behind it that is still open, what of that one's days
    it leaves. Of a treatment day ``plan`` is when its free sessions start. ``reaches``: from which
    day to which, where some of its sessions took place, or were put, on another day.
    """

    weeks: int
    day: date
    start: time
    moved_minutes: int
    cost: Cost
    carried: tuple[frozenset[tuple[int, date]], ...] = ()
    plan: DayPlan | None = None
    reaches: tuple[date, date] | None = None

    @property
    def first(self) -> date:
        """Its first day."""
        return self.reaches[0] if self.reaches else self.day

    @property
    def last(self) -> date:
        """Its last day."""
        return self.reaches[1] if self.reaches else self.day


class Placed(NamedTuple):
    """Where a session stands, and why it is not on its target at the asked time."""

    target: Target
    day: date
    start: time
    moved_minutes: int
    reasons: tuple[Reason, ...] = ()
