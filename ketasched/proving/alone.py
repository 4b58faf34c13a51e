"""Whether an entry may stand where it does by the rules of the clinic and of the patient.

Wall times are minutes after midnight; what lasts past midnight takes a part of two days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from ketasched.domain.clinic import ALL_DAY
from ketasched.domain.course import LinkedVisit, Session
from ketasched.domain.linked_visit_rule import WAKING
from ketasched.domain.wording import (
    WEEKDAY_NAMES,
    clock_of,
    clock_text,
    day_text,
    days_text,
    minute_of_day,
    moment_text,
)
from ketasched.proving.fault import Against
from ketasched.proving.premises import Premises

Entry = Session | LinkedVisit


class Part(NamedTuple):
    """What an entry takes of a day, from one minute to another."""

    day: date
    begins: int
    ends: int


def parts_of(start: datetime, end: datetime) -> list[Part]:
    """What is taken of each day from one wall time to another."""
    parts = []
    day, begins = start.date(), minute_of_day(start.timetz())
    while day < end.date():
        parts.append(Part(day, begins, 1440))
        day, begins = day + timedelta(days=1), 0
    ends = minute_of_day(end.timetz())
    return [*parts, Part(day, begins, ends)] if ends or not parts else parts


def against_entry(premises: Premises, entry: Entry) -> Iterator[Against]:
    """The rules of the clinic and of the patient that an entry breaks. Who is seen by video need
    not come: for that only waking hours count, and what keeps the patient everywhere.
    """
    by_video = isinstance(entry, LinkedVisit) and entry.by_video
    parts = parts_of(entry.start, entry.end)
    yield from _clock(entry.start)
    if not by_video:
        yield from _hours(premises, parts)
        yield from _not_starting(premises, entry.start)
        yield from _closed(premises, parts)
        yield from _can(premises, parts)
    if isinstance(entry, LinkedVisit):
        yield from _waking(premises, parts, by_video=by_video)
    yield from _away(premises, parts)
    yield from _busy(premises, entry, timedelta() if by_video else premises.travel)


def fits_hours(premises: Premises, start: datetime, minutes: int) -> bool:
    """Whether the clinic is open for so many minutes from a time on, and lets something begin."""
    end = datetime.fromtimestamp(start.timestamp() + 60 * minutes, start.tzinfo)
    return not [*_hours(premises, parts_of(start, end)), *_not_starting(premises, start)]


def _clock(start: datetime) -> Iterator[Against]:
    first, second = (start.replace(fold=fold).utcoffset() for fold in (0, 1))
    if first != second:
        at = f"{clock_text(start.timetz())} on {day_text(start.date())}"
        yield Against("clock", f"the clocks change: {at} is not one time")


def _hours(premises: Premises, parts: list[Part]) -> Iterator[Against]:
    for day, begins, ends in parts:
        spans = premises.hours_on(day)
        if not spans:
            yield Against("closed", f"{day_text(day)}: closed on {WEEKDAY_NAMES[day.weekday()]}s")
        elif not any(span.opens <= begins and ends <= span.closes for span in spans):
            hours = ", ".join(map(str, spans))
            taken = f"{clock_of(begins)}-{clock_of(ends)}"
            yield Against("hours", f"{day_text(day)} {taken} is outside the hours, {hours}")


def _not_starting(premises: Premises, start: datetime) -> Iterator[Against]:
    day, minute = start.date(), minute_of_day(start.timetz())
    is_open = any(span.opens <= minute < span.closes for span in premises.hours_on(day))
    for span in premises.not_starting[day.weekday()] if is_open else ():
        if span.opens <= minute < span.closes:
            yield Against("not-starting", f"nothing begins at {clock_of(minute)}, {span}")


def _closed(premises: Premises, parts: list[Part]) -> Iterator[Against]:
    for part in parts:
        closure, holiday = premises.closure_on(part.day), premises.holiday_on(part.day)
        if closure:
            reason = f" ({closure.reason})" if closure.reason else ""
            yield Against("closed", f"closed {days_text(closure.first, closure.last)}{reason}")
        if holiday:
            yield Against("holiday", f"{holiday}, {day_text(part.day)}")


def _can(premises: Premises, parts: list[Part]) -> Iterator[Against]:
    for day, begins, ends in parts if premises.can else ():
        spans = premises.can[day.weekday()] if premises.can else ()
        if not any(span.opens <= begins and ends <= span.closes for span in spans):
            taken = f"{day_text(day)} {clock_of(begins)}-{clock_of(ends)}"
            yield Against("can", f"the patient cannot come {taken}")


def _waking(premises: Premises, parts: list[Part], *, by_video: bool) -> Iterator[Against]:
    first, last = WAKING
    for day, begins, ends in parts:
        is_off = premises.closure_on(day) or premises.holiday_on(day)
        unknown = not is_off and premises.hours_on(day) == ALL_DAY
        if (by_video or unknown) and not (first <= begins and ends <= last):
            hours = f"{clock_of(first)}-{clock_of(last)}"
            yield Against("hours", f"{clock_of(begins)} is outside waking hours, {hours}")


def _away(premises: Premises, parts: list[Part]) -> Iterator[Against]:
    for absence in premises.absences:
        if any(absence.first <= part.day <= absence.last for part in parts):
            yield Against("away", str(absence))
    for weekly in premises.weekly:
        if any(
            (weekly.until is None or day <= weekly.until)
            and any(begins < s.closes and s.opens < ends for s in weekly.week[day.weekday()])
            for day, begins, ends in parts
        ):
            yield Against("away", str(weekly))


def _busy(premises: Premises, entry: Entry, travel: timedelta) -> Iterator[Against]:
    begins = entry.start.timestamp() - travel.total_seconds()
    ends = entry.end.timestamp() + travel.total_seconds()
    for busy in premises.busy:
        if busy.start.timestamp() < ends and begins < busy.end.timestamp():
            first, last = (moment.astimezone(entry.start.tzinfo) for moment in busy[:2])
            yield Against("busy", f"busy from {moment_text(first)} to {moment_text(last)}")
            return
