"""The second stage: the times of one day, exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.room import Held
from ketasched.house import solver
from ketasched.house.kind import Kind, Start
from ketasched.house.question import Question

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

A_DAY = 2.0
"""The most of the solver's seconds for the times of one day."""


class DayTimes(NamedTuple):
    """When each session of a day starts, None if they cannot be fitted together; and whether that,
    or that the times are the best, is proved.
    """

    starts: tuple[Start, ...] | None
    proved: bool


class Most(NamedTuple):
    """When each session of a day starts, None for who does not fit; and how many fit at most, None
    if that is not proved.
    """

    starts: tuple[Start | None, ...]
    number: int | None


class Times:
    """The times of days, each worked out once."""

    def __init__(self, question: Question, effort: solver.Effort) -> None:
        self.question = question
        self.effort = effort
        self._best: dict[tuple[date, tuple[Kind, ...]], DayTimes] = {}
        self._most: dict[tuple[date, tuple[Kind, ...]], Most] = {}

    def best(self, day: date, kinds: Sequence[Kind]) -> DayTimes:
        """The best times of a day, as `best_times`; what was not proved in time is not kept."""
        key = day, tuple(kinds)
        if key in self._best:
            return self._best[key]
        times = best_times(self.question, day, kinds, self.effort)
        if times.proved:
            self._best[key] = times
        return times

    def most(self, day: date, kinds: Sequence[Kind]) -> Most:
        """The most that fit, as `most_that_fit`."""
        key = day, tuple(kinds)
        if key not in self._most:
            self._most[key] = most_that_fit(self.question, day, kinds, self.effort)
        return self._most[key]


def best_times(
    question: Question, day: date, kinds: Sequence[Kind], effort: solver.Effort
) -> DayTimes:
    """The times of least change at which sessions of some kinds, in the order of the list, fit a
    day; of those as good the earliest, in order.
    """
    nearest = tuple(kind.starts[0] for kind in kinds)
    held = [each for kind, start in zip(kinds, nearest, strict=True) for each in kind.held(start)]
    if fits(question, day, held):
        return DayTimes(nearest, proved=True)
    model = _Model(question, day, kinds, all_of_them=True)
    model.model.minimize(model.changes)
    outcome = solver.solve(model.model, effort, A_DAY)
    if not outcome.found:
        return DayTimes(None, proved=outcome.verdict == "infeasible")
    starts = model.starts_of(outcome)
    taken = tuple(next(starts[kind]) for kind in kinds)
    return DayTimes(taken, proved=outcome.verdict == "optimal")


def most_that_fit(
    question: Question, day: date, kinds: Sequence[Kind], effort: solver.Effort
) -> Most:
    """The most sessions of some kinds that fit a day; of those that are alike the first."""
    model = _Model(question, day, kinds, all_of_them=False)
    model.model.maximize(model.visitors)
    outcome = solver.solve(model.model, effort, A_DAY)
    if not outcome.found:
        return Most((None,) * len(kinds), None)
    starts = model.starts_of(outcome)
    taken = tuple(next(starts[kind], None) if kind in starts else None for kind in kinds)
    return Most(taken, outcome.best if outcome.verdict == "optimal" else None)


def fits(question: Question, day: date, held: Sequence[Held]) -> bool:
    """Whether what is held on a day is free."""
    for resource in {each.resource for each in held}:
        own = [each for each in held if each.resource == resource]
        moments = {each.begins for each in own}
        free = question.free(day, resource)
        edges = moments | {run.begins for run in free}
        for minute in edges:
            taken = sum(each.number for each in own if each.begins <= minute < each.ends)
            if taken > _free_at(free, minute):
                return False
    return True


def _free_at(free: Iterable[tuple[int, int, int]], minute: int) -> int:
    return next((number for begins, ends, number in free if begins <= minute < ends), 0)


