"""A protocol laid out for one person from one start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from ketasched.core.constraint import Reason

if TYPE_CHECKING:
    from ketasched.core.protocol import Protocol

PLANNED = "planned"
TENTATIVE = "tentative"


@dataclass(frozen=True, slots=True)
class Session:
    """One visit for one treatment.

    ``start`` and ``end`` are wall times in the clinic's zone, the end computed through UTC.
    ``place`` counts within the phase from 1 and, with the phase, is the key that never changes;
    ``number`` is what people are shown.
    """

    number: int
    phase: str
    place: int
    target: date
    start: datetime
    end: datetime
    moved_minutes: int
    reasons: tuple[Reason, ...]
    status: str

    @property
    def moved_days(self) -> int:
        """Days from the target, negative when earlier."""
        return (self.start.date() - self.target).days


@dataclass(frozen=True, slots=True)
class Pause:
    """Whole weeks by which the course is put off from a session on, and what forced it."""

    before_session: int
    weeks: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class DatedReview:
    """A review of the protocol, at the session of this course it follows."""

    name: str
    after_session: int


@dataclass(frozen=True, slots=True)
class Course:
    """The sessions of one person, with the pauses and reviews between them.

    ``left_out`` names the open-ended phases that were
    not laid out. ``total`` is the last number of the phases with a set number of sessions; the
    sessions of an open-ended phase have higher numbers and no total.
    """

    protocol: Protocol
    start: date
    sessions: tuple[Session, ...]
    pauses: tuple[Pause, ...]
    reviews: tuple[DatedReview, ...]
    left_out: tuple[str, ...]
    total: int


def session_end(start: datetime, minutes: int) -> datetime:
    """The end of a session, on the same clock: two hours last two hours across a clock change."""
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)
