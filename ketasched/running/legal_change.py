"""A change to a running course is proved legal, or refused, or breaks a rule that was named."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from ketasched.domain.candidate import ReasonKind, exists, no_such_time_text
from ketasched.domain.course import Course
from ketasched.domain.wording import moment_text
from ketasched.planning.placement import NoPlacement
from ketasched.planning.plan_input import Order
from ketasched.running.at_a_moment import finish
from ketasched.running.broken_rules import BrokenRule, Rule, broken_lapses, broken_rules, knowing
from ketasched.running.order_of_time import in_order_of_time
from ketasched.running.replan import settle


class Refusal(NamedTuple):
    """A change that would break rules, or for which there is no place. ``for_good``: no make-up
    can be squeezed in. ``no_such_time``: the clocks skip the time on that day.
    """

    broken: tuple[BrokenRule, ...] = ()
    no_place: NoPlacement | None = None
    for_good: bool = False
    no_such_time: bool = False


class Conditions(NamedTuple):
    """What every change needs to know: the rules, the moment (in the clinic's zone), and the rules
    broken on purpose. No session is placed on the days, or at the wall times, to ``avoid``.
    """

    order: Order
    now: datetime
    override: frozenset[Rule | ReasonKind] = frozenset()
    avoid: frozenset[date] = frozenset()

    @property
    def today(self) -> date:
        """The day of the moment."""
        return self.now.date()

    @property
    def first_day(self) -> date:
        """The first day on which anything is placed that no person places."""
        return self.order.first_day(self.now)


def proved(
    conditions: Conditions,
    course: Course,
    numbers: Collection[int],
    followed: Collection[int] = (),
) -> Course | Refusal:
    """The course, if some of its sessions stand where the rules allow or where a person wants them
    in spite of these; of those that ``followed`` nobody said that they may break one.
    """
    broken = [
        rule
        for rule in unwanted(conditions.order, course, numbers)
        if rule.name not in conditions.override
    ]
    if broken:
        return Refusal(tuple(broken))
    return accepted(conditions, course, numbers, followed)


def unwanted(order: Order, course: Course, numbers: Collection[int]) -> list[BrokenRule]:
    """The rules that some sessions break, but for those that a person broke on purpose."""
    return _not_on_purpose(course, broken_rules(order, course, numbers))


def _not_on_purpose(course: Course, broken: list[BrokenRule]) -> list[BrokenRule]:
    return [rule for rule in broken if rule.name not in course.session(rule.session).broken]


def accepted(
    conditions: Conditions,
    course: Course,
    numbers: Collection[int] = (),
    followed: Collection[int] = (),
) -> Course:
    """The course in which the sessions to come but those that ``followed``, and some others, know
    what rules were broken for them on purpose.
    """
    if not conditions.override:
        return course
    ahead = {session.number for session in course.live if session.start > conditions.now}
    ahead = (ahead - set(followed)) | set(numbers)
    broken = broken_rules(conditions.order, course, ahead)
    return knowing(course, (rule for rule in broken if rule.name in conditions.override))


def undecided(conditions: Conditions, course: Course) -> Refusal | None:
    """The refusal to plan on where a person must first decide how to go on after a lapse."""
    if "lapse" in conditions.override:
        return None
    ahead = {session.number for session in course.live if session.start > conditions.now}
    lapses = _not_on_purpose(course, broken_lapses(conditions.order, course, ahead))
    return Refusal(tuple(lapses)) if lapses else None


def too_soon(conditions: Conditions, number: int, start: datetime) -> BrokenRule | None:
    """The rule that a person breaks who puts a session at a time that is over, or nearer than the
    patient's notice.
    """
    if start < conditions.now:
        text = f"{moment_text(start)} has passed"
        return BrokenRule(number, "past", text)
    notice = conditions.order.rules.notice
    reason = notice.refusal(start, notice.lead) if notice else None
    return BrokenRule(number, reason.kind, reason.text) if reason else None


def also_broken(conditions: Conditions, course: Course, too_near: BrokenRule) -> Refusal:
    """All that a session would break at a time that is over, or too near."""
    others = [
        rule
        for rule in unwanted(conditions.order, course, {too_near.session})
        if rule.name not in conditions.override
    ]
    return Refusal((too_near, *others))


def no_such_time(number: int, start: datetime) -> Refusal | None:
    """The refusal of a time that does not exist on its day, which nobody can override."""
    if exists(start):
        return None
    text = no_such_time_text(start)
    return Refusal((BrokenRule(number, "clock", text),), no_such_time=True)


def passed_by(
    conditions: Conditions, course: Course, free: Collection[int], number: int
) -> Refusal | None:
    """The refusal of a session that a person put past another one that stays."""
    staying = tuple(session for session in course.sessions if session.number not in free)
    course = in_order_of_time(replace(course, sessions=staying))
    broken = [
        rule
        for rule in unwanted(conditions.order, course, {number})
        if rule.name == "order" and rule.name not in conditions.override
    ]
    return Refusal(tuple(broken)) if broken else None


def settled(
    conditions: Conditions, course: Course, free: Collection[int], by_hand: Collection[int] = ()
) -> Course | Refusal:
    """The course with its ``free`` sessions on the best legal days; they and those that a person
    put ``by_hand`` are proved. Where that takes one more pause, those before free sessions are
    taken anew if that puts the course off by less.
    """
    outcome = _settled(conditions, course, free, by_hand)
    unpaused = _without_pauses(course, free)
    if unpaused is course or (isinstance(outcome, Course) and _weeks(outcome) <= _weeks(course)):
        return outcome
    anew = _settled(conditions, unpaused, free, by_hand)
    if isinstance(anew, Refusal):
        return outcome
    better = isinstance(outcome, Refusal) or _weeks(anew) < _weeks(outcome)
    return anew if better else outcome


def let_follow(conditions: Conditions, course: Course, free: Collection[int]) -> Course:
    """The course with its ``free`` sessions on the best legal days, and where one that nobody fixed
    stands in their way behind them, that one too. Those for which there is no day together with all
    before them stay where they stand.
    """
    for also in with_those_behind(conditions, course, free):
        outcome = settle(conditions.order, course, also, conditions.now, conditions.avoid)
        if isinstance(outcome, Course):
            return outcome
    free = set(free)
    while free:
        outcome = settle(conditions.order, course, free, conditions.now, conditions.avoid)
        if isinstance(outcome, Course):
            return outcome
        stays = outcome.session
        free.remove(stays if stays in free else max(free, key=lambda n: course.session(n).rank))
    return finish(conditions.order, course, conditions.now)


def with_those_behind(
    conditions: Conditions, course: Course, free: Collection[int]
) -> Iterator[set[int]]:
    """The ``free`` sessions, then with one that may move behind the first of them, with two, with
    four and so on.
    """
    yield set(free)
    first = min((course.session(number).rank for number in free), default=None)
    movable = [session for session in course.movable(conditions.now) if session.number not in free]
    behind = [session.number for session in movable if first is not None and session.rank > first]
    taken = 1
    while taken < 2 * len(behind):
        yield {*free, *behind[:taken]}
        taken *= 2


def _weeks(course: Course) -> int:
    return sum(pause.weeks for pause in course.pauses)


def _without_pauses(course: Course, free: Collection[int]) -> Course:
    """The course without the pauses from which on all that is live is free."""
    for pause in course.pauses:
        rank = course.session(pause.before_session).rank
        behind = [session for session in course.live if session.rank >= rank]
        if all(session.number in free for session in behind):
            pauses = tuple(other for other in course.pauses if other is not pause)
            course = replace(course, pauses=pauses).changing(
                [session.put_off(-7 * pause.weeks) for session in behind]
            )
    return course


def _settled(
    conditions: Conditions, course: Course, free: Collection[int], by_hand: Collection[int]
) -> Course | Refusal:
    outcome = settle(conditions.order, course, free, conditions.now, conditions.avoid)
    if isinstance(outcome, NoPlacement):
        return Refusal(no_place=outcome)
    return proved(conditions, outcome, {*free, *by_hand})
