"""Countries and their parts, by the codes and the names the `holidays` package knows them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ketasched.errors import did_you_mean

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


def country_code(text: str) -> str:
    """The two letters of a country.

    Raises:
        Unknown: there is none of that code.
    """
    from holidays.registry import COUNTRIES

    codes = {code: names[1] for names in COUNTRIES.values() for code in names[1:]}
    code = text.upper()
    if code in codes:
        return code
    by_name = {name.replace("_", " "): names[1] for name, names in COUNTRIES.items()}
    hint = _did_you_mean_name(text, by_name) or "write its two letters, such as US, CA, DE or GB"
    raise Unknown("country", text, f"unknown country `{text}`", hint)


def part_code(text: str, country: str, calendar: Any) -> str | None:
    """The code of a part of a country, which may be written as its code or in words.

    Raises:
        Unknown: the country has no such part.
    """
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
