"""The records of a folder for which a day closes: whose they are, and what is written."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ketasched.asking.refusals import worded
from ketasched.cli.cannot_follow import cannot_follow, way_out
from ketasched.domain.course import Course
from ketasched.domain.house import House
from ketasched.domain.wording import day_text
from ketasched.errors import FileTrouble, KetaschedError
from ketasched.records import acts, closed_days
from ketasched.records.atomic import NewFile
from ketasched.records.folder import may_say
from ketasched.records.following import refuse_drift
from ketasched.records.open import Opened, happened, open_record, task_of
from ketasched.records.record import CourseRecord
from ketasched.records.write import write
from ketasched.reports.running_report import Call
from ketasched.running.closing_day import begun, is_touched, sessions_of, without_day
from ketasched.running.legal_change import Conditions, Refusal
from ketasched.running.refusals import refusal_text

if TYPE_CHECKING:
    from ketasched.house.ways import RunningCourse


class Closing(NamedTuple):
    """A day that is closed, why, the moment, whether it is only shown, and the name of the act."""

    day: date
    reason: str
    now: datetime
    dry_run: bool
    act: str = ""


class DayClosed(NamedTuple):
    """A record for which a day is closed, opened alone in its house, and what it was before."""

    opened: Opened
    before: CourseRecord

    @property
    def house(self) -> House | None:
        """What its clinic has, if that is known."""
        return self.before.clinic.house if self.before.clinic else None

    @property
    def conditions(self) -> Conditions:
        """What a change of it needs to know."""
        return Conditions(self.opened.task.order, self.opened.here)

    @property
    def course(self) -> RunningCourse:
        """Its course as it is planned again among others."""
        from ketasched.house.ways import RunningCourse

        return RunningCourse(str(self.opened.path), self.before.course, self.conditions)


def remembered(folder: Path, closing: Closing) -> tuple[Closing, list[NewFile]]:
    """A closed day is noted where every record of the folder finds it, now and later: the file, if
    it changes. Closing it again, for those that had no place, is the same act.
    """
    days = closed_days.load(folder)
    known = [day for day in days if day.is_closed and day.day == closing.day]
    act = next((day.act for day in known if day.act), "") or acts.new_folder_act()
    closed = closed_days.ClosedDay(closing.day, closing.reason, act)
    if known:
        closed = known[0]._replace(act=act)
    after = [*(day for day in days if day not in known), closed]
    files = [closed_days.new_file(folder, after)] if set(after) != set(days) else []
    return closing._replace(act=act), files


def coming(path: Path, closing: Closing) -> DayClosed | Call | None:
    """A record with somebody to come on the day, for which it is closed now; or whom to call though
    nothing can move; None where nobody was to come.
    """
    if not may_say(path, f'"{closing.day.isoformat()} '):
        return None
    opened = open_record(str(path), closing.now)
    course = opened.record.course
    if not is_touched(course, closing.day, opened.here):
        why = begun(course, closing.day, opened.here)
        return Call(opened.record.name, course, None, why, begun=True) if why else None
    try:
        return with_day_closed(opened, closing.day)
    except KetaschedError as error:  # the record can be read: somebody must be called
        return Call(opened.record.name, course, None, worded(error).message)


def with_day_closed(opened: Opened, day: date) -> DayClosed:
    """A record for which a day is closed, alone in its house; nobody's own entries would be written
    over.

    Raises:
        KetaschedError: it cannot be planned again, or somebody altered a calendar of it.
    """
    try:
        refuse_drift(opened.path, opened.record)
    except FileTrouble as trouble:
        raise FileTrouble(f"not changed, {trouble.message}; {trouble.hint}") from None
    closed = [*opened.record.options.get("closed", []), closed_days.span_of(day)]
    record = opened.record._replace(options={**opened.record.options, "closed": closed})
    task = task_of(record, opened.now, alone=True)
    return DayClosed(opened._replace(record=record, task=task), opened.record)


def closed_alone(closed: DayClosed, closing: Closing) -> Call:
    """Whom to call for a record that shares no house, which is written."""
    outcome = without_day(closed.conditions, closed.before.course, closing.day)
    call, after = called(closed.opened, closed.before, outcome, closing)
    if after and not closing.dry_run:
        opened = closed.opened._replace(act=closing.act)
        try:
            write(opened, after, opened.path, opened.task)
        except FileTrouble as trouble:
            why = f"not changed, {trouble.message}; {trouble.hint}"
            return call._replace(after=None, why=why)
    return call


def called(
    opened: Opened, before: CourseRecord, outcome: Course | Refusal, closing: Closing
) -> tuple[Call, CourseRecord | None]:
    """Whom to call for a record whose course was planned again, and the record as it is to be
    written; None where it stays.
    """
    course = before.course
    if isinstance(outcome, Refusal):
        touched = sessions_of(course, closing.day, opened.here)
        remedy = way_out(opened, touched[0]) if touched else ""
        return Call(before.name, course, None, f"{refusal_text(outcome)}{remedy}"), None
    if is_touched(outcome, closing.day, opened.here):
        why = f"the clinic's file opens {day_text(closing.day)} whatever else is closed"
        return Call(before.name, course, None, why), None
    what = closed_days.closed_text(closing.day)
    opened = opened._replace(act=closing.act)
    after = happened(opened, before, outcome, what, reason=closing.reason)
    said = map(str, cannot_follow(opened, course, outcome))
    why = "; ".join([*said, begun(course, closing.day, opened.here)]).removesuffix("; ")
    return Call(before.name, course, outcome, why), after
