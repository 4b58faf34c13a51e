"""The order of a course: make-ups and pauses stand in it where they stand in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ketasched.domain.course import Course, Session
from ketasched.domain.pause import Pause


def in_order_of_time(course: Course) -> Course:
    """The same course, in which make-ups and extras have the place in the order that they have in
    time: behind the last numbered session before them, whether that took place or not.
    """
    numbered = [each for each in course.sessions if not (each.stands_at or each.undone)]
    return course.changing(
        [
            session._replace(stands_at=_behind(session, numbered))
            for session in course.live
            if session.stands_at
        ]
    )


def _behind(session: Session, numbered: Sequence[Session]) -> int:
    """The number of the session behind which a make-up stands; -1 if it is before the first."""
    later = [each.number for each in numbered if each.is_live and each.start > session.start]
    following = min(later, default=None)
    before = [
        each.number
        for each in numbered
        if each.start <= session.start
        and (each.is_live or following is None or each.number < following)
    ]
    if before:
        return max(before)
    if following is None or 0 < session.stands_at < following:
        return session.stands_at
    return following - 1 or -1


def with_pauses_in_place(course: Course) -> Course:
    """The same course, in which a pause before a session that did not take place is before what
    stands in its place now, or comes next.
    """
    ranked = sorted(course.live, key=lambda session: session.rank)
    return replace(
        course, pauses=tuple(_in_place(course, pause, ranked) for pause in course.pauses)
    )


def _in_place(course: Course, pause: Pause, ranked: Sequence[Session]) -> Pause:
    paused = course.session(pause.before_session)
    if paused.is_live:
        return pause
    own = (paused.number, paused.instead_of or paused.number)
    before = [each for each in ranked if each.rank < paused.rank and each.instead_of not in own]
    following = [each for each in ranked if not before or each.rank > before[-1].rank]
    return pause._replace(before_session=following[0].number) if following else pause
