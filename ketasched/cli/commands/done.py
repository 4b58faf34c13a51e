"""``ketasched done``: a session took place, or several, or all of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.asking.values import read
from ketasched.cli.change import changed, open_course, reason_for, rewritten
from ketasched.cli.entries import entry_of, gate_of, is_list
from ketasched.cli.marks import (
    Days,
    Marks,
    listed,
    marked,
    marks_text,
    of_days,
    to_come_notes,
    without_names,
)
from ketasched.cli.options import RECORD_OR_FOLDER, Argument, Format, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.typed_dates import read_date
from ketasched.domain.typed_times import read_clock
from ketasched.domain.wording import count_text, day_text, list_text, moment_text
from ketasched.errors import KetaschedError, UsageProblem
from ketasched.records import acts
from ketasched.records.folder import no_record, open_folder, unread_trouble
from ketasched.records.following import refuse_drift
from ketasched.records.open import Opened, name_of, path_of
from ketasched.records.write import write_all
from ketasched.reports.running_report import Call, change_report, folder_change_report
from ketasched.running import took_place, visit_changes
from ketasched.running.gates import overlooked, passed
from ketasched.running.legal_change import Conditions
from ketasched.shell import paste

HELP = """A session or a linked visit took place: nothing moves it any more; or what is
needed before a session is there. What is left of a treatment day goes along
where its first session took place.

Several are marked in one go: a list, all sessions up to a day, or those of a
day in all records of a folder. Each is an entry of the history, and one undo
takes them all back.

\b
Examples:
  ketasched done alex 5
  ketasched done alex 5 --on 2027-01-20 --at 10:15
  ketasched done alex 2-5,7
  ketasched done alex enrolment --on 2027-01-03
  ketasched done alex --until today
  ketasched done records --day today --except ben,cleo
