"""Public holidays by country and subdivision, from the `holidays` package."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from ketasched.errors import BeyondKnowledge, did_you_mean

SOME_YEARS = range(2020, 2040)
"""Years whose holidays are looked through for a name."""
_REMARK = re.compile(r" \((observed|estimated|observed, estimated|substitute day|in lieu)\)$")
_SEVERAL = "; "


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
        """The calendar of ``US`` or ``US-CA``."""
        country, _, subdivision = place.strip().partition("-")
        return cls(country, subdivision)


UnknownField = Literal["country", "subdivision", "kept_open"]


class Unknown(ValueError):
    """The package knows no such country, subdivision or holiday; its arguments are a sentence
    and a hint.

    ``field``: which field of the `HolidayCalendar` says so. ``value``: what it says.
    """

    def __init__(self, field: UnknownField, value: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.field = field
        self.value = value


def load(wanted: HolidayCalendar) -> Callable[[date], str | None]:
    """The name of the public holiday on a day, or None.

    Raises:
        Unknown: the package knows no such country, subdivision or holiday.
    """
    for problem in problems(wanted):
        raise problem
    calendar = _calendar(wanted)
    open_names = {_plain(name) for name in wanted.kept_open}
    last_year = calendar.end_year

    def name(day: date) -> str | None:
        if day.year > last_year:
            raise BeyondKnowledge(
                f"public holidays are known up to {last_year} only",
                "leave them out, or close the days with --closed",
            )
        holidays: str | None = calendar.get(day)
        if holidays is None or not open_names:
            return holidays
        kept = [
            holiday for holiday in holidays.split(_SEVERAL) if _plain(holiday) not in open_names
        ]
        return _SEVERAL.join(kept) or None

    return name


def problems(wanted: HolidayCalendar) -> Iterator[Unknown]:
    """Everything in a calendar that the package does not know."""
    try:
        calendar = _calendar(wanted)
    except Unknown as problem:
        yield problem
        return
    known = _names(calendar) if wanted.kept_open else {}
    for name in wanted.kept_open:
        if _plain(name) not in known:
            names = sorted(known.values())
            hint = did_you_mean(name, names) or f"its holidays are {', '.join(names)}"
            yield Unknown("kept_open", name, f"{wanted} has no public holiday `{name}`", hint)


def _calendar(wanted: HolidayCalendar) -> Any:
    import holidays

    country = _country_code(wanted.country)
    calendar = holidays.country_holidays(country)
    choices: dict[str, Any] = {"observed": wanted.observed}
    choices["subdiv"] = _part(wanted.subdivision, country, calendar)
    english = [code for code in calendar.supported_languages if code.startswith("en")]
    if english:
        choices["language"] = english[0]
    return holidays.country_holidays(country, **choices)


def _country_code(text: str) -> str:
    from holidays.registry import COUNTRIES

    codes = {code: names[1] for names in COUNTRIES.values() for code in names[1:]}
    code = text.upper()
    if code in codes:
        return code
    by_name = {name.replace("_", " "): names[1] for name, names in COUNTRIES.items()}
    hint = _did_you_mean_name(text, by_name) or "write its two letters, such as US, CA, DE or GB"
    raise Unknown("country", text, f"unknown country `{text}`", hint)


def _part(text: str, country: str, calendar: Any) -> str | None:
    """The code of a part of a country, which may be written as its code or in words."""
    if not text:
        return None
    codes: Mapping[str, str] = {code.casefold(): code for code in calendar.subdivisions}
    by_name = {name.casefold(): code for name, code in calendar.subdivisions_aliases.items()}
    code = codes.get(text.casefold()) or by_name.get(text.casefold())
    if code:
        return code
    offered = ", ".join(calendar.subdivisions)
    hint = _did_you_mean_name(text, by_name) or did_you_mean(text, calendar.subdivisions)
    hint = hint or (f"its parts are {offered}" if offered else "leave `subdivision` out")
    raise Unknown("subdivision", text, f"{country} has no part `{text}`", hint)


def _did_you_mean_name(text: str, codes: Mapping[str, str]) -> str:
    """A hint at the code of the place that is called something like ``text``."""
    word = text.casefold()
    begun = [code for name, code in codes.items() if len(word) > 2 and name.startswith(word)]
    if len(begun) == 1:
        return f"did you mean `{begun[0]}`?"
    near = did_you_mean(text, codes, quote="")
    name = near.removeprefix("did you mean ").removesuffix("?")
    return f"did you mean `{codes[name]}`?" if near and len(word) > 3 else ""


def _names(calendar: Any) -> dict[str, str]:
    """Every holiday by its name as it is compared."""
    for year in SOME_YEARS:
        calendar.get(date(year, 1, 1))  # the calendar fills a year when it is asked about it
    on_days = (name for names in calendar.values() for name in names.split(_SEVERAL))
    return {_plain(name): name for name in {_REMARK.sub("", name) for name in on_days}}


def _plain(name: str) -> str:
    return _REMARK.sub("", name.casefold().strip()).replace("\u2019", "'")
