"""A record's course as its audiences see it: patient, staff, and who only has to know when."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from ketasched.asking.intake import Task
from ketasched.calendar.entry_text import (
    AUDIENCES,
    Audience,
    Entry,
    View,
    description,
    duty_title,
    location,
    summary,
)
from ketasched.calendar.uid import duty_uid, uid
from ketasched.calendar.written_calendar import Revision, WrittenCalendar
from ketasched.domain.course import ATTENDED, PLANNED, Course, is_gone
from ketasched.errors import FileTrouble
from ketasched.languages.language import ENGLISH
from ketasched.records.record import CourseRecord, ToldEntry
from ketasched.running.duties import DueDuty, due_duties

EntryKey = tuple[str, Audience]
"""The UID of an entry, and for whom it is."""


def told_by_key(record: CourseRecord) -> dict[EntryKey, ToldEntry]:
    """What calendars were told, by UID and audience."""
    return {(entry.uid, entry.audience): entry for entry in record.told}


def keep_up(
    task: Task, course: Course, before: Mapping[EntryKey, ToldEntry], now: datetime
) -> tuple[ToldEntry, ...]:
    """What calendars are to be told of a course: for each audience SEQUENCE rises where anything
    that one sees of an entry has changed, and only there; an entry that was ever told of keeps its
    line.
    """
    told = dict(before)
    for audience in AUDIENCES:
        view = view_for(task, audience)
        for entry in course.entries():
            name = uid(view, course, entry)
            # A session that took place as planned looks as it did.
            status = PLANNED if entry.status == ATTENDED else entry.status
            texts = (summary(course, entry, view), description(course, entry, view))
            seen = f"{entry.start} {entry.end} {status} {location(entry, view)}"
            _note(told, (name, audience), "\0".join((*texts, seen)), now)
        for duty in due_duties(course) if audience == "staff" else ():
            name = duty_uid(view, course, duty.session, duty.name)
            _note(told, (name, audience), f"{duty_title(duty, view)} {duty.due}", now)
    return tuple(told.values())


def _note(told: dict[EntryKey, ToldEntry], key: EntryKey, seen: str, now: datetime) -> None:
    said = hashlib.sha256(seen.encode(errors="replace")).hexdigest()[:32]
    before = told.get(key)
    if before is None:
        told[key] = ToldEntry(*key, 0, now, now, said)
    elif before.said != said:
        # A clock that was set back does not take a change before the one it follows.
        later = max(now, before.modified)
        told[key] = ToldEntry(*key, before.sequence + 1, before.created, later, said)


def sequences(told: tuple[ToldEntry, ...], audience: Audience) -> dict[str, int]:
    """How often each entry has changed for an audience, by UID."""
    return {entry.uid: entry.sequence for entry in told if entry.audience == audience}


def revisions(told: tuple[ToldEntry, ...], audience: Audience) -> dict[str, Revision]:
    """How often and when each entry has changed for an audience, by UID."""
    return {
        entry.uid: Revision(entry.sequence, entry.created, entry.modified)
        for entry in told
        if entry.audience == audience
    }


def live_uids(task: Task, course: Course, audience: Audience) -> frozenset[str]:
    """The UIDs of what holds, without what stands in calendars as cancelled."""
    view = view_for(task, audience)
    entries = [uid(view, course, entry) for entry in course.entries() if not is_gone(entry)]
    duties = [
        duty_uid(view, course, duty.session, duty.name)
        for duty in due_duties(course)
        if not is_gone(duty)
    ]
    return frozenset((*entries, *duties))


def entry_of(task: Task, course: Course, name: str) -> Entry | DueDuty | None:
    """The entry that has a UID in some audience's calendar."""
    for audience in AUDIENCES:
        view = view_for(task, audience)
        for entry in course.entries():
            if uid(view, course, entry) == name:
                return entry
        for duty in due_duties(course):
            if duty_uid(view, course, duty.session, duty.name) == name:
                return duty
    return None


def view_for(task: Task, audience: Audience) -> View:
    """How a course is shown to an audience."""
    if audience == "free-busy":
        return View(task.course_name, audience, uid_source=task.uid_source)
    file = task.surroundings.file
    return View(
        task.course_name,
        audience,
        task.title,
        task.location,
        task.reminders,
        file.phone if file else "",
        task.uid_source,
        task.language if audience == "patient" else ENGLISH,
        task.seats if audience == "staff" else (),
    )


def refuse_older_rules(task: Task) -> None:
    """Older zone rules would take back what newer ones said of the course's times.

    Raises:
        FileTrouble: the rules here are older than those the record was written with.
    """
    if task.zone.version < task.zone_rules:
        raise FileTrouble(
            f"the zone rules here are those of {task.zone.version}, and {task.course_name} was "
            f"written with those of {task.zone_rules}",
            "nothing was changed; get the newer ones: pip install --upgrade tzdata",
        )


def calendar_of(
    task: Task,
    course: Course,
    told: tuple[ToldEntry, ...],
    view: View,
) -> WrittenCalendar:
    """The calendar of a record's course.

    Raises:
        FileTrouble: the zone rules here are older than those it was written with.
    """
    refuse_older_rules(task)
    from ketasched.calendar import ics_file

    stamp = max((entry.modified for entry in told), default=datetime(2000, 1, 1, tzinfo=UTC))
    return ics_file.write(course, task.zone, view, stamp, revisions(told, view.audience))
