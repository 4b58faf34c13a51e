"""Pages for staff: a course as it stands or what happened to it, a folder, calls and deviations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ketasched.calendar.entry_text import Entry
from ketasched.cli.entry_words import entry_title, hours_text, number_text
from ketasched.cli.pages.render import page
from ketasched.cli.terminal.deviations import kept_notes, signed, totals_text
from ketasched.cli.terminal.status import changes_told, course_facts, entry_notes, folder_cells
from ketasched.domain.course import Session, is_gone
from ketasched.domain.wording import day_text, moment_text
from ketasched.running.deviations import totals

if TYPE_CHECKING:
    from ketasched.records.open import Opened
    from ketasched.reports.calls_report import PatientCall
    from ketasched.reports.deviations_report import KeptCourse


class Row(NamedTuple):
    """A row of a table; ``css`` is how it looks: quiet, next."""

    cells: Sequence[str]
    css: str = ""


class Table(NamedTuple):
    """A table under a heading, which may be empty."""

    heading: str
    titles: Sequence[str]
    rows: Sequence[Row]


class Staff(NamedTuple):
    """What a page for staff says: facts by name, tables, what to look at, sentences below."""

    heading: str
    tables: Sequence[Table]
    under: str = ""
    facts: Sequence[tuple[str, str]] = ()
    look: Sequence[str] = ()
    notes: Sequence[str] = ()


def _page(said: Staff, now: datetime) -> str:
    as_of = moment_text(now)
    return page("staff.html", {**said._asdict(), "as_of": as_of, "wide": True})


def status_page(opened: Opened, warnings: Sequence[str]) -> str:
    """A course as it stands: targets, windows and reasons too."""
    course = opened.record.course
    titles = ("#", "Session", "Day", "Time", "Target", "Window", "Notes")
    table = Table("Sessions", titles, [*_entries(opened)])
    facts = [(name, str(value)) for name, value in course_facts(opened)]
    said = Staff(opened.record.name, [table], course.protocol.title, facts, warnings)
    return _page(said, opened.here)


def _entries(opened: Opened) -> Iterable[Row]:
    course = opened.record.course
    ahead = (each for each in course.entries() if not is_gone(each) and each.start > opened.now)
    following = next(ahead, None)
    for entry in course.entries():
        css = "next" if entry is following else "quiet" if is_gone(entry) else ""
        yield Row(
            (
                number_text(course, entry),
                entry_title(entry),
                day_text(entry.start.date()),
                hours_text(entry),
                *_due(entry),
                "; ".join(note.text for note in entry_notes(opened, entry, following)),
            ),
            css,
        )


def _due(entry: Entry) -> tuple[str, str]:
    if not isinstance(entry, Session):
        return day_text(entry.ideal.date()), ""
    window = f"{day_text(entry.window_start)} to {day_text(entry.window_end)}"
    return day_text(entry.target), window


def history_page(opened: Opened) -> str:
    """What happened to a course, in order."""
    rows = [Row(cells) for cells in changes_told(opened)]
    table = Table("", ("When", "What", "Reason", "Besides"), rows)
    return _page(Staff(f"{opened.record.name}: what happened", [table]), opened.here)


def folder_page(rows: Sequence[tuple[Opened, Sequence[str]]], now: datetime) -> str:
    """All courses of a folder, a line each."""
    cells = [Row((opened.record.name, *folder_cells(opened, look))) for opened, look in rows]
    return _page(Staff("Courses", [Table("", ("Name", "Done", "Next", "To look at"), cells)]), now)


def calls_page(calls: Sequence[PatientCall], now: datetime) -> str:
    """Whom to ring up, and why."""
    who = {0: "Nobody", 1: "1 person"}.get(len(calls), f"{len(calls)} people")
    rows = [Row((call.name, reason.text)) for call in calls for reason in call.why]
    tables = [Table("", ("Who", "Why"), rows)] if rows else []
    return _page(Staff(f"{who} to ring up", tables), now)


def deviations_page(courses: Sequence[KeptCourse], now: datetime) -> str:
    """The sessions of each course against its protocol, then the sums of them all."""
    tables = [
        Table(
            course.name,
            ("#", "Session", "Target", "Planned", "Took place", "Off", "Notes"),
            [
                Row(
                    (
                        str(kept.session.number),
                        entry_title(kept.session),
                        day_text(kept.session.target),
                        day_text(kept.planned.date()),
                        day_text(kept.actual.date()) if kept.actual else "",
                        signed(kept.days_off),
                        "; ".join(note.text for note in kept_notes(kept)),
                    ),
                    "quiet" if is_gone(kept.session) else "",
                )
                for kept in course.sessions
            ],
        )
        for course in courses
    ]
    sums = totals_text(totals(kept for course in courses for kept in course.sessions))
    return _page(Staff("Deviations", tables, notes=[sums]), now)
