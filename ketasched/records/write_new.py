"""New records, of which all are written or none."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from ketasched.asking.intake import Task
from ketasched.records.atomic import NewFile, place_all
from ketasched.records.following import contents_of
from ketasched.records.record import CourseRecord
from ketasched.records.seating import Seats, with_seats
from ketasched.records.write import lock_of, prepared, refuse_closed, room_for


def write_new(news: Sequence[tuple[Path, CourseRecord, Task]]) -> None:
    """Write several new records: all of them or, if one cannot be, none.

    Raises:
        FileTrouble, NoRoom: as write.
    """
    with contextlib.ExitStack() as locks:
        seats = locks.enter_context(room_for([(path, None, record) for path, record, _ in news]))
        files: list[NewFile] = []
        for (path, unseated, asked), own in sorted(zip(news, seats, strict=True), key=_path):
            locks.enter_context(lock_of(path))
            refuse_closed(path, None, unseated)
            task, record = with_seats(asked, None, unseated, own)
            written = contents_of(task, record)
            files += prepared(None, record, path, written, keep_before=True)[1]
        place_all(files)


def _path(new: tuple[tuple[Path, CourseRecord, Task], Seats]) -> Path:
    return new[0][0]
