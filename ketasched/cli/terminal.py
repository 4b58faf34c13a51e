"""How a course looks in a terminal: a table, a month grid, a protocol. Only this imports rich."""

from __future__ import annotations

import calendar
import io
import shutil
import sys
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ketasched.cli.output import wants_color
from ketasched.core.course import TENTATIVE
from ketasched.core.units import (
    MONTH_NAMES,
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    duration_text,
    list_text,
)

if TYPE_CHECKING:
    from ketasched.cli.intake import Task
    from ketasched.core.course import Course, Pause, Session
    from ketasched.core.protocol import Phase, Protocol

NARROW = 66
BUILT_IN_ADVICE = "An example: confirm with the treating clinician. ketasched lays out dates and decides no treatment."
OWN_ADVICE = (
    "Confirm with the treating clinician. ketasched lays out dates and decides no treatment."
)


class Page:
    """Text for standard output, laid out for its width, in color where it takes color."""

    def __init__(self, width: int | None = None) -> None:
        self._out = io.StringIO()
        color = wants_color(sys.stdout)
        self.console = Console(
            file=self._out,
            width=width or shutil.get_terminal_size().columns,
            force_terminal=color,
            no_color=not color,
            color_system="standard" if color else None,
            markup=False,
            highlight=False,
            emoji=False,
        )
        self.narrow = self.console.width < NARROW

    def add(self, *parts: object) -> None:
        """Add lines or tables, each on lines of its own."""
        for part in parts:
            self.console.print(Text(part) if isinstance(part, str) else part)

    def text(self) -> str:
        """All of it, without spaces at the ends of lines."""
        return "".join(f"{line.rstrip()}\n" for line in self._out.getvalue().splitlines())


def course_table(course: Course, task: Task) -> str:
    """The sessions of a course as a table; stacked lines where the terminal is narrow."""
    page = Page()
    protocol = course.protocol
    page.add(Text(protocol.title, style="bold"))
    page.add(
        f"{_start_line(course, task)}, {task.zone.name} ({task.zone_source}), protocol {protocol.id} from {protocol.file}",
        "",
    )
    page.add(_stacked(course) if page.narrow else _columns(course))
    page.add("", *_notes(course))
    return page.text()


def _start_line(course: Course, task: Task) -> str:
    times = task.order.times.by_weekday
    used = sorted({session.start.weekday() for session in course.sessions})
    asked = {times[weekday] for weekday in used}
    if len(asked) == 1:
        at = clock_text(asked.pop())
    else:
        at = ", ".join(f"{WEEKDAYS[weekday]} {clock_text(times[weekday])}" for weekday in used)
    return f"From {day_text(course.start)} at {at}"


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
        style = "dim" if session.status == TENTATIVE else ""
        table.add_row(
            str(session.number),
            Text(session.phase),
            _day(session),
            _hours(session),
            Text("; ".join(_remarks(session))),
            style=style,
        )
    return table


def _stacked(course: Course) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False, show_edge=False)
    table.add_column(justify="right", no_wrap=True, vertical="top")
    table.add_column(ratio=1)
    for session, pause in _with_pauses(course):
        if pause:
            table.add_row("", Text(_pause_title(pause), style="bold yellow"))
        lines = [f"{_day(session)}  {_hours(session)}", session.phase, *_remarks(session)]
        table.add_row(str(session.number), Text("\n".join(lines)))
    return table


def _with_pauses(course: Course) -> Iterable[tuple[Session, Pause | None]]:
    before = {pause.before_session: pause for pause in course.pauses}
    return ((session, before.get(session.number)) for session in course.sessions)


def _pause_title(pause: Pause) -> str:
    return f"pause of {count_text(pause.weeks, 'week')}"


def _day(session: Session) -> str:
    day = session.start.date()
    return day_text(day) if day.day > 9 else day_text(day).replace(" ", "  ", 1)


def _hours(session: Session) -> str:
    hours = f"{clock_text(session.start.timetz())}–{clock_text(session.end.timetz())}"
    if session.end.date() != session.start.date():
        hours += f" {WEEKDAYS[session.end.weekday()]}"
    return hours


