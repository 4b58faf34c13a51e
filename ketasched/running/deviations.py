"""How a course kept to its protocol: for each session what was due, planned, and took place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from ketasched.domain.course import ATTENDED, CANCELLED, MISSED, PLANNED, TENTATIVE, Course, Session
from ketasched.running.apart import Distance, distances


class CameAbout(NamedTuple):
    """How a session came to stand where it does: the time it was planned for before it took place
    (a wall time), and the reason that a person gave for its last change, if any did.
    """

    planned: datetime
    reason: str = ""


class Kept(NamedTuple):
    """A session, how it came to stand where it does, and how far it is from earlier ones that need
    not be its neighbours.
    """

    session: Session
    planned: datetime
    reason: str = ""
    apart: tuple[Distance, ...] = ()

    @property
    def actual(self) -> datetime | None:
        """When it took place, if it did."""
        return self.session.start if self.session.status == ATTENDED else None

    @property
    def days_off(self) -> int | None:
        """The days from its target to when it took place, negative when earlier."""
        return self.session.moved_days if self.actual else None

    @property
    def in_window(self) -> bool | None:
        """Whether it took place on a day of its window; None if it did not take place."""
        return self.session.in_window if self.actual else None


class Totals(NamedTuple):
    """How many sessions there are, how many took place, in their windows or not, how many did not,
    and how many are left; for how many each rule was broken on purpose, and each reason given.
    """

    sessions: int
    attended: int
    in_window: int
    out_of_window: int
    missed: int
    cancelled: int
    to_come: int
    overridden: Mapping[str, int]
    reasons: Mapping[str, int]


def kept_to(course: Course, came_about: Mapping[int, CameAbout]) -> list[Kept]:
    """Every session of a course by number, also one that has no place any more; but for those
    whose adding was undone.
    """
    without_place = {unplaced.number for unplaced in course.unplaced}
    apart = list(distances(course))
    return [
        Kept(
            session,
            *came_about.get(session.number, CameAbout(session.start)),
            tuple(each for each in apart if each.later.number == session.number),
        )
        for session in sorted(course.sessions, key=lambda session: session.number)
        if not session.undone or session.number in without_place
    ]


def totals(kept: Iterable[Kept]) -> Totals:
    """The sums of some sessions, of one course or many. Reasons that differ in capitals are one."""
    rows = list(kept)
    status = Counter(row.session.status for row in rows)
    words: dict[str, str] = {}
    for row in rows:
        words.setdefault(row.reason.casefold(), row.reason)
    reasons = Counter(words[row.reason.casefold()] for row in rows if row.reason)
    return Totals(
        sessions=len(rows),
        attended=status[ATTENDED],
        in_window=sum(row.in_window is True for row in rows),
        out_of_window=sum(row.in_window is False for row in rows),
        missed=status[MISSED],
        cancelled=status[CANCELLED],
        to_come=status[PLANNED] + status[TENTATIVE],
        overridden=_by_count(Counter(rule for row in rows for rule in row.session.broken)),
        reasons=_by_count(reasons),
    )


def _by_count(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
