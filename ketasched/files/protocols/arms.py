"""The arms of a trial, as a protocol file writes them, and each arm looked at by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

from ketasched.domain import protocol as core
from ketasched.domain.arm import Arm, arms_text, of_arm, phases_of_arm
from ketasched.errors import Problem, did_you_mean
from ketasched.reading.fields import MISSING, Key, ListOf, Reading, Schema
from ketasched.reading.texts import LINE

_LONGEST_NAME = 20


class _Arms(NamedTuple):
    """A title for each arm by its name, ``{A: ketamine, B: midazolam}``."""

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode) or not node.value:
            hint = "a name and a title for each: {A: ketamine, B: midazolam}"
            return reading.fault(node, "expected arms here", hint)
        arms: dict[str, Arm] = {}
        sound = True
        for key, value in node.value:
            name, title = LINE.read(key, reading), LINE.read(value, reading)
            sound = sound and MISSING not in (name, title)
            if sound and name.casefold() in arms:
                sound = reading.fault(key, f"the arm `{name}` stands here twice") is not MISSING
            elif sound and (len(name) > _LONGEST_NAME or set(name) & set(",;=")):
                message = "the name of an arm is a letter or a word, such as A"
                sound = reading.fault(key, message) is not MISSING
            elif sound:
                arms[name.casefold()] = Arm(name, title)
        return tuple(arms.values()) if sound else MISSING

    def schema(self) -> Schema:
        return {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "string", "minLength": 1},
            "examples": [{"A": "ketamine", "B": "midazolam"}],
        }


ARMS = Key(_Arms(), "the arms of a trial, each with what it is; --arm chooses one", ())
OF_ARMS = Key(ListOf(LINE), "of which arms alone it is; of all if left out", ())


class _OfArm(Reading):
    """The reading of a protocol as one arm has it: what is wrong is kept, each with the record of
    the file that it is of.
    """

    def __init__(self, whole: Reading, protocol: core.Protocol, own: core.Protocol) -> None:
        super().__init__(whole.source)
        self._whole = whole
        self._written: dict[int, object] = {id(own): protocol}
        written = (phase for phase, _ in phases_of_arm(protocol, own.arm))
        self._written |= {id(phase): each for phase, each in zip(own.phases, written, strict=True)}
        self.faults: list[tuple[object, str, str, str]] = []

    def fault_in(self, record: object, key: str, message: str, hint: str = "") -> None:
        """Keep a mistake."""
        self.faults.append((self._written.get(id(record), record), key, message, hint))
        self.problems.append(Problem(message))

    def says(self, record: object, key: str) -> bool:
        """Whether the file says it of the record."""
        return self._whole.says(self._written.get(id(record), record), key)


def check_each_arm(
    protocol: core.Protocol,
    reading: Reading,
    check: Callable[[core.Protocol, Reading], None],
) -> None:
    """Note what is wrong with a protocol as its arms have it; what is wrong in all of them once."""
    by_fault: dict[tuple[int, str, str], tuple[object, str, list[str]]] = {}
    for arm in protocol.arms:
        own = of_arm(protocol, arm.name)
        if not own.phases:
            reading.fault_in(protocol, "arms", f"the arm {arm.name} has no session")
            continue
        found = _OfArm(reading, protocol, own)
        check(own, found)
        for record, key, message, hint in found.faults:
            same = by_fault.setdefault((id(record), key, message), (record, hint, []))
            same[2].append(arm.name)
    for (_, key, message), (record, hint, names) in by_fault.items():
        of = "" if len(names) == len(protocol.arms) else f", in {arms_text(names)}"
        reading.fault_in(record, key, f"{message}{of}", hint)


def check_names_of_arms(protocol: core.Protocol, reading: Reading) -> bool:
    """Whether phases and sessions are of arms that there are; each that is not is noted."""
    sound = True
    names = [arm.name for arm in protocol.arms]
    for record in _with_arms(protocol):
        unknown = [name for name in record.arms if name not in names]
        if unknown:
            there = f"arms are {', '.join(names)}" if names else "the protocol has no `arms`"
            hint = did_you_mean(unknown[0], names) or there
            reading.fault_in(record, "arms", f"there is no arm `{unknown[0]}`", hint)
            sound = False
    return sound


def _with_arms(protocol: core.Protocol) -> Iterator[Any]:
    for phase in protocol.phases:
        yield phase
        yield from phase.listed
