"""Who of a waiting list was admitted, who was not, how full the house is, and what was proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ketasched.cli.terminal.changes import distance_text
from ketasched.cli.terminal.page import NARROW, Page, titled_table
from ketasched.domain.candidate import reasons_text
from ketasched.domain.course import Session
from ketasched.domain.wording import (
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    list_text,
    moment_text,
)
from ketasched.house.waiting import Answer
from ketasched.house.week_load import WeekLoad
from ketasched.reports.admission_report import NewCourse, NoCourse

if TYPE_CHECKING:
    from rich.table import Table


class Admission(NamedTuple):
    """All that is told of a list."""

    admitted: Sequence[NewCourse]
    refused: Sequence[NoCourse]
    answer: Answer
    loads: Sequence[WeekLoad]
    beside: str


def admission_page(admission: Admission) -> str:
    """Each patient's start, days and moves; who has no place; the weeks; what was proved."""
    page = Page()
    page.add_title(_title(admission))
    page.add_facts([("Beside", admission.beside), ("Plan", proof_text(admission.answer))])
    page.add("")
    if admission.admitted:
        narrow = page.width < NARROW
        page.add(*(map(_line, admission.admitted) if narrow else [_table(admission.admitted)]), "")
    moves = [move for new in admission.admitted for move in _moves(new)]
    if moves:
        page.add("Off their ideal day or time:")
        page.add_items(moves)
        page.add("")
    for each in admission.refused:
        page.add(f"No place for {each.name}: {each.why}")
        for text, command in each.advice:
            page.add(f"  What works: {text}.")
            page.add_command(command)
    if admission.refused:
        page.add("")
    if admission.loads:
        page.add(_loads(admission.loads))
    return page.text()


def proof_text(answer: Answer) -> str:
    """What was proved of a plan, in words."""
    if answer.status == "one-by-one":
        return "one by one in the list's order; nothing is proved"
    times = f"times proved best on {answer.proved} of {count_text(answer.days, 'day')}"
    cost = answer.cost.squares
    if answer.status == "optimal":
        return f"proved best: {_distance(cost)}; {times}"
    admitted = len(answer.admitted)
    if answer.bound is None:
        return f"the best found, {_places(admitted)}; {times}"
    within = f"within {cost - answer.bound} of the best possible {answer.bound}"
    if answer.most == admitted:
        return f"{within}; {times}"
    return f"{_places(admitted)}, at most {answer.most} can; for {admitted} {within}; {times}"


def _places(admitted: int) -> str:
    has = "has" if admitted < 2 else "have"
    return f"{admitted or 'nobody'} {has} a place"


def _distance(cost: int) -> str:
    if not cost:
        return "every session on its ideal day"
    return distance_text(cost)


def _title(admission: Admission) -> str:
    new, all_of_them = len(admission.admitted), len(admission.admitted) + len(admission.refused)
    stopped = ", as far as it came" if admission.answer.stopped else ""
    return f"{new} of {count_text(all_of_them, 'patient')} admitted{stopped}"


def _weekdays(sessions: Sequence[Session]) -> str:
    days = sorted({session.start.weekday() for session in sessions if not session.moved_days})
    return ", ".join(WEEKDAYS[day] for day in days)


def _table(admitted: Sequence[NewCourse]) -> Table:
    days, counts = ("Start", "Days", "Time"), ("Sessions", "Moved")
    table = titled_table("Name", *days, *counts, right=counts, whole=days)
    for new in admitted:
        sessions = new.course.sessions
        table.add_row(
            new.name,
            day_text(new.course.start),
            _weekdays(sessions),
            _times(sessions),
            str(len(sessions)),
            str(sum(session.moved_days != 0 for session in sessions)),
        )
    return table


def _times(sessions: Sequence[Session]) -> str:
    times = [clock_text(session.start.timetz()) for session in sessions]
    usual = max(dict.fromkeys(times), key=times.count)
    others = sum(time != usual for time in times)
    return f"{usual} ({others} differ{'s' if others == 1 else ''})" if others else usual


def _line(new: NewCourse) -> str:
    sessions = new.course.sessions
    moved = sum(session.moved_days != 0 for session in sessions)
    count = count_text(len(sessions), "session")
    return f"{new.name}: {day_text(new.course.start)}, {_times(sessions)}, {count}, {moved} moved"


def _moves(new: NewCourse) -> Iterator[str]:
    for session in new.course.sessions:
        if not (session.moved_days or session.moved_minutes):
            continue
        when = moment_text(session.start)
        what = []
        if session.moved_days:
            late = "later" if session.moved_days > 0 else "earlier"
            what.append(f"{count_text(abs(session.moved_days), 'day')} {late}")
        if session.moved_minutes:
            late = "later" if session.moved_minutes > 0 else "earlier"
            what.append(f"{abs(session.moved_minutes)} min {late}")
        why = reasons_text(session.reasons)
        yield f"{new.name}, session {session.number}: {when}, {list_text(what)}: {why}"
    for missing in new.course.unplaced:
        yield f"{new.name}: no place for {missing.name}: {reasons_text(missing.reasons)}"


def _loads(loads: Sequence[WeekLoad]) -> Table:
    """A line for each week, with how much of each resource is taken."""
    weeks: dict[date, list[WeekLoad]] = {}
    for load in loads:
        weeks.setdefault(load.monday, []).append(load)
    table = titled_table("Week from", whole=("Week from",))
    for load in next(iter(weeks.values())):
        table.add_column(load.resource, justify="right")
    for monday, of_week in weeks.items():
        table.add_row(day_text(monday), *map(_load, of_week))
    return table


def _load(load: WeekLoad) -> str:
    if not load.there:
        return "none there" if not load.taken else f"{load.taken / 60:.0f} h"
    return f"{load.taken / 60:.0f} of {load.there / 60:.0f} h"
