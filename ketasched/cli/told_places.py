"""What stands where entries of courses were sent: files, feeds, servers, bundles and messages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from ketasched.calendar.entry_text import AUDIENCES
from ketasched.errors import FileProblems, FileTrouble, KetaschedError, os_reason
from ketasched.files.clinic.clinic import ClinicFile
from ketasched.progress import through
from ketasched.proving import vevents
from ketasched.proving.agreement import Place, PlaceKind, SaidCourse, Seen
from ketasched.reading.file_text import read_plain
from ketasched.records import feed_names
from ketasched.records.feeds import load_feeds
from ketasched.records.folder import why_not
from ketasched.records.open import ReadRecord

if TYPE_CHECKING:
    from ketasched.mailing.outbox import Invited

MAX_BYTES = 64 * 1024 * 1024
MOST_OTHERS = 500
"""How many entries of a server's calendar are read that have the names of none of ours."""
_STATUS = 3
"""Where the words of a server's entry have its STATUS."""


class AskedCourse(NamedTuple):
    """A course that is asked about: its record as it was read, and what it says."""

    read: ReadRecord
    said: SaidCourse


class Asked(NamedTuple):
    """What is asked about: the folder of the records, the courses, and whether these are all."""

    folder: Path
    courses: Sequence[AskedCourse]
    whole: bool
    now: datetime

    @property
    def must(self) -> Collection[str]:
        """Who must be in each place, by name: a record that was asked about by name."""
        return () if self.whole else [course.said.name for course in self.courses]


class Unreadable(NamedTuple):
    """A place of which nothing can be said, and why."""

    kind: PlaceKind
    where: str
    why: str


Read = Place | Unreadable


def calendar_file(path: str, asked: Asked) -> Read:
    """A calendar file; what was exported without what does not take place lacks nothing."""
    seen = _calendar(Path(path))
    if isinstance(seen, str):
        return Unreadable("calendar", path, seen)
    return Place("calendar", path, seen, all_ours=True, drops_cancelled=True, asked=asked.must)


def _calendar(path: Path) -> list[Seen] | str:
    """The entries of a calendar file, or why there are none."""
    try:
        data = read_plain(path, MAX_BYTES)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        return "it is missing" if missing else f"it cannot be read: {os_reason(error)}"
    text = data.decode("utf-8", "replace").strip()
    if not text.startswith("BEGIN:VCALENDAR"):
        return "it is no calendar"
    begun, ended = (len(re.findall(rf"^{word}:", text, re.MULTILINE)) for word in ("BEGIN", "END"))
    if begun != ended or not text.endswith("END:VCALENDAR"):
        return "it is damaged: it does not end as a calendar does"
    return [Seen(*entry) for entry in vevents.read(data)]


# Feeds


def feeds_in(path: str, asked: Asked) -> Iterator[Read]:
    """The feeds of the courses in a folder, and the staff's as far as it is about them."""
    place = Path(path)
    if not place.is_dir():
        yield Unreadable("feed", path, "it is not a folder" if place.exists() else "it is missing")
        return
    try:
        names = feed_names.load(asked.folder)
    except (FileTrouble, FileProblems) as error:
        yield Unreadable("feed", path, f"it is not known which feed is whose: {why_not(error)}")
        return
    made = load_feeds(asked.folder).made
    files = 0
    for course in asked.courses:
        own = names.courses.get(course.read.record.told[0].uid)
        if own and (own.file in made or (place / own.file).exists()):
            yield _feed(place / own.file, [course.said.name], all_ours=True)
            files += 1
    staff = place / names.staff
    if names.staff in made or staff.exists():
        everybody = [course.said.name for course in asked.courses]
        yield _feed(staff, everybody, all_ours=asked.whole)
    elif not files:
        yield Unreadable("feed", path, "it has no feed of what is asked about")


def _feed(path: Path, courses: Collection[str], *, all_ours: bool) -> Read:
    seen = _calendar(path)
    if isinstance(seen, str):
        return Unreadable("feed", str(path), seen)
    return Place("feed", str(path), seen, all_ours, of_domain=all_ours, asked=courses)


# A calendar on a server


def calendar_on_server(
    address: str, asked: Asked, clinic: ClinicFile | None, login_file: str
) -> tuple[Place, str]:
    """A calendar on a server, and what is to be said of it: of whatever else is there only what has
    our UIDs is looked at.

    Raises:
        KetaschedError: the address or the login cannot be used, or the server cannot be reached.
    """
    from ketasched.cli.calendar_servers import server_at, usual_publishing
    from ketasched.publishing.our_entries import file_name
    from ketasched.publishing.wire import checked_address

    record = asked.courses[0].read
    server = server_at(address, *usual_publishing(record.path, record.record, clinic), login_file)
    listed = server.entries()
    address = checked_address(address)
    sent = {course.said.name: course.read.record.published.get(address) for course in asked.courses}
    known = {file_name(uid) for course in asked.courses for uid in course.said.known}
    # A list may be cut short: what was sent is asked for, listed or not.
    ours = {file_name(uid) for entries in sent.values() for uid in entries or ()}
    others = [name for name in listed if name not in known]
    names = [*(name for name in listed if name in known), *(ours - listed.keys())]
    place = _zone(record)
    seen: list[Seen] = []
    with through("reading", address, [*names, *others[:MOST_OTHERS]]) as shown:
        for name in shown:
            resource = server.read(name)
            if resource:
                seen += _on_server(resource.text, place)
    unread = len(others) - MOST_OTHERS
    note = f"note: {unread} other entries in {address} were not looked at" if unread > 0 else ""
    must = asked.must or [name for name, entries in sent.items() if entries]
    told = {course.said.name: _kept_out(course, address) for course in asked.courses}
    there = Place("server", address, seen, of_domain=asked.whole, asked=must, told=told)
    return there, note


