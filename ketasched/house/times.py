"""The second stage: the times of one day, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.room import Held
from ketasched.house import solver
from ketasched.house.question import Kind, Question, Start

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
    return _searched(question, day, kinds, effort)


def most_that_fit(
    question: Question, day: date, kinds: Sequence[Kind], effort: solver.Effort
) -> int | None:
    """How many sessions of some kinds fit a day at most; None if that is not proved."""
    model, choices = _model(question, day, kinds, all_of_them=False)
    model.maximize(solver.weighted((choice, 1) for row in choices for choice in row))
    outcome = solver.solve(model, effort, A_DAY)
    return outcome.best if outcome.verdict == "optimal" else None


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


def _model(
    question: Question, day: date, kinds: Sequence[Kind], *, all_of_them: bool
) -> tuple[CpModel, list[list[IntVar]]]:
    """A model of who starts when, in which no more is taken than is free."""
    model = solver.new_model()
    choices = [[model.new_bool_var("") for _ in kind.starts] for kind in kinds]
    taken: dict[str, list[tuple[Held, IntVar]]] = {}
    for kind, row in zip(kinds, choices, strict=True):
        (model.add_exactly_one if all_of_them else model.add_at_most_one)(row)
        for start, choice in zip(kind.starts, row, strict=True):
            for held in kind.held(start):
                taken.setdefault(held.resource, []).append((held, choice))
    for resource, own in taken.items():
        free = question.free(day, resource)
        begins = {held.begins for held, _ in own} | {run.begins for run in free}
        seen = set[tuple[int, ...]]()
        for minute in sorted(begins):
            there = [
                (choice, held.number) for held, choice in own if held.begins <= minute < held.ends
            ]
            most = _free_at(free, minute)
            key = (most, *(choice.index for choice, _ in there))
            if key not in seen and there:
                seen.add(key)
                model.add(solver.weighted(there) <= most)
    return model, choices


def _searched(
    question: Question, day: date, kinds: Sequence[Kind], effort: solver.Effort
) -> DayTimes:
    model, choices = _model(question, day, kinds, all_of_them=True)
    model.minimize(_change(kinds, choices))
    outcome = solver.solve(model, effort, A_DAY)
    if not outcome.found:
        return DayTimes(None, proved=outcome.verdict == "infeasible")
    starts = tuple(
        next(
            start for start, choice in zip(kind.starts, row, strict=True) if outcome.is_set(choice)
        )
        for kind, row in zip(kinds, choices, strict=True)
    )
    return DayTimes(starts, proved=outcome.verdict == "optimal")


def _change(kinds: Sequence[Kind], choices: Sequence[Sequence[IntVar]]) -> LinearExpr:
    """The minutes of change of all sessions."""
    return solver.weighted(
        (choice, abs(start.change))
        for kind, row in zip(kinds, choices, strict=True)
        for start, choice in zip(kind.starts, row, strict=True)
    )
