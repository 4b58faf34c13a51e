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
from ketasched.calendar.entry_text import AUDIENCES
from ketasched.cli import output
from ketasched.errors import FileTrouble, KetaschedError, NetworkTrouble, UsageProblem
from ketasched.files.clinic.clinic import ClinicFile, Publishing
from ketasched.publishing import login
from ketasched.publishing.desk import Desk, PublishChoices
from ketasched.publishing.edits import JudgedEdit, Settlement, judge, take_in
from ketasched.publishing.server import CalendarServer
from ketasched.publishing.sync import ACTION_KINDS, ActionKind, SyncResult
from ketasched.publishing.wire import checked_address
from ketasched.records.open import Opened, Unread, open_folder, open_record, unread_text


class PublishRequest(NamedTuple):
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


class PublishedCourse(NamedTuple):
    """What publishing a course came to, or would come to."""

    name: str
    counts: Counter[ActionKind]
    edits: Sequence[JudgedEdit]
    refusals: dict[str, str]
    troubles: Sequence[KetaschedError] = ()


class OutOfStep(KetaschedError):
    """The calendar is not what the records say."""

    code = "out-of-step"
    exit_code = 1


def run(name: str, request: PublishRequest) -> None:
    """Bring a calendar on a server in step with a record, or with all records of a folder.

    Raises:
        KetaschedError: an option cannot be read, or a record; NetworkTrouble: the server cannot
            be reached or refuses; OutOfStep: somebody else's edits were left alone.
    """
    _refuse_together(request)
    file = clinic_file(request.clinic)
    records, unread = _records(name)
    desks: dict[str, Desk] = {}
    courses: list[PublishedCourse] = []
    trouble: NetworkTrouble | None = None
    discreet = False
    for opened in records:
        try:
            desk, choices = _desk(opened, file, request, desks)
            discreet = discreet or choices.audience == "patient"
            courses.append(_publish(opened, desk, choices))
            if any(isinstance(error, NetworkTrouble) for error in courses[-1].troubles):
                break
        except NetworkTrouble as error:
            trouble = error
            break
        except FileTrouble as error:
            if len(records) == 1 and not unread:
                raise
            unread.append((str(opened.path), error.message))
    _tell(courses, list(desks), unread, request, discreet=discreet)
    if unread:
        output.tell(output.printable(f"not published: {unread_text(unread)}"))
    troubles: list[KetaschedError] = [error for course in courses for error in course.troubles]
    troubles += [trouble] if trouble else []
    if troubles:
        worst = max(troubles, key=lambda error: error.exit_code)
        worst.told = bool(courses)
        raise worst
    _complain(courses, unread, request)


def _refuse_together(request: PublishRequest) -> None:
    choose("--format", request.format or "table", ("table", "json"))
    choose("--for", request.audience or "patient", AUDIENCES)
    if request.accept and request.overwrite:
        raise UsageProblem(
            "--accept takes what somebody changed, and --overwrite puts ours back",
            "choose one of them",
        )
    if request.check and (request.accept or request.overwrite or request.remove or request.dry_run):
        raise UsageProblem("--check only looks", "leave the other options out")
    if request.remove and request.accept:
        raise UsageProblem("--remove takes everything out", "leave --accept out")


def _records(name: str) -> tuple[list[Opened], Unread]:
    now = clock.now()
    if not Path(name).is_dir():
        return [open_record(name, now)], []
    records, unread = open_folder(Path(name), now)
    if not records and not unread:
        raise UsageProblem(f"there is no record in {name}", "plan … --save writes one")
    return records, unread


def _desk(
    opened: Opened, file: ClinicFile | None, request: PublishRequest, desks: dict[str, Desk]
) -> tuple[Desk, PublishChoices]:
    """The server a record goes to, which is asked once what it has; and how."""
    default, beside = _default(opened, file)
    to = request.to or default.to
    if not to:
        raise UsageProblem(
            "--to is missing: say which calendar",
            "such as --to https://host/calendars/clinic/; or `publish` in the clinic file",
        )
    address = checked_address(to)
    if address not in desks:
        of_default = address == (checked_address(default.to) if default.to else "")
        named = str(beside / default.login) if default.login and of_default else ""
        account = login.find(urlsplit(address).hostname or "", request.login or named)
        server = CalendarServer(address, account)
        desks[address] = Desk(address, server, server.entries())
    choices = PublishChoices(
        choose("--for", request.audience or default.audience or "patient", AUDIENCES),
        only_look=request.check or request.dry_run,
        accept=request.accept,
        overwrite=request.overwrite,
        remove=request.remove,
    )
    return desks[address], choices


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


