"""The report of `suggest`: starts, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ketasched.domain.wording import WEEKDAYS
from ketasched.planning.suggest import Suggestion
from ketasched.reports.report_text import SCHEMA


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
