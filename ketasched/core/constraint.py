"""What refuses a candidate, and the reason as a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from ketasched.core.units import WEEKDAY_NAMES, clock_text, day_text


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a day or time was refused. ``kind``: closed, holiday, clock, gap, weekday, no-place."""

    kind: str
    text: str


class Candidate(NamedTuple):
    """A day and wall time at which a session of ``minutes`` might start."""

    day: date
    start: time
    minutes: int

    def days(self) -> Iterable[date]:
        """The day of the candidate, and the next one if it lasts past midnight."""
        end = datetime.combine(self.day, self.start) + timedelta(minutes=self.minutes - 1)
        return (self.day,) if end.date() <= self.day else (self.day, end.date())


Constraint = Callable[[Candidate], Reason | None]


def reasons_text(reasons: Iterable[Reason]) -> str:
    """Reasons in one line; they may hold commas themselves."""
    return "; ".join(reason.text for reason in reasons)


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the clinic is closed, both ends included."""

    first: date
    last: date

    def __str__(self) -> str:
        if self.first == self.last:
            return f"closed {day_text(self.first)}"
        return f"closed {day_text(self.first)} to {day_text(self.last)}"

    def covers(self, day: date) -> bool:
        """Whether the day falls into the closure."""
        return self.first <= day <= self.last


def closed_weekdays(open_weekdays: frozenset[int]) -> Constraint:
    """Refuse every weekday that is not in ``open_weekdays`` (Monday is 0)."""

    def refuse(candidate: Candidate) -> Reason | None:
        for day in candidate.days():
            if day.weekday() not in open_weekdays:
                return Reason("closed", f"closed on {WEEKDAY_NAMES[day.weekday()]}s")
        return None

    return refuse


def closed_dates(closures: tuple[Closure, ...]) -> Constraint:
    """Refuse the days the clinic has closed."""

    def refuse(candidate: Candidate) -> Reason | None:
        for closure in closures:
            if any(closure.covers(day) for day in candidate.days()):
                return Reason("closed", str(closure))
        return None

    return refuse


def public_holidays(holiday_name: Callable[[date], str | None]) -> Constraint:
    """Refuse the days for which ``holiday_name`` knows a name."""

    def refuse(candidate: Candidate) -> Reason | None:
        for day in candidate.days():
            name = holiday_name(day)
            if name:
                return Reason("holiday", f"{name}, {day_text(day)}")
        return None

    return refuse


def unclear_clock(zone: tzinfo) -> Constraint:
    """Refuse a start that does not exist on its day in ``zone``, or that happens twice."""

    def refuse(candidate: Candidate) -> Reason | None:
        wall = datetime.combine(candidate.day, candidate.start)
        before = wall.replace(tzinfo=zone, fold=0).utcoffset()
        after = wall.replace(tzinfo=zone, fold=1).utcoffset()
        if before is None or after is None or before == after:
            return None
        fault = "does not exist" if before < after else "happens twice"
        start, day = clock_text(candidate.start), day_text(candidate.day)
        return Reason("clock", f"{start} {fault} on {day}, when the clocks change")

    return refuse
