"""Which visits each arm of a study has."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.files.study_design.ledger import Ledger, called
from ketasched.files.study_design.study import Design, Instance, Timeline


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


def _instances(design: Design, instances: tuple[Instance, ...], arm: str) -> tuple[Instance, ...]:
    """Those of an arm; without cells all, as those of no epoch are."""
    epochs = {epoch for owner, epoch in design.cells if owner == arm}
    return tuple(
        instance
        for instance in instances
        if not design.cells or not instance.epoch or instance.epoch in epochs
    )
