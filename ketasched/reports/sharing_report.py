"""What was shared, as versioned reports: feeds, and calendars on servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ketasched.reports.report_text import SCHEMA, unread_report


class Feed(NamedTuple):
    """A feed: for whom, its file name, and the bytes it is to have, None if it has them."""

    who: str
    file: str
    data: bytes | None

    @property
    def changed(self) -> bool:
        """Whether it is to be written."""
        return self.data is not None


def feeds_report(
    feeds: Iterable[Feed], removed: Iterable[str], unread: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """The feeds of a folder, the files that are gone, and the records that cannot be read."""
    return {
        "schema": SCHEMA,
        "feeds": [{"name": feed.who, "file": feed.file, "changed": feed.changed} for feed in feeds],
        "removed": list(removed),
        "unread": unread_report(unread),
    }


def publishing_report(
    addresses: Sequence[str],
    totals: Mapping[str, int],
    courses: Iterable[tuple[str, Mapping[str, int], Iterable[Any], Mapping[str, str]]],
    unread: Iterable[tuple[str, str]],
) -> dict[str, Any]:
    """What publishing came to, in all and for each course: its name, counts, the edits that were
    judged, and why the server refused which entries.
    """
    return {
        "schema": SCHEMA,
        "to": list(addresses),
        **totals,
        "courses": [
            {
                "name": name,
                **counts,
                "edits": [_edit(edit) for edit in edits],
                "refusals": [{"uid": uid, "why": why} for uid, why in refused.items()],
            }
            for name, counts, edits, refused in courses
        ],
        "unread": unread_report(unread),
    }


def _edit(edit: Any) -> dict[str, Any]:
    return {
        "uid": edit.edit.uid,
        "number": edit.number or None,
        "handle": None if edit.number else edit.handle or None,
        "title": edit.title,
        "what": edit.kind,
        "ours": edit.ours or None,
        "theirs": edit.theirs or None,
        "legal": edit.legal,
        "verdict": edit.verdict,
        "done": edit.done or None,
    }
