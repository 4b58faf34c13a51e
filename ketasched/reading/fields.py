"""What a file may say, declared once: the same declarations read it and describe it as JSON Schema.

A reader takes a node and a `Reading` and returns a value, or `MISSING` after noting what is wrong.
One mistake is noted once, at the text that makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple, Protocol

import yaml

from ketasched.errors import FileProblems, Problem, did_you_mean
from ketasched.reading.file_text import FileText

Schema = dict[str, Any]


class _Missing:
    """Stands for a value that could not be read."""


MISSING: Final = _Missing()


class Reading:
    """One pass over one file: the problems so far, and where each record's keys stand."""

    def __init__(self, source: FileText) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._nodes: dict[tuple[int, str], yaml.Node] = {}
        self._kept: list[object] = []

    def fault(self, node: yaml.Node, message: str, hint: str = "") -> _Missing:
        """Note a mistake in a value."""
        self.problems.append(self.source.at(node, message, hint))
        return MISSING

    def remember(self, record: object, nodes: Mapping[str, yaml.Node]) -> None:
        """Keep where the values of a record stand, for rules that look at several."""
        self._kept.append(record)
        self._nodes.update({(id(record), key): node for key, node in nodes.items()})

    def fault_in(self, record: object, key: str, message: str, hint: str = "") -> None:
        """Note a mistake in one value of a record, or in the record if it lacks the key."""
        node = self._nodes.get((id(record), key)) or self._nodes[id(record), ""]
        self.fault(node, message, hint)

    def says(self, record: object, key: str) -> bool:
        """Whether a record's own text has the key, rather than the value of one left out."""
        return (id(record), key) in self._nodes

    def finish(self) -> None:
        """End the reading.

        Raises:
            FileProblems: if anything was wrong.
        """
        if self.problems:
            ordered = sorted(self.problems, key=lambda problem: (problem.line, problem.column))
            raise FileProblems(self.source.file, list(dict.fromkeys(ordered)))


class Reader(Protocol):
    """Reads one kind of value, and says as JSON Schema what it takes."""

    def read(self, node: yaml.Node, reading: Reading) -> Any: ...

    def schema(self) -> Schema: ...


class Text(NamedTuple):
    """A text, made into a value by ``parse``; its ValueError has the message, and maybe a hint."""

    parse: Callable[[str], Any] = str
    describe: Mapping[str, Any] | None = None

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            kind = "a list" if isinstance(node, yaml.SequenceNode) else "keys"
            return reading.fault(node, f"expected a text here, found {kind}")
        if not node.value.strip():
            return reading.fault(node, "expected a text here, found nothing")
        try:
            return self.parse(node.value.strip())
        except ValueError as error:
            message, hint = (*error.args, "")[:2]
            return reading.fault(node, str(message), hint)

    def schema(self) -> Schema:
        return dict(self.describe or {"type": "string", "minLength": 1})


def whole(least: int, most: int) -> Text:
    """A whole number between two bounds."""

    def parse(text: str) -> int:
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            raise ValueError(f"`{text}` is not a whole number")
        if not least <= int(text) <= most:
            raise ValueError(f"{text} is outside {least} to {most}")
        return int(text)

    return Text(parse, {"type": "integer", "minimum": least, "maximum": most})


def one_of(*words: str) -> Text:
    """One of a few words."""

    def parse(text: str) -> str:
        if text in words:
            return text
        raise ValueError(f"`{text}` is not one of {', '.join(words)}")

    return Text(parse, {"enum": list(words)})


def yes_or_no() -> Text:
    """Yes or no, in the words YAML has for them."""
    words = {"yes": True, "true": True, "no": False, "false": False}

    def parse(text: str) -> bool:
        if text.casefold() in words:
            return words[text.casefold()]
        raise ValueError(f"`{text}` is neither yes nor no")

    return Text(parse, {"enum": [True, False, "yes", "no"]})


class ListOf(NamedTuple):
    """A list with at least one item, read into a tuple."""

    item: Reader
    most: int = 1000

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return reading.fault(node, "expected a list here", "begin each item with `- `")
        if not node.value:
            return reading.fault(node, "the list is empty")
        if len(node.value) > self.most:
            return reading.fault(node, f"the list has more than {self.most} items")
        items = [self.item.read(item, reading) for item in node.value]
        return MISSING if any(item is MISSING for item in items) else tuple(items)

    def schema(self) -> Schema:
        return {"type": "array", "minItems": 1, "items": self.item.schema()}


