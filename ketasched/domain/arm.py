"""The arms of a trial: one protocol, of which some phases and sessions are only of some arms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.cadence import NamedDays

if TYPE_CHECKING:
    from ketasched.domain.protocol import Phase, Protocol


class Arm(NamedTuple):
    """An arm by its name, and what it is: only who reads the protocol is told that."""

    name: str
    title: str

    def __str__(self) -> str:
        return f"{self.name} ({self.title})"


def of_arm(protocol: Protocol, name: str) -> Protocol:
    """What a protocol is for an arm, by its name; with none it is as it was."""
    if not name:
        return protocol
    phases = tuple(own for _, own in phases_of_arm(protocol, name))
    others = _names(protocol.phases) - _names(phases)
    needs = tuple(gate for gate in protocol.needs if gate.before not in others)
    return replace(protocol, phases=phases, needs=needs, arm=name)


def said_of_arms(
    protocol: Protocol, say: Callable[[Protocol], Iterable[tuple[str, str]]]
) -> Iterator[tuple[str, str]]:
    """What is to say of a protocol, each with where: of several arms as each of them has it, with
    the arms behind it where it does not hold in all.
    """
    arms: dict[tuple[str, str], list[str]] = {}
    names = [""] if protocol.arm else [arm.name for arm in protocol.arms] or [""]
    for name in names:
        for said in say(of_arm(protocol, name)):
            arms.setdefault(said, []).append(name)
    for (where, text), of in arms.items():
        yield where, text if len(of) == len(names) else f"{text}, in {arms_text(of)}"


def phases_of_arm(protocol: Protocol, name: str) -> Iterator[tuple[Phase, Phase]]:
    """The phases of a protocol of which an arm has something, each also as the arm has it."""
    for phase in protocol.phases:
        own = _of_arm(phase, name) if _is_of(phase.arms, name) else None
        if own:
            yield phase, own


def _names(phases: Collection[Phase]) -> set[int | str]:
    """The names of the sessions of some phases."""
    return {session.name for phase in phases for session in phase.listed}


def arms_text(names: Collection[str]) -> str:
    """Of which arms alone something is: ``arm A``, ``arms A, C``."""
    return f"{'arm' if len(names) == 1 else 'arms'} {', '.join(names)}"


def _is_of(arms: tuple[str, ...], name: str) -> bool:
    return not arms or name in arms


def _of_arm(phase: Phase, name: str) -> Phase | None:
    """A phase as an arm has it; None if that has no session of it."""
    cadence = phase.cadence
    if not isinstance(cadence, NamedDays):
        return phase
    sessions = tuple(session for session in cadence.sessions if _is_of(session.arms, name))
    if len(sessions) == len(cadence.sessions):
        return phase
    own = replace(phase, cadence=cadence._replace(sessions=sessions), sessions=len(sessions))
    return own if sessions else None
