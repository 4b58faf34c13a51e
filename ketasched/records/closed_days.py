"""The days that `close-day` closed in a folder of records: one JSON file beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ketasched.reading.fields import Key, Record, Text
from ketasched.reading.file_text import read_file
from ketasched.reading.json_source import read_json
from ketasched.records.plain_values import DATE, TEXT, Items, keys_of

NAME = "closed-days.json"
SCHEMA = "ketasched-closed-days/1"


class ClosedDay(NamedTuple):
    """A day on which the clinic of a folder is closed, and why (may be empty)."""

    day: date
    reason: str


def load(folder: Path) -> tuple[ClosedDay, ...]:
    """The closed days of a folder; none if it has no such file.

    Raises:
        FileTrouble, FileProblems: the file cannot be read, or something in it is wrong.
    """
    path = folder / NAME
    if not path.exists():
        return ()
    found: tuple[ClosedDay, ...] = read_json(read_file(str(path), "closed days"), _FILE)
    return found


def text_of(days: Sequence[ClosedDay]) -> str:
    """The days as JSON text, in order."""
    data = {
        "schema": SCHEMA,
        "days": [{"day": one.day.isoformat(), "reason": one.reason} for one in sorted(set(days))],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _version(text: str) -> str:
    if text == SCHEMA:
        return text
    raise ValueError(f"`{text}` is not a file of closed days that this version reads")


def _built(**keys: Any) -> tuple[ClosedDay, ...]:
    return tuple(ClosedDay(date.fromisoformat(one["day"]), one["reason"]) for one in keys["days"])


_FILE = Record(
    _built,
    {
        "schema": Key(Text(_version), "the version of the file"),
        "days": Key(Items(keys_of(day=DATE, reason=TEXT)), "the days, in order"),
    },
)
