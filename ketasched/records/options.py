"""What a record keeps of the command that made it, so that it means the same on any later day."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ketasched.asking.request import Request
from ketasched.domain.signs import with_plain_ends
from ketasched.errors import UsageProblem

if TYPE_CHECKING:
    from ketasched.asking.intake import Task
    from ketasched.domain.busy import Busy, BusyTimes
    from ketasched.domain.course import Course
    from ketasched.files.clinic.clinic import ClinicFile

AHEAD = timedelta(days=366)
"""How long after a course busy times are kept, for what it may come to."""
NOT_KEPT = {"clinic", "protocols", "busy", "force", "format", "beside", "html"}


def options_of(request: Request, task: Task) -> dict[str, Any]:
    """The options of `plan`, with the dates they were understood as; files are kept by what they
    said.
    """
    options: dict[str, Any] = {}
    for option in fields(Request):
        value = getattr(request, option.name)
        if value and option.name not in NOT_KEPT:
            options[option.name] = list(value) if isinstance(value, tuple) else value
            if isinstance(value, str):
                options[option.name] = with_plain_ends(value)
            if value is True:
                options[option.name] = "yes"
    commitments = task.order.commitments
    understood = {
        "start": task.order.start.isoformat(),
        "arm": task.order.protocol.arm,
        "tz": task.zone.name,
        "closed": [_span_text(closure.first, closure.last) for closure in task.surroundings.closed],
        "away": [absence.typed for absence in commitments.absences]
        + [absence.typed for absence in commitments.weekly],
        "until": task.until and task.until.isoformat(),
        "authorised_until": task.authorised_until and task.authorised_until.isoformat(),
    }
    return options | {name: value for name, value in understood.items() if value}


def _span_text(first: date, last: date) -> str:
    """Days as an option takes them, both included."""
    return f"{first.isoformat()}..{last.isoformat()}"


def busy_of(times: BusyTimes | None, course: Course) -> tuple[Busy, ...]:
    """The busy times from before the course to a year after it."""
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
    if file is None or file.words is None:
        return None
    if file.file == "standard input":
        raise UsageProblem(
            "--save keeps the clinic, and it was read from standard input", "give --clinic a file"
        )
    data = dict(file.words)
    if "defaults" in data:  # the record has the protocol itself
        defaults = data["defaults"].items()
        data["defaults"] = {key: value for key, value in defaults if key != "protocols"}
    return data
