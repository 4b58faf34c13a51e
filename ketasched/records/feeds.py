"""The feeds of a folder of records: each is made anew only where what it is made from changed."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from pydantic_core import SchemaValidator

from ketasched import zone
from ketasched.calendar.entry_text import Audience
from ketasched.calendar.written_calendar import WrittenCalendar, joined
from ketasched.errors import FileProblems, FileTrouble
from ketasched.reading.file_text import read_file, read_plain
from ketasched.reading.json_shape import TEXT, keys_of, map_of, read_json
from ketasched.records import feed_names, places
from ketasched.records.atomic import NewFile, place_files
from ketasched.records.feed_names import MAX_BYTES, FeedNames
from ketasched.records.following import short_digest
from ketasched.records.open import Opened, ReadRecord
from ketasched.records.plain_values import COUNT
from ketasched.records.told_calendars import calendar_of, sequences, view_for
from ketasched.reports.sharing_report import Feed

REFRESH = "PT1H"
"""How often subscribers are asked to look; most look more rarely."""
STAFF = "staff"
NAME = places.FEEDS_MADE


class Made(NamedTuple):
    """A feed as it was last made: digests of what it was made from and of what it holds, and of a
    patient's the SEQUENCE of each entry, by UID.
    """

    source: str
    digest: str
    told: Mapping[str, int] = {}


class FeedMaker:
    """Makes the feeds that go to one place; ``made`` is how each was last made, by file name."""

    def __init__(
        self, names: FeedNames, place: Path, made: Mapping[str, Made], now: datetime
    ) -> None:
        self.names = names
        self.place = place
        self.made = dict(made)
        self.now = now
        self._version = version("ketasched")
        self._opened: dict[Path, Opened] = {}

    def patients(self, read: ReadRecord) -> Feed:
        """The feed of one course.

        Raises:
            KetaschedError: its record asks for what cannot be.
        """
        who, file = read.record.name, self.names.courses[read.record.told[0].uid].file
        source = self._source(read)
        if self._is_current(file, source):
            return Feed(who, file, None)
        opened = self._open(read)
        title = opened.task.title or opened.task.language.text("Appointments")
        data = joined(title, REFRESH, [_part(opened, "patient")])
        return self._new(who, file, data, source, sequences(read.record.told, "patient"))

    def staff(self, records: Sequence[ReadRecord]) -> Feed:
        """The feed of all courses.

        Raises:
            KetaschedError: a record asks for what cannot be.
        """
        file = self.names.staff
        source = short_digest("".join(map(self._source, records)).encode())
        if self._is_current(file, source):
            return Feed(STAFF, file, None)
        clinics = {read.record.clinic.name for read in records if read.record.clinic}
        title = clinics.pop() if len(clinics) == 1 else "Clinic"
        parts = [_part(self._open(read), "staff") for read in records]
        return self._new(STAFF, file, joined(title, REFRESH, parts), source, {})

    def _new(self, who: str, file: str, data: bytes, source: str, told: Mapping[str, int]) -> Feed:
        self.made[file] = Made(source, short_digest(data), told)
        return Feed(who, file, None if self._bytes(file) == data else data)

    def _open(self, read: ReadRecord) -> Opened:
        if read.path not in self._opened:
            self._opened[read.path] = read.understood(self.now)
        return self._opened[read.path]

    def _source(self, read: ReadRecord) -> str:
        """All that a feed of this record is made from."""
        rules = zone.load(read.record.timezone).version
        return short_digest(f"{read.digest} {read.record.name} {self._version} {rules}".encode())

    def _is_current(self, file: str, source: str) -> bool:
        """Whether a feed was made from the same, and nobody altered it."""
        made = self.made.get(file)
        return made is not None and made[:2] == (source, short_digest(self._bytes(file)))

    def _bytes(self, file: str) -> bytes:
        try:
            return read_plain(self.place / file, MAX_BYTES)
        except OSError:
            return b""


def _part(opened: Opened, audience: Audience) -> WrittenCalendar:
    view = view_for(opened.task, audience)
    return calendar_of(opened.task, opened.record.course, opened.record.told, view)


# How the feeds of a folder were last made: a file that may be lost


class Feeds(NamedTuple):
    """How each feed was last made, by file name, and where: a path from the folder of the records;
    empty if an earlier version made them.
    """

    made: Mapping[str, Made]
    place: str = ""


def load_feeds(folder: Path) -> Feeds:
    """How the feeds of a folder were last made; none if that is lost, or cannot be believed."""
    with contextlib.suppress(FileTrouble, FileProblems):
        data = read_json(
            read_file(str(folder / NAME), "feeds made", MAX_BYTES, plain=True), lambda _: _FILE
        )
        made = {file: Made(**made) for file, made in data["feeds"].items()}
        return Feeds(made, data.get("place", ""))
    return Feeds({})


def place_text(folder: Path, place: Path) -> str:
    """Where feeds are, as it is kept: it goes on to hold when both are moved together."""
    try:
        return Path(os.path.relpath(place.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return str(place.resolve())


def told_by_feeds(folder: Path) -> dict[str, Mapping[str, int]]:
    """What the feed of each course was last told: its SEQUENCEs by UID, by the course's own UID;
    none of a feed that was made by an earlier version.
    """
    made = load_feeds(folder).made
    with contextlib.suppress(FileTrouble, FileProblems):
        names = feed_names.load(folder).courses.values() if made else ()
        return {
            name.course: made[name.file].told
            for name in names
            if name.file in made and made[name.file].told
        }
    return {}


def keep_feeds(folder: Path, feeds: Feeds) -> None:
    """Keep how each feed was last made, and where.

    Raises:
        FileTrouble: it cannot be written.
    """
    made = {file: feed._asdict() for file, feed in feeds.made.items()}
    data = {"feeds": made, "place": feeds.place}
    text = json.dumps(data, indent=1) + "\n"
    place_files([NewFile(folder / NAME, text.encode(), private=True)])


_MADE = keys_of({"source": TEXT, "digest": TEXT}, {"told": map_of(COUNT)})
_FILE = SchemaValidator(keys_of({"feeds": map_of(_MADE)}, {"place": TEXT}))
