"""A closed day is open again: what was moved because of it goes back where it was, if it may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ketasched.domain.course import Course, LinkedVisit, Session, is_gone
from ketasched.domain.wording import moment_text
from ketasched.records.closed_days import reopened_text, span_of
from ketasched.records.open import Opened, happened, task_of
from ketasched.records.record import CourseRecord
from ketasched.records.room_lock import Booking, room_beside, short_of_room
from ketasched.records.undo import course_before, last_changes
from ketasched.running.legal_change import Conditions, too_soon, unwanted
from ketasched.running.reopening import with_what_took_place


class Reopened(NamedTuple):
    """A record of which a day is open again: as it was ``before``, opened beside all others as they
    are to be, and as it is to be written; why nothing of it went back, empty if all did or nothing
    had moved. ``kept_from`` is the course that it did not go back to; None where it did, or was
    changed since.
    """

    before: CourseRecord
    opened: Opened
    after: CourseRecord
    why: str = ""
    kept_from: Course | None = None


class _Return(NamedTuple):
    """A record of which a day is open again: as it was, opened without that day and alone in its
    house, the course that it goes back to (None: nothing goes back), and why it does not.
    """

    before: CourseRecord
    opened: Opened
    earlier: Course | None
    why: str

    def booking(self, day: date, reason: str, course: Course) -> Booking:
        """The record as it is to be written with a course."""
        after = happened(self.opened, self.before, course, reopened_text(day), reason=reason)
        return Booking(self.opened.path, self.before, after)


def reopened(records: Iterable[Opened], day: date, reason: str) -> list[Reopened]:
    """The records with a day open again, but for those of which it was never closed: those that go
    back do so at once, so that each is where another stood.
    """
    asked = [each for opened in records for each in _asked(opened, span_of(day))]
    back = {
        each.opened.path: each.booking(day, reason, each.earlier)
        for each in asked
        if each.earlier and not each.why
    }
    going = _with_room(back)
    answers = []
    for each in asked:
        path, kept_from = each.opened.path, each.earlier
        if path in going:
            answers.append(Reopened(each.before, each.opened, going[path].record))
            continue
        why = f"{_no_room(back[path], going)}; it keeps its place" if path in back else each.why
        staying = each.booking(day, reason, each.before.course)
        opened = _beside(each.opened, staying, going) if kept_from else each.opened
        answers.append(Reopened(each.before, opened, staying.record, why, kept_from))
    return answers


def _asked(opened: Opened, span: str) -> Iterator[_Return]:
    """A record without a closed day; nothing where that was never closed for it alone."""
    record = opened.record
    if span not in record.options.get("closed", ()):
        return
    closed = [other for other in record.options["closed"] if other != span]
    others = {name: value for name, value in record.options.items() if name != "closed"}
    changed = record._replace(options=others | ({"closed": closed} if closed else {}))
    alone = task_of(changed, opened.now, alone=True)
    opened = opened._replace(record=changed, task=alone)
    yield _Return(record, opened, *_back(opened, record, span))


def _back(opened: Opened, record: CourseRecord, span: str) -> tuple[Course | None, str]:
    """The course before the day was closed, if anything goes back to it, and why it does not,
    whoever else is in its house.
    """
    place = _closing(record, span)
    if place is None:
        return None, ""
    earlier = _earlier(opened._replace(record=record), place)
    if earlier is None:
        return None, "it was changed since, and keeps its place"
    why = next(_against(opened, record.course, earlier), "")
    return earlier, f"{why}; it keeps its place" if why else ""


def _with_room(back: Mapping[Path, Booking]) -> dict[Path, Booking]:
    """Those of the records to which others leave room as they go back together: without some of
    them until there is, and then with all for whom there still is.
    """
    going = dict(back)
    while short := list(short_of_room([*going.values()])):
        del going[short[-1].booking.path]
    while fits := [path for path in back if path not in going and not _no_room(back[path], going)]:
        going[fits[0]] = back[fits[0]]
    return going


def _no_room(booking: Booking, going: Mapping[Path, Booking]) -> str:
    """Why a record cannot go back with some others; empty if it can."""
    together = [*going.values(), booking]
    short = next((each for each in short_of_room(together) if each.booking is booking), None)
    return f"{_what(short.entry)} cannot go back: {short.reason.text}" if short else ""


def _beside(opened: Opened, booking: Booking, going: Mapping[Path, Booking]) -> Opened:
    """A record that stays, opened beside all others as they are to be."""
    room = room_beside(booking, [*going.values()])
    if room is None:
        return opened
    return opened._replace(task=opened.task._replace(order=opened.task.order.in_room(room)))


def _earlier(opened: Opened, place: int) -> Course | None:
    """The course as it was before the day was closed, and with what took place since; None if
    anything else was changed since.
    """
    places = last_changes(opened.record)
    if place in places:
        return course_before(opened, places[0])
    before, closed = course_before(opened, place), course_before(opened, place + 1)
    return with_what_took_place(opened.record.course, before, closed)


def _closing(record: CourseRecord, span: str) -> int | None:
    """Where in the history a day was closed; None if the course was planned without it."""
    return next(
        (
            place
            for place, change in reversed(list(enumerate(record.history)))
            if change.can_be_undone
            and span not in (change.back or {}).get("asked", {"closed": [span]}).get("closed", ())
        ),
        None,
    )


def _against(opened: Opened, course: Course, earlier: Course) -> Iterator[str]:
    """What keeps a course from going back to an earlier one: a time that is over or too near, or a
    rule that it would break there.
    """
    conditions = Conditions(opened.task.order, opened.here)
    now = {_key(entry): entry.start for entry in course.entries() if not is_gone(entry)}
    moved = [
        entry
        for entry in earlier.entries()
        if not is_gone(entry) and now.get(_key(entry)) != entry.start
    ]
    for entry in moved:
        what = _what(entry)
        present = now.get(_key(entry))
        if present is not None and present <= opened.here:
            yield f"{what} has begun on {moment_text(present)}"
        near = _too_soon(conditions, entry)
        if near:
            yield f"{what} cannot go back to {moment_text(entry.start)}: {near}"
    numbers = {entry.number for entry in moved if isinstance(entry, Session)}
    for rule in unwanted(opened.task.order, earlier, numbers):
        yield f"session {rule.session} cannot go back: {rule.text}"


def _too_soon(conditions: Conditions, entry: Session | LinkedVisit) -> str:
    """Why nobody can come then: it is over, or within the notice; empty if they can."""
    if isinstance(entry, Session):
        broken = too_soon(conditions, entry.number, entry.start)
        return broken.text if broken else ""
    notice = conditions.order.rules.beside.notice
    reason = notice.refusal(entry.start) if notice else None
    return "that time has passed" if entry.start < conditions.now else reason.text if reason else ""


def _what(entry: Session | LinkedVisit) -> str:
    return f"session {entry.number}" if isinstance(entry, Session) else entry.name


def _key(entry: Session | LinkedVisit) -> tuple[object, ...]:
    return ("session", entry.number) if isinstance(entry, Session) else entry.key
