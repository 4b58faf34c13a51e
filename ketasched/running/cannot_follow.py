"""Sessions that are due on other days now and do not stand there: where each can be put."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from ketasched.domain.course import Course, Session
from ketasched.domain.days import each_day
from ketasched.planning.plan_input import Order
from ketasched.running.broken_rules import BrokenRule
from ketasched.running.changes import move, to_come
from ketasched.running.legal_change import Conditions, unwanted

FARTHEST = 28
"""Days before and after its window on which another place is looked for."""


class Elsewhere(NamedTuple):
    """A time to which a session can be moved, which was tried, and the rule that it breaks."""

    start: datetime
    breaks: Literal["", "notice", "window"]


class Straggler(NamedTuple):
    """A session that does not stand in the window it has now, or has no place any more, why, and
    where it can be put; None where nothing that was tried is legal.
    """

    session: Session
    why: str
    elsewhere: Elsewhere | None


def stragglers(conditions: Conditions, before: Course, after: Course) -> Iterator[Straggler]:
    """The sessions to come whose window is another after a change, and that are not in it."""
    known = {session.number: (session.window_start, session.window_end) for session in before.live}
    for rule in _outside(conditions, after):
        session = after.session(rule.session)
        if known.get(session.number) != (session.window_start, session.window_end):
            text = f"{rule.text}, and it stays there"
            if session.by_hand:
                text = f"{rule.text}, and a person put it there"
            yield Straggler(session, text, elsewhere(conditions, after, session))
    numbers = {session.number for session in after.sessions}
    for missing in after.unplaced:
        if missing.number in numbers and missing.days and missing not in before.unplaced:
            session = to_come(after, missing.number)
            session = session._replace(window_start=missing.days[0], window_end=missing.days[1])
            place = elsewhere(conditions, after, session)
            yield Straggler(session, "no day of its window is legal", place)


def elsewhere(conditions: Conditions, course: Course, session: Session) -> Elsewhere | None:
    """The legal time nearest to the target of a session, in its window, also at short notice, or
    else outside.
    """
    first, last = session.window_start, session.window_end
    inside = each_day(first, last)
    outside = [*each_day(first - timedelta(days=FARTHEST), first - timedelta(days=1)),
               *each_day(last + timedelta(days=1), last + timedelta(days=FARTHEST))]  # fmt: skip
    ways: list[tuple[list[date], Literal["", "notice", "window"]]]
    ways = [(inside, ""), (inside, "notice"), (outside, "window")]
    for days, breaks in ways:
        rules = conditions._replace(override=frozenset({breaks} if breaks else ()))
        for day in sorted(days, key=lambda day: (abs((day - session.target).days), day)):
            start = _start(conditions.order, session, day)
            if start is None or start <= conditions.now:
                continue
            if isinstance(move(rules, course, session.number, start, "keep"), Course):
                return Elsewhere(start, breaks)
    return None


def _outside(conditions: Conditions, course: Course) -> list[BrokenRule]:
    ahead = {session.number for session in course.live if session.start > conditions.now}
    broken = unwanted(conditions.order, course, ahead)
    return [rule for rule in broken if rule.name == "window"]


def _start(order: Order, session: Session, day: date) -> datetime | None:
    option = order.rules.slots.legal_start(day, session.minutes)
    return datetime.combine(day, option[0], order.clinic.zone) if option else None
