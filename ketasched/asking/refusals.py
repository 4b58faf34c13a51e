"""Which option it is that planning or a running course refuses, and what to type instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.domain.choice import Choice, ChoiceRefused, Remedy
from ketasched.errors import KetaschedError, UsageProblem

if TYPE_CHECKING:
    from ketasched.planning.refusals import Failure
    from ketasched.running.legal_change import Refusal

OPTIONS: dict[Choice, str] = {
    "sessions": "--sessions",
    "cycles": "--cycles",
    "cadence": "--cadence",
    "window": "--window",
    "until": "--until",
    "already": "--already",
    "days": "--days",
    "step back": "--step-back",
}
REMEDIES: dict[Remedy, str] = {
    "leave it out": "leave {option} out",
    "leave it out or write a protocol": "leave {option} out, or write a protocol of your own",
    "a smaller number": "give a smaller number",
    "an earlier last day": "choose an earlier day for --until",
    "a later last day or none": "give a later day, or leave --until out",
    "a last day for the phase": "add --until DATE to lay it out",
    "a last day for the open-ended phase": "add --until DATE to lay out its open-ended phase",
    "the phase": "write {option} PHASE=N",
    "a number of sessions": "add some at that cadence with --sessions N",
    "a session on a day": "add a session on a day with: extend --on DATE",
    "when it took place": "say when it took place with --on and --at",
    "other days or none": "leave --days out to have the days chosen, or choose other days",
    "open days": "choose open days for --days",
}


class BreaksRules(KetaschedError):
    """A change that would break rules, or that has no legal place."""

    code = "no-placement"
    exit_code = 3


def worded(error: KetaschedError) -> KetaschedError:
    """The same error, with the option named that a refused choice was typed with."""
    if not isinstance(error, ChoiceRefused):
        return error
    option = OPTIONS[error.choice] if error.choice else ""
    hint = REMEDIES[error.remedy].format(option=option) if error.remedy else error.hint
    return UsageProblem(error.said_of(option), hint, shown=error.shown)


def failure_text(failure: Failure) -> str:
    """Why there is no course, with the option that is to blame."""
    if failure.choice is None:
        return failure.message
    return f"{OPTIONS[failure.choice]} {failure.value}: {failure.message}"


def failure_hint(failure: Failure) -> str:
    """What to do about there being no course; empty where only trying can tell."""
    return REMEDIES[failure.remedy] if failure.remedy else failure.hint


def breaks_rules(refusal: Refusal, instead: str = "") -> BreaksRules:
    """The error that the refusal of a change comes to; ``instead`` is an option with which the same
    change was tried and works.
    """
    from ketasched.running.refusals import refusal_text

    rules = ",".join(dict.fromkeys(rule.name for rule in refusal.broken))
    hint = f"to do it all the same: --override {rules}"
    if refusal.no_such_time:
        hint = "choose another time: nobody can come at this one"
    elif refusal.for_good:
        hint = "choose what happens then: --then append, shift, keep or replan"
    elif refusal.no_place:
        hint = "choose another time, or what happens to the rest"
    if instead:
        hint = f"this works: {instead}; {hint}"
    return BreaksRules(refusal_text(refusal), hint)
