"""Where a phase of cycles goes on, and what its next sessions are called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from ketasched.domain.cadence import Cycles
from ketasched.domain.course import Course, Session
from ketasched.domain.protocol import Phase
from ketasched.planning.following_sessions import session_counted_from
from ketasched.running.baselines import counted_day


class Slot(NamedTuple):
    """The day on which a session of a cycle is due, and what it is called."""

    day: date
    name: str


def slots_after(phase: Phase, course: Course) -> Iterator[Slot]:
    """The sessions after the last one of a phase of cycles, without end; none if the phase has no
    cycles, or has not begun.

    They count from day 1 of the last cycle, where that stands now; what came later than they would
    puts them off.
    """
    cycles = phase.cadence
    if not isinstance(cycles, Cycles):
        return
    there = _by_place(cycles, phase, course)
    if not there:
        return
    last = max(there)
    first = last - (last - 1) % len(cycles.days)
    within = timedelta(days=cycles.offset(last) - cycles.offset(first))
    day_1 = counted_day(there[first]) if first in there else there[last].target - within
    latest = max(session.target for session in there.values())
    step = timedelta(days=cycles.offset(last + 1) - cycles.offset(last))
    if day_1 + within + step <= latest:
        day_1 = latest - within
    for place in count(last + 1):
        ahead = timedelta(days=cycles.offset(place) - cycles.offset(first))
        yield Slot(day_1 + ahead, cycles.name(place))


def next_name(phase: Phase, course: Course) -> str:
    """What one more session of a phase is called; empty if it has no cycles."""
    if not isinstance(phase.cadence, Cycles):
        return ""
    return phase.cadence.name(max(_by_place(phase.cadence, phase, course), default=0) + 1)


def _by_place(cycles: Cycles, phase: Phase, course: Course) -> dict[int, Session]:
    """The sessions of a phase by their places in its cycles, or what makes up for them."""
    there = {}
    for session in course.sessions:
        place = cycles.place(session.name) if session.phase == phase.name else 0
        if place and not session.instead_of and not session.undone:
            there[place] = session_counted_from(course.sessions, session.number) or session
    return there
