"""One at a time takes room in a house: what is written has room beside what is there by then."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ketasched.domain.candidate import Reason
from ketasched.domain.course import ATTENDED, Course, LinkedVisit, Session
from ketasched.domain.house import House
from ketasched.domain.room import Held, Load, Room, held_by, load_of
from ketasched.domain.wording import moment_text
from ketasched.errors import FileTrouble, KetaschedError
from ketasched.records.lock import locked
from ketasched.records.others import Appointment, OtherRecords, appointments_of
from ketasched.records.record import CourseRecord
from ketasched.records.seating import Seats, seats_for

PATIENCE = 30.0
"""Seconds to wait for another program that takes room in the same folder."""


class NoRoom(KetaschedError):
    """What is to be written takes what somebody else has by now."""

    code = "no-placement"
    exit_code = 3


class Booking(NamedTuple):
    """A record that is to be written at a path, and what it was before."""

    path: Path
    before: CourseRecord | None
    record: CourseRecord

    @property
    def house(self) -> House | None:
        """What its clinic has."""
        return self.record.clinic.house if self.record.clinic else None

    @property
    def identity(self) -> str:
        """What tells it from other courses."""
        return self.record.told[0].uid

    @property
    def now(self) -> datetime:
        """The moment of its last change."""
        return self.record.history[-1].at

    def held(self, house: House) -> list[Held]:
        """What it takes."""
        return [
            held
            for _, appointment in appointments_of(self.record.course)
            for held in self.takes(house, appointment)
        ]

    def takes(self, house: House, appointment: Appointment) -> Iterator[Held]:
        """What one of its appointments takes."""
        start, minutes, kind, by_video = appointment
        protocol = self.record.protocol
        stretches = (
            house.of_visit(kind, minutes, by_video=by_video)
            if kind
            else house.of_session_of(protocol, minutes)
        )
        return held_by(stretches, start)

    def moved(self) -> list[tuple[Session | LinkedVisit, Appointment]]:
        """The appointments to come that stand elsewhere than before."""
        before = set(_places(self.before.course)) if self.before else set()
        return [
            (entry, appointment)
            for entry, appointment in appointments_of(self.record.course)
            if entry.end > self.now and appointment not in before
        ]

    def new(self) -> list[tuple[Session | LinkedVisit, Appointment]]:
        """The same, but for what took place, which is a fact, and those that a person put where it
        is full.
        """
        return [
            (entry, appointment)
            for entry, appointment in self.moved()
            if entry.status != ATTENDED and "full" not in entry.broken
        ]


class Short(NamedTuple):
    """An appointment of a record that is to be written for which there is no room, and why."""

    booking: Booking
    entry: Session | LinkedVisit
    reason: Reason


@contextlib.contextmanager
def taking_room(bookings: Sequence[Booking]) -> Iterator[list[Seats]]:
    """Hold the locks of the folders in which records are to take room while the body writes them,
    with the seats that each is to have.

    Raises:
        NoRoom: what one is to take somebody else has taken meanwhile.
        FileTrouble: another program does not let go of a lock.
    """
    wanting = [booking for booking in bookings if booking.house and booking.moved()]
    folders = {booking.path.parent.resolve() for booking in wanting}
    with contextlib.ExitStack() as locks:
        for folder in sorted(folder for folder in folders if folder.is_dir()):
            busy = FileTrouble(
                f"another program is booking in {folder}",
                "wait until it is done, and run this again",
            )
            locks.enter_context(locked(folder / ".room.lock", PATIENCE, busy))
        refuse_full(bookings)
        yield seats_for(bookings)


def refuse_full(bookings: Sequence[Booking]) -> None:
    """Refuse records that take more than is free beside all others, as they are to be.

    Raises:
        NoRoom: one does.
    """
    for short in short_of_room(bookings):
        raise _no_room(*short)


def short_of_room(bookings: Sequence[Booking]) -> Iterator[Short]:
    """The records that take more than is free beside all others, as they are to be: each with the
    first of its appointments for which there is no room, and why.
    """
    loads: dict[tuple[Path, House, datetime], Load] = {}
    for booking in bookings:
        house = booking.house
        if house and booking.new():
            key = booking.path.parent, house, booking.now
            if key not in loads:
                loads[key] = _load(*key, bookings)
            short = next(_shortages(booking, room_of(booking, house, loads[key])), None)
            if short:
                yield short


def room_beside(booking: Booking, bookings: Sequence[Booking]) -> Room | None:
    """What a record's house has beside all others, some of them as they are to be; None if it has
    none.
    """
    house = booking.house
    if house is None:
        return None
    load = _load(booking.path.parent, house, booking.now, [*bookings, booking])
    return room_of(booking, house, load)


def _load(folder: Path, house: House, now: datetime, bookings: Sequence[Booking]) -> Load:
    """What all of a folder take, the bookings as they are to be."""
    written = [booking for booking in bookings if booking.path.parent == folder]
    others = OtherRecords([str(folder)], now, [booking.identity for booking in written])
    return load_of(
        [*others.held(house), *(held for booking in written for held in booking.held(house))]
    )


def room_of(booking: Booking, house: House, load: Load) -> Room:
    """What a house has for a record, of which a load is taken with it."""
    zone = booking.record.course.sessions[0].start.tzinfo
    if zone is None:
        raise TypeError(booking)
    others = load.without(booking.held(house))
    return Room(house, zone, lambda: others)


def _shortages(booking: Booking, room: Room) -> Iterator[Short]:
    for entry, appointment in booking.new():
        for held in booking.takes(room.house, appointment):
            reason = room.shortage(held)
            if reason:
                yield Short(booking, entry, reason)


def _no_room(booking: Booking, entry: Session | LinkedVisit, reason: Reason) -> NoRoom:
    what = f"session {entry.number}" if isinstance(entry, Session) else f"the {entry.name}"
    when = moment_text(entry.start)
    return NoRoom(
        f"{booking.record.name}: no room for {what} on {when}: {reason.text}",
        "nothing was written, others hold that by now: run a plan again and it finds room beside "
        "them, or choose another time",
    )


def _places(course: Course) -> Iterator[Appointment]:
    for _, appointment in appointments_of(course):
        yield appointment
