"""How many of which resources something takes, as clinic and protocol files write it."""

from __future__ import annotations

import unicodedata
from typing import Any, NamedTuple

import yaml

from ketasched.reading.fields import MISSING, Reading, Schema, whole

MOST = 999
"""The most of one resource; a guard against slips of the keyboard."""
NUMBER = whole(1, MOST)


class Needs(NamedTuple):
    """A number for each resource, ``{nurse: 1, chair: 1}``; ``{}`` is nothing. Where a number
    stands is remembered: it is judged beside what a clinic has.
    """

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode):
            hint = "a number for each resource: {nurse: 1, chair: 1}; {} is nothing"
            return reading.fault(node, "expected resources here", hint)
        need: dict[str, int] = {}
        nodes: dict[str, yaml.Node] = {"": node}
        sound = True
        for key, value in node.value:
            number = NUMBER.read(value, reading)
            sound = sound and number is not MISSING
            name = resource_name(key, reading, nodes)
            sound = sound and bool(name)
            need[name], nodes[name] = number, key
        if not sound:
            return MISSING
        taken = tuple(need.items())
        reading.remember(taken, nodes)
        return taken

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": NUMBER.schema()}


def resource_name(key: yaml.Node, reading: Reading, there: dict[str, yaml.Node]) -> str:
    """The name of a resource, which is not there yet; empty after a mistake."""
    if not isinstance(key, yaml.ScalarNode) or not key.value.strip():
        reading.fault(key, "the name of a resource must be a text")
        return ""
    from ketasched.domain.house import CHAIR

    name = one_spelling(key.value)
    folded = name.casefold()
    same = next((other for other in there if other.casefold() == folded), None) if name else None
    if same is not None:
        twice = "stands here twice" if same == name else f"and `{same}` differ by capitals only"
        reading.fault(key, f"the resource `{name}` {twice}", "keep one of them")
        return ""
    if folded in (CHAIR, f"{CHAIR}s") and name != CHAIR:
        what = f"the resource of which each appointment takes one is `{CHAIR}`, not `{name}`"
        reading.fault(key, what, f"write `{CHAIR}`")
        return ""
    if len(name) > 40 or not name.isprintable():
        reading.fault(key, "the name of a resource is a word or two, such as chair")
        return ""
    return name


def one_spelling(text: str) -> str:
    """The name of a resource as it is compared, however its letters are composed."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


NEEDS = Needs()
