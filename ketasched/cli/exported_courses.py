"""The courses that are exported to another program: one, or all of a folder."""

from __future__ import annotations

from collections.abc import Sequence

from ketasched import clock
from ketasched.errors import FileTrouble
from ketasched.records.folder import open_named, unread_text
from ketasched.records.open import Opened


def courses_of(name: str) -> tuple[Sequence[Opened], FileTrouble | None]:
    """The record of that name, or all of the folder, and what to say of those that cannot be read.

    Raises:
        KetaschedError: there is no such record.
    """
    courses, unread = open_named(name, clock.now())
    if not unread:
        return courses, None
    return courses, FileTrouble(unread_text(unread), "the others are written", shown=True)
