"""Course records on disk: found, opened, and written whole or not at all."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ketasched.asking.intake import SavedFiles, Task, record_name, understand
from ketasched.asking.request import RECORD_ENDING, Request
from ketasched.calendar.entry_text import Audience
from ketasched.calendar.uid import UidSource
from ketasched.domain.busy import Busy, BusyTimes
from ketasched.domain.course import Course, is_gone
from ketasched.errors import FileTrouble, KetaschedError, UsageProblem, os_reason
from ketasched.reading.file_text import read_plain
from ketasched.records import closed_days, codec
from ketasched.records.busy_state import busy_state
from ketasched.records.course_state import state_of
from ketasched.records.history import way_back
from ketasched.records.places import as_it_is_there
from ketasched.records.record import CourseRecord, FollowingFile, PastChange
from ketasched.records.told_calendars import keep_up, sequences, told_by_key
from ketasched.records.versions import version_state
from ketasched.records.which_is_meant import which_is_meant
from ketasched.shell import paste


class Opened(NamedTuple):
    """A record that was read: its path, what its bytes were, and what it says, understood. ``act``
    is the name of what is done to it, if that is taken back in one go with other changes.
    """

    path: Path
    digest: str
    record: CourseRecord
    task: Task
    now: datetime
    act: str = ""

    @property
    def today(self) -> date:
        """Today in the course's zone."""
        return self.here.date()

    @property
    def here(self) -> datetime:
        """The moment in the course's zone."""
        return self.now.astimezone(self.task.zone.tzinfo)


class ReadRecord(NamedTuple):
    """A record that was read: its path, what its bytes were, and what it says; whether its file
    was renamed, so that calendars with its name in them are to change.
    """

    path: Path
    digest: str
    record: CourseRecord
    renamed: bool = False

    def understood(self, now: datetime) -> Opened:
        """What it was planned from, too.

        Raises:
            UsageProblem: its options ask for what cannot be.
        """
        task, record = task_of(self.record, now), self.record
        if self.renamed:
            record = record._replace(told=keep_up(task, record.course, told_by_key(record), now))
        return Opened(self.path, self.digest, record, task, now)


def path_of(name: str) -> Path:
    """Where the record of that name is: ``alex`` is alex.course.json; a path is itself."""
    return Path(name) if name.endswith(".json") else Path(f"{name}{RECORD_ENDING}")


def open_record(name: str, now: datetime) -> Opened:
    """Read a record and what it was planned from.

    Raises:
        FileTrouble, FileProblems: it cannot be read.
    """
    path = as_it_is_there(path_of(name))
    if not _is_there(path):
        if Path(name).is_dir():
            raise FileTrouble(f"{name} is a folder", "name one of the records in it", name)
        raise FileTrouble(
            f"there is no record {path}", which_is_meant(path, _person, name_of), str(path)
        )
    return read_record(path).understood(now)


def _person(path: Path) -> str:
    try:
        return read_quickly(path).name
    except KetaschedError:
        return ""


def read_record(path: Path, closed: Sequence[date] | None = None) -> ReadRecord:
    """Read a record and, unless they are given, the closed days beside it.

    Raises:
        FileTrouble, FileProblems: it cannot be read.
    """
    if closed is None:
        closed = [closed_day.day for closed_day in closed_days.closed_in(path.parent)]
    digest = digest_of(path)
    kept = codec.load(str(path))
    record = _named_by_file(path, kept)._replace(closed_days=tuple(closed))
    return ReadRecord(path, digest, record, renamed=record.name != kept.name)


def _named_by_file(path: Path, record: CourseRecord) -> CourseRecord:
    """A record whose course was given no name has that of its file, unless its UIDs are made of it
    or no command could use it.
    """
    if record.uid_bits is None or record.options.get("name"):
        return record
    try:
        name = record_name(path.name)
    except UsageProblem:
        return record
    same = unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", record.name)
    return record if same else record._replace(name=name)


def read_quickly(path: Path) -> CourseRecord:
    """A record by itself, without what stands beside it; its mistakes are not listed.

    Raises:
        FileTrouble: it cannot be read, or is no record.
    """
    try:
        return _named_by_file(path, codec.load(str(path)))
    except FileTrouble as trouble:
        if "cannot read" in trouble.message:
            raise
        raise _damaged(path) from None
    except KetaschedError:
        raise _damaged(path) from None


