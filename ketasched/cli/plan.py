"""``ketasched plan``: the main job."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from ketasched.asking.refusals import failure_text
from ketasched.errors import KetaschedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ketasched.asking.intake import Task
    from ketasched.asking.request import Request
    from ketasched.domain.course import Course
    from ketasched.planning.refusals import Failure


class NoLegalPlacement(KetaschedError):
    """No placement satisfies the rules; ``failure`` says which session and why.

    ``advice``: changes that were run and work, each with the command that makes it.
    """

    code = "no-placement"
    exit_code = 3

    def __init__(self, failure: Failure, hint: str, advice: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(failure_text(failure), hint)
        self.failure = failure
        self.advice = tuple(advice)


def run(request: Request) -> None:
    """Plan a course, write its calendar if asked, and print it.

    Raises:
        KetaschedError: whatever kept it from doing so; nothing is written then.
    """
    from ketasched import clock
    from ketasched.asking import intake
    from ketasched.cli import output
    from ketasched.records import atomic

    now = clock.now()
    if request.save:
        request = _mind_closed_days(request)
    task = intake.understand(request, now)
    course = _plan(request, task)
    if request.ics == "-":
        if request.save:
            _save(request, course, task, now)
        output.print_data(_calendar(course, task, now))
        _remark(request, course, task)
        return
    text = _render(course, task)
    # JSON is UTF-8 wherever it goes.
    data = text.encode(errors="replace") if task.format in ("json", "csv") else None
    with contextlib.ExitStack() as open_files:
        if request.ics and not request.save:
            calendar = _calendar(course, task, now)
            open_files.enter_context(atomic.new_file(request.ics, calendar, replace=request.force))
        if request.save:
            _save(request, course, task, now)
        output.print_text(text) if data is None else output.print_data(data)
    _remark(request, course, task)
    if request.save:
        from ketasched.records.open import name_of, path_of

        path = path_of(request.save)
        output.tell(
            output.printable(f"saved {path}: see it with: ketasched status {name_of(path)}")
        )


def _mind_closed_days(request: Request) -> Request:
    """A record knows of the days that are closed for all records of its folder."""
    from dataclasses import replace

    from ketasched.records import closed_days
    from ketasched.records.open import path_of

    days = closed_days.load(path_of(request.save).parent)
    spans = [f"{closed.day.isoformat()}..{closed.day.isoformat()}" for closed in days]
    new = [span for span in spans if span not in request.closed]
    return replace(request, closed=(*request.closed, *new))


def _save(request: Request, course: Course, task: Task, now: datetime) -> None:
    from ketasched.errors import FileTrouble
    from ketasched.records import atomic
    from ketasched.records.open import new_record, path_of
    from ketasched.records.record import CalendarFile
    from ketasched.records.write import refuse_twin, write

    path = path_of(request.save)
    with atomic.file_trouble(str(path)):
        there = path.exists()
    if there:
        raise FileTrouble(f"{path} exists already", "choose another name", str(path))
    named = request.ics not in ("", "-")
    if named:
        atomic.check_place(request.ics, replace=request.force)
    beside = os.path.relpath(request.ics, path.parent) if named else ""
    following = (CalendarFile(beside, task.staff),) if named else ()
    record = new_record(request, task, course, now, following)
    refuse_twin(path, record)
    write(None, record, path, task)


def _plan(request: Request, task: Task) -> Course:
    from ketasched.domain.course import Course
    from ketasched.planning.plan import plan

    outcome = plan(task.order)
    if isinstance(outcome, Course):
        return outcome
    from ketasched.cli.advice import advice_for

    raise NoLegalPlacement(outcome, *advice_for(request, task.order, outcome))


def _calendar(course: Course, task: Task, now: datetime) -> bytes:
    from ketasched.calendar import ics_file
    from ketasched.calendar.entry_text import View

    file = task.found.file
    view = View(
        task.course_name,
        "staff" if task.staff else "patient",
        task.title,
        task.location,
        task.reminders,
        file.phone if file else "",
    )
    return bytes(ics_file.write(course, task.zone, view, now))


def _render(course: Course, task: Task) -> str:
    if task.format in ("json", "csv"):
        from ketasched.calendar.uid import uid
        from ketasched.reports import course_report

        file = task.found.file
        setting = course_report.Setting(
            task.zone.name,
            task.found.zone_source,
            file.name if file else "",
            file.file if file else "",
        )
        report = course_report.course_report(
            course, setting, lambda entry: uid(task.course_name, course, entry)
        )
        return (
            course_report.to_json(report) if task.format == "json" else course_report.to_csv(report)
        )
    if task.format == "month":
        from ketasched.cli.terminal.month import course_months

        return course_months(course, task)
    from ketasched.cli.terminal.course import course_page

    return course_page(course, task)


def _remark(request: Request, course: Course, task: Task) -> None:
    """What does not belong into the output itself, on standard error."""
    from ketasched.cli import output
    from ketasched.domain.wording import count_text

    for note in _notes(course, task):
        output.tell(f"note: {note}")
    if request.ics and request.ics != "-":
        count = count_text(len(course.sessions), "session")
        if course.visits:
            count += f" and {count_text(len(course.visits), 'linked visit')}"
        output.tell(
            f"wrote {output.printable(request.ics)}: {count}; import it into a calendar of its own"
        )
    elif not request.ics:
        output.tell_on_terminal("To get a calendar file, add: --ics FILE.ics")


def _notes(course: Course, task: Task) -> Iterator[str]:
    """What the user may not have meant, and what the output itself has no place for."""
    if course.start < task.today:
        yield "the start is in the past"
    elif course.sessions[0].start.date() < task.today:
        yield f"session {course.sessions[0].number} is in the past"
    yield from _widened(task)
    file = task.found.file
    if file and file.timezone not in ("", task.zone.name):
        yield (
            f"--tz: times are in {task.zone.name}, and so are the opening hours of {file.file}, "
            f"which names {file.timezone}"
        )
    yield from _outside(course, task)
    yield from _start_times(course, task)
    yield from _indiscretions(course, task)
    yield from _unsaid(course, task)


def _widened(task: Task) -> Iterator[str]:
    """Windows that are not the protocol's own."""
    own = {phase.name: phase.window for phase in task.order.protocol.phases}
    for stretch in task.order.layout.stretches:
        phase = stretch.phase
        alternatives = (one.window for one in phase.alternatives)
        if phase.window not in (own[phase.name], *alternatives):
            yield (
                f"--window: in {phase.name} a session may be {phase.window}, where the protocol "
                f"says {own[phase.name]}; the clinician must agree to it"
            )


