"""What a user asks `plan` for, as typed, and what of it other commands ask for too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RECORD_ENDING = ".course.json"
"""What the file of a record is called behind its name."""
CourseFormat = Literal["table", "month", "html", "json", "csv", "xlsx"]
CourseReader = Literal["patient", "staff"]


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False, match_args=False)
class Terms:
    """What a course is planned from but for its start; empty means not typed."""

    protocol: str
    arm: str = ""
    at: str = ""
    flex: str = ""
    days: str = ""
    clinic: str = ""
    tz: str = ""
    closed: tuple[str, ...] = ()
    weekends: bool = False
    holidays: str = ""
    can: str = ""
    away: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    travel: str = ""
    pause: str = ""
    sessions: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()
    until: str = ""
    cadence: tuple[str, ...] = ()
    window: tuple[str, ...] = ()
    already: str = ""
    protocols: str = ""
    beside: str = ""


@dataclass(frozen=True, kw_only=True, repr=False, eq=False, match_args=False)
class Request(Terms):
    """What the user asked `plan` for; a record keeps it, and is planned from it again."""

    start: str
    without: tuple[str, ...] = ()
    reason: str = ""
    name: str = ""
    audience: CourseReader | None = None
    title: str = ""
    location: str = ""
    remind: str = ""
    lang: str = ""
    clock: str = ""
    save: str = ""
    authorised_until: str = ""
    authorised_visits: str = ""
    ics: str = ""
    html: str = ""
    feed_url: str = ""
    force: bool = False
    format: CourseFormat | None = None
