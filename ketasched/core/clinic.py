"""When the clinic is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, tzinfo

from ketasched.core.constraint import (
    Candidate,
    Closure,
    Constraint,
    Reason,
    closed_dates,
    closed_weekdays,
    public_holidays,
    unclear_clock,
)

WORKING_WEEK = frozenset(range(5))
WHOLE_WEEK = frozenset(range(7))


def no_holidays(_day: date) -> str | None:
    """The holiday calendar of a clinic that keeps none."""
    return None


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic's time zone, open weekdays (Monday is 0), closures and public holidays."""

    zone: tzinfo
    open_weekdays: frozenset[int] = WORKING_WEEK
    closures: tuple[Closure, ...] = ()
    holiday_name: Callable[[date], str | None] = no_holidays

    def constraints(self) -> tuple[Constraint, ...]:
        """Everything about the clinic that refuses a candidate."""
        return (closed_weekdays(self.open_weekdays), *self._dated(), unclear_clock(self.zone))

    def dated_closure(self, day: date) -> Reason | None:
        """The closure or holiday on an otherwise open weekday, if there is one."""
        candidate = Candidate(day, time(), 0)
        reasons = (refuse(candidate) for refuse in self._dated())
        return next((reason for reason in reasons if reason), None)

    def is_working_day(self, day: date) -> bool:
        """Whether the day is an open weekday without a dated closure or holiday."""
        return day.weekday() in self.open_weekdays and self.dated_closure(day) is None

    def _dated(self) -> tuple[Constraint, Constraint]:
        return closed_dates(self.closures), public_holidays(self.holiday_name)
