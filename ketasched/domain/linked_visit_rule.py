"""Linked visits as a protocol has them: what stands beside which sessions, and how far."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from ketasched.domain.wording import count_text, duration_text

WAKING = (8 * 60, 20 * 60)
"""Minutes after midnight between which a patient is taken to be awake: our convention."""
VisitKind = Literal["consultation", "preparation", "integration", "assessment", "check-in"]
VISIT_KINDS: tuple[VisitKind, ...] = get_args(VisitKind)
Side = Literal["before", "after"]
Which = Literal["first", "last", "each", "review", "number"]


class Offset(NamedTuple):
    """How far a linked visit is from its session: nearest, best and furthest.

    In ``days`` dates are counted and the best time of day is the session's. In minutes time
    passes: from the end of the session, or back from its start.
    """

    least: int
    ideal: int
    most: int
    in_days: bool

    @property
    def span(self) -> str:
        """From nearest to furthest, as it is counted."""
        if self.in_days:
            return f"{self.least} to {count_text(self.most, 'day')}"
        return f"{self.least / 60:g} to {self.most / 60:g} h"

    def __str__(self) -> str:
        unit = 1440 if self.in_days else 1
        ends = f"{_distance(self.least * unit)} to {_distance(self.most * unit)}"
        return f"{ends}, ideally {_distance(self.ideal * unit)}"


def _distance(minutes: int) -> str:
    """Hours stay hours: integration is 24 to 72 h after a session."""
    return duration_text(minutes) if minutes % 1440 == 0 else f"{minutes / 60:g} h"


class Anchor(NamedTuple):
    """Which sessions a linked visit goes with: first, last, each, review, or session ``number``.

    ``side``: before or after. A review's is the session that the review follows.
    """

    side: Side
    which: Which
    number: int = 0

    def __str__(self) -> str:
        words = {"each": "each session", "review": "each review", "number": "session"}
        which = words.get(self.which, f"the {self.which} session")
        return f"{self.side} {which}" + (f" {self.number}" if self.number else "")


VisitKey = tuple[str, int]
"""The name of a linked visit, and its session; 0 where that may become another."""


def visit_key(name: str, which: Which, session: int) -> VisitKey:
    """What tells a linked visit from the others of its course, for good: one that goes with the
    first or last session is the same whichever session that is.
    """
    return name, 0 if which in ("first", "last") else session


class VisitRule(NamedTuple):
    """A kind of linked visit: what it is, how long, and where it stands beside its session.

    ``by_video``: clinic hours do not apply, waking hours do.
    """

    kind: VisitKind
    name: str
    minutes: int
    anchor: Anchor
    offset: Offset
    by_video: bool = False

    def key(self, session: int) -> VisitKey:
        """What tells its visit for a session from the other linked visits of a course."""
        return visit_key(self.name, self.anchor.which, session)

    def __str__(self) -> str:
        place = ", by video" if self.by_video else ""
        return f"{duration_text(self.minutes)}, {self.offset} {self.anchor}{place}"
