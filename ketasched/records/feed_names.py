"""The names of a folder's feeds: one JSON file beside the records, for the clinic's eyes only.

Whoever knows a name can read the feed, so names are drawn at random and kept.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ketasched.reading.fields import Key, Record, Text
from ketasched.reading.file_text import read_file
from ketasched.reading.json_source import read_json
from ketasched.records.plain_values import TEXT, Items, keys_of

NAME = "feeds.json"
SCHEMA = "ketasched-feeds/1"
_OCTETS = 20
"""160 bits in a name: nobody guesses one."""


class FeedName(NamedTuple):
    """The feed of a course: the record it is in, what tells the course from any other, and the
    feed's file name.
    """

    record: str
    course: str
    file: str


class FeedNames(NamedTuple):
    """The file name of the staff's feed, and of each course's."""

    staff: str
    courses: tuple[FeedName, ...] = ()

    def of(self, course: str) -> str:
        """The file name of a course's feed.

        Raises:
            StopIteration: it has none.
        """
        return next(one.file for one in self.courses if one.course == course)


def load(folder: Path) -> FeedNames:
    """The names of a folder's feeds; a new one for the staff if there are none.

    Raises:
        FileTrouble, FileProblems: the file cannot be read, or something in it is wrong.
    """
    path = folder / NAME
    if not path.exists():
        return FeedNames(f"staff-{_drawn()}")
    found: FeedNames = read_json(read_file(str(path), "feed names"), _FILE)
    return found


def naming(known: FeedNames, courses: Mapping[str, str]) -> FeedNames:
    """The names with one for each course, given by record; a course keeps its own when its record
    is renamed, or gone and back, and nobody gets another's.
    """
    files = {one.course: one.file for one in known.courses}
    found = [
        FeedName(record, course, files.get(course) or _drawn())
        for record, course in courses.items()
    ]
    there = {one.course for one in found}
    kept = [one for one in known.courses if one.course not in there]
    return known._replace(courses=(*found, *kept))


def text_of(names: FeedNames) -> str:
    """The names as JSON text."""
    data = {
        "schema": SCHEMA,
        "staff": names.staff,
        "courses": [one._asdict() for one in names.courses],
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
    return FeedNames(keys["staff"], tuple(FeedName(**one) for one in keys["courses"]))


_FILE = Record(
    _built,
    {
        "schema": Key(Text(_version), "the version of the file"),
        "staff": Key(Text(_feed_name), "the feed of the staff"),
        "courses": Key(
            Items(keys_of(record=TEXT, course=TEXT, file=Text(_feed_name))),
            "the feed of each course",
        ),
    },
)
