"""The entries of a course as they should stand on a server: their bytes, and what readers see."""

from __future__ import annotations

import hashlib
from functools import cache
from zoneinfo import ZoneInfo

from ketasched.calendar.written_calendar import WrittenCalendar
from ketasched.publishing.server_entry import Appearance, appearance_of


def file_name(uid: str) -> str:
    """What an entry is called on a server."""
    return f"{uid.partition('@')[0]}.ics"


class OurEntries:
    """The entries that should be there, by UID; none of a course that is to be taken out. Times
    without a zone are those of ``place``.
    """

    def __init__(self, calendar: WrittenCalendar | None, place: ZoneInfo) -> None:
        self.resources: dict[str, bytes] = {}
        if calendar:
            self.resources = {uid: calendar.resource(uid) for uid in calendar.entries}
        self.place = place
        self._read = cache(self._appearance)

    def appearance(self, uid: str) -> Appearance | None:
        """What a reader sees in an entry; None if it should not be there."""
        return self._read(uid) if uid in self.resources else None

    def _appearance(self, uid: str) -> Appearance:
        appearance = appearance_of(self.resources[uid].decode(), self.place)
        if appearance is None:
            raise TypeError(uid)
        return appearance

    def digest(self, uid: str) -> str:
        """What a reader should see, as `Appearance.digest`; empty for what should not be there."""
        appearance = self.appearance(uid)
        return appearance.digest if appearance else ""

    def octets(self, uid: str) -> str:
        """A digest of the bytes of an entry; empty for one that should not be there."""
        resource = self.resources.get(uid)
        return hashlib.sha256(resource).hexdigest()[:32] if resource else ""
