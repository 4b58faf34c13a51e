"""Whether nobody has the chair or the room that somebody else has at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from ketasched.domain.course import LinkedVisit, is_gone
from ketasched.domain.house import moment_at
from ketasched.domain.seat import Seat
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import moment_text
from ketasched.proving.alone import Entry
from ketasched.proving.fault import Fault, Handle
from ketasched.proving.in_course import is_open
from ketasched.records.record import CourseRecord


class Sitter(NamedTuple):
    """Who has a seat from one minute (since 1970) to another."""

    begins: int
    ends: int
    record: str
    handle: Handle
    start: datetime
    is_open: bool


Place = tuple[str, int]
"""A resource, and the number of one of it."""


def sitters(record: CourseRecord, name: str) -> Iterator[tuple[Place, Sitter] | Fault]:
    """Who has which seat by a record of that name; a fault where nobody comes who is to have it."""
    entries = [entry for entry in record.course.entries() if not is_gone(entry)]
    for seat in record.seats:
        entry = next((each for each in entries if seat.is_within(each.start, each.end)), None)
        if entry is None:
            when = _text(seat.stays[0].begins, record.course.sessions[0].start)
            what = f"{seat.resource} {seat.number} is kept at {when}, and nobody comes then"
            yield Fault(name, None, "seat", what)
        else:
            yield from _sitting(record, name, entry, seat)


def _sitting(
    record: CourseRecord, name: str, entry: Entry, seat: Seat
) -> Iterator[tuple[Place, Sitter]]:
    own = handle_of(record.course, entry) if isinstance(entry, LinkedVisit) else entry.number
    for begins, ends in seat.stays:
        yield (
            (seat.resource, seat.number),
            Sitter(begins, ends, name, own, entry.start, is_open(entry)),
        )


def shared(place: Place, seated: Iterable[Sitter]) -> Iterator[Fault]:
    """Each who has a seat while somebody has it who sat down before, if either is still to come."""
    before: list[Sitter] = []
    for sitter in sorted(seated):
        before = [other for other in before if other.ends > sitter.begins]
        either = (other for other in before if sitter.is_open or other.is_open)
        if other := next(either, None):
            last = sitter if sitter.is_open else other
            who = f"{other.record} {other.handle}, {sitter.record} {sitter.handle}"
            when = _text(sitter.begins, sitter.start)
            text = f"{place[0]} {place[1]} is taken twice at {when}: {who}"
            yield Fault(last.record, last.handle, "seat", text)
        before.append(sitter)


def _text(minute: int, like: datetime) -> str:
    then = moment_at(minute, like.tzinfo) if like.tzinfo else like
    return moment_text(then)
