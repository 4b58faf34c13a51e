"""The agenda: who comes when, what is due, and how full the house is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ketasched.calendar.entry_text import BUSY
from ketasched.cli.agenda_words import (
    Level,
    closed_text,
    due_for_others,
    loads,
    number_of,
    people_text,
    seats_text,
    state_notes,
)
from ketasched.cli.terminal.course import entry_title, hours_text
from ketasched.cli.terminal.page import NARROW, Page
from ketasched.domain.course import is_gone
from ketasched.domain.wording import WEEKDAYS, clock_text, day_text
from ketasched.running.agenda import Coming

if TYPE_CHECKING:
    from ketasched.reports.agenda_report import Agenda, Day

_BLOCK = "█"


def agenda_page(agenda: Agenda) -> str:
    """The days of an agenda, one below the other; days on which nobody comes are a line."""
    page = Page()
    for place, day in enumerate(agenda.days):
        if place:
            page.add("")
        _add_day(page, day, agenda)
    return page.text()


def _add_day(page: Page, day: Day, agenda: Agenda) -> None:
    zone = f", {next(iter(agenda.zones))}" if len(agenda.zones) == 1 else ""
    closed = f"{closed_text(day, agenda)}, " if day.closed is not None else ""
    page.add_title(f"{day_text(day.day)}: {closed}{people_text(day)}{zone}")
    if day.coming:
        narrow = page.width < NARROW
        several = len(agenda.zones) > 1
        make = _bare if agenda.bare else _narrow if narrow else _table
        page.add("", make(day, agenda, several=several))
        place = day.coming[0].entry.start.tzname() if several else ""
        zone_note = f" ({place})" if place else ""
        for load in loads(day, agenda):
            page.add("", f"{load.title}{zone_note}", _bars(day, load.levels, page.width))
    if day.due and not agenda.bare:
        page.add("", "Also due")
        page.add_items(due_for_others(day))


def _table(day: Day, agenda: Agenda, *, several: bool) -> Table:
    seat = ("Chair",) if agenda.chairs > 1 else ()
    table = _new_table(("Time", *seat, "Who", "What", "#", "State and what is due"))
    for arrival, chairs in agenda.seated(day):
        label = arrival.patient.course.protocol.label
        what = f"{label} · {entry_title(arrival.entry)}"
        when = _when(arrival, several=several)
        table.add_row(
            when, *([seats_text(chairs)] if seat else []),
            Text(arrival.patient.name), Text(what), number_of(arrival), Text(_notes(arrival)),
            style="dim" if is_gone(arrival.entry) else "",
        )  # fmt: skip
    return table


def _narrow(day: Day, agenda: Agenda, *, several: bool) -> Table:
    table = _new_table(("Time", "Who"))
    for arrival, chairs in agenda.seated(day):
        number = number_of(arrival)
        label = arrival.patient.course.protocol.label
        what = f"{label}{' ' + number if number else ''} · {entry_title(arrival.entry)}"
        seat = f"chair {seats_text(chairs)}" if chairs and agenda.chairs > 1 else ""
        lines = [arrival.patient.name, what, seat, _notes(arrival)]
        style = "dim" if is_gone(arrival.entry) else ""
        text = Text("\n".join(line for line in lines if line))
        table.add_row(_when(arrival, several=several), text, style=style)
    return table


def _bare(day: Day, _: Agenda, *, several: bool) -> Table:
    table = _new_table(("Time", "What"))
    for arrival in day.coming:
        table.add_row(_when(arrival, several=several), BUSY)
    return table


def _new_table(titles: tuple[str, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, no_wrap=title in ("Time", "Chair", "#"))
    return table


def _when(arrival: Coming, *, several: bool) -> str:
    zone = f" {arrival.entry.start.tzname()}" if several else ""
    return f"{hours_text(arrival.entry)}{zone}"


def _notes(arrival: Coming) -> str:
    return "; ".join([*state_notes(arrival), *arrival.due])


def _bars(day: Day, levels: Sequence[Level], width: int) -> Table:
    """A bar for each time at which the number is the same."""
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False, show_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    room = max(2, width - 28)
    scale = min(2, max(1, room // max(level.number for level in levels)))
    for level in levels:
        row = Text(_BLOCK * min(room, scale * level.number))
        row.append(f" {level.too_many} too many" if level.too_many else "", style="bold")
        elsewhere = level.start.date() != day.day  # as other zones count
        when = f"{WEEKDAYS[level.start.weekday()]} " if elsewhere else ""
        table.add_row(f"{when}{_clock(level.start)}–{_clock(level.end)}", str(level.number), row)
    return table


def _clock(moment: datetime) -> str:
    return clock_text(moment.timetz())
