"""Which of our two YAML formats a file is, by the outermost keys that only one of them has."""

from __future__ import annotations

from typing import NamedTuple

import yaml

from ketasched.errors import FileProblems, Problem
from ketasched.reading.file_text import FileText


class FileKind(NamedTuple):
    """A format: what people call it, the option that takes it, and keys no other format has."""

    noun: str
    option: str
    own_keys: frozenset[str]


PROTOCOLS = FileKind("protocol file", "--protocols", frozenset(("protocols",)))
CLINIC = FileKind(
    "clinic file",
    "--clinic",
    frozenset(
        (
            "address",
            "phone",
            "timezone",
            "hours",
            "not_starting",
            "holidays",
            "closures",
            "openings",
            "defaults",
            "chairs",
            "resources",
            "takes",
            "reasons",
            "notice",
            "publish",
            "lang",
            "clock",
        )
    ),
)


def kind_of(root: yaml.MappingNode) -> FileKind | None:
    """The format a file seems to be of; None if its outermost keys do not say."""
    keys = {key.value for key, _ in root.value if isinstance(key, yaml.ScalarNode)}
    if "name" in keys and keys <= {"version", "name"}:
        return CLINIC
    return next((kind for kind in (PROTOCOLS, CLINIC) if keys & kind.own_keys), None)


def refuse_other(source: FileText, root: yaml.MappingNode, wanted: FileKind) -> None:
    """Say so if a file is of the other format.

    Raises:
        FileProblems: it is.
    """
    kind = kind_of(root)
    if kind and kind is not wanted:
        message = f"this is a {kind.noun}, not a {wanted.noun}"
        problem = Problem(message, hint=f"give it with {kind.option}")
        raise FileProblems(source.file, [problem])
