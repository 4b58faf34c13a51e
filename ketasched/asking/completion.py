"""Names the shell completes."""

from __future__ import annotations

import os


def protocols(incomplete: str) -> list[tuple[str, str]]:
    """The protocols whose name begins so, with their titles."""
    from ketasched.asking.library import load

    try:
        known = load(os.environ.get("KETASCHED_PROTOCOLS", ""))
    except Exception:  # A shell that completes has no place for a message.
        return []
    return [
        (protocol.id, protocol.title)
        for protocol in known.values()
        if protocol.id.startswith(incomplete)
    ]


def zones(incomplete: str) -> list[str]:
    """The time zones whose name begins so."""
    from ketasched import zone

    return [name for name in zone.names() if name.casefold().startswith(incomplete.casefold())]
