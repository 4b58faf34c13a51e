"""``ketasched publish``: a calendar on a server that shows what the records say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ketasched import clock
from ketasched.asking.surroundings import clinic_file
from ketasched.asking.values import choose
from ketasched.calendar.entry_text import AUDIENCES, Audience
from ketasched.cli.calendar_servers import server_at, usual_publishing
from ketasched.cli.options import RECORD_OR_FOLDER, Format, Option, takes
from ketasched.cli.result import Result
from ketasched.errors import FileTrouble, KetaschedError, NetworkTrouble, UsageProblem
from ketasched.files.clinic.clinic import ClinicFile
from ketasched.publishing import login
from ketasched.publishing.desk import Desk, PublishChoices
from ketasched.publishing.publish import PublishedCourse, publish
from ketasched.publishing.sync import ACTION_KINDS
from ketasched.publishing.turn import turn_to_publish
from ketasched.publishing.wire import checked_address
from ketasched.records.folder import Unread, folder_of, open_named, unread_text
from ketasched.records.open import Opened
from ketasched.reports.sharing_report import publishing_report

HELP = """Keep a calendar on a CalDAV server in step with a course, or with all of a folder:
only what differs is sent. What somebody else changed there is never written over:
it is shown with a verdict, and --accept or --overwrite decides.

\b
Examples:
  ketasched publish alex --to https://host/calendars/clinic/ --dry-run
  ketasched publish records --to https://host/calendars/clinic/ --for staff
  ketasched publish alex --to https://host/calendars/clinic/ --accept
