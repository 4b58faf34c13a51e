"""Whose turn it is where several programs write: a lock, which goes with its process."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from ketasched.errors import FileTrouble
from ketasched.records.atomic import file_trouble


@contextlib.contextmanager
def locked(lock: Path, patience: float, busy: FileTrouble) -> Iterator[bool]:
    """Hold a lock while the body runs; whether another program had it first.

    Raises:
        FileTrouble: the lock's file cannot be made; ``busy`` if another program has the lock for
            longer than ``patience`` seconds.
    """
    with file_trouble(str(lock)):
        file = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield _take(file, patience, busy)
    finally:
        os.close(file)


def _take(file: int, patience: float, busy: FileTrouble) -> bool:
    try:
        import fcntl
    except ImportError:  # another system: the check of what was read is what protects there
        return False
    begun = time.monotonic()
    waited = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() - begun > patience:
                raise busy from None
            waited = True
            time.sleep(0.05)
        else:
            return waited
