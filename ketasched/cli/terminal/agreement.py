"""Where the places that entries were sent to part from the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from ketasched.cli.terminal.noted_rows import stacked_rows
from ketasched.cli.terminal.page import NARROW, Page, titled_table
from ketasched.domain.wording import count_text, day_text, exact_moment_text

if TYPE_CHECKING:
    from rich.table import Table

    from ketasched.cli.agreement import Agreement
    from ketasched.proving.agreement import Difference, Value, What

_WHAT: Mapping[What, str] = {
    "start": "starts",
    "end": "ends",
    "state": "state",
    "sequence": "SEQUENCE",
    "missing": "is missing",
    "extra": "is too many",
    "twice": "times there",
}


def agreement_page(agreement: Agreement) -> str:
    """A table of the differences under the name of each place, or one sentence."""
    page = Page()
    if not agreement.differences:
        records = count_text(agreement.records, "record")
        entries = count_text(agreement.entries, "entry", "entries")
        places = count_text(len(agreement.places), "place")
        say = "says" if len(agreement.places) == 1 else "say"
        page.add(f"{agreement.name}: {records}, {entries}; {places} {say} the same of them.")
        return page.text()
    by_place: dict[str, list[Difference]] = {}
    for difference in agreement.differences:
        by_place.setdefault(difference.where, []).append(difference)
    for number, (where, differences) in enumerate(by_place.items()):
        page.add(*([""] if number else []))
        page.add_title(where)
        page.add(*filter(None, map(_sentence, differences)))
        rows = [difference for difference in differences if not _sentence(difference)]
        if rows:
            page.add(_lines(rows) if page.width < NARROW else _table(rows))
    return page.text()


def _sentence(difference: Difference) -> str:
    """What is to be said of a place as a whole, which is no row of a table."""
    if difference.what == "unreadable":
        return f"It cannot be compared: {difference.theirs}."
    if difference.what != "entries":
        return ""
    if not difference.record:
        return "It has none of these courses."
    count = "1 entry" if difference.ours == 1 else f"{difference.ours} entries"
    return f"It has none of {difference.record}, and should have {count}: is it of another course?"


def _table(differences: Sequence[Difference]) -> Table:
    table = titled_table("Record", "#", "What", "Ours", "Theirs", right=("#",), whole=("#",))
    for difference in differences:
        table.add_row(
            Text(difference.record or "-"), _handle(difference), *map(Text, _words(difference))
        )
    return table


def _lines(differences: Sequence[Difference]) -> Table:
    def text(difference: Difference) -> Text:
        what, ours, theirs = _words(difference)
        return Text(f"{difference.record} {what}: {ours} → {theirs}".strip())

    return stacked_rows((_handle(each), [text(each)]) for each in differences)


def _handle(difference: Difference) -> str:
    return "" if difference.handle is None else str(difference.handle)


def _words(difference: Difference) -> tuple[str, str, str]:
    """What differs, and what we and they say. Theirs is told by our clock."""
    like = difference.ours if isinstance(difference.ours, datetime) else None
    theirs = _value(difference.theirs, like)
    if difference.handle is None and difference.uid:
        theirs = f"{theirs} {difference.uid}"
    return _WHAT[difference.what], _value(difference.ours), theirs


def _value(value: Value, like: datetime | None = None) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        here = value.astimezone(like.tzinfo) if like else value
        return exact_moment_text(here)
    return day_text(value) if isinstance(value, date) else str(value)