def _remarks(session: Session) -> list[str]:
    remarks = []
    why = ", ".join(reason.text for reason in session.reasons)
    if session.moved_days:
        side = "earlier" if session.moved_days < 0 else "later"
        remarks.append(f"{count_text(abs(session.moved_days), 'day')} {side}: {why}")
    elif session.moved_minutes:
        remarks.append(f"asked {_shifted(session)}: {why}")
    elif why:
        remarks.append(f"after {why}")
    if session.status == TENTATIVE:
        remarks.append("tentative")
    return remarks


def _shifted(session: Session) -> str:
    side = "earlier" if session.moved_minutes < 0 else "later"
    return f"{duration_text(abs(session.moved_minutes))} {side}"


def _notes(course: Course) -> list[str]:
    """What the reader must know besides the dates."""
    notes = []
    for pause in course.pauses:
        reasons = "; ".join(reason.text for reason in pause.reasons)
        notes.append(
            f"Pause: from session {pause.before_session} on, the course is put off by "
            f"{count_text(pause.weeks, 'week')}. The clinician must agree to it. Why: {reasons}."
        )
    for review in course.reviews:
        tentative = any(session.number > review.after_session for session in course.sessions)
        after = "; later sessions are tentative until it is passed" if tentative else ""
        notes.append(f"Review after session {review.after_session}: {review.name}{after}.")
    if course.left_out:
        notes.append(left_out_text(course))
    notes.append(_advice(course.protocol))
    return notes


def left_out_text(course: Course) -> str:
    """Which open-ended phases were not laid out, and how to have them."""
    names = list_text(list(course.left_out))
    return f"Left out: {names}, which is open-ended; lay it out with --until DATE."


def _advice(protocol: Protocol) -> str:
    return BUILT_IN_ADVICE if protocol.file.startswith("built-in") else OWN_ADVICE


# Months


def course_months(course: Course, task: Task) -> str:
    """The months of a course as grids a patient can be handed: no treatment is named."""
    page = Page()
    # Seven cells with borders; a narrow cell shows the number only, and the list says the rest.
    room = min((page.console.width - 8) // 7, 11)
    by_day = {session.start.date(): session for session in course.sessions}
    for year, month in _months(by_day):
        page.add(_month_grid(course, year, month, room, by_day), "")
    if room < _ROOM_FOR_TIMES:
        for session in course.sessions:
            page.add(f"{_numbered(course, session)}: {_day(session)}, {_hours(session)}")
        page.add("")
    page.add(
        f"Please allow {duration_text(course.protocol.minutes)} each time. Times are {task.zone.name} ({task.zone_source})."
    )
    page.add(*(f"{text[0].upper()}{text[1:]}." for text in map(str, course.protocol.instructions)))
    for session in course.sessions:
        if session.moved_days or session.moved_minutes:
            page.add(f"{_numbered(course, session)}: {'; '.join(_remarks(session))}.")
    page.add(*_notes(course))
    return page.text()


_ROOM_FOR_TIMES = 8


def _months(days: Iterable[date]) -> list[tuple[int, int]]:
    first, last = min(days), max(days)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        (first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1)
        for n in range(count)
    ]


def _month_grid(
    course: Course, year: int, month: int, room: int, by_day: dict[date, Session]
) -> Table:
    table = Table(
        box=box.SQUARE,
        title=f"{MONTH_NAMES[month - 1]} {year}",
        title_style="bold",
        show_lines=True,
        padding=0,
        header_style="bold",
    )
    for weekday in WEEKDAYS:
        table.add_column(weekday, width=room, no_wrap=True)
    for week in calendar.Calendar().monthdatescalendar(year, month):
        cells = [
            _cell(course, day, room, by_day.get(day)) if day.month == month else Text("")
            for day in week
        ]
        table.add_row(*cells)
    return table


def _cell(course: Course, day: date, room: int, session: Session | None) -> Text:
    if session is None:
        return Text(f"{day.day:>2}")
    if room < _ROOM_FOR_TIMES:
        mark = f"{session.number}." if room < 4 else f"#{session.number}"
        return Text.assemble((f"{day.day:>2}", "bold"), "\n", (mark, "bold reverse"))
    count = f"{session.number}" + (f" of {course.total}" if session.number <= course.total else "")
    return Text.assemble(
        (f"{day.day:>2}", "bold"),
        "\n",
        (f"*{count}", "bold reverse"),
        "\n",
        clock_text(session.start.timetz()),
    )


