"""``ketasched export --format xlsx``: what stands in the calendars of courses, in rows."""

from __future__ import annotations

from ketasched.calendar.entry_text import Audience
from ketasched.cli.exported_courses import courses_of
from ketasched.cli.result import Result
from ketasched.records.told_calendars import view_for
from ketasched.reports.entries_report import entries_table


def exported_table(name: str, audience: Audience, *, drop_cancelled: bool) -> Result:
    """A table of a record, or of all in a folder, as a reader's calendars have them.

    Raises:
        KetaschedError: there is no such record.
    """
    courses, trouble = courses_of(name)
    seen = [(opened.record.course, view_for(opened.task, audience)) for opened in courses]
    return Result(
        rows=lambda: entries_table(seen, drop_cancelled=drop_cancelled),
        trouble=trouble,
        private=audience == "staff",
    )
