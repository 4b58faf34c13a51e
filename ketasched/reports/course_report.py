"""The versioned report behind ``--format json`` and ``--format csv``; docs/json.md describes it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ketasched.domain.candidate import Reason
from ketasched.domain.course import ATTENDED, Course, LinkedVisit, Session, Unplaced, is_gone
from ketasched.domain.wording import WEEKDAYS
from ketasched.errors import FileProblems, KetaschedError
from ketasched.planning.refusals import Failure
from ketasched.planning.suggest import Suggestion
from ketasched.running.duties import due_soon

SCHEMA = "ketasched/1"


class Setting(NamedTuple):
    """Where a course takes place: its zone, who named that, and the clinic's name and file."""

    zone_name: str
    zone_source: str
    clinic_name: str = ""
    clinic_file: str = ""


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
        },
        "timezone": setting.zone_name,
        "timezone_source": setting.zone_source,
        "clinic": {"name": setting.clinic_name, "file": setting.clinic_file}
        if setting.clinic_file
        else None,
        "start": course.start.isoformat(),
        "pauses": [
            {
                "before_session": pause.before_session,
                "weeks": pause.weeks,
                "reasons": _reasons(pause.reasons),
            }
            for pause in course.pauses
        ],
        "sessions": [_session(session, uid) for session in course.sessions],
        "reviews": [
            {"name": review.name, "after_session": review.after_session}
            for review in course.reviews
        ],
        "visits": [_visit(visit, uid) for visit in course.visits],
        "unplaced": [
            {
                "kind": one.kind,
                "name": one.name,
                **_beside(one),
                "number": one.number or None,
                "window": {"start": one.days[0].isoformat(), "end": one.days[1].isoformat()}
                if one.days
                else None,
                "reasons": _reasons(one.reasons),
            }
            for one in course.unplaced
        ],
    }


def change_report(before: Course, after: Course, what: str) -> dict[str, Any]:
    """What a change did: old and new dates of every session and linked visit it touched."""
    return {
        "schema": SCHEMA,
        "change": what,
        "sessions": [
            {
                "number": new.number,
                "before": old.start.isoformat() if old else None,
                "after": new.start.isoformat(),
                "status": new.status,
                "reasons": _reasons(new.reasons),
            }
            for new in after.sessions
            for old in [next((o for o in before.sessions if o.number == new.number), None)]
            if old is None or (old.start, old.status) != (new.start, new.status)
        ],
        "visits": [
            {
                "name": new.name,
                **_beside(new),
                "before": old.start.isoformat() if old else None,
                "after": new.start.isoformat(),
                "status": new.status,
            }
            for new in after.visits
            for old in [
                next(
                    (o for o in before.visits if o.key == new.key),
                    None,
                )
            ]
            if old is None or (old.start, old.status) != (new.start, new.status)
        ],
    }


def status_report(course: Course, now: datetime, warnings: Sequence[str]) -> dict[str, Any]:
    """A running course as it stands at a moment (in its zone)."""
    today = now.date()
    ahead = [one for one in course.entries() if not is_gone(one) and one.start > now]
    return {
        "schema": SCHEMA,
        "today": today.isoformat(),
        "protocol": course.protocol.id,
        "done": sum(one.status == ATTENDED for one in course.sessions),
        "next": _next(ahead[0]) if ahead else None,
        "due": [
            {"name": one.name, "session": one.session, "by": one.due.isoformat()}
            for one in due_soon(course, today)
        ],
        "sessions": [
            {
                "number": one.number,
                "phase": one.phase,
                "pace": one.pace or None,
                "start": one.start.isoformat(),
                "end": one.end.isoformat(),
                "status": one.status,
                "by_hand": one.by_hand,
                "instead_of": one.instead_of or None,
                "overridden": list(one.broken),
            }
            for one in course.sessions
        ],
        "reviews": [one._asdict() for one in course.reviews],
        "warnings": list(warnings),
    }


def _next(entry: Session | LinkedVisit) -> dict[str, Any]:
    number, name = None, entry.name
    if isinstance(entry, Session):
        number, name = entry.number, entry.name or entry.phase
    return {"number": number, "name": name, "start": entry.start.isoformat()}


