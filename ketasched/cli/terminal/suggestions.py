"""Starts, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from ketasched.cli.terminal.agreed import agreed_facts
from ketasched.cli.terminal.course import clinic_text, setting_text
from ketasched.cli.terminal.holidays import holidays_text
from ketasched.cli.terminal.house import house_facts
from ketasched.cli.terminal.page import NARROW, Page, advice
from ketasched.domain.wording import WEEKDAYS, count_text, day_text

if TYPE_CHECKING:
    from ketasched.asking.intake import Understood
    from ketasched.planning.suggest import Suggestion

MOST_ROWS = 20


def suggestions_page(terms: Understood, starts: Sequence[Suggestion], command: str) -> str:
    """The best starts as a table, what is left out, and the command that plans the best one."""
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
        page.add(*(map(_line, rows) if page.width < NARROW else [_table(rows)]), "")
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


def _table(rows: Sequence[Suggestion]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("Start", no_wrap=True)
    table.add_column("Days", no_wrap=True)
    for title in ("Pauses", "Moved", "Days moved"):
        table.add_column(title, justify="right")
    for suggestion in rows:
        names = ", ".join(WEEKDAYS[day] for day in suggestion.days)
        weeks = f" ({count_text(suggestion.weeks, 'week')})" if suggestion.pauses else ""
        counts = (suggestion.moved, suggestion.days_moved)
        pauses = f"{suggestion.pauses}{weeks}"
        table.add_row(day_text(suggestion.start), names, pauses, *map(str, counts))
    return table


def _line(suggestion: Suggestion) -> str:
    names = ", ".join(WEEKDAYS[day] for day in suggestion.days)
    start = ", ".join(filter(None, (day_text(suggestion.start), names)))
    moved = f"{suggestion.moved} moved by {suggestion.days_moved} in all"
    return f"{start}: {count_text(suggestion.pauses, 'pause')}, {moved}"