def _damaged(path: Path) -> FileTrouble:
    hint = f"see what is wrong with: ketasched status {name_of(path)}"
    return FileTrouble(f"{path} is no record that can be read", hint, str(path))


def name_of(path: Path) -> str:
    """What a record is called on a command line."""
    return paste([str(path).removesuffix(RECORD_ENDING)])


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long for any file
        return False


def digest_of(path: Path) -> str:
    """The digest of a file's bytes.

    Raises:
        FileTrouble: it cannot be read.
    """
    try:
        return hashlib.sha256(read_plain(path, codec.MAX_BYTES)).hexdigest()
    except OSError as error:
        raise FileTrouble(f"cannot read {path}: {os_reason(error)}", "", str(path)) from None


def task_of(record: CourseRecord, now: datetime, *, alone: bool = False) -> Task:
    """What was asked for, with the record's own files; ``alone``: nobody else is in its house."""
    busy = BusyTimes(lambda first, last: _between(record.busy, first, last))
    files = SavedFiles(record.protocol, record.clinic, record.timezone_source, busy)
    others = None
    if record.clinic and record.clinic.house and not alone:
        from ketasched.records.others import beside_record

        others = beside_record(record, now)
    task = understand(_request_of(record), now, files, others)
    course = record.course
    visits = (visit.start for visit in course.visits if not is_gone(visit))
    return task._replace(
        order=task.order.promising((session.start for session in course.live), visits),
        uid_source=UidSource(record.uid_bits or "", not record.uid_bits),
        zone_rules=record.zone_rules,
        seats=record.seats,
    )


def _request_of(record: CourseRecord) -> Request:
    options: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in record.options.items()
    }
    options["weekends"] = "weekends" in options
    if not options.get("name"):
        options["save"] = record.name  # its file may have been renamed
    closed = options.get("closed", ())
    spans = [closed_days.span_of(day) for day in record.closed_days]
    options["closed"] = (*closed, *(span for span in spans if span not in closed))
    return Request(**options)


def _between(busy: tuple[Busy, ...], first: date, last: date) -> list[Busy]:
    margin = timedelta(days=1)
    return [
        stretch
        for stretch in busy
        if first - margin <= stretch.end.date() and stretch.start.date() <= last + margin
    ]


def snapshot(record: CourseRecord) -> dict[str, Any]:
    """All that a change may change, to go back to."""
    return {
        **state_of(record.course),
        "asked": dict(record.options),
        "busy": busy_state(record.busy),
        **version_state(record),
    }


def happened(
    opened: Opened,
    first: CourseRecord,
    course: Course,
    what: str,
    *,
    reason: str = "",
    overridden: tuple[str, ...] = (),
) -> CourseRecord:
    """The record after a change to what it was ``first``: the course, what calendars are to be
    told, and the history.
    """
    record = opened.record
    after = record._replace(course=course)
    back = way_back(snapshot(after), snapshot(first))
    change = PastChange(opened.now, what, reason, overridden, back, act=opened.act)
    kept = keep_up(opened.task, course, told_by_key(record), opened.now)
    return record._replace(course=course, told=kept, history=(*record.history, change))


def new_record(
    request: Request, task: Task, course: Course, now: datetime, files: tuple[FollowingFile, ...]
) -> CourseRecord:
    """The record of a course that was just planned."""
    from ketasched.records.options import busy_of, clinic_data, options_of

    kept = keep_up(task, course, {}, now)
    calendars = [file for file in files if not file.page]
    audiences: set[Audience] = {"staff" if file.staff else "patient" for file in calendars}
    return CourseRecord(
        name=task.course_name,
        uid_bits=task.uid_source.bits,
        timezone=task.zone.name,
        timezone_source=task.surroundings.zone_source,
        zone_rules=task.zone.version,
        options=options_of(request, task),
        protocol=task.order.protocol,
        protocol_data=task.written.data if task.written else {},
        clinic=task.surroundings.file,
        clinic_data=clinic_data(task.surroundings.file),
        busy=busy_of(task.order.commitments.busy, course),
        course=course,
        told=kept,
        following=files,
        history=(PastChange(now, "planned", "", (), None),),
        exported={audience: sequences(kept, audience) for audience in audiences},
    )
