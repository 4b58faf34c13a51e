"""The visits of a protocol as its phase: days counted from the baseline, windows in days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ketasched.domain.wording import count_text
from ketasched.files.visit_table.days import Sides, Span, VisitDay, bounded
from ketasched.files.visit_table.visits import Course, Visit
from ketasched.reading.table import Cell, Table
from ketasched.reading.texts import quoted

_BASELINE = re.compile(
    r"\b(?:base\s?line|basisvisite|basal|(?:day|tag|jour|d[ií]a)\s*[01])\b", re.IGNORECASE
)


class _Placed(NamedTuple):
    """A visit on its day, a number whose meaning ``first_day`` of the phase says."""

    visit: Visit
    day: int
    window: Sides


def phase_of(
    table: Table,
    course: Course,
    visits: Sequence[Visit],
    days_header: Cell | None,
    *,
    first_day_is_1: bool = False,
) -> str:
    """The phase of a protocol; a missing baseline is noted at ``days_header``, if it is given."""
    whose = f" of {course}" if any(course) else ""
    baseline = _baseline(table, whose, visits, days_header)
    numbers = {_number(visit.timing.day, baseline) for visit in visits}
    first_day = 0 if 0 in numbers and not first_day_is_1 else 1
    if first_day not in numbers and days_header and (baseline or not _dated(visits)):
        hint = "write its day as 0, or as 1 if the table has no day 0"
        table.fault(days_header, f"no visit{whose} is the baseline", hint)
    placed = [
        _Placed(visit, day, window)
        for visit in visits
        if (day := _number(visit.timing.day, baseline)) is not None
        and (window := _window(table, visit, day, baseline, first_day)) is not None
    ]
    _refuse_twins(table, placed, first_day)
    if first_day == 1 and first_day in numbers:
        _refuse_weeks(table, placed)
    meaning = ("day 0 is the baseline", "day 1 is the first day, there is no day 0")[first_day]
    lines = [f"        first_day: {first_day}   # {meaning}", "        sessions:"]
    by_day = {place.day: place for place in reversed(placed)}
    return "\n".join(lines + [_session(place) for _, place in sorted(by_day.items())])


def _dated(visits: Sequence[Visit]) -> list[Visit]:
    return [visit for visit in visits if isinstance(visit.timing.day, date)]


def _baseline(
    table: Table, whose: str, visits: Sequence[Visit], days_header: Cell | None
) -> date | None:
    """The date of the baseline, where visits have dates; what is amiss with them is noted."""
    dated = _dated(visits)
    if not dated:
        return None
    if len(dated) < len(visits):
        for visit in dated:
            message = f"`{visit.cells['day'].text}` is a date, and other visits have a day's number"
            table.fault(visit.cells["day"], message, "write the day from the baseline")
        return None
    baselines = [visit for visit in dated if _BASELINE.search(visit.name)]
    if len(baselines) != 1 and days_header:
        count = "several visits are" if baselines else "no visit is"
        message = f"{count} called baseline{whose}, and the dates are counted from it"
        table.fault(days_header, message, "call the first day of the trial `Baseline`")
    day = baselines[0].timing.day if len(baselines) == 1 else None
    return day if isinstance(day, date) else None


def _number(day: VisitDay | date | None, baseline: date | None) -> int | None:
    if isinstance(day, VisitDay):
        return day.number
    return (day - baseline).days if day and baseline else None


def _window(
    table: Table, visit: Visit, day: int, baseline: date | None, first_day: int
) -> Sides | None:
    """Days early and late; None after noting what is wrong with them."""
    if isinstance(visit.window, Sides):
        return visit.window
    ends = [day if end is None else _number(end, baseline) for end in visit.window]
    cell = next(visit.cells[key] for key in ("window", "earliest", "day") if key in visit.cells)
    first, last = ends
    if first is None or last is None:
        message = "the window has a date, and the day is a number"
        table.fault(cell, message, "write both as dates, or both as days")
        return None
    if not first <= day <= last:
        shown = _span_text(visit.window, first, last)
        table.fault(cell, f"the window {shown} does not hold the visit's day, {day}")
        return None
    at = [_distance(number, first_day) for number in (first, day, last)]
    return table.read(cell, lambda _: Sides(bounded(at[1] - at[0]), bounded(at[2] - at[1])))


def _span_text(window: Span, first: int, last: int) -> str:
    dates = [end.isoformat() for end in window if isinstance(end, date)]
    return " to ".join(dates) if len(dates) == 2 else f"from day {first} to day {last}"


def _distance(day: int, first_day: int) -> int:
    """Days from the baseline; there is no day 0 where the first day is 1."""
    return day - first_day + (1 if first_day and day < 0 else 0)


def _refuse_twins(table: Table, placed: Sequence[_Placed], first_day: int) -> None:
    by_day: dict[int, Visit] = {}
    by_name: dict[str, Visit] = {}
    for visit, day, _ in placed:
        same_day = by_day.setdefault(day, visit)
        same_name = by_name.setdefault(visit.name.casefold(), visit)
        if same_day is not visit:
            what = "two baselines" if day == first_day else "two visits on one day"
            other = f"`{same_day.name}` {table.place(same_day.cells['name'])}"
            table.fault(visit.cells["day"], f"{what}: {other} is on day {day} too")
        elif same_name is not visit:
            other = f"another is {table.place(same_name.cells['name'])}"
            table.fault(visit.cells["name"], f"two visits are called `{visit.name}`: {other}")


def _refuse_weeks(table: Table, placed: Sequence[_Placed]) -> None:
    """Where day 1 is the first, a week may be its first day or its last."""
    for visit, _, _ in placed:
        day = visit.timing.day
        if isinstance(day, VisitDay) and day.in_weeks:
            text = visit.cells["day"].text
            message = f"`{text}` may begin or end a week where day 1 is the first"
            table.fault(visit.cells["day"], message, "write the number of the day")


def _session(placed: _Placed) -> str:
    early, late = (count_text(days, "day") for days in placed.window)
    minutes = placed.visit.minutes
    length = f", length: {minutes} min" if minutes else ""
    return (
        f"          - {{name: {quoted(placed.visit.name)}, day: {placed.day}, "
        f"window: {{early: {early}, late: {late}}}{length}}}"
    )
