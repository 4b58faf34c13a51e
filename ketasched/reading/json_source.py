"""A JSON file: its values quickly, and where each of them stands only when somebody has to know."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import yaml

from ketasched.errors import FileProblems, Problem
from ketasched.reading.file_text import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from ketasched.reading.file_text import FileText

_TEXT, _LIST, _KEYS = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_BLANK = re.compile(r"[ \t\r\n]*")
_AS_WRITTEN = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


class KeyTwice(ValueError):
    """A key stands twice in one object."""


def parse(source: FileText) -> dict[str, Any]:
    """The values of a file whose outermost value is an object.

    Raises:
        FileProblems: it is not JSON, or is no object.
        KeyTwice: a key stands twice in one object.
    """
    try:
        values = _loaded(source, _keys_once)
    except KeyTwice:
        _loaded(source, dict)  # a text that is no JSON has no keys to show
        raise
    if not isinstance(values, dict):
        raise FileProblems(source.file, [Problem("expected keys with values", 1, 1)])
    return values


def _loaded(source: FileText, keys: Callable[[list[tuple[str, Any]]], dict[str, Any]]) -> Any:
    try:
        return json.loads(source.text, object_pairs_hook=keys)
    except json.JSONDecodeError as error:
        line = source.lines[error.lineno - 1] if error.lineno <= len(source.lines) else ""
        problem = Problem(f"not JSON: {error.msg.lower()}", error.lineno, error.colno, 1, line)
        raise FileProblems(source.file, [problem]) from None
    except RecursionError:
        raise _too_deep(source) from None
    except KeyTwice:
        raise
    except ValueError:  # Python reads no number of more than 4,300 digits
        raise FileProblems(source.file, [Problem("not JSON: a number is too long")]) from None


def marked(source: FileText) -> yaml.Node:
    """The tree of a file that is JSON: all values as texts, each with its place, nulls left out.

    Raises:
        FileProblems: it is nested too deep.
    """
    tree = _MarkedTree(source).value(0, 0)[0]
    if tree is None:
        raise FileProblems(source.file, [Problem("expected keys with values", 1, 1)])
    return tree


def unmarked(value: Any, depth: int = 0) -> yaml.Node | None:
    """The tree of a value that was parsed, without places; None for a null.

    Raises:
        RecursionError: it is nested too deep.
    """
    if depth > MAX_DEPTH:
        raise RecursionError
    if value is None:
        return None
    if isinstance(value, dict):
        nodes = ((_scalar(key), unmarked(part, depth + 1)) for key, part in value.items())
        return yaml.MappingNode(_KEYS, [(key, node) for key, node in nodes if node is not None])
    if isinstance(value, list):
        items = (unmarked(item, depth + 1) for item in value)
        return yaml.SequenceNode(_LIST, [node for node in items if node is not None])
    return _scalar(_written(value))


def plain(node: yaml.Node) -> Any:
    """A tree as JSON would hold it, all texts as they were written."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return node.value


def without_nulls(value: Any) -> Any:
    """The value as if what is null were not there."""
    if isinstance(value, dict):
        return {key: without_nulls(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value if item is not None]
    return value


class _MarkedTree:
    """Walks the text of a file that is known to be JSON."""

    def __init__(self, source: FileText) -> None:
        self.source = source
        self.text = source.text
        lengths = map(len, source.text.splitlines(keepends=True))
        self.line_starts = list(accumulate(lengths, initial=0))

    def value(self, index: int, depth: int) -> tuple[yaml.Node | None, int]:
        """The value that begins at or after an index, and the index behind it."""
        if depth > MAX_DEPTH:
            raise _too_deep(self.source)
        begin = self._skip(index)
        sign = self.text[begin]
        if sign not in "{[":
            scalar, end = _AS_WRITTEN.raw_decode(self.text, begin)
            return (None if scalar is None else self._scalar(scalar, begin, end)), end
        parts: list[Any] = []
        index = self._skip(begin + 1)
        while self.text[index] not in "}]":
            key = None
            if sign == "{":
                name, end = _AS_WRITTEN.raw_decode(self.text, index)
                key = self._scalar(name, index, end)
                index = self._skip(end) + 1  # behind the colon
            node, index = self.value(index, depth + 1)
            if node is not None:
                parts.append((key, node) if key else node)
            index = self._skip(index)
            if self.text[index] == ",":
                index = self._skip(index + 1)
        marks = self._mark(begin), self._mark(index + 1)
        if sign == "{":
            return yaml.MappingNode(_KEYS, parts, *marks), index + 1
        return yaml.SequenceNode(_LIST, parts, *marks), index + 1

    def _scalar(self, value: Any, begin: int, end: int) -> yaml.ScalarNode:
        return yaml.ScalarNode(_TEXT, _written(value), self._mark(begin), self._mark(end))

    def _mark(self, index: int) -> yaml.Mark:
        line = bisect_right(self.line_starts, index) - 1
        column = index - self.line_starts[line]
        return yaml.Mark(self.source.file, index, line, column, None, 0)

    def _skip(self, index: int) -> int:
        match = _BLANK.match(self.text, index)
        return match.end() if match else index


def _keys_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise KeyTwice
    return values


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(_TEXT, text)


def _too_deep(source: FileText) -> FileProblems:
    return FileProblems(source.file, [Problem(f"values are nested more than {MAX_DEPTH} deep")])
