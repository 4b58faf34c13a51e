"""Going back to an earlier plan."""

from __future__ import annotations

from dataclasses import replace

from ketasched.domain.course import CANCELLED, Course


def gone_back(course: Course, earlier: Course) -> Course:
    """The ``earlier`` course; what calendars know of since and it does not have stays there as
    cancelled.
    """
    numbers = {session.number for session in earlier.sessions}
    called = _called_before(course, earlier)
    sessions = [
        session._replace(
            status=CANCELLED, undone=True, phase=called.get(session.phase, session.phase)
        )
        for session in course.sessions
        if session.number not in numbers
    ]
    keys = {visit.key for visit in earlier.visits}
    visits = [visit._replace(status=CANCELLED) for visit in course.visits if visit.key not in keys]
    return replace(
        earlier, sessions=(*earlier.sessions, *sessions), visits=(*earlier.visits, *visits)
    )


def _called_before(course: Course, earlier: Course) -> dict[str, str]:
    """What the phases of a course were called in the ``earlier`` one, where that was otherwise."""
    names = {was: name for name, was in earlier.protocol.renamed}
    return {name: names.get(was, was) for name, was in course.protocol.renamed}
