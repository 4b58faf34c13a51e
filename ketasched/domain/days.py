"""Days one after the other."""

from __future__ import annotations

from datetime import date, timedelta


def each_day(first: date, last: date) -> list[date]:
    """The days from ``first`` to ``last``, both included; none if that is before it."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
