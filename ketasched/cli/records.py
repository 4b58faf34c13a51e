"""Course records on disk: found, opened, and written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ketasched.cli.intake import Given, Task, understand
from ketasched.cli.output import NewFile, file_trouble, place_files, sweep
from ketasched.cli.request import Request
from ketasched.core.busy import Busy, BusyTimes
from ketasched.core.course import ATTENDED, PLANNED, Course
from ketasched.core.duties import due_duties
from ketasched.core.entry_text import View, description, duty_title, is_gone, summary
from ketasched.core.identity import duty_uid, uid
from ketasched.errors import FileProblems, FileTrouble, Problem, UsageProblem, did_you_mean
from ketasched.formats import closed_days, course_record
from ketasched.formats.course_record import CalendarFile, Happening, Kept, StoredCourse
from ketasched.reader.course_state import state_of

ENDING = ".course.json"
AUDIENCES = ("patient", "staff", "free-busy")
PATIENCE = 5.0
"""Seconds to wait for another program that is writing the same record."""


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
    before = _digest(path)
    closed = tuple(one.day for one in closed_days.load(path.parent))
    stored = course_record.load(str(path))._replace(closed_days=closed)
    return Opened(path, before, stored, task_of(stored, now), now)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long for any file
        return False


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
        several = name in known and known[name].default_factory is not MISSING
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
    request = Request(**stored.asked)
    if stored.closed_days:
        more = [f"{day.isoformat()}..{day.isoformat()}" for day in stored.closed_days]
        request.closed = [*request.closed, *(one for one in more if one not in request.closed)]
    return request


def _between(busy: tuple[Busy, ...], first: date, last: date) -> list[Busy]:
    margin = timedelta(days=1)
    return [
        one
        for one in busy
        if first - margin <= one.end.date() and one.start.date() <= last + margin
    ]


def told(stored: StoredCourse) -> dict[tuple[str, str], Kept]:
    """What calendars were told, by UID and audience."""
    return {(one.uid, one.audience): one for one in stored.kept}


def keep_up(
    task: Task, course: Course, kept: Mapping[tuple[str, str], Kept], now: datetime
) -> tuple[Kept, ...]:
    """What calendars are to be told of a course: for each audience SEQUENCE rises where anything
    that one sees of an entry has changed, and only there; an entry that was ever told of keeps its
    line.
    """
    found = dict(kept)
    for audience in AUDIENCES:
        view = view_for(task, audience)
        for entry in course.entries():
            name = uid(task.course_name, course, entry)
            # A session that took place as planned looks as it did.
            status = PLANNED if entry.status == ATTENDED else entry.status
            texts = (summary(course, entry, view), description(course, entry, view))
            seen = f"{entry.start} {entry.end} {status} {view.location}"
            _note(found, (name, audience), "\0".join((*texts, seen)), now)
        for duty in due_duties(course) if view.staff else ():
            name = duty_uid(task.course_name, course, duty)
            _note(found, (name, audience), f"{duty_title(duty, view)} {duty.due}", now)
    return tuple(found.values())


def _note(
    found: dict[tuple[str, str], Kept], key: tuple[str, str], seen: str, now: datetime
) -> None:
    said = hashlib.sha256(seen.encode(errors="replace")).hexdigest()[:32]
    before = found.get(key)
    if before is None:
        found[key] = Kept(*key, 0, now, now, said)
    elif before.said != said:
        # A clock that was set back does not take a change before the one it follows.
        later = max(now, before.modified)
        found[key] = Kept(*key, before.sequence + 1, before.created, later, said)


def sequences(kept: tuple[Kept, ...], audience: str) -> dict[str, int]:
    """How often each entry has changed for an audience, by UID."""
    return {one.uid: one.sequence for one in kept if one.audience == audience}


def live_uids(task: Task, course: Course) -> frozenset[str]:
    """The UIDs of what holds, without what stands in calendars as cancelled."""
    entries = [uid(task.course_name, course, one) for one in course.entries() if not is_gone(one)]
    duties = [
        duty_uid(task.course_name, course, one) for one in due_duties(course) if not is_gone(one)
    ]
    return frozenset((*entries, *duties))


def view_of(task: Task, *, staff: bool) -> View:
    """How a course is shown to staff or to the patient."""
    file = task.found.file
    return View(
        task.course_name,
        staff,
        task.title,
        task.location,
        task.reminders,
        file.phone if file else "",
    )


def view_for(task: Task, audience: str) -> View:
    """How a course is shown to an audience: patient, staff or free-busy."""
    if audience == "free-busy":
        return View(task.course_name, free_busy=True)
    return view_of(task, staff=audience == "staff")


def audience_of(view: View) -> str:
    """For whom a course is shown so."""
    if view.free_busy:
        return "free-busy"
    return "staff" if view.staff else "patient"


def calendar_of(
    task: Task,
    course: Course,
    kept: tuple[Kept, ...],
    view: View,
    only: Collection[str] | None = None,
) -> bytes:
    """The calendar file of a record's course, or of some of its entries."""
    from ketasched.formats import calendar_ics

    known = {
        one.uid: calendar_ics.Told(one.sequence, one.created, one.modified)
        for one in kept
        if one.audience == audience_of(view)
    }
    stamp = max((one.modified for one in kept), default=datetime(2000, 1, 1, tzinfo=UTC))
    return calendar_ics.write(course, task.zone, view, stamp, known, only)


