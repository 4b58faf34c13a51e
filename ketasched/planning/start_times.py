"""Which starts are legal on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import NamedTuple

from ketasched.domain.candidate import Candidate, Constraint, Reason, lasting

FLEX_STEP = 15
"""Minutes between two start times that are tried."""


class StartTimes(NamedTuple):
    """The asked wall time for each weekday (Monday first), and the minutes it may change."""

    by_weekday: tuple[time, ...]
    flex: int = 0

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
