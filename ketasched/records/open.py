"""Course records on disk: found, opened, and written whole or not at all."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Collection
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ketasched.asking.intake import Given, Task, understand
from ketasched.asking.request import Request
from ketasched.domain.busy import Busy, BusyTimes
from ketasched.domain.course import Course
from ketasched.errors import (
    FileProblems,
    FileTrouble,
    KetaschedError,
    Problem,
    UsageProblem,
    did_you_mean,
)
from ketasched.records import closed_days, course_record
from ketasched.records.course_state import state_of
from ketasched.records.record import CalendarFile, Happening, StoredCourse
from ketasched.records.told_calendars import keep_up, sequences, told

ENDING = ".course.json"


class Opened(NamedTuple):
    """A record that was read: its path, what its bytes were, and what it says, understood."""

    path: Path
    digest: str
    stored: StoredCourse
    task: Task
    now: datetime

    @property
    def today(self) -> date:
        """Today in the course's zone."""
        return self.here.date()

    @property
    def here(self) -> datetime:
        """The moment in the course's zone."""
        return self.now.astimezone(self.task.zone.tzinfo)


def path_of(name: str) -> Path:
    """Where the record of that name is: ``alex`` is alex.course.json; a path is itself."""
    return Path(name) if name.endswith(".json") else Path(f"{name}{ENDING}")


def open_record(name: str, now: datetime) -> Opened:
    """Read a record and what it was planned from.

    Raises:
        FileTrouble, FileProblems: it cannot be read.
    """
    path = path_of(name)
    if not _is_there(path):
        if Path(name).is_dir():
            raise FileTrouble(f"{name} is a folder", "name one of the records in it", name)
        there = sorted(one.name.removesuffix(ENDING) for one in Path().glob(f"*{ENDING}"))
        hint = f"records here: {', '.join(there[:8])}" if there else "plan … --save writes one"
        raise FileTrouble(f"there is no record {path}", hint, str(path))
    before = digest_of(path)
    closed = tuple(one.day for one in closed_days.load(path.parent))
    stored = course_record.load(str(path))._replace(closed_days=closed)
    return Opened(path, before, stored, task_of(stored, now), now)


Unread = list[tuple[str, str]]
"""Files that cannot be used, each with why."""


def open_folder(
    folder: Path, now: datetime, first: Collection[str] = ()
) -> tuple[list[Opened], Unread]:
    """All records of a folder, and those that cannot be read, or that have the entries of another:
    calendars would take them for one. Of two copies one that is named in ``first`` counts.

    Raises:
        UsageProblem: it is no folder.
    """
    if not folder.is_dir():
        raise UsageProblem(f"{folder} is not a folder", "give the folder of the records")
    found: list[Opened] = []
    unread: Unread = []
    seen: dict[str, Path] = {}
    paths = sorted(folder.glob(f"*{ENDING}"), key=lambda path: (path.name not in first, path))
    for path in paths:
        try:
            one = open_record(str(path), now)
        except KetaschedError as error:
            unread.append((str(path), error.message))
            continue
        twin = next((seen[kept.uid] for kept in one.stored.kept if kept.uid in seen), None)
        if twin:
            unread.append((str(path), f"it has the entries of {twin}"))
            continue
        seen |= {kept.uid: path for kept in one.stored.kept}
        found.append(one)
    return sorted(found, key=lambda one: one.path), unread


def unread_text(unread: Unread) -> str:
    """The files that cannot be used, and why, in a line."""
    return "; ".join(f"{file}: {why}" for file, why in unread)


def name_of(path: Path) -> str:
    """What a record is called on a command line."""
    return shlex.quote(str(path).removesuffix(ENDING))


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
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise FileTrouble(f"cannot read {path}: {error.strerror}", "", str(path)) from None


def task_of(stored: StoredCourse, now: datetime) -> Task:
    """What was asked for, with the record's own protocol, clinic and busy times."""
    busy = BusyTimes(lambda first, last: _between(stored.busy, first, last))
    given = Given(stored.protocol, stored.clinic, stored.timezone_source, busy)
    return understand(_request_of(stored), now, given)


def _request_of(stored: StoredCourse) -> Request:
    """The options of a record, which somebody may have edited.

    Raises:
        FileProblems: they are no options of `plan`.
    """
    known = {one.name: one for one in fields(Request)}
    problems = []
    for name, value in stored.asked.items():
        several = name in known and known[name].default == ()
        if name not in known:
            hint = did_you_mean(name, known)
            problems.append(Problem(f"`asked` has an unknown option `{name}`", hint=hint))
        elif isinstance(value, list) != several or not all(
            isinstance(one, str) for one in ([value] if not several else value)
        ):
            problems.append(
                Problem(f"`asked`: `{name}` must be {'texts' if several else 'a text'}")
            )
    missing = [name for name in ("protocol", "start") if name not in stored.asked]
    problems += [Problem(f"`asked` lacks `{name}`") for name in missing]
    if stored.asked.get("tz") != stored.timezone:
        problems.append(Problem("`timezone` and the `tz` of `asked` are not the same"))
    if problems:
        raise FileProblems(stored.file, problems)
    asked: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in stored.asked.items()
    }
    closed = asked.get("closed", ())
    spans = [f"{day.isoformat()}..{day.isoformat()}" for day in stored.closed_days]
    asked["closed"] = (*closed, *(span for span in spans if span not in closed))
    return Request(**asked)


def _between(busy: tuple[Busy, ...], first: date, last: date) -> list[Busy]:
    margin = timedelta(days=1)
    return [
        one
        for one in busy
        if first - margin <= one.end.date() and one.start.date() <= last + margin
    ]


def snapshot(stored: StoredCourse) -> dict[str, Any]:
    """All that a change may change, to go back to."""
    return {**state_of(stored.course), "asked": dict(stored.asked)}


def happened(
    opened: Opened,
    first: StoredCourse,
    course: Course,
    what: str,
    *,
    reason: str = "",
    overridden: tuple[str, ...] = (),
) -> StoredCourse:
    """The record after a change to what it was ``first``: the course, what calendars are to be
    told, and the history.
    """
    stored = opened.stored
    before = snapshot(first)
    happening = Happening(opened.now, what, reason, overridden, before)
    kept = keep_up(opened.task, course, told(stored), opened.now)
    return stored._replace(course=course, kept=kept, history=(*stored.history, happening))


def new_record(
    request: Request, task: Task, course: Course, now: datetime, files: tuple[CalendarFile, ...]
) -> StoredCourse:
    """The record of a course that was just planned."""
    from ketasched.files.protocols import protocol_file
    from ketasched.records.asked import asked_of, busy_of, clinic_data

    kept = keep_up(task, course, {}, now)
    told_of = {"staff" if one.staff else "patient" for one in files}
    return StoredCourse(
        name=task.course_name,
        timezone=task.zone.name,
        timezone_source=task.found.zone_source,
        asked=asked_of(request, task),
        protocol=task.order.protocol,
        protocol_data=protocol_file.data_of(task.order.protocol),
        clinic=task.found.file,
        clinic_data=clinic_data(task.found.file),
        busy=busy_of(task, course),
        course=course,
        kept=kept,
        calendars=files,
        history=(Happening(now, "planned", "", (), None),),
        exported={audience: sequences(kept, audience) for audience in told_of},
    )
