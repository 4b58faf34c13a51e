"""How often the sessions of a phase come, how far they may move, and how far apart they stay.

Windows and gaps are days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from ketasched.domain.apart import Apart
from ketasched.domain.wording import count_text

CountsFrom = Literal["actual", "planned"]
"""What the day numbers of a list count from: its anchor as it took place, or as it was planned."""


@dataclass(frozen=True, slots=True)
class PerWeek:
    """``sessions`` a week on a weekday pattern, in every ``every``-th week."""

    sessions: int
    every: int = 1

    def __str__(self) -> str:
        text = f"{self.sessions} per week"
        if self.every == 2:
            return f"{text}, every other week"
        return text if self.every == 1 else f"{text}, every {self.every} weeks"


@dataclass(frozen=True, slots=True)
class EveryWeeks:
    """One session every ``weeks`` weeks, on the weekday the phase began on."""

    weeks: int

    def __str__(self) -> str:
        return f"every {count_text(self.weeks, 'week')}"


@dataclass(frozen=True, slots=True)
class DayList:
    """Sessions on listed days; ``first_day`` says which convention counts them.

    1 is the trial convention (day 1 is the first day, there is no day 0); 0 counts from a
    baseline day 0. ``counts_from``: the first session as it took place, or as planned.
    """

    days: tuple[int, ...]
    first_day: int
    counts_from: CountsFrom = "actual"

    def __str__(self) -> str:
        return f"on days {', '.join(map(str, self.days))} (the first day is day {self.first_day})"


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Consecutive working days: open weekdays without a dated closure or holiday."""

    def __str__(self) -> str:
        return "consecutive working days"


class NamedSession(NamedTuple):
    """A session with a name, on a day of its own.

    ``day`` counts as its list does; with ``follows`` it is the days after that session, as placed.
    ``window`` None is the phase's, ``minutes`` None the protocol's. ``apart``: how far it stays
    from earlier sessions.
    """

    name: str
    day: int
    window: Window | None = None
    minutes: int | None = None
    follows: str = ""
    apart: tuple[Apart, ...] = ()


class NamedDays(NamedTuple):
    """Sessions listed one by one, with their names; ``first_day`` is the baseline (see `DayList`).

    Days may be negative: screening before the baseline. ``counts_from``: the baseline as it took
    place, or as planned.
    """

    sessions: tuple[NamedSession, ...]
    first_day: int
    counts_from: CountsFrom = "actual"

    def __str__(self) -> str:
        return f"on listed days (day {self.first_day} is the baseline)"

    def offset(self, day: int) -> int:
        """Days from the baseline to a day of the list; with a day 1 there is no day 0."""
        return day - self.first_day + (1 if self.first_day and day < 0 else 0)


Cadence = PerWeek | EveryWeeks | DayList | NamedDays | WorkingDays


ONCE_A_WEEK = (str(PerWeek(1)), str(EveryWeeks(1)))
"""Two ways to ask for the same pace; the first has a weekday that can be chosen."""


def is_same_cadence(cadence: Cadence, other: Cadence) -> bool:
    """Whether two cadences ask for the same pace."""
    return cadence == other or (str(cadence) in ONCE_A_WEEK and str(other) in ONCE_A_WEEK)


@dataclass(frozen=True, slots=True)
class Window:
    """How many days before and after its target a session may be placed."""

    early: int
    late: int

    def __str__(self) -> str:
        if not self.early and not self.late:
            return "on the target day only"
        return f"up to {count_text(self.early, 'day')} early, {count_text(self.late, 'day')} late"


@dataclass(frozen=True, slots=True)
class Gap:
    """The fewest and most days between the dates of two sessions in a row (Mon to Thu is 3);
    without a most, any more will do.
    """

    min: int
    max: int | None

    def holds(self, days: int) -> bool:
        """Whether two sessions may be so many days apart."""
        return self.min <= days and (self.max is None or days <= self.max)

    def __str__(self) -> str:
        if self.max is None:
            return f"at least {count_text(self.min, 'day')}"
        return f"{self.min} to {count_text(self.max, 'day')}"
