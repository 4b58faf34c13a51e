"""``ketasched adjust``: what a running course is planned from is another."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.asking.refusals import breaks_rules, failure_hint
from ketasched.asking.values import clean_text
from ketasched.cli.advice import NoLegalPlacement
from ketasched.cli.change import moment_text, open_course, rewritten
from ketasched.cli.options import Format, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.candidate import reasons_text
from ketasched.domain.course import Course
from ketasched.domain.typed_week import is_weekly
from ketasched.errors import KetaschedError
from ketasched.planning.refusals import no_placement
from ketasched.records.open import Opened, happened, name_of, task_of
from ketasched.records.planned_from import Adjustment, adjusted, change_text, facts_of
from ketasched.running import adjusting
from ketasched.running.adjusting import KeptByHand, NewWishes
from ketasched.running.legal_change import Conditions, Refusal

HELP = """Change what a saved course is planned from. What is to come and no longer legal
is planned again; the rest stands, and what a person moved.

--away and --busy add to what was said before, --can, --at and --days take its
place, --drop takes one of them back. Without an option it says what there is.

\b
Examples:
  ketasched adjust alex
  ketasched adjust alex --away 2027-02-01..2027-02-07 --reason holiday
  ketasched adjust alex --can "tue,thu 15:00-; sat 9-12" --dry-run
  ketasched adjust alex --drop away:2027-02-01..2027-02-07
"""


class AdjustRequest(NamedTuple):
    """Whose course, what holds for it from now on, and what no longer does."""

    name: str
    can: str = ""
    away: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    at: str = ""
    days: str = ""
    drop: tuple[str, ...] = ()
    dry_run: bool = False
    reason: str = ""
    format: Format = "table"


@takes(
    AdjustRequest,
    at=Option("Another start time; or by weekday, mon=09:00,thu=13:30.", "TIME", "-a"),
    days=Option("Other weekdays, a wish, for phases with that many sessions a week.", "tue,fri"),
    drop=Option(
        "What no longer holds: away:2027-01-18, busy:alex.ics, can, at; may be repeated.",
        "KIND:VALUE",
    ),
)
def run(request: AdjustRequest) -> Result:
    """The course by what holds for it now; or, if nothing is asked, what that is.

    Raises:
        KetaschedError: it has no legal place then, or cannot be written.
    """
    opened, before = open_course(request.name)
    adjustment = Adjustment(
        request.can, request.away, request.busy, request.at, request.days, request.drop
    )
    if not any(adjustment):
        return _listed(opened)
    record, notes = adjusted(opened, adjustment)
    now_opened = opened._replace(record=record, task=task_of(record, opened.now))
    conditions = before._replace(order=now_opened.task.order)
    outcome = _outcome(request, now_opened, before, conditions)
    what, reason = change_text(opened.record, record), clean_text("--reason", request.reason)
    after = happened(now_opened, opened.record, outcome, what, reason=reason)
    same = (outcome, record.options, record.busy) == (
        opened.record.course, opened.record.options, opened.record.busy,
    )  # fmt: skip
    kept = [
        (session, _remedy(opened, session))
        for session in adjusting.kept_by_hand(conditions, outcome, before.order, _wishes(request))
    ]
    result = rewritten(
        opened._replace(task=now_opened.task), after, only_shown=request.dry_run or same
    )

    def report() -> dict[str, object]:
        from ketasched.reports.running_report import adjusted_report

        facts = facts_of(record)
        return adjusted_report(opened.record.course, outcome, what, facts=facts, stays=kept)

    notes = [f"note: {note}" for note in notes]
    stays = [_stays_text(session, *remedy) for session, remedy in kept]
    return result._replace(report=report, notes=[*notes, *stays, *result.notes])


def _wishes(request: AdjustRequest) -> NewWishes:
    weekly = bool(request.can) or any(map(is_weekly, request.away))
    return NewWishes(times=bool(request.at), days=bool(request.days), week=weekly)


def _listed(opened: Opened) -> Result:
    facts = facts_of(opened.record)

    def page() -> str:
        from ketasched.cli.terminal.adjust import facts_page

        return facts_page(opened, facts)

    def report() -> dict[str, object]:
        from ketasched.reports.report_text import SCHEMA
        from ketasched.reports.running_report import facts_report

        return {"schema": SCHEMA, "planned_from": facts_report(facts)}

    return Result(page, report)


def _outcome(
    request: AdjustRequest, opened: Opened, before: Conditions, conditions: Conditions
) -> Course:
    """The course as it is planned now.

    Raises:
        KetaschedError: it has no legal place.
    """
    order, course = conditions.order, opened.record.course
    wishes = _wishes(request)
    failure = adjusting.refuse_asked_days(order) if wishes.days else None
    if failure:
        raise NoLegalPlacement(failure, failure_hint(failure))
    outcome = adjusting.adjusted(conditions, course, wishes)
    if isinstance(outcome, Course):
        return outcome
    raise _refused(opened, before, conditions, outcome, wishes)


def _refused(
    opened: Opened, before: Conditions, conditions: Conditions, refusal: Refusal, wishes: NewWishes
) -> KetaschedError:
    """Why there is no such course, and what was run and helps."""
    if refusal.no_place is None:
        error = breaks_rules(refusal)
        error.hint = "move or cancel that session first, or ask for something else"
        return error
    course, place = opened.record.course, refusal.no_place
    phase = course.session(place.session).phase
    failure = no_placement(conditions.order, place, phase)
    gone = adjusting.without_session(conditions, course, place.session, before, wishes)
    advice = []
    if isinstance(gone, Course):
        text = f"call session {place.session} off, made up for at the end, and adjust then"
        name = name_of(opened.path)
        advice.append((text, f"ketasched cancel {name} {place.session} --then append"))
    hint = "" if advice else "nothing that was tried helps: ask for less, or cancel sessions first"
    return NoLegalPlacement(failure, hint, advice)


def _remedy(opened: Opened, kept: KeptByHand) -> tuple[str, str]:
    """What to do about a session that stays only because a person put it there, and the command;
    both are empty where nothing helps.
    """
    name, number = name_of(opened.path), kept.session.number
    if kept.elsewhere:
        return "move it", f'ketasched move {name} {number} "{kept.elsewhere:%Y-%m-%d %H:%M}"'
    if kept.can_go:
        return "call it off", f"ketasched cancel {name} {number} --then keep"
    return "", ""


def _stays_text(kept: KeptByHand, what: str, command: str) -> str:
    session = kept.session
    text = f"session {session.number} was moved by hand and stays, {moment_text(session.start)}"
    text += f": {reasons_text(kept.reasons)}" if kept.reasons else ""
    return f"{text}; to {what}: {command}" if command else text
