"""Why the sessions of a running course stand where they stand: reasons that no longer hold go."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ketasched.domain.candidate import Reason
from ketasched.domain.course import Course, Session
from ketasched.domain.protocol import Window
from ketasched.planning.placement import Placed, why_there
from ketasched.planning.plan_input import Order
from ketasched.planning.targets import LONGEST_CLOSURE, Target

LASTING = frozenset(("past", "taken", "make-up", "by-hand", "no-place", "weekday", "stays"))
"""Kinds of reasons that hold for good: what was over, or where somebody put it."""


def with_reasons_that_hold(
    order: Order, course: Course, now: datetime, following: frozenset[int]
) -> Course:
    """The course in which each session to come that nobody fixed has, of its reasons, those that
    still hold, or else what holds now. Sessions that follow another have theirs from being placed.
    """
    return course.changing(
        [
            session._replace(reasons=_that_hold(order, course, session))
            for session in course.movable(now)
            if session.reasons and session.number not in following
        ]
    )


def _that_hold(order: Order, course: Course, session: Session) -> tuple[Reason, ...]:
    present = _why_now(order, course, session)
    kept = tuple(
        reason
        for reason in session.reasons
        if reason.kind in LASTING or reason in present or _is_skipped(order, session, reason)
    )
    return kept or present


def _why_now(order: Order, course: Course, session: Session) -> tuple[Reason, ...]:
    """What refuses the target of a session today, or which gap to which neighbour does."""
    live = sorted(course.live, key=lambda each: each.rank)
    index = live.index(session)
    near = live[max(0, index - 1) : index + 2]
    targets = [target_of(order, each, course) for each in near]
    placed = [
        Placed(target, each.start.date(), each.start.time(), each.moved_minutes)
        for target, each in zip(targets, near, strict=True)
    ]
    return why_there(placed, near.index(session), order.rules.slots, order.start)


def _is_skipped(order: Order, session: Session, reason: Reason) -> bool:
    """Whether a run of working days left a closed day out just before the target."""
    day = session.target - timedelta(days=1)
    for _ in range(LONGEST_CLOSURE):
        if order.clinic.is_working_day(day) or reason.kind not in ("closed", "holiday"):
            return False
        if order.clinic.dated_closure(day) == reason:
            return True
        day -= timedelta(days=1)
    return False


def target_of(order: Order, session: Session, course: Course) -> Target:
    """What is ideal for a session of a running course."""
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
        _follows_a_gone_one(session, course),
    )


def _follows_a_gone_one(session: Session, course: Course) -> bool:
    """Whether the course was put off before a session, or one that did not take place lies between
    it and the one before it, by the days on which they are due.
    """
    if any(pause.before_session == session.number for pause in course.pauses):
        return True
    before = [other for other in course.sessions if other.rank < session.rank and not other.undone]
    live = [other for other in before if other.is_live]
    latest = max(live, key=lambda other: other.rank) if live else None
    return any(
        not other.is_live
        and (
            latest is None
            or (other.rank > latest.rank and _due(latest) < other.start.date() <= session.target)
        )
        for other in before
    )


def _due(session: Session) -> date:
    return session.start.date() if session.is_fixed else session.target
