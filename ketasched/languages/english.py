"""Values as people read them in English: days, clock times, lengths of time, counts and lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day_text(day: date) -> str:
    """A date with its weekday and the month by name: ``Thu 26 Nov 2026``."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_text(at: time) -> str:
    """A wall time: ``09:30``."""
    return f"{at.hour:02}:{at.minute:02}"


def duration_text(minutes: int) -> str:
    """Minutes as people say them: ``40 min``, ``2 h 30 min``, ``1 day``, ``4 weeks``."""
    if minutes and minutes % 10080 == 0:
        return count_text(minutes // 10080, "week")
    if minutes and minutes % 1440 == 0:
        return count_text(minutes // 1440, "day")
    hours, rest = divmod(minutes, 60)
    return " ".join(
        ([f"{hours} h"] if hours else []) + ([f"{rest} min"] if rest or not hours else [])
    )


def count_text(number: int, noun: str) -> str:
    """``1 day``, ``2 days``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def list_text(words: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
