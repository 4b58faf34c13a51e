"""Phases and weekday patterns to target days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import NamedTuple

from dateutil.rrule import WEEKLY, rrule

from ketasched.domain.apart import Apart
from ketasched.domain.cadence import (
    Cycles,
    DayList,
    EveryMonths,
    EveryWeeks,
    Gap,
    NamedDays,
    NamedSession,
    PerWeek,
    WorkingDays,
)
from ketasched.domain.candidate import Reason
from ketasched.domain.clinic import Clinic
from ketasched.domain.protocol import Phase
from ketasched.planning.phase_begins import begin_after, next_period, on_open_weekday
from ketasched.planning.target import Stretch, Target
from ketasched.planning.weekday_patterns import keeps_gaps, weekday_patterns
from ketasched.planning.working_days import working_days


class NoPattern(NamedTuple):
    """No set of open weekdays with the phase's first weekday keeps its gaps."""

    number: int
    phase: Phase
    day: date


def lay_targets(
    stretches: Sequence[Stretch],
    start: date,
    clinic: Clinic | Callable[[Phase], Clinic],
    days: tuple[int, ...] = (),
    first_number: int = 1,
    weekdays: Callable[[Phase], frozenset[int]] | None = None,
) -> list[Target] | NoPattern:
    """The target days of a course from its start.

    Args:
        stretches: the phases to lay out, in order.
        start: the first target.
        clinic: decides which weekdays are open, for a phase, and which days are working days.
        days: the weekday pattern of phases with that many sessions a week; the others choose
            their own.
        first_number: the number of the first session.
        weekdays: those a pattern of a phase may have, where they are not all that are open.
    """
    targets: list[Target] = []
    begin = start
    due: list[date] = []
    number = first_number
    for position, stretch in enumerate(stretches):
        phase = stretch.phase
        free = weekdays(phase) if weekdays else _week(clinic, phase).open_weekdays
        if targets:
            begin = begin_after(phase, targets[-1].phase, due, begin)
            before = [earlier.phase for earlier in stretches[:position]]
            begin = on_open_weekday(before, phase, begin, free)
            if weekdays and begin.weekday() in weekdays(before[-1]) - free:
                free |= {begin.weekday()}  # only its window can bring it from there
        pattern = None
        if isinstance(phase.cadence, PerWeek):
            pattern = _pattern(phase.cadence, phase.gap, begin, free, days)
            if pattern is None:
                return NoPattern(number, phase, begin)
        of_days = stretch.of_days()
        laid = _lay(of_days, begin, pattern, clinic, literal_start=position == 0)
        due = [ideal.day for ideal in laid] or due
        laid = _each_of_its_sessions(stretch, laid)
        targets += [
            Target(
                number + index,
                phase,
                stretch.first_place + index,
                day,
                (named and named.window) or phase.window,
                (named and named.minutes) or stretch.minutes_of(stretch.first_place + index),
                skipped,
                named.name if named else stretch.name_of(stretch.first_place + index),
                apart=_apart(stretch, index, named),
            )
            for index, day, skipped, named in laid
        ]
        number += stretch.sessions or len(laid)
        if laid:
            begin = next_period(phase, of_days.first_place, begin, due)
    return [_from_numbers(target, targets) if target.apart else target for target in targets]


def _week(clinic: Clinic | Callable[[Phase], Clinic], phase: Phase) -> Clinic:
    return clinic if isinstance(clinic, Clinic) else clinic(phase)


def _apart(stretch: Stretch, index: int, named: NamedSession | None) -> tuple[Apart, ...]:
    """How far a session of a stretch stays from others: by itself, or as the first of its phase."""
    own = named.apart if named else ()
    return (*stretch.phase.apart, *own) if stretch.first_place + index == 1 else own


def _from_numbers(target: Target, targets: Sequence[Target]) -> Target:
    """The same target, apart from sessions by their numbers; what took place elsewhere before the
    course has no date.
    """
    apart = []
    for each in target.apart:
        origins = [other for other in targets if each.origin in (other.number, other.name)]
        before = [other.number for other in origins if other.number < target.number]
        apart += [each._replace(origin=number) for number in before[-1:]]
    return target._replace(apart=tuple(apart))


class _Ideal(NamedTuple):
    """The ideal day of the session at a place of a stretch, counted from 0."""

    place: int
    day: date
    skipped: tuple[Reason, ...] = ()
    named: NamedSession | None = None


