"""The joint question: where the sessions of each wish may stand, and what is free of each day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from ketasched.domain.course import Course, Session
from ketasched.domain.house import midnight, minute_at
from ketasched.domain.protocol import Protocol
from ketasched.domain.room import Room
from ketasched.house.kind import Kind, Start
from ketasched.house.starts import Starts
from ketasched.house.waiting import Wish
from ketasched.planning.best_days import Search
from ketasched.planning.day_members import Choice
from ketasched.planning.plan_input import Order
from ketasched.planning.standing import Standing
from ketasched.planning.start_times import Slots
from ketasched.planning.treatment_day import DayPlan, TreatmentDay


class Seat(NamedTuple):
    """A session, or a treatment day, on a day: what that costs, and of what kind it is there."""

    standing: Standing
    kind: Kind

    @property
    def day(self) -> date:
        """The day."""
        return self.standing.day


class Beginning(NamedTuple):
    """A course of one wish from one start: the seats that each session may take, and for each but
    the first which seats of the one before it (by place) it may follow. A treatment day is as one
    session; ``numbers`` are those of the sessions, of such a day of its first.
    """

    wish: int
    start: date
    numbers: tuple[int, ...]
    seats: tuple[tuple[Seat, ...], ...]
    follows: tuple[tuple[tuple[int, ...], ...], ...]

    def seats_of(self, number: int) -> tuple[Seat, ...]:
        """The seats of the session of a number; none if it is not there."""
        return self.seats[self.numbers.index(number)] if number in self.numbers else ()


class Visit(NamedTuple):
    """The sessions for which somebody comes on a day, and what kind of thing they are there; None
    if that is not known.
    """

    sessions: Sequence[Session]
    kind: Kind | None

    @property
    def day(self) -> date:
        """The day."""
        return self.sessions[0].start.date()

    @property
    def start(self) -> Start:
        """When they start, and by how many minutes that is changed; an exact treatment day once."""
        first, *later = (minute_at(session.start) for session in self.sessions)
        changes = [abs(session.moved_minutes) for session in self.sessions]
        is_exact = self.kind and not self.kind.apart
        return Start(first, changes[0] if is_exact else sum(changes), tuple(later))


class Free(NamedTuple):
    """So many of a resource are free from one minute (since 1970) to another."""

    begins: int
    ends: int
    number: int


class Question:
    """Where all courses may stand beside what stands already."""

    def __init__(self, wishes: Sequence[Wish], room: Room, starts: Starts | None = None) -> None:
        self.wishes = wishes
        self.room = room
        self._starts = starts or Starts()
        self._orders: dict[int, Order] = {}
        self._kinds: dict[tuple[object, ...], Kind] = {}
        self._known: dict[Kind, Kind] = {}
        self._free: dict[tuple[date, str], tuple[Free, ...]] = {}

    @cached_property
    def beginnings(self) -> list[Beginning]:
        """Every start of every wish from which there is a course beside what stands."""
        alike: dict[tuple[int, date], Beginning | None] = {}
        beginnings = []
        for number, wish in enumerate(self.wishes):
            for start in wish.starts():
                key = id(wish.order), start
                if key not in alike:
                    alike[key] = self._from(number, start)
                beginning = alike[key]
                if beginning:
                    beginnings.append(beginning._replace(wish=number))
        return beginnings

    def _from(self, number: int, start: date) -> Beginning | None:
        wish = self.wishes[number]
        order = self._orders.setdefault(id(wish.order), wish.order.in_room(self.room))
        search = self._starts.search_of(wish, order, start)
        states = _reachable(search) if search else []
        return self._beginning(number, search, states) if search and states else None

    def _beginning(self, number: int, search: Search, states: list[list[Standing]]) -> Beginning:
        seats = tuple(
            tuple(
                Seat(standing, self._kind(number, search, index, standing.day)) for standing in own
            )
            for index, own in enumerate(states)
        )
        follows = tuple(
            tuple(
                tuple(
                    place
                    for place, before in enumerate(states[index - 1])
                    if search.may_follow(index, before, here)
                )
                for here in states[index]
            )
            for index in range(1, len(states))
        )
        numbers = tuple(target.number for target in search.targets)
        return Beginning(number, search.start, numbers, seats, follows)

    def _kind(self, number: int, search: Search, index: int, day: date) -> Kind:
        """What kind of session, or of treatment day, one of a course is on a day."""
        slots, several = search.slots_on(index, day), search.treatment_days[index]
        lengths = tuple(target.minutes for target in search.groups[index])
        key = slots, day, lengths, several and several.per_day
        if key not in self._kinds:
            protocol = self.wishes[number].order.protocol
            plan = search.plan(index, day)
            if several and plan:
                kind = self._kind_of_day(protocol, several, slots, plan, day)
            else:
                starts = slots.legal_starts(day, lengths[0])
                kind = self._kind_at(
                    protocol, lengths[0], ((self._minute(day, at), change) for at, change in starts)
                )
            self._kinds[key] = self._known.setdefault(kind, kind)
        return self._kinds[key]

    def _kind_at(self, protocol: Protocol, minutes: int, starts: Iterable[tuple[int, int]]) -> Kind:
        takes = self.room.house.of_session_of(protocol, minutes)
        return Kind(tuple(Start(*start) for start in starts), tuple(takes))

    def _kind_of_day(
        self, protocol: Protocol, several: TreatmentDay, slots: Slots, best: DayPlan, day: date
    ) -> Kind:
        parts = tuple(
            self._kind_at(protocol, member.minutes, sorted(map(_by_minute, choices), key=_nearest))
            for member, choices in several.choices(day, slots)
        )
        apart = several.per_day.minutes if several.per_day.at_least else 0
        starts = []
        for plan in [best] if apart else several.plans(day, slots):
            first, *later = (self._minute(day, at) for at in plan.starts)
            starts.append(Start(first, plan.cost, tuple(later)))
        return Kind(tuple(starts), several=parts, apart=apart)

    def _minute(self, day: date, start: time) -> int:
        return minute_at(datetime.combine(day, start, self.room.zone))

    @cached_property
    def _by_start(self) -> dict[tuple[int, date], Beginning]:
        return {(each.wish, each.start): each for each in self.beginnings}

    def visits_of(self, wish: int, course: Course) -> Iterator[Visit]:
        """For what somebody comes in a course of a wish: its sessions, those of a treatment day
        together.
        """
        beginning = self._by_start.get((wish, course.start))
        visits: list[list[Session]] = []
        for session in course.live:
            joins = beginning and visits and session.number not in beginning.numbers
            if joins:
                visits[-1].append(session)
            else:
                visits.append([session])
        for sessions in visits:
            seats = beginning.seats_of(sessions[0].number) if beginning else ()
            day = sessions[0].start.date()
            kinds = (seat.kind for seat in seats if seat.day == day)
            yield Visit(sessions, next(kinds, None))

    def free(self, day: date, resource: str) -> tuple[Free, ...]:
        """How many of a resource are free through a day and the next, for what lasts past
        midnight.
        """
        if (day, resource) not in self._free:
            days = (day, day + timedelta(days=1))
            self._free[day, resource] = tuple(
                each for part in days for each in self._free_on(part, resource)
            )
        return self._free[day, resource]

    def _free_on(self, day: date, name: str) -> Iterator[Free]:
        resource = self.room.house.resource(name)
        if resource is None:
            return
        for begins, ends, number in resource.on(day, self.room.zone):
            edges = [begins, *sorted(self.room.load.turns(name, begins, ends)), ends]
            for edge, following in pairwise(edges):
                yield Free(edge, following, max(0, number - self.room.load.at(name, edge)))

    @property
    def resources(self) -> list[str]:
        """The names of what there is."""
        return [resource.name for resource in self.room.house.resources]

    def midnight(self, day: date) -> int:
        """When a day begins."""
        return midnight(day, self.room.zone)


def _by_minute(choice: Choice) -> tuple[int, int]:
    return minute_at(choice.start), choice.change


def _nearest(start: tuple[int, int]) -> tuple[int, int]:
    return abs(start[1]), start[0]


def _reachable(search: Search) -> list[list[Standing]]:
    """The days that sessions may take in a course without a pause, with what they carry; none if
    there is no course. A start that others fill leaves the first session the rest of its window.
    """
    everything = [
        search.on_days(index, 0, search.whole_window(index, 0))
        if target.day == search.start and target.number not in search.fixed
        else search.states(index, 0)
        for index, target in enumerate(search.targets)
    ]
    states: list[list[Standing]] = []
    for index, own in enumerate(search.carrying.expand(everything)):
        reached = [
            here
            for here in own
            if not index or any(search.may_follow(index, before, here) for before in states[-1])
        ]
        if not reached:
            return []
        states.append(reached)
    for index in range(len(states) - 2, -1, -1):
        states[index] = [
            here
            for here in states[index]
            if any(search.may_follow(index + 1, here, after) for after in states[index + 1])
        ]
    return states
