"""Whether there is room beside what others take: how full the house is, minute by minute."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from ketasched.domain.candidate import Candidate, Constraint, Reason
from ketasched.domain.days import each_day
from ketasched.domain.house import (
    House,
    Resource,
    Stretch,
    midnight,
    minute_at,
    moment_at,
)
from ketasched.domain.linked_visit_rule import VisitRule
from ketasched.domain.protocol import Protocol
from ketasched.domain.wording import WEEKDAYS, clock_text, count_text


class Held(NamedTuple):
    """So many of a resource that an appointment takes, from one minute (since 1970) to another."""

    resource: str
    begins: int
    ends: int
    number: int


def held_by(stretches: Iterable[Stretch], start: int) -> Iterator[Held]:
    """What an appointment takes that starts at a minute (since 1970)."""
    for stretch in stretches:
        for name, number in stretch.need:
            yield Held(name, start + stretch.begins, start + stretch.ends, number)


class Tally(NamedTuple):
    """A number that changes at some minutes (since 1970): ``numbers`` hold from each on."""

    minutes: Sequence[int] = ()
    numbers: Sequence[int] = ()

    def at(self, minute: int) -> int:
        """The number at a minute."""
        place = bisect_right(self.minutes, minute) - 1
        return self.numbers[place] if place >= 0 else 0

    def turns(self, begins: int, ends: int) -> Sequence[int]:
        """The minutes after one and before another at which it changes."""
        return self.minutes[bisect_right(self.minutes, begins) : bisect_left(self.minutes, ends)]

    def most(self, begins: int, ends: int) -> int:
        """The largest number from one minute to another."""
        first = bisect_right(self.minutes, begins)
        later = self.numbers[first : bisect_left(self.minutes, ends)]
        return max(self.at(begins), max(later, default=0))

    def and_more(self, held: Iterable[Held]) -> Tally:
        """The same number, and what is held more."""
        minutes, numbers = list(self.minutes), list(self.numbers)
        for each in held:
            for edge in (each.begins, each.ends):
                place = bisect_left(minutes, edge)
                if place == len(minutes) or minutes[place] != edge:
                    minutes.insert(place, edge)
                    numbers.insert(place, numbers[place - 1] if place else 0)
            for place in range(bisect_left(minutes, each.begins), bisect_left(minutes, each.ends)):
                numbers[place] += each.number
        return Tally(minutes, numbers)


class Load(NamedTuple):
    """How many of each resource are taken at any minute, but for what is a course's ``own``."""

    taken: Mapping[str, Tally] = {}
    own: tuple[Held, ...] = ()

    def without(self, own: Iterable[Held]) -> Load:
        """The same, but for what is one's own."""
        return self._replace(own=(*self.own, *own))

    def and_more(self, held: Iterable[Held]) -> Load:
        """The same, and what others hold more."""
        of_resource: dict[str, list[Held]] = {}
        for each in held:
            of_resource.setdefault(each.resource, []).append(each)
        more = {name: self.tally(name).and_more(own) for name, own in of_resource.items()}
        return self._replace(taken={**self.taken, **more})

    def tally(self, name: str) -> Tally:
        """How many of a resource are taken, one's own among them."""
        return self.taken.get(name, Tally())

    def at(self, name: str, minute: int) -> int:
        """How many of a resource others take at a minute."""
        own = (held for held in self.own if held.resource == name)
        mine = sum(held.number for held in own if held.begins <= minute < held.ends)
        return self.tally(name).at(minute) - mine

    def turns(self, name: str, begins: int, ends: int) -> set[int]:
        """The minutes after one and before another at which that may change."""
        edges = (edge for held in self.own if held.resource == name for edge in held[1:3])
        return {*self.tally(name).turns(begins, ends), *(e for e in edges if begins < e < ends)}


def load_of(held: Iterable[Held]) -> Load:
    """How full the house is by what is held."""
    changes: dict[str, dict[int, int]] = {}
    for resource, begins, ends, number in held:
        of_resource = changes.setdefault(resource, {})
        of_resource[begins] = of_resource.get(begins, 0) + number
        of_resource[ends] = of_resource.get(ends, 0) - number
    taken = {}
    for resource, of_resource in changes.items():
        minutes = sorted(of_resource)
        numbers, number = [], 0
        for minute in minutes:
            number += of_resource[minute]
            numbers.append(number)
        taken[resource] = Tally(minutes, numbers)
    return Load(taken)


