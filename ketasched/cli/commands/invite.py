"""``ketasched invite``: appointments by mail, as invitations that update in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Literal, NamedTuple

from ketasched import clock
from ketasched.calendar.entry_text import Audience
from ketasched.cli.options import RECORD_OR_FOLDER, Format, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.course import LinkedVisit
from ketasched.domain.giveaways import gives_away
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import count_text
from ketasched.errors import FileTrouble, KetaschedError, NetworkTrouble, UsageProblem
from ketasched.mailing import desk
from ketasched.mailing.correspondent import read_correspondent
from ketasched.mailing.desk import Mailing, Posted
from ketasched.mailing.message import Letter, Manner
from ketasched.mailing.post import MailServer, read_server
from ketasched.publishing import login
from ketasched.publishing.turn import turn_to_mail
from ketasched.records.atomic import file_trouble
from ketasched.records.folder import Unread, no_record, open_folder, unread_text
from ketasched.records.open import Opened, open_record, path_of
from ketasched.records.record import Mailbox

HELP = """Mail the appointments of a course as invitations: calendar programs take them in, and
change or take out the same entries later. Only what is new, changed or called off
since the last time goes, one message an entry, and the record keeps what went.

\b
Examples:
  ketasched invite alex --to alex@example.org --from "Lakeside <desk@example.org>" --out outbox
  ketasched invite alex --send smtps://mail.example.org --login mail-login --dry-run
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
    uncertain: Literal["again", "arrived"] | None = None
    dry_run: bool = False
    format: Format = "table"


class NotAllMailed(KetaschedError):
    """Of some messages nobody knows whether they went."""

    code = "uncertain"
    exit_code = 1


@takes(
    InviteRequest,
    name=RECORD_OR_FOLDER,
    to=Option("Whom to invite; else each address that the record has.", "ADDRESS"),
    sender=Option('Who invites: "Name <address>"; else who did the last time.', "ADDRESS"),
    audience=Option("Whom it is for; the patient."),
    out=Option("Write the messages into a folder, as .eml files.", "DIR"),
    send=Option("Hand them over to a mail server: smtps://HOST, or smtp://HOST:PORT.", "ADDRESS"),
    login=Option(
        "A file with the user's name and, on the next line, the password; "
        "else the keyring, else netrc.",
        "FILE",
    ),
    per_minute=Option(f"How many messages go in a minute at most; {PER_MINUTE}.", "N"),
    digest=Option("One message with all; it updates nothing in place."),
    rsvp=Option("Ask for an answer."),
    attach=Option("With the calendar as a file besides, for programs that show no invitation."),
    uncertain=Option("Send again what may not have gone, or note that it arrived."),
    dry_run=Option("Show what would be sent; write nothing."),
)
def run(request: InviteRequest) -> Result:
    """What came of mailing the appointments of a record, or of all records of a folder.

    Raises:
        KetaschedError: an option cannot be read, or a record.
    """
    _refuse_together(request)
    place = Path(request.name)
    folder = place if place.is_dir() else path_of(request.name).parent
    writes = not request.dry_run and folder.is_dir()
    with turn_to_mail(folder) if writes else nullcontext():
        return _run(request)


def _run(request: InviteRequest) -> Result:
    records, unread = _records(request.name)
    how = _how(request)
    mailings: list[Mailing] = []
    without: list[str] = []
    with how:
        for opened in records:
            letters = _letters(opened, request, alone=not Path(request.name).is_dir())
            if not letters:
                without.append(opened.record.name)
            try:
                mailings += how.mail(opened, letters)
            except FileTrouble as error:
                if len(records) == 1 and not unread:
                    raise
                unread.append(Unread(str(opened.path), error.message))
            if mailings and isinstance(mailings[-1].trouble, NetworkTrouble):
                break
    return _result(request, how, mailings, unread, without)


class _How:
    """How messages go, and what they are like."""

    def __init__(self, request: InviteRequest, server: MailServer | None) -> None:
        self.request = request
        self.server = server
        self.manner = Manner(
            request.rsvp, request.attach, request.digest, request.uncertain == "again"
        )

    def __enter__(self) -> None:
        if self.request.out and not self.request.dry_run:
            with file_trouble(self.request.out):
                Path(self.request.out).mkdir(exist_ok=True)

    def __exit__(self, *_: object) -> None:
        if self.server:
            self.server.close()

    def mail(self, opened: Opened, letters: Sequence[Letter]) -> Iterator[Mailing]:
        """What came of each address of a record, until something ends it all."""
        for letter in letters:
            mailing = self._mail(opened, letter)
            yield mailing
            if mailing.trouble:
                break
            opened = mailing.opened

    def _mail(self, opened: Opened, letter: Letter) -> Mailing:
        if self.request.dry_run:
            return desk.look(opened, letter, self.manner)
        if self.request.uncertain == "arrived":
            opened = desk.settled(opened, letter)
        letter = letter._replace(box=desk.box_of(opened, letter))
        if self.server:
            return desk.send(opened, letter, self.manner, self.server)
        return desk.write_out(opened, letter, self.manner, Path(self.request.out))


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
    account = None if request.dry_run else login.find(address.host, request.login)
    return _How(request, MailServer(address, account, int(per_minute)))


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
    if request.digest and (request.rsvp or request.attach):
        raise UsageProblem("--digest is no invitation", "leave --rsvp and --attach out")


