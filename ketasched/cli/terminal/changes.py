"""What a change does to a course: old and new dates of every entry that it touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from ketasched.calendar.entry_text import Entry, unplaced_text
from ketasched.cli.terminal.course import (
    day_column,
    entry_title,
    hours_text,
    pause_text,
    remarks,
)
from ketasched.cli.terminal.page import Page
from ketasched.domain.course import TENTATIVE, Course, LinkedVisit, Session, is_gone
from ketasched.domain.wording import count_text
from ketasched.reports.running_report import Call


def changes_page(before: Course, after: Course, what: str) -> str:
    """What was done, and a table of before and after."""
    page = Page()
    page.add_title(what[0].upper() + what[1:])
    rows = list(changed_entries(before, after))
    if rows:
        table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
        table.add_column("#", justify="right", no_wrap=True)
        for title in ("Entry", "Before", "After"):
            table.add_column(title)
        for old, new in rows:
            shown = new or old
            if shown is not None:
                number = str(shown.number) if isinstance(shown, Session) else ""
                noted = remarks(new) if new and not is_gone(new) else []
                why = "; ".join(remark for remark in noted if remark != TENTATIVE)
                after_text = "\n".join(part for part in (_moment(new), why) if part)
                table.add_row(number, Text(entry_title(shown)), _moment(old), Text(after_text))
        page.add("", table)
    else:
        page.add("No date changes.")
    for pause in after.pauses:
        if pause not in before.pauses:
            page.add(pause_text(pause))
    for unplaced in after.unplaced:
        if unplaced not in before.unplaced:
            page.add(f"{unplaced_text(unplaced)}.")
    return page.text()


def changed_entries(before: Course, after: Course) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Pairs of an entry before and after, where its time or status differs."""
    old = {_key(entry): entry for entry in before.entries()}
    new = {_key(entry): entry for entry in after.entries()}
    for key in sorted({*old, *new}, key=lambda key: (new.get(key) or old[key]).start):
        earlier, later = old.get(key), new.get(key)
        if earlier is None or later is None or _shown(earlier) != _shown(later):
            yield earlier, later


def _key(entry: Entry) -> tuple[str, int]:
    return entry.key if isinstance(entry, LinkedVisit) else ("", entry.number)


def _shown(entry: Entry) -> tuple[object, ...]:
    return entry.start, entry.end, entry.status


def _moment(entry: Entry | None) -> str:
    if entry is None:
        return "not there"
    status = "" if entry.status == "planned" else f", {entry.status}"
    return f"{day_column(entry)} {hours_text(entry)}{status}"


def calls_page(calls: Sequence[Call], what: str) -> str:
    """Whom to call because of what was done to a folder's records, and what to tell them."""
    page = Page()
    title = what[0].upper() + what[1:]
    page.add_title(f"{title}: {count_text(len(calls), 'course')} to call about")
    if calls:
        table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
        for title in ("Call", "Entry", "Before", "After"):
            table.add_column(title)
        for call in calls:
            shown = call.name
            rows = list(changed_entries(call.before, call.after)) if call.after else []
            for old, new in rows:
                entry = new or old
                if entry is not None:
                    number = f"{entry.number}: " if isinstance(entry, Session) else ""
                    shown_entry = Text(f"{number}{entry_title(entry)}")
                    table.add_row(Text(shown), shown_entry, _moment(old), _moment(new))
                    shown = ""
            if not call.after:
                stays = "has begun" if call.begun else "not moved"
                table.add_row(Text(call.name), Text(""), "", Text(stays))
        page.add("", table)
        page.add(*(_why(call) for call in calls if call.why))
    return page.text()


def _why(call: Call) -> str:
    """A sentence; a command in it is to be pasted, and so ends without a stop."""
    return f"{call.name}: {call.why}{'' if 'ketasched ' in call.why else '.'}"
