"""A running course today: what is done, what comes next, what is due, what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ketasched.calendar.entry_text import Entry
from ketasched.cli.entry_words import entry_title, hours_text, number_text
from ketasched.cli.terminal.course import pause_text, setting_text
from ketasched.cli.terminal.entry_rows import EntryRow, entry_rows, notes_of
from ketasched.cli.terminal.holidays import holidays_text
from ketasched.cli.terminal.page import Page, advice, titled_table
from ketasched.cli.terminal.styles import LOOKS, Note, meaning_of
from ketasched.domain.course import ATTENDED, Session, is_gone
from ketasched.domain.wording import count_text, day_text, list_text, moment_text
from ketasched.records.planned_from import facts_of
from ketasched.running.baselines import CountedFrom, counted_from
from ketasched.running.duties import due_soon
from ketasched.running.gates import missing

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ketasched.records.open import Opened


def status_page(opened: Opened, warnings: Sequence[str]) -> str:
    """The course as it stands."""
    page = Page()
    course = opened.record.course
    page.add_title(f"{opened.record.name}: {course.protocol.title}")
    ahead = _ahead(opened)
    page.add_facts(course_facts(opened))
    page.add("", *_entries(opened, ahead[0] if ahead else None, page.width), "")
    for warning in warnings:
        page.add_told(f"Look: {warning}")
    page.add(*(pause_text(pause) for pause in course.pauses))
    page.add(advice(course.protocol))
    return page.text()


def course_facts(opened: Opened) -> list[tuple[str, str | Text]]:
    """What is to be known of a course as it stands, by name."""
    course = opened.record.course
    live = course.live
    done = [session for session in live if session.status == ATTENDED]
    ahead = _ahead(opened)
    facts: list[tuple[str, str | Text]] = [
        ("Today", f"{day_text(opened.today)}, {setting_text(opened.task.surroundings)}"),
        ("Done", f"{len(done)} of {count_text(len(live), 'session')}"),
    ]
    facts[1:1] = [("Arm", course.protocol.arm)] if course.protocol.arm else []
    if ahead:
        first = ahead[0]
        when = f"{day_text(first.start.date())}, {hours_text(first)}"
        number = number_text(course, first)
        facts.append(
            ("Next", Text(f"{number}: {entry_title(first)}, {when}", style=LOOKS["next"].style))
        )
    facts += [("Windows", _counted_text(fact)) for fact in counted_from(opened.task.order, course)]
    facts.append(("Holidays", holidays_text(opened.task.surroundings.holidays)))
    facts += [("Asked", fact.text) for fact in facts_of(opened.record)]
    facts += [
        ("Due", f"{duty.name} for session {duty.session}, by {day_text(duty.due)}")
        for duty in due_soon(course, opened.today)
    ]
    facts += [
        ("Needs", f"{need.what}, before session {need.session.number}") for need in missing(course)
    ]
    reviews = [review for review in course.reviews if not review.passed]
    facts += [
        ("Review", f"{review.name}, after session {review.after_session}") for review in reviews
    ]
    return facts


def _counted_text(counted: CountedFrom) -> str:
    """What windows count from: a session as it took place, as it is put, or as planned."""
    session = counted.stands
    name = f"session {session.number}{f' ({session.name})' if session.name else ''}"
    how = "as planned,"
    if counted.baseline.counts_from == "actual":
        held = session.status == ATTENDED
        how = "as it took place," if held else "as it takes place; until then"
    return f"count from {name}, {how} {day_text(counted.day)}"


def _ahead(opened: Opened) -> list[Entry]:
    """What is to come, by time."""
    entries = opened.record.course.entries()
    return [entry for entry in entries if not is_gone(entry) and entry.start > opened.now]


def _entries(opened: Opened, following: Entry | None, width: int) -> Iterable[RenderableType]:
    course = opened.record.course
    rows = [
        EntryRow(
            entry,
            meaning_of(entry, following, opened.now),
            entry_notes(opened, entry, following),
        )
        for entry in course.entries()
    ]
    return entry_rows(course, rows, width)


def entry_notes(opened: Opened, entry: Entry, following: Entry | None) -> list[Note]:
    """How an entry stands, and what is not as asked about it."""
    if is_gone(entry):
        return [Note(entry.status, "missed")]
    notes = [Note("next", "next")] if entry == following else []
    notes += [Note("today", "today")] if entry.start.date() == opened.today else []
    notes += [Note(entry.status, "past")] if entry.status == ATTENDED else []
    notes += notes_of(entry)
    if isinstance(entry, Session):
        outside = opened.record.course.shows_windows and not entry.in_window
        notes += [Note("out of its window", "missed")] if outside else []
        broken = f"{list_text(entry.broken)} broken on purpose" if entry.broken else ""
        notes += [Note(broken, "missed")] if broken else []
    return notes


def history_page(opened: Opened) -> str:
    """What happened to a course, in order."""
    page = Page()
    page.add_title(f"{opened.record.name}: what happened")
    for at, what, reason, besides in changes_told(opened):
        parts = [f"{at}: {what}", f"reason: {reason}" if reason else "", besides]
        page.add("; ".join(filter(None, parts)))
    return page.text()


def changes_told(opened: Opened) -> Iterable[tuple[str, str, str, str]]:
    """When what happened to a course, why, and what was broken for it or undone."""
    place = opened.task.zone.tzinfo
    for change in opened.record.history:
        at = change.at.astimezone(place)
        rules = f"rules broken on purpose: {', '.join(change.overridden)}"
        besides = (rules if change.overridden else "", "undone" if change.undone else "")
        when = moment_text(at)
        reason = " ".join(change.reason.split())
        yield when, change.what, reason, "; ".join(filter(None, besides))


def folder_page(rows: Sequence[tuple[Opened, Sequence[str]]]) -> str:
    """All courses of a folder, a line each."""
    page = Page()
    table = titled_table("Name", "Done", "Next", "To look at")
    for opened, warnings in rows:
        done, following, look = folder_cells(opened, warnings)
        mark = LOOKS["next"].style if following.endswith(" today") else ""
        table.add_row(
            Text(opened.record.name), done, Text(following, style=mark),
            Text(look, style=LOOKS["missed"].style),
        )  # fmt: skip
    page.add(table)
    return page.text()


def folder_cells(opened: Opened, warnings: Sequence[str]) -> tuple[str, str, str]:
    """Of a course what is done, what is next, and how much there is to look at."""
    live = opened.record.course.live
    done = sum(session.status == ATTENDED for session in live)
    following = ""
    for first in _ahead(opened)[:1]:
        following = f"{day_text(first.start.date())} {hours_text(first)}"
        following += " today" if first.start.date() == opened.today else ""
    return f"{done} of {len(live)}", following, str(len(warnings)) if warnings else ""
