"""A table in a CSV file: its rows, where every cell stands, and what is wrong with them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from ketasched.errors import FileProblems, Problem
from ketasched.reading.file_text import FileText

Value = TypeVar("Value")


class Cell(NamedTuple):
    """The text of a cell, and where it stands in the text of the file."""

    text: str
    start: int
    end: int


_QUOTED = re.compile(r' *"((?:[^"]|"")*+)"')
_DELIMITER = re.compile(r'\s*"?sep=([,;\t|:^~ ])"?[ \t]*(?:\r\n?|\n|$)', re.IGNORECASE)
_SOMETHING = re.compile(r"[^\s,;]")
_LINE_END = re.compile(r"\r\n?|\n")
_FORMULA = re.compile(r"[=@]|-(?!\s*\.?[0-9])|\+(?!\s*\.?[0-9]|\s*/?\s*-\s*[0-9])")


class Table:
    """The rows of a file, and what is wrong with them."""

    def __init__(self, source: FileText) -> None:
        self.text = source.text
        self.file = source.file
        self.problems: list[Problem] = []
        self.lines = [0, *(end.end() for end in _LINE_END.finditer(self.text)), len(self.text)]

    def split(self, known: Callable[[str], bool]) -> tuple[list[Cell], list[list[Cell]]]:
        """The headers, and the rows that are not wholly empty.

        The delimiter is the one that a first line such as ``sep=;`` names, as Excel reads it; else
        the one that makes the most headers ``known``, else the most headers.
        """
        said = _DELIMITER.match(self.text)
        begins = said.end() if said else 0
        lines = (line for line in _LINE_END.split(self.text[begins:]) if _SOMETHING.search(line))
        first = next(lines, "")

        def score(delimiter: str) -> tuple[int, int]:
            headers = first.split(delimiter)
            return sum(map(known, headers)), len(headers)

        delimiter = said[1] if said else max(",;\t", key=score)
        rows = list(self.rows(delimiter, begins)) if first else []
        if not rows:
            self.problems = self.problems or [Problem("the file is empty")]
        elif len(rows[0]) == 1:
            hint = "put commas, semicolons or tabs between the cells"
            self.fault(rows[0][0], "the first line has only one header", hint)
        elif len(rows) == 1 and not self.problems:
            self.fault(rows[0][0], "the table has headers and no visits")
        if not rows[1:] or len(rows[0]) == 1:
            self.finish()
        return rows[0], rows[1:]

    def rows(self, delimiter: str, begins: int = 0) -> Iterator[list[Cell]]:
        """The rows that are not wholly empty, up to a quoted cell without an end."""
        text, at = self.text, begins
        plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*+")
        row: list[Cell] = []
        while at < len(text) or row:
            quoted = _QUOTED.match(text, at)
            rest = plain.match(text, quoted.end() if quoted else at)
            end = rest.end() if rest else at
            value = quoted[1].replace('""', '"') if quoted else text[at:end]
            cell = Cell(value.strip(), at, end)
            if not quoted and cell.text.startswith('"'):
                self.fault(cell, "this quoted cell has no end", "add the quote that ends it")
                return
            if quoted and text[quoted.end() : end].strip():
                hint = "write a quote inside a quoted cell twice"
                self.fault(cell, "the cell goes on after its closing quote", hint)
            row.append(cell)
            at = end + 1
            if text.startswith(delimiter, end):
                continue
            line_end = _LINE_END.match(text, end)
            at = line_end.end() if line_end else len(text)
            if any(cell.text for cell in row):
                yield row
            row = []

    def line(self, cell: Cell) -> int:
        """The line a cell begins on, from 1; the end of the text is on the last."""
        return min(bisect_right(self.lines, cell.start), max(1, len(self.lines) - 1))

    def fault(self, cell: Cell, message: str, hint: str = "") -> None:
        """Note a mistake at a cell."""
        line = self.line(cell)
        start, end = self.lines[line - 1], self.lines[line]
        shown = self.text[start:end].rstrip("\r\n")
        width = max(1, min(cell.end, start + len(shown)) - cell.start)
        column = cell.start - start + 1
        self.problems.append(Problem(message, line, column, width, shown, hint))

    def read(self, cell: Cell, parse: Callable[[str], Value]) -> Value | None:
        """What a cell says, or None after noting what is wrong with it."""
        if _FORMULA.match(cell.text):
            message = f"`{cell.text[:40]}` is a formula, or begins like one"
            self.fault(cell, message, "write the value itself")
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
