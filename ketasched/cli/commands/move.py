"""``ketasched move``: a session or a linked visit at another time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from ketasched.asking.refusals import breaks_rules
from ketasched.asking.values import read
from ketasched.cli.change import changed, open_course
from ketasched.cli.entries import entries_of, entry_of, is_list
from ketasched.cli.options import Argument, Format, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.course import Course
from ketasched.domain.typed_dates import read_date
from ketasched.domain.typed_times import read_clock, read_weekday
from ketasched.domain.wording import moment_text
from ketasched.errors import UsageProblem
from ketasched.records.open import Opened
from ketasched.running import changes, visit_changes
from ketasched.running.changes import Rest
from ketasched.running.legal_change import Conditions, Refusal

HELP = """Put a session or a linked visit at another time; a weekday is the one nearest to
where it stands. A linked visit has a handle, such as i3 in the plan, or its name. The
sessions of a treatment day move together: the others keep their distances to the first.

--rest says what happens to the others: keep leaves them, shift moves all later
ones by the same distance and then to the nearest legal days, replan places all
that nobody fixed anew.

\b
Examples:
  ketasched move alex 5 "thu 14:00"
  ketasched move alex 5 2027-01-21 --rest shift --reason "car broke down"
  ketasched move alex i3 "fri 10:00"
  ketasched move alex 11-20 "tue 09:30"
"""


class MoveRequest(NamedTuple):
    """Which session or linked visit, where to, and what happens to the rest."""

    name: str
    number: str
    when: str
    rest: Rest = "keep"
    dry_run: bool = False
    reason: str = ""
    override: str = ""
    format: Format = "table"


@takes(MoveRequest, when=Argument("WHEN"), rest=Option("What happens to the rest; keep."))
def run(request: MoveRequest) -> Result:
    """The course with the session or linked visit there.

    Raises:
        UsageProblem: there is none, or the others of a linked visit are to move with it.
    """
    opened, conditions = open_course(request.name, request.override)
    if is_list(request.number):
        return _several(request, opened, conditions)
    meant = entry_of(opened, request.number)
    start = _when(request.when, meant.start, opened)
    course = opened.record.course
    if meant.visit is None:
        outcome = changes.move(conditions, course, meant.number, start, request.rest)
        if isinstance(outcome, Refusal) and request.rest == "keep":
            rest = _rest_that_works(conditions, course, meant.number, start)
            raise breaks_rules(outcome, rest and f"--rest {rest}")
    elif request.rest == "keep":
        outcome = visit_changes.move_visit(conditions, course, meant.visit, start)
    else:
        raise UsageProblem(
            f"--rest {request.rest} is about what follows a session, and {meant.title} is none",
            "leave --rest out",
        )
    return changed(opened, outcome, f"moved {meant.title} to {moment_text(start)}", request)


def _several(request: MoveRequest, opened: Opened, conditions: Conditions) -> Result:
    """The course with sessions of a treatment day at other times."""
    meant = entries_of(opened, request.number)
    visit = next((entry for entry in meant if entry.visit), None)
    if visit:
        raise UsageProblem(f"{visit.title} is no session", "move it alone")
    numbers = [entry.number for entry in meant]
    start = _when(request.when, min(entry.start for entry in meant), opened)
    course = opened.record.course
    outcome = changes.move_day(conditions, course, numbers, start, request.rest)
    what = f"moved sessions {request.number.strip()}, from {moment_text(start)}"
    return changed(opened, outcome, what, request)


def _rest_that_works(
    conditions: Conditions, course: Course, number: int, start: datetime
) -> Rest | Literal[""]:
    """What must happen to the rest for a session to be put at a time; empty if nothing helps."""
    rests: tuple[Rest, ...] = ("shift", "replan")
    for rest in rests:
        if isinstance(changes.move(conditions, course, number, start, rest), Course):
            return rest
    return ""


def _when(text: str, stands: datetime, opened: Opened) -> datetime:
    """A day, a time, or both; a weekday alone is the one nearest to where the entry stands."""
    words = text.split()
    if not words:
        raise UsageProblem("WHEN is empty", 'say a day, a time or both: "thu 14:00"')
    clock_time = stands.time()
    for count in (2, 1):
        last = " ".join(words[-count:])
        try:
            clock_time = read_clock(last)
        except ValueError:
            continue
        words = words[:-count]
        break
    day = _day(" ".join(words), stands.date(), opened) if words else stands.date()
    return datetime.combine(day, clock_time, stands.tzinfo)


def _day(text: str, stands: date, opened: Opened) -> date:
    try:
        weekday = read_weekday(text)
    except ValueError:
        return read("WHEN", lambda words: read_date(words, opened.today), text)
    ahead = (weekday - stands.weekday()) % 7
    day = stands + timedelta(days=ahead if ahead <= 3 else ahead - 7)
    return day if day >= opened.today else day + timedelta(days=7)
