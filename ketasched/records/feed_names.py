"""The names of a folder's feeds: one JSON file beside the records, for the clinic's eyes only.

Whoever knows a name can read the feed, so names are drawn at random and kept, or made of what was
drawn for a course when it was saved: that goes with its record into another folder.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic_core import SchemaValidator

from ketasched.reading.file_text import read_file
from ketasched.reading.json_shape import TEXT, checked, items, keys_of, read_json
from ketasched.records import places

NAME = places.FEED_NAMES
SCHEMA = "ketasched-feeds/1"
_OCTETS = 20
"""160 bits in a name: nobody guesses one."""
MAX_BYTES = 16 * 1024 * 1024


class FeedName(NamedTuple):
    """The feed of a course: the record it is in, what tells the course from any other, and the
    feed's file name.
    """

    record: str
    course: str
    file: str


class FeedNames(NamedTuple):
    """The file name of the staff's feed, and by course that of each."""

    staff: str
    courses: Mapping[str, FeedName] = {}


def load(folder: Path) -> FeedNames:
    """The names of a folder's feeds; a new one for the staff if there are none.

    Raises:
        FileTrouble, FileProblems: the file cannot be read, or something in it is wrong.
    """
    path = folder / NAME
    if not path.exists():
        return FeedNames(f"staff-{_drawn()}")
    data = read_json(read_file(str(path), "feed names", MAX_BYTES, plain=True), lambda _: _FILE)
    feeds = [FeedName(**feed) for feed in data["courses"]]
    return FeedNames(data["staff"], {feed.course: feed for feed in feeds})


class FedCourse(NamedTuple):
    """What tells a course from any other, and the bits that were drawn for it; None if its record
    was begun by a version that drew none.
    """

    course: str
    bits: str | None


def naming(known: FeedNames, courses: Mapping[str, FedCourse]) -> FeedNames:
    """The names with one for each course, given by record; a course keeps its own when its record
    is renamed or moved, or gone and back, and nobody gets another's.
    """
    there = {}
    for record, (course, bits) in courses.items():
        feed = known.courses.get(course) or FeedName(record, course, _made_of(bits) or _drawn())
        there[course] = feed._replace(record=record)
    gone = {course: feed for course, feed in known.courses.items() if course not in there}
    return known._replace(courses=there | gone)


def text_of(names: FeedNames) -> str:
    """The names as JSON text."""
    data = {
        "schema": SCHEMA,
        "staff": names.staff,
        "courses": [feed._asdict() for feed in names.courses.values()],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _made_of(bits: str | None) -> str:
    """The feed name of a course, which nobody guesses who does not know its bits."""
    if not bits:
        return ""
    return f"{hashlib.sha256(f'feed of {bits}'.encode()).hexdigest()[: 2 * _OCTETS]}.ics"


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


_COURSE = keys_of({"record": TEXT, "course": TEXT, "file": checked(_feed_name)})
_FILE = SchemaValidator(
    keys_of({"schema": checked(_version), "staff": checked(_feed_name), "courses": items(_COURSE)})
)
