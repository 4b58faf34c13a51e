"""A course is planned from something else: what is to come and no longer legal is planned again."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ketasched.domain.cadence import PerWeek
from ketasched.domain.candidate import Reason, session_end
from ketasched.domain.course import CANCELLED, Course, Session
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import Failure, no_pattern, refuse_days
from ketasched.planning.targets import NoPattern
from ketasched.planning.weekday_patterns import keeps_gaps
from ketasched.running.at_a_moment import finish, follower_numbers
from ketasched.running.changes import drop
from ketasched.running.closing_day import placed_anew
from ketasched.running.kept_by_hand import refusals_of
from ketasched.running.legal_change import Conditions, Refusal, too_soon
from ketasched.running.other_weekdays import Patterns, due_on, free_patterns, is_due_when_free
from ketasched.running.treatment_days import are_of_one_day, per_day_of

STAYS = Reason("stays", "stays where it was planned before")
"""Why a session is not on its target when nothing keeps it from there any more."""


class NewWishes(NamedTuple):
    """Whether other start times or other weekdays are asked for now, which refuse nothing by
    themselves, and whether the patient's ``week`` is another.
    """

    times: bool = False
    days: bool = False
    week: bool = False


def adjusted(conditions: Conditions, course: Course, wishes: NewWishes) -> Course | Refusal:
    """The course by the order of the conditions, which is another than it was planned by: of the
    sessions to come that nobody fixed, what is still legal stands. What is not stays on its day
    where that has another time, or is placed anew, on other weekdays if it must. Wishes that are
    new hold for all of them.
    """
    order, now = conditions.order, conditions.now
    if wishes.days:
        return _planned(conditions, course, {len(order.days): order.days}, wishes)
    outcome = _planned(conditions, course, {}, wishes)
    if isinstance(outcome, Course) and (not wishes.week or is_due_when_free(order, course, now)):
        return outcome
    for patterns in free_patterns(order, course, now):
        anew = _planned(conditions, course, patterns, wishes)
        if isinstance(anew, Course):
            return anew
    return outcome


def refuse_asked_days(order: Order) -> Failure | None:
    """The failure of weekdays that are never open, or that do not keep the gaps of a phase."""
    failure = refuse_days(order)
    if failure:
        return failure
    offsets = tuple((day - order.days[0]) % 7 for day in order.days)
    for phase in order.with_days(len(order.days)):
        if isinstance(phase.cadence, PerWeek) and not keeps_gaps(offsets, phase.cadence, phase.gap):
            return no_pattern(order, NoPattern(order.already + 1, phase, order.start))
    return None


def without_session(
    conditions: Conditions, course: Course, number: int, earlier: Conditions, wishes: NewWishes
) -> Course | Refusal:
    """The course adjusted after a session was cancelled by the ``earlier`` conditions and made up
    for at the end.
    """
    gone = drop(earlier, course, number, CANCELLED, "append")
    if isinstance(gone, Refusal):
        return gone
    return adjusted(conditions, gone, wishes)


# Parts


def _planned(
    conditions: Conditions, stands: Course, patterns: Patterns, wishes: NewWishes
) -> Course | Refusal:
    """The course by the order of the conditions, with what is to come due on some weekdays."""
    order, now = conditions.order, conditions.now
    course = due_on(order, stands, patterns, now)
    freed = {session.number for session in course.sessions if session not in stands.sessions}
    following = follower_numbers(order, course)
    ahead = [session for session in course.movable(now) if session.number not in following]
    freed |= _of_days_to_retime(conditions, course, wishes)
    retimed = [
        _retimed(conditions, session)
        for session in ahead
        if session.number not in freed and (wishes.times or refusals_of(order, session))
    ]
    course = course.changing(retimed)
    ahead = [course.session(session.number) for session in ahead]
    freed |= {session.number for session in ahead if refusals_of(order, session)}
    if not freed:
        return _saying_what_stays(finish(order, course, now), now)
    outcome = placed_anew(conditions, course, freed)
    if isinstance(outcome, Refusal):
        anew = placed_anew(conditions, course, {session.number for session in ahead})
        outcome = outcome if isinstance(anew, Refusal) else anew
    return outcome if isinstance(outcome, Refusal) else _saying_what_stays(outcome, now)


def _of_days_to_retime(conditions: Conditions, course: Course, wishes: NewWishes) -> set[int]:
    """The sessions to come of treatment days of several that start at other times now, or of which
    one may not stand where it does: such a day is placed as a whole.
    """
    order = conditions.order
    several = [each for each in course.movable(conditions.now) if per_day_of(order, each)]
    return {
        session.number
        for session in several
        if wishes.times
        or any(are_of_one_day(order, session, o) and refusals_of(order, o) for o in several)
    }


def _saying_what_stays(course: Course, now: datetime) -> Course:
    """The course in which no session is off its target without a word."""
    return course.changing(
        [
            session._replace(reasons=(STAYS,))
            for session in course.movable(now)
            if (session.moved_days or session.moved_minutes) and not session.reasons
        ]
    )


def _retimed(conditions: Conditions, session: Session) -> Session:
    """A session at the legal start of its day that is nearest to the time that is asked for; at
    that time where there is none, which is refused there. What would come too soon then stands.
    """
    order = conditions.order
    day, slots = session.start.date(), order.rules.slots
    asked = order.times.on(day, session.minutes)
    clock, moved = slots.legal_start(day, session.minutes) or (asked, 0)
    start = datetime.combine(day, clock, order.clinic.zone)
    if start == session.start or too_soon(conditions, session.number, start):
        return session
    why = slots.refusals(day, asked, session.minutes) if moved else ()
    return session._replace(
        start=start,
        end=session_end(start, session.minutes),
        moved_minutes=moved,
        reasons=tuple(dict.fromkeys((*session.reasons, *why))),
    )