def _publish(opened: Opened, desk: Desk, choices: PublishChoices) -> PublishedCourse:
    work, edits = desk.compare(opened, choices)
    judged = [judge(opened, edit, work.entries) for edit in edits]
    if choices.only_look:
        counts = Counter(action.kind for action in work.actions)
        looked = [_foreseen(edit, choices) for edit in judged]
        return PublishedCourse(opened.record.name, counts, looked, {})
    if judged and choices.accept:
        opened, judged = take_in(opened, judged)
        work, edits = desk.decide(opened, choices, work, judged)
        again = {edit.uid for edit in edits}
        judged = [edit for edit in judged if edit.edit.uid not in again]
        judged += [judge(work.opened, edit, work.ours) for edit in edits]
    elif judged and choices.overwrite:
        judged = [edit._replace(done="overwritten", let_stand=False) for edit in judged]
        work, _ = desk.decide(opened, choices, work, judged)
    result = SyncResult(dict.fromkeys(ACTION_KINDS, 0), {}, [], [])
    desk.carry_out(work, result)
    late = [judge(work.opened, edit, work.ours) for edit in result.edits]
    counts = Counter(result.counts)
    edits_left = [*judged, *late]
    return PublishedCourse(opened.record.name, counts, edits_left, result.refusals, result.troubles)


def _foreseen(edit: JudgedEdit, choices: PublishChoices) -> JudgedEdit:
    """What would be decided about an edit."""
    done: Settlement = ""
    if choices.overwrite:
        done = "would be overwritten"
    elif choices.accept and edit.acceptable:
        done = "would be accepted"
    return edit._replace(done=done)


def _complain(courses: Sequence[PublishedCourse], unread: Unread, request: PublishRequest) -> None:
    """What is left to do for a person, as the exit code."""
    refusals = [why for course in courses for why in course.refusals.values()]
    if refusals:
        raise NetworkTrouble(f"the server refused {len(refusals)}: {refusals[0]}", told=True)
    left = [edit for course in courses for edit in course.edits if not edit.done]
    if left:
        what = "1 entry was" if len(left) == 1 else f"{len(left)} entries were"
        hint = "--accept takes them into the record, --overwrite puts ours back"
        if not any(edit.acceptable for edit in left):
            hint = "these cannot be taken into the record: --overwrite puts ours back"
        elif request.remove:
            hint = "--remove --overwrite takes them out too"
        raise OutOfStep(f"{what} changed by somebody else, and left alone", hint, told=True)
    if unread:
        many = f"{len(unread)} records were" if len(unread) > 1 else "1 record was"
        raise FileTrouble(f"{many} not published", "the others are", told=True)
    to_do = sum(course.counts.total() - course.counts["unchanged"] for course in courses)
    if request.check and to_do:
        raise OutOfStep(
            "the calendar is not what the records say", "bring it in step: publish", told=True
        )


def _tell(
    courses: Sequence[PublishedCourse],
    addresses: Sequence[str],
    unread: Unread,
    request: PublishRequest,
    *,
    discreet: bool,
) -> None:
    if not courses:
        return
    if request.format == "json":
        from ketasched.reports import course_report

        report = {
            "schema": course_report.SCHEMA,
            "to": list(addresses),
            **_counts(courses),
            "courses": [
                {
                    "name": course.name,
                    **_counts([course]),
                    "edits": [_edit_report(edit) for edit in course.edits],
                    "refusals": [{"uid": uid, "why": why} for uid, why in course.refusals.items()],
                }
                for course in courses
            ],
            "unread": [{"file": file, "why": why} for file, why in unread],
        }
        output.print_data(course_report.to_json(report).encode(errors="replace"))
        return
    from ketasched.cli.terminal.publish import publish_page

    only_look = request.check or request.dry_run
    output.print_text(publish_page(courses, addresses, _counts(courses), only_look=only_look))
    if request.dry_run:
        output.tell("nothing was sent: --dry-run")
    elif len(courses) > 1 and discreet:
        output.tell("titles are discreet, and name nobody: --for staff does")


def _counts(courses: Sequence[PublishedCourse]) -> dict[str, int]:
    counts: dict[str, int] = {
        kind: sum(course.counts[kind] for course in courses) for kind in ACTION_KINDS
    }
    withheld = sum(not edit.done for course in courses for edit in course.edits)
    return counts | {"refused": withheld + sum(len(course.refusals) for course in courses)}


def _edit_report(edit: JudgedEdit) -> dict[str, object]:
    return {
        "uid": edit.edit.uid,
        "number": edit.number or None,
        "title": edit.title,
        "what": edit.kind,
        "ours": edit.ours or None,
        "theirs": edit.theirs or None,
        "legal": edit.legal,
        "verdict": edit.verdict,
        "done": edit.done or None,
    }
