"""Public holidays by country and subdivision, from the `holidays` package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from ketasched.errors import BeyondKnowledge, did_you_mean
from ketasched.public_holidays.observance import place_of
from ketasched.public_holidays.part_holiday import PartHoliday
from ketasched.public_holidays.places import Unknown
from ketasched.public_holidays.unasked import touched

__all__ = [
    "HalfDay",
    "HolidayCalendar",
    "PartHoliday",
    "Unknown",
    "half_days",
    "left_out",
    "load",
    "place_of",
    "problems",
    "touched",
]

SOME_YEARS = range(2020, 2040)
"""Years whose holidays are looked through for a name."""
_SEVERAL = "; "
_CODE = 3
"""The most letters of a country's code."""
# Half days by custom, on 24 and 31 December: the package knows them by other names, or not at all.
_EVES = {(12, 24): "Christmas Eve", (12, 31): "New Year's Eve"}
_CUSTOMS = ("bank", "optional", "unofficial", "government")
_BY_CUSTOM = ("DE", "NO")


class HolidayCalendar(NamedTuple):
    """Which public holidays a clinic keeps.

    ``observed``: also the working day on which one that falls on a weekend is observed.
    ``kept_open``: names of holidays on which the clinic is open.
    """

    country: str
    subdivision: str = ""
    observed: bool = True
    kept_open: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country

    @classmethod
    def of_place(cls, place: str) -> HolidayCalendar:
        """The calendar of ``US`` or ``US-CA``; a longer word before a hyphen is no code."""
        country, _, subdivision = place.strip().partition("-")
        return cls(country, subdivision) if len(country) <= _CODE else cls(place.strip())


class HalfDay(NamedTuple):
    """A day that ends early by law or custom."""

    day: date
    name: str


def load(wanted: HolidayCalendar) -> Callable[[date], str | None]:
    """The name of the public holiday on a day, or None.

    Raises:
        Unknown: the package knows no such country, subdivision or holiday.
    """
    for problem in problems(wanted):
        raise problem
    place = place_of(wanted.country, wanted.subdivision)
    is_open = {_compared(place.plain(name)) for name in wanted.kept_open}

    @cache
    def named(year: int) -> dict[date, str]:
        days = place.holidays(year, observed=wanted.observed)
        kept = {
            day: [
                holiday.name
                for holiday in holidays
                if is_open.isdisjoint(map(_compared, (holiday.of, place.plain(holiday.name))))
            ]
            for day, holidays in days.items()
        }
        return {day: _SEVERAL.join(names) for day, names in kept.items() if names}

    def name(day: date) -> str | None:
        if day.year > place.last_year:
            raise BeyondKnowledge(
                f"public holidays are known up to {place.last_year} only",
                "leave them out, or close the days with --closed",
            )
        return named(day.year).get(day)

    return name


def problems(wanted: HolidayCalendar) -> Iterator[Unknown]:
    """Everything in a calendar that the package does not know."""
    try:
        place = place_of(wanted.country, wanted.subdivision)
    except Unknown as problem:
        yield problem
        return
    known = place.names(SOME_YEARS) if wanted.kept_open else {}
    called = {_compared(name) for names in known.values() for name in names}
    for name in wanted.kept_open:
        if _compared(place.plain(name)) not in called:
            offered = sorted(known)
            hint = did_you_mean(name, offered) or f"its holidays are {', '.join(offered)}"
            yield Unknown("kept_open", name, f"{wanted} has no public holiday `{name}`", hint)


def left_out(wanted: HolidayCalendar, first: date, last: date) -> list[PartHoliday] | None:
    """The holidays from one day to another that only parts of the country have, in their order.

    None where the calendar names a part, or where all parts have the country's.
    """
    place = place_of(wanted.country, wanted.subdivision)
    if place.part or not place.parts:
        return None
    years = range(first.year, min(last.year, place.last_year) + 1)
    days: dict[tuple[date, str], list[str]] = {}
    for code in place.parts:
        part = place_of(wanted.country, code)
        for year in years:
            everywhere = place.listed(year, observed=wanted.observed)
            for day, names in part.listed(year, observed=wanted.observed).items():
                for name in names if day not in everywhere else ():
                    days.setdefault((day, name), []).append(code)
    if not days:
        return None
    return [
        PartHoliday(day, name, tuple(codes))
        for (day, name), codes in sorted(days.items())
        if first <= day <= last
    ]


def half_days(wanted: HolidayCalendar, year: int) -> list[HalfDay]:
    """The days of a year that end early by a law or custom, and are no public holidays."""
    place = place_of(wanted.country, wanted.subdivision)
    public = place.listed(year)
    days: dict[date, str] = {}
    for category in ("half_day", "de_facto", *_CUSTOMS):
        if category in place.categories:
            for day, names in place.listed(year, category=category).items():
                if category not in _CUSTOMS or (day.month, day.day) in _EVES:
                    days.setdefault(day, _SEVERAL.join(map(place.plain, names)))
    if place.country in _BY_CUSTOM:
        for (month, number), name in _EVES.items():
            days.setdefault(date(year, month, number), name)
    return [HalfDay(day, name) for day, name in sorted(days.items()) if day not in public]


def _compared(name: str) -> str:
    return name.casefold().strip().replace("\u2019", "'")
