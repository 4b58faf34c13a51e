"""What a person put somewhere and stays there when a course is planned from something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ketasched.domain.course import CANCELLED, Course, LinkedVisit, Session
from ketasched.domain.visit_handle import handle_of, key_of
from ketasched.planning.plan_input import Order
from ketasched.running.at_a_moment import finish
from ketasched.running.broken_rules import BrokenRule
from ketasched.running.changes import drop, move
from ketasched.running.closing_day import placed_anew
from ketasched.running.legal_change import Conditions, Refusal, too_soon
from ketasched.running.visit_changes import misplaced_visits, move_visit


class KeptByHand(NamedTuple):
    """A session or linked visit that a person put where the order does not want it now, and the
    rules it breaks; none if it is only at another time of day than is asked for. ``handle`` is what
    commands call it; ``elsewhere`` is a time to which it can be moved, None where there is none,
    and ``can_go`` whether it can be cancelled. Not ``by_hand``: it keeps its time only because the
    one that is asked for would come too soon.
    """

    subject: str
    handle: str
    start: datetime
    broken: tuple[BrokenRule, ...]
    elsewhere: datetime | None
    can_go: bool
    by_hand: bool = True


def kept_by_hand(
    conditions: Conditions, course: Course, earlier: Order, *, new_times: bool
) -> Iterator[KeptByHand]:
    """What is to come and stays where a person put it, and what the order refuses there while an
    ``earlier`` one did not; with ``new_times`` also sessions that it wants at another time of day.
    """
    for session in course.live:
        if session.by_hand and session.start > conditions.now:
            known = {rule.name for rule in refusals_of(earlier, session)}
            broken = tuple(
                rule for rule in refusals_of(conditions.order, session) if rule.name not in known
            )
            asked = _at_asked_time(conditions.order, session)
            if broken or (new_times and asked != session.start):
                yield _session_kept(conditions, course, session, broken, asked)
    for session in course.movable(conditions.now) if new_times else ():
        asked = _at_asked_time(conditions.order, session)
        near = too_soon(conditions, session.number, asked)
        if near and asked != session.start:
            yield _too_soon_kept(conditions, course, session, near, asked)
    known_rules = set(misplaced_visits(conditions._replace(order=earlier), course))
    rules = [rule for rule in misplaced_visits(conditions, course) if rule not in known_rules]
    for visit in course.visits:
        handle = handle_of(course, visit)
        broken = tuple(rule for rule in rules if rule.subject == f"{visit.name} {handle}")
        if broken:
            start = _visit_elsewhere(conditions, course, visit)
            subject = f"{visit.name} {handle}"
            yield KeptByHand(subject, handle, visit.start, broken, start, can_go=True)


def refusals_of(order: Order, session: Session) -> tuple[BrokenRule, ...]:
    """What refuses a session where it stands, but for the rules that a person broke for it."""
    start, number = session.start, session.number
    refusals = order.rules.slots.refusals(start.date(), start.time(), session.minutes)
    return tuple(
        BrokenRule(number, reason.kind, reason.full)
        for reason in refusals
        if reason.kind not in session.broken
    )


# Parts


def _at_asked_time(order: Order, session: Session) -> datetime:
    day = session.start.date()
    return datetime.combine(day, order.times.on(day, session.minutes), order.clinic.zone)


def _session_kept(
    conditions: Conditions,
    course: Course,
    session: Session,
    broken: tuple[BrokenRule, ...],
    asked: datetime,
) -> KeptByHand:
    number = session.number
    gone = drop(conditions, course, number, CANCELLED, "keep") if broken else None
    start = _session_elsewhere(conditions, course, session) if broken else asked
    can_move = start and isinstance(move(conditions, course, number, start, "keep"), Course)
    return KeptByHand(
        f"session {number}",
        str(number),
        session.start,
        broken,
        start if can_move else None,
        can_go=isinstance(gone, Course),
    )


def _too_soon_kept(
    conditions: Conditions, course: Course, session: Session, near: BrokenRule, asked: datetime
) -> KeptByHand:
    number = session.number
    by_person = conditions._replace(override=frozenset({"notice"}))
    moved = move(by_person, course, number, asked, "keep")
    return KeptByHand(
        f"session {number}",
        str(number),
        session.start,
        (near,),
        asked if isinstance(moved, Course) else None,
        can_go=False,
        by_hand=False,
    )


def _session_elsewhere(conditions: Conditions, course: Course, session: Session) -> datetime | None:
    """Where a session would stand if nobody had put it anywhere."""
    loose = course.changing([session._replace(by_hand=False)])
    outcome = placed_anew(conditions, loose, {session.number})
    return None if isinstance(outcome, Refusal) else outcome.session(session.number).start


def _visit_elsewhere(conditions: Conditions, course: Course, visit: LinkedVisit) -> datetime | None:
    """Where a linked visit would stand if nobody had put it anywhere, if it can be moved there."""
    key = key_of(course, visit)
    loose = tuple(
        other._replace(by_hand=False, broken=()) if other.key == visit.key else other
        for other in course.visits
    )
    placed = finish(conditions.order, replace(course, visits=loose), conditions.now)
    start = next(
        (o.start for o in placed.visits if o.key == visit.key and o.status != CANCELLED), None
    )
    if start is None or isinstance(move_visit(conditions, course, key, start), Refusal):
        return None
    return start