def _records(name: str) -> tuple[list[Opened], list[Unread]]:
    now = clock.now()
    if not Path(name).is_dir():
        return [open_record(name, now)], []
    records, unread = open_folder(Path(name), now)
    if not records and not unread:
        raise no_record(Path(name))
    return records, unread


def _letters(opened: Opened, request: InviteRequest, *, alone: bool) -> list[Letter]:
    """Whom to write for a record, and from whom.

    Raises:
        UsageProblem: that is not said, or cannot be.
    """
    mail = opened.record.mail
    if request.to:
        to = read_correspondent("--to", request.to)
        audience: Audience = request.audience or "patient"
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


def _result(
    request: InviteRequest,
    how: _How,
    mailings: Sequence[Mailing],
    unread: Sequence[Unread],
    without: Sequence[str],
) -> Result:
    notes = ["nothing was sent: --dry-run"] if request.dry_run else []
    notes += [note for mailing in mailings for note in _remarks(mailing)]
    if how.server and not how.server.encrypted:
        notes.append(f"the connection to {how.server.address.host} was not encrypted")
    if without:
        notes.append(f"no address is known of {', '.join(without)}: invite each once with --to")
    if unread:
        notes.append(f"not mailed: {unread_text(unread)}")

    trouble = _trouble(mailings, unread)
    if not mailings:
        return Result(notes=notes, trouble=trouble)

    def page() -> str:
        from ketasched.cli.terminal.invite import invite_page

        return invite_page(mailings)

    def report() -> Mapping[str, object]:
        from ketasched.reports.mail_report import mail_report

        return mail_report(
            (_message(mailing, each) for mailing in mailings for each in mailing.posted),
            (
                {"record": mailing.opened.record.name, "to": mailing.letter.to.address, "uid": name}
                for mailing in mailings
                for name in mailing.left
            ),
            without,
            unread,
        )

    if trouble:
        trouble.shown = True
    return Result(page, report, notes=notes, trouble=trouble)


def _message(mailing: Mailing, posted: Posted) -> Mapping[str, object]:
    """What became of an entry, for a report."""
    due, course = posted.due, mailing.opened.record.course
    visit = due.entry if isinstance(due.entry, LinkedVisit) else None
    return {
        "record": mailing.opened.record.name,
        "to": mailing.letter.to.address,
        "for": mailing.letter.box.audience,
        "uid": due.told.uid,
        "number": due.told.number or None,
        "handle": handle_of(course, visit) if visit else None,
        "start": due.told.start.isoformat(),
        "what": due.kind,
        "sequence": due.line.sequence,
        "state": posted.state,
        "why": posted.why or None,
        "file": posted.file if posted.state in ("written", "would be") else None,
    }


def _remarks(mailing: Mailing) -> Iterator[str]:
    """What a sender may not know of what went to an address for the first time."""
    record, letter = mailing.opened.record, mailing.letter
    if letter.box.audience != "patient" or letter.box.entries or not mailing.posted:
        return
    if gives_away(record.protocol, str(letter.sender)):
        yield f"the sender's name gives the treatment away: {letter.sender}"
    if gives_away(record.protocol, mailing.opened.task.title):
        yield "the title gives the treatment away: the text leaves it out, the calendar has it"
    if record.exported.get("patient") or record.published:
        yield (
            f"{record.name} has a calendar too: whoever has both in one program may see each "
            "appointment twice"
        )


def _trouble(mailings: Sequence[Mailing], unread: Sequence[Unread]) -> KetaschedError | None:
    """What is left to do, which is what it fails with."""
    troubles = [mailing.trouble for mailing in mailings if mailing.trouble]
    if troubles:
        return max(troubles, key=lambda error: error.exit_code)
    refusals = [each.why for mailing in mailings for each in mailing.posted if each.why]
    if refusals:
        return NetworkTrouble(
            f"the server refused {len(refusals)}: {refusals[0]}",
            "run it again later: only what is missing goes",
        )
    left = sum(len(mailing.left) for mailing in mailings)
    if left:
        return NotAllMailed(
            f"of {count_text(left, 'message')} nobody knows whether it went",
            "ask, then run it again with --uncertain arrived, or --uncertain again",
        )
    if unread:
        many = f"{len(unread)} records were" if len(unread) > 1 else "1 record was"
        return FileTrouble(f"{many} not mailed", "the others are")
    return None
