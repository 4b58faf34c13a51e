"""``ketasched export`` of what is no calendar: a workbook or a FHIR bundle, of one course or all of
a folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ketasched import clock
from ketasched.cli.result import Result
from ketasched.errors import FileTrouble
from ketasched.records.folder import open_named, unread_trouble
from ketasched.records.told_calendars import refuse_older_rules, revisions, view_for

if TYPE_CHECKING:
    from ketasched.calendar.entry_text import Audience
    from ketasched.files.fhir.shown_course import ShownCourse
    from ketasched.records.open import Opened


def exported_table(name: str, audience: Audience, *, drop_cancelled: bool) -> Result:
    """A table of a record, or of all in a folder, as a reader's calendars have them.

    Raises:
        KetaschedError: there is no such record.
    """
    from ketasched.reports.entries_report import entries_table

    courses, trouble = _courses(name)
    seen = [(opened.record.course, view_for(opened.task, audience)) for opened in courses]
    return Result(
        rows=lambda: entries_table(seen, drop_cancelled=drop_cancelled),
        trouble=trouble,
        private=audience == "staff",
    )


def exported_bundle(name: str, audience: Audience) -> Result:
    """The course of that name, or all of a folder, as the bundle that another program takes.

    Raises:
        KetaschedError: there is none, or it cannot be read.
    """
    from ketasched.files.fhir.bundle import transaction

    courses, trouble = _courses(name)
    shown = [_shown(opened, audience) for opened in courses]
    private = audience == "staff"
    return Result(report=lambda: transaction(shown), trouble=trouble, private=private)


def _courses(name: str) -> tuple[Sequence[Opened], FileTrouble | None]:
    """The record of that name, or all of the folder, and what to say of those that cannot be
    read.
    """
    courses, unread = open_named(name, clock.now())
    return courses, unread_trouble(unread, "written")


def _shown(opened: Opened, audience: Audience) -> ShownCourse:
    from ketasched.files.fhir.shown_course import ShownCourse

    task, record = opened.task, opened.record
    refuse_older_rules(task)
    phases = [stretch.phase for stretch in task.order.layout.stretches]
    seen = revisions(record.told, audience)
    return ShownCourse(record.course, view_for(task, audience), seen, record.timezone, phases)
