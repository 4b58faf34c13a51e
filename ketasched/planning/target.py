"""What is laid out: the stretches of a protocol, and the ideal day of each session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from ketasched.domain.apart import Apart
from ketasched.domain.cadence import Cycles, NamedSession, Window
from ketasched.domain.candidate import Reason
from ketasched.domain.protocol import MAX_SESSIONS, Phase


class Stretch(NamedTuple):
    """The part of a phase that is laid out: from ``first_place`` on, ``sessions`` of them or up to
    ``until`` (an open-ended phase), at the cadence the phase now has. Sessions last ``minutes``.
    """

    phase: Phase
    first_place: int
    sessions: int | None
    until: date | None = None
    minutes: int = 0

    def of_days(self) -> Stretch:
        """This stretch with treatment days for sessions, if there are several a day."""
        per_day = self.phase.per_day
        if per_day is None:
            return self
        first = per_day.day(self.first_place)
        last = self.sessions and per_day.day(self.first_place + self.sessions - 1)
        return self._replace(first_place=first, sessions=last and last - first + 1)

    def named(self) -> tuple[NamedSession, ...]:
        """The sessions that are listed one by one, if the phase is such a list."""
        return self.phase.listed[self.first_place - 1 :][: self.sessions]

    @property
    def most(self) -> int:
        """How many sessions are laid out at most: one more than a course may have shows that."""
        return min(self.sessions or MAX_SESSIONS + 1, MAX_SESSIONS + 1)

    def minutes_of(self, place: int) -> int:
        """The length of the session at a place of the phase, if it is not listed by name."""
        return self.phase.own_minutes.get(place, self.minutes)

    @property
    def own_minutes(self) -> set[int]:
        """The lengths of its sessions, if they are not listed by name."""
        own = self.phase.own_minutes
        last = self.first_place + self.most - 1
        there = {minutes for place, minutes in own.items() if self.first_place <= place <= last}
        return there | {self.minutes}

    def name_of(self, place: int) -> str:
        """What the session at a place is called in its cycle; empty if there are none."""
        cadence, per_day = self.phase.cadence, self.phase.per_day
        day = per_day.day(place) if per_day else place
        return cadence.name(day) if isinstance(cadence, Cycles) else ""


class Target(NamedTuple):
    """The ideal day of a session, its window and length.

    ``skipped``: closed days that a run of working days left out. ``name`` is empty unless the
    protocol names its sessions. ``after_break``: a session before it did not take place, so that
    the largest gap to what is before that is not asked for. ``apart``: how far it stays from other
    sessions, by their numbers. ``alone``: a person put it elsewhere than the rest of its treatment
    day.
    """

    number: int
    phase: Phase
    place: int
    day: date
    window: Window
    minutes: int
    skipped: tuple[Reason, ...] = ()
    name: str = ""
    after_break: bool = False
    apart: tuple[Apart, ...] = ()
    alone: bool = False

    @property
    def first(self) -> date:
        """The first day of its window."""
        return self.day - timedelta(days=self.window.early)

    @property
    def last(self) -> date:
        """The last day of its window."""
        return self.day + timedelta(days=self.window.late)

    def __str__(self) -> str:
        return f"session {self.number}"


def steps_of(targets: Sequence[Target]) -> Iterator[tuple[Target, ...]]:
    """The sessions of each step of a search: one, or in a phase with several a day all that are due
    on one day.
    """
    for _, group in groupby(enumerate(targets), key=_step):
        yield tuple(target for _, target in group)


def _step(numbered: tuple[int, Target]) -> object:
    place, target = numbered
    alone = target.phase.per_day is None or target.alone
    return place if alone else (target.phase.name, target.day)
