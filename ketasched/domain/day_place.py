"""Which session of its treatment day a session is, where a day has several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ketasched.domain.course import Course, Session
from ketasched.domain.per_day import PerDay


class DayPlace(NamedTuple):
    """The treatment day of a phase, from 1, and which of how ``many`` sessions of it."""

    day: int
    position: int
    many: int

    def __str__(self) -> str:
        return f"day {self.day}, {self.position} of {self.many}"


def day_place(course: Course, session: Session) -> DayPlace | None:
    """Which session of which treatment day a session is; None in a phase with one a day. What makes
    up for a session on its day has the place of that.
    """
    per_day = per_day_of(course, session)
    if per_day is None or session.undone:
        return None
    own = [each for each in course.sessions if each.phase == session.phase and not each.undone]
    first = min(each.place for each in own)
    days = sorted({each.target for each in own})
    there = _of_day(own, session)
    elsewhere = per_day.position(first) - 1 if session.target == days[0] else 0
    stands_for = next((each for each in there if each.number == session.instead_of), session)
    slots = [each for each in there if each.instead_of not in {own.number for own in there}]
    return DayPlace(
        per_day.day(first) + days.index(session.target),
        elsewhere + slots.index(stands_for) + 1,
        elsewhere + len(slots),
    )


def first_and_last(course: Course, session: Session) -> tuple[bool, bool]:
    """Whether a session is the first of its treatment day, and the last; of those that hold."""
    if per_day_of(course, session) is None:
        return True, True
    own = [each for each in course.live if each.phase == session.phase]
    live = [each for each in _of_day(own, session) if each.start.date() == session.start.date()]
    return not live or live[0] == session, not live or live[-1] == session


def per_day_of(course: Course, session: Session) -> PerDay | None:
    """How many sessions a day the phase of a session has; None if one."""
    if session.pace:
        return None
    phases = course.protocol.phases
    return next((phase.per_day for phase in phases if phase.name == session.phase), None)


def _of_day(sessions: Sequence[Session], session: Session) -> list[Session]:
    there = [each for each in sessions if (each.target, each.pace) == (session.target, "")]
    return sorted(there, key=lambda each: (each.start, each.number))
