"""The report of `admit`: who has a place, who has none, and what was proved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ketasched.domain.course import Course, Session
from ketasched.house.waiting import Answer
from ketasched.reports.course_report import named_window, reasons_report
from ketasched.reports.report_text import SCHEMA


class NewCourse(NamedTuple):
    """Somebody who was admitted, the file of the record, and the course."""

    name: str
    record: str
    course: Course


class NoCourse(NamedTuple):
    """Somebody who has no place, why, and what works: each in words and as a command."""

    name: str
    why: str
    advice: Sequence[tuple[str, str]]


def admission_report(
    admitted: Sequence[NewCourse], refused: Sequence[NoCourse], answer: Answer
) -> dict[str, Any]:
    """The report of `admit`."""
    return {
        "schema": SCHEMA,
        "admitted": [
            {
                "name": new.name,
                "record": new.record,
                "start": new.course.start.isoformat(),
                "sessions": [_session(session) for session in new.course.sessions],
            }
            for new in admitted
        ],
        "refused": [
            {
                "name": each.name,
                "why": each.why,
                "advice": [{"change": text, "command": command} for text, command in each.advice],
            }
            for each in refused
        ],
        "days": {
            "status": answer.status,
            "cost": answer.cost.squares,
            "bound": answer.bound,
        },
        "times": {"days": answer.days, "proved": answer.proved},
    }


def _session(session: Session) -> dict[str, Any]:
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
