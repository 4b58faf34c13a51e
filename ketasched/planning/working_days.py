"""A run of working days from a day on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ketasched.domain.candidate import Reason
from ketasched.domain.clinic import Clinic

LONGEST_CLOSURE = 366
"""Days a run of working days looks ahead for the next one before it gives up."""


def working_days(
    begin: date, clinic: Clinic, *, literal_start: bool
) -> Iterator[tuple[date, tuple[Reason, ...]]]:
    """The working days of a clinic, without end, each with the closed days that were left out
    before it; with a ``literal_start`` the first is the day it begins on, open or not.
    """
    day = begin
    is_first = literal_start
    while True:
        skipped: list[Reason] = []
        looked_ahead = 0
        while not (clinic.is_working_day(day) or is_first):
            closure = clinic.dated_closure(day)
            if closure and closure not in skipped and day.weekday() in clinic.open_weekdays:
                skipped.append(closure)
            day += timedelta(days=1)
            looked_ahead += 1
            if looked_ahead > LONGEST_CLOSURE:
                break
        yield day, tuple(skipped)
        is_first = False
        day += timedelta(days=1)
