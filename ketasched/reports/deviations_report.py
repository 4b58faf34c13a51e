"""How courses kept to their protocol, as the versioned report and its rows for CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ketasched.reports.course_report import named_window
from ketasched.reports.report_text import SCHEMA, unread_report
from ketasched.reports.table import Part, Table
from ketasched.running.apart import Distance
from ketasched.running.deviations import Kept, totals

COLUMNS = (
    "record", "number", "name", "target", "window_start", "window_end", "planned", "actual",
    "days_off", "in_window", "status", "reason", "overridden",
)  # fmt: skip


class KeptCourse(NamedTuple):
    """A course, by the name of its record on a command line and by its own, and its sessions."""

    record: str
    name: str
    sessions: Sequence[Kept]


def deviations_report(
    courses: Sequence[KeptCourse], unread: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """The sessions of each course, and the sums of them all."""
    return {
        "schema": SCHEMA,
        "courses": [
            {"record": course.record, "sessions": [_session(kept) for kept in course.sessions]}
            for course in courses
        ],
        "totals": totals(kept for course in courses for kept in course.sessions)._asdict(),
        "unread": unread_report(unread),
    }


def deviations_table(courses: Iterable[KeptCourse]) -> Table:
    """A row for each session, under COLUMNS; a sheet for each course."""
    return Table(
        COLUMNS,
        [
            Part(course.name, [{"record": course.record} | _row(kept) for kept in course.sessions])
            for course in courses
        ],
    )


def _row(kept: Kept) -> dict[str, Any]:
    verdicts = {True: "yes", False: "no", None: ""}
    in_words = {
        "in_window": verdicts[kept.in_window],
        "overridden": "; ".join(kept.session.broken),
    }
    return {key: value for key, value in _session(kept).items() if key in COLUMNS} | in_words


def _session(kept: Kept) -> dict[str, Any]:
    session = kept.session
    return {
        "number": session.number,
        **named_window(session),
        "planned": kept.planned.isoformat(),
        "actual": kept.actual.isoformat() if kept.actual else None,
        "days_off": kept.days_off,
        "in_window": kept.in_window,
        "status": session.status,
        "reason": kept.reason or None,
        "overridden": list(session.broken),
        **({"apart": [_distance(each) for each in kept.apart]} if kept.apart else {}),
    }


def _distance(distance: Distance) -> dict[str, Any]:
    return {
        "session": distance.earlier.number,
        "days": distance.days,
        "min": distance.apart.min,
        "max": distance.apart.max,
        "kept": not distance.fault,
    }
