"""The model of the first stage: a start for each wish and a day for each session, with no more on a
day than its hours could hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ketasched.house import solver
from ketasched.house.day_limits import Crowd, Cut, free_at, fullest
from ketasched.house.kind import Kind
from ketasched.house.question import Beginning, Question, Seat
from ketasched.house.waiting import Admitted, Place

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar


class Visitor(NamedTuple):
    """Somebody who may come on a day: the wish, the session's seat, and the choice of it."""

    wish: int
    seat: Seat
    choice: IntVar


class DaysModel:
    """Days for all who begin in some ways, to which what any plan keeps to is added."""

    def __init__(
        self, question: Question, beginnings: Sequence[Beginning], cuts: Iterable[Cut]
    ) -> None:
        self.question = question
        self.model = solver.new_model()
        self.variables: list[IntVar] = []
        self._index: dict[int, int] = {}
        self.admits: dict[int, list[tuple[Beginning, IntVar]]] = {}
        self.seats: list[tuple[Beginning, IntVar, list[list[IntVar]]]] = []
        self.on: dict[date, list[Visitor]] = {}
        for beginning in beginnings:
            self._add(beginning)
        for of_wish in self.admits.values():
            self.model.add_at_most_one([admit for _, admit in of_wish])
        weights = self._weights()
        for day in self.on:
            for limit in fullest(question, day, weights[day]):
                self.keep(limit)
        for cut in cuts:
            self.keep(cut)

    def begin_at(self, places: Sequence[Place]) -> None:
        """Let the first search begin at a plan, as far as it takes no pause."""
        values = [0] * len(self.variables)
        for beginning, admit, rows in self.seats:
            place = places[beginning.wish]
            if isinstance(place, Admitted) and place.course.start == beginning.start:
                days = {each.number: each.start.date() for each in place.course.sessions}
                choices = _choices(beginning, rows, days)
                for choice in [admit, *choices] if choices else ():
                    values[self._index[choice.index]] = 1
        for variable, value in zip(self.variables, values, strict=True):
            self.model.add_hint(variable, value)

    # The courses

    def _new(self) -> IntVar:
        self.variables.append(self.model.new_bool_var(""))
        self._index[self.variables[-1].index] = len(self.variables) - 1
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
                self.model.add_exactly_one([*row, ~admit])
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

    def _weights(self) -> dict[date, dict[Kind, float]]:
        """How many sessions of each kind may be expected on each day."""
        weights: dict[date, dict[Kind, float]] = {day: {} for day in self.on}
        for beginning, _, _ in self.seats:
            share = 1 / len(self.admits[beginning.wish])
            for seats in beginning.seats:
                for seat in seats:
                    of_day = weights[seat.day]
                    of_day[seat.kind] = of_day.get(seat.kind, 0) + share / len(seats)
        return weights

    def keep(self, cut: Cut) -> None:
        """Let the days keep to it, unless they do whoever comes."""
        needs: dict[tuple[int, Kind], int] = {}
        most: dict[int, int] = {}
        terms = []
        for wish, seat, choice in self.on.get(cut.day, ()):
            key = wish, seat.kind
            if key not in needs:
                needs[key] = cut.need(wish, seat.kind)
                most[wish] = max(most.get(wish, 0), needs[key])
            if needs[key]:
                terms.append((choice, needs[key]))
        if sum(most.values()) > cut.most:
            self.model.add(solver.weighted(terms) <= cut.most)

    @cached_property
    def crowds(self) -> list[tuple[IntVar, int]]:
        """How many cannot all start at the time nearest to the asked one, and how far at least each
        of those has to go; it only chooses among days that are as good.
        """
        crowds: list[tuple[IntVar, int]] = []
        for day, visitors in self.on.items():
            there = [(part, each.choice) for each in visitors for part in each.seat.kind.parts]
            kinds = list(dict.fromkeys(part for part, _ in there))
            for resource in self.question.resources:
                for minute in sorted({kind.starts[0].minute for kind in kinds}):
                    crowds += self._crowd(day, there, kinds, Crowd(resource, minute))
        return crowds

    def _crowd(
        self,
        day: date,
        visitors: Sequence[tuple[Kind, IntVar]],
        kinds: Sequence[Kind],
        crowd: Crowd,
    ) -> list[tuple[IntVar, int]]:
        needs = {kind: crowd.need(kind, kind.starts[0]) for kind in kinds}
        ways = (crowd.way_out(kind) for kind in kinds if needs[kind])
        far = min((way for way in ways if way), default=0)
        there = [(choice, needs[kind]) for kind, choice in visitors]
        there = [(choice, need) for choice, need in there if need]
        taken = sum(need for _, need in there)
        free = free_at(self.question, day, crowd.resource, crowd.minute)
        if not far or taken <= free:
            return []
        over = self.model.new_int_var(0, taken, "")
        self.model.add(over >= solver.weighted(there) - free)
        return [(over, max(1, far // max(need for _, need in there)))]

    def terms(self, cost: Callable[[Seat], int]) -> list[tuple[IntVar, int]]:
        """What each seat costs if it is chosen."""
        return [
            (choice, cost(seat))
            for beginning, _, rows in self.seats
            for seats, row in zip(beginning.seats, rows, strict=True)
            for seat, choice in zip(seats, row, strict=True)
            if cost(seat)
        ]


def _choices(
    beginning: Beginning, rows: Sequence[Sequence[IntVar]], days: Mapping[int, date]
) -> list[IntVar]:
    """The choices of a course whose sessions, by number, stand on some days; none if it is not
    among those looked at.
    """
    choices = [
        choice
        for number, seats, row in zip(beginning.numbers, beginning.seats, rows, strict=True)
        for seat, choice in zip(seats, row, strict=True)
        if seat.day == days.get(number)
    ]
    return choices if len(choices) == len(rows) else []
