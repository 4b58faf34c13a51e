"""Going back one change in a record."""

from __future__ import annotations

from ketasched.records.course_state import course_of
from ketasched.records.open import Opened, task_of
from ketasched.records.record import CourseRecord, PastChange
from ketasched.records.told_calendars import keep_up, told_by_key
from ketasched.running.undo import gone_back


def undone(opened: Opened, reason: str) -> tuple[Opened, CourseRecord] | None:
    """The record with the plan before the last change that has not been undone, opened as it then
    is, and as it is to be written; None if there is no such change.
    """
    record = opened.record
    places = [
        place
        for place, happening in enumerate(record.history)
        if happening.before is not None and not happening.undone
    ]
    if not places:
        return None
    last = record.history[places[-1]]
    before = last.before or {}
    zone = opened.task.zone.tzinfo
    earlier = course_of(before, record.protocol, record.course.start, zone)
    course = gone_back(record.course, earlier)
    record = record._replace(options=before["asked"])
    task = task_of(record, opened.now)
    history = list(record.history)
    history[places[-1]] = last._replace(undone=True)
    history.append(PastChange(opened.now, f"undid: {last.what}", reason, (), None))
    kept = keep_up(task, course, told_by_key(record), opened.now)
    after = record._replace(course=course, told=kept, history=tuple(history))
    return opened._replace(task=task), after
