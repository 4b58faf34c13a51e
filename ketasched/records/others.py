"""What the courses of a folder take of a house from now on, read quickly and whenever it is asked.

Nothing of it is kept on disk: a file that has not changed is read once in a run of the program.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ketasched import zone
from ketasched.asking.request import RECORD_ENDING
from ketasched.domain.course import CANCELLED, MISSED, Course, LinkedVisit, Session
from ketasched.domain.house import House, Stretch, minute_at
from ketasched.domain.protocol import Step, steps_lasting
from ketasched.domain.room import Held, Load, held_by, load_of
from ketasched.domain.seat import Seat
from ketasched.domain.typed_times import read_minutes
from ketasched.errors import KetaschedError
from ketasched.reading.file_text import read_plain
from ketasched.records import codec
from ketasched.records.plain_values import wall_time_of
from ketasched.records.record import CourseRecord
from ketasched.records.seats import Row, seats_data, seats_of


class Appointment(NamedTuple):
    """When an appointment begins (in minutes since 1970) and how long it lasts. ``kind``: that of a
    linked visit; empty for a session.
    """

    start: int
    minutes: int
    kind: str = ""
    by_video: bool = False


class _Course(NamedTuple):
    """What matters of a record: a UID that tells it from others, its protocol and appointments,
    and its seats as they are written, in its zone.
    """

    identity: str
    protocol: str
    steps: tuple[tuple[Step, ...], ...]
    appointments: tuple[Appointment, ...]
    seats: Sequence[Row]
    place: ZoneInfo

    def held(self, house: House, now: datetime) -> Iterator[Held]:
        """What is taken from a moment on."""
        takes: dict[tuple[int, str, bool], list[Stretch]] = {}
        over = minute_at(now)
        for appointment in self.appointments:
            start, minutes, kind, by_video = appointment
            if start + minutes <= over:
                continue
            known = minutes, kind, by_video
            if known not in takes:
                takes[known] = (
                    house.of_visit(kind, minutes, by_video=by_video)
                    if kind
                    else house.of_session(
                        self.protocol, steps_lasting(self.steps, minutes), minutes
                    )
                )
            yield from held_by(takes[known], start)


class OtherRecords:
    """The records of some folders (as typed), but for those that have one of some UIDs."""

    def __init__(self, folders: Sequence[str], now: datetime, but: Iterable[str] = ()) -> None:
        self.folders = folders
        self.now = now
        self.but = frozenset(but)

    @property
    def courses(self) -> int:
        """How many can be read."""
        return len(_courses(_listed(self.folders)).keys() - self.but)

    @property
    def unread(self) -> list[str]:
        """The files that cannot be read."""
        files = _listed(self.folders)
        return [str(path) for path, state in files if _read(path, state) is None]

    def load(self, house: House) -> Load:
        """What they take of a house from now on."""
        everything, by_course = _loaded(self.folders, house, self.now)
        own = (held for name in self.but for held in by_course.get(name, ()))
        return everything.without(own)

    def held(self, house: House) -> Iterator[Held]:
        """The same, one by one."""
        for identity, course in _courses(_listed(self.folders)).items():
            if identity not in self.but:
                yield from course.held(house, self.now)

    def seats(self, days: Container[str]) -> Iterator[Seat]:
        """The seats that they have on some days, such as 2027-01-05."""
        for identity, course in _courses(_listed(self.folders)).items():
            if identity not in self.but:
                # Who cannot be understood stands in nobody's way; `check` names the file.
                with contextlib.suppress(LookupError, TypeError, ValueError):
                    rows = [row for row in course.seats if row["start"][:10] in days]
                    yield from seats_of(rows, course.place)


def beside_record(record: CourseRecord, now: datetime) -> OtherRecords | None:
    """The other courses of the folder of a record; None where that has no file."""
    if not record.file:
        return None
    return OtherRecords([str(Path(record.file).parent)], now, [record.told[0].uid])


def appointments_of(course: Course) -> Iterator[tuple[Session | LinkedVisit, Appointment]]:
    """The appointments of a course that take place or are to."""
    for entry in course.entries():
        if entry.status not in (MISSED, CANCELLED):
            visit = entry if isinstance(entry, LinkedVisit) else None
            kind, by_video = (visit.kind, visit.by_video) if visit else ("", False)
            yield entry, Appointment(minute_at(entry.start), entry.minutes, kind, by_video)


# Reading

_State = tuple[int, ...]
"""What shows whether a file is another than before."""
_known: dict[Path, tuple[_State, _Course | None]] = {}
_Answer = tuple[Load, Mapping[str, Sequence[Held]]]
_last: list[tuple[object, _Answer]] = []


def _loaded(folders: Sequence[str], house: House, now: datetime) -> _Answer:
    """What all courses take, and each of them; the last answer is remembered."""
    files = _listed(folders)
    question = files, house, now
    if not _last or _last[0][0] != question:
        by_course = {
            identity: tuple(course.held(house, now)) for identity, course in _courses(files).items()
        }
        everything = load_of(held for of_course in by_course.values() for held in of_course)
        _last[:] = [(question, (everything, by_course))]
    return _last[0][1]


def _courses(files: Sequence[tuple[Path, _State]]) -> dict[str, _Course]:
    """The courses of some files by UID, each once: of a record and its copy, the first."""
    courses: dict[str, _Course] = {}
    for path, state in files:
        course = _read(path, state)
        if course is not None:
            courses.setdefault(course.identity, course)
    return courses


def _listed(folders: Sequence[str]) -> list[tuple[Path, _State]]:
    """The records of some folders, in order; none where there is no such folder."""
    files: dict[Path, _State] = {}
    for folder in folders:
        with contextlib.suppress(OSError):
            for entry in os.scandir(Path(folder).resolve()):
                if entry.name.endswith(RECORD_ENDING):
                    state = entry.stat()
                    files[Path(entry.path)] = state.st_ino, state.st_mtime_ns, state.st_size
    return sorted(files.items())


def _read(path: Path, state: _State) -> _Course | None:
    """A record; None if it cannot be read."""
    if path not in _known or _known[path][0] != state:
        _known[path] = state, _read_anew(path)
    return _known[path][1]


def _read_anew(path: Path) -> _Course | None:
    try:
        return _quickly(json.loads(read_plain(path, codec.MAX_BYTES)))
    except (OSError, LookupError, TypeError, ValueError, RecursionError, KetaschedError):
        return _carefully(path)


def _carefully(path: Path) -> _Course | None:
    """A record that is not as we write it, read in full; None if it cannot be."""
    from ketasched.records.open import read_quickly

    try:
        return _of_record(read_quickly(path))
    except KetaschedError:
        return None


def _of_record(record: CourseRecord) -> _Course:
    appointments = tuple(appointment for _, appointment in appointments_of(record.course))
    protocol = record.protocol
    place = zone.load(record.timezone).tzinfo
    seats = seats_data(record.seats, place).get("seats", ())
    return _Course(record.told[0].uid, protocol.id, protocol.all_steps, appointments, seats, place)


def _quickly(data: Mapping[str, Any]) -> _Course:
    place = zone.load(data["timezone"]).tzinfo
    protocol = data["protocol"]
    appointments = [
        Appointment(_minute(each, place), each["minutes"])
        for each in data["sessions"]
        if each["status"] not in (MISSED, CANCELLED)
    ]
    appointments += [
        Appointment(_minute(each, place), each["minutes"], each["kind"], each["by_video"])
        for each in data["visits"]
        if each["status"] not in (MISSED, CANCELLED)
    ]
    own = (steps for phase in protocol["phases"] for steps in _own_steps(phase))
    steps = tuple(tuple(map(_step, each)) for each in (protocol["steps"], *own))
    seats = data.get("seats", ())
    identity = data["entries"][0]["uid"]
    return _Course(identity, protocol["id"], steps, tuple(appointments), seats, place)


def _minute(entry: Mapping[str, Any], place: ZoneInfo) -> int:
    return minute_at(wall_time_of(entry["start"]).replace(tzinfo=place))


def _own_steps(phase: Mapping[str, Any]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The steps of the sessions that have other ones."""
    yield from phase.get("steps", {}).values()
    listed = phase["sessions"] if isinstance(phase.get("sessions"), list) else ()
    yield from (session["steps"] for session in listed if "steps" in session)


def _step(data: Mapping[str, Any]) -> Step:
    takes = data.get("takes")
    need = None if takes is None else tuple((name, int(takes[name])) for name in takes)
    return Step(data["name"], _minutes(data["length"]), need)


@lru_cache(1024)
def _minutes(text: str) -> int:
    return read_minutes(text)
