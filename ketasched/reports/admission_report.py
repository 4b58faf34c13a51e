"""The report of `admit`: who has a place, who has none, and what was proved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ketasched.domain.course import Course
from ketasched.house.waiting import Answer
from ketasched.reports.course_report import session_report
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
                "sessions": [session_report(session) for session in new.course.sessions],
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
        "stopped": "by hand" if answer.stopped else "by the clock" if answer.was_cut else None,
    }
