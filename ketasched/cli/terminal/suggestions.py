"""Starts, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.table import Table

from ketasched.cli.terminal import windows
from ketasched.cli.terminal.agreed import agreed_facts
from ketasched.cli.terminal.course import clinic_text, setting_text
from ketasched.cli.terminal.holidays import holidays_text
from ketasched.cli.terminal.house import house_facts
from ketasched.cli.terminal.page import Page, advice
from ketasched.cli.terminal.styles import Meaning, marked, row_style, with_signs
from ketasched.domain.wording import WEEKDAYS, count_text, day_text

if TYPE_CHECKING:
    from rich.text import Text

    from ketasched.asking.intake import Understood
    from ketasched.planning.suggest import Suggestion

MOST_ROWS = 20
NARROW = 56
"""Below this width a start becomes a line of text."""


def suggestions_page(
    terms: Understood, starts: Sequence[Suggestion], best: Suggestion | None, command: str
) -> str:
    """The starts as a table, what is left out, and the command that plans the best one to come."""
    page = Page()
    protocol = terms.order.protocol
    page.add_title(protocol.title)
    file = terms.surroundings.file
    page.add_facts(
        [
            ("Times", setting_text(terms.surroundings)),
            *agreed_facts(terms.order),
            *([("Clinic", clinic_text(file))] if file else []),
            *house_facts(terms.order, terms.others),
            ("Holidays", holidays_text(terms.surroundings.holidays)),
            ("Protocol", f"{protocol.id}, version {protocol.version}, from {protocol.file}"),
        ]
    )
    page.add("")
    feasible = [start for start in starts if start.feasible]
    if feasible:
        rows = feasible[:MOST_ROWS]
        meanings = [_meaning(start, best, terms.today) for start in rows]
        narrow = page.width < NARROW
        page.add(*(map(_line, rows, meanings) if narrow else [_table(rows, meanings)]), "")
    left = len(feasible) - MOST_ROWS
    if left > 0:
        have = "has" if left == 1 else "have"
        page.add(f"{left} more {have} a course; --format json lists them all.")
    without = len(starts) - len(feasible)
    if len(starts) == without == 1:
        page.add("The start that was tried has no course.")
    elif without:
        have = "has" if without == 1 else "have"
        page.add(
            f"{without} of {len(starts)} starts and patterns that were tried {have} no course."
        )
    if command:
        page.add("To plan the best start to come:")
        page.add_command(command)
    page.add(advice(protocol))
    return page.text()


def _meaning(suggestion: Suggestion, best: Suggestion | None, today: date) -> Meaning | None:
    """What matters of a start: the best one to come is the next to take."""
    if suggestion == best:
        return "next"
    if suggestion.start < today:
        return "past"
    return "moved" if suggestion.pauses else None


def _table(rows: Sequence[Suggestion], meanings: Sequence[Meaning | None]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("Start", no_wrap=True)
    table.add_column("Days", no_wrap=True)
    for title in ("Pauses", "Moved", "Days moved"):
        table.add_column(title, justify="right")
    days = with_signs([windows.aligned_day(start.start) for start in rows], meanings)
    for suggestion, day, meaning in zip(rows, days, meanings, strict=True):
        names = ", ".join(WEEKDAYS[day] for day in suggestion.days)
        weeks = f" ({count_text(suggestion.weeks, 'week')})" if suggestion.pauses else ""
        counts = (suggestion.moved, suggestion.days_moved)
        paused: Meaning | None = "moved" if suggestion.pauses else None
        pauses = marked(f"{suggestion.pauses}{weeks}", paused)
        table.add_row(day, names, pauses, *map(str, counts), style=row_style(meaning))
    return table


def _line(suggestion: Suggestion, meaning: Meaning | None) -> Text:
    names = ", ".join(WEEKDAYS[day] for day in suggestion.days)
    start = ", ".join(filter(None, (day_text(suggestion.start), names)))
    moved = f"{suggestion.moved} moved by {suggestion.days_moved} in all"
    text = f"{start}: {count_text(suggestion.pauses, 'pause')}, {moved}"
    (sign,) = with_signs([text], [meaning])
    sign.stylize(row_style(meaning))
    return sign
