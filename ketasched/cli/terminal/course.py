"""A course as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ketasched.cli.terminal.page import NARROW, Page, advice
from ketasched.core.constraint import reasons_text
from ketasched.core.course import TENTATIVE
from ketasched.core.units import (
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    duration_text,
    list_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ketasched.cli.intake import Task
    from ketasched.core.course import Course, Pause, Session

_ZONE_SOURCES = {"flag": "from --tz", "this computer": "this computer's zone"}


def course_page(course: Course, task: Task) -> str:
    """The sessions of a course as a table; stacked lines where the terminal is narrow."""
    page = Page()
    protocol = course.protocol
    page.add_title(protocol.title)
    page.add_facts([("Name", task.name)] if task.name else [])
    page.add_facts(
        [
            ("Start", f"{day_text(course.start)}, {_asked_times(course, task)}, {zone_text(task)}"),
            ("Protocol", f"{protocol.id}, version {protocol.version}, from {protocol.file}"),
        ]
    )
    page.add("", _stacked(course) if page.width < NARROW else _columns(course), "")
    page.add(*_notes(course), advice(protocol))
    return page.text()


def zone_text(task: Task) -> str:
    """The zone the times are in, and who says so."""
    return f"{task.zone.name} ({_ZONE_SOURCES[task.zone_source]})"


def _asked_times(course: Course, task: Task) -> str:
    times = task.order.times.by_weekday
    weekdays = sorted({session.start.weekday() for session in course.sessions})
    if len({times[weekday] for weekday in weekdays}) == 1:
        return clock_text(times[weekdays[0]])
    return ", ".join(f"{WEEKDAYS[weekday]} {clock_text(times[weekday])}" for weekday in weekdays)


def _columns(course: Course) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Phase", max_width=24)
    table.add_column("Day", no_wrap=True)
    table.add_column("From–to", no_wrap=True)
    table.add_column("Notes", ratio=1)
    for session, pause in _with_pauses(course):
        if pause:
            table.add_row("", "", Text(_pause_title(pause), style="bold yellow"))
        table.add_row(
            str(session.number),
            Text(session.phase),
            day_column(session),
            hours_text(session),
            Text("; ".join(remarks(session))),
            style="dim" if session.status == TENTATIVE else "",
        )
    return table


def _stacked(course: Course) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False, show_edge=False)
    table.add_column(justify="right", no_wrap=True, vertical="top")
    table.add_column(ratio=1)
    for session, pause in _with_pauses(course):
        if pause:
            table.add_row("", Text(_pause_title(pause), style="bold yellow"))
        lines = [f"{day_column(session)}  {hours_text(session)}", session.phase, *remarks(session)]
        table.add_row(str(session.number), Text("\n".join(lines)))
    return table


def _with_pauses(course: Course) -> Iterable[tuple[Session, Pause | None]]:
    before = {pause.before_session: pause for pause in course.pauses}
    return ((session, before.get(session.number)) for session in course.sessions)


def _pause_title(pause: Pause) -> str:
    return f"pause of {count_text(pause.weeks, 'week')}"


def day_column(session: Session) -> str:
    """The day of a session, its numbers under each other in a column."""
    text = day_text(session.start.date())
    return text if session.start.day > 9 else text.replace(" ", "  ", 1)


def hours_text(session: Session) -> str:
    """From when to when a session lasts; an end on another day says which."""
    hours = f"{clock_text(session.start.timetz())}–{clock_text(session.end.timetz())}"
    if session.end.date() != session.start.date():
        hours += f" {WEEKDAYS[session.end.weekday()]}"
    return hours


def remarks(session: Session) -> list[str]:
    """What is not as asked about a session, and why."""
    found = []
    why = reasons_text(session.reasons)
    if session.moved_days:
        side = "earlier" if session.moved_days < 0 else "later"
        found.append(f"{count_text(abs(session.moved_days), 'day')} {side}: {why}")
    elif session.moved_minutes:
        side = "earlier" if session.moved_minutes < 0 else "later"
        found.append(f"{duration_text(abs(session.moved_minutes))} {side}: {why}")
    elif why:
        found.append(f"skips: {why}")
    if session.status == TENTATIVE:
        found.append("tentative")
    return found


def _notes(course: Course) -> Iterable[str]:
    """What the reader must know besides the dates."""
    for pause in course.pauses:
        yield _pause_text(pause)
    for review in course.reviews:
        tentative = any(session.number > review.after_session for session in course.sessions)
        then = "; later sessions are tentative until it is passed" if tentative else ""
        yield f"Review after session {review.after_session}: {review.name}{then}."
    if course.left_out:
        names = list_text(list(course.left_out))
        yield f"Left out: {names}, which is open-ended; lay it out with --until DATE."


def _pause_text(pause: Pause) -> str:
    """A pause as something the clinician must agree to."""
    weeks = count_text(pause.weeks, "week")
    return (
        f"Pause: from session {pause.before_session} on, the course is put off by {weeks}. "
        f"The clinician must agree to it. Why: {reasons_text(pause.reasons)}."
    )
