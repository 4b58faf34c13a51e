"""A table of a report as an Excel workbook: days and times that count, a sheet for each part."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import IO, Any, NamedTuple
from unicodedata import east_asian_width

from ketasched.reading.excel import load_openpyxl
from ketasched.reports.table import Part, Table, cell

LONGEST_NAME = 31
"""UTF-16 units that the name of a sheet may have in Excel."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\n\ufffe\uffff]")
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_WHEN = frozenset(("day", "start", "target", "window_start", "window_end", "planned", "actual"))
"""The columns of days and instants; an `end` is that of a `start`."""
_FORMATS: Mapping[type, str] = {
    date: "ddd d mmm yyyy",
    time: "hh:mm",
    datetime: "ddd d mmm yyyy hh:mm",
}
_WIDTHS: Mapping[type, int] = {date: 16, time: 7, datetime: 22}
_WIDEST = 60
_CORE = "docProps/core.xml"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest instant of a file in an archive: the same table gives the same bytes."""
_WRITTEN_AT = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>", re.DOTALL)


class Column(NamedTuple):
    """A column of a sheet: its heading, and what it shows of a column of the table."""

    heading: str
    of: str
    shown: Callable[[Any], Any]


def workbook(table: Table) -> bytes:
    """A workbook of a table; a table without parts has one empty sheet.

    Raises:
        UsageProblem: openpyxl is not there.
    """
    writer = _Writer(load_openpyxl(), list(_columns(table.columns)))
    parts = table.parts or [Part("Nothing", ())]
    for name, part in zip(sheet_names(part.name for part in parts), parts, strict=True):
        writer.write(name, part.rows)
    data = io.BytesIO()
    writer.book.save(data)
    return _timeless(data)


def sheet_names(names: Iterable[str]) -> Iterator[str]:
    """A name for each sheet that Excel takes, no two alike but for capitals."""
    used: set[str] = {"history"}  # Excel keeps it for itself
    for name in names:
        clean = _NOT_IN_NAMES.sub(" ", cell(name)).strip("' \n") or "Sheet"
        number, own = 1, _cut(clean)
        while own.casefold() in used:
            number += 1
            own = _cut(clean, f" ({number})")
        used.add(own.casefold())
        yield own


def _cut(name: str, end: str = "") -> str:
    """A name with its end, of which Excel takes the length."""
    units = name.encode("utf-16-le")[: 2 * (LONGEST_NAME - len(end))]
    return units.decode("utf-16-le", errors="ignore").strip("' ") + end


def _columns(names: Sequence[str]) -> Iterator[Column]:
    """The columns of a sheet: a start has its day, its wall time, and at the end their offset."""
    timed = "start" in names and "end" in names
    if timed and "day" not in names:
        names = [part for name in names for part in (("day", name) if name == "start" else (name,))]
    for name in names:
        heading = "UID" if name == "uid" else name.replace("_", " ").capitalize()
        if timed and name in ("start", "end"):
            yield Column(heading, name, _time)
        elif timed and name == "day":
            yield Column(heading, "start", _day)
        else:
            yield Column(heading, name, _when if name in _WHEN else cell)
    if timed:
        yield Column("Offset", "start", _offset)


def _when(text: str | None) -> date | None:
    if not text:
        return None
    return datetime.fromisoformat(text).replace(tzinfo=None) if "T" in text else _day(text)


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _time(text: str) -> time | None:
    """The wall time of an instant; a day has none."""
    return datetime.fromisoformat(text).time() if "T" in text else None


def _offset(text: str) -> str:
    """What the wall time of an instant is ahead of UTC."""
    return f"UTC{text[-6:]}" if "T" in text else ""


class _Writer:
    """Writes sheets into a workbook. It makes a cell for each column and kind of value, and writes
    every row with them: the package takes long over new ones.
    """

    def __init__(self, package: Any, columns: Sequence[Column]) -> None:
        self.package = package
        self.book = package.Workbook(write_only=True)
        self.book.properties.creator = None  # the package would name itself
        self.columns = columns
        self.heads: list[Any] = []
        self.cells: dict[tuple[int, type], Any] = {}

    def write(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """A sheet of some rows under a header that stays where it is."""
        sheet = self.book.create_sheet(name)
        sheet.freeze_panes = "A2"
        lines = [[column.shown(row[column.of]) for column in self.columns] for row in rows]
        for place, column in enumerate(self.columns):
            letter = self.package.utils.get_column_letter(place + 1)
            values = [column.heading, *(line[place] for line in lines)]
            sheet.column_dimensions[letter].width = min(_WIDEST, max(map(_width, values)) + 2)
        self.heads = self.heads or [self._head(sheet, column) for column in self.columns]
        sheet.append(self.heads)
        for line in lines:
            sheet.append([self._cell(sheet, place, value) for place, value in enumerate(line)])

    def _head(self, sheet: Any, column: Column) -> Any:
        head = self.package.cell.WriteOnlyCell(sheet, column.heading)
        head.font = self.package.styles.Font(bold=True)
        return head

    def _cell(self, sheet: Any, place: int, value: Any) -> Any:
        """A value in the cell of its column."""
        if value is None or value == "":
            return None
        kind = type(value)
        if (place, kind) not in self.cells:
            self.cells[place, kind] = self._styled(sheet, kind)
        own = self.cells[place, kind]
        if kind is str:
            own.value = _NOT_IN_XML.sub("?", value)
            own.data_type = "s"  # whatever it looks like
        else:
            own.value = value
        return own

    def _styled(self, sheet: Any, kind: type) -> Any:
        own = self.package.cell.WriteOnlyCell(sheet)
        own.alignment = self.package.styles.Alignment(vertical="top", wrap_text=kind is str)
        own.number_format = _FORMATS.get(kind, "General")
        return own


def _width(value: Any) -> int:
    """How many columns of a fixed font a value takes."""
    if not isinstance(value, str):
        return _WIDTHS.get(type(value), 0) or len(str(value))
    lines = value.split("\n")
    if value.isascii():
        return max(map(len, lines))
    return max(sum(1 + (east_asian_width(sign) in "WF") for sign in line) for line in lines)


def _timeless(data: IO[bytes]) -> bytes:
    """An archive without the instants at which it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = _WRITTEN_AT.sub(b"", old.read(name)) if name == _CORE else old.read(name)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()