def write(opened: Opened | None, stored: StoredCourse, path: Path, task: Task) -> StoredCourse:
    """Write a record and the calendars it remembers; the record before it is kept as .bak.

    Raises:
        FileTrouble: it cannot be written, or somebody else has changed it or one of its calendars
            meanwhile; nothing on disk has changed then.
    """
    written = {}
    for one in stored.calendars:
        view = view_of(task, staff=one.staff)
        written[one.path] = calendar_of(task, stored.course, stored.kept, view)
    return write_with(opened, stored, path, written, keep_before=True)


def drift_of(path: Path, calendar: CalendarFile) -> str:
    """How a calendar differs from what was written beside the record at a path; empty: not."""
    try:
        found = (path.parent / calendar.path).read_bytes()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {(error.strerror or str(error)).lower()}"
    return "" if _short_digest(found) == calendar.digest else "is not what was written"


def anew_command(path: Path, calendar: CalendarFile) -> str:
    """The command that writes a remembered calendar again."""
    file = path.parent / calendar.path
    staff = " --for staff" if calendar.staff else ""
    return f"ketasched export {name_of(path)}{staff} --ics {shlex.quote(str(file))} --force"


def name_of(path: Path) -> str:
    """What a record is called on a command line."""
    return shlex.quote(str(path).removesuffix(ENDING))


def refuse_drift(path: Path, stored: StoredCourse) -> None:
    """Nobody's own entries are written over; a calendar that is gone is simply written again.

    Raises:
        FileTrouble: somebody altered a calendar of the record at a path.
    """
    for calendar in stored.calendars:
        _refuse_altered(path, calendar)


def _refuse_altered(path: Path, calendar: CalendarFile) -> None:
    state = drift_of(path, calendar)
    known = (calendar.digest, calendar.before)
    file = path.parent / calendar.path
    if state and calendar.digest and state != "is missing" and _digest_there(file) not in known:
        hint = f"nothing was changed; to write it anew: {anew_command(path, calendar)}"
        raise FileTrouble(f"{file} {state}", hint, str(file))


