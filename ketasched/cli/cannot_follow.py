"""Sessions that cannot follow a change, in words, each with a command that was run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.course import CANCELLED, Course
from ketasched.records.open import Opened, name_of
from ketasched.running.cannot_follow import FARTHEST, Elsewhere, elsewhere, stragglers
from ketasched.running.changes import drop
from ketasched.running.legal_change import Conditions

if TYPE_CHECKING:
    from ketasched.domain.course import Session
    from ketasched.domain.protocol import Then

_REMEDIES = {
    "": "move it into its window",
    "notice": "move it into its window at short notice",
    "window": "have it outside its window",
}


class Told(NamedTuple):
    """What is told of a session, and the command that puts it elsewhere; empty if nothing does."""

    number: int
    text: str
    command: str

    def __str__(self) -> str:
        if self.command:
            return f"{self.text}: {self.command}"
        return f"{self.text}: no day within {FARTHEST} days of its window is legal"


def cannot_follow(opened: Opened, before: Course, after: Course) -> list[Told]:
    """What is told of the sessions that do not stand where they are due after a change."""
    conditions = Conditions(opened.task.order, opened.here)
    told = []
    for straggler in stragglers(conditions, before, after):
        session, place = straggler.session, straggler.elsewhere
        name = f" ({session.name})" if session.name else ""
        text = f"session {session.number}{name} cannot follow, {straggler.why}{_remedy(place)}"
        command = _command(opened, session, place) if place else ""
        told.append(Told(session.number, text, command))
    return told


def other_place(opened: Opened, session: Session) -> str:
    """What to do about a session outside its window, with the command; empty if nothing helps."""
    conditions = Conditions(opened.task.order, opened.here)
    place = elsewhere(conditions, opened.record.course, session)
    return f"{_remedy(place)}: {_command(opened, session, place)}" if place else ""


def way_out(opened: Opened, session: Session) -> str:
    """What to do about a session that must move and has no legal place, with a command that was
    run; empty if nothing helps.
    """
    conditions, course = Conditions(opened.task.order, opened.here), opened.record.course
    place = elsewhere(conditions, course, session)
    if place:
        command = _command(opened, session, place)
        return f"; to move session {session.number} all the same: {command}"
    thens: tuple[Then, ...] = ("append", "keep")
    for then in thens:
        if isinstance(drop(conditions, course, session.number, CANCELLED, then), Course):
            name = name_of(opened.path)
            command = f"ketasched cancel {name} {session.number} --then {then}"
            return f"; to cancel session {session.number}: {command}"
    return ""


def _remedy(place: Elsewhere | None) -> str:
    if place is None:
        return ""
    return f"; to {_REMEDIES[place.breaks]}"


def _command(opened: Opened, session: Session, place: Elsewhere) -> str:
    when = f'"{place.start:%Y-%m-%d %H:%M}"'
    command = f"ketasched move {name_of(opened.path)} {session.number} {when}"
    return f"{command} --override {place.breaks}" if place.breaks else command
