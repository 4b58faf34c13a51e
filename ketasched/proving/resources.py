"""Whether a house has what is taken of it at any minute: chairs, rooms and nurses.

What a house has, and what an appointment takes of it, are said by the nouns; counted is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from ketasched.domain.course import LinkedVisit, is_gone
from ketasched.domain.house import House, Stretch, minute_at, moment_at
from ketasched.domain.wording import count_text, moment_text
from ketasched.proving.alone import Entry
from ketasched.proving.fault import Fault, Handle
from ketasched.proving.in_course import is_open
from ketasched.records.record import CourseRecord


class Taking(NamedTuple):
    """Some of a resource, taken from one minute (since 1970) to another, and by whom."""

    begins: int
    ends: int
    amount: int
    start: datetime
    record: str
    handle: Handle
    is_open: bool


def house_of(record: CourseRecord) -> House | None:
    """What the clinic of a record has, by the file that the record keeps."""
    return record.clinic.house if record.clinic else None


def takings(
    house: House, record: CourseRecord, name: str, handle: Handle, entry: Entry
) -> Iterator[tuple[str, Taking]]:
    """What an entry of a record takes of a house, by resource. One for which a person said that the
    house may be full takes none of the rest.
    """
    if is_gone(entry) or "full" in entry.broken:
        return
    begins = minute_at(entry.start)
    for stretch in _stretches(house, record, entry):
        for resource, amount in stretch.need:
            yield (
                resource,
                Taking(
                    begins + stretch.begins,
                    begins + stretch.ends,
                    amount,
                    entry.start,
                    name,
                    handle,
                    is_open(entry),
                ),
            )


def _stretches(house: House, record: CourseRecord, entry: Entry) -> list[Stretch]:
    if isinstance(entry, LinkedVisit):
        return house.of_visit(entry.kind, entry.minutes, by_video=entry.by_video)
    return house.of_session_of(record.protocol, entry.minutes)


def overfull(resource: str, houses: Sequence[House], taken: Sequence[Taking]) -> Iterator[Fault]:
    """Each minute at which more of a resource is taken than any of the houses of the records has,
    and somebody came or less is there than before; it is said of the last that began of those who
    are there then, if anybody of them is still to come.
    """
    has = _numbers(resource, houses, {taking.start.date() for taking in taken}, taken[0].start)
    edges = {edge for taking in taken for edge in (taking.begins, taking.ends)}
    moments = sorted(edges | has.keys())
    comes, goes = _by_minute(taken)
    here: set[int] = set()
    number = 0
    for minute in moments:
        before = number
        here |= comes.get(minute, set())
        here -= goes.get(minute, set())
        number = has.get(minute, number)
        amount = sum(taken[place].amount for place in here)
        if amount > number and (minute in comes or number < before):
            what = f"{amount} of {count_text(number, resource)}"
            yield from _fault(what, minute, [taken[place] for place in here])


def _by_minute(taken: Sequence[Taking]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    comes: dict[int, set[int]] = {}
    goes: dict[int, set[int]] = {}
    for place, taking in enumerate(taken):
        comes.setdefault(taking.begins, set()).add(place)
        goes.setdefault(taking.ends, set()).add(place)
    return comes, goes


def _numbers(
    resource: str, houses: Iterable[House], days: Iterable[date], moment: datetime
) -> dict[int, int]:
    """How many any of some houses has from each minute on at which that changes, on some days and
    the next ones, in the zone of a moment.
    """
    zone = moment.tzinfo
    if zone is None:
        raise TypeError(moment)
    kinds = [kind for house in houses if (kind := house.resource(resource))]
    has: dict[int, int] = {}
    both = {day + timedelta(days=more) for day in days for more in (0, 1)}
    for day in sorted(both):
        runs = [run for kind in kinds for run in kind.on(day, zone)]
        for begins in sorted({begins for begins, _, _ in runs}):
            has[begins] = max(number for first, last, number in runs if first <= begins < last)
    return has


def _fault(amount: str, minute: int, crowd: Sequence[Taking]) -> Iterator[Fault]:
    movable = [taking for taking in crowd if taking.is_open]
    if movable:
        last = max(movable, key=lambda taking: (taking.begins, taking.record))
        who = ", ".join(sorted(f"{taking.record} {taking.handle}" for taking in crowd))
        then = moment_at(minute, last.start.tzinfo or UTC)
        at = moment_text(then)
        yield Fault(last.record, last.handle, "full", f"{amount} taken at {at}: {who}")
