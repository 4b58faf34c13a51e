"""Starts as a page: how well each day goes as a heat map of weeks, and the best of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched.cli.pages.render import page
from ketasched.cli.suggested import (
    MOST_ROWS,
    begins_text,
    days_text,
    pauses_text,
    robust_columns,
    robust_text,
    setting_facts,
    told_of_others,
)
from ketasched.cli.terminal.page import advice
from ketasched.domain.wording import MONTHS, WEEKDAY_NAMES, count_text, day_text

if TYPE_CHECKING:
    from ketasched.cli.commands.suggest import Suggested
    from ketasched.planning.suggest import Suggestion

HEATS = (0, 1, 3, 6)
"""The most sessions that move in each step of the map; the last step has more."""

Looks = Literal["heat-0", "heat-1", "heat-2", "heat-3", "heat-4", "pause", "none", ""]


class Cell(NamedTuple):
    """A start in the map: the day of the month, what it comes to, how that looks, and all of it."""

    day: str
    figure: str
    looks: Looks
    about: str


class Week(NamedTuple):
    """A row of the map: its month, if it is the first of it; its Monday; and a cell for each day,
    None outside the range.
    """

    title: str
    monday: str
    cells: Sequence[Cell | None]


def suggest_page(suggested: Suggested) -> str:
    """The starts, and how each day of the range goes with its best weekdays."""
    terms, starts, best, command = suggested
    feasible = suggested.feasible
    robust = robust_columns(feasible[:MOST_ROWS])
    by_day: dict[date, Suggestion] = {}
    for start in starts:  # the best first
        by_day.setdefault(start.start, start)
    return page(
        "suggest.html",
        {
            "wide": True,
            "title": terms.order.protocol.title,
            "range": f"{day_text(min(by_day))} to {day_text(max(by_day))}",
            "weekdays": WEEKDAY_NAMES,
            "weeks": list(_weeks(by_day)),
            "legend": _LEGEND,
            "robust": [title for title, _ in robust],
            "rows": [
                (
                    day_text(start.start),
                    start.start.isoformat(),
                    days_text(start),
                    pauses_text(start),
                    start.moved,
                    start.days_moved,
                    start == best,
                    begins_text(start),
                    [(title, figures[place]) for title, figures in robust],
                )
                for place, start in enumerate(feasible[:MOST_ROWS])
            ],
            "others": [*robust_text(feasible), *told_of_others(starts)],
            "command": command,
            "facts": list(setting_facts(terms)),
            "advice": advice(terms.order.protocol),
        },
    )


_HEAT_LOOKS: Sequence[Looks] = ("heat-0", "heat-1", "heat-2", "heat-3", "heat-4")
_LEGEND: Sequence[tuple[Looks, str, str]] = (
    ("heat-0", "0", "no session moves"),
    ("heat-1", "1", "1 session moves"),
    ("heat-2", "2", "2 or 3 move"),
    ("heat-3", "4", "4 to 6 move"),
    ("heat-4", "7", "7 or more move"),
    ("pause", "P1", "a pause of 1 week"),
    ("none", "–", "no course"),
)


def _weeks(by_day: dict[date, Suggestion]) -> Iterator[Week]:
    monday = min(by_day) - timedelta(days=min(by_day).weekday())
    month = 0
    while monday <= max(by_day):
        days = [monday + timedelta(days=number) for number in range(7)]
        tried = [by_day.get(day) for day in days]
        first = max(monday, min(by_day))
        title = f"{MONTHS[first.month - 1]} {first.year}" if first.month != month else ""
        month = first.month
        yield Week(title, day_text(monday), [_cell(start) if start else None for start in tried])
        monday += timedelta(days=7)


def _cell(start: Suggestion) -> Cell:
    day = str(start.start.day)
    when = ", ".join(filter(None, (day_text(start.start), days_text(start), begins_text(start))))
    if not start.feasible:
        return Cell(day, "–", "none", f"{when}: no course")
    days = count_text(start.days_moved, "day")
    moved = f"{count_text(start.moved, 'session')} moved, {days} in all"
    if start.pauses:
        weeks = count_text(start.weeks, "week")
        return Cell(day, f"P{start.weeks}", "pause", f"{when}: a pause of {weeks}, {moved}")
    step = sum(start.moved > most for most in HEATS)
    return Cell(day, str(start.moved), _HEAT_LOOKS[step], f"{when}: {moved}")
