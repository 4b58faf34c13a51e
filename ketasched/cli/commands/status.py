"""``ketasched status``: a saved course as it stands today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.asking.request import RECORD_ENDING
from ketasched.cli.concerns import calls_of, concerns_of
from ketasched.cli.options import RECORD_OR_FOLDER, Option, takes
from ketasched.cli.result import Result
from ketasched.cli.status_request import StatusRequest, refuse_what_cannot_go_together
from ketasched.errors import FileTrouble
from ketasched.records import feeds
from ketasched.records.came_about import came_about
from ketasched.records.folder import Unread, no_record, open_folder, unread_trouble
from ketasched.records.open import Opened, open_record
from ketasched.records.planned_from import facts_of
from ketasched.reports import calls_report, deviations_report
from ketasched.reports.calls_report import PatientCall
from ketasched.reports.deviations_report import KeptCourse
from ketasched.reports.running_report import (
    facts_report,
    folder_report,
    history_report,
    status_report,
)
from ketasched.reports.sessions_table import sessions_table
from ketasched.reports.table import Table
from ketasched.running.baselines import counted_from
from ketasched.running.deviations import kept_to

HELP = """Show a saved course: done, next, due, and what to look at; of a folder, a line
each. --calls says whom to ring up and why, --deviations how the sessions kept to
their targets and windows.

\b
Examples:
  ketasched status alex
  ketasched status alex --history
  ketasched status records --calls
  ketasched status records --deviations --format csv
  ketasched status alex --format html -o alex.html

A page is the patient's, to hand out; --for staff makes one with windows and reasons.
"""


class Found(NamedTuple):
    """The courses of a record or a folder, and the files of the folder that cannot be used."""

    courses: list[Opened]
    unread: list[Unread]

    @property
    def trouble(self) -> FileTrouble | None:
        """What the command fails with after it has shown the others."""
        return unread_trouble(self.unread, "shown", "not read: ")


@takes(
    StatusRequest,
    name=RECORD_OR_FOLDER,
    history=Option("What happened to it."),
    calls=Option("Whom to ring up, and why."),
    deviations=Option("Target, window and what took place of each session, with totals."),
    audience=Option("Whom a page is for: the patient unless it is a page of staff only."),
)
def run(request: StatusRequest) -> Result:
    """Courses as they stand, what happened to one, whom to ring up, or how sessions kept to plan.

    Raises:
        KetaschedError: there is no such record, or two views are asked for.
    """
    refuse_what_cannot_go_together(request)
    folder = Path(request.name).is_dir()
    if request.calls:
        return _calls(_found(request.name))
    if request.deviations:
        return _deviations(_found(request.name))
    if folder:
        return _folder_status(_found(request.name, twins=True))
    return _status(open_record(request.name, clock.now()), request)


def _found(name: str, *, twins: bool = False) -> Found:
    """The record of a name, or all of a folder; of two copies only one, unless ``twins`` are asked
    for.
    """
    now, folder = clock.now(), Path(name)
    if not folder.is_dir():
        return Found([open_record(name, now)], [])
    courses, unread = open_folder(folder, now, twins=twins)
    if not courses and not unread:
        raise no_record(folder)
    return Found(courses, unread)


def _record_name(opened: Opened) -> str:
    """A record as it is called on a command line, not quoted for a shell."""
    return str(opened.path).removesuffix(RECORD_ENDING)


def _status(opened: Opened, request: StatusRequest) -> Result:
    """A course as it stands, or what happened to it."""
    history = request.history
    if request.format in ("month", "html") and not history and request.audience != "staff":
        return _handed(opened, request)
    warnings = [concern.text for concern in concerns_of(opened)]

    def page() -> str:
        from ketasched.cli.terminal.status import history_page, status_page

        return history_page(opened) if history else status_page(opened, warnings)

    def report() -> dict[str, object]:
        status = _report(opened, warnings)
        if history:
            status["history"] = history_report(opened.record.history)
        return status

    def html() -> str:
        from ketasched.cli.pages import staff

        return staff.history_page(opened) if history else staff.status_page(opened, warnings)

    return Result(page, report, lambda: _sessions([opened]), html)


def _sessions(courses: Sequence[Opened]) -> Table:
    return sessions_table(
        (_record_name(opened), opened.record.name, opened.record.course) for opened in courses
    )


def _handed(opened: Opened, request: StatusRequest) -> Result:
    """What the patient is handed, which the record keeps once it goes to a file."""
    from ketasched.cli.handout import handed_result

    return handed_result(
        _spoken(opened, request), lambda: _spoken(open_record(request.name, clock.now()), request)
    )


def _spoken(opened: Opened, request: StatusRequest) -> Opened:
    """A course in the language, by the clock and with the feed that are asked for."""
    from ketasched.asking.feed_address import feed_address

    task = opened.task.spoken(request.lang, request.clock)
    if request.feed_url:
        task = task._replace(feed_url=feed_address(request.feed_url))
    return opened._replace(task=task)


def _folder_status(found: Found) -> Result:
    rows = [(opened, [concern.text for concern in concerns_of(opened)]) for opened in found.courses]

    def page() -> str:
        from ketasched.cli.terminal.status import folder_page

        return folder_page(rows)

    def html() -> str:
        from ketasched.cli.pages import staff

        return staff.folder_page(rows, _here(found))

    return Result(
        page,
        lambda: folder_report(
            ((opened.record.name, _report(opened, warnings)) for opened, warnings in rows),
            found.unread,
        ),
        lambda: _sessions(found.courses),
        html,
        trouble=found.trouble,
    )


def _here(found: Found) -> datetime:
    """The moment in the zone of the courses, as the first has it."""
    return found.courses[0].here if found.courses else clock.now()


def _report(opened: Opened, warnings: Sequence[str]) -> dict[str, object]:
    course = opened.record.course
    counted = counted_from(opened.task.order, course)
    status = status_report(course, opened.here, warnings, counted)
    return status | {"planned_from": facts_report(facts_of(opened.record))}


def _calls(found: Found) -> Result:
    """Whom to ring up, and why."""
    folders = {opened.path.parent for opened in found.courses}
    feeds_told = {
        course: telling
        for folder in folders
        for course, telling in feeds.told_by_feeds(folder).items()
    }
    calls = [
        PatientCall(_record_name(opened), opened.record.name, why)
        for opened in found.courses
        if (why := calls_of(opened, feeds_told))
    ]

    def page() -> str:
        from ketasched.cli.terminal.calls import calls_page

        return calls_page(calls)

    def html() -> str:
        from ketasched.cli.pages import staff

        return staff.calls_page(calls, _here(found))

    return Result(
        page,
        lambda: calls_report.calls_report(calls, found.unread),
        lambda: calls_report.calls_table(calls),
        html,
        trouble=found.trouble,
    )


def _deviations(found: Found) -> Result:
    """How the sessions kept to their targets and windows."""
    courses = [
        KeptCourse(
            _record_name(opened),
            opened.record.name,
            kept_to(opened.record.course, came_about(opened.record)),
        )
        for opened in found.courses
    ]

    def page() -> str:
        from ketasched.cli.terminal.deviations import deviations_page

        return deviations_page(courses)

    def html() -> str:
        from ketasched.cli.pages import staff

        return staff.deviations_page(courses, _here(found))

    return Result(
        page,
        lambda: deviations_report.deviations_report(courses, found.unread),
        lambda: deviations_report.deviations_table(courses),
        html,
        trouble=found.trouble,
    )
