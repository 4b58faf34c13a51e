"""``ketasched close-day``: the clinic must close, and every course with a session then moves."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from ketasched import clock, zone
from ketasched.asking.refusals import worded
from ketasched.asking.values import clean_text, read
from ketasched.cli.cannot_follow import cannot_follow, way_out
from ketasched.cli.options import Argument, Format, Option, takes
from ketasched.cli.reopen_day import reopened_day
from ketasched.cli.result import Result
from ketasched.domain.typed_dates import read_date
from ketasched.domain.wording import day_text
from ketasched.errors import FileTrouble, KetaschedError, UsageProblem, os_reason
from ketasched.reading.file_text import read_plain
from ketasched.records import acts, atomic, closed_days, codec
from ketasched.records.folder import Unread, unread_text, walk
from ketasched.records.open import Opened, happened, open_record, read_quickly, task_of
from ketasched.records.write import refuse_drift, write
from ketasched.reports.running_report import Call, closed_day_report
from ketasched.running.closing_day import begun, is_touched, sessions_of, without_day
from ketasched.running.legal_change import Conditions, Refusal
from ketasched.running.refusals import refusal_text

HELP = """The clinic must close: every course of a folder with a session on that day is
placed anew without it, its calendars are rewritten, and you are told whom to call.

\b
Examples:
  ketasched close-day 2027-01-21 . --reason snow
  ketasched close-day tomorrow records --dry-run
  ketasched close-day 2027-01-21 . --reopen
"""


class CloseDayRequest(NamedTuple):
    """Which day, for the records of which folder; or that it is open again."""

    day: str
    folder: str
    reopen: bool = False
    dry_run: bool = False
    reason: str = ""
    format: Format = "table"


class NotAll(KetaschedError):
    """Some courses have no legal place without that day, or cannot be read."""

    code = "no-placement"
    exit_code = 3


class Closing(NamedTuple):
    """A day that is closed, why, the moment, whether it is only shown, and the name of the act."""

    day: date
    reason: str
    now: datetime
    dry_run: bool
    act: str = ""


@takes(
    CloseDayRequest,
    day=Argument("DATE"),
    reopen=Option(
        "The day is open again: who was moved because of it goes back, if that is legal."
    ),
)
def run(request: CloseDayRequest) -> Result:
    """Whom to call: the day is closed in every record of a folder, or open again.

    Raises:
        KetaschedError: the folder or the day cannot be read.
    """
    folder = Path(request.folder)
    closing = _closing(request, folder)
    if request.reopen:
        return reopened_day(
            folder, closing.day, closing.reason, closing.now, dry_run=closing.dry_run
        )
    if not request.dry_run:
        closing = _remembered(folder, closing)
    calls, unread = walk(folder, lambda path: _called(path, closing))

    def page() -> str:
        from ketasched.cli.terminal.changes import calls_page

        return calls_page(calls, closed_days.closed_text(closing.day))

    return Result(
        page,
        lambda: closed_day_report(closing.day, calls, unread),
        notes=["nothing was written: --dry-run"] if request.dry_run else [],
        trouble=_not_all(calls, unread),
    )


def _closing(request: CloseDayRequest, folder: Path) -> Closing:
    if not folder.is_dir():
        raise UsageProblem(f"{folder} is not a folder", "give the folder of the records")
    now = clock.now()
    today = _today(folder, now)
    day = read("DATE", lambda text: read_date(text, today), request.day)
    if day < today:
        raise UsageProblem(f"{day_text(day)} is over", "say of each session then: miss or cancel")
    return Closing(day, clean_text("--reason", request.reason), now, request.dry_run)


def _today(folder: Path, now: datetime) -> date:
    """Today in the zone of the first record that can be read; else on this computer."""
    records, _ = walk(folder, read_quickly)
    place = zone.load(records[0].timezone).tzinfo if records else None
    return now.astimezone(place).date()


def _remembered(folder: Path, closing: Closing) -> Closing:
    """A closed day is noted where every record of the folder finds it, now and later. Closing it
    again, for those that had no place, is the same act.
    """
    days = closed_days.load(folder)
    known = [day for day in days if day.is_closed and day.day == closing.day]
    act = next((day.act for day in known if day.act), "") or acts.new_folder_act()
    closed = closed_days.ClosedDay(closing.day, closing.reason, act)
    if known:
        closed = known[0]._replace(act=act)
    after = [*(day for day in days if day not in known), closed]
    if set(after) != set(days):
        atomic.place_files([closed_days.new_file(folder, after)])
    return closing._replace(act=act)


def _called(path: Path, closing: Closing) -> Call | None:
    """Whom to call for a record; None where nobody was to come."""
    # Reading a record takes a while; one in which the day does not occur need not be read.
    try:
        data = read_plain(path, codec.MAX_BYTES)
    except OSError as error:
        raise FileTrouble(os_reason(error), file=str(path)) from None
    if f'"{closing.day.isoformat()} '.encode() not in data and data.endswith(b"}\n"):
        return None
    opened = open_record(str(path), closing.now)
    course = opened.record.course
    if not is_touched(course, closing.day, opened.here):
        why = begun(course, closing.day, opened.here)
        return Call(opened.record.name, course, None, why, begun=True) if why else None
    try:
        return _closed(opened, closing)
    except KetaschedError as error:  # the record can be read: somebody must be called
        return Call(opened.record.name, course, None, worded(error).message)


def _closed(opened: Opened, closing: Closing) -> Call:
    record = opened.record
    closed = [*record.options.get("closed", []), closed_days.span_of(closing.day)]
    changed = record._replace(options={**record.options, "closed": closed})
    task = task_of(changed, opened.now)
    opened = opened._replace(record=changed, task=task, act=closing.act)
    conditions = Conditions(opened.task.order, opened.here)
    outcome = without_day(conditions, record.course, closing.day)
    if isinstance(outcome, Refusal):
        touched = sessions_of(record.course, closing.day, opened.here)
        remedy = way_out(opened, touched[0]) if touched else ""
        return Call(record.name, record.course, None, f"{refusal_text(outcome)}{remedy}")
    if is_touched(outcome, closing.day, opened.here):
        why = f"the clinic's file opens {day_text(closing.day)} whatever else is closed"
        return Call(record.name, record.course, None, why)
    what = closed_days.closed_text(closing.day)
    after = happened(opened, record, outcome, what, reason=closing.reason)
    try:
        if closing.dry_run:
            refuse_drift(opened.path, record)
        else:
            write(opened, after, opened.path, opened.task)
    except FileTrouble as trouble:
        why = f"not changed, {trouble.message}; {trouble.hint}"
        return Call(record.name, record.course, None, why)
    told = map(str, cannot_follow(opened, record.course, outcome))
    why = "; ".join([*told, begun(record.course, closing.day, opened.here)]).removesuffix("; ")
    return Call(record.name, record.course, outcome, why)


def _not_all(calls: list[Call], unread: list[Unread]) -> NotAll | None:
    stuck = [call.name for call in calls if call.after is None and not call.begun]
    if not (stuck or unread):
        return None
    without = f"not moved: {', '.join(stuck)}" if stuck else ""
    not_read = f"not read: {unread_text(unread)}" if unread else ""
    message = "; ".join(part for part in (without, not_read) if part)
    hint = "the table says why, and what can be done by hand"
    return NotAll(message, hint if stuck else "the others are done", shown=True)
