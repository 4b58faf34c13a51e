"""Which arm of a trial is meant."""

from __future__ import annotations

from ketasched.domain.arm import of_arm
from ketasched.domain.protocol import Protocol
from ketasched.domain.wording import list_text
from ketasched.errors import UsageProblem, did_you_mean


def for_arm(protocol: Protocol, typed: str) -> Protocol:
    """A protocol for the arm that was typed; one without arms for nobody in particular.

    Raises:
        UsageProblem: it has arms and none is named, or not that one.
    """
    names = [arm.name for arm in protocol.arms]
    if not typed and not names:
        return protocol
    if not names:
        raise UsageProblem(f"--arm: {protocol.id} has no arms", "leave it out")
    there = list_text([str(arm) for arm in protocol.arms], "or")
    if not typed:
        raise UsageProblem(
            f"{protocol.id} has arms: say of which one, {there}", "--arm ARM, or a column `arm`"
        )
    word = typed.strip().casefold()
    arm = next((name for name in names if name.casefold() == word), None)
    if arm is None:
        hint = did_you_mean(typed, names) or f"arms are {there}"
        raise UsageProblem(f"--arm: {protocol.id} has no arm `{typed.strip()}`", hint)
    return of_arm(protocol, arm)
