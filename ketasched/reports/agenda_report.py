"""The agenda as the versioned dict behind --format json, and its rows for CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from ketasched.domain.course import LinkedVisit
from ketasched.domain.visit_handle import handle_of
from ketasched.reports.report_text import SCHEMA, rows_as_csv
from ketasched.running.agenda import Coming, Patient, in_house

COLUMNS = (
    "day", "start", "end", "name", "protocol", "kind", "number", "total", "phase", "title",
    "status", "by_video", "due", "target", "window_start", "window_end",
    "handle",
)  # fmt: skip
TEXTS = ("name", "protocol", "phase", "title", "due")


class Day(NamedTuple):
    """A day of the agenda: who comes, what is due for others, and why close-day closed it (None: it
    did not; may be empty).
    """

    day: date
    coming: Sequence[Coming]
    due: Sequence[tuple[Patient, str]] = ()
    closed: str | None = None


class Agenda(NamedTuple):
    """The days to show; how many chairs there are (0: not known); the zones of the records;
    whether who comes and why is left out.
    """

    days: Sequence[Day]
    chairs: int
    zones: frozenset[str]
    bare: bool


def agenda_report(agenda: Agenda, unread: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The agenda of some days, and the records that could not be read, with why."""
    days, chairs, _, bare = agenda
    return {
        "schema": SCHEMA,
        "chairs": chairs or None,
        "days": [
            {
                "day": shown.day.isoformat(),
                "closed": None
                if shown.closed is None
                else {"reason": None if bare else shown.closed or None},
                "entries": [_entry(coming, bare=bare) for coming in shown.coming],
                "in_house": [
                    {
                        "start": stretch.start.isoformat(),
                        "end": stretch.end.isoformat(),
                        "people": stretch.people,
                        "too_many": max(0, stretch.people - chairs) if chairs else 0,
                    }
                    for stretch in in_house(shown.coming)
                ],
                "due": []
                if bare
                else [{"name": patient.name, "what": what} for patient, what in shown.due],
            }
            for shown in days
        ],
        "unread": [
            {"file": None if bare else file, "why": "it cannot be read" if bare else why}
            for file, why in unread
        ],
    }


def to_csv(agenda: Agenda) -> str:
    """A row for each entry, under COLUMNS."""
    bare = agenda.bare
    rows = [
        dict.fromkeys(COLUMNS)
        | {"day": shown.day.isoformat()}
        | _entry(coming, bare=bare)
        | _in_words(coming, bare=bare)
        for shown in agenda.days
        for coming in shown.coming
    ]
    return rows_as_csv(COLUMNS, rows, TEXTS)


def _in_words(coming: Coming, *, bare: bool) -> dict[str, str]:
    if bare:
        return {}
    by_video = isinstance(coming.entry, LinkedVisit) and coming.entry.by_video
    return {"due": "; ".join(coming.due), "by_video": "yes" if by_video else "no"}


def _entry(coming: Coming, *, bare: bool) -> dict[str, Any]:
    entry = coming.entry
    when = {"start": entry.start.isoformat(), "end": entry.end.isoformat(), "status": entry.status}
    if bare:
        return when
    protocol = coming.patient.course.protocol
    said = {**when, "name": coming.patient.name, "protocol": protocol.id, "due": list(coming.due)}
    if isinstance(entry, LinkedVisit):
        return said | {
            "kind": entry.kind,
            "number": None,
            "handle": handle_of(coming.patient.course, entry),
            "total": None,
            "phase": None,
            "title": entry.name,
            "by_video": entry.by_video,
            "target": None,
            "window_start": None,
            "window_end": None,
        }
    total = coming.patient.course.total
    return said | {
        "kind": "session",
        "number": entry.number,
        "handle": None,
        "total": total if entry.number <= total else None,
        "phase": entry.phase,
        "title": entry.name or entry.phase,
        "by_video": False,
        "target": entry.target.isoformat(),
        "window_start": entry.window_start.isoformat(),
        "window_end": entry.window_end.isoformat(),
    }
