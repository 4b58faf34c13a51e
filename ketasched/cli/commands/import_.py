"""``ketasched import``: courses that already run, from a table, become records."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched.asking.values import columns_named
from ketasched.cli.options import Argument, Option, takes
from ketasched.cli.result import Result
from ketasched.errors import KetaschedError

if TYPE_CHECKING:
    from datetime import datetime

    from ketasched.asking.into_folder import IntoFolder
    from ketasched.cli.imported import Imported
    from ketasched.reports.table import Table

HELP = """Make records of courses that already run, from a table: what took place is kept as it
was, the rest is planned on. The same table again changes nothing.

\b
Examples:
  ketasched import courses.csv --into patients --dry-run
  ketasched import courses.xlsx --into patients --unmarked attended
  ketasched import sheet.csv --into patients --column name="Pt" --protocol iv

The table is CSV or Excel: a line a session (name, protocol, date, time, state), or a line a
patient (name, protocol, session 1, session 2, ...; or dates in one cell). States are attended,
missed, cancelled and planned, or the usual words for these.
"""
ImportFormat = Literal["table", "json", "csv", "xlsx"]
Unmarked = Literal["attended", "missed", "cancelled"]


class ImportRequest(NamedTuple):
    """Which table goes into which folder, and what it does not say."""

    table_file: str
    into: str
    unmarked: Unmarked | None = None
    protocol: str = ""
    column: tuple[str, ...] = ()
    sheet: str = ""
    dry_run: bool = False
    clinic: str = ""
    tz: str = ""
    holidays: str = ""
    protocols: str = ""
    format: ImportFormat = "table"


class NotAllImported(KetaschedError):
    """Some courses of a table cannot be planned on."""

    code = "no-placement"
    exit_code = 3


@takes(
    ImportRequest,
    table_file=Argument("TABLE"),
    into=Option("The folder of the records.", "FOLDER"),
    unmarked=Option("What past sessions were of which the table does not say it."),
    protocol=Option("The protocol of all lines that name none.", "PROTOCOL"),
    column=Option(
        'Which column is which, if its header does not say: date="Tx date"; KEY is name, '
        "protocol, date, dates, time, state, attended, number, start or arm.",
        "KEY=HEADER",
    ),
)
def run(request: ImportRequest) -> Result:
    """The records of all courses of a table that can be planned on.

    Raises:
        KetaschedError: the table or the folder cannot be read, or a line says what cannot be.
    """
    from ketasched import clock
    from ketasched.cli.imported import imported
    from ketasched.files.course_table import course_table

    now = clock.now()
    table = course_table.load(request.table_file, request.sheet, _columns(request.column))
    outcome = imported(table, _into(request, now))
    notes = [f"note: {note}" for note in table.table.notes]
    if table.unknown:
        headers = ", ".join(f"`{header}`" for header in table.unknown)
        notes.append(f"note: columns not used: {headers}")
    notes.append(_written_note(request, outcome))
    return Result(
        lambda: _page(outcome, dry_run=request.dry_run),
        lambda: _report(outcome),
        lambda: _rows(outcome),
        writing=contextlib.nullcontext() if request.dry_run else _written(outcome),
        notes=notes,
        trouble=_trouble(outcome),
    )


def _into(request: ImportRequest, now: datetime) -> IntoFolder:
    from ketasched.asking.request import Request
    from ketasched.cli.into_folder import into_folder

    options = Request(
        protocol=request.protocol,
        start="",
        clinic=request.clinic,
        tz=request.tz,
        holidays=request.holidays,
        protocols=request.protocols,
    )
    return into_folder(request.into, options, now)._replace(unmarked=request.unmarked)


def _columns(texts: Sequence[str]) -> dict[str, str]:
    from ketasched.files.course_table.headers import FIELDS

    def key_of(word: str) -> str:
        return word.casefold() if word.casefold() in FIELDS else ""

    return columns_named(texts, '--column date="Tx date"', FIELDS, key_of)


@contextlib.contextmanager
def _written(outcome: Imported) -> Iterator[None]:
    from ketasched.cli.imported import write

    write(outcome)
    yield


def _written_note(request: ImportRequest, outcome: Imported) -> str:
    from ketasched.domain.wording import count_text

    new = sum(arrival.moved is not None for arrival in outcome.arrivals)
    changed = sum(bool(each.whats) for each in outcome.known)
    if not new + changed:
        return "nothing was written: there is nothing new"
    if request.dry_run:
        return "nothing was written: --dry-run"
    said = [f"saved {count_text(new, 'record')}"] if new else []
    said += [f"changed {count_text(changed, 'record')}"] if changed else []
    return f"{' and '.join(said)} in {request.into}"


def _trouble(outcome: Imported) -> KetaschedError | None:
    from ketasched.domain.wording import list_text

    names = [each.newcomer.told.name for each in outcome.arrivals if each.moved is None]
    if not names:
        return None
    hint = "the page says why; where a clinician decides, write the day of its next session"
    return NotAllImported(f"cannot be planned on: {list_text(names)}", hint, shown=True)


def _page(outcome: Imported, *, dry_run: bool) -> str:
    from ketasched.cli.terminal.imported import imported_page

    return imported_page(outcome, dry_run=dry_run)


def _report(outcome: Imported) -> dict[str, object]:
    from ketasched.reports.import_report import import_report

    return import_report(*outcome.reported)


def _rows(outcome: Imported) -> Table:
    from ketasched.reports.import_report import import_table

    return import_table(outcome.reported[0])
