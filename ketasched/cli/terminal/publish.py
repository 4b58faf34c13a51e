"""What publishing came to: counts, and what somebody else changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ketasched.cli.terminal.noted_rows import stacked_rows
from ketasched.cli.terminal.page import NARROW, Page, titled_table

if TYPE_CHECKING:
    from rich.table import Table

    from ketasched.publishing.edits import JudgedEdit
    from ketasched.publishing.publish import PublishedCourse


def publish_page(
    courses: Sequence[PublishedCourse],
    addresses: Sequence[str],
    totals: dict[str, int],
    *,
    only_look: bool,
) -> str:
    """A line for each course in which something is to do, what somebody changed, and a summary."""
    page = Page()
    for course in courses:
        if course.edits or course.refusals:
            page.add_title(course.name)
        if course.edits:
            narrow = page.width < NARROW
            page.add(_narrow(course.edits) if narrow else _table(course.edits), "")
        page.add(*(f"refused {_entries(n)}: {why}" for why, n in _reasons(course).items()))
    counts = ", ".join(f"{count} {what}" for what, count in totals.items())
    many = f"{len(courses)} courses: " if len(courses) > 1 else ""
    page.add(f"{'Would be: ' if only_look else ''}{many}{counts}")
    page.add(*addresses)
    return page.text()


def _reasons(course: PublishedCourse) -> Counter[str]:
    """Why the server refused entries, and how many."""
    return Counter(course.refusals.values())


def _entries(count: int) -> str:
    return f"{count} entries" if count > 1 else "1 entry"


def _table(edits: Sequence[JudgedEdit]) -> Table:
    titles = ("#", "Entry", "Ours", "In the calendar", "Verdict")
    table = titled_table(*titles, right=("#",), whole=("#",))
    for edit in edits:
        table.add_row(edit.handle, Text(edit.title), edit.ours, _theirs(edit), Text(_verdict(edit)))
    return table


def _narrow(edits: Sequence[JudgedEdit]) -> Table:
    def lines(edit: JudgedEdit) -> list[Text]:
        return [Text(edit.title), Text(f"{edit.ours} → {_theirs(edit)}"), Text(_verdict(edit))]

    return stacked_rows((edit.handle, lines(edit)) for edit in edits)


def _theirs(edit: JudgedEdit) -> str:
    return edit.theirs or edit.kind


def _verdict(edit: JudgedEdit) -> str:
    return f"{edit.done}; {edit.verdict}" if edit.done else edit.verdict
