"""What became of a table of courses that already run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ketasched.cli.terminal.noted_rows import stacked_rows
from ketasched.cli.terminal.page import NARROW, Page, titled_table
from ketasched.domain.wording import count_text, day_text, moment_text

if TYPE_CHECKING:
    from rich.table import Table

    from ketasched.cli.imported import Imported
    from ketasched.reports.import_report import ImportedCourse

_COUNTS = ("attended", "missed", "cancelled", "booked")


def imported_page(outcome: Imported, *, dry_run: bool) -> str:
    """A line for each course, what is kept in spite of a rule, and what has grown; or would be."""
    new, grown, same, out = outcome.reported
    page = Page()
    page.add_title(_title(len(new), len(grown), len(same), len(out), dry_run=dry_run))
    narrow = page.width < NARROW
    if new:
        page.add("", _stacked(new) if narrow else _courses(new))
    if any(each.kept for each in new):
        page.add("", "Kept as it was told, in spite of a rule:")
        page.add(_stacked_kept(new) if narrow else _kept(new))
    notes = [f"{each.name}, {note}" for each in new for note in each.notes]
    if notes:
        page.add("", "Look at:")
        page.add_items(notes)
    if grown:
        page.add("", "The table says more of:")
        page.add_items(f"{each.name}: {what}" for each in grown for what in each.changes)
    if out:
        page.add("")
    for each in out:
        page.add(f"Cannot be planned on, so not imported: {each.name}: {each.why}")
    return page.text()


def _title(new: int, grown: int, same: int, out: int, *, dry_run: bool) -> str:
    of_all = f"{new} of {count_text(new + out, 'course')}" if out else count_text(new, "course")
    moved, went = ("would move in", "would go on") if dry_run else ("moved in", "went on")
    said = [f"{of_all} {moved}"] if new or out else []
    said += [f"{count_text(grown, 'record')} {went}"] if grown else []
    as_is = f"{count_text(same, 'course')} {'is' if same == 1 else 'are'} as the table says"
    if not said:
        return f"Nothing new: {as_is}" if same else "Nothing new"
    return ", ".join([*said, *([as_is] if same else [])])


def _counts(each: ImportedCourse) -> list[str]:
    counts = each.counts
    planned = counts["planned"] + counts["tentative"] - counts["booked"]
    return [*(str(counts[key]) for key in _COUNTS), str(planned)]


def _next(each: ImportedCourse) -> str:
    ahead = [s for s in each.course.live if s.status in ("planned", "tentative")]
    first = min(ahead, key=lambda session: session.start, default=None)
    return moment_text(first.start) if first else "none"


def _courses(new: Sequence[ImportedCourse]) -> Table:
    counts = ("Came", "Missed", "Off", "Booked", "Planned")
    titles = ("Name", "Protocol", *counts, "Next")
    table = titled_table(*titles, right=counts, whole=(*counts, "Next"))
    for each in new:
        table.add_row(Text(each.name), each.course.protocol.id, *_counts(each), _next(each))
    return table


def _stacked(new: Sequence[ImportedCourse]) -> Table:
    titles = (*_COUNTS, "planned")
    return stacked_rows(
        (
            "",
            [
                Text(f"{each.name}, {each.course.protocol.id}"),
                Text(", ".join(f"{n} {t}" for n, t in zip(_counts(each), titles, strict=True))),
                Text(_next(each)),
            ],
        )
        for each in new
    )


def _kept(new: Sequence[ImportedCourse]) -> Table:
    table = titled_table("Name", "#", "Day", "Rule", "Why", whole=("#", "Day", "Rule"))
    for each in new:
        for kept in each.kept:
            day = day_text(kept.start.date())
            table.add_row(Text(each.name), str(kept.number), day, kept.rule, Text(kept.text))
    return table


def _stacked_kept(new: Sequence[ImportedCourse]) -> Table:
    return stacked_rows(
        (str(kept.number), [Text(each.name), Text(f"{kept.rule}: {kept.text}")])
        for each in new
        for kept in each.kept
    )
