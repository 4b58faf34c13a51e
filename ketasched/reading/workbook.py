"""A table in a sheet of an Excel workbook, .xlsx."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

from ketasched.errors import FileTrouble, Problem, UsageProblem, did_you_mean
from ketasched.reading.excel import load_openpyxl
from ketasched.reading.table import Cell, Kind, Table, header_place, known_headers

MAX_UNPACKED = 32 * 1024 * 1024
MAX_CELLS = 200_000


class _Sheet(NamedTuple):
    """The values and the formulas of one sheet."""

    values: Any
    formulas: Any


class SheetTable(Table):
    """A table in a sheet, whose every cell is called as Excel calls it: B7."""

    def __init__(self, file: str, sheet: str, notes: Sequence[str], holds: str) -> None:
        super().__init__(file, notes, holds)
        self.sheet = sheet

    def place(self, cell: Cell) -> str:
        """Where a cell stands: ``in B3``."""
        return f"in {cell_name(cell)}"

    def faulty(self, text: str) -> str:
        """A formula is in the text only where the file keeps no value of it."""
        return f"the file keeps no value of the formula `{text[:40]}`" if text[:1] == "=" else ""

    def problem(self, cell: Cell, message: str, hint: str) -> Problem:
        """A mistake at a cell."""
        where = f"{self.sheet}!{cell_name(cell)}"
        return Problem(message, cell.line, cell.column, hint=hint, cell=where)


def cell_name(cell: Cell) -> str:
    """What Excel calls a cell: ``B7``."""
    letters, number = "", cell.column
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{cell.line}"


def sheet_of(
    file: str, data: bytes, wanted: str, field_of: Callable[[str], str], kind: Kind
) -> tuple[SheetTable, list[list[Cell]]]:
    """A sheet of a workbook and its rows that are not wholly empty; trailing empty columns are
    left out.

    Args:
        file: what messages call it.
        data: the workbook.
        wanted: the name of the sheet; empty: the one that is shown and has headers that are known.
        field_of: what a header means.
        kind: what kind of table it is.

    Raises:
        FileTrouble: it cannot be read.
        UsageProblem: the sheet is not clear, or openpyxl is not there.
    """
    sheets = _sheets(file, data)
    name = _chosen(sheets, wanted, field_of, kind)
    notes = [f"read the sheet `{name}`"] if len(sheets) > 1 and not wanted else []
    rows = _rows(sheets[name], with_times=kind.with_times)
    hidden = _hidden(sheets[name].values, rows)
    notes += [f"hidden {hidden} are read too"] if hidden else []
    return SheetTable(file, name, notes, kind.rows), rows


def _sheets(file: str, data: bytes) -> dict[str, _Sheet]:
    openpyxl = load_openpyxl()
    if _unpacked(file, data) > MAX_UNPACKED:
        raise FileTrouble(f"{file} is larger than {MAX_UNPACKED >> 20} MiB unpacked", file=file)
    try:
        with warnings.catch_warnings():  # of drop-down lists and the like, which say nothing here
            warnings.simplefilter("ignore")
            values, formulas = (
                openpyxl.load_workbook(io.BytesIO(data), data_only=only) for only in (True, False)
            )
        sheets = {sheet.title: _Sheet(sheet, formulas[sheet.title]) for sheet in values.worksheets}
    except Exception:  # the package raises whatever its parts do
        raise _no_workbook(file) from None
    if not sheets:
        raise _no_workbook(file)
    return sheets


def _no_workbook(file: str) -> FileTrouble:
    message = f"{file} is an archive, and no Excel workbook (.xlsx) that can be read"
    return FileTrouble(message, "save the table as .xlsx or CSV", file)


def _unpacked(file: str, data: bytes) -> int:
    """How large the parts of a workbook say they are, in bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _no_workbook(file) from None


