"""The report of a failure."""

from __future__ import annotations

from typing import Any

from ketasched.errors import FileProblems, KetaschedError
from ketasched.planning.refusals import Failure
from ketasched.reports.course_report import reasons_report
from ketasched.reports.report_text import SCHEMA


def error_report(error: KetaschedError) -> dict[str, Any]:
    """The report of a failure; every mistake of a file is an error of its own."""
    if isinstance(error, FileProblems):
        errors = [
            _error(
                error.code, problem.message, problem.hint, error.file, problem.line, problem.column
            )
            | ({"cell": problem.cell} if problem.cell else {})
            for problem in error.problems
        ]
    else:
        report = _error(error.code, error.message, error.hint, getattr(error, "file", None))
        failure = getattr(error, "failure", None)
        if isinstance(failure, Failure):
            report |= {
                "code": failure.code,
                "session": failure.session,
                "window": {"start": failure.first.isoformat(), "end": failure.last.isoformat()},
                "refused": [
                    {"date": refused.day.isoformat(), "reasons": reasons_report(refused.reasons)}
                    for refused in failure.refused
                ],
                "advice": [
                    {"change": text, "command": command}
                    for text, command in getattr(error, "advice", ())
                ],
            }
        errors = [report]
    return {"schema": SCHEMA, "errors": errors}


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
