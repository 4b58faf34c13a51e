"""What the user of `plan` and `suggest` is told of public holidays that are not kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from ketasched.asking.surroundings import Surroundings
    from ketasched.public_holidays import HolidayCalendar, PartHoliday

MOST_NAMED = 4
"""What a note names of holidays, the number of the others among them."""


def unasked_note(around: Surroundings, holidays: Sequence[PartHoliday]) -> Iterator[str]:
    """Which days are public holidays though none were considered, and what keeps them free."""
    if not holidays:
        return
    from ketasched.zone import country_of

    country = country_of(around.zone.name)
    parts = next((holiday.parts for holiday in holidays if holiday.parts), ())
    are = "is a public holiday" if len(holidays) == 1 else "are public holidays"
    days = _some([f"{_day(holiday)} ({_name(holiday)})" for holiday in holidays])
    place = f"{country}-{parts[0]}" if parts else country
    keep = f"--holidays {place}" + (", or whichever part it is" if parts else "")
    file = f"; or write `holidays` into {around.file.file}" if around.file else ""
    yield f"no holidays considered, and {days} {are} in {country}: add {keep}{file}"


def parts_note(holidays: HolidayCalendar | None, first: date, last: date) -> Iterator[str]:
    """Which holidays from one day to another a nationwide list leaves out, if it is one."""
    if holidays is None or holidays.subdivision:
        return
    from ketasched import public_holidays
    from ketasched.cli.terminal.year_open import parts_text

    left_out = public_holidays.left_out(holidays, first, last)
    if left_out is None:
        return
    named = [f"{_day(holiday)} {holiday.name} ({parts_text(holiday)})" for holiday in left_out]
    which = f": {_some(named)}" if named else ", none of them in these days"
    most = max(left_out, key=lambda holiday: len(holiday.parts), default=None)
    part = most.parts[0] if most else public_holidays.place_of(holidays.country, "").parts[0]
    yield (
        f"the holidays of {holidays} leave out those that only parts of it have{which}; "
        f"name a part, such as --holidays {holidays}-{part}"
    )


def _day(holiday: PartHoliday) -> str:
    from ketasched.domain.wording import day_text

    return day_text(holiday.day)


def _name(holiday: PartHoliday) -> str:
    from ketasched.cli.terminal.year_open import parts_text

    return f"{holiday.name} in {parts_text(holiday)}" if holiday.parts else holiday.name


def _some(named: list[str]) -> str:
    from ketasched.domain.wording import list_text

    if len(named) > MOST_NAMED:
        named[MOST_NAMED - 1 :] = [f"{len(named) - MOST_NAMED + 1} more"]
    return list_text(named)
