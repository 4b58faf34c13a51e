"""A table: its headers, its rows, where every cell stands, and what is wrong with them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from ketasched.errors import FileProblems, Problem

Value = TypeVar("Value")
MOST_TITLE_LINES = 30
"""How far down the headers may stand."""


class Cell(NamedTuple):
    """The text of a cell, and where it stands, from 1: line and column of a text, the column a
    count of its signs, or row and column of a sheet. ``width``: how many signs it has there.
    """

    text: str
    line: int
    column: int
    width: int = 1


class Kind(NamedTuple):
    """A kind of table: what it is called, what each of its rows is about, how large a workbook and
    a text of it may be, in bytes, and whether the times of dates in a workbook count.
    """

    name: str
    rows: str
    most: int
    most_text: int
    with_times: bool = False


class Table(ABC):
    """The rows of a table, what is to be said of how it was read, and what is wrong with it.
    ``holds``: what each of its rows is about.
    """

    def __init__(self, file: str, notes: Sequence[str] = (), holds: str = "visits") -> None:
        self.file = file
        self.holds = holds
        self.notes = list(notes)
        self.problems: list[Problem] = []

    @abstractmethod
    def place(self, cell: Cell) -> str:
        """Where a cell stands, as a sentence goes on: ``on line 3``, ``in B3``."""

    @abstractmethod
    def problem(self, cell: Cell, message: str, hint: str) -> Problem:
        """A mistake at a cell."""

    def faulty(self, text: str) -> str:
        """Why a cell's text is not to be read at all; empty if it is."""
        return f"`{text[:40]}` is a formula, or begins like one" if text.startswith("=") else ""

    def split(
        self, rows: Sequence[list[Cell]], field_of: Callable[[str], str]
    ) -> tuple[list[Cell], list[list[Cell]]]:
        """The headers, and the rows below them; ``field_of`` says what a header means.

        Raises:
            FileProblems: there is no table.
        """
        if not rows:
            self.problems = self.problems or [Problem("the file is empty")]
            self.finish()
        place = header_place([[cell.text for cell in row] for row in rows], field_of)
        header = rows[place]
        if len(header) == 1 and not field_of(header[0].text):
            hint = "put commas, semicolons or tabs between the cells"
            self.fault(header[0], "the first line has only one header", hint)
            self.finish()
        if len(rows) == place + 1:
            if not self.problems:
                self.fault(header[0], f"the table has headers and no {self.holds}")
            self.finish()
        if place:
            above = f"{place} lines" if place > 1 else "1 line"
            left_out = f"{above} above the headers left out, from `{_first(rows[0])}`"
            self.notes.append(left_out)
        return header, [*rows[place + 1 :]]

    def fault(self, cell: Cell, message: str, hint: str = "") -> None:
        """Note a mistake at a cell."""
        self.problems.append(self.problem(cell, message, hint))

    def read(self, cell: Cell, parse: Callable[[str], Value]) -> Value | None:
        """What a cell says, or None after noting what is wrong with it."""
        if fault := self.faulty(cell.text):
            self.fault(cell, fault, "write the value itself")
            return None
        try:
            return parse(cell.text)
        except ValueError as error:
            message, hint = (*error.args, "")[:2]
            self.fault(cell, message, hint)
            return None

    def finish(self) -> None:
        """Raise all problems there are, in the order of the lines."""
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: (problem.line, problem.column))
            raise FileProblems(self.file, ordered)


def header_place(rows: Sequence[Sequence[str]], field_of: Callable[[str], str]) -> int:
    """The place of the headers among rows: the first row with two that are known, or the row below
    it where that has more, as under headers in two lines.

    Where none are known, it is the first row that has two cells with text, else the first.
    """
    rows = rows[:MOST_TITLE_LINES]
    scores = [known_headers(row, field_of) for row in rows]
    for place, score in enumerate(scores):
        if score > 1:
            return place + (scores[place + 1 : place + 2] > [score])
    several = (place for place, row in enumerate(rows) if sum(map(bool, row)) > 1)
    one_known = (place for place, score in enumerate(scores) if score)
    return next(several, next(one_known, 0))


def known_headers(row: Sequence[str], field_of: Callable[[str], str]) -> int:
    """How many different things the headers of a row are known to mean."""
    return len({field_of(text) for text in row} - {""})


def _first(row: Sequence[Cell]) -> str:
    return next(cell.text for cell in row if cell.text)[:40]
