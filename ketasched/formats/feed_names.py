"""The names of a folder's feeds: one JSON file beside the records, for the clinic's eyes only.

Whoever knows a name can read the feed, so names are drawn at random and kept.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ketasched.reader.fields import Key, Record, Text
from ketasched.reader.json_source import read_json
from ketasched.reader.plain_values import TEXT, Items, keys_of
from ketasched.reader.source import read_file

NAME = "feeds.json"
SCHEMA = "ketasched-feeds/1"
_OCTETS = 20
"""160 bits in a name: nobody guesses one."""


class FeedNames(NamedTuple):
    """The file name of the staff's feed, and of each record's."""

    staff: str
    courses: Mapping[str, str]


def load(folder: Path) -> FeedNames:
    """The names of a folder's feeds; a new one for the staff if there are none.

    Raises:
        FileTrouble, FileProblems: the file cannot be read, or something in it is wrong.
    """
    path = folder / NAME
    if not path.exists():
        return FeedNames(f"staff-{_drawn()}", {})
    found: FeedNames = read_json(read_file(str(path), "feed names"), _FILE)
    return found


def naming(known: FeedNames, records: Iterable[str]) -> FeedNames:
    """The names with one for each record."""
    new = {record: _drawn() for record in records if record not in known.courses}
    return known._replace(courses={**known.courses, **new})


def text_of(names: FeedNames) -> str:
    """The names as JSON text."""
    data = {
        "schema": SCHEMA,
        "staff": names.staff,
        "courses": [{"record": record, "file": file} for record, file in names.courses.items()],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _drawn() -> str:
    return f"{secrets.token_hex(_OCTETS)}.ics"


def _feed_name(text: str) -> str:
    """A plain file name: nothing that would lead elsewhere."""
    if text.endswith(".ics") and text.replace("-", "").removesuffix(".ics").isalnum():
        return text
    raise ValueError(f"`{text}` is no name of a feed")


def _version(text: str) -> str:
    if text == SCHEMA:
        return text
    raise ValueError(f"`{text}` is not a file of feed names that this version reads")


def _built(**keys: Any) -> FeedNames:
    return FeedNames(keys["staff"], {one["record"]: one["file"] for one in keys["courses"]})


_FILE = Record(
    _built,
    {
        "schema": Key(Text(_version), "the version of the file"),
        "staff": Key(Text(_feed_name), "the feed of the staff"),
        "courses": Key(
            Items(keys_of(record=TEXT, file=Text(_feed_name))), "the feed of each record"
        ),
    },
)
