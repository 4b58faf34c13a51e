"""What somebody else changed in a calendar on a server: judged, and taken into the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ketasched.calendar.uid import duty_uid, uid
from ketasched.domain.course import CANCELLED, Course, LinkedVisit, Session
from ketasched.domain.wording import clock_text, day_text, list_text
from ketasched.errors import KetaschedError
from ketasched.publishing.server_entry import KINDS, Seen
from ketasched.publishing.sync import Edit, Mine
from ketasched.records.open import Opened, happened
from ketasched.records.write import after_writing, write
from ketasched.running import changes
from ketasched.running.broken_rules import RULES
from ketasched.running.duties import due_duties
from ketasched.running.proof import Refusal, Setting
from ketasched.running.refusals import refusal_text

MOVED, CHANGED, DELETED = "moved", "changed", "deleted"
_ONLY_OURS = "only ours can be put back"


class Judged(NamedTuple):
    """An edit with a verdict: legal, or which rule it breaks. ``ours`` and ``theirs`` say when, or
    in which words. ``done``: accepted, overwritten, or empty. ``let_stand``: it stays in the
    calendar as it is, since a record has no place for it.
    """

    edit: Edit
    what: str
    title: str
    number: int
    ours: str
    theirs: str
    legal: bool
    verdict: str
    start: datetime | None = None
    done: str = ""
    let_stand: bool = False

    @property
    def acceptable(self) -> bool:
        """Whether it can be taken into the record, or at least stand."""
        return self.let_stand or self.what == DELETED or self.start is not None


def judge(opened: Opened, edit: Edit, mine: Mine) -> Judged:
    """What an edit means for the course."""
    entry = _entry(opened, edit.uid)
    number = entry.number if isinstance(entry, Session) else 0
    title = _title(opened, edit.uid, entry)
    ours = _moment(entry.start) if entry else ""
    wanted = mine.seen.get(edit.uid)
    base = Judged(edit, CHANGED, title, number, ours, ours, legal=True, verdict="")
    theirs = edit.theirs
    if theirs is None:
        return _judge_deleted(opened, base, entry)
    if wanted is None:
        return base._replace(verdict="it is no longer part of the course", let_stand=True)
    if theirs.is_cancelled and not wanted.is_cancelled and isinstance(entry, Session):
        called_off = _judge_deleted(opened, base, entry)
        return called_off._replace(
            theirs="cancelled", verdict=f"cancelled there; {called_off.verdict}"
        )
    if theirs.start == wanted.start and not theirs.repeats:
        return _judge_words(base, theirs, wanted)
    return _judge_time(opened, base, entry, theirs, wanted)


def _judge_time(
    opened: Opened, base: Judged, entry: Session | LinkedVisit | None, theirs: Seen, wanted: Seen
) -> Judged:
    """An entry that is at another time, or at many."""
    if theirs.repeats or not isinstance(theirs.start, datetime):
        said = "it repeats" if theirs.repeats else "it has no time that can be read"
        if theirs.start is not None and not theirs.repeats:
            said = "it lasts all day"
        return base._replace(theirs=said, legal=False, verdict=_ONLY_OURS)
    start = theirs.start.astimezone(opened.task.zone.tzinfo).replace(second=0, microsecond=0)
    moved = base._replace(what=MOVED, theirs=_moment(start), start=start)
    if isinstance(entry, Session):
        judged = _judge_moved(opened, moved, opened.record.course)
        others = _other_words(theirs, wanted)
        lost = f"; also changed, and not kept: its {list_text(others)}" if others else ""
        return judged._replace(verdict=f"{judged.verdict}{lost}")
    verdict = f"it goes with its session; {_ONLY_OURS}"
    return moved._replace(legal=False, verdict=verdict, start=None)


def _judge_words(base: Judged, theirs: Seen, wanted: Seen) -> Judged:
    words = _other_words(theirs, wanted)
    verdict = f"its {list_text(words or ['words'])}, for which a record has no place"
    return base._replace(verdict=verdict, let_stand=True)


def _other_words(theirs: Seen, wanted: Seen) -> list[str]:
    """What is different besides the start, by name."""
    words = [
        kind
        for kind, one, other in zip(KINDS, theirs.words, wanted.words, strict=False)
        if one != other
    ]
    if isinstance(theirs.start, datetime) and isinstance(wanted.start, datetime):
        ends = (theirs.end, wanted.end)
        lengths = [
            end - start
            for end, start in zip(ends, (theirs.start, wanted.start), strict=True)
            if isinstance(end, datetime)
        ]
        words += ["length"] if len(set(lengths)) > 1 or len(lengths) < 2 else []
    return words


def _judge_moved(opened: Opened, moved: Judged, course: Course) -> Judged:
    if moved.start is None:
        raise TypeError(moved)
    setting = Setting(opened.task.order, opened.here)
    try:
        outcome = changes.move(setting, course, moved.number, moved.start, "keep")
    except KetaschedError as problem:
        verdict = f"{problem.message}; {_ONLY_OURS}"
        return moved._replace(legal=False, verdict=verdict, start=None)
    if isinstance(outcome, Refusal):
        rules = list_text(list(dict.fromkeys(one.rule for one in outcome.faults)))
        own = f"session {moved.number}: "
        verdict = f"breaks {rules}: {refusal_text(outcome).replace(own, '')}"
        return moved._replace(legal=False, verdict=verdict)
    return moved._replace(verdict="legal")


def _judge_deleted(opened: Opened, base: Judged, entry: Session | LinkedVisit | None) -> Judged:
    gone = base._replace(what=DELETED, theirs="", let_stand=True)
    if not isinstance(entry, Session):
        return gone._replace(verdict="to accept is to keep it out of this calendar")
    setting = Setting(opened.task.order, opened.here)
    number = base.number
    try:
        changes.drop(setting, opened.record.course, number, CANCELLED, "keep")
    except KetaschedError as problem:
        return gone._replace(verdict=f"{problem.message}; to accept is to keep it out")
    return gone._replace(verdict="to accept is to cancel the session", let_stand=False)


def take_in(opened: Opened, judged: Sequence[Judged]) -> tuple[Opened, list[Judged]]:
    """The record with what somebody did in the calendar, as a person's own changes, written with
    its calendars; edits that cannot be taken stay undone.
    """
    setting = Setting(opened.task.order, opened.here, override=frozenset(RULES))
    course = opened.record.course
    after: list[Judged] = []
    what: list[str] = []
    for one in judged:
        if one.let_stand:
            after.append(one._replace(done="accepted"))
            continue
        found: Course | Refusal | None = None
        if one.what == DELETED:
            found = changes.drop(setting, course, one.number, CANCELLED, "keep")
            said = f"cancelled session {one.number}"
        elif one.start is not None:
            found = changes.move(setting, course, one.number, one.start, "keep")
            said = f"moved session {one.number} to {_moment(one.start)}"
        if isinstance(found, Course):
            course = found
            what.append(said)
            # Who deletes an entry does not want it back as a cancelled one.
            gone = one.edit.theirs is None
            after.append(one._replace(done="accepted", let_stand=gone))
        else:
            after.append(one)
    if not what:
        return opened, after
    before = {rule for one in opened.record.course.sessions for rule in one.broken}
    broken = {rule for one in course.sessions for rule in one.broken} - before
    text = f"as the calendar has it: {list_text(what)}"
    record = happened(opened, opened.record, course, text, overridden=tuple(sorted(broken)))
    record = write(opened, record, opened.path, opened.task)
    return after_writing(opened, record), after


def _entry(opened: Opened, name: str) -> Session | LinkedVisit | None:
    course = opened.record.course
    who = opened.task.course_name
    return next((one for one in course.entries() if uid(who, course, one) == name), None)


def _title(opened: Opened, name: str, entry: Session | LinkedVisit | None) -> str:
    if isinstance(entry, Session):
        return entry.name or entry.phase
    if entry:
        return entry.name
    course = opened.record.course
    who = opened.task.course_name
    duties = [one for one in due_duties(course) if duty_uid(who, course, one) == name]
    return duties[0].name if duties else "an entry"


def _moment(moment: datetime) -> str:
    return f"{day_text(moment.date())} {clock_text(moment.timetz())}"
