"""Chairs, rooms and nurses, and what appointments take of them, as a clinic file writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import yaml

from ketasched.domain.clinic import ALL_DAY, Spans
from ketasched.domain.house import CHAIR, House, Level, Need, Resource, Takes, is_kind
from ketasched.domain.linked_visit_rule import VISIT_KINDS
from ketasched.domain.typed_times import read_weekdays
from ketasched.domain.wording import WEEKDAY_NAMES, WEEKDAYS, count_text, list_text
from ketasched.errors import did_you_mean
from ketasched.files.clinic.opening_hours import read_spans
from ketasched.reading.fields import MISSING, Reading, Schema, whole
from ketasched.reading.needs import MOST, NEEDS, resource_name

_WEEKDAYS = [name.casefold() for name in (*WEEKDAYS, *WEEKDAY_NAMES)]
_TIMES = re.compile(r"(?P<weekdays>[^0-9]*[^0-9\s])?(?:(?:^|\s+)(?P<spans>[0-9].*))?")
_SOME, _NONE_TOO = whole(1, MOST), whole(0, MOST)


def read_times(text: str) -> tuple[list[int], Spans]:
    """Read ``mon-fri 08:00-13:00``, ``mon-fri`` or ``08:00-13:00``: weekdays, and times of them.

    Raises:
        ValueError: neither weekdays nor times of a day.
    """
    match = _TIMES.fullmatch(text.replace("–", "-").strip())
    if match is None or not (match["weekdays"] or match["spans"]):
        hint = "write, say, mon-fri 08:00-13:00"
        raise ValueError(f"`{text}` is neither weekdays nor times of a day", hint)
    try:
        weekdays = read_weekdays(match["weekdays"]) if match["weekdays"] else list(range(7))
    except ValueError as error:
        raise ValueError(error.args[0], did_you_mean(match["weekdays"], _WEEKDAYS)) from None
    return weekdays, read_spans(match["spans"]) if match["spans"] else ALL_DAY


class Resources(NamedTuple):
    """Each resource with a number, or with a number for each of some times of the week."""

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return reading.fault(node, "expected resources here, such as `chair: 8`")
        if not node.value:
            return reading.fault(node, "the resources are empty", "name one, such as `chair: 8`")
        nodes: dict[str, yaml.Node] = {}
        resources = []
        for key, value in node.value:
            name = resource_name(key, reading, nodes)
            nodes[name] = key
            resources.append(_resource(name, value, reading))
        sound = "" not in nodes and MISSING not in resources
        return tuple(resources) if sound else MISSING

    def schema(self) -> Schema:
        by_time = {
            "type": "object", "minProperties": 1, "additionalProperties": _NONE_TOO.schema(),
        }  # fmt: skip
        either = {"oneOf": [_SOME.schema(), by_time]}
        return {"type": "object", "minProperties": 1, "additionalProperties": either}


def _resource(name: str, node: yaml.Node, reading: Reading) -> Any:
    if not isinstance(node, yaml.MappingNode):
        number = _SOME.read(node, reading)
        return number if number is MISSING else Resource.of_number(name, number)
    week: list[list[Level]] = [[] for _ in range(7)]
    sound = True
    for key, value in node.value:
        number = _NONE_TOO.read(value, reading)
        levels = _levels(key, number, week, reading)
        sound = sound and levels and number is not MISSING
    if sound and not any(level.number for day in week for level in day):
        return reading.fault(node, f"there is never a {name}", "give a number for some times")
    return Resource(name, tuple(tuple(sorted(day)) for day in week)) if sound else MISSING


def _levels(key: yaml.Node, number: Any, week: Sequence[list[Level]], reading: Reading) -> bool:
    """Add the number of some times to a week; whether they are sound."""
    try:
        weekdays, spans = read_times(_text(key))
    except ValueError as error:
        message, hint = (*error.args, "")[:2]
        reading.fault(key, str(message), hint)
        return False
    twice = []
    for weekday in weekdays:
        levels = week[weekday]
        levels += [Level(span, number) for span in spans]
        ordered = sorted(level.span for level in levels)
        if any(later.opens < earlier.closes for earlier, later in pairwise(ordered)):
            twice.append(WEEKDAY_NAMES[weekday])
    if twice:
        have = "has" if len(twice) == 1 else "have"
        reading.fault(key, f"{list_text(twice)} {have} two numbers at once", "keep one")
    return not twice


class TakesOf(NamedTuple):
    """What appointments take, by the id of a protocol, by its steps, or by kind of linked visit."""

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode):
            hint = "such as `iv: {chair: 1}`"
            return reading.fault(node, "expected protocols or kinds of linked visits here", hint)
        seen: dict[str, yaml.Node] = {}
        said = []
        for key, value in node.value:
            subject = _text(key)
            if not subject:
                said.append(reading.fault(key, "a key must be a text"))
            elif subject in seen:
                said.append(reading.fault(key, f"`{subject}` stands here twice", "keep one"))
            else:
                seen[subject] = key
                said.append(_takes(subject, key, value, reading))
        return MISSING if MISSING in said else tuple(said)

    def schema(self) -> Schema:
        steps = {"type": "object", "additionalProperties": NEEDS.schema()}
        return {"type": "object", "additionalProperties": {"anyOf": [NEEDS.schema(), steps]}}


def _text(key: yaml.Node) -> str:
    """A key as a text; empty if it is none."""
    return key.value.strip() if isinstance(key, yaml.ScalarNode) else ""


def _takes(subject: str, key: yaml.Node, node: yaml.Node, reading: Reading) -> Any:
    nodes = {"": key}
    by_step = (
        isinstance(node, yaml.MappingNode)
        and bool(node.value)
        and any(isinstance(value, yaml.MappingNode) for _, value in node.value)
    )
    if not by_step:
        need = NEEDS.read(node, reading)
        takes = Takes(subject, need)
        reading.remember(takes, nodes)
        return need if need is MISSING else takes
    if is_kind(subject):
        hint = f"{subject} is a kind of linked visit, which has none"
        return reading.fault(node, "expected resources here, not steps", hint)
    steps: list[tuple[str, Need]] = []
    sound = True
    for step, value in node.value:
        need = NEEDS.read(value, reading)
        name = _text(step)
        if not name or name in nodes:
            twice = f"the step `{name}` stands here twice"
            reading.fault(step, twice if name else "the name of a step must be a text")
            sound = False
        nodes[name] = step
        sound = sound and need is not MISSING
        steps.append((name, need))
    takes = Takes(subject, None, tuple(steps))
    reading.remember(takes, nodes)
    return takes if sound else MISSING


def check_takes(house: House, reading: Reading) -> None:
    """Note what takes something that the house does not have, or not as much of."""
    for takes in house.takes:
        for need in (takes.need or (), *(need for _, need in takes.steps)):
            for name, number in need:
                fault = need_fault(house, name, number)
                if fault:
                    reading.fault_in(need, name, *fault)


def need_fault(house: House, name: str, number: int) -> tuple[str, str] | None:
    """What is wrong with taking so many of a resource, and a hint; None if nothing is."""
    resource = house.resource(name)
    if resource is None:
        names = [resource.name for resource in house.resources]
        known = f"the clinic has {list_text(names)}" if names else "name it under `resources`"
        return f"unknown resource `{name}`", did_you_mean(name, names) or known
    if number > resource.most:
        there = f"there is only {resource.most}" if resource.most == 1 else (
            f"there are only {resource.most}"
        )  # fmt: skip
        return f"it takes {count_text(number, name)}, and {there}", "see `resources`"
    return None


def unknown_subject(subject: str, ids: Iterable[str]) -> tuple[str, str]:
    """What to say of a subject that is no protocol and no kind of linked visit."""
    known = (*ids, *VISIT_KINDS)
    hint = did_you_mean(subject, known) or f"kinds of linked visits are {list_text(VISIT_KINDS)}"
    return f"`{subject}` is neither a protocol nor a kind of linked visit", hint


def chairs_of(resources: Sequence[Resource]) -> int:
    """How many chairs there are at most, for the agenda; 0 where it is not said."""
    return next((resource.most for resource in resources if resource.name == CHAIR), 0)


RESOURCES, TAKES = Resources(), TakesOf()
