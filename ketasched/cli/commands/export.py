"""``ketasched export``: the calendar of a saved course, or what other programs take of courses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from ketasched import clock
from ketasched.asking.values import refuse_no_calendar, refuse_our_files
from ketasched.calendar.entry_text import Audience
from ketasched.calendar.written_calendar import WrittenCalendar
from ketasched.cli.options import RECORD_OR_FOLDER, Option, takes
from ketasched.cli.result import Result
from ketasched.errors import UsageProblem
from ketasched.records import atomic
from ketasched.records.open import Opened, open_record
from ketasched.records.told_calendars import calendar_of, live_uids, sequences, view_for
from ketasched.records.write import write_with

HELP = """Write the calendar of a saved course, the whole of it; or an Excel workbook of
what stands in it, of a folder with a sheet for each course; or a FHIR bundle of a
course or a folder, which changes nothing when it is sent twice.

\b
Examples:
  ketasched export alex --ics alex.ics --force
  ketasched export records --for staff -o records.xlsx
  ketasched export records --for staff --format fhir -o records.json
"""


_ELSE = "choose another file"


class ExportRequest(NamedTuple):
    """Whose calendar, for whom, to which file (empty: standard output), how much of it, and as
    what.
    """

    name: str
    audience: Audience = "patient"
    ics: str = ""
    changes: bool = False
    drop_cancelled: bool = False
    force: bool = False
    format: Literal["ics", "xlsx", "fhir"] = "ics"


@takes(
    ExportRequest,
    name=RECORD_OR_FOLDER,
    ics=Option("The calendar file; else printed.", "FILE"),
    changes=Option("Only what changed since the last export."),
    drop_cancelled=Option("Leave cancelled entries out."),
    format=Option("As what; a calendar if not given.", short="-f"),
)
def run(request: ExportRequest) -> Result:
    """The calendar of the whole course, or of what changed since the last export; or a workbook or
    a bundle.

    Raises:
        KetaschedError: there is no such record, or what is asked for cannot go together.
    """
    if request.format != "ics":
        return _of_another_form(request)
    if request.changes and request.drop_cancelled:
        raise UsageProblem(
            "--changes tells of cancelled entries, and --drop-cancelled leaves them out",
            "leave one of them out",
        )
    opened = open_record(request.name, clock.now())
    calendar = _calendar(opened, request)
    data, count = bytes(calendar), len(calendar.entries)
    if request.changes and not count:
        return Result(notes=["nothing has changed since the last export"])
    if request.ics in ("", "-"):
        return Result(data=data, writing=_noted(opened, request))
    refuse_our_files("--ics", request.ics)
    refuse_no_calendar(request.ics)
    how = "import it where the course is" if request.changes else "import it into an empty calendar"
    entries = f"{count} entries" if count != 1 else "1 entry"
    return Result(
        writing=_written(opened, request, data), notes=[f"wrote {request.ics}: {entries}; {how}"]
    )


def _of_another_form(request: ExportRequest) -> Result:
    """What is no calendar.

    Raises:
        UsageProblem: something was asked for that only a calendar has.
    """
    bundle = request.format == "fhir"
    what = "--format fhir makes a bundle" if bundle else "--format xlsx makes a workbook"
    for option, typed in (
        ("--ics", request.ics),
        ("--changes", request.changes),
        ("--drop-cancelled", bundle and request.drop_cancelled),
    ):
        if typed:
            raise UsageProblem(f"{option} is of a calendar, and {what}", "leave one of them out")
    from ketasched.cli.exported import exported_bundle, exported_table

    if bundle:
        return exported_bundle(request.name, request.audience)
    return exported_table(request.name, request.audience, drop_cancelled=request.drop_cancelled)


def _calendar(opened: Opened, request: ExportRequest) -> WrittenCalendar:
    record = opened.record
    only: frozenset[str] | None = None
    if request.changes:
        last = record.exported.get(request.audience, {})
        sequence_of = sequences(record.told, request.audience)
        only = frozenset(uid for uid, sequence in sequence_of.items() if last.get(uid) != sequence)
    if request.drop_cancelled:
        only = live_uids(opened.task, record.course, request.audience)
    view = view_for(opened.task, request.audience)
    calendar = calendar_of(opened.task, record.course, record.told, view)
    return calendar if only is None else calendar.only(only)


@contextlib.contextmanager
def _noted(opened: Opened, request: ExportRequest) -> Iterator[None]:
    """Note in the record what was exported, once it was: the rest must come with the next."""
    yield
    _note(opened, request, {})


@contextlib.contextmanager
def _written(opened: Opened, request: ExportRequest, data: bytes) -> Iterator[None]:
    following = _following(opened, request)
    if following:
        atomic.check_place(request.ics, replace=request.force)
        _note(opened, request, {following: data})
    else:
        private = request.audience == "staff"
        with atomic.new_file(request.ics, data, replace=request.force, private=private):
            pass
        _note(opened, request, {})
    yield


def _note(opened: Opened, request: ExportRequest, written: dict[str, bytes]) -> None:
    record = opened.record
    sequence_of = sequences(record.told, request.audience)
    after = record._replace(exported={**record.exported, request.audience: sequence_of})
    write_with(opened, after, opened.path, written, keep_before=False)


def _following(opened: Opened, request: ExportRequest) -> str:
    """The calendar that follows the course and is to be written, by the record's name for it.

    Raises:
        UsageProblem: it would not be whole, or it is for others.
    """
    here = Path(request.ics).resolve()
    for calendar in opened.record.following:
        if (opened.path.parent / calendar.path).resolve() != here:
            continue
        if calendar.page:
            raise UsageProblem(f"{request.ics} is the page that follows the course", _ELSE)
        whose = "staff" if calendar.staff else "patient"
        if request.audience != whose or request.changes:
            raise UsageProblem(f"{request.ics} follows the course, whole and for {whose}", _ELSE)
        return calendar.path
    return ""
