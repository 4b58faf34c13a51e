"""Values by number, as a file writes them of some sessions."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

from ketasched.domain.protocol import MAX_SESSIONS
from ketasched.reading.fields import MISSING, Reader, Reading, Schema, whole

_NUMBER = whole(1, MAX_SESSIONS)


class ByNumber(NamedTuple):
    """A value for each of some sessions, by their numbers: ``{1: 90 min}``."""

    value: Reader

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode):
            hint = "by the number of a session, such as `1: …`"
            return reading.fault(node, "expected keys here", hint)
        own: dict[int, Any] = {}
        nodes: dict[str, yaml.Node] = {"": node}
        sound = True
        for key, value_node in node.value:
            number, value = _NUMBER.read(key, reading), self.value.read(value_node, reading)
            if number in own:
                reading.fault(key, f"session {number} stands here twice", "keep one of them")
            sound = sound and number not in own and MISSING not in (number, value)
            own[number], nodes[str(number)] = value, key
        if not sound:
            return MISSING
        pairs = tuple(own.items())
        reading.remember(pairs, nodes)
        return pairs

    def schema(self) -> Schema:
        return {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {"^[1-9][0-9]*$": self.value.schema()},
        }
