"""Durations, clock times and weekdays as people type them."""

from __future__ import annotations

import re
from datetime import time, timedelta

from ketasched.domain.wording import WEEKDAY_NAMES
from ketasched.errors import did_you_mean

LONGEST = 10_000 * 366 * 1440
_UNIT_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}
_UNIT_WORDS = {
    "m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d",
    "w": "w", "wk": "w", "wks": "w", "week": "w", "weeks": "w",
}  # fmt: skip
_PART = re.compile(r"\s*([0-9]{1,6})\s*([a-z]+)\s*", re.IGNORECASE)
_CLOCK = re.compile(r"([0-9]{1,2})[:.h]([0-9]{2})\s*(am|pm)?|([0-9]{1,2})\s*(am|pm)", re.IGNORECASE)


def read_duration(text: str) -> timedelta:
    """Read ``40 min``, ``2 h``, ``1h 30m``, ``2 days`` or ``4 weeks``.

    Raises:
        ValueError: the text is not a number followed by a unit.
    """
    minutes = 0
    position = 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None or part[2].casefold() not in _UNIT_WORDS:
            break
        minutes += int(part[1]) * _UNIT_MINUTES[_UNIT_WORDS[part[2].casefold()]]
        position = part.end()
    if position < len(text) or not text.strip():
        raise ValueError(
            f"`{text}` is not a length of time: write a number and a unit, "
            "such as 40 min, 2 h or 3 days"
        )
    if minutes > LONGEST:
        raise ValueError(f"`{text[:40]}` is longer than ten thousand years")
    return timedelta(minutes=minutes)


def read_minutes(text: str) -> int:
    """Read a length of time in whole minutes."""
    return int(read_duration(text).total_seconds()) // 60


def read_days(text: str) -> int:
    """Read a length of time in whole days.

    Raises:
        ValueError: not a length of time, or not whole days.
    """
    length = read_duration(text)
    if length % timedelta(days=1):
        raise ValueError(f"`{text}` is not a number of whole days: write, say, 2 days or 1 week")
    return length.days


def read_weeks(text: str) -> int:
    """Read a length of time in whole weeks.

    Raises:
        ValueError: not a length of time, or not whole weeks.
    """
    days = read_days(text)
    if days % 7:
        raise ValueError(f"`{text}` is not a number of whole weeks: write, say, 1 week or 4 weeks")
    return days // 7


def read_weekday(text: str) -> int:
    """Read a weekday name of three letters or more; Monday is 0.

    Raises:
        ValueError: not the name of a weekday.
    """
    word = text.strip().casefold()
    for number, name in enumerate(WEEKDAY_NAMES):
        if len(word) >= 3 and name.casefold().startswith(word):
            return number
    raise ValueError(
        f"`{text}` is not a weekday: write mon, tue, wed, thu, fri, sat or sun",
        did_you_mean(word, WEEKDAY_NAMES),
    )


def read_weekdays(text: str) -> list[int]:
    """Read ``mon``, ``mon-thu``, ``sat-mon`` or ``mon, wed, fri``.

    Raises:
        ValueError: one of them is not the name of a weekday.
    """
    weekdays: list[int] = []
    for part in text.split(","):
        first_text, dash, last_text = (day.strip() for day in part.partition("-"))
        first = read_weekday(first_text)
        last = read_weekday(last_text) if dash else first
        weekdays += [(first + n) % 7 for n in range((last - first) % 7 + 1)]
    return list(dict.fromkeys(weekdays))


def read_clock(text: str) -> time:
    """Read a time of day: ``09:30``, ``9.30``, ``2:15 pm``, ``9am``.

    Raises:
        ValueError: not a time of day.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match:
        hour = int(match[1] or match[4])
        minute = int(match[2] or 0)
        half = (match[3] or match[5] or "").casefold()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        elif half:
            hour = 99
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise ValueError(f"`{text}` is not a time of day: write, say, 09:30 or 14:00")
