"""What was marked as having taken place in the records of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ketasched.cli.entry_words import entry_title, hours_text
from ketasched.cli.terminal.entry_rows import day_column
from ketasched.cli.terminal.noted_rows import stacked_rows
from ketasched.cli.terminal.page import NARROW, Page, titled_table

if TYPE_CHECKING:
    from rich.table import Table

    from ketasched.cli.marks import Marks
    from ketasched.domain.course import Session


def marked_page(all_marks: Sequence[Marks], what: str) -> str:
    """A line for each session."""
    page = Page()
    page.add_title(what)
    rows = [
        (Text(marks.opened.record.name), marks.opened.record.course.session(entry.number))
        for marks in all_marks
        for entry in marks.meant
    ]
    if rows:
        page.add("", _stacked(rows) if page.width < NARROW else _table(rows))
    return page.text()


def _table(rows: Sequence[tuple[Text, Session]]) -> Table:
    table = titled_table("Name", "#", "Entry", "Day", "From–to", whole=("#", "Day", "From–to"))
    for name, session in rows:
        table.add_row(
            name, str(session.number), Text(entry_title(session)), day_column(session),
            hours_text(session),
        )  # fmt: skip
    return table


def _stacked(rows: Sequence[tuple[Text, Session]]) -> Table:
    """The same for a narrow terminal."""
    return stacked_rows(
        (
            str(session.number),
            [
                Text.assemble(name, f", {entry_title(session)}"),
                Text(f"{day_column(session)} {hours_text(session)}"),
            ],
        )
        for name, session in rows
    )
