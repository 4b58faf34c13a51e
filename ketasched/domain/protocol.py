"""The recipe: what a protocol says, before anybody has a date.

Counts are sessions, windows and gaps are days, session lengths are minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched.domain.linked_visit_rule import VisitRule
from ketasched.domain.wording import count_text, duration_text

if TYPE_CHECKING:
    from datetime import timedelta

Then = Literal["append", "squeeze", "shift", "keep", "replan"]
"""What happens after a session that was missed or cancelled."""
CountsFrom = Literal["actual", "planned"]
"""What the day numbers of a list count from: its anchor as it took place, or as it was planned."""

NOT_STATED = "not stated"
BUILT_IN = "built-in protocols.yaml"
"""Where a protocol comes from that came with the program."""
MAX_WEEKS = 104
MAX_SESSIONS = 1000
"""The longest course; a guard against slips of the keyboard, not a clinical rule."""


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
    ``window`` None is the phase's, ``minutes`` None the protocol's.
    """

    name: str
    day: int
    window: Window | None = None
    minutes: int | None = None
    follows: str = ""


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


class Alternative(NamedTuple):
    """Another cadence a clinician may choose for a phase, with its own window and gap."""

    cadence: Cadence
    window: Window
    gap: Gap


class Review(NamedTuple):
    """A decision before going on. ``after_session`` counts within the phase; None is its last."""

    name: str
    after_session: int | None = None


class SessionRange(NamedTuple):
    """How few and how many sessions a phase may have."""

    fewest: int
    most: int

    def __str__(self) -> str:
        return f"{self.fewest} to {self.most}"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a protocol with one cadence.

    ``sessions`` is None for an open-ended phase. ``after`` is the number of days from the last
    target of the phase before; None lets the phase begin where the next period would have.
    ``pause`` is the most whole weeks by which the rest of a course may be put off. ``missed`` says
    what happens after a missed session unless asked otherwise, None: the rest stays. After more
    than ``lapse`` days without a session a person must decide how to go on.
    """

    name: str
    cadence: Cadence
    sessions: int | None
    window: Window
    gap: Gap
    pause: int = 0
    after: int | None = None
    choice: SessionRange | None = None
    alternatives: tuple[Alternative, ...] = ()
    reviews: tuple[Review, ...] = ()
    missed: Then | None = None
    lapse: int | None = None

    def using(self, alternative: Alternative) -> Phase:
        """This phase at the alternative's cadence, window and gap."""
        return replace(
            self, cadence=alternative.cadence, window=alternative.window, gap=alternative.gap
        )


class Step(NamedTuple):
    """One part of a session, in minutes, and how many of which resources it ``takes``."""

    name: str
    minutes: int
    takes: tuple[tuple[str, int], ...] | None = None


class When(NamedTuple):
    """The time an instruction speaks of, relative to a session.

    ``edge`` is "from" (the instruction begins at that time: no food *for* 6 h before) or
    "until" (it ends then). ``minutes`` is signed: negative before the session's start, positive
    after its end; None means until the next day.
    """

    edge: Literal["from", "until"]
    minutes: int | None

    def __str__(self) -> str:
        if self.minutes is None:
            return "until the next day"
        side = "before" if self.minutes < 0 else "after"
        word = "for" if self.edge == "from" or self.minutes > 0 else "until"
        return f"{word} {duration_text(abs(self.minutes))} {side}"


class Duty(NamedTuple):
    """Something staff must have done within some ``days`` of each session."""

    name: str
    days: int


class Instruction(NamedTuple):
    """What the patient should do or leave, and when; ``text`` must not give the treatment away.

    ``note`` follows the time: no driving until the next day, *after a restful sleep*.
    """

    text: str
    when: When | None = None
    note: str = ""

    def __str__(self) -> str:
        timed = f"{self.text} {self.when}" if self.when else self.text
        return f"{timed}, {self.note}" if self.note else timed


class Source(NamedTuple):
    """Where a fact comes from. ``grade``: A, B or convention."""

    fact: str
    source: str
    grade: Literal["A", "B", "convention"]


@dataclass(frozen=True, slots=True)
class Protocol:
    """The recipe for one course: drug, route, session, phases, instructions, sources.

    ``label`` is the short name used in a staff calendar; ``file`` says where it was read. A
    clinic's own protocol need not state drug, route, use and sources: they are empty then.
    """

    id: str
    title: str
    label: str
    version: str
    drug: str
    route: str
    use: str
    steps: tuple[Step, ...]
    phases: tuple[Phase, ...]
    instructions: tuple[Instruction, ...]
    reminders: tuple[timedelta, ...]
    sources: tuple[Source, ...]
    visits: tuple[VisitRule, ...] = ()
    duties: tuple[Duty, ...] = ()
    file: str = ""

    @property
    def minutes(self) -> int:
        """The length of one session: all its steps, in minutes."""
        return sum(step.minutes for step in self.steps)

    @property
    def counts_days(self) -> bool:
        """Whether a phase lists its days, as trials do."""
        return any(isinstance(phase.cadence, DayList | NamedDays) for phase in self.phases)
