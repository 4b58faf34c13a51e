"""Dates as people type them, and never a guess: ``01/02/2027`` means two different days."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from ketasched.domain.typed_times import read_weekday
from ketasched.domain.wording import MONTH_NAMES, WEEKDAY_NAMES, day_text

FIRST_YEAR, LAST_YEAR = 2000, 2199
_HOW = "write a date as 2027-01-05 or 5 jan 2027"
_FROM_TODAY = {"yesterday": -1, "today": 0, "tomorrow": 1}
_ISO = re.compile(r"([0-9]{1,9})-([0-9]{1,2})-([0-9]{1,2})")
_NUMERIC = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})")
_DOTTED = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
_WORDS = re.compile(
    r"(?:(?P<weekday>[a-z]+),? )?"
    r"(?:(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[ -](?P<month>[a-z]+)"
    r"|(?P<month2>[a-z]+) (?P<day2>[0-9]{1,2})(?:st|nd|rd|th)?)"
    r"(?:,?[ -](?P<year>[0-9]{1,9}))?"
)


def read_date(text: str, today: date) -> date:
    """Read ``2027-01-05``, ``5 jan 2027``, ``tue 5 jan 2027``, ``next tuesday``, ``tomorrow`` or
    ``yesterday``.

    ``05.01.2027`` is a day in January; ``13/01/2027`` and ``01/13/2027`` have one reading too. A
    weekday alone, with or without ``next``, is the first one after today.

    Raises:
        ValueError: not a date, not one single date, or none that exists.
    """
    words = " ".join(text.casefold().split())
    if words in _FROM_TODAY:
        return today + timedelta(days=_FROM_TODAY[words])
    if match := _ISO.fullmatch(words):
        return _existing(text, int(match[1]), int(match[2]), int(match[3]))
    if match := _DOTTED.fullmatch(words):
        # Wherever dates have dots, the day comes first.
        return _existing(text, int(match[3]), int(match[2]), int(match[1]))
    if match := _NUMERIC.fullmatch(words):
        return _in_numbers(text, int(match[1]), int(match[3]), int(match[4]))
    if match := _WORDS.fullmatch(words):
        month = _month(match["month"] or match["month2"])
        if month:
            return _in_words(text, match, month)
    weekday = words.removeprefix("next ")
    try:
        number = read_weekday(weekday)
    except ValueError:
        raise ValueError(f"`{text}` is not a date: {_HOW}, a weekday, or tomorrow") from None
    return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)


def read_span(text: str, today: date) -> tuple[date, date]:
    """Read a date, or two of them as ``FIRST..LAST``, both included.

    Raises:
        ValueError: not a date, or the last before the first.
    """
    first_text, dots, last_text = text.partition("..")
    first = read_date(first_text, today)
    last = read_date(last_text, today) if dots else first
    if last < first:
        raise ValueError(f"`{text}` ends before it begins: write the earlier date first")
    return first, last


def _in_words(text: str, match: re.Match[str], month: int) -> date:
    if not match["year"]:
        raise ValueError(f"`{text}` has no year: write, say, {text.strip()} 2027")
    day = _existing(text, int(match["year"]), month, int(match["day"] or match["day2"]))
    if match["weekday"]:
        weekday = read_weekday(match["weekday"])
        if weekday != day.weekday():
            raise ValueError(
                f"`{text}` is not a {WEEKDAY_NAMES[weekday]}: that date is {day_text(day)}"
            )
    return day


def _month(word: str) -> int | None:
    for number, name in enumerate(MONTH_NAMES, start=1):
        if len(word) >= 3 and (
            name.casefold().startswith(word) or word == "sept" == name[:4].casefold()
        ):
            return number
    return None


def _existing(text: str, year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"`{text}`: the year {year} is outside {FIRST_YEAR} to {LAST_YEAR}")
    if not 1 <= month <= 12:
        raise ValueError(f"`{text}` is not a date: there is no month {month}")
    days = monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise ValueError(f"`{text}` is not a date: {MONTH_NAMES[month - 1]} {year} has {days} days")
    return date(year, month, day)


def _in_numbers(text: str, one: int, other: int, year: int) -> date:
    """A date with strokes: read where day and month cannot be taken for each other."""
    if max(one, other) > 12 or one == other:
        month, day = (other, one) if other <= 12 else (one, other)
        return _existing(text, year, month, day)
    _existing(text, year, one, other)
    choices = f"{year}-{one:02}-{other:02} or {year}-{other:02}-{one:02}"
    raise ValueError(f"`{text}` reads differently in different countries: write {choices}")
