"""Going back to an earlier plan."""

from __future__ import annotations

from dataclasses import replace

from ketasched.domain.course import CANCELLED, Course


def gone_back(course: Course, earlier: Course) -> Course:
    """The ``earlier`` course; what calendars know of since and it does not have stays there as
    cancelled.
    """
    numbers = {session.number for session in earlier.sessions}
    sessions = [
        session._replace(status=CANCELLED, undone=True)
        for session in course.sessions
        if session.number not in numbers
    ]
    keys = {visit.key for visit in earlier.visits}
    visits = [visit._replace(status=CANCELLED) for visit in course.visits if visit.key not in keys]
    return replace(
        earlier, sessions=(*earlier.sessions, *sessions), visits=(*earlier.visits, *visits)
    )
