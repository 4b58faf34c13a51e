"""``ketasched admit``: a waiting list is planned together, beside what stands."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ketasched.cli.admission import Sharing, admission_of, in_the_past, written
from ketasched.cli.options import Argument, Format, Option, takes
from ketasched.cli.result import Result
from ketasched.errors import KetaschedError, UsageProblem

if TYPE_CHECKING:
    from datetime import datetime

    from ketasched.asking.waiting_list import Waiting
    from ketasched.cli.terminal.admission import Admission
    from ketasched.files.waiting_list.waiting_list import WaitingList
    from ketasched.house.waiting import Answer

HELP = """Plan a waiting list together, beside the courses of a folder, so that no chair,
room or nurse is booked twice. What stands does not move.

\b
Examples:
  ketasched admit list.csv --into patients --dry-run
  ketasched admit list.csv --into patients
  ketasched admit list.csv --into patients --seconds 300 --seed 7

The list is a table with the columns name, protocol, earliest, latest (the first and last day
of the start), and if you like days, at, flex, can, away, busy, priority (1 goes first) and
sessions, which say what the options of plan do; several are parted by semicolons.
"""


class AdmitRequest(NamedTuple):
    """Which list goes into which folder, and how long to search."""

    list_file: str
    into: str
    dry_run: bool = False
    seconds: str = ""
    seed: str = ""
    keep: bool = False
    clinic: str = ""
    tz: str = ""
    holidays: str = ""
    protocols: str = ""
    format: Format = "table"


class NotAllAdmitted(KetaschedError):
    """Some of a list have no place."""

    code = "no-placement"
    exit_code = 3


@takes(
    AdmitRequest,
    list_file=Argument("LIST.csv"),
    into=Option("The folder of the records: they are planned beside those in it.", "FOLDER"),
    keep=Option("If you stop it with Ctrl-C, keep the best plan so far."),
)
def run(request: AdmitRequest) -> Result:
    """The courses of all who have a place, and their records.

    Raises:
        KetaschedError: the list or the folder cannot be read.
    """
    from ketasched import clock
    from ketasched.cli.beside import not_counted
    from ketasched.cli.search_limits import search_limits, search_notes
    from ketasched.files.waiting_list import waiting_list
    from ketasched.house.solver import is_installed

    now = clock.now()
    effort_of = search_limits(request.seconds, request.seed)
    waiting = _waiting(waiting_list.load(request.list_file), request, now)
    sharing = _sharing(waiting, request, now)
    answer = _answer(waiting, sharing, *effort_of)
    admission = admission_of(waiting, answer, sharing)
    kept = not request.dry_run and not (answer.stopped and not request.keep)
    notes = [f"note: {note}" for note in not_counted(sharing.others)]
    notes += [f"note: {note}" for note in in_the_past(admission, now)]
    notes += search_notes(
        request.seconds, request.seed, joint=is_installed(), was_cut=answer.was_cut
    )
    notes += _written_note(request, admission, kept=kept)
    return Result(
        lambda: _page(admission),
        lambda: _report(admission),
        writing=written(waiting, answer, now) if kept else contextlib.nullcontext(),
        notes=notes,
        trouble=_trouble(admission, kept=kept),
    )


def _waiting(listed: WaitingList, request: AdmitRequest, now: datetime) -> list[Waiting]:
    """All lines of the list, none of which has a record yet."""
    from ketasched.asking.request import Request
    from ketasched.asking.waiting_list import waiting_of
    from ketasched.cli.into_folder import into_folder
    from ketasched.records.places import as_it_is_there, why_no_name

    options = Request(
        protocol="",
        start="",
        clinic=request.clinic,
        tz=request.tz,
        holidays=request.holidays,
        protocols=request.protocols,
    )
    waiting = waiting_of(listed, into_folder(request.into, options, now))
    for each in waiting:
        path = as_it_is_there(Path(each.request.save))
        if path.exists():
            listed.fault(each.line, "name", f"{path} exists already", "take the line out")
        elif why := why_no_name(path.name):
            listed.fault(each.line, "name", why, "write the name otherwise")
    listed.finish()
    return waiting


def _sharing(waiting: Sequence[Waiting], request: AdmitRequest, now: datetime) -> Sharing:
    from ketasched.domain.room import Room, load_of
    from ketasched.records.others import OtherRecords

    file = waiting[0].task.surroundings.file
    if file is None or file.house is None:
        where = file.file if file else "the clinic's file, clinic.yaml"
        raise UsageProblem(
            "nobody said what the house has, so there is nothing to share",
            f"write it into {where}, such as  resources: {{chair: 3}}",
        )
    others = OtherRecords([request.into], now)
    standing = list(others.held(file.house))
    zone = waiting[0].task.order.clinic.zone
    return Sharing(file.house, Room(file.house, zone, lambda: load_of(standing)), standing, others)


def _answer(waiting: Sequence[Waiting], sharing: Sharing, seconds: int, seed: int) -> Answer:
    from ketasched.house.one_by_one import advised, one_by_one
    from ketasched.house.solver import Effort, is_installed
    from ketasched.house.starts import Starts
    from ketasched.house.waiting import beside
    from ketasched.progress import searching

    wishes = [each.wish for each in waiting]
    if not is_installed():
        starts = Starts()
        answer = one_by_one(wishes, sharing.room, sharing.standing, starts)
        return advised(wishes, answer, beside(sharing.room, sharing.standing), starts)
    from ketasched.house.joint import together

    with searching("planning together") as say:
        effort = Effort(
            seconds, seed, lambda best, bound: say(f"best {best}, best possible {bound}"), say
        )
        return together(wishes, sharing.room, sharing.standing, effort)


def _written_note(request: AdmitRequest, admission: Admission, *, kept: bool) -> list[str]:
    from ketasched.domain.wording import count_text

    if request.dry_run:
        return ["nothing was written: --dry-run"]
    if not kept:
        return ["nothing was written: it was stopped; --keep keeps the best plan so far"]
    count = count_text(len(admission.admitted), "record")
    return [f"saved {count} in {request.into}"] if admission.admitted else []


def _trouble(admission: Admission, *, kept: bool) -> KetaschedError | None:
    from ketasched.domain.wording import list_text

    if admission.answer.stopped and not kept:
        from ketasched.cli.search_limits import Stopped

        return Stopped("stopped before the end; this is the best plan so far", shown=True)
    if not admission.refused:
        return None
    names = list_text([each.name for each in admission.refused])
    return NotAllAdmitted(f"no place for {names}", "the page says what works", shown=True)


def _page(admission: Admission) -> str:
    from ketasched.cli.terminal.admission import admission_page

    return admission_page(admission)


def _report(admission: Admission) -> dict[str, object]:
    from ketasched.reports.admission_report import admission_report

    return admission_report(admission.admitted, admission.refused, admission.answer)
