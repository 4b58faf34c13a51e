"""A calendar as it is written: bytes of the whole, of a part, of an entry, or of several joined."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from ketasched.calendar.content_line import escape, folded

PRODID = "-//Appointments//Calendar file 1//EN"
_HEAD = (f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\nCALSCALE:GREGORIAN\r\n").encode()
_END = b"END:VCALENDAR\r\n"
_IN_ZONE = b"\r\nDTSTART;TZID="


class Revision(NamedTuple):
    """How often an entry has changed for its readers, the instant it came to be, and the instant it
    last changed.
    """

    sequence: int
    created: datetime
    modified: datetime


class WrittenCalendar(NamedTuple):
    """A calendar's name, its VTIMEZONE (empty where times are in UTC) and its entries by UID, in
    their order.
    """

    name: str
    zone: bytes
    entries: Mapping[str, bytes]

    def __bytes__(self) -> bytes:
        """The calendar file. Only one of several entries has a name: some programs make a folder
        of every calendar that has one.
        """
        named = [_name_line(self.name)] if len(self.entries) > 1 else []
        used = any(_IN_ZONE in entry for entry in self.entries.values())
        zone = self.zone if used else b""
        return b"".join((_HEAD, *named, zone, *self.entries.values(), _END))

    def only(self, uids: Collection[str]) -> WrittenCalendar:
        """The calendar of some of its entries."""
        entries = {uid: entry for uid, entry in self.entries.items() if uid in uids}
        return self._replace(entries=entries)

    def resource(self, uid: str) -> bytes:
        """A calendar of one entry, as a server keeps it."""
        return b"".join((_HEAD, self.zone, self.entries[uid], _END))

    def message(self, uid: str, method: str, people: Sequence[str]) -> bytes:
        """A calendar of one entry as a message (RFC 5546): what its receiver is to do, and who
        meets, as content lines, before any alarm.
        """
        lines = b"".join(map(folded, people))
        entry, mark, rest = self.entries[uid].partition(b"BEGIN:VALARM\r\n")
        if not mark:
            entry, mark, rest = entry.partition(b"END:VEVENT\r\n")
        said = f"METHOD:{method}\r\n".encode()
        return b"".join((_HEAD, said, self.zone, entry, lines, mark, rest, _END))


def joined(name: str, refresh: str, calendars: Sequence[WrittenCalendar]) -> bytes:
    """One calendar of that name of several; each zone once. ``refresh`` says how often to look for
    changes, such as PT1H.
    """
    lines = [
        _name_line(name),
        f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}\r\n".encode(),
        f"X-PUBLISHED-TTL:{refresh}\r\n".encode(),
    ]
    zones = dict.fromkeys(calendar.zone for calendar in calendars)
    entries = [entry for calendar in calendars for entry in calendar.entries.values()]
    return b"".join((_HEAD, *lines, *zones, *entries, _END))


def _name_line(name: str) -> bytes:
    return folded(f"X-WR-CALNAME:{escape(name)}")
