"""The gates of a course: what is needed before a session, and whether it is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from ketasched.domain.course import ATTENDED, Course, Session
from ketasched.domain.gate import PassedGate
from ketasched.domain.wording import day_text
from ketasched.planning.following_sessions import session_counted_from

SOON = timedelta(days=28)
"""How long before its session somebody is rung up about what is missing, as with an approval."""


class Needed(NamedTuple):
    """What is needed before a ``session``, and since when it is there, if it is."""

    what: str
    session: Session
    since: date | None = None

    def __str__(self) -> str:
        number, day = self.session.number, day_text(self.session.start.date())
        if self.session.status == ATTENDED:
            return f"{self.what} is missing: session {number} took place on {day}"
        return f"{self.what} is missing, before session {number}, {day}"


def needed(course: Course) -> Iterator[Needed]:
    """What the protocol needs before the sessions of a course."""
    since = {gate.what: gate.on for gate in course.gates}
    for gate in course.protocol.needs:
        named = [
            session
            for session in course.sessions
            if gate.before in (session.number, session.name) and not session.instead_of
        ]
        session = _guarded(course, named[0]) if named else None
        if session:
            yield Needed(gate.what, session, since.get(gate.what))


def missing(course: Course) -> list[Needed]:
    """What is needed and not there, the most urgent first."""
    lacking = (need for need in needed(course) if need.since is None)
    return sorted(lacking, key=lambda need: need.session.start)


def overlooked(before: Course, after: Course) -> list[Needed]:
    """What is missing of a session that took place by a change."""
    held = [session.number for session in before.sessions if session.status == ATTENDED]
    late = (need for need in missing(after) if need.session.status == ATTENDED)
    return [need for need in late if need.session.number not in held]


def passed(course: Course, what: str, on: date) -> Course:
    """The course in which something that it needs is there since a day."""
    others = [gate for gate in course.gates if gate.what != what]
    return replace(course, gates=(*others, PassedGate(what, on)))


def _guarded(course: Course, named: Session) -> Session | None:
    """The session before which something is needed: the one that is named, or where that is off
    what makes up for it or the next one, whichever comes first.
    """
    if named.is_live:
        return named
    stands = session_counted_from(course.sessions, named.number)
    later = [session for session in course.live if session.rank > named.rank]
    there = [*later, *([stands] if stands and stands.is_live else [])]
    return min(there, key=lambda session: session.start, default=None)
