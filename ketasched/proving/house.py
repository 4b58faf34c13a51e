"""A folder of records is proved: each course, all of them together, and what calendars say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from ketasched.calendar.entry_text import Audience
from ketasched.domain.course import LinkedVisit, Session, is_gone
from ketasched.errors import FileProblems, FileTrouble, KetaschedError, os_reason
from ketasched.progress import through
from ketasched.proving import vevents
from ketasched.proving.alone import against_entry
from ketasched.proving.apart import against_distances
from ketasched.proving.fault import Against, Fault
from ketasched.proving.in_course import (
    against_neighbours,
    against_session,
    against_window,
    is_open,
    twice_at_once,
)
from ketasched.proving.in_day import against_days
from ketasched.proving.paces import Paces
from ketasched.proving.past import Past
from ketasched.proving.resources import Taking, house_of, overfull, takings
from ketasched.proving.seats import Place, Sitter, shared, sitters
from ketasched.proving.told import (
    CalendarRead,
    Said,
    Saying,
    against_calendar,
    against_made,
    against_told,
    handle,
    to_say,
)
from ketasched.proving.vevents import Vevent
from ketasched.reading.file_text import read_plain
from ketasched.records import feed_names
from ketasched.records.feeds import Feeds, load_feeds
from ketasched.records.folder import Unread, read_folder, unread_text, why_not
from ketasched.records.following import drift_of
from ketasched.records.open import ReadRecord, name_of
from ketasched.records.record import CourseRecord

MAX_BYTES = 16 * 1024 * 1024


class Proof(NamedTuple):
    """What a proof came to: how many records and entries it read, the faults in the order of the
    records, how many entries stand against a rule on purpose, what could not be read, and what
    could not be proved.
    """

    records: int
    entries: int
    faults: list[Fault]
    overridden: int
    unread: list[Unread]
    notes: list[str]


class ProvedRecord(NamedTuple):
    """A record that was read, what it is called, and what calendars are to say of it."""

    read: ReadRecord
    name: str
    saying: Saying

    @property
    def record(self) -> CourseRecord:
        """What it says."""
        return self.read.record


def prove(folder: Path, now: datetime) -> Proof:
    """Prove a folder of records at an instant.

    Raises:
        UsageProblem: it is no folder.
    """
    records, unread = read_folder(folder)
    faults: list[Fault] = []
    proved: list[ProvedRecord] = []
    with through("proving", "records", records) as shown:
        for read in shown:
            name = name_of(Path(read.path.name))
            try:
                faults += list(_of_course(read.record, name, now))
            except (ValueError, KetaschedError) as error:  # an option that nobody typed
                unread.append(Unread(str(read.path), str(error.args[0])))
                continue
            proved.append(ProvedRecord(read, name, to_say(read.record)))
            faults += _of_calendars(proved[-1])
    faults += _of_house(proved)
    faults += _of_seats(proved)
    feed_faults, notes = _of_feeds(folder, proved, lacking=bool(unread))
    faults += feed_faults
    faults += [_unread(each) for each in unread]
    entries = [entry for own in proved for entry in own.record.course.entries()]
    return Proof(
        len(proved),
        len(entries),
        list(dict.fromkeys(sorted(faults, key=lambda fault: fault.record))),
        sum(bool(entry.broken) for entry in entries if not is_gone(entry)),
        unread,
        notes,
    )


def _unread(unread: Unread) -> Fault:
    """That a file is no record, or no other that it is to be."""
    return Fault(name_of(Path(Path(unread.file).name)), None, "record", unread_text([unread]))


def _of_course(record: CourseRecord, name: str, now: datetime) -> Iterator[Fault]:
    """What is against the entries of a course that are open; a linked visit that has begun stands
    where it stood, whatever became of its session.
    """
    course = record.course
    past = Past(record)
    paces = Paces(record.protocol, record.options, past.versions())
    found: list[tuple[Session | LinkedVisit, Against]] = []
    for entry in course.entries():
        if not is_open(entry) or (isinstance(entry, LinkedVisit) and entry.start <= now):
            continue
        against = [*against_entry(past.premises_at(entry.start, now), entry)]
        against += past.against_notice(entry)
        if isinstance(entry, Session):
            against += against_window(entry, course, paces)
        else:
            against += against_session(entry, course)
        found += [(entry, each) for each in against if each.rule not in entry.broken]
    found += against_neighbours(course, paces)
    found += against_days(course, paces, lambda start: past.premises_at(start, now))
    found += against_distances(course)
    found += twice_at_once(course)
    for entry, each in found:
        yield Fault(name, handle(course, entry), each.rule, each.text)


def _of_house(records: Sequence[ProvedRecord]) -> Iterator[Fault]:
    """What is taken by all records together, and is not there."""
    houses = list(dict.fromkeys(house for each in records if (house := house_of(each.record))))
    taken: dict[str, list[Taking]] = {}
    for proved in records if houses else ():
        record, course = proved.record, proved.record.course
        house = house_of(record) or houses[0]
        for entry in course.entries():
            own = handle(course, entry)
            for resource, taking in takings(house, record, proved.name, own, entry):
                taken.setdefault(resource, []).append(taking)
    for resource, of_resource in sorted(taken.items()):
        yield from overfull(resource, houses, of_resource)


def _of_seats(records: Sequence[ProvedRecord]) -> Iterator[Fault]:
    """What two have at once of which each is to have one, or nobody who comes."""
    seated: dict[Place, list[Sitter]] = {}
    for proved in records:
        for each in sitters(proved.record, proved.name):
            if isinstance(each, Fault):
                yield each
            else:
                seated.setdefault(each[0], []).append(each[1])
    for place, of_place in sorted(seated.items()):
        yield from shared(place, of_place)


def _of_calendars(proved: ProvedRecord) -> Iterator[Fault]:
    """What the calendars and pages beside a record say otherwise than it does."""
    read, name, saying = proved
    yield from against_told(read.record, name, saying)
    for file in read.record.following:
        if file.page:
            drift = drift_of(read.path, file)
            yield from [Fault(name, None, "page", f"{file.path} {drift}")] if drift else []
            continue
        audience: Audience = "staff" if file.staff else "patient"
        there = _read(read.path.parent / file.path, "calendar", file.path)
        if isinstance(there, str):
            yield Fault(name, None, "calendar", there)
        else:
            yield from against_calendar(there, name, saying[audience])


def _read(path: Path, kind: Literal["calendar", "feed"], called: str) -> CalendarRead | str:
    """A calendar file, or why there is none."""
    try:
        return CalendarRead(kind, called, vevents.read(read_plain(path, MAX_BYTES)))
    except FileNotFoundError:
        return f"{called} is missing"
    except OSError as error:
        return f"{called} cannot be read: {os_reason(error)}"


# Feeds


def _of_feeds(
    folder: Path, records: Sequence[ProvedRecord], *, lacking: bool
) -> tuple[list[Fault], list[str]]:
    """What the feeds that were made of a folder say otherwise, and why they cannot be proved;
    ``lacking``: some of its records cannot be read, so that what has none cannot be told.
    """
    feeds = load_feeds(folder)
    try:
        names = feed_names.load(folder)
    except (FileTrouble, FileProblems) as error:
        return [Fault("", None, "feed", f"they are not proved: {why_not(error)}")], []
    if not feeds.made:
        lost = "how they were made is not known; `ketasched feed` makes them"
        return [], [f"the feeds are not proved: {lost}"] if names.courses else []
    place = folder / feeds.place
    if not feeds.place or not place.is_dir():
        where = f"{place} is not there" if feeds.place else "an earlier version made them"
        return [], [f"the feeds are not proved: {where}; `ketasched feed` makes them"]
    return list(_in_place(place, feeds, names, records, lacking=lacking)), []


def _in_place(
    place: Path,
    feeds: Feeds,
    names: feed_names.FeedNames,
    records: Sequence[ProvedRecord],
    *,
    lacking: bool,
) -> Iterator[Fault]:
    for read, name, saying in records:
        own = names.courses.get(read.record.told[0].uid)
        if own is None or own.file not in feeds.made:
            continue  # it was saved since
        yield from against_made(read.record, name, saying, feeds.made[own.file].told)
        there = _read(place / own.file, "feed", own.file)
        if isinstance(there, str):
            yield Fault(name, None, "feed", there)
        else:
            yield from against_calendar(there, name, saying["patient"])
    if names.staff in feeds.made:
        there = _read(place / names.staff, "feed", names.staff)
        if isinstance(there, str):
            yield Fault("", None, "feed", there)
        else:
            yield from _of_staff(there, records, lacking=lacking)


def _of_staff(
    there: CalendarRead, records: Sequence[ProvedRecord], *, lacking: bool
) -> Iterator[Fault]:
    """What the staff's feed says otherwise than the records do, and of what it has none."""
    said = {proved.name: _to_staff(proved) for proved in records}
    owners = {uid: name for name, entries in said.items() for uid in entries}
    by_owner: dict[str, list[Vevent]] = {name: [] for name in said}
    for entry in there.entries:
        if entry.uid in owners:
            by_owner[owners[entry.uid]].append(entry)
        elif not lacking:
            yield Fault("", None, "feed", f"{there.file} has what no record has: {entry.uid}")
    for name, entries in by_owner.items():
        yield from against_calendar(there._replace(entries=entries), name, said[name])


def _to_staff(proved: ProvedRecord) -> dict[str, Said]:
    """What the staff's feed is to say of a record. Where its file was renamed, titles changed, and
    the record says so only when it is next written.
    """
    rises = int(proved.read.renamed)
    return {uid: own._replace(rises=rises) for uid, own in proved.saying["staff"].items()}
