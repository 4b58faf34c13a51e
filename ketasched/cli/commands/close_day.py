"""``ketasched close-day``: the clinic must close, and every course with a session then moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from ketasched import clock, zone
from ketasched.asking.values import clean_text, read, whole_number
from ketasched.cli.closing_day import Closing, DayClosed, closed_alone, coming, remembered
from ketasched.cli.closing_house import HouseClosed, by_house, replanned
from ketasched.cli.options import Argument, Format, Option, takes
from ketasched.cli.reopen_day import reopened_day
from ketasched.cli.result import Result
from ketasched.cli.search_limits import Stopped, search_limits, search_notes
from ketasched.domain.typed_dates import read_date
from ketasched.domain.wording import count_text, day_text
from ketasched.errors import KetaschedError, UsageProblem
from ketasched.records import closed_days
from ketasched.records.atomic import NewFile
from ketasched.records.folder import Unread, unread_text, walk
from ketasched.records.open import name_of, read_quickly
from ketasched.records.write import write_all
from ketasched.reports.running_report import Call, ProvedDays, closed_day_report

STATUSES = ("optimal", "bound", "one-by-one")
"""What may be proved, the most first."""
MOST_CALLS = 10**6
"""A guard against slips of the keyboard."""
HELP = """The clinic must close: every course of a folder with a session on that day is
placed anew without it, its calendars are rewritten, and you are told whom to call.
Where the clinic has chairs, rooms or nurses, all of them are planned again together: nobody
else moves, unless somebody would have no place otherwise; then as few as possible are asked.

\b
Examples:
  ketasched close-day 2027-01-21 . --reason snow
  ketasched close-day tomorrow records --dry-run
  ketasched close-day 2027-01-21 . --most-calls 6
  ketasched close-day 2027-01-21 . --reopen
