"""The model of a day that closes: a spot for each session that must move or may, with no more taken
at any minute than is free. A day touches few enough sessions that days and times are one model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from ketasched.domain.house import moment_at
from ketasched.domain.room import Held
from ketasched.house import solver
from ketasched.house.question import Question
from ketasched.house.ways import Row, Spot, Ways

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar, LinearExpr

Aim = Literal["without a place", "calls", "put off", "further", "days", "minutes", "last"]
"""What is made the least, in this order."""
AIMS: tuple[Aim, ...] = get_args(Aim)


class Picked(NamedTuple):
    """The spots of the courses, row by row; None of one that stays as it is, as it has no place.
    ``proved``: up to which aim nothing is better, and ``days`` is by how many squared days one
    could be at most.
    """

    spots: tuple[tuple[Spot, ...] | None, ...]
    proved: frozenset[Aim]
    days: int


class WaysModel:
    """Spots for all, to which what was found not to work is added."""

    def __init__(self, question: Question, ways: Sequence[Ways]) -> None:
        self.question = question
        self.ways = ways
        self.model = solver.new_model()
        self.variables: list[IntVar] = []
        self.placed: list[IntVar] = []
        self.called: list[IntVar | None] = []
        self.rows: list[list[list[IntVar]]] = []
        self._taken: dict[str, list[tuple[Held, IntVar]]] = {}
        self._outcome: solver.Outcome | None = None
        for each in ways:
            self._add(each)
        for resource, taken in self._taken.items():
            self._keep_within(resource, taken)

    def _new(self) -> IntVar:
        self.variables.append(self.model.new_bool_var(""))
        return self.variables[-1]

    def _add(self, ways: Ways) -> None:
        placed = self._new()
        must_move = any(row.must_move for row in ways.rows)
        called = None if must_move else self._new()
        if not must_move:
            self.model.add(placed == 1)
        if ways.stuck:
            stuck = self._new()
            self.model.add(stuck + placed == 1)
            for held in ways.stuck:
                self._taken.setdefault(held.resource, []).append((held, stuck))
        self.placed.append(placed)
        self.called.append(called)
        rows: list[list[IntVar]] = []
        for row in ways.rows:
            rows.append(self._row(row, rows[-1] if rows else [], placed, called))
        self.rows.append(rows)

    def _row(
        self, row: Row, before: Sequence[IntVar], placed: IntVar, called: IntVar | None
    ) -> list[IntVar]:
        """A spot for a session; while the course has no place, what can stay does."""
        choices = [self._new() for _ in row.spots]
        self.model.add(sum(choices) == (placed if row.must_move else 1))
        for spot, choice in zip(row.spots, choices, strict=True):
            for held in spot.held:
                self._taken.setdefault(held.resource, []).append((held, choice))
            if spot.further and not row.must_move:
                self.model.add_implication(choice, placed if called is None else called)
        for follows in dict.fromkeys(row.follows):
            if follows is not None:
                own = [
                    choice
                    for choice, other in zip(choices, row.follows, strict=True)
                    if other == follows
                ]
                behind = sum(before[place] for place in sorted(follows))
                self.model.add(sum(own) <= behind + (1 - placed))
        return choices

    def _keep_within(self, resource: str, taken: Sequence[tuple[Held, IntVar]]) -> None:
        """No minute holds more of a resource than is free."""
        zone = self.question.room.zone
        by_day: dict[object, list[tuple[Held, IntVar]]] = {}
        for held, choice in taken:
            day, last = moment_at(held.begins, zone).date(), moment_at(held.ends - 1, zone).date()
            while day <= last:
                by_day.setdefault(day, []).append((held, choice))
                day += timedelta(days=1)
        for day in {moment_at(held.begins, zone).date() for held, _ in taken}:
            free = self.question.free(day, resource)
            there = by_day[day]
            begins = {held.begins for held, _ in there} | {run.begins for run in free}
            seen = set[tuple[int, ...]]()
            for minute in sorted(begins):
                most = next((run.number for run in free if run.begins <= minute < run.ends), None)
                if most is None:
                    continue
                own = [
                    (choice, held.number)
                    for held, choice in there
                    if held.begins <= minute < held.ends
                ]
                key = (most, *(choice.index for choice, _ in own))
                if key not in seen and sum(number for _, number in own) > most:
                    seen.add(key)
                    self.model.add(solver.weighted(own) <= most)

    def forbid(self, place: int, spots: Sequence[Spot]) -> None:
        """A course does not have these spots together."""
        chosen = [
            choice
            for row, choices, spot in zip(
                self.ways[place].rows, self.rows[place], spots, strict=True
            )
            for other, choice in zip(row.spots, choices, strict=True)
            if other is spot
        ]
        self.model.add_bool_or([~choice for choice in chosen])

    def solve(self, effort: solver.Effort, most: float) -> Picked | None:
        """The best spots for all; None if none were found in time."""
        model = self.model.clone()
        picked, proved, gap = None, set[Aim](), 0
        for aim in AIMS:
            if effort.ran_out():
                break
            expression = self._aim(aim)
            model.minimize(expression)
            if self._outcome:
                solver.hint(model, self._outcome, self.variables)
            outcome = solver.solve(model, effort, most)
            if not outcome.found:
                break
            self._outcome = outcome
            picked = self._picked(outcome)
            if outcome.verdict == "optimal":
                proved.add(aim)
            elif aim == "days":
                gap = (outcome.best - outcome.bound) // self._unit
            model.add(expression <= outcome.best)
        self._outcome = None
        return Picked(picked, frozenset(proved), gap) if picked else None

    @property
    def _unit(self) -> int:
        """What a squared day weighs beside a session that moved."""
        return 1 + sum(len(rows) for rows in self.rows)

    def _aim(self, aim: Aim) -> LinearExpr:
        if aim == "without a place":
            return solver.weighted((placed, -1) for placed in self.placed)
        if aim == "calls":
            return solver.weighted((called, 1) for called in self.called if called is not None)
        cost: dict[str, Callable[[Spot], int]] = {
            "put off": lambda spot: spot.put_off,
            "further": lambda spot: spot.further,
            "days": lambda spot: spot.cost.squares * self._unit + spot.cost.moved,
            "minutes": lambda spot: spot.cost.minutes,
            "last": lambda spot: -(spot.start.toordinal() - self._first),
        }
        return solver.weighted((choice, cost[aim](spot)) for spot, choice in self._all())

    @cached_property
    def _first(self) -> int:
        return min((spot.start.toordinal() for spot, _ in self._all()), default=0)

    def _all(self) -> Iterator[tuple[Spot, IntVar]]:
        for ways, rows in zip(self.ways, self.rows, strict=True):
            for row, choices in zip(ways.rows, rows, strict=True):
                yield from zip(row.spots, choices, strict=True)

    def _picked(self, outcome: solver.Outcome) -> tuple[tuple[Spot, ...] | None, ...]:
        return tuple(
            tuple(
                next(
                    spot
                    for spot, choice in zip(row.spots, choices, strict=True)
                    if outcome.is_set(choice)
                )
                for row, choices in zip(ways.rows, rows, strict=True)
            )
            if outcome.is_set(placed)
            else None
            for ways, rows, placed in zip(self.ways, self.rows, self.placed, strict=True)
        )
