"""From the rows of a visit table to the visits of each protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ketasched.domain.protocol import MAX_SESSIONS
from ketasched.domain.wording import count_text
from ketasched.files.visit_table.columns import WINDOW_KEYS, Columns
from ketasched.files.visit_table.days import Sides, Span, Timing, VisitDay, names_unit
from ketasched.reading.table import Cell, Table

MAX_PROTOCOLS = 100


class Course(NamedTuple):
    """What one protocol is made for: a version of the trial's protocol, and one of its arms; each
    empty where the table does not say.
    """

    version: str = ""
    arm: str = ""

    def __str__(self) -> str:
        return " and ".join(
            f"{what} {text}" for what, text in zip(self._fields, self, strict=True) if text
        )


class Visit(NamedTuple):
    """A row that could be read; ``cells`` by key, ``day`` for the one that says when it is."""

    cells: Mapping[str, Cell]
    name: str
    timing: Timing
    window: Sides | Span
    minutes: int


def visits_of(
    table: Table, header: Sequence[Cell], rows: Sequence[Sequence[Cell]], columns: Columns
) -> dict[Course, list[Visit]]:
    """The visits of each protocol, in the order of the table; rows with mistakes are left out."""
    courses: dict[Course, list[Visit]] = {}
    if len(rows) > MAX_SESSIONS:
        table.fault(rows[MAX_SESSIONS][0], f"the table has more than {MAX_SESSIONS} visits")
    for row in rows[:MAX_SESSIONS]:
        if len(row) < len(header) or any(cell.text for cell in row[len(header) :]):
            _fault_width(table, header, row)
            continue
        cells = {key: row[place] for key, place in columns.places.items()}
        said = {key: table.read(cell, columns.readers[key]) for key, cell in _once_each(cells)}
        visit = _visit(table, cells, said, first_day_is_1=columns.first_day_is_1)
        if visit:
            _refuse_weeks_as_days(table, visit, header[columns.places["day"]].text)
            course = Course(said.get("version") or "", said.get("arm") or "")
            courses.setdefault(course, []).append(visit)
    if len(courses) > MAX_PROTOCOLS:
        one_too_many = list(courses.values())[MAX_PROTOCOLS][0].cells
        noun = "versions" if "version" in one_too_many else "arms"
        message = f"the table has more than {MAX_PROTOCOLS} {noun}"
        table.fault(told_apart_by(one_too_many), message)
    if len({course.arm for course in courses}) == 1:
        # One arm is the trial.
        return {course._replace(arm=""): visits for course, visits in courses.items()}
    return courses


def _refuse_weeks_as_days(table: Table, visit: Visit, title: str) -> None:
    """Week 4 is not on day 4: the column counts weeks, whatever its header says."""
    day = visit.timing.day
    if isinstance(day, VisitDay) and not day.in_weeks:
        unit = names_unit(visit.name, day.number)
        if unit and visit.cells["day"] != visit.cells["name"]:
            message = f"`{visit.name}` would be on day {day.number}: is this a number of days?"
            hint = f'if it counts weeks: --column week="{title}"'
            table.fault(visit.cells["day"], message, hint)


def told_apart_by(cells: Mapping[str, Cell]) -> Cell:
    """The cell that says which version or arm a row is of."""
    return cells.get("version") or cells["arm"]


def _once_each(cells: Mapping[str, Cell]) -> list[tuple[str, Cell]]:
    """The cells by key; one that is both name and day has one mistake."""
    same = cells.get("name") == cells.get("day")
    return [(key, cell) for key, cell in cells.items() if not (same and key == "name")]


def _fault_width(table: Table, header: Sequence[Cell], row: Sequence[Cell]) -> None:
    at = row[len(header)] if len(row) > len(header) else row[-1]
    count = count_text(len(row), "cell")
    there_are = "there is" if len(header) == 1 else "there are"
    headers = count_text(len(header), "header")
    table.fault(at, f"the line has {count}, and {there_are} {headers}")


def _visit(
    table: Table, cells: Mapping[str, Cell], said: Mapping[str, Any], *, first_day_is_1: bool
) -> Visit | None:
    """The visit of a row, unless a cell of it could not be read."""
    timing: Timing | None = said.get("day")
    name = said.get("name") or (timing.label if timing else None)
    if None in said.values() or timing is None or not name:
        return None
    if first_day_is_1 and timing.day == VisitDay(0, in_weeks=False):
        table.fault(cells["day"], "day 0: CDISC's VISITDY has none", "the first day is 1")
        return None
    if timing.window and any(cells[key].text for key in cells if key in WINDOW_KEYS):
        table.fault(cells["day"], "the window is said here, and in a column of its own")
        return None
    return Visit(cells, name, timing, _window(said, timing), said.get("length") or 0)


def _window(said: Mapping[str, Any], timing: Timing) -> Sides | Span:
    if timing.window:
        return timing.window
    if ends := said.keys() & {"earliest", "latest"}:
        first, last = (said[key].point if key in ends else None for key in ("earliest", "latest"))
        return Span(first, last)
    if said.keys() & {"minus", "plus"}:
        return Sides(said.get("minus", 0), said.get("plus", 0))
    window: Sides | Span = said.get("window", Sides(0, 0))
    return window
