"""Where a running course may go whose sessions each find a place: those of a treatment day on one
day, at their distance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from ketasched.domain.course import Course, Session
from ketasched.domain.house import minute_at
from ketasched.domain.room import Room, held_by
from ketasched.house.ways import Cost, Row, RunningCourse, Spot, Ways, kept_and_stuck
from ketasched.planning.best_days import Search
from ketasched.planning.day_members import Member
from ketasched.planning.standing import FREE, Standing
from ketasched.planning.treatment_day import TreatmentDay
from ketasched.running.closing_day import released
from ketasched.running.replan import search_for


class _Place(NamedTuple):
    """Where a session may stand; ``stays``: where it does, so that nobody asks for its gap to
    another that stays. ``spot``: None of one that is not free.
    """

    standing: Standing
    stays: bool
    spot: Spot | None = None

    @property
    def may_stay(self) -> bool:
        """Whether a session that is free is left here if its course has no place."""
        return self.stays and self.spot is not None


class _Seat(NamedTuple):
    """A session (by number) and its places; the step of the search that it is of, and what it is of
    a treatment day.
    """

    number: int
    places: list[_Place]
    step: int
    member: Member | None = None

    def only(self, places: Iterator[_Place]) -> _Seat:
        """The same with some of the places."""
        return self._replace(places=list(places))


class _Free(NamedTuple):
    """The sessions of a course that are free, those among them that must go, and what is searched:
    the course as it is then, beside what a room has.
    """

    search: Search
    course: Course
    room: Room
    numbers: Collection[int]
    freed: Collection[int]

    def seats(self) -> Iterator[_Seat]:
        """All sessions with their places, in order; of a step that stays only the first."""
        for step, target in enumerate(self.search.targets):
            several = self.search.treatment_days[step]
            if target.number not in self.numbers:
                stays = [_Place(each, stays=True) for each in self.search.states(step, 0)]
                yield _Seat(target.number, stays, step)
            elif several:
                yield from self._of_day(step, several)
            else:
                session = self.course.session(target.number)
                places = [*self._staying(step, session), *self._alone(step, session)]
                yield _Seat(target.number, places, step)

    def _staying(self, step: int, session: Session) -> Iterator[_Place]:
        """Where a session stands, if it may stay."""
        if session.number not in self.freed:
            place = self._place(step, session, session.start, session.moved_minutes)
            yield place._replace(stays=True, spot=place.spot and place.spot._replace(further=0))

    def _alone(self, step: int, session: Session) -> Iterator[_Place]:
        """Where else one session may stand. A start that others fill leaves the first session the
        rest of its window.
        """
        for day in self.search.whole_window(step, 0):
            for at, change in self.search.slots_on(step, day).legal_starts(day, session.minutes):
                start = datetime.combine(day, at, self.room.zone)
                if start.replace(tzinfo=None) != session.start.replace(tzinfo=None):
                    yield self._place(step, session, start, change)

    def _place(self, step: int, session: Session, start: datetime, change: int) -> _Place:
        """Where a session stands at a start. The days of a treatment day count once."""
        day, counts = start.date(), session.number == self.search.targets[step].number
        off = (day - session.target).days if counts else 0
        cost = Cost(off * off, int(off != 0), abs(change))
        takes = self.room.house.of_session_of(self.course.protocol, session.minutes)
        held = tuple(held_by(takes, minute_at(start)))
        spot = Spot(start, held, int(session.number not in self.freed), cost)
        reaches = self.search.reaches(step, day)
        standing = Standing(0, day, start.time(), change, FREE, reaches=reaches)
        return _Place(standing, stays=False, spot=spot)

    def _of_day(self, step: int, several: TreatmentDay) -> Iterator[_Seat]:
        """The sessions of a treatment day of which some are free."""
        own = {member.number: self.course.session(member.number) for member in several.members}
        free = {number: session for number, session in own.items() if number in self.numbers}
        stand = {
            number: session.start for number, session in free.items() if number not in self.freed
        }
        places = {number: list(self._staying(step, free[number])) for number in stand}
        for day in self.search.whole_window(step, 0):
            slots = self.search.slots_on(step, day)
            for member, choices in several.choices(day, slots, stand):
                for start, change in choices:
                    if start != stand.get(member.number):
                        place = self._place(step, own[member.number], start, change)
                        if member.stays:
                            place = place._replace(stays=True, spot=None)
                        places.setdefault(member.number, []).append(place)
        for member in several.members:
            if member.number in free or member.number in places:
                yield _Seat(member.number, places.get(member.number, []), step, member)


class _Pairs:
    """Whether a session may stand somewhere when the one before it does elsewhere."""

    def __init__(self, free: _Free, before: _Seat, here: _Seat) -> None:
        self.free = free
        self.step = here.step
        self.member = here.member if before.step == here.step else None
        self.known: dict[tuple[object, ...], bool] = {}

    def __call__(self, before: _Place, here: _Place) -> bool:
        if before.stays and here.stays:
            return True
        at, then = before.standing, here.standing
        key = (
            (at.day, then.day) if self.member is None else (at.day, at.start, then.day, then.start)
        )
        if key not in self.known:
            self.known[key] = self._may(at, then)
        return self.known[key]

    def _may(self, before: Standing, here: Standing) -> bool:
        search, zone = self.free.search, self.free.room.zone
        several = search.treatment_days[self.step]
        if self.member is None or several is None:
            return search.is_beside(self.step, before, here)
        at, then = (datetime.combine(each.day, each.start, zone) for each in (before, here))
        slots = search.slots_on(self.step, here.day)
        return before.day == here.day and several.may_follow(self.member, at, then, slots)


def ways_of(running: RunningCourse, room: Room, day: date | None, numbers: Collection[int]) -> Ways:
    """The ways of a course of which some sessions (by number) may go elsewhere beside what a room
    has; those of a ``day`` must.
    """
    conditions, course = running.beside(room), running.course
    freed = set[int]()
    if day:
        conditions, course, freed = released(conditions, course, day)
    kept, stuck = kept_and_stuck(running, room.house, day, numbers)
    search = search_for(conditions.order, course, numbers, conditions.now)
    if search is None:
        return Ways((Row(0, must_move=True, spots=(), follows=()),), kept, stuck)
    free = _Free(search, course, room, numbers, freed)
    seats = _kept_apart(search, list(free.seats()), numbers)
    may = [_Pairs(free, before, here) for before, here in pairwise(seats)]
    for index in range(1, len(seats)):
        before, here = seats[index - 1], seats[index]
        seats[index] = here.only(
            place
            for place in here.places
            if place.may_stay or any(may[index - 1](at, place) for at in before.places)
        )
    for index in range(len(seats) - 2, -1, -1):
        here, after = seats[index], seats[index + 1]
        seats[index] = here.only(
            place
            for place in here.places
            if place.may_stay or any(may[index](place, then) for then in after.places)
        )
    rows = tuple(_rows(free, seats, may))
    return Ways(rows, kept, stuck)


def _rows(free: _Free, seats: Sequence[_Seat], may: Sequence[_Pairs]) -> Iterator[Row]:
    for index, seat in enumerate(seats):
        if seat.number in free.numbers:
            linked = index and seats[index - 1].number in free.numbers
            before = seats[index - 1].places if linked else []
            follows = tuple(
                frozenset(number for number, at in enumerate(before) if may[index - 1](at, place))
                if linked
                else None
                for place in seat.places
            )
            spots = tuple(place.spot for place in seat.places if place.spot)
            yield Row(seat.number, seat.number in free.freed, spots, follows)


def _kept_apart(search: Search, seats: list[_Seat], numbers: Collection[int]) -> list[_Seat]:
    """Without where a free session is too near to one that stays, or too far from it; of two that
    are both free, the rules of the course refuse what they must in the end.
    """
    for link in search.links:
        for step in (link.first, link.last):
            other = link.other(step)
            if search.targets[other].number not in numbers:
                stays = next(each for each in seats if each.step == other).places[0].standing.day
                seats = [
                    seat.only(
                        place
                        for place in seat.places
                        if place.may_stay or not link.between(step, place.standing.day, stays)
                    )
                    if seat.step == step
                    else seat
                    for seat in seats
                ]
    return seats
