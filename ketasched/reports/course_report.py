"""A course as a versioned report, and its sessions as rows; docs/json.md describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ketasched.domain.candidate import Reason
from ketasched.domain.course import Course, LinkedVisit, Session, Unplaced
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import list_text
from ketasched.public_holidays import PartHoliday
from ketasched.reports.report_text import SCHEMA
from ketasched.reports.table import Part, Table


class Neighbours(NamedTuple):
    """The courses that share the house: their folders, as typed, and how many there are."""

    folders: Sequence[str]
    courses: int


class Setting(NamedTuple):
    """Where a course takes place: its zone, who named that, the clinic's name and file, whose
    holidays are kept, the days it stands on that are holidays though none were considered, and
    beside whom it is planned.
    """

    zone_name: str
    zone_source: str
    clinic_name: str = ""
    clinic_file: str = ""
    holidays: str = ""
    unasked: Sequence[PartHoliday] = ()
    neighbours: Neighbours | None = None


def course_report(
    course: Course, setting: Setting, uid: Callable[[Session | LinkedVisit], str]
) -> dict[str, Any]:
    """The report of a course; ``uid`` gives the calendar UID of a session or linked visit."""
    protocol = course.protocol
    return {
        "schema": SCHEMA,
        "protocol": {
            "id": protocol.id,
            "title": protocol.title,
            "version": protocol.version,
            "file": protocol.file,
            **({"arm": protocol.arm} if protocol.arm else {}),
        },
        "timezone": setting.zone_name,
        "timezone_source": setting.zone_source,
        "clinic": {"name": setting.clinic_name, "file": setting.clinic_file}
        if setting.clinic_file
        else None,
        "holidays": setting.holidays or None,
        "holidays_not_considered": [
            {"date": holiday.day.isoformat(), "name": holiday.name, "parts": list(holiday.parts)}
            for holiday in setting.unasked
        ],
        "beside": neighbours_report(setting.neighbours),
        "start": course.start.isoformat(),
        "pauses": [
            {
                "before_session": pause.before_session,
                "weeks": pause.weeks,
                "reasons": reasons_report(pause.reasons),
            }
            for pause in course.pauses
        ],
        "sessions": [session_report(each) | {"uid": uid(each)} for each in course.sessions],
        "reviews": [
            {"name": review.name, "after_session": review.after_session}
            for review in course.reviews
        ],
        "visits": [_visit(course, visit, uid) for visit in course.visits],
        "unplaced": unplaced_report(course),
    }


def neighbours_report(neighbours: Neighbours | None) -> dict[str, Any] | None:
    """Beside whom something is planned; null without a house, or where nobody else is."""
    if neighbours is None:
        return None
    return {"folder": list_text(neighbours.folders), "courses": neighbours.courses}


def unplaced_report(course: Course) -> list[dict[str, Any]]:
    """What goes with a session and has no place, and why."""
    return [
        {
            "handle": None if unplaced.number else handle_of(course, unplaced),
            "kind": unplaced.kind,
            "name": unplaced.name,
            **beside(unplaced),
            "number": unplaced.number or None,
            "window": {
                "start": unplaced.days[0].isoformat(),
                "end": unplaced.days[1].isoformat(),
            }
            if unplaced.days
            else None,
            "reasons": reasons_report(unplaced.reasons),
        }
        for unplaced in course.unplaced
    ]


def course_table(report: Mapping[str, Any], name: str) -> Table:
    """The sessions of a course report, a row each; ``name`` is that of the course, if any."""
    columns = [
        "number",
        "phase",
        "target",
        "start",
        "end",
        "moved_days",
        "moved_minutes",
        "reasons",
        "status",
        "uid",
        "name",
        "window_start",
        "window_end",
    ]
    rows = [
        session | {"reasons": "; ".join(reason["text"] for reason in session["reasons"])}
        for session in report["sessions"]
    ]
    return Table(columns, [Part(name or report["protocol"]["id"], rows)])


def _visit(
    course: Course, visit: LinkedVisit, uid: Callable[[Session | LinkedVisit], str]
) -> dict[str, Any]:
    return {
        "handle": handle_of(course, visit),
        "kind": visit.kind,
        "name": visit.name,
        **beside(visit),
        "ideal": visit.ideal.isoformat(),
        "start": visit.start.isoformat(),
        "end": visit.end.isoformat(),
        "by_video": visit.by_video,
        "reasons": reasons_report(visit.reasons),
        "status": visit.status,
        "uid": uid(visit),
    }


def beside(entry: LinkedVisit | Unplaced) -> dict[str, int | None]:
    """The session it goes with."""
    return {
        "before_session": entry.session if entry.side == "before" else None,
        "after_session": entry.session if entry.side == "after" else None,
    }


def session_report(session: Session) -> dict[str, Any]:
    """A session of a course that was just planned."""
    return {
        "number": session.number,
        "phase": session.phase,
        **named_window(session),
        "start": session.start.isoformat(),
        "end": session.end.isoformat(),
        "moved_days": session.moved_days,
        "moved_minutes": session.moved_minutes,
        "reasons": reasons_report(session.reasons),
        "status": session.status,
    }


def named_window(session: Session) -> dict[str, str | None]:
    """What a session is called, when it is ideally, and the first and last day of its window."""
    return {
        "name": session.name or None,
        "target": session.target.isoformat(),
        "window_start": session.window_start.isoformat(),
        "window_end": session.window_end.isoformat(),
    }


def reasons_report(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    """Reasons, each with its kind."""
    return [{"kind": reason.kind, "text": reason.full} for reason in reasons]
