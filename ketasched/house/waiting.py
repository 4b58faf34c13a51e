"""Who waits for a place, what became of each, and how good that is for all of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal, NamedTuple

from ketasched.domain.course import Course, Unplaced, is_gone
from ketasched.domain.days import each_day
from ketasched.domain.house import House, minute_at
from ketasched.domain.room import Held, Load, Room, held_by, load_of
from ketasched.planning.placement import Placement
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import Failure
from ketasched.planning.standing import Placed
from ketasched.planning.target import steps_of

LEAST_URGENT = 9
"""The priority of who has none; 1 is the most urgent."""


class Wish(NamedTuple):
    """Somebody who waits: what is asked for but for the start, and its first and last day."""

    name: str
    order: Order
    first: date
    last: date
    priority: int = LEAST_URGENT

    def starts(self) -> list[date]:
        """The days on which the course may start."""
        return each_day(self.first, self.last)

    def starting(self, start: date, room: Room) -> Order:
        """The order of a start, beside what others take."""
        return replace(self.order.in_room(room), start=start)


class Cost(NamedTuple):
    """How far from ideal courses are, in the order in which it counts: weeks of pause, squared days
    from target, sessions moved, minutes of change.
    """

    weeks: int = 0
    squares: int = 0
    moved: int = 0
    minutes: int = 0

    def plus(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def cost_of(placement: Placement) -> Cost:
    """What a placement costs; a treatment day counts once."""
    by_number = {session.target.number: session for session in placement.placed}
    steps = [
        [by_number[target.number] for target in step]
        for step in steps_of([session.target for session in placement.placed])
    ]
    off = [(step[0].day - step[0].target.day).days for step in steps]
    return Cost(
        placement.pause.weeks if placement.pause else 0,
        sum(days * days for days in off),
        sum(days != 0 for days in off),
        sum(map(_minutes, steps)),
    )


def _minutes(step: Sequence[Placed]) -> int:
    """The minutes by which a session, or a treatment day, starts at another time than asked for."""
    per_day = step[0].target.phase.per_day
    moved = [abs(session.moved_minutes) for session in step]
    return moved[0] if per_day and not per_day.at_least else sum(moved)


class Admitted(NamedTuple):
    """Somebody who has a place: the order with its start, the course, and what it costs."""

    order: Order
    course: Course
    cost: Cost


class Refused(NamedTuple):
    """Somebody without a place: why at the first start, and the earliest other one that works; not
    ``asked``: it was stopped by hand before.
    """

    failure: Failure | None
    works: date | None = None
    asked: bool = True


Place = Admitted | Refused
Status = Literal["optimal", "bound", "one-by-one"]


class Answer(NamedTuple):
    """What became of each wish, in their order, and what was proved of the whole.

    ``bound``: the least squared days that any plan has which admits as many and pauses no longer;
    ``most`` the most that any plan admits; None where nothing was proved. ``days`` are those with
    sessions of who was admitted, ``proved`` those whose times are proved best. ``stopped``: by
    hand, before the end; ``was_cut``: by the clock, so that another run may find another plan.
    """

    places: tuple[Place, ...]
    status: Status
    bound: int | None = None
    most: int | None = None
    days: int = 0
    proved: int = 0
    stopped: bool = False
    was_cut: bool = False

    @property
    def admitted(self) -> list[Admitted]:
        """Those who have a place."""
        return [place for place in self.places if isinstance(place, Admitted)]

    @property
    def cost(self) -> Cost:
        """What all courses cost together."""
        return total_cost(self.places)


def is_crowded_out(missing: Unplaced) -> bool:
    """Whether what has no place found all taken on some day."""
    return any(reason.kind == "full" for reason in missing.reasons)


def crowded_out(places: Iterable[Place]) -> int:
    """How many linked visits of courses found all taken."""
    courses = (place.course for place in places if isinstance(place, Admitted))
    return sum(is_crowded_out(missing) for course in courses for missing in course.unplaced)


def total_cost(places: Iterable[Place]) -> Cost:
    """What all courses cost together."""
    total = Cost()
    for place in places:
        if isinstance(place, Admitted):
            total = total.plus(place.cost)
    return total


Merit = tuple[tuple[int, ...], int, Cost, tuple[int, ...]]


def merit(wishes: Sequence[Wish], places: Sequence[Place]) -> Merit:
    """How good a plan is; the least is the best: by priority how many have no place, how many
    linked visits found all taken, what the courses cost, then how late they start, in the order of
    the list last.
    """
    there = {number for number, place in enumerate(places) if isinstance(place, Admitted)}
    starts = [
        (place.course.start if isinstance(place, Admitted) else date.max).toordinal()
        for place in places
    ]
    return (
        without_a_place(wishes, there),
        crowded_out(places),
        total_cost(places),
        (sum(starts), *starts),
    )


def without_a_place(wishes: Sequence[Wish], there: Container[int]) -> tuple[int, ...]:
    """How many have no place, by priority; ``there``: the places in the list of who has one."""
    levels = sorted({wish.priority for wish in wishes})
    out = [wish.priority for number, wish in enumerate(wishes) if number not in there]
    return tuple(out.count(level) for level in levels)


def held_of(house: House, course: Course) -> list[Held]:
    """What the sessions and linked visits of a course take."""
    held = list[Held]()
    for session in course.live:
        takes = house.of_session_of(course.protocol, session.minutes)
        held += held_by(takes, minute_at(session.start))
    for visit in course.visits:
        if not is_gone(visit):
            takes = house.of_visit(visit.kind, visit.minutes, by_video=visit.by_video)
            held += held_by(takes, minute_at(visit.start))
    return held


def beside(room: Room, held: Iterable[Held]) -> Room:
    """The room that is left beside what is held: all of it, what stands already too."""
    load: Load = load_of(held)
    return Room(room.house, room.zone, lambda: load)
