"""Visit tables as trial teams keep them, CSV, made into a protocol file."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

from ketasched.domain.protocol import MAX_SESSIONS
from ketasched.domain.wording import count_text
from ketasched.errors import FileProblems, Problem
from ketasched.files.visit_table.cells import READ, VisitDay, field_of, make_id, places_of, plain
from ketasched.files.visit_table.table import Cell, Table
from ketasched.reading.file_text import MAX_BYTES, read_file

MAX_PROTOCOLS = 100
NO_VERSION = "not stated"


class Converted(NamedTuple):
    """A protocol file, and the headers of the columns that are not in it."""

    text: str
    ignored: tuple[str, ...]


class _Course(NamedTuple):
    """What one protocol is made for: a version of the trial's protocol, and one of its arms; each
    empty where the table does not say.
    """

    version: str = ""
    arm: str = ""

    def __str__(self) -> str:
        return " and ".join(
            f"{what} {text}" for what, text in zip(self._fields, self, strict=True) if text
        )


class _Visit(NamedTuple):
    cells: Mapping[str, Cell]
    name: str
    day: VisitDay
    window: tuple[int, int]
    minutes: int


def convert(
    path: str, columns: Mapping[str, str], *, identifier: str, title: str, minutes: int
) -> Converted:
    """Make a protocol file of the visit table in a file; ``-`` reads standard input.

    Args:
        path: the table: a line of headers, then a line for each visit.
        columns: the headers of the columns that were named, by their key in `visit_cells.FIELDS`.
        identifier: the id of the protocol; of several versions, what their ids begin with.
        title: the title of the protocol; empty: from the file's name.
        minutes: the length of visits whose length the table does not say.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: all that is wrong with the table.
        UsageProblem: ``columns`` does not fit the headers.
    """
    table = Table(read_file(path, noun="visit table"))
    named = {plain(text) for text in columns.values()}
    header, rows = table.split(lambda text: bool(field_of(text)) or plain(text) in named)
    places = places_of(table, header, columns)
    courses = _courses(table, header, rows, places)
    at = None if table.problems else header[places["day"]]
    phases = {course: _phase(table, course, visits, at) for course, visits in courses.items()}
    ids = _ids(table, courses, identifier)
    table.finish()
    file = "standard input" if path == "-" else _shown(PurePath(path).name)
    name = "visits" if path == "-" else _shown(PurePath(path).stem)
    made_by = "-" if path == "-" else shlex.quote(file)
    text = f"# Made by: ketasched convert {made_by}\nversion: 1\nprotocols:\n"
    alone = bool(title) and len(phases) == 1
    for course, phase in phases.items():
        stated = "" if alone else f", {course}".replace(" and ", ", ").removesuffix(", ")
        text += _PROTOCOL.format(
            id=_quoted(ids[course]),
            title=_quoted((title or name) + stated),
            label=_quoted(title or name),
            version=_quoted(course.version or NO_VERSION),
            fill_in="" if course.version else "   # the table does not say: fill it in",
            length=f"{minutes} min",
            which="a visit without a length of its own" if "length" in places else "every visit",
            phase=phase,
            file=_quoted(file),
        )
    if len(text.encode()) > MAX_BYTES:
        message = f"the protocol file would be larger than {MAX_BYTES // 1024} KiB"
        raise FileProblems(table.file, [Problem(message, hint="make two tables of it")])
    left_out = [place for place in range(len(header)) if place not in places.values()]
    ignored = [header[place].text or f"column {place + 1}, without a header" for place in left_out]
    return Converted(text, tuple(ignored))


def _courses(
    table: Table, header: list[Cell], rows: list[list[Cell]], places: Mapping[str, int]
) -> dict[_Course, list[_Visit]]:
    """The visits of each protocol, in the order of the table; rows with mistakes are left out."""
    courses: dict[_Course, list[_Visit]] = {}
    if len(rows) > MAX_SESSIONS:
        table.fault(rows[MAX_SESSIONS][0], f"the table has more than {MAX_SESSIONS} visits")
    for row in rows[:MAX_SESSIONS]:
        if len(row) != len(header):
            at = row[len(header)] if len(row) > len(header) else row[-1]
            count = count_text(len(row), "cell")
            there_are = "there is" if len(header) == 1 else "there are"
            headers = count_text(len(header), "header")
            table.fault(at, f"the line has {count}, and {there_are} {headers}")
            continue
        cells = {key: row[place] for key, place in places.items()}
        said: dict[str, Any] = {key: table.read(cell, READ[key]) for key, cell in cells.items()}
        window: Any = said.get("window") or (said.get("minus"), said.get("plus"))
        if None not in (*said.values(), *window, said.get("name"), said.get("day")):
            visit = _Visit(cells, said["name"], said["day"], window, said.get("length", 0))
            course = _Course(said.get("version", ""), said.get("arm", ""))
            courses.setdefault(course, []).append(visit)
    if len(courses) > MAX_PROTOCOLS:
        one_too_many = list(courses.values())[MAX_PROTOCOLS][0].cells
        noun = "versions" if "version" in one_too_many else "arms"
        message = f"the table has more than {MAX_PROTOCOLS} {noun}"
        table.fault(_told_apart_by(one_too_many), message)
    if len({course.arm for course in courses}) == 1:
        # One arm is the trial.
        return {course._replace(arm=""): visits for course, visits in courses.items()}
    return courses


def _told_apart_by(cells: Mapping[str, Cell]) -> Cell:
    return cells.get("version") or cells["arm"]


def _ids(
    table: Table, courses: Mapping[_Course, Sequence[_Visit]], identifier: str
) -> dict[_Course, str]:
    if len(courses) == 1:
        return dict.fromkeys(courses, identifier)
    several_versions = len({course.version for course in courses}) > 1
    ids: dict[_Course, str] = {}
    for course, visits in courses.items():
        own = identifier
        if several_versions:
            own += f"-{make_id(course.version)}"
        if course.arm:
            arm = make_id(course.arm)
            own += f"-{arm if arm[0].isalpha() else f'arm-{arm}'}"
        if own in ids.values():
            noun = "version" if several_versions else "arm"
            message = f"another {noun} too would have the id `{own}`"
            hint = "tell them apart by letters or digits"
            table.fault(_told_apart_by(visits[0].cells), message, hint)
        ids[course] = own
    return ids


def _phase(
    table: Table, course: _Course, visits: Sequence[_Visit], days_header: Cell | None
) -> str:
    """The phase of a protocol; a missing baseline is noted at ``days_header``, if it is given."""
    numbers = {visit.day.number for visit in visits}
    first_day = 0 if 0 in numbers else 1
    if first_day not in numbers and days_header:
        whose = f" of {course}" if any(course) else ""
        hint = "write its day as 0, or as 1 if the table has no day 0"
        table.fault(days_header, f"no visit{whose} is the baseline", hint)
    by_day: dict[int, _Visit] = {}
    by_name: dict[str, _Visit] = {}
    for visit in visits:
        day = visit.day.number
        same_day = by_day.setdefault(day, visit)
        same_name = by_name.setdefault(visit.name.casefold(), visit)
        if same_day is not visit:
            what = "two baselines" if day == first_day else "two visits on one day"
            other = f"`{same_day.name}` on line {table.line(same_day.cells['name'])}"
            table.fault(visit.cells["day"], f"{what}: {other} is on day {day} too")
        elif same_name is not visit:
            other = f"another is on line {table.line(same_name.cells['name'])}"
            table.fault(visit.cells["name"], f"two visits are called `{visit.name}`: {other}")
        elif visit.day.in_weeks and first_day in numbers and first_day == 1:
            message = (
                f"`{visit.cells['day'].text}` may begin or end a week where day 1 is the first"
            )
            table.fault(visit.cells["day"], message, "write the number of the day")
    meaning = ("day 0 is the baseline", "day 1 is the first day, there is no day 0")[first_day]
    lines = [f"        first_day: {first_day}   # {meaning}", "        sessions:"]
    return "\n".join(lines + [_session(visit) for _, visit in sorted(by_day.items())])


def _session(visit: _Visit) -> str:
    early, late = (count_text(days, "day") for days in visit.window)
    length = f", length: {visit.minutes} min" if visit.minutes else ""
    return (
        f"          - {{name: {_quoted(visit.name)}, day: {visit.day.number}, "
        f"window: {{early: {early}, late: {late}}}{length}}}"
    )


def _quoted(text: str) -> str:
    """Printable text as YAML: its double quotes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _shown(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text[:200])


_PROTOCOL = """\
  - id: {id}
    title: {title}
    label: {label}
    version: {version}{fill_in}
    drug: not stated   # the table does not say: fill it in
    route: not stated
    use: not stated
    steps:
      - {{name: visit, length: {length}}}   # our default for {which}: --length changes it
    phases:
      - name: visits
{phase}
    sources:
      - {{fact: "visits, days and windows", source: {file}, grade: convention}}
"""
