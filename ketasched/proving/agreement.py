"""Whether what stands where entries of courses were sent is what their records say.

A place is a calendar file, a feed, a calendar on a server, a FHIR bundle or the messages to an
address; who read it is of no matter here. For whom a place is, its UIDs tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from ketasched.calendar.entry_text import AUDIENCES, Audience
from ketasched.calendar.uid import DOMAIN
from ketasched.proving.fault import Handle
from ketasched.proving.told import Said, Saying, instant

PlaceKind = Literal["calendar", "feed", "server", "bundle", "outbox"]
What = Literal[
    "start", "end", "state", "sequence", "missing", "extra", "twice", "entries", "unreadable"
]
"""In what a place and a record part: ``entries``, that it has none of a course; ``unreadable``,
that nothing can be said of it.
"""
Value = datetime | date | str | int | None
STATES: Mapping[str, str] = {
    "planned": "CONFIRMED",
    "attended": "CONFIRMED",
    "tentative": "TENTATIVE",
    "missed": "CANCELLED",
    "cancelled": "CANCELLED",
}
"""What calendars call our states of an entry."""


class Seen(NamedTuple):
    """What a place says of an entry; None: nothing, or nothing that can be read. ``state`` is a
    calendar's word, or ours where a place knows more of them (FHIR).
    """

    uid: str
    start: datetime | date | None
    end: datetime | date | None
    state: str
    sequence: int | None


class Place(NamedTuple):
    """Somewhere entries were sent, as people call it, and what stands there.

    ``all_ours``: whatever else is there is one too many; ``of_domain``: so is what has our UIDs.
    ``drops_cancelled``: it may lack what does not take place. ``asked``: the courses that must be
    there, by name. ``told``: by course and UID the SEQUENCE that is right there, where that is not
    the record's, and None for what need not be there.
    """

    kind: PlaceKind
    where: str
    entries: Sequence[Seen]
    all_ours: bool = False
    of_domain: bool = True
    drops_cancelled: bool = False
    asked: Collection[str] = ()
    told: Mapping[str, Mapping[str, int | None]] = {}


class SaidCourse(NamedTuple):
    """What a record says of its course by audience and UID, and the UIDs that anybody was told."""

    name: str
    saying: Saying
    known: frozenset[str]


class Difference(NamedTuple):
    """In what a place and a record part. ``record`` is empty for what is no record's, ``uid`` for
    the place as a whole; ``handle`` is what commands call the entry.
    """

    record: str
    uid: str
    where: str
    what: What
    ours: Value
    theirs: Value
    kind: PlaceKind
    handle: Handle = None


def compare(
    place: Place, courses: Sequence[SaidCourse], of_others: Collection[str] = ()
) -> Iterator[Difference]:
    """In what a place parts from the records; ``of_others``: UIDs of records that were not asked
    about.
    """
    owners = {uid: course for course in courses for uid in course.known}
    own: dict[str, list[Seen]] = {course.name: [] for course in courses}
    for entry in place.entries:
        if entry.uid in owners:
            own[owners[entry.uid].name].append(entry)
    if any(own.values()):
        for entry in place.entries:
            known = entry.uid in owners or entry.uid in of_others
            if not known and _too_many(place, entry.uid):
                yield Difference("", entry.uid, place.where, "extra", None, entry.start, place.kind)
    elif not place.asked:
        yield Difference("", "", place.where, "entries", None, 0, place.kind)
    for course in courses:
        if own[course.name]:
            yield from _of_course(place, course, own[course.name])
        elif course.name in place.asked:
            count = len(course.saying["patient"])
            yield Difference(course.name, "", place.where, "entries", count, 0, place.kind)


def _too_many(place: Place, uid: str) -> bool:
    return place.all_ours or (place.of_domain and uid.endswith(f"@{DOMAIN}"))


def _of_course(place: Place, course: SaidCourse, seen: Sequence[Seen]) -> Iterator[Difference]:
    told = place.told.get(course.name, {})
    of_each = {who: list(_parted(place, course.saying[who], told, seen)) for who in AUDIENCES}
    uids = {entry.uid for entry in seen}

    def fits(who: Audience) -> tuple[int, int]:
        return len(uids & course.saying[who].keys()), -len(of_each[who])

    # Whose UIDs a place has most of, it is for. Records of earlier versions have the same for all:
    # then it is for whom least is wrong.
    for difference in of_each[max(AUDIENCES, key=fits)]:
        yield difference._replace(record=course.name)


def _parted(
    place: Place, saying: Mapping[str, Said], told: Mapping[str, int | None], seen: Sequence[Seen]
) -> Iterator[Difference]:
    """In what a place parts from what one audience is to be told of a course."""
    times = Counter(entry.uid for entry in seen)
    there = {entry.uid: entry for entry in reversed(seen)}

    def parted(uid: str, what: What, ours: Value, theirs: Value) -> Difference:
        handle = saying[uid].handle if uid in saying else None
        return Difference("", uid, place.where, what, ours, theirs, place.kind, handle)

    for uid, entry in there.items():
        if uid not in saying:
            if entry.state.upper() != "CANCELLED":  # what was undone is told as called off
                yield parted(uid, "extra", None, entry.start)
        elif times[uid] > 1:
            yield parted(uid, "twice", 1, times[uid])
    for uid, said in saying.items():
        if uid in there:
            right = said._replace(sequence=told.get(uid, said.sequence))
            for what, ours, theirs in _differences(right, there[uid]):
                yield parted(uid, what, ours, theirs)
        elif told.get(uid, said.sequence) is not None and not (
            place.drops_cancelled and said.status == "CANCELLED"
        ):
            yield parted(uid, "missing", said.start, None)


def _differences(said: Said, seen: Seen) -> Iterator[tuple[What, Value, Value]]:
    if instant(said.start) != instant(seen.start):
        yield "start", said.start, seen.start
    elif instant(said.end) != instant(seen.end):
        yield "end", said.end, seen.end
    ours, theirs = _states(said, seen.state)
    if ours != theirs:
        yield "state", ours, theirs or None
    if said.sequence is not None and not _is_right(said, seen.sequence):
        yield "sequence", said.sequence, seen.sequence


def _states(said: Said, state: str) -> tuple[str, str]:
    """What the record and a place call the state of an entry, in the words that both have."""
    if state not in STATES:
        return said.status, state
    return (said.state, state) if said.state else (said.status, STATES[state])


def _is_right(said: Said, sequence: int | None) -> bool:
    least = said.sequence or 0
    return sequence is not None and least <= sequence <= least + said.rises
