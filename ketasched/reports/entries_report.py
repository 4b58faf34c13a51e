"""The entries of courses in rows, as a calendar has them for its reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ketasched.calendar.entry_text import View, calendar_name, description, duty_title, location
from ketasched.calendar.entry_text import summary as title_of
from ketasched.domain.course import TENTATIVE, Course, LinkedVisit, is_gone
from ketasched.domain.giveaways import gives_away
from ketasched.reports.table import Part, Table
from ketasched.running.duties import due_duties

CANCELLED = "cancelled"
COLUMNS = ("start", "end", "title", "status", "location", "notes")


def entries_table(courses: Iterable[tuple[Course, View]], *, drop_cancelled: bool) -> Table:
    """A row for each entry that a reader's calendar has, under COLUMNS, by its start; a sheet for
    each course. No sheet says more than its calendar.
    """
    return Table(
        COLUMNS,
        [
            Part(
                _name(course, view),
                [
                    row
                    for row in sorted(_rows(course, view), key=lambda row: row["start"])
                    if not (drop_cancelled and row["status"] == CANCELLED)
                ],
            )
            for course, view in courses
        ],
    )


def _name(course: Course, view: View) -> str:
    hidden = view.audience == "free-busy" or (
        view.audience == "patient" and gives_away(course.protocol, view.course_name)
    )
    return calendar_name(course, view) if hidden else view.course_name


def _rows(course: Course, view: View) -> Iterator[dict[str, Any]]:
    for entry in course.entries():
        by_video = isinstance(entry, LinkedVisit) and entry.by_video
        sure = "tentative" if entry.status == TENTATIVE else "confirmed"
        yield {
            "start": entry.start.isoformat(),
            "end": entry.end.isoformat(),
            "title": title_of(course, entry, view),
            "status": CANCELLED if is_gone(entry) else sure,
            "location": "" if by_video else location(entry, view),
            "notes": description(course, entry, view),
        }
    for duty in due_duties(course) if view.audience == "staff" else ():
        day = duty.due.isoformat()
        status = CANCELLED if is_gone(duty) else "confirmed"
        yield dict.fromkeys(COLUMNS) | {
            "start": day,
            "end": day,
            "title": duty_title(duty, view),
            "status": status,
        }
