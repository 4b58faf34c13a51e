"""Taking a course out of somebody's calendar: what is to come is called off for them alone."""

from __future__ import annotations

from dataclasses import replace

from ketasched.domain.course import CANCELLED
from ketasched.mailing.message import Letter, Manner, Message, messages_of
from ketasched.publishing.desk import outranking
from ketasched.records.open import Opened
from ketasched.records.record import Mailbox, ToldEntry
from ketasched.records.write import after_writing, write_with


def removals(opened: Opened, letter: Letter, manner: Manner) -> list[Message]:
    """The messages that call off all an address was sent and that is to come."""
    return messages_of(_called_off(opened, letter.box), letter, manner)


def making_room(opened: Opened, letter: Letter) -> Opened:
    """The record in which each SEQUENCE leaves one below it free for the cancellation, so that who
    is invited again is told with a higher one.
    """
    box = letter.box
    floors = {
        name: mailed.sequence + 2 for name, mailed in box.entries.items() if mailed.told.holds
    }
    return outranking(opened, box.audience, floors)


def forgotten(opened: Opened, letter: Letter) -> Opened:
    """The record without an address."""
    mail = {key: box for key, box in opened.record.mail.items() if key != letter.to.key}
    record = opened.record._replace(mail=mail)
    record = write_with(opened, record, opened.path, {}, keep_before=False)
    return after_writing(opened, record)


def _called_off(opened: Opened, box: Mailbox) -> Opened:
    """A record as if all that is to come were called off."""
    course = opened.record.course
    sessions = [
        session._replace(status=CANCELLED) if session.start > opened.now else session
        for session in course.sessions
    ]
    visits = [
        visit._replace(status=CANCELLED) if visit.start > opened.now else visit
        for visit in course.visits
    ]
    course = replace(course, sessions=tuple(sessions), visits=tuple(visits))
    told = tuple(_below(line, box) for line in opened.record.told)
    return opened._replace(record=opened.record._replace(course=course, told=told))


def _below(line: ToldEntry, box: Mailbox) -> ToldEntry:
    """What is said of an entry when it is called off for an address that was told that it holds."""
    mailed = box.entries.get(line.uid)
    if line.audience != box.audience or mailed is None or not mailed.told.holds:
        return line
    return line._replace(sequence=max(line.sequence, mailed.sequence + 2) - 1, said="")
