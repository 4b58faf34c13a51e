"""What the commands that change a saved course have in common."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from ketasched import clock
from ketasched.asking.refusals import breaks_rules
from ketasched.asking.values import reason_of
from ketasched.cli.cannot_follow import cannot_follow
from ketasched.cli.entries import Meant, entry_of, is_list
from ketasched.cli.options import Format
from ketasched.cli.result import Result
from ketasched.domain.course import Course, Session
from ketasched.domain.linked_visit_rule import VisitKey
from ketasched.domain.protocol import Then
from ketasched.domain.wording import list_text, moment_text
from ketasched.errors import UsageProblem, did_you_mean
from ketasched.records.open import Opened, happened, open_record
from ketasched.records.record import CourseRecord
from ketasched.records.seating import seatless_notes
from ketasched.records.write import mend, refuse_no_room, write
from ketasched.running import changes, visit_changes
from ketasched.running.broken_rules import RULES, Rule
from ketasched.running.gates import overlooked
from ketasched.running.legal_change import Conditions, Refusal
from ketasched.running.make_ups import appended_where
from ketasched.shell import paste


class ChangeRequest(Protocol):
    """What every change is asked with: whose course, whether it is only shown, and why."""

    @property
    def name(self) -> str:
        """The record."""

    @property
    def dry_run(self) -> bool:
        """Whether it is only shown."""

    @property
    def reason(self) -> str:
        """Why, for the history; may be empty."""


def open_course(name: str, override: str = "") -> tuple[Opened, Conditions]:
    """A record, and what a change of its course needs to know; rules to override as typed.

    Raises:
        KetaschedError: it cannot be read, or there is no such rule.
    """
    opened = open_record(name, clock.now())
    rules = (
        frozenset(_rule(word.strip()) for word in override.split(",")) if override else frozenset()
    )
    return opened, Conditions(opened.task.order, opened.here, rules)


def _rule(word: str) -> Rule:
    for rule in RULES:
        if rule == word:
            return rule
    hint = did_you_mean(word, RULES) or f"rules are {', '.join(RULES)}"
    raise UsageProblem(f"--override: there is no rule `{word}`", hint)


def changed(opened: Opened, outcome: Course | Refusal, what: str, request: ChangeRequest) -> Result:
    """A change that is written, unless it is refused, only shown, or changes nothing.

    Raises:
        KetaschedError: it is refused, or cannot be written.
    """
    if isinstance(outcome, Refusal):
        raise breaks_rules(outcome)
    before = opened.record
    overridden = _newly_broken(before.course, outcome)
    reason = reason_for(before, request.reason)
    after = happened(opened, before, outcome, what, reason=reason, overridden=overridden)
    same = outcome == before.course and not reason
    mended = mend(opened) if same and not request.dry_run else []
    result = rewritten(opened, after, only_shown=request.dry_run or same)
    if mended:  # a run before this one was stopped between the record and its calendars
        note = f"wrote {list_text(mended)}, which did not have the last change yet"
        return result._replace(notes=[note])
    return result._replace(notes=[*result.notes, *_left_behind(opened, outcome)])


def _left_behind(opened: Opened, after: Course) -> list[str]:
    """What now breaks a rule where a person put it, since its session moved away from it."""
    conditions = Conditions(opened.task.order, opened.here)
    before = [*visit_changes.misplaced_visits(conditions, opened.record.course)]
    new = [rule for rule in visit_changes.misplaced_visits(conditions, after) if rule not in before]
    return [f"look: {rule.subject} stays where it was put: {rule.text}" for rule in new]


def reason_for(record: CourseRecord, text: str) -> str:
    """A reason as typed, by its own name if the record's clinic lists it.

    Raises:
        UsageProblem: it cannot be read, or is a listed one that was mistyped.
    """
    return reason_of(text, record.clinic.reasons if record.clinic else ())


def rewritten(opened: Opened, after: CourseRecord, *, only_shown: bool, said: str = "") -> Result:
    """A record that becomes another, and its calendars with it; ``said`` is what was done, if that
    is more than the last entry of its history.

    Raises:
        KetaschedError: it cannot be written.
    """
    before, what = opened.record, said or after.history[-1].what
    seatless: list[str] = []
    if only_shown:
        refuse_no_room([(opened, after)])
        same = (after.course, after.options, after.busy, after.protocol_data) == (
            before.course, before.options, before.busy, before.protocol_data,
        )  # fmt: skip
        note = f"nothing was written: {'that is how it stands already' if same else '--dry-run'}"
    else:
        after = write(opened, after, opened.path, opened.task)
        names = [calendar.path for calendar in after.following]
        seatless = seatless_notes(before, after)
        note = f"wrote {opened.path}{f' and {list_text(names)}' if names else ''}"

    told = cannot_follow(opened, before.course, after.course)

    def page() -> str:
        from ketasched.cli.terminal.changes import changes_page

        return changes_page(before.course, after.course, what, list(map(str, told)))

    def report() -> dict[str, object]:
        from ketasched.reports.running_report import change_report

        return change_report(before.course, after.course, what, told)

    late = [f"look: {need}" for need in overlooked(before.course, after.course)]
    return Result(page, report, notes=[note, *late, *seatless])


def _newly_broken(before: Course, after: Course) -> tuple[str, ...]:
    """The rules that a change broke on purpose, for sessions that it put where they are."""
    known = _broken_places(before)
    return tuple(sorted({rule for _, start, rule in _broken_places(after) - known}))


def _broken_places(course: Course) -> set[tuple[int | VisitKey, datetime, str]]:
    return {
        (entry.number if isinstance(entry, Session) else entry.key, entry.start, rule)
        for entry in course.entries()
        for rule in entry.broken
    }


class DropRequest(NamedTuple):
    """Which session or linked visit does not take place, and what happens then: as the protocol
    says unless it is asked for.
    """

    name: str
    number: str
    then: Then | None = None
    dry_run: bool = False
    reason: str = ""
    override: str = ""
    format: Format = "table"


def dropped(request: DropRequest, status: Literal["missed", "cancelled"]) -> Result:
    """The course without a session or a linked visit.

    Raises:
        UsageProblem: it is to come, so that nobody can have missed it; or something is asked for
            that cannot be.
    """
    opened, conditions = open_course(request.name, request.override)
    if is_list(request.number):
        raise UsageProblem(
            f"`{request.number}` names several, and each may change what follows",
            "say one at a time, and look at what it does with --dry-run",
        )
    meant = entry_of(opened, request.number)
    if status == "missed" and meant.has_place and meant.start > opened.now:
        raise UsageProblem(
            f"{meant.title} is on {moment_text(meant.start)}, which is to come",
            f"to call it off: ketasched cancel {paste([request.name, request.number])}",
        )
    if meant.visit:
        return _visit_dropped(opened, conditions, meant, request, missed=status == "missed")
    session = opened.record.course.session(meant.number)
    then = request.then or conditions.order.phases[session.phase].missed or "keep"
    course = opened.record.course
    outcome = changes.drop(conditions, course, session.number, status, then)
    what = f"{status} session {session.number}, then {then}"
    where = (
        appended_where(course, outcome) if then == "append" and isinstance(outcome, Course) else ""
    )
    return changed(opened, outcome, f"{what}: {where}" if where else what, request)


def _visit_dropped(
    opened: Opened, conditions: Conditions, meant: Meant, request: DropRequest, *, missed: bool
) -> Result:
    if request.then:
        raise UsageProblem(
            f"--then {request.then} is about what follows a session, and {meant.title} is none",
            "leave --then out",
        )
    if meant.visit is None:
        raise TypeError(meant)
    course = opened.record.course
    outcome = visit_changes.drop_visit(conditions, course, meant.visit, missed=missed)
    result = changed(
        opened, outcome, f"{'missed' if missed else 'cancelled'} {meant.title}", request
    )
    again = paste([request.name, request.number])
    hint = f"to have it on another day: ketasched move {again} DAY" if missed else ""
    return result._replace(hint=hint)
