"""The report of ``check FOLDER``: what was proved, and what does not hold."""

from __future__ import annotations

from typing import Any

from ketasched.reports.report_text import SCHEMA, unread_report


def proof_report(proof: Any) -> dict[str, Any]:
    """What a proof came to; a fault's ``session`` is the number of a session, or what commands call
    a linked visit.
    """
    return {
        "schema": SCHEMA,
        "records": proof.records,
        "entries": proof.entries,
        "overridden": proof.overridden,
        "faults": [fault._asdict() for fault in proof.faults],
        "notes": list(proof.notes),
        "unread": unread_report(proof.unread),
    }
