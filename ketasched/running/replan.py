"""Placing the free sessions of a course anew, around those that stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from ketasched.domain.candidate import Candidate, Constraint, Reason, session_end
from ketasched.domain.course import (
    ATTENDED,
    CANCELLED,
    PLANNED,
    TENTATIVE,
    Course,
    LinkedVisit,
    Session,
)
from ketasched.domain.protocol import NamedDays, Window
from ketasched.errors import KetaschedError
from ketasched.planning.following_sessions import add_followers
from ketasched.planning.linked_visits import add_visits
from ketasched.planning.placement import NoPlacement, Placed, place
from ketasched.planning.plan_input import Order
from ketasched.planning.start_times import Slots
from ketasched.planning.targets import Target


def not_before(now: datetime) -> Constraint:
    """Refuse what would start before an instant, whose zone is the clinic's."""

    def refuse(candidate: Candidate) -> Reason | None:
        start = datetime.combine(candidate.day, candidate.start, now.tzinfo)
        if start >= now:
            return None
        what = "that day" if candidate.day < now.date() else "that time"
        return Reason("past", f"{what} has passed")

    return refuse


class OutOfOrder(KetaschedError):
    """Sessions that took place or that a person put where they are do not follow each other."""

    code = "no-placement"
    exit_code = 3

    def __init__(self) -> None:
        super().__init__(
            "sessions that took place or were put by hand are out of order",
            "put one of them elsewhere first",
        )


def _none_of(days: Collection[date]) -> Constraint:
    def refuse(candidate: Candidate) -> Reason | None:
        taken = Reason("taken", "the session that is made up for was on that day")
        return taken if candidate.day in days else None

    return refuse


def settle(
    order: Order, course: Course, free: Collection[int], now: datetime, avoid: Collection[date] = ()
) -> Course | NoPlacement:
    """The course with its ``free`` sessions on the best legal days from ``now`` on, which is a
    moment in the clinic's zone, and on none of the days to ``avoid``; the others stay.

    Sessions that follow another and linked visits are placed anew where nobody fixed them.

    Raises:
        OutOfOrder: so are sessions that took place or that a person put where they are.
    """
    following = follower_numbers(order)
    placed: list[Placed] = []
    pauses = list(course.pauses)
    live = [one for one in sorted(course.sessions, key=lambda one: one.rank) if one.is_live]
    leading = [one for one in live if one.number not in following or one.is_fixed]
    if any(one.number in free for one in leading):
        slots = Slots(
            (*order.rules.slots.constraints, not_before(now), _none_of(avoid)), order.times
        )
        fixed = {
            one.number: one.start.replace(tzinfo=None) for one in leading if one.number not in free
        }
        targets = [_target(order, one, course) for one in leading]
        try:
            found = place(targets, slots, fixed, order.start)
        except ValueError:
            raise OutOfOrder from None
        if isinstance(found, NoPlacement):
            return found
        placed = [one for one in found.placed if one.target.number in free]
        pauses += [found.pause] if found.pause else []
    moved = {one.target.number: one for one in placed}
    sessions = tuple(
        _moved(order, one, moved[one.number]) if one.number in moved else one
        for one in course.sessions
    )
    return finish(order, replace(course, sessions=sessions, pauses=tuple(pauses)), now)


def finish(order: Order, course: Course, now: datetime) -> Course:
    """The course at a moment (in the clinic's zone) with its statuses, the sessions that follow
    others and its linked visits.
    """
    course = _with_followers(order, course, now)
    ahead = [review.after_session for review in course.reviews if not review.passed]
    first_tentative = min(ahead, default=10**9) + 1
    sessions = tuple(
        replace(one, status=TENTATIVE if _is_after(course, one, first_tentative - 1) else PLANNED)
        if one.status in (PLANNED, TENTATIVE)
        else one
        for one in sorted(course.sessions, key=lambda one: (one.start, one.number))
    )
    return _with_visits(order, replace(course, sessions=sessions), now)


def _with_followers(order: Order, course: Course, now: datetime) -> Course:
    """The sessions that follow another stand where it now wants them, unless they are over or a
    person put them. One that has no place any more is kept as cancelled, since calendars know it;
    it comes back when there is one.
    """
    following = follower_numbers(order)
    held = {one.start.date() for one in course.live if one.status == ATTENDED}
    loose = {
        one.number: one
        for one in course.sessions
        if one.number in following
        and not one.is_fixed
        and (one.undone or (one.is_live and (one.start > now or one.start.date() in held)))
    }
    kept = tuple(one for one in course.sessions if one.number not in loose)
    slots = order.rules.slots
    course = add_followers(
        replace(course, sessions=kept, unplaced=()),
        order.layout.stretches,
        order.already + 1,
        Slots((*slots.constraints, not_before(now)), slots.times),
        order.clinic.zone,
    )
    found = tuple(_as_it_was(one, loose.get(one.number)) for one in course.sessions)
    there = {one.number for one in found}
    gone = [
        replace(one, status=CANCELLED, undone=True)
        for number, one in loose.items()
        if number not in there
    ]
    return replace(course, sessions=found).adding(gone)


