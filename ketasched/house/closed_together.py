"""A day of a house closes: all courses with somebody to come are planned again together.

First the fewest have no place; then the fewest patients are called, which are those of the day
unless others must make way; then the fewest sessions move that could stay; then come the least
squared days from target, the fewest sessions on another day than that, the least change of time,
and of days as good the latest: nobody has to be told in a hurry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ketasched.domain.course import Course, Session
from ketasched.house import solver
from ketasched.house.attempt import Attempt
from ketasched.house.closing import Closed, Closing, closed_of, merit_of
from ketasched.house.waiting import Status, beside, held_of
from ketasched.house.ways import RunningCourse, days_of
from ketasched.running.closing_day import sessions_of, without_day
from ketasched.running.legal_change import Refusal

MOST_ASKED = 2000
"""So many sessions of others may be asked to make way; beyond those near, none are looked for."""


def one_by_one(closing: Closing) -> Closed:
    """One course after the other, each at its best beside what stands and those before it."""
    room = closing.room
    held = [held_of(room.house, running.course) for running in closing.affected]
    outcomes = list[Course | Refusal]()
    for place, running in enumerate(closing.affected):
        taken = [each for number, own in enumerate(held) if number != place for each in own]
        conditions = running.beside(beside(room, [*closing.standing, *taken]))
        outcome = without_day(conditions, running.course, closing.day)
        outcomes.append(outcome)
        if isinstance(outcome, Course):
            held[place] = held_of(room.house, outcome)
    return closed_of(closing, outcomes, (), "one-by-one")


def together(closing: Closing, effort: solver.Effort) -> Closed:
    """All at once, at least as well as one by one. Sessions that are not of the day move only where
    somebody would have no place otherwise, and other patients only where that does not do either.
    """
    best = one_by_one(closing)
    is_sure = True
    effort.begin()
    for make in (_of_the_day, _of_the_rest, _with_others):
        attempt = None if make is _with_others and not best.without_a_place else make(closing)
        if attempt is None or effort.ran_out():
            break
        closed, proved = attempt.best(effort)
        merit, least = closed and merit_of(closing, closed), merit_of(closing, best)
        if closed and merit and merit <= least:
            status: Status = "optimal" if is_sure and proved == "all" else "bound"
            kept = closed if merit < least else best
            best = kept._replace(status=status, bound=closed.bound if is_sure else None)
        if attempt.has_room_for_all:
            break
        is_sure &= proved != "nothing"
    if best.status == "one-by-one":
        best = best._replace(status="bound")
    return best._replace(stopped=effort.stopped, was_cut=effort.was_cut)


def _of_the_day(closing: Closing) -> Attempt:
    """What is of the day moves."""
    return Attempt(closing, [], day_alone=True)


def _of_the_rest(closing: Closing) -> Attempt:
    """What is behind it in the same courses may move too."""
    return Attempt(closing, [], day_alone=False)


def _with_others(closing: Closing) -> Attempt | None:
    """Others may make way too."""
    others, standing = closing.others()
    asked = _in_reach(closing, others)
    if not asked:
        return None
    unasked = [running for place, running in enumerate(others) if place not in asked]
    held = [each for running in unasked for each in held_of(closing.room.house, running.course)]
    return Attempt(
        closing._replace(standing=[*standing, *held]),
        [(others[place], numbers) for place, numbers in asked.items()],
        day_alone=False,
    )


def _in_reach(closing: Closing, others: Sequence[RunningCourse]) -> dict[int, set[int]]:
    """The courses (by place) that may be asked to make way, with the sessions that may move: those
    on the days to which somebody may come who must or may move, and so on.
    """
    days = {
        day
        for running in closing.affected
        for session in _may_move(running, closing.day)
        for day in days_of(session)
    }
    free: dict[int, set[int]] = {}
    movable = [
        [running.course.session(number) for number in sorted(running.rest())] for running in others
    ]
    grows = True
    while grows:
        before, grows = set(days), False
        for place, sessions in enumerate(movable):
            for session in sessions:
                new = session.number not in free.get(place, ())
                if new and session.start.date() in before:
                    free.setdefault(place, set()).add(session.number)
                    days |= set(days_of(session))
                    grows = True
        if sum(map(len, free.values())) > MOST_ASKED:
            break
    return dict(sorted(free.items()))


def _may_move(running: RunningCourse, day: date) -> Iterator[Session]:
    """The sessions of a closed day, and those behind them that nobody fixed."""
    freed = sessions_of(running.course, day, running.conditions.now)
    yield from freed
    for session in map(running.course.session, sorted(running.rest())):
        if freed and session.rank > min(each.rank for each in freed) and session not in freed:
            yield session
