"""What a paper in a patient's hands says of a course, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from ketasched.calendar.entry_text import Entry, View
from ketasched.calendar.uid import uid
from ketasched.domain.course import ATTENDED, PLANNED, TENTATIVE, Course, LinkedVisit, Status

Kind = Literal["new", "moved", "off", "on", "fixed", "open"]
"""How an appointment differs from what paper says: it is new, or at another time, or called off, or
takes place after all, or is fixed now, or no longer is.
"""


class Told(NamedTuple):
    """What paper says of one appointment: its UID, its number (0: a linked visit) and name, when it
    begins (a wall time in the course's zone) and for how many minutes, and whether it holds.
    """

    uid: str
    number: int
    name: str
    start: datetime
    minutes: int
    status: Status

    @property
    def holds(self) -> bool:
        """Whether it is to be."""
        return self.status in (PLANNED, TENTATIVE)


class Paper(NamedTuple):
    """All that a patient was handed at one moment."""

    at: datetime
    told: tuple[Told, ...]


class Change(NamedTuple):
    """How an appointment differs from what paper says; ``before`` is that, None of a new one."""

    kind: Kind
    before: Told | None


def told_of(course: Course, view: View) -> tuple[Told, ...]:
    """What paper would say of a course now. That a session took place is no news to its patient;
    one that an undone change had added says nothing.
    """
    return tuple(
        told_entry(course, entry, view)
        for entry in course.entries()
        if isinstance(entry, LinkedVisit) or not entry.undone
    )


def told_entry(course: Course, entry: Entry, view: View) -> Told:
    """What would be said of one entry now."""
    return Told(
        uid(view, course, entry),
        0 if isinstance(entry, LinkedVisit) else entry.number,
        entry.name if isinstance(entry, LinkedVisit) else "",
        entry.start,
        entry.minutes,
        PLANNED if entry.status == ATTENDED else entry.status,
    )


def changes(now: Sequence[Told], paper: Sequence[Told]) -> Mapping[str, Change]:
    """How appointments differ from those on paper, by UID: what is only there is called off."""
    before = {told.uid: told for told in paper}
    there = {told.uid for told in now}
    changed = {told.uid: _change(told, before.get(told.uid)) for told in now}
    gone = {told.uid: Change("off", told) for told in paper if told.holds and told.uid not in there}
    return {name: change for name, change in changed.items() if change} | gone


def _change(told: Told, before: Told | None) -> Change | None:
    if before is None:
        return Change("new", None) if told.holds else None
    if told.holds != before.holds:
        return Change("on" if told.holds else "off", before)
    if not told.holds:
        return None
    if (told.start, told.minutes) != (before.start, before.minutes):
        return Change("moved", before)
    if told.status != before.status:
        return Change("open" if told.status == TENTATIVE else "fixed", before)
    return None


def last_that_differs(told: Sequence[Told], papers: Sequence[Paper]) -> Paper | None:
    """The last paper that says something else than is so now; None if there is none."""
    return next((paper for paper in reversed(papers) if paper.told != tuple(told)), None)


def handed(papers: Sequence[Paper], told: tuple[Told, ...], at: datetime) -> tuple[Paper, ...]:
    """The papers to remember when one more is handed out: the last two that differ."""
    if papers and papers[-1].told == told:
        return tuple(papers)
    return (*papers[-1:], Paper(at, told))
