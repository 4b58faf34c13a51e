"""``ketasched extend``: more sessions, or another cadence of what is to come."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from ketasched.asking.values import read, read_number
from ketasched.cli.change import changed, open_course
from ketasched.cli.options import Format, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.course import Course
from ketasched.domain.typed_dates import read_date
from ketasched.domain.typed_protocol import read_cadence
from ketasched.domain.wording import count_text, day_text, moment_text
from ketasched.errors import UsageProblem
from ketasched.records.open import Opened
from ketasched.running.extend import (
    add_on,
    add_sessions,
    going_on,
    pace_to_come,
    repace,
    standing_between,
)
from ketasched.running.legal_change import Conditions, Refusal
from ketasched.running.places import Going, next_targets

HELP = """Add sessions to a course: a number of them, up to a day, or one on a day.

--cadence and --step-back say how often: another cadence that the phase offers, or
that of the phase before. By themselves they change what is to come of the phase.

\b
Examples:
  ketasched extend alex --sessions 3
  ketasched extend alex --until 2027-06-30 --cadence "1 per week"
  ketasched extend alex --on 2027-03-02
  ketasched extend alex --step-back
"""
MAX_EXTENSION = 200


class ExtendRequest(NamedTuple):
    """How many more sessions, up to which day or on which; and how often."""

    name: str
    sessions: str = ""
    until: str = ""
    on: str = ""
    cadence: str = ""
    step_back: bool = False
    dry_run: bool = False
    reason: str = ""
    override: str = ""
    format: Format = "table"


@takes(
    ExtendRequest,
    sessions=Option("So many more; treatment days, where one has several.", "N"),
    until=Option("Up to that day.", "DATE"),
    on=Option("One, on that day.", "DATE"),
    cadence=Option("At another cadence that the phase offers.", "TEXT"),
    step_back=Option("At the cadence of the phase before."),
)
def run(request: ExtendRequest) -> Result:
    """The course with more sessions, or at another cadence."""
    opened, conditions = open_course(request.name, request.override)
    _refuse_together(request)
    cadence = ""
    if request.cadence:
        cadence = str(read("--cadence", read_cadence, request.cadence))
    course = opened.record.course
    if not (request.sessions or request.until or request.on):
        going = pace_to_come(conditions.order, course, conditions.now, cadence)
        what = f"what is to come goes on: {_going_text(going)}"
        return changed(opened, repace(conditions, course, going), what, request)
    going = going_on(conditions.order, course, step_back=request.step_back, cadence=cadence)
    extended = _on_a_day if request.on else _by_several
    outcome, what = extended(request, opened, conditions, going)
    return changed(opened, outcome, what, request)


def _refuse_together(request: ExtendRequest) -> None:
    ways = sum(map(bool, (request.sessions, request.until, request.on)))
    if ways > 1 or not (ways or request.step_back or request.cadence):
        raise UsageProblem(
            "extend by one of --sessions, --until and --on, or change what is to come with "
            "--cadence or --step-back",
            "such as --sessions 3",
        )
    if request.step_back and request.cadence:
        raise UsageProblem("--step-back chooses the cadence", "leave --cadence out")


def _on_a_day(
    request: ExtendRequest, opened: Opened, conditions: Conditions, going: Going
) -> tuple[Course | Refusal, str]:
    course = opened.record.course
    day = read("--on", lambda text: read_date(text, opened.today), request.on)
    minutes = max(course.sessions, key=lambda session: session.rank).minutes
    asked = conditions.order.times.on(day, minutes)
    start = datetime.combine(day, asked, opened.here.tzinfo)
    going = standing_between(course, start) or going
    return add_on(conditions, course, start, going), f"added a session on {moment_text(start)}"


def _by_several(
    request: ExtendRequest, opened: Opened, conditions: Conditions, going: Going
) -> tuple[Course | Refusal, str]:
    course = opened.record.course
    targets = _targets(request, opened, conditions, going)
    what = f"extended by {count_text(len(targets), 'session')} of {_going_text(going)}"
    return add_sessions(conditions, course, targets, going), what


def _targets(
    request: ExtendRequest, opened: Opened, conditions: Conditions, going: Going
) -> list[date]:
    course = opened.record.course
    if request.sessions:
        count = read_number("--sessions", request.sessions, 1)
        return next_targets(conditions, course, going, count)
    until = read("--until", lambda text: read_date(text, opened.today), request.until)
    ahead = next_targets(conditions, course, going, MAX_EXTENSION)
    targets = [day for day in ahead if day <= until][:MAX_EXTENSION]
    if not targets:
        raise UsageProblem(
            f"--until {until.isoformat()}: the next session is due on {day_text(ahead[0])}",
            "give a later day",
        )
    return targets


def _going_text(going: Going) -> str:
    return f"{going.phase}, at the pace of {going.pace}" if going.pace else going.phase
