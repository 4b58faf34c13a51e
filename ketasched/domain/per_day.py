"""Several sessions on one day: how many, and how far apart they start.

Such a day is a treatment day: the sessions of one phase that are due on the same day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from ketasched.domain.candidate import session_end
from ketasched.domain.clinic import Clinic
from ketasched.domain.wording import duration_text


class PerDay(NamedTuple):
    """So many ``sessions`` a treatment day; ``minutes`` pass from the start of one to the start of
    the next: exactly so many, or ``at_least``.

    Where they are exact and the clinic has a break, a session that would touch it starts as soon as
    the clinic is open again, and the distances go on from there.
    """

    sessions: int
    minutes: int
    at_least: bool = False

    def __str__(self) -> str:
        length = duration_text(self.minutes)
        far = f"at least {length} apart" if self.at_least else f"every {length}"
        return f"{self.sessions} a day, {far}"

    def day(self, place: int) -> int:
        """Which treatment day of a phase a place in it is on, from 1."""
        return (place - 1) // self.sessions + 1

    def position(self, place: int) -> int:
        """Which session of its treatment day a place in a phase is, from 1."""
        return (place - 1) % self.sessions + 1

    def next_start(self, before: datetime, minutes: int, clinic: Clinic) -> datetime:
        """When what lasts so many minutes is due after a session that starts at a time (aware): on
        the same clock, past the clinic's break where the distances are exact.
        """
        due = session_end(before, self.minutes)
        if self.at_least:
            return due
        day = due.date()
        return datetime.combine(day, clinic.next_start(day, due.time(), minutes), due.tzinfo)


def starts_of(
    first: datetime, lengths: Sequence[int], per_day: PerDay, clinic: Clinic
) -> Iterator[datetime]:
    """When the sessions of a treatment day are due whose first starts at a time (aware)."""
    start = first
    for place, minutes in enumerate(lengths):
        start = per_day.next_start(start, minutes, clinic) if place else first
        yield start
