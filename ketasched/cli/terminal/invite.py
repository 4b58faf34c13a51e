"""What mailing came to: a line for each entry that was due, and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ketasched.calendar.entry_text import patient_title
from ketasched.cli.entry_words import number_text
from ketasched.cli.terminal.page import NARROW, Page
from ketasched.domain.wording import clock_text, day_text
from ketasched.mailing.due import DUE_KINDS
from ketasched.records.told_calendars import view_for

if TYPE_CHECKING:
    from ketasched.mailing.desk import Mailing, Posted


def invite_page(mailings: Sequence[Mailing]) -> str:
    """The entries of each address to which something went, why something did not, and how many."""
    page = Page()
    for mailing in mailings:
        if mailing.posted:
            page.add_title(f"{mailing.opened.record.name}: {mailing.letter.to}")
            page.add(_table(mailing, narrow=page.width < NARROW), "")
    posted = [each for mailing in mailings for each in mailing.posted]
    for state in ("refused", "not sent", "uncertain"):
        reasons = Counter(each.why for each in posted if each.state == state)
        page.add(*(f"{state} {count}: {why}" for why, count in reasons.items()))
    left = sum(len(mailing.left) for mailing in mailings)
    counts = [f"{sum(each.due.kind == kind for each in posted)} {kind}" for kind in DUE_KINDS]
    look = "Would be: " if any(each.state == "would be" for each in posted) else ""
    page.add(f"{look}{', '.join([*counts, *([f'{left} uncertain'] if left else [])])}")
    return page.text()


def _table(mailing: Mailing, *, narrow: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("#", justify="right", no_wrap=True)
    for title in ("Appointment", "When", "What", "State"):
        table.add_column(title, no_wrap=title in ("What", "State") and not narrow)
    for each in mailing.posted:
        start = each.due.told.start
        table.add_row(
            number_text(mailing.opened.record.course, each.due.entry),
            Text(_title(mailing, each)),
            f"{day_text(start.date())} {clock_text(start.timetz())}",
            each.due.kind,
            "" if each.state == "would be" else each.state,
        )
    return table


def _title(mailing: Mailing, posted: Posted) -> str:
    view = view_for(mailing.opened.task, "patient")
    return patient_title(mailing.opened.record.course, posted.due.entry, view)
