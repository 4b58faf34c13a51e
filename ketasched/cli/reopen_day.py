"""A day that was closed for a folder is open again: who goes back, who stays, whom to call."""

from __future__ import annotations

from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Literal, get_args

from ketasched.cli.result import Result
from ketasched.domain.course import Course
from ketasched.domain.wording import day_text, list_text
from ketasched.errors import UsageProblem
from ketasched.records import acts, closed_days
from ketasched.records.closed_days import ClosedDay
from ketasched.records.folder import may_say, unread_trouble, walk
from ketasched.records.following import refuse_drift
from ketasched.records.open import Opened, name_of, read_record
from ketasched.records.reopening import Reopened, reopened
from ketasched.records.write import refuse_no_room, write_all
from ketasched.reports.running_report import Call, closed_day_report
from ketasched.running.changes import Rest, move
from ketasched.running.legal_change import Conditions
from ketasched.shell import paste

_TO_BREAK: tuple[tuple[Literal["notice", "window"], ...], ...] = (
    ("notice",),
    ("notice", "window"),
)
"""What a person may break to bring somebody back at short notice."""


def reopened_day(folder: Path, day: date, reason: str, now: datetime, *, dry_run: bool) -> Result:
    """Whom to call: the day is open again in every record of a folder, in one act.

    Raises:
        UsageProblem: it is not closed.
        FileTrouble: a record cannot be written; nothing is, then.
    """
    days = closed_days.load(folder)
    act = acts.new_folder_act()
    after = _without(days, day, act)
    others = [other.day for other in after if other.is_closed]
    records, unread = walk(folder, lambda path: _with_day(path, day, others, now))
    backs = reopened([opened._replace(act=act) for opened in records], day, reason)
    changes = [(back.opened, back.after) for back in backs]
    note = "nothing was written: --dry-run"
    if dry_run:
        for back in backs:
            refuse_drift(back.opened.path, back.before)
        refuse_no_room(changes)
    else:
        file = closed_days.new_file(folder, after)
        write_all(changes, [file])
        paths = [*(opened.path for opened, _ in changes), file.path]
        note = f"wrote {list_text([str(path) for path in paths])}"
    calls = [call for back in backs for call in _called(back)]
    what = closed_days.reopened_text(day)

    def page() -> str:
        from ketasched.cli.terminal.changes import calls_page

        return calls_page(calls, what)

    return Result(
        page,
        lambda: closed_day_report(day, calls, unread, "reopened"),
        notes=[note],
        trouble=unread_trouble(unread, "done", "not read: "),
    )


def _without(days: tuple[ClosedDay, ...], day: date, act: str) -> list[ClosedDay]:
    """The closed days of a folder once a day is open again.

    Raises:
        UsageProblem: it is not closed.
    """
    if not any(other.day == day and other.is_closed for other in days):
        closed = [day_text(other.day) for other in days if other.is_closed]
        hint = f"closed: {list_text(closed)}" if closed else "no day is closed there"
        raise UsageProblem(f"{day_text(day)} was not closed by close-day", hint)
    return [
        other._replace(reopened=act) if other.day == day and other.is_closed else other
        for other in days
    ]


def _with_day(path: Path, day: date, closed: list[date], now: datetime) -> Opened | None:
    """A record for which the day was closed, opened; others need not be read."""
    if not may_say(path, f'"{closed_days.span_of(day)}"'):
        return None
    return read_record(path, closed).understood(now)


def _called(back: Reopened) -> list[Call]:
    """Whom to call: whoever goes back, or was moved and stays."""
    before, after = back.before.course, back.after.course
    if back.why:
        return [Call(back.after.name, before, None, f"{back.why}{_by_hand(back)}")]
    return [Call(back.after.name, before, after)] if after != before else []


def _by_hand(back: Reopened) -> str:
    """What to do if they can come all the same, with the command, which was run; of those that
    work, one that brings all of the course back, if there is one. Empty if none works.
    """
    if back.kept_from is None:
        return ""
    course, goal = back.after.course, _starts(back.kept_from)
    session = next(
        (each for each in back.kept_from.live if _starts(course).get(each.number) != each.start),
        None,
    )
    if session is None:
        return ""
    conditions = Conditions(back.opened.task.order, back.opened.here)
    command = ["ketasched", "move", name_of(back.opened.path), str(session.number),
               f"{session.start:%Y-%m-%d %H:%M}", "--override"]  # fmt: skip
    works = []
    for broken, rest in product(_TO_BREAK, get_args(Rest)):
        rules = conditions._replace(override=frozenset(broken))
        outcome = move(rules, course, session.number, session.start, rest)
        if isinstance(outcome, Course):
            resting = [] if rest == "keep" else ["--rest", rest]
            works.append((_starts(outcome) != goal, [*command, ",".join(broken), *resting]))
    if not works:
        return ""
    return f"; if they can come all the same: {paste(min(works)[1])}"


def _starts(course: Course) -> dict[int, datetime]:
    return {session.number: session.start for session in course.live}
