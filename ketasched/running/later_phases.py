"""When later phases are due, where the one before them ends on another day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import count, groupby
from typing import NamedTuple

from ketasched.domain.cadence import Cycles, EveryMonths, EveryWeeks, Months, PerWeek
from ketasched.domain.course import Course, Session
from ketasched.domain.protocol import Phase
from ketasched.planning.phase_begins import months_after
from ketasched.planning.plan_input import Order
from ketasched.running.replan import put_off


class _Run(NamedTuple):
    """The first and the last day on which a phase is due."""

    first: date
    last: date


def phases_later(
    order: Order, course: Course, last: Session, place: date, beyond: Sequence[Session]
) -> Iterator[Session]:
    """The sessions of the phases behind the ``last`` session of one, where that is due at another
    place: each phase begins as much later as by its rule. One that keeps its weekdays moves by
    whole weeks.
    """
    before = order.paced(last.phase, last.pace)
    first = _first_of(course, last.phase)
    was, becomes = _Run(first, last.target), _Run(first, place)
    for name, group in groupby(beyond, key=lambda session: session.phase):
        sessions = list(group)
        begins, began = (_begin(order.phases[name], before, run) for run in (becomes, was))
        days = (begins - began).days
        before = order.paced(name, sessions[-1].pace)
        if not isinstance(before.cadence, EveryMonths | Cycles):
            days = 7 * -(-days // 7)
        later = list(each_later(order, course, sessions, days))
        yield from later
        first = _first_of(course, name)
        was = _Run(first, sessions[-1].target)
        becomes = _Run(first + timedelta(days=days), later[-1].target)


def each_later(
    order: Order, course: Course, sessions: Sequence[Session], days: int
) -> Iterator[Session]:
    """The sessions of a phase that begins so many days later: months count from its first target
    there, and what was put off stays put off.
    """
    for session in sessions:
        cadence = order.paced(session.phase, session.pace).cadence
        late = days
        if isinstance(cadence, EveryMonths):
            first = _first_of(course, session.phase)
            index = next(n for n in count() if cadence.day(first, n + 1) > session.target)
            begins = first + timedelta(days=days)
            late = (cadence.day(begins, index) - cadence.day(first, index)).days
        yield put_off(order, session, late)


def _begin(phase: Phase, before: Phase, run: _Run) -> date:
    """Where a phase would begin behind another that is due so; after cycles, as many days on from
    a day that is always as far before it.
    """
    if isinstance(phase.after, Months):
        return months_after(phase.after, before, run)
    cadence = before.cadence
    if phase.after is not None or isinstance(cadence, Cycles):
        return run.last
    if isinstance(cadence, EveryMonths):
        days = (cadence.day(run.first, index) for index in count())
        return next(day for day in days if day > run.last)
    weeks = 1
    if isinstance(cadence, PerWeek):
        weeks = cadence.every
    elif isinstance(cadence, EveryWeeks):
        weeks = cadence.weeks
    passed = (run.last - run.first) // timedelta(weeks=weeks)
    return run.first + timedelta(weeks=weeks * (passed + 1))


def _first_of(course: Course, phase: str) -> date:
    return min(session.target for session in course.sessions if session.phase == phase)
