"""``ketasched status`` and ``export``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.asking.values import choose, refuse_our_files
from ketasched.calendar.entry_text import AUDIENCES
from ketasched.cli import output
from ketasched.domain.course import PLANNED, TENTATIVE
from ketasched.domain.wording import day_text
from ketasched.errors import FileTrouble, KetaschedError, UsageProblem
from ketasched.records import atomic
from ketasched.records.open import ENDING, Opened, Unread, name_of, open_record, unread_text
from ketasched.records.told_calendars import calendar_of, live_uids, sequences, view_for
from ketasched.records.write import anew_command, drift_of, write_with
from ketasched.running.authorisation import uncovered
from ketasched.running.broken_rules import BrokenRule
from ketasched.running.legal_change import unwanted


def show(name: str, form: str, *, history: bool) -> None:
    """Print a course as it stands today, or what happened to it; a folder's courses a line each."""
    choose("--format", form or "table", ("table", "json"))
    if Path(name).is_dir():
        _show_folder(Path(name), form)
        return
    opened = open_record(name, clock.now())
    warnings = list(_warnings(opened))
    if form == "json":
        from ketasched.reports import course_report

        report = course_report.status_report(opened.record.course, opened.here, warnings)
        if history:
            report["history"] = [
                {
                    "at": one.at.isoformat(),
                    "what": one.what,
                    "reason": one.reason or None,
                    "overridden": list(one.overridden),
                    "undone": one.undone,
                }
                for one in opened.record.history
            ]
        output.print_data(course_report.to_json(report).encode(errors="replace"))
        return
    from ketasched.cli.terminal.status import history_page, status_page

    output.print_text(history_page(opened) if history else status_page(opened, warnings))


def _show_folder(folder: Path, form: str) -> None:
    now = clock.now()
    rows = []
    broken: Unread = []
    for path in sorted(folder.glob(f"*{ENDING}")):
        try:
            opened = open_record(str(path), now)
        except KetaschedError as error:
            broken.append((str(path), error.message))
            continue
        rows.append((opened, list(_warnings(opened))))
    if not rows and not broken:
        raise UsageProblem(f"there is no record in {folder}", "plan … --save writes one")
    if form == "json":
        from ketasched.reports import course_report

        reports = [
            {"name": one.record.name}
            | course_report.status_report(one.record.course, one.here, warnings)
            for one, warnings in rows
        ]
        report = {"schema": course_report.SCHEMA, "courses": reports}
        report["unread"] = [{"file": file, "why": why} for file, why in broken]
        output.print_data(course_report.to_json(report).encode(errors="replace"))
    else:
        from ketasched.cli.terminal.status import folder_page

        output.print_text(folder_page(rows))
    if broken:
        raise FileTrouble(f"not read: {unread_text(broken)}", "the others are shown", told=True)


class Wanted(NamedTuple):
    """What to export: for whom, to which file (empty: standard output), and how much."""

    audience: str = ""
    file: str = ""
    changes: bool = False
    drop_cancelled: bool = False
    force: bool = False


def export(name: str, wanted: Wanted) -> None:
    """Write a record's calendar: the whole course, or what changed since the last export."""
    audience = choose("--for", wanted.audience or "patient", AUDIENCES)
    if wanted.changes and wanted.drop_cancelled:
        raise UsageProblem(
            "--changes tells of cancelled entries, and --drop-cancelled leaves them out",
            "leave one of them out",
        )
    opened = open_record(name, clock.now())
    record = opened.record
    course = record.course
    told = sequences(record.told, audience)
    only: frozenset[str] | None = None
    if wanted.changes:
        last = record.exported.get(audience, {})
        only = frozenset(name for name, sequence in told.items() if last.get(name) != sequence)
    if wanted.drop_cancelled:
        only = live_uids(opened.task, course)
    view = view_for(opened.task, audience)
    calendar = calendar_of(opened.task, course, record.told, view)
    if only is not None:
        calendar = calendar.only(only)
    data, count = bytes(calendar), len(calendar.entries)
    if wanted.changes and not count:
        output.tell("nothing has changed since the last export")
        return
    after = record._replace(exported={**record.exported, audience: told})
    if wanted.file in ("", "-"):
        output.print_data(data)
        write_with(opened, after, opened.path, {}, keep_before=False)
        return
    refuse_our_files("--ics", wanted.file)
    remembered = _remembered(opened, wanted, audience)
    if remembered:
        atomic.check_place(wanted.file, replace=wanted.force)
        write_with(opened, after, opened.path, {remembered: data}, keep_before=False)
    else:
        with atomic.new_file(wanted.file, data, replace=wanted.force):
            pass
        # Only now: what was not exported must come with the next export.
        write_with(opened, after, opened.path, {}, keep_before=False)
    how = "import it where the course is" if wanted.changes else "import it into an empty calendar"
    entries = f"{count} entries" if count != 1 else "1 entry"
    output.tell(f"wrote {output.printable(wanted.file)}: {entries}; {how}")


def _remembered(opened: Opened, wanted: Wanted, audience: str) -> str:
    """The calendar that follows the course and is to be written, by the record's name for it.

    Raises:
        UsageProblem: it would not be whole, or it is for others.
    """
    here = Path(wanted.file).resolve()
    for one in opened.record.calendars:
        if (opened.path.parent / one.path).resolve() != here:
            continue
        whose = "staff" if one.staff else "patient"
        if audience != whose or wanted.changes:
            raise UsageProblem(
                f"{wanted.file} follows the course, whole and for {whose}", "choose another file"
            )
        return one.path
    return ""


def _warnings(opened: Opened) -> Iterator[str]:
    """What somebody should look at: what is due, what breaks rules, what has drifted."""
    course = opened.record.course
    for one in course.sessions:
        if one.status in (PLANNED, TENTATIVE) and one.end < opened.now:
            yield (
                f"session {one.number}, {day_text(one.start.date())}, is over: "
                "say done, miss or cancel"
            )
    ahead = {
        one.number
        for one in course.sessions
        if one.status in (PLANNED, TENTATIVE) and one.start > opened.now
    }
    for fault in unwanted(opened.task.order, course, ahead):
        yield f"session {fault.session}: {fault.text}{_decision(opened, fault)}"
    yield from uncovered(
        course, opened.task.authorised_until, opened.task.authorised_visits, opened.today
    )
    for review in course.reviews:
        before = [one for one in course.sessions if one.number == review.after_session]
        if not review.passed and before and before[0].end < opened.now:
            yield f"the review is due: {review.name}"
    for calendar in opened.record.calendars:
        state = drift_of(opened.path, calendar)
        if state:
            file = opened.path.parent / calendar.path
            yield f"{file} {state}; write it again: {anew_command(opened.path, calendar)}"


def _decision(opened: Opened, fault: BrokenRule) -> str:
    """The commands that a decision after a lapse comes to."""
    if fault.name != "lapse":
        return ""
    stands = opened.record.course.session(fault.session).start
    when = f'"{stands:%Y-%m-%d %H:%M}"'
    name = name_of(opened.path)
    return (
        f"; to resume: ketasched move {name} {fault.session} {when} --override lapse; to begin "
        "again: cancel what is to come, and plan a new course"
    )
