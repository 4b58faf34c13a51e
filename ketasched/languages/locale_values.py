"""Dates, times and lists as a language and country write them: the Unicode CLDR by Babel.

Only what is not plain English comes here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from babel.lists import format_list

from ketasched.languages.language import NO_BREAK

_SPACES = str.maketrans(dict.fromkeys("\u2009\u202f", NO_BREAK))
"""Narrow spaces, which many fonts of phones and printers lack. Spain's ``p. m.`` is written as in
America, ``p.m.``, so that a time fits a day of a month.
"""
_FIRST = re.compile(r"\b1 (?=\D)")
"""The first of a month, which French counts as the first, and the CLDR does not."""
_YEAR = re.compile(r"[\s,]*(?:'de'\s*)?y+$")


class LocaleValues(NamedTuple):
    """How a locale writes values."""

    locale: Locale

    def day(self, day: date, *, long: bool, year: bool) -> str:
        """A date with its weekday: ``martes, 5 de enero de 2027``, ``mar, 5 ene``."""
        if long:
            pattern = str(self.locale.date_formats["full"].pattern)
            text = format_date(day, pattern if year else _YEAR.sub("", pattern), self.locale)
        else:
            text = format_skeleton("yMMMEd" if year else "MMMEd", day, locale=self.locale)
        return _FIRST.sub("1er ", text) if self.locale.language == "fr" else text

    def month(self, first: date) -> str:
        """The month that a day is in, with its year."""
        return format_skeleton("yMMMM", first, locale=self.locale)

    def weekdays(self, *, long: bool) -> tuple[str, ...]:
        """The names of the weekdays from Monday on."""
        names = self.locale.days["stand-alone"]["wide" if long else "abbreviated"]
        return tuple(names[weekday].removesuffix(".") for weekday in range(7))

    def clock(self, at: time, hours: int) -> str:
        """A wall time by a clock of 12 or 24 hours."""
        moment = datetime.combine(date.min, at.replace(tzinfo=None))
        return _plain(format_skeleton(_skeleton(hours), moment, locale=self.locale))

    def span(self, start: datetime, end: datetime, hours: int) -> str:
        """From one wall time to another, without the days."""
        first, last = (datetime.combine(date.min, at.time()) for at in (start, end))
        text = format_interval(first, last, _skeleton(hours), locale=self.locale)
        return _plain(text)

    def listed(self, words: Sequence[str]) -> str:
        """Words as a list."""
        return format_list(words, locale=self.locale)


def _plain(text: str) -> str:
    return text.translate(_SPACES).replace(f".{NO_BREAK}m.", ".m.")


def _skeleton(hours: int) -> str:
    return "hm" if hours == 12 else "Hm"


@cache
def locale_values(code: str, territory: str) -> LocaleValues:
    """The values of a language as its country writes them, else as the language does anywhere."""
    try:
        return LocaleValues(Locale(code, territory or None))
    except UnknownLocaleError:
        return LocaleValues(Locale(code))
