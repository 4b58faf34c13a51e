"""How each session of a record came to stand where it does, as its history tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ketasched.domain.course import ATTENDED, CANCELLED, MISSED
from ketasched.records.history import State, state_before
from ketasched.records.open import snapshot
from ketasched.records.plain_values import wall_time_of
from ketasched.records.record import CourseRecord, PastChange
from ketasched.running.deviations import CameAbout

Sessions = Mapping[int, Mapping[str, Any]]
"""The sessions of a state, by number."""


def came_about(record: CourseRecord) -> dict[int, CameAbout]:
    """For each session when it was planned for before it took place, and the newest reason that was
    given for what became of it; what was undone counts for nothing, nor what moved a session that
    stands where it stood before again.
    """
    now = _by_number(snapshot(record))
    planned = {session.number: session.start for session in record.course.sessions}
    attended = {each.number for each in record.course.sessions if each.status == ATTENDED}
    reasons: dict[int, str] = {}
    for change, after_it, before_it in steps(record):
        after, before = _by_number(after_it), _by_number(before_it)
        for number in after.keys() & before.keys():
            if number in attended and before[number]["status"] != ATTENDED:
                attended.remove(number)
                start = wall_time_of(before[number]["start"])
                planned[number] = start.replace(tzinfo=planned[number].tzinfo)
            told = change.reason and not (change.undone or change.undoes)
            back = _stands_again(before[number], after[number], now[number], planned[number])
            if told and _is_about(after[number], before[number]) and not back:
                reasons.setdefault(number, " ".join(change.reason.split()))
    return {number: CameAbout(start, reasons.get(number, "")) for number, start in planned.items()}


def steps(record: CourseRecord) -> Iterator[tuple[PastChange, State, State]]:
    """The changes, the newest first, each with the state after and before it; as far as the history
    leads.
    """
    state: State = snapshot(record)
    for change in reversed(record.history):
        try:
            before = state_before(state, change.back or {})
        except IndexError:  # somebody altered it
            return
        yield change, state, before
        state = before


def _by_number(state: State) -> Sessions:
    return {session["number"]: session for session in state["sessions"]}


def _stands_again(
    before: Mapping[str, Any], after: Mapping[str, Any], now: Mapping[str, Any], planned: datetime
) -> bool:
    """Whether a session is planned for when it was before it was moved, by the same rules."""
    start = wall_time_of(before["start"])
    return (
        before["status"] == after["status"]
        and start == planned.replace(tzinfo=None)
        and before["broken"] == now["broken"]
    )


def _is_about(after: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether a change was about a session: what became of it, the day it stands on or the rules
    broken for it; not where it only went along with a target that moved.
    """
    if after["status"] != before["status"] and after["status"] in (ATTENDED, MISSED, CANCELLED):
        return True
    if after["target"] != before["target"]:
        return bool(after["by_hand"] and not before["by_hand"])
    return any(after[key] != before[key] for key in ("start", "broken"))
