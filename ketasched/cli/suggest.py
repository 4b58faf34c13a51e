"""``ketasched suggest``: which start goes best."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import typer

from ketasched.errors import KetaschedError, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ketasched.asking.request import Request, SuggestRequest


class NoStart(KetaschedError):
    """No start of the range has a course."""

    code = "no-placement"
    exit_code = 3


def run(request: SuggestRequest) -> None:
    """Print every start and weekday pattern of a range, the best first.

    Raises:
        KetaschedError: whatever kept it from doing so, or no start has a course.
    """
    from ketasched import clock
    from ketasched.asking.intake import understand_terms
    from ketasched.asking.values import read
    from ketasched.cli import output
    from ketasched.cli.plan import NoLegalPlacement
    from ketasched.cli.to_paste import plan_command
    from ketasched.domain.typed_dates import read_date
    from ketasched.planning.refusals import refuse_length
    from ketasched.planning.suggest import LONGEST_RANGE, suggest

    terms = understand_terms(request, clock.now())
    first = read("--from", lambda text: read_date(text, terms.today), request.first)
    last = read("--to", lambda text: read_date(text, terms.today), request.last)
    if last < first:
        raise UsageProblem("--to is before --from", "write the earlier date with --from")
    if (last - first).days >= LONGEST_RANGE:
        raise UsageProblem("--from and --to are more than three years apart", "look at less")
    if terms.until is not None and terms.until < last:
        raise UsageProblem("--until is before --to", "give a later day")
    too_long = refuse_length(terms.order)
    if too_long:
        raise NoLegalPlacement(too_long, too_long.hint)
    found = suggest(terms.order, first, last)
    best = next((one for one in found if one.feasible and one.start >= terms.today), None)
    best = best or (found[0] if found[0].feasible else None)
    command = plan_command(_request(request, best.start, best.days)) if best else ""
    if request.format == "json":
        from ketasched.reports import course_report

        report = course_report.suggestions_report(terms.order.protocol.id, found, command)
        output.print_data(course_report.to_json(report).encode(errors="replace"))
        if best is None:
            raise typer.Exit(NoStart.exit_code)
    else:
        from ketasched.cli.terminal.suggestions import suggestions_page

        output.print_text(suggestions_page(terms, found, command))
    if first < terms.today:
        output.tell("note: some of these starts are in the past")
    if best is None:
        tried = plan_command(_request(request, first))
        raise NoStart(
            f"none of the {len(found)} starts and patterns that were tried has a course",
            f"to see why, plan one of them: {tried}",
        )


def _request(asked: SuggestRequest, start: date, days: Sequence[int] = ()) -> Request:
    """What to ask `plan` for one of the starts."""
    from ketasched.asking.request import Request, Terms
    from ketasched.domain.wording import WEEKDAYS

    terms = {field.name: getattr(asked, field.name) for field in fields(Terms)}
    if days:
        terms["days"] = ",".join(WEEKDAYS[day].lower() for day in days)
    return Request(**terms, start=start.isoformat())
