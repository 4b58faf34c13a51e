"""The files that follow a record, calendars and pages: what they hold, and who altered one."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from ketasched.asking.intake import Task
from ketasched.errors import FileTrouble, os_reason
from ketasched.reading.file_text import read_plain
from ketasched.records import codec
from ketasched.records.open import name_of
from ketasched.records.page_maker import page_of
from ketasched.records.record import CourseRecord, FollowingFile
from ketasched.records.told_calendars import calendar_of, view_for
from ketasched.shell import paste

_OURS = (".json", ".bak", ".lock", ".part")
"""How files end that no calendar or page stands in the place of."""
PAGE_ENDINGS = (".html", ".htm")


def content_of(task: Task, record: CourseRecord, file: FollowingFile) -> bytes:
    """What a file that follows a record is to hold now."""
    if file.page:
        return page_of(task, record)
    view = view_for(task, "staff" if file.staff else "patient")
    return bytes(calendar_of(task, record.course, record.told, view))


def contents_of(task: Task, record: CourseRecord) -> dict[str, bytes]:
    """What the files that follow a record are to hold now, by path."""
    return {file.path: content_of(task, record, file) for file in record.following}


def drift_of(path: Path, file: FollowingFile) -> str:
    """How a file differs from what was written beside the record at a path; empty: not."""
    try:
        there = read_plain(path.parent / file.path, codec.MAX_BYTES)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {os_reason(error)}"
    return "" if short_digest(there) == file.digest else "is not what was written"


def anew_command(path: Path, file: FollowingFile) -> str:
    """The command that writes a file that follows the record at a path again."""
    place = paste([str(path.parent / file.path)])
    staff = " --for staff" if file.staff else ""
    if file.page:
        return f"ketasched status {name_of(path)}{staff} --format html -o {place} --force"
    return f"ketasched export {name_of(path)}{staff} --ics {place} --force"


def refuse_drift(path: Path, record: CourseRecord) -> None:
    """Nobody's own entries are written over, whatever somebody wrote into the record: only what it
    wrote before. A calendar or page in the record's folder that is gone is simply written again.

    Raises:
        FileTrouble: somebody altered a file that follows the record at a path.
    """
    for file in record.following:
        _refuse_altered(path, file)


def _refuse_altered(path: Path, file: FollowingFile) -> None:
    state = drift_of(path, file)
    there = path.parent / file.path
    if there.name.endswith(_OURS) or not file.digest:
        what = "page" if file.page else "calendar"
        hint = "nothing was changed; take it out of `calendars` in the record"
        raise FileTrouble(f"{path} names {there} as its {what}", hint, str(path))
    inside = there.resolve().is_relative_to(path.parent.resolve())
    known = {file.digest, file.before} - {""}
    endings = PAGE_ENDINGS if file.page else (".ics",)
    if state == "is missing" and inside and there.suffix.casefold() in endings:
        return
    if state and digest_there(there) not in known:
        whose = "to" if inside else "if that file is this course's own,"
        hint = f"nothing was changed; {whose} write it anew: {anew_command(path, file)}"
        raise FileTrouble(f"{there} {state}", hint, str(there))


def digest_there(path: Path) -> str:
    """The digest of a file as records keep it; empty where none can be read."""
    with contextlib.suppress(OSError):
        return short_digest(read_plain(path, codec.MAX_BYTES))
    return ""


def short_digest(data: bytes) -> str:
    """The digest of a file's bytes as records keep it."""
    return hashlib.sha256(data).hexdigest()[:32]
