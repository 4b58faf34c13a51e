"""The record of a running course: one JSON file that holds all that is needed to plan again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ketasched import zone
from ketasched.core.busy import Busy
from ketasched.core.constraint import Reason, session_end
from ketasched.core.course import (
    Course,
    DatedReview,
    LinkedVisit,
    Pause,
    Session,
    Unplaced,
)
from ketasched.core.protocol import Protocol
from ketasched.errors import UsageProblem
from ketasched.reader.clinic_record import CLINIC, ClinicFile
from ketasched.reader.fields import Key, ListOf, Reading, Record, Text, one_of, whole, yes_or_no
from ketasched.reader.json_source import read_json
from ketasched.reader.protocol_record import PROVEN_PROTOCOL
from ketasched.reader.source import read_file

SCHEMA = "ketasched-record/1"
MAX_BYTES = 16 * 1024 * 1024
_STAMP = "%Y-%m-%d %H:%M:%S UTC"
_WALL = "%Y-%m-%d %H:%M"
_STATUSES = ("planned", "tentative", "attended", "missed", "cancelled")
_ANY = 10_000_000


class Kept(NamedTuple):
    """What calendars were told of an entry: how often it changed, when, and a digest of it all."""

    uid: str
    sequence: int
    created: datetime
    modified: datetime
    said: str


class CalendarFile(NamedTuple):
    """A calendar that is written anew after each change. ``digest`` is of what was written."""

    path: str
    staff: bool
    digest: str = ""


class Happening(NamedTuple):
    """Something that was done to a course. ``before``: the state it had, for undo."""

    at: datetime
    what: str
    reason: str
    overridden: tuple[str, ...]
    before: Mapping[str, Any] | None
    undone: bool = False


class StoredCourse(NamedTuple):
    """A record: the course as it stands, and all it came from.

    ``asked`` are the options of `plan` as typed, dates resolved; ``protocol_data`` and
    ``clinic_data`` are the files' own words, which are read anew each time.
    """

    name: str
    timezone: str
    timezone_source: str
    asked: Mapping[str, Any]
    protocol: Protocol
    protocol_data: Mapping[str, Any]
    clinic: ClinicFile | None
    clinic_data: Mapping[str, Any] | None
    busy: tuple[Busy, ...]
    course: Course
    kept: tuple[Kept, ...]
    calendars: tuple[CalendarFile, ...]
    history: tuple[Happening, ...]
    file: str = ""


def load(path: str) -> StoredCourse:
    """Read a record.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: all that is wrong with it, with lines and columns.
    """
    source = read_file(path, "course record", MAX_BYTES)
    stored: StoredCourse = read_json(source, _RECORD)
    return stored._replace(file=source.file)


def text_of(stored: StoredCourse) -> str:
    """A record as JSON text, readable by a person."""
    data = {
        "schema": SCHEMA,
        "name": stored.name,
        "timezone": stored.timezone,
        "timezone_source": stored.timezone_source,
        "asked": dict(stored.asked),
        "protocol_file": stored.protocol.file,
        "protocol": stored.protocol_data,
        "clinic_file": stored.clinic.file if stored.clinic else None,
        "clinic": stored.clinic_data,
        "busy": [_busy_data(one, stored.timezone) for one in stored.busy],
        "start": stored.course.start.isoformat(),
        **state_of(stored.course),
        "calendars": [one._asdict() for one in stored.calendars],
        "entries": [
            {
                "uid": one.uid,
                "sequence": one.sequence,
                "created": one.created.strftime(_STAMP),
                "modified": one.modified.strftime(_STAMP),
                "said": one.said,
            }
            for one in stored.kept
        ],
        "history": [
            {
                "at": one.at.strftime(_STAMP),
                "what": one.what,
                "reason": one.reason,
                "overridden": list(one.overridden),
                "undone": one.undone,
                "before": one.before,
            }
            for one in stored.history
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def state_of(course: Course) -> dict[str, Any]:
    """What changes of a course, as data."""
    return {
        "sessions": [_session_data(one) for one in course.sessions],
        "visits": [_visit_data(one) for one in course.visits],
        "unplaced": [_unplaced_data(one) for one in course.unplaced],
        "pauses": [
            {
                "before_session": one.before_session,
                "weeks": one.weeks,
                "reasons": _reasons_data(one.reasons),
            }
            for one in course.pauses
        ],
        "reviews": [one._asdict() for one in course.reviews],
        "left_out": list(course.left_out),
        "total": course.total,
    }


def course_of(state: Mapping[str, Any], protocol: Protocol, start: date, name: str) -> Course:
    """The course that `state_of` wrote, in the zone of that name."""
    place = zone.load(name).tzinfo
    return Course(
        protocol=protocol,
        start=start,
        sessions=tuple(_session(one, place) for one in state["sessions"]),
        pauses=tuple(
            Pause(int(one["before_session"]), int(one["weeks"]), _reasons(one["reasons"]))
            for one in state["pauses"]
        ),
        reviews=tuple(
            DatedReview(one["name"], int(one["after_session"]), _truth(one["passed"]))
            for one in state["reviews"]
        ),
        left_out=tuple(state["left_out"]),
        total=int(state["total"]),
        visits=tuple(_visit(one, place) for one in state["visits"]),
        unplaced=tuple(_unplaced(one) for one in state["unplaced"]),
    )


# To data and back


def _session_data(one: Session) -> dict[str, Any]:
    return {
        "number": one.number,
        "phase": one.phase,
        "place": one.place,
        "name": one.name,
        "target": one.target.isoformat(),
        "window_start": one.window_start.isoformat(),
        "window_end": one.window_end.isoformat(),
        "start": one.start.strftime(_WALL),
        "minutes": one.minutes,
        "moved_minutes": one.moved_minutes,
        "reasons": _reasons_data(one.reasons),
        "status": one.status,
        "by_hand": one.by_hand,
        "instead_of": one.instead_of,
    }


def _session(data: Mapping[str, Any], place: ZoneInfo) -> Session:
    start = _wall(data["start"], place)
    return Session(
        number=int(data["number"]),
        phase=data["phase"],
        place=int(data["place"]),
        target=date.fromisoformat(data["target"]),
        window_start=date.fromisoformat(data["window_start"]),
        window_end=date.fromisoformat(data["window_end"]),
        start=start,
        end=session_end(start, int(data["minutes"])),
        moved_minutes=int(data["moved_minutes"]),
        reasons=_reasons(data["reasons"]),
        status=data["status"],
        name=data["name"],
        by_hand=_truth(data["by_hand"]),
        instead_of=int(data["instead_of"]),
    )


def _visit_data(one: LinkedVisit) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "session": one.session,
        "side": one.side,
        "ideal": one.ideal.strftime(_WALL),
        "start": one.start.strftime(_WALL),
        "minutes": one.minutes,
        "by_video": one.by_video,
        "reasons": _reasons_data(one.reasons),
        "status": one.status,
    }


def _visit(data: Mapping[str, Any], place: ZoneInfo) -> LinkedVisit:
    start = _wall(data["start"], place)
    return LinkedVisit(
        data["kind"],
        data["name"],
        int(data["session"]),
        data["side"],
        _wall(data["ideal"], place),
        start,
        session_end(start, int(data["minutes"])),
        _truth(data["by_video"]),
        _reasons(data["reasons"]),
        data["status"],
    )


def _unplaced_data(one: Unplaced) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "session": one.session,
        "side": one.side,
        "days": [day.isoformat() for day in one.days] if one.days else [],
        "reasons": _reasons_data(one.reasons),
        "number": one.number,
    }


def _unplaced(data: Mapping[str, Any]) -> Unplaced:
    days = [date.fromisoformat(day) for day in data["days"]]
    return Unplaced(
        data["kind"],
        data["name"],
        int(data["session"]),
        data["side"],
        (days[0], days[1]) if days else None,
        _reasons(data["reasons"]),
        int(data["number"]),
    )


def _busy_data(one: Busy, name: str) -> dict[str, Any]:
    place = zone.load(name).tzinfo
    start, end = (moment.astimezone(place) for moment in (one.start, one.end))
    return {
        "start": start.strftime(_WALL),
        "end": end.strftime(_WALL),
        "all_day": one.all_day,
    }
