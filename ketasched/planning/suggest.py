"""Every start of a range, with every weekday pattern, ranked by how well its course goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from ketasched.errors import KetaschedError
from ketasched.planning.advice import later_patterns, patterns
from ketasched.planning.plan import place_sessions
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import Failure
from ketasched.progress import Tell

LONGEST_RANGE = 3 * 366
"""The most days in which a start is looked for."""


class Robustness(NamedTuple):
    """What each single fault does to a course, and each of some ``pairs`` of them: a session is
    missed, a day on which the clinic closes, a week in which the patient is sick.

    ``legal`` is the share of single faults after which all that is to come has a legal day without
    a further pause, ``legal_pairs`` that of the pairs (None: there are none). ``mean_days_moved``:
    the days by which sessions then move in all, make-ups from the day of what they make up for, on
    the average of the single faults that stay legal; None where none does.
    """

    misses: int
    closed_days: int
    sick_weeks: int
    legal: float
    mean_days_moved: float | None
    pairs: int
    legal_pairs: float | None


class Suggestion(NamedTuple):
    """A start and its weekday pattern, empty where the protocol leaves none to choose.

    ``weeks`` is the length of its pauses; ``moved`` counts the sessions on another day than their
    target, ``days_moved`` the days they moved; ``first`` and ``last`` are the days of its first and
    last session, or of the start. Without a course (not ``feasible``) all are 0.
    ``robust``: what faults would do to it, if that was asked.
    """

    start: date
    days: tuple[int, ...]
    feasible: bool
    first: date
    last: date
    pauses: int = 0
    weeks: int = 0
    moved: int = 0
    days_moved: int = 0
    robust: Robustness | None = None


def suggest(
    order: Order, first: date, last: date, tell: Tell = lambda _done, _total: None
) -> list[Suggestion]:
    """The starts from ``first`` to ``last``, both included, the best first; ``tell`` is told how
    many days have been tried, and of how many.

    Best is: the fewest pauses, the fewest sessions moved, the fewest days moved, then the
    earliest; of one start the most even pattern. Starts without a course come last. Patterns of
    phases after the first are told where they go better.

    Raises:
        KetaschedError: no start has a course, one for want of something known, such as holidays.
    """
    suggestions: list[Suggestion] = []
    unknown: list[KetaschedError] = []
    days = (last - first).days + 1
    for number in range(days):
        tell(number, days)
        moved = replace(order, start=first + timedelta(days=number))
        offered = [order.days] if order.days else patterns(moved) or [()]
        of_start = [_outcome(replace(moved, days=pattern), unknown) for pattern in offered]
        suggestions += of_start
        if not order.days:
            suggestions += _better_later(moved, min(of_start, key=_merit), unknown)
    if unknown and not any(suggestion.feasible for suggestion in suggestions):
        raise unknown[0]
    return sorted(
        suggestions,
        key=lambda suggestion: (_merit(suggestion), suggestion.start),
    )


def _merit(suggestion: Suggestion) -> tuple[bool, int, int, int]:
    """How well a course goes: the least is the best."""
    return not suggestion.feasible, suggestion.pauses, suggestion.moved, suggestion.days_moved


def _better_later(
    order: Order, best: Suggestion, unknown: list[KetaschedError]
) -> list[Suggestion]:
    """The best pattern of the phases after the first, if it goes better than leaving that open."""
    if best.feasible and not best.pauses and not best.moved:
        return []
    later = (_outcome(replace(order, days=days), unknown) for days in later_patterns(order))
    better = [suggestion for suggestion in later if _merit(suggestion) < _merit(best)]
    return [min(better, key=_merit)] if better else []


def _outcome(order: Order, unknown: list[KetaschedError]) -> Suggestion:
    try:
        placement = place_sessions(order)
    except KetaschedError as problem:  # of this start: another one may do
        unknown.append(problem)
        return Suggestion(order.start, (), feasible=False, first=order.start, last=order.start)
    if isinstance(placement, Failure):
        return Suggestion(
            order.start, order.days, feasible=False, first=order.start, last=order.start
        )
    distances = [abs((seat.day - seat.target.day).days) for seat in placement.placed]
    return Suggestion(
        order.start,
        order.days,
        feasible=True,
        first=min(seat.day for seat in placement.placed),
        last=max(seat.day for seat in placement.placed),
        pauses=1 if placement.pause else 0,
        weeks=placement.pause.weeks if placement.pause else 0,
        moved=sum(days > 0 for days in distances),
        days_moved=sum(distances),
    )
