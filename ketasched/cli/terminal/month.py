"""The months of a course as grids a patient can be handed: no treatment is named."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from ketasched.calendar.entry_text import Entry, discreet, unplaced_text
from ketasched.cli.entry_words import hours_text
from ketasched.cli.terminal import windows
from ketasched.cli.terminal.course import setting_text
from ketasched.cli.terminal.entry_rows import day_column, remarks
from ketasched.cli.terminal.page import Page, advice
from ketasched.domain.course import TENTATIVE, LinkedVisit, Session
from ketasched.domain.giveaways import gives_away
from ketasched.domain.instructions import general_text, timed_text
from ketasched.domain.wording import MONTH_NAMES, WEEKDAYS, clock_text, count_text, duration_text

if TYPE_CHECKING:
    from ketasched.asking.intake import Task
    from ketasched.domain.course import Course

ROOM_FOR_TIMES = 9
WIDEST = 10


def course_months(course: Course, task: Task) -> str:
    """The months of a course; a narrow terminal gets numbers in the grid and a list below it."""
    page = Page()
    room = min((page.width - 8) // 7, WIDEST)
    by_day: dict[date, list[Entry]] = {}
    for entry in course.entries():
        by_day.setdefault(entry.start.date(), []).append(entry)
    if task.name:
        page.add_title(task.name)
        page.add("")
    for year, month in _months(by_day):
        page.add(_grid(course, (year, month), room, by_day), "")
    overnight = any(session.start.date() != session.end.date() for session in course.sessions)
    uneven = len({session.minutes for session in course.sessions}) > 1
    all_listed = room < ROOM_FOR_TIMES or overnight or uneven or course.shows_windows
    listed = course.entries() if all_listed else course.visits
    for entry in listed:
        page.add(_line(course, entry))
    if listed:
        page.add("")
    page.add(*_where(task), f"{_lengths(course)} Times are in {setting_text(task.surroundings)}.")
    if course.visits and course.protocol.instructions:
        page.add("For each numbered appointment:")
    page.add(*(f"{text}." for text in _instructions(course)), *_remarks(course))
    page.add(advice(course.protocol))
    return page.text()


def _remarks(course: Course) -> Iterator[str]:
    """What is not as planned, and what is not certain."""
    for session in course.sessions:
        if session.reasons:
            why = "; ".join(remarks(discreet(course.protocol, session)))
            yield f"{_title(course, session)}: {why}."
    for unplaced in course.unplaced:
        numbered = f"{unplaced.number} of {course.total}" if unplaced.number else ""
        yield f"{unplaced_text(discreet(course.protocol, unplaced), numbered)}."
    for pause in course.pauses:
        weeks = count_text(pause.weeks, "week")
        before = _title(course, course.session(pause.before_session))
        yield f"A pause of {weeks} before {before}, to be agreed with the clinic."
    if any(session.status == TENTATIVE for session in course.sessions):
        yield "Tentative dates are not certain yet."
    if course.left_out:
        yield "Later dates are not fixed yet."


def _line(course: Course, entry: Entry) -> str:
    by_video = ", by video" if isinstance(entry, LinkedVisit) and entry.by_video else ""
    tentative = ", tentative" if entry.status == TENTATIVE else ""
    when = f"{day_column(entry)}, {hours_text(entry)}"
    window = windows.window_text(entry) if course.shows_windows else ""
    text = f"{_title(course, entry)}: {when}{by_video}{tentative}"
    return f"{text}; {window}" if window else text


def _where(task: Task) -> list[str]:
    """The clinic, so that the patient finds it; its name only if that is discreet."""
    file = task.surroundings.file
    if file is None:
        return []
    parts = (file.name, file.address, file.phone)
    discreet_parts = [part for part in parts if part and not gives_away(task.order.protocol, part)]
    return [", ".join(discreet_parts)] if discreet_parts else []


def _lengths(course: Course) -> str:
    """How long to allow, if all sessions are as long."""
    minutes = {session.minutes for session in course.sessions}
    if len(minutes) == 1:
        return f"Please allow {duration_text(minutes.pop())} each time."
    return "The times above say how long to allow."


def _instructions(course: Course) -> list[str]:
    """With clock times if every session has the same, else as lengths of time."""
    texts = []
    for instruction in course.protocol.instructions:
        timed = {timed_text(instruction, session.start, session.end) for session in course.sessions}
        texts.append(timed.pop() if len(timed) == 1 else general_text(instruction))
    return texts


def _months(days: Iterable[date]) -> list[tuple[int, int]]:
    counted = sorted(day.year * 12 + day.month - 1 for day in days)
    return [divmod(month, 12) for month in range(counted[0], counted[-1] + 1)]


def _grid(
    course: Course, month: tuple[int, int], room: int, by_day: Mapping[date, list[Entry]]
) -> Table:
    year, index = month
    table = Table(
        box=box.SQUARE,
        title=f"{MONTH_NAMES[index]} {year}",
        title_style="bold",
        show_lines=True,
        padding=0,
        header_style="bold",
    )
    for weekday in WEEKDAYS:
        table.add_column(weekday[: max(room, 1)], width=max(room, 1), no_wrap=True)
    for week in calendar.Calendar().monthdatescalendar(year, index + 1):
        table.add_row(
            *(
                _cell(course, day, room, by_day.get(day, [])) if day.month == index + 1 else ""
                for day in week
            )
        )
    return table


def _cell(course: Course, day: date, room: int, entries: list[Entry]) -> Text:
    lines: list[tuple[str, str]] = [(f"{day.day:>2}", "bold" if entries else "")]
    for entry in entries:
        title = _title(course, entry)
        if room < ROOM_FOR_TIMES:
            title = f"#{entry.number}" if isinstance(entry, Session) else title
            lines.append((title[:room], "bold reverse"))
            continue
        lines += [(line, "bold reverse") for line in _fitted(title, room)]
        lines.append((clock_text(entry.start.timetz()), ""))
        if entry.status == TENTATIVE:
            lines.append(("tentative", ""))
    return Text("\n").join(Text(text, style=style) for text, style in lines)


def _fitted(title: str, room: int) -> list[str]:
    """A title in lines of a cell; a word that is too long is parted in the middle."""
    lines: list[str] = []
    for word in title.split(" "):
        half = -(-len(word) // 2)
        parts = [word] if len(word) <= room else [f"{word[:half]}-", word[half:]]
        if lines and len(lines[-1]) + 1 + len(parts[0]) <= room:
            parts[0] = f"{lines.pop()} {parts[0]}"
        lines += parts
    return lines


def _title(course: Course, entry: Entry) -> str:
    if isinstance(entry, LinkedVisit):
        return entry.name[0].upper() + entry.name[1:]
    if entry.number > course.total:
        return str(entry.number)
    return f"{entry.number} of {course.total}"
