"""A record: the course as it stands, and all it came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from ketasched.asking.surroundings import ZoneSource
from ketasched.calendar.entry_text import Audience
from ketasched.calendar.paper import Paper, Told
from ketasched.domain.busy import Busy
from ketasched.domain.course import Course
from ketasched.domain.protocol import Protocol
from ketasched.domain.seat import Seat
from ketasched.files.clinic.clinic import ClinicFile


class ToldEntry(NamedTuple):
    """What an audience's calendars were told of an entry: how often it changed, when, and a digest
    of all that is seen of it.
    """

    uid: str
    audience: Audience
    sequence: int
    created: datetime
    modified: datetime
    said: str


class FollowingFile(NamedTuple):
    """A calendar, or a ``page``, that is written anew after each change. ``digest`` is of what it
    is to hold, and ``before`` of what it held, as it still does if the program was killed between
    the two.
    """

    path: str
    staff: bool
    digest: str = ""
    before: str = ""
    page: bool = False


class PublishedEntry(NamedTuple):
    """What we know of an entry on a server: its ETag (empty: not known, or it is not there), a
    digest of what was last sent (empty: nothing yet) and one of what was about to be sent, both of
    what a reader sees; whether somebody else's words were let stand; and a digest of the very bytes
    that were sent (empty if only what a reader sees is known).
    """

    etag: str = ""
    sent: str = ""
    sending: str = ""
    theirs: bool = False
    octets: str = ""


class MailedEntry(NamedTuple):
    """What an address was last sent of an entry: its SEQUENCE, the digest of all that is seen of
    it, and whether it surely went. Not so while it is being sent, nor where no answer came.
    """

    told: Told
    sequence: int
    said: str
    certain: bool = True


class Mailbox(NamedTuple):
    """What was sent to an address: for whom, ``to`` whom and from whom as typed, and each entry by
    its UID.
    """

    audience: Audience
    to: str
    sender: str
    entries: Mapping[str, MailedEntry] = {}


class PastChange(NamedTuple):
    """Something that was done to a course. ``back``: the way from the state after it to the one
    before it, None for the first plan. ``undoes``: it took another change back, and is itself not
    taken back. ``act``: what all changes have in common that were made in one go; may be empty.
    """

    at: datetime
    what: str
    reason: str
    overridden: tuple[str, ...]
    back: Mapping[str, Any] | None
    undone: bool = False
    undoes: bool = False
    act: str = ""

    @property
    def can_be_undone(self) -> bool:
        """Whether it is a change that still holds."""
        return self.back is not None and not self.undone and not self.undoes


class CourseRecord(NamedTuple):
    """The course as it stands, and all it came from.

    ``uid_bits`` were drawn when it was saved, and its UIDs are made of them; None in a record that
    was begun by an earlier version. ``zone_rules``: the newest release of the zone rules that it
    was written with, such as 2026f, empty if only an earlier version wrote it. ``options`` are
    those of `plan` as typed, dates resolved; ``protocol_data`` and ``clinic_data`` the files' own
    words. ``told``: what the calendars of each audience were told. ``exported``: by audience and
    UID, the SEQUENCE that the last export had; ``published``: by address and UID, what is there.
    ``mail``: what was sent, by address. ``papers``: what the patient was handed last. ``seats``:
    which chair or room each entry has. ``closed_days`` stand beside the record.
    """

    name: str
    uid_bits: str | None
    timezone: str
    timezone_source: ZoneSource
    zone_rules: str
    options: Mapping[str, Any]
    protocol: Protocol
    protocol_data: Mapping[str, Any]
    clinic: ClinicFile | None
    clinic_data: Mapping[str, Any] | None
    busy: tuple[Busy, ...]
    course: Course
    told: tuple[ToldEntry, ...]
    following: tuple[FollowingFile, ...]
    history: tuple[PastChange, ...]
    exported: Mapping[str, Mapping[str, int]] = {}
    published: Mapping[str, Mapping[str, PublishedEntry]] = {}
    mail: Mapping[str, Mailbox] = {}
    papers: tuple[Paper, ...] = ()
    seats: tuple[Seat, ...] = ()
    file: str = ""
    closed_days: tuple[date, ...] = ()
