"""``ketasched export --format xlsx``: what stands in the calendars of courses, in rows."""

from __future__ import annotations

from pathlib import Path

from ketasched import clock
from ketasched.calendar.entry_text import Audience
from ketasched.cli.result import Result
from ketasched.errors import FileTrouble
from ketasched.records.folder import Unread, no_record, open_folder, unread_text
from ketasched.records.open import open_record
from ketasched.records.told_calendars import view_for
from ketasched.reports.entries_report import entries_table


def exported_table(name: str, audience: Audience, *, drop_cancelled: bool) -> Result:
    """A table of a record, or of all in a folder, as a reader's calendars have them.

    Raises:
        KetaschedError: there is no such record.
    """
    now = clock.now()
    unread: list[Unread] = []
    if Path(name).is_dir():
        courses, unread = open_folder(Path(name), now)
        if not courses and not unread:
            raise no_record(Path(name))
    else:
        courses = [open_record(name, now)]
    trouble = None
    if unread:
        trouble = FileTrouble(unread_text(unread), "the others are written", shown=True)
    seen = [(opened.record.course, view_for(opened.task, audience)) for opened in courses]
    return Result(rows=lambda: entries_table(seen, drop_cancelled=drop_cancelled), trouble=trouble)
