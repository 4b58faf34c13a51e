"""Chairs and rooms by their numbers: who has which, and which is best for one more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from ketasched.domain.course import LinkedVisit, Session
from ketasched.domain.house import CHAIR, House, Stretch, minute_at, moment_at
from ketasched.domain.protocol import Protocol

FAR = 1440
"""Minutes, a day: beyond them it does not matter how long a seat stays free."""


class Stay(NamedTuple):
    """From one minute (since 1970) to another."""

    begins: int
    ends: int


Stays = tuple[Stay, ...]


class Seat(NamedTuple):
    """A chair or a room by its number, and when an entry has it: in one stay, unless it leaves it
    to others in between.
    """

    resource: str
    number: int
    stays: Stays

    @property
    def kept(self) -> Stays:
        """From the first minute to the last."""
        return as_kept(self.stays)

    def is_within(self, start: datetime, end: datetime) -> bool:
        """Whether it is a seat of an entry that stands there: nobody has two entries at once."""
        begins, ends = self.kept[0]
        return minute_at(start) <= begins and ends <= minute_at(end)

    def text(self, zone: tzinfo | None) -> str:
        """What it is called, and when it is left and taken again: ``Chair 3``."""
        again = [f"{moment_at(stay.begins, zone):%H:%M}" for stay in self.stays[1:] if zone]
        back = f" (again at {', '.join(again)})" if again else ""
        return f"{self.resource.capitalize()} {self.number}{back}"


class Wanted(NamedTuple):
    """That an entry is to have one of a resource, when."""

    resource: str
    stays: Stays


def as_kept(stays: Stays) -> Stays:
    """The same without leaving in between."""
    return (Stay(stays[0].begins, stays[-1].ends),)


def stays_in(name: str, stretches: Sequence[Stretch], start: int) -> Iterator[Stays]:
    """For each of a resource that an appointment takes that starts at a minute (since 1970), when:
    the second while it takes two, and so on.
    """
    needs = [(dict(stretch.need).get(name, 0), stretch) for stretch in stretches]
    for place in range(max((number for number, _ in needs), default=0)):
        yield tuple(
            Stay(start + stretch.begins, start + stretch.ends)
            for number, stretch in needs
            if number > place
        )


def wanted(house: House, protocol: Protocol, entry: Session | LinkedVisit) -> list[Wanted]:
    """The seats of an entry: of what it is in, if there are several of that on its day."""
    if isinstance(entry, LinkedVisit):
        stretches = house.of_visit(entry.kind, entry.minutes, by_video=entry.by_video)
    else:
        stretches = house.of_session_of(protocol, entry.minutes)
    name = house.place_of(stretches)
    resource = house.resource(name)
    fixed = resource and (name == CHAIR or resource.always is not None)
    if not fixed or house.most_on(name, entry.start.weekday()) < 2:
        return []
    return [Wanted(name, stays) for stays in stays_in(name, stretches, minute_at(entry.start))]


def is_free(others: Iterable[Stay], stays: Stays) -> bool:
    """Whether no stay is at the time of another."""
    return not any(
        other.begins < stay.ends and stay.begins < other.ends for stay in stays for other in others
    )


class Seating:
    """The seats that are taken, to find one for who comes next."""

    def __init__(self, seats: Iterable[Seat] = ()) -> None:
        self._taken: dict[tuple[str, int, int], list[Seat]] = {}
        for seat in seats:
            self.take(seat)

    def take(self, seat: Seat) -> None:
        """From now on somebody has a seat."""
        day = seat.stays[0].begins // FAR
        self._taken.setdefault((seat.resource, seat.number, day), []).append(seat)

    def best(self, want: Wanted, numbers: int) -> Seat | None:
        """Of so many, the one that is free all the while and would be free the shortest otherwise,
        so that long times stay free in others; None: in none of them nobody else is in between. Who
        leaves a seat in between keeps it, unless there is no other.
        """
        for kept in (True, False):
            stays = as_kept(want.stays) if kept else want.stays
            gaps = [
                (gap, number)
                for number in range(1, numbers + 1)
                if (gap := self._gap(want.resource, number, stays, kept=kept))
            ]
            if gaps:
                return Seat(want.resource, min(gaps)[1], want.stays)
        return None

    def _gap(self, resource: str, number: int, stays: Stays, *, kept: bool) -> int:
        """For how many minutes a seat is free around some stays; 0 if it is not."""
        begins, ends = stays[0].begins, stays[-1].ends
        others = [
            stay
            for day in range(begins // FAR - 1, ends // FAR + 2)
            for seat in self._taken.get((resource, number, day), ())
            for stay in (seat.kept if kept else seat.stays)
        ]
        if not is_free(others, stays):
            return 0
        before = [begins - other.ends for other in others if other.ends <= begins]
        after = [other.begins - ends for other in others if other.begins >= ends]
        return min([FAR, *before]) + (ends - begins) + min([FAR, *after])
