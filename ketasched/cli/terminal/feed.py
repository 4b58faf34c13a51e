"""What feeds there are, and which have changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from ketasched.cli.terminal.page import Page, titled_table

if TYPE_CHECKING:
    from ketasched.reports.sharing_report import Feed


def feed_page(feeds: Sequence[Feed], gone: Sequence[Path]) -> str:
    """A line for each feed."""
    page = Page()
    table = titled_table()
    table.add_column("For")
    table.add_column("", no_wrap=True)
    table.add_column("File", overflow="fold")
    for feed in feeds:
        state = "written" if feed.changed else "unchanged"
        table.add_row(Text(feed.who), state, Text(feed.file))
    for path in gone:
        table.add_row("", "removed", Text(path.name))
    page.add(table)
    return page.text()
