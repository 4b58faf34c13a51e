"""What takes the place of a session that was missed or cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from ketasched.domain.candidate import Reason, not_before, session_end
from ketasched.domain.course import PLANNED, Course, Session
from ketasched.domain.pause import Pause
from ketasched.domain.protocol import Then
from ketasched.domain.wording import day_text, days_text
from ketasched.planning.plan_input import Order
from ketasched.planning.start_times import FLEX_STEP
from ketasched.running.at_a_moment import finish, follower_numbers
from ketasched.running.baselines import counted_day, is_baseline
from ketasched.running.broken_rules import BrokenRule, broken_rules
from ketasched.running.cycles import next_name
from ketasched.running.legal_change import Conditions, Refusal, settled
from ketasched.running.order_of_time import in_order_of_time
from ketasched.running.places import Going, next_target
from ketasched.running.replan import due, put_off, standing
from ketasched.running.shifting import (
    next_place,
    pauses_shifted,
    places_shifted,
    those_behind,
)
from ketasched.running.treatment_days import day_of, per_day_of

FARTHEST_MAKE_UP = 28
"""Days from a missed session within which a make-up is squeezed in."""


def made_up(
    conditions: Conditions, whole: Course, course: Course, dropped: Session, then: Then
) -> Course | Refusal:
    """The ``whole`` course without a session, and with one in its place."""
    make_up = _make_up(conditions, course, dropped)
    if then == "append":
        begun = _next_phase(course, dropped)
        if begun is None:
            return _appended(conditions, whole, course, make_up)
        outcome = _at_end_of_phase(conditions, whole, course, make_up)
        if isinstance(outcome, Course) and outcome.session(make_up.number).start < begun.start:
            return outcome
        then = "shift"
    if then == "shift" and make_up.instead_of in follower_numbers(conditions.order, course):
        then = "squeeze"  # nobody's place is due to what counts from another session
    counts = is_baseline(conditions.order, course, make_up.instead_of)
    if then in ("squeeze", "replan") and counts:
        make_up = make_up._replace(counted_from=counted_day(dropped))
    if then == "squeeze":
        return _squeezed(conditions, course, make_up, dropped)
    later = those_behind(conditions, course, dropped)
    if then == "shift":
        course = replace(course, pauses=tuple(pauses_shifted(course, make_up, later)))
        make_up, *later = places_shifted(conditions, whole, make_up, later)
    elif make_up.window_end < conditions.first_day:
        pause = _pause_until(make_up, dropped, conditions)
        course = replace(course, pauses=(*course.pauses, pause))
        make_up, *later = (
            put_off(conditions.order, session, 7 * pause.weeks) for session in (make_up, *later)
        )
    course = course.changing(later).adding([make_up])
    free = {make_up.number, *(session.number for session in later)}
    several = per_day_of(conditions.order, dropped)
    avoid = dropped.start.replace(tzinfo=None) if several else dropped.start.date()
    return settled(conditions._replace(avoid=frozenset({avoid})), course, free)


def _make_up(conditions: Conditions, course: Course, dropped: Session) -> Session:
    """A session for one that is dropped; in the order it stands there, but after what is over."""
    over = [session.rank.behind for session in course.live if session.start <= conditions.now]
    start = max(dropped.start, conditions.now)
    return dropped._replace(
        number=course.next_number,
        place=course.next_place(dropped.phase),
        start=start,
        end=session_end(start, dropped.minutes),
        status=PLANNED,
        instead_of=dropped.instead_of or dropped.number,
        stands_at=max([dropped.rank.behind, *over]),
        by_hand=False,
        moved_minutes=0,
        reasons=(),
        broken=(),
        counted_from=None,
    )


def _pause_until(make_up: Session, dropped: Session, conditions: Conditions) -> Pause:
    """The weeks by which a course is put off for a make-up whose window is over, or nearly."""
    window = days_text(make_up.window_start, make_up.window_end)
    whose = f"the window of session {dropped.number}, {window}"
    over = Reason("past", f"{whose}, is over")
    if make_up.window_end >= conditions.today:
        over = Reason("notice", f"{whose}, ends before the notice does")
    weeks = -(-(conditions.first_day - make_up.window_end).days // 7)
    return Pause(make_up.number, weeks, (over,))


def _appended(
    conditions: Conditions, whole: Course, course: Course, make_up: Session
) -> Course | Refusal:
    """The make-up at the end, where the whole course would have gone on."""
    going = Going(whole.latest.phase, whole.latest.pace)
    target = next_target(conditions, whole, going)
    course = _reviewed_later(course, going.phase, make_up.number)
    place = course.next_place(going.phase)
    name = next_name(conditions.order.phases[going.phase], whole) or make_up.name
    added = make_up._replace(**going._asdict(), place=place, instead_of=0, stands_at=0, name=name)
    added = due(conditions.order, added, target)
    return settled(conditions, course.adding([added]), {added.number})


def _next_phase(course: Course, dropped: Session) -> Session | None:
    """The first session of the phases behind that of a session; None if that is the last one."""
    beyond = (
        session
        for session in course.live
        if session.phase != dropped.phase and session.rank > dropped.rank
    )
    return min(beyond, key=lambda session: session.start, default=None)


def _at_end_of_phase(
    conditions: Conditions, whole: Course, course: Course, make_up: Session
) -> Course | Refusal:
    """The make-up where its phase would have gone on, with what comes next where it stands; refused
    where that takes a pause.
    """
    own = [session for session in whole.live if session.phase == make_up.phase]
    last = max(own, key=lambda session: session.rank)
    later = [session for session in own if session.rank > make_up.rank]
    target = next_place(conditions, whole, make_up, sorted(later, key=lambda each: each.rank))
    start = max(make_up.start, last.start)
    added = make_up._replace(
        pace=last.pace,
        name=next_name(conditions.order.phases[last.phase], whole) or make_up.name,
        stands_at=max(make_up.stands_at, last.rank.behind),
        start=start,
        end=session_end(start, make_up.minutes),
    )
    added = due(conditions.order, added, target)
    course = _reviewed_later(course, make_up.phase, added.number)
    outcome = settled(conditions, course.adding([added]), {added.number})
    if isinstance(outcome, Course) and len(outcome.pauses) > len(course.pauses):
        return Refusal()
    return outcome


def appended_where(before: Course, after: Course) -> str:
    """Where a change appended a make-up: at the end of its phase, or by a shift where there was no
    room; empty at the end of the course.
    """
    known = {session.number for session in before.sessions}
    added = next(session for session in after.sessions if session.number not in known)
    if not added.instead_of:
        return ""
    if any(after.session(other.number).target != other.target for other in before.sessions):
        return f"no room at the end of {added.phase}, so shift"
    return f"at the end of {added.phase}"


# Squeeze


def _squeezed(
    conditions: Conditions, course: Course, make_up: Session, dropped: Session
) -> Course | Refusal:
    """The make-up on the legal free day nearest to the missed one, before or after it (of two as
    near, after), never at a time that is over; its neighbours stay.
    """
    order, now = conditions.order, conditions.now
    slots = order.slots_from(now)
    refused: list[BrokenRule] = []
    missed = dropped.start.date()
    for day in (missed, *_nearest_days(missed)):
        for start, like in _at_end_of_day(conditions, course, make_up, day):
            trial = course.adding([_standing_for(order, make_up, start, like)])
            if not broken_rules(order, in_order_of_time(trial), {make_up.number}):
                return finish(order, in_order_of_time(trial), now)
        if day == missed:
            continue
        other_phase = _in_another_phase(course, dropped, day)
        if other_phase:
            refused.append(BrokenRule(make_up.number, "order", other_phase))
            continue
        option = slots.legal_start(day, make_up.minutes)
        if option is None:
            reasons = slots.why_none(day, make_up.minutes)
            refused += [BrokenRule(make_up.number, reason.kind, reason.full) for reason in reasons]
            continue
        start = datetime.combine(day, option[0], order.clinic.zone)
        trial = in_order_of_time(course.adding([_standing_for(order, make_up, start)]))
        broken = broken_rules(order, trial, {make_up.number})
        if not broken:
            return finish(order, trial, now)
        refused += broken
    return Refusal(tuple(dict.fromkeys(refused)), for_good=True)


def _at_end_of_day(
    conditions: Conditions, course: Course, make_up: Session, day: date
) -> Iterator[tuple[datetime, Session]]:
    """When a make-up may stand at the end of a treatment day that is not full: the quarter hours
    from its distance after the last session on, none of them over or too near; and that session. On
    the day of the missed one the patient is there, and needs no notice.
    """
    order = conditions.order
    per_day, slots = per_day_of(order, make_up), order.slots_from(conditions.now)
    if day == course.session(make_up.instead_of).start.date():
        slots = order.rules.slots.under([not_before(conditions.now)])
    there = [each for each in course.live if each.start.date() == day]
    last = max(there, key=lambda each: each.start, default=None)
    if per_day is None or last is None or (last.phase, last.pace) != (make_up.phase, make_up.pace):
        return
    if sum(each.is_live for each in day_of(order, course, last)) >= per_day.sessions:
        return
    start = per_day.next_start(last.start, make_up.minutes, order.clinic)
    while start.date() == day:
        if slots.allows(day, start.time(), make_up.minutes):
            yield start, last
        start = session_end(start, FLEX_STEP)


def _nearest_days(missed: date) -> Iterator[date]:
    for days in range(1, FARTHEST_MAKE_UP + 1):
        yield missed + timedelta(days=days)
        yield missed - timedelta(days=days)


def _in_another_phase(course: Course, dropped: Session, day: date) -> str:
    """Why a make-up on a day would stand among the sessions of another phase, or before the course
    began; empty if it would not.
    """
    others = [session for session in course.live if session.phase != dropped.phase]
    later = [session.start.date() for session in others if session.rank > dropped.rank]
    before = [session.start.date() for session in others if session.rank < dropped.rank]
    if dropped.target >= course.begins:
        before.append(course.begins - timedelta(days=1))
    if later and day >= min(later):
        return f"on {day_text(min(later))} the next phase has begun"
    if before and day <= max(before):
        return f"on {day_text(max(before))} the phase has not begun"
    return ""


def _standing_for(
    order: Order, make_up: Session, start: datetime, like: Session | None = None
) -> Session:
    """The make-up at a time, which becomes its target; or on the treatment day of another session,
    where it is due as that one is.
    """
    day = start.date()
    if like:
        make_up = make_up._replace(window_start=like.window_start, window_end=like.window_end)
        day = like.target
    wide = make_up._replace(
        target=day,
        window_start=min(make_up.window_start, day),
        window_end=max(make_up.window_end, day),
    )
    reason = Reason("make-up", f"makes up for session {make_up.instead_of}")
    placed = standing(order, wide, start)._replace(by_hand=False, reasons=(reason,))
    return placed._replace(moved_minutes=0) if like else placed


# Append


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
