"""One run at a time sends what the records of a folder say: two would send the same."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from ketasched.errors import FileTrouble
from ketasched.records.lock import locked

PATIENCE = 300.0
"""Seconds to wait for another run: a server may be slow, and a folder large."""


def turn_to_mail(folder: Path) -> AbstractContextManager[bool]:
    """Our turn to mail, while the body runs; whether another run had to end first.

    Raises:
        FileTrouble: another run does not end.
    """
    return _turn("mailing", folder)


def turn_to_publish(folder: Path) -> AbstractContextManager[bool]:
    """Our turn to publish, while the body runs; whether another run had to end first.

    Raises:
        FileTrouble: another run does not end.
    """
    return _turn("publishing", folder)


def _turn(verb: str, folder: Path) -> AbstractContextManager[bool]:
    busy = FileTrouble(
        f"another run is still {verb} the records of {folder}",
        "wait until it is done, and run this again",
        str(folder),
    )
    return locked(folder / f".{verb}.lock", PATIENCE, busy)