def _on_server(text: str, place: ZoneInfo) -> Iterator[Seen]:
    """An entry as a server has it, in whatever words and zones."""
    from ketasched.publishing.server_entry import appearance_of

    look = appearance_of(text, place)
    if look is None:
        return
    for entry in vevents.read(text.encode()):
        state = look.words[_STATUS].upper()
        yield Seen(entry.uid, look.start, look.end, state, entry.sequence)


def _kept_out(course: AskedCourse, address: str) -> Mapping[str, None]:
    """What somebody took out of a calendar, which was let stand: it need not be there."""
    published = course.read.record.published.get(address, {})
    return {uid: None for uid, entry in published.items() if entry.theirs and not entry.etag}


def _zone(read: ReadRecord) -> ZoneInfo:
    from ketasched import zone

    return zone.load(read.record.timezone).tzinfo


# FHIR


def fhir_bundle(path: str, asked: Asked) -> Read:
    """A FHIR bundle."""
    from ketasched.files.fhir import reading

    try:
        entries = reading.load(path)
    except KetaschedError as error:
        return Unreadable("bundle", path, _without_name(why_not(error), path))
    seen = [
        Seen(uid, entry.start, entry.end, entry.state, entry.sequence) for uid, entry in entries
    ]
    return Place("bundle", path, seen, asked=asked.must)


# Messages


def outbox(path: str, asked: Asked) -> Iterator[Read]:
    """The messages in a folder, by the address they go to; those to others are left alone."""
    from ketasched.mailing.outbox import read_outbox

    try:
        addresses = read_outbox(Path(path))
    except KetaschedError as error:
        yield Unreadable("outbox", path, _without_name(why_not(error), path))
        return
    mailed = {to for course in asked.courses for to in course.read.record.mail}
    known = frozenset[str]().union(*(course.said.known for course in asked.courses))
    heard = [
        address for address in addresses if address in mailed or addresses[address].keys() & known
    ]
    ours = [address for address in heard if address in mailed or _holds(addresses[address], known)]
    for address in [*ours, *sorted(mailed - addresses.keys())]:
        seen = [
            Seen(
                invited.uid,
                invited.start,
                invited.end,
                "CANCELLED" if invited.is_cancelled else invited.status,
                invited.sequence,
            )
            for invited in addresses.get(address, {}).values()
        ]
        told = {
            course.said.name: _mailed(course, address, asked.now)
            for course in asked.courses
            if address in course.read.record.mail and _is_awaited(course, address, asked.now)
        }
        if not told and address not in addresses:
            continue
        yield Place("outbox", f"{path} ({address})", seen, asked=[*told], told=told)
    if not heard and not mailed:
        yield Place("outbox", path, [], asked=asked.must)


def _holds(told: Mapping[str, Invited], known: frozenset[str]) -> bool:
    """Whether an address has an entry of ours that is not called off: `invite --remove` forgets the
    address when all of them are.
    """
    return any(uid in known and not invited.is_cancelled for uid, invited in told.items())


def _mailed(course: AskedCourse, address: str, now: datetime) -> Mapping[str, int | None]:
    """What an address is right to have of a course: of what it need not be told again the SEQUENCE
    that it was sent, of what it is to be told the record's, and nothing of the rest.
    """
    box = course.read.record.mail[address]
    due = _due(course, address, now)
    uids = {uid for audience in AUDIENCES for uid in course.said.saying[audience]}
    sent = {uid: entry.sequence for uid, entry in box.entries.items() if entry.certain}
    return {uid: sent.get(uid) for uid in uids - due}


def _is_awaited(course: AskedCourse, address: str, now: datetime) -> bool:
    """Whether anything of a course was sent to an address that was asked for, or is to be."""
    return bool(course.read.record.mail[address].entries or _due(course, address, now))


def _due(course: AskedCourse, address: str, now: datetime) -> set[str]:
    """The UIDs of what an address is to be told of a course."""
    from ketasched.mailing.due import due_to

    box = course.read.record.mail[address]
    return {each.told.uid for each in due_to(course.read.understood(now), box)}


def _without_name(why: str, path: str) -> str:
    """Why a file cannot be read, beside its name."""
    return why.removeprefix(f"cannot read {path}: ").replace(f"{path} ", "it ", 1)
