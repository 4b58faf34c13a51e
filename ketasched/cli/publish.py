"""``ketasched publish``: a calendar on a server that shows what the records say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from ketasched import clock
from ketasched.asking.surroundings import clinic_file
from ketasched.asking.values import choose
from ketasched.cli import output
from ketasched.errors import FileTrouble, KetaschedError, NetworkTrouble, UsageProblem
from ketasched.files.clinic.clinic import ClinicFile, Publishing
from ketasched.publishing import login
from ketasched.publishing.desk import Desk, Wishes, entries_of
from ketasched.publishing.edits import Judged, judge, take_in
from ketasched.publishing.server import CalendarServer
from ketasched.publishing.sync import CREATE, REMOVE, REPLACE, UNCHANGED, Outcome
from ketasched.publishing.wire import checked_address
from ketasched.records.open import Opened, Unread, open_folder, open_record, unread_text
from ketasched.records.record import AUDIENCES

COUNTED = (CREATE, REPLACE, REMOVE, UNCHANGED)


class Wanted(NamedTuple):
    """Where to publish, for whom, and how; empty means not given."""

    to: str = ""
    audience: str = ""
    login: str = ""
    clinic: str = ""
    dry_run: bool = False
    check: bool = False
    accept: bool = False
    overwrite: bool = False
    remove: bool = False
    format: str = ""


class Published(NamedTuple):
    """What publishing a course came to, or would come to."""

    name: str
    counts: Counter[str]
    judged: Sequence[Judged]
    refused: dict[str, str]
    troubles: Sequence[KetaschedError] = ()


class OutOfStep(KetaschedError):
    """The calendar is not what the records say."""

    code = "out-of-step"
    exit_code = 1


def run(name: str, wanted: Wanted) -> None:
    """Bring a calendar on a server in step with a record, or with all records of a folder.

    Raises:
        KetaschedError: an option cannot be read, or a record; NetworkTrouble: the server cannot
            be reached or refuses; OutOfStep: somebody else's edits were left alone.
    """
    _refuse_together(wanted)
    file = clinic_file(wanted.clinic)
    opened, unread = _records(name)
    servers: dict[str, Desk] = {}
    done: list[Published] = []
    trouble: NetworkTrouble | None = None
    discreet = False
    for one in opened:
        try:
            desk, wishes = _desk(one, file, wanted, servers)
            discreet = discreet or wishes.audience == "patient"
            done.append(_publish(one, desk, wishes))
            if any(isinstance(error, NetworkTrouble) for error in done[-1].troubles):
                break
        except NetworkTrouble as error:
            trouble = error
            break
        except FileTrouble as error:
            if len(opened) == 1 and not unread:
                raise
            unread.append((str(one.path), error.message))
    _tell(done, list(servers), unread, wanted, discreet=discreet)
    if unread:
        output.tell(output.printable(f"not published: {unread_text(unread)}"))
    troubles: list[KetaschedError] = [found for one in done for found in one.troubles]
    troubles += [trouble] if trouble else []
    if troubles:
        worst = max(troubles, key=lambda found: found.exit_code)
        worst.told = bool(done)
        raise worst
    _complain(done, unread, wanted)


def _refuse_together(wanted: Wanted) -> None:
    choose("--format", wanted.format or "table", ("table", "json"))
    choose("--for", wanted.audience or "patient", AUDIENCES)
    if wanted.accept and wanted.overwrite:
        raise UsageProblem(
            "--accept takes what somebody changed, and --overwrite puts ours back",
            "choose one of them",
        )
    if wanted.check and (wanted.accept or wanted.overwrite or wanted.remove or wanted.dry_run):
        raise UsageProblem("--check only looks", "leave the other options out")
    if wanted.remove and wanted.accept:
        raise UsageProblem("--remove takes everything out", "leave --accept out")


def _records(name: str) -> tuple[list[Opened], Unread]:
    now = clock.now()
    if not Path(name).is_dir():
        return [open_record(name, now)], []
    found, unread = open_folder(Path(name), now)
    if not found and not unread:
        raise UsageProblem(f"there is no record in {name}", "plan … --save writes one")
    return found, unread


def _desk(
    opened: Opened, file: ClinicFile | None, wanted: Wanted, servers: dict[str, Desk]
) -> tuple[Desk, Wishes]:
    """The server a record goes to, which is asked once what it has; and how."""
    default, beside = _default(opened, file)
    given = wanted.to or default.to
    if not given:
        raise UsageProblem(
            "--to is missing: say which calendar",
            "such as --to https://host/calendars/clinic/; or `publish` in the clinic file",
        )
    address = checked_address(given)
    if address not in servers:
        of_default = address == (checked_address(default.to) if default.to else "")
        named = str(beside / default.login) if default.login and of_default else ""
        found = login.find(urlsplit(address).hostname or "", wanted.login or named)
        server = CalendarServer(address, found)
        servers[address] = Desk(address, server, server.entries())
    audience = choose("--for", wanted.audience or default.audience or "patient", AUDIENCES)
    wishes = Wishes(
        audience, wanted.check or wanted.dry_run, wanted.accept, wanted.overwrite, wanted.remove
    )
    return servers[address], wishes


def _default(opened: Opened, file: ClinicFile | None) -> tuple[Publishing, Path]:
    """Where to publish unless told otherwise, and the folder its login is in: beside the clinic
    file, or beside the record where that is not to be found from here.
    """
    clinic = file or opened.record.clinic
    if clinic is None or clinic.publish is None:
        return Publishing(""), Path()
    beside = Path(clinic.file).parent
    if file is None and not (beside / clinic.publish.login).exists():
        beside = opened.path.parent
    return clinic.publish, beside


def _publish(opened: Opened, desk: Desk, wishes: Wishes) -> Published:
    work, edits = desk.compare(opened, wishes)
    whole = entries_of(opened, wishes._replace(remove=False)) if wishes.remove else work.mine
    judged = [judge(opened, edit, whole) for edit in edits]
    outcome = Outcome(dict.fromkeys(COUNTED, 0), {}, [], [])
    if wishes.only_look:
        word = "accepted" if wishes.accept else "overwritten" if wishes.overwrite else ""
        judged = [
            one._replace(done=f"would be {word}")
            if word and (one.acceptable or not wishes.accept)
            else one
            for one in judged
        ]
        counts = Counter(step.what for step in work.steps)
        return Published(opened.record.name, counts, judged, {})
    if judged and wishes.accept:
        opened, judged = take_in(opened, judged)
        work, edits = desk.decide(opened, wishes, work, judged)
        again = {edit.uid for edit in edits}
        judged = [one for one in judged if one.edit.uid not in again]
        judged += [judge(work.opened, edit, work.mine) for edit in edits]
    elif judged and wishes.overwrite:
        judged = [one._replace(done="overwritten", let_stand=False) for one in judged]
        work, _ = desk.decide(opened, wishes, work, judged)
    desk.carry_out(work, outcome)
    late = [judge(work.opened, edit, work.mine) for edit in outcome.edits]
    return Published(
        opened.record.name,
        Counter(outcome.counts),
        [*judged, *late],
        outcome.refused,
        outcome.troubles,
    )


def _complain(done: Sequence[Published], unread: Unread, wanted: Wanted) -> None:
    """What is left to do for a person, as the exit code."""
    refused = [why for one in done for why in one.refused.values()]
    if refused:
        raise NetworkTrouble(f"the server refused {len(refused)}: {refused[0]}", told=True)
    left = sum(not judged.done for one in done for judged in one.judged)
    if left:
        what = "1 entry was" if left == 1 else f"{left} entries were"
        hint = "--accept takes them into the record, --overwrite puts ours back"
        if not any(judged.acceptable for one in done for judged in one.judged if not judged.done):
            hint = "these cannot be taken into the record: --overwrite puts ours back"
        elif wanted.remove:
            hint = "--remove --overwrite takes them out too"
        raise OutOfStep(f"{what} changed by somebody else, and left alone", hint, told=True)
    if unread:
        many = f"{len(unread)} records were" if len(unread) > 1 else "1 record was"
        raise FileTrouble(f"{many} not published", "the others are", told=True)
    to_do = sum(one.counts[what] for one in done for what in (CREATE, REPLACE, REMOVE))
    if wanted.check and to_do:
        raise OutOfStep(
            "the calendar is not what the records say", "bring it in step: publish", told=True
        )


def _tell(
    done: Sequence[Published],
    addresses: Sequence[str],
    unread: Unread,
    wanted: Wanted,
    *,
    discreet: bool,
) -> None:
    if not done:
        return
    if wanted.format == "json":
        from ketasched.reports import course_report

        report = {
            "schema": course_report.SCHEMA,
            "to": list(addresses),
            **_counts(done),
            "courses": [
                {
                    "name": one.name,
                    **_counts([one]),
                    "edits": [_edit_report(judged) for judged in one.judged],
                    "refusals": [{"uid": uid, "why": why} for uid, why in one.refused.items()],
                }
                for one in done
            ],
            "unread": [{"file": file, "why": why} for file, why in unread],
        }
        output.print_data(course_report.to_json(report).encode(errors="replace"))
        return
    from ketasched.cli.terminal.publish import publish_page

    only_look = wanted.check or wanted.dry_run
    output.print_text(publish_page(done, addresses, _counts(done), only_look=only_look))
    if wanted.dry_run:
        output.tell("nothing was sent: --dry-run")
    elif len(done) > 1 and discreet:
        output.tell("titles are discreet, and name nobody: --for staff does")


def _counts(done: Sequence[Published]) -> dict[str, int]:
    counts = {what: sum(one.counts[what] for one in done) for what in COUNTED}
    withheld = sum(not judged.done for one in done for judged in one.judged)
    return counts | {"refused": withheld + sum(len(one.refused) for one in done)}


def _edit_report(judged: Judged) -> dict[str, object]:
    return {
        "uid": judged.edit.uid,
        "number": judged.number or None,
        "title": judged.title,
        "what": judged.what,
        "ours": judged.ours or None,
        "theirs": judged.theirs or None,
        "legal": judged.legal,
        "verdict": judged.verdict,
        "done": judged.done or None,
    }
