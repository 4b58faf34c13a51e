"""The agenda: who comes when, what is due, and how full the house is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ketasched.calendar.entry_text import BUSY
from ketasched.cli.terminal.course import entry_title, hours_text
from ketasched.cli.terminal.page import NARROW, Page
from ketasched.domain.course import PLANNED, LinkedVisit, is_gone
from ketasched.domain.wording import WEEKDAYS, clock_text, count_text, day_text
from ketasched.running.agenda import Coming, in_house

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
    people = {id(one.patient.course) for one in day.coming if not is_gone(one.entry)}
    who = {0: "nobody", 1: "1 person"}.get(len(people), f"{len(people)} people")
    zone = f", {next(iter(agenda.zones))}" if len(agenda.zones) == 1 else ""
    page.add_title(f"{day_text(day.day)}: {who}{zone}")
    if day.coming:
        narrow = page.width < NARROW
        several = len(agenda.zones) > 1
        make = _bare if agenda.bare else _narrow if narrow else _table
        page.add("", make(day, several=several))
        house = _house(day, agenda.chairs, page.width)
        if house.row_count:
            place = day.coming[0].entry.start.tzname() if several else ""
            chairs = f", for {count_text(agenda.chairs, 'chair')}" if agenda.chairs else ""
            zone_note = f" ({place})" if place else ""
            page.add("", f"In the house at once{chairs}{zone_note}", house)
    if day.due and not agenda.bare:
        page.add("", "Also due")
        names: dict[str, list[str]] = {}
        for patient, what in day.due:
            names.setdefault(what, []).append(patient.name)
        page.add_items(f"{what}: {', '.join(who)}" for what, who in names.items())


def _table(day: Day, *, several: bool) -> Table:
    table = _new_table(("Time", "Who", "What", "#", "State and what is due"))
    for one in day.coming:
        label = one.patient.course.protocol.label
        what = f"{label} · {entry_title(one.entry)}"
        when = _when(one, several=several)
        table.add_row(
            when, Text(one.patient.name), Text(what), _number(one), Text(_notes(one)),
            style="dim" if is_gone(one.entry) else "",
        )  # fmt: skip
    return table


def _narrow(day: Day, *, several: bool) -> Table:
    table = _new_table(("Time", "Who"))
    for one in day.coming:
        number = _number(one)
        label = one.patient.course.protocol.label
        what = f"{label}{' ' + number if number else ''} · {entry_title(one.entry)}"
        lines = [one.patient.name, what, _notes(one)]
        style = "dim" if is_gone(one.entry) else ""
        text = Text("\n".join(line for line in lines if line))
        table.add_row(_when(one, several=several), text, style=style)
    return table


def _bare(day: Day, *, several: bool) -> Table:
    table = _new_table(("Time", "What"))
    for one in day.coming:
        table.add_row(_when(one, several=several), BUSY)
    return table


def _new_table(titles: tuple[str, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, no_wrap=title in ("Time", "#"))
    return table


def _when(one: Coming, *, several: bool) -> str:
    zone = f" {one.entry.start.tzname()}" if several else ""
    return f"{hours_text(one.entry)}{zone}"


def _number(one: Coming) -> str:
    if isinstance(one.entry, LinkedVisit):
        return ""
    total = one.patient.course.total
    return f"{one.entry.number}/{total}" if one.entry.number <= total else str(one.entry.number)


def _notes(one: Coming) -> str:
    said: list[str] = [] if one.entry.status == PLANNED else [one.entry.status]
    if isinstance(one.entry, LinkedVisit) and one.entry.by_video:
        said.append("by video")
    return "; ".join([*said, *one.due])


def _house(day: Day, chairs: int, width: int) -> Table:
    """A bar for each time at which as many people are in the house."""
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False, show_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    stretches = in_house(day.coming)
    room = max(2, width - 28)
    scale = min(2, max(1, room // max((one.people for one in stretches), default=1)))
    for one in stretches:
        bar = _BLOCK * min(room, scale * one.people)
        more = one.people - chairs if chairs else 0
        over = f" {more} too many" if more > 0 else ""
        row = Text(bar)
        row.append(over, style="bold")
        elsewhere = one.start.date() != day.day  # as other zones count
        when = f"{WEEKDAYS[one.start.weekday()]} " if elsewhere else ""
        table.add_row(f"{when}{_clock(one.start)}–{_clock(one.end)}", str(one.people), row)
    return table


def _clock(moment: datetime) -> str:
    return clock_text(moment.timetz())
