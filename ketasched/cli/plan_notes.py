"""What the user of `plan` may not have meant, and what its output has no place for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.asking.surroundings import misnamed_note
from ketasched.running.apart import counted_from_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ketasched.asking.intake import Task
    from ketasched.domain.course import Course


def notes(course: Course, task: Task) -> Iterator[str]:
    """What the user may not have meant, and what the output itself has no place for."""
    if course.start < task.today:
        yield "the start is in the past"
    elif course.sessions[0].start.date() < task.today:
        yield f"session {course.sessions[0].number} is in the past"
    yield from _widened(task)
    file = task.surroundings.file
    yield from misnamed_note(file)
    if file and file.timezone not in ("", task.zone.name):
        yield (
            f"--tz: times are in {task.zone.name}, and so are the opening hours of {file.file}, "
            f"which names {file.timezone}"
        )
    yield from _duties_elsewhere(course, task)
    for session, apart in counted_from_elsewhere(course):
        yield (
            f"session {session.number} is to be {apart}, which took place elsewhere: look at when "
            "that was"
        )
    yield from _outside(course, task)
    yield from _start_times(course, task)
    if task.order.agreed and not course.pauses:
        yield "--pause: the course takes none"
    yield from _indiscretions(course, task)
    yield from _unsaid(course, task)
    yield from _holidays(course, task)
    if task.others:
        from ketasched.cli.beside import not_counted

        yield from not_counted(task.others)
    if task.order.commitments.busy:
        yield from task.order.commitments.busy.notes


def _widened(task: Task) -> Iterator[str]:
    """Windows that are not the protocol's own."""
    own = {phase.name: phase.window for phase in task.order.protocol.phases}
    for stretch in task.order.layout.stretches:
        phase = stretch.phase
        alternatives = (option.window for option in phase.alternatives)
        if phase.window not in (own[phase.name], *alternatives):
            yield (
                f"--window: in {phase.name} a session may be {phase.window}, where the protocol "
                f"says {own[phase.name]}; the clinician must agree to it"
            )


def _duties_elsewhere(course: Course, task: Task) -> Iterator[str]:
    """What staff need not do because it is asked for in another country."""
    from ketasched.asking.patient_language import country
    from ketasched.domain.wording import list_text

    here = country(task.surroundings)
    for duty in course.protocol.duties:
        if not duty.holds_in(here):
            yield f"no {duty.name}: it is for {list_text(duty.countries)}, and this is {here}"


def _outside(course: Course, task: Task) -> Iterator[str]:
    from ketasched.domain.wording import list_text

    first = min(course.start, *(entry.start.date() for entry in course.entries()))
    first = min(first, *(session.window_start for session in course.sessions))
    last = max(max(session.start.date(), session.target) for session in course.sessions)
    last = max(last, *(visit.start.date() for visit in course.visits), last)
    last = max(last, *(visit.ideal.date() for visit in course.visits), last)
    outside = [
        str(closure)
        for closure in task.surroundings.closed
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
        asked = task.order.times.on_weekday(weekday, course.protocol.minutes)
        at = clock_text(asked)
        yield f"--at: no time for {WEEKDAY_NAMES[weekday]}s, so they are at {at}"


def _indiscretions(course: Course, task: Task) -> Iterator[str]:
    from ketasched.domain.giveaways import gives_away

    file = task.surroundings.file
    own_words = (
        ("the title", task.title),
        ("the location", task.location),
        ("the clinic's phone", file.phone if file else ""),
    )
    for what, text in own_words:
        if not task.staff and gives_away(course.protocol, text):
            yield f"{what} gives the treatment away in a patient's calendar: {text}"
    if task.feed_url or task.format in ("month", "html"):
        from ketasched.cli.handout import left_out_notes

        yield from left_out_notes(task, course)


def _holidays(course: Course, task: Task) -> Iterator[str]:
    """Holidays that are not kept: all, or those that only parts of the country have."""
    from ketasched.asking.unasked_holidays import unasked_holidays
    from ketasched.cli.holiday_notes import parts_note, unasked_note

    days = [entry.start.date() for entry in course.entries()]
    days += [day for session in course.sessions for day in (session.target, session.start.date())]
    around = task.surroundings
    yield from parts_note(around.holidays, min(course.start, *days), max(days))
    stands_on = (entry.start.date() for entry in course.entries())
    yield from unasked_note(around, unasked_holidays(around, stands_on))


def _unsaid(course: Course, task: Task) -> Iterator[str]:
    from ketasched.cli.terminal.agreed import starts_text
    from ketasched.domain.candidate import reasons_text
    from ketasched.domain.wording import count_text

    if task.format in ("csv", "month", "html", "xlsx") or not task.printed:
        from ketasched.calendar.entry_text import unplaced_in

        yield from (unplaced_in(course, unplaced) for unplaced in course.unplaced)
        for pause in course.pauses:
            yield (
                f"the course is put off by {count_text(pause.weeks, 'week')} from session "
                f"{pause.before_session} on; {pause.consent}: {reasons_text(pause.why)}"
            )
    starts = starts_text(task.order)
    if starts and (task.format != "table" or not task.printed):
        yield f"starts at {starts}"
    if course.left_out and (task.format != "table" or not task.printed):
        names = " and ".join(course.left_out)
        yield f"{names} is open-ended and left out; lay it out with --until DATE"
