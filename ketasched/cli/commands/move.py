"""``ketasched move``: a session at another time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from ketasched.asking.values import read
from ketasched.cli.change import changed, moment_text, open_course, session_of
from ketasched.cli.options import Argument, Format, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.course import Session
from ketasched.domain.typed_dates import read_date
from ketasched.domain.typed_times import read_clock, read_weekday
from ketasched.errors import UsageProblem
from ketasched.records.open import Opened
from ketasched.running import changes
from ketasched.running.changes import Rest

HELP = """Put a session at another time; a weekday is the one nearest to where it stands.

--rest says what happens to the others: keep leaves them, shift moves all later
ones by the same distance and then to the nearest legal days, replan places all
that nobody fixed anew.

\b
Examples:
  ketasched move alex 5 "thu 14:00"
  ketasched move alex 5 2027-01-21 --rest shift --reason "car broke down"
"""


class MoveRequest(NamedTuple):
    """Which session, where to, and what happens to the rest."""

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
    """The course with the session there."""
    opened, conditions = open_course(request.name, request.override)
    session = session_of(opened, request.number)
    start = _when(request.when, session, opened)
    outcome = changes.move(conditions, opened.record.course, session.number, start, request.rest)
    what = f"moved session {session.number} to {moment_text(start)}"
    return changed(opened, outcome, what, request)


def _when(text: str, session: Session, opened: Opened) -> datetime:
    """A day, a time, or both; a weekday alone is the one nearest to where the session stands."""
    words = text.split()
    if not words:
        raise UsageProblem("WHEN is empty", 'say a day, a time or both: "thu 14:00"')
    clock_time = session.start.time()
    for count in (2, 1):
        last = " ".join(words[-count:])
        try:
            clock_time = read_clock(last)
        except ValueError:
            continue
        words = words[:-count]
        break
    day = _day(" ".join(words), session, opened) if words else session.start.date()
    return datetime.combine(day, clock_time, session.start.tzinfo)


def _day(text: str, session: Session, opened: Opened) -> date:
    try:
        weekday = read_weekday(text)
    except ValueError:
        return read("WHEN", lambda words: read_date(words, opened.today), text)
    stands = session.start.date()
    ahead = (weekday - stands.weekday()) % 7
    day = stands + timedelta(days=ahead if ahead <= 3 else ahead - 7)
    return day if day >= opened.today else day + timedelta(days=7)
