"""``ketasched plan``: the main job."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from ketasched.asking.request import Request
from ketasched.cli.options import Option, takes
from ketasched.cli.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from ketasched.asking.intake import Task
    from ketasched.calendar.entry_text import View
    from ketasched.domain.course import Course
    from ketasched.reports.table import Table

HELP = """Lay a protocol out from a start date, and explain every date that moved.

\b
Examples:
  ketasched plan iv --start 2027-01-04 --at 09:30 --tz America/Chicago
  ketasched plan iv --start 2027-01-04 --closed 2027-01-18 --ics alex.ics
  ketasched plan iv --start 2027-01-04 --name A.B. --for staff --ics all.ics
  ketasched plan im --start "next tuesday" --sessions 4 --format month
  ketasched plan iv --start 2027-01-04 --at mon=09:00,thu=13:30
  ketasched plan iv --start 2027-01-04 --until 2027-06-30 --holidays US
  ketasched plan iv --start 2027-01-04 --clinic clinic.yaml --busy alex.ics
  ketasched plan iv --start 2027-02-01 --away 2027-02-08..2027-02-12 --flex 2h
  ketasched plan iv --start 2027-01-04 --save alex --html alex.html
  ketasched plan iv --start 2027-01-04 --lang es --format html -o alex.html

Nothing is written unless --ics, --html, --save or -o names it. A page is for the patient.
"""


@takes(
    Request,
    start=Option(
        "The day the course counts from: 2027-01-05, 5 jan 2027, next tuesday, tomorrow.",
        "DATE",
        "-s",
    ),
    without=Option(
        "Leave a kind of linked visit or a duty out: integration; may be repeated.", "KIND"
    ),
    reason=Option("Why the clinician agreed to --pause; kept with it.", "TEXT"),
    name=Option("Whose course it is; tells two courses apart in one calendar.", "TEXT"),
    audience=Option("Whom the calendar is for: patient (the default) names no treatment."),
    title=Option("Your own words for the calendar entries.", "TEXT"),
    location=Option("The place, for the calendar entries.", "TEXT"),
    remind=Option("Reminders before each session, the most important first; or none.", "1d,2h"),
    save=Option("Keep the course as NAME.course.json, to be changed as life goes on.", "NAME"),
    authorised_until=Option(
        "With --save: the last day an insurer's approval covers; status warns before.", "DATE"
    ),
    authorised_visits=Option(
        "With --save: the sessions an approval covers; status warns before.", "N"
    ),
    ics=Option("Write a calendar file; - writes it to standard output.", "FILE"),
    html=Option("Write the patient's page to hand out; with --save it follows the course.", "FILE"),
    force=Option("Replace files that exist."),
    format=Option("How to print the course; a table if not given.", short="-f"),
)
def run(request: Request) -> Result:
    """A course that is planned, and its calendar and record if they are asked for.

    Raises:
        KetaschedError: whatever kept it from being planned; nothing is written then.
    """
    from ketasched import clock
    from ketasched.asking import intake
    from ketasched.calendar.uid import drawn

    now = clock.now()
    if request.save:
        from ketasched.cli.closed_days_beside import mind_closed_days

        request = mind_closed_days(request)
    others = None
    if request.save or request.beside:
        from ketasched.cli.beside import others_of

        others = others_of(request.beside, request.save, now)
    task = intake.understand(request, now, None, others)
    if request.save:
        task = task._replace(uid_source=drawn())
    course = _planned(request, task)
    to_output = request.ics == "-"
    notes = list(_notes(request, course, task))
    return Result(
        lambda: _page(request, course, task, now),
        lambda: _report(course, task),
        lambda: _rows(course, task),
        data=_calendar(course, task, now) if to_output else None,
        writing=_written(request, course, task, now, notes),
        html=lambda: _handout_page(request, course, task, now),
        notes=notes,
        written=_noted(request, notes),
        hint="" if request.ics else "To get a calendar file, add: --ics FILE.ics",
    )


@contextlib.contextmanager
def _written(
    request: Request, course: Course, task: Task, now: datetime, notes: list[str]
) -> Iterator[None]:
    """Keep the record, or calendar and page alone if there is to be none: these once the body is
    done. The notes get what is to be said of the record.
    """
    from ketasched.records import atomic

    with contextlib.ExitStack() as files:
        if request.save:
            notes += _save(request, course, task, now)
        elif request.ics not in ("", "-"):
            calendar = _calendar(course, task, now)
            files.enter_context(
                atomic.new_file(request.ics, calendar, replace=request.force, private=task.staff)
            )
        if request.html and not request.save:
            page = _handout_page(request, course, task, now).encode()
            files.enter_context(atomic.new_file(request.html, page, replace=request.force))
        yield


def _save(request: Request, course: Course, task: Task, now: datetime) -> list[str]:
    from ketasched.cli.closed_days_beside import without_days_beside
    from ketasched.errors import FileTrouble, UsageProblem
    from ketasched.records import atomic
    from ketasched.records.open import new_record, path_of
    from ketasched.records.places import as_it_is_there, beside, why_no_name
    from ketasched.records.record import FollowingFile
    from ketasched.records.seating import seatless_notes
    from ketasched.records.write import refuse_twin, write

    path = path_of(request.save)
    with atomic.file_trouble(str(path)):
        there = as_it_is_there(path)
        known = there.exists()
    if known:
        raise FileTrouble(f"{there} exists already", "choose another name", str(path))
    why = why_no_name(path.name)
    if why:
        raise UsageProblem(f"--save {request.save!r}: {why}", "choose another name")
    following = []
    for file, page in ((request.ics, False), (request.html, True)):
        if file not in ("", "-"):
            atomic.check_place(file, replace=request.force)
            staff = task.staff and not page
            following.append(FollowingFile(beside(file, str(path.parent)), staff, page=page))
    record = new_record(request, task, course, now, tuple(following))
    record = without_days_beside(record, path.parent)
    if request.html:
        from ketasched.cli.handout import with_paper

        record = with_paper(task, record, now)
    refuse_twin(path, record)
    return seatless_notes(None, write(None, record, path, task))


def _handout_page(request: Request, course: Course, task: Task, now: datetime) -> str:
    from ketasched.cli.handout import handout
    from ketasched.cli.pages.handout import handout_page

    return handout_page(handout(task, course, now, _person(request, task)))


def _person(request: Request, task: Task) -> str:
    """Whose appointments they are, where that was said."""
    return task.course_name if request.save else task.name


def _noted(request: Request, notes: list[str]) -> Callable[[str, str], None]:
    """What is done once the result is in a file: the record keeps that a page was handed out."""

    def written(form: str, path: str) -> None:
        if request.save and form == "html":
            from ketasched import clock
            from ketasched.cli.handout import note_paper
            from ketasched.errors import ChangedMeanwhile
            from ketasched.records.open import open_record

            opened = open_record(request.save, clock.now())
            try:
                notes.extend(note_paper(opened, path))
            except ChangedMeanwhile as trouble:
                notes.append(f"the record does not know of this page: {trouble.message}")

    return written


def _planned(request: Request, task: Task) -> Course:
    from ketasched.domain.course import Course
    from ketasched.planning.plan import plan

    outcome = plan(task.order)
    if isinstance(outcome, Course):
        return outcome
    from ketasched.cli import output
    from ketasched.cli.advice import NoLegalPlacement, advice_for

    for note in task.order.commitments.busy.notes if task.order.commitments.busy else ():
        output.tell(f"note: {note}")
    raise NoLegalPlacement(outcome, *advice_for(request, task.order, outcome))


def _calendar(course: Course, task: Task, now: datetime) -> bytes:
    from ketasched.calendar import ics_file

    return bytes(ics_file.write(course, task.zone, _view(task), now))


def _view(task: Task) -> View:
    from ketasched.calendar.entry_text import View
    from ketasched.languages.language import ENGLISH

    file = task.surroundings.file
    return View(
        task.course_name,
        "staff" if task.staff else "patient",
        task.title,
        task.location,
        task.reminders,
        file.phone if file else "",
        task.uid_source,
        ENGLISH if task.staff else task.language,
    )


def _report(course: Course, task: Task) -> dict[str, Any]:
    from ketasched.asking.unasked_holidays import unasked_holidays
    from ketasched.calendar.uid import uid
    from ketasched.cli.beside import neighbours_of
    from ketasched.reports.course_report import Setting, course_report

    file = task.surroundings.file
    setting = Setting(
        task.zone.name,
        task.surroundings.zone_source,
        file.name if file else "",
        file.file if file else "",
        str(task.surroundings.holidays or ""),
        unasked_holidays(task.surroundings, (entry.start.date() for entry in course.entries())),
        neighbours_of(task.others),
    )
    view = _view(task)
    return course_report(course, setting, lambda entry: uid(view, course, entry))


def _rows(course: Course, task: Task) -> Table:
    from ketasched.reports.course_report import course_table

    return course_table(_report(course, task), task.course_name)


def _page(request: Request, course: Course, task: Task, now: datetime) -> str:
    if task.format == "month":
        from ketasched.cli.handout import handout
        from ketasched.cli.terminal.month import months_page

        return months_page(handout(task, course, now, _person(request, task)))
    from ketasched.cli.terminal.course import course_page

    return course_page(course, task)


def _notes(request: Request, course: Course, task: Task) -> Iterator[str]:
    """What does not belong into the output itself."""
    from ketasched.cli.plan_notes import notes
    from ketasched.domain.wording import count_text

    yield from (f"note: {note}" for note in notes(course, task))
    if request.ics not in ("", "-"):
        count = count_text(len(course.sessions), "session")
        if course.visits:
            count += f" and {count_text(len(course.visits), 'linked visit')}"
        yield f"wrote {request.ics}: {count}; import it into a calendar of its own"
    if request.html:
        follows = ", and it follows the course" if request.save else ""
        yield f"wrote {request.html}: the page to hand out{follows}"
    if request.save and request.ics != "-":
        from ketasched.records.open import name_of, path_of

        path = path_of(request.save)
        yield f"saved {path}: see it with: ketasched status {name_of(path)}"
