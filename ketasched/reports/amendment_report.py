"""What a new version of a protocol says otherwise, and what it does to running courses, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ketasched.domain.amendment import Difference
    from ketasched.domain.protocol import Protocol


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
