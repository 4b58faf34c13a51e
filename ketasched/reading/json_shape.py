"""What our own JSON files may say: shapes that pydantic's core reads, and their mistakes in words.

The shapes are written in pydantic's core schema: types for its `TypeAdapter` say the same and take
38 ms to build at each start, these one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import yaml
from pydantic_core import PydanticCustomError, SchemaValidator, ValidationError, core_schema

from ketasched.errors import FileProblems
from ketasched.reading.fields import Key, Reading, Record, Text
from ketasched.reading.file_text import FileText
from ketasched.reading.json_source import KeyTwice, marked, parse, unmarked, without_nulls

Shape = core_schema.CoreSchema
Place = tuple[str | int, ...]
"""Keys and positions on the way from the outermost value to one within it."""

TEXT: Shape = core_schema.str_schema(strict=True, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$")
YES: Shape = core_schema.bool_schema(strict=True)
_NESTED = "nested"
_SENTENCES = {
    "string_type": "expected a text here",
    "list_type": "expected a list here",
    "dict_type": "expected keys with values here",
    "int_type": "{value} is not a whole number",
    "int_from_float": "{value} is not a whole number",
    "bool_type": "{value} is neither yes nor no",
    "greater_than_equal": "{value} is less than {ge}",
    "less_than_equal": "{value} is more than {le}",
    "literal_error": "{value} is not one of {expected}",
    "string_pattern_mismatch": "a text here has a control character",
    "string_unicode": "a text here has half of a character",
    "string_sub_type": "expected a text here",
}
"""Our words for pydantic's kinds of mistakes."""


def whole(least: int, most: int) -> Shape:
    """A whole number between two bounds."""
    return core_schema.int_schema(strict=True, ge=least, le=most)


def one_of(words: Sequence[str]) -> Shape:
    """One of a few words."""
    return core_schema.literal_schema(list(words))


def checked(check: Callable[[str], Any]) -> Shape:
    """A text, made into a value; the ValueError of ``check`` has the message, and maybe a hint."""
    return core_schema.no_info_after_validator_function(check, TEXT)


def items(item: Shape) -> Shape:
    """A list that may be empty."""
    return core_schema.list_schema(item, strict=True)


def map_of(value: Shape) -> Shape:
    """Keys of any name, with values of one kind."""
    return core_schema.dict_schema(TEXT, value)


def maybe(shape: Shape) -> Shape:
    """A value, or null."""
    return core_schema.nullable_schema(shape)


def keys_of(needed: Mapping[str, Shape], others: Mapping[str, Shape] | None = None) -> Shape:
    """Known keys: those that are ``needed``, and ``others``, which may be left out."""
    fields = {name: core_schema.typed_dict_field(shape) for name, shape in needed.items()}
    for name, shape in (others or {}).items():
        fields[name] = core_schema.typed_dict_field(shape, required=False)
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid")


def as_written(shape: Shape) -> Shape:
    """A value that is checked and kept as it is, its keys in their order."""

    def keep(value: Any, check: Callable[[Any], Any]) -> Any:
        check(value)
        return value

    return core_schema.no_info_wrap_validator_function(keep, shape)


def nested(record: Record, *, only_data: bool = False) -> Shape:
    """What the reader of another file reads, together with its data, or ``only_data``; the same
    data is read once.
    """

    def read(data: Any) -> Any:
        try:
            value = nested_value(record, data)
        except (FileProblems, RecursionError):
            raise PydanticCustomError(_NESTED, "nested", {"record": record}) from None
        return data if only_data else (value, data)

    return core_schema.no_info_plain_validator_function(read)


def nested_value(record: Record, data: Any) -> Any:
    """What the reader of another file reads of data.

    Raises:
        FileProblems: it is none of that.
    """
    if id(record) not in _READERS:
        _READERS[id(record)] = _reader(record)
    return _READERS[id(record)](json.dumps(data))


_READERS: dict[int, Callable[[str], Any]] = {}
"""By record, of which each is there for good: what reads it."""


def _reader(record: Record) -> Callable[[str], Any]:
    @lru_cache(maxsize=256)
    def read_text(text: str) -> Any:
        reading = Reading(FileText("", ""))
        node = unmarked(json.loads(text))
        value = record.read(node, reading) if node is not None else None
        reading.finish()
        return value

    return read_text


def read_json(
    source: FileText, shape_of: Callable[[Mapping[str, Any]], SchemaValidator]
) -> dict[str, Any]:
    """Read a JSON file by what it may say; a null is as if it were not there.

    Raises:
        FileProblems: it is not JSON, or something in it is wrong; with lines and columns.
    """
    try:
        data = parse(source)
        shape = shape_of(data)
        try:
            values: dict[str, Any] = shape.validate_python(data)
        except ValidationError:
            values = shape.validate_python(without_nulls(data))
    except KeyTwice:
        raise FileProblems(source.file, _twice(source)) from None
    except ValidationError as error:
        reading = Reading(source)
        _note(error, marked(source), reading)
        reading.finish()
        raise
    return values


def node_at(root: yaml.Node, place: Place) -> yaml.Node:
    """The value at a place, or the nearest around it that is there."""
    node = root
    for step in place:
        if isinstance(node, yaml.MappingNode):
            inner = [value for key, value in node.value if key.value == step]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            inner = node.value[step : step + 1]
        else:
            inner = []
        if not inner:
            return node
        node = inner[0]
    return node


# Mistakes


def _note(error: ValidationError, root: yaml.Node, reading: Reading) -> None:
    """Note all mistakes, those in the keys of one object together."""
    misspelt: dict[Place, tuple[list[str], list[str]]] = {}
    for mistake in error.errors(include_url=False):
        place, kind = mistake["loc"], mistake["type"]
        if kind in {"missing", "extra_forbidden"}:
            unknown, missing = misspelt.setdefault(place[:-1], ([], []))
            (missing if kind == "missing" else unknown).append(str(place[-1]))
            continue
        node, context = node_at(root, place), mistake.get("ctx", {})
        if kind == _NESTED:
            context["record"].read(node, reading)
        elif kind == "value_error":
            message, hint = (*context["error"].args, "")[:2]
            reading.fault(node, str(message), hint)
        else:
            expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
            words = {**context, "value": _value_text(node), "expected": expected}
            reading.fault(node, _SENTENCES.get(kind, mistake["msg"]).format(**words))
    for place, (unknown, missing) in misspelt.items():
        _note_misspelt(node_at(root, place), unknown, missing, reading)


def _note_misspelt(
    node: yaml.Node, unknown: list[str], missing: list[str], reading: Reading
) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    nodes = [key for key, _ in node.value]
    known = [key.value for key in nodes if key.value not in unknown] + missing
    keys = Record(dict, {name: Key(Text(), "") for name in known})
    keys.match_misspelt(node, [key for key in nodes if key.value in unknown], missing, reading)


def _value_text(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return f"`{node.value}`"
    return "a list" if isinstance(node, yaml.SequenceNode) else "what has keys"


def _twice(source: FileText) -> list[Any]:
    """Every key that stands in its object for the second time."""
    problems = []
    waiting = [marked(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if key.value in seen:
                    message = f"the key `{key.value}` stands here twice"
                    problems.append(source.at(key, message, "keep one of them"))
                seen.add(key.value)
                waiting.append(value)
    return problems
