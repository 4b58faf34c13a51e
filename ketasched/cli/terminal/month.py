"""The months of a course as grids a patient can be handed: no treatment is named."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from ketasched.cli.terminal.course import (
    day_column,
    hours_text,
    remarks,
    zone_text,
)
from ketasched.cli.terminal.page import Page, advice
from ketasched.core.course import TENTATIVE
from ketasched.core.instructions import general_text, timed_text
from ketasched.core.units import MONTH_NAMES, WEEKDAYS, clock_text, count_text, duration_text

if TYPE_CHECKING:
    from ketasched.cli.intake import Task
    from ketasched.core.course import Course, Session

ROOM_FOR_TIMES = 9
WIDEST = 10


def course_months(course: Course, task: Task) -> str:
    """The months of a course; a narrow terminal gets numbers in the grid and a list below it."""
    page = Page()
    room = min((page.width - 8) // 7, WIDEST)
    by_day = {session.start.date(): session for session in course.sessions}
    if task.name:
        page.add_title(task.name)
        page.add("")
    for year, month in _months(by_day):
        page.add(_grid(course, (year, month), room, by_day), "")
    overnight = any(one.start.date() != one.end.date() for one in course.sessions)
    if room < ROOM_FOR_TIMES or overnight:
        for session in course.sessions:
            page.add(f"{_number(course, session)}: {day_column(session)}, {hours_text(session)}")
        page.add("")
    length = duration_text(course.protocol.minutes)
    page.add(f"Please allow {length} each time. Times are in {zone_text(task)}.")
    page.add(*(f"{text}." for text in _instructions(course)))
    for session in course.sessions:
        if session.reasons:
            page.add(f"{_number(course, session)}: {'; '.join(remarks(session))}.")
    for pause in course.pauses:
        weeks = count_text(pause.weeks, "week")
        page.add(f"A pause of {weeks} before {pause.before_session}, to be agreed with the clinic.")
    if any(session.status == TENTATIVE for session in course.sessions):
        page.add("Tentative dates are not certain yet.")
    if course.left_out:
        page.add("Later dates are not fixed yet.")
    page.add(advice(course.protocol))
    return page.text()


def _instructions(course: Course) -> list[str]:
    """With clock times if every session has the same, else as lengths of time."""
    texts = []
    for instruction in course.protocol.instructions:
        timed = {timed_text(instruction, one.start, one.end) for one in course.sessions}
        texts.append(timed.pop() if len(timed) == 1 else general_text(instruction))
    return texts


def _months(days: Iterable[date]) -> list[tuple[int, int]]:
    counted = sorted(day.year * 12 + day.month - 1 for day in days)
    return [divmod(month, 12) for month in range(counted[0], counted[-1] + 1)]


def _grid(
    course: Course, month: tuple[int, int], room: int, by_day: Mapping[date, Session]
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
                _cell(course, day, room, by_day.get(day)) if day.month == index + 1 else ""
                for day in week
            )
        )
    return table


def _cell(course: Course, day: date, room: int, session: Session | None) -> Text:
    if session is None:
        return Text(f"{day.day:>2}")
    number = _number(course, session)
    lines: list[tuple[str, str]] = [(f"{day.day:>2}", "bold"), ("\n", "")]
    if room < ROOM_FOR_TIMES:
        lines.append((f"#{session.number}"[:room], "bold reverse"))
        return Text.assemble(*lines)
    lines += [(number, "bold reverse"), ("\n", ""), (clock_text(session.start.timetz()), "")]
    if session.status == TENTATIVE:
        lines += [("\n", ""), ("tentative", "")]
    return Text.assemble(*lines)


def _number(course: Course, session: Session) -> str:
    if session.number > course.total:
        return str(session.number)
    return f"{session.number} of {course.total}"
