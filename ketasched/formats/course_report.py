"""The versioned report behind ``--format json`` and ``--format csv``; docs/json.md describes it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from ketasched.core.constraint import Reason
from ketasched.core.course import Course, Session
from ketasched.core.planning import Failure
from ketasched.errors import FileProblems, KetaschedError

SCHEMA = "ketasched/1"


def course_report(
    course: Course, zone_name: str, zone_source: str, uid: Callable[[Session], str]
) -> dict[str, Any]:
    """The report of a course; ``uid`` gives the calendar UID of a session."""
    protocol = course.protocol
    return {
        "schema": SCHEMA,
        "protocol": {
            "id": protocol.id,
            "title": protocol.title,
            "version": protocol.version,
            "file": protocol.file,
        },
        "timezone": zone_name,
        "timezone_source": zone_source,
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
            }
        errors = [one]
    return {"schema": SCHEMA, "errors": errors}


def to_json(report: Mapping[str, Any]) -> str:
    """A report as JSON text, one line end at its end."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def to_csv(report: Mapping[str, Any]) -> str:
    """The sessions of a course report as CSV: a header, then one row a session."""
    out = io.StringIO()
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
    ]
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for session in report["sessions"]:
        reasons = "; ".join(reason["text"] for reason in session["reasons"])
        writer.writerow(session | {"reasons": reasons, "phase": _inert(session["phase"])})
    return out.getvalue()


def _session(session: Session, uid: Callable[[Session], str]) -> dict[str, Any]:
    return {
        "number": session.number,
        "phase": session.phase,
        "target": session.target.isoformat(),
        "start": session.start.isoformat(),
        "end": session.end.isoformat(),
        "moved_days": session.moved_days,
        "moved_minutes": session.moved_minutes,
        "reasons": _reasons(session.reasons),
        "status": session.status,
        "uid": uid(session),
    }


def _reasons(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [{"kind": reason.kind, "text": reason.text} for reason in reasons]


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