def _lay(
    stretch: Stretch,
    begin: date,
    pattern: tuple[int, ...] | None,
    clinic: Clinic | Callable[[Phase], Clinic],
    *,
    literal_start: bool,
) -> list[_Ideal]:
    cadence = stretch.phase.cadence
    if isinstance(cadence, WorkingDays):
        week = _week(clinic, stretch.phase)
        run = working_days(begin, week, literal_start=literal_start)
        last = stretch.until or date.max
        counted = takewhile(lambda ideal: ideal[0] <= last, islice(run, stretch.most))
        return [_Ideal(index, day, skipped) for index, (day, skipped) in enumerate(counted)]
    if isinstance(cadence, NamedDays):
        return _named_days(cadence, begin, stretch)
    if isinstance(cadence, PerWeek) and pattern:
        days = _pattern_days(cadence, begin, pattern, stretch)
    elif isinstance(cadence, EveryWeeks):
        days = _rule_days(begin, cadence.weeks, None, stretch)
    elif isinstance(cadence, DayList):
        days = _listed_days(cadence, begin, stretch)
    elif isinstance(cadence, EveryMonths):
        days = _counted_days(lambda index: cadence.day(begin, index), stretch)
    elif isinstance(cadence, Cycles):
        # Of a course that began elsewhere, the next session stands on the start.
        first = begin - timedelta(days=cadence.offset(stretch.first_place))
        days = _counted_days(
            lambda index: first + timedelta(days=cadence.offset(stretch.first_place + index)),
            stretch,
        )
    else:
        raise TypeError(cadence)
    return [_Ideal(index, day) for index, day in enumerate(days)]


def _each_of_its_sessions(stretch: Stretch, laid: list[_Ideal]) -> list[_Ideal]:
    """The ideal days of the sessions of a stretch, given those of its treatment days."""
    per_day = stretch.phase.per_day
    if per_day is None:
        return laid
    missing = per_day.position(stretch.first_place) - 1  # of a course that began elsewhere
    places = range(missing, len(laid) * per_day.sessions)
    return [
        laid[place // per_day.sessions]._replace(place=place - missing)
        for place in places[: stretch.sessions]
    ]


def _pattern(
    cadence: PerWeek, gap: Gap, begin: date, weekdays: frozenset[int], days: tuple[int, ...]
) -> tuple[int, ...] | None:
    """The asked days if they are for this cadence and keep its gaps, else the chosen ones."""
    if len(days) != cadence.sessions:
        patterns = weekday_patterns(cadence, gap, begin.weekday(), weekdays)
        return patterns[0] if patterns else None
    first = _next_pattern_day(begin, days).weekday()
    offsets = tuple(sorted((day - first) % 7 for day in days))
    return days if keeps_gaps(offsets, cadence, gap) else None


def _next_pattern_day(begin: date, pattern: tuple[int, ...]) -> date:
    # With --days a phase may come due between two pattern days: it begins on the next one.
    while begin.weekday() not in pattern:
        begin += timedelta(days=1)
    return begin


def _pattern_days(
    cadence: PerWeek, begin: date, pattern: tuple[int, ...], stretch: Stretch
) -> list[date]:
    return _rule_days(_next_pattern_day(begin, pattern), cadence.every, pattern, stretch)


def _rule_days(
    begin: date, interval: int, pattern: tuple[int, ...] | None, stretch: Stretch
) -> list[date]:
    # wkst: a treatment week begins on the phase's first weekday, else "every other week" drifts.
    rule = rrule(
        WEEKLY,
        dtstart=datetime.combine(begin, time()),
        interval=interval,
        byweekday=pattern,
        wkst=begin.weekday(),
        count=stretch.most,
    )
    last = stretch.until or date.max
    return list(takewhile(lambda day: day <= last, (moment.date() for moment in rule)))


def _counted_days(day_of: Callable[[int], date], stretch: Stretch) -> list[date]:
    """The days of the sessions of a stretch, each counted by itself, from 0."""
    last = stretch.until or date.max
    return list(takewhile(lambda day: day <= last, map(day_of, range(stretch.most))))


def _listed_days(cadence: DayList, begin: date, stretch: Stretch) -> list[date]:
    days = cadence.days[stretch.first_place - 1 :][: stretch.sessions]
    return [begin + timedelta(days=day - days[0]) for day in days]


def _named_days(cadence: NamedDays, begin: date, stretch: Stretch) -> list[_Ideal]:
    """The named sessions but those that follow another, which count from that one as placed."""
    free = [(index, named) for index, named in enumerate(stretch.named()) if not named.follows]
    if not free:
        return []
    # Of a course that began elsewhere, the next session stands on the start.
    zero = cadence.offset(free[0][1].day) if stretch.first_place > 1 else 0
    return [
        _Ideal(index, begin + timedelta(days=cadence.offset(named.day) - zero), (), named)
        for index, named in free
    ]
