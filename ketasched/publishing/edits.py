"""What somebody else changed in a calendar on a server: judged, and taken into the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from ketasched.domain.course import CANCELLED, Course, LinkedVisit, Session
from ketasched.domain.linked_visit_rule import VisitKey
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import list_text, moment_text
from ketasched.errors import KetaschedError
from ketasched.publishing.our_entries import OurEntries
from ketasched.publishing.server_entry import WORD_KINDS, Appearance, WordKind
from ketasched.publishing.sync import Edit
from ketasched.records.open import Opened, happened
from ketasched.records.told_calendars import entry_of
from ketasched.records.write import after_writing, write
from ketasched.running import changes, visit_changes
from ketasched.running.broken_rules import RULES
from ketasched.running.duties import DueDuty
from ketasched.running.legal_change import Conditions, Refusal
from ketasched.running.refusals import refusal_text

EditKind = Literal["moved", "changed", "deleted"]
Settlement = Literal["", "accepted", "overwritten", "would be accepted", "would be overwritten"]
_ONLY_OURS = "only ours can be put back"


class JudgedEdit(NamedTuple):
    """An edit with a verdict: legal, or which rule it breaks. ``ours`` and ``theirs`` say when, or
    in which words; ``start`` is where it would move the session. ``handle`` is what a change calls
    it: the number of a session, or the handle of a linked ``visit``. ``done``: what was decided.
    ``let_stand``: it stays in the calendar as it is, since a record has no place for it.
    """

    edit: Edit
    kind: EditKind
    title: str
    number: int
    ours: str
    theirs: str
    legal: bool
    verdict: str
    start: datetime | None = None
    done: Settlement = ""
    let_stand: bool = False
    handle: str = ""
    visit: VisitKey | None = None

    @property
    def subject(self) -> str:
        """What it changed, in words."""
        return f"session {self.number}" if self.number else f"{self.title} {self.handle}"

    @property
    def acceptable(self) -> bool:
        """Whether it can be taken into the record, or at least stand."""
        return self.let_stand or self.kind == "deleted" or self.start is not None


def judge(opened: Opened, edit: Edit, entries: OurEntries) -> JudgedEdit:
    """What an edit means for the course."""
    known = entry_of(opened.task, opened.record.course, edit.uid)
    entry = None if isinstance(known, DueDuty) else known
    number = entry.number if isinstance(entry, Session) else 0
    title = _title(known)
    when = moment_text(entry.start) if entry else ""
    base = JudgedEdit(edit, "changed", title, number, when, when, legal=True, verdict="")
    base = base._replace(handle=str(number or ""))
    if isinstance(entry, LinkedVisit):
        handle = handle_of(opened.record.course, entry)
        base = base._replace(handle=handle, visit=entry.key)
    ours, theirs = entries.appearance(edit.uid), edit.theirs
    if theirs is None:
        return _judge_deleted(opened, base, entry)
    if ours is None:
        verdict = "it is another audience's" if known else "it is no longer part of the course"
        return base._replace(verdict=verdict, let_stand=True)
    if theirs.is_cancelled and not ours.is_cancelled and entry:
        called_off = _judge_deleted(opened, base, entry)
        return called_off._replace(
            theirs="cancelled", verdict=f"cancelled there; {called_off.verdict}"
        )
    if theirs.start == ours.start and not theirs.repeats:
        words = list_text(_changed_words(theirs, ours) or ["words"])
        verdict = f"its {words}, for which a record has no place"
        return base._replace(verdict=verdict, let_stand=True)
    return _judge_time(opened, base, entry, theirs, ours)


def _judge_time(
    opened: Opened,
    base: JudgedEdit,
    entry: Session | LinkedVisit | None,
    theirs: Appearance,
    ours: Appearance,
) -> JudgedEdit:
    """An entry that is at another time, or at many."""
    if theirs.repeats or not isinstance(theirs.start, datetime):
        shape = "it repeats" if theirs.repeats else "it has no time that can be read"
        if theirs.start is not None and not theirs.repeats:
            shape = "it lasts all day"
        return base._replace(theirs=shape, legal=False, verdict=_ONLY_OURS)
    start = theirs.start.astimezone(opened.task.zone.tzinfo).replace(second=0, microsecond=0)
    moved = base._replace(kind="moved", theirs=moment_text(start))
    if entry is None:
        verdict = f"it goes with its session; {_ONLY_OURS}"
        return moved._replace(legal=False, verdict=verdict)
    judged = _judge_moved(opened, moved, start)
    words = _changed_words(theirs, ours)
    lost = f"; also changed, and not kept: its {list_text(words)}" if words else ""
    return judged._replace(verdict=f"{judged.verdict}{lost}")


def _changed_words(theirs: Appearance, ours: Appearance) -> list[WordKind]:
    """What is different besides the start, by name."""
    pairs = zip(WORD_KINDS, theirs.words, ours.words, strict=False)
    changed = [kind for kind, their_words, our_words in pairs if their_words != our_words]
    if isinstance(theirs.start, datetime) and isinstance(ours.start, datetime):
        lengths = [
            entry.end - entry.start
            for entry in (theirs, ours)
            if isinstance(entry.end, datetime) and isinstance(entry.start, datetime)
        ]
        changed += ["length"] if len(set(lengths)) > 1 or len(lengths) < 2 else []
    return changed


def _judge_moved(opened: Opened, moved: JudgedEdit, start: datetime) -> JudgedEdit:
    setting = Conditions(opened.task.order, opened.here)
    try:
        outcome = _moved(setting, opened.record.course, moved, start)
    except KetaschedError as problem:
        verdict = f"{problem.message}; {_ONLY_OURS}"
        return moved._replace(legal=False, verdict=verdict)
    if isinstance(outcome, Refusal):
        rules = list_text(list(dict.fromkeys(rule.name for rule in outcome.broken)))
        why = refusal_text(outcome, of_session=moved.number, of_visit=moved.subject)
        verdict = f"breaks {rules}: {why}"
        return moved._replace(legal=False, verdict=verdict, start=start)
    return moved._replace(verdict="legal", start=start)


def _judge_deleted(
    opened: Opened, base: JudgedEdit, entry: Session | LinkedVisit | None
) -> JudgedEdit:
    gone = base._replace(kind="deleted", theirs="", let_stand=True)
    if entry is None:
        return gone._replace(verdict="to accept is to keep it out of this calendar")
    setting = Conditions(opened.task.order, opened.here)
    try:
        _called_off(setting, opened.record.course, base)
    except KetaschedError as problem:
        return gone._replace(verdict=f"{problem.message}; to accept is to keep it out")
    what = "the session" if base.number else base.subject
    return gone._replace(verdict=f"to accept is to cancel {what}", let_stand=False)


def _moved(
    conditions: Conditions, course: Course, edit: JudgedEdit, start: datetime
) -> Course | Refusal:
    if edit.visit:
        return visit_changes.move_visit(conditions, course, edit.visit, start)
    return changes.move(conditions, course, edit.number, start, "keep")


def _called_off(conditions: Conditions, course: Course, edit: JudgedEdit) -> Course | Refusal:
    if edit.visit:
        return visit_changes.drop_visit(conditions, course, edit.visit, missed=False)
    return changes.drop(conditions, course, edit.number, CANCELLED, "keep")


def take_in(opened: Opened, edits: Sequence[JudgedEdit]) -> tuple[Opened, list[JudgedEdit]]:
    """The record with what somebody did in the calendar, as a person's own changes, written with
    its calendars; edits that cannot be taken stay undone.
    """
    course = opened.record.course
    after: list[JudgedEdit] = []
    sentences: list[str] = []
    for edit in edits:
        outcome = None if edit.let_stand else _taken_in(opened, course, edit)
        if isinstance(outcome, Course):
            course = outcome
            sentences.append(_sentence(edit))
            # Who deletes an entry does not want it back as a cancelled one.
            after.append(edit._replace(done="accepted", let_stand=edit.edit.theirs is None))
        elif edit.let_stand or edit.kind == "deleted":
            after.append(edit._replace(done="accepted", let_stand=True))
        else:
            after.append(edit)
    if not sentences:
        return opened, after
    broken = _broken(course) - _broken(opened.record.course)
    text = f"as the calendar has it: {list_text(sentences)}"
    record = happened(opened, opened.record, course, text, overridden=tuple(sorted(broken)))
    record = write(opened, record, opened.path, opened.task)
    return after_writing(opened, record), after


def _broken(course: Course) -> set[str]:
    """The rules that were broken on purpose."""
    return {rule for entry in course.entries() for rule in entry.broken}


def _taken_in(opened: Opened, course: Course, edit: JudgedEdit) -> Course | Refusal | None:
    """The course with an edit; None if it asks for nothing that can be done, or for what another
    edit before it took along.
    """
    setting = Conditions(opened.task.order, opened.here, override=frozenset(RULES))
    try:
        if edit.kind == "deleted":
            return _called_off(setting, course, edit)
        return _moved(setting, course, edit, edit.start) if edit.start else None
    except KetaschedError:
        return None


def _sentence(edit: JudgedEdit) -> str:
    if edit.start is None:
        return f"cancelled {edit.subject}"
    return f"moved {edit.subject} to {moment_text(edit.start)}"


def _title(entry: Session | LinkedVisit | DueDuty | None) -> str:
    if isinstance(entry, Session):
        return entry.name or entry.phase
    return entry.name if entry else "an entry"