"""


class CloseDayRequest(NamedTuple):
    """Which day, for the records of which folder; or that it is open again."""

    day: str
    folder: str
    reopen: bool = False
    most_calls: str = ""
    seconds: str = ""
    seed: str = ""
    dry_run: bool = False
    reason: str = ""
    format: Format = "table"


class NotAll(KetaschedError):
    """Some courses have no legal place without that day, or cannot be read."""

    code = "no-placement"
    exit_code = 3


class TooMany(KetaschedError):
    """More patients would have to be called than was said."""

    code = "no-placement"
    exit_code = 3


@takes(
    CloseDayRequest,
    day=Argument("DATE"),
    most_calls=Option("Change nothing if more patients than that would have to be called.", "N"),
    reopen=Option(
        "The day is open again: who was moved because of it goes back, if that is legal."
    ),
)
def run(request: CloseDayRequest) -> Result:
    """Whom to call: the day is closed in every record of a folder, or open again.

    Raises:
        KetaschedError: the folder or the day cannot be read.
    """
    folder = Path(request.folder)
    closing = _closing(request, folder)
    if request.reopen:
        return reopened_day(
            folder, closing.day, closing.reason, closing.now, dry_run=closing.dry_run
        )
    search = search_limits(request.seconds, request.seed)
    most = MOST_CALLS
    if request.most_calls:
        most = whole_number("--most-calls", request.most_calls, 0, MOST_CALLS)
    touched, unread = walk(folder, lambda path: coming(path, closing))
    affected = [each for each in touched if isinstance(each, DayClosed)]
    houses = [replanned(folder, closing.day, own, search) for own in by_house(affected)]
    calls = [each for each in touched if isinstance(each, Call)]
    number = sum(house.closed.calls for house in houses)
    number += sum(not each.begun for each in calls) + sum(not each.house for each in affected)
    trouble = _kept_from(closing, houses, number, most)
    closing = closing._replace(dry_run=bool(request.dry_run or trouble))
    calls += _written(folder, closing, houses, affected)
    late = [] if closing.dry_run else _late(folder, closing, affected)
    calls.sort(key=lambda call: call.name)

    def page() -> str:
        from ketasched.cli.terminal.changes import calls_page, proof_text

        what = closed_days.closed_text(closing.day)
        return calls_page(calls, what, [proof_text(house.closed) for house in houses])

    return Result(
        page,
        lambda: closed_day_report(closing.day, calls, unread, days=_proved(houses, number)),
        notes=_notes(request, houses),
        trouble=trouble or _not_all(calls, unread, late),
    )


def _notes(request: CloseDayRequest, houses: Sequence[HouseClosed]) -> list[str]:
    closed = [house.closed for house in houses]
    notes = search_notes(
        request.seconds,
        request.seed,
        joint=all(each.status != "one-by-one" for each in closed),
        was_cut=any(each.was_cut for each in closed),
    )
    return notes + (["nothing was written: --dry-run"] if request.dry_run else [])


def _proved(houses: Sequence[HouseClosed], calls: int) -> ProvedDays | None:
    """What was proved of those that share a house; None if none do."""
    if not houses:
        return None
    closed = [house.closed for house in houses]
    bounds = [each.bound for each in closed]
    return ProvedDays(
        max((each.status for each in closed), key=STATUSES.index),
        sum(each.cost.squares for each in closed),
        None if None in bounds else sum(bound or 0 for bound in bounds),
        calls,
    )


def _written(
    folder: Path, closing: Closing, houses: Sequence[HouseClosed], affected: Sequence[DayClosed]
) -> list[Call]:
    """Whom to call; the day is closed in the folder and in every record, unless it is only shown:
    all of those that share a house are written, or none of them.
    """
    files: list[NewFile] = []
    if not closing.dry_run:
        closing, files = remembered(folder, closing)
    shared = [each for house in houses for each in house.calls(closing)]
    if not closing.dry_run:
        write_all([writing for _, writing in shared if writing], files)
    alone = [closed_alone(each, closing) for each in affected if not each.house]
    return [*(call for call, _ in shared), *alone]


def _late(folder: Path, closing: Closing, affected: Sequence[DayClosed]) -> list[str]:
    """The records that another desk put on the day before it was closed, and after it was asked who
    comes.
    """
    known = {each.opened.path for each in affected}
    touched, _ = walk(folder, lambda path: None if path in known else coming(path, closing))
    return [name_of(each.opened.path) for each in touched if isinstance(each, DayClosed)]


def _kept_from(
    closing: Closing, houses: Sequence[HouseClosed], number: int, most: int
) -> KetaschedError | None:
    """What keeps all of it from being written: more calls than the most, or somebody ended the
    search.
    """
    if any(house.closed.stopped for house in houses):
        return Stopped(
            "stopped before the end; this is the best plan so far",
            "nothing was written",
            shown=True,
        )
    if number <= most:
        return None
    calls = count_text(number, "patient")
    return TooMany(
        f"{calls} must be called when {day_text(closing.day)} is closed, more than {most}",
        "nothing was written; the table says whom",
        shown=True,
    )


def _closing(request: CloseDayRequest, folder: Path) -> Closing:
    if not folder.is_dir():
        raise UsageProblem(f"{folder} is not a folder", "give the folder of the records")
    now = clock.now()
    today = _today(folder, now)
    day = read("DATE", lambda text: read_date(text, today), request.day)
    if day < today:
        raise UsageProblem(f"{day_text(day)} is over", "say of each session then: miss or cancel")
    return Closing(day, clean_text("--reason", request.reason), now, request.dry_run)


def _today(folder: Path, now: datetime) -> date:
    """Today in the zone of the first record that can be read; else on this computer."""
    records, _ = walk(folder, read_quickly)
    place = zone.load(records[0].timezone).tzinfo if records else None
    return now.astimezone(place).date()


def _not_all(calls: list[Call], unread: list[Unread], late: list[str]) -> NotAll | None:
    stuck = [call.name for call in calls if call.after is None and not call.begun]
    if not (stuck or unread or late):
        return None
    without = f"not moved: {', '.join(stuck)}" if stuck else ""
    not_read = f"not read: {unread_text(unread)}" if unread else ""
    put_there = f"put there meanwhile: {', '.join(late)}" if late else ""
    message = "; ".join(part for part in (without, not_read, put_there) if part)
    hint = "the table says why, and what can be done by hand" if stuck else "the others are done"
    return NotAll(message, "run it again, to move them too" if late else hint, shown=True)
