"""One session or a day of several on a weekday, dates aside: whether it fits, and from when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from ketasched.domain.candidate import Reason
from ketasched.domain.clinic import WHOLE_WEEK, Clinic, Week, fits, no_holidays
from ketasched.domain.per_day import PerDay
from ketasched.domain.weekly import can_come
from ketasched.domain.wording import WEEKDAY_NAMES, clock_text
from ketasched.planning.day_members import Member
from ketasched.planning.phase_options import Layout
from ketasched.planning.start_times import (
    NINE,
    Slots,
    StartTimes,
    fitting_times,
    when_patient_comes,
)
from ketasched.planning.target import Stretch
from ketasched.planning.treatment_day import TreatmentDay, runs_text

MONDAY = date(2001, 1, 1)


class UsualDay(NamedTuple):
    """A treatment day as a phase has it: so many sessions of so many minutes each."""

    per_day: PerDay
    lengths: tuple[int, ...]

    def weekdays(self, clinic: Clinic, free: Week, times: StartTimes) -> frozenset[int]:
        """The weekdays on which it fits the hours and what is free, at a start that is tried."""
        slots = _slots(clinic, free, times)
        days = ((weekday, MONDAY + timedelta(days=weekday)) for weekday in range(7))
        return frozenset(weekday for weekday, day in days if self._plain.best(day, slots))

    def start(self, clinic: Clinic, free: Week, weekday: int) -> time | None:
        """The earliest start of a weekday from nine o'clock on at which it fits the hours and what
        is free, else the latest before it.
        """
        starts = self.starts_that_work(clinic, free, weekday)
        return min((at for at in starts if at >= NINE), default=max(starts, default=None))

    def starts_that_work(self, clinic: Clinic, free: Week, weekday: int) -> list[time]:
        """All quarter hours of a weekday at which it may start."""
        slots = _slots(clinic, free, StartTimes((NINE,) * 7))
        return self._plain.starts_that_work(MONDAY + timedelta(days=weekday), slots)

    def why_not(self, clinic: Clinic, free: Week, weekday: int, times: StartTimes) -> Reason:
        """Why it fits a weekday at none of the starts that may be tried, and at which it would."""
        day = MONDAY + timedelta(days=weekday)
        at, name = times.on_weekday(weekday, self.per_day), WEEKDAY_NAMES[weekday]
        first = next(iter(self._plain.refusals(day, at, _slots(clinic, free, times))), None)
        text = f"{self.per_day} from {clock_text(at)} do not fit on {name}s"
        text += f" ({first.text})" if first else ""
        work = self.starts_that_work(clinic, free, weekday)
        text += f"; from {runs_text(work)} they would" if work else "; no start would do"
        return Reason(first.kind if first else "hours", text)

    @property
    def _plain(self) -> TreatmentDay:
        members = [Member(place, minutes) for place, minutes in enumerate(self.lengths, start=1)]
        return TreatmentDay(members, self.per_day)


def usual_days(stretches: Sequence[Stretch]) -> Iterator[UsualDay]:
    """The first treatment day of each stretch that has several sessions a day."""
    for stretch in stretches:
        per_day = stretch.phase.per_day
        if per_day:
            first = stretch.first_place
            places = range(first, first + per_day.sessions - per_day.position(first) + 1)
            yield UsualDay(per_day, tuple(stretch.minutes_of(place) for place in places))


@lru_cache(maxsize=64)  # every start of a range asks for the same
def weekdays_of_one(
    week: Week, not_starting: Week, free: Week, asked: tuple[time, ...], flex: int, minutes: int
) -> frozenset[int]:
    """The weekdays on which a session of so many minutes fits, from the asked time or one not
    further off.
    """
    hours, times = Clinic(UTC, week, not_starting=not_starting), StartTimes(asked, flex)
    return frozenset(
        weekday
        for weekday in range(7)
        if any(
            hours.fits(weekday, start, minutes) and fits(free, weekday, start, minutes)
            for start, _ in times.options(MONDAY + timedelta(days=weekday), minutes)
        )
    )


def times_of(
    asked: Sequence[time | None], flex: int, clinic: Clinic, free: Week, layout: Layout, usual: int
) -> StartTimes:
    """The start times of a course, where a patient comes and what is ``free`` of their week.

    Args:
        asked: by weekday, Monday first; None where nobody asked.
        flex: the minutes that they may change.
        clinic: its week counts, its dates do not.
        free: when the patient can come every week.
        layout: whose sessions and treatment days they are for.
        usual: minutes of a session without a length of its own.
    """
    times = fitting_times(asked, clinic, layout.lengths | {usual}, usual)._replace(flex=flex)
    times = when_patient_comes(times, clinic, free, layout.lengths)
    if None not in asked:
        return times
    by_length = dict(times.by_length)
    for usual_day in usual_days(layout.stretches):
        by_length[usual_day.per_day] = tuple(
            at
            or usual_day.start(clinic, free, weekday)
            or usual_day.start(clinic, WHOLE_WEEK, weekday)
            or times.by_weekday[weekday]
            for weekday, at in enumerate(asked)
        )
    return times._replace(by_length=by_length)


def _slots(clinic: Clinic, free: Week, times: StartTimes) -> Slots:
    undated = replace(clinic, zone=UTC, closures=(), holiday_name=no_holidays, openings={})
    constraints = (*undated.constraints(), can_come(free, UTC))
    return Slots(constraints, times._replace(clinic=undated))
