"""Kinds of text that several file formats have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ketasched import zone
from ketasched.domain.typed_protocol import read_reminder
from ketasched.domain.typed_times import read_minutes
from ketasched.errors import UsageProblem
from ketasched.reading.fields import MISSING, Reading, Schema, Text

if TYPE_CHECKING:
    import yaml


class Placed(NamedTuple):
    """A text of a list whose place is remembered: it is judged with the record it stands in."""

    text: Text

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        value = self.text.read(node, reading)
        if value is not MISSING:
            reading.remember(value, {"": node})
        return value

    def schema(self) -> Schema:
        return self.text.schema()


def one_line(text: str) -> str:
    """Read one printable line of at most 500 characters.

    Raises:
        ValueError: it is longer, or holds something that cannot be printed.
    """
    odd = next((sign for sign in text if not sign.isprintable()), "")
    if odd:
        raise ValueError(f"the text has a sign that cannot be printed, U+{ord(odd):04X}")
    if len(text) > 500:
        raise ValueError("write one line of at most 500 characters")
    return text


def identifier(text: str) -> str:
    """Read a name that is typed on a command line: ``iv-two-weeks``.

    Raises:
        ValueError: it has anything but small letters, digits and single hyphens.
    """
    if text.isascii() and text == text.lower() and all(map(str.isalnum, text.split("-"))):
        return text
    raise ValueError(
        f"`{text}` is not an id: use small letters, digits and hyphens, such as iv-weekly"
    )


def make_id(text: str) -> str:
    """Small letters, digits and single hyphens from any text; empty if it has none."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", letters).strip("-")


def quoted(text: str) -> str:
    """Printable text as YAML: its double quotes are those of JSON."""
    import json

    return json.dumps(text, ensure_ascii=False)


def length(read: Callable[[str], int], least: int, most: int, unit: str) -> Text:
    """A length of time, read by ``read`` into a number of ``unit`` between two bounds."""

    def parse(text: str) -> int:
        number = read(text)
        if least <= number <= most:
            return number
        raise ValueError(f"`{text}` is outside {least} to {most} {unit}")

    pattern = r"^\s*([0-9]+\s*[A-Za-z]+\s*)+$"
    return Text(
        parse, {"type": "string", "pattern": pattern, "examples": [f"{max(least, 2)} {unit}"]}
    )


LINE = Text(one_line, {"type": "string", "minLength": 1, "maxLength": 500})
IDENTIFIER = Text(identifier, {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"})
LONGEST_SESSION = 24 * 60
MINUTES = length(read_minutes, 1, LONGEST_SESSION, "min")
REMINDER = Text(read_reminder, {"type": "string", "examples": ["1 day", "2 h"]})


def _format_version(text: str) -> int:
    if text == "1":
        return 1
    raise ValueError(f"`{text}` is not a version this program reads: write 1")


VERSION = Text(_format_version, {"const": 1})


def zone_name(text: str) -> str:
    """The name of a time zone.

    Raises:
        ValueError: there is no such zone; with a hint.
    """
    try:
        return zone.load(text).name
    except UsageProblem as problem:
        raise ValueError(problem.message, problem.hint) from None
