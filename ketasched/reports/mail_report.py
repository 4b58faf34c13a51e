"""What was mailed, as a versioned report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ketasched.reports.report_text import SCHEMA, unread_report


def mail_report(
    messages: Iterable[Mapping[str, Any]],
    left: Iterable[Mapping[str, Any]],
    without: Sequence[str],
    unread: Iterable[tuple[str, str]],
) -> dict[str, Any]:
    """What became of each entry that was due, what may not have arrived, which records have no
    address, and which cannot be read.
    """
    return {
        "schema": SCHEMA,
        "messages": list(messages),
        "uncertain": list(left),
        "without_address": list(without),
        "unread": unread_report(unread),
    }
