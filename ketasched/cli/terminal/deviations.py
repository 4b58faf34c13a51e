"""How courses kept to their protocol: a table for each, and a line of totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ketasched.cli.entry_words import entry_title
from ketasched.cli.terminal import windows
from ketasched.cli.terminal.noted_rows import NotedRow, noted_rows, stacked_rows
from ketasched.cli.terminal.page import Page
from ketasched.cli.terminal.styles import (
    Note,
    marked,
    meaning_of,
    notes_text,
    row_style,
    with_signs,
)
from ketasched.domain.course import ATTENDED, PLANNED
from ketasched.domain.wording import count_text, day_text, days_text, list_text
from ketasched.running.deviations import Kept, Totals, totals

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ketasched.reports.deviations_report import KeptCourse

NARROW = 58
"""Below this width a row becomes stacked lines; below that of windows its days say no year."""
TITLES = ("#", "Session", "Target", "Planned", "Took place", "Off")


def deviations_page(courses: Sequence[KeptCourse]) -> str:
    """The sessions of each course against its protocol, then the sums of them all."""
    page = Page()
    for course in courses:
        page.add_title(f"{course.name}: deviations")
        page.add("", *_sessions(course.sessions, page.width), "")
    page.add(totals_text(totals(kept for course in courses for kept in course.sessions)))
    return page.text()


def _sessions(sessions: Sequence[Kept], width: int) -> Sequence[RenderableType]:
    numbers = with_signs(
        [str(kept.session.number) for kept in sessions],
        [meaning_of(kept.session) for kept in sessions],
    )
    numbered = zip(numbers, sessions, strict=True)
    if width < NARROW:
        return [stacked_rows((number, _lines(kept)) for number, kept in numbered)]
    year = width >= windows.NARROW
    rows = [_row(number, kept, year=year) for number, kept in numbered]
    return list(noted_rows(TITLES, rows, width))


def _row(number: Text, kept: Kept, *, year: bool) -> NotedRow:
    session = kept.session
    days = [session.target, kept.planned.date(), *([kept.actual.date()] if kept.actual else [])]
    cells = [Text(windows.aligned_day(day, year=year)) for day in days]
    cells += [Text()] * (3 - len(cells))
    off = Text(signed(kept.days_off), justify="right")
    title = Text(entry_title(session))
    return NotedRow(
        (number, title, *cells, off),
        notes_text(kept_notes(kept)),
        row_style(meaning_of(session)),
    )


def _lines(kept: Kept) -> list[Text]:
    session = kept.session
    lines = [entry_title(session), f"target {day_text(session.target)}"]
    lines += [f"planned {day_text(kept.planned.date())}"]
    if kept.actual:
        lines.append(f"took place {day_text(kept.actual.date())}: {signed(kept.days_off)}")
    return [*map(Text, lines), *(marked(*note) for note in kept_notes(kept))]


def signed(days: int | None) -> str:
    """Days off a target with their sign; empty where nothing took place."""
    return "" if days is None else f"{days:+}" if days else "0"


def kept_notes(kept: Kept) -> list[Note]:
    """How a session kept to its window, and why not."""
    session = kept.session
    window = days_text(session.window_start, session.window_end)
    verdicts = {True: "in its window, ", False: "OUT of its window, ", None: "window "}
    plain = session.status in (ATTENDED, PLANNED)
    notes = [] if plain else [Note(session.status, meaning_of(session))]
    verdict = f"{verdicts[kept.in_window]}{window}"
    notes.append(Note(verdict, "missed" if kept.in_window is False else None))
    notes += [Note(each.text, "missed" if each.fault else None) for each in kept.apart]
    broken = f"{list_text(session.broken)} broken on purpose" if session.broken else ""
    notes += [Note(broken, "missed")] if broken else []
    return [*notes, Note(f"reason: {kept.reason}")] if kept.reason else notes


def totals_text(sums: Totals) -> str:
    """The sums in a sentence each."""
    took_place = f"{sums.attended} took place"
    if sums.attended:
        took_place += f" ({sums.in_window} in window, {sums.out_of_window} out of window)"
    parts = [
        count_text(sums.sessions, "session"),
        took_place,
        f"{sums.missed} missed",
        f"{sums.cancelled} cancelled",
        f"{sums.to_come} to come",
    ]
    text = f"Totals: {'; '.join(parts)}."
    for title, counts in (
        ("Rules broken on purpose", sums.overridden),
        ("Reasons", sums.reasons),
    ):
        text += f" {title}: {_counts_text(counts)}." if counts else ""
    return text


def _counts_text(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{word} {count}" for word, count in counts.items())
