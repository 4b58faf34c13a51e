"""The agenda as the versioned dict behind --format json, and its rows for CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from ketasched import zone
from ketasched.domain.course import ATTENDED, HasStatus, LinkedVisit, is_gone
from ketasched.domain.house import CHAIR, House
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import day_text
from ketasched.reports.report_text import SCHEMA
from ketasched.reports.table import Part, Table
from ketasched.running.agenda import Coming, Patient, in_house
from ketasched.running.full_house import Chairs, Use, is_plain, seats, uses

COLUMNS = (
    "day", "start", "end", "name", "protocol", "kind", "number", "total", "phase", "title",
    "status", "by_video", "due", "target", "window_start", "window_end",
    "handle", "chairs",
)  # fmt: skip


class Day(NamedTuple):
    """A day of the agenda: who comes, what is due for others, and why close-day closed it (None: it
    did not; may be empty).
    """

    day: date
    coming: Sequence[Coming]
    due: Sequence[tuple[Patient, str]] = ()
    closed: str | None = None


class Agenda(NamedTuple):
    """The days to show; what the house has (None: not known); the zones of the records; whether
    who comes and why is left out; the moment at which it is asked, in the clinic's zone.
    """

    days: Sequence[Day]
    house: House | None
    zones: frozenset[str]
    bare: bool
    now: datetime

    @property
    def chairs(self) -> int:
        """How many chairs there are at most; 0 if that is not known."""
        resource = self.house.resource(CHAIR) if self.house else None
        return resource.most if resource else 0

    def is_today(self, day: Day) -> bool:
        """Whether it is that day now where any of the records is."""
        places = (zone.load(name).tzinfo for name in self.zones)
        return any(self.now.astimezone(place).date() == day.day for place in places)

    def next_start(self, day: Day) -> datetime | None:
        """The first start that is still to come today; None on another day."""
        entries = [arrival.entry for arrival in day.coming]
        starts = [entry.start for entry in entries if not is_held(entry) and entry.start > self.now]
        return min(starts, default=None) if self.is_today(day) else None

    def chairs_for_all(self, day: Day) -> int:
        """The same where each who comes that day takes one, and there is nothing else to take."""
        return self.chairs if self.house and is_plain(self.house, day.coming) else 0

    def uses(self, day: Day) -> list[Use]:
        """What is taken of the house through a day; of a bare agenda the chairs alone."""
        taken = uses(self.house, day.coming) if self.house else ()
        return [use for use in taken if use.resource == CHAIR or not self.bare]

    def seated(self, day: Day) -> list[tuple[Coming, Chairs]]:
        """Who comes on a day, and who sits where, if chairs are known."""
        chairs = seats(self.house, day.coming) if self.house else [()] * len(day.coming)
        return list(zip(day.coming, chairs, strict=True))


def is_held(entry: HasStatus) -> bool:
    """Whether it took place, or will not."""
    return is_gone(entry) or entry.status == ATTENDED


def agenda_report(agenda: Agenda, unread: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The agenda of some days, and the records that could not be read, with why."""
    bare = agenda.bare
    return {
        "schema": SCHEMA,
        "chairs": agenda.chairs or None,
        "days": [_day(agenda, shown) for shown in agenda.days],
        "unread": [
            {"file": None if bare else file, "why": "it cannot be read" if bare else why}
            for file, why in unread
        ],
    }


def _day(agenda: Agenda, shown: Day) -> dict[str, Any]:
    bare = agenda.bare
    reason = None if bare else shown.closed or None
    return {
        "day": shown.day.isoformat(),
        "closed": None if shown.closed is None else {"reason": reason},
        "entries": [_entry(coming, chairs, bare=bare) for coming, chairs in agenda.seated(shown)],
        "in_house": _in_house(agenda.chairs_for_all(shown), shown),
        "load": _load(agenda.uses(shown)),
        "due": []
        if bare
        else [{"name": patient.name, "what": what} for patient, what in shown.due],
    }


def _in_house(chairs: int, shown: Day) -> list[dict[str, Any]]:
    return [
        {
            "start": stretch.start.isoformat(),
            "end": stretch.end.isoformat(),
            "people": stretch.people,
            "too_many": max(0, stretch.people - chairs) if chairs else 0,
        }
        for stretch in in_house(shown.coming)
    ]


def _load(taken: Iterable[Use]) -> list[dict[str, Any]]:
    return [
        {
            "resource": use.resource,
            "start": use.start.isoformat(),
            "end": use.end.isoformat(),
            "taken": use.taken,
            "there": use.there,
            "too_many": use.too_many,
        }
        for use in taken
    ]


def agenda_table(agenda: Agenda) -> Table:
    """A row for each entry, under COLUMNS, on one sheet for the day or the week."""
    bare = agenda.bare
    rows = [
        dict.fromkeys(COLUMNS)
        | {"day": shown.day.isoformat()}
        | _entry(coming, chairs, bare=bare)
        | _in_words(coming, chairs, bare=bare)
        for shown in agenda.days
        for coming, chairs in agenda.seated(shown)
    ]
    first = day_text(agenda.days[0].day)
    name = f"Week of {first}" if len(agenda.days) > 1 else first
    return Table(COLUMNS, [Part(name, rows)])


def _in_words(coming: Coming, chairs: Chairs, *, bare: bool) -> dict[str, str]:
    if bare:
        return {}
    by_video = isinstance(coming.entry, LinkedVisit) and coming.entry.by_video
    return {
        "due": "; ".join(coming.due),
        "by_video": "yes" if by_video else "no",
        "chairs": "; ".join(str(chair) for chair in chairs if chair),
    }


def _entry(coming: Coming, chairs: Chairs, *, bare: bool) -> dict[str, Any]:
    entry = coming.entry
    when = {"start": entry.start.isoformat(), "end": entry.end.isoformat(), "status": entry.status}
    if bare:
        return when
    protocol = coming.patient.course.protocol
    said: dict[str, Any] = {
        **when,
        "name": coming.patient.name,
        "protocol": protocol.id,
        "due": list(coming.due),
        "chairs": [chair for chair in chairs if chair],
    }

    if isinstance(entry, LinkedVisit):
        return said | {
            "kind": entry.kind,
            "number": None,
            "handle": handle_of(coming.patient.course, entry),
            "total": None,
            "phase": None,
            "title": entry.name,
            "by_video": entry.by_video,
            "target": None,
            "window_start": None,
            "window_end": None,
        }
    total = coming.patient.course.total
    return said | {
        "kind": "session",
        "number": entry.number,
        "handle": None,
        "total": total if entry.number <= total else None,
        "phase": entry.phase,
        "title": entry.name or entry.phase,
        "by_video": False,
        "target": entry.target.isoformat(),
        "window_start": entry.window_start.isoformat(),
        "window_end": entry.window_end.isoformat(),
    }
