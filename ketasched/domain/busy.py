"""The patient's own commitments, as stretches of time that are taken."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate
from typing import NamedTuple

from ketasched.domain.candidate import Candidate, Constraint, Reason, session_end
from ketasched.domain.wording import clock_text, day_text, days_text, duration_text, moment_text

ONE_LOOK = timedelta(days=56)
"""How much is read at least when a calendar is asked about a day not read yet."""


class Busy(NamedTuple):
    """A stretch of time that is taken, from ``start`` up to ``end``, both instants.

    ``all_day``: whole days in the clinic's zone, so its clock times mean nothing to people.
    ``calendar``: the file that it was read from, as a person named it, if that is known.
    """

    start: datetime
    end: datetime
    all_day: bool = False
    calendar: str = ""


class Absence(NamedTuple):
    """Days the patient is away, both ends included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"away {days_text(self.first, self.last)}"

    @property
    def typed(self) -> str:
        """It as it is typed: ``2027-01-18..2027-01-20``."""
        return f"{self.first.isoformat()}..{self.last.isoformat()}"


class BusyTimes:
    """The busy stretches of some calendars, read in the spans that are asked about.

    ``expand`` gives all stretches that touch the days from one date to another; ``notes`` say what
    of the calendars was taken otherwise than it seems, or not at all.
    """

    def __init__(
        self, expand: Callable[[date, date], Sequence[Busy]], notes: Sequence[str] = ()
    ) -> None:
        self.notes = tuple(notes)
        self._expand = expand
        self._read: tuple[date, date] | None = None
        self._stretches: list[Busy] = []
        self._ends: list[datetime] = []

    def overlapping(self, start: datetime, end: datetime) -> Busy | None:
        """The longest busy stretch that overlaps the time from one instant to another."""
        self._look(start.astimezone(UTC).date(), end.astimezone(UTC).date())
        place = bisect_left(self._stretches, end, key=lambda stretch: stretch.start)
        longest = None
        # _ends has the latest end so far: before it nothing reaches into the time any more.
        while place and self._ends[place - 1] > start:
            place -= 1
            stretch = self._stretches[place]
            if stretch.end > start and (
                longest is None or stretch.end - stretch.start > longest.end - longest.start
            ):
                longest = stretch
        return longest

    def between(self, first: date, last: date) -> tuple[Busy, ...]:
        """All stretches that touch the days from one date to another, both included."""
        return tuple(sorted({*self._expand(first, last)}))

    def _look(self, first: date, last: date) -> None:
        margin = timedelta(days=2)
        first, last = first - margin, last + margin
        if self._read is None:
            self._read = first, max(last, first + ONE_LOOK)
            self._take(*self._read)
        known_first, known_last = self._read
        if first < known_first:
            self._take(min(first, known_first - ONE_LOOK), known_first)
            known_first = min(first, known_first - ONE_LOOK)
        if last > known_last:
            self._take(known_last, max(last, known_last + ONE_LOOK))
            known_last = max(last, known_last + ONE_LOOK)
        self._read = known_first, known_last

    def _take(self, first: date, last: date) -> None:
        self._stretches = sorted({*self._stretches, *self._expand(first, last)})
        self._ends = list(accumulate((stretch.end for stretch in self._stretches), max))


def away(absences: Sequence[Absence], zone: tzinfo) -> Constraint:
    """Refuse the days of the patient's absences, which are days in ``zone``."""

    def refuse(candidate: Candidate) -> Reason | None:
        days = [part.day for part in candidate.parts(zone)]
        for absence in absences:
            if any(absence.first <= day <= absence.last for day in days):
                return Reason("away", str(absence))
        return None

    return refuse


def busy(times: BusyTimes, zone: tzinfo, travel: int) -> Constraint:
    """Refuse what overlaps a busy stretch, with ``travel`` minutes kept free on both sides."""

    def refuse(candidate: Candidate) -> Reason | None:
        start = datetime.combine(candidate.day, candidate.start, zone).astimezone(UTC)
        end = session_end(start, candidate.minutes)
        on_the_way = timedelta(minutes=travel)
        stretch = times.overlapping(start - on_the_way, end + on_the_way)
        if stretch is None:
            return None
        text = _busy_text(stretch, zone)
        if travel and not (stretch.start < end and start < stretch.end):
            text += f", with {duration_text(travel)} to travel"
        return Reason("busy", text)

    return refuse


def _busy_text(stretch: Busy, zone: tzinfo) -> str:
    start, end = stretch.start.astimezone(zone), stretch.end.astimezone(zone)
    last = (end - timedelta(microseconds=1)).date()
    if stretch.all_day:
        return f"busy {days_text(start.date(), last)}"
    if last == start.date():
        return f"busy {day_text(last)} {clock_text(start.timetz())}-{clock_text(end.timetz())}"
    return f"busy {moment_text(start)} to {moment_text(end)}"
