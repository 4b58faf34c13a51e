"""On which days the sessions of a course are due by another version of its protocol.

What took place is where it is: of two sessions in a row the later one moves by as much as the new
version has them further apart. Days that are counted from a baseline move with that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from ketasched.domain.baseline import day_numbers
from ketasched.domain.course import ATTENDED, Course, Session
from ketasched.domain.protocol import Phase
from ketasched.planning.target import Target
from ketasched.running.legal_change import Conditions
from ketasched.running.two_versions import Key, Laid, Versions


class Due(NamedTuple):
    """A session that the new version has: as it is laid out, where the course has it, its place
    there, the ``day`` on which it is due, and how much ``late`` that is. ``is_new``: the course has
    none, or only one that is called off since an earlier version.
    """

    target: Target
    session: Session | None
    place: int
    day: date
    late: timedelta
    is_new: bool


class Days(NamedTuple):
    """What is due; and what the version has too, and is ``over`` for this course."""

    due: tuple[Due, ...]
    over: tuple[str, ...]


def due_days(versions: Versions, conditions: Conditions, course: Course) -> Days:
    """The days on which the sessions of the new version are due."""
    by_key = {(each.phase, each.place): each for each in course.sessions if not each.instead_of}
    walk = _Walk(versions, conditions, course, by_key)
    for laid_one in versions.new:
        walk.take(laid_one)
    return Days(tuple(walk.due), tuple(walk.over))


class _Walk:
    """The sessions of the new version one by one, in its order."""

    def __init__(
        self,
        versions: Versions,
        conditions: Conditions,
        course: Course,
        by_key: Mapping[Key, Session],
    ) -> None:
        self.due: list[Due] = []
        self.over: list[str] = []
        self._versions, self._conditions, self._by_key = versions, conditions, by_key
        now = conditions.now
        self._held = [
            each
            for each in course.live
            if (each.start <= now or each.status == ATTENDED) and not each.instead_of
        ]
        self._last = max(self._held, key=lambda each: each.start, default=None)
        keys = {each.key for each in versions.new}
        held_keys = {(each.phase, each.place) for each in self._held}
        self._latest_new = max(
            (place for place, each in enumerate(versions.new) if each.key in held_keys), default=-1
        )
        self._removed = [each for each in self._held if (each.phase, each.place) not in keys]
        self._baselines: dict[str, Due] = {}
        self._before: Due | None = None
        self._place = -1

    def take(self, laid_one: Laid) -> None:
        """One more session."""
        self._place += 1
        session = self._by_key.get(laid_one.key)
        if session is None or session.undone:
            self._take_new(laid_one, session)
            return
        now = self._conditions.now
        late = timedelta()
        if session.start > now and session.status != ATTENDED:
            late = self._late(laid_one, session)
        self._keep(Due(laid_one.target, session, session.place, session.target + late, late,
                       is_new=False))  # fmt: skip

    def _keep(self, due: Due) -> None:
        self.due.append(due)
        self._before = due
        if due.session:
            self._baselines.setdefault(due.target.phase.name, due)

    def _take_new(self, laid_one: Laid, session: Session | None) -> None:
        target = laid_one.target
        before = self._base(target)
        day = target.day
        if before:
            day = before.day + (target.day - before.target.day)
        if not self._counted(target.phase):
            day += self._weeks(target, day)
        if self._place < self._latest_new or self._is_over(target, day):
            self.over.append(target.name or f"{target.phase.name} {target.place}")
            return
        until = self._versions.order.layout.stretches[-1].until
        if until and day > until and not target.phase.sessions:
            return
        self._keep(Due(target, session, laid_one.key[1], day, timedelta(), is_new=True))

    def _base(self, target: Target) -> Due | None:
        """What a new session is counted from."""
        own = self._baselines.get(target.phase.name)
        return own if own and self._counted(target.phase) else self._before

    def _late(self, laid_one: Laid, session: Session) -> timedelta:
        """By how much a session that both versions have is due later now."""
        target, old = laid_one.target, self._versions.old.get(laid_one.key)
        base = self._known_base(target)
        if old is None:
            return base.late if base else timedelta()
        if self._removed and (base is None or base.session in self._held):
            late = self._behind_what_is_new(target, session)
        elif base is None:
            late = target.day - old.day
        else:
            was = self._versions.old[base.target.phase.name, base.place]
            late = base.late + (target.day - base.target.day) - (old.day - was.day)
        if late and not self._counted(target.phase):
            late += self._weeks(target, session.target + late)
        return late

    def _behind_what_is_new(self, target: Target, session: Session) -> timedelta:
        """By how much a session is later behind what is gone from the version: not at all, unless
        something new stands there.
        """
        before = self._before
        if before is None or not before.is_new:
            return timedelta()
        return before.day + (target.day - before.target.day) - session.target

    def _known_base(self, target: Target) -> Due | None:
        """The session before, or the baseline, that both versions have."""
        own = self._baselines.get(target.phase.name)
        if own and self._counted(target.phase) and self._is_known(own):
            return own
        return next((due for due in reversed(self.due) if self._is_known(due)), None)

    def _is_known(self, due: Due) -> bool:
        return not due.is_new and (due.target.phase.name, due.place) in self._versions.old

    def _weeks(self, target: Target, day: date) -> timedelta:
        """The whole weeks by which a day is too early: it is over, or before what took place."""
        first = self._conditions.first_day - timedelta(days=target.window.late)
        if self._last:
            first = max(first, self._last.start.date() + timedelta(days=target.phase.gap.min))
        return timedelta(weeks=max(0, -(-(first - day).days // 7)))

    def _is_over(self, target: Target, day: date) -> bool:
        return day + timedelta(days=target.window.late) < self._conditions.first_day

    def _counted(self, phase: Phase) -> bool:
        """Whether both versions list the days of a phase by number, from its baseline."""
        names = {new: old for old, new in self._versions.renamed.items()}
        before = self._versions.earlier.phases.get(names.get(phase.name, phase.name))
        return bool(day_numbers(phase.cadence) and before and day_numbers(before.cadence))
