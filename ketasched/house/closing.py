"""A day of a house that closes: who is affected, what becomes of all, and how good that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from ketasched.domain.course import Course
from ketasched.domain.room import Held, Room
from ketasched.house.waiting import Status
from ketasched.house.ways import Cost, RunningCourse, changed_sessions, cost_of, days_put_off
from ketasched.running.closing_day import sessions_of
from ketasched.running.legal_change import Refusal

MakingWay = tuple[tuple[RunningCourse, Course], ...]
"""Others who make way, and their courses then."""


class Closing(NamedTuple):
    """A day of a house that closes: the courses with somebody to come, what all others take of the
    room, and the others that may be asked to make way, with what they take: read if it comes to it.
    """

    day: date
    affected: Sequence[RunningCourse]
    room: Room
    standing: Sequence[Held]
    others: Callable[[], tuple[Sequence[RunningCourse], Sequence[Held]]]


class Closed(NamedTuple):
    """What becomes of each affected course, which others make way and how, and what was proved."""

    outcomes: tuple[Course | Refusal, ...]
    making_way: MakingWay
    status: Status
    cost: Cost
    bound: int | None = None
    stopped: bool = False
    was_cut: bool = False

    @property
    def without_a_place(self) -> int:
        """How many courses keep a session on the closed day, as there is no place for it."""
        return sum(isinstance(outcome, Refusal) for outcome in self.outcomes)

    @property
    def calls(self) -> int:
        """How many patients are called: those without a place too."""
        return len(self.outcomes) + len(self.making_way)


def merit_of(closing: Closing, closed: Closed) -> tuple[int, ...]:
    """How good it is; the least is the best: who has no place, others who are called, by how many
    days courses are put off, sessions that move though they could stay, what it costs, and last the
    linked visits that lost their place.
    """
    put_off = further = lost = 0
    for running, outcome in zip(closing.affected, closed.outcomes, strict=True):
        if isinstance(outcome, Course):
            now = running.conditions.now
            freed = {each.number for each in sessions_of(running.course, closing.day, now)}
            changed = changed_sessions(running.course, outcome)
            further += sum(session.number not in freed for session in changed)
            put_off += days_put_off(running.course, outcome)
            lost += lost_visits(running.course, outcome)
    for running, after in closed.making_way:
        further += len(changed_sessions(running.course, after))
        lost += lost_visits(running.course, after)
    return closed.without_a_place, len(closed.making_way), put_off, further, *closed.cost, lost


def lost_visits(before: Course, after: Course) -> int:
    """How many linked visits of a course have no place any more."""
    return sum(unplaced not in before.unplaced for unplaced in after.unplaced)


def closed_of(
    closing: Closing, outcomes: Sequence[Course | Refusal], making_way: MakingWay, status: Status
) -> Closed:
    """What becomes of all, and what that costs."""
    cost = Cost()
    for running, outcome in [*zip(closing.affected, outcomes, strict=True), *making_way]:
        if isinstance(outcome, Course):
            cost = cost.plus(
                cost_of(running.conditions.order, changed_sessions(running.course, outcome))
            )
    return Closed(tuple(outcomes), tuple(making_way), status, cost)
