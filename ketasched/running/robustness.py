"""How well a course bears what happens: a missed session, a closed day, a sick week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import inf
from random import Random
from typing import Literal, NamedTuple

from ketasched.domain.candidate import session_end
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import MISSED, Course, Session
from ketasched.planning.plan import course_of, place_sessions
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import Failure
from ketasched.planning.suggest import Robustness, Suggestion
from ketasched.progress import Tell
from ketasched.running.changes import drop
from ketasched.running.legal_change import Conditions, Refusal, undecided
from ketasched.running.replan import search_for

PAIRS = 10
"""The pairs of faults that are drawn for a course; all of them, where there are no more."""
FaultKind = Literal["missed", "closed", "sick"]
KINDS: tuple[FaultKind, ...] = ("missed", "closed", "sick")
DAYS = {"closed": 1, "sick": 7}


class Fault(NamedTuple):
    """What happens on the day of a session: it is ``missed``, the clinic is ``closed`` that day, or
    the patient is ``sick`` from that day on for a week.
    """

    kind: FaultKind
    number: int


def by_what_they_bear(order: Order, starts: Sequence[Suggestion], tell: Tell) -> list[Suggestion]:
    """Starts with what faults would do to their courses: the fewest pauses first, then the most
    faults that stay legal, the fewest days these move, and then as they were ranked; ``tell`` is
    told how many have been tried, and of how many.
    """
    kinds = frozenset(rule.kind for rule in order.protocol.visits)
    bare = replace(order, without=order.without | kinds)
    tried = []
    for number, suggestion in enumerate(starts):
        tell(number, len(starts))
        asked = replace(bare, start=suggestion.start, days=suggestion.days)
        placement = place_sessions(asked) if suggestion.feasible else None
        if placement and not isinstance(placement, Failure):
            robust = robustness(asked, course_of(asked, placement))
            tried.append(suggestion._replace(robust=robust))
        else:
            tried.append(suggestion)
    return sorted(tried, key=_rank)


def _rank(suggestion: Suggestion) -> tuple[bool, int, float, float]:
    robust = suggestion.robust
    if robust is None:
        return True, 0, 0, 0
    moved = robust.mean_days_moved
    return False, suggestion.pauses, -robust.legal, inf if moved is None else moved


def robustness(order: Order, course: Course) -> Robustness:
    """What befalls a course that is to come, without its linked visits and without what follows
    another session.

    A missed session is made up for as its phase says; where that says nothing it takes its place in
    the order anew and the rest makes way (replan). On a closed day, and in a sick week, nobody
    comes: those sessions find other days, alone or together with all behind them. It is known in
    the morning of the day, or when the session that is missed is over. A second fault finds the
    course as the first one left it. Which pairs are drawn depends on the course alone.
    """
    after = {fault: after_fault(order, course, fault) for fault in _faults(course)}
    moved = [_days_moved(course, outcome) for outcome in after.values() if outcome]
    pairs = _pairs(tuple(after), course)
    bears = [
        _bears(order, outcome, second) for first, second in pairs for outcome in [after[first]]
    ]
    return Robustness(
        misses=sum(fault.kind == "missed" for fault in after),
        closed_days=sum(fault.kind == "closed" for fault in after),
        sick_weeks=sum(fault.kind == "sick" for fault in after),
        legal=len(moved) / len(after),
        mean_days_moved=sum(moved) / len(moved) if moved else None,
        pairs=len(pairs),
        legal_pairs=sum(bears) / len(pairs) if pairs else None,
    )


def _faults(course: Course) -> Iterator[Fault]:
    for kind in KINDS:
        yield from (Fault(kind, session.number) for session in course.live)


def _pairs(faults: Sequence[Fault], course: Course) -> list[tuple[Fault, Fault]]:
    """Faults of two sessions, in the order of their days."""
    pairs = [
        (first, second) for first in faults for second in faults if first.number < second.number
    ]
    draw = Random(f"{course.start} {len(faults)}")  # noqa: S311 - a sample, no secret
    return pairs if len(pairs) <= PAIRS else draw.sample(pairs, PAIRS)


def _bears(order: Order, course: Course | None, fault: Fault) -> bool:
    """Whether a course that bore one fault bears another: also where it no longer meets it."""
    if course is None:
        return False
    return not course.session(fault.number).is_live or after_fault(order, course, fault) is not None


def after_fault(order: Order, course: Course, fault: Fault) -> Course | None:
    """The course after a fault, or None if that takes a pause, a decision or a broken rule."""
    session = course.session(fault.number)
    if fault.kind != "missed":
        return _away(order, course, session.start, DAYS[fault.kind])
    conditions = Conditions(order, session.end)
    then = order.phases[session.phase].missed or "replan"
    try:
        outcome = drop(conditions, course, session.number, MISSED, then)
    except ChoiceRefused:
        return None
    if isinstance(outcome, Refusal) or len(outcome.pauses) > len(course.pauses):
        return None
    return outcome


def _away(order: Order, course: Course, start: datetime, length: int) -> Course | None:
    """The course with nobody there for some days from that of a session on."""
    days = frozenset(start.date() + timedelta(days=number) for number in range(length))
    morning = datetime.combine(start.date(), time.min, start.tzinfo)
    ahead = {session.number: session.start.date() for session in course.movable(morning)}
    alone = {number for number, day in ahead.items() if day in days}
    for free in (alone, {number for number, day in ahead.items() if day >= min(days)}):
        search = search_for(order, course, free, morning, days)
        if search is None:
            return course
        best = search.best(0)
        if best:
            places = zip(search.targets, best[0], strict=True)
            moved = {target.number: (place.day, place.start) for target, place in places}
            elsewhere = course.changing(
                [
                    _standing(course.session(number), *moved[number])
                    for number in free & moved.keys()
                ]
            )
            return None if undecided(Conditions(order, morning), elsewhere) else elsewhere
    return None


def _standing(session: Session, day: date, start: time) -> Session:
    begins = datetime.combine(day, start, session.start.tzinfo)
    return session._replace(start=begins, end=session_end(begins, session.minutes))


def _days_moved(before: Course, after: Course) -> int:
    stood = {session.number: session.start.date() for session in before.sessions}
    return sum(
        abs((session.start.date() - stood[session.instead_of or session.number]).days)
        for session in after.live
        if (session.instead_of or session.number) in stood
    )
