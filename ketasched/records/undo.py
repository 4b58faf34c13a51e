"""Going back one change in a record."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from ketasched.calendar.entry_text import AUDIENCES
from ketasched.calendar.uid import uid
from ketasched.domain.course import Course
from ketasched.domain.protocol import Protocol
from ketasched.errors import FileTrouble
from ketasched.records import feed_names
from ketasched.records.busy_state import busy_of_state
from ketasched.records.course_state import check_state, course_of
from ketasched.records.history import state_before, way_back
from ketasched.records.open import Opened, snapshot, task_of
from ketasched.records.record import CourseRecord, PastChange
from ketasched.records.told_calendars import keep_up, told_by_key, view_for
from ketasched.records.versions import protocol_of, version_state
from ketasched.running.undo import gone_back


def undone(opened: Opened, reason: str) -> tuple[Opened, CourseRecord] | None:
    """The record with the plan before the last change that has not been undone, opened as it then
    is, and as it is to be written; None if there is no such change. Changes of one act go together.
    """
    record = opened.record
    places = last_changes(record)
    if not places:
        return None
    last, before = record.history[places[0]], _before(record, places[0])
    course = course_before(opened, places[0])
    gone_back_to = record._replace(
        course=course,
        options=before["asked"],
        busy=busy_of_state(before["busy"]),
        protocol=course.protocol,
        protocol_data=before["protocol"],
    )
    task = task_of(gone_back_to, opened.now)
    back = way_back(snapshot(gone_back_to), snapshot(record))
    history = [
        change._replace(undone=True) if place in places else change
        for place, change in enumerate(record.history)
    ]
    more = f", and {len(places) - 1} more" if len(places) > 1 else ""
    what = f"undid: {last.what}{more}"
    history.append(PastChange(opened.now, what, reason, (), back, undoes=True))
    told = keep_up(task, gone_back_to.course, told_by_key(record), opened.now)
    return opened._replace(task=task), gone_back_to._replace(told=told, history=tuple(history))


def course_before(opened: Opened, place: int) -> Course:
    """The course before a change of the history, as it would be now: what calendars may know of
    since stays there as cancelled.

    Raises:
        FileTrouble: somebody altered the history.
    """
    record = opened.record
    before = _before(record, place)
    earlier = course_of(
        before, _protocol(record, before), record.course.start, opened.task.zone.tzinfo
    )
    return gone_back(record.course, earlier) if _may_be_known(opened, earlier) else earlier


def last_changes(record: CourseRecord) -> list[int]:
    """The places in the history of the last change that still holds, and of those that were made
    in one act with it.
    """
    places = [place for place, change in enumerate(record.history) if change.can_be_undone]
    if not places:
        return []
    act = record.history[places[-1]].act
    same = takewhile(lambda place: record.history[place].act == act, reversed(places))
    return sorted(same) if act else places[-1:]


def _may_be_known(opened: Opened, earlier: Course) -> bool:
    """Whether a calendar may hold an entry that the ``earlier`` course does not have."""
    record = opened.record
    if record.following or (opened.path.parent / feed_names.NAME).exists():
        return True
    on_paper = (told.uid for paper in record.papers for told in paper.told)
    mailed = (box.entries for box in record.mail.values())
    shared = set().union(*record.exported.values(), *record.published.values(), *mailed, on_paper)
    for audience in AUDIENCES:
        view = view_for(opened.task, audience)
        planned = {uid(view, earlier, entry) for entry in earlier.entries()}
        if any(
            uid(view, record.course, entry) in shared - planned for entry in record.course.entries()
        ):
            return True
    return False


def _protocol(record: CourseRecord, state: dict[str, Any]) -> Protocol:
    """The version of its protocol that a record had in a state of its history; the newest one is of
    the history too by then.
    """
    ways = [*(change.back for change in record.history), version_state(record)]
    return protocol_of(state, ways)


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
        faults = check_state(state, _protocol(record, state))
    if faults:
        raise FileTrouble(
            f"the history of {record.file} was altered: {faults[0]}",
            "nothing was changed; the record before the last change stands beside it, as .bak",
            record.file,
        )
    return state