def _as_it_was(session: Session, before: Session | None) -> Session:
    """A session that stays where it was is there for the reasons it was, not for those of today."""
    if before is None or before.undone:
        return session
    stays = (before.start, before.target) == (session.start, session.target)
    return replace(session, reasons=before.reasons) if stays else session


def _is_after(course: Course, session: Session, reviewed: int) -> bool:
    """Whether a session comes after the one that a review follows; a make-up by its date."""
    if session.rank[0] <= reviewed:
        return False
    passed = [one for one in course.sessions if one.number == reviewed]
    return not passed or not session.stands_at or session.start > passed[0].start


def _with_visits(order: Order, course: Course, now: datetime) -> Course:
    """Linked visits follow the sessions; those that are over stay, those that are gone are kept as
    cancelled, since calendars know them.
    """
    live = tuple(one for one in course.sessions if one.is_live)
    if not live:
        return replace(course, visits=tuple(map(_cancelled, course.visits)))
    beside = order.rules.beside._replace(now=now)
    fresh = add_visits(
        replace(course, sessions=live, visits=(), unplaced=course.unplaced),
        beside,
        order.without,
        already=order.already,
    )
    over = {one.key: one for one in course.visits if one.start < now and one.status != CANCELLED}
    known = {one.key: one for one in course.visits if one.status != CANCELLED}
    visits = {one.key: _as_told(one, known.get(one.key)) for one in fresh.visits} | over
    gone = [one for one in course.visits if one.key not in visits]
    everything = [*visits.values(), *map(_cancelled, gone)]
    unplaced = tuple(
        one for one in fresh.unplaced if not {(one.name, one.session), (one.name, 0)} & over.keys()
    )
    ordered = tuple(sorted(everything, key=lambda one: one.start))
    return replace(course, visits=ordered, unplaced=unplaced)


def _as_told(visit: LinkedVisit, before: LinkedVisit | None) -> LinkedVisit:
    """A visit that stays where it was is there for the reasons it was, not for those of today."""
    stays = before and (before.start, before.end, before.ideal) == (
        visit.start, visit.end, visit.ideal
    )  # fmt: skip
    return visit._replace(reasons=before.reasons) if before and stays else visit


def _cancelled(visit: LinkedVisit) -> LinkedVisit:
    return visit._replace(status=CANCELLED)


def _target(order: Order, session: Session, course: Course) -> Target:
    early = (session.target - session.window_start).days
    late = (session.window_end - session.target).days
    phase = order.paced(session.phase, session.pace)
    return Target(
        session.number,
        phase,
        session.place,
        session.target,
        Window(early, late),
        session.minutes,
        (),
        session.name,
        bool(session.instead_of) or _follows_a_gone_one(session, course),
    )


def _follows_a_gone_one(session: Session, course: Course) -> bool:
    """Whether the course was put off before a session, or what comes just before it in its order
    did not take place.
    """
    before = [one for one in course.sessions if one.rank < session.rank and not one.undone]
    if any(pause.before_session == session.number for pause in course.pauses):
        return True
    return bool(before) and not max(before, key=lambda one: one.rank).is_live


def _moved(order: Order, session: Session, placed: Placed) -> Session:
    start = datetime.combine(placed.day, placed.start, order.clinic.zone)
    if (session.start, session.target) == (start, placed.target.day) and session.reasons:
        return session  # for the reasons it was there
    return replace(
        session,
        target=placed.target.day,
        window_start=placed.target.first,
        window_end=placed.target.last,
        start=start,
        end=session_end(start, session.minutes),
        moved_minutes=placed.moved_minutes,
        reasons=placed.reasons,
        broken=(),
    )


def put_off(session: Session, days: int) -> Session:
    """A session due, with its window, so many days later; it stands where it stood."""
    by = timedelta(days=days)
    return replace(
        session,
        target=session.target + by,
        window_start=session.window_start + by,
        window_end=session.window_end + by,
        reasons=() if days else session.reasons,
    )


def due(order: Order, session: Session, target: date) -> Session:
    """A session due on another day, with the window of its pace."""
    window = order.paced(session.phase, session.pace).window
    return replace(
        session,
        reasons=(),
        target=target,
        window_start=target - timedelta(days=window.early),
        window_end=target + timedelta(days=window.late),
    )


def standing(order: Order, session: Session, start: datetime) -> Session:
    """A session where a person puts it."""
    asked = datetime.combine(start.date(), order.times.on(start.date()))
    late = int((start.replace(tzinfo=None) - asked).total_seconds()) // 60
    return replace(
        session,
        start=start,
        end=session_end(start, session.minutes),
        moved_minutes=late,
        reasons=(Reason("by-hand", "moved by hand"),),
        by_hand=True,
        broken=(),
    )


def follower_numbers(order: Order) -> frozenset[int]:
    """The numbers of the sessions that count from another as it is placed."""
    numbers = set()
    number = order.already + 1
    for stretch in order.layout.stretches:
        cadence = stretch.phase.cadence
        if isinstance(cadence, NamedDays):
            numbers |= {number + index for index, one in enumerate(stretch.named()) if one.follows}
        number += stretch.sessions or 0
    return frozenset(numbers)
