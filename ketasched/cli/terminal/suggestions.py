"""Starts, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ketasched.cli.suggested import (
    MOST_ROWS,
    begins_text,
    days_text,
    pauses_text,
    robust_columns,
    robust_text,
    setting_facts,
    told_of_others,
)
from ketasched.cli.terminal import windows
from ketasched.cli.terminal.page import Page, advice, titled_table
from ketasched.cli.terminal.styles import Meaning, marked, row_style, with_signs
from ketasched.domain.wording import count_text, day_text

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from ketasched.cli.commands.suggest import Suggested
    from ketasched.planning.suggest import Suggestion

NARROW = 56
"""Below this width a start becomes a line of text."""


def suggestions_page(suggested: Suggested) -> str:
    """The starts as a table, what is left out, and the command that plans the best one to come."""
    page, terms, feasible = Page(), suggested.terms, suggested.feasible
    protocol = terms.order.protocol
    page.add_title(protocol.title)
    page.add_facts(setting_facts(terms))
    page.add("")
    if feasible:
        rows = feasible[:MOST_ROWS]
        meanings = [_meaning(start, suggested.best, terms.today) for start in rows]
        narrow = page.width < NARROW
        page.add(*(map(_line, rows, meanings) if narrow else [_table(rows, meanings)]), "")
        for sentence in robust_text(feasible):
            page.add(sentence, "")
    page.add(*told_of_others(suggested.starts))
    if suggested.command:
        page.add("To plan the best start to come:")
        page.add_command(suggested.command)
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
    robust = robust_columns(rows)
    whole, right = (
        ("Start", "Days"),
        ("Pauses", "Moved", "Days moved", *(title for title, _ in robust)),
    )
    table = titled_table(*whole, *right, right=right, whole=whole)
    begins = [begins_text(start) for start in rows]
    if any(begins):
        table.add_column("")
    days = with_signs([windows.aligned_day(start.start) for start in rows], meanings)
    for place, (suggestion, meaning) in enumerate(zip(rows, meanings, strict=True)):
        counts = (suggestion.moved, suggestion.days_moved)
        paused: Meaning | None = "moved" if suggestion.pauses else None
        pauses = marked(pauses_text(suggestion), paused)
        table.add_row(
            days[place],
            days_text(suggestion),
            pauses,
            *map(str, counts),
            *(figures[place] for _, figures in robust),
            *([begins[place]] if any(begins) else []),
            style=row_style(meaning),
        )
    return table


def _line(suggestion: Suggestion, meaning: Meaning | None) -> Text:
    start = ", ".join(filter(None, (day_text(suggestion.start), days_text(suggestion))))
    moved = f"{suggestion.moved} moved by {suggestion.days_moved} in all"
    begins = f", {begins_text(suggestion)}" if begins_text(suggestion) else ""
    shares = robust_columns([suggestion])
    bears = "".join(f", {name.lower()} {share}" for name, (share,) in shares if share)
    text = f"{start}: {count_text(suggestion.pauses, 'pause')}, {moved}{bears}{begins}"
    (sign,) = with_signs([text], [meaning])
    sign.stylize(row_style(meaning))
    return sign
