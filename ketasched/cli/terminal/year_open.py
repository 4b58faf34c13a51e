"""What a year of a clinic leaves open that a person may want closed: half days, and holidays that
only parts of its country have.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from ketasched.domain.wording import day_text, list_text

if TYPE_CHECKING:
    from ketasched.domain.clinic import Clinic
    from ketasched.public_holidays import HolidayCalendar, PartHoliday

MOST_PARTS = 8
"""Parts of a country that are named one by one."""


def open_half_days(calendar: HolidayCalendar, clinic: Clinic, year: int) -> Iterator[str]:
    """The days that end early by law or custom, and on which the clinic is open."""
    from ketasched import public_holidays

    for day, name in public_holidays.half_days(calendar, year):
        if clinic.on(day).spans:
            yield f"{day_text(day)}  {name}"


def holidays_of_parts(calendar: HolidayCalendar, year: int) -> Iterator[str]:
    """The holidays that parts of the country have, and a file that names none does not take."""
    from ketasched import public_holidays

    first, last = date(year, 1, 1), date(year, 12, 31)
    for holiday in public_holidays.left_out(calendar, first, last) or ():
        yield f"{day_text(holiday.day)}  {holiday.name}: {parts_text(holiday)}"


def parts_text(holiday: PartHoliday) -> str:
    """Which parts have a holiday; their number if they are many."""
    if len(holiday.parts) > MOST_PARTS:
        return f"{len(holiday.parts)} parts"
    return list_text(list(holiday.parts))
