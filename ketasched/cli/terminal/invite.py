"""What mailing came to: a line for each entry that was due, and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from ketasched.calendar.entry_text import patient_title
from ketasched.cli.entry_words import number_text
from ketasched.cli.terminal.noted_rows import stacked_rows
from ketasched.cli.terminal.page import NARROW, Page, titled_table
from ketasched.domain.wording import moment_text
from ketasched.mailing.due import DUE_KINDS
from ketasched.records.told_calendars import view_for

if TYPE_CHECKING:
    from rich.table import Table

    from ketasched.mailing.desk import Mailing, Posted

_WIDEST = 44
"""The longest appointment that keeps its line, in columns; the day beside it wraps first."""


def invite_page(mailings: Sequence[Mailing]) -> str:
    """The entries of each address to which something went, why something did not, and how many."""
    page = Page()
    for mailing in mailings:
        if mailing.posted:
            page.add_title(f"{mailing.opened.record.name}: {mailing.letter.to}")
            page.add(_stacked(mailing) if page.width < NARROW else _table(mailing), "")
    posted = [each for mailing in mailings for each in mailing.posted]
    for state in ("refused", "not sent", "uncertain"):
        reasons = Counter(each.why for each in posted if each.state == state)
        page.add(*(f"{state} {count}: {why}" for why, count in reasons.items()))
    left = sum(len(mailing.left) for mailing in mailings)
    counts = [f"{sum(each.due.kind == kind for each in posted)} {kind}" for kind in DUE_KINDS]
    look = "Would be: " if any(each.state == "would be" for each in posted) else ""
    page.add(f"{look}{', '.join([*counts, *([f'{left} uncertain'] if left else [])])}")
    return page.text()


def _table(mailing: Mailing) -> Table:
    titles = [_title(mailing, each) for each in mailing.posted]
    widest = min(_WIDEST, max(map(cell_len, titles)))
    table = titled_table()
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Appointment", width=widest)
    table.add_column("When")
    for title in ("What", "State"):
        table.add_column(title, no_wrap=True)
    for title, each in zip(titles, mailing.posted, strict=True):
        table.add_row(_number(mailing, each), Text(title), _when(each), each.due.kind, _state(each))
    return table


def _stacked(mailing: Mailing) -> Table:
    return stacked_rows(
        (
            _number(mailing, each),
            [
                Text(_when(each)),
                Text(_title(mailing, each)),
                Text(", ".join(filter(None, (each.due.kind, _state(each))))),
            ],
        )
        for each in mailing.posted
    )


def _number(mailing: Mailing, posted: Posted) -> str:
    return number_text(mailing.opened.record.course, posted.due.entry)


def _when(posted: Posted) -> str:
    start = posted.due.told.start
    return moment_text(start)


def _state(posted: Posted) -> str:
    return "" if posted.state == "would be" else posted.state


def _title(mailing: Mailing, posted: Posted) -> str:
    view = view_for(mailing.opened.task, "patient")
    return patient_title(mailing.opened.record.course, posted.due.entry, view)
