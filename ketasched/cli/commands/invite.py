"""``ketasched invite``: appointments by mail, as invitations that update in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Literal, NamedTuple

from ketasched import clock
from ketasched.calendar.entry_text import Audience
from ketasched.cli.mail_result import mail_result
from ketasched.cli.options import RECORD_OR_FOLDER, Format, Option, takes
from ketasched.cli.result import Result
from ketasched.errors import FileTrouble, KetaschedError, NetworkTrouble, UsageProblem
from ketasched.mailing import desk
from ketasched.mailing.correspondent import read_correspondent
from ketasched.mailing.desk import Mailing
from ketasched.mailing.message import Letter, Manner, messages_of
from ketasched.mailing.post import MailServer, read_server
from ketasched.mailing.removal import forgotten, making_room, removals
from ketasched.publishing import login
from ketasched.publishing.turn import turn_to_mail
from ketasched.records.folder import Unread, folder_of, open_named
from ketasched.records.open import Opened
from ketasched.records.record import Mailbox

HELP = """Mail the appointments of a course as invitations: calendar programs take them in, and
change or take out the same entries later. Only what is new, changed or called off
since the last time goes, one message an entry, and the record keeps what went.

\b
Examples:
  ketasched invite alex --to a@example.org --from desk@example.org --out mails
  ketasched invite alex --send smtps://mail.example.org --login FILE --dry-run
  ketasched invite records --send smtps://mail.example.org --login mail-login
