"""What stands in our own JSON files: dates, wall times, moments, numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from ketasched.domain.typed_dates import FIRST_YEAR, LAST_YEAR
from ketasched.reading.json_shape import Shape, checked, whole

Day = TypeVar("Day", bound=date)
STAMP = "%Y-%m-%d %H:%M:%S UTC"
WALL = "%Y-%m-%d %H:%M"
ANY = 10_000_000
_MANY = 16_384
"""How many texts are remembered: the records of a folder have the same days."""


@lru_cache(_MANY)
def date_of(text: str) -> date:
    """The date that a text says.

    Raises:
        ValueError: none, or one that is far from all courses.
    """
    return _in_range(date.fromisoformat(text))


@lru_cache(_MANY)
def wall_time_of(text: str) -> datetime:
    """The wall time that a text says, without a zone.

    Raises:
        ValueError: none, or one that is far from all courses.
    """
    return _in_range(datetime.strptime(text, WALL))  # noqa: DTZ007 - a wall time


@lru_cache(_MANY)
def moment_of(text: str) -> datetime:
    """The instant that a text says.

    Raises:
        ValueError: none.
    """
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)


def _in_range(day: Day) -> Day:
    if not FIRST_YEAR - 1 <= day.year <= LAST_YEAR + 5:
        raise ValueError(day)
    return day


def _says(read: Callable[[str], Any], what: str, *, kept: bool) -> Shape:
    """A text that must be readable, ``kept`` as it is or read."""

    def check(text: str) -> Any:
        try:
            value = read(text)
        except ValueError:
            raise ValueError(f"`{text}` is not {what}") from None
        return text if kept else value

    return checked(check)


DATE = _says(date_of, "a date such as 2027-01-05", kept=True)
WALL_TIME = _says(wall_time_of, "a wall time such as 2027-01-05 09:30", kept=True)
MOMENT = _says(moment_of, "a moment such as 2027-01-05 15:30:00 UTC", kept=False)
NUMBER = whole(-ANY, ANY)
COUNT = whole(0, ANY)
