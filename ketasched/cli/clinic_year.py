"""What was understood of a clinic's file, and what each day of a year of it is."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ketasched.cli.terminal.holidays import holidays_text
from ketasched.cli.terminal.house import clinic_house_facts
from ketasched.cli.terminal.year_open import holidays_of_parts, open_half_days
from ketasched.domain.clinic import ALL_DAY, Spans, spans_text
from ketasched.domain.signs import printable
from ketasched.domain.wording import (
    WEEKDAY_NAMES,
    WEEKDAYS,
    clock_text,
    day_text,
    duration_text,
    list_text,
)

if TYPE_CHECKING:
    from ketasched.domain.clinic import Clinic, Closure, NotStarting
    from ketasched.files.clinic.clinic import ClinicFile, Defaults

OPEN, BY_ITSELF, BY_WEEK, HOLIDAY, CLOSURE = "", "O", "·", "H", "C"
SIGNS = {
    OPEN: ("12", "open"),
    BY_ITSELF: ("O", "one-off opening"),
    BY_WEEK: ("·", "closed that weekday"),
    HOLIDAY: ("H", "public holiday"),
    CLOSURE: ("C", "closure"),
}
"""By sign of a day: what a legend shows of it, and what it means."""


class YearDay(NamedTuple):
    """A day of the year, its sign in the grid, and what the list says about it.

    ``anyway``: its weekday is closed, whatever the sign says.
    """

    day: date
    sign: str
    text: str
    anyway: bool = False


class Exceptions(NamedTuple):
    """Days in a row that differ from their weekdays in the same way, and how."""

    sign: str
    first: date
    last: date
    text: str


class Left(NamedTuple):
    """What else a person may want to know of a year: a title, and lines."""

    title: str
    lines: Sequence[str]


def days_of(clinic: Clinic, year: int) -> list[YearDay]:
    """All days of a year."""
    return [
        _described(clinic, date(year, month, day))
        for month in range(1, 13)
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
    ]


def counts_of(days: Sequence[YearDay]) -> tuple[Counter[str], int]:
    """How many days have each sign, and on how many it is open."""
    counts = Counter(shown.sign for shown in days)
    return counts, counts[OPEN] + counts[BY_ITSELF]


def exceptions_in(days: Sequence[YearDay]) -> Iterator[Exceptions]:
    """All that differs from the week; days in a row are one."""
    for (sign, text), group in groupby(days, key=lambda shown: (shown.sign, shown.text)):
        if sign not in (OPEN, BY_WEEK):
            run = list(group)
            told = printable(text + _anyway(run))
            yield Exceptions(sign, run[0].day, run[-1].day, told)


def left_of(file: ClinicFile, clinic: Clinic, year: int) -> Iterator[Left]:
    """What a person may want closed, and the file does not close; its dates of other years."""
    if file.holidays is not None:
        half_days = list(open_half_days(file.holidays, clinic, year))
        if half_days:
            yield Left(f"Half days in {year} by law or custom, not closed", half_days)
        others = list(holidays_of_parts(file.holidays, year))
        if others:
            title = f"Holidays in {year} of parts of {file.holidays}, not taken: name a part"
            yield Left(title, others)
    elsewhere = list(_elsewhere(file, year))
    if elsewhere:
        yield Left(f"In the file, but not in {year}", elsewhere)


def clinic_facts(file: ClinicFile, clinic: Clinic, *, narrow: bool) -> Iterator[tuple[str, str]]:
    """What was understood of a file, line by line; ``narrow`` breaks hours into lines."""
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
    return "all day" if spans == ALL_DAY else spans_text(spans).replace("-", "\N{EN DASH}")


def _described(clinic: Clinic, day: date) -> YearDay:
    spans, why = clinic.on(day)
    week = clinic.week[day.weekday()]
    if day in clinic.openings:
        text = _joined(_hours(spans), clinic.openings[day].reason)
        return YearDay(day, BY_ITSELF, f"{text} (otherwise {_otherwise(clinic, day)})")
    closure = next((span for span in clinic.closures if span.covers(day)), None)
    if closure:
        return YearDay(day, CLOSURE, _closure_text(closure, day.year), anyway=not week)
    holiday = clinic.holiday_name(day)
    if holiday:
        return YearDay(day, HOLIDAY, holiday, anyway=not week)
    return YearDay(day, BY_WEEK if why else OPEN, "")


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


def _anyway(run: list[YearDay]) -> str:
    if not all(shown.anyway for shown in run):
        return ""
    weekdays = dict.fromkeys(f"{WEEKDAY_NAMES[shown.day.weekday()]}s" for shown in run)
    return f" (closed on {list_text(list(weekdays))} anyway)"


def _elsewhere(file: ClinicFile, year: int) -> Iterator[str]:
    """The dates of the file that the grid does not show: a wrong year is easily written."""
    for closure in file.closures:
        if not closure.first.year <= year <= closure.last.year:
            yield printable(str(closure))
    for day, opening in file.openings:
        if day.year != year:
            hours = _hours(opening.spans)
            yield printable(_joined(f"open {day_text(day)}", hours, opening.reason))
