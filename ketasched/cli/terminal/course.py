"""A course as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ketasched.calendar.entry_text import Entry, unplaced_in
from ketasched.cli.terminal import windows
from ketasched.cli.terminal.agreed import agreed_facts
from ketasched.cli.terminal.holidays import holidays_text
from ketasched.cli.terminal.house import house_facts
from ketasched.cli.terminal.noted_rows import NotedRow, noted_rows, stacked_rows
from ketasched.cli.terminal.page import NARROW, Page, advice
from ketasched.domain.candidate import reasons_text
from ketasched.domain.course import TENTATIVE, LinkedVisit, Session
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import (
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    duration_text,
    list_text,
)
from ketasched.languages.language import NAMES
from ketasched.planning.start_times import NINE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from ketasched.asking.intake import Task
    from ketasched.asking.surroundings import Surroundings
    from ketasched.domain.course import Course
    from ketasched.domain.pause import Pause
    from ketasched.files.clinic.clinic import ClinicFile

_ZONE_SOURCES = {
    "flag": "from --tz",
    "clinic file": "the clinic's zone",
    "this computer": "this computer's zone",
}


def course_page(course: Course, task: Task) -> str:
    """The sessions of a course as a table; stacked lines where the terminal is narrow."""
    page = Page()
    protocol = course.protocol
    page.add_title(protocol.title)
    page.add_facts([("Name", task.name)] if task.name else [])
    setting = setting_text(task.surroundings)
    facts = [
        ("Start", f"{day_text(course.start)}, {_asked_times(course, task)}, {setting}"),
        ("Protocol", f"{protocol.id}, version {protocol.version}, from {protocol.file}"),
    ]
    facts[1:1] = agreed_facts(task.order)
    file = task.surroundings.file
    if file:
        facts.insert(1, ("Clinic", clinic_text(file)))
        facts[2:2] = house_facts(task.order, task.others)
    facts.insert(-1, ("Holidays", holidays_text(task.surroundings.holidays)))
    if task.language.code != "en":
        facts.append(("Language", f"{NAMES[task.language.code]}, in what the patient reads"))
    facts += _notice(course, task)
    page.add_facts(facts)
    page.add("", *_sessions(course, page.width), "")
    page.add(*_notes(course), advice(protocol))
    return page.text()


def clinic_text(file: ClinicFile) -> str:
    """A clinic and where its file is from; who found it, where nobody named it."""
    return ", ".join(filter(None, (file.name, f"from {file.file}", file.found)))


def _notice(course: Course, task: Task) -> Iterable[tuple[str, str]]:
    """The notice that patients have, where it kept something from being placed."""
    near = task.order.rules.notice
    placed = (entry.reasons for entry in course.entries())
    unplaced = (visit.reasons for visit in course.unplaced)
    pauses = (pause.reasons for pause in course.pauses)
    reasons = (reason for why in (*placed, *unplaced, *pauses) for reason in why)
    if near and any(reason.kind == "notice" for reason in reasons):
        first = near.free_from()
        day, at = day_text(first.date()), clock_text(first.timetz())
        yield "Notice", f"{near.notice}: nothing is placed by itself before {day} {at}"


def setting_text(surroundings: Surroundings) -> str:
    """The zone the times are in, and who says so."""
    return f"{surroundings.zone.name} ({_ZONE_SOURCES[surroundings.zone_source]})"


def _asked_times(course: Course, task: Task) -> str:
    """When sessions start: as asked, else the time that was chosen for each weekday, and why."""
    times = task.order.times
    starts = sorted({
        (session.start.weekday(), times.on(session.start.date(), session.minutes))
        for session in course.sessions
    })  # fmt: skip
    chosen = bool(times.by_length)
    others = {at for weekday, at in starts if weekday not in task.asked_weekdays and at != NINE}
    why = f" as {clock_text(NINE)} does not fit" if chosen and others and not times.wished else ""
    at_nine = [start for start in starts if start[1] == NINE] if chosen else []
    if len({at for _, at in starts}) == 1:
        return clock_text(starts[0][1]) + why
    texts = [f"{WEEKDAYS[day]} {clock_text(at)}" for day, at in starts if (day, at) not in at_nine]
    return ", ".join([clock_text(NINE)] * bool(at_nine) + texts) + why


def _sessions(course: Course, width: int) -> Iterable[RenderableType]:
    if width < (windows.NARROW if course.shows_windows else NARROW):
        return [_stacked(course)]
    return _with_windows(course, width) if course.shows_windows else [_columns(course)]


def _with_windows(course: Course, width: int) -> Iterable[RenderableType]:
    rows = []
    for entry, pause in _with_pauses(course):
        if pause:
            cells = (Text(), Text(_pause_title(pause), style="bold yellow"))
            rows.append(NotedRow((*cells, *(Text() for _ in range(4)))))
        rows.append(
            NotedRow(
                (
                    Text(number_text(course, entry)),
                    Text(entry_title(entry)),
                    Text(day_column(entry)),
                    Text(hours_text(entry)),
                    *windows.window_cells(entry, width),
                ),
                "; ".join(remarks(entry)),
                "dim" if entry.status == TENTATIVE else "",
            )
        )
    return noted_rows(("#", "Session", "Day", "From–to", *windows.TITLES), rows, width)


def _columns(course: Course) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Phase", max_width=24)
    table.add_column("Day", no_wrap=True)
    table.add_column("From–to", no_wrap=True)
    table.add_column("Notes", ratio=1)
    for entry, pause in _with_pauses(course):
        if pause:
            table.add_row("", "", Text(_pause_title(pause), style="bold yellow"))
        table.add_row(
            number_text(course, entry),
            Text(entry_title(entry)),
            day_column(entry),
            hours_text(entry),
            Text("; ".join(remarks(entry))),
            style="dim" if entry.status == TENTATIVE else "",
        )
    return table


def _stacked(course: Course) -> Table:
    rows = []
    for entry, pause in _with_pauses(course):
        if pause:
            rows.append(("", [Text(_pause_title(pause), style="bold yellow")]))
        lines = [f"{day_column(entry)}  {hours_text(entry)}", entry_title(entry)]
        lines += windows.window_lines(entry) if course.shows_windows else []
        lines += remarks(entry)
        rows.append((number_text(course, entry), [Text(line) for line in lines]))
    return stacked_rows(rows)


def _with_pauses(course: Course) -> Iterable[tuple[Entry, Pause | None]]:
    before = {pause.before_session: pause for pause in course.pauses}
    for entry in course.entries():
        yield entry, before.get(entry.number) if isinstance(entry, Session) else None


def number_text(course: Course, entry: Entry) -> str:
    """The number of a session; the handle of a linked visit."""
    return str(entry.number) if isinstance(entry, Session) else handle_of(course, entry)


def entry_title(entry: Entry) -> str:
    """What an entry is called: the session's own name, else its phase; the linked visit's name."""
    return entry.name or entry.phase if isinstance(entry, Session) else entry.name


def _pause_title(pause: Pause) -> str:
    return f"pause of {count_text(pause.weeks, 'week')}"


def day_column(session: Entry) -> str:
    """The day of an entry, its numbers under each other in a column."""
    return windows.aligned_day(session.start.date())


def hours_text(session: Entry) -> str:
    """From when to when an entry lasts; an end on another day says which."""
    hours = f"{clock_text(session.start.timetz())}–{clock_text(session.end.timetz())}"
    if session.end.date() != session.start.date():
        hours += f" {WEEKDAYS[session.end.weekday()]}"
    return hours


def remarks(entry: Entry) -> list[str]:
    """What is not as asked about an entry, and why."""
    noted = list(_session_remarks(entry) if isinstance(entry, Session) else _visit_remarks(entry))
    return [*noted, "tentative"] if entry.status == TENTATIVE else noted


def _session_remarks(session: Session) -> Iterable[str]:
    why = reasons_text(session.reasons)
    moves = []
    if session.moved_days:
        side = "earlier" if session.moved_days < 0 else "later"
        moves.append(f"{count_text(abs(session.moved_days), 'day')} {side}")
    if session.moved_minutes:
        side = "earlier" if session.moved_minutes < 0 else "later"
        moves.append(f"{duration_text(abs(session.moved_minutes))} {side}")
    if moves:
        yield " and ".join(moves) + (f": {why}" if why else "")
    elif why:
        skipped = all(reason.kind in ("closed", "holiday") for reason in session.reasons)
        yield f"skips: {why}" if skipped else why


def _visit_remarks(visit: LinkedVisit) -> Iterable[str]:
    if visit.by_video:
        yield "by video"
    if visit.reasons:
        ideal = f"{day_text(visit.ideal.date())} {clock_text(visit.ideal.timetz())}"
        yield f"ideally {ideal}: {reasons_text(visit.reasons)}"


def _notes(course: Course) -> Iterable[str]:
    """What the reader must know besides the dates."""
    for pause in course.pauses:
        yield pause_text(pause)
    for review in course.reviews:
        tentative = any(session.number > review.after_session for session in course.sessions)
        then = "; later sessions are tentative until it is passed" if tentative else ""
        yield f"Review after session {review.after_session}: {review.name}{then}."
    for unplaced in course.unplaced:
        yield f"{unplaced_in(course, unplaced)}."
    if course.left_out:
        names = list_text(list(course.left_out))
        yield f"Left out: {names}, which is open-ended; lay it out with --until DATE."


def pause_text(pause: Pause) -> str:
    """A pause as something the clinician must agree to, or did."""
    weeks = count_text(pause.weeks, "week")
    return (
        f"Pause: from session {pause.before_session} on, the course is put off by {weeks}. "
        f"{pause.consent[0].upper()}{pause.consent[1:]}. Why: {reasons_text(pause.why)}."
    )
