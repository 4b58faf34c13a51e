"""Course records and the files that follow them, written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ketasched.asking.intake import Task
from ketasched.asking.request import RECORD_ENDING
from ketasched.domain.course import LinkedVisit, is_gone
from ketasched.domain.wording import day_text
from ketasched.errors import (
    ChangedMeanwhile,
    FileTrouble,
    KetaschedError,
    UsageProblem,
)
from ketasched.reading.file_text import read_plain
from ketasched.records import closed_days, codec
from ketasched.records.atomic import NewFile, place_all, place_files, sweep
from ketasched.records.following import (
    content_of,
    contents_of,
    digest_there,
    refuse_drift,
    short_digest,
)
from ketasched.records.lock import locked
from ketasched.records.open import Opened, digest_of
from ketasched.records.record import CourseRecord, FollowingFile
from ketasched.records.seating import Seats, with_seats
from ketasched.records.told_calendars import refuse_older_rules

PATIENCE = 5.0
"""Seconds to wait for another program that is writing the same record."""


def write(opened: Opened | None, record: CourseRecord, path: Path, task: Task) -> CourseRecord:
    """Write a record and the files that follow it; the record before it is kept as .bak.

    Raises:
        FileTrouble: it cannot be written, or somebody else has changed it or one of those files
            meanwhile; nothing on disk has changed then.
        NoRoom: what it takes of the house, somebody else has taken meanwhile; as before.
    """
    before = opened.record if opened else None
    with room_for([(path, before, record)]) as seats:
        refuse_closed(path, before, record)
        task, record = with_seats(task, before, record, seats[0])
        written = contents_of(task, record)
        return write_with(opened, record, path, written, keep_before=True)


def refuse_closed(path: Path, before: CourseRecord | None, record: CourseRecord) -> None:
    """Refuse a record that puts somebody on a day that was closed since it was planned.

    Raises:
        FileTrouble: it does.
    """
    known = before.closed_days if before else ()
    closed = {day.day for day in closed_days.closed_in(path.parent)} - {*known}
    stood = {entry.start for entry in before.course.entries()} if before else set()
    for entry in record.course.entries() if closed else ():
        is_new = entry.start > record.history[-1].at and entry.start not in stood
        elsewhere = is_gone(entry) or (isinstance(entry, LinkedVisit) and entry.by_video)
        on_purpose = "closed" in entry.broken
        if entry.start.date() in closed and is_new and not (elsewhere or on_purpose):
            raise FileTrouble(
                f"{day_text(entry.start.date())} was closed by somebody else meanwhile",
                "nothing was changed; run this again, and another day is found",
                str(path),
            )


def room_for(
    bookings: Sequence[tuple[Path, CourseRecord | None, CourseRecord]],
) -> AbstractContextManager[list[Seats]]:
    """Keep other programs from taking room while records are written that were others before; with
    the seats that each is to have.
    """
    if not any(record.clinic and record.clinic.house for _, _, record in bookings):
        return contextlib.nullcontext([() for _ in bookings])
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


def mend(opened: Opened) -> list[str]:
    """Write those files of a record that are still as they were before its last change, as a
    stop between the two leaves them; their paths.

    Raises:
        FileTrouble: one cannot be written.
    """
    behind = [
        file
        for file in opened.record.following
        if file.before != file.digest
        and digest_there(opened.path.parent / file.path) == file.before
    ]
    if behind:
        written = {file.path: content_of(opened.task, opened.record, file) for file in behind}
        write_with(opened, opened.record, opened.path, written, keep_before=False)
    return [file.path for file in behind]


def write_with(
    opened: Opened | None,
    record: CourseRecord,
    path: Path,
    written: Mapping[str, bytes],
    *,
    keep_before: bool,
) -> CourseRecord:
    """Write a record together with some of the files that follow it. Where the course is the
    same as before, the record before it is not kept, and those files are written as asked.

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
    """Write several records with what follows them, and files ``beside`` them: all of
    them or, if one cannot be, none.

    Raises:
        FileTrouble: as write.
    """
    with contextlib.ExitStack() as locks:
        bookings = [(opened.path, opened.record, record) for opened, record in changes]
        seats = locks.enter_context(room_for(bookings))
        for path in sorted(opened.path for opened, _ in changes):
            locks.enter_context(lock_of(path))
        files = list(beside)
        for (opened, after), own in zip(changes, seats, strict=True):
            task, record = with_seats(opened.task, opened.record, after, own)
            written = contents_of(task, record)
            files += prepared(opened, record, opened.path, written, keep_before=True)[1]
        place_all(files)


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
    if opened is not None:
        refuse_changed(opened)
    if keep_before and opened is not None:
        refuse_drift(path, record)
    record = record._replace(
        following=tuple(rewritten(path, file, written) for file in record.following)
    )
    backup = path.with_name(f"{path.name}.bak") if keep_before else None
    text = codec.text_of(record).encode()
    if len(text) > codec.MAX_BYTES:
        raise FileTrouble(
            f"{path} would be larger than {codec.MAX_BYTES // 1024} KiB",
            "nothing was changed; save what is to come as a course of its own",
            str(path),
        )
    staff = {file.path for file in record.following if file.staff}
    files = [NewFile(path, text, backup, private=True)]
    files += [
        NewFile(path.parent / name, data, private=name in staff) for name, data in written.items()
    ]
    sweep([path.with_name(f"{path.name}.bak"), *(file.path for file in files)])
    return record, files


def refuse_changed(opened: Opened) -> None:
    """Refuse a record that is not as it was read any more.

    Raises:
        ChangedMeanwhile: so it is.
        FileTrouble: it cannot be read.
    """
    path = opened.path
    if digest_of(path) != opened.digest:
        raise ChangedMeanwhile(
            f"{path} was changed by somebody else meanwhile: {_latest(path)}",
            "nothing was changed; look at it with status, and run this again",
            str(path),
        )


def after_writing(opened: Opened, record: CourseRecord) -> Opened:
    """A record as it was just written, to go on with."""
    text = codec.text_of(record).encode()
    task = opened.task._replace(seats=record.seats)
    return opened._replace(record=record, task=task, digest=hashlib.sha256(text).hexdigest())


def rewritten(path: Path, file: FollowingFile, written: Mapping[str, bytes]) -> FollowingFile:
    """What is known of a file that follows the record at a path once some are written."""
    if file.path not in written:
        return file
    before = digest_there(path.parent / file.path)
    return file._replace(digest=short_digest(written[file.path]), before=before)


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
