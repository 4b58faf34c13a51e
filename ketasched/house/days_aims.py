"""What is looked for among days: the most admitted, the nearest days, the earliest starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.house import solver
from ketasched.house.days_model import DaysModel
from ketasched.house.ideal_days import distance_of

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import LinearExpr

MOST_IN_ORDER = 300
"""The most patients among whom the order of the list decides where all else is as good: of more,
the numbers would be too large for the solver.
"""
MOST_WEIGHT = 2**31
"""The most that admitting one wish counts: a larger number is left to a search of its own."""


def admitted(days: DaysModel) -> list[tuple[LinearExpr, dict[int, int]]]:
    """How many are admitted, as many priorities at once as numbers hold: a priority counts more
    than all that are less urgent.
    """
    wishes = days.question.wishes
    stages: list[dict[int, int]] = [{}]
    weight = 1
    for level in sorted({wish.priority for wish in wishes}, reverse=True):
        own = [number for number, wish in enumerate(wishes) if wish.priority == level]
        if weight > MOST_WEIGHT:
            stages.insert(0, {})
            weight = 1
        stages[0] |= dict.fromkeys(own, weight)
        weight += weight * len(own)
    return [
        (
            solver.weighted(
                (admit, weights[wish])
                for wish, row in days.admits.items()
                if wish in weights
                for _, admit in row
            ),
            weights,
        )
        for weights in stages
    ]


def distance(days: DaysModel, unit: int) -> LinearExpr:
    """Squared days from target, then sessions moved."""
    return solver.weighted(days.terms(lambda seat: distance_of(seat, unit)))


def later(days: DaysModel) -> LinearExpr:
    """The least minutes of change that the days alone leave, then how late courses start, then
    the order of the list.
    """
    first = min(beginning.start for beginning, _, _ in days.seats)
    far = {beginning.start: (beginning.start - first).days for beginning, _, _ in days.seats}
    last, patients = 1 + max(far.values()), len(days.question.wishes)
    a_day = last * patients**2 + 1 if patients <= MOST_IN_ORDER else 1
    terms = []
    for beginning, admit, _ in days.seats:
        day = far[beginning.start]
        in_order = (day - last) * (patients - beginning.wish) if a_day > 1 else 0
        terms.append((admit, day * a_day + in_order))
    unit = 1 + last * patients * a_day
    terms += days.terms(lambda seat: seat.standing.cost[2] * unit)
    terms += [(over, minutes * unit) for over, minutes in days.crowds]
    return solver.weighted(terms)
