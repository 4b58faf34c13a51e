"""The joint question: where the sessions of each wish may stand, and what is free of each day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from ketasched.domain.house import Stretch, midnight, minute_at
from ketasched.domain.room import Held, Room, held_by
from ketasched.house.starts import Starts
from ketasched.house.waiting import Wish
from ketasched.planning.best_days import Search
from ketasched.planning.plan_input import Order
from ketasched.planning.standing import Standing
from ketasched.planning.start_times import Slots


class Start(NamedTuple):
    """When a session may start: the minute (since 1970), and the change from the asked time."""

    minute: int
    change: int


class Kind:
    """What sessions have in common that may start at the same times of a day and take the same."""

    __slots__ = ("_hash", "_takes_of", "first", "last", "starts", "takes")

    def __init__(self, starts: tuple[Start, ...], takes: tuple[Stretch, ...]) -> None:
        self.starts = starts
        self.takes = takes
        self.first = min((start.minute for start in starts), default=0)
        self.last = max((start.minute for start in starts), default=0)
        self._takes_of: dict[str, tuple[tuple[int, int, int], ...]] = {}
        self._hash = hash((starts, takes))

    def __hash__(self) -> int:
        return self._hash  # asked for again and again

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Kind) or self._hash != other._hash:
            return False
        return (self.starts, self.takes) == (other.starts, other.takes)

    def takes_of(self, resource: str) -> tuple[tuple[int, int, int], ...]:
        """From which minute after its start to which it takes how many of a resource."""
        if resource not in self._takes_of:
            self._takes_of[resource] = tuple(
                (stretch.begins, stretch.ends, number)
                for stretch in self.takes
                for name, number in stretch.need
                if name == resource
            )
        return self._takes_of[resource]

    def held(self, start: Start) -> Iterator[Held]:
        """What is taken when it starts then."""
        return held_by(self.takes, start.minute)


class Seat(NamedTuple):
    """A session on a day: what that costs, and what kind of session it is there."""

    standing: Standing
    kind: Kind

    @property
    def day(self) -> date:
        """The day."""
        return self.standing.day


class Beginning(NamedTuple):
    """A course of one wish from one start: the seats that each session may take, and for each but
    the first which seats of the one before it (by place) it may follow. ``numbers`` are those of
    the sessions.
    """

    wish: int
    start: date
    numbers: tuple[int, ...]
    seats: tuple[tuple[Seat, ...], ...]
    follows: tuple[tuple[tuple[int, ...], ...], ...]

    def seats_of(self, number: int) -> tuple[Seat, ...]:
        """The seats of the session of a number; none if it is not there."""
        return self.seats[self.numbers.index(number)] if number in self.numbers else ()


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
        self._kinds: dict[tuple[Slots, date, int], Kind] = {}
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
        """What kind of session one of a course is on a day."""
        minutes, slots = search.targets[index].minutes, search.slots_on(index, day)
        key = slots, day, minutes
        if key not in self._kinds:
            protocol = self.wishes[number].order.protocol
            takes = self.room.house.of_session_of(protocol, minutes)
            starts = tuple(
                Start(self._minute(day, start), change)
                for start, change in slots.legal_starts(day, minutes)
            )
            kind = Kind(starts, tuple(takes))
            self._kinds[key] = self._known.setdefault(kind, kind)
        return self._kinds[key]

    def _minute(self, day: date, start: time) -> int:
        return minute_at(datetime.combine(day, start, self.room.zone))

    @cached_property
    def _by_start(self) -> dict[tuple[int, date], Beginning]:
        return {(each.wish, each.start): each for each in self.beginnings}

    def kind_of(self, wish: int, start: date, number: int, day: date) -> Kind | None:
        """The kind of a session of a wish (by number) on a day; None if it is not known."""
        beginning = self._by_start.get((wish, start))
        seats = beginning.seats_of(number) if beginning else ()
        return next((seat.kind for seat in seats if seat.day == day), None)

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
