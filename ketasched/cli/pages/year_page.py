"""The year of a clinic as a page: months of open and closed days, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ketasched.cli.clinic_year import (
    BY_ITSELF,
    BY_WEEK,
    CLOSURE,
    HOLIDAY,
    OPEN,
    SIGNS,
    YearDay,
    clinic_facts,
    counts_of,
    days_of,
    exceptions_in,
    left_of,
)
from ketasched.cli.pages.render import page
from ketasched.domain.wording import MONTH_NAMES, WEEKDAY_NAMES, count_text, day_text

if TYPE_CHECKING:
    from ketasched.domain.clinic import Clinic
    from ketasched.files.clinic.clinic import ClinicFile

LOOKS = {
    OPEN: "open",
    BY_ITSELF: "opened",
    BY_WEEK: "weekly",
    HOLIDAY: "holiday",
    CLOSURE: "closure",
}
"""By sign of a day: its style."""


class Cell(NamedTuple):
    """A day of a month: its number, its sign, how it looks, and what is said of it on hover."""

    number: int
    sign: str
    looks: str
    about: str


class Month(NamedTuple):
    """A month, week by week; None where a week has days of other months."""

    name: str
    weeks: Sequence[Sequence[Cell | None]]


def year_page(file: ClinicFile, clinic: Clinic, year: int) -> str:
    """A year of a clinic, what differs from its week, and what was understood of its file."""
    days = days_of(clinic, year)
    counts, opened = counts_of(days)
    return page(
        "year.html",
        {
            "wide": True,
            "clinic": file.name,
            "year": year,
            "opened": f"Open on {opened} of {len(days)} days",
            "weekdays": WEEKDAY_NAMES,
            "months": [_month(days, month) for month in range(1, 13)],
            "legend": [
                (sign, LOOKS[sign], meaning, count_text(counts[sign], "day"))
                for sign, (_, meaning) in SIGNS.items()
                if counts[sign]
            ],
            "exceptions": [
                (LOOKS[sign], SIGNS[sign][1], _days(first, last), text)
                for sign, first, last, text in exceptions_in(days)
            ],
            "left": list(left_of(file, clinic, year)),
            "facts": list(clinic_facts(file, clinic, narrow=False)),
        },
    )


def _days(first: date, last: date) -> str:
    texts = [day_text(day).rpartition(" ")[0] for day in (first, last)]
    return texts[0] if first == last else " to ".join(texts)


def _month(days: Sequence[YearDay], month: int) -> Month:
    return Month(MONTH_NAMES[month - 1], list(_weeks([d for d in days if d.day.month == month])))


def _weeks(inside: Sequence[YearDay]) -> Iterator[Sequence[Cell | None]]:
    cells: list[Cell | None] = [None] * inside[0].day.weekday()
    cells += [
        Cell(shown.day.day, shown.sign, LOOKS[shown.sign], shown.text or SIGNS[shown.sign][1])
        for shown in inside
    ]
    cells += [None] * (-len(cells) % 7)
    for first in range(0, len(cells), 7):
        yield cells[first : first + 7]
