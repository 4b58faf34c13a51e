"""Messages go out, and their record keeps what went: first that it may, then that it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from ketasched.errors import ChangedMeanwhile, FileTrouble, KetaschedError, NetworkTrouble
from ketasched.mailing.due import Due, uncertain
from ketasched.mailing.message import Letter, Manner, Message, messages_of
from ketasched.mailing.post import MailServer, Refused, Unclear
from ketasched.records.atomic import NewFile, place_files
from ketasched.records.open import Opened, open_record
from ketasched.records.record import Mailbox, MailedEntry
from ketasched.records.write import after_writing, lock_of, prepared

State = Literal["would be", "written", "sent", "uncertain", "refused"]
MOST_TIMES = 5
"""How often it is tried to keep what went, while others change the record."""


class Posted(NamedTuple):
    """What became of an entry that was due: its message's file, and why it was not taken."""

    due: Due
    state: State
    file: str
    why: str = ""


class Mailing(NamedTuple):
    """What came of mailing to an address of a record; ``left`` are the UIDs of what nobody knows
    whether it went, and ``trouble`` is what ended it.
    """

    opened: Opened
    letter: Letter
    posted: Sequence[Posted]
    left: Sequence[str] = ()
    trouble: KetaschedError | None = None


def box_of(opened: Opened, letter: Letter) -> Mailbox:
    """What is known of an address, with who writes now."""
    known = opened.record.mail.get(letter.to.key, letter.box)
    return known._replace(to=str(letter.to), sender=str(letter.sender))


def look(opened: Opened, letter: Letter, manner: Manner) -> Mailing:
    """What would be sent."""
    posted = [
        Posted(due, "would be", message.file)
        for message in messages_of(opened, letter, manner)
        for due in message.due
    ]
    left = [] if manner.again else uncertain(opened, letter.box)
    return Mailing(opened, letter, posted, left)


def settled(opened: Opened, letter: Letter) -> Opened:
    """A record that knows that what was uncertain of an address has arrived."""
    known = {
        name: entry._replace(certain=True)
        for name, entry in letter.box.entries.items()
        if not entry.certain
    }
    return _keep(opened, letter, known) if known else opened


def write_out(opened: Opened, letter: Letter, manner: Manner, folder: Path) -> Mailing:
    """Write messages into a folder. The record knows of them once they stand there; where it is
    stopped between the two, the next run writes the same files again.

    Raises:
        FileTrouble: a file of another message has such a name, or something cannot be written;
            nothing was then.
    """
    messages = messages_of(opened, letter, manner)
    if messages:
        files = [NewFile(folder / each.file, each.data, private=True) for each in messages]
        for file in files:
            _refuse_other(file)
        entries = {due.told.uid: due.mailed for each in messages for due in each.due}
        opened = _keep(opened, letter, entries, files)
    posted = [Posted(due, "written", each.file) for each in messages for due in each.due]
    box = opened.record.mail.get(letter.to.key, letter.box)
    return Mailing(opened, letter, posted, uncertain(opened, box))


def send(opened: Opened, letter: Letter, manner: Manner, server: MailServer) -> Mailing:
    """Hand messages over to a server. The record says first that each may have gone, and then that
    it did; it goes back to what it said where the message was not taken.
    """
    posted: list[Posted] = []
    trouble: KetaschedError | None = None
    tried: set[str] = set()
    waiting = messages_of(opened, letter, manner)
    while waiting and trouble is None:
        message, *waiting = waiting
        tried |= {due.told.uid for due in message.due}
        before = opened
        try:
            opened = _keep(opened, letter, _marked(message))
        except FileTrouble as error:
            trouble = error
            break
        state, why, trouble = _handed_over(message, letter, server)
        try:
            opened = _settle(opened, letter, message, before, state)
        except FileTrouble as error:
            state, trouble = "uncertain", error
        posted += [Posted(due, state, message.file, why) for due in message.due]
        if opened.record.told != before.record.told:  # somebody changed it meanwhile
            now = letter._replace(box=box_of(opened, letter))
            later = messages_of(opened, now, manner)
            waiting = [each for each in later if each.due[0].told.uid not in tried]
    box = opened.record.mail.get(letter.to.key, letter.box)
    return Mailing(opened, letter, posted, uncertain(opened, box), trouble)


def _marked(message: Message) -> dict[str, MailedEntry]:
    return {due.told.uid: due.mailed._replace(certain=False) for due in message.due}


def _handed_over(
    message: Message, letter: Letter, server: MailServer
) -> tuple[State, str, KetaschedError | None]:
    """What became of a message, why, and what ended it all."""
    try:
        server.deliver(letter.sender, letter.to, message.data)
    except Refused as refusal:
        return "refused", str(refusal), None
    except Unclear as trouble:
        return "uncertain", trouble.message, trouble
    except NetworkTrouble as trouble:
        return "refused", trouble.message, trouble
    return "sent", "", None


def _settle(
    opened: Opened, letter: Letter, message: Message, before: Opened, state: State
) -> Opened:
    """The record after a message, which somebody may have changed while it went."""
    if state == "uncertain":
        return opened
    known = before.record.mail.get(letter.to.key)
    entries: dict[str, MailedEntry | None] = {}
    for due in message.due:
        was = known.entries.get(due.told.uid) if known else None
        entries[due.told.uid] = due.mailed if state == "sent" else was
    for _ in range(MOST_TIMES - 1):
        try:
            return _keep(opened, letter, entries)
        except ChangedMeanwhile:
            opened = open_record(str(opened.path), opened.now)
    return _keep(opened, letter, entries)


def _keep(
    opened: Opened,
    letter: Letter,
    entries: Mapping[str, MailedEntry | None],
    files: Sequence[NewFile] = (),
) -> Opened:
    """The record, knowing what an address was sent, written together with ``files``.

    Raises:
        FileTrouble: it cannot be written, or somebody else changed it.
    """
    box = box_of(opened, letter)
    known = {name: entry for name, entry in {**box.entries, **entries}.items() if entry}
    mail = {**opened.record.mail, letter.to.key: box._replace(entries=known)}
    if not known:
        del mail[letter.to.key]
    record = opened.record._replace(mail=mail)
    with lock_of(opened.path):
        record, own = prepared(opened, record, opened.path, {}, keep_before=False)
        place_files([*files, *own])
    return after_writing(opened, record)


def _refuse_other(file: NewFile) -> None:
    """Refuse to write over a file that is not the same message."""
    if not file.path.exists():
        return
    if _identity(file.path.read_bytes()) != _identity(file.data):
        raise FileTrouble(
            f"{file.path} is another message, or none", "choose another folder", str(file.path)
        )


def _identity(data: bytes) -> list[bytes]:
    """The line of a message that no other one has."""
    return [
        line
        for line in data.split(b"\r\n\r\n")[0].split(b"\r\n")
        if line.startswith(b"Message-ID:")
    ]
