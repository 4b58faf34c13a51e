"""Acts: changes that were made in one go, and are taken back in one go.

The entries of the history that an act made, in one record or in all those of a folder, have its
name in common.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ketasched.errors import FileTrouble, KetaschedError, UsageProblem, os_reason
from ketasched.reading.file_text import read_plain
from ketasched.records import closed_days, codec
from ketasched.records.closed_days import ClosedDay
from ketasched.records.folder import Unread, walk
from ketasched.records.open import read_quickly
from ketasched.records.record import CourseRecord

_FOLDER = "folder-"


class FolderAct(NamedTuple):
    """The last act over a folder that still holds: its name, what was done, the files of the
    records that took part, and the closed days as they are once it is taken back (None: they stay).
    """

    act: str
    what: str
    files: tuple[Path, ...]
    days_before: tuple[ClosedDay, ...] | None


def _in_one(whats: list[str]) -> str:
    """What an act did to all of its records."""
    return whats[0] if len(set(whats)) == 1 else f"{whats[0]}, and {len(whats) - 1} more"


def new_act() -> str:
    """A name for what one command does to one record."""
    return secrets.token_hex(8)


def new_folder_act() -> str:
    """A name for what one command does to the records of a folder; later ones sort behind it."""
    return f"{_FOLDER}{time.time_ns():016x}{secrets.token_hex(4)}"


def last_folder_act(folder: Path) -> tuple[FolderAct | None, list[Unread]]:
    """The last act over a folder that has not been taken back, and the files that cannot be read.

    Raises:
        KetaschedError: it is no folder, or its closed days cannot be read.
    """
    days = closed_days.load(folder)
    records, unread = walk(folder, _with_folder_acts)
    whats: dict[str, list[str]] = {}
    files: dict[str, dict[Path, None]] = {}
    for record in records:
        for act, what in _acts_of(record):
            whats.setdefault(act, []).append(what)
            files.setdefault(act, {})[Path(record.file)] = None
    texts = {act: _in_one(said) for act, said in whats.items()}
    texts |= dict(said for day in days for said in day.acts())
    if not texts:
        return None, unread
    last = max(texts)
    before = tuple(day for each in days for day in each.before(last))
    changed = before if before != days else None
    return FolderAct(last, texts[last], tuple(files.get(last, ())), changed), unread


def still_closed(folder: Path, act: str) -> date | None:
    """The day that an act closed in a folder, while it is closed."""
    try:
        days = closed_days.load(folder)
    except KetaschedError:
        return None
    return next((day.day for day in days if act and day.act == act and day.is_closed), None)


def is_of_folder(act: str) -> bool:
    """Whether an act was over the records of a folder."""
    return act.startswith(_FOLDER)


def refuse_unread(act: str, unread: list[Unread]) -> None:
    """An act is taken back in all of its records or in none.

    Raises:
        UsageProblem: one of them cannot be read.
    """
    for file, why in unread:
        if act.encode() in _bytes_of(Path(file)):
            raise UsageProblem(
                f"{file} took part in it, and cannot be read: {why}", "mend it first"
            )


def _with_folder_acts(path: Path) -> CourseRecord | None:
    """A record, if an act over a folder changed it: reading all of a large folder takes a while.
    One that was cut short may have been changed by it.
    """
    data = _bytes_of(path)
    took_part = f'"act": "{_FOLDER}'.encode() in data or not data.endswith(b"}\n")
    return read_quickly(path) if took_part else None


def _bytes_of(path: Path) -> bytes:
    try:
        return read_plain(path, codec.MAX_BYTES)
    except OSError as error:
        raise FileTrouble(f"cannot read {path}: {os_reason(error)}", "", str(path)) from None


def _acts_of(record: CourseRecord) -> Iterator[tuple[str, str]]:
    for change in record.history:
        if change.can_be_undone and is_of_folder(change.act):
            yield change.act, change.what
