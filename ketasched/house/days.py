"""The first stage: which start each wish gets, and the days of all sessions, with no more on a day
than its hours could hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ketasched.house import solver
from ketasched.house.day_limits import Crowd, free_at, least_in, stretches
from ketasched.house.question import Beginning, Kind, Question, Seat

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr


MOST_IN_ORDER = 300
"""The most patients among whom the order of the list decides where all else is as good: of more,
the numbers would be too large for the solver.
"""


class Visitor(NamedTuple):
    """Somebody who may come on a day: the wish, the session's seat, and the choice of it."""

    wish: int
    seat: Seat
    choice: IntVar


class Chosen(NamedTuple):
    """The days of who is admitted: by wish the beginning, and the seat of each session."""

    beginnings: dict[int, tuple[Beginning, tuple[Seat, ...]]]
    admitted_is_best: bool
    most: int
    is_best: bool
    bound: int

    def of_day(self) -> dict[date, list[tuple[int, Kind]]]:
        """Who comes on each day, in the order of the list."""
        days: dict[date, list[tuple[int, Kind]]] = {}
        for wish in sorted(self.beginnings):
            for seat in self.beginnings[wish][1]:
                days.setdefault(seat.day, []).append((wish, seat.kind))
        return dict(sorted(days.items()))


class DaysModel:
    """Days for all, to which what was found not to fit is added."""

    def __init__(self, question: Question, effort: solver.Effort) -> None:
        self.question = question
        self.effort = effort
        self.model = solver.new_model()
        self.variables: list[IntVar] = []
        self.admits: dict[int, list[tuple[Beginning, IntVar]]] = {}
        self.seats: list[tuple[Beginning, IntVar, list[list[IntVar]]]] = []
        self.on: dict[date, list[Visitor]] = {}
        for beginning in question.beginnings:
            self._add(beginning)
        for of_wish in self.admits.values():
            self.model.add_at_most_one([admit for _, admit in of_wish])
        self.crowds: list[tuple[IntVar, int]] = []
        for day, visitors in self.on.items():
            self._keep_within(day, visitors)
            self._note_crowds(day, visitors)
        self._outcome: solver.Outcome | None = None

    # The courses

    def _new(self) -> IntVar:
        self.variables.append(self.model.new_bool_var(""))
        return self.variables[-1]

    def _add(self, beginning: Beginning) -> None:
        """A course from one start: a seat for each session if it is chosen, in reach of the one
        before.
        """
        admit = self._new()
        self.admits.setdefault(beginning.wish, []).append((beginning, admit))
        rows: list[list[IntVar]] = []
        for index, seats in enumerate(beginning.seats):
            row = [admit] if len(seats) == 1 else [self._new() for _ in seats]
            if len(seats) > 1:
                self.model.add(sum(row) == admit)
            for seat, choice in zip(seats, row, strict=True):
                self.on.setdefault(seat.day, []).append(Visitor(beginning.wish, seat, choice))
            if index:
                self._follow(rows[-1], row, beginning.follows[index - 1])
            rows.append(row)
        self.seats.append((beginning, admit, rows))

    def _follow(
        self, before: list[IntVar], row: list[IntVar], follows: Sequence[Sequence[int]]
    ) -> None:
        for choice, places in zip(row, follows, strict=True):
            if len(places) < len(before):
                self.model.add_bool_or([~choice, *(before[place] for place in places)])

    # The days

    def _keep_within(self, day: date, visitors: Sequence[Visitor]) -> None:
        """No stretch of a day holds more than is free in it, whatever the times are."""
        for resource in self.question.resources:
            free = self.question.free(day, resource)
            kinds = list(dict.fromkeys(visitor.seat.kind for visitor in visitors))
            for begins, ends in stretches(kinds, resource):
                room = sum(
                    run.number * max(0, min(ends, run.ends) - max(begins, run.begins))
                    for run in free
                )
                needs = {kind: least_in(kind, resource, begins, ends) for kind in kinds}
                self._hold(visitors, needs, room)

    def _note_crowds(self, day: date, visitors: Sequence[Visitor]) -> None:
        """Count who cannot all start at the time nearest to the asked one, and how far at least
        each of those has to go; it only chooses among days that are as good.
        """
        for resource in self.question.resources:
            kinds = list(dict.fromkeys(visitor.seat.kind for visitor in visitors))
            for minute in sorted({kind.starts[0].minute for kind in kinds}):
                crowd = Crowd(resource, minute)
                needs = {kind: crowd.need(kind, kind.starts[0]) for kind in kinds}
                ways = (crowd.way_out(kind) for kind in kinds if needs[kind])
                far = min((way for way in ways if way), default=0)
                there = [(each.choice, needs[each.seat.kind]) for each in visitors]
                there = [(choice, need) for choice, need in there if need]
                free = free_at(self.question, day, resource, minute)
                if far and sum(need for _, need in there) > free:
                    over = self.model.new_int_var(0, sum(need for _, need in there), "")
                    self.model.add(over >= solver.weighted(there) - free)
                    self.crowds.append((over, max(1, far // max(need for _, need in there))))

    def _hold(self, visitors: Sequence[Visitor], needs: dict[Kind, int], room: int) -> None:
        """The visitors who come need no more than there is room, unless they never could."""
        most: dict[int, int] = {}
        for visitor in visitors:
            most[visitor.wish] = max(most.get(visitor.wish, 0), needs[visitor.seat.kind])
        if sum(most.values()) > room:
            self.model.add(
                solver.weighted(
                    (visitor.choice, needs[visitor.seat.kind])
                    for visitor in visitors
                    if needs[visitor.seat.kind]
                )
                <= room
            )

    def allow(self, day: date, number: int, wishes: Iterable[int], kinds: Iterable[Kind]) -> None:
        """Of some wishes at most so many come on a day with sessions of some kinds."""
        among, like = set(wishes), set(kinds)
        self.model.add(
            sum(
                visitor.choice
                for visitor in self.on[day]
                if visitor.wish in among and visitor.seat.kind in like
            )
            <= number
        )

    # The search

    def solve(self, cut_off: float) -> Chosen | None:
        """The most admitted by priority, then the least squared days, then the fewest moved, then
        the least change and the earliest starts that the days alone show; None if nothing was
        found in time.
        """
        weights = self._weights()
        model = self.model.clone()  # what holds for this search alone does not stay
        admitted = solver.weighted(
            (admit, weights[wish]) for wish, row in self.admits.items() for _, admit in row
        )
        outcome = self._best(model, admitted, cut_off, maximize=True)
        if outcome is None:
            return None
        admitted_is_best = outcome.verdict == "optimal"
        count = self._most_admitted(outcome, proved=admitted_is_best)
        model.add(admitted >= outcome.best)
        distance, moved_unit = self._distance()
        second = self._best(model, distance, cut_off, maximize=False, tells=moved_unit) or outcome
        is_best = second is not outcome and second.verdict == "optimal"
        bound = max(0, second.bound) // moved_unit if second is not outcome else 0
        if is_best:
            model.add(distance <= second.best)
            second = self._best(model, self._later(), cut_off / 4, maximize=False) or second
        self._outcome = second
        return Chosen(self._chosen(second), admitted_is_best, count, is_best, bound)

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
            solver.hint(model, self._outcome, self.variables)
        (model.maximize if maximize else model.minimize)(objective)
        if self.effort.is_over:
            return None
        outcome = solver.solve(model, self.effort, cut_off, tells=tells)
        if not outcome.found:
            return None
        self._outcome = outcome
        return outcome

    def _weights(self) -> dict[int, int]:
        """What admitting each wish counts: a priority more than all that are less urgent."""
        wishes = self.question.wishes
        weights: dict[int, int] = {}
        weight = 1
        for level in sorted({wish.priority for wish in wishes}, reverse=True):
            own = [number for number, wish in enumerate(wishes) if wish.priority == level]
            weights |= dict.fromkeys(own, weight)
            weight += weight * len(own)
        return weights

    def _most_admitted(self, outcome: solver.Outcome, *, proved: bool) -> int:
        """The most wishes that any plan admits."""
        if proved:
            return sum(outcome.is_set(admit) for row in self.admits.values() for _, admit in row)
        return len(self.admits)

    def _distance(self) -> tuple[LinearExpr, int]:
        """Squared days from target, then sessions moved; and how much a squared day weighs."""
        unit = 1 + sum(
            max(len(beginning.seats) for beginning, _ in row) for row in self.admits.values()
        )
        terms = self._terms(lambda seat: seat.standing.cost[0] * unit + seat.standing.cost[1])
        return solver.weighted(terms), unit

    def _later(self) -> LinearExpr:
        """The least minutes of change that the days alone leave, then how late courses start, then
        the order of the list.
        """
        first = min(beginning.start for beginning, _, _ in self.seats)
        days = {beginning.start: (beginning.start - first).days for beginning, _, _ in self.seats}
        last, patients = 1 + max(days.values()), len(self.question.wishes)
        a_day = last * patients**2 + 1 if patients <= MOST_IN_ORDER else 1
        terms = []
        for beginning, admit, _ in self.seats:
            day = days[beginning.start]
            in_order = (day - last) * (patients - beginning.wish) if a_day > 1 else 0
            terms.append((admit, day * a_day + in_order))
        unit = 1 + last * patients * a_day
        terms += self._terms(lambda seat: seat.standing.cost[2] * unit)
        terms += [(over, far * unit) for over, far in self.crowds]
        return solver.weighted(terms)

    def _terms(self, cost: Callable[[Seat], int]) -> list[tuple[IntVar, int]]:
        return [
            (choice, cost(seat))
            for beginning, _, rows in self.seats
            for seats, row in zip(beginning.seats, rows, strict=True)
            for seat, choice in zip(seats, row, strict=True)
            if cost(seat)
        ]

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
            for beginning, admit, rows in self.seats
            if outcome.is_set(admit)
        }
