"""``ketasched feed``: calendars to subscribe to, one for the staff and one for each patient."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.asking.values import choose
from ketasched.calendar.entry_text import Audience
from ketasched.calendar.written_calendar import WrittenCalendar, joined
from ketasched.cli import output
from ketasched.errors import FileTrouble, UsageProblem
from ketasched.records import atomic, feed_names
from ketasched.records.atomic import NewFile
from ketasched.records.feed_names import FeedNames
from ketasched.records.open import Opened, Unread, open_folder, unread_text
from ketasched.records.told_calendars import calendar_of, view_for
from ketasched.reports import course_report

REFRESH = "PT1H"
"""How often subscribers are asked to look; most look more rarely."""


class Feed(NamedTuple):
    """A feed: for whom, its file name, what it holds, and whether that is new."""

    who: str
    file: str
    data: bytes
    changed: bool


def run(folder_name: str, to: str, form: str) -> None:
    """Write the feeds of a folder's records; a file that has not changed is left alone.

    Raises:
        KetaschedError: there is no record, or a place cannot be written; FileTrouble names the
            records that cannot be read, after the others were written.
    """
    choose("--format", form or "table", ("table", "json"))
    folder, place = Path(folder_name), Path(to)
    names = feed_names.load(folder) if folder.is_dir() else feed_names.FeedNames("")
    opened, unread = open_folder(folder, clock.now(), [one.record for one in names.courses])
    if not (opened or unread or (folder / feed_names.NAME).exists()):
        raise UsageProblem(f"there is no record in {folder}", "plan … --save writes one")
    if folder.resolve().is_relative_to(place.resolve()):
        raise UsageProblem(f"--to {to} has the records in it", "serve a folder of its own")
    if place.exists() and not place.is_dir():
        raise UsageProblem(f"--to {to} is not a folder", "serve a folder of its own")
    courses = {one.path.name: one.record.told[0].uid for one in opened}
    named = feed_names.naming(names, courses)
    feeds = _feeds(opened, unread, named, place)
    unreadable = {Path(file).name for file, _ in unread}
    gone = [
        place / one.file
        for one in names.courses
        if one.course not in courses.values() and one.record not in unreadable
    ]
    if not opened and not unread:
        gone.append(place / names.staff)
    gone = [path for path in gone if path.exists()]
    new = [NewFile(place / one.file, one.data) for one in feeds if one.changed]
    with atomic.file_trouble(to):
        place.mkdir(exist_ok=True)
    if named != names or not (folder / feed_names.NAME).exists():
        _keep_names(folder, named)
    for file in new:
        atomic.sweep(file.path)
    atomic.place_files(new)
    for path in gone:
        path.unlink(missing_ok=True)
    _tell(feeds, gone, unread, form)
    if unread:
        raise FileTrouble(
            f"not shown: {unread_text(unread)}",
            "the others are written, but for the staff's, which would lack it",
            told=True,
        )


def _feeds(opened: list[Opened], unread: Unread, names: FeedNames, place: Path) -> list[Feed]:
    clinics = dict.fromkeys(
        one.record.clinic.name for one in opened if one.record.clinic is not None
    )
    title = next(iter(clinics)) if len(clinics) == 1 else "Clinic"
    feeds = []
    staff = [_calendar(one, "staff") for one in opened]
    if staff and not unread:  # without a record the staff would miss its sessions
        data = joined(title, REFRESH, staff)
        feeds.append(_feed("staff", names.staff, data, place))
    for one in opened:
        name = one.task.title or "Appointments"
        data = joined(name, REFRESH, [_calendar(one, "patient")])
        feeds.append(_feed(one.record.name, names.of(one.record.told[0].uid), data, place))
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


def _tell(feeds: list[Feed], gone: list[Path], unread: Unread, form: str) -> None:
    if form == "json":
        report = {
            "schema": course_report.SCHEMA,
            "feeds": [{"name": one.who, "file": one.file, "changed": one.changed} for one in feeds],
            "removed": [path.name for path in gone],
            "unread": [{"file": file, "why": why} for file, why in unread],
        }
        output.print_data(course_report.to_json(report).encode(errors="replace"))
    else:
        from ketasched.cli.terminal.feed import feed_page

        output.print_text(feed_page(feeds, gone))
    output.tell_on_terminal("who knows a name can read the feed: hand each to its patient only")
