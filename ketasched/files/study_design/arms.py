"""Which visits each arm of a study has."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.files.study_design.ledger import Ledger, called
from ketasched.files.study_design.sessions import Session
from ketasched.files.study_design.study import Design, Instance, Timeline

_LONGEST_NAME = 20
_LETTERS = 26
_SIGNS = set(",;=")


class Arm(NamedTuple):
    """The arms that have the same instances; without a name where all have."""

    name: str
    instances: tuple[Instance, ...]


def arms_of(design: Design, timeline: Timeline, baseline: str, ledger: Ledger) -> list[Arm]:
    """The arms that differ in their instances, each by itself; one without a name if none does."""
    everything = tuple(timeline.instances.values())
    by_arm = {name: _instances(design, everything, name) for name in design.arms}
    different = {tuple(instance.id for instance in instances) for instances in by_arm.values()}
    if len(different) < 2:
        instances = next(iter(by_arm.values()), everything)
        for left_out in everything:
            if left_out not in instances:
                ledger.note(f"{called(left_out)} is in an epoch of no arm", left_out.id)
        if design.arms:
            names = ", ".join(map(called, design.arms.values()))
            ledger.note(f"arms with the same visits, one protocol for all: {names}", *design.arms)
        return [Arm("", instances)]
    arms = []
    for known, arm in design.arms.items():
        if any(instance.id == baseline for instance in by_arm[known]):
            arms.append(Arm(arm.name, by_arm[known]))
            ledger.say([known])
        else:
            ledger.note(f"arm {called(arm)} has no baseline: not in the file", known)
    for instance in everything:
        if not any(instance in arm.instances for arm in arms):
            ledger.note(f"{called(instance)} is in an epoch of no arm", instance.id)
    return arms


def short_names(arms: list[Arm]) -> list[str]:
    """What each arm is called on a command line: its name if that is short, else a letter."""
    names: list[str] = []
    for number, arm in enumerate(arms):
        own = arm.name
        if len(own) > _LONGEST_NAME or set(own) & _SIGNS or own.casefold() in names:
            own = chr(ord("A") + number) if number < _LETTERS else f"arm {number + 1}"
        names.append(own.casefold())
    return [
        arm.name if arm.name.casefold() == name else name.upper()
        for arm, name in zip(arms, names, strict=True)
    ]


def together(names: list[str], sessions: list[list[Session]]) -> list[Session]:
    """The sessions of all arms in the order of their days; those that only some have say so."""
    owners: dict[tuple[object, ...], list[str]] = {}
    first: dict[tuple[object, ...], Session] = {}
    for name, own in zip(names, sessions, strict=True):
        for session in own:
            key = (
                *session._replace(instances=()),
                *(instance.id for instance in session.instances),
            )
            owners.setdefault(key, []).append(name)
            first.setdefault(key, session)
    merged = [
        session if len(owners[key]) == len(names) else session._replace(arms=tuple(owners[key]))
        for key, session in first.items()
    ]
    return sorted(merged, key=lambda session: session.offset)


def _instances(design: Design, instances: tuple[Instance, ...], arm: str) -> tuple[Instance, ...]:
    """Those of an arm; without cells all, as those of no epoch are."""
    epochs = {epoch for owner, epoch in design.cells if owner == arm}
    return tuple(
        instance
        for instance in instances
        if not design.cells or not instance.epoch or instance.epoch in epochs
    )