def suggestions_report(protocol: str, found: Sequence[Suggestion], command: str) -> dict[str, Any]:
    """The report of `suggest`; ``command`` plans the best start, if any has a course."""
    return {
        "schema": SCHEMA,
        "protocol": protocol,
        "starts": [
            {
                "start": one.start.isoformat(),
                "days": [WEEKDAYS[day].lower() for day in one.days],
                "pauses": one.pauses,
                "moved": one.moved,
                "days_moved": one.days_moved,
                "feasible": one.feasible,
            }
            for one in found
        ],
        "command": command or None,
    }


def error_report(error: KetaschedError) -> dict[str, Any]:
    """The report of a failure; every mistake of a file is an error of its own."""
    if isinstance(error, FileProblems):
        errors = [
            _error(error.code, one.message, one.hint, error.file, one.line, one.column)
            for one in error.problems
        ]
    else:
        one = _error(error.code, error.message, error.hint, getattr(error, "file", None))
        failure = getattr(error, "failure", None)
        if isinstance(failure, Failure):
            one |= {
                "code": failure.code,
                "session": failure.session,
                "window": {"start": failure.first.isoformat(), "end": failure.last.isoformat()},
                "refused": [
                    {"date": refused.day.isoformat(), "reasons": _reasons(refused.reasons)}
                    for refused in failure.refused
                ],
                "advice": [
                    {"change": text, "command": command}
                    for text, command in getattr(error, "advice", ())
                ],
            }
        errors = [one]
    return {"schema": SCHEMA, "errors": errors}


def to_json(report: Mapping[str, Any]) -> str:
    """A report as JSON text, one line end at its end."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def to_csv(report: Mapping[str, Any]) -> str:
    """The sessions of a course report as CSV: a header, then one row a session."""
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
    return rows_as_csv(columns, rows, ("phase", "name", "reasons"))


def rows_as_csv(
    columns: Sequence[str], rows: Sequence[Mapping[str, Any]], texts: Sequence[str]
) -> str:
    """Rows as CSV under a header; ``texts`` are the columns that hold people's own words, in which
    nothing is left that a spreadsheet would take for a formula.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        inert = {key: _inert(row[key] or "") for key in texts}
        writer.writerow({key: row[key] for key in columns} | inert)
    return out.getvalue()


def _visit(visit: LinkedVisit, uid: Callable[[Session | LinkedVisit], str]) -> dict[str, Any]:
    return {
        "kind": visit.kind,
        "name": visit.name,
        **_beside(visit),
        "ideal": visit.ideal.isoformat(),
        "start": visit.start.isoformat(),
        "end": visit.end.isoformat(),
        "by_video": visit.by_video,
        "reasons": _reasons(visit.reasons),
        "status": visit.status,
        "uid": uid(visit),
    }


def _beside(one: LinkedVisit | Unplaced) -> dict[str, int | None]:
    """The session it goes with."""
    return {
        "before_session": one.session if one.side == "before" else None,
        "after_session": one.session if one.side == "after" else None,
    }


def _session(session: Session, uid: Callable[[Session | LinkedVisit], str]) -> dict[str, Any]:
    return {
        "number": session.number,
        "phase": session.phase,
        "name": session.name or None,
        "target": session.target.isoformat(),
        "window_start": session.window_start.isoformat(),
        "window_end": session.window_end.isoformat(),
        "start": session.start.isoformat(),
        "end": session.end.isoformat(),
        "moved_days": session.moved_days,
        "moved_minutes": session.moved_minutes,
        "reasons": _reasons(session.reasons),
        "status": session.status,
        "uid": uid(session),
    }


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [{"kind": reason.kind, "text": reason.full} for reason in reasons]


def _error(
    code: str, message: str, hint: str, file: str | None, line: int = 0, column: int = 0
) -> dict[str, Any]:
    return {
        "code": code,
        "message": message,
        "hint": hint or None,
        "file": file or None,
        "line": line or None,
        "column": column or None,
    }


def _inert(text: str) -> str:
    """Text a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
