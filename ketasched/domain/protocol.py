"""The recipe: what a protocol says, before anybody has a date.

Counts are sessions, windows and gaps are days, session lengths are minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched.domain.apart import Apart
from ketasched.domain.arm import Arm
from ketasched.domain.cadence import (
    Cadence,
    Cycles,
    DayList,
    Gap,
    Months,
    NamedDays,
    NamedSession,
    Window,
)
from ketasched.domain.gate import Gate
from ketasched.domain.linked_visit_rule import VisitRule
from ketasched.domain.per_day import PerDay
from ketasched.domain.wording import count_text, duration_text, list_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

Then = Literal["append", "squeeze", "shift", "keep", "replan"]
"""What happens after a session that was missed or cancelled."""

NOT_STATED = "not stated"
BUILT_IN = "built-in protocols.yaml"
"""Where a protocol comes from that came with the program."""
MAX_WEEKS = 104
MAX_MONTHS = 24
MAX_SESSIONS = 1000
"""The longest course; a guard against slips of the keyboard, not a clinical rule."""


class Alternative(NamedTuple):
    """Another cadence a clinician may choose for a phase, with its own window and gap."""

    cadence: Cadence
    window: Window
    gap: Gap


class Review(NamedTuple):
    """A decision before going on. ``after_session`` counts within the phase, its days where a day
    has several; None is its last.
    """

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

    ``sessions`` is None for an open-ended phase. ``after`` is the number of days, or the months,
    from the last target of the phase before; None lets the phase begin where the next period would
    have. ``lengths`` and ``steps``: what single sessions have of their own, by place, in minutes.
    ``pause`` is the most whole weeks by which the rest of a course may be put off. ``missed`` says
    what happens after a missed session unless asked otherwise, None: the rest stays. After more
    than ``lapse`` days without a session a person must decide how to go on. ``apart``: how far its
    first session stays from earlier ones. With ``per_day`` each of the cadence's days has several
    sessions: ``sessions`` counts all of them, ``choice`` and where its reviews stand the days.
    """

    name: str
    cadence: Cadence
    sessions: int | None
    window: Window
    gap: Gap
    pause: int = 0
    after: int | Months | None = None
    choice: SessionRange | None = None
    alternatives: tuple[Alternative, ...] = ()
    reviews: tuple[Review, ...] = ()
    missed: Then | None = None
    lapse: int | None = None
    apart: tuple[Apart, ...] = ()
    arms: tuple[str, ...] = ()
    lengths: tuple[tuple[int, int], ...] = ()
    steps: tuple[tuple[int, tuple[Step, ...]], ...] = ()
    per_day: PerDay | None = None

    @property
    def a_day(self) -> int:
        """How many sessions it has on each of its days."""
        return self.per_day.sessions if self.per_day else 1

    @property
    def days(self) -> int | None:
        """How many days of its cadence it has; None for an open-ended phase."""
        return self.sessions and self.sessions // self.a_day

    @property
    def listed(self) -> tuple[NamedSession, ...]:
        """The sessions that it lists one by one, by name; none where it has another cadence."""
        return self.cadence.sessions if isinstance(self.cadence, NamedDays) else ()

    @property
    def own_minutes(self) -> dict[int, int]:
        """The lengths of the sessions that have one of their own, by place."""
        own_steps = self.own_steps
        if not (self.lengths or own_steps):
            return {}
        own = {place: minutes_of(steps) for place, steps in own_steps.items()}
        return dict(sorted((dict(self.lengths) | own).items()))

    @property
    def own_steps(self) -> dict[int, tuple[Step, ...]]:
        """The steps of the sessions that have other ones, by place."""
        numbered = enumerate(self.listed, start=1)
        own = {place: named.steps for place, named in numbered if named.steps}
        return own | dict(self.steps)

    def reviewed(self, review: Review) -> str:
        """What one of its reviews comes after."""
        if not review.after_session:
            return "the last session"
        return f"{'treatment day' if self.per_day else 'session'} {review.after_session}"

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


def minutes_of(steps: Sequence[Step]) -> int:
    """How long some steps are together."""
    return sum(step.minutes for step in steps)


def steps_lasting(offered: Sequence[tuple[Step, ...]], minutes: int) -> tuple[Step, ...]:
    """Those of some steps that last so many minutes; the first of all, if none do."""
    as_long = (steps for steps in offered if minutes_of(steps) == minutes)
    return next(as_long, offered[0])


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
    """Something staff must have done within some ``days`` of each session, where the law of one of
    the ``countries`` asks for it; without any, everywhere.
    """

    name: str
    days: int
    countries: tuple[str, ...] = ()

    def holds_in(self, country: str) -> bool:
        """Whether it must be done in a country of two letters; where none is known, it must."""
        return not country or not self.countries or country in self.countries

    def __str__(self) -> str:
        where = f", in {list_text(self.countries)}" if self.countries else ""
        return f"{self.name}, within {count_text(self.days, 'day')} of each session{where}"


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
    clinic's own protocol need not state drug, route, use and sources: they are empty then. Its
    ``needs`` are gates. ``arm``: the one of its ``arms`` of which alone it is. ``former``: phases
    that a running course had of an earlier version; ``renamed``: by name, what some of its phases
    were called when their sessions got their UIDs.
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
    needs: tuple[Gate, ...] = ()
    arms: tuple[Arm, ...] = ()
    arm: str = ""
    former: tuple[Phase, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def known_phases(self) -> tuple[Phase, ...]:
        """Its phases, and those of which a running course has sessions from earlier versions."""
        return (*self.phases, *self.former)

    @property
    def minutes(self) -> int:
        """The length of one session: all its steps, in minutes."""
        return minutes_of(self.steps)

    @property
    def all_steps(self) -> tuple[tuple[Step, ...], ...]:
        """The usual steps of a session, and those that single sessions have instead."""
        own = (steps for phase in self.phases for steps in phase.own_steps.values())
        return (self.steps, *own)

    def steps_lasting(self, minutes: int) -> tuple[Step, ...]:
        """The steps of a session of so many minutes."""
        return steps_lasting(self.all_steps, minutes)

    @property
    def has_distances(self) -> bool:
        """Whether a session stays apart from one that need not be its neighbour."""
        return any(
            phase.apart or any(session.apart for session in phase.listed) for phase in self.phases
        )

    @property
    def counts_days(self) -> bool:
        """Whether a phase lists its days, as trials do."""
        return any(isinstance(phase.cadence, DayList | NamedDays | Cycles) for phase in self.phases)
