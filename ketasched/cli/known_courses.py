"""Courses of a table that have a record: what the table says more is done, as a person would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.course import ATTENDED, MISSED, PLANNED, TENTATIVE, Course, Session, is_gone
from ketasched.domain.wording import clock_text, day_text, moment_text
from ketasched.errors import KetaschedError
from ketasched.records.open import Opened, happened, name_of, read_record
from ketasched.running import changes, took_place
from ketasched.running.legal_change import Conditions, Refusal
from ketasched.running.refusals import refusal_text
from ketasched.shell import paste

if TYPE_CHECKING:
    from ketasched.asking.into_folder import IntoFolder
    from ketasched.asking.moving_in import Told
    from ketasched.files.course_table.course_table import CourseTable, Line
    from ketasched.reading.table import Cell
    from ketasched.records.record import CourseRecord


class _Mistaken(Exception):
    """A line says what cannot be taken over: the cell, a sentence and what to do."""

    def __init__(self, cell: Cell, message: str, hint: str) -> None:
        super().__init__(message)
        self.cell, self.message, self.hint = cell, message, hint


class Grown(NamedTuple):
    """A record of which a table says more: as it was, as it is to be, and what happened to it."""

    opened: Opened
    after: CourseRecord
    whats: Sequence[str]


def grown(
    table: CourseTable, told: Told, protocol: str, into: IntoFolder, act: str
) -> Grown | None:
    """The record of a course with what a table says more; None after noting what is wrong.

    Raises:
        KetaschedError: the record cannot be read.
    """
    opened = read_record(told.path).understood(into.now)._replace(act=act)
    own = opened.record.protocol.id
    if own != protocol:
        message = f"{told.path} has a course of {own}, and the line says {protocol}"
        table.fault(told.protocol_cell, message, "give the other course a name of its own")
        return None
    first, whats = opened, list[str]()
    matched = _matched(opened.record.course, told.lines)
    for line, number in zip(told.lines, matched, strict=True):
        try:
            change = _changed(opened, line, number, matched, into)
        except _Mistaken as mistake:
            table.fault(mistake.cell, mistake.message, mistake.hint)
            continue
        if change:
            course, what = change
            record = happened(opened, opened.record, course, what)
            opened = opened._replace(record=record)
            whats.append(what)
    return Grown(first, opened.record, whats)


def _matched(course: Course, lines: Sequence[Line]) -> list[int]:
    """The number of the session on the day of each line; 0: there is none."""
    free = [session for session in course.sessions if not session.undone]
    numbers = []
    for line in lines:
        same_day = [session for session in free if session.start.date() == line.day]
        same_day.sort(key=lambda session: (is_gone(session), session.start))
        own = [session for session in same_day if session.start.time() == line.at] or same_day
        own = [session for session in own if session.status == line.status] or own
        numbers.append(own[0].number if own else 0)
        free = [session for session in free if not own or session is not own[0]]
    return numbers


def _changed(
    opened: Opened, line: Line, number: int, matched: Sequence[int], into: IntoFolder
) -> tuple[Course, str] | None:
    """The course once a line is taken over, and what that was; None if it is so already.

    Raises:
        _Mistaken: it cannot be.
    """
    course = opened.record.course
    session = course.session(number) if number else None
    status = line.status or PLANNED
    if session and status in (PLANNED, session.status):
        if line.at and session.start.time() != line.at and not is_gone(session):
            raise _other(opened, line, session)
        return None
    if session and session.status not in (PLANNED, TENTATIVE):
        says = f"the record says that session {number} was {session.status}"
        raise _Mistaken(line.state, says, f"correct the line, or: {_command(opened, 'undo')}")
    if session is None and status == ATTENDED:
        session = next(_unmarked(course, matched), None)
    if session is None or status == PLANNED:
        raise _unknown(opened, line, into, list(_unmarked(course, matched)))
    return _taken_over(opened, line, session, into)


def _taken_over(
    opened: Opened, line: Line, session: Session, into: IntoFolder
) -> tuple[Course, str]:
    conditions = Conditions(opened.task.order, opened.here)
    start = datetime.combine(line.day, line.at or session.start.time(), session.start.tzinfo)
    if line.status in (ATTENDED, MISSED) and start > into.now:
        text = f"{moment_text(start)} is to come, and the line says {line.status}"
        raise _Mistaken(line.state, text, "write planned")
    course, number = opened.record.course, session.number
    try:
        if line.status == ATTENDED:
            after = took_place.attend(conditions, course, number, start)
            return after, f"session {number} took place on {moment_text(start)}"
        outcome = changes.drop(conditions, course, number, line.status or MISSED)
    except KetaschedError as refused:
        raise _Mistaken(line.state, refused.message, refused.hint) from None
    if isinstance(outcome, Refusal):
        verb = "miss" if line.status == MISSED else "cancel"
        hint = f"say what happens then: {_command(opened, verb, str(number), '--then', 'keep')}"
        raise _Mistaken(line.state, refusal_text(outcome), hint)
    return outcome, f"{line.status} session {number}"


def _unmarked(course: Course, matched: Sequence[int]) -> Iterator[Session]:
    """The sessions of which neither the record nor the table says what became of them, in order."""
    for session in sorted(course.live, key=lambda session: session.rank):
        if session.status in (PLANNED, TENTATIVE) and session.number not in matched:
            yield session


def _other(opened: Opened, line: Line, session: Session) -> _Mistaken:
    """That the record has a session at another time than the line."""
    at = clock_text(session.start.timetz())
    command = _command(
        opened, "move", str(session.number), line.day.isoformat(), f"{line.at:%H:%M}"
    )
    if session.status == ATTENDED:
        command = _command(opened, "undo")
    message = f"the record has session {session.number} at {at} on {day_text(line.day)}"
    return _Mistaken(line.when, message, f"correct the line, or: {command}")


def _unknown(
    opened: Opened, line: Line, into: IntoFolder, unmarked: Sequence[Session]
) -> _Mistaken:
    """That the record has no session of the line."""
    day = day_text(line.day)
    if line.day < into.today and line.status in (None, PLANNED):
        message = (
            f"{day} is over, the table does not say what became of it, and the record has none"
        )
        return _Mistaken(line.state, message, "write attended, missed or cancelled")
    message = f"the record has no session on {day}, and the line says {line.status or PLANNED}"
    ways = {
        ATTENDED: ("extend", "--on", line.day.isoformat()),
        PLANNED: ("move", "N", line.day.isoformat()),
    }
    way = ways.get(line.status or PLANNED) or _gone_by_hand(line, into, unmarked)
    return _Mistaken(line.when, message, f"correct the line, or: {_command(opened, *way)}")


def _gone_by_hand(line: Line, into: IntoFolder, unmarked: Sequence[Session]) -> tuple[str, ...]:
    """What to type where a session of another day than the line's was missed or cancelled."""
    missed = line.status == MISSED
    near = [session for session in unmarked if not missed or session.start <= into.now]
    if not near:
        return ("undo",)
    nearest = min(near, key=lambda session: abs(session.start.date() - line.day))
    return ("miss" if missed else "cancel", str(nearest.number))


def _command(opened: Opened, command: str, *words: str) -> str:
    return f"ketasched {command} {name_of(opened.path)} {paste(list(words))}".rstrip()
