"""The days that `close-day` closed in a folder of records: one JSON file beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pydantic_core import SchemaValidator

from ketasched.reading.file_text import read_file
from ketasched.reading.json_shape import TEXT, checked, items, keys_of, read_json
from ketasched.records.plain_values import DATE, date_of

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
    data = read_json(read_file(str(path), "closed days", plain=True), lambda _: _FILE)
    return tuple(ClosedDay(date_of(closed["day"]), closed["reason"]) for closed in data["days"])


def text_of(days: Sequence[ClosedDay]) -> str:
    """The days as JSON text, in order."""
    data = {
        "schema": SCHEMA,
        "days": [
            {"day": closed.day.isoformat(), "reason": closed.reason} for closed in sorted(set(days))
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _version(text: str) -> str:
    if text == SCHEMA:
        return text
    raise ValueError(f"`{text}` is not a file of closed days that this version reads")


_FILE = SchemaValidator(
    keys_of({
        "schema": checked(_version),
        "days": items(keys_of({"day": DATE, "reason": TEXT})),
    })
)  # fmt: skip
