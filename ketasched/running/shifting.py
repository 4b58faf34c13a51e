"""Sessions take the places of the next ones; the last goes where its phase would have gone on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from ketasched.domain.cadence import Cycles, DayList, NamedDays
from ketasched.domain.course import Course, Session
from ketasched.domain.pause import Pause
from ketasched.running.at_a_moment import follower_numbers
from ketasched.running.later_phases import phases_later
from ketasched.running.legal_change import Conditions, Refusal, settled
from ketasched.running.places import Going, places_after
from ketasched.running.replan import put_off
from ketasched.running.treatment_days import has_room, per_day_of


def shifted(conditions: Conditions, course: Course, number: int) -> Course | Refusal:
    """The course with a session in the place of the next one, that one in the place of the one
    after it, and so on; with the rest of its treatment day, in that of the next day.

    Raises:
        ChoiceRefused: its phase cannot go on.
    """
    session = course.session(number)
    later = those_behind(conditions, course, session)
    pauses = tuple(pauses_shifted(course, session, later))
    moved = places_shifted(conditions, course, session, later, whole_days=True)
    course = replace(course, pauses=pauses).changing(moved)
    return settled(conditions, course, {each.number for each in moved})


def those_behind(conditions: Conditions, course: Course, session: Session) -> list[Session]:
    """The sessions behind one that may move and have places of their own: what follows another
    session goes along by itself.
    """
    following = follower_numbers(conditions.order, course)
    movable = course.movable(conditions.now)
    return [each for each in movable if each.rank > session.rank and each.number not in following]


def places_shifted(
    conditions: Conditions,
    whole: Course,
    make_up: Session,
    later: Sequence[Session],
    *,
    whole_days: bool = False,
) -> list[Session]:
    """The make-up in the place of the next session of its phase, that one in the place of the one
    after it, and so on; the last goes where the phase would have gone on. Sessions with names of
    their own keep their distances: all are as much later. Later phases begin as much later as they
    would after a phase with one session more.
    """
    own = [session for session in later if session.phase == make_up.phase]
    beyond = [session for session in later if session.phase != make_up.phase]
    if whole_days and per_day_of(conditions.order, make_up):
        targets = sorted({session.target for session in (make_up, *own)})
        following = dict(pairwise([*targets, _new_place(conditions, whole, make_up, later)]))
        places = [following[session.target] for session in (make_up, *own)]
    else:
        places = [session.target for session in own]
        places.append(next_place(conditions, whole, make_up, later))
    if isinstance(conditions.order.phases[make_up.phase].cadence, NamedDays | Cycles):
        distance = next((day for day in places if day > make_up.target), places[0]) - make_up.target
        places = [session.target + distance for session in (make_up, *own)]
    moved = [
        put_off(conditions.order, session, (place - session.target).days)
        for session, place in zip((make_up, *own), places, strict=True)
    ]
    last = own[-1] if own else make_up
    return [*moved, *phases_later(conditions.order, whole, last, places[-1], beyond)]


def pauses_shifted(course: Course, make_up: Session, later: Sequence[Session]) -> Iterator[Pause]:
    """The pauses before those that take the places: a pause belongs to its place."""
    own = [session for session in later if session.phase == make_up.phase]
    takes = {
        session.number: before.number for before, session in zip((make_up, *own), own, strict=False)
    }
    for pause in course.pauses:
        yield pause._replace(before_session=takes.get(pause.before_session, pause.before_session))


def next_place(
    conditions: Conditions, whole: Course, make_up: Session, later: Sequence[Session]
) -> date:
    """Where a phase would have gone on; on its last treatment day, if that is not full."""
    own = [session for session in later if session.phase == make_up.phase]
    last = own[-1] if own else make_up
    if has_room(conditions.order, whole, last, conditions.first_day):
        return last.target
    return _new_place(conditions, whole, make_up, later)


def _new_place(
    conditions: Conditions, whole: Course, make_up: Session, later: Sequence[Session]
) -> date:
    """The next day of a phase: on its pattern, or if it lists its days as far from its last session
    as the next one was from the missed one.
    """
    own = [session for session in later if session.phase == make_up.phase]
    last = own[-1] if own else make_up
    going = Going(last.phase, last.pace)
    if isinstance(conditions.order.paced(*going).cadence, (DayList, NamedDays)):
        behind = [each for each in later if each.target > make_up.target]
        distance = (behind[0].target - make_up.target).days if behind else 7
        return last.target + timedelta(days=max(1, distance))
    places = places_after(conditions, whole, going)
    return next(place for place in places if place > last.target)
