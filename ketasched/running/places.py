"""Where a course, or a phase of it, would go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import islice
from typing import NamedTuple

from ketasched.domain.cadence import Cycles, DayList, EveryMonths, Months, NamedDays, PerWeek
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.clinic import WHOLE_WEEK
from ketasched.domain.course import Course
from ketasched.domain.protocol import MAX_SESSIONS
from ketasched.planning.phase_begins import months_after, on_open_weekday
from ketasched.planning.plan_input import Order
from ketasched.planning.target import Stretch, Target, steps_of
from ketasched.planning.targets import NoPattern, lay_targets
from ketasched.running.cycles import slots_after
from ketasched.running.legal_change import Conditions
from ketasched.running.other_weekdays import on_free_weekdays
from ketasched.running.treatment_days import by_days, each_of_a_day, has_room

NEAR = 30
"""How many more sessions of a phase are laid before all that a course may have are."""
LONGEST_PAUSE = 52
"""Weeks by which pauses may have put a course off."""


class Going(NamedTuple):
    """How a course goes on: in which phase, and at which pace (as of a session)."""

    phase: str
    pace: str = ""


def next_targets(conditions: Conditions, course: Course, going: Going, days: int) -> list[date]:
    """The days on which more sessions of a course are due, of so many of its days each once for
    every session it has.

    Raises:
        ChoiceRefused: as next_days.
    """
    more = next_days(conditions, course, going, days)
    return each_of_a_day(conditions.order.paced(*going), more)


def next_target(conditions: Conditions, course: Course, going: Going) -> date:
    """The day on which one more session of a course is due: the last one, if that is to come and
    not full yet.

    Raises:
        ChoiceRefused: as next_days.
    """
    latest = course.latest
    own = Going(latest.phase, latest.pace) == going
    if own and has_room(conditions.order, course, latest, conditions.first_day):
        return latest.target
    return next_days(conditions, course, going, 1)[0]


def next_days(conditions: Conditions, course: Course, going: Going, count: int) -> list[date]:
    """The days on which the course would go on; whole weeks later if the first of them is over.

    Raises:
        ChoiceRefused: the phase lists its days, so it does not go on by itself.
    """
    order = conditions.order
    course = by_days(order, course)
    wanted = order.paced(*going)
    if isinstance(wanted.cadence, (DayList, NamedDays)):
        raise ChoiceRefused(
            f"the phase {going.phase} lists its days, so it does not go on by itself",
            remedy="a session on a day",
        )
    latest = course.latest
    minutes = order.protocol.minutes
    run = _run_of(course, Going(latest.phase, latest.pace))
    by_calendar = _by_calendar(conditions, course, going, run, count)
    if by_calendar:
        return _to_come(by_calendar, going, order, conditions.first_day)
    if Going(latest.phase, latest.pace) == going:
        stretches = [Stretch(wanted, 1, len(run) + count, None, minutes)]
    elif latest.phase == going.phase:
        return places_from(conditions, course, going, latest.target, count + 1)[1:]
    else:
        before = order.paced(latest.phase, latest.pace)
        stretches = [
            Stretch(before, 1, len(run), None, minutes),
            Stretch(wanted, 1, count, None, minutes),
        ]
    laid = laid_out(order, course, stretches, run[0], order.days)
    # Pauses and shifts have put the last one off.
    late = run[-1] - laid[len(run) - 1].day
    return _to_come(
        [target.day + late for target in laid[len(run) :]], going, order, conditions.first_day
    )


def _by_calendar(
    conditions: Conditions, course: Course, going: Going, run: Sequence[date], count: int
) -> list[date]:
    """The days on which a course would go on with cycles or months, or after those: counted where
    its last sessions stand. None otherwise: weeks are as long, wherever they begin.

    Args:
        conditions: the order.
        course: the course.
        going: how it goes on.
        run: the targets of the phase and pace that it is in.
        count: how many days.
    """
    order = conditions.order
    wanted, before = order.paced(*going), order.paced(course.latest.phase, course.latest.pace)
    own = Going(course.latest.phase, course.latest.pace) == going
    if own and isinstance(wanted.cadence, Cycles):
        return [slot.day for slot in islice(slots_after(wanted, course), count)]
    if own and isinstance(wanted.cadence, EveryMonths):
        days = _grid_after(conditions, course, going)
        return list(islice((day for day in days if day > course.latest.target), count))
    if going.phase == course.latest.phase:
        return []
    if isinstance(wanted.after, Months):
        begin = months_after(wanted.after, before, run)
    elif wanted.after is None and isinstance(before.cadence, Cycles):
        days_1 = (slot for slot in slots_after(before, course) if slot.name.endswith("day 1"))
        begin = next(days_1).day
    elif wanted.after is None and isinstance(before.cadence, EveryMonths):
        days = _grid_after(conditions, course, Going(course.latest.phase, course.latest.pace))
        begin = next(day for day in days if day > course.latest.target)
    else:
        return []
    stretch = Stretch(wanted, 1, count, None, order.protocol.minutes)
    begin = on_open_weekday([before], wanted, begin, order.weekdays(wanted))
    return [target.day for target in laid_out(order, course, [stretch], begin, order.days)]


def places_from(
    conditions: Conditions, course: Course, going: Going, first: date, count: int
) -> list[date]:
    """The days of a pace from a day on."""
    order = conditions.order
    course = by_days(order, course)
    stretch = Stretch(order.paced(*going), 1, count, None, order.protocol.minutes)
    if isinstance(stretch.phase.cadence, (DayList, NamedDays)):
        raise ChoiceRefused(f"the phase {stretch.phase.name} lists its days: it has no cadence")
    weekdays = _weekdays(order, course, going)
    if first.weekday() not in weekdays:
        weekdays = ()
    targets = laid_out(order, course, [stretch], first, weekdays)
    days = [target.day for target in targets]
    return [days[0], *_to_come(days[1:], going, order, conditions.first_day)]


def places_after(conditions: Conditions, course: Course, going: Going) -> Iterator[date]:
    """The days on which a phase would have gone on at a pace, without end: laid on from its first
    session, and as late as its last one is.

    Raises:
        ChoiceRefused: as next_targets.
    """
    order = conditions.order
    course = by_days(order, course)
    known = 0
    if order.commitments.free_week == WHOLE_WEEK:  # else all days together decide on weekdays
        days = _grid_after(conditions, course, going, NEAR)
        known = len(days)
        yield from _to_come(days, going, order, conditions.first_day)
    days = _grid_after(conditions, course, going)
    yield from _to_come(days, going, order, conditions.first_day)[known:]


def _grid_after(
    conditions: Conditions, course: Course, going: Going, more: int = MAX_SESSIONS
) -> list[date]:
    order = conditions.order
    if isinstance(order.paced(*going).cadence, Cycles) and not going.pace:
        return [slot.day for slot in islice(slots_after(order.paced(*going), course), more)]
    there = sorted(
        session.target
        for session in course.sessions
        if Going(session.phase, session.pace) == going and not (session.stands_at or session.undone)
    )
    weekdays = _weekdays(order, course, going)
    if there[0].weekday() not in weekdays:
        weekdays = ()
    stretch = Stretch(order.paced(*going), 1, len(there) + more, None, 0)
    laid = laid_out(order, course, [stretch], there[0], weekdays)
    days = [target.day for target in laid]
    if more < MAX_SESSIONS and days[-1] <= there[-1]:  # put off by more than is laid
        return _grid_after(conditions, course, going)
    return _after(there[-1], len(there), days)


def _after(last: date, count: int, laid: list[date]) -> list[date]:
    """The laid days after the last of ``count`` sessions, as whole weeks later as pauses have put
    that off; or as many days later, if it is on no day of the pattern.
    """
    for weeks in range(LONGEST_PAUSE + 1):
        late = timedelta(weeks=weeks)
        if last - late in laid:
            return [day + late for day in laid if day + late > last]
    return [day + (last - laid[count - 1]) for day in laid[count:]]


def _weekdays(order: Order, course: Course, going: Going) -> tuple[int, ...]:
    """The weekdays on which the course kept a pace before; else those that were asked for."""
    cadence = order.paced(*going).cadence
    phase = going.pace if going.pace in order.phases else going.phase
    weekdays = {
        session.target.weekday()
        for session in course.sessions
        if session.phase == phase
        and not session.pace
        and not session.stands_at
        and not session.undone
    }
    several = isinstance(cadence, PerWeek) and cadence.sessions == len(weekdays)
    return tuple(sorted(weekdays)) if several else order.days


def laid_out(
    order: Order,
    course: Course,
    stretches: Sequence[Stretch],
    first: date,
    days: tuple[int, ...],
) -> list[Target]:
    """What a course laid out from its ``first`` day on is due, of several sessions a day the first;
    it may have begun on weekdays on which the patient cannot come any more.

    Raises:
        ChoiceRefused: there are no weekdays for it.
    """
    kept = frozenset(session.target.weekday() for session in course.sessions)
    of_days = [
        stretch._replace(sessions=stretch.sessions and stretch.sessions * stretch.phase.a_day)
        for stretch in stretches
    ]
    for also in (frozenset[int](), frozenset({first.weekday()}), kept):
        weekdays = partial(order.weekdays, also=also)
        targets = lay_targets(of_days, first, order.week, days, weekdays=weekdays)
        if not isinstance(targets, NoPattern):
            return [day[0] for day in steps_of(targets)]
    phase = stretches[-1].phase.name
    raise ChoiceRefused(f"the phase {phase} has no weekdays to go on with")


def _to_come(days: list[date], going: Going, order: Order, first: date) -> list[date]:
    """The days, or if the window of the first of them is over by then, whole weeks later ones."""
    if not days:
        return days
    late = (first - days[0]).days - order.paced(*going).window.late
    weeks = max(0, -(-late // 7))
    days = [day + timedelta(weeks=weeks) for day in days]
    return on_free_weekdays(order, order.paced(*going), days)


def _run_of(course: Course, going: Going) -> list[date]:
    """The targets of the sessions that kept a pace up to the end of the course, each place once."""
    last = course.latest
    latest = last.target
    if last.instead_of:  # it holds the place of the one that it makes up for
        latest = max(latest, course.session(last.instead_of).target)
    there = sorted(
        (
            session
            for session in course.sessions
            if not session.instead_of
            and not session.undone
            and not session.stands_at
            and session.target <= latest
        ),
        key=lambda session: session.target,
    )
    run: list[date] = []
    for session in reversed(there):
        if Going(session.phase, session.pace) != going:
            break
        run.append(session.target)
    return run[::-1] or [course.latest.target]
