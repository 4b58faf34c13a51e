"""Whether the sessions of a course stand in their windows, in order and as far apart as they must,
and whether its patient is nowhere twice at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from ketasched.domain.course import (
    ATTENDED,
    PLANNED,
    TENTATIVE,
    Course,
    LinkedVisit,
    Session,
    is_gone,
)
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import count_text, day_text, days_text
from ketasched.proving.alone import Entry
from ketasched.proving.fault import Against
from ketasched.proving.paces import Paces

Found = tuple[Entry, Against]


def is_open(entry: Entry) -> bool:
    """Whether it is to come, or nobody has said yet what became of it. What took place is a fact:
    where it stands is a deviation, and no fault of the plan.
    """
    return entry.status in (PLANNED, TENTATIVE)


def against_window(session: Session, course: Course, paces: Paces) -> Iterator[Against]:
    """Whether a session stands in its window, and that window is no wider than it may be. A make-up
    may be squeezed in elsewhere, which widens it.
    """
    day, first, last = session.start.date(), session.window_start, session.window_end
    if not first <= day <= last:
        yield Against("window", f"{day_text(day)} is outside its window, {days_text(first, last)}")
    if day < course.begins <= session.target:
        yield Against("window", f"{day_text(day)} is before the start")
    allowed = paces.window_of(session)
    early, late = (session.target - first).days, (last - session.target).days
    if not session.instead_of and (early > allowed.early or late > allowed.late):
        window = f"{count_text(early, 'day')} early, {count_text(late, 'day')} late"
        yield Against("window", f"its window is wider than the protocol's: {window}")


def against_neighbours(course: Course, paces: Paces) -> Iterator[Found]:
    """Sessions out of order, or too near to or too far from the one before; each is said of the
    later one that is open. Nothing is asked between two that took place.
    """
    ranked = sorted(course.live, key=lambda session: session.rank)
    for before, here in pairwise(ranked):
        if before.status == ATTENDED == here.status:
            continue
        session, other = (here, before) if is_open(here) else (before, here)
        days = (here.start.date() - before.start.date()).days
        if here.start <= before.start:
            text = f"session {before.number} is not before session {here.number}"
            yield from _unless_broken((before, here), session, Against("order", text))
        elif not paces.are_of_one_day(before, here):
            text = _gap_text(course, paces, before, here, days)
            found = Against("gap", f"{text} from session {other.number}")
            yield from _unless_broken((before, here), session, found) if text else ()


def _gap_text(course: Course, paces: Paces, before: Session, here: Session, days: int) -> str:
    """How the gap between two sessions in a row is too small or too large; empty if it is not.

    Between two phases the smaller of their two least gaps counts, and no largest one. A pause
    widens the largest gap; across a session that did not take place there is none.
    """
    phases = [paces.of(session) for session in (before, here)]
    least = max(1, min(phase.gap.min for phase in phases))
    if days < least:
        return f"{count_text(days, 'day')}, less than {least},"
    most = phases[1].gap.max
    if most is None or phases[0].name != phases[1].name or _lost_between(course, before, here):
        return ""
    ranks = {session.number: session.rank for session in course.sessions}
    most += 7 * sum(
        pause.weeks
        for pause in course.pauses
        if pause.before_session in ranks and before.rank < ranks[pause.before_session] <= here.rank
    )
    return f"{count_text(days, 'day')}, more than {most}," if days > most else ""


def _lost_between(course: Course, before: Session, here: Session) -> bool:
    return any(
        is_gone(session)
        and not session.undone
        and before.rank < session.rank < here.rank
        and before.start < session.start < here.start
        for session in course.sessions
    )


def _unless_broken(pair: Sequence[Session], session: Session, against: Against) -> Iterator[Found]:
    """A rule between two that a person broke for either is broken on purpose."""
    if not any(against.rule in each.broken for each in pair):
        yield session, against


def twice_at_once(course: Course) -> Iterator[Found]:
    """The entries of a course that overlap in time, of which one is open."""
    standing = [entry for entry in course.entries() if not is_gone(entry)]
    standing.sort(key=lambda entry: (entry.start.timestamp(), entry.end.timestamp()))
    for place, here in enumerate(standing):
        for other in standing[place + 1 :]:
            if other.start.timestamp() >= here.end.timestamp():
                break
            entry = other if is_open(other) else here
            if is_open(entry) and not {"taken", "order"} & {*here.broken, *other.broken}:
                at = here if entry is other else other
                yield entry, Against("taken", f"at the time of {title_of(course, at)}")


def title_of(course: Course, entry: Entry) -> str:
    """What an entry is called in a sentence."""
    if isinstance(entry, Session):
        return f"session {entry.number}"
    return f"the {entry.name} {handle_of(course, entry)}"


def against_session(visit: LinkedVisit, course: Course) -> Iterator[Against]:
    """Whether a linked visit stands as far from its session as the protocol says, on the right side
    of it, and what comes with a review before the next session.
    """
    rule = next((rule for rule in course.protocol.visits if rule.name == visit.name), None)
    session = course.session(visit.session)
    if rule is None or is_gone(session):
        yield Against("window", f"it goes with session {session.number}, which is {session.status}")
        return
    after, side = rule.anchor.side == "after", rule.anchor.side
    if rule.offset.in_days:
        apart = abs((visit.start.date() - session.start.date()) // timedelta(days=1))
    else:
        edge = session.end if after else session.start
        apart = int(abs(visit.start.timestamp() - edge.timestamp())) // 60
    if not rule.offset.least <= apart <= rule.offset.most:
        where = f"{rule.offset.span} {side} session {session.number}"
        yield Against("window", f"{day_text(visit.start.date())} is not {where}")
    begins, ends = visit.start.timestamp(), visit.end.timestamp()
    if begins < session.end.timestamp() if after else ends > session.start.timestamp():
        yield Against("order", f"it is not {side} session {session.number}")
    later = [other for other in course.live if other.start > session.start]
    following = min(later, key=lambda other: other.start, default=None)
    if rule.anchor.which == "review" and following and ends > following.start.timestamp():
        yield Against("order", f"it is not before session {following.number}")