def _outside(course: Course, task: Task) -> Iterator[str]:
    from ketasched.domain.wording import list_text

    first = min(course.start, *(entry.start.date() for entry in course.entries()))
    first = min(first, *(session.window_start for session in course.sessions))
    last = max(max(session.start.date(), session.target) for session in course.sessions)
    last = max(last, *(visit.start.date() for visit in course.visits), last)
    last = max(last, *(visit.ideal.date() for visit in course.visits), last)
    outside = [
        str(closure)
        for closure in task.found.closed
        if closure.last < first or closure.first > last
    ]
    if len(outside) > 4:
        outside[3:] = [f"{len(outside) - 3} more"]
    if outside:
        yield f"outside the course: {list_text(outside)}"


def _start_times(course: Course, task: Task) -> Iterator[str]:
    from ketasched.domain.wording import WEEKDAY_NAMES, clock_text

    held = {session.start.weekday() for session in course.sessions}
    for weekday in sorted(task.asked_weekdays - held):
        yield f"--at: no session is on a {WEEKDAY_NAMES[weekday]}"
    for weekday in sorted(held - task.asked_weekdays) if task.asked_weekdays else ():
        at = clock_text(task.order.times.by_weekday[weekday])
        yield f"--at: no time for {WEEKDAY_NAMES[weekday]}s, so they are at {at}"


def _indiscretions(course: Course, task: Task) -> Iterator[str]:
    from ketasched.domain.protocol import gives_away

    file = task.found.file
    own_words = (
        ("the title", task.title),
        ("the location", task.location),
        ("the clinic's phone", file.phone if file else ""),
    )
    for what, text in own_words:
        if not task.staff and gives_away(course.protocol, text):
            yield f"{what} gives the treatment away in a patient's calendar: {text}"


def _unsaid(course: Course, task: Task) -> Iterator[str]:
    from ketasched.domain.candidate import reasons_text
    from ketasched.domain.wording import count_text

    if task.format == "csv" or not task.printed:
        from ketasched.calendar.entry_text import unplaced_text

        yield from map(unplaced_text, course.unplaced)
        for pause in course.pauses:
            yield (
                f"the course is put off by {count_text(pause.weeks, 'week')} from session "
                f"{pause.before_session} on; the clinician must agree to it: "
                f"{reasons_text(pause.reasons)}"
            )
    if course.left_out and (task.format != "table" or not task.printed):
        names = " and ".join(course.left_out)
        yield f"{names} is open-ended and left out; lay it out with --until DATE"