"""
PER_MINUTE = 30
"""Messages that go in a minute unless asked otherwise."""
_MOST_PER_MINUTE = 6000


class InviteRequest(NamedTuple):
    """Whom to invite to what, from whom, and how the messages go."""

    name: str
    to: str = ""
    sender: str = ""
    audience: Literal["patient", "staff"] | None = None
    out: str = ""
    send: str = ""
    login: str = ""
    per_minute: str = ""
    digest: bool = False
    rsvp: bool = False
    attach: bool = False
    remove: bool = False
    uncertain: Literal["again", "arrived"] | None = None
    dry_run: bool = False
    format: Format = "table"


@takes(
    InviteRequest,
    name=RECORD_OR_FOLDER,
    to=Option("Whom to invite; else each address that the record has.", "ADDRESS"),
    sender=Option('Who invites: "Name <address>"; else who did the last time.', "ADDRESS"),
    out=Option("Write the messages into a folder, as .eml files.", "DIR"),
    send=Option("Hand them over to a mail server: smtps://HOST, or smtp://HOST:PORT.", "ADDRESS"),
    per_minute=Option(f"How many messages go in a minute at most; {PER_MINUTE}.", "N"),
    digest=Option("One message with all; it updates nothing in place."),
    rsvp=Option("Ask for an answer."),
    attach=Option("With the calendar as a file besides, for programs that show no invitation."),
    remove=Option("Call off all that is to come for an address, and forget it."),
    uncertain=Option("Send again what may not have gone, or note that it arrived."),
    dry_run=Option("Show what would be sent; write nothing."),
)
def run(request: InviteRequest) -> Result:
    """What came of mailing the appointments of a record, or of all records of a folder.

    Raises:
        KetaschedError: an option cannot be read, or a record.
    """
    _refuse_together(request)
    asked = _asked(request)
    how = _how(request)
    writes = any(letters for _, letters in asked.letters) and not request.dry_run
    with turn_to_mail(folder_of(request.name)) if writes else nullcontext() as waited:
        return _run(request, _asked(request) if waited else asked, how)


class _Asked(NamedTuple):
    """The records with whom to write for each, and what cannot be opened."""

    letters: Sequence[tuple[Opened, Sequence[Letter]]]
    unread: Sequence[Unread]


def _asked(request: InviteRequest) -> _Asked:
    records, unread = open_named(request.name, clock.now())
    alone = not Path(request.name).is_dir()
    return _Asked([(each, _letters(each, request, alone=alone)) for each in records], unread)


def _run(request: InviteRequest, asked: _Asked, how: _How) -> Result:
    mailings: list[Mailing] = []
    unread = [*asked.unread]
    with how:
        for opened, letters in asked.letters:
            try:
                mailings += how.mail(opened, letters)
            except FileTrouble as error:
                if len(asked.letters) == 1 and not unread:
                    raise
                unread.append(Unread(str(opened.path), error.message))
    without = [opened.record.name for opened, letters in asked.letters if not letters]
    notes = ["nothing was sent: --dry-run"] if request.dry_run else []
    if how.server and how.server.in_the_open:
        notes.append(f"the connection to {how.server.address.host} was not encrypted")
    return mail_result(mailings, without, unread, notes)


class _How:
    """How messages go, and what they are like."""

    def __init__(self, request: InviteRequest, server: MailServer | None) -> None:
        self.request = request
        self.server = server
        self.down: NetworkTrouble | None = None
        self.manner = Manner(
            request.rsvp, request.attach, request.digest, request.uncertain == "again"
        )

    def __enter__(self) -> None:
        """The connection is made when it is needed."""

    def __exit__(self, *_: object) -> None:
        if self.server:
            self.server.close()

    def mail(self, opened: Opened, letters: Sequence[Letter]) -> Iterator[Mailing]:
        """What came of each address of a record; nothing is tried once the record cannot be kept,
        nor, of any record, once the server is down.
        """
        trouble: KetaschedError | None = self.down
        for letter in letters:
            mailing = self._mail(opened, letter, trouble.message if trouble else "")
            yield mailing
            trouble = trouble or mailing.trouble
            opened = mailing.opened
        self.down = trouble if isinstance(trouble, NetworkTrouble) else None

    def _mail(self, opened: Opened, letter: Letter, untried: str) -> Mailing:
        remove = self.request.remove
        compose = removals if remove else messages_of
        if self.request.dry_run or untried:
            return desk.look(opened, letter, self.manner, compose, untried)
        if self.request.uncertain == "arrived":
            opened = desk.settled(opened, letter)
        letter = letter._replace(box=desk.known_box(opened, letter))
        if remove:
            opened = making_room(opened, letter)
        if self.server:
            mailing = desk.send(opened, letter, self.manner, compose, self.server)
        else:
            out = Path(self.request.out)
            mailing = desk.write_out(opened, letter, self.manner, compose, out)
        if remove and mailing.is_done:
            return mailing._replace(opened=forgotten(mailing.opened, letter))
        return mailing


def _how(request: InviteRequest) -> _How:
    if not request.send:
        return _How(request, None)
    address = read_server(request.send)
    per_minute = request.per_minute or str(PER_MINUTE)
    if not (per_minute.isdecimal() and 1 <= int(per_minute) <= _MOST_PER_MINUTE):
        raise UsageProblem(
            f"--per-minute: `{per_minute}` is no number of messages",
            f"give one from 1 to {_MOST_PER_MINUTE}",
        )
    if request.dry_run:
        return _How(request, None)
    account = login.find(address.host, request.login)
    server = MailServer(address, account, int(per_minute), named=bool(request.login))
    return _How(request, server)


def _refuse_together(request: InviteRequest) -> None:
    if request.out and request.send:
        raise UsageProblem(
            "--out writes messages, and --send hands them over", "leave one of them out"
        )
    if not (request.out or request.send or request.dry_run):
        raise UsageProblem(
            "nobody knows where the messages are to go",
            "--out DIR writes them, --send smtps://HOST hands them over, --dry-run shows them",
        )
    if request.to and Path(request.name).is_dir():
        raise UsageProblem("--to is for one course", "name its record")
    if not request.send and (request.login or request.per_minute):
        raise UsageProblem("--login and --per-minute are for --send", "leave them out")
    if request.digest and (request.rsvp or request.attach or request.remove):
        raise UsageProblem("--digest is no invitation", "leave --rsvp, --attach and --remove out")
    if request.remove and Path(request.name).is_dir():
        raise UsageProblem("--remove is for one course", "name its record")
    if request.remove and not request.to:
        raise UsageProblem("--remove is for one address", "say which: --to ADDRESS")
    if request.out:
        _refuse_place(request.out)


def _refuse_place(out: str) -> None:
    if out == "-":
        raise UsageProblem("--out writes into a folder, and `-` is none", "name a folder")
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise FileTrouble(f"--out: {out} is not a folder", "name a folder", out)
    if not folder.parent.is_dir():
        raise FileTrouble(
            f"cannot make {out}: there is no folder {folder.parent}", "make that first", out
        )


def _letters(opened: Opened, request: InviteRequest, *, alone: bool) -> list[Letter]:
    """Whom to write for a record, and from whom.

    Raises:
        UsageProblem: that is not said, or cannot be.
    """
    mail = opened.record.mail
    if request.to:
        to = read_correspondent("--to", request.to)
        audience: Audience = request.audience or "patient"
        if request.remove and to.key not in mail:
            known = ", ".join(mail) or "nobody"
            raise UsageProblem(f"{to.address} was never invited", f"invited: {known}")
        boxes = [mail.get(to.key, Mailbox(audience, str(to), ""))._replace(to=str(to))]
    else:
        boxes = [*mail.values()]
    if alone and not boxes:
        raise UsageProblem("--to is missing: say whom to invite", "such as --to alex@example.org")
    return [_letter(opened, box, request) for box in boxes]


def _letter(opened: Opened, box: Mailbox, request: InviteRequest) -> Letter:
    to = read_correspondent("--to", box.to)
    if request.audience not in (None, box.audience):
        raise UsageProblem(
            f"{to.address} was invited as {box.audience}, and would have all of it twice",
            "use another address, or leave --for out",
        )
    written = request.sender or box.sender
    if not written:
        written = next((other.sender for other in opened.record.mail.values()), "")
    if not written:
        raise UsageProblem(
            "--from is missing: say who invites",
            'such as --from "Lakeside Clinic <desk@example.org>"',
        )
    sender = read_correspondent("--from", written)
    if sender.key == to.key:
        raise UsageProblem(
            "--from and --to are the same address",
            "programs show nobody an invitation of their own: take another sender",
        )
    return Letter(to, sender, box)
