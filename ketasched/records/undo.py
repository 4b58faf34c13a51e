"""Going back one change in a record."""

from __future__ import annotations

from typing import Any

from ketasched.errors import FileTrouble
from ketasched.records.busy_state import busy_of_state
from ketasched.records.course_state import check_state, course_of
from ketasched.records.history import state_before, way_back
from ketasched.records.open import Opened, snapshot, task_of
from ketasched.records.record import CourseRecord, PastChange
from ketasched.records.told_calendars import keep_up, told_by_key
from ketasched.running.undo import gone_back


def undone(opened: Opened, reason: str) -> tuple[Opened, CourseRecord] | None:
    """The record with the plan before the last change that has not been undone, opened as it then
    is, and as it is to be written; None if there is no such change.
    """
    record = opened.record
    undoable = [place for place, change in enumerate(record.history) if change.can_be_undone]
    if not undoable:
        return None
    place = undoable[-1]
    last, before = record.history[place], _before(record, place)
    earlier = course_of(before, record.protocol, record.course.start, opened.task.zone.tzinfo)
    gone_back_to = record._replace(
        course=gone_back(record.course, earlier),
        options=before["asked"],
        busy=busy_of_state(before["busy"]),
    )
    task = task_of(gone_back_to, opened.now)
    back = way_back(snapshot(gone_back_to), snapshot(record))
    history = list(record.history)
    history[place] = last._replace(undone=True)
    history.append(PastChange(opened.now, f"undid: {last.what}", reason, (), back, undoes=True))
    told = keep_up(task, gone_back_to.course, told_by_key(record), opened.now)
    return opened._replace(task=task), gone_back_to._replace(told=told, history=tuple(history))


def _before(record: CourseRecord, place: int) -> dict[str, Any]:
    """The state before a change of the history.

    Raises:
        FileTrouble: somebody altered the history, so that there is no way back to it.
    """
    state = snapshot(record)
    try:
        for change in reversed(record.history[place:]):
            state = state_before(state, change.back or {})
    except IndexError:
        faults = ["it does not fit the course"]
    else:
        faults = check_state(state, record.protocol)
    if faults:
        raise FileTrouble(
            f"the history of {record.file} was altered: {faults[0]}",
            "nothing was changed; the record before the last change stands beside it, as .bak",
            record.file,
        )
    return state