"""


class PublishRequest(NamedTuple):
    """What to publish, where, for whom, and how."""

    name: str
    to: str = ""
    audience: Audience | None = None
    dry_run: bool = False
    check: bool = False
    accept: bool = False
    overwrite: bool = False
    remove: bool = False
    login: str = ""
    clinic: str = ""
    format: Format = "table"


class OutOfStep(KetaschedError):
    """The calendar is not what the records say."""

    code = "out-of-step"
    exit_code = 1


@takes(
    PublishRequest,
    name=RECORD_OR_FOLDER,
    to=Option("The calendar; else the clinic file's.", "ADDRESS"),
    dry_run=Option("Show what would be sent."),
    check=Option("Only look whether the calendar is in step."),
    accept=Option("Take what somebody changed there into the record."),
    overwrite=Option("Put ours back where somebody changed it."),
    remove=Option("Take all of it out again."),
)
def run(request: PublishRequest) -> Result:
    """What came of bringing a calendar in step with a record, or with all records of a folder.

    Raises:
        KetaschedError: an option cannot be read, or a record.
    """
    _refuse_together(request)
    clinic = clinic_file(request.clinic)
    folder = folder_of(request.name)
    if request.check or request.dry_run or not folder.is_dir():
        return _run(request, clinic)
    with turn_to_publish(folder) as waited:
        result = _run(request, clinic)
    if waited and not result.trouble:
        return result._replace(notes=[*result.notes, "another run published meanwhile"])
    return result


def _run(request: PublishRequest, clinic: ClinicFile | None) -> Result:
    records, unread = open_named(request.name, clock.now())
    desks: dict[str, Desk] = {}
    courses: list[PublishedCourse] = []
    troubles: list[KetaschedError] = []
    discreet = False
    for opened in records:
        try:
            desk, choices = _desk(opened, clinic, request, desks)
            discreet = discreet or choices.audience == "patient"
            courses.append(publish(opened, desk, choices))
        except (NetworkTrouble, login.LoginTrouble) as error:
            troubles.append(error)
            break
        except FileTrouble as error:
            if len(records) == 1 and not unread:
                raise
            unread.append(Unread(str(opened.path), error.message))
            continue
        troubles += courses[-1].troubles
        if any(isinstance(error, NetworkTrouble) for error in courses[-1].troubles):
            break
    result = _result(request, courses, list(desks), unread)
    if len(courses) > 1 and discreet and request.format == "table" and not request.dry_run:
        note = "titles are discreet, and name nobody: --for staff does"
        result = result._replace(notes=[note, *result.notes])
    if troubles:
        worst = max(troubles, key=lambda error: error.exit_code)
        worst.shown = bool(courses)
        return result._replace(trouble=worst)
    return result._replace(trouble=_left_to_do(courses, unread, request))


def _result(
    request: PublishRequest,
    courses: Sequence[PublishedCourse],
    addresses: Sequence[str],
    unread: Sequence[Unread],
) -> Result:
    notes = [f"not published: {unread_text(unread)}"] if unread else []
    if not courses:
        return Result(notes=notes)
    if request.dry_run and request.format == "table":
        notes = ["nothing was sent: --dry-run", *notes]
    only_look = request.check or request.dry_run

    def page() -> str:
        from ketasched.cli.terminal.publish import publish_page

        return publish_page(courses, addresses, _counts(courses), only_look=only_look)

    return Result(
        page,
        lambda: publishing_report(
            addresses,
            _counts(courses),
            ((course.name, _counts([course]), course.edits, course.refusals) for course in courses),
            unread,
        ),
        notes=notes,
    )


def _counts(courses: Sequence[PublishedCourse]) -> dict[str, int]:
    counts: dict[str, int] = {
        kind: sum(course.counts[kind] for course in courses) for kind in ACTION_KINDS
    }
    withheld = sum(not edit.done for course in courses for edit in course.edits)
    return counts | {"refused": withheld + sum(len(course.refusals) for course in courses)}


def _refuse_together(request: PublishRequest) -> None:
    if request.accept and request.overwrite:
        raise UsageProblem(
            "--accept takes what somebody changed, and --overwrite puts ours back",
            "choose one of them",
        )
    decides = request.accept or request.overwrite or request.remove
    if request.check and (decides or request.dry_run):
        raise UsageProblem("--check only looks", "leave the other options out")
    if request.remove and request.accept:
        raise UsageProblem("--remove takes everything out", "leave --accept out")


def _desk(
    opened: Opened, clinic: ClinicFile | None, request: PublishRequest, desks: dict[str, Desk]
) -> tuple[Desk, PublishChoices]:
    """The server a record goes to, which is asked once what it has; and how."""
    default, beside = usual_publishing(opened.path, opened.record, clinic)
    to = request.to or default.to
    if not to:
        raise UsageProblem(
            "--to is missing: say which calendar",
            "such as --to https://host/calendars/clinic/; or `publish` in the clinic file",
        )
    address = checked_address(to)
    if address not in desks:
        server = server_at(address, default, beside, request.login)
        desks[address] = Desk(address, server, server.entries())
    choices = PublishChoices(
        request.audience or choose("--for", default.audience or "patient", AUDIENCES),
        only_look=request.check or request.dry_run,
        accept=request.accept,
        overwrite=request.overwrite,
        remove=request.remove,
    )
    return desks[address], choices


def _left_to_do(
    courses: Sequence[PublishedCourse], unread: Sequence[Unread], request: PublishRequest
) -> KetaschedError | None:
    """What is left to do for a person, which is what it fails with."""
    refusals = [why for course in courses for why in course.refusals.values()]
    if refusals:
        return NetworkTrouble(f"the server refused {len(refusals)}: {refusals[0]}", shown=True)
    left = [edit for course in courses for edit in course.edits if not edit.done]
    if left:
        what = "1 entry was" if len(left) == 1 else f"{len(left)} entries were"
        hint = "--accept takes them into the record, --overwrite puts ours back"
        if not any(edit.acceptable for edit in left):
            hint = "these cannot be taken into the record: --overwrite puts ours back"
        elif request.remove:
            hint = "--remove --overwrite takes them out too"
        return OutOfStep(f"{what} changed by somebody else, and left alone", hint, shown=True)
    if unread:
        many = f"{len(unread)} records were" if len(unread) > 1 else "1 record was"
        return FileTrouble(f"{many} not published", "the others are", shown=True)
    to_do = sum(course.counts.total() - course.counts["unchanged"] for course in courses)
    if request.check and to_do:
        return OutOfStep(
            "the calendar is not what the records say", "bring it in step: publish", shown=True
        )
    return None
