"""What mailing came to: as a page, as a report, what to note and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ketasched.cli.result import Result
from ketasched.domain.course import LinkedVisit
from ketasched.domain.giveaways import gives_away
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import count_text
from ketasched.errors import FileTrouble, KetaschedError, NetworkTrouble
from ketasched.mailing.correspondent import read_correspondent
from ketasched.mailing.desk import Mailing, Posted
from ketasched.mailing.post import is_final
from ketasched.records import feed_names
from ketasched.records.folder import Unread, unread_text

_LATER = "run it again later: only what is missing goes"
_FINAL = (
    "it will refuse again: look at the address and --login; write to another with --to, and give "
    "this one up with --remove"
)
MANY = 12
"""So many messages at once to an address need no remark."""


class NotAllMailed(KetaschedError):
    """Of some messages nobody knows whether they went."""

    code = "uncertain"
    exit_code = 1


def mail_result(
    mailings: Sequence[Mailing],
    without: Sequence[str],
    unread: Sequence[Unread],
    notes: Sequence[str],
) -> Result:
    """What came of mailing to some addresses; ``without`` are records that have none."""
    notes = [*notes, *(note for mailing in mailings for note in _remarks(mailing))]
    notes += _many(mailings)
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
    """What a sender may not know of what went to an address."""
    record, letter = mailing.opened.record, mailing.letter
    before = letter.box.sender
    if before and mailing.posted and read_correspondent("--from", before).key != letter.sender.key:
        yield (
            f"{letter.to.address} was invited by {before}: some programs take changes from that "
            "address only"
        )
    if letter.box.audience != "patient" or letter.box.entries or not mailing.posted:
        return
    if gives_away(record.protocol, str(letter.sender)):
        yield f"the sender's name gives the treatment away: {letter.sender}"
    if gives_away(record.protocol, mailing.opened.task.title):
        yield "the title gives the treatment away: the text leaves it out, the calendar has it"
    has_feed = (mailing.opened.path.parent / feed_names.NAME).exists()
    if record.exported.get("patient") or record.published or has_feed:
        yield (
            f"{record.name} has a calendar too: in a program that has both, each appointment may "
            "stand twice"
        )


def _many(mailings: Sequence[Mailing]) -> Iterator[str]:
    """That an address gets more messages than anybody likes to answer, said once."""
    for mailing in mailings:
        files = {each.file for each in mailing.posted if each.due.kind != "cancelled"}
        if len(files) > MANY:
            yield (
                f"{len(files)} messages to {mailing.letter.to.address}: --digest makes one of "
                "them, which updates nothing in place"
            )
            return


def _trouble(mailings: Sequence[Mailing], unread: Sequence[Unread]) -> KetaschedError | None:
    """What is left to do, which is what it fails with."""
    troubles = [mailing.trouble for mailing in mailings if mailing.trouble]
    if troubles:
        return max(troubles, key=lambda error: error.exit_code)
    refusals = [each.why for mailing in mailings for each in mailing.posted if each.why]
    if refusals:
        why = next(filter(is_final, refusals), refusals[0])
        return NetworkTrouble(
            f"the server refused {len(refusals)}: {why}", _FINAL if is_final(why) else _LATER
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
