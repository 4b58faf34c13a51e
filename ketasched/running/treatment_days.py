"""The treatment days of a running course: the sessions of one phase and pace due on one day.

The sessions of a treatment day stand on one day and keep their distance, but for one that a person
put elsewhere in spite of it. Between one that took place and one to come only a smallest distance
is asked for; an exact one is not where a session between them did not take place, nor of one that
a person put where it is, which may be later.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from ketasched.domain.candidate import minutes_between, session_end
from ketasched.domain.course import ATTENDED, Course, Session
from ketasched.domain.per_day import PerDay
from ketasched.domain.protocol import Phase
from ketasched.domain.wording import clock_text, day_text, duration_text
from ketasched.planning.plan_input import Order


def per_day_of(order: Order, session: Session) -> PerDay | None:
    """How many sessions a session's treatment day has, and how far apart; None if it is alone."""
    return order.paced(session.phase, session.pace).per_day


def are_of_one_day(order: Order, session: Session, other: Session) -> bool:
    """Whether two sessions are of one treatment day of several sessions."""
    mine, its = ((each.phase, each.pace, each.target) for each in (session, other))
    return mine == its and per_day_of(order, session) is not None


def day_of(order: Order, course: Course, session: Session) -> list[Session]:
    """The sessions of a session's treatment day, in the order of the course; or it alone."""
    ranked = sorted(course.sessions, key=lambda each: each.rank)
    day = [each for each in ranked if not each.undone and are_of_one_day(order, each, session)]
    return day or [session]


def those_that_go_along(
    order: Order, course: Course, moved: Collection[int], free: Collection[int]
) -> set[int]:
    """The free sessions that stand at an exact distance behind some that are moved."""
    along = set[int]()
    for session in map(course.session, moved):
        per_day = per_day_of(order, session)
        if per_day and not per_day.at_least:
            day = day_of(order, course, session)
            along |= {each.number for each in day[day.index(session) :] if each.number in free}
    return along


def is_put_apart(session: Session) -> bool:
    """Whether a person put a session elsewhere than its treatment day in spite of the distance."""
    return session.by_hand and "distance" in session.broken


def distance_fault(order: Order, before: Session, here: Session, *, is_broken: bool) -> str | None:
    """How two sessions in a row of one treatment day do not keep their distance; empty if they do,
    None if they are of two days. ``is_broken``: one that did not take place lies between them.
    """
    per_day = per_day_of(order, here)
    if per_day is None or not are_of_one_day(order, before, here):
        return None
    if is_put_apart(before) or is_put_apart(here):
        return ""
    if before.start.date() != here.start.date():
        return f"not on the day of session {before.number}, {day_text(before.start.date())}"
    return _distance_fault(order, per_day, before, here, is_broken=is_broken)


def _distance_fault(
    order: Order, per_day: PerDay, before: Session, here: Session, *, is_broken: bool
) -> str:
    if before.status == ATTENDED and not per_day.at_least:
        return ""
    if minutes_between(before.start, here.start) < per_day.minutes:
        return f"less than {duration_text(per_day.minutes)} from session {before.number}"
    due = per_day.next_start(before.start, here.minutes, order.clinic)
    if per_day.at_least or is_broken or here.by_hand or due == here.start:
        return ""
    return f"due at {clock_text(due.timetz())}, its distance after session {before.number}"


def has_room(order: Order, course: Course, last: Session, first_day: date) -> bool:
    """Whether the treatment day of the last session of a phase is not full, and is to come."""
    per_day = per_day_of(order, last)
    if per_day is None or last.target < first_day:
        return False
    return len(day_of(order, course, last)) < per_day.sessions


def at_distances(
    order: Order, per_day: PerDay, sessions: Sequence[Session], start: datetime
) -> list[tuple[Session, datetime]]:
    """The sessions of a treatment day in a row: the first at a time (aware), the others at their
    distances after it; where only a smallest is asked for, as far as they were.
    """
    places, before = [(sessions[0], start)], sessions[0]
    for session in sessions[1:]:
        start = per_day.next_start(start, session.minutes, order.clinic)
        if per_day.at_least:
            later = minutes_between(before.start, session.start)
            start = session_end(places[-1][1], max(later, per_day.minutes))
        places.append((session, start))
        before = session
    return places


def by_days(order: Order, course: Course) -> Course:
    """The same course with one session, the first, for each treatment day: so that days can be
    counted as sessions are.
    """
    if not order.has_treatment_days:
        return course
    firsts: dict[tuple[str, str, date], Session] = {}
    alone: list[Session] = []
    for session in sorted(course.sessions, key=lambda each: (each.rank, not each.is_live)):
        per_day = per_day_of(order, session)
        if per_day is None or session.undone:
            alone.append(session)
            continue
        known = firsts.setdefault((session.phase, session.pace, session.target), session)
        if known.is_live < session.is_live or (known.stands_at and not session.stands_at):
            firsts[session.phase, session.pace, session.target] = session
    days = [session._replace(place=_day(order, session)) for session in firsts.values()]
    return replace(course, sessions=tuple(sorted((*days, *alone), key=lambda each: each.rank)))


def _day(order: Order, session: Session) -> int:
    per_day = per_day_of(order, session)
    return per_day.day(session.place) if per_day else session.place


def each_of_a_day(phase: Phase, days: Sequence[date]) -> list[date]:
    """The days, each once for every session that the phase has on it."""
    return [day for day in days for _ in range(phase.a_day)]
