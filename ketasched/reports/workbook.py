"""A table of a report as an Excel workbook: days and times that count, a sheet for each part."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import IO, Any, NamedTuple
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from ketasched.reading.excel import load_openpyxl
from ketasched.reports.table import Part, Table, cell

LONGEST_NAME = 31
"""UTF-16 units that the name of a sheet may have in Excel."""
LONGEST_TEXT = 32_767
"""Signs that a cell may have."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\n\ufffe\uffff]")
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
_WHEN = frozenset(("day", "start", "target", "window_start", "window_end", "planned", "actual"))
"""The columns of days and instants; an `end` is that of a `start`."""
_FORMATS: Mapping[type, str] = {
    date: "ddd d mmm yyyy",
    time: "hh:mm",
    datetime: "ddd d mmm yyyy hh:mm",
}
_KINDS = (None, str, int, date, time, datetime)
"""The kinds of values that have a style; None is a heading."""
_FIRST_DAY = date(1899, 12, 30).toordinal()
_AREA = re.compile(rb"<dimension [^>]*>")
_NO_CELLS = re.compile(rb"<sheetData\s*(?:/>|></sheetData>)")
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
    return _completed(data, writer.cells)


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


class _Cells(NamedTuple):
    """The cells of a sheet as its part of the archive has them: where they are, and all rows."""

    area: str
    rows: str


class _Writer:
    """Writes sheets into a workbook. The package makes all of it but the cells, over which it takes
    longer than over all else.
    """

    def __init__(self, package: Any, columns: Sequence[Column]) -> None:
        self.package = package
        self.book = package.Workbook()
        self.book.remove(self.book.active)
        self.book.properties.creator = None  # the package would name itself
        self.columns = columns
        self.letters = [package.utils.get_column_letter(place + 1) for place in range(len(columns))]
        self.styles: dict[type | None, int] = {}
        self.cells: dict[str, _Cells] = {}

    def write(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """A sheet of some rows under a header that stays where it is."""
        sheet = self.book.create_sheet(name)
        sheet.freeze_panes = "A2"
        self.styles = self.styles or {kind: self._style(sheet, kind) for kind in _KINDS}
        lines = [[column.shown(row[column.of]) for column in self.columns] for row in rows]
        for place, column in enumerate(self.columns):
            values = [column.heading, *(line[place] for line in lines)]
            width = min(_WIDEST, max(map(_width, values)) + 2)
            sheet.column_dimensions[self.letters[place]].width = width
        head = self._row(1, [column.heading for column in self.columns], self.styles[None])
        text = head + "".join(self._row(number, line) for number, line in enumerate(lines, 2))
        area = f'<dimension ref="A1:{self.letters[-1]}{len(lines) + 1}"/>'
        part = f"xl/worksheets/sheet{len(self.book.worksheets)}.xml"
        self.cells[part] = _Cells(area, f"<sheetData>{text}</sheetData>")

    def _style(self, sheet: Any, kind: type | None) -> int:
        """The number of the style of a kind of value; None is a heading."""
        own, styles = self.package.cell.Cell(sheet, 1, 1), self.package.styles
        if kind is None:
            own.font = styles.Font(name=own.font.name, size=own.font.size, bold=True)
        own.alignment = styles.Alignment(vertical="top", wrap_text=kind is str)
        own.number_format = _FORMATS.get(kind, "General") if kind else "General"
        return int(own.style_id)

    def _row(self, number: int, values: Sequence[Any], style: int | None = None) -> str:
        cells = (
            _cell(f"{letter}{number}", self.styles[type(value)] if style is None else style, value)
            for letter, value in zip(self.letters, values, strict=True)
            if value is not None and value != ""
        )
        return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, style: int, value: Any) -> str:
    """A cell in a sheet (ECMA-376, 18.3.1.4): a text in it, or a number; days are numbers too."""
    if isinstance(value, str):
        text = escape(_NOT_IN_XML.sub("?", value[:LONGEST_TEXT]))
        said = f'<is><t xml:space="preserve">{text}</t></is>'
        return f'<c r="{place}" s="{style}" t="inlineStr">{said}</c>'
    return f'<c r="{place}" s="{style}"><v>{_number(value)}</v></c>'


def _number(value: Any) -> float:
    """A value as Excel counts: in days since 30 December 1899."""
    if isinstance(value, time):
        return (value.hour * 60 + value.minute) / 1440
    if isinstance(value, datetime):
        return _number(value.date()) + _number(value.time())
    return value.toordinal() - _FIRST_DAY if isinstance(value, date) else value


def _width(value: Any) -> int:
    """How many columns of a fixed font a value takes."""
    if not isinstance(value, str):
        return _WIDTHS.get(type(value), 0) or len(str(value))
    lines = value.split("\n")
    if value.isascii():
        return max(map(len, lines))
    return max(sum(1 + (east_asian_width(sign) in "WF") for sign in line) for line in lines)


def _completed(data: IO[bytes], cells: Mapping[str, _Cells]) -> bytes:
    """An archive with the cells of its sheets, by part, and without the instants at which it was
    written.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == _CORE:
                part = _WRITTEN_AT.sub(b"", part)
            if name in cells:
                part = _AREA.sub(cells[name].area.encode(), part, count=1)
                before, after = _NO_CELLS.split(part)
                part = b"".join((before, cells[name].rows.encode(), after))
            new.writestr(zipfile.ZipInfo(name, _EPOCH), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()
