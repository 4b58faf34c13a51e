"""Two versions of a protocol, laid out for one course: what both have, and what is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from ketasched.domain.cadence import Window
from ketasched.domain.course import Course, Session
from ketasched.domain.protocol import MAX_SESSIONS, Phase
from ketasched.planning.plan_input import Order
from ketasched.planning.target import Stretch, Target
from ketasched.running.places import laid_out

Key = tuple[str, int]
"""A session of either version: its phase, as the new one calls it, and its place in the course."""
LONG = timedelta(days=3 * 366)


class Laid(NamedTuple):
    """A session as a version lays it out from the start of the course."""

    key: Key
    target: Target


@dataclass(frozen=True, slots=True)
class Versions:
    """Both versions, laid out for a course."""

    order: Order
    earlier: Order
    renamed: Mapping[str, str]
    new: tuple[Laid, ...]
    old: Mapping[Key, Target]

    @classmethod
    def of(
        cls, order: Order, earlier: Order, course: Course, renamed: Mapping[str, str]
    ) -> Versions:
        """Both versions, laid out for a course that has the phases of the new one.

        Raises:
            ChoiceRefused: a phase has no weekdays.
        """
        new = tuple(_laid(order, course, {}))
        old = {each.key: each.target for each in _laid(earlier, course, renamed)}
        return cls(order, earlier, renamed, new, old)

    def is_gone(self, session: Session) -> bool:
        """Whether the earlier version has a session that the new one does not have."""
        key, phases = (session.phase, session.place), self.order.layout.stretches
        if session.phase not in {phase.name for phase in self.order.protocol.phases}:
            return True
        if session.instead_of:
            return False
        named = {named.name for stretch in phases for named in stretch.named()}
        followed = {name for phase, name in self._followers() if phase == session.phase}
        if session.name in followed:
            return session.name not in named
        return key in self.old and key not in {each.key for each in self.new}

    def _followers(self) -> Iterator[tuple[str, str]]:
        for stretch in self.earlier.layout.stretches:
            name = stretch.phase.name
            for named in stretch.named():
                if named.follows:
                    yield self.renamed.get(name, name), named.name

    def minutes_of(self, session: Session) -> int:
        """How long a session is that neither version lays out, or that follows another."""
        usual, before = self.order.protocol.minutes, self.earlier.protocol.minutes
        phase = self.order.phases.get(session.phase)
        for named in phase.listed if phase else ():
            if named.name == session.name:
                return named.minutes or usual
        return usual if session.minutes == before else session.minutes

    def window(self, session: Session, target: Target | None) -> Window | None:
        """The window of a session, where the new version has another one."""
        if target and not session.pace:
            before = self.old.get((session.phase, session.place))
            was = before.window if before else self._paced_before(session).window
            return target.window if target.window != was else None
        now = self.order.paced(session.phase, session.pace).window
        return now if now != self._paced_before(session).window else None

    def _paced_before(self, session: Session) -> Phase:
        names = {new: old for old, new in self.renamed.items()}
        phase = names.get(session.phase, session.phase)
        return self.earlier.paced(phase, names.get(session.pace, session.pace))


def _laid(order: Order, course: Course, renamed: Mapping[str, str]) -> Iterator[Laid]:
    """What a version lays out from the start of a course, as far as that goes, by its keys."""
    stretches = list(_stretches(order, course, renamed))
    targets = laid_out(order, course, stretches, order.start, order.days)
    already = order.already
    targets = [target._replace(number=target.number + already) for target in targets]
    own = [each for each in course.sessions if not each.instead_of]
    names = {(each.phase, each.name): each.place for each in own if each.name}
    taken = {(each.phase, each.place) for each in course.sessions}
    for target in targets:
        phase = renamed.get(target.phase.name, target.phase.name)
        place = names.get((phase, target.name), target.place) if target.name else target.place
        is_own = any((each.phase, each.place) == (phase, place) for each in own) and (
            not target.name or (phase, target.name) in names
        )
        if not is_own:
            while (phase, place) in taken:
                place += 1
        taken.add((phase, place))
        if _is_laid(order, target, course, phase):
            yield Laid((phase, place), target)


def _is_laid(order: Order, target: Target, course: Course, phase: str) -> bool:
    """Whether a session of a phase without an end is within what is laid out."""
    if target.phase.sessions is not None:
        return True
    until = order.layout.stretches[-1].until
    there = max((each.place for each in course.sessions if each.phase == phase), default=0)
    return target.place <= there or bool(until and target.day <= until)


def _stretches(order: Order, course: Course, renamed: Mapping[str, str]) -> Iterator[Stretch]:
    by_name = {stretch.phase.name: stretch for stretch in order.layout.stretches}
    for phase in order.protocol.phases:
        name = renamed.get(phase.name, phase.name)
        own = [
            each.place
            for each in course.sessions
            if each.phase == name and not (each.instead_of or each.undone)
        ]
        stretch = by_name.get(phase.name)
        if stretch and stretch.sessions:
            yield stretch
        elif stretch:
            yield stretch._replace(until=max(stretch.until or date.min, _end(course)))
        elif own and phase.sessions is None:
            chosen, minutes = order.phases[phase.name], order.protocol.minutes
            count = min(max(own) - min(own) + 1, MAX_SESSIONS)
            yield Stretch(chosen, min(own), count, None, minutes)


def _end(course: Course) -> date:
    return max(session.target for session in course.sessions) + LONG
