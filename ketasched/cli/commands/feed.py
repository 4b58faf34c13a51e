"""``ketasched feed``: calendars to subscribe to, one for the staff and one for each patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.calendar.entry_text import Audience
from ketasched.calendar.written_calendar import WrittenCalendar, joined
from ketasched.cli.options import Format, Option, takes
from ketasched.cli.result import Result
from ketasched.errors import FileTrouble, UsageProblem
from ketasched.records import atomic, feed_names
from ketasched.records.atomic import NewFile
from ketasched.records.feed_names import FeedNames
from ketasched.records.folder import Unread, no_record, open_folder, unread_text
from ketasched.records.open import Opened
from ketasched.records.told_calendars import calendar_of, view_for
from ketasched.reports.sharing_report import Feed, feeds_report

HELP = """Write calendars that other programs subscribe to: one for the staff, and one for
each patient under a name nobody can guess. Files that have not changed are left
alone. Serve the folder with a web server; see docs/feeds.md.

\b
Examples:
  ketasched feed records --to /srv/feeds
"""
REFRESH = "PT1H"
"""How often subscribers are asked to look; most look more rarely."""


class FeedRequest(NamedTuple):
    """The records of which folder, and where to write their feeds."""

    folder: str
    to: str
    format: Format = "table"


@takes(FeedRequest, to=Option("The folder to serve.", "DIR"))
def run(request: FeedRequest) -> Result:
    """The feeds of a folder's records; a file that has not changed is left alone.

    Raises:
        KetaschedError: there is no record, or a place cannot be written.
    """
    folder, place = Path(request.folder), Path(request.to)
    names = feed_names.load(folder) if folder.is_dir() else FeedNames("")
    records, unread = open_folder(folder, clock.now(), [name.record for name in names.courses])
    if not (records or unread or (folder / feed_names.NAME).exists()):
        raise no_record(folder)
    _refuse_place(request.to, folder, place)
    courses = {opened.path.name: opened.record.told[0].uid for opened in records}
    named = feed_names.naming(names, courses)
    feeds = _feeds(records, unread, named, place)
    gone = _gone(names, courses, unread, place)
    with atomic.file_trouble(request.to):
        place.mkdir(exist_ok=True)
    if named != names or not (folder / feed_names.NAME).exists():
        _keep_names(folder, named)
    _write([NewFile(place / feed.file, feed.data) for feed in feeds if feed.changed], gone)
    trouble = None
    if unread:
        trouble = FileTrouble(
            f"not shown: {unread_text(unread)}",
            "the others are written, but for the staff's, which would lack it",
            told=True,
        )

    def page() -> str:
        from ketasched.cli.terminal.feed import feed_page

        return feed_page(feeds, gone)

    return Result(
        page,
        lambda: feeds_report(feeds, [path.name for path in gone], unread),
        hint="who knows a name can read the feed: hand each to its patient only",
        trouble=trouble,
    )


def _refuse_place(to: str, folder: Path, place: Path) -> None:
    if folder.resolve().is_relative_to(place.resolve()):
        raise UsageProblem(f"--to {to} has the records in it", "serve a folder of its own")
    if place.exists() and not place.is_dir():
        raise UsageProblem(f"--to {to} is not a folder", "serve a folder of its own")


def _gone(
    names: FeedNames, courses: Mapping[str, str], unread: Sequence[Unread], place: Path
) -> list[Path]:
    """The feeds that are there and whose course no longer is."""
    unreadable = {Path(record.file).name for record in unread}
    gone = [
        name.file
        for name in names.courses
        if name.course not in courses.values() and name.record not in unreadable
    ]
    if not courses and not unread:
        gone.append(names.staff)
    return [place / file for file in gone if (place / file).exists()]


def _write(files: Sequence[NewFile], gone: Sequence[Path]) -> None:
    for file in files:
        atomic.sweep(file.path)
    atomic.place_files(files)
    for path in gone:
        path.unlink(missing_ok=True)


def _feeds(
    records: Sequence[Opened], unread: Sequence[Unread], names: FeedNames, place: Path
) -> list[Feed]:
    clinics = {opened.record.clinic.name for opened in records if opened.record.clinic}
    title = next(iter(clinics)) if len(clinics) == 1 else "Clinic"
    feeds = []
    staff = [_calendar(opened, "staff") for opened in records]
    if staff and not unread:  # without a record the staff would miss its sessions
        data = joined(title, REFRESH, staff)
        feeds.append(_feed("staff", names.staff, data, place))
    for opened in records:
        title = opened.task.title or "Appointments"
        data = joined(title, REFRESH, [_calendar(opened, "patient")])
        name = names.of(opened.record.told[0].uid)
        feeds.append(_feed(opened.record.name, name, data, place))
    return feeds


def _calendar(opened: Opened, audience: Audience) -> WrittenCalendar:
    view = view_for(opened.task, audience)
    return calendar_of(opened.task, opened.record.course, opened.record.told, view)


def _feed(who: str, file: str, data: bytes, place: Path) -> Feed:
    try:
        there = (place / file).read_bytes()
    except OSError:
        there = b""
    return Feed(who, file, data, there != data)


def _keep_names(folder: Path, names: FeedNames) -> None:
    text = feed_names.text_of(names).encode()
    # A name is as good as a password.
    atomic.place_files([NewFile(folder / feed_names.NAME, text, private=True)])