class _Row(NamedTuple):
    """How many sessions start when; ``taking`` says what they take. Of a treatment day whose
    sessions only stay apart each session has a row, of any other the whole day has one.
    """

    taking: Kind
    starts: list[tuple[Start, IntVar]]

    @property
    def number(self) -> LinearExpr:
        """How many there are in all."""
        return solver.weighted((variable, 1) for _, variable in self.starts)


class _Model:
    """How many sessions of each kind start when, so that no more is taken than is free. Who is
    alike is not told apart, so that no plan is looked at twice.
    """

    def __init__(
        self, question: Question, day: date, kinds: Sequence[Kind], *, all_of_them: bool
    ) -> None:
        self.model: CpModel = solver.new_model()
        self.rows: dict[Kind, list[_Row]] = {}
        for kind, number in Counter(kinds).items():
            parts = kind.several if kind.apart else (kind,)
            rows = self.rows[kind] = [self._row(part, number) for part in parts]
            self.model.add(rows[0].number == number if all_of_them else rows[0].number <= number)
            for before, here in pairwise(rows):
                self._keep_apart(before, here, kind.apart)
        self._keep_within(question, day)

    def _row(self, kind: Kind, number: int) -> _Row:
        return _Row(kind, [(start, self.model.new_int_var(0, number, "")) for start in kind.starts])

    def _keep_apart(self, before: _Row, here: _Row, minutes: int) -> None:
        """As many start, each of them so long after another one before: up to any moment no more
        than have come before it. Who is alike follows in the order in which they came.
        """
        self.model.add(before.number == here.number)
        for last, _ in here.starts:
            come = [(own, 1) for start, own in here.starts if start.minute <= last.minute]
            ready = [
                (own, -1) for start, own in before.starts if start.minute + minutes <= last.minute
            ]
            self.model.add(solver.weighted([*come, *ready]) <= 0)

    @property
    def changes(self) -> LinearExpr:
        """The minutes of change of all."""
        return solver.weighted(
            (variable, abs(start.change))
            for rows in self.rows.values()
            for row in rows
            for start, variable in row.starts
        )

    @property
    def visitors(self) -> LinearExpr:
        """How many come."""
        return solver.weighted(
            (variable, 1) for rows in self.rows.values() for _, variable in rows[0].starts
        )

    def _keep_within(self, question: Question, day: date) -> None:
        taken: dict[str, list[tuple[Held, IntVar]]] = {}
        for row in (row for rows in self.rows.values() for row in rows):
            for start, variable in row.starts:
                for held in row.taking.held(start):
                    taken.setdefault(held.resource, []).append((held, variable))
        for resource, own in taken.items():
            free = question.free(day, resource)
            begins = {held.begins for held, _ in own} | {run.begins for run in free}
            seen = set[tuple[int, ...]]()
            for minute in sorted(begins):
                there = [
                    (variable, held.number)
                    for held, variable in own
                    if held.begins <= minute < held.ends
                ]
                most = _free_at(free, minute)
                key = (most, *(variable.index for variable, _ in there))
                if key not in seen and there:
                    seen.add(key)
                    self.model.add(solver.weighted(there) <= most)

    def starts_of(self, outcome: solver.Outcome) -> dict[Kind, Iterator[Start]]:
        """When the sessions of each kind start, the least change first."""
        starts: dict[Kind, Iterator[Start]] = {}
        for kind, rows in self.rows.items():
            taken = [_taken(row, outcome) for row in rows]
            starts[kind] = iter(taken[0] if len(taken) == 1 else _in_turn(taken))
        return starts


def _taken(row: _Row, outcome: solver.Outcome) -> list[Start]:
    return [start for start, variable in row.starts for _ in range(outcome.values[variable.index])]


def _in_turn(taken: Sequence[Sequence[Start]]) -> Iterator[Start]:
    """Whole treatment days: who came first is the first to come again."""
    for first, *later in zip(*map(sorted, taken), strict=True):
        change = sum(abs(start.change) for start in (first, *later))
        yield Start(first.minute, change, tuple(start.minute for start in later))
