"""Names the shell completes."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from ketasched.asking.request import RECORD_ENDING


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


def models(incomplete: str) -> list[str]:
    """The examples and built-in protocols that one may copy whose name begins so."""
    from ketasched.files.protocols.examples import example_names

    built_in = [name for name, _ in protocols(incomplete)]
    return [name for name in example_names() if name.startswith(incomplete)] + built_in


def zones(incomplete: str) -> list[str]:
    """The time zones whose name begins so."""
    from ketasched import zone

    return [name for name in zone.names() if name.casefold().startswith(incomplete.casefold())]


def languages(incomplete: str) -> list[tuple[str, str]]:
    """The languages a patient may be told in, with their names."""
    from ketasched.languages.language import NAMES

    return [(code, name) for code, name in NAMES.items() if code.startswith(incomplete)]


def records(incomplete: str) -> list[str]:
    """The records, and the folders, whose path begins so; letters with marks are alike however they
    are composed, and what was typed stays as it was typed.
    """
    begun = incomplete.rpartition("/")[2]
    before = incomplete[: len(incomplete) - len(begun)]
    try:
        entries = sorted(Path(before or ".").iterdir())
    except OSError:
        return []
    names = [
        entry.name.removesuffix(RECORD_ENDING)
        for entry in entries
        if entry.name.endswith(RECORD_ENDING)
    ]
    names += [f"{entry.name}/" for entry in entries if entry.is_dir()]
    return [
        incomplete + name[len(start) :]
        for name in (unicodedata.normalize("NFC", name) for name in names)
        if name.startswith(start := unicodedata.normalize("NFC", begun))
        and name.startswith(".") == start.startswith(".")
    ]
