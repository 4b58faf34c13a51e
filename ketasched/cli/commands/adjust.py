"""``ketasched adjust``: what a running course is planned from is another."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.asking.refusals import failure_hint
from ketasched.cli.adjust_advice import Attempt, refused, remedy, stays_text
from ketasched.cli.advice import NoLegalPlacement
from ketasched.cli.change import open_course, reason_for, rewritten
from ketasched.cli.options import Format, Option, option_name, takes
from ketasched.cli.result import Result
from ketasched.domain.course import Course
from ketasched.domain.typed_week import is_weekly
from ketasched.domain.wording import list_text
from ketasched.errors import UsageProblem
from ketasched.records.amended import Choices
from ketasched.records.open import Opened, happened, task_of
from ketasched.records.planned_from import Adjustment, adjusted, change_text, facts_of
from ketasched.running import adjusting
from ketasched.running.adjusting import NewWishes
from ketasched.running.kept_by_hand import kept_by_hand

HELP = """Change what a saved course is planned from. What is to come and no longer legal
is planned again; the rest stands, and what a person moved.

--away and --busy add to what was said before, the others take its place, --drop takes
one of them back. Without an option it says what there is. --protocols takes over
another version of the protocol for what is to come.

\b
Examples:
  ketasched adjust alex
  ketasched adjust alex --away 2027-02-01..2027-02-07 --reason holiday
  ketasched adjust alex --can "tue,thu 15:00-; sat 9-12" --dry-run
  ketasched adjust alex --away 2027-02-01..2027-02-14 --pause 2
  ketasched adjust alex --lang es
  ketasched adjust alex --drop away:2027-02-01..2027-02-07
  ketasched adjust alex --protocols new.yaml --dry-run
"""


class AdjustRequest(NamedTuple):
    """Whose course, what holds for it from now on, and what no longer does."""

    name: str
    can: str = ""
    away: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    at: str = ""
    days: str = ""
    pause: str = ""
    lang: str = ""
    clock: str = ""
    protocols: str = ""
    sessions: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()
    cadence: tuple[str, ...] = ()
    window: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    dry_run: bool = False
    reason: str = ""
    format: Format = "table"


@takes(
    AdjustRequest,
    at=Option("Another start time; or by weekday, mon=09:00,thu=13:30.", "TIME", "-a"),
    days=Option("Other weekdays, a wish, for phases with that many sessions a week.", "tue,fri"),
    protocols=Option("The file with another version of the protocol, for what is to come.", "FILE"),
    sessions=Option("With --protocols: how many sessions now, PHASE=N; may be repeated.", "N"),
    cycles=Option("With --protocols: how many cycles now, PHASE=N; may be repeated.", "N"),
    cadence=Option("With --protocols: another cadence that it offers.", "PHASE=TEXT"),
    window=Option("With --protocols: another window, days early and late.", "PHASE=E/L"),
    drop=Option(
        "What no longer holds: away:2027-01-18, busy:alex.ics, can, pause; with --protocols a "
        "choice too, sessions:maintenance; may be repeated.",
        "KIND:VALUE",
    ),
)
def run(request: AdjustRequest) -> Result:
    """The course by what holds for it now; or, if nothing is asked, what that is.

    Raises:
        KetaschedError: it has no legal place then, or cannot be written.
    """
    opened, before = open_course(request.name)
    choices = Choices(
        request.sessions, request.cycles, request.cadence, request.window, request.drop
    )
    if request.protocols:
        return _amended(request, opened, choices)
    if any(choices[:-1]):
        raise UsageProblem(
            "--sessions, --cycles, --cadence and --window say anew what a version leaves open",
            "say them with --protocols; more sessions, or another cadence: ketasched extend",
        )
    adjustment = Adjustment(
        request.can, request.away, request.busy, request.at, request.days, request.pause,
        request.lang, request.clock, request.drop,
    )  # fmt: skip
    if not any(adjustment):
        if request.reason:
            raise UsageProblem(
                "--reason says why something is adjusted, and nothing is",
                "say what, or leave it out",
            )
        return _listed(opened)
    reason = reason_for(opened.record, request.reason)
    record, notes = adjusted(opened, adjustment, reason)
    now_opened = opened._replace(record=record, task=task_of(record, opened.now))
    conditions = before._replace(order=now_opened.task.order)
    attempt = Attempt(_command(request), now_opened, before, conditions, _wishes(request))
    placed = not adjustment.places_nothing
    outcome = _outcome(request, attempt) if placed else opened.record.course
    what = change_text(opened.record, record)
    after = happened(now_opened, opened.record, outcome, what, reason=reason)
    same = (outcome, record.options, record.busy) == (
        opened.record.course, opened.record.options, opened.record.busy,
    )  # fmt: skip
    kept = [
        (entry, remedy(opened, entry))
        for entry in kept_by_hand(conditions, outcome, before.order, new_times=bool(request.at))
    ]
    result = rewritten(
        opened._replace(task=now_opened.task), after, only_shown=request.dry_run or same
    )

    def report() -> dict[str, object]:
        from ketasched.reports.running_report import adjusted_report

        changes = result.report() if result.report else {}
        return {**changes, **adjusted_report(facts_of(record), kept)}

    notes = [f"note: {note}" for note in notes]
    stays = [stays_text(entry, *helps) for entry, helps in kept]
    return result._replace(report=report, notes=[*notes, *stays, *result.notes])


def _amended(request: AdjustRequest, opened: Opened, choices: Choices) -> Result:
    others = {"name", "protocols", "dry_run", "reason", "format", *Choices._fields}
    typed = [
        option_name(field)
        for field, value in request._asdict().items()
        if field not in others and value
    ]
    if typed:
        raise UsageProblem(
            f"--protocols goes without {list_text(typed)}: each may move what is to come",
            "say one at a time, and look at what it does with --dry-run",
        )
    from ketasched.cli.amend import amended_result, version_in

    reason = reason_for(opened.record, request.reason)
    version = version_in(request.protocols)
    return amended_result(opened, version, choices, reason, dry_run=request.dry_run)


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


def _outcome(request: AdjustRequest, attempt: Attempt) -> Course:
    """The course as it is planned now.

    Raises:
        KetaschedError: it has no legal place.
    """
    conditions, wishes = attempt.conditions, attempt.wishes
    failure = adjusting.refuse_asked_days(conditions.order) if request.days else None
    if failure:
        raise NoLegalPlacement(failure, failure_hint(failure))
    outcome = adjusting.adjusted(conditions, attempt.opened.record.course, wishes)
    if isinstance(outcome, Course):
        return outcome
    raise refused(attempt, outcome)


def _command(request: AdjustRequest) -> list[str]:
    """The command as it was typed, but for a pause and for how it is shown."""
    words = ["ketasched", "adjust", request.name]
    for field, value in request._asdict().items():
        if field not in ("name", "dry_run", "format", "pause"):
            for text in [value] if isinstance(value, str) else value:
                words += [option_name(field), text] if text else []
    return words
