"""Which sessions of a running course stay apart that need not be neighbours.

The distance of a phase is that of whichever of its sessions comes first; its largest, like that of
a session with a name, only of that session itself and of what makes up for it: missing it made it
longer. What it counts from is the session of that number or name, or what makes up for it; nothing
where that did not take place and nothing makes up for it, or where it took place elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ketasched.domain.apart import Apart
from ketasched.domain.course import Course, Session
from ketasched.domain.protocol import Phase
from ketasched.domain.wording import count_text
from ketasched.planning.following_sessions import session_counted_from


class Distance(NamedTuple):
    """Two sessions of a course, and how far apart they are to be, with the pauses in between."""

    earlier: Session
    later: Session
    apart: Apart

    @property
    def days(self) -> int:
        """How far apart they are."""
        return (self.later.start.date() - self.earlier.start.date()).days

    @property
    def text(self) -> str:
        """How far apart they are, and what that is not."""
        days = f"{count_text(self.days, 'day')} after session {self.earlier.number}"
        return f"{days}, NOT {self.fault}" if self.fault else days

    @property
    def fault(self) -> str:
        """What their distance is not; empty if it is."""
        return self.apart.fault(self.days)


def distances(course: Course) -> Iterator[Distance]:
    """The distances that the sessions of a course keep now."""
    for own, original, apart in _asked(course):
        if apart in _phase_of(course, original).apart:
            yield from _of_phase(course, own, original, apart)
        else:
            stands = session_counted_from(course.sessions, original.number)
            yield from _between(course, original.number, stands, apart)


def counted_from_elsewhere(course: Course) -> Iterator[tuple[Session, Apart]]:
    """The sessions that stay apart from one that the course does not have: it took place elsewhere,
    and nobody knows when.
    """
    for _, original, apart in _asked(course):
        if _origin(course, original.number, apart) is None:
            yield original, apart


def _asked(course: Course) -> Iterator[tuple[Sequence[Session], Session, Apart]]:
    """What sessions stay apart as they were laid out, each among those of its phase."""
    for phase in course.protocol.phases if course.protocol.has_distances else ():
        own = [each for each in course.sessions if each.phase == phase.name and not each.undone]
        first = next((each for each in own if each.place == 1), None)
        yield from ((own, first, apart) for apart in phase.apart if first)
        yield from ((own, named, apart) for named, apart in _named(phase, own))


def _phase_of(course: Course, session: Session) -> Phase:
    return next(phase for phase in course.protocol.phases if phase.name == session.phase)


def _of_phase(
    course: Course, own: Sequence[Session], first: Session, apart: Apart
) -> Iterator[Distance]:
    live = [session for session in own if session.is_live]
    later = min(live, key=lambda session: session.rank, default=None)
    if later:
        is_it = first.number in (later.number, later.instead_of)
        own_apart = apart if is_it else apart._replace(max=None)
        yield from _between(course, first.number, later, own_apart)


def _named(phase: Phase, own: Sequence[Session]) -> Iterator[tuple[Session, Apart]]:
    """The sessions of a phase that stay apart by themselves, as they were laid out."""
    by_name = {each.name: each for each in reversed(own) if not each.instead_of}
    for named in phase.listed:
        for apart in named.apart if named.name in by_name else ():
            yield by_name[named.name], apart


def _between(
    course: Course, number: int, later: Session | None, apart: Apart
) -> Iterator[Distance]:
    """The distance of what stands for the session of a number from the one it counts from."""
    latest = _origin(course, number, apart)
    earlier = session_counted_from(course.sessions, latest.number) if latest else None
    if earlier and earlier.is_live and later and later.is_live:
        paused = sum(
            pause.weeks
            for pause in course.pauses
            for session in course.sessions
            if session.number == pause.before_session and earlier.rank < session.rank <= later.rank
        )
        yield Distance(earlier, later, apart.wider(paused))


def _origin(course: Course, number: int, apart: Apart) -> Session | None:
    """The session before the one of a number that a distance names; None if it is not there."""
    before = [
        each
        for each in course.sessions
        if apart.origin in (each.number, each.name)
        and each.number < number
        and not (each.instead_of or each.undone)
    ]
    return max(before, key=lambda each: each.number, default=None)
