"""The report of `suggest`: starts, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ketasched.domain.wording import WEEKDAYS
from ketasched.planning.suggest import Robustness, Suggestion
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
    robust = any(suggestion.robust for suggestion in suggestions)
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
                **({"robust": _robust(suggestion.robust)} if robust else {}),
            }
            for suggestion in suggestions
        ],
        "command": command or None,
    }


COLUMNS = ("start", "weekdays", "course", "pauses", "weeks", "moved", "days_moved")


def suggestions_table(suggestions: Sequence[Suggestion]) -> Table:
    """A row for each start, the best first, under COLUMNS and what faults would do, if asked."""
    asked = any(suggestion.robust for suggestion in suggestions)
    robust = Robustness._fields if asked else ()
    rows = [
        {
            "start": suggestion.start.isoformat(),
            "weekdays": ", ".join(WEEKDAYS[day] for day in suggestion.days),
            "course": "yes" if suggestion.feasible else "no",
            "pauses": suggestion.pauses,
            "weeks": suggestion.weeks,
            "moved": suggestion.moved,
            "days_moved": suggestion.days_moved,
            **{name: (_robust(suggestion.robust) or {}).get(name) for name in robust},
        }
        for suggestion in suggestions
    ]
    return Table((*COLUMNS, *robust), [Part("Starts", rows)])


def _robust(robust: Robustness | None) -> dict[str, Any] | None:
    if robust is None:
        return None
    return {
        name: round(figure, 3) if isinstance(figure, float) else figure
        for name, figure in robust._asdict().items()
    }
