"""A folder of records: the one walk over all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from ketasched.asking.request import RECORD_ENDING
from ketasched.errors import FileProblems, FileTrouble, KetaschedError, UsageProblem, os_reason
from ketasched.progress import through
from ketasched.reading.file_text import read_plain
from ketasched.records import closed_days, codec
from ketasched.records.open import Opened, ReadRecord, open_record, path_of, read_record

Record = TypeVar("Record")


class Unread(NamedTuple):
    """A file that cannot be used, and why."""

    file: str
    why: str


def walk(
    folder: Path,
    read: Callable[[Path], Record | None],
    identities: Callable[[Record], Collection[str]] = lambda _: (),
    first: Collection[str] = (),
) -> tuple[list[Record], list[Unread]]:
    """All records of a folder by name, as ``read`` reads them (None: it is passed over), and those
    that cannot be read, or that have an identity of another: calendars would take them for one. Of
    two copies one that is named in ``first`` counts.

    Raises:
        UsageProblem: it is no folder.
    """
    if not folder.is_dir():
        raise UsageProblem(f"{folder} is not a folder", "give the folder of the records")
    records: dict[Path, Record] = {}
    unread: list[Unread] = []
    seen: dict[str, Path] = {}
    paths = sorted(
        folder.glob(f"*{RECORD_ENDING}"), key=lambda path: (path.name not in first, path)
    )
    with through("reading", "records", paths) as shown:
        for path in shown:
            try:
                record = read(path)
            except KetaschedError as error:
                unread.append(Unread(str(path), why_not(error)))
                continue
            if record is None:
                continue
            names = identities(record)
            twin = next((seen[name] for name in names if name in seen), None)
            if twin:
                unread.append(Unread(str(path), f"it has the entries of {twin}"))
                continue
            seen |= dict.fromkeys(names, path)
            records[path] = record
    return [records[path] for path in sorted(records)], unread


def read_folder(folder: Path, first: Collection[str] = ()) -> tuple[list[ReadRecord], list[Unread]]:
    """All records of a folder, no two with the same entries, and what cannot be read. Closed days
    that cannot be read keep no record from being read.

    Raises:
        UsageProblem: it is no folder.
    """
    days, unread = closed_days_of(folder)
    closed = [closed.day for closed in days]
    records, others = walk(
        folder,
        lambda path: read_record(path, closed),
        lambda read: {entry.uid: None for entry in read.record.told},
        first,
    )
    return records, [*others, *unread]


def open_folder(
    folder: Path, now: datetime, *, twins: bool = False
) -> tuple[list[Opened], list[Unread]]:
    """All records of a folder, opened, and what cannot be; no two with the same entries, unless
    ``twins`` are asked for.

    Raises:
        UsageProblem: it is no folder.
    """
    days, unread = closed_days_of(folder)
    closed = [closed.day for closed in days]
    records, others = walk(
        folder,
        lambda path: read_record(path, closed).understood(now),
        lambda opened: () if twins else {entry.uid: None for entry in opened.record.told},
    )
    return records, [*others, *unread]


def open_named(name: str, now: datetime) -> tuple[list[Opened], list[Unread]]:
    """The record of that name, or all of the folder of that name and what cannot be opened.

    Raises:
        KetaschedError: there is no such record, or it cannot be read, or the folder has none.
    """
    folder = Path(name)
    if not folder.is_dir():
        return [open_record(name, now)], []
    records, unread = open_folder(folder, now)
    if not records and not unread:
        raise no_record(folder)
    return records, unread


def folder_of(name: str) -> Path:
    """The folder in which the record of that name is, or the folder of that name."""
    folder = Path(name)
    return folder if folder.is_dir() else path_of(name).parent


def closed_days_of(folder: Path) -> tuple[list[closed_days.ClosedDay], list[Unread]]:
    """The days that are closed for the records of a folder, or why they cannot be read."""
    try:
        return list(closed_days.closed_in(folder)), []
    except KetaschedError as error:
        return [], [Unread(str(folder / closed_days.NAME), why_not(error))]


def why_not(error: KetaschedError) -> str:
    """Why a file cannot be used, with the first of its problems."""
    if not isinstance(error, FileProblems):
        return error.message
    first, more = error.problems[0], len(error.problems) - 1
    place = f":{first.line}:{first.column}" if first.line else ""
    others = f", and {more} more" if more else ""
    return f"{error.file}{place}: {first.message}{others}"


def no_record(folder: Path) -> UsageProblem:
    """What to say where a folder has none."""
    return UsageProblem(f"there is no record in {folder}", "plan … --save writes one")


def unread_text(unread: Collection[Unread]) -> str:
    """The files that cannot be used, and why, in a line."""
    return "; ".join(why if why.startswith(file) else f"{file}: {why}" for file, why in unread)


def unread_trouble(unread: Collection[Unread], others: str, about: str = "") -> FileTrouble | None:
    """What a command fails with once the ``others`` are shown, done or written, if some cannot be
    read; ``about`` begins the sentence.
    """
    if not unread:
        return None
    return FileTrouble(f"{about}{unread_text(unread)}", f"the others are {others}", shown=True)


def may_say(path: Path, text: str) -> bool:
    """Whether a record may have a text: to read it as a record takes a while, and one that does not
    need not be read. One that was cut short may have had it.

    Raises:
        FileTrouble: the file cannot be read.
    """
    try:
        data = read_plain(path, codec.MAX_BYTES)
    except OSError as error:
        raise FileTrouble(os_reason(error), file=str(path)) from None
    return text.encode() in data or not data.endswith(b"}\n")
