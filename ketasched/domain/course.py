"""A protocol laid out for one person from one start."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ketasched.domain.candidate import Reason, minutes_between
from ketasched.domain.linked_visit_rule import Side, VisitKey, VisitKind, Which, visit_key

if TYPE_CHECKING:
    from ketasched.domain.gate import PassedGate
    from ketasched.domain.pause import Pause
from ketasched.domain.protocol import Protocol

Status = Literal["planned", "tentative", "attended", "missed", "cancelled"]
PLANNED: Final = "planned"
TENTATIVE: Final = "tentative"
ATTENDED: Final = "attended"
MISSED: Final = "missed"
CANCELLED: Final = "cancelled"


class HasStatus(typing.Protocol):
    """A session, a linked visit or a duty."""

    @property
    def status(self) -> Status:
        """Whether it is to come, took place, or is off."""
        ...


class Rank(NamedTuple):
    """A place in the order of a course: that of a numbered session, or behind it and from when."""

    behind: int
    start: datetime
    number: int


class Session(NamedTuple):
    """One visit for one treatment.

    ``start`` and ``end`` are wall times in the clinic's zone, the end computed through UTC.
    ``place`` counts within the phase from 1 and, with the phase, is the key that never changes;
    ``number`` is what people are shown; ``name`` is empty unless the protocol names its sessions.
    ``window_start`` and ``window_end`` are the first and last day of its window. ``by_hand``: a
    person put it there, so nothing else moves it. ``instead_of`` is the number of the missed or
    cancelled session that a make-up is for, else 0; ``stands_at`` the number of the session behind
    which it stands in the order of the course, if that is not its own. ``undone``: the change that
    added it was undone. ``pace`` is what it keeps instead of its phase's cadence, window and gap:
    the name of another phase, or another cadence of its own. ``broken``: the rules that a person
    broke on purpose to have it there. ``counted_from``: the day from which the sessions that count
    from it are due, where that is not its target.
    """

    number: int
    phase: str
    place: int
    target: date
    window_start: date
    window_end: date
    start: datetime
    end: datetime
    moved_minutes: int
    reasons: tuple[Reason, ...]
    status: Status
    name: str = ""
    by_hand: bool = False
    instead_of: int = 0
    stands_at: int = 0
    undone: bool = False
    pace: str = ""
    broken: tuple[str, ...] = ()
    counted_from: date | None = None

    @property
    def is_live(self) -> bool:
        """Whether it took place or is to: neither missed nor cancelled."""
        return self.status not in (MISSED, CANCELLED)

    @property
    def is_fixed(self) -> bool:
        """Whether only a person moves it: it took place, or a person put it where it is."""
        return self.status == ATTENDED or self.by_hand

    @property
    def rank(self) -> Rank:
        """Its place in the order of the course: of make-ups in one place, by when they stand."""
        return Rank(self.stands_at or self.number, self.start, self.number)

    @property
    def moved_days(self) -> int:
        """Days from the target, negative when earlier."""
        return (self.start.date() - self.target).days

    @property
    def in_window(self) -> bool:
        """Whether it stands on a day of its window."""
        return self.window_start <= self.start.date() <= self.window_end

    @property
    def minutes(self) -> int:
        """Its length: minutes that pass, also across a clock change."""
        return minutes_between(self.start, self.end)

    def put_off(self, days: int) -> Session:
        """This session due, with its window, so many days later; it stands where it stood."""
        by = timedelta(days=days)
        return self._replace(
            target=self.target + by,
            window_start=self.window_start + by,
            window_end=self.window_end + by,
            reasons=() if days else self.reasons,
            counted_from=self.counted_from and self.counted_from + by,
        )


class LinkedVisit(NamedTuple):
    """A visit that goes with a session: consultation, preparation, integration, assessment.

    Times are as of a session, ``by_hand`` and ``broken`` too. ``ideal`` is where it would best
    start. ``which`` says how ``session`` was chosen: see `visit_key`.
    """

    kind: VisitKind
    name: str
    session: int
    side: Side
    which: Which
    ideal: datetime
    start: datetime
    end: datetime
    by_video: bool
    reasons: tuple[Reason, ...]
    status: Status
    by_hand: bool = False
    broken: tuple[str, ...] = ()

    @property
    def key(self) -> VisitKey:
        """What tells it from the other linked visits of its course, for good."""
        return visit_key(self.name, self.which, self.session)

    @property
    def minutes(self) -> int:
        """Its length: minutes that pass, also across a clock change."""
        return minutes_between(self.start, self.end)


class Unplaced(NamedTuple):
    """What goes with a session and has no legal place: a linked visit, or a session that follows.

    ``days`` are the first and last day it might have stood on, None if its ``session`` has no
    date. ``number`` is that of a session that follows, 0 for a linked visit.
    """

    kind: VisitKind | Literal["session"]
    name: str
    session: int
    side: Side
    days: tuple[date, date] | None
    reasons: tuple[Reason, ...]
    number: int = 0


def is_gone(entry: HasStatus) -> bool:
    """Whether an entry stands in calendars only to say that it no longer holds."""
    return entry.status in (MISSED, CANCELLED)


def is_marked(entry: HasStatus) -> bool:
    """Whether somebody said that it took place, or that it was missed."""
    return entry.status in (ATTENDED, MISSED)


class DatedReview(NamedTuple):
    """A review of the protocol, at the session of this course it follows."""

    name: str
    after_session: int
    passed: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """The sessions of one person, the linked visits beside them, the pauses and reviews between.

    ``left_out`` names the open-ended phases that were not laid out. ``total`` is the last number of
    the phases with a set number of sessions; the sessions of an open-ended phase have higher
    numbers and no total. ``unplaced``: what goes with a session and has no legal place.
    ``visits_off``: the linked visits that a person called off, for good. ``duties_off``: the duties
    that nobody has here. ``gates``: those that are passed.
    """

    protocol: Protocol
    start: date
    sessions: tuple[Session, ...]
    pauses: tuple[Pause, ...]
    reviews: tuple[DatedReview, ...]
    left_out: tuple[str, ...]
    total: int
    visits: tuple[LinkedVisit, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    visits_off: tuple[VisitKey, ...] = ()
    duties_off: tuple[str, ...] = ()
    gates: tuple[PassedGate, ...] = ()

    @property
    def shows_windows(self) -> bool:
        """Whether people see the windows of its sessions: it is laid out by day numbers, and more
        than one day will do.
        """
        return self.protocol.counts_days and any(
            session.window_start < session.window_end for session in self.sessions
        )

    @property
    def begins(self) -> date:
        """The start, or the day of a baseline that took place before it."""
        counted = (session.counted_from for session in self.sessions)
        return min([self.start, *(day for day in counted if day)])

    @property
    def live(self) -> list[Session]:
        """The sessions that took place or are to."""
        return [session for session in self.sessions if session.is_live]

    def movable(self, now: datetime) -> list[Session]:
        """The sessions to come that nobody put where they are, in the order of the course."""
        ahead = (session for session in self.live if session.start > now and not session.is_fixed)
        return sorted(ahead, key=lambda session: session.rank)

    @property
    def latest(self) -> Session:
        """The session after which the course would go on."""
        there = [session for session in self.sessions if not session.undone]
        return max(self.live or there, key=lambda session: (session.target, session.number))

    def changing(self, changed: Sequence[Session]) -> Course:
        """The same course with some sessions as given."""
        by_number = {session.number: session for session in changed}
        return replace(
            self,
            sessions=tuple(by_number.get(session.number, session) for session in self.sessions),
        )

    def adding(self, added: Sequence[Session]) -> Course:
        """The same course with more sessions."""
        return replace(self, sessions=(*self.sessions, *added))

    @property
    def numbering(self) -> str:
        """What numbers there are, in words."""
        numbers = [session.number for session in self.sessions]
        if len(numbers) == 1:
            return f"there is 1 session, number {numbers[0]}"
        return f"sessions are numbered {min(numbers)} to {max(numbers)}"

    @property
    def next_number(self) -> int:
        """The number of one more session."""
        return max(self.total, *(session.number for session in self.sessions)) + 1

    def next_place(self, phase: str) -> int:
        """The place of one more session of a phase."""
        planned = next(own.sessions or 0 for own in self.protocol.known_phases if own.name == phase)
        return (
            max([planned, *(session.place for session in self.sessions if session.phase == phase)])
            + 1
        )

    def session(self, number: int) -> Session:
        """The session of that number."""
        return next(session for session in self.sessions if session.number == number)

    def has_review_before(self, session: Session, reviewed: int) -> bool:
        """Whether the review that follows the session ``reviewed`` comes before another; of a
        make-up, where it stands in time decides. A make-up for the reviewed one is reviewed too.
        """
        behind = self.session(reviewed).rank.behind
        if session.rank.behind != behind:
            return session.rank.behind > behind
        if reviewed in (session.number, session.instead_of):
            return False
        starts = [
            each.start
            for each in self.sessions
            if each.number == reviewed or (each.is_live and each.instead_of == reviewed)
        ]
        return session.start > max(starts)

    def entries(self) -> list[Session | LinkedVisit]:
        """Sessions and linked visits in order of time."""
        return sorted((*self.sessions, *self.visits), key=lambda entry: entry.start)
