"""Which starts are legal on a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, product
from typing import NamedTuple

from ketasched.domain.candidate import Candidate, Constraint, Reason, lasting
from ketasched.domain.clinic import ALL_DAY, Span, Spans, Week, fits
from ketasched.domain.linked_visit_rule import WAKING
from ketasched.domain.wording import minute_of_day

FLEX_STEP = 15
"""Minutes between two start times that are tried."""


class StartTimes(NamedTuple):
    """The asked wall time for each weekday (Monday first), and the minutes it may change.

    ``wished``: what was wished for instead, where the patient cannot come then; empty if nowhere.
    """

    by_weekday: tuple[time, ...]
    flex: int = 0
    wished: tuple[time, ...] = ()

    def on(self, day: date) -> time:
        """The asked start on a day."""
        return self.by_weekday[day.weekday()]

    def options(self, day: date) -> list[tuple[time, int]]:
        """Start times on a day with their change in minutes: least change first, then earliest."""
        asked = datetime.combine(day, self.on(day))
        changes = range(-(self.flex // FLEX_STEP) * FLEX_STEP, self.flex + 1, FLEX_STEP)
        moments = [(asked + timedelta(minutes=change), change) for change in changes]
        same_day = [(moment.time(), change) for moment, change in moments if moment.date() == day]
        return sorted(same_day, key=lambda option: (abs(option[1]), option[0]))


def when_patient_comes(
    times: StartTimes, hours: Week, free: Week, lengths: Collection[int]
) -> StartTimes:
    """The same times, but on each weekday on which the patient cannot come then the nearest one at
    which a session fits the hours and lies within what is free; of two as near the earlier. The
    longest of the ``lengths`` (minutes) that has such a time decides. Where opening hours are not
    known, waking hours come first.
    """
    chosen = tuple(
        _nearest(times.by_weekday[weekday], weekday, hours, free, lengths) for weekday in range(7)
    )
    if chosen == times.by_weekday:
        return times
    return times._replace(by_weekday=chosen, wished=times.by_weekday)


def _nearest(wish: time, weekday: int, hours: Week, free: Week, lengths: Collection[int]) -> time:
    for minutes in sorted(lengths, reverse=True):
        if fits(free, weekday, wish, minutes):
            return wish
        known = hours[weekday]
        for spans in ((Span(*WAKING),), known) if known == ALL_DAY else (known,):
            begins = _begins_near(minute_of_day(wish), minutes, spans, free[weekday])
            if begins:
                return time(*divmod(begins[0], 60))
    return wish


def _begins_near(wish: int, minutes: int, spans: Spans, others: Spans) -> list[int]:
    """The start nearest to a minute of the day in each common part of two sets of spans that holds
    so many minutes; the nearest first, of two as near the earlier.
    """
    begins = [
        max(first, min(wish, last))
        for span, other in product(spans, others)
        for first in [max(span.opens, other.opens)]
        for last in [min(span.closes, other.closes) - minutes]
        if first <= last
    ]
    return sorted(begins, key=lambda begin: (abs(begin - wish), begin))


class Slots:
    """The legal starts under some constraints. Answers are kept: many courses ask the same."""

    def __init__(self, constraints: Sequence[Constraint], times: StartTimes) -> None:
        self.constraints = constraints
        self.times = times
        self._starts: dict[tuple[date, int], tuple[time, int] | None] = {}

    def refusals(self, day: date, start: time, minutes: int) -> tuple[Reason, ...]:
        """Every reason against a session of ``minutes`` on that day and time."""
        candidate = Candidate(day, start, minutes)
        reasons = (constraint(candidate) for constraint in self.constraints)
        return tuple(reason for reason in reasons if reason)

    def why_none(self, day: date, minutes: int) -> tuple[Reason, ...]:
        """What refuses a day without a legal start: what holds at all times that were tried, else
        one reason of each kind, those against the asked time first.
        """
        options = self.times.options(day)
        tried = [self.refusals(day, start, minutes) for start, _ in options]
        by_kind: dict[str, Reason] = {}
        for reason in chain.from_iterable(tried):
            by_kind.setdefault(reason.kind, reason)
        return lasting(tried) or tuple(by_kind.values())

    def legal_start(self, day: date, minutes: int) -> tuple[time, int] | None:
        """The legal start of least change on a day, with its change in minutes."""
        key = day, minutes
        if key not in self._starts:
            options = self.times.options(day)
            self._starts[key] = next(
                (option for option in options if not self.refusals(day, option[0], minutes)), None
            )
        return self._starts[key]
