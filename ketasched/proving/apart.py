"""Whether sessions are as far as they must be from those that need not be their neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ketasched.domain.apart import Apart
from ketasched.domain.course import ATTENDED, Course, Session
from ketasched.domain.protocol import Phase
from ketasched.proving.fault import Against
from ketasched.proving.in_course import Found, is_open


class _Asked(NamedTuple):
    """What is asked of a session: how far ``session`` is from the one the distance names, of which
    ``original`` is what the protocol speaks of.
    """

    session: Session
    original: Session
    apart: Apart


def against_distances(course: Course) -> Iterator[Found]:
    """Sessions too near to or too far from an earlier one; each is said of the later one that is
    open. Nothing is asked between two that took place.
    """
    for asked in _asked(course):
        earlier, later = _counted_from(course, asked), asked.session
        if earlier is None or earlier.status == ATTENDED == later.status:
            continue
        days = (later.start.date() - earlier.start.date()).days
        fault = _fault(asked.apart, days, _paused(course, earlier, later))
        if fault and "apart" not in (*earlier.broken, *later.broken):
            session, other = (later, earlier) if is_open(later) else (earlier, later)
            text = f"{days} days from session {other.number}, {fault}"
            yield session, Against("apart", text)


def _fault(apart: Apart, days: int, paused: int) -> str:
    if days < apart.min:
        return f"less than {apart.min}"
    if apart.max is not None and days > apart.max + paused:
        return f"more than {apart.max + paused}"
    return ""


def _paused(course: Course, earlier: Session, later: Session) -> int:
    """The days of the pauses between two sessions."""
    ranks = {session.number: session.rank for session in course.sessions}
    return 7 * sum(
        pause.weeks
        for pause in course.pauses
        if pause.before_session in ranks
        and earlier.rank < ranks[pause.before_session] <= later.rank
    )


def _asked(course: Course) -> Iterator[_Asked]:
    for phase in course.protocol.phases:
        own = [each for each in course.sessions if each.phase == phase.name and not each.undone]
        first = [session for session in own if session.place == 1]
        live = sorted((session for session in own if session.is_live), key=lambda each: each.rank)
        for apart in phase.apart if first and live else ():
            stands = live[0] in (first[0], *_in_its_place(course, first[0]))
            yield _Asked(live[0], first[0], apart if stands else apart._replace(max=None))
        for original, apart in _by_name(phase, own):
            for session in _in_its_place(course, original):
                yield _Asked(session, original, apart)


def _by_name(phase: Phase, own: list[Session]) -> Iterator[tuple[Session, Apart]]:
    for named in phase.listed:
        for session in own:
            if session.name == named.name and not session.instead_of:
                yield from ((session, apart) for apart in named.apart)


def _in_its_place(course: Course, original: Session) -> list[Session]:
    """A session that takes place, or what does in its place."""
    return [
        session
        for session in course.live
        if original.number in (session.number, session.instead_of)
    ]


def _counted_from(course: Course, asked: _Asked) -> Session | None:
    """The session that a distance counts from; None if it did not take place."""
    named = [
        session
        for session in course.sessions
        if asked.apart.origin in (session.number, session.name)
        and session.number < asked.original.number
        and not session.instead_of
        and not session.undone
    ]
    if not named:
        return None
    last = max(named, key=lambda session: session.number)
    return next(iter(_in_its_place(course, last)), None)
