"""What a record says that it is planned from: when the clinic is open, and the patient free.

Only what was said is read here; what it refuses is in `alone`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from ketasched import public_holidays
from ketasched.domain.busy import Absence, Busy
from ketasched.domain.clinic import (
    WHOLE_WEEK,
    WORKING_WEEK,
    Closure,
    Opening,
    Spans,
    Week,
    no_holidays,
    not_starting_week,
)
from ketasched.domain.typed_dates import read_span
from ketasched.domain.typed_times import read_minutes
from ketasched.domain.typed_week import read_away, read_can
from ketasched.domain.weekly import WeeklyAbsence
from ketasched.public_holidays import HolidayCalendar
from ketasched.records.record import CourseRecord

Options = Mapping[str, Any]
"""The options of `plan` as a record keeps them."""


class Premises(NamedTuple):
    """When the clinic of a record is open, and when its patient can come.

    ``travel`` is kept free on both sides of what is ``busy``; ``can`` None is always.
    """

    week: Week
    closures: tuple[Closure, ...]
    openings: Mapping[date, Opening]
    holiday_name: Callable[[date], str | None]
    not_starting: Week
    absences: tuple[Absence, ...]
    weekly: tuple[WeeklyAbsence, ...]
    can: Week | None
    busy: tuple[Busy, ...]
    travel: timedelta

    def closure_on(self, day: date) -> Closure | None:
        """The closure that a day falls into; none where a one-off opening wins over it."""
        closures = () if day in self.openings else self.closures
        return next((closure for closure in closures if closure.first <= day <= closure.last), None)

    def holiday_on(self, day: date) -> str | None:
        """The public holiday that is kept on a day, by name."""
        return None if day in self.openings else self.holiday_name(day)

    def hours_on(self, day: date) -> Spans:
        """The hours of a day, whether or not a closure or a holiday takes them away."""
        return self.openings[day].spans if day in self.openings else self.week[day.weekday()]

    def is_working_day(self, day: date) -> bool:
        """Whether a weekday that is open is not closed on that date."""
        is_off = self.closure_on(day) or self.holiday_on(day) or not self.hours_on(day)
        return bool(self.week[day.weekday()]) and not is_off


def premises_of(record: CourseRecord, options: Options, busy: Sequence[Busy]) -> Premises:
    """What a record's ``options`` and busy times say, with its own clinic and the days that are
    closed for its folder.

    Raises:
        ValueError: an option that cannot be read.
    """
    clinic = record.clinic
    named = tuple(Closure(*read_span(text, date.min)) for text in options.get("closed", ()))
    folder = tuple(Closure(day, day) for day in record.closed_days)
    closed = (*named, *folder)
    openings = {
        day: opening
        for day, opening in (clinic.openings if clinic else ())
        if not any(closure.first <= day <= closure.last for closure in closed)
    }
    away = [read_away(text, date.min) for text in options.get("away", ())]
    return Premises(
        week=WHOLE_WEEK if "weekends" in options else (clinic and clinic.hours) or WORKING_WEEK,
        closures=(*closed, *(clinic.closures if clinic else ())),
        openings=openings,
        holiday_name=_holidays(_holiday_calendar(record, options)),
        not_starting=not_starting_week(clinic.not_starting if clinic else ()),
        absences=tuple(absence for absence in away if isinstance(absence, Absence)),
        weekly=tuple(absence for absence in away if isinstance(absence, WeeklyAbsence)),
        can=read_can(options["can"]) if options.get("can") else None,
        busy=tuple(busy),
        travel=timedelta(minutes=_travel(record, options)),
    )


def _travel(record: CourseRecord, options: Options) -> int:
    typed = str(options.get("travel", "")).strip()
    if typed:
        return 0 if typed == "0" else read_minutes(typed)
    return (record.clinic.defaults.travel if record.clinic else None) or 0


def _holiday_calendar(record: CourseRecord, options: Options) -> HolidayCalendar | None:
    if options.get("holidays"):
        return HolidayCalendar.of_place(options["holidays"])
    return record.clinic.holidays if record.clinic else None


@cache
def _holidays(calendar: HolidayCalendar | None) -> Callable[[date], str | None]:
    """The records of a folder mostly keep the same holidays, which are worked out once."""
    return public_holidays.load(calendar) if calendar else no_holidays