def _chosen(
    sheets: dict[str, _Sheet], wanted: str, field_of: Callable[[str], str], kind: Kind
) -> str:
    """The name of the sheet that is meant.

    Raises:
        UsageProblem: it is not clear.
    """
    if wanted:
        same = [name for name in sheets if name.casefold() == wanted.strip().casefold()]
        if len(same) == 1:
            return same[0]
        hint = did_you_mean(wanted, sheets) or f"there are: {', '.join(sheets)}"
        raise UsageProblem(f"--sheet: there is no sheet `{wanted}`", hint)
    if len(sheets) == 1:
        return next(iter(sheets))
    shown = [name for name, sheet in sheets.items() if sheet.values.sheet_state == "visible"]
    fitting = [name for name in shown if _fits(sheets[name], field_of)]
    if len(fitting) != 1:
        listed = ", ".join(f"`{name}`" for name in fitting or sheets)
        message = f"several sheets could be the {kind.name}: {listed}"
        name = (fitting or list(sheets))[0]
        raise UsageProblem(message, f'name it: --sheet "{name}"')
    return fitting[0]


def _fits(sheet: _Sheet, field_of: Callable[[str], str]) -> bool:
    texts = [[cell.text for cell in row] for row in _rows(sheet)]
    return bool(texts) and known_headers(texts[header_place(texts, field_of)], field_of) > 1


def _rows(sheet: _Sheet, *, with_times: bool = False) -> list[list[Cell]]:
    values, formulas = (_values(part, with_times=with_times) for part in sheet)
    width = max((column for _, column in values.keys() | formulas.keys()), default=0)
    lines = sorted({row for row, _ in values.keys() | formulas.keys()})
    merged = dict(_merged(sheet.values))

    def cell(line: int, column: int) -> Cell:
        at = merged.get((line, column), (line, column))
        return Cell(values.get(at) or formulas.get(at, ""), line, column)

    return [[cell(line, column) for column in range(1, width + 1)] for line in lines]


def _values(sheet: Any, *, with_times: bool) -> dict[tuple[int, int], str]:
    """The texts of the cells of a sheet that are not empty, by row and column."""
    if sheet.max_row * sheet.max_column > MAX_CELLS:
        raise FileTrouble(
            f"the sheet `{sheet.title}` reaches to row {sheet.max_row}",
            "delete what stands far below or beside the table",
        )
    return {
        (cell.row, cell.column): text
        for row in sheet.iter_rows()
        for cell in row
        if (text := _text(cell.value, cell.number_format, with_times=with_times))
    }


def _merged(sheet: Any) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """For each cell of merged ones, the one that has their value."""
    for area in sheet.merged_cells.ranges:
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                yield (row, column), (area.min_row, area.min_col)


# One section of a number format with words of its own, as in "Week "0.
_WORDS = r'((?:"[^"]*"|\\.|\s)*)'
_WORDED = re.compile(rf"{_WORDS}(?:General|[#0?.,]+){_WORDS}", re.IGNORECASE)


def _text(value: object, shown_as: str, *, with_times: bool) -> str:
    """A value as people would write it: ``29`` for 29.0, ``2027-01-04`` for a date, ``Week 4`` for
    a 4 whose number format says so. ``with_times``: the time of a date counts, and the lines of a
    cell are kept, as in a text.
    """
    value = getattr(value, "text", value)  # a formula of several cells
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        at = f" {value:%H:%M}" if with_times and value.time() != time() else ""
        return f"{value.date().isoformat()}{at}"
    if isinstance(value, date | time):
        return value.isoformat()
    words = _WORDED.fullmatch(shown_as.partition(";")[0]) if isinstance(value, int) else None
    if words and any(map(str.isalpha, words[1] + words[2])):
        value = _unquoted(words[1]) + str(value) + _unquoted(words[2])
    lines = str("" if value is None else value).strip().splitlines()
    return ("\n" if with_times else " ").join(" ".join(line.split()) for line in lines)


def _unquoted(words: str) -> str:
    return re.sub(r'"|\\(?=.)', "", words)


def _hidden(sheet: Any, rows: Sequence[Sequence[Cell]]) -> str:
    """The rows and columns of a table that Excel does not show, as it calls them."""
    numbers = [row[0].line for row in rows if sheet.row_dimensions[row[0].line].hidden]
    width = len(rows[0]) if rows else 0
    columns = sorted(
        column
        for shape in sheet.column_dimensions.values()
        if shape.hidden
        for column in range(shape.min or 1, min(shape.max or 1, width) + 1)
    )
    letters = [cell_name(Cell("", 0, column)).rstrip("0") for column in columns]
    parts = [
        f"{noun}{'s' if len(names) > 1 else ''} {', '.join(map(str, names))}"
        for noun, names in (("row", numbers), ("column", letters))
        if names
    ]
    return " and ".join(parts)
