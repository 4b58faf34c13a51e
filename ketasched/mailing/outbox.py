"""A folder of messages read back as calendar programs would: what each entry was last told."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import NamedTuple

from ketasched.errors import FileTrouble, os_reason
from ketasched.proving.vevents import read

ENDING = ".eml"
_METHOD = re.compile(r"^METHOD(?:;[^:\r\n]*)?:(.*)$", re.MULTILINE | re.IGNORECASE)


class Invited(NamedTuple):
    """What the last message of an entry says: when it begins and ends (None: it does not say), its
    STATUS, SEQUENCE and method (empty: a calendar to open), and the file it is in.
    """

    uid: str
    start: datetime | date | None
    end: datetime | date | None
    status: str
    sequence: int | None
    method: str
    file: str

    @property
    def is_cancelled(self) -> bool:
        """Whether who receives it takes the entry out."""
        return self.method == "CANCEL" or self.status == "CANCELLED"


def read_outbox(folder: Path) -> Mapping[str, Mapping[str, Invited]]:
    """What the messages of a folder come to, by the address they go to (in small letters) and UID:
    the highest SEQUENCE counts, of two the same the one whose message is later (RFC 5546 section
    2.1.5).

    Raises:
        FileTrouble: the folder or a message cannot be read, or one has no appointment.
    """
    said = [
        (address, invited, sent)
        for path in _files(folder)
        for address, invited, sent in _read(path)
    ]
    told: dict[str, dict[str, Invited]] = {}
    for address, invited, _ in sorted(said, key=lambda each: (each[1].sequence or 0, each[2])):
        told.setdefault(address, {})[invited.uid] = invited
    return told


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FileTrouble(f"{folder} is not a folder", "give the folder of the messages")
    return sorted(folder.glob(f"*{ENDING}"))


def _read(path: Path) -> Iterator[tuple[str, Invited, float]]:
    """What a message tells each of its receivers, and when it was sent."""
    try:
        mail = email.message_from_bytes(path.read_bytes(), policy=default)
    except OSError as error:
        raise FileTrouble(f"cannot read {path}: {os_reason(error)}", "", str(path)) from None
    invited = list(_invited(mail, str(path)))
    if not invited or not mail["To"]:
        raise FileTrouble(f"{path} is no message with an appointment", "take it out", str(path))
    date = mail["Date"]
    sent = date.datetime.timestamp() if date and date.datetime else 0.0
    for address in mail["To"].addresses:
        for entry in invited:
            yield address.addr_spec.casefold(), entry, sent


def _invited(mail: EmailMessage, file: str) -> Iterator[Invited]:
    """The entries of a message's calendars."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            try:
                text = part.get_content()
            except (LookupError, UnicodeError):
                raise FileTrouble(f"{file} cannot be read as a message", "", file) from None
            method = _method(str(part.get_param("method", "")), text, file)
            for vevent in read(text.encode(errors="replace")):
                uid, start, end, status, sequence = vevent
                yield Invited(uid, start, end, status, sequence, method, file)


def _method(named: str, text: str, file: str) -> str:
    """What a calendar is for, in capitals: its part's header must not name another method (RFC 6047
    section 2.4).
    """
    own = {method.strip().upper() for method in _METHOD.findall(text)}
    if len(own) > 1 or (named and own != {named.upper()}):
        said = " and ".join(sorted(own)) or "no method"
        head = named.upper() or "no method"
        raise FileTrouble(f"{file} says {head}, and the calendar in it {said}", "", file)
    return next(iter(own), "")
