"""Visit tables as trial teams keep them, CSV or a workbook, made into a protocol file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from ketasched.errors import FileProblems, Problem
from ketasched.files.visit_table.columns import columns_of
from ketasched.files.visit_table.headers import field_of, plain
from ketasched.files.visit_table.phase import phase_of
from ketasched.files.visit_table.visits import Course, Visit, told_apart_by, visits_of
from ketasched.reading.any_table import opened
from ketasched.reading.file_text import MAX_BYTES, FileBytes
from ketasched.reading.table import Cell, Kind, Table
from ketasched.reading.texts import make_id, quoted

VISIT_TABLE = Kind("visit table", "visits", most=4 * 1024 * 1024, most_text=MAX_BYTES)
NO_VERSION = "not stated"


class Converted(NamedTuple):
    """A protocol file, the headers of the columns that are not in it, and how it was read."""

    text: str
    ignored: tuple[str, ...]
    notes: tuple[str, ...]


def convert(
    file: FileBytes,
    columns: Mapping[str, str],
    *,
    identifier: str,
    title: str,
    minutes: int,
    sheet: str = "",
) -> Converted:
    """Make a protocol file of the visit table in a file.

    Args:
        file: the table: a line of headers, then a line for each visit.
        columns: the headers of the columns that were named, by their key in `headers.FIELDS`.
        identifier: the id of the protocol; of several versions, what their ids begin with.
        title: the title of the protocol; empty: from the file's name.
        minutes: the length of visits whose length the table does not say.
        sheet: the sheet of a workbook; empty: the one that looks like such a table.

    Raises:
        FileTrouble: there is no table in the file.
        FileProblems: all that is wrong with the table.
        UsageProblem: ``columns`` or ``sheet`` does not fit the table.
    """
    table, header, rows = opened(file.name, file.data, sheet, _meaning(columns), VISIT_TABLE)
    known = columns_of(table, header, rows, columns)
    courses = visits_of(table, header, rows, known)
    at = None if table.problems else header[known.places["day"]]
    phases = {
        course: phase_of(table, course, visits, at, first_day_is_1=known.first_day_is_1)
        for course, visits in courses.items()
    }
    ids = _ids(table, courses, identifier)
    table.finish()
    name = "visits" if file.path == "-" else PurePath(file.last_name).stem
    text = f"# Made by: ketasched convert {file.argument}\nversion: 1\nprotocols:\n"
    alone = bool(title) and len(phases) == 1
    of_its_own = "length" in known.places
    which = "a visit without a length of its own" if of_its_own else "every visit"
    for course, phase in phases.items():
        stated = "" if alone else f", {course}".replace(" and ", ", ").removesuffix(", ")
        text += _PROTOCOL.format(
            id=quoted(ids[course]),
            title=quoted((title or name) + stated),
            label=quoted(title or name),
            version=quoted(course.version or NO_VERSION),
            fill_in="" if course.version else "   # the table does not say: fill it in",
            length=f"{minutes} min",
            which=which,
            phase=phase,
            file=quoted(file.last_name),
        )
    if len(text.encode()) > MAX_BYTES:
        message = f"the protocol file would be larger than {MAX_BYTES // 1024} KiB"
        raise FileProblems(table.file, [Problem(message, hint="make two tables of it")])
    return Converted(text, _ignored(header, known.places), tuple(table.notes))


def _meaning(columns: Mapping[str, str]) -> Callable[[str], str]:
    """The key of a header, where some were named."""
    named = {plain(text): key for key, text in columns.items()}
    return lambda header: named.get(plain(header)) or field_of(header)


def _ignored(header: Sequence[Cell], places: Mapping[str, int]) -> tuple[str, ...]:
    left_out = [place for place in range(len(header)) if place not in places.values()]
    return tuple(
        header[place].text or f"column {place + 1}, without a header" for place in left_out
    )


def _ids(
    table: Table, courses: Mapping[Course, Sequence[Visit]], identifier: str
) -> dict[Course, str]:
    if len(courses) == 1:
        return dict.fromkeys(courses, identifier)
    several_versions = len({course.version for course in courses}) > 1
    ids: dict[Course, str] = {}
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
            table.fault(told_apart_by(visits[0].cells), message, hint)
        ids[course] = own
    return ids


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
