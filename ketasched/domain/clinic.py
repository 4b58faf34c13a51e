"""When the clinic is open: hours, closures, holidays and one-off openings, as one question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, tzinfo
from typing import NamedTuple

from ketasched.domain.candidate import Candidate, Constraint, Reason, unclear_clock
from ketasched.domain.wording import (
    WEEKDAY_NAMES,
    WEEKDAYS,
    clock_of,
    day_text,
    days_text,
    minute_of_day,
)


class Span(NamedTuple):
    """Opening hours of a day: minutes after midnight, wall time; 1440 is its end."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{clock_of(self.opens)}-{clock_of(self.closes)}"

    def has(self, minute: int) -> bool:
        """Whether a minute lies inside; its end does not."""
        return self.opens <= minute < self.closes

    def holds(self, begins: int, ends: int) -> bool:
        """Whether all from one minute to another lies inside."""
        return self.opens <= begins and ends <= self.closes

    def overlaps(self, begins: int, ends: int) -> bool:
        """Whether something from one minute to another takes part of it."""
        return begins < self.closes and self.opens < ends


Spans = tuple[Span, ...]
Week = tuple[Spans, ...]
"""The opening hours of each weekday, Monday first; without spans it is closed."""

ALL_DAY: Spans = (Span(0, 1440),)
"""A day whose opening hours are not known."""
WORKING_WEEK: Week = (ALL_DAY,) * 5 + ((),) * 2
WHOLE_WEEK: Week = (ALL_DAY,) * 7
NO_SPANS: Week = ((),) * 7
"""A week without any time in it."""


class Closure(NamedTuple):
    """Days on which the clinic is closed, both ends included."""

    first: date
    last: date
    reason: str = ""

    def __str__(self) -> str:
        return self.refusal.full

    @property
    def refusal(self) -> Reason:
        """Why one of its days is refused."""
        return Reason("closed", f"closed {days_text(self.first, self.last)}", self.reason)

    def covers(self, day: date) -> bool:
        """Whether the day falls into the closure."""
        return self.first <= day <= self.last


class Opening(NamedTuple):
    """A day with opening hours of its own, whatever else holds that day."""

    spans: Spans
    reason: str = ""


class NotStarting(NamedTuple):
    """Times of some weekdays (Monday is 0) at which nothing begins."""

    weekdays: tuple[int, ...]
    spans: Spans


class OpenDay(NamedTuple):
    """The opening hours of one date. ``why``: what makes it differ from its weekday, or closed."""

    spans: Spans
    why: Reason | None = None


def not_starting_week(times: Iterable[NotStarting]) -> Week:
    """The times of each weekday at which nothing begins, in their order; they may overlap."""
    week: list[list[Span]] = [[] for _ in range(7)]
    for weekdays, spans in times:
        for weekday in weekdays:
            week[weekday] += spans
    return tuple(tuple(sorted(set(spans))) for spans in week)


