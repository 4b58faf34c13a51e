"""Countries and their parts, by the codes and the names the `holidays` package knows them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Literal

from ketasched.errors import did_you_mean
from ketasched.public_holidays.package import package

UnknownField = Literal["country", "subdivision", "kept_open"]


ENGLISH: Mapping[str, tuple[str, ...]] = {
    "AT-2": ("carinthia",),
    "AT-3": ("lower austria",),
    "AT-4": ("upper austria",),
    "AT-6": ("styria",),
    "AT-7": ("tyrol",),
    "AT-9": ("vienna",),
    "CH-GE": ("geneva",),
    "CH-LU": ("lucerne",),
    "CH-ZH": ("zurich",),
    "DE-BY": ("bavaria",),
    "DE-HE": ("hesse",),
    "DE-NI": ("lower saxony",),
    "DE-NW": ("north rhine-westphalia",),
    "DE-RP": ("rhineland-palatinate",),
    "DE-SN": ("saxony",),
    "DE-ST": ("saxony-anhalt",),
    "DE-TH": ("thuringia",),
    "ES-AN": ("andalusia",),
    "ES-CT": ("catalonia",),
    "ES-IB": ("balearic islands",),
    "ES-PV": ("basque country",),
}
"""English names of parts of countries that the package knows by their own names only."""


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
    countries = package().registry.COUNTRIES
    codes = {code: names[1] for names in countries.values() for code in names[1:]}
    code = text.upper()
    if code in codes:
        return code
    by_name = {name.replace("_", " "): names[1] for name, names in countries.items()}
    known, dash, part = code.partition("-")
    if dash and known in codes:
        hint = f"the country is {known}, and {part} its part"
    else:
        hint = _hint_at_place(text, by_name)
    raise Unknown("country", text, f"unknown country `{text}`", hint)


def _hint_at_place(text: str, countries: Mapping[str, str]) -> str:
    """A hint at a country, or a part of one, that is called something like ``text``."""
    parts = _parts_by_name(countries.values())
    word = text.casefold().strip()
    if word in parts and word not in countries:
        return f"did you mean {' or '.join(f'`{place}`' for place in sorted(parts[word]))}?"
    by_name = {name: min(places) for name, places in parts.items() if len(name) > 3}
    hint = _begun(word, countries) or _near(word, by_name | dict(countries))
    return hint or "write its two letters, such as US, CA, DE or GB"


def _parts_by_name(countries: Iterable[str]) -> dict[str, set[str]]:
    """The parts of all countries, such as ``GB-ENG``, by what they are called."""
    named: dict[str, set[str]] = {}
    for country in countries:
        entity = getattr(package(), country)
        for name, code in getattr(entity, "subdivisions_aliases", {}).items():
            if len(name) > 2:
                named.setdefault(name.casefold(), set()).add(f"{country}-{code}")
    for place, names in ENGLISH.items():
        for name in names:
            named.setdefault(name, set()).add(place)
    return named


def part_code(text: str, country: str, calendar: Any) -> str | None:
    """The code of a part of a country, which may be written as its code or in words.

    Raises:
        Unknown: the country has no such part.
    """
    if not text:
        return None
    codes: Mapping[str, str] = {code.casefold(): code for code in calendar.subdivisions}
    by_name = {name.casefold(): code for name, code in calendar.subdivisions_aliases.items()}
    for place, names in ENGLISH.items():
        of, _, code = place.partition("-")
        by_name |= dict.fromkeys(names, code) if of == country else {}
    known = codes.get(text.casefold()) or by_name.get(text.casefold())
    if known:
        return known
    offered = ", ".join(calendar.subdivisions)
    hint = _did_you_mean_name(text, by_name) or did_you_mean(text, calendar.subdivisions)
    hint = hint or (f"its parts are {offered}" if offered else "leave `subdivision` out")
    raise Unknown("subdivision", text, f"{country} has no part `{text}`", hint)


def _did_you_mean_name(text: str, codes: Mapping[str, str]) -> str:
    """A hint at the code of the place that is called something like ``text``."""
    word = text.casefold()
    return _begun(word, codes) or _near(word, codes)


def _begun(word: str, codes: Mapping[str, str]) -> str:
    begun = [code for name, code in codes.items() if len(word) > 2 and name.startswith(word)]
    return f"did you mean `{begun[0]}`?" if len(begun) == 1 else ""


def _near(word: str, codes: Mapping[str, str]) -> str:
    # Of so many places one is always a little like any word.
    near = get_close_matches(word, codes, n=1, cutoff=0.75)
    return f"did you mean `{codes[near[0]]}`?" if near and len(word) > 3 else ""
