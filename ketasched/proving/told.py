"""Whether calendars and feeds say what a record says, and no SEQUENCE ever fell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from ketasched.calendar.entry_text import AUDIENCES, Audience, View
from ketasched.calendar.uid import UidSource, duty_uid, uid
from ketasched.domain.course import TENTATIVE, Course, LinkedVisit, Status, is_gone
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import day_text, exact_moment_text, list_text
from ketasched.proving.alone import Entry
from ketasched.proving.fault import Fault, Handle, Rule
from ketasched.proving.vevents import Vevent
from ketasched.records.record import CourseRecord


class Said(NamedTuple):
    """What a calendar is to say of an entry, or of a duty, which takes a whole day; ``sequence``
    None: no calendar was ever told of it. ``rises``: by how much it may be higher already.
    ``state`` is what we call that of an entry, of a duty empty.
    """

    handle: Handle
    start: datetime | date
    end: datetime | date
    status: str
    sequence: int | None
    rises: int = 0
    state: Status | Literal[""] = ""


def handle(course: Course, entry: Entry) -> Handle:
    """What an entry is called on a command line."""
    return handle_of(course, entry) if isinstance(entry, LinkedVisit) else entry.number


Saying = Mapping[Audience, Mapping[str, Said]]
"""What the calendars of each audience are to say of a course, by UID."""


def to_say(record: CourseRecord) -> Saying:
    """What calendars are to say of a record's course."""
    handles = [(entry, handle(record.course, entry)) for entry in record.course.entries()]
    return {audience: _to_say(record, audience, handles) for audience in AUDIENCES}


def _to_say(
    record: CourseRecord, audience: Audience, handles: Sequence[tuple[Entry, Handle]]
) -> dict[str, Said]:
    course = record.course
    source = UidSource(record.uid_bits or "", earlier=not record.uid_bits)
    view = View(record.name, audience, uid_source=source)
    told = {entry.uid: entry.sequence for entry in record.told if entry.audience == audience}
    entries = {
        name: Said(called, entry.start, entry.end, _status(entry), told.get(name), 0, entry.status)
        for entry, called in handles
        for name in [uid(view, course, entry)]
    }
    return entries | (_duties(course, view, told) if audience == "staff" else {})


def _duties(course: Course, view: View, told: Mapping[str, int]) -> dict[str, Said]:
    said = {}
    asked = (each for each in course.protocol.duties if each.name not in course.duties_off)
    for duty in asked:
        for session in course.sessions:
            name = duty_uid(view, course, session.number, duty.name)
            due = session.start.date() + timedelta(days=duty.days)
            status = "CANCELLED" if is_gone(session) else "CONFIRMED"
            ends = due + timedelta(days=1)
            said[name] = Said(session.number, due, ends, status, told.get(name))
    return said


def _status(entry: Entry) -> str:
    if is_gone(entry):
        return "CANCELLED"
    return "TENTATIVE" if entry.status == TENTATIVE else "CONFIRMED"


def against_told(record: CourseRecord, name: str, saying: Saying) -> Iterator[Fault]:
    """Entries of which no calendar was told, and what was exported or published with a UID that is
    not known or a SEQUENCE that fell since.
    """
    told = {(entry.uid, entry.audience): entry.sequence for entry in record.told}
    for audience in AUDIENCES:
        for said in saying[audience].values():
            if said.sequence is None:
                text = f"no calendar for {audience} was told of it under its UID"
                yield Fault(name, said.handle, "uid", text)
    for reader, exported in record.exported.items():
        for entry_uid, sequence in exported.items():
            where = f"the export for {reader}"
            yield from _fell(record, name, saying, where, entry_uid, sequence)
    known = {entry_uid for entry_uid, _ in told}
    for address, entries in record.published.items():
        for entry_uid in entries.keys() - known:
            yield Fault(name, None, "uid", f"{address} has {entry_uid}, which is not known")


def against_made(
    record: CourseRecord, name: str, saying: Saying, made: Mapping[str, int]
) -> Iterator[Fault]:
    """What a patient's feed was told with a SEQUENCE that fell since."""
    for entry_uid, sequence in made.items():
        yield from _fell(record, name, saying, "the feed", entry_uid, sequence)


