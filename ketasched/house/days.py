"""The first stage: which start each wish gets, and the days of all sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ketasched.house import days_aims, solver
from ketasched.house.day_limits import Cut, broken
from ketasched.house.days_model import DaysModel
from ketasched.house.ideal_days import Ideal, ideal_of
from ketasched.house.kind import Kind
from ketasched.house.question import Beginning, Question, Seat
from ketasched.house.waiting import Place

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, LinearExpr

A_FIRST_LOOK = 0.5
"""The share of a search that is spent on whether everybody can have the nearest days there are."""
A_MOMENT = 2.0
"""The solver's seconds for other days near those that were found."""
SHARE = 0.6
"""The share of the time left that a search of days takes at most: times need some too."""


class Chosen(NamedTuple):
    """The days of who is admitted: by wish the beginning, and the seat of each session; how
    far the days are from ideal, a squared day in units.
    """

    beginnings: dict[int, tuple[Beginning, tuple[Seat, ...]]]
    admitted_is_best: bool
    most: int
    is_best: bool
    bound: int
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
    """The search for the best days, again and again: what does not fit is forbidden meanwhile.
    ``least``: the squared days of each wish that no plan without a pause is nearer than.
    """

    def __init__(
        self, question: Question, effort: solver.Effort, places: Sequence[Place], cut_off: float
    ) -> None:
        self.question = question
        self.effort = effort
        self._begins_at = places
        self._cut_off = cut_off
        self._cuts: list[Cut] = []
        self._changed: set[date] = set()
        self._unit = 1 + _most_sessions(question)
        self._ideal: Ideal | None = ideal_of(question.beginnings, self._unit)
        self.least = {wish: far // self._unit for wish, far in self._ideal.least.items()}
        self._least = sum(self._ideal.least.values())
        self._models: dict[bool, DaysModel] = {}
        self._outcomes: dict[int, solver.Outcome] = {}
        self._not_all = False

    def forbid(self, cuts: Sequence[Cut]) -> None:
        """Look for other days from now on."""
        self._cuts += cuts
        self._changed |= {cut.day for cut in cuts}
        for model in self._models.values():
            for cut in cuts:
                model.keep(cut)

    def nearest(self) -> Chosen | None:
        """The most admitted by priority, then the least squared days, then the fewest moved, that
        keep to the limits of each day; None if nothing was found in time.
        """
        while True:
            chosen = self.all_ideal() or self._all_admitted() or self._most_admitted()
            if chosen is None or not self._breaks(chosen) or self.effort.ran_out():
                return chosen

    def _breaks(self, chosen: Chosen) -> bool:
        """Whether more come on a day than it could hold, which is forbidden then."""
        cuts = [
            limit
            for day, comers in chosen.of_day().items()
            for limit in broken(self.question, day, [kind for _, kind in comers])
        ]
        self.forbid(cuts)
        return bool(cuts)

    # The nearest days

    def _days(self, *, ideal: bool) -> DaysModel:
        """The model of all days, or of the ideal ones."""
        if ideal not in self._models:
            own = self._ideal.beginnings if ideal and self._ideal else self.question.beginnings
            self._models[ideal] = DaysModel(self.question, own, self._cuts)
            self._models[ideal].begin_at(self._begins_at)
        return self._models[ideal]

    def all_ideal(self) -> Chosen | None:
        """Everybody at the nearest days there are; None if that is not found."""
        while self._ideal is not None:
            days = self._days(ideal=True)
            outcome = self._best(days, self._ideal_model(days, near_last=True), None, A_MOMENT)
            if not outcome.found:
                model = self._ideal_model(days, near_last=False)
                outcome = self._best(days, model, None, self._cut_off * A_FIRST_LOOK)
            if not outcome.found:
                self._ideal = None
                return None
            self._changed.clear()
            chosen = self._chosen_all(days, outcome, self._least, self._least)
            if not self._breaks(chosen) or self.effort.ran_out():
                return chosen
        return None

    def _ideal_model(self, days: DaysModel, *, near_last: bool) -> CpModel:
        """Everybody at the nearest days there are; ``near_last``: who came on no day that did not
        hold those who came starts as before, so that most days stay as they are.
        """
        model = days.model.clone()
        _admit_all(days, model)
        model.add(days_aims.distance(days, self._unit) <= self._least)
        last = self._outcomes.get(id(days))
        if near_last and last and self._changed:
            came = (each for day in self._changed for each in days.on.get(day, ()))
            loose = {visitor.wish for visitor in came if last.is_set(visitor.choice)}
            starts = (
                each for wish, row in days.admits.items() if wish not in loose for each in row
            )
            for _, admit in starts:
                model.add(admit == last.is_set(admit))
        return model

    def most_ideal(self) -> Chosen | None:
        """As many as possible at the nearest days there are, where not all can be, or it was not
        found; no plan that admits everybody is nearer. None if nobody was found in time.
        """
        days = self._models[True]
        model = days.model.clone()
        model.add(days_aims.distance(days, self._unit) <= self._least)
        objective = days_aims.admitted(days)[0][0]
        outcome = self._best(days, model, objective, self._cut_off * A_FIRST_LOOK, maximize=True)
        return self._chosen_all(days, outcome, outcome.best, -1) if outcome.found else None

    def begin_at(self, places: Sequence[Place]) -> None:
        """Look from a plan on."""
        self._begins_at = places

    def _all_admitted(self) -> Chosen | None:
        """The nearest days at which everybody is admitted, as mostly all can be; None where that
        is not found.
        """
        if self._not_all:
            return None
        days = self._days(ideal=False)
        model = days.model.clone()
        _admit_all(days, model)
        outcome = self._best(
            days, model, days_aims.distance(days, self._unit), self._cut_off, tells=self._unit
        )
        if not outcome.found:
            self._not_all = not self.effort.ran_out()
            return None
        return self._chosen_all(days, outcome, outcome.best, outcome.bound)

    def _chosen_all(
        self, days: DaysModel, outcome: solver.Outcome, distance: int, bound: int
    ) -> Chosen:
        return Chosen(
            _chosen(days, outcome),
            admitted_is_best=True,
            most=len(days.admits),
            is_best=distance == bound,
            bound=max(bound, self._least) // self._unit,
            distance=distance,
            unit=self._unit,
        )

    def _most_admitted(self) -> Chosen | None:
        """The most admitted, then the nearest days; None if nothing was found in time."""
        days = self._days(ideal=False)
        model = days.model.clone()
        first, is_best = solver.Outcome("unknown"), True
        for admitted, _ in days_aims.admitted(days):
            outcome = self._best(days, model, admitted, self._cut_off, maximize=True)
            if not outcome.found:
                break
            first, is_best = outcome, is_best and outcome.verdict == "optimal"
            model.add(admitted >= first.best)
        if not first.found:
            return None
        outcome = self._best(
            days, model, days_aims.distance(days, self._unit), self._cut_off, tells=self._unit
        )
        return Chosen(
            _chosen(days, outcome if outcome.found else first),
            is_best,
            self._most(days, first),
            is_best=outcome.verdict == "optimal" and is_best,
            bound=max(0, outcome.bound) // self._unit,
            distance=outcome.best,
            unit=self._unit,
        )

    def earliest(self, nearest: Chosen) -> Chosen | None:
        """As near, at the least change and the earliest starts that the days alone show; None if
        that is not found.
        """
        days = self._days(ideal=self._ideal is not None)
        aim = days_aims.later(days)  # adds to the model, so it comes before a clone
        while True:
            model = days.model.clone()  # what holds for this search alone does not stay
            for weighted, weights in days_aims.admitted(days):
                model.add(weighted >= sum(weights.get(wish, 0) for wish in nearest.beginnings))
            model.add(days_aims.distance(days, self._unit) <= nearest.distance)
            outcome = self._best(days, model, aim, self._cut_off / 4)
            if not outcome.found:
                return None
            chosen = nearest._replace(beginnings=_chosen(days, outcome))
            if not self._breaks(chosen) or self.effort.ran_out():
                return chosen

    def _best(
        self,
        days: DaysModel,
        model: CpModel,
        objective: LinearExpr | None,
        cut_off: float,
        *,
        maximize: bool = False,
        tells: int = 0,
    ) -> solver.Outcome:
        """The best there is in a model of some days, from the last such on."""
        last = self._outcomes.get(id(days))
        if last:
            solver.hint(model, last, days.variables)
        if objective is not None:
            (model.maximize if maximize else model.minimize)(objective)
        if self.effort.ran_out():
            return solver.Outcome("unknown")
        outcome = solver.solve(model, self.effort, cut_off, share=SHARE, tells=tells)
        if outcome.found:
            self._outcomes[id(days)] = outcome
        return outcome

    def _most(self, days: DaysModel, outcome: solver.Outcome) -> int:
        """The most wishes that any plan admits."""
        if outcome.verdict == "optimal":
            return sum(outcome.is_set(admit) for row in days.admits.values() for _, admit in row)
        alike = len({wish.priority for wish in self.question.wishes}) == 1
        return outcome.bound if alike else len(days.admits)


def _most_sessions(question: Question) -> int:
    """The most sessions that all wishes have together."""
    most: dict[int, int] = {}
    for beginning in question.beginnings:
        most[beginning.wish] = max(len(beginning.seats), most.get(beginning.wish, 0))
    return sum(most.values())


def _admit_all(days: DaysModel, model: CpModel) -> None:
    for row in days.admits.values():
        model.add_exactly_one([admit for _, admit in row])


def _chosen(
    days: DaysModel, outcome: solver.Outcome
) -> dict[int, tuple[Beginning, tuple[Seat, ...]]]:
    return {
        beginning.wish: (
            beginning,
            tuple(
                next(
                    seat for seat, choice in zip(seats, row, strict=True) if outcome.is_set(choice)
                )
                for seats, row in zip(beginning.seats, rows, strict=True)
            ),
        )
        for beginning, admit, rows in days.seats
        if outcome.is_set(admit)
    }
