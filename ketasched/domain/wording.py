"""Values as staff and the command line read them: in English, with a clock of 24 hours."""

from __future__ import annotations

from datetime import date, datetime, time

from ketasched.languages.english import (
    MONTH_NAMES,
    MONTHS,
    WEEKDAY_NAMES,
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    list_text,
)
from ketasched.languages.language import ENGLISH

__all__ = [
    "MONTHS",
    "MONTH_NAMES",
    "WEEKDAYS",
    "WEEKDAY_NAMES",
    "clock_of",
    "clock_text",
    "count_text",
    "day_text",
    "days_text",
    "duration_text",
    "exact_moment_text",
    "list_text",
    "minute_of_day",
    "moment_text",
]


def days_text(first: date, last: date) -> str:
    """A date, or two of them with all between: ``Mon 8 Feb 2027 to Fri 12 Feb 2027``."""
    return day_text(first) if first == last else f"{day_text(first)} to {day_text(last)}"


def moment_text(moment: datetime) -> str:
    """A day and a time, by the moment's own clock: ``Mon 8 Feb 2027 09:00``."""
    return f"{day_text(moment.date())} {clock_text(moment.timetz())}"


def exact_moment_text(moment: datetime) -> str:
    """A moment of others, with its seconds if it has some: ``Mon 8 Feb 2027 09:00:07.5``."""
    seconds = f":{moment:%S.%f}".rstrip("0").rstrip(".") if moment.microsecond else f":{moment:%S}"
    return moment_text(moment) + (seconds if moment.second or moment.microsecond else "")


def duration_text(minutes: int) -> str:
    """Minutes as people say them: ``40 min``, ``2 h 30 min``, ``1 day``, ``4 weeks``."""
    return ENGLISH.duration(minutes)


def clock_of(minute: int) -> str:
    """Minutes after midnight as a wall time; 1440 is the end of a day: ``24:00``."""
    return "24:00" if minute == 1440 else clock_text(time(*divmod(minute, 60)))


def minute_of_day(at: time) -> int:
    """A wall time as minutes after midnight."""
    return at.hour * 60 + at.minute
