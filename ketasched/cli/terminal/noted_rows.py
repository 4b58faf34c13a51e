"""Rows of many columns: what is noted of one stands beside it if there is room, else below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ketasched.cli.terminal.page import untitled_table

if TYPE_CHECKING:
    from rich.console import RenderableType

GAP = 2
"""Blanks between two columns."""


class NotedRow(NamedTuple):
    """The cells of a row, what is noted of it, and how it looks."""

    cells: Sequence[Text]
    notes: Text = Text()
    style: str = ""


def noted_rows(
    titles: Sequence[str], rows: Sequence[NotedRow], width: int
) -> Iterator[RenderableType]:
    """The rows under their titles, in parts to print one after the other. The first column holds
    numbers; the second one, of names, takes lines of its own where the width asks for it.
    """
    widths = _widths(titles, rows, width)
    room = width - sum(widths) - GAP * len(widths)
    if any(0 < row.notes.cell_len <= room for row in rows):
        title = "Notes" if room >= len("Notes") else ""
        titles, widths = (*titles, title), [*widths, room]
    table = _table(titles, widths, show_header=True)
    for row in rows:
        is_beside = row.notes.cell_len <= room
        cells = (*row.cells, row.notes) if row.notes and is_beside else row.cells
        table.add_row(*cells, style=row.style)
        if row.notes and not is_beside:
            yield table
            notes = Text(style=row.style).append_text(row.notes)
            yield Padding(notes, (0, 0, 0, widths[0] + GAP))
            table = _table(titles, widths, show_header=False)
    if table.row_count:
        yield table


def stacked_rows(rows: Iterable[tuple[str | Text, Sequence[Text]]]) -> Table:
    """Rows for a narrow terminal: a number, and lines beside it."""
    table = untitled_table(blanks=1)
    table.add_column(justify="right", no_wrap=True, vertical="top")
    table.add_column(ratio=1)
    for number, lines in rows:
        table.add_row(number, Text("\n").join(lines))
    return table


def _widths(titles: Sequence[str], rows: Sequence[NotedRow], width: int) -> list[int]:
    """How wide each column is: as its widest cell, but for that of the names."""
    widths = [
        max(cell_len(title), *(row.cells[place].cell_len for row in rows))
        for place, title in enumerate(titles)
    ]
    over = sum(widths) + GAP * (len(widths) - 1) - width
    if over > 0:
        widths[1] = max(len(titles[1]), widths[1] - over)
    return widths


def _table(titles: Sequence[str], widths: Sequence[int], *, show_header: bool) -> Table:
    table = Table(
        box=None, padding=(0, GAP, 0, 0), show_edge=False, pad_edge=False, header_style="bold",
        show_header=show_header,
    )  # fmt: skip
    for place, (title, width) in enumerate(zip(titles, widths, strict=True)):
        table.add_column(
            title, width=width, no_wrap=place != 1, justify="left" if place else "right"
        )
    return table
