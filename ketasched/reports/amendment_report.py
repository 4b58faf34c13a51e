"""What a new version of a protocol says otherwise, and what it does to running courses, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ketasched.reports.report_text import SCHEMA, unread_report
from ketasched.reports.running_report import Call, change_report

if TYPE_CHECKING:
    from ketasched.domain.amendment import Difference
    from ketasched.domain.protocol import Protocol

Compared = tuple["Protocol", "Protocol", Iterable["Difference"]]
Courses = tuple[Iterable[Call], int, Iterable[tuple[str, str]]]


def version_report(
    before: Protocol, after: Protocol, found: Iterable[Difference]
) -> dict[str, Any]:
    """What a version of a protocol says otherwise than the one ``before``; null is not said."""
    return {
        "id": after.id,
        "version_before": before.version,
        "version": after.version,
        "changes": [
            {
                "phase": each.phase or None,
                "what": each.subject,
                "before": each.before,
                "after": each.after,
                "text": str(each),
            }
            for each in found
        ],
    }


def amendment_report(
    compared: Iterable[Compared],
    added: Sequence[str],
    gone: Sequence[str],
    running: Courses | None,
) -> dict[str, Any]:
    """What a protocol file says otherwise than another; with ``running`` courses also what each
    would come to, or why it cannot take it over, how many others there are, and what cannot be
    read.
    """
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "protocols": [version_report(*each) for each in compared],
        "added": list(added),
        "gone": list(gone),
    }
    if running is None:
        return report
    calls, others, unread = running
    what = "what would move"
    courses = [
        {
            "name": call.name,
            "can": call.after is not None,
            "change": change_report(call.before, call.after, what) if call.after else None,
            "why": call.why or None,
        }
        for call in calls
    ]
    everywhere = all(course["can"] for course in courses) and not unread
    return {
        **report,
        "everywhere": everywhere,
        "courses": courses,
        "others": others,
        "unread": unread_report(unread),
    }
