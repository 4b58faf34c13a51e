"""What a record keeps of the command that made it, so that it means the same on any later day."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ketasched.asking.request import Request
from ketasched.domain.typed_dates import read_date, read_span
from ketasched.errors import UsageProblem

if TYPE_CHECKING:
    from ketasched.asking.intake import Task
    from ketasched.domain.busy import Busy
    from ketasched.domain.course import Course
    from ketasched.files.clinic.clinic import ClinicFile

AHEAD = timedelta(days=366)
"""How long after a course busy times are kept, for what it may come to."""
NOT_KEPT = {"clinic", "protocols", "busy", "force", "format"}


def asked_of(request: Request, task: Task) -> dict[str, Any]:
    """The options of `plan`, dates resolved; files are kept by what they said."""
    kept: dict[str, Any] = {}
    for one in fields(Request):
        value = getattr(request, one.name)
        if value and one.name not in NOT_KEPT:
            kept[one.name] = list(value) if isinstance(value, tuple) else value
            if value is True:
                kept[one.name] = "yes"
    kept["start"] = task.order.start.isoformat()
    kept["tz"] = task.zone.name
    for name in ("closed", "away"):
        if name in kept:
            kept[name] = [_span(text, task.today) for text in kept[name]]
    for name in ("until", "authorised_until"):
        if name in kept:
            kept[name] = read_date(kept[name], task.today).isoformat()
    return kept


def _span(text: str, today: date) -> str:
    first, last = read_span(text, today)
    return f"{first.isoformat()}..{last.isoformat()}"


def busy_of(task: Task, course: Course) -> tuple[Busy, ...]:
    """The busy times from before the course to a year after it."""
    times = task.order.commitments.busy
    if times is None:
        return ()
    entries = course.entries()
    first = min(entry.start.date() for entry in entries) - timedelta(days=60)
    last = max(entry.end.date() for entry in entries) + AHEAD
    return times.between(first, last)


def clinic_data(file: ClinicFile | None) -> dict[str, Any] | None:
    """A clinic file in its own words.

    Raises:
        UsageProblem: it was read from standard input.
    """
    if file is None:
        return None
    from ketasched.reading.file_text import compose, read_file
    from ketasched.reading.json_source import plain

    if file.file == "standard input":
        raise UsageProblem("--save keeps the clinic, and it was read from standard input",
                           "give --clinic a file")  # fmt: skip
    data = plain(compose(read_file(file.file, "clinic file")))
    if "defaults" in data:
        data["defaults"].pop("protocols", None)  # the record has the protocol itself
    return dict(data)
