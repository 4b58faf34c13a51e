"""``ketasched export --format fhir``: courses as the bundle that another program takes."""

from __future__ import annotations

from ketasched.calendar.entry_text import Audience
from ketasched.cli.exported_courses import courses_of
from ketasched.cli.result import Result
from ketasched.files.fhir.bundle import transaction
from ketasched.files.fhir.shown_course import ShownCourse
from ketasched.records.open import Opened
from ketasched.records.told_calendars import refuse_older_rules, revisions, view_for


def bundle_result(name: str, audience: Audience) -> Result:
    """The course of that name, or all of a folder.

    Raises:
        KetaschedError: there is none, or it cannot be read.
    """
    courses, trouble = courses_of(name)
    shown = [_shown(opened, audience) for opened in courses]
    private = audience == "staff"
    return Result(report=lambda: transaction(shown), trouble=trouble, private=private)


def _shown(opened: Opened, audience: Audience) -> ShownCourse:
    task, record = opened.task, opened.record
    refuse_older_rules(task)
    phases = [stretch.phase for stretch in task.order.layout.stretches]
    seen = revisions(record.told, audience)
    return ShownCourse(record.course, view_for(task, audience), seen, record.timezone, phases)
