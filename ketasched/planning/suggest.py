"""Every start of a range, with every weekday pattern, ranked by how well its course goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from ketasched.errors import KetaschedError
from ketasched.planning.advice import patterns
from ketasched.planning.plan import place_sessions
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import Failure

LONGEST_RANGE = 3 * 366
"""The most days in which a start is looked for."""


class Suggestion(NamedTuple):
    """A start and its weekday pattern, empty where the protocol leaves none to choose.

    ``weeks`` is the length of its pauses; ``moved`` counts the sessions on another day than their
    target, ``days_moved`` the days they moved. Without a course (not ``feasible``) all are 0.
    """

    start: date
    days: tuple[int, ...]
    feasible: bool
    pauses: int = 0
    weeks: int = 0
    moved: int = 0
    days_moved: int = 0


def suggest(order: Order, first: date, last: date) -> list[Suggestion]:
    """The starts from ``first`` to ``last``, both included, the best first.

    Best is: the fewest pauses, the fewest sessions moved, the fewest days moved, then the
    earliest; of one start the most even pattern. Starts without a course come last.

    Raises:
        KetaschedError: no start has a course, one for want of something known, such as holidays.
    """
    suggestions: list[Suggestion] = []
    unknown: list[KetaschedError] = []
    for number in range((last - first).days + 1):
        moved = replace(order, start=first + timedelta(days=number))
        offered = [order.days] if order.days else patterns(moved) or [()]
        suggestions += [_outcome(replace(moved, days=days), unknown) for days in offered]
    if unknown and not any(suggestion.feasible for suggestion in suggestions):
        raise unknown[0]
    return sorted(
        suggestions,
        key=lambda suggestion: (
            not suggestion.feasible,
            suggestion.pauses,
            suggestion.moved,
            suggestion.days_moved,
            suggestion.start,
        ),
    )


def _outcome(order: Order, unknown: list[KetaschedError]) -> Suggestion:
    try:
        placement = place_sessions(order)
    except KetaschedError as problem:  # of this start: another one may do
        unknown.append(problem)
        return Suggestion(order.start, (), feasible=False)
    if isinstance(placement, Failure):
        return Suggestion(order.start, order.days, feasible=False)
    distances = [abs((seat.day - seat.target.day).days) for seat in placement.placed]
    return Suggestion(
        order.start,
        order.days,
        feasible=True,
        pauses=1 if placement.pause else 0,
        weeks=placement.pause.weeks if placement.pause else 0,
        moved=sum(days > 0 for days in distances),
        days_moved=sum(distances),
    )
