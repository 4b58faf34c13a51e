"""What may happen to a linked visit of a running course; where a person puts it is proved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ketasched.domain.candidate import Reason, exists, no_such_time_text
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import (
    ATTENDED,
    CANCELLED,
    MISSED,
    Course,
    LinkedVisit,
    Session,
    is_marked,
)
from ketasched.domain.linked_visit_rule import VisitKey, VisitRule
from ketasched.domain.visit_handle import handle_of, key_of, rule_of, visits_of
from ketasched.domain.wording import moment_text
from ketasched.planning.linked_visits import anchors
from ketasched.planning.plan_input import Order
from ketasched.planning.visit_times import (
    Taken,
    VisitQuestion,
    each_refusal,
    is_near_enough,
    visit_at,
)
from ketasched.running.at_a_moment import finish
from ketasched.running.broken_rules import BrokenRule
from ketasched.running.legal_change import Conditions, Refusal

_BY_HAND = (Reason("by-hand", "moved by hand"),)


class _Beside(NamedTuple):
    """A linked visit as it stands (None: it has no place), its rule and its session; whether the
    course asks for it there.
    """

    handle: str
    visit: LinkedVisit | None
    rule: VisitRule
    session: Session
    wanted: bool

    @property
    def title(self) -> str:
        return f"{self.rule.name} {self.handle}"


def move_visit(
    conditions: Conditions, course: Course, key: VisitKey, start: datetime
) -> Course | Refusal:
    """Put a linked visit at another time (aware), where it then stays; also one that had no place,
    was missed or was called off.

    Raises:
        ChoiceRefused: there is no such linked visit, it took place, or its session did not.
    """
    beside = _beside(conditions.order, course, key)
    if beside.visit and beside.visit.status == ATTENDED:
        raise ChoiceRefused(f"{beside.title} is attended already")
    if not beside.wanted:
        session = beside.session
        why = "and no longer" if session.is_live else f"which is {session.status}"
        raise ChoiceRefused(f"{beside.title} went with session {session.number}, {why}")
    if not exists(start):
        rule = BrokenRule(beside.session.number, "clock", no_such_time_text(start), beside.title)
        return Refusal((rule,), no_such_time=True)
    moved = visit_at(beside.rule, beside.session, start, _BY_HAND)._replace(by_hand=True)
    course = _with(course, moved)
    broken = list(_broken(conditions, course, moved))
    if beside.visit is None or beside.visit.start != start:
        broken += _too_near(conditions, moved, beside)
    unwanted = [rule for rule in broken if rule.name not in conditions.override]
    if unwanted:
        return Refusal(tuple(unwanted))
    names = tuple(sorted({rule.name for rule in broken}))
    course = _with(course, moved._replace(broken=names))
    return finish(conditions.order, course, conditions.now)


def drop_visit(conditions: Conditions, course: Course, key: VisitKey, *, missed: bool) -> Course:
    """A linked visit was missed; or it is called off, for good, also one that has no place.

    Raises:
        ChoiceRefused: there is no such linked visit, or it is over, gone or nowhere already.
    """
    beside = _beside(conditions.order, course, key)
    visit = beside.visit
    if visit and visit.status in (ATTENDED, MISSED, CANCELLED):
        raise ChoiceRefused(f"{beside.title} is {visit.status} already")
    if missed:
        if visit is None:
            raise ChoiceRefused(f"{beside.title} has no place, so nobody can have missed it")
        course = _with(course, visit._replace(status=MISSED, by_hand=False))
    else:
        course = replace(course, visits_off=(*course.visits_off, key))
        course = _with(course, visit._replace(status=CANCELLED)) if visit else course
    return finish(conditions.order, course, conditions.now)


def attend_visit(conditions: Conditions, course: Course, key: VisitKey, start: datetime) -> Course:
    """A linked visit took place, at a time (aware); nothing moves it any more.

    Raises:
        ChoiceRefused: there is no such linked visit, or it is to come.
    """
    beside = _beside(conditions.order, course, key)
    if not exists(start):
        raise ChoiceRefused(no_such_time_text(start), "say when it took place")
    if start > conditions.now:
        raise ChoiceRefused(
            f"{beside.title} is on {moment_text(start)}, which is to come",
            remedy="when it took place",
        )
    visit = beside.visit
    reasons = visit.reasons if visit and visit.start == start else ()
    held = visit_at(beside.rule, beside.session, start, reasons)._replace(status=ATTENDED)
    return finish(conditions.order, _with(course, held), conditions.now)


def misplaced_visits(conditions: Conditions, course: Course) -> Iterator[BrokenRule]:
    """The rules that linked visits to come break where a person put them, but for those that were
    broken on purpose.
    """
    for visit in course.visits:
        if visit.by_hand and visit.start > conditions.now:
            for rule in _broken(conditions, course, visit):
                if rule.name not in visit.broken:
                    yield rule


# Parts


def _broken(conditions: Conditions, course: Course, visit: LinkedVisit) -> Iterator[BrokenRule]:
    """The rules that a linked visit breaks where it stands."""
    beside = _beside(conditions.order, course, visit.key)
    number, title = beside.session.number, beside.title
    live = tuple(course.live)
    others = [other for other in course.visits if other.key != visit.key]
    standing = [other for other in others if other.status not in (MISSED, CANCELLED)]
    by_hand = [other for other in standing if other.by_hand or is_marked(other)]
    question = VisitQuestion(
        beside.rule,
        beside.session,
        replace(course, sessions=live),
        Taken([*live, *by_hand]),
        conditions.order.rules.beside._replace(today=None, now=None, notice=None),
    )
    when = moment_text(visit.start)
    if visit.start < conditions.now:
        yield BrokenRule(number, "past", f"{when} has passed", title)
    if not is_near_enough(question, visit.start):
        where = f"{beside.rule.offset.span} {beside.rule.anchor.side} session {number}"
        yield BrokenRule(number, "window", f"{when} is not {where}", title)
    for reason in each_refusal(question, visit.start):
        name = "order" if reason.kind == "taken" else reason.kind
        yield BrokenRule(number, name, reason.full, title)


def _too_near(conditions: Conditions, visit: LinkedVisit, beside: _Beside) -> Iterator[BrokenRule]:
    notice = conditions.order.rules.notice
    reason = notice.refusal(visit.start) if notice else None
    if reason:
        yield BrokenRule(visit.session, reason.kind, reason.text, beside.title)


def _beside(order: Order, course: Course, key: VisitKey) -> _Beside:
    visit = next((visit for visit in visits_of(course) if key_of(course, visit) == key), None)
    if visit is None:
        raise ChoiceRefused(f"there is no {key[0]} any more")
    handle = handle_of(course, visit)
    rule = rule_of(course.protocol, visit.name)
    sessions = {session.number: session for session in course.sessions}
    if rule is None or visit.session not in sessions:
        raise ChoiceRefused(
            f"{visit.name} {handle} goes with session {visit.session}, which has no place"
        )
    live = tuple(course.live)
    asked = anchors(rule, replace(course, sessions=live), order.already) if live else []
    beside = [each for each in asked if rule.key(each.number) == key]
    session = beside[0] if beside else sessions[visit.session]
    placed = visit if isinstance(visit, LinkedVisit) else None
    return _Beside(handle, placed, rule, session, bool(beside))


def _with(course: Course, visit: LinkedVisit) -> Course:
    """The course with a linked visit as it is now, and no longer off unless it is cancelled."""
    others = tuple(other for other in course.visits if other.key != visit.key)
    unplaced = tuple(
        missing
        for missing in course.unplaced
        if missing.number or key_of(course, missing) != visit.key
    )
    off = course.visits_off
    if visit.status != CANCELLED:
        off = tuple(key for key in off if key != visit.key)
    return replace(course, visits=(*others, visit), unplaced=unplaced, visits_off=off)
