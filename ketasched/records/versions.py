"""Which versions of its protocol a course has been planned by: the history keeps earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ketasched.domain.arm import of_arm
from ketasched.domain.protocol import Protocol
from ketasched.files.protocols.protocol import PROVEN_PROTOCOL
from ketasched.reading.json_shape import TEXT, Shape, map_of, nested, nested_value
from ketasched.records.record import CourseRecord

WAY_BACK: Mapping[str, Shape] = {
    "protocol": nested(PROVEN_PROTOCOL, only_data=True),
    "protocol_file": TEXT,
    "renamed": map_of(TEXT),
}
"""What a way back says where the protocol was another version."""


def version_state(record: CourseRecord) -> dict[str, Any]:
    """The version of its protocol that a record has, as data."""
    return {
        "protocol": record.protocol_data,
        "protocol_file": record.protocol.file,
        "renamed": dict(record.protocol.renamed),
    }


def protocol_of(state: Mapping[str, Any], ways: Iterable[Mapping[str, Any] | None]) -> Protocol:
    """The protocol that a state of a record has: of its arm, and with the phases of the versions
    that are in the ``ways`` back of its history.
    """
    arm = state["asked"].get("arm", "")
    own = _read(state["protocol"], arm)
    own = replace(
        own,
        file=state["protocol_file"],
        renamed=tuple(dict(state.get("renamed", {})).items()),
    )
    return with_former(own, [way["protocol"] for way in ways if way and "protocol" in way])


def with_former(protocol: Protocol, others: Iterable[Mapping[str, Any]]) -> Protocol:
    """A protocol with those phases of other versions, as data, that it has not."""
    former = {
        phase.name: phase for data in others for phase in _read(data, protocol.arm).known_phases
    }
    own = {phase.name for phase in protocol.phases}
    return replace(
        protocol, former=tuple(phase for name, phase in former.items() if name not in own)
    )


def _read(data: Mapping[str, Any], arm: str) -> Protocol:
    protocol: Protocol = nested_value(PROVEN_PROTOCOL, data)
    has_it = any(each.name == arm for each in protocol.arms)
    return of_arm(protocol, arm if has_it else "")
