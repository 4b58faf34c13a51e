"""What is to come of a record that its patient's calendars say something else of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ketasched.calendar.entry_text import Entry
from ketasched.calendar.uid import uid
from ketasched.domain.course import LinkedVisit, is_gone
from ketasched.domain.wording import clock_text, day_text
from ketasched.records.open import Opened
from ketasched.records.told_calendars import sequences, view_for

Telling = Mapping[str, int]
"""By UID, the SEQUENCE that a calendar in a patient's hands shows; any other if it is behind."""
MOST_NAMED = 3


def not_told(opened: Opened, tellings: Sequence[Telling]) -> list[Entry]:
    """The entries to come that no calendar in the patient's hands shows as they are: of a course
    without such a calendar, none. What is off and was never told of needs no telling.
    """
    record, view = opened.record, view_for(opened.task, "patient")
    now_told = sequences(record.told, "patient")
    behind = []
    for entry in record.course.entries() if tellings else ():
        name = uid(view, record.course, entry)
        known = [telling[name] for telling in tellings if name in telling]
        unheard = is_gone(entry) and not known
        if entry.start > opened.now and not unheard and now_told.get(name) not in known:
            behind.append(entry)
    return behind


def not_told_text(entries: Sequence[Entry]) -> str:
    """What the patient should hear of."""
    named = list(map(_said, entries[:MOST_NAMED]))
    more = len(entries) - MOST_NAMED
    return "; ".join([*named, f"and {more} more"] if more > 0 else named)


def _said(entry: Entry) -> str:
    name = f"session {getattr(entry, 'number', 0)}"
    if isinstance(entry, LinkedVisit):
        name = f"{entry.name} {entry.side} session {entry.session}"
    if is_gone(entry):
        return f"{name} is {entry.status}"
    return f"{name} is on {day_text(entry.start.date())} {clock_text(entry.start.timetz())}"


def exported(opened: Opened) -> Iterator[Telling]:
    """The calendar that was last exported for the patient, if any was."""
    telling = opened.record.exported.get("patient")
    if telling is not None:
        yield telling
