"""What an entry of a course is called and when it is, for pages of every kind."""

from __future__ import annotations

from ketasched.calendar.entry_text import Entry
from ketasched.domain.course import Course, Session
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import WEEKDAYS, clock_text


def number_text(course: Course, entry: Entry) -> str:
    """The number of a session; the handle of a linked visit."""
    return str(entry.number) if isinstance(entry, Session) else handle_of(course, entry)


def entry_title(entry: Entry) -> str:
    """What an entry is called: the session's own name, else its phase; the linked visit's name."""
    return entry.name or entry.phase if isinstance(entry, Session) else entry.name


def hours_text(session: Entry) -> str:
    """From when to when an entry lasts; an end on another day says which."""
    hours = f"{clock_text(session.start.timetz())}–{clock_text(session.end.timetz())}"
    if session.end.date() != session.start.date():
        hours += f" {WEEKDAYS[session.end.weekday()]}"
    return hours
