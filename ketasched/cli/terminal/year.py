"""A year of a clinic as a grid of open and closed days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from ketasched.cli.clinic_year import (
    BY_ITSELF,
    BY_WEEK,
    CLOSURE,
    HOLIDAY,
    SIGNS,
    Exceptions,
    YearDay,
    clinic_facts,
    counts_of,
    days_of,
    exceptions_in,
    left_of,
)
from ketasched.cli.terminal.page import NARROW, Page
from ketasched.domain.wording import MONTH_NAMES, MONTHS, WEEKDAYS, count_text

if TYPE_CHECKING:
    from ketasched.domain.clinic import Clinic
    from ketasched.files.clinic.clinic import ClinicFile

_STYLES = {BY_ITSELF: "bold cyan", BY_WEEK: "dim", HOLIDAY: "bold magenta", CLOSURE: "bold red"}

MONTH_WIDTH = 21
BETWEEN = 3


def clinic_year(file: ClinicFile, clinic: Clinic, year: int) -> str:
    """What was understood of a clinic file, then a year: months, counts, and all that differs."""
    page = Page()
    page.add_title(file.name)
    page.add_facts(clinic_facts(file, clinic, narrow=page.width < NARROW))
    days = days_of(clinic, year)
    page.add("", _months(days, page.width), "", _legend(days), "")
    page.add_title(f"Exceptions in {year}")
    exceptions = list(exceptions_in(days))
    page.add(_list(exceptions, page.width) if exceptions else "None.")
    for left in left_of(file, clinic, year):
        page.add("")
        page.add_title(left.title)
        page.add_items(left.lines)
    return page.text()


def _months(days: list[YearDay], width: int) -> Table:
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


def _month(days: list[YearDay], month: int) -> Group:
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


def _cell(shown: YearDay) -> str:
    """Three columns: the number with its sign; the sign alone on a weekday that is closed."""
    return f" {BY_WEEK} " if shown.sign == BY_WEEK else f"{shown.day.day:>2}{shown.sign or ' '}"


def _legend(days: list[YearDay]) -> Table:
    counts, opened = counts_of(days)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    for sign, (shown, meaning) in SIGNS.items():
        table.add_row(Text(shown, _STYLES.get(sign, "")), meaning, count_text(counts[sign], "day"))
    table.add_row("", Text("open in all", "bold"), Text(f"{opened} of {len(days)}", "bold"))
    return table


# The list


def _short(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day:>2} {MONTHS[day.month - 1]}"


def _list(exceptions: Iterable[Exceptions], width: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=width >= NARROW)
    table.add_column(ratio=1)
    for sign, first, last, text in exceptions:
        days = _short(first) if first == last else f"{_short(first)} to {_short(last)}"
        lines = (days, text) if width >= NARROW else (Text(f"{days}\n{text}"),)
        table.add_row(Text(sign, _STYLES[sign]), *lines)
    return table
