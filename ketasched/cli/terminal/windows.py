"""The windows of a trial's sessions: columns of their own, or a line where there is no room."""

from __future__ import annotations

from datetime import date

from rich.text import Text

from ketasched.calendar.entry_text import Entry
from ketasched.domain.course import Session
from ketasched.domain.wording import day_text

TITLES = ("Earliest", "Latest")
NARROW = 72
"""Below this width windows have no columns: a line below each session says them."""
WIDE = 100
"""From this width on their columns say the year, too."""


def window_cells(entry: Entry, width: int) -> tuple[Text, Text]:
    """The first and last day of a session's window; a linked visit has none."""
    if not isinstance(entry, Session):
        return Text(), Text()
    days = (entry.window_start, entry.window_end)
    first, last = (aligned_day(day, year=width >= WIDE) for day in days)
    return Text(first), Text(last)


def window_lines(entry: Entry) -> list[str]:
    """The window of a session in two lines, beside its whole date; none for a linked visit."""
    if not isinstance(entry, Session):
        return []
    return [f"earliest {_short(entry.window_start)}", f"latest {_short(entry.window_end)}"]


def window_text(entry: Entry) -> str:
    """The window of a session in a line; empty for a linked visit."""
    return ", ".join(window_lines(entry))


def aligned_day(day: date, *, year: bool = True) -> str:
    """A day, its numbers under each other in a column."""
    text = day_text(day) if year else _short(day)
    return text if day.day > 9 else text.replace(" ", "  ", 1)


def _short(day: date) -> str:
    return day_text(day).removesuffix(f" {day.year}")
