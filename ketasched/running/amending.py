"""A course goes on by another version of its protocol: what is to come follows it, nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from ketasched.domain.candidate import session_end
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import ATTENDED, CANCELLED, PLANNED, Course, DatedReview, Session
from ketasched.planning.plan_input import Order
from ketasched.running.amended_days import Due, due_days
from ketasched.running.at_a_moment import finish, follower_numbers
from ketasched.running.broken_rules import knowing
from ketasched.running.closing_day import placed_anew
from ketasched.running.legal_change import Conditions, Refusal, unwanted
from ketasched.running.order_of_time import in_order_of_time
from ketasched.running.two_versions import Versions


class Amended(NamedTuple):
    """A course by a new version of its protocol. ``over``: the names or places of sessions that the
    version has and that would have been before now, so that the course goes on without them.
    """

    course: Course
    over: tuple[str, ...] = ()


def amended(
    conditions: Conditions, course: Course, earlier: Order, renamed: Mapping[str, str]
) -> Amended | Refusal:
    """The course by the order of the conditions, whose protocol is another version than that of the
    ``earlier`` one. What took place stays; a session that both have keeps its number and place, and
    where the new version changes neither its day nor what it must keep, its time. One that is gone
    is cancelled, a new one is placed. ``renamed``: the phases that have another name, by the
    earlier one.

    Raises:
        ChoiceRefused: a phase has no weekdays, or the version speaks of a session by a number that
            it does not have in this course, or does not offer the cadence of one to come.
    """
    order, now = conditions.order, conditions.now
    course = _without_lost_paces(order, _of_version(order, course, renamed), now)
    versions = Versions.of(order, earlier, course, renamed)
    days = due_days(versions, conditions, course)
    before = course
    course = _without_what_is_gone(versions, course, now)
    course = course.changing(list(_as_due(order, versions, days.due, course, now)))
    course = _with_new(order, days.due, course)
    _refuse_other_numbers(order, days.due, course)
    reviews = tuple(_reviews(order, course))
    course = replace(course, reviews=reviews, total=order.layout.total)
    course = in_order_of_time(course)
    outcome = _placed(conditions, before, course)
    return outcome if isinstance(outcome, Refusal) else Amended(outcome, days.over)


# Parts


def _of_version(order: Order, course: Course, renamed: Mapping[str, str]) -> Course:
    """The course with what belongs to the version, and no session changed."""
    sessions = tuple(
        session._replace(
            phase=renamed.get(session.phase, session.phase),
            pace=renamed.get(session.pace, session.pace),
        )
        for session in course.sessions
    )
    held = {session.phase for session in sessions}
    return replace(
        course,
        protocol=order.protocol,
        sessions=sessions,
        left_out=tuple(name for name in order.layout.left_out if name not in held),
        duties_off=tuple(duty.name for duty in order.protocol.duties if duty.name in order.without),
    )


def _without_lost_paces(order: Order, course: Course, now: datetime) -> Course:
    """The course whose sessions that are over keep no pace that the version no longer offers.

    Raises:
        ChoiceRefused: one to come keeps such a pace.
    """
    lost = [
        session
        for session in course.sessions
        if session.pace and not order.offers(session.phase, session.pace)
    ]
    for session in lost:
        if _to_come(session, now):
            raise ChoiceRefused(
                f"session {session.number} is to come at `{session.pace}`, which version "
                f"{order.protocol.version} does not offer in {session.phase}",
                "cancel it first, and add it anew afterwards",
            )
    return course.changing([session._replace(pace="") for session in lost])


def _to_come(session: Session, now: datetime) -> bool:
    return session.is_live and session.status != ATTENDED and session.start > now


def _without_what_is_gone(versions: Versions, course: Course, now: datetime) -> Course:
    """The course whose sessions to come that the version does not have are cancelled."""
    gone = {session.number for session in course.sessions if versions.is_gone(session)}
    return course.changing(
        [
            session._replace(status=CANCELLED, undone=True, by_hand=False, broken=())
            for session in course.sessions
            if _to_come(session, now) and {session.number, session.instead_of} & gone
        ]
    )


def _as_due(
    order: Order, versions: Versions, due: Collection[Due], course: Course, now: datetime
) -> Iterator[Session]:
    """The sessions to come that both versions have, due as the new one says."""
    by_number = {each.session.number: each for each in due if each.session and not each.is_new}
    late = timedelta()
    following = follower_numbers(order, course)
    for session in sorted(course.live, key=lambda session: session.rank):
        own = by_number.get(session.number)
        late = own.late if own else late
        if _to_come(session, now) and session.number not in following:
            original = by_number.get(session.instead_of)
            changed = _changed(order, versions, session, own or original, late)
            if changed != session:
                yield changed
        elif _to_come(session, now):
            yield _lasting(session, versions.minutes_of(session))


def _changed(
    order: Order, versions: Versions, session: Session, due: Due | None, late: timedelta
) -> Session:
    target = due.target if due else None
    minutes = target.minutes if target else versions.minutes_of(session)
    window = versions.window(session, target)
    if target and not session.instead_of:
        session = session._replace(name=target.name)
    if late or window:
        session = _put_off(session, late) if late else session
        early = window.early if window else (session.target - session.window_start).days
        after = window.late if window else (session.window_end - session.target).days
        first = order.window_start(session.target, session.target - timedelta(days=early))
        last = session.target + timedelta(days=after)
        session = session._replace(window_start=first, window_end=last)
    return _lasting(session, minutes)


def _put_off(session: Session, late: timedelta) -> Session:
    """A session due so much later, at its time of that day unless a person put it where it is."""
    due = session.put_off(late.days)
    return due if session.by_hand else due._replace(start=session.start + late, reasons=())


def _lasting(session: Session, minutes: int) -> Session:
    return session._replace(end=session_end(session.start, minutes))


def _with_new(order: Order, due: Collection[Due], course: Course) -> Course:
    """The course with the sessions that only the new version has, on the days they are due."""
    numbers = {each.target.number: each.session.number for each in due if each.session}
    behind = 0
    for place, each in enumerate(due):
        if each.is_new:
            number = each.session.number if each.session else course.next_number
            later = any(other.session and not other.is_new for other in list(due)[place + 1 :])
            fresh = _fresh(order, each, number, (behind or -1) if later else 0)
            others = tuple(own for own in course.sessions if own.number != number)
            course = replace(course, sessions=(*others, fresh))
            numbers[each.target.number] = number
        else:
            behind = numbers[each.target.number]
    return course


def _refuse_other_numbers(order: Order, due: Collection[Due], course: Course) -> None:
    """Refuse numbers of sessions that mean others here, since numbers stay."""
    by_place = {(each.phase, each.place): each for each in course.sessions}
    numbers = {
        each.target.number: by_place[each.target.phase.name, each.place].number for each in due
    }
    origins = [apart.origin for each in due for apart in each.target.apart]
    for spoken in (*(gate.before for gate in order.protocol.needs), *origins):
        own = numbers.get(spoken, spoken) if isinstance(spoken, int) else spoken
        if own != spoken:
            raise ChoiceRefused(
                f"the version speaks of session {spoken}, which is session {own} of this course",
                "sessions keep their numbers: let the file call it by a name",
            )


def _fresh(order: Order, due: Due, number: int, behind: int) -> Session:
    target, day = due.target, due.day
    start = datetime.combine(day, order.times.on(day, target.minutes), order.clinic.zone)
    return Session(
        number=number,
        phase=target.phase.name,
        place=due.place,
        target=day,
        window_start=order.window_start(day, day - timedelta(days=target.window.early)),
        window_end=day + timedelta(days=target.window.late),
        start=start,
        end=session_end(start, target.minutes),
        moved_minutes=0,
        reasons=(),
        status=PLANNED,
        name=target.name,
        stands_at=behind,
    )


def _reviews(order: Order, course: Course) -> Iterator[DatedReview]:
    """The reviews of the version, each after its session of this course; those that were passed
    stay so.
    """
    passed = [review for review in course.reviews if review.passed]
    names = {review.name for review in passed}
    yield from passed
    for phase in order.protocol.phases:
        own = [
            session
            for session in course.sessions
            if session.phase == phase.name and not session.instead_of and not session.undone
        ]
        for review in phase.reviews:
            last = (review.after_session or 0) * phase.a_day
            there = [session for session in own if not last or session.place <= last]
            if there and review.name not in names and len(own) >= last:
                after = max(there, key=lambda session: (session.place, session.number))
                yield DatedReview(review.name, after.number)


def _placed(conditions: Conditions, before: Course, course: Course) -> Course | Refusal:
    """The course with what is new, due on another day or no longer legal on legal days; if there
    are none so, with all that nobody fixed placed anew.
    """
    order, now = conditions.order, conditions.now
    known = {session.number: session for session in before.sessions}
    following = follower_numbers(order, course)
    ahead = {session.number for session in course.movable(now) if session.number not in following}
    fresh = {number for number in ahead if _is_due_anew(course.session(number), known.get(number))}
    course = finish(order, course, now) if not fresh else course
    ahead &= {session.number for session in course.movable(now)}
    freed = fresh | {rule.session for rule in unwanted(order, course, ahead)} & ahead
    outcome: Course | Refusal = placed_anew(conditions, course, freed) if freed else course
    if isinstance(outcome, Refusal) and freed != ahead:
        anew = placed_anew(conditions, course, ahead)
        outcome = outcome if isinstance(anew, Refusal) else anew
    return outcome if isinstance(outcome, Refusal) else _proved(conditions, outcome)


def _is_due_anew(session: Session, before: Session | None) -> bool:
    return before is None or before.undone or before.target != session.target


def _proved(conditions: Conditions, course: Course) -> Course | Refusal:
    """The course, if all that is to come is legal; what a person put somewhere stays there, against
    a rule if it must.
    """
    numbers = {session.number for session in course.live if session.start > conditions.now}
    broken = unwanted(conditions.order, course, numbers)
    by_hand = {session.number for session in course.live if session.by_hand}
    if any(rule.session not in by_hand for rule in broken):
        return Refusal(tuple(rule for rule in broken if rule.session not in by_hand))
    return knowing(course, broken)
