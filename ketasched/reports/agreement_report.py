"""The report of ``check NAME --ics …``: what was compared, and where it parts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ketasched.reports.report_text import SCHEMA, unread_report


def agreement_report(agreement: Any) -> dict[str, Any]:
    """What was compared with records, and each difference; ``ours`` and ``theirs`` are instants or
    days in ISO 8601, words, numbers, or null.
    """
    return {
        "schema": SCHEMA,
        "records": agreement.records,
        "entries": agreement.entries,
        "places": [{"kind": place.kind, "where": place.where} for place in agreement.places],
        "differences": [
            {
                "record": difference.record or None,
                "uid": difference.uid or None,
                "where": difference.where,
                "what": difference.what,
                "ours": _plain(difference.ours),
                "theirs": _plain(difference.theirs, difference.ours),
            }
            for difference in agreement.differences
        ],
        "notes": list(agreement.notes),
        "unread": unread_report(agreement.unread),
    }


def _plain(value: Any, like: Any = None) -> Any:
    """A value in JSON; an instant by the clock of another."""
    if isinstance(value, datetime) and isinstance(like, datetime):
        value = value.astimezone(like.tzinfo)
    return value.isoformat() if isinstance(value, date) else value
