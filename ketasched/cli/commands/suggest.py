"""``ketasched suggest``: which start goes best."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

from ketasched.asking.request import Request, Terms
from ketasched.cli.options import Option, takes
from ketasched.cli.result import Result
from ketasched.cli.suggest_request import SuggestRequest
from ketasched.domain.days import each_day
from ketasched.errors import KetaschedError, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from ketasched.asking.intake import Understood
    from ketasched.planning.suggest import Suggestion

HELP = """Try every start of a range with every weekday pattern, and rank them: the
fewest pauses, the fewest sessions moved, the fewest days moved, then the earliest.

\b
Examples:
  ketasched suggest iv --from 2027-01-01 --to 2027-03-31 --holidays US
  ketasched suggest spravato --from tomorrow --to 2027-02-28 --busy alex.ics
  ketasched suggest iv --from 2027-01-01 --to 2027-03-31 --robust
  ketasched suggest kap --from 2027-01-01 --to 2027-03-31 --output starts.html
"""


class Suggested(NamedTuple):
    """The ``starts`` that were tried, the best first, and by what terms; the ``best`` of those to
    come, and the command that plans it (empty: there is none).
    """

    terms: Understood
    starts: Sequence[Suggestion]
    best: Suggestion | None
    command: str

    @property
    def feasible(self) -> list[Suggestion]:
        """The starts that have a course."""
        return [start for start in self.starts if start.feasible]


class NoStart(KetaschedError):
    """No start of the range has a course."""

    code = "no-placement"
    exit_code = 3


@takes(
    SuggestRequest,
    first=Option("The first start to look at: 2027-01-01.", "DATE"),
    last=Option("The last start to look at: 2027-03-31.", "DATE"),
    robust=Option("Rank also by what a missed session, a closed day or a sick week would do."),
    format=Option("How to print; a table by default.", short="-f"),
)
def run(request: SuggestRequest) -> Result:
    """Every start and weekday pattern of a range, the best first.

    Raises:
        KetaschedError: whatever kept it from finding them.
    """
    from ketasched import clock
    from ketasched.asking.intake import understand_terms
    from ketasched.cli.advice import NoLegalPlacement
    from ketasched.cli.beside import neighbours_of
    from ketasched.cli.to_paste import plan_command
    from ketasched.planning.refusals import refuse_length
    from ketasched.planning.suggest import suggest
    from ketasched.progress import counting
    from ketasched.reports.suggestions_report import suggestions_report, suggestions_table

    now, others = clock.now(), None
    if request.beside:
        from ketasched.cli.beside import others_of

        others = others_of(request.beside, "", now)
    terms = understand_terms(request, now, others=others)
    first, last = _range(request, terms)
    too_long = refuse_length(terms.order)
    if too_long:
        raise NoLegalPlacement(too_long, too_long.hint)
    with counting("trying", "starts") as tell:
        starts = suggest(terms.order, first, last, tell)
    if request.robust:
        starts = _by_what_they_bear(terms, starts)
    best = _best(terms, starts, now)
    command = plan_command(_plan_request(request, best.start, best.days)) if best else ""
    over = max(last, *(start.last for start in starts))
    trouble = None
    if best is None:
        tried = plan_command(_plan_request(request, first))
        none = f"none of the {len(starts)} starts and patterns that were tried has a course"
        trouble = NoStart(
            none if len(starts) > 1 else "the start that was tried has no course",
            f"to see why, plan one of them: {tried}",
            shown=True,
        )

    suggested = Suggested(terms, starts, best, command)
    return Result(
        lambda: _table(suggested),
        lambda: suggestions_report(
            terms.order.protocol.id,
            starts,
            command,
            str(terms.surroundings.holidays or ""),
            neighbours_of(terms.others),
        ),
        lambda: suggestions_table(starts),
        html=lambda: _html(suggested),
        notes=[f"note: {note}" for note in _notes(terms, first, over)],
        trouble=trouble,
    )


def _best(terms: Understood, starts: Sequence[Suggestion], now: datetime) -> Suggestion | None:
    """The best start to come that has a course; where none is to come, the best of all."""
    feasible = [start for start in starts if start.feasible]
    soonest = terms.order.first_day(now.astimezone(terms.order.clinic.zone))
    to_come = (start for start in feasible if start.start >= soonest)
    return next(to_come, next(iter(feasible), None))


def _by_what_they_bear(terms: Understood, starts: Sequence[Suggestion]) -> list[Suggestion]:
    from ketasched.progress import counting
    from ketasched.running.robustness import by_what_they_bear

    with counting("testing", "starts") as tell:
        return by_what_they_bear(terms.order, starts, tell)


def _table(suggested: Suggested) -> str:
    from ketasched.cli.terminal.suggestions import suggestions_page

    return suggestions_page(suggested)


def _html(suggested: Suggested) -> str:
    from ketasched.cli.pages.suggest_page import suggest_page

    return suggest_page(suggested)


def _notes(terms: Understood, first: date, last: date) -> Iterator[str]:
    """What the user may not have meant, and what is not minded."""
    from ketasched.asking.surroundings import misnamed_note
    from ketasched.asking.unasked_holidays import unasked_holidays
    from ketasched.cli.holiday_notes import parts_note, unasked_note

    if first < terms.today:
        yield "some of these starts are in the past"
    yield from misnamed_note(terms.surroundings.file)
    yield from parts_note(terms.surroundings.holidays, first, last)
    open_days = (day for day in each_day(first, last) if terms.order.clinic.on(day).spans)
    yield from unasked_note(terms.surroundings, unasked_holidays(terms.surroundings, open_days))
    if terms.others:
        from ketasched.cli.beside import not_counted

        yield from not_counted(terms.others)
    if terms.order.commitments.busy:
        yield from terms.order.commitments.busy.notes


def _range(request: SuggestRequest, terms: Understood) -> tuple[date, date]:
    from ketasched.asking.values import read
    from ketasched.domain.typed_dates import read_date
    from ketasched.planning.suggest import LONGEST_RANGE

    first = read("--from", lambda text: read_date(text, terms.today), request.first)
    last = read("--to", lambda text: read_date(text, terms.today), request.last)
    if last < first:
        raise UsageProblem("--to is before --from", "write the earlier date with --from")
    if (last - first).days >= LONGEST_RANGE:
        raise UsageProblem("--from and --to are more than three years apart", "look at less")
    if terms.until is not None and terms.until < last:
        raise UsageProblem("--until is before --to", "give a later day")
    return first, last


def _plan_request(asked: SuggestRequest, start: date, days: Sequence[int] = ()) -> Request:
    """What to ask `plan` for one of the starts."""
    from ketasched.domain.wording import WEEKDAYS

    terms = {field.name: getattr(asked, field.name) for field in fields(Terms)}
    if days:
        terms["days"] = ",".join(WEEKDAYS[day].lower() for day in days)
    return Request(**terms, start=start.isoformat())
