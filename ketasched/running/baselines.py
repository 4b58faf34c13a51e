"""What is due by day numbers follows the baseline, where that took place or was put by a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from ketasched.domain.baseline import baseline_place, day_numbers
from ketasched.domain.cadence import CountsFrom, Cycles, EveryWeeks, PerWeek, WorkingDays
from ketasched.domain.course import ATTENDED, Course, Session
from ketasched.domain.protocol import Phase
from ketasched.planning.following_sessions import session_counted_from
from ketasched.planning.plan_input import Order
from ketasched.planning.target import Stretch
from ketasched.running.at_a_moment import follower_numbers
from ketasched.running.later_phases import each_later
from ketasched.running.replan import put_off
from ketasched.running.treatment_days import day_of


class Baseline(NamedTuple):
    """The session that the day numbers of a phase count from, by its number."""

    number: int
    phase: Phase
    counts_from: CountsFrom


class Counted(NamedTuple):
    """A course in which all is due from where its baselines stand now. ``anew``: the numbers of
    the sessions that are due on another day for it; ``free``: those of them that may move.
    """

    course: Course
    anew: frozenset[int] = frozenset()
    free: frozenset[int] = frozenset()


def baselines(order: Order, course: Course) -> Iterator[Baseline]:
    """The baselines of a course, but for those that took place elsewhere; in a phase of cycles day
    1 of each.
    """
    number = order.already + 1
    numbers: dict[str, int] = {}
    for stretch in order.layout.stretches:
        listed = day_numbers(stretch.phase.cadence)
        place = baseline_place(listed) if listed else 0
        if place >= stretch.first_place:
            own = _at(course, stretch, place)
            usual = number + place - stretch.first_place
            numbers[stretch.phase.name] = own.number if own else usual
        number += stretch.sessions or 0
    for phase in order.phases.values():
        if isinstance(phase.cadence, Cycles):
            yield from _first_days(phase, phase.cadence, course)
        elif phase.name in numbers and (listed := day_numbers(phase.cadence)):
            yield Baseline(numbers[phase.name], phase, listed.counts_from)


def _at(course: Course, stretch: Stretch, place: int) -> Session | None:
    """The session at a place of a stretch, by its name if that lists them so."""
    named = stretch.named()
    name = named[place - stretch.first_place].name if named else ""
    for session in course.sessions:
        is_it = session.name == name if name else session.place == place
        if is_it and session.phase == stretch.phase.name and not session.instead_of:
            return session
    return None


def _first_days(phase: Phase, cycles: Cycles, course: Course) -> Iterator[Baseline]:
    """Day 1 of each cycle of a phase."""
    first_days: dict[int, int] = {}
    for session in course.sessions:
        place = cycles.place(session.name) if session.phase == phase.name else 0
        if place and cycles.day(place) == 1 and not session.instead_of:
            first_days.setdefault(place, session.number)
    for _, number in sorted(first_days.items()):
        yield Baseline(number, phase, cycles.counts_from)


class CountedFrom(NamedTuple):
    """From which day the windows of a phase count, and whose day that is; ``stands``: the baseline,
    or what makes up for it.
    """

    baseline: Baseline
    stands: Session
    day: date


def counted_from(order: Order, course: Course) -> Iterator[CountedFrom]:
    """From what the windows of each phase that is laid out by day numbers count now: in a phase of
    cycles from the last day 1 that took place, or that a person put, or from the first.
    """
    by_phase: dict[str, CountedFrom] = {}
    for baseline in baselines(order, course):
        stands = session_counted_from(course.sessions, baseline.number)
        name = baseline.phase.name
        if stands and (stands.is_fixed or name not in by_phase):
            by_phase[name] = CountedFrom(baseline, stands, counted_day(stands))
    yield from by_phase.values()


def is_baseline(order: Order, course: Course, number: int) -> bool:
    """Whether others count from the session of that number."""
    return any(baseline.number == number for baseline in baselines(order, course))


def counted_day(session: Session) -> date:
    """The day from which the sessions that count from a baseline are due."""
    return session.counted_from or session.target


def counted_anew(
    order: Order, course: Course, now: datetime, moved: Collection[int] = ()
) -> Counted:
    """The course, due from its baselines as they took place, or as a person put them; and from
    those that were ``moved``, whoever moved them.

    What took place before its baseline keeps its window; of all else that is not off, target and
    window follow. Nothing is put on another day here.
    """
    anew: set[int] = set()
    free: set[int] = set()
    for baseline in baselines(order, course):
        stands = session_counted_from(course.sessions, baseline.number)
        if baseline.counts_from == "planned" or stands is None or not stands.is_live:
            continue
        if not (stands.is_fixed or stands.number in moved):
            continue
        days = (stands.start.date() - counted_day(stands)).days
        if days:
            begun = replace(order, start=min(course.begins, stands.start.date()))
            due_then = list(_due_then(begun, course, baseline, stands, now, days))
            kept = stands._replace(counted_from=stands.start.date())
            course = course.changing([*due_then, kept])
            anew |= {session.number for session in due_then}
            followers = [*due_then, *_beside(order, course, stands)]
            free |= {session.number for session in followers if _may_move(session, stands, now)}
    return Counted(course, frozenset(anew), frozenset(free))


def count_from(
    order: Order, course: Course, now: datetime, numbers: Collection[int]
) -> frozenset[int]:
    """The numbers of the sessions that may move with baselines among those of some ``numbers``."""
    numbers_of_all = [baseline.number for baseline in baselines(order, course)]
    stand = [session_counted_from(course.sessions, number) for number in numbers_of_all]
    elsewhere = [
        session._replace(start=session.start + timedelta(weeks=52))
        for session in stand
        if session and session.number in numbers
    ]
    return counted_anew(order, course.changing(elsewhere), now, numbers).free


def _beside(order: Order, course: Course, baseline: Session) -> list[Session]:
    """The others of a baseline's treatment day: they are due when it is, and go where it goes."""
    day = day_of(order, course, baseline)
    return [session for session in day if session.is_live and session.number != baseline.number]


