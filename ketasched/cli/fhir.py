"""Courses in FHIR, as the bundle that another program takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ketasched import clock
from ketasched.calendar.entry_text import Audience
from ketasched.cli.result import Result
from ketasched.errors import FileTrouble
from ketasched.records.folder import Unread, no_record, open_folder, unread_text
from ketasched.records.open import Opened, open_record
from ketasched.records.told_calendars import refuse_older_rules, revisions, view_for


def bundle_result(name: str, audience: Audience) -> Result:
    """The course of that name, or all of a folder.

    Raises:
        KetaschedError: there is none, or it cannot be read.
    """
    now, folder = clock.now(), Path(name)
    opened, unread = open_folder(folder, now) if folder.is_dir() else ([open_record(name, now)], [])
    if not opened and not unread:
        raise no_record(folder)
    return Result(report=lambda: _bundle(opened, audience), trouble=_trouble(unread))


def _bundle(courses: Sequence[Opened], audience: Audience) -> dict[str, Any]:
    from ketasched.files.fhir.bundle import transaction
    from ketasched.files.fhir.shown_course import ShownCourse

    shown = []
    for opened in courses:
        task, record = opened.task, opened.record
        refuse_older_rules(task)
        phases = [stretch.phase for stretch in task.order.layout.stretches]
        seen = revisions(record.told, audience)
        view = view_for(task, audience)
        shown.append(ShownCourse(record.course, view, seen, record.timezone, phases))
    return transaction(shown)


def _trouble(unread: Sequence[Unread]) -> FileTrouble | None:
    if not unread:
        return None
    return FileTrouble(f"left out: {unread_text(unread)}", "the others are written", shown=True)
