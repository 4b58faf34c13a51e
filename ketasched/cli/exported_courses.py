"""The courses that are exported to another program: one, or all of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ketasched import clock
from ketasched.errors import FileTrouble
from ketasched.records.folder import no_record, open_folder, unread_text
from ketasched.records.open import Opened, open_record


def courses_of(name: str) -> tuple[Sequence[Opened], FileTrouble | None]:
    """The record of that name, or all of the folder, and what to say of those that cannot be read.

    Raises:
        KetaschedError: there is no such record.
    """
    now = clock.now()
    if not Path(name).is_dir():
        return [open_record(name, now)], None
    courses, unread = open_folder(Path(name), now)
    if not courses and not unread:
        raise no_record(Path(name))
    if not unread:
        return courses, None
    return courses, FileTrouble(unread_text(unread), "the others are written", shown=True)
