"""Where a running course may go of which more moves than sessions of a day: found as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from ketasched.domain.course import Course, Session
from ketasched.domain.house import House
from ketasched.domain.room import Room
from ketasched.house.ways import (
    Row,
    RunningCourse,
    Spot,
    Ways,
    changed_sessions,
    cost_of,
    days_of,
    days_put_off,
    held_by_entries,
)
from ketasched.running.apart import distances
from ketasched.running.at_a_moment import follower_numbers
from ketasched.running.baselines import count_from
from ketasched.running.closing_day import released, without_day
from ketasched.running.treatment_days import day_of


def goes_as_a_whole(running: RunningCourse, freed: AbstractSet[int]) -> bool:
    """Whether what becomes of a course is more than its session, or treatment day, of the day and
    those behind it on other days: where others count from them, or follow them, or stay apart from
    them, or they make up for another.
    """
    order, course = running.conditions.order, running.course
    first = next((course.session(number) for number in sorted(freed)), None)
    if first is None or freed & follower_numbers(order, course):
        return True
    if not freed <= {each.number for each in day_of(order, course, first)}:
        return True
    if any(course.session(number).instead_of for number in freed):
        return True
    if any({each.earlier.number, each.later.number} & freed for each in distances(course)):
        return True
    return bool(count_from(order, course, running.conditions.now, freed) - freed)


def ways_as_a_whole(
    running: RunningCourse, room: Room, day: date, *, alone: bool, each_day: bool
) -> Ways:
    """The ways of a course beside what a room has, each found as close-day finds one, on each of
    the days on which its session of the day may be, or, unless ``each_day`` is tried, on its best;
    ``alone``: without moving others of it.
    """
    conditions, course = running.beside(room), running.course
    freed = released(conditions, course, day)[2]
    spots: dict[Course, Spot] = {}
    sessions = [course.session(number) for number in sorted(freed)] if each_day else []
    for avoid in _each_day_alone(sessions):
        outcome = without_day(conditions._replace(avoid=avoid), course, day)
        if isinstance(outcome, Course) and outcome not in spots:
            spot = _whole(running, room.house, outcome, freed)._replace(avoid=avoid)
            if not (alone and (spot.further or spot.put_off)):
                spots[outcome] = spot
    everything = list(spots.values())
    entries = [entry for entry in course.entries() if entry.start.date() != day]
    now = tuple(held_by_entries(room.house, course, entries))
    kept = set(now).intersection(*(spot.held for spot in everything))
    own = tuple(
        spot._replace(held=tuple(held for held in spot.held if held not in kept))
        for spot in everything
    )
    row = Row(0, must_move=True, spots=own, follows=(None,) * len(own))
    return Ways((row,), tuple(kept), tuple(held for held in now if held not in kept), whole=True)


def _each_day_alone(freed: Sequence[Session]) -> Iterator[frozenset[date]]:
    """The days to avoid so that sessions of one day stand on each other day of their windows; first
    none, as the course finds its place by itself.
    """
    yield frozenset()
    days = {day for session in freed for day in days_of(session)}
    for day in sorted(days):
        yield frozenset(days - {day})


def _whole(running: RunningCourse, house: House, outcome: Course, freed: Collection[int]) -> Spot:
    """A course as a whole as a spot."""
    changed = changed_sessions(running.course, outcome)
    further = sum(session.number not in freed for session in changed)
    held = tuple(held_by_entries(house, outcome, outcome.entries()))
    put_off = days_put_off(running.course, outcome)
    return Spot(
        outcome.sessions[0].start,
        held,
        further,
        cost_of(running.conditions.order, changed),
        put_off,
    )
