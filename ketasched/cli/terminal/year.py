"""What a clinic file says, and a year of it as a grid of open and closed days."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Group
from rich.table import Table
from rich.text import Text

from ketasched.cli.terminal.holidays import holidays_text
from ketasched.cli.terminal.house import clinic_house_facts
from ketasched.cli.terminal.page import NARROW, Page
from ketasched.domain.clinic import ALL_DAY, Spans, spans_text
from ketasched.domain.signs import printable
from ketasched.domain.wording import (
    MONTH_NAMES,
    MONTHS,
    WEEKDAY_NAMES,
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    duration_text,
    list_text,
)

if TYPE_CHECKING:
    from ketasched.domain.clinic import Clinic, Closure, NotStarting
    from ketasched.files.clinic.clinic import ClinicFile, Defaults

OPEN, BY_ITSELF, BY_WEEK, HOLIDAY, CLOSURE = "", "O", "·", "H", "C"
_SIGNS = {
    OPEN: ("12", "open"),
    BY_ITSELF: ("O", "one-off opening"),
    BY_WEEK: ("·", "closed that weekday"),
    HOLIDAY: ("H", "public holiday"),
    CLOSURE: ("C", "closure"),
}
_STYLES = {BY_ITSELF: "bold cyan", BY_WEEK: "dim", HOLIDAY: "bold magenta", CLOSURE: "bold red"}

MONTH_WIDTH = 21
BETWEEN = 3


class _Day(NamedTuple):
    """A day of the year, its sign in the grid, and what the list says about it.

    ``anyway``: its weekday is closed, whatever the sign says.
    """

    day: date
    sign: str
    text: str
    anyway: bool = False


def clinic_year(file: ClinicFile, clinic: Clinic, year: int) -> str:
    """What was understood of a clinic file, then a year: months, counts, and all that differs."""
    page = Page()
    page.add_title(file.name)
    page.add_facts(_facts(file, clinic, narrow=page.width < NARROW))
    days = [_described(clinic, day) for day in _days_of(year)]
    page.add("", _months(days, page.width), "", _legend(days), "")
    listed = list(_listed(days))
    page.add_title(f"Exceptions in {year}")
    page.add(_list(listed, page.width) if listed else "None.")
    _add_left_open(page, file, clinic, year)
    elsewhere = list(_elsewhere(file, year))
    if elsewhere:
        page.add("")
        page.add_title(f"In the file, but not in {year}")
        page.add_items(elsewhere)
    return page.text()


def _add_left_open(page: Page, file: ClinicFile, clinic: Clinic, year: int) -> None:
    """What a person may want closed, and the file does not close."""
    from ketasched.cli.terminal.year_open import holidays_of_parts, open_half_days

    if file.holidays is None:
        return
    half_days = list(open_half_days(file.holidays, clinic, year))
    if half_days:
        page.add("")
        page.add_title(f"Half days in {year} by law or custom, not closed")
        page.add_items(half_days)
    others = list(holidays_of_parts(file.holidays, year))
    if others:
        page.add("")
        page.add_title(f"Holidays in {year} of parts of {file.holidays}, not taken: name a part")
        page.add_items(others)


# The file


def _facts(file: ClinicFile, clinic: Clinic, *, narrow: bool) -> Iterator[tuple[str, str]]:
    yield "File", file.file
    for name, value in (("Address", file.address), ("Phone", file.phone)):
        if value:
            yield name, value
    yield "Time zone", file.timezone or "that of the computer: the file names none"
    week = "\n".join(
        f"{day}  {_hours(spans)}" for day, spans in zip(WEEKDAYS, clinic.week, strict=True)
    )
    if narrow:
        week = week.replace(", ", ",\n     ")
    yield "Hours", week if file.hours else f"{week}\nThe file gives no hours."
    if file.not_starting:
        yield "No starts", "; ".join(map(_not_starting, file.not_starting))
    yield "Holidays", holidays_text(file.holidays) if file.holidays else "none"
    if file.house:
        yield from clinic_house_facts(file.house)
    yield "Notice", str(file.notice)
    yield from _defaults(file.defaults)


def _not_starting(times: NotStarting) -> str:
    every_day = len(times.weekdays) == len(WEEKDAYS)
    weekdays = "" if every_day else f"{list_text([WEEKDAYS[day] for day in times.weekdays])} "
    return weekdays + _hours(times.spans)


def _defaults(defaults: Defaults) -> Iterator[tuple[str, str]]:
    if defaults.start_time is not None:
        yield "Sessions", f"at {clock_text(defaults.start_time)}"
    if defaults.location:
        yield "Location", defaults.location
    if defaults.reminders is not None:
        lengths = [duration_text(int(lead.total_seconds()) // 60) for lead in defaults.reminders]
        yield "Reminders", f"{list_text(lengths)} before" if lengths else "none"
    if defaults.travel is not None:
        yield "Travel", f"{duration_text(defaults.travel)} on both sides of busy times"
    if defaults.protocols:
        yield "Protocols", defaults.protocols


def _hours(spans: Spans) -> str:
    if not spans:
        return "closed"
    return "all day" if spans == ALL_DAY else spans_text(spans).replace("-", "–")


# The days


def _days_of(year: int) -> Iterator[date]:
    for month in range(1, 13):
        for day in range(1, calendar.monthrange(year, month)[1] + 1):
            yield date(year, month, day)


def _described(clinic: Clinic, day: date) -> _Day:
    spans, why = clinic.on(day)
    week = clinic.week[day.weekday()]
    if day in clinic.openings:
        text = _joined(_hours(spans), clinic.openings[day].reason)
        return _Day(day, BY_ITSELF, f"{text} (otherwise {_otherwise(clinic, day)})")
    closure = next((span for span in clinic.closures if span.covers(day)), None)
    if closure:
        return _Day(day, CLOSURE, _closure_text(closure, day.year), anyway=not week)
    holiday = clinic.holiday_name(day)
    if holiday:
        return _Day(day, HOLIDAY, holiday, anyway=not week)
    return _Day(day, BY_WEEK if why else OPEN, "")


def _otherwise(clinic: Clinic, day: date) -> str:
    """What a day with a one-off opening would be without it."""
    spans, _ = replace(clinic, openings={}).on(day)
    if spans:
        return _hours(spans)
    closure = next((span for span in clinic.closures if span.covers(day)), None)
    return _joined("closed", closure.reason if closure else clinic.holiday_name(day) or "")


def _joined(*texts: str) -> str:
    return ", ".join(text for text in texts if text)


def _closure_text(closure: Closure, year: int) -> str:
    """Why, and how far it reaches into other years."""
    text = closure.reason or "no reason given"
    if closure.first.year < year:
        text += f" (since {day_text(closure.first)})"
    if closure.last.year > year:
        text += f" (until {day_text(closure.last)})"
    return text


# The grid


def _months(days: list[_Day], width: int) -> Table:
    """The months, as many side by side as there is room for."""
    abreast = max(
        n for n in (1, 2, 3, 4, 6) if n == 1 or n * (MONTH_WIDTH + BETWEEN) <= width + BETWEEN
    )
    table = Table.grid(padding=(0, BETWEEN, 0, 0))
    months = [_month(days, month) for month in range(1, 13)]
    for first in range(0, 12, abreast):
        if first:
            table.add_row()
        table.add_row(*months[first : first + abreast])
    return table


def _month(days: list[_Day], month: int) -> Group:
    inside = [shown for shown in days if shown.day.month == month]
    lines = [Text(MONTH_NAMES[month - 1], style="bold")]
    lines.append(Text(" ".join(name[:2] for name in WEEKDAYS), style="dim"))
    line = Text("   " * inside[0].day.weekday())
    for shown in inside:
        line.append(_cell(shown), _STYLES.get(shown.sign, ""))
        if shown.day.weekday() == 6:
            lines.append(line)
            line = Text()
    return Group(*lines, *([line] if line else []))


def _cell(shown: _Day) -> str:
    """Three columns: the number with its sign; the sign alone on a weekday that is closed."""
    return f" {BY_WEEK} " if shown.sign == BY_WEEK else f"{shown.day.day:>2}{shown.sign or ' '}"


def _legend(days: list[_Day]) -> Table:
    counts = Counter(shown.sign for shown in days)
    opened = counts[OPEN] + counts[BY_ITSELF]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    for sign, (shown, meaning) in _SIGNS.items():
        table.add_row(Text(shown, _STYLES.get(sign, "")), meaning, count_text(counts[sign], "day"))
    table.add_row("", Text("open in all", "bold"), Text(f"{opened} of {len(days)}", "bold"))
    return table


# The list


def _listed(days: list[_Day]) -> Iterator[tuple[str, str, str]]:
    """Sign, days and text of all that differs from the week; days in a row are one."""
    for (sign, text), group in groupby(days, key=lambda shown: (shown.sign, shown.text)):
        if sign in (OPEN, BY_WEEK):
            continue
        run = list(group)
        first, last = _short(run[0].day), _short(run[-1].day)
        when = first if len(run) == 1 else f"{first} to {last}"
        yield sign, when, printable(text + _anyway(run))


def _anyway(run: list[_Day]) -> str:
    if not all(shown.anyway for shown in run):
        return ""
    weekdays = dict.fromkeys(f"{WEEKDAY_NAMES[shown.day.weekday()]}s" for shown in run)
    return f" (closed on {list_text(list(weekdays))} anyway)"


def _short(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day:>2} {MONTHS[day.month - 1]}"


def _list(rows: Iterable[tuple[str, str, str]], width: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=width >= NARROW)
    table.add_column(ratio=1)
    for sign, days, text in rows:
        lines = (days, text) if width >= NARROW else (Text(f"{days}\n{text}"),)
        table.add_row(Text(sign, _STYLES[sign]), *lines)
    return table


def _elsewhere(file: ClinicFile, year: int) -> Iterator[str]:
    """The dates of the file that the grid does not show: a wrong year is easily written."""
    for closure in file.closures:
        if not closure.first.year <= year <= closure.last.year:
            yield printable(str(closure))
    for day, opening in file.openings:
        if day.year != year:
            hours = _hours(opening.spans)
            yield printable(_joined(f"open {day_text(day)}", hours, opening.reason))
