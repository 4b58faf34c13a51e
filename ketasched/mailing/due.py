"""What an address is behind: entries that are new, changed or called off since it was last sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from ketasched.calendar.entry_text import Audience, Entry
from ketasched.calendar.paper import Change, Told, changes, told_entry
from ketasched.calendar.uid import uid
from ketasched.domain.course import is_gone
from ketasched.records.not_told import BEHIND, Telling
from ketasched.records.open import Opened
from ketasched.records.record import Mailbox, MailedEntry, ToldEntry
from ketasched.records.told_calendars import view_for

DueKind = Literal["new", "changed", "cancelled"]
DUE_KINDS: tuple[DueKind, ...] = get_args(DueKind)


class Due(NamedTuple):
    """An entry that an address is to be told of: what is said of it, what calendars were told, and
    what the address was ``before``, if it was told anything.
    """

    kind: DueKind
    entry: Entry
    told: Told
    line: ToldEntry
    before: Told | None

    @property
    def change(self) -> Change | None:
        """How it differs from what was said before, in its time and state."""
        return changes([self.told], [self.before] if self.before else []).get(self.told.uid)

    @property
    def mailed(self) -> MailedEntry:
        """What is known of the address once this went."""
        return MailedEntry(self.told, self.line.sequence, self.line.said)


def due_to(opened: Opened, box: Mailbox, *, again: bool = False) -> list[Due]:
    """What an address is to be told of a record, in the order of time. What is over or off is not
    newly told; of what was and is over only its time and state. With ``again`` also that of which
    nobody knows whether it went.
    """
    lines = lines_of(opened, box.audience)
    view = view_for(opened.task, box.audience)
    course = opened.record.course
    due = []
    for entry in course.entries():
        line = lines.get(uid(view, course, entry))
        if line is None:
            continue
        told = told_entry(course, entry, view)
        mailed = box.entries.get(line.uid)
        if again and mailed and not mailed.certain:
            before = mailed.told if is_gone(entry) else None
            due.append(Due("cancelled" if before else "new", entry, told, line, before))
        elif _is_due(opened, entry, told, line, mailed):
            before = mailed.told if mailed else None
            kind: DueKind = "changed" if before else "new"
            due.append(Due("cancelled" if is_gone(entry) else kind, entry, told, line, before))
    return sorted(due, key=lambda each: each.entry.start)


def lines_of(opened: Opened, audience: Audience) -> Mapping[str, ToldEntry]:
    """What the calendars of an audience were told of a record, by UID."""
    return {line.uid: line for line in opened.record.told if line.audience == audience}


def uncertain(opened: Opened, box: Mailbox) -> list[str]:
    """The UIDs of what may not have reached an address, and is still so."""
    lines = lines_of(opened, box.audience)
    return [
        name
        for name, mailed in box.entries.items()
        if not mailed.certain and name in lines and lines[name].said == mailed.said
    ]


def mailed_tellings(opened: Opened) -> Mapping[str, Telling]:
    """What each address shows of the record's patient, by address."""
    lines = lines_of(opened, "patient")

    def shown(name: str, mailed: MailedEntry) -> int:
        current = mailed.certain and lines[name].said == mailed.said
        return lines[name].sequence if current else BEHIND

    return {
        address: {
            name: shown(name, mailed) for name, mailed in box.entries.items() if name in lines
        }
        for address, box in opened.record.mail.items()
        if box.audience == "patient" and box.entries
    }


def _is_due(
    opened: Opened, entry: Entry, told: Told, line: ToldEntry, mailed: MailedEntry | None
) -> bool:
    if mailed is None:
        return not is_gone(entry) and entry.start > opened.now
    if mailed.said == line.said or (is_gone(entry) and not mailed.told.holds):
        return False
    if max(entry.start, mailed.told.start) > opened.now:
        return True
    return bool(changes([told], [mailed.told]))