class Key(NamedTuple):
    """A key of a record: how its value is read, what it is for, and its value when left out."""

    reader: Reader
    help: str
    default: Any = MISSING


class Record(NamedTuple):
    """A mapping with known keys, built into a value by ``build`` (keyword arguments).

    ``check`` notes what is wrong with a record whose keys are sound; ``together``: in a schema.
    """

    build: Callable[..., Any]
    keys: Mapping[str, Key]
    check: Callable[[Any, Reading], None] | None = None
    together: Schema | None = None

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return reading.fault(node, f"expected keys here, such as `{next(iter(self.keys))}: …`")
        nodes, unknown, sound = self._sort_keys(node, reading)
        missing = [
            name for name, key in self.keys.items() if key.default is MISSING and name not in nodes
        ]
        sound = self.match_misspelt(node, unknown, missing, reading) and sound
        values = {}
        for name, value_node in nodes.items():
            values[name] = self.keys[name].reader.read(value_node, reading)
            sound = sound and values[name] is not MISSING
        if not sound:
            return MISSING
        record = self.build(
            **{name: values.get(name, key.default) for name, key in self.keys.items()}
        )
        reading.remember(record, {"": node, **nodes})
        if self.check:
            before = len(reading.problems)
            self.check(record, reading)
            if len(reading.problems) > before:
                return MISSING
        return record

    def _sort_keys(
        self, node: yaml.MappingNode, reading: Reading
    ) -> tuple[dict[str, yaml.Node], list[yaml.ScalarNode], bool]:
        nodes: dict[str, yaml.Node] = {}
        unknown: list[yaml.ScalarNode] = []
        sound = True
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                reading.fault(key_node, "a key must be a text")
                sound = False
            elif key_node.value in nodes:
                reading.fault(
                    key_node, f"the key `{key_node.value}` stands here twice", "keep one of them"
                )
                sound = False
            elif key_node.value in self.keys:
                nodes[key_node.value] = value_node
            else:
                unknown.append(key_node)
        return nodes, unknown, sound

    def match_misspelt(
        self, node: yaml.Node, unknown: list[yaml.ScalarNode], missing: list[str], reading: Reading
    ) -> bool:
        """Note unknown and missing keys; a missing key that was only misspelt is noted once."""
        sound = not unknown and not missing
        for key_node in unknown:
            hint = did_you_mean(key_node.value, self.keys)
            if missing:
                likeness = {
                    name: SequenceMatcher(None, name, key_node.value.casefold()).ratio()
                    for name in missing
                }
                nearest = max(likeness, key=lambda name: likeness[name])
                if likeness[nearest] >= 0.5:
                    missing.remove(nearest)
                    hint = f"did you mean `{nearest}`?"
            known = ", ".join(self.keys)
            reading.fault(
                key_node, f"unknown key `{key_node.value}`", hint or f"known keys: {known}"
            )
        for name in missing:
            reading.fault(node, f"the key `{name}` is missing", self.keys[name].help)
        return sound

    def schema(self) -> Schema:
        properties = {
            name: {"description": key.help, **key.reader.schema()}
            for name, key in self.keys.items()
        }
        required = [name for name, key in self.keys.items() if key.default is MISSING]
        return {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": properties,
            **(self.together or {}),
        }


class RecordBy(NamedTuple):
    """One of two records; ``is_second`` sees from the file's nodes which one is meant.

    So one mistake in it stays one.
    """

    first: Record
    second: Record
    is_second: Callable[[Mapping[str, yaml.Node]], bool]

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        nodes = {getattr(key, "value", ""): value for key, value in pairs}
        return (self.second if self.is_second(nodes) else self.first).read(node, reading)

    def schema(self) -> Schema:
        return {"oneOf": [self.first.schema(), self.second.schema()]}


class TextOr(NamedTuple):
    """Either a text or keys; which one is meant shows from the file, so one mistake stays one."""

    text: Text
    record: Record | RecordBy

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        chosen: Reader = self.record if isinstance(node, yaml.MappingNode) else self.text
        return chosen.read(node, reading)

    def schema(self) -> Schema:
        return {"oneOf": [self.text.schema(), self.record.schema()]}


def read_record(source: FileText, root: yaml.Node, record: Record) -> Any:
    """Read a file's outermost value.

    Raises:
        FileProblems: if anything in it was wrong.
    """
    reading = Reading(source)
    value = record.read(root, reading)
    reading.finish()
    return value