class Room:
    """A house in a zone, and what ``others`` take of it, who are asked when it first matters."""

    def __init__(self, house: House, zone: tzinfo, others: Callable[[], Load] = Load) -> None:
        self.house = house
        self.zone = zone
        self._others = others
        self._known: dict[tuple[str, date], list[tuple[int, int, int, int]]] = {}

    def and_more(self, held: Sequence[Held]) -> Room:
        """The same, of which more is taken."""
        room = Room(self.house, self.zone, lambda: self.load.and_more(held))
        changed = {day for each in held for day in self._days_of(each)}
        room._known = {key: runs for key, runs in self._known.items() if key[1] not in changed}
        return room

    @cached_property
    def load(self) -> Load:
        """What others take."""
        return self._others()

    def for_sessions(self, protocol: Protocol) -> Constraint:
        """Refuse a session that would take more than is free at any minute."""
        takes: dict[int, list[Stretch]] = {}

        def refuse(candidate: Candidate) -> Reason | None:
            minutes = candidate.minutes
            if minutes not in takes:
                takes[minutes] = self.house.of_session_of(protocol, minutes)
            return self.refusal(takes[minutes], candidate)

        return refuse

    def visit_refusal(self, rule: VisitRule, candidate: Candidate) -> Reason | None:
        """Why there is no room for a linked visit; None if there is."""
        takes = self.house.of_visit(rule.kind, candidate.minutes, by_video=rule.by_video)
        return self.refusal(takes, candidate)

    def refusal(self, stretches: Sequence[Stretch], candidate: Candidate) -> Reason | None:
        """Why there is no room for what takes some stretches; None if there is."""
        if not stretches:
            return None
        start = minute_at(datetime.combine(candidate.day, candidate.start, self.zone))
        reasons = (self.shortage(held) for held in held_by(stretches, start))
        return next((reason for reason in reasons if reason), None)

    def shortage(self, wanted: Held) -> Reason | None:
        """Why there is not as much of a resource as is wanted; None if there is."""
        resource = self.house.resource(wanted.resource)
        if resource is None:
            return None
        tally, always = self.load.tally(wanted.resource), resource.always
        most = tally.most(wanted.begins, wanted.ends)
        if always is not None and most + wanted.number <= always:
            return None  # as for nearly all candidates
        runs = self._runs(resource, wanted)
        for place, (begins, ends, number, free) in enumerate(runs):
            if begins < wanted.ends and wanted.begins < ends and free < wanted.number:
                first, last = _as_long(runs, place)
                return Reason("full", _text(wanted, number, free, self._span(first, last)))
        return None

    def _runs(self, resource: Resource, wanted: Held) -> list[tuple[int, int, int, int]]:
        """How many there are and how many of them are free, from one minute to another, on the days
        on which something is wanted.
        """
        runs = []
        for day in self._days_of(wanted):
            key = resource.name, day
            if key not in self._known:
                self._known[key] = list(self._runs_of(resource, day))
            runs += self._known[key]
        return runs

    def _days_of(self, wanted: Held) -> list[date]:
        first = moment_at(wanted.begins, self.zone).date()
        last = moment_at(wanted.ends - 1, self.zone).date()
        return each_day(first, last)

    def _runs_of(self, resource: Resource, day: date) -> Iterator[tuple[int, int, int, int]]:
        for begins, ends, number in resource.on(day, self.zone):
            edges = [begins, *sorted(self.load.turns(resource.name, begins, ends)), ends]
            for edge, following in pairwise(edges):
                free = max(0, number - self.load.at(resource.name, edge))
                yield edge, following, number, free

    def _span(self, begins: int, ends: int) -> str:
        """From when to when, in wall time; the end of a day is 24:00."""
        start, end = moment_at(begins, self.zone), moment_at(ends, self.zone)
        clock = clock_text(end.time())
        if end.date() == start.date():
            return f"{clock_text(start.time())}–{clock}"
        if ends == midnight(start.date() + timedelta(days=1), self.zone):
            return f"{clock_text(start.time())}–24:00"
        return f"{clock_text(start.time())}–{clock} {WEEKDAYS[end.weekday()]}"


def _as_long(runs: Sequence[tuple[int, int, int, int]], place: int) -> tuple[int, int]:
    """From when to when there are as many, and as many free, around a run."""
    same = runs[place][2:]
    first = last = place
    while first > 0 and runs[first - 1][2:] == same:
        first -= 1
    while last + 1 < len(runs) and runs[last + 1][2:] == same:
        last += 1
    return runs[first][0], runs[last][1]


def _text(wanted: Held, number: int, free: int, when: str) -> str:
    name, are = wanted.resource, "is" if free == 1 else "are"
    if not number:
        return f"there is no {name} {when}"
    if wanted.number > number:
        there = f"there is only {number}" if number == 1 else f"there are only {number}"
        return f"it takes {count_text(wanted.number, name)}, and {there} {when}"
    if free:
        of_all = f"only {free} of {count_text(number, name)} {are} free {when}"
        return f"{of_all}, and it takes {wanted.number}"
    if number == 1:
        return f"the only {name} is taken {when}"
    which = f"both {name}s" if number == 2 else f"all {number} {name}s"
    return f"{which} are taken {when}"
