"""The days and windows that cells of a visit table say: numbers, weeks, ranges and dates."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from ketasched.domain.typed_dates import read_date
from ketasched.files.visit_table.headers import DASHES, EITHER

LAST_DAY = 3660
LONGEST_WINDOW = 366
_DAY_WORDS = "days?|d|tage?n?|jours?|j|d[ií]as?"
_WEEK_WORDS = "weeks?|wks?|w|wochen?|semaines?|semanas?"
_UNIT = rf"({_DAY_WORDS}|{_WEEK_WORDS})"
_UNIT_WORD = re.compile(rf"(?<![^\W\d_]){_UNIT}(?![^\W\d_])", re.IGNORECASE)
# A comma with three digits after it may stand for thousands.
_COUNT = rf"([0-9]{{1,5}})(?:\.0+|,00?)?\s*{_UNIT}?"
_DAY_TEXT = rf"(?:(?:stud(?:y|ien)[\s-]*)?{_UNIT}[\s.:]*)?([+-]?)\s*{_COUNT}"
_DAY = re.compile(_DAY_TEXT, re.IGNORECASE)
_LABELLED_DAY = re.compile(
    rf"(?P<label>.*?)[\s,;:/(\[-]*(?<!\w)(?P<day>{_DAY_TEXT})[\s)\]]*", re.IGNORECASE
)
_WITH_WINDOW = re.compile(
    rf"(?P<day>.+?)[\s,;:]*[(\[]?(?P<window>(?:{EITHER}|[+-]\s*[0-9]+[^0-9]*?[+-]\s*[0-9]).*?)[)\]]*"
)
_SIDE = re.compile(rf"([+-]?)\s*{_COUNT}", re.IGNORECASE)
_BOTH = re.compile(rf"{EITHER}?\s*{_COUNT}", re.IGNORECASE)
_PAIR = re.compile(
    rf"([+-])\s*{_COUNT}\s*(?:/|,|;|to|and|bis|und|à|et|al?|y)?\s*([+-])\s*{_COUNT}", re.IGNORECASE
)
# Where one of two says its side, the other is the other side: -3/5, 0/+5.
_HALF_SIGNED = re.compile(rf"([+-]?)\s*{_COUNT}\s*/\s*([+-]?)\s*{_COUNT}", re.IGNORECASE)
_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}(?:\. ?|/)[0-9]{1,2}(?:\. ?|/)[0-9]{2,4}"
_POINT = rf"{_DATE}|(?:{_UNIT}[\s.:]*)?-?[0-9]{{1,5}}(?:\s*{_UNIT})?"
_RANGE = re.compile(
    rf"(?P<first>{_POINT})\s*(?:-|to|bis|until|al?|au|à|\.\.)\s*(?P<last>{_POINT})", re.IGNORECASE
)
_IN_BRACKETS = re.compile(
    rf"(?P<day>.+?)\s*[(\[]\s*(?P<window>{_RANGE.pattern})\s*[)\]]", re.IGNORECASE
)
_MONTHS = re.compile(r"\b(?:months?|monate?n?|mois|mes|meses)\b", re.IGNORECASE)


class VisitDay(NamedTuple):
    """A day from the baseline, and whether it was written as weeks."""

    number: int
    in_weeks: bool


class Span(NamedTuple):
    """The first and the last day of a window; empty: none is said."""

    first: VisitDay | date | None
    last: VisitDay | date | None


class Sides(NamedTuple):
    """A window: days early, days late."""

    early: int
    late: int


class Timing(NamedTuple):
    """When a visit is; the window where one cell says both; what the visit is called by it."""

    day: VisitDay | date
    window: Sides | Span | None = None
    label: str = ""


def read_timing(text: str, unit: str = "") -> Timing:
    """Read ``-14``, ``Week 4 ± 3 days``, ``Day 29 (-2/+3)``, or a date: ``04.01.2027``.

    Args:
        text: the cell.
        unit: what its bare numbers are, ``week`` or nothing for days.

    Raises:
        ValueError: it is not a day.
    """
    day, window = _parted(text)
    return Timing(_read_point(day, unit), read_window(window) if window else None)


def _parted(text: str) -> tuple[str, str]:
    """A day and the window behind it, if there is one."""
    signs = text.translate(DASHES)
    if not _DAY.fullmatch(signs) and not _is_date(signs):
        match = _WITH_WINDOW.fullmatch(signs) or _IN_BRACKETS.fullmatch(signs)
        if match:
            return match["day"].strip(), match["window"].strip()
    return text, ""


def read_labelled(text: str, *, by_weeks: bool = False) -> Timing:
    """Read ``Week 4 ± 3 days`` or ``Visit 3 (Day 29)``: a name that says its day, in words.

    ``by_weeks``: all the others say weeks, which are counted from the baseline. So one that is
    called baseline, and no more, is on day 0.

    Raises:
        ValueError: it says no day.
    """
    if by_weeks and re.fullmatch(r"base\s?line|basisvisite|basal", text, re.IGNORECASE):
        return Timing(VisitDay(0, in_weeks=True), None, text)
    named, window = _parted(text)
    match = _LABELLED_DAY.fullmatch(named.translate(DASHES))
    in_words = match and _UNIT_WORD.search(match["day"])
    if not match or not in_words or _UNIT_WORD.fullmatch(match["label"].split(" ")[-1]):
        raise ValueError(*_no_day(text))
    label, day = match["label"].strip(), match["day"].strip()
    name = f"{label} ({day})" if label else day
    return Timing(_read_point(day), read_window(window) if window else None, name)


def _no_day(text: str) -> tuple[str, str]:
    if not text:
        return "the visit has no day", "write, say, Day 1"
    if _MONTHS.search(text):
        return f"`{text[:40]}`: a month has no fixed number of days", "write days or weeks"
    example = f"{text} (Day 1)" if len(text) <= 20 else "Week 4 \xb1 3 days"
    return f"`{text[:40]}` says no day", f"write, say, {example}"


def _read_point(text: str, unit: str = "") -> VisitDay | date:
    """Read a day from the baseline, or a date; ``unit`` is that of a bare number."""
    signs = text.translate(DASHES)
    if unit == "date" or _is_date(signs):
        return _date(signs)
    match = _DAY.fullmatch(signs)
    if not match or (match[1] and match[4]):
        raise ValueError(*_not_a_day(text))
    weeks = _in_weeks(match[1] or match[4] or unit)
    number = int(match[3]) * (7 if weeks else 1) * (-1 if match[2] == "-" else 1)
    if abs(number) > LAST_DAY:
        raise ValueError(f"day {number} is outside -{LAST_DAY} to {LAST_DAY}")
    return VisitDay(number, weeks)


def names_unit(name: str, number: int) -> str:
    """The unit whose number a name says: ``Week`` for ``Week 4`` and 4.

    The first of each is none: it may well be on day 1.
    """
    if abs(number) < 2:
        return ""
    units = rf"{_WEEK_WORDS}|{_MONTHS.pattern}"
    said = rf"(?<!\w)(?:({units})[\s.:]*{number}|{number}[\s-]*({units}))(?!\w)"
    match = re.search(said, name.translate(DASHES), re.IGNORECASE)
    return (match[1] or match[2]) if match else ""


class End(NamedTuple):
    """One end of a window; none where the cell is empty, and the window ends on the day itself."""

    point: VisitDay | date | None


def read_end(text: str, unit: str = "") -> End:
    """Read the first or last day of a window."""
    return End(_read_point(text, unit) if text else None)


def _not_a_day(text: str) -> tuple[str, ...]:
    if not text:
        return (
            "the visit has no day: write a whole number of days from the baseline, such as -14",
        )
    if _MONTHS.search(text):
        return f"`{text[:40]}`: a month has no fixed number of days", "write days or weeks"
    if _RANGE.fullmatch(text.translate(DASHES)):
        return f"`{text[:40]}` is not a day but a range", "write the day, and its window beside it"
    shown = f"`{text[:40]}` is not a day"
    return (f"{shown}: write a whole number of days from the baseline, such as -14",)


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(_DATE, text))


def _date(text: str) -> date:
    if not re.search("[0-9]{4}", text):
        raise ValueError(f"`{text[:40]}` is not a date", "write it as 2027-01-05 or 05.01.2027")
    return read_date(text, date.min)


def _in_weeks(unit: str) -> bool:
    return bool(re.fullmatch(_WEEK_WORDS, unit, re.IGNORECASE))


def _days(count: str, unit: str | None) -> int:
    return int(count) * (7 if _in_weeks(unit or "") else 1)


def read_minus(text: str, unit: str = "") -> int:
    """Read days early; teams write -3 and 3 and mean the same."""
    return _side(text, "+-", unit)


def read_plus(text: str, unit: str = "") -> int:
    """Read days late."""
    return _side(text, "+", unit)


def _side(text: str, signs: str, unit: str) -> int:
    match = _SIDE.fullmatch(text.translate(DASHES))
    if text and (not match or (match[1] not in signs and int(match[2]))):
        raise ValueError(f"`{text[:40]}` is not a number of days: write, say, 3")
    return bounded(_days(match[2], match[3] or unit) if match else 0)


def read_window(text: str, unit: str = "") -> Sides | Span:
    """Read days early and days late, or the first and last day: ``±3``, ``-3/+5``, ``26-32``."""
    signs = text.translate(DASHES).strip("()[] ")
    if not text:
        return Sides(0, 0)
    if both := _BOTH.fullmatch(signs):
        days = bounded(_days(both[1], both[2] or unit))
        return Sides(days, days)
    if side := _SIDE.fullmatch(signs):
        days = bounded(_days(side[2], side[3] or unit))
        return Sides(days, 0) if side[1] == "-" else Sides(0, days)
    pair = _PAIR.fullmatch(signs) or _HALF_SIGNED.fullmatch(signs)
    if pair and pair[1] != pair[4] and not (pair[3] and not pair[6]):
        first = bounded(_days(pair[2], pair[3] or pair[6] or unit))
        second = bounded(_days(pair[5], pair[6] or unit))
        return Sides(first, second) if pair[1] == "-" or pair[4] == "+" else Sides(second, first)
    if span := _span(signs, unit):
        return span
    hint = "a spreadsheet makes a date of 3-5: write it as text" if _is_date(signs) else ""
    raise ValueError(f"`{text[:40]}` is not a window: write, say, \xb13, -3/+5 or 26-32", hint)


def _span(text: str, unit: str) -> Span | None:
    """A range of days, if it cannot be meant as days early and days late: ``-3 to 5``."""
    match = _RANGE.fullmatch(text)
    if not match:
        return None
    first_unit = re.match(_WEEK_WORDS, match["first"], re.IGNORECASE)
    last_unit = re.search(rf"(?:{_WEEK_WORDS})$", match["last"], re.IGNORECASE)
    said = first_unit or last_unit  # of one only: "Week 4-6", "4-6 weeks"
    unit = said[0] if said else unit
    first, last = _read_point(match["first"], unit), _read_point(match["last"], unit)
    if isinstance(first, VisitDay) and isinstance(last, VisitDay):
        return None if first.number < 0 < last.number else Span(first, last)
    return Span(first, last)


def bounded(days: int) -> int:
    """Days of one side of a window.

    Raises:
        ValueError: they are more than a year.
    """
    if days > LONGEST_WINDOW:
        raise ValueError(f"a window of {days} days is longer than {LONGEST_WINDOW} days")
    return days
