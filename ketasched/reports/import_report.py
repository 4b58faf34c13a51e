"""The report of `import`: courses that moved in, what of them breaks rules, and what has grown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ketasched.domain.course import Course, Status
from ketasched.reports.course_report import session_report
from ketasched.reports.report_text import SCHEMA
from ketasched.reports.table import Part, Table


class KeptSession(NamedTuple):
    """A session that is kept as it was, and a rule that it breaks."""

    number: int
    start: datetime
    status: Status
    rule: str
    text: str


class ImportedCourse(NamedTuple):
    """A course that moved in: whose, the file of the record, what is kept in spite of a rule, and
    what else is to be said of it.
    """

    name: str
    record: str
    course: Course
    kept: Sequence[KeptSession]
    notes: Sequence[str]

    @property
    def counts(self) -> Counter[str]:
        """How many sessions have each status; ``booked``: those to come that the table has."""
        counts: Counter[str] = Counter(session.status for session in self.course.sessions)
        counts["booked"] = sum(session.by_hand for session in self.course.live)
        return counts


class GrownCourse(NamedTuple):
    """A record of which the table says more, and what happened to it."""

    name: str
    record: str
    changes: Sequence[str]


class NotImported(NamedTuple):
    """A course that cannot be planned on, and why."""

    name: str
    why: str


def import_report(
    new: Sequence[ImportedCourse],
    grown: Sequence[GrownCourse],
    same: Sequence[str],
    out: Sequence[NotImported],
) -> dict[str, Any]:
    """The report of `import`."""
    return {
        "schema": SCHEMA,
        "imported": [
            {
                "name": each.name,
                "record": each.record,
                "protocol": each.course.protocol.id,
                "start": each.course.start.isoformat(),
                "sessions": [
                    session_report(session) | {"booked": session.by_hand}
                    for session in each.course.sessions
                ],
                "kept": [
                    {
                        "session": kept.number,
                        "start": kept.start.isoformat(),
                        "status": kept.status,
                        "rule": kept.rule,
                        "text": kept.text,
                    }
                    for kept in each.kept
                ],
                "notes": list(each.notes),
            }
            for each in new
        ],
        "changed": [
            {"name": each.name, "record": each.record, "changes": list(each.changes)}
            for each in grown
        ],
        "unchanged": list(same),
        "refused": [each._asdict() for each in out],
    }


COLUMNS = ("name", "session", "start", "status", "booked", "rules", "why")


def import_table(new: Sequence[ImportedCourse]) -> Table:
    """The sessions of the courses that moved in, with the rules that they break."""
    return Table(COLUMNS, [Part("Sessions", [row for each in new for row in _rows(each)])])


def _rows(course: ImportedCourse) -> Iterator[dict[str, Any]]:
    for session in course.course.sessions:
        kept = [each for each in course.kept if each.number == session.number]
        yield {
            "name": course.name,
            "session": session.number,
            "start": session.start.isoformat(),
            "status": session.status,
            "booked": "yes" if session.by_hand else "",
            "rules": ", ".join(each.rule for each in kept),
            "why": "; ".join(each.text for each in kept),
        }
