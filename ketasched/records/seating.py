"""Which chair or room each entry of a record has: kept as long as it stands where it stood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.seat import Seat, Seating, Wanted, wanted
from ketasched.domain.wording import count_text, moment_text
from ketasched.records.others import OtherRecords, appointments_of
from ketasched.records.told_calendars import keep_up, told_by_key

if TYPE_CHECKING:
    from ketasched.asking.intake import Task
    from ketasched.calendar.entry_text import Entry
    from ketasched.records.record import CourseRecord
    from ketasched.records.room_lock import Booking

Seats = tuple[Seat, ...]


class _Seatless(NamedTuple):
    """That an entry of a booking, by its place, is to have a seat, one of ``numbers``."""

    place: int
    entry: Entry
    want: Wanted
    numbers: int


def seats_for(bookings: Sequence[Booking]) -> list[Seats]:
    """The seats of records that are to be written; the locks of their folders are held. Who stands
    where they stood keeps theirs, and nobody else's changes: so who comes may find none.
    """
    seats: list[list[Seat]] = [[] for _ in bookings]
    seatless: list[_Seatless] = []
    for place, booking in enumerate(bookings):
        has_moved = bool(booking.moved())
        for entry, want, numbers, seat in _wants(booking.record, booking.before):
            if seat:
                seats[place].append(seat)
            elif entry.end > booking.now and has_moved:
                seatless.append(_Seatless(place, entry, want, numbers))
    days = {str(each.entry.start.date() + timedelta(by)) for each in seatless for by in (-1, 0, 1)}
    for folder in dict.fromkeys(bookings[each.place].path.parent for each in seatless):
        places = {place for place, each in enumerate(bookings) if each.path.parent == folder}
        own = [bookings[place].identity for place in places]
        others = OtherRecords([str(folder)], bookings[0].now, own)
        seating = Seating(others.seats(days))
        for seat in (seat for place in places for seat in seats[place]):
            seating.take(seat)
        for each in sorted(seatless, key=lambda each: each.want.stays[0].begins):
            best = seating.best(each.want, each.numbers) if each.place in places else None
            if best:
                seating.take(best)
                seats[each.place].append(best)
    return [tuple(sorted(own, key=lambda seat: seat.stays)) for own in seats]


def _wants(
    record: CourseRecord, before: CourseRecord | None
) -> Iterator[tuple[Entry, Wanted, int, Seat | None]]:
    """Each seat that an entry is to have, of how many, and which of them it has already."""
    house = record.clinic.house if record.clinic else None
    if house is None:
        return
    had: dict[Wanted, list[Seat]] = {}
    for seat in before.seats if before else ():
        had.setdefault(Wanted(seat.resource, seat.stays), []).append(seat)
    for entry, _ in appointments_of(record.course):
        for want in wanted(house, record.protocol, entry):
            numbers = house.most_on(want.resource, entry.start.weekday())
            own = [seat for seat in had.get(want, ()) if seat.number <= numbers]
            if own:
                had[want].remove(own[0])
            yield entry, want, numbers, own[0] if own else None


def seatless_notes(before: CourseRecord | None, record: CourseRecord) -> list[str]:
    """Of the entries to come that found no seat, and did not lack it where they stood before."""
    known = {(entry.start, want) for entry, want in _lacking(before)} if before else set()
    lacking = [
        (entry, want)
        for entry, want in _lacking(record)
        if (entry.start, want) not in known and entry.end > record.history[-1].at
    ]
    if not lacking:
        return []
    (entry, want), *others = lacking
    when = moment_text(entry.start)
    more = f" and at {count_text(len(others), 'other time')}" if others else ""
    what = f"no one {want.resource} is free all the while on {when}{more}"
    return [f"{what}: `agenda` says who changes seats on the day"]


def _lacking(record: CourseRecord) -> list[tuple[Entry, Wanted]]:
    return [(entry, want) for entry, want, _, seat in _wants(record, record) if not seat]


def with_seats(
    task: Task, before: CourseRecord | None, record: CourseRecord, seats: Seats
) -> tuple[Task, CourseRecord]:
    """A record with its seats, of which the staff's calendars are told; what it was before says
    what they were told.
    """
    if not seats and not (before and before.seats):
        return task, record
    task = task._replace(seats=seats)
    known = told_by_key(before) if before else {}
    told = keep_up(task, record.course, known, record.history[-1].at)
    return task, record._replace(seats=seats, told=told)
