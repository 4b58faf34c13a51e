"""The sessions of courses that already run, as a table has them: each with the cells that say so.

A line is a session, or a patient with a column for each session or with several dates in one cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import NamedTuple

from ketasched.domain.course import ATTENDED, Status
from ketasched.files.course_table.bookings import (
    Booking,
    DayOrder,
    day_order,
    parts_of,
    read_attended,
    read_booking,
    read_number,
    read_state,
    read_time,
    says_came,
)
from ketasched.files.course_table.headers import Numbered, Places, field_of, places_of
from ketasched.reading.any_table import opened
from ketasched.reading.file_text import name_of, read_bytes
from ketasched.reading.table import Cell, Kind, Table

MOST_BYTES = 8 * 1024 * 1024
COURSE_TABLE = Kind("table of courses", "sessions", MOST_BYTES, MOST_BYTES, with_times=True)


class Line(NamedTuple):
    """A session as a table has it: whose, by which protocol (empty: it does not say), when, and
    what became of it; with the cells that say so. ``at`` and ``status`` None, ``number`` 0 and
    ``start`` and ``arm`` None: it does not say.
    """

    name: Cell
    protocol: Cell
    when: Cell
    state: Cell
    day: date
    at: time | None
    status: Status | None
    number: int = 0
    start: date | None = None
    arm: Cell | None = None


class CourseTable(NamedTuple):
    """The sessions of a table in its order, and the headers of the columns that say nothing that is
    known. Mistakes in a line are noted in the ``table``, which then raises them all.
    """

    table: Table
    lines: Sequence[Line]
    unknown: Sequence[str]

    def fault(self, cell: Cell, message: str, hint: str) -> None:
        """Note a mistake in a cell."""
        self.table.fault(cell, message, hint)


class _Said(NamedTuple):
    """The cells that say when a session is and what became of it."""

    when: Cell
    at: Cell | None
    state: Cell | None
    attended: Cell | None = None
    number: Cell | int = 0


def load(path: str, sheet: str, asked: Mapping[str, str]) -> CourseTable:
    """The table of courses in a file; ``-`` is standard input.

    Args:
        path: CSV, or a workbook.
        sheet: the sheet of a workbook that is meant; empty: the one that fits.
        asked: the headers that were named, by key.

    Raises:
        FileTrouble: it cannot be read.
        FileProblems: it is no such table.
        UsageProblem: the sheet is not clear, or a header that was named is not there.
    """
    data = read_bytes(path, MOST_BYTES, "give the path of a table of courses")
    table, header, rows = opened(name_of(path), data, sheet, field_of, COURSE_TABLE)
    places = places_of(table, header, asked)
    table.finish()
    rows = [row for row in rows if any(cell.text for cell in row)]
    shown = day_order(cell.text for row in rows for cell in row)
    if shown:
        table.notes.append(f"dates are read {shown[0]}, as {shown[1]} can only be")
    reader = _Reader(table, places, shown[0] if shown else None)
    lines = [line for row in rows for line in reader.lines(row)]
    return CourseTable(table, lines, places.unknown)


class _Reader:
    """Reads the rows of a table whose columns are known."""

    def __init__(self, table: Table, places: Places, order: DayOrder | None) -> None:
        self.table = table
        self.places = places
        self.order = order

    def lines(self, row: Sequence[Cell]) -> Iterator[Line]:
        """The sessions of a row; what is wrong with it is noted."""
        width = 1 + max([*self.places.known.values(), *self.places.numbered.values()])
        for cell in row[width:]:
            if cell.text and len(self.places.unknown) == 0:
                self.table.fault(cell, "this cell has no column", "put it into quotes")
        name = self._cell(row, "name")
        if name is None:
            self.table.fault(row[0], "the line has no name", "fill in the name in every line")
            return
        if fault := self.table.faulty(name.text):
            self.table.fault(name, fault, "write the value itself")
            return
        name = name._replace(text=" ".join(map(str.strip, name.text.splitlines())))
        protocol = self._cell(row, "protocol") or name._replace(text="")
        begins = self._cell(row, "start")
        start = self.table.read(begins, self._read) if begins else None
        said = list(self._said(row))
        if not said:
            self.table.fault(name, "the line has no date", "write when the session is, or was")
        for each in said:
            line = self._line(name, protocol, each)
            if line:
                yield line._replace(start=start.day if start else None, arm=self._cell(row, "arm"))

    def _said(self, row: Sequence[Cell]) -> Iterator[_Said]:
        if "dates" in self.places.known:
            cell = self._cell(row, "dates")
            for part in [cell._replace(text=part) for part in parts_of(cell.text)] if cell else ():
                yield _Said(part, None, None)
            return
        if "date" in self.places.known:
            when = self._cell(row, "date")
            if when:
                said = [self._cell(row, key) for key in ("time", "state", "attended")]
                yield _Said(when, said[0], said[1], said[2], self._cell(row, "number") or 0)
            return
        for number in self.places.sessions:
            when = self._numbered(row, number, "date")
            at, state = (self._numbered(row, number, key) for key in ("time", "state"))
            if when:
                yield _Said(when, at or self._cell(row, "time"), state, None, number)
            elif state or at:
                told = state or at or row[0]
                self.table.fault(told, f"session {number} has no date", "write when it was")

    def _line(self, name: Cell, protocol: Cell, said: _Said) -> Line | None:
        faults = len(self.table.problems)
        booking = self.table.read(said.when, self._read)
        at = self.table.read(said.at, read_time) if said.at else None
        told = said.state or said.attended
        status = self.table.read(said.state, read_state) if said.state else None
        if said.attended and not status:
            status = self.table.read(said.attended, read_attended)
        elif said.attended and status != ATTENDED and says_came(said.attended.text):
            both = f"the line says {status} and attended"
            self.table.fault(said.attended, both, "correct one of the two")
        number = said.number
        if isinstance(number, Cell):
            number = self.table.read(number, read_number) or 0
        if booking is None or len(self.table.problems) > faults:
            return None
        self._refuse_two(said.when, booking, at, status)
        return Line(
            name,
            protocol,
            said.when,
            told or said.when,
            booking.day,
            at or booking.at,
            status or booking.status,
            number,
        )

    def _refuse_two(
        self, cell: Cell, booking: Booking, at: time | None, status: Status | None
    ) -> None:
        if at and booking.at and at != booking.at:
            self.table.fault(cell, "the line says two times", "leave one of them out")
        if status and booking.status and status != booking.status:
            both = f"the line says {booking.status} and {status}"
            self.table.fault(cell, both, "leave one of them out")

    def _read(self, text: str) -> Booking:
        return read_booking(text, self.order)

    def _cell(self, row: Sequence[Cell], key: str) -> Cell | None:
        return self._at(row, self.places.known.get(key))

    def _numbered(self, row: Sequence[Cell], number: int, key: str) -> Cell | None:
        return self._at(row, self.places.numbered.get(Numbered(number, key)))

    @staticmethod
    def _at(row: Sequence[Cell], place: int | None) -> Cell | None:
        cell = row[place] if place is not None and place < len(row) else None
        return cell if cell and cell.text else None
