"""A page of text for standard output."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from ketasched.cli.output import page_has_color, page_width
from ketasched.domain.protocol import BUILT_IN
from ketasched.domain.signs import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rich.console import JustifyMethod

    from ketasched.domain.protocol import Protocol

NARROWEST = 24
NARROW = 66
"""Below this width a table of sessions becomes stacked lines."""


class Page:
    """Text laid out for the width of the terminal (80 without one), in color if it takes color."""

    def __init__(self) -> None:
        self._out = io.StringIO()
        color = page_has_color()
        self._console = Console(
            file=self._out,
            width=max(NARROWEST, page_width()),
            force_terminal=color,
            no_color=not color,
            color_system="standard" if color else None,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
        )
        self.width = self._console.width

    def add(self, *parts: RenderableType) -> None:
        """Add texts or tables, each on lines of its own."""
        for part in parts:
            self._print(Text(part) if isinstance(part, str) else part)

    def _print(self, part: RenderableType) -> None:
        """Print a part, whose own words steer no terminal: only its styles do."""
        segments = self._console.render(part)
        self._console.print(
            Segments(
                Segment(printable(segment.text), segment.style, segment.control)
                for segment in segments
            ),
            end="",
        )

    def add_command(self, command: str) -> None:
        """Add a command to paste: on one line, however long."""
        self._console.print(Text(f"  {printable(command)}"), soft_wrap=True)

    def add_told(self, text: str, ending: str = "") -> None:
        """Add a sentence. A command that it ends with stands on a line of its own, to be pasted;
        without one it has an ``ending``.
        """
        told, command = _told_and_command(text)
        self.add(told if command else f"{told}{ending}")
        if command:
            self.add_command(command)

    def add_title(self, text: str) -> None:
        """Add a line that stands out."""
        self.add(Text(text, style="bold"))

    def add_facts(self, facts: Iterable[tuple[str, str | Text]]) -> None:
        """Add lines with a name at the left."""
        rows = list(facts)
        if not rows:
            return
        table = untitled_table(blanks=2)
        table.add_column(no_wrap=True, width=9)
        table.add_column(ratio=1)
        for name, value in rows:
            table.add_row(Text(name, style="dim"), Text(value) if isinstance(value, str) else value)
        self.add(table)

    def add_items(self, texts: Iterable[str]) -> None:
        """Add a list."""
        for text in texts:
            table = untitled_table(blanks=1)
            table.add_column(width=1)
            table.add_column(ratio=1)
            told, command = _told_and_command(text)
            table.add_row("-", Text(told))
            self.add(table)
            if command:
                self.add_command(command)

    def text(self) -> str:
        """All of it, without spaces at the ends of lines."""
        return "".join(f"{line.rstrip()}\n" for line in self._out.getvalue().split("\n")[:-1])


def titled_table(*titles: str, right: Collection[str] = (), whole: Collection[str] = ()) -> Table:
    """A table without lines, whose columns have these titles; some are set to the ``right``, as
    numbers are, and of some the cells stay ``whole`` on a line.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for title in titles:
        justify: JustifyMethod = "right" if title in right else "left"
        table.add_column(title, justify=justify, no_wrap=title in whole)
    return table


def untitled_table(*, blanks: int) -> Table:
    """A table without lines and titles, with so many ``blanks`` between its columns."""
    return Table(box=None, padding=(0, blanks, 0, 0), show_header=False, show_edge=False)


def _told_and_command(text: str) -> tuple[str, str]:
    """A sentence, and the command that it ends with; empty without one."""
    told, _, command = text.partition(": ketasched ")
    return (f"{told}:", f"ketasched {command}") if command else (text, "")


def advice(protocol: Protocol) -> str:
    """What every reader of a protocol is told."""
    if protocol.file == BUILT_IN:
        return "An example: confirm with the treating clinician."
    return "Confirm with the treating clinician."