def _may_move(session: Session, baseline: Session, now: datetime) -> bool:
    """Whether a session is to come and nobody put it where it is; one that stood before its
    baseline took place cannot have taken place itself.
    """
    is_over = session.start <= now
    too_early = session.rank > baseline.rank and session.start <= baseline.start
    return not session.is_fixed and (not is_over or too_early)


def _due_then(
    order: Order, course: Course, baseline: Baseline, stands: Session, now: datetime, days: int
) -> Iterator[Session]:
    """The sessions that count from a baseline which stands so many days later, as they are due."""
    following = follower_numbers(order, course)
    in_cycles = isinstance(baseline.phase.cadence, Cycles)
    beside = {session.number for session in _beside(order, course, stands)}
    own = [
        session
        for session in course.live
        if session.phase == baseline.phase.name
        and session.number not in {stands.number, *beside, *following}
        and _is_listed(session, baseline.phase)
    ]
    for session in own:
        # What stands before day 1 of its cycle is of the cycle before.
        to_come = session.start > now and session.status != ATTENDED and not in_cycles
        if session.rank > stands.rank or to_come:
            yield _put_off(order, session, days)
    yield from _due_in_later_phases(order, course, baseline.phase, now, days)


def _is_listed(session: Session, phase: Phase) -> bool:
    """Whether a session has a day in the list, or stands for one that has; not what was added."""
    if isinstance(phase.cadence, Cycles):
        return bool(phase.cadence.place(session.name))
    return session.place <= (phase.sessions or 0) or bool(session.instead_of)


def _due_in_later_phases(
    order: Order, course: Course, phase: Phase, now: datetime, days: int
) -> Iterator[Session]:
    """The sessions of the phases after one that ends so many days later, until one that has begun:
    those due by day numbers or months begin as much later, the others by whole weeks, on their
    weekdays.
    """
    names = list(order.phases)
    following = follower_numbers(order, course)
    own_baselines: dict[str, int] = {}
    for baseline in baselines(order, course):
        own_baselines.setdefault(baseline.phase.name, baseline.number)
    for name in names[names.index(phase.name) + 1 :]:
        sessions = [session for session in course.live if session.phase == name]
        own = session_counted_from(course.sessions, own_baselines.get(name, 0))
        if any(session.start <= now for session in sessions) or (own and own.is_fixed):
            return
        weekly = isinstance(order.phases[name].cadence, PerWeek | EveryWeeks | WorkingDays)
        later = 7 * ((days + 3) // 7) if weekly else days
        loose = [each for each in sessions if each.number not in following and not each.is_fixed]
        yield from each_later(order, course, loose if later else (), later)


def _put_off(order: Order, session: Session, days: int) -> Session:
    """A session due so many days later; one that does not move stands there for its reasons."""
    due = put_off(order, session, days)
    return due._replace(reasons=session.reasons) if session.is_fixed else due
