"""What the history of a record proves: what held at a time, and what was put too near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from ketasched.domain.busy import Busy
from ketasched.domain.course import CANCELLED, MISSED, Session
from ketasched.domain.instructions import lead
from ketasched.domain.notice import Notice
from ketasched.domain.wording import moment_text
from ketasched.proving.alone import Entry
from ketasched.proving.fault import Against
from ketasched.proving.paces import Earlier
from ketasched.proving.premises import Premises, premises_of
from ketasched.records.busy_state import busy_of_state
from ketasched.records.history import state_before
from ketasched.records.open import snapshot
from ketasched.records.plain_values import WALL
from ketasched.records.record import CourseRecord, PastChange
from ketasched.records.versions import protocol_of, version_state

State = Mapping[str, Any]
_FARTHEST = 400
"""Days within which a working day is looked for."""


class Step(NamedTuple):
    """A change, and all that may change as it was after and before it."""

    change: PastChange
    after: State
    before: State


class Past:
    """The history of a record, walked back once."""

    def __init__(self, record: CourseRecord) -> None:
        self._record = record
        self._steps = list(_steps(record))
        self._premises: dict[tuple[int, bool], Premises] = {}

    def premises_at(self, moment: datetime, now: datetime) -> Premises:
        """What held when something began that has begun by ``now``; what holds now of the rest.

        Raises:
            ValueError: an option that cannot be read.
        """
        if moment > now:
            return self._after(0)
        done_by_then = (place for place, step in enumerate(self._steps) if step.change.at <= moment)
        return self._after(next(done_by_then, len(self._steps) - 1))

    def _after(self, place: int, *, of_folder: bool = True) -> Premises:
        """The premises after a change; 0 is the newest one. ``of_folder``: with the days that are
        closed for the folder today.
        """
        if (place, of_folder) not in self._premises:
            record, options, busy = self._record, self._record.options, self._record.busy
            if place:
                state = self._steps[place].after
                options, busy = state["asked"], _busy_of(state)
            if not of_folder:
                record = record._replace(closed_days=())
            self._premises[place, of_folder] = premises_of(record, options, busy)
        return self._premises[place, of_folder]

    def versions(self) -> list[Earlier]:
        """The versions of its protocol that the course had before, the oldest first."""
        ways = [*(step.change.back for step in self._steps), version_state(self._record)]
        return [
            Earlier(step.change.at, protocol_of(step.before, ways), step.before["asked"])
            for step in reversed(self._steps)
            if step.before["protocol"] != step.after["protocol"]
        ]

    def against_notice(self, entry: Entry) -> Iterator[Against]:
        """Whether an entry that no person put there was put nearer than the notice. Not judged: the
        first plan, whose start is who asks' own; what an undo gave back; and a time at which the
        patient was to come already, or is there. A day of the folder may have been closed later, so
        none of them makes the notice longer.
        """
        place = self._put_there(entry)
        if place is None or entry.by_hand or self._is_on_its_own_day(entry):
            return
        change = self._steps[place].change
        notice = self._record.clinic.notice if self._record.clinic else Notice()
        if notice == Notice(0):
            return
        ahead = lead(self._record.protocol.instructions) if isinstance(entry, Session) else 0
        if change.undoes or change.back is None or entry.start < change.at:
            return
        free_from = notice_ends(
            notice, change.at, entry.start.tzinfo, self._after(place, of_folder=False)
        )
        if entry.start.astimezone(UTC) >= free_from.astimezone(UTC) + timedelta(minutes=ahead):
            return
        if _wall(entry) not in self._known_before(place, _list_of(entry)):
            at = change.at.astimezone(entry.start.tzinfo)
            when = moment_text(at)
            yield Against("notice", f"put there on {when}, less than {notice} before")

    def _is_on_its_own_day(self, entry: Entry) -> bool:
        """Whether it makes up for a session on the day of that, or another session of its treatment
        day took place on its day: the patient is there.
        """
        if not isinstance(entry, Session):
            return False
        sessions = self._record.course.sessions
        there = {
            other.start.date()
            for other in sessions
            if other.number == entry.instead_of
            or (
                other.status == "attended"
                and (other.phase, other.target) == (entry.phase, entry.target)
            )
        }
        return entry.start.date() in there

    def _put_there(self, entry: Entry) -> int | None:
        """The change that put an entry where it stands; 0 is the newest one."""
        name, key = _list_of(entry), _key_of(entry)
        for place, step in enumerate(self._steps):
            before = next((item for item in step.before[name] if _key_in(item) == key), None)
            if before is None or _is_off(before) or before["start"] != _wall(entry):
                return place
        return None

    def _known_before(self, place: int, name: str) -> set[str]:
        """The times at which the patient was to come before a change, or before another of the same
        moment.
        """
        at = self._steps[place].change.at
        return {
            item["start"]
            for step in self._steps
            if step.change.at == at
            for item in step.before[name]
            if not _is_off(item)
        }


def notice_ends(notice: Notice, now: datetime, zone: tzinfo | None, premises: Premises) -> datetime:
    """When a notice is over that is given now: after so many minutes, or at the same time of day so
    many working days on. What is said on a day that is none counts from the next one's beginning.
    """
    if not notice.working_days:
        return now + timedelta(minutes=notice.minutes)
    here = now.astimezone(zone)
    day, at = here.date(), here.time()
    if not premises.is_working_day(day):
        day, at = _next_working_day(day, premises), time()
    for _ in range(notice.working_days):
        day = _next_working_day(day, premises)
    return datetime.combine(day, at, zone)


def _next_working_day(day: date, premises: Premises) -> date:
    days = (day + timedelta(days=number) for number in range(1, _FARTHEST))
    return next((day for day in days if premises.is_working_day(day)), day + timedelta(days=1))


def _steps(record: CourseRecord) -> Iterator[Step]:
    """The changes, the newest first, as far as the history leads."""
    state: State = snapshot(record)
    for change in reversed(record.history):
        try:
            before = state_before(state, change.back or {})
        except IndexError:  # somebody altered it
            return
        yield Step(change, state, before)
        state = before


def _busy_of(state: State) -> tuple[Busy, ...]:
    return busy_of_state(state["busy"])


def _wall(entry: Entry) -> str:
    return entry.start.strftime(WALL)


def _list_of(entry: Entry) -> str:
    return "sessions" if isinstance(entry, Session) else "visits"


def _key_of(entry: Entry) -> object:
    return entry.number if isinstance(entry, Session) else entry.key


def _key_in(item: Mapping[str, Any]) -> object:
    if "number" in item:
        return item["number"]
    return item["name"], 0 if item["which"] in ("first", "last") else item["session"]


def _is_off(item: Mapping[str, Any]) -> bool:
    return item["status"] in (MISSED, CANCELLED)
