"""One run at a time publishes the records of a folder: two would write over each other's notes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from ketasched.errors import FileTrouble
from ketasched.records.lock import locked

PATIENCE = 300.0
"""Seconds to wait for another run: a server may be slow, and a folder large."""


def turn_to_publish(folder: Path) -> AbstractContextManager[bool]:
    """Our turn, while the body runs; whether another run had to end first.

    Raises:
        FileTrouble: another run does not end.
    """
    busy = FileTrouble(
        f"another run is still publishing the records of {folder}",
        "wait until it is done, and run this again",
        str(folder),
    )
    return locked(folder / ".publishing.lock", PATIENCE, busy)
