"""What took place is kept as it was, and what is left to come makes way."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from ketasched.domain.candidate import Reason, exists, no_such_time_text, session_end
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import ATTENDED, Course, Session
from ketasched.domain.wording import day_text, moment_text
from ketasched.planning.following_sessions import numbers_that_follow
from ketasched.planning.plan_input import Order
from ketasched.running.at_a_moment import follower_numbers
from ketasched.running.baselines import counted_anew
from ketasched.running.changes import move, move_day, numbered
from ketasched.running.legal_change import Conditions, let_follow
from ketasched.running.order_of_time import in_order_of_time
from ketasched.running.treatment_days import are_of_one_day, at_distances, day_of, per_day_of

FARTHEST = 14
"""Days behind a session that took place within which room is looked for what stands there."""


class OutOfOrder(ChoiceRefused):
    """A session cannot have taken place where it stands beside another one, by its number."""

    def __init__(self, sentence: str, other: int) -> None:
        self.other = other
        super().__init__(sentence, "say which one took place; or move or cancel the other first")


class Room(NamedTuple):
    """Sessions that can be moved, with all behind them, to a time, which was tried."""

    numbers: tuple[int, ...]
    start: datetime


def attend(conditions: Conditions, course: Course, number: int, start: datetime) -> Course:
    """A session took place, at a time (aware); nothing moves it any more. What is left of its
    treatment day, and would stand on another day or before it ends, goes along; where that was the
    whole day, what nobody fixed and stood where it goes makes way.

    Raises:
        ChoiceRefused: there is no such session, or it is to come.
    """
    session = numbered(course, number)
    if not exists(start):
        raise ChoiceRefused(no_such_time_text(start), "say when it took place")
    if start > conditions.now:
        raise ChoiceRefused(
            f"session {number} is on {moment_text(start)}, which is to come",
            remedy="when it took place",
        )
    end = session_end(start, session.minutes)
    held = session._replace(start=start, end=end, status=ATTENDED)
    rest = list(_rest_of_day(conditions.order, course, session, held))
    due = _due_after(conditions, course, session, held)
    after = in_order_of_time(course.changing([held, *rest, *due]))
    counted = counted_anew(conditions.order, after, conditions.now)
    free = counted.free - {each.number for each in rest}
    free |= _in_the_way(conditions, after, session)
    _refuse_disorder(conditions.order, after, after.session(number), session, free)
    outcome = let_follow(conditions, counted.course, free)
    _refuse_disorder(conditions.order, outcome, outcome.session(number), session)
    return outcome


def room_for(
    conditions: Conditions, course: Course, number: int, start: datetime, other: int
) -> Room | None:
    """Where another session, or what is left of its treatment day, can be moved with all behind it,
    so that one may have taken place at a time; None where nothing that was tried is legal.
    """
    stands = course.session(other)
    day = [each for each in day_of(conditions.order, course, stands) if each.rank >= stands.rank]
    numbers = tuple(each.number for each in day if each.is_live)
    if stands.is_fixed or stands.rank < course.session(number).rank:
        return None
    for days in range(1, FARTHEST + 1):
        when = datetime.combine(start.date() + timedelta(days), stands.start.timetz())
        try:
            if len(numbers) > 1:
                moved = move_day(conditions, course, numbers, when, "shift")
            else:
                moved = move(conditions, course, other, when, "shift")
            if isinstance(moved, Course):
                attend(conditions, moved, number, start)
                return Room(numbers, when)
        except ChoiceRefused:
            continue
    return None


def _due_after(
    conditions: Conditions, course: Course, session: Session, held: Session
) -> Iterator[Session]:
    """What follows a session that took place elsewhere and is over, due as much later."""
    order, days = conditions.order, (held.start.date() - session.start.date()).days
    first = order.already + 1
    numbers = numbers_that_follow(course, order.layout.stretches, first, session.number)
    for each in course.live:
        if days and each.number in numbers and each.start <= conditions.now:
            yield each.put_off(days)._replace(reasons=each.reasons)


def _rest_of_day(
    order: Order, course: Course, session: Session, held: Session
) -> Iterator[Session]:
    """What is left of a treatment day behind a session that took place elsewhere, at its distances
    from there, up to the first that does not fit.
    """
    per_day = per_day_of(order, session)
    behind = [
        each
        for each in day_of(order, course, session)
        if each.is_live and not each.is_fixed and each.rank > session.rank
    ]
    if per_day is None or held.start == session.start or not behind:
        return
    if behind[0].start.date() == held.start.date() and behind[0].start >= held.end:
        return
    why = Reason("distance", "other sessions of that day stand on another")
    _, *rest = at_distances(order, per_day, [session, *behind], held.start)
    for each, start in rest:
        day = start.date()
        fits = order.rules.slots.allows(day, start.time(), each.minutes)
        if day != held.start.date() or not fits:
            return
        wall = each.start.replace(tzinfo=None), start.replace(tzinfo=None)
        days = (day - each.start.date()).days
        later = int((wall[1] - wall[0]).total_seconds()) // 60 - 1440 * days
        yield each._replace(
            start=start,
            end=session_end(start, each.minutes),
            moved_minutes=each.moved_minutes + later,
            reasons=(why,) if days else each.reasons,
        )


def _in_the_way(conditions: Conditions, course: Course, planned: Session) -> frozenset[int]:
    """What stands behind a treatment day on the day to which its first session, ``planned`` for
    another, took all of it.
    """
    held = course.session(planned.number)
    day = [each for each in day_of(conditions.order, course, held) if each.is_live]
    stays = per_day_of(conditions.order, held) is None or day[0] != held
    if stays or held.start.date() == planned.start.date():
        return frozenset()
    return frozenset(
        each.number
        for each in course.live
        if each.rank > held.rank
        and each not in day
        and each.start.date() == held.start.date()
        and not each.is_fixed
    )


def _refuse_disorder(
    order: Order, course: Course, held: Session, planned: Session, free: Collection[int] = ()
) -> None:
    """A session cannot have taken place on the day of another, or out of order; but those that
    count from it and those that are ``free`` make way, and it may have taken place where a person
    had ``planned`` it so.
    """
    if held.start == planned.start:
        return
    following = follower_numbers(order, course)
    for other in course.live:
        yields = other.number in following | set(free) and not other.is_fixed
        if other.number == held.number or yields:
            continue
        when = day_text(other.start.date())
        stands = "took place" if other.status == ATTENDED else f"is {other.status}"
        of_one_day = are_of_one_day(order, other, held)
        if other.start.date() == held.start.date() and not of_one_day:
            raise OutOfOrder(f"session {other.number} {stands} on {when}", other.number)
        in_order = (other.rank < held.rank) == (other.start < held.start)
        if in_order or {held.number, other.number} & following:
            continue
        side = "before" if other.rank < held.rank else "after"
        raise OutOfOrder(
            f"session {other.number} comes {side} session {held.number} and {stands} on {when}",
            other.number,
        )
