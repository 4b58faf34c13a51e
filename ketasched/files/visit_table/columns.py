"""How each column of a visit table is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from ketasched.errors import UsageProblem
from ketasched.files.visit_table.cells import read_arm, read_length, read_name, read_version
from ketasched.files.visit_table.days import (
    Timing,
    VisitDay,
    read_end,
    read_labelled,
    read_minus,
    read_plus,
    read_timing,
    read_window,
)
from ketasched.files.visit_table.headers import DAYS, Places, need, places_of, plain, unit_of
from ketasched.reading.table import Cell, Table


class Columns(NamedTuple):
    """How each column is read: its place and its reader, by key; ``day`` for what says the day,
    whatever the unit.
    """

    places: Mapping[str, int]
    readers: Mapping[str, Callable[[str], Any]]
    first_day_is_1: bool = False


def columns_of(
    table: Table, header: Sequence[Cell], rows: Sequence[Sequence[Cell]], asked: Mapping[str, str]
) -> Columns:
    """Which column is what; what is missing is noted.

    Raises:
        UsageProblem: ``asked`` does not fit the headers.
    """
    places = places_of(table, header, asked)
    _refuse_other_units(header, places.known, asked)
    readers: dict[str, Callable[[str], Any]] = {
        "name": read_name,
        "version": read_version,
        "arm": read_arm,
    }
    known = dict(places.known)
    for key, read in _WITH_UNITS.items():
        if key in known:
            readers[key] = partial(read, unit=unit_of(header[known[key]].text))
    unit = next((key for key in DAYS if key in known), "day")
    readers["day"] = partial(read_timing, unit=unit if unit != "day" else "")
    if unit in known:
        known["day"] = known.pop(unit)
        if unit == "day" and "name" not in known and _all_labelled(rows, known["day"]):
            readers["day"] = read_labelled
            known["name"] = known["day"]
    elif _says_days(rows, places):
        by_weeks = _by_weeks(rows, known["name"])
        readers["name"] = readers["day"] = partial(read_labelled, by_weeks=by_weeks)
        known["day"] = known["name"]
    first_day_is_1 = "day" in known and plain(header[known["day"]].text) == "visitdy"
    if unit == "week" and "day" in known:
        title = header[known["day"]].text
        table.notes.append(f"`{title}` counts weeks from the baseline: week 4 is day 28")
    _drop_empty_arms(known, rows)
    places = Places(known, places.unclear)
    need(table, header, places, ("name", "day"))
    _need_window(table, header, places, rows, in_day=readers["day"], without=first_day_is_1)
    return Columns(known, readers, first_day_is_1)


_WITH_UNITS: Mapping[str, Callable[..., Any]] = {
    "minus": read_minus,
    "plus": read_plus,
    "window": read_window,
    "earliest": read_end,
    "latest": read_end,
    "length": read_length,
}
WINDOW_KEYS = {"window", "minus", "plus", "earliest", "latest"}


def _refuse_other_units(
    header: Sequence[Cell], places: Mapping[str, int], asked: Mapping[str, str]
) -> None:
    """Refuse a column named as what its header says it is not.

    Raises:
        UsageProblem: it counts weeks or months and was named as days, or the other way round.
    """
    if len(several := [key for key in DAYS if key in asked]) > 1:
        names = " and ".join(several)
        raise UsageProblem(f"--column: the day is named as {names}", "name one of them")
    for key in set(asked) & {"day", "week", "date", *_WITH_UNITS} - {"length"}:
        title = header[places[key]].text
        unit = unit_of(title)
        if unit == "month":
            message = f"--column {key}: `{title}` counts months, which have no fixed number of days"
            raise UsageProblem(message, "write days or weeks into the table")
        if key == "day" and unit == "week":
            message = f"--column day: `{title}` counts weeks, not days"
            raise UsageProblem(message, f'name it: --column week="{title}"')
        if key == "day" and unit == "hour":
            message = f"--column day: `{title}` counts hours, not days"
            raise UsageProblem(message, "write days or weeks into the table")
        if key == "week" and not unit and plain(title) in _DAY_HEADERS:
            message = f"--column week: `{title}` counts days, not weeks"
            raise UsageProblem(message, f'name it: --column day="{title}"')


_DAY_HEADERS = {"day", "studyday", "targetday", "visitday", "visitdy", "tag", "jour", "dia"}


def _says_days(rows: Sequence[Sequence[Cell]], places: Places) -> bool:
    """Whether the names say the days, as ``Week 4 ± 3 days`` does: all of them, or one of them with
    its window where no column has windows.
    """
    place = places.known.get("name")
    if place is None or {"day", "week", "date"} & places.unclear:
        return False
    if _all_labelled(rows, place):
        return True
    timings = [_timing_in(row[place].text) for row in rows if place < len(row)]
    windows = WINDOW_KEYS & {*places.known, *places.unclear}
    with_window = any(timing and timing.window for timing in timings)
    return with_window and not windows


def _all_labelled(rows: Sequence[Sequence[Cell]], place: int) -> bool:
    return all(_timing_in(row[place].text) for row in rows if place < len(row))


def _by_weeks(rows: Sequence[Sequence[Cell]], place: int) -> bool:
    timings = [_timing_in(row[place].text) for row in rows if place < len(row)]
    days = [timing.day for timing in timings if timing]
    return all(isinstance(day, VisitDay) and day.in_weeks for day in days)


def _timing_in(name: str) -> Timing | None:
    try:
        return read_labelled(name)
    except ValueError:
        return None


def _drop_empty_arms(places: dict[str, int], rows: Sequence[Sequence[Cell]]) -> None:
    """An arm that no row says, as in CDISC's tables of trials without arms, is no arm."""
    place = places.get("arm")
    if place is not None and not any(row[place].text for row in rows if place < len(row)):
        del places["arm"]


def _need_window(
    table: Table,
    header: Sequence[Cell],
    places: Places,
    rows: Sequence[Sequence[Cell]],
    *,
    in_day: Callable[[str], Any],
    without: bool,
) -> None:
    """Note that no column has the windows; the days may have them, and CDISC's tables have none."""
    known = {*places.known, *places.unclear}
    if sides := {"minus", "plus"} & known:
        need(table, header, places, sorted({"minus", "plus"} - sides))
    elif ends := {"earliest", "latest"} & known:
        need(table, header, places, sorted({"earliest", "latest"} - ends))
    elif "window" not in known and not _days_have_windows(places, rows, in_day):
        if without:
            table.notes.append("the table has no windows: each visit is on its day and no other")
        else:
            need(table, header, places, ("window",))


def _days_have_windows(
    places: Places, rows: Sequence[Sequence[Cell]], read: Callable[[str], Timing]
) -> bool:
    place = places.known.get("day")
    for row in rows:
        if place is not None and place < len(row):
            try:
                if read(row[place].text).window:
                    return True
            except ValueError:
                continue
    return False
