"""A JSON file as the tree of texts that `fields` reads.

Reading is quick and forgets where things stand; only a file with a mistake is read once more, by
the YAML reader (JSON is YAML), for the lines and columns of its mistakes.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from ketasched.errors import FileProblems, Problem
from ketasched.reading.fields import Record, read_record
from ketasched.reading.file_text import MAX_DEPTH, FileText, compose

_TEXT, _LIST, _KEYS = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


class _Pairs(list[tuple[str, Any]]):
    """An object's keys and values, doubles included."""


def read_json(source: FileText, record: Record) -> Any:
    """Read a JSON file by what a record says of it; a null is as if the key were not there.

    Raises:
        FileProblems: it is not JSON, or something in it is wrong; with lines and columns.
    """
    root = _parsed(source)
    try:
        return read_record(source, root, record)
    except FileProblems:
        source.text = "\n".join(
            " " * (len(line) - len(line.lstrip())) + line.lstrip() for line in source.lines
        )  # a tab before a line is no YAML
        return read_record(source, _without_nulls(compose(source)), record)


def plain(node: yaml.Node) -> Any:
    """A tree as JSON would hold it, all texts as they were written."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return node.value


def _parsed(source: FileText) -> yaml.MappingNode:
    try:
        value = json.loads(
            source.text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str,
            parse_constant=str,
        )  # fmt: skip
        root = _node(value, 0)
    except json.JSONDecodeError as error:
        line = source.lines[error.lineno - 1] if error.lineno <= len(source.lines) else ""
        problem = Problem(f"not JSON: {error.msg.lower()}", error.lineno, error.colno, 1, line)
        raise FileProblems(source.file, [problem]) from None
    except RecursionError:
        problem = Problem(f"values are nested more than {MAX_DEPTH} deep")
        raise FileProblems(source.file, [problem]) from None
    if not isinstance(root, yaml.MappingNode):
        raise FileProblems(source.file, [Problem("expected keys with values", 1, 1)])
    return root


def _node(value: Any, depth: int) -> yaml.Node | None:
    if depth > MAX_DEPTH:
        raise RecursionError
    if value is None:
        return None
    if isinstance(value, _Pairs):
        pairs = [(_scalar(key), _node(one, depth + 1)) for key, one in value]
        return yaml.MappingNode(_KEYS, [(key, one) for key, one in pairs if one is not None])
    if isinstance(value, list):
        items = (_node(one, depth + 1) for one in value)
        return yaml.SequenceNode(_LIST, [one for one in items if one is not None])
    if isinstance(value, bool):
        return _scalar("yes" if value else "no")
    return _scalar(value)


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode(_TEXT, text)


def _without_nulls(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        node.value = [(key, _without_nulls(one)) for key, one in node.value if not _is_null(one)]
    elif isinstance(node, yaml.SequenceNode):
        node.value = [_without_nulls(one) for one in node.value]
    return node


def _is_null(node: yaml.Node) -> bool:
    # A text "null" stands in quotes.
    return isinstance(node, yaml.ScalarNode) and node.value == "null" and not node.style