def write_with(
    opened: Opened | None,
    stored: StoredCourse,
    path: Path,
    written: Mapping[str, bytes],
    *,
    keep_before: bool,
) -> StoredCourse:
    """Write a record together with some of the calendars it remembers. Where the course is the
    same as before, the record before it is not kept, and the calendars are written as asked.

    Raises:
        FileTrouble: as write.
    """
    with _locked(path):
        if opened is None and path.exists():
            raise FileTrouble(f"{path} exists already", "choose another name", str(path))
        if opened is not None and _digest(path) != opened.digest:
            raise FileTrouble(
                f"{path} was changed by somebody else meanwhile: {_latest(path)}",
                "nothing was changed; look at it with status, and run this again",
                str(path),
            )
        if keep_before:
            refuse_drift(path, stored)
        stored = stored._replace(
            calendars=tuple(_rewritten(path, one, written) for one in stored.calendars)
        )
        backup = path.with_name(f"{path.name}.bak") if keep_before else None
        text = course_record.text_of(stored).encode()
        files = [NewFile(path, text, backup)]
        files += [NewFile(path.parent / name, data) for name, data in written.items()]
        for left in (path, *([backup] if backup else []), *(file.path for file in files)):
            sweep(left)
        place_files(files)
    return stored


def after_writing(opened: Opened, stored: StoredCourse) -> Opened:
    """A record as it was just written, to go on with."""
    text = course_record.text_of(stored).encode()
    return opened._replace(stored=stored, digest=hashlib.sha256(text).hexdigest())


def _rewritten(path: Path, one: CalendarFile, written: Mapping[str, bytes]) -> CalendarFile:
    if one.path not in written:
        return one
    before = _digest_there(path.parent / one.path)
    return one._replace(digest=_short_digest(written[one.path]), before=before)


def _digest_there(path: Path) -> str:
    with contextlib.suppress(OSError):
        return _short_digest(path.read_bytes())
    return ""


def _short_digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def refuse_twin(path: Path, stored: StoredCourse) -> None:
    """Two records of a folder must not have the same entries: calendars would take them for one.

    Raises:
        UsageProblem: another record there is of a course of the same name, protocol and start.
    """
    mark = f'"{stored.kept[0].uid}"'.encode()
    for other in sorted(path.parent.glob(f"*{ENDING}")):
        with contextlib.suppress(OSError):
            if other != path and mark in other.read_bytes():
                raise UsageProblem(
                    f"{other} has a course of the same name, protocol and start",
                    "tell them apart with --name",
                )


def _latest(path: Path) -> str:
    with contextlib.suppress(Exception):
        return course_record.load(str(path)).history[-1].what
    return "it says something else now"


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise FileTrouble(f"cannot read {path}: {error.strerror}", "", str(path)) from None


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other programs from writing the same record; the lock goes with the process."""
    lock = path.with_name(f".{path.name}.lock")
    with file_trouble(str(path)):
        file = os.open(lock, os.O_CREAT | os.O_RDWR, 0o666)
    try:
        _take(file, path)
        yield
    finally:
        os.close(file)


def _take(file: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # another system: the check of what was read is what protects there
        return
    begun = time.monotonic()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() - begun > PATIENCE:
                hint = "wait until the other program is done, and run this again"
                raise FileTrouble(f"{path} is being written by another program", hint) from None
            time.sleep(0.05)
        else:
            return


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
    from ketasched.cli.asked import asked_of, busy_of, clinic_data
    from ketasched.formats import protocol_yaml

    kept = keep_up(task, course, {}, now)
    told_of = {"staff" if one.staff else "patient" for one in files}
    return StoredCourse(
        name=task.course_name,
        timezone=task.zone.name,
        timezone_source=task.found.zone_source,
        asked=asked_of(request, task),
        protocol=task.order.protocol,
        protocol_data=protocol_yaml.data_of(task.order.protocol),
        clinic=task.found.file,
        clinic_data=clinic_data(task.found.file),
        busy=busy_of(task, course),
        course=course,
        kept=kept,
        calendars=files,
        history=(Happening(now, "planned", "", (), None),),
        exported={audience: sequences(kept, audience) for audience in told_of},
    )
