"""What stands between the sessions of a study: decisions, conditional visits, loops."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.files.study_design.ledger import Ledger, called
from ketasched.files.study_design.sessions import Session
from ketasched.files.study_design.study import Design, Instance, Timeline

_LONGEST = 480


class Review(NamedTuple):
    """A decision, and the number of the session it follows."""

    name: str
    after_session: int


def check_path(timeline: Timeline) -> set[str]:
    """The instances that follow one another by default; a circle without a decision in it is noted
    as wrong.
    """
    name = timeline.entry or next(iter(timeline.instances), "")
    path: list[str] = []
    while (instance := timeline.instances.get(name)) and name not in path:
        path.append(name)
        name = instance.next
    if name in path:
        circle = [timeline.instances[inner] for inner in path[path.index(name) :]]
        if all(instance.kind == "visit" for instance in circle):
            names = ", ".join(f"`{instance.name}`" for instance in circle)
            message = f"the instances follow one another in a circle, with no decision: {names}"
            circle[-1].part.fault("defaultConditionId", message)
    return set(path)


def list_conditional(design: Design, timeline: Timeline, path: set[str], ledger: Ledger) -> None:
    """List the visits that take place only under a condition."""
    branches = {
        branch.target: branch.condition
        for instance in timeline.instances.values()
        for branch in instance.branches
    }
    for instance in timeline.instances.values():
        if instance.id in path or instance.kind == "decision":
            continue
        if instance.id in branches:
            why = f"takes place only {_if(branches[instance.id])}"
        else:
            why = "is not on the way that the timeline takes by default"
        ledger.note(f"{_title(design, instance)} ({instance.id}) {why}")


def reviews_of(
    design: Design,
    timeline: Timeline,
    sessions: list[Session],
    instances: list[Instance],
    ledger: Ledger,
) -> list[Review]:
    """The reviews that the decisions among some instances are."""
    numbers = {
        instance.id: number
        for number, session in enumerate(sessions, 1)
        for instance in session.instances
    }
    reviews: dict[tuple[int, str], Review] = {}
    for decision in instances:
        if decision.kind != "decision":
            continue
        text = _decision_text(design, timeline, decision)
        after = {numbers[name] for name in _before(timeline, decision) if name in numbers}
        if not after:
            ledger.note(f"decision {text}: it follows no session of the protocol", decision.id)
        for number in sorted(after):
            name = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
            reviews[number, name] = Review(name, number)
            ledger.say([decision.id])
            if name != text:
                ledger.note(f"decision {text}")
        _list_loops(design, timeline, decision, numbers, after, ledger)
    return [reviews[key] for key in sorted(reviews)]


def _list_loops(
    design: Design,
    timeline: Timeline,
    decision: Instance,
    numbers: dict[str, int],
    after: set[int],
    ledger: Ledger,
) -> None:
    for target in (*(branch.target for branch in decision.branches), decision.next):
        if after and target in numbers and numbers[target] <= max(after):
            back = _title(design, timeline.instances[target])
            ledger.note(
                f"{called(decision)} may lead back to {back}: how often is not said, "
                "and its sessions stand here once"
            )


def _before(timeline: Timeline, decision: Instance) -> set[str]:
    """The visits that lead to a decision, also through other decisions."""
    visits: set[str] = set()
    seen, waiting = {decision.id}, [decision.id]
    while waiting:
        name = waiting.pop()
        for instance in timeline.instances.values():
            ways = (instance.next, *(branch.target for branch in instance.branches))
            if name not in ways or instance.id in seen:
                continue
            seen.add(instance.id)
            if instance.kind == "visit":
                visits.add(instance.id)
            else:
                waiting.append(instance.id)
    return visits


def _decision_text(design: Design, timeline: Timeline, decision: Instance) -> str:
    ways = [
        f"{_if(branch.condition)}: {_target(design, timeline, branch.target)}"
        for branch in decision.branches
    ]
    if decision.next or not ways:
        ways.append(f"else: {_target(design, timeline, decision.next)}")
    return f"{decision.name} ({'; '.join(ways)})"


def _if(condition: str) -> str:
    if not condition:
        return "if a condition holds that is not said"
    return condition if condition.casefold().startswith("if ") else f"if {condition}"


def _target(design: Design, timeline: Timeline, name: str) -> str:
    instance = timeline.instances.get(name)
    return _title(design, instance) if instance else "the end"


def _title(design: Design, instance: Instance) -> str:
    encounter = design.encounters.get(instance.encounter)
    return encounter.name if encounter else instance.name
