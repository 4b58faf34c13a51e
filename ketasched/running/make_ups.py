"""What takes the place of a session that was missed or cancelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from ketasched.domain.candidate import Reason, not_before
from ketasched.domain.course import PLANNED, Course, Session
from ketasched.domain.protocol import Then
from ketasched.domain.wording import day_text
from ketasched.planning.start_times import Slots
from ketasched.running.at_a_moment import finish
from ketasched.running.broken_rules import BrokenRule, broken_rules
from ketasched.running.extend import Going, next_targets
from ketasched.running.legal_change import Conditions, Refusal, settled
from ketasched.running.replan import due, standing

FARTHEST_MAKE_UP = 28
"""Days after a missed session in which a make-up is squeezed in."""


def made_up(
    conditions: Conditions, whole: Course, course: Course, session: Session, then: Then
) -> Course | Refusal:
    """The ``whole`` course without a session, and with one in its place."""
    later = [other for other in course.movable(conditions.now) if other.rank > session.rank]
    make_up = session._replace(
        number=course.next_number,
        place=course.next_place(session.phase),
        status=PLANNED,
        instead_of=session.instead_of or session.number,
        stands_at=_stands_at(conditions, course, session),
        by_hand=False,
        moved_minutes=0,
        reasons=(),
        broken=(),
    )
    if then == "append":
        going = Going(whole.latest.phase, whole.latest.pace)
        (target,) = next_targets(conditions, whole, going, 1)
        course = _reviewed_later(course, going.phase, make_up.number)
        place = course.next_place(going.phase)
        make_up = make_up._replace(**going._asdict(), place=place, instead_of=0, stands_at=0)
        make_up = due(conditions.order, make_up, target)
        return settled(conditions, course.adding([make_up]), {make_up.number})
    if then == "squeeze":
        return _squeezed(conditions, course, make_up)
    if then == "shift":
        by = _distance_to_next(course, session, conditions.today)
        course = course.changing([session.put_off(by) for session in later])
        make_up = make_up.put_off(by)
    elif make_up.window_end < conditions.today:
        weeks = -(-(conditions.today - make_up.window_end).days // 7)
        make_up = make_up.put_off(7 * weeks)
        course = course.changing([session.put_off(7 * weeks) for session in later])
    free = {make_up.number, *(session.number for session in later)}
    avoid = conditions._replace(avoid=frozenset({session.start.date()}))
    return settled(avoid, course.adding([make_up]), free)


def _squeezed(conditions: Conditions, course: Course, make_up: Session) -> Course | Refusal:
    """The make-up on the nearest legal free day after the missed one; its neighbours stay."""
    missed = make_up.start.date()
    slots = Slots(
        (*conditions.order.rules.slots.constraints, not_before(conditions.now)),
        conditions.order.times,
    )
    refused: list[BrokenRule] = []
    next_phase = min(
        (session.start.date() for session in course.live if session.phase != make_up.phase
         and session.rank > (make_up.stands_at, 0)),
        default=date.max,
    )  # fmt: skip
    for days in range(1, FARTHEST_MAKE_UP + 1):
        day = missed + timedelta(days=days)
        if day >= next_phase:
            text = f"on {day_text(next_phase)} the next phase has begun"
            refused.append(BrokenRule(make_up.number, "order", text))
            break
        option = slots.legal_start(day, make_up.minutes)
        if option is None:
            reasons = slots.why_none(day, make_up.minutes)
            refused += [BrokenRule(make_up.number, reason.kind, reason.full) for reason in reasons]
            continue
        start = datetime.combine(day, option[0], conditions.order.clinic.zone)
        before = [session for session in course.live if session.start < start]
        rank = (
            max(before, key=lambda session: session.rank).rank[0] if before else make_up.stands_at
        )
        made_up = (Reason("make-up", f"makes up for session {make_up.instead_of}"),)
        wide = make_up._replace(window_end=max(make_up.window_end, day), stands_at=rank, target=day)
        wide = wide._replace(window_start=min(wide.window_start, day))
        wide = standing(conditions.order, wide, start)._replace(by_hand=False, reasons=made_up)
        trial = course.adding([wide])
        broken = broken_rules(conditions.order, trial, {wide.number})
        if not broken:
            return finish(conditions.order, trial, conditions.now)
        refused += broken
    return Refusal(tuple(dict.fromkeys(refused)), for_good=True)


def _reviewed_later(course: Course, phase: str, number: int) -> Course:
    """The course in which what was reviewed after the last session of a phase is reviewed after
    the one that is added at its end.
    """
    there = [
        session for session in course.sessions if session.phase == phase and not session.undone
    ]
    last = max(there, key=lambda session: session.rank).number if there else 0
    reviews = tuple(
        review._replace(after_session=number)
        if review.after_session == last and not review.passed
        else review
        for review in course.reviews
    )
    return replace(course, reviews=reviews)


def _distance_to_next(course: Course, session: Session, today: date) -> int:
    """The days by which the rest moves when a session is made up for in the place of the next one;
    whole weeks more if that is over too.
    """
    later = [other for other in course.live if other.rank > session.rank]
    days = 7
    if later:
        days = max(1, (min(later, key=lambda other: other.rank).target - session.target).days)
    while session.window_end + timedelta(days=days) < today:
        days += 7
    return days


def _stands_at(conditions: Conditions, course: Course, dropped: Session) -> int:
    """Where a make-up stands in the order: for the dropped session, but after what is over."""
    over = [session.rank[0] for session in course.live if session.start <= conditions.now]
    return max([dropped.rank[0], *over])