def _numbered(course: Course, session: Session) -> str:
    return (
        f"{session.number} of {course.total}"
        if session.number <= course.total
        else f"{session.number}"
    )


# Protocols


def protocol_list(protocols: Iterable[Protocol]) -> str:
    """Every protocol in two lines: its name and title, then its course."""
    page = Page()
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, show_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    files = set()
    for protocol in protocols:
        files.add(protocol.file)
        course = "; then ".join(_phase_summary(phase) for phase in protocol.phases)
        lines = Text.assemble(protocol.title, "\n", (course, "dim"))
        if not protocol.file.startswith("built-in"):
            lines.append(f"\nfrom {protocol.file}")
        table.add_row(Text(protocol.id, style="bold"), lines)
    page.add(table, "", BUILT_IN_ADVICE)
    return page.text()


def _phase_summary(phase: Phase) -> str:
    if phase.sessions is None:
        return f"{phase.cadence}, open-ended"
    return f"{phase.choice or phase.sessions} sessions {phase.cadence}"


def protocol_page(protocol: Protocol) -> str:
    """A protocol as a clinician would read it, sources included."""
    page = Page()
    page.add(Text(protocol.title, style="bold"))
    page.add(f"Protocol {protocol.id}, version {protocol.version}, from {protocol.file}")
    page.add(_advice(protocol), "")
    facts = [
        ("Drug", protocol.drug),
        ("Route", protocol.route),
        ("For", protocol.use),
        ("Session", f"{duration_text(protocol.minutes)}: " + ", ".join(f"{step.name} {duration_text(step.minutes)}" for step in protocol.steps)),
        ("Reminders", list_text([duration_text(int(r.total_seconds()) // 60) for r in protocol.reminders]) + " before" if protocol.reminders else "none"),
    ]  # fmt: skip
    page.add(_facts(facts))
    for number, phase in enumerate(protocol.phases, start=1):
        page.add(
            "", Text(f"Phase {number}: {phase.name}", style="bold"), _facts(_phase_facts(phase))
        )
    if protocol.instructions:
        page.add("", Text("Instructions", style="bold"))
        page.add(*(_item(str(one)) for one in protocol.instructions))
    page.add(
        "",
        Text(
            "Sources (A: regulator, trial or paper; B: clinics; convention: our default)",
            style="bold",
        ),
    )
    page.add(*(_item(f"{one.grade}: {one.fact} ({one.source})") for one in protocol.sources))
    return page.text()


def _phase_facts(phase: Phase) -> list[tuple[str, str]]:
    sessions = "open-ended" if phase.sessions is None else str(phase.sessions)
    if phase.choice:
        sessions += f" ({phase.choice} may be chosen)"
    facts = [
        ("Sessions", sessions),
        ("Cadence", str(phase.cadence)),
        ("Window", str(phase.window)),
        ("Gap", f"{phase.gap} between sessions"),
    ]
    if phase.after is not None:
        facts.append(
            (
                "Begins",
                f"{duration_text(phase.after * 1440)} after the last session of the phase before",
            )
        )
    facts.append(
        (
            "Pause",
            f"up to {count_text(phase.pause, 'week')} when nothing else is possible"
            if phase.pause
            else "none",
        )
    )
    facts += [
        ("Or", f"{one.cadence}, {one.window}, {one.gap} between sessions")
        for one in phase.alternatives
    ]
    for review in phase.reviews:
        after = f"session {review.after_session}" if review.after_session else "the last session"
        facts.append(("Review", f"{review.name}, after {after} of the phase"))
    return facts


def _facts(facts: list[tuple[str, str]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, show_edge=False)
    table.add_column(no_wrap=True, width=9)
    table.add_column(ratio=1)
    for name, value in facts:
        table.add_row(Text(f"  {name}") if False else Text(name, style="dim"), Text(value))
    return table


def _item(text: str) -> Padding:
    return Padding(Text(f"- {text}"), (0, 0, 0, 0))


def moment_text(moment: datetime) -> str:
    """A day and wall time."""
    return f"{day_text(moment.date())} {clock_text(moment.timetz())}"
