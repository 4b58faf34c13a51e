"""What stands out on a page, and how: six meanings, each with words, and most with a sign.

The colors are those of the sixteen that can be read on black and on white in the usual palettes.
They are on signs and words only: days and times keep the color that the reader chose. Without color
the signs and words say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from rich.text import Text

from ketasched.calendar.entry_text import Entry
from ketasched.domain.course import ATTENDED, TENTATIVE, LinkedVisit, Session, is_gone

Meaning = Literal["next", "past", "moved", "tentative", "missed", "today"]


class Look(NamedTuple):
    """The sign of a meaning and the style of what is marked by it; ``row`` is that of the row."""

    sign: str
    style: str
    row: str = ""


LOOKS: Mapping[Meaning, Look] = {
    "next": Look("→", "bold", "bold"),
    "past": Look("", "dim", "dim"),
    "moved": Look("~", "magenta"),
    "tentative": Look("?", "cyan"),
    "missed": Look("×", "not dim red", "dim"),
    "today": Look("", "underline"),
}
"""By meaning; ``missed`` is of all that does not take place: cancelled, refused, out of place."""


class Note(NamedTuple):
    """What is noted of something, and what that means."""

    text: str
    meaning: Meaning | None = None


def meaning_of(
    entry: Entry, following: Entry | None = None, now: datetime | None = None
) -> Meaning | None:
    """What matters most about an entry: ``following`` is the next one to take place. A linked visit
    is past once it is over; of a session somebody has to say that it took place.
    """
    if is_gone(entry):
        return "missed"
    is_over = isinstance(entry, LinkedVisit) and now is not None and entry.end <= now
    if entry.status == ATTENDED or is_over:
        return "past"
    if entry == following:
        return "next"
    if entry.status == TENTATIVE:
        return "tentative"
    return "moved" if is_moved(entry) else None


def is_moved(entry: Entry) -> bool:
    """Whether it does not stand where it ideally would."""
    if isinstance(entry, Session):
        return bool(entry.moved_days or entry.moved_minutes)
    return entry.start != entry.ideal


def row_style(meaning: Meaning | None) -> str:
    """The style of a whole row."""
    return LOOKS[meaning].row if meaning else ""


def marked(text: str, meaning: Meaning | None) -> Text:
    """A text in the style of what it means, up to the colon behind which why is said plainly."""
    head, colon, rest = text.partition(": ")
    return Text.assemble((head, LOOKS[meaning].style if meaning else ""), colon, rest)


def notes_text(notes: Iterable[Note]) -> Text:
    """Notes on one line, each marked."""
    return Text("; ").join(marked(note.text, note.meaning) for note in notes)


def with_signs(labels: Sequence[str], meanings: Sequence[Meaning | None]) -> list[Text]:
    """Labels of rows behind their signs, if there is one; the labels stay one below the other."""
    signs = [LOOKS[meaning].sign if meaning else "" for meaning in meanings]
    if not any(signs):
        return [Text(label) for label in labels]
    width = max(map(len, labels), default=0)
    return [
        Text.assemble((sign or " ", LOOKS[meaning].style if meaning else ""), f" {label:>{width}}")
        for label, sign, meaning in zip(labels, signs, meanings, strict=True)
    ]
