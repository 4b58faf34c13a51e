"""The clinic must close on a day: what that does to a course."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from ketasched.domain.candidate import session_end
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import CANCELLED, PLANNED, TENTATIVE, Course, LinkedVisit, Session
from ketasched.domain.days import each_day
from ketasched.domain.wording import clock_text
from ketasched.running.baselines import count_from, counted_anew
from ketasched.running.changes import replanned
from ketasched.running.legal_change import (
    Conditions,
    Refusal,
    let_follow,
    settled,
    undecided,
    with_those_behind,
)
from ketasched.running.order_of_time import in_order_of_time
from ketasched.running.shifting import shifted
from ketasched.running.visits_that_stay import with_visits_that_stay


def is_touched(course: Course, day: date, now: datetime) -> bool:
    """Whether anybody is to come for the course on that day, later than now (aware)."""
    visits = [visit for visit in course.visits if not visit.by_video]
    return bool(sessions_of(course, day, now)) or any(
        _is_to_come(visit, now, day) for visit in visits
    )


def sessions_of(course: Course, day: date, now: datetime) -> list[Session]:
    """The sessions to come on a day, later than now (aware)."""
    return [session for session in course.sessions if _is_to_come(session, now, day)]


def begun(course: Course, day: date, now: datetime) -> str:
    """Why sessions of that day are not moved that have begun, and of which nobody has said how they
    went; empty if there are none.
    """
    texts = []
    for session in course.sessions:
        if (
            session.status in (PLANNED, TENTATIVE)
            and session.start.date() == day
            and session.start <= now
        ):
            start, end = clock_text(session.start.timetz()), clock_text(session.end.timetz())
            what = "is over" if session.end <= now else "has begun"
            texts.append(
                f"session {session.number} {what} ({start}-{end}): say done, miss or cancel"
            )
    return "; ".join(texts)


def without_day(conditions: Conditions, course: Course, day: date) -> Course | Refusal:
    """The course with nobody on a day on which the clinic is closed now: the sessions of that day
    find other places, make-ups also before others than now, and if there are none, all that nobody
    fixed from there on, or else they take the places of the next ones. Of two places as good the
    later is taken: nobody has to be told in a hurry.
    """
    before = course
    conditions, course, freed = released(conditions, course, day)
    outcome = placed_anew(conditions, course, freed)
    if isinstance(outcome, Refusal) and freed:
        outcome = _by_a_shift(conditions, course, freed) or outcome
    if isinstance(outcome, Refusal):
        return outcome
    return with_visits_that_stay(conditions, before, outcome, day)


def released(
    conditions: Conditions, course: Course, day: date
) -> tuple[Conditions, Course, set[int]]:
    """The sessions of a closed day, free to be placed anew: also those that a person put there, and
    of two places as good the later first.
    """
    freed = {session.number for session in sessions_of(course, day, conditions.now)}
    free = [session._replace(by_hand=False) for session in course.sessions]
    course = course.changing([session for session in free if session.number in freed])
    visits = tuple(_released(visit, conditions.now, day, freed) for visit in course.visits)
    later_first = conditions._replace(order=conditions.order.later_first())
    return later_first, replace(course, visits=visits), freed


def placed_anew(conditions: Conditions, course: Course, freed: Collection[int]) -> Course | Refusal:
    """The course with some sessions on other legal days, or, if there are none for them alone, all
    that nobody fixed from there on. What counts from one that had to move follows it.
    """
    if not freed:
        return _elsewhere(conditions, course, freed)
    together = _with_all_that_counts(conditions, course, freed)
    if together:
        return together
    outcome = _elsewhere(conditions, course, freed)
    if isinstance(outcome, Refusal):
        return outcome
    counted = counted_anew(conditions.order, outcome, conditions.now, freed)
    return let_follow(conditions, counted.course, counted.free) if counted.anew else outcome


def _with_all_that_counts(
    conditions: Conditions, course: Course, freed: Collection[int]
) -> Course | None:
    """The course with baselines that had to move and all that counts from them, on legal days in
    their new windows and without a further pause: what will follow holds no baseline back.
    """
    order, now = conditions.order, conditions.now
    counting = count_from(order, course, now, freed) - set(freed)
    if not counting:
        return None
    away = [course.session(number)._replace(status=CANCELLED) for number in counting]
    alone = replanned(conditions, course.changing(away), freed)
    if isinstance(alone, Refusal):
        return None
    placed = course.changing([alone.session(number) for number in freed])
    counted = counted_anew(order, placed, now, freed)
    for free in with_those_behind(conditions, counted.course, counted.free):
        outcome = settled(conditions, counted.course, free, freed)
        if isinstance(outcome, Course) and len(outcome.pauses) <= len(course.pauses):
            return outcome
    return None


def _by_a_shift(conditions: Conditions, course: Course, freed: Collection[int]) -> Course | None:
    """The course put off from the first session that must move, if that is legal. Those listed by
    name are each for a day of their own.
    """
    first = min((course.session(number) for number in freed), key=lambda session: session.rank)
    if first.name:
        return None
    try:
        outcome = shifted(conditions, course, first.number)
    except ChoiceRefused:
        return None
    if isinstance(outcome, Refusal) or undecided(conditions, outcome):
        return None
    return outcome


def _elsewhere(conditions: Conditions, course: Course, freed: Collection[int]) -> Course | Refusal:
    outcome = replanned(conditions, course, freed)
    if not isinstance(outcome, Refusal) or not freed:
        return outcome
    for number in freed:
        elsewhere = _in_another_order(conditions, course, course.session(number), freed)
        if elsewhere:
            return elsewhere
    first = min(course.session(number).rank for number in freed)
    later = {
        session.number
        for session in course.sessions
        if session.rank >= first and not session.by_hand and _is_to_come(session, conditions.now)
    }
    return replanned(conditions, course, later)


def _released(visit: LinkedVisit, now: datetime, day: date, freed: Collection[int]) -> LinkedVisit:
    """A linked visit that a person put on the closed day, or beside a session that must move, is
    placed anew as any other.
    """
    on_day = _is_to_come(visit, now, day) and not visit.by_video
    follows = visit.session in freed and _is_to_come(visit, now)
    return visit._replace(by_hand=False, broken=()) if on_day or follows else visit


def _in_another_order(
    conditions: Conditions, course: Course, make_up: Session, freed: Collection[int]
) -> Course | None:
    """The course with a make-up on another day of its window, nearest its target first, before or
    behind other sessions than now: it has no number to keep the order by.
    """
    if not make_up.instead_of:
        return None
    window = each_day(make_up.window_start, make_up.window_end)
    late = -1 if conditions.order.rules.slots.later_first else 1
    distances = sorted(
        ((day - make_up.target).days for day in window), key=lambda d: (abs(d), late * d)
    )
    for day in (make_up.target + timedelta(days=distance) for distance in distances):
        start = datetime.combine(day, make_up.start.timetz())
        placed = make_up._replace(start=start, end=session_end(start, make_up.minutes))
        outcome = replanned(conditions, in_order_of_time(course.changing([placed])), freed)
        if isinstance(outcome, Course) and len(outcome.pauses) == len(course.pauses):
            return outcome
    return None


def _is_to_come(entry: Session | LinkedVisit, now: datetime, day: date | None = None) -> bool:
    on_day = day is None or entry.start.date() == day
    return entry.status in (PLANNED, TENTATIVE) and on_day and entry.start > now
