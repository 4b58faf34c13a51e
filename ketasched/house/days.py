"""The first stage: which start each wish gets, and the days of all sessions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ketasched.house import solver
from ketasched.house.days_model import DaysModel
from ketasched.house.question import Beginning, Kind, Seat

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, LinearExpr

MOST_IN_ORDER = 300
"""The most patients among whom the order of the list decides where all else is as good: of more,
the numbers would be too large for the solver.
"""


SHARE = 0.6
"""The share of the time left that a search of days takes at most: times need some too."""


class Chosen(NamedTuple):
    """The days of who is admitted: by wish the beginning, and the seat of each session; what the
    admitted weigh, and how far the days are from ideal, a squared day in units.
    """

    beginnings: dict[int, tuple[Beginning, tuple[Seat, ...]]]
    admitted_is_best: bool
    most: int
    is_best: bool
    bound: int
    weight: int = 0
    distance: int = 0
    unit: int = 1

    def of_day(self) -> dict[date, list[tuple[int, Kind]]]:
        """Who comes on each day, in the order of the list."""
        days: dict[date, list[tuple[int, Kind]]] = {}
        for wish in sorted(self.beginnings):
            for seat in self.beginnings[wish][1]:
                days.setdefault(seat.day, []).append((wish, seat.kind))
        return dict(sorted(days.items()))


class DaysSearch:
    """The search for the best days, again and again: what does not fit is forbidden meanwhile."""

    def __init__(self, model: DaysModel, effort: solver.Effort) -> None:
        self.model = model
        self.effort = effort
        self._outcome: solver.Outcome | None = None
        self._not_all = False

    def solve(self, cut_off: float) -> Chosen | None:
        """The most admitted by priority, then the least squared days, then the fewest moved, then
        the least change and the earliest starts that the days alone show; None if nothing was
        found in time.
        """
        found = self._all_admitted(cut_off) or self._most_admitted(cut_off)
        if found is None or not found.is_best:
            return found
        model = self.model.model.clone()  # what holds for this search alone does not stay
        distance, _ = self._distance()
        model.add(self._admitted() >= found.weight)
        model.add(distance <= found.distance)
        last = self._best(model, self._later(), cut_off / 4, maximize=False)
        return found._replace(beginnings=self._chosen(last)) if last else found

    def _all_admitted(self, cut_off: float) -> Chosen | None:
        """The nearest days at which everybody is admitted, as mostly all can be; None where that
        is not found.
        """
        if self._not_all:
            return None
        model = self.model.model.clone()
        for row in self.model.admits.values():
            model.add_exactly_one([admit for _, admit in row])
        distance, unit = self._distance()
        outcome = self._best(model, distance, cut_off, maximize=False, tells=unit)
        if outcome is None:
            self._not_all = not self.effort.is_over
            return None
        weights = self._weights()
        return Chosen(
            self._chosen(outcome),
            admitted_is_best=True,
            most=len(self.model.admits),
            is_best=outcome.verdict == "optimal",
            bound=max(0, outcome.bound) // unit,
            weight=sum(weights[wish] for wish in self.model.admits),
            distance=outcome.best,
            unit=unit,
        )

    def _most_admitted(self, cut_off: float) -> Chosen | None:
        """The most admitted, then the nearest days; None if nothing was found in time."""
        model = self.model.model.clone()
        first = self._best(model, self._admitted(), cut_off, maximize=True)
        if first is None:
            return None
        model.add(self._admitted() >= first.best)
        distance, unit = self._distance()
        outcome = self._best(model, distance, cut_off, maximize=False, tells=unit)
        admitted_is_best = first.verdict == "optimal"
        return Chosen(
            self._chosen(outcome or first),
            admitted_is_best,
            self._most(first),
            is_best=outcome is not None and outcome.verdict == "optimal",
            bound=max(0, outcome.bound) // unit if outcome else 0,
            weight=first.best,
            distance=outcome.best if outcome else 0,
            unit=unit,
        )

    def _admitted(self) -> LinearExpr:
        weights = self._weights()
        return solver.weighted(
            (admit, weights[wish]) for wish, row in self.model.admits.items() for _, admit in row
        )

    def _best(
        self,
        model: CpModel,
        objective: LinearExpr,
        cut_off: float,
        *,
        maximize: bool,
        tells: int = 0,
    ) -> solver.Outcome | None:
        if self._outcome:
            solver.hint(model, self._outcome, self.model.variables)
        (model.maximize if maximize else model.minimize)(objective)
        if self.effort.is_over:
            return None
        outcome = solver.solve(model, self.effort, cut_off, share=SHARE, tells=tells)
        if not outcome.found:
            return None
        self._outcome = outcome
        return outcome

    def _weights(self) -> dict[int, int]:
        """What admitting each wish counts: a priority more than all that are less urgent."""
        wishes = self.model.question.wishes
        weights: dict[int, int] = {}
        weight = 1
        for level in sorted({wish.priority for wish in wishes}, reverse=True):
            own = [number for number, wish in enumerate(wishes) if wish.priority == level]
            weights |= dict.fromkeys(own, weight)
            weight += weight * len(own)
        return weights

    def _most(self, outcome: solver.Outcome) -> int:
        """The most wishes that any plan admits."""
        if outcome.verdict == "optimal":
            return sum(
                outcome.is_set(admit) for row in self.model.admits.values() for _, admit in row
            )
        alike = len({wish.priority for wish in self.model.question.wishes}) == 1
        return outcome.bound if alike else len(self.model.admits)

    def _distance(self) -> tuple[LinearExpr, int]:
        """Squared days from target, then sessions moved; and how much a squared day weighs."""
        unit = 1 + sum(
            max(len(beginning.seats) for beginning, _ in row) for row in self.model.admits.values()
        )
        terms = self.model.terms(lambda seat: seat.standing.cost[0] * unit + seat.standing.cost[1])
        return solver.weighted(terms), unit

    def _later(self) -> LinearExpr:
        """The least minutes of change that the days alone leave, then how late courses start, then
        the order of the list.
        """
        first = min(beginning.start for beginning, _, _ in self.model.seats)
        days = {
            beginning.start: (beginning.start - first).days for beginning, _, _ in self.model.seats
        }
        last, patients = 1 + max(days.values()), len(self.model.question.wishes)
        a_day = last * patients**2 + 1 if patients <= MOST_IN_ORDER else 1
        terms = []
        for beginning, admit, _ in self.model.seats:
            day = days[beginning.start]
            in_order = (day - last) * (patients - beginning.wish) if a_day > 1 else 0
            terms.append((admit, day * a_day + in_order))
        unit = 1 + last * patients * a_day
        terms += self.model.terms(lambda seat: seat.standing.cost[2] * unit)
        terms += [(over, far * unit) for over, far in self.model.crowds]
        return solver.weighted(terms)

    def _chosen(self, outcome: solver.Outcome) -> dict[int, tuple[Beginning, tuple[Seat, ...]]]:
        return {
            beginning.wish: (
                beginning,
                tuple(
                    next(
                        seat
                        for seat, choice in zip(seats, row, strict=True)
                        if outcome.is_set(choice)
                    )
                    for seats, row in zip(beginning.seats, rows, strict=True)
                ),
            )
            for beginning, admit, rows in self.model.seats
            if outcome.is_set(admit)
        }
