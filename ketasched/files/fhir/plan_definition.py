"""A protocol as a PlanDefinition: phases, sessions, steps, visits and what stands between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ketasched.domain.arm import phases_of_arm
from ketasched.domain.cadence import Months
from ketasched.domain.linked_visit_rule import VisitRule
from ketasched.domain.protocol import Phase, Protocol
from ketasched.files.fhir.parts import (
    Resource,
    Unit,
    coded,
    concept,
    duration,
    duration_range,
    filled,
    nested,
    own,
    plan_definition_url,
    stated,
    value,
)
from ketasched.files.fhir.phase_rules import more_rules, phase_rules
from ketasched.files.fhir.recurrence import pace
from ketasched.files.fhir.session_actions import (
    Relationship,
    each_session,
    lasting,
    related,
    single_sessions,
)

_TYPE = "http://terminology.hl7.org/CodeSystem/plan-definition-type"


def plan_definition(protocol: Protocol) -> Resource:
    """The whole protocol, with its sources."""
    topics = map(stated, (protocol.label, protocol.drug, protocol.route))
    said = {
        "resourceType": "PlanDefinition",
        "extension": list(_whole(protocol)),
        "url": plan_definition_url(protocol.id),
        "version": protocol.version,
        "name": _name(protocol.id),
        "title": protocol.title,
        "type": coded(_TYPE, "clinical-protocol"),
        "status": "active",
        "subjectCodeableConcept": coded("http://hl7.org/fhir/resource-types", "Patient"),
        "description": "Dates only: no dose, no choice of patients, no decision to go on.",
        "usage": stated(protocol.use),
        "topic": [concept(topic) for topic in topics if topic],
        "relatedArtifact": [
            {
                "type": "citation",
                "label": source.grade,
                "display": source.fact,
                "citation": source.source,
            }
            for source in protocol.sources
        ],
        "action": [*_phases(protocol), *_visits(protocol)],
    }
    return filled(said)


def _whole(protocol: Protocol) -> Iterator[Resource]:
    """What FHIR has no place for that is of the whole protocol."""
    for ahead in protocol.reminders:
        minutes = round(ahead.total_seconds() / 60)
        yield value(own("reminder"), "Duration", duration(minutes, "min"))
    for arm in protocol.arms:
        named = [value("name", "String", arm.name), value("title", "String", arm.title)]
        yield nested(own("arm"), named)
    for gate in protocol.needs:
        needed = [value("before", "String", str(gate.before)), value("what", "String", gate.what)]
        yield nested(own("needed"), needed)


def _name(protocol_id: str) -> str:
    """A name that programs can use: letters and digits, a capital first."""
    return "".join(["Protocol", *map(str.capitalize, re.findall("[A-Za-z0-9]+", protocol_id))])


def _phases(protocol: Protocol) -> Iterator[Resource]:
    for number, phase in enumerate(protocol.phases, 1):
        name = f"phase-{number}"
        yield filled(
            {
                "id": name,
                "extension": [*phase_rules(phase), *more_rules(phase)],
                "title": phase.name,
                "textEquivalent": str(phase.cadence),
                "relatedAction": [_behind(phase, before) for before in _before(protocol, number)],
                "timingTiming": _timing(phase, protocol.minutes),
                "action": [
                    each_session(protocol, f"{name}-session"),
                    *single_sessions(phase, f"{name}-session"),
                    *_reviews(phase, name),
                ],
            }
        )


def _numbers_by_arm(protocol: Protocol) -> list[list[int]]:
    """The numbers of the phases that each arm has, from 1; of all where there are no arms."""
    numbers = {phase.name: number for number, phase in enumerate(protocol.phases, 1)}
    names = [arm.name for arm in protocol.arms if not protocol.arm]
    if not names:
        return [list(numbers.values())]
    return [[numbers[phase.name] for phase, _ in phases_of_arm(protocol, name)] for name in names]


def _before(protocol: Protocol, number: int) -> list[int]:
    """The numbers of the phases that a phase comes right after: one for each of its arms."""
    ways = [numbers for numbers in _numbers_by_arm(protocol) if number in numbers[1:]]
    return list(dict.fromkeys(numbers[numbers.index(number) - 1] for numbers in ways))


def _behind(phase: Phase, before: int) -> Resource:
    """That a phase comes after another, and how long after."""
    after, name = phase.after, f"phase-{before}"
    if after is None:
        return related(name, "after-end")
    if isinstance(after, Months):
        return related(name, "after-end", duration(after.number, "mo"))
    return related(name, "after-end", duration(after, "d"))


def _timing(phase: Phase, minutes: int) -> Resource:
    """How often the sessions of a phase come, how many there are, and how long each is."""
    choice = phase.choice
    repeat = {
        "count": choice.fewest * phase.a_day if choice else phase.sessions,
        "countMax": choice.most * phase.a_day if choice else None,
        "duration": minutes,
        "durationUnit": "min" if minutes else "",
        **pace(phase),
    }
    return filled({"repeat": filled(repeat), "code": concept(str(phase.cadence))})


def _reviews(phase: Phase, name: str) -> Iterator[Resource]:
    for number, review in enumerate(phase.reviews, 1):
        yield {
            "id": f"{name}-review-{number}",
            "extension": [value(own("after-session"), "String", phase.reviewed(review))],
            "title": review.name,
            "textEquivalent": f"A decision before going on, after {phase.reviewed(review)}",
            "relatedAction": [related(f"{name}-session", "after-end")],
        }


def _visits(protocol: Protocol) -> Iterator[Resource]:
    for number, rule in enumerate(protocol.visits, 1):
        yield filled(
            {
                "id": f"visit-{number}",
                "extension": [value(own("anchor"), "String", str(rule.anchor))],
                "title": rule.name,
                "textEquivalent": str(rule),
                "code": [concept(rule.kind)],
                "relatedAction": [_beside(rule, name) for name in _anchors(protocol, rule)],
                "timingTiming": lasting(rule.minutes),
            }
        )


def _beside(rule: VisitRule, name: str) -> Resource:
    """How far a linked visit is from the session that it goes with."""
    unit: Unit = "d" if rule.offset.in_days else "min"
    side: Relationship = "before-start" if rule.anchor.side == "before" else "after-end"
    return {
        "extension": [value(own("ideal-offset"), "Duration", duration(rule.offset.ideal, unit))],
        "actionId": name,
        "relationship": side,
        "offsetRange": duration_range(rule.offset.least, rule.offset.most, unit),
    }


def _anchors(protocol: Protocol, rule: VisitRule) -> list[str]:
    """The actions beside which a linked visit stands: for one session, its phase's."""
    if rule.anchor.which == "review":
        return [
            f"phase-{number}-review-{place}"
            for number, phase in enumerate(protocol.phases, 1)
            for place in range(1, len(phase.reviews) + 1)
        ]
    ways = [_anchor_phases(protocol, rule, numbers) for numbers in _numbers_by_arm(protocol)]
    numbers = dict.fromkeys(number for way in ways for number in way)
    return [f"phase-{number}-session" for number in sorted(numbers)]


def _anchor_phases(protocol: Protocol, rule: VisitRule, numbers: list[int]) -> list[int]:
    """Of the phases of an arm those in which a linked visit's session may be."""
    which, left = rule.anchor.which, rule.anchor.number
    if which != "number":
        return {"first": numbers[:1], "last": numbers[-1:]}.get(which, numbers)
    for number in numbers:
        sessions = protocol.phases[number - 1].sessions
        if sessions is None or left <= sessions:
            return [number]
        left -= sessions
    return []
