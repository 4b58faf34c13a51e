"""The sessions of running courses in rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ketasched.domain.course import Course, Session
from ketasched.reports.running_report import as_it_stands
from ketasched.reports.table import Part, Table

SESSION_COLUMNS = (
    "record", "number", "phase", "name", "target", "window_start", "window_end", "start", "end",
    "status", "by_hand", "instead_of", "overridden",
)  # fmt: skip


def sessions_table(courses: Iterable[tuple[str, str, Course]]) -> Table:
    """The sessions of courses under SESSION_COLUMNS, each with the record as a command line has
    it; a sheet for each course, by its name.
    """
    return Table(
        SESSION_COLUMNS,
        [
            Part(name, [{"record": record} | _row(session) for session in course.sessions])
            for record, name, course in courses
        ],
    )


def _row(session: Session) -> dict[str, Any]:
    in_words = {
        "by_hand": "yes" if session.by_hand else "no",
        "overridden": "; ".join(session.broken),
    }
    return as_it_stands(session) | in_words
