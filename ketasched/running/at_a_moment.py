"""A course at a moment: what is certain, what follows another session, what stands beside one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ketasched.domain.candidate import Reason
from ketasched.domain.course import (
    ATTENDED,
    CANCELLED,
    PLANNED,
    TENTATIVE,
    Course,
    DatedReview,
    LinkedVisit,
    Session,
    is_marked,
)
from ketasched.planning.following_sessions import (
    add_followers,
    before_their_leader,
    numbers_by_name,
    with_windows_of_followers,
)
from ketasched.planning.linked_visits import add_visits
from ketasched.planning.plan_input import Order
from ketasched.running.order_of_time import in_order_of_time, with_pauses_in_place
from ketasched.running.why_now import with_reasons_that_hold


def finish(order: Order, course: Course, now: datetime) -> Course:
    """The course at a moment (in the clinic's zone) with its statuses, the sessions that follow
    others and its linked visits.
    """
    course = with_pauses_in_place(in_order_of_time(_with_followers(order, course, now)))
    ahead = [review.after_session for review in course.reviews if not review.passed]
    sessions = tuple(
        session._replace(
            status=TENTATIVE
            if any(course.has_review_before(session, reviewed) for reviewed in ahead)
            else PLANNED,
        )
        if session.status in (PLANNED, TENTATIVE)
        else session
        for session in sorted(course.sessions, key=lambda session: (session.start, session.number))
    )
    course = replace(course, sessions=sessions)
    course = with_reasons_that_hold(order, course, now, follower_numbers(order, course))
    return _with_visits(order, course, now)


def _with_followers(order: Order, course: Course, now: datetime) -> Course:
    """The sessions that follow another stand where it now wants them, unless they are over (and
    stand behind it) or a person put them. One that has no place any more is kept as cancelled,
    since calendars know it; it comes back when there is one.
    """
    following = follower_numbers(order, course)
    held = {session.start.date() for session in course.live if session.status == ATTENDED}
    early = before_their_leader(course, order.layout.stretches, order.already + 1)
    loose = {
        session.number: session
        for session in course.sessions
        if session.number in following
        and not session.is_fixed
        and (
            session.undone
            or (session.is_live and (session.start > now or session.start.date() in held))
            or session.number in early
        )
    }
    kept = tuple(session for session in course.sessions if session.number not in loose)
    course = add_followers(
        replace(course, sessions=kept, unplaced=()),
        order.layout.stretches,
        order.already + 1,
        order.slots_from(now),
        order.clinic.zone,
        course.sessions,
    )
    course = with_windows_of_followers(course, order.layout.stretches, order.already + 1, now)
    sessions = tuple(_as_it_was(session, loose.get(session.number)) for session in course.sessions)
    there = {session.number for session in sessions}
    gone = [
        session._replace(status=CANCELLED, undone=True)
        for number, session in loose.items()
        if number not in there
    ]
    return replace(course, sessions=sessions).adding(gone)


def _as_it_was(session: Session, before: Session | None) -> Session:
    """A session that stays where it was is not there because what was ideal is over by now."""
    if before is None or before.undone or not _is_over(session.reasons):
        return session
    stays = (before.start, before.target) == (session.start, session.target)
    return session._replace(reasons=before.reasons) if stays else session


def _is_over(reasons: Iterable[Reason]) -> bool:
    return any(reason.kind in ("past", "notice") for reason in reasons)


def _with_visits(order: Order, course: Course, now: datetime) -> Course:
    """Linked visits follow the sessions, but for those that a person put somewhere; those that are
    over stay, those that are gone are kept as cancelled, since calendars know them.
    """
    live = tuple(session for session in course.sessions if session.is_live)
    if not live:
        return replace(course, visits=tuple(map(_cancelled, course.visits)))
    beside = order.rules.beside._replace(now=now, running=True)
    known = {visit.key: visit for visit in course.visits if visit.status != CANCELLED}
    over = {key: visit for key, visit in known.items() if is_marked(visit) or visit.start < now}
    fresh = add_visits(
        replace(course, sessions=live, visits=(), reviews=_reviews_of_live(course)),
        beside,
        order.without,
        already=order.already,
        over=list(over.values()),
        by_hand=[visit for key, visit in known.items() if visit.by_hand and key not in over],
    )
    visits = {visit.key: _as_told(visit, known.get(visit.key)) for visit in fresh.visits}
    gone = [visit for visit in course.visits if visit.key not in visits]
    everything = [*visits.values(), *map(_cancelled, gone)]
    ordered = tuple(sorted(everything, key=lambda visit: visit.start))
    unplaced = tuple(
        missing
        for missing in fresh.unplaced
        if not {(missing.name, missing.session), (missing.name, 0)} & over.keys()
    )
    return replace(course, visits=ordered, unplaced=unplaced)


def _reviews_of_live(course: Course) -> tuple[DatedReview, ...]:
    """The reviews, each after a session that took place or is to: where the reviewed one is off and
    nothing makes up for it, that is the last one of its phase before it.
    """
    numbers = {number for each in course.live for number in (each.number, each.instead_of)}

    def after_a_live_one(review: DatedReview) -> DatedReview:
        reviewed = course.session(review.after_session)
        before = [
            session
            for session in course.live
            if session.phase == reviewed.phase and session.rank < reviewed.rank
        ]
        if reviewed.number in numbers or not before:
            return review
        last = max(before, key=lambda session: session.rank)
        return review._replace(after_session=last.number)

    return tuple(map(after_a_live_one, course.reviews))


def _as_told(visit: LinkedVisit, before: LinkedVisit | None) -> LinkedVisit:
    """A visit that stays where it was is not there because what was ideal is over by now."""
    stays = _is_over(visit.reasons) and before and (before.start, before.end, before.ideal) == (
        visit.start, visit.end, visit.ideal
    )  # fmt: skip
    return visit._replace(reasons=before.reasons) if before and stays else visit


def _cancelled(visit: LinkedVisit) -> LinkedVisit:
    return visit if is_marked(visit) else visit._replace(status=CANCELLED, by_hand=False, broken=())


def follower_numbers(order: Order, course: Course) -> frozenset[int]:
    """The numbers of the sessions that count from another as it is placed."""
    stretches = order.layout.stretches
    following = {
        (stretch.phase.name, named.name)
        for stretch in stretches
        for named in stretch.named()
        if named.follows
    }
    if not following:
        return frozenset()
    numbers = numbers_by_name(stretches, order.already + 1, course.sessions)
    return frozenset(numbers[key] for key in following)
