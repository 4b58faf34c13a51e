"""Messages go out, and their record keeps what went: first that it may, then that it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from ketasched.errors import ChangedMeanwhile, FileTrouble, KetaschedError, NetworkTrouble
from ketasched.mailing.due import Due, uncertain
from ketasched.mailing.message import Letter, Manner, Message
from ketasched.mailing.post import MailServer, NotWanted, Refused, Unclear
from ketasched.progress import counting
from ketasched.records.atomic import NewFile, file_trouble, place_files
from ketasched.records.open import Opened, open_record
from ketasched.records.record import Mailbox, MailedEntry
from ketasched.records.write import after_writing, lock_of, prepared

State = Literal["would be", "written", "sent", "uncertain", "refused", "not sent"]
Compose = Callable[[Opened, Letter, Manner], list[Message]]
"""Writes what an address is to get."""
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

    @property
    def is_done(self) -> bool:
        """Whether all that was due surely went."""
        went = all(each.state in ("sent", "written") for each in self.posted)
        return went and not self.left and self.trouble is None


def _box_of(opened: Opened, letter: Letter) -> Mailbox:
    """What is known of an address, with who writes now."""
    return known_box(opened, letter)._replace(to=str(letter.to), sender=str(letter.sender))


def known_box(opened: Opened, letter: Letter) -> Mailbox:
    """What a record knows of an address; of one that it does not have, what the letter says."""
    return opened.record.mail.get(letter.to.key, letter.box)


def look(
    opened: Opened, letter: Letter, manner: Manner, compose: Compose, untried: str = ""
) -> Mailing:
    """What would be sent; ``untried`` says why it is not even tried."""
    state: State = "not sent" if untried else "would be"
    posted = [
        Posted(due, state, message.file, untried)
        for message in compose(opened, letter, manner)
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


def write_out(
    opened: Opened, letter: Letter, manner: Manner, compose: Compose, folder: Path
) -> Mailing:
    """Write messages into a folder. The record knows of them once they stand there; where it is
    stopped between the two, the next run writes the same files again.

    Raises:
        FileTrouble: a file of another message has such a name, or something cannot be written;
            nothing was then.
    """
    messages = compose(opened, letter, manner)
    if messages or letter.to.key not in opened.record.mail:
        files = [NewFile(folder / each.file, each.data, private=True) for each in messages]
        for file in files:
            _refuse_other(file)
        entries = {due.told.uid: due.mailed for each in messages for due in each.due}
        opened = _keep(opened, letter, entries, files)
    posted = [Posted(due, "written", each.file) for each in messages for due in each.due]
    return Mailing(opened, letter, posted, uncertain(opened, known_box(opened, letter)))


def send(
    opened: Opened, letter: Letter, manner: Manner, compose: Compose, server: MailServer
) -> Mailing:
    """Hand messages over to a server. The record says first that each may have gone, and then that
    it did; it goes back to what it said where the message was not taken.
    """
    return _Round(opened, letter, manner, compose, server).run()


class _Round:
    """Messages to one address of a record, one after the other."""

    def __init__(
        self,
        opened: Opened,
        letter: Letter,
        manner: Manner,
        compose: Compose,
        server: MailServer,
    ) -> None:
        self.opened = opened
        self.letter = letter
        self.manner = manner
        self.compose = compose
        self.server = server
        self.posted: list[Posted] = []
        self.trouble: KetaschedError | None = None
        self.waiting = compose(opened, letter, manner)

    def run(self) -> Mailing:
        """Hand over what is due, until something ends it."""
        with counting("mailing", self.opened.record.name) as progress:
            while self.waiting and self.trouble is None:
                progress(len(self.posted), len(self.posted) + len(self.waiting))
                try:
                    self._post_next()
                except FileTrouble as error:
                    self.trouble = error
        if self.trouble:
            self._give_up("not sent", self.trouble.message)
        elif self.letter.to.key not in self.opened.record.mail:
            self._settle({})
        left = uncertain(self.opened, known_box(self.opened, self.letter))
        return Mailing(self.opened, self.letter, self.posted, left, self.trouble)

    def _post_next(self) -> None:
        before = self.opened
        message = self.waiting[0]
        marked = {due.told.uid: due.mailed._replace(certain=False) for due in message.due}
        try:
            self.opened = _keep(before, self.letter, marked)
        except ChangedMeanwhile:
            self._compose_anew(open_record(str(before.path), before.now))
            return
        self.waiting = self.waiting[1:]
        state = self._hand_over(message)
        if state != "uncertain":
            known = before.record.mail.get(self.letter.to.key)
            was = known.entries if known else {}
            self._settle(
                {
                    due.told.uid: due.mailed if state == "sent" else was.get(due.told.uid)
                    for due in message.due
                }
            )
        if self.opened.record.told != before.record.told:
            self._compose_anew(self.opened)

    def _hand_over(self, message: Message) -> State:
        """What became of a message, which is noted."""
        state: State = "sent"
        why = ""
        try:
            self.server.deliver(self.letter.sender, self.letter.to, message.data)
        except Refused as refusal:
            state, why = "refused", str(refusal)
            if isinstance(refusal, NotWanted):
                self.waiting = [message, *self.waiting]
                self._give_up(state, why)
                return state
        except NetworkTrouble as trouble:
            self.trouble = trouble
            state = "uncertain" if isinstance(trouble, Unclear) else "not sent"
            why = trouble.message
        self._note(message, state, why)
        return state

    def _note(self, message: Message, state: State, why: str) -> None:
        self.posted += [Posted(due, state, message.file, why) for due in message.due]

    def _give_up(self, state: State, why: str) -> None:
        for message in self.waiting:
            self._note(message, state, why)
        self.waiting = []

    def _settle(self, entries: Mapping[str, MailedEntry | None]) -> None:
        """Keep what came of a message; somebody may have changed the record while it went.

        Raises:
            FileTrouble: it cannot be kept: what went is taken for uncertain by the next run.
        """
        for _ in range(MOST_TIMES):
            try:
                self.opened = _keep(self.opened, self.letter, entries)
            except ChangedMeanwhile:
                self.opened = open_record(str(self.opened.path), self.opened.now)
            else:
                return
        self.opened = _keep(self.opened, self.letter, entries)

    def _compose_anew(self, opened: Opened) -> None:
        """Go on with what a record says that somebody changed meanwhile."""
        self.opened = opened
        self.letter = self.letter._replace(box=_box_of(opened, self.letter))
        done = {each.due.told.uid for each in self.posted}
        self.waiting = [
            each
            for each in self.compose(opened, self.letter, self.manner)
            if not done & {due.told.uid for due in each.due}
        ]


def _keep(
    opened: Opened,
    letter: Letter,
    entries: Mapping[str, MailedEntry | None],
    files: Sequence[NewFile] = (),
) -> Opened:
    """The record, knowing an address, even one to which nothing went, and what it was sent; written
    together with ``files``.

    Raises:
        FileTrouble: it cannot be written, or somebody else changed it.
    """
    box = _box_of(opened, letter)
    known = {name: entry for name, entry in {**box.entries, **entries}.items() if entry}
    mail = {**opened.record.mail, letter.to.key: box._replace(entries=known)}
    record = opened.record._replace(mail=mail)
    with lock_of(opened.path):
        record, own = prepared(opened, record, opened.path, {}, keep_before=False)
        for folder in {file.path.parent for file in files}:
            with file_trouble(str(folder)):
                folder.mkdir(exist_ok=True)
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
