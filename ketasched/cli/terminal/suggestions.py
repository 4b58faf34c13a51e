"""Starts, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from ketasched.cli.terminal.course import setting_text
from ketasched.cli.terminal.page import NARROW, Page, advice
from ketasched.domain.wording import WEEKDAYS, count_text, day_text

if TYPE_CHECKING:
    from ketasched.asking.intake import Understood
    from ketasched.planning.suggest import Suggestion

MOST_ROWS = 20


def suggestions_page(terms: Understood, found: Sequence[Suggestion], command: str) -> str:
    """The best starts as a table, what is left out, and the command that plans the best one."""
    page = Page()
    protocol = terms.order.protocol
    page.add_title(protocol.title)
    file = terms.found.file
    page.add_facts(
        [
            ("Times", setting_text(terms.found)),
            *([("Clinic", f"{file.name}, from {file.file}")] if file else []),
            ("Protocol", f"{protocol.id}, version {protocol.version}, from {protocol.file}"),
        ]
    )
    page.add("")
    feasible = [one for one in found if one.feasible]
    if feasible:
        rows = feasible[:MOST_ROWS]
        page.add(*(map(_line, rows) if page.width < NARROW else [_table(rows)]), "")
    left = len(feasible) - MOST_ROWS
    if left > 0:
        page.add(f"{left} more have a course; --format json lists them all.")
    without = len(found) - len(feasible)
    if without:
        page.add(f"{without} of {len(found)} starts and patterns that were tried have no course.")
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
    for one in rows:
        days = ", ".join(WEEKDAYS[day] for day in one.days)
        pauses = f"{one.pauses} ({count_text(one.weeks, 'week')})" if one.pauses else "0"
        table.add_row(day_text(one.start), days, pauses, str(one.moved), str(one.days_moved))
    return table


def _line(one: Suggestion) -> str:
    days = ", ".join(WEEKDAYS[day] for day in one.days)
    counts = f"{count_text(one.pauses, 'pause')}, {one.moved} moved by {one.days_moved} in all"
    return (
        f"{day_text(one.start)}, {days}: {counts}" if days else f"{day_text(one.start)}: {counts}"
    )