def _fell(
    record: CourseRecord, name: str, saying: Saying, where: str, entry_uid: str, sequence: int
) -> Iterator[Fault]:
    now = [entry.sequence for entry in record.told if entry.uid == entry_uid]
    if not now:
        yield Fault(name, None, "uid", f"{where} has {entry_uid}, which is not known")
    elif max(now) < sequence:
        said = {key: said for who in AUDIENCES for key, said in saying[who].items()}
        session = said[entry_uid].handle if entry_uid in said else None
        text = f"SEQUENCE {sequence} in {where}, and {max(now)} now: it fell"
        yield Fault(name, session, "sequence", text)


class CalendarRead(NamedTuple):
    """A calendar or a feed that was read: what people call it, and its entries."""

    kind: Literal["calendar", "feed"]
    file: str
    entries: Sequence[Vevent]


def against_calendar(
    calendar: CalendarRead, name: str, said: Mapping[str, Said]
) -> Iterator[Fault]:
    """Where a calendar says something else than the record of that name does."""
    seen: dict[str, Vevent] = {}
    for entry in calendar.entries:
        known = said.get(entry.uid)
        if entry.uid in seen or known is None:
            what = "has twice" if entry.uid in seen else "has what the record does not:"
            session = known.handle if known else None
            yield Fault(name, session, calendar.kind, f"{calendar.file} {what} {entry.uid}")
        seen.setdefault(entry.uid, entry)
    if not seen.keys() & said.keys():
        yield Fault(name, None, calendar.kind, f"{calendar.file} has none of its entries")
        return
    behind: list[Fault] = []
    for entry_uid, known in said.items():
        there = seen.get(entry_uid)
        faults = [
            Fault(name, known.handle, rule, f"{calendar.file} {text}")
            for rule, text in _differences(calendar.kind, there, known)
        ]
        if calendar.kind == "feed" and _is_behind(there, known):
            behind += faults
        else:
            yield from faults
    yield from _told_once(calendar.file, name, behind)


def _is_behind(entry: Vevent | None, said: Said) -> bool:
    """Whether it was made before the record changed what an entry says."""
    if entry is None or entry.sequence is None or said.sequence is None:
        return entry is None
    return entry.sequence < said.sequence


def _told_once(file: str, name: str, behind: Sequence[Fault]) -> Iterator[Fault]:
    """One fault for all entries of which a feed is behind: the same command mends them."""
    again = "`ketasched feed` makes it anew"
    if len(behind) == 1:
        text = behind[0].text.removeprefix(f"{file} ")
        yield behind[0]._replace(text=f"{file} is behind, and {text}; {again}")
    elif behind:
        handles = list_text(list(dict.fromkeys(str(fault.session) for fault in behind)))
        yield Fault(name, None, "feed", f"{file} is behind in {handles}; {again}")


def _differences(
    kind: Literal["calendar", "feed"], entry: Vevent | None, said: Said
) -> Iterator[tuple[Rule, str]]:
    if entry is None:
        yield kind, "does not have it"
        return
    ours = said.sequence
    if ours is not None and entry.sequence is not None and entry.sequence > ours + said.rises:
        yield "sequence", f"has SEQUENCE {entry.sequence}, and the record {ours}: it fell"
    for there, known in ((entry.start, said.start), (entry.end, said.end)):
        if instant(there) != instant(known):
            yield kind, f"says {_text(there, known)}, and the record {_text(known, known)}"
            return
    if entry.status != said.status:
        yield kind, f"says {entry.status or 'no STATUS'}, and the record {said.status}"
    elif ours is not None and (entry.sequence is None or entry.sequence < ours):
        has = "no SEQUENCE" if entry.sequence is None else f"SEQUENCE {entry.sequence}"
        yield kind, f"has {has}, and the record {ours}"


def instant(moment: datetime | date | None) -> float | date | None:
    """A moment as it is compared: two in different zones may be the same."""
    return moment.timestamp() if isinstance(moment, datetime) else moment


def _text(moment: datetime | date | None, like: datetime | date) -> str:
    """A moment in the zone of another."""
    if moment is None:
        return "nothing that is a time"
    if not isinstance(moment, datetime):
        return f"the day {day_text(moment)}"
    here = moment.astimezone(like.tzinfo) if isinstance(like, datetime) else moment
    return exact_moment_text(here)
