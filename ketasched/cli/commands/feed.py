"""``ketasched feed``: calendars to subscribe to, one for the staff and one for each patient."""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from pathlib import Path
from typing import NamedTuple

from ketasched import clock
from ketasched.cli.options import Format, Option, takes
from ketasched.cli.result import Result
from ketasched.errors import FileTrouble, KetaschedError, UsageProblem
from ketasched.progress import through
from ketasched.records import atomic, closed_days, feed_names
from ketasched.records.atomic import NewFile
from ketasched.records.feed_names import FedCourse, FeedNames
from ketasched.records.feeds import FeedMaker, Feeds, keep_feeds, load_feeds, place_text
from ketasched.records.folder import Unread, no_record, read_folder, unread_text
from ketasched.records.open import ReadRecord
from ketasched.reports.sharing_report import Feed, feeds_report

HELP = """Write calendars that other programs subscribe to: one for the staff, and one for
each patient under a name nobody can guess. Files that have not changed are left
alone. Serve the folder with a web server; see docs/feeds.md.

\b
Examples:
  ketasched feed records --to /srv/feeds
"""


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
    records, unread = read_folder(folder, {name.record for name in names.courses.values()})
    if not (records or unread or (folder / feed_names.NAME).exists()):
        raise no_record(folder)
    _refuse_place(request.to, folder, place)
    courses = {
        read.path.name: FedCourse(read.record.told[0].uid, read.record.uid_bits) for read in records
    }
    named = feed_names.naming(names, courses)
    known = load_feeds(folder)
    made = known.made
    maker = FeedMaker(named, place, made, clock.now())
    feeds = _feeds(records, unread, maker)
    gone = _gone(names, {fed.course for fed in courses.values()}, unread, place, made)
    with atomic.file_trouble(request.to):
        place.mkdir(exist_ok=True)
    if named != names or not (folder / feed_names.NAME).exists():
        _keep_names(folder, named)
    files = [NewFile(place / feed.file, feed.data) for feed in feeds if feed.data is not None]
    _write(files, gone)
    for path in gone:
        maker.made.pop(path.name, None)
    now_known = Feeds(maker.made, place_text(folder, place))
    if now_known != known:
        keep_feeds(folder, now_known)
    trouble = None
    if unread:
        trouble = FileTrouble(
            f"not shown: {unread_text(unread)}",
            "the others are written, but for the staff's, which would lack it",
            shown=True,
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
    names: FeedNames,
    there: Collection[str],
    unread: Sequence[Unread],
    place: Path,
    made: Container[str],
) -> list[Path]:
    """The feeds that this folder made and whose course is no longer there; that of a record that
    was moved may be made by another folder now.
    """
    unreadable = {Path(record.file).name for record in unread}
    gone = [
        name.file
        for name in names.courses.values()
        if name.course not in there and name.record not in unreadable and name.file in made
    ]
    if not there and not unread:
        gone.append(names.staff)
    return [place / file for file in gone if (place / file).exists()]


def _write(files: Sequence[NewFile], gone: Sequence[Path]) -> None:
    atomic.sweep(file.path for file in files)
    atomic.place_files(files)
    for path in gone:
        path.unlink(missing_ok=True)


def _feeds(records: Sequence[ReadRecord], unread: list[Unread], maker: FeedMaker) -> list[Feed]:
    """The feeds of the records; one that cannot be understood becomes unread."""
    feeds = []
    with through("making", "feeds", records) as shown:
        for read in shown:
            try:
                feeds.append(maker.patients(read))
            except KetaschedError as error:
                unread.append(Unread(str(read.path), error.message))
    lacking = [record for record in unread if Path(record.file).name != closed_days.NAME]
    if records and not lacking:  # without a record the staff would miss its sessions
        feeds.insert(0, maker.staff(records))
    return feeds


def _keep_names(folder: Path, names: FeedNames) -> None:
    text = feed_names.text_of(names).encode()
    # A name is as good as a password.
    atomic.place_files([NewFile(folder / feed_names.NAME, text, private=True)])
