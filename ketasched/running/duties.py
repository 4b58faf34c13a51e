"""What staff must have done within some days of each session."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from ketasched.domain.course import ATTENDED, CANCELLED, PLANNED, Course, Status


class DueDuty(NamedTuple):
    """A duty of the protocol for one session, due by the end of a day."""

    name: str
    session: int
    due: date
    status: Status


def due_duties(course: Course) -> list[DueDuty]:
    """The duties of a course, in the order of their days; those of sessions that did not take
    place are cancelled.
    """
    duties = [
        DueDuty(
            duty.name,
            session.number,
            session.start.date() + timedelta(days=duty.days),
            PLANNED if session.is_live else CANCELLED,
        )
        for duty in course.protocol.duties
        if duty.name not in course.duties_off
        for session in course.sessions
    ]
    return sorted(duties, key=lambda duty: (duty.due, duty.session))


def due_soon(course: Course, today: date) -> list[DueDuty]:
    """The duties for sessions that took place which are due today or in the next seven days."""
    return [
        duty
        for duty in due_duties(course)
        if today <= duty.due <= today + timedelta(days=7)
        and course.session(duty.session).status == ATTENDED
    ]
