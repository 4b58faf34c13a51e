"""A course that ran before it was kept here: what took place stays, the rest is planned on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from itertools import chain
from typing import NamedTuple

from ketasched.domain.candidate import Reason
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import ATTENDED, Course, Session
from ketasched.domain.pause import Pause
from ketasched.domain.per_day import starts_of
from ketasched.domain.visit_handle import key_of
from ketasched.domain.wording import count_text, days_text
from ketasched.planning.following_sessions import add_followers
from ketasched.planning.laid_course import laid_course
from ketasched.planning.plan_input import Order
from ketasched.planning.standing import Placed
from ketasched.planning.target import Target, steps_of
from ketasched.planning.targets import NoPattern, lay_targets
from ketasched.running.at_a_moment import finish, follower_numbers
from ketasched.running.baselines import counted_anew
from ketasched.running.broken_rules import BrokenRule, knowing
from ketasched.running.changes import drop
from ketasched.running.facts import Fact, Facts, facts_of, rules_broken, with_facts
from ketasched.running.legal_change import Conditions, Refusal, settled
from ketasched.running.refusals import refusal_text
from ketasched.running.replan import put_off

MOST_WEEKS = 4
"""How many weeks later than its window the rest of a course is tried."""


class MovedIn(NamedTuple):
    """A course with its facts, the rules that these break, and what else is to be said of it."""

    course: Course
    broken: tuple[BrokenRule, ...]
    notes: tuple[str, ...]


def start_shown(order: Order, told: Sequence[Fact]) -> date:
    """The start of a course that its facts show, of an order that starts with the first of them:
    the day of the session that is due on the start, or else as far from the first as it is due.

    Raises:
        ChoiceRefused: as `moved_in`.
    """
    laid = _laid(order)
    facts = facts_of(order, laid, told).by_number
    known = sorted((each for each in laid.sessions if each.number in facts), key=_by_target)
    if not known:
        return order.start
    first = next((each for each in known if each.target == order.start), known[0])
    return facts[first.number].start.date() - (first.target - order.start)


def _by_target(session: Session) -> tuple[date, int]:
    return session.target, session.number


def standing_facts(order: Order, told: Sequence[Fact]) -> Course:
    """The course of an order with its facts, and nothing else in it.

    Raises:
        ChoiceRefused: as `moved_in`.
    """
    laid = _laid(order)
    facts = facts_of(order, laid, told)
    held = with_facts(order, laid, facts)
    return replace(laid, sessions=tuple(facts.sessions(held.course)))


def moved_in(order: Order, told: Sequence[Fact], now: datetime) -> MovedIn | Refusal:
    """The course of an order whose start is known, with its facts, at a moment (in the clinic's
    zone). What has no fact is placed from then on; what was booked stays where it was.

    Raises:
        ChoiceRefused: the facts cannot be those of such a course.
    """
    laid = _laid(order)
    facts = facts_of(order, laid, told)
    held = with_facts(order, laid, facts)
    broken = tuple(rules_broken(order, held, facts))
    booked = (rule for rule in broken if held.course.session(rule.session).by_hand)
    course = counted_anew(order, _passed(knowing(held.course, booked)), now).course
    conditions = Conditions(order, now)
    following = follower_numbers(order, course)
    free = {each.number for each in course.live} - facts.by_number.keys() - following
    outcome = _planned_on(conditions, course, free)
    if isinstance(outcome, Refusal):
        return outcome
    notes = _put_off_texts(course, outcome)
    course, more = _made_up(conditions, outcome, facts)
    notes += more
    too_many = [number for number, lost in facts.extra.items() if not lost]
    total = count_text(course.total, "session")
    notes += [f"session {number}: {course.protocol.id} has {total}" for number in too_many]
    return MovedIn(_without_past_visits(conditions, course), broken, tuple(notes))


# Parts


def _laid(order: Order) -> Course:
    placed = tuple(seat for step in steps_of(_targets(order)) for seat in _seats(order, step))
    first, slots = order.already + 1, order.slots_for_all()
    course = laid_course(order, placed, None)
    return add_followers(course, order.layout.stretches, first, slots, order.clinic.zone)


def _seats(order: Order, step: Sequence[Target]) -> Iterator[Placed]:
    """A session at its asked time, or all of a treatment day at their distances from there."""
    day, per_day = step[0].day, step[0].phase.per_day
    if per_day is None:
        yield Placed(step[0], day, order.times.on(day, step[0].minutes), 0)
        return
    first = datetime.combine(day, order.times.on(day, per_day), order.clinic.zone)
    lengths = [target.minutes for target in step]
    for target, start in zip(step, starts_of(first, lengths, per_day, order.clinic), strict=True):
        yield Placed(target, day, start.time(), 0)


def _targets(order: Order) -> list[Target]:
    """The ideal days; the course may have begun on a weekday that is closed now."""
    own = frozenset({order.start.weekday(), *order.days})
    stretches, first = order.layout.stretches, order.already + 1
    for days in (order.days, ()):
        for also in (own, frozenset(range(7))):
            weekdays = partial(order.weekdays, also=also)
            laid = lay_targets(stretches, order.start, order.week, days, first, weekdays)
            if not isinstance(laid, NoPattern):
                return laid
    raise ChoiceRefused(f"no weekdays keep the gaps of {order.protocol.id} from its start on")


def _passed(course: Course) -> Course:
    """The course in which the reviews behind which sessions took place are passed."""
    attended = [session for session in course.sessions if session.status == ATTENDED]
    reviews = tuple(
        review._replace(
            passed=any(course.has_review_before(each, review.after_session) for each in attended)
        )
        for review in course.reviews
    )
    return replace(course, reviews=reviews)


def _planned_on(conditions: Conditions, course: Course, free: Collection[int]) -> Course | Refusal:
    """The course with its ``free`` sessions placed: where the window of the first one is over, or
    has no place, all of them as many weeks later as it takes.
    """
    ahead = sorted((course.session(number) for number in free), key=lambda each: each.rank)
    late = (conditions.first_day - ahead[0].window_end).days if ahead else 0
    weeks = max(0, -(-late // 7))
    if course.protocol.counts_days or not ahead:
        if weeks:  # what is due by day numbers waits for nobody
            window = days_text(ahead[0].window_start, ahead[0].window_end)
            said = f"nothing is said of session {ahead[0].number}, whose window, {window}, is over"
            raise ChoiceRefused(said, "write a line for it, such as one that says missed")
        return settled(conditions, course, free)
    outcomes = (
        settled(conditions, _put_off(conditions, course, ahead, more), free)
        for more in range(weeks, weeks + MOST_WEEKS + 1)
    )
    first = next(outcomes)
    outcome = next((each for each in chain([first], outcomes) if isinstance(each, Course)), first)
    return outcome if isinstance(outcome, Refusal) else _with_one_pause(outcome, ahead[0].number)


def _put_off(
    conditions: Conditions, course: Course, ahead: Sequence[Session], weeks: int
) -> Course:
    if not weeks:
        return course
    window = days_text(ahead[0].window_start, ahead[0].window_end)
    is_over = ahead[0].window_end < conditions.first_day
    gone = "is over" if is_over else "has no place"
    why = f"the window of session {ahead[0].number}, {window}, {gone}"
    pause = Pause(ahead[0].number, weeks, (Reason("past" if is_over else "no-place", why),))
    later = [put_off(conditions.order, session, 7 * weeks) for session in ahead]
    return replace(course.changing(later), pauses=(*course.pauses, pause))


def _with_one_pause(course: Course, number: int) -> Course:
    """The course in which all pauses before a session are one."""
    same = [pause for pause in course.pauses if pause.before_session == number]
    if len(same) < 2:
        return course
    weeks = sum(pause.weeks for pause in same)
    reasons = tuple(dict.fromkeys(reason for pause in same for reason in pause.reasons))
    others = [pause for pause in course.pauses if pause not in same]
    return replace(course, pauses=(*others, Pause(number, weeks, reasons)))


def _put_off_texts(before: Course, after: Course) -> list[str]:
    """The pauses that planning on took: nobody agreed to them yet."""
    return [
        f"put off by {count_text(pause.weeks, 'week')} from session {pause.before_session} on: "
        f"{pause.consent}"
        for pause in after.pauses
        if pause not in before.pauses
    ]


def _made_up(conditions: Conditions, course: Course, facts: Facts) -> tuple[Course, list[str]]:
    """The course in which what was missed or cancelled is so, and is made up for as the protocol
    says unless it was already; and what nothing makes up for, where something should.
    """
    notes: list[str] = []
    lost = sorted((fact.start, number) for number, fact in facts.by_number.items() if fact.is_lost)
    for _, number in lost:
        status = facts.by_number[number].status
        if number not in facts.extra and number not in facts.extra.values():
            try:
                outcome = drop(conditions, course, number, status)
            except ChoiceRefused as refused:
                notes.append(f"nothing makes up for session {number}: {refused.message}")
            else:
                if isinstance(outcome, Course):
                    course = outcome
                    continue
                notes.append(f"nothing makes up for session {number}: {refusal_text(outcome)}")
        kept = drop(conditions, course, number, status, "keep")
        course = kept if isinstance(kept, Course) else course
    return course, notes


def _without_past_visits(conditions: Conditions, course: Course) -> Course:
    """The course without the linked visits of which nobody said anything and whose days are over;
    what took place of them is not known.
    """
    past = [
        key_of(course, missing)
        for missing in course.unplaced
        if not missing.number and missing.days and missing.days[1] < conditions.today
    ]
    if not past:
        return course
    course = replace(course, visits_off=(*course.visits_off, *past))
    return finish(conditions.order, course, conditions.now)
