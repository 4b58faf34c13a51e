"""Whom to ring up and why, as the versioned report and its rows for CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ketasched.reports.report_text import SCHEMA, unread_report
from ketasched.reports.table import Part, Table
from ketasched.running.concerns import Concern

COLUMNS = ("record", "name", "kind", "text")


class PatientCall(NamedTuple):
    """A patient to ring up, by the name of the record on a command line and by their own; why."""

    record: str
    name: str
    why: Sequence[Concern]


def calls_report(calls: Iterable[PatientCall], unread: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Whom to ring up, and the records that cannot be read."""
    return {
        "schema": SCHEMA,
        "calls": [
            {
                "record": call.record,
                "name": call.name,
                "why": [{"kind": concern.kind, "text": concern.text} for concern in call.why],
            }
            for call in calls
        ],
        "unread": unread_report(unread),
    }


def calls_table(calls: Iterable[PatientCall]) -> Table:
    """A row for each reason, under COLUMNS."""
    rows = [
        {"record": call.record, "name": call.name, "kind": concern.kind, "text": concern.text}
        for call in calls
        for concern in call.why
    ]
    return Table(COLUMNS, [Part("Calls", rows)])
