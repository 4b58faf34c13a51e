"""How often the sessions of a phase come, how far they may move, and how far apart they stay.

Windows and gaps are days.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched.domain.apart import Apart
from ketasched.domain.wording import count_text, list_text

if TYPE_CHECKING:
    from ketasched.domain.protocol import Step

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


class Months(NamedTuple):
    """A number of months, counted in the calendar."""

    number: int

    def after(self, day: date) -> date:
        """The same day of the month so many months on; the last one where that month is shorter."""
        year, month = divmod(12 * day.year + day.month - 1 + self.number, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

    def __str__(self) -> str:
        return count_text(self.number, "month")


@dataclass(frozen=True, slots=True)
class EveryMonths:
    """One session every ``months`` months, on the day of the month the phase began on."""

    months: int

    def day(self, first: date, index: int) -> date:
        """The day of a session, ``index`` sessions after the ``first``: counted from that one, so
        that a short month changes no other.
        """
        return Months(self.months * index).after(first)

    def __str__(self) -> str:
        return "every month" if self.months == 1 else f"every {self.months} months"


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
class Cycles:
    """Blocks of ``length`` days that repeat, with sessions on ``days`` of each; day 1 is the first.

    ``counts_from``: the other days of a cycle, and the next cycle, count from its day 1 as it took
    place, or as planned.
    """

    length: int
    days: tuple[int, ...]
    counts_from: CountsFrom = "actual"

    def cycle(self, place: int) -> int:
        """The cycle of the session at a place of the phase; both count from 1."""
        return (place - 1) // len(self.days) + 1

    def day(self, place: int) -> int:
        """The day within its cycle of the session at a place of the phase."""
        return self.days[(place - 1) % len(self.days)]

    def offset(self, place: int) -> int:
        """Days from day 1 of the first cycle to the session at a place of the phase."""
        return self.length * (self.cycle(place) - 1) + self.day(place) - 1

    def name(self, place: int) -> str:
        """What the session at a place of the phase is called."""
        return f"cycle {self.cycle(place)}, day {self.day(place)}"

    def place(self, name: str) -> int:
        """The place of the session that is called so; 0 if none is."""
        match = _IN_CYCLE.fullmatch(name)
        if not match or int(match["day"]) not in self.days:
            return 0
        return len(self.days) * (int(match["cycle"]) - 1) + self.days.index(int(match["day"])) + 1

    def __str__(self) -> str:
        word = "day" if len(self.days) == 1 else "days"
        days = list_text([str(day) for day in self.days])
        return f"{word} {days} of each cycle of {count_text(self.length, 'day')}"


_IN_CYCLE = re.compile("cycle (?P<cycle>[1-9][0-9]{0,5}), day (?P<day>[1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Consecutive working days: open weekdays without a dated closure or holiday."""

    def __str__(self) -> str:
        return "consecutive working days"


class NamedSession(NamedTuple):
    """A session with a name, on a day of its own.

    ``day`` counts as its list does; with ``follows`` it is the days after that session, as placed.
    ``window`` None is the phase's, ``minutes`` None the protocol's; ``steps``: its own, if it has
    other ones. ``apart``: how far it stays from earlier sessions.
    """

    name: str
    day: int
    window: Window | None = None
    minutes: int | None = None
    follows: str = ""
    steps: tuple[Step, ...] = ()
    apart: tuple[Apart, ...] = ()
    arms: tuple[str, ...] = ()


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


Cadence = PerWeek | EveryWeeks | EveryMonths | DayList | NamedDays | Cycles | WorkingDays


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
