"""``ketasched undo``: back to the plan before the last change, or before the last act over all."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.asking.values import clean_text
from ketasched.cli.change import open_course, rewritten
from ketasched.cli.options import RECORD_OR_FOLDER, Format, takes
from ketasched.cli.result import Result
from ketasched.domain.course import Course
from ketasched.domain.wording import day_text, list_text
from ketasched.errors import UsageProblem
from ketasched.records import acts, closed_days
from ketasched.records.folder import unread_trouble, walk
from ketasched.records.following import refuse_drift
from ketasched.records.open import Opened, name_of, read_quickly, read_record
from ketasched.records.record import CourseRecord
from ketasched.records.undo import last_changes, undone
from ketasched.records.write import refuse_no_room, write_all
from ketasched.reports.running_report import Call, folder_change_report
from ketasched.running.closing_day import is_touched
from ketasched.shell import paste

HELP = """Go back to the plan before the last change.

Of a folder, take back the last act over its records, such as a closed day.

\b
Examples:
  ketasched undo alex
  ketasched undo records --dry-run
"""


class UndoRequest(NamedTuple):
    """Whose last change to take back; of a folder, the last act over all of its records."""

    name: str
    dry_run: bool = False
    reason: str = ""
    format: Format = "table"


@takes(UndoRequest, name=RECORD_OR_FOLDER)
def run(request: UndoRequest) -> Result:
    """The course as it was before the last change that has not been undone; or the courses of a
    folder before the last act.

    Raises:
        UsageProblem: there is none.
    """
    if Path(request.name).is_dir():
        return _folder_undone(Path(request.name), request)
    opened, _ = open_course(request.name)
    places = last_changes(opened.record)
    act = opened.record.history[places[-1]].act if places else ""
    back = undone(opened, clean_text("--reason", request.reason))
    if back is None:
        raise UsageProblem(
            "there is nothing to undo",
            f"see: ketasched status {paste([request.name])} --history",
        )
    opened, after = back
    result = rewritten(opened, after, only_shown=request.dry_run)
    return result._replace(notes=[*result.notes, *_still_closed(opened, act)])


def _still_closed(opened: Opened, act: str) -> list[str]:
    """What to know after one record alone was taken out of a closed day."""
    folder = opened.path.parent
    day = acts.still_closed(folder, act)
    if day is None:
        return []
    again = f"ketasched close-day {day.isoformat()} {paste([str(folder)])} --reopen"
    return [f"{day_text(day)} is still closed for the other records; to open it again: {again}"]


def _folder_undone(folder: Path, request: UndoRequest) -> Result:
    """All that the last act did to the records of a folder is taken back, or nothing.

    Raises:
        UsageProblem: there is none, or a record was changed since.
        FileTrouble: a record cannot be read or written.
    """
    last, unread = acts.last_folder_act(folder)
    if last is None:
        raise UsageProblem(
            f"no act over the records of {folder} is left to undo",
            "to take back the last change of one course: ketasched undo NAME",
        )
    acts.refuse_unread(last.act, unread)
    _refuse_newcomers(folder, last)
    changes = _taken_back(last, clean_text("--reason", request.reason))
    if request.dry_run:
        for opened, _, _ in changes:
            refuse_drift(opened.path, opened.record)
        refuse_no_room([(opened, after) for opened, _, after in changes])
        note = "nothing was written: --dry-run"
    else:
        days = last.days_before
        beside = [closed_days.new_file(folder, days)] if days is not None else []
        write_all([(opened, after) for opened, _, after in changes], beside)
        paths = [*(opened.path for opened, _, _ in changes), *(file.path for file in beside)]
        note = f"wrote {list_text([str(path) for path in paths])}"
    calls = [Call(after.name, before, after.course) for _, before, after in changes]
    what = f"undid: {last.what}"

    def page() -> str:
        from ketasched.cli.terminal.changes import calls_page

        return calls_page(calls, what)

    return Result(
        page,
        lambda: folder_change_report(what, calls, unread),
        notes=[note],
        trouble=unread_trouble(unread, "done", "not read: "),
    )


def _refuse_newcomers(folder: Path, last: acts.FolderAct) -> None:
    """A day that was opened again does not close over somebody who was put there since.

    Raises:
        UsageProblem: somebody was.
    """
    was_closed = {day.day for day in last.days_before or () if day.is_closed}
    closing = sorted(was_closed - {day.day for day in closed_days.closed_in(folder)})
    others, _ = walk(folder, read_quickly) if closing else ([], [])
    now = clock.now()
    for day in closing:
        new = [
            name_of(Path(record.file))
            for record in others
            if Path(record.file) not in last.files and is_touched(record.course, day, now)
        ]
        if new:
            were = "was" if len(new) == 1 else "were"
            raise UsageProblem(
                f"{list_text(new)} {were} put on {day_text(day)} since {last.what}, so nothing is "
                "taken back",
                f"to close it again: ketasched close-day {day.isoformat()} {paste([str(folder)])}",
            )


def _taken_back(last: acts.FolderAct, reason: str) -> list[tuple[Opened, Course, CourseRecord]]:
    """The records that took part in an act: opened, their courses as they stand, and as they are to
    be written.

    Raises:
        UsageProblem: one was changed since.
    """
    closed = last.days_before
    days = [day.day for day in closed if day.is_closed] if closed is not None else None
    now = clock.now()
    opened_all = [read_record(path, days).understood(now) for path in last.files]
    changed = [opened for opened in opened_all if not _is_last(opened.record, last.act)]
    if changed:
        names = list_text([name_of(opened.path) for opened in changed])
        were = "was" if len(changed) == 1 else "were"
        raise UsageProblem(
            f"{names} {were} changed since {last.what}, so nothing is taken back",
            f"see what: ketasched status {name_of(changed[0].path)} --history; undo that first",
        )
    backs = [(opened, undone(opened, reason)) for opened in opened_all]
    return [(back[0], opened.record.course, back[1]) for opened, back in backs if back]


def _is_last(record: CourseRecord, act: str) -> bool:
    places = last_changes(record)
    return bool(places) and record.history[places[-1]].act == act
