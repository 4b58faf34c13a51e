"""What a FHIR file says of each entry: ours, or what a server gave back, whoever wrote it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from ketasched.calendar.uid import DOMAIN
from ketasched.domain.course import Status
from ketasched.errors import FileTrouble
from ketasched.files.fhir.parts import UID_SYSTEM, own
from ketasched.reading.file_text import read_file

MAX_BYTES = 512 * 1024 * 1024
"""The largest file that is read: several thousand courses."""

_STATES: Mapping[str, Status] = {
    "proposed": "tentative",
    "pending": "tentative",
    "waitlist": "tentative",
    "booked": "planned",
    "arrived": "planned",
    "checked-in": "planned",
    "fulfilled": "attended",
    "noshow": "missed",
    "cancelled": "cancelled",
    "entered-in-error": "cancelled",
    "requested": "planned",
    "accepted": "planned",
    "ready": "planned",
    "in-progress": "planned",
    "on-hold": "planned",
    "completed": "attended",
    "rejected": "cancelled",
    "failed": "missed",
}
"""What we call the states of an Appointment, and of the Task that a duty is."""


class FhirEntry(NamedTuple):
    """What is said of an entry. A start or an end is a day if it is that of a duty, which is due by
    the end of one; None: nothing that is a time. ``state`` is empty where it is none that R4 has,
    ``sequence`` None where nothing says it.
    """

    kind: Literal["Appointment", "Task"]
    start: datetime | date | None
    end: datetime | date | None
    state: Status | Literal[""]
    sequence: int | None


def load(path: str) -> list[tuple[str, FhirEntry]]:
    """Each entry of a file with its UID, also those that are there twice.

    Raises:
        FileTrouble: it cannot be read, or is no JSON.
    """
    text = read_file(path, "FHIR bundle", MAX_BYTES).text
    hint = "give a bundle, as `export --format fhir` writes it or a server does"
    try:
        data = json.loads(text)
        entries = list(entries_of(data))
    except (ValueError, RecursionError):
        raise FileTrouble(f"{path} is no JSON, and so no FHIR bundle", hint, path) from None
    if not any("resourceType" in resource for resource in _resources(data)):
        raise FileTrouble(f"{path} has no FHIR resource", hint, path)
    return entries


def entries_of(data: object) -> Iterator[tuple[str, FhirEntry]]:
    """The entries in a bundle of any type, in a list of resources, or in one resource, each with
    its UID. What has none of our UIDs is somebody else's and left out.
    """
    for resource in _resources(data):
        kind = resource.get("resourceType")
        uid = _uid(resource)
        if uid and kind in ("Appointment", "Task"):
            yield uid, _appointment(resource) if kind == "Appointment" else _task(resource)


def _resources(data: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(data, list):
        for part in data:
            yield from _resources(part)
    elif isinstance(data, dict) and data.get("resourceType") == "Bundle":
        for entry in _list(data, "entry"):
            yield from _resources(entry.get("resource"))
    elif isinstance(data, dict):
        yield data


def _list(resource: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The parts of a list, of which others may have made something else."""
    parts = resource.get(key)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _uid(resource: Mapping[str, Any]) -> str:
    """The UID of a resource; a server may have lost its system, but not what it ends with."""
    values = [
        (identifier.get("system"), identifier.get("value"))
        for identifier in _list(resource, "identifier")
    ]
    ours = (
        value
        for system, value in values
        if isinstance(value, str) and (system == UID_SYSTEM or value.endswith(f"@{DOMAIN}"))
    )
    return next(ours, "")


def _appointment(resource: Mapping[str, Any]) -> FhirEntry:
    start, end = _instant(resource.get("start")), _instant(resource.get("end"))
    minutes = resource.get("minutesDuration")
    if start and not end and isinstance(minutes, int):
        end = start + timedelta(minutes=minutes)
    return FhirEntry("Appointment", start, end, _state(resource), _sequence(resource))


def _task(resource: Mapping[str, Any]) -> FhirEntry:
    restriction = resource.get("restriction")
    period = restriction.get("period") if isinstance(restriction, dict) else None
    due = _day(period.get("end")) if isinstance(period, dict) else None
    end = due + timedelta(days=1) if due else None
    return FhirEntry("Task", due, end, _state(resource), _sequence(resource))


def _state(resource: Mapping[str, Any]) -> Status | Literal[""]:
    return _STATES.get(str(resource.get("status")), "")


def _sequence(resource: Mapping[str, Any]) -> int | None:
    for extension in _list(resource, "extension"):
        sequence = extension.get("valueUnsignedInt")
        if extension.get("url") == own("sequence") and isinstance(sequence, int):
            return sequence
    return None


def _instant(text: object) -> datetime | None:
    """An instant: FHIR's has an offset, and one without it might be any."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None:
        return None
    return moment if MINYEAR < moment.year < MAXYEAR else None  # no zone has the others whole


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None
