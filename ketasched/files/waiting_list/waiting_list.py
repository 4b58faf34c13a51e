"""A waiting list as it is written: a line for each patient, every cell with its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from ketasched.domain.wording import list_text
from ketasched.errors import FileProblems, FileTrouble, Problem, did_you_mean
from ketasched.reading.decoding import decoded
from ketasched.reading.file_text import MAX_BYTES, name_of, read_bytes
from ketasched.reading.table import Cell
from ketasched.reading.text_table import TextTable

NEEDED = ("name", "protocol", "earliest", "latest")
COLUMNS = (*NEEDED, "days", "at", "flex", "can", "away", "busy", "priority", "sessions", "arm")
MOST = 2000
"""The most patients of a list."""


class Line(NamedTuple):
    """A patient's line: the cells that say something, by column, and one for all of it."""

    cells: dict[str, Cell]
    whole: Cell

    def text(self, column: str) -> str:
        """What a column says; empty if nothing."""
        return self.cells[column].text if column in self.cells else ""

    def several(self, column: str) -> tuple[str, ...]:
        """What a column says, parted by semicolons."""
        return tuple(part.strip() for part in self.text(column).split(";") if part.strip())


class WaitingList:
    """The lines of a list, and what is wrong with them."""

    def __init__(self, file: str, table: TextTable, lines: Sequence[Line]) -> None:
        self.file = file
        self.lines = lines
        self._table = table

    def fault(self, line: Line, column: str, message: str, hint: str = "") -> None:
        """Note a mistake in a column of a line."""
        self._table.fault(line.cells.get(column, line.whole), message, hint)

    def finish(self) -> None:
        """Raise all mistakes there are.

        Raises:
            FileProblems: there are some.
        """
        self._table.finish()


def load(path: str) -> WaitingList:
    """The waiting list in a file; ``-`` is standard input.

    Raises:
        FileTrouble: it cannot be read.
        FileProblems: it is no such table, or a line lacks what every line needs.
    """
    file = name_of(path)
    data = read_bytes(path, MAX_BYTES, "give the path of a waiting list")
    if len(data) > MAX_BYTES:
        hint = "is this the right file?"
        raise FileTrouble(f"{file} is larger than {MAX_BYTES // 1024} KiB", hint, file)
    if data.startswith(b"PK\x03\x04"):
        message = f"{file} is not text but an archive, such as an Excel workbook (.xlsx)"
        raise FileTrouble(message, "save the table as CSV", file)
    table = TextTable(file, decoded(file, data).text, holds="patients")
    header, rows = _split(table)
    columns = _columns(table, header)
    if len(rows) > MOST:
        table.fault(rows[MOST][0], f"the list has more than {MOST} patients", "divide it")
    lines = [_line(table, columns, row) for row in rows[:MOST]]
    return WaitingList(file, table, lines)


def _split(table: TextTable) -> tuple[list[Cell], list[list[Cell]]]:
    """The headers, which are the first line, and the lines below them."""
    rows = table.all_rows(_column)
    if not rows:
        _refuse(table, Problem("the file is empty", hint=_hint()))
    if len(rows) == 1:
        table.fault(rows[0][0], "the list has headers and no patients")
        table.finish()
    return rows[0], rows[1:]


def _refuse(table: TextTable, problem: Problem) -> NoReturn:
    raise FileProblems(table.file, table.problems or [problem])


def _column(header: str) -> str:
    word = header.strip().casefold()
    return word if word in COLUMNS else ""


def _hint() -> str:
    return f"the first line names the columns: {list_text(NEEDED)}; also {list_text(COLUMNS[4:])}"


def _columns(table: TextTable, header: Sequence[Cell]) -> list[str]:
    """What each column is, empty for one without a name.

    Raises:
        FileProblems: one is unknown, there twice, or missing.
    """
    columns: list[str] = []
    for cell in header:
        column = _column(cell.text)
        if cell.text and not column:
            hint = did_you_mean(cell.text, COLUMNS) or f"columns are {list_text(COLUMNS)}"
            table.fault(cell, f"unknown column `{cell.text[:40]}`", hint)
        elif column and column in columns:
            table.fault(cell, f"the column {column} is there twice", "keep one of them")
        columns.append(column)
    missing = [column for column in NEEDED if column not in columns]
    if missing and not table.problems:
        what = "column" if len(missing) == 1 else "columns"
        table.fault(header[0], f"the list has no {what} {list_text(missing)}", _hint())
    table.finish()
    return columns


def _line(table: TextTable, columns: Sequence[str], row: Sequence[Cell]) -> Line:
    for cell in row[len(columns) :]:
        if cell.text:
            table.fault(cell, "this cell has no column", "put quotes around a cell with commas")
    cells = {
        column: cell for column, cell in zip(columns, row, strict=False) if column and cell.text
    }
    line = Line(cells, row[0])
    for column in NEEDED:
        if column not in cells:
            table.fault(row[0], f"the line has no {column}", f"fill in {column} in every line")
    for cell in cells.values():
        fault = table.faulty(cell.text)
        if fault:
            table.fault(cell, fault, "write the value itself")
    return line
