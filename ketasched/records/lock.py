"""Whose turn it is where several programs write: a lock, which goes with its process."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from ketasched.errors import FileTrouble
from ketasched.records.atomic import file_trouble

AGAIN = 0.05
"""Seconds between two looks at a lock that another program has."""


@contextlib.contextmanager
def locked(lock: Path, patience: float, busy: FileTrouble) -> Iterator[bool]:
    """Hold a lock while the body runs; whether another program had it first. Nobody but its owner
    may read its file.

    Raises:
        FileTrouble: the lock's file cannot be made; ``busy`` if another program has the lock for
            longer than ``patience`` seconds.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it warns of is minded below
        from filelock import FileLock, SoftFileLock, Timeout
    if FileLock is SoftFileLock:  # a system whose lock is that a file is there
        lock = lock.with_name(f"{lock.stem}.held.lock")
    holder = FileLock(lock, mode=0o600)
    begun, waited = time.monotonic(), False
    while not holder.is_locked:
        try:
            with file_trouble(str(lock), passing=(Timeout,)):
                if not lock.parent.is_dir():  # the library would make the folder
                    raise FileTrouble(
                        f"cannot write into {lock.parent}: there is no such folder",
                        "nothing was changed; make the folder first",
                        str(lock.parent),
                    )
                holder.acquire(timeout=0)
        except Timeout:
            if time.monotonic() - begun > patience:
                raise busy from None
            waited = True
            time.sleep(AGAIN)
    try:
        yield waited
    finally:
        holder.release()
