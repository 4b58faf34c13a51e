"""The sessions to come of a course, due on other weekdays than before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from ketasched.domain.cadence import PerWeek
from ketasched.domain.clinic import WHOLE_WEEK
from ketasched.domain.course import Course, Session
from ketasched.domain.protocol import Phase
from ketasched.planning.plan_input import Order
from ketasched.planning.weekday_patterns import weekday_patterns
from ketasched.running.replan import due

Patterns = Mapping[int, tuple[int, ...]]
"""By how many sessions a week has: the weekdays on which they are due."""


def due_on(order: Order, course: Course, patterns: Patterns, now: datetime) -> Course:
    """The course whose sessions to come are due on other weekdays, each on the one nearest to the
    day on which it was due, where their phase has as many sessions a week.
    """
    live = sorted(course.live, key=lambda session: session.rank)
    ahead = {session.number for session in course.movable(now)}
    before: Session | None = None
    days: dict[object, date] = {}
    for session in live:
        latest = before
        before = session
        own_day = (session.phase, session.pace, session.target)
        is_begun = own_day in days
        days.setdefault(own_day, session.target)
        phase = order.paced(session.phase, session.pace)
        weekdays = patterns.get(_a_week(phase), ())
        if session.number not in ahead or session.stands_at or not weekdays:
            continue
        earliest = now.date()
        if latest:
            stood = latest.start.date() if latest.number not in ahead else latest.target
            gap = min(phase.gap.min, order.paced(latest.phase, latest.pace).gap.min)
            earliest = max(earliest, stood + timedelta(days=gap))
        target = _nearest(session.target, weekdays, earliest)
        if phase.per_day and is_begun:
            target = days[own_day]
        days[own_day] = target
        if target != session.target:
            before = due(order, session, target)
            course = course.changing([before])
    return course


def free_patterns(order: Order, course: Course, now: datetime) -> Iterator[Patterns]:
    """Weekdays on which the patient can come and the clinic is open: first those that leave the
    most sessions to come as they are, of them the most even.
    """
    due_days: dict[int, list[int]] = {}
    phases: dict[int, Phase] = {}
    for session in course.movable(now):
        phase = order.paced(session.phase, session.pace)
        phases.setdefault(_a_week(phase), phase)
        due_days.setdefault(_a_week(phase), []).append(session.target.weekday())
    offered = {
        count: _patterns_of(phase, order.weekdays(phase), due_days[count])
        for count, phase in phases.items()
    }
    for place in range(max(map(len, offered.values()), default=0)):
        yield {
            count: patterns[min(place, len(patterns) - 1)]
            for count, patterns in offered.items()
            if patterns
        }


def on_free_weekdays(order: Order, phase: Phase, days: list[date]) -> list[date]:
    """The days on which a phase would go on, each on the nearest weekday on which the patient can
    come, if some are not.
    """
    free = order.weekdays(phase)
    weekdays = [day.weekday() for day in days]
    if order.commitments.free_week == WHOLE_WEEK or free.issuperset(weekdays):
        return days
    patterns = _patterns_of(phase, free, weekdays)
    moved: list[date] = []
    for day in days if patterns else ():
        earliest = moved[-1] + timedelta(days=phase.gap.min) if moved else date.min
        moved.append(_nearest(day, patterns[0], earliest))
    return moved or days


def is_due_when_free(order: Order, course: Course, now: datetime) -> bool:
    """Whether all that is to come of phases by weeks is due on weekdays on which it fits."""
    ahead = course.movable(now)
    due_days = {(session.phase, session.pace, session.target.weekday()) for session in ahead}
    return all(
        weekday in order.weekdays(phase)
        for name, pace, weekday in due_days
        if _a_week(phase := order.paced(name, pace))
    )


def _a_week(phase: Phase) -> int:
    """How many sessions a week of a phase has; 0 if it is not laid out by weeks."""
    return phase.cadence.sessions if isinstance(phase.cadence, PerWeek) else 0


def _patterns_of(
    phase: Phase, weekdays: frozenset[int], due_days: list[int]
) -> list[tuple[int, ...]]:
    ranks: dict[tuple[int, ...], int] = {}
    if isinstance(phase.cadence, PerWeek):
        for first in sorted(weekdays):
            patterns = weekday_patterns(phase.cadence, phase.gap, first, weekdays)
            for rank, days in enumerate(patterns):
                ranks.setdefault(tuple(sorted(days)), rank)
    return sorted(ranks, key=lambda days: (sum(day not in days for day in due_days), ranks[days]))


def _nearest(day: date, weekdays: tuple[int, ...], earliest: date) -> date:
    """The day of some weekdays nearest to another, not before the ``earliest``; of two that are as
    near, the later.
    """
    day = max(day, earliest)
    for distance in range(7):
        for near in (day + timedelta(days=distance), day - timedelta(days=distance)):
            if near.weekday() in weekdays and near >= earliest:
                return near
    return day
