"""The agenda as the versioned dict behind --format json, and its rows for CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from ketasched.domain.course import LinkedVisit
from ketasched.running.agenda import Coming, Patient, in_house

SCHEMA = "ketasched/1"
COLUMNS = (
    "day", "start", "end", "name", "protocol", "kind", "number", "total", "phase", "title",
    "status", "by_video", "due",
)  # fmt: skip
TEXTS = ("name", "protocol", "phase", "title", "due")


class Day(NamedTuple):
    """A day of the agenda: who comes, and what is due for others."""

    day: date
    coming: Sequence[Coming]
    due: Sequence[tuple[Patient, str]] = ()


def report(
    days: Sequence[Day], chairs: int, unread: Sequence[tuple[str, str]], *, bare: bool
) -> dict[str, Any]:
    """The agenda of some days. ``bare`` leaves out who comes and why; ``chairs``: 0 if not known;
    ``unread``: records that could not be read, with why.
    """
    return {
        "schema": SCHEMA,
        "chairs": chairs or None,
        "days": [
            {
                "day": one.day.isoformat(),
                "entries": [_entry(coming, bare=bare) for coming in one.coming],
                "in_house": [
                    {
                        "start": stretch.start.isoformat(),
                        "end": stretch.end.isoformat(),
                        "people": stretch.people,
                        "too_many": max(0, stretch.people - chairs) if chairs else 0,
                    }
                    for stretch in in_house(one.coming)
                ],
                "due": []
                if bare
                else [{"name": patient.name, "what": what} for patient, what in one.due],
            }
            for one in days
        ],
        "unread": [
            {"file": None if bare else file, "why": "it cannot be read" if bare else why}
            for file, why in unread
        ],
    }


def rows(days: Sequence[Day], *, bare: bool) -> list[dict[str, Any]]:
    """A row for each entry, with COLUMNS."""
    return [
        dict.fromkeys(COLUMNS)
        | {"day": one.day.isoformat()}
        | _entry(coming, bare=bare)
        | _in_words(coming, bare=bare)
        for one in days
        for coming in one.coming
    ]


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
            "total": None,
            "phase": None,
            "title": entry.name,
            "by_video": entry.by_video,
        }
    total = coming.patient.course.total
    return said | {
        "kind": "session",
        "number": entry.number,
        "total": total if entry.number <= total else None,
        "phase": entry.phase,
        "title": entry.name or entry.phase,
        "by_video": False,
    }
