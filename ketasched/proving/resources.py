"""Whether a house has what is taken of it at any minute: chairs, for now.

What a house has, and what an entry takes of it, is said in two places alone: `numbers_of` and
`taken_by`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from ketasched.domain.course import Session, is_gone
from ketasched.domain.wording import clock_text, count_text, day_text
from ketasched.proving.alone import Entry
from ketasched.proving.fault import Fault, Handle
from ketasched.proving.in_course import is_open
from ketasched.records.record import CourseRecord

Numbers = Mapping[str, int]
"""By resource, how many there are, or how many are taken."""


def numbers_of(records: Iterable[CourseRecord]) -> Numbers:
    """What the house of some records has: the most that the clinic of any of them says."""
    chairs = max((record.clinic.chairs for record in records if record.clinic), default=0)
    return {"chair": chairs} if chairs else {}


def taken_by(entry: Entry) -> Numbers:
    """What an entry takes of the house while it lasts: a session on site takes a chair. One for
    which a person said that the house may be full takes none of the rest.
    """
    takes = isinstance(entry, Session) and not is_gone(entry) and "full" not in entry.broken
    return {"chair": 1} if takes else {}


class Taking(NamedTuple):
    """Some of a resource, taken from one moment to another, and by whom."""

    start: datetime
    end: datetime
    amount: int
    record: str
    handle: Handle
    is_open: bool


def takings(name: str, handle: Handle, entry: Entry) -> Iterator[tuple[str, Taking]]:
    """What an entry of a record takes, by resource."""
    for resource, amount in taken_by(entry).items():
        yield resource, Taking(entry.start, entry.end, amount, name, handle, is_open(entry))


def overfull(resource: str, number: int, taken: Sequence[Taking]) -> Iterator[Fault]:
    """Each stretch of time at which more of a resource is taken than there is; it is said of the
    last that began, if anybody of it is still to come.
    """
    moments = sorted(
        [(taking.start.timestamp(), 1, place) for place, taking in enumerate(taken)]
        + [(taking.end.timestamp(), 0, place) for place, taking in enumerate(taken)]
    )  # at the same moment who goes makes room for who comes
    here: dict[int, Taking] = {}
    crowd: dict[int, Taking] = {}
    most = 0
    for _, comes, place in moments:
        if comes:
            here[place] = taken[place]
        else:
            del here[place]
        amount = sum(taking.amount for taking in here.values())
        if amount > number:
            crowd |= here
            most = max(most, amount)
        elif crowd:
            yield from _fault(f"{most} of {count_text(number, resource)}", list(crowd.values()))
            crowd, most = {}, 0


def _fault(amount: str, crowd: Sequence[Taking]) -> Iterator[Fault]:
    movable = [taking for taking in crowd if taking.is_open]
    if movable:
        last = max(movable, key=lambda taking: (taking.start.timestamp(), taking.record))
        who = ", ".join(sorted(f"{taking.record} {taking.handle}" for taking in crowd))
        at = f"{day_text(last.start.date())} {clock_text(last.start.timetz())}"
        yield Fault(last.record, last.handle, "full", f"{amount} taken at {at}: {who}")
