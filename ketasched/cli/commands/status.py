"""``ketasched status``: a saved course as it stands today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.calendar.entry_text import unplaced_in
from ketasched.cli.cannot_follow import other_place
from ketasched.cli.options import Format, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.visit_handle import handle_of
from ketasched.errors import FileTrouble
from ketasched.records.folder import no_record, open_folder, unread_text
from ketasched.records.open import Opened, name_of, open_record
from ketasched.records.planned_from import facts_of
from ketasched.records.write import anew_command, drift_of
from ketasched.reports.running_report import (
    facts_report,
    folder_report,
    history_report,
    status_report,
)
from ketasched.running.baselines import counted_from
from ketasched.running.broken_rules import BrokenRule
from ketasched.running.concerns import concerns
from ketasched.running.legal_change import Conditions

HELP = """Show a saved course: done, next, due, and what to look at.

\b
Examples:
  ketasched status alex
  ketasched status alex --history
"""


class StatusRequest(NamedTuple):
    """Whose course; a folder's are shown in a line each."""

    name: str
    history: bool = False
    format: Format = "table"


@takes(StatusRequest, history=Option("What happened to it."))
def run(request: StatusRequest) -> Result:
    """The course as it stands, or what happened to it."""
    if Path(request.name).is_dir():
        return _folder_status(Path(request.name))
    opened = open_record(request.name, clock.now())
    warnings = list(_warnings(opened))

    def page() -> str:
        from ketasched.cli.terminal.status import history_page, status_page

        return history_page(opened) if request.history else status_page(opened, warnings)

    def report() -> dict[str, object]:
        status = _report(opened, warnings)
        if request.history:
            status["history"] = history_report(opened.record.history)
        return status

    return Result(page, report)


def _folder_status(folder: Path) -> Result:
    now = clock.now()
    records, unread = open_folder(folder, now, twins=True)
    if not records and not unread:
        raise no_record(folder)
    rows = [(opened, list(_warnings(opened))) for opened in records]
    trouble = None
    if unread:
        text = f"not read: {unread_text(unread)}"
        trouble = FileTrouble(text, "the others are shown", shown=True)

    def page() -> str:
        from ketasched.cli.terminal.status import folder_page

        return folder_page(rows)

    return Result(
        page,
        lambda: folder_report(
            ((opened.record.name, _report(opened, warnings)) for opened, warnings in rows),
            unread,
        ),
        trouble=trouble,
    )


def _report(opened: Opened, warnings: Sequence[str]) -> dict[str, object]:
    course = opened.record.course
    counted = counted_from(opened.task.order, course)
    status = status_report(course, opened.here, warnings, counted)
    return status | {"planned_from": facts_report(facts_of(opened.record))}


def _warnings(opened: Opened) -> Iterator[str]:
    """What somebody should look at, in the course and in the calendars that follow it."""
    task = opened.task
    conditions = Conditions(task.order, opened.here)
    until, visits = task.authorised_until, task.authorised_visits
    for concern in concerns(conditions, opened.record.course, until, visits):
        yield f"{concern.text}{_decision(opened, concern.broken)}"
    yield from _without_place(opened)
    if task.zone.version < task.zone_rules:
        yield (
            f"the zone rules here are those of {task.zone.version}, older than those of "
            f"{task.zone_rules} it was written with: nothing is changed until they are newer"
        )
    for calendar in opened.record.calendars:
        state = drift_of(opened.path, calendar)
        if state:
            file = opened.path.parent / calendar.path
            yield f"{file} {state}; write it again: {anew_command(opened.path, calendar)}"


def _without_place(opened: Opened) -> Iterator[str]:
    """What has no place, and how to say that a linked visit needs none."""
    course = opened.record.course
    for unplaced in course.unplaced:
        text = unplaced_in(course, unplaced)
        if not unplaced.number:
            command = f"ketasched cancel {name_of(opened.path)} {handle_of(course, unplaced)}"
            text += f"; to leave it off: {command}"
        yield text


def _decision(opened: Opened, broken: BrokenRule | None) -> str:
    """The commands that a decision comes to: after a lapse, or on a visit outside its window."""
    course = opened.record.course
    if broken is None or broken.visit:
        return ""
    if broken.name == "window" and course.protocol.counts_days:
        return other_place(opened, course.session(broken.session))
    if broken.name != "lapse":
        return ""
    stands = opened.record.course.session(broken.session).start
    when = f'"{stands:%Y-%m-%d %H:%M}"'
    name = name_of(opened.path)
    return (
        f"; to resume: ketasched move {name} {broken.session} {when} --override lapse; to begin "
        "again: cancel what is to come, and plan a new course"
    )
