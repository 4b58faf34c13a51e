"""What to change when there is no course: nothing is advised that was not run and works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import islice
from typing import NamedTuple

from ketasched.domain.cadence import PerWeek, Window
from ketasched.domain.typed_dates import FIRST_YEAR, LAST_YEAR
from ketasched.errors import KetaschedError
from ketasched.planning.placement import NoPlacement, Placement, place
from ketasched.planning.plan import place_sessions
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import Failure
from ketasched.planning.start_times import times_near
from ketasched.planning.targets import NoPattern, lay_targets
from ketasched.planning.weekday_patterns import weekday_patterns

FAR = 183
"""Days within which another start is looked for."""
A_FEW = 40
"""Sessions that are placed first to see whether a start is worth more."""
FLEXES = (30, 60, 120, 180, 240)
"""Minutes by which start times are let go to see whether that helps."""
LONGEST_PAUSE = 4
"""Weeks of a pause that is advised at most."""
WIDER = 7
"""Days by which a window is widened at most."""
MOST = 3


class Change(NamedTuple):
    """A change that makes a course possible: exactly one of these is not None."""

    start: date | None = None
    days: tuple[int, ...] | None = None
    flex: int | None = None
    window: tuple[str, Window] | None = None
    at: time | None = None
    pause: int | None = None


def advise(order: Order, failure: Failure) -> list[Change]:
    """Up to three changes to a failed order, each of which was run and gives a course."""
    if failure.code == "too-long":
        return []
    return list(islice(_changes(order, failure), MOST))


def _changes(order: Order, failure: Failure) -> Iterator[Change]:
    for step in (-1, 1):
        start = _nearest_start(order, step)
        if start:
            yield Change(start=start)
    for days in (*patterns(order), *later_patterns(order), *_patterns_of_days_running(order)):
        if days != order.days and works(replace(order, days=days)):
            yield Change(days=days)
            break
    yield from islice(_other_times(order, failure), 1)
    for flex in FLEXES:
        if flex > order.times.flex and works(order.flexible(flex)):
            yield Change(flex=flex)
            break
    if failure.phase:
        yield from islice(_wider_windows(order, failure.phase), 1)
    yield from islice(_longer_pauses(order, failure), 1)


def works(order: Order) -> bool:
    """Whether an order gives a course."""
    return _placed(order) is not None


def _placed(order: Order) -> Placement | None:
    try:
        outcome = place_sessions(order)
    except KetaschedError:
        return None
    return None if isinstance(outcome, Failure) else outcome


def _stands_on_its_start(order: Order) -> bool:
    placement = _placed(order)
    return placement is not None and any(
        session.day == session.target.day == order.start for session in placement.placed
    )


def patterns(order: Order) -> list[tuple[int, ...]]:
    """The weekday patterns a course may begin with on its start, the most even first."""
    phase = order.layout.stretches[0].phase
    if not isinstance(phase.cadence, PerWeek):
        return []
    weekday, week = order.start.weekday(), order.weekdays()
    sets = weekday_patterns(phase.cadence, phase.gap, weekday, week)
    return [tuple(sorted(days)) for days in sets]


def later_patterns(order: Order) -> list[tuple[int, ...]]:
    """The weekday patterns that may be chosen for phases after the first with another number of
    sessions a week, the most even first. The one weekday of a weekly phase is no pattern to choose
    where the first phase has one.
    """
    first, *others = (stretch.phase for stretch in order.layout.stretches)
    own = first.cadence.sessions if isinstance(first.cadence, PerWeek) else None
    sets: dict[tuple[int, ...], int] = {}
    for phase in others:
        if not isinstance(phase.cadence, PerWeek) or phase.cadence.sessions in (own, own and 1):
            continue
        week = order.weekdays(phase)
        for weekday in sorted(week):
            for rank, days in enumerate(weekday_patterns(phase.cadence, phase.gap, weekday, week)):
                sets.setdefault(tuple(sorted(days)), rank)
    return sorted(sets, key=lambda days: sets[days])


def _patterns_of_days_running(order: Order) -> list[tuple[int, ...]]:
    """The weekday patterns of any phase that use two days running, where no other gives its
    cadence: nothing chooses them but a person.
    """
    sets = []
    for phase in (stretch.phase for stretch in order.layout.stretches):
        cadence, gap = phase.cadence, phase.gap
        if isinstance(cadence, PerWeek) and cadence.sessions > 1:
            week = order.weekdays(phase)
            for first in sorted(week):
                if not weekday_patterns(cadence, gap, first, week):
                    sets += weekday_patterns(cadence, gap, first, week, running=True)
    return list(dict.fromkeys(tuple(sorted(days)) for days in sets))


def _nearest_start(order: Order, step: int) -> date | None:
    """The nearest earlier or later start that works; for a course to come none before today, nor
    one at such short notice as is only for the user to choose.
    """
    now, today = order.rules.beside.now, order.rules.beside.today
    first = order.first_day(now) if now else today
    allowed = order.weekdays_to_start() & frozenset(order.days if order.takes_days else range(7))
    for distance in range(1, FAR + 1):
        start = order.start + timedelta(days=step * distance)
        if (first and start < first) or not FIRST_YEAR <= start.year <= LAST_YEAR:
            continue
        moved = replace(order, start=start)
        if start.weekday() in allowed and _begins_well(moved) and _stands_on_its_start(moved):
            return start
    return None


def _begins_well(order: Order) -> bool:
    """Whether the first sessions have a place: what stands in the way of a long course is mostly
    near, and it need not be placed whole to see that.
    """
    stretches, first_number = order.layout.stretches, order.already + 1
    targets = lay_targets(
        stretches, order.start, order.week, order.days, first_number, order.weekdays
    )
    if isinstance(targets, NoPattern) or len(targets) <= A_FEW:
        return not isinstance(targets, NoPattern)
    try:
        slots = order.slots_for_all()
        few = place(targets[:A_FEW], slots, {}, order.start)
    except KetaschedError:
        return False
    return not isinstance(few, NoPlacement)


def _other_times(order: Order, failure: Failure) -> Iterator[Change]:
    """Times that fit, for a start whose hours the asked time does not fit; the nearest first."""
    if failure.code == "outside-hours":
        weekday, minutes = order.start.weekday(), order.first_minutes
        asked = order.times.on(order.start, minutes)
        for at in times_near(asked, order.clinic, order.commitments.free_week, minutes):
            if order.clinic.fits(weekday, at, minutes) and works(order.at(at)):
                yield Change(at=at)


def _longer_pauses(order: Order, failure: Failure) -> Iterator[Change]:
    """A longer pause than the phases allow, where the course has begun before it is of use."""
    longest = max(stretch.phase.pause for stretch in order.layout.stretches)
    if failure.code == "no-placement" and failure.session > order.already + 1:
        for weeks in range(longest + 1, LONGEST_PAUSE + 1):
            if works(order.pausing(weeks)):
                yield Change(pause=weeks)


def _wider_windows(order: Order, name: str) -> Iterator[Change]:
    stretches = order.layout.stretches
    index = next(i for i, stretch in enumerate(stretches) if stretch.phase.name == name)
    window = stretches[index].phase.window
    for more in range(1, WIDER + 1):
        for wider in (
            Window(window.early, window.late + more),
            Window(window.early + more, window.late),
        ):
            phase = replace(stretches[index].phase, window=wider)
            changed = list(stretches)
            changed[index] = stretches[index]._replace(phase=phase)
            if works(replace(order, layout=order.layout._replace(stretches=tuple(changed)))):
                yield Change(window=(name, wider))
