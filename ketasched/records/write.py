"""Course records and the calendars that follow them, written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ketasched.asking.intake import Task
from ketasched.asking.request import RECORD_ENDING
from ketasched.errors import (
    FileTrouble,
    KetaschedError,
    UsageProblem,
    os_reason,
)
from ketasched.reading.file_text import read_plain
from ketasched.records import codec
from ketasched.records.atomic import NewFile, place_files, sweep
from ketasched.records.lock import locked
from ketasched.records.open import Opened, digest_of, name_of
from ketasched.records.record import CalendarFile, CourseRecord
from ketasched.records.told_calendars import calendar_of, refuse_older_rules, view_for
from ketasched.shell import paste

_OURS = (".json", ".bak", ".lock", ".part")
"""How files end that no calendar stands in the place of."""
PATIENCE = 5.0
"""Seconds to wait for another program that is writing the same record."""


def write(opened: Opened | None, record: CourseRecord, path: Path, task: Task) -> CourseRecord:
    """Write a record and the calendars it remembers; the record before it is kept as .bak.

    Raises:
        FileTrouble: it cannot be written, or somebody else has changed it or one of its calendars
            meanwhile; nothing on disk has changed then.
        NoRoom: what it takes of the house, somebody else has taken meanwhile; as before.
    """
    written = calendars_of(task, record)
    with room_for([(path, opened.record if opened else None, record)]):
        return write_with(opened, record, path, written, keep_before=True)


def room_for(
    bookings: Sequence[tuple[Path, CourseRecord | None, CourseRecord]],
) -> AbstractContextManager[None]:
    """Keep other programs from taking room while records are written that were others before."""
    if not any(record.clinic and record.clinic.house for _, _, record in bookings):
        return contextlib.nullcontext()
    from ketasched.records.room_lock import Booking, taking_room

    return taking_room([Booking(*booking) for booking in bookings])


def refuse_no_room(changes: Sequence[tuple[Opened, CourseRecord]]) -> None:
    """Refuse, where nothing is to be written, what has no room by now, as writing it would.

    Raises:
        NoRoom: somebody else has taken what one of the records takes of its house.
    """
    if any(record.clinic and record.clinic.house for _, record in changes):
        from ketasched.records.room_lock import Booking, refuse_full

        refuse_full([Booking(opened.path, opened.record, record) for opened, record in changes])


def calendars_of(task: Task, record: CourseRecord) -> dict[str, bytes]:
    """The calendars that a record remembers, as they are now, by path."""
    written = {}
    for calendar in record.calendars:
        view = view_for(task, "staff" if calendar.staff else "patient")
        written[calendar.path] = bytes(calendar_of(task, record.course, record.told, view))
    return written


def mend(opened: Opened) -> list[str]:
    """Write those calendars of a record that are still as they were before its last change, as a
    stop between the two leaves them; their paths.

    Raises:
        FileTrouble: one cannot be written.
    """
    behind = [
        calendar
        for calendar in opened.record.calendars
        if calendar.before != calendar.digest
        and _digest_there(opened.path.parent / calendar.path) == calendar.before
    ]
    if behind:
        written = {
            calendar.path: bytes(
                calendar_of(
                    opened.task,
                    opened.record.course,
                    opened.record.told,
                    view_for(opened.task, "staff" if calendar.staff else "patient"),
                )
            )
            for calendar in behind
        }
        write_with(opened, opened.record, opened.path, written, keep_before=False)
    return [calendar.path for calendar in behind]


def drift_of(path: Path, calendar: CalendarFile) -> str:
    """How a calendar differs from what was written beside the record at a path; empty: not."""
    try:
        there = read_plain(path.parent / calendar.path, codec.MAX_BYTES)
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
    """Nobody's own entries are written over, whatever somebody wrote into the record: only what it
    wrote before. An .ics in the record's folder that is gone is simply written again.

    Raises:
        FileTrouble: somebody altered a calendar of the record at a path.
    """
    for calendar in record.calendars:
        _refuse_altered(path, calendar)


def _refuse_altered(path: Path, calendar: CalendarFile) -> None:
    state = drift_of(path, calendar)
    file = path.parent / calendar.path
    if file.name.endswith(_OURS) or not calendar.digest:
        hint = "nothing was changed; take it out of `calendars` in the record"
        raise FileTrouble(f"{path} names {file} as its calendar", hint, str(path))
    inside = file.resolve().is_relative_to(path.parent.resolve())
    known = {calendar.digest, calendar.before} - {""}
    if state == "is missing" and inside and file.suffix.casefold() == ".ics":
        return
    if state and _digest_there(file) not in known:
        whose = "to" if inside else "if that file is this course's own,"
        hint = f"nothing was changed; {whose} write it anew: {anew_command(path, calendar)}"
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
    with lock_of(path):
        record, files = prepared(opened, record, path, written, keep_before=keep_before)
        place_files(files)
    return record


def write_all(
    changes: Sequence[tuple[Opened, CourseRecord]], beside: Sequence[NewFile] = ()
) -> None:
    """Write several records with the calendars they remember, and files ``beside`` them: all of
    them or, if one cannot be, none.

    Raises:
        FileTrouble: as write.
    """
    with contextlib.ExitStack() as locks:
        bookings = [(opened.path, opened.record, record) for opened, record in changes]
        locks.enter_context(room_for(bookings))
        for path in sorted(opened.path for opened, _ in changes):
            locks.enter_context(lock_of(path))
        files = list(beside)
        for opened, record in changes:
            written = calendars_of(opened.task, record)
            files += prepared(opened, record, opened.path, written, keep_before=True)[1]
        place_files(files)


def prepared(
    opened: Opened | None,
    record: CourseRecord,
    path: Path,
    written: Mapping[str, bytes],
    *,
    keep_before: bool,
) -> tuple[CourseRecord, list[NewFile]]:
    """The record as it is written, and the files that are; its lock is held.

    Raises:
        FileTrouble: as write.
    """
    if opened is not None:
        refuse_older_rules(opened.task)
        newest = max(record.zone_rules, opened.task.zone.version)
        record = record._replace(zone_rules=newest)
    if opened is None and path.exists():
        raise FileTrouble(f"{path} exists already", "choose another name", str(path))
    if opened is not None and digest_of(path) != opened.digest:
        raise FileTrouble(
            f"{path} was changed by somebody else meanwhile: {_latest(path)}",
            "nothing was changed; look at it with status, and run this again",
            str(path),
        )
    if keep_before and opened is not None:
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
    staff = {calendar.path for calendar in record.calendars if calendar.staff}
    files = [NewFile(path, text, backup, private=True)]
    files += [
        NewFile(path.parent / name, data, private=name in staff) for name, data in written.items()
    ]
    sweep([path.with_name(f"{path.name}.bak"), *(file.path for file in files)])
    return record, files


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
        return _short_digest(read_plain(path, codec.MAX_BYTES))
    return ""


def _short_digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def refuse_twin(path: Path, record: CourseRecord) -> None:
    """One course is not saved twice in a folder.

    Raises:
        UsageProblem: another record there is of a course of the same name, protocol and start.
    """
    name = json.dumps(record.name, ensure_ascii=False).encode()
    for other in sorted(path.parent.glob(f"*{RECORD_ENDING}")):
        if other != path and _is_twin(other, name, record):
            raise UsageProblem(
                f"{other} has a course of the same name, protocol and start",
                "tell them apart with --name",
            )


def _is_twin(path: Path, name: bytes, record: CourseRecord) -> bool:
    with contextlib.suppress(OSError, KetaschedError):
        there = codec.load(str(path)) if name in read_plain(path, codec.MAX_BYTES) else None
        return there is not None and (there.name, there.protocol.id, there.course.start) == (
            record.name, record.protocol.id, record.course.start,
        )  # fmt: skip
    return False


def _latest(path: Path) -> str:
    with contextlib.suppress(Exception):
        return codec.load(str(path)).history[-1].what
    return "it says something else now"


def lock_of(path: Path) -> AbstractContextManager[bool]:
    """Keep other programs from writing the same record."""
    hint = "wait until the other program is done, and run this again"
    busy = FileTrouble(f"{path} is being written by another program", hint)
    return locked(path.with_name(f".{path.name}.lock"), PATIENCE, busy)
