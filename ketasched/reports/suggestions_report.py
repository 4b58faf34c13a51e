"""The report of `suggest`: starts, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ketasched.domain.wording import WEEKDAYS
from ketasched.planning.suggest import Suggestion
from ketasched.reports.course_report import Neighbours, neighbours_report
from ketasched.reports.report_text import SCHEMA
from ketasched.reports.table import Part, Table


def suggestions_report(
    protocol: str,
    suggestions: Sequence[Suggestion],
    command: str,
    holidays: str,
    neighbours: Neighbours | None = None,
) -> dict[str, Any]:
    """The report of `suggest`; ``command`` plans the best start, if any has a course; ``holidays``
    is whose holidays are kept, ``neighbours`` beside whom each start was tried.
    """
    return {
        "schema": SCHEMA,
        "protocol": protocol,
        "holidays": holidays or None,
        "beside": neighbours_report(neighbours),
        "starts": [
            {
                "start": suggestion.start.isoformat(),
                "days": [WEEKDAYS[day].lower() for day in suggestion.days],
                "pauses": suggestion.pauses,
                "moved": suggestion.moved,
                "days_moved": suggestion.days_moved,
                "feasible": suggestion.feasible,
            }
            for suggestion in suggestions
        ],
        "command": command or None,
    }


COLUMNS = ("start", "weekdays", "course", "pauses", "weeks", "moved", "days_moved")


def suggestions_table(suggestions: Sequence[Suggestion]) -> Table:
    """A row for each start, the best first, under COLUMNS."""
    rows = [
        {
            "start": suggestion.start.isoformat(),
            "weekdays": ", ".join(WEEKDAYS[day] for day in suggestion.days),
            "course": "yes" if suggestion.feasible else "no",
            "pauses": suggestion.pauses,
            "weeks": suggestion.weeks,
            "moved": suggestion.moved,
            "days_moved": suggestion.days_moved,
        }
        for suggestion in suggestions
    ]
    return Table(COLUMNS, [Part("Starts", rows)])