"""


class DoneRequest(NamedTuple):
    """Which session took place, and when if not as planned; or which ones. ``number`` may be what
    is needed before a session.
    """

    name: str
    number: str = ""
    at: str = ""
    on: str = ""
    day: str = ""
    until: str = ""
    left_out: str = ""
    dry_run: bool = False
    reason: str = ""
    format: Format = "table"


@takes(
    DoneRequest,
    name=RECORD_OR_FOLDER,
    number=Argument("N"),
    at=Option("It began then; as planned.", "TIME"),
    on=Option("On that day; as planned.", "DATE"),
    day=Option("All sessions of that day, as planned.", "DATE"),
    until=Option("All sessions up to that day that are not marked yet, as planned.", "DATE"),
    left_out=Option("Not of these records of the folder.", "NAME,NAME"),
)
def run(request: DoneRequest) -> Result:
    """The course, or the courses of a folder, in which they took place.

    Raises:
        KetaschedError: one of them did not, or it is not clear which are meant; nothing is marked.
    """
    days = Days(request.day, request.until)
    is_folder = Path(request.name).is_dir() and not path_of(request.name).exists()
    _refuse_unclear(request, is_folder=is_folder)
    if is_folder:
        return _folder_done(request, days)
    if request.number and not is_list(request.number):
        return _one_done(request)
    opened, _ = open_course(request.name)
    marks = listed(opened, request.number) if request.number else of_days(opened, days)
    notes = to_come_notes([marks])
    if not marks.meant:
        course = opened.record.course
        return Result(
            lambda: "Nothing to mark\n",
            lambda: change_report(course, course, "nothing to mark"),
            notes=[*notes, "nothing was written: there is nothing to mark"],
        )
    after = marked(marks, acts.new_act(), reason_for(opened.record, request.reason))
    result = rewritten(opened, after, only_shown=request.dry_run, said=marks_text(marks))
    return result._replace(notes=[*notes, *result.notes])


def _refuse_unclear(request: DoneRequest, *, is_folder: bool) -> None:
    """Each way of saying which ones goes without the others."""
    by_days = request.day or request.until
    if request.day and request.until:
        raise UsageProblem("--day and --until are two ways to say which", "keep one of them")
    if request.number and by_days:
        option = "--day" if request.day else "--until"
        raise UsageProblem(
            f"`{request.number}` and {option} are two ways to say which", "keep one of them"
        )
    if (request.on or request.at) and (by_days or is_list(request.number)):
        raise UsageProblem(
            "--on and --at are about one session", "say of that one alone when it took place"
        )
    if is_folder and not by_days:
        raise UsageProblem(
            f"{request.name} is a folder",
            f"say which day: ketasched done {paste([request.name])} --day today",
        )
    if request.left_out and not is_folder:
        raise UsageProblem("--except is about the records of a folder", "leave --except out")
    if not (request.number or by_days):
        command = f"ketasched done {paste([request.name])}"
        raise UsageProblem("which session took place?", f"such as: {command} 5, or --until today")


def _one_done(request: DoneRequest) -> Result:
    opened, conditions = open_course(request.name)
    gate = gate_of(opened, request.number)
    if gate:
        return _gate_passed(opened, gate, request)
    meant = entry_of(opened, request.number)
    if not (meant.has_place or request.on):
        raise UsageProblem(
            f"{meant.title} has no place", "say when it took place with --on and --at"
        )
    day, at = meant.start.date(), meant.start.time()
    if request.on:
        day = read("--on", lambda text: read_date(text, opened.today), request.on)
    if request.at:
        at = read("--at", read_clock, request.at)
    start = datetime.combine(day, at, meant.start.tzinfo)
    course = opened.record.course
    if meant.visit:
        outcome = visit_changes.attend_visit(conditions, course, meant.visit, start)
    else:
        try:
            outcome = took_place.attend(conditions, course, meant.number, start)
        except took_place.OutOfOrder as refusal:
            raise _with_way_out(opened, conditions, refusal, meant.number, start) from refusal
    what = f"{meant.title} took place on {moment_text(start)}"
    return changed(opened, outcome, what, request)


def _with_way_out(
    opened: Opened,
    conditions: Conditions,
    refusal: took_place.OutOfOrder,
    number: int,
    start: datetime,
) -> KetaschedError:
    """The same refusal, with the command that makes room, which was tried."""
    course, other = opened.record.course, refusal.other
    room = took_place.room_for(conditions, course, number, start, other)
    if room is None:
        return refusal
    first, last = room.numbers[0], room.numbers[-1]
    which = ",".join(map(str, room.numbers))
    if last - first + 1 == len(room.numbers) > 1:
        which = f"{first}-{last}"
    when = f'"{room.start:%Y-%m-%d %H:%M}"'
    command = f"ketasched move {name_of(opened.path)} {which} {when} --rest shift"
    return UsageProblem(
        refusal.sentence, f"say which one took place; if it is this one, first: {command}"
    )


def _gate_passed(opened: Opened, what: str, request: DoneRequest) -> Result:
    """What is needed before a session is there, since a day."""
    if request.at:
        raise UsageProblem("--at is about a session", "leave --at out; --on says since which day")
    day = opened.today
    if request.on:
        day = read("--on", lambda text: read_date(text, opened.today), request.on)
    if day > opened.today:
        raise UsageProblem(f"--on {day_text(day)} is to come", "say so once it is there")
    course = passed(opened.record.course, what, day)
    return changed(opened, course, f"{what} is there, since {day_text(day)}", request)


def _folder_done(request: DoneRequest, days: Days) -> Result:
    folder = Path(request.name)
    records, unread = open_folder(folder, clock.now())
    if not records and not unread:
        raise no_record(folder)
    records, unread = without_names(records, unread, request.left_out, folder)
    all_marks = [of_days(opened, days) for opened in records]
    marks = [each for each in all_marks if each.meant]
    act = acts.new_folder_act()
    written = [
        (each.opened, marked(each, act, reason_for(each.opened.record, request.reason)))
        for each in marks
    ]
    if request.dry_run:
        for opened, _ in written:
            refuse_drift(opened.path, opened.record)
    elif written:
        write_all(written)
    what = _what(days, records, marks)

    def page() -> str:
        from ketasched.cli.terminal.marked import marked_page

        return marked_page(marks, what)

    calls = [Call(after.name, opened.record.course, after.course) for opened, after in written]
    return Result(
        page,
        lambda: folder_change_report(what, calls, unread),
        notes=[
            *to_come_notes(all_marks),
            _written_note(marks, dry_run=request.dry_run),
            *(
                f"look: {after.name}: {need}"
                for opened, after in written
                for need in overlooked(opened.record.course, after.course)
            ),
        ],
        trouble=unread_trouble(unread, "done", "not read: "),
    )


def _what(days: Days, records: Sequence[Opened], marks: Sequence[Marks]) -> str:
    lasts = {days.last(opened) for opened in records}
    when = f" {'on' if days.day else 'up to'} {day_text(max(lasts))}" if lasts else ""
    if not marks:
        return f"Nothing to mark{when}"
    sessions = count_text(sum(len(each.meant) for each in marks), "session")
    return f"Took place as planned{when}: {sessions} of {count_text(len(marks), 'course')}"


def _written_note(marks: Sequence[Marks], *, dry_run: bool) -> str:
    if not marks:
        return "nothing was written: there is nothing to mark"
    paths = list_text([str(each.opened.path) for each in marks])
    return "nothing was written: --dry-run" if dry_run else f"wrote {paths}"
