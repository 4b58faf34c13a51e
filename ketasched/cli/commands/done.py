"""``ketasched done``: a session took place."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ketasched.asking.values import read
from ketasched.cli.change import changed, moment_text, open_course
from ketasched.cli.entries import entry_of
from ketasched.cli.options import Format, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.typed_dates import read_date
from ketasched.domain.typed_times import read_clock
from ketasched.errors import UsageProblem
from ketasched.running import changes, visit_changes

HELP = """A session took place: nothing moves it any more.

\b
Examples:
  ketasched done alex 5
  ketasched done alex 5 --on 2027-01-20 --at 10:15
"""


class DoneRequest(NamedTuple):
    """Which session took place, and when if not as planned."""

    name: str
    number: str
    at: str = ""
    on: str = ""
    dry_run: bool = False
    reason: str = ""
    format: Format = "table"


@takes(
    DoneRequest,
    at=Option("It began then; as planned.", "TIME"),
    on=Option("On that day; as planned.", "DATE"),
)
def run(request: DoneRequest) -> Result:
    """The course in which the session took place."""
    opened, conditions = open_course(request.name)
    meant = entry_of(opened, request.number)
    if not (meant.has_place or request.on):
        raise UsageProblem(
            f"{meant.title} has no place", "say when it took place with --on and --at"
        )
    day, at = meant.start.date(), meant.start.time()
    if request.on:
        day = read("--on", lambda text: read_date(text, opened.today), request.on)
    if request.at:
        at = read("--at", read_clock, request.at)
    start = datetime.combine(day, at, meant.start.tzinfo)
    course = opened.record.course
    if meant.visit:
        outcome = visit_changes.attend_visit(conditions, course, meant.visit, start)
    else:
        outcome = changes.attend(conditions, course, meant.number, start)
    what = f"{meant.title} took place on {moment_text(start)}"
    return changed(opened, outcome, what, request)
