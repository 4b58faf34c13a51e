"""What publishing came to: counts, and what somebody else changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ketasched.cli.terminal.page import NARROW, Page

if TYPE_CHECKING:
    from ketasched.cli.publish import Published
    from ketasched.publishing.edits import Judged


def publish_page(
    done: Sequence[Published], addresses: Sequence[str], totals: dict[str, int], *, only_look: bool
) -> str:
    """A line for each course in which something is to do, what somebody changed, and a summary."""
    page = Page()
    for one in done:
        if one.judged or one.refused:
            page.add_title(one.name)
        if one.judged:
            narrow = page.width < NARROW
            page.add(_narrow(one.judged) if narrow else _table(one.judged), "")
        page.add(*(f"refused: {why}" for why in one.refused.values()))
    counts = ", ".join(f"{count} {what}" for what, count in totals.items())
    many = f"{len(done)} courses: " if len(done) > 1 else ""
    page.add(f"{'Would be: ' if only_look else ''}{many}{counts}")
    page.add(*addresses)
    return page.text()


def _table(judged: Sequence[Judged]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("#", justify="right", no_wrap=True)
    for title in ("Entry", "Ours", "In the calendar", "Verdict"):
        table.add_column(title)
    for one in judged:
        table.add_row(
            str(one.number or ""), Text(one.title), one.ours, _theirs(one), Text(_verdict(one))
        )
    return table


def _narrow(judged: Sequence[Judged]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False, show_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1)
    for one in judged:
        lines = [one.title, f"{one.ours} → {_theirs(one)}", _verdict(one)]
        table.add_row(str(one.number or ""), Text("\n".join(lines)))
    return table


def _theirs(one: Judged) -> str:
    return one.theirs or one.what


def _verdict(one: Judged) -> str:
    return f"{one.done}; {one.verdict}" if one.done else one.verdict
