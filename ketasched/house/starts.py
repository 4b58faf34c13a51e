"""From which starts a wish has a course, and what the best one costs: asked for once, explained to
nobody yet.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ketasched.errors import KetaschedError
from ketasched.house.waiting import Cost, Wish
from ketasched.planning.best_days import Search
from ketasched.planning.plan import targets_of
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import Failure
from ketasched.planning.standing import Standing
from ketasched.planning.target import Target


class Starts:
    """The starts of some wishes. Who asks for the same has the same order, and its ideal days are
    laid out once.
    """

    def __init__(self) -> None:
        self._targets: dict[tuple[int, date], list[Target]] = {}
        self._orders: dict[int, Order] = {}

    def targets(self, wish: Wish, start: date) -> list[Target]:
        """The ideal days from a start; none if there is no course from it."""
        order = wish.order
        self._orders[id(order)] = order  # so that no other one has its identity
        key = id(order), start
        if key not in self._targets:
            try:
                targets = targets_of(replace(order, start=start))
            except KetaschedError:
                targets = []
            self._targets[key] = [] if isinstance(targets, Failure) else targets
        return self._targets[key]

    def search_of(self, wish: Wish, order: Order, start: date) -> Search | None:
        """The search for the best days from a start, for the wish's order in some room; None if
        there is no course from it.
        """
        targets = self.targets(wish, start)
        order = replace(order, start=start)
        return Search(targets, order.slots_for_all(), {}, start) if targets else None


def is_helped_by_pause(search: Search) -> bool:
    """Whether there is a course with a pause."""
    longest = max(target.phase.pause for target in search.targets)
    return any(search.best(weeks) for weeks in range(1, longest + 1))


def cost_of_days(chosen: list[Standing]) -> Cost:
    """What a course without a pause costs."""
    parts = zip(*(standing.cost for standing in chosen), strict=True)
    return Cost(0, *map(sum, parts))
