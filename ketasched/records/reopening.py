"""A closed day is open again: what was moved because of it goes back where it was, if it may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from ketasched.domain.course import Course, LinkedVisit, Session, is_gone
from ketasched.domain.wording import clock_text, day_text
from ketasched.records.closed_days import reopened_text, span_of
from ketasched.records.open import Opened, happened, task_of
from ketasched.records.record import CourseRecord
from ketasched.records.undo import course_before, last_changes
from ketasched.running.legal_change import Conditions, too_soon, unwanted
from ketasched.running.reopening import with_what_took_place


class Reopened(NamedTuple):
    """A record of which a day is open again: opened so, and as it is to be written; why nothing of
    it went back, empty if all did or nothing had moved. ``kept_from`` is the course that it did not
    go back to; None where it did, or was changed since.
    """

    opened: Opened
    after: CourseRecord
    why: str
    kept_from: Course | None = None


def reopened(opened: Opened, day: date, reason: str) -> Reopened | None:
    """The record with a day open again; None where it was never closed for it alone."""
    record, span = opened.record, span_of(day)
    if span not in record.options.get("closed", ()):
        return None
    closed = [other for other in record.options["closed"] if other != span]
    others = {name: value for name, value in record.options.items() if name != "closed"}
    changed = record._replace(options=others | ({"closed": closed} if closed else {}))
    opened = opened._replace(record=changed, task=task_of(changed, opened.now))
    course, why, kept_from = _back(opened, record, span)
    after = happened(opened, record, course, reopened_text(day), reason=reason)
    return Reopened(opened, after, why, kept_from)


def _back(opened: Opened, record: CourseRecord, span: str) -> tuple[Course, str, Course | None]:
    """The course before the day was closed; or the one that is, why that stays, and from which
    course it was kept.
    """
    place = _closing(record, span)
    if place is None:
        return record.course, "", None
    earlier = _earlier(opened._replace(record=record), place)
    if earlier is None:
        return record.course, "it was changed since, and keeps its place", None
    why = next(_against(opened, record.course, earlier), "")
    return (record.course, f"{why}; it keeps its place", earlier) if why else (earlier, "", None)


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
        number = entry.number if isinstance(entry, Session) else 0
        what = f"session {number}" if number else entry.name
        present = now.get(_key(entry))
        if present is not None and present <= opened.here:
            yield f"{what} has begun on {_moment_text(present)}"
        near = _too_soon(conditions, entry)
        if near:
            yield f"{what} cannot go back to {_moment_text(entry.start)}: {near}"
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


def _key(entry: Session | LinkedVisit) -> tuple[object, ...]:
    return ("session", entry.number) if isinstance(entry, Session) else entry.key


def _moment_text(moment: datetime) -> str:
    return f"{day_text(moment.date())} {clock_text(moment.timetz())}"