def no_holidays(_day: date) -> str | None:
    """The holiday calendar of a clinic that keeps none."""
    return None


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic's time zone, and when it is open.

    A one-off opening wins over a closure, that over a public holiday, that over the week. In the
    times of a weekday that are ``not_starting`` nothing begins, whatever opens it.
    """

    zone: tzinfo
    week: Week = WORKING_WEEK
    closures: tuple[Closure, ...] = ()
    holiday_name: Callable[[date], str | None] = no_holidays
    openings: Mapping[date, Opening] = field(default_factory=dict)
    not_starting: Week = NO_SPANS

    @property
    def open_weekdays(self) -> frozenset[int]:
        """The weekdays with opening hours (Monday is 0)."""
        return frozenset(weekday for weekday, spans in enumerate(self.week) if spans)

    def on(self, day: date) -> OpenDay:
        """The opening hours of a date, and why they are not those of its weekday."""
        opening = self.openings.get(day)
        if opening is not None:
            return OpenDay(opening.spans, Reason("opening", opening.reason))
        why = self._closure(day) or self._holiday(day)
        spans = self.week[day.weekday()]
        if why is None and not spans:
            why = _closed_weekday(day)
        return OpenDay(() if why else spans, why)

    def constraints(self) -> tuple[Constraint, ...]:
        """Everything about the clinic that refuses a candidate."""
        return (
            self._outside_hours,
            self._not_starting,
            self._closed,
            self._on_a_holiday,
            unclear_clock(self.zone),
        )

    def _outside_hours(self, candidate: Candidate) -> Reason | None:
        if not self._hours(candidate.day):
            return _closed_weekday(candidate.day)
        for day, begins, ends in candidate.parts(self.zone):
            spans = self._hours(day)
            if not spans:
                return Reason("closed", f"it lasts past midnight, {_closed_weekday(day).text}")
            if not any(span.holds(begins, ends) for span in spans):
                which = day_text(day) if day in self.openings else WEEKDAYS[day.weekday()]
                return Reason("hours", f"outside opening hours, {which} {spans_text(spans)}")
        return None

    def _hours(self, day: date) -> Spans:
        """The opening hours of a date, closures and holidays aside."""
        opening = self.openings.get(day)
        return opening.spans if opening else self.week[day.weekday()]

    def _not_starting(self, candidate: Candidate) -> Reason | None:
        weekday, minute = candidate.day.weekday(), minute_of_day(candidate.start)
        is_open = any(span.has(minute) for span in self._hours(candidate.day))
        return self.why_not_starting(weekday, minute) if is_open else None

    def why_not_starting(self, weekday: int, minute: int) -> Reason | None:
        """Why nothing begins at a minute of a weekday, open or not; None where it may."""
        for span in self.not_starting[weekday]:
            if span.has(minute):
                return Reason("not-starting", f"nothing begins then, {WEEKDAYS[weekday]} {span}")
        return None

    def _closed(self, candidate: Candidate) -> Reason | None:
        reasons = (self._closure(part.day) for part in candidate.parts(self.zone))
        return next((reason for reason in reasons if reason), None)

    def _on_a_holiday(self, candidate: Candidate) -> Reason | None:
        reasons = (self._holiday(part.day) for part in candidate.parts(self.zone))
        return next((reason for reason in reasons if reason), None)

    def _closure(self, day: date) -> Reason | None:
        if day in self.openings:
            return None
        for closure in self.closures:
            if closure.covers(day):
                return closure.refusal
        return None

    def _holiday(self, day: date) -> Reason | None:
        name = None if day in self.openings else self.holiday_name(day)
        return Reason("holiday", f"{name}, {day_text(day)}") if name else None

    def dated_closure(self, day: date) -> Reason | None:
        """The closure or holiday on an otherwise open weekday, if there is one."""
        spans, why = self.on(day)
        return why if not spans and self.week[day.weekday()] else None

    def is_working_day(self, day: date) -> bool:
        """Whether the day is an open weekday without a dated closure or holiday."""
        return bool(self.week[day.weekday()]) and self.dated_closure(day) is None

    def fits(self, weekday: int, start: time, minutes: int) -> bool:
        """Whether something may start then and lies inside the hours of a weekday, dates aside."""
        if self.why_not_starting(weekday, minute_of_day(start)):
            return False
        return fits(self.week, weekday, start, minutes)

    def next_start(self, day: date, start: time, minutes: int) -> time:
        """The first time of a day from one on at which so many minutes fit its hours and may begin;
        the time itself where there is none.
        """
        edges = [span.opens for span in (*self.on(day).spans, *self.not_starting[day.weekday()])]
        edges += [span.closes for span in self.not_starting[day.weekday()]]
        later = sorted(edge for edge in edges if minute_of_day(start) < edge < 1440)
        for begin in (start, *(time(*divmod(edge, 60)) for edge in later)):
            candidate = Candidate(day, begin, minutes)
            if not (self._outside_hours(candidate) or self._not_starting(candidate)):
                return begin
        return start

    def only_on(self, weekdays: frozenset[int]) -> Clinic:
        """The clinic as if it were open on these weekdays only."""
        week = tuple(spans if day in weekdays else () for day, spans in enumerate(self.week))
        return replace(self, week=week)

    def longest_span(self) -> tuple[int, str]:
        """The minutes of the longest time it is open without a break, and which that is."""
        lengths = [
            (span.closes - span.opens + self._on_past_midnight(weekday, span), f"{name} {span}")
            for weekday, name in enumerate(WEEKDAYS)
            for span in self.week[weekday]
        ]
        lengths += [
            (span.closes - span.opens, f"{day_text(day)} {span}")
            for day, opening in sorted(self.openings.items())
            for span in opening.spans
        ]
        return max(lengths, key=lambda length: length[0], default=(0, ""))

    def _on_past_midnight(self, weekday: int, span: Span) -> int:
        following = self.week[(weekday + 1) % 7]
        goes_on = span.closes == 1440 and following and following[0].opens == 0
        return following[0].closes if goes_on else 0


def fits(week: Week, weekday: int, start: time, minutes: int) -> bool:
    """Whether something that starts then lies inside the spans of a weekday, and of the next one
    if it lasts past midnight.
    """
    begins = minute_of_day(start)
    ends = begins + minutes
    if not any(span.holds(begins, min(ends, 1440)) for span in week[weekday]):
        return False
    following = week[(weekday + 1) % 7]
    return ends <= 1440 or any(span.holds(0, ends - 1440) for span in following)


def _closed_weekday(day: date) -> Reason:
    return Reason("closed", f"closed on {WEEKDAY_NAMES[day.weekday()]}s")


def spans_text(spans: Spans) -> str:
    """Opening hours as people write them: ``08:00-12:00, 13:00-17:30``."""
    return ", ".join(map(str, spans))
