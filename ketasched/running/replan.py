"""Placing the free sessions of a course anew, around those that stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from ketasched.domain.candidate import (
    Candidate,
    Constraint,
    Reason,
    session_end,
)
from ketasched.domain.course import (
    Course,
    Session,
)
from ketasched.domain.wording import minute_of_day
from ketasched.planning.best_days import Search
from ketasched.planning.placement import NoPlacement, place
from ketasched.planning.plan_input import Order
from ketasched.planning.standing import Placed
from ketasched.running.at_a_moment import finish, follower_numbers
from ketasched.running.why_now import targets_of


def _none_of(days: Collection[date]) -> Constraint:
    """Refuse some days; and of those that are times, only these."""

    def refuse(candidate: Candidate) -> Reason | None:
        if candidate.day in days:
            return Reason("taken", "the session that is made up for was on that day")
        if datetime.combine(candidate.day, candidate.start) in days:
            return Reason("taken", "the session that is made up for was at that time")
        return None

    return refuse


def settle(
    order: Order, course: Course, free: Collection[int], now: datetime, avoid: Collection[date] = ()
) -> Course | NoPlacement:
    """The course with its ``free`` sessions on the best legal days from ``now`` on, which is a
    moment in the clinic's zone, and on none of the days to ``avoid``; the others stay.

    Sessions that follow another and linked visits are placed anew where nobody fixed them.
    """
    placed: list[Placed] = []
    pauses = list(course.pauses)
    search = search_for(order, course, free, now, avoid)
    if search:
        outcome = place(search.sessions, search.slots, search.fixed, course.begins)
        if isinstance(outcome, NoPlacement):
            return outcome
        placed = [seat for seat in outcome.placed if seat.target.number in free]
        pauses += [order.agreed_on(outcome.pause)] if outcome.pause else []
    moved = {seat.target.number: seat for seat in placed}
    sessions = tuple(
        _moved(order, session, moved[session.number], course.begins)
        if session.number in moved
        else session
        for session in course.sessions
    )
    return finish(order, replace(course, sessions=sessions, pauses=tuple(pauses)), now)


def search_for(
    order: Order, course: Course, free: Collection[int], now: datetime, avoid: Collection[date] = ()
) -> Search | None:
    """Where the ``free`` sessions of a course may stand from ``now`` on, around those that stay;
    None if none of them has a place by itself. Sessions that follow another are not in it.
    """
    following = follower_numbers(order, course)
    leading = [
        session
        for session in _in_order(course.live, free)
        if session.number not in following or session.is_fixed
    ]
    if not any(session.number in free for session in leading):
        return None
    fixed = {
        session.number: session.start.replace(tzinfo=None)
        for session in leading
        if session.number not in free
    }
    targets = targets_of(order, course, leading)
    return Search(targets, order.slots_from(now, [_none_of(avoid)]), fixed, course.begins)


def _in_order(sessions: Sequence[Session], free: Collection[int]) -> list[Session]:
    """Sessions in the order of the course; those that stay in that of time, since a person may have
    put them out of order, and each free one after all that stay and come before it.
    """
    keys: list[tuple[int, bool, int]] = []
    ranked = sorted(sessions, key=lambda session: session.rank)
    latest = 0
    for position, session in enumerate(ranked):
        wall = 1440 * session.start.toordinal() + minute_of_day(session.start.time())
        is_free = session.number in free
        latest = latest if is_free else max(latest, wall)
        keys.append((latest if is_free else wall, is_free, position))
    return [ranked[position] for _, _, position in sorted(keys)]


def _moved(order: Order, session: Session, placed: Placed, begins: date) -> Session:
    start = datetime.combine(placed.day, placed.start, order.clinic.zone)
    if (session.start, session.target) == (start, placed.target.day) and session.reasons:
        return session  # for the reasons it was there
    return session._replace(
        target=placed.target.day,
        window_start=order.window_start(placed.target.day, placed.target.first, begins),
        window_end=placed.target.last,
        start=start,
        end=session_end(start, session.minutes),
        moved_minutes=placed.moved_minutes,
        reasons=placed.reasons,
        broken=(),
    )


def due(order: Order, session: Session, target: date) -> Session:
    """A session due on another day, with the window of its pace."""
    window = order.paced(session.phase, session.pace).window
    return session._replace(
        reasons=(),
        target=target,
        window_start=order.window_start(target, target - timedelta(days=window.early)),
        window_end=target + timedelta(days=window.late),
    )


def put_off(order: Order, session: Session, days: int) -> Session:
    """A session due so many days later, with its window; it stands where it stood."""
    if not days:
        return session
    if session.name:  # it has a window of its own
        return session.put_off(days)
    counted_from = session.put_off(days).counted_from
    later = due(order, session, session.target + timedelta(days=days))
    return later._replace(counted_from=counted_from)


def standing(order: Order, session: Session, start: datetime) -> Session:
    """A session where a person puts it."""
    asked = datetime.combine(start.date(), order.times.on(start.date(), session.minutes))
    if order.paced(session.phase, session.pace).per_day:  # of the day, its first one was asked for
        asked = datetime.combine(start.date(), session.start.time())
    late = int((start.replace(tzinfo=None) - asked).total_seconds()) // 60
    return session._replace(
        start=start,
        end=session_end(start, session.minutes),
        moved_minutes=late,
        reasons=(Reason("by-hand", "moved by hand"),),
        by_hand=True,
        broken=(),
    )
