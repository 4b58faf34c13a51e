"""A message as it goes: invitation, change or cancellation of one entry (RFC 5546, RFC 6047), or a
list of all with a calendar to open.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple

from ketasched.asking.request import RECORD_ENDING
from ketasched.calendar.paper import Paper, told_entry
from ketasched.calendar.written_calendar import WrittenCalendar
from ketasched.domain.course import LinkedVisit
from ketasched.domain.visit_handle import handle_of
from ketasched.mailing.correspondent import Correspondent
from ketasched.mailing.due import Due, due_to
from ketasched.mailing.words import Speaker, Words
from ketasched.records.open import Opened
from ketasched.records.record import Mailbox
from ketasched.records.told_calendars import calendar_of, view_for

_ATTENDEE = "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION"
_POLICY = SMTP.clone(cte_type="7bit")
"""What every server passes on unaltered."""
_NO_NAME = re.compile(r"[^\w.@+-]+")
_LONGEST_NAME = 200
"""In bytes: no system takes a name of more than 255, and an ending follows."""


class Manner(NamedTuple):
    """How messages are written: whether they ask for an answer, have the calendar as a file besides
    or are one ``digest`` of all, and whether that of which nobody knows whether it went goes again.
    """

    rsvp: bool = False
    attach: bool = False
    digest: bool = False
    again: bool = False


class Letter(NamedTuple):
    """Who writes to whom, for whom: an address of a record."""

    to: Correspondent
    sender: Correspondent
    box: Mailbox


class Message(NamedTuple):
    """A message of what is due: its file's name and its bytes."""

    due: Sequence[Due]
    file: str
    data: bytes


def messages_of(opened: Opened, letter: Letter, manner: Manner) -> list[Message]:
    """The messages that an address is to get, in the order of time.

    Raises:
        FileTrouble: the zone rules here are older than those the record was written with.
    """
    due = due_to(opened, letter.box, again=manner.again)
    if not due:
        return []
    view = view_for(opened.task, letter.box.audience)
    calendar = calendar_of(opened.task, opened.record.course, opened.record.told, view)
    writer = _Writer(opened, letter, manner, calendar)
    return [writer.digest(due)] if manner.digest else [writer.invitation(each) for each in due]


class _Writer:
    """Writes the messages of one address of a record."""

    def __init__(
        self, opened: Opened, letter: Letter, manner: Manner, calendar: WrittenCalendar
    ) -> None:
        self.opened = opened
        self.letter = letter
        self.manner = manner
        self.calendar = calendar
        self.speaker = Speaker(opened, letter.box)

    def invitation(self, due: Due) -> Message:
        """A message of one entry."""
        method = "CANCEL" if due.kind == "cancelled" else "REQUEST"
        to, sender = self.letter.to, self.letter.sender
        rsvp = self.manner.rsvp and due.kind != "cancelled"
        attendee = f"{_ATTENDEE};RSVP={str(rsvp).upper()};X-NUM-GUESTS=0"
        people = (sender.line("ORGANIZER"), to.line(attendee))
        data = self.calendar.message(due.told.uid, method, people)
        name = f"{due.told.uid.partition('@')[0]}.{due.line.sequence}"
        mail = self._begun(self.speaker.of_entry(due, rsvp=rsvp), name)
        mail.add_alternative(
            data.decode(), subtype="calendar", charset="utf-8", params={"method": method}
        )
        if self.manner.attach:
            mail.add_attachment(data, "application", "ics", filename="invite.ics")
        visit = due.entry if isinstance(due.entry, LinkedVisit) else None
        label = handle_of(self.opened.record.course, visit) if visit else str(due.told.number)
        file = self._file(label, str(due.line.sequence), method.lower())
        return Message([due], file, _bytes(mail, name))

    def digest(self, due: Sequence[Due]) -> Message:
        """One message of all entries: those that are due, and those that were sent and still are so
        in it. It is no invitation: a program opens its calendar as any file.
        """
        box, course = self.letter.box, self.opened.record.course
        view = self.speaker.view
        told = [told_entry(course, entry, view) for entry in course.entries()]
        before = tuple(mailed.told for mailed in box.entries.values())
        words = self.speaker.of_all(told, Paper(self.opened.now, before) if before else None)
        ours = self.calendar.only({*box.entries, *(each.told.uid for each in due)})
        state = "".join(f"{each.told.uid}.{each.line.sequence}." for each in due)
        name = hashlib.sha256(state.encode()).hexdigest()[:32]
        mail = self._begun(words, name)
        mail.add_attachment(
            bytes(ours).decode(), subtype="calendar", charset="utf-8", filename="appointments.ics"
        )
        changed = max(each.line.modified for each in due)
        file = self._file("all", f"{changed:%Y%m%dT%H%M%SZ}")
        return Message(due, file, _bytes(mail, name))

    def _begun(self, words: Words, name: str) -> EmailMessage:
        to, sender = self.letter.to, self.letter.sender
        receiver = hashlib.sha256(to.key.encode()).hexdigest()[:8]
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = sender.header
        mail["To"] = to.header
        mail["Subject"] = words.subject
        mail["Date"] = format_datetime(self.opened.here)
        mail["Message-ID"] = f"<{name}.{receiver}@{sender.domain}>"
        mail.set_content(words.text)
        return mail

    def _file(self, *parts: str) -> str:
        """The name of a message's file, the same whenever it is written."""
        record = self.opened.path.name.removesuffix(RECORD_ENDING)
        named = (record, *parts, self.letter.to.address)
        file = ".".join(_NO_NAME.sub("_", part) for part in named)
        if len(file.encode()) > _LONGEST_NAME:
            own = hashlib.sha256(file.encode()).hexdigest()[:16]
            file = f"{file.encode()[:_LONGEST_NAME].decode(errors='ignore')}.{own}"
        return f"{file}.eml"


def _bytes(mail: EmailMessage, name: str) -> bytes:
    """The bytes of a message, the same whenever it is written: nothing in it is drawn."""
    for place, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{hashlib.sha256(f'{name}.{place}'.encode()).hexdigest()[:32]}")
    for part in mail.walk():
        if part is not mail:
            del part["MIME-Version"]
    return mail.as_bytes()
