"""What stands in our own JSON files: dates, wall times, moments, numbers, lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import yaml

from ketasched.domain.typed_dates import FIRST_YEAR, LAST_YEAR
from ketasched.reading.fields import (
    MISSING,
    Key,
    Reader,
    Reading,
    Record,
    Schema,
    Text,
    whole,
    yes_or_no,
)
from ketasched.reading.json_source import plain

STAMP = "%Y-%m-%d %H:%M:%S UTC"
WALL = "%Y-%m-%d %H:%M"
ANY = 10_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _is_date(text: str) -> str:
    return _in_range(date.fromisoformat(text), text)


def _is_wall(text: str) -> str:
    return _in_range(datetime.strptime(text, WALL), text)  # noqa: DTZ007 - a wall time


def _in_range(day: date, text: str) -> str:
    if not FIRST_YEAR - 1 <= day.year <= LAST_YEAR + 5:
        raise ValueError(text)
    return text


def _stamp(text: str) -> datetime:
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)


def _checked(read: Callable[[str], Any], wanted: str) -> Text:
    """A text that must be readable; what it is read to is made later, or here."""

    def parse(text: str) -> Any:
        try:
            return read(text)
        except ValueError:
            raise ValueError(f"`{text}` is not {wanted}") from None

    return Text(parse)


class AnyText(NamedTuple):
    """A text that may be empty."""

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return reading.fault(node, "expected a text here")
        if _CONTROL.search(node.value):
            return reading.fault(node, "a text here has a control character")
        return node.value

    def schema(self) -> Schema:
        return {"type": "string"}


class Items(NamedTuple):
    """A list that may be empty."""

    item: Reader

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return reading.fault(node, "expected a list here")
        items = [self.item.read(item, reading) for item in node.value]
        return MISSING if any(item is MISSING for item in items) else items

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema()}


class MapOf(NamedTuple):
    """Keys of any name, with values of one kind."""

    item: Reader

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return reading.fault(node, "expected keys with values here")
        pairs = {key.value: self.item.read(value, reading) for key, value in node.value}
        return MISSING if any(one is MISSING for one in pairs.values()) else pairs

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.item.schema()}


class Options(NamedTuple):
    """Options of `plan` as typed: each a text, or a list of texts."""

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return reading.fault(node, "expected the options of plan here")
        return plain(node)

    def schema(self) -> Schema:
        return {"type": "object"}


TEXT = AnyText()
DATE = _checked(_is_date, "a date such as 2027-01-05")
WALL_TIME = _checked(_is_wall, "a wall time such as 2027-01-05 09:30")
MOMENT = _checked(_stamp, "a moment such as 2027-01-05 15:30:00 UTC")
NUMBER = whole(-ANY, ANY)
YES = yes_or_no()


def keys_of(**keys: Reader) -> Record:
    """A record with these keys, all of them needed, read to a dict."""
    return Record(dict, {name: Key(reader, "") for name, reader in keys.items()})
