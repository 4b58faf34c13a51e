"""How full each resource of a house is through a day, and who sits where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from itertools import groupby, pairwise
from typing import NamedTuple

from ketasched.domain.course import LinkedVisit, is_gone
from ketasched.domain.days import each_day
from ketasched.domain.house import CHAIR, House, Resource, Stretch, minute_at, moment_at
from ketasched.domain.room import Held, Tally, held_by, load_of
from ketasched.domain.seat import Stay, as_kept, is_free, stays_in
from ketasched.running.agenda import Coming


class Use(NamedTuple):
    """A time during which as many of a resource are taken, of as many as there are."""

    resource: str
    start: datetime
    end: datetime
    taken: int
    there: int

    @property
    def too_many(self) -> int:
        """How many more are taken than there are."""
        return max(0, self.taken - self.there)


def is_plain(house: House, shown: Iterable[Coming]) -> bool:
    """Whether a house has but a number of chairs, and each who comes takes one."""
    only_chairs = [resource.name for resource in house.resources] == [CHAIR]
    protocols = (visitor.patient.course.protocol for visitor in shown)
    steps = (step for protocol in protocols for own in protocol.all_steps for step in own)
    usual = not house.takes and all(step.takes is None for step in steps)
    return only_chairs and house.resources[0].always is not None and usual


def uses(house: House, shown: Sequence[Coming]) -> list[Use]:
    """What those who come take of each resource, in its order, from one change to the next, in the
    zone of the first; without the times at which nothing of it is taken.
    """
    if not shown:
        return []
    place = shown[0].entry.start.tzinfo or UTC
    held = [each for visitor in shown for each in _held(house, visitor)]
    return [
        Use(resource.name, moment_at(begins, place), moment_at(ends, place), taken, there)
        for resource in house.resources
        for begins, ends, taken, there in _runs(resource, held, place)
    ]


class Sitting(NamedTuple):
    """When an entry (by its place among those who come) has a chair or a room of a number; None: it
    should, and there is none left.
    """

    place: int
    number: int | None
    stays: tuple[Stay, ...]


Chairs = tuple[int | None, ...]
"""The numbers of the chairs that an entry takes, None for each that is lacking."""


def seats(house: House, shown: Sequence[Coming]) -> list[Chairs]:
    """Who sits where, entry by entry, as `sittings`."""
    chairs: list[list[int | None]] = [[] for _ in shown]
    for sitting in sittings(house, shown):
        chairs[sitting.place].append(sitting.number)
    return [tuple(sorted(own, key=lambda chair: (chair is None, chair))) for own in chairs]


def sittings(house: House, shown: Sequence[Coming], name: str = CHAIR) -> list[Sitting]:
    """Who has which chair (or another resource), and when: the one that the record keeps; the rest
    by start, each the free ones with the lowest numbers, from the first minute for which it takes
    that many to the last, so that nobody changes seats. They are numbered from 1 to the most there
    are on the day.

    As long as no record keeps any, no more are taken at once than there are, and no entry gives its
    chair up in between, everybody has one: intervals in the order of their starts need no more
    colours than overlap. Where somebody had none, others may sit in a chair while it is given up.
    """
    number = number_on_their_day(house.resource(name), shown)
    as_taken = [
        sitting
        for place, visitor in enumerate(shown)
        for sitting in _of(house, place, visitor, name)
    ]
    as_taken.sort(key=lambda each: (each.number is None, each.stays[0].begins))
    kept = [each._replace(stays=as_kept(each.stays)) for each in as_taken]
    seated = [_seated(sitting, number) for sitting in (kept, as_taken)]

    def lost(given: Sequence[Sitting]) -> tuple[int, int]:
        pairs = zip(as_taken, given, strict=True)
        changed = sum(before.number not in (None, each.number) for before, each in pairs)
        return changed, sum(each.number is None for each in given)

    return min(seated, key=lost)


def _of(house: House, place: int, visitor: Coming, name: str) -> Iterator[Sitting]:
    """When an entry has a resource, with the numbers that the record keeps."""
    had = [seat for seat in visitor.patient.seats if seat.resource == name]
    for stays in stays_in(name, taken_by(house, visitor), minute_at(visitor.entry.start)):
        own = next((seat for seat in had if seat.stays == stays), None)
        if own:
            had.remove(own)
        yield Sitting(place, own.number if own else None, stays)


def _seated(sitting: Iterable[Sitting], number: int) -> list[Sitting]:
    """The chairs of all, given out one by one to who has none yet."""
    taken: dict[int, list[Stay]] = {chair: [] for chair in range(1, number + 1)}
    seated: list[Sitting] = []
    for each in sitting:
        free = [chair for chair, others in taken.items() if is_free(others, each.stays)]
        chair = each.number if each.number in free else next(iter(free), None)
        seated.append(each._replace(number=chair))
        if chair:
            taken[chair] += each.stays
    return seated


def number_on_their_day(resource: Resource | None, shown: Sequence[Coming]) -> int:
    """How many of a resource there are at most on the day of those who come."""
    if resource is None:
        return 0
    weekdays = {visitor.entry.start.weekday() for visitor in shown}
    return max((level.number for day in weekdays for level in resource.week[day]), default=0)


def taken_by(house: House, visitor: Coming) -> list[Stretch]:
    """What an entry of the agenda takes; nothing if it does not take place."""
    entry, protocol = visitor.entry, visitor.patient.course.protocol
    if is_gone(entry):
        return []
    if isinstance(entry, LinkedVisit):
        return house.of_visit(entry.kind, entry.minutes, by_video=entry.by_video)
    return house.of_session_of(protocol, entry.minutes)


def _held(house: House, visitor: Coming) -> Iterable[Held]:
    return held_by(taken_by(house, visitor), minute_at(visitor.entry.start))


def _runs(
    resource: Resource, held: Iterable[Held], place: tzinfo
) -> Iterator[tuple[int, int, int, int]]:
    """From one minute to another, how many of a resource are taken, and how many there are."""
    taken = load_of(held).tally(resource.name)
    if not taken.minutes:
        return
    begins, ends = taken.minutes[0], taken.minutes[-1]
    there = _there(resource, moment_at(begins, place).date(), moment_at(ends, place).date(), place)
    edges = sorted({*taken.minutes, *there.turns(begins, ends)})
    levels = [(edge, taken.at(edge), there.at(edge)) for edge in edges]
    runs = [next(same) for _, same in groupby(levels, key=lambda level: level[1:])]
    for (begin, number, of_all), (end, *_) in pairwise(runs):
        if number:
            yield begin, end, number, of_all


def _there(resource: Resource, first: date, last: date, place: tzinfo) -> Tally:
    """How many of a resource there are, from one day to another."""
    levels = [level for day in each_day(first, last) for level in resource.on(day, place)]
    return Tally([begins for begins, _, _ in levels], [number for *_, number in levels])
