"""Course records and the calendars that follow them, written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from ketasched.asking.intake import Task
from ketasched.errors import (
    FileTrouble,
    KetaschedError,
    UsageProblem,
    os_reason,
)
from ketasched.records import codec
from ketasched.records.atomic import NewFile, place_files, sweep
from ketasched.records.lock import locked
from ketasched.records.open import ENDING, Opened, digest_of, name_of
from ketasched.records.record import CalendarFile, CourseRecord
from ketasched.records.told_calendars import calendar_of, view_for
from ketasched.shell import paste

PATIENCE = 5.0
"""Seconds to wait for another program that is writing the same record."""


def write(opened: Opened | None, record: CourseRecord, path: Path, task: Task) -> CourseRecord:
    """Write a record and the calendars it remembers; the record before it is kept as .bak.

    Raises:
        FileTrouble: it cannot be written, or somebody else has changed it or one of its calendars
            meanwhile; nothing on disk has changed then.
    """
    written = {}
    for calendar in record.calendars:
        view = view_for(task, "staff" if calendar.staff else "patient")
        written[calendar.path] = bytes(calendar_of(task, record.course, record.told, view))
    return write_with(opened, record, path, written, keep_before=True)


def drift_of(path: Path, calendar: CalendarFile) -> str:
    """How a calendar differs from what was written beside the record at a path; empty: not."""
    try:
        there = (path.parent / calendar.path).read_bytes()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {os_reason(error)}"
    return "" if _short_digest(there) == calendar.digest else "is not what was written"


def anew_command(path: Path, calendar: CalendarFile) -> str:
    """The command that writes a remembered calendar again."""
    file = path.parent / calendar.path
    staff = " --for staff" if calendar.staff else ""
    return f"ketasched export {name_of(path)}{staff} --ics {paste([str(file)])} --force"


def refuse_drift(path: Path, record: CourseRecord) -> None:
    """Nobody's own entries are written over; a calendar that is gone is simply written again.

    Raises:
        FileTrouble: somebody altered a calendar of the record at a path.
    """
    for calendar in record.calendars:
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
    record: CourseRecord,
    path: Path,
    written: Mapping[str, bytes],
    *,
    keep_before: bool,
) -> CourseRecord:
    """Write a record together with some of the calendars it remembers. Where the course is the
    same as before, the record before it is not kept, and the calendars are written as asked.

    Raises:
        FileTrouble: as write.
    """
    with _locked(path):
        if opened is None and path.exists():
            raise FileTrouble(f"{path} exists already", "choose another name", str(path))
        if opened is not None and digest_of(path) != opened.digest:
            raise FileTrouble(
                f"{path} was changed by somebody else meanwhile: {_latest(path)}",
                "nothing was changed; look at it with status, and run this again",
                str(path),
            )
        if keep_before:
            refuse_drift(path, record)
        record = record._replace(
            calendars=tuple(_rewritten(path, calendar, written) for calendar in record.calendars)
        )
        backup = path.with_name(f"{path.name}.bak") if keep_before else None
        text = codec.text_of(record).encode()
        if len(text) > codec.MAX_BYTES:
            raise FileTrouble(
                f"{path} would be larger than {codec.MAX_BYTES // 1024} KiB",
                "nothing was changed; save what is to come as a course of its own",
                str(path),
            )
        files = [NewFile(path, text, backup)]
        files += [NewFile(path.parent / name, data) for name, data in written.items()]
        for left in (path, *([backup] if backup else []), *(file.path for file in files)):
            sweep(left)
        place_files(files)
    return record


def after_writing(opened: Opened, record: CourseRecord) -> Opened:
    """A record as it was just written, to go on with."""
    text = codec.text_of(record).encode()
    return opened._replace(record=record, digest=hashlib.sha256(text).hexdigest())


def _rewritten(path: Path, calendar: CalendarFile, written: Mapping[str, bytes]) -> CalendarFile:
    if calendar.path not in written:
        return calendar
    before = _digest_there(path.parent / calendar.path)
    return calendar._replace(digest=_short_digest(written[calendar.path]), before=before)


def _digest_there(path: Path) -> str:
    with contextlib.suppress(OSError):
        return _short_digest(path.read_bytes())
    return ""


def _short_digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def refuse_twin(path: Path, record: CourseRecord) -> None:
    """One course is not saved twice in a folder.

    Raises:
        UsageProblem: another record there is of a course of the same name, protocol and start.
    """
    name = json.dumps(record.name, ensure_ascii=False).encode()
    for other in sorted(path.parent.glob(f"*{ENDING}")):
        if other != path and _is_twin(other, name, record):
            raise UsageProblem(
                f"{other} has a course of the same name, protocol and start",
                "tell them apart with --name",
            )


def _is_twin(path: Path, name: bytes, record: CourseRecord) -> bool:
    with contextlib.suppress(OSError, KetaschedError):
        there = codec.load(str(path)) if name in path.read_bytes() else None
        return there is not None and (there.name, there.protocol.id, there.course.start) == (
            record.name, record.protocol.id, record.course.start,
        )  # fmt: skip
    return False


def _latest(path: Path) -> str:
    with contextlib.suppress(Exception):
        return codec.load(str(path)).history[-1].what
    return "it says something else now"


def _locked(path: Path) -> AbstractContextManager[bool]:
    """Keep other programs from writing the same record."""
    hint = "wait until the other program is done, and run this again"
    busy = FileTrouble(f"{path} is being written by another program", hint)
    return locked(path.with_name(f".{path.name}.lock"), PATIENCE, busy)
