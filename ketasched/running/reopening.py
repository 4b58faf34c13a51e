"""What a closed day moved goes back where it was, though sessions took place since."""

from __future__ import annotations

from dataclasses import replace

from ketasched.domain.course import (
    PLANNED,
    TENTATIVE,
    Course,
    LinkedVisit,
    Session,
    Unplaced,
    is_marked,
)


def with_what_took_place(now: Course, before: Course, closed: Course) -> Course | None:
    """The course ``now``, with what stood elsewhere ``before`` a day was ``closed`` than right
    after it where it was before; None if more was changed since than what took place or was missed.
    """
    sessions = _sessions_back(now, before, closed)
    visits = _visits_back(now, before, closed)
    if sessions is None or visits is None or now.pauses != closed.pauses:
        return None
    return replace(
        now,
        sessions=sessions,
        visits=visits,
        pauses=before.pauses,
        unplaced=_unplaced_back(now, before, closed),
    )


def _sessions_back(now: Course, before: Course, closed: Course) -> tuple[Session, ...] | None:
    earlier = {session.number: session for session in before.sessions}
    then = {session.number: session for session in closed.sessions}
    back = []
    for session in now.sessions:
        if earlier.keys() != then.keys() or session.number not in then:
            return None
        old, after = earlier[session.number], then[session.number]
        was_moved = _stands(old) != _stands(after)
        if _stands(session) != _stands(after) and (was_moved or not is_marked(session)):
            return None
        back.append(old._replace(status=session.status) if was_moved else session)
    return tuple(back)


def _stands(session: Session) -> Session:
    """All of a session but what follows from others: its reasons, and whether it is tentative."""
    status = PLANNED if session.status == TENTATIVE else session.status
    return session._replace(reasons=(), status=status)


def _visits_back(now: Course, before: Course, closed: Course) -> tuple[LinkedVisit, ...] | None:
    earlier = {visit.key: visit for visit in before.visits}
    then = {visit.key: visit for visit in closed.visits}
    back = []
    for visit in now.visits:
        old, after = earlier.get(visit.key), then.get(visit.key)
        was_moved = (old and _when(old)) != (after and _when(after))
        if was_moved and (old is None or after is None or _when(visit) != _when(after)):
            return None
        back.append(old if was_moved and old else visit)
    return tuple(back)


def _when(visit: LinkedVisit) -> tuple[object, ...]:
    status = PLANNED if visit.status == TENTATIVE else visit.status
    return visit.start, visit.end, status, visit.by_hand


def _unplaced_back(now: Course, before: Course, closed: Course) -> tuple[Unplaced, ...]:
    kept = [each for each in now.unplaced if each in before.unplaced or each not in closed.unplaced]
    lost = [each for each in before.unplaced if each not in closed.unplaced and each not in kept]
    return (*kept, *lost)
