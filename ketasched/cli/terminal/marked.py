"""What was marked as having taken place in the records of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ketasched.cli.terminal.course import day_column, entry_title, hours_text
from ketasched.cli.terminal.page import Page

if TYPE_CHECKING:
    from ketasched.cli.marks import Marks


def marked_page(all_marks: Sequence[Marks], what: str) -> str:
    """A line for each session."""
    page = Page()
    page.add_title(what)
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for title in ("Name", "#", "Entry", "Day", "From–to"):
        table.add_column(title, no_wrap=title in ("#", "Day", "From–to"))
    for marks in all_marks:
        for entry in marks.meant:
            session = marks.opened.record.course.session(entry.number)
            table.add_row(
                Text(marks.opened.record.name), str(session.number), Text(entry_title(session)),
                day_column(session), hours_text(session),
            )  # fmt: skip
    if table.row_count:
        page.add("", table)
    return page.text()
