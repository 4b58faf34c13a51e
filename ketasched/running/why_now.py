"""Why the sessions of a running course stand where they stand: reasons that no longer hold go."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter

from ketasched.domain.cadence import Window
from ketasched.domain.candidate import Reason
from ketasched.domain.course import Course, Rank, Session
from ketasched.planning.best_days import Search
from ketasched.planning.explanation import Explanation
from ketasched.planning.plan_input import Order
from ketasched.planning.standing import Placed
from ketasched.planning.target import Target
from ketasched.planning.working_days import LONGEST_CLOSURE
from ketasched.running.apart import distances
from ketasched.running.treatment_days import are_of_one_day, is_put_apart

LASTING = frozenset(
    ("past", "notice", "taken", "make-up", "by-hand", "no-place", "weekday", "stays")
)
"""Kinds of reasons that hold for good: what was over, or where somebody put it."""


def with_reasons_that_hold(
    order: Order, course: Course, now: datetime, following: frozenset[int]
) -> Course:
    """The course in which each session to come that nobody fixed has, of its reasons, those that
    still hold, or else what holds now. Sessions that follow another have theirs from being placed.
    """
    explained = [
        session
        for session in course.movable(now)
        if session.reasons and session.number not in following
    ]
    if not explained:
        return course
    live = sorted(course.live, key=lambda each: each.rank)
    why = _explanation(order, course, live)
    return course.changing(
        [
            session._replace(
                reasons=_that_hold(order, session, why.of_session(_seat(why, session)))
            )
            for session in explained
        ]
    )


def _explanation(order: Order, course: Course, live: Sequence[Session]) -> Explanation:
    """What refuses the targets of sessions today, or which gap to which neighbour does."""
    targets = targets_of(order, course, live)
    fixed = {session.number: session.start for session in live if session.is_fixed}
    search = Search(targets, order.rules.slots, fixed, course.begins)
    by_number = {session.number: session for session in live}
    steps = [_placed(target, by_number[target.number]) for target in search.targets]
    return Explanation(search, steps, search.gaps, search.links)


def _seat(why: Explanation, session: Session) -> Placed:
    search = why.search
    group = search.groups[search.step_of[session.number]]
    return _placed(next(each for each in group if each.number == session.number), session)


def _placed(target: Target, session: Session) -> Placed:
    return Placed(target, session.start.date(), session.start.time(), session.moved_minutes)


def _that_hold(order: Order, session: Session, present: tuple[Reason, ...]) -> tuple[Reason, ...]:
    kept = tuple(
        reason
        for reason in session.reasons
        if reason.kind in LASTING or reason in present or _is_skipped(order, session, reason)
    )
    return kept or present


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


def targets_of(order: Order, course: Course, sessions: Sequence[Session]) -> list[Target]:
    """What is ideal for sessions of a running course."""
    behind = _behind_a_gone_one(order, course, sessions)
    kept = [
        (distance.later.number, distance.apart._replace(origin=distance.earlier.number))
        for distance in distances(course)
    ]
    return [
        Target(
            session.number,
            order.paced(session.phase, session.pace),
            session.place,
            session.target,
            _window_of(session),
            session.minutes,
            (),
            session.name,
            session.number in behind,
            tuple(apart for later, apart in kept if later == session.number),
            alone=is_put_apart(session),
        )
        for session in sessions
    ]


def _window_of(session: Session) -> Window:
    early, late = session.target - session.window_start, session.window_end - session.target
    return Window(early.days, late.days)


def _behind_a_gone_one(order: Order, course: Course, sessions: Sequence[Session]) -> set[int]:
    """Before which sessions the course was put off, or one lies that did not take place, behind
    the one before it, by the days on which they are due; on a treatment day, in order.
    """
    paused = {pause.before_session for pause in course.pauses}
    gone = [other for other in course.sessions if not (other.is_live or other.undone)]
    there = sorted((other.rank, other) for other in course.live if not other.undone) if gone else []
    return paused | {
        session.number for session in sessions if gone and _follows_one(order, session, gone, there)
    }


def _follows_one(
    order: Order, session: Session, gone: Sequence[Session], there: Sequence[tuple[Rank, Session]]
) -> bool:
    rank = session.rank
    gone = [other for other in gone if other.rank < rank]
    if not gone:
        return False
    place = bisect_left(there, rank, key=itemgetter(0))
    if not place:
        return True
    before, latest = there[place - 1]
    return any(
        other.rank > before
        and (
            are_of_one_day(order, latest, session)
            or _due(latest) < other.start.date() <= session.target
        )
        for other in gone
    )


def _due(session: Session) -> date:
    return session.start.date() if session.is_fixed else session.target
