"""A table in a text: cells between commas, semicolons or tabs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from ketasched.errors import Problem
from ketasched.reading.table import MOST_TITLE_LINES, Cell, Table, known_headers

_QUOTED = re.compile(r' *"((?:[^"]|"")*+)"')
_DELIMITER = re.compile(r'\s*"?sep=([,;\t|:^~ ])"?[ \t]*(?:\r\n?|\n|$)', re.IGNORECASE)
_SOMETHING = re.compile(r"[^\s,;]")
_LINE_END = re.compile(r"\r\n?|\n")
_FORMULA = re.compile(r"[=@]|-(?!\s*\.?[0-9])|\+(?!\s*\.?[0-9]|\s*/?\s*-\s*[0-9])")


class TextTable(Table):
    """A table in a text, whose every cell knows its line and column: `csv` does not tell them."""

    def __init__(
        self, file: str, text: str, notes: Sequence[str] = (), holds: str = "visits"
    ) -> None:
        super().__init__(file, notes, holds)
        self.text = text
        self.lines = [0, *(end.end() for end in _LINE_END.finditer(text)), len(text)]

    def all_rows(self, field_of: Callable[[str], str]) -> list[list[Cell]]:
        """The rows that are not wholly empty.

        The delimiter is the one that a first line such as ``sep=;`` names, as Excel reads it; else
        the one that makes the most known headers, else the most headers.
        """
        said = _DELIMITER.match(self.text)
        begins = said.end() if said else 0
        lines = [line for line in _LINE_END.split(self.text[begins:]) if _SOMETHING.search(line)]
        delimiter = said[1] if said else _delimiter(lines[:MOST_TITLE_LINES], field_of)
        return list(self.rows(delimiter, begins)) if lines else []

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
            cell = self._cell(value.strip(), at, end)
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

    def _cell(self, text: str, start: int, end: int) -> Cell:
        line = min(bisect_right(self.lines, start), max(1, len(self.lines) - 1))
        return Cell(text, line, start - self.lines[line - 1] + 1, end - start)

    def place(self, cell: Cell) -> str:
        """Where a cell stands: ``on line 3``."""
        return f"on line {cell.line}"

    def faulty(self, text: str) -> str:
        """Why a cell's text is not to be read: a spreadsheet would take it for a formula."""
        return f"`{text[:40]}` is a formula, or begins like one" if _FORMULA.match(text) else ""

    def problem(self, cell: Cell, message: str, hint: str) -> Problem:
        """A mistake at a cell, with the line it begins on."""
        start, end = self.lines[cell.line - 1], self.lines[cell.line]
        shown = self.text[start:end].rstrip("\r\n")
        width = max(1, min(cell.width, len(shown) - cell.column + 1))
        return Problem(message, cell.line, cell.column, width, shown, hint)


def _delimiter(lines: Sequence[str], field_of: Callable[[str], str]) -> str:
    def score(line: str, delimiter: str) -> tuple[int, int]:
        headers = line.split(delimiter)
        return known_headers(headers, field_of), len(headers)

    for line in lines:
        best = max(",;\t", key=lambda delimiter: score(line, delimiter))
        if score(line, best)[0] > 1:
            return best
    return max(",;\t", key=lambda sign: max((score(line, sign) for line in lines), default=(0, 0)))
