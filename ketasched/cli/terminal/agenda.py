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
from ketasched.domain.visit_handle import handle_of
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
    people = {id(arrival.patient.course) for arrival in day.coming if not is_gone(arrival.entry)}
    who = {0: "nobody", 1: "1 person"}.get(len(people), f"{len(people)} people")
    zone = f", {next(iter(agenda.zones))}" if len(agenda.zones) == 1 else ""
    closed = ""
    if day.closed is not None:
        closed = f"closed ({day.closed}), " if day.closed and not agenda.bare else "closed, "
    page.add_title(f"{day_text(day.day)}: {closed}{who}{zone}")
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
    for arrival in day.coming:
        label = arrival.patient.course.protocol.label
        what = f"{label} · {entry_title(arrival.entry)}"
        when = _when(arrival, several=several)
        table.add_row(
            when, Text(arrival.patient.name), Text(what), _number(arrival), Text(_notes(arrival)),
            style="dim" if is_gone(arrival.entry) else "",
        )  # fmt: skip
    return table


def _narrow(day: Day, *, several: bool) -> Table:
    table = _new_table(("Time", "Who"))
    for arrival in day.coming:
        number = _number(arrival)
        label = arrival.patient.course.protocol.label
        what = f"{label}{' ' + number if number else ''} · {entry_title(arrival.entry)}"
        lines = [arrival.patient.name, what, _notes(arrival)]
        style = "dim" if is_gone(arrival.entry) else ""
        text = Text("\n".join(line for line in lines if line))
        table.add_row(_when(arrival, several=several), text, style=style)
    return table


def _bare(day: Day, *, several: bool) -> Table:
    table = _new_table(("Time", "What"))
    for arrival in day.coming:
        table.add_row(_when(arrival, several=several), BUSY)
    return table


def _new_table(titles: tuple[str, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, no_wrap=title in ("Time", "#"))
    return table


def _when(arrival: Coming, *, several: bool) -> str:
    zone = f" {arrival.entry.start.tzname()}" if several else ""
    return f"{hours_text(arrival.entry)}{zone}"


def _number(arrival: Coming) -> str:
    if isinstance(arrival.entry, LinkedVisit):
        return handle_of(arrival.patient.course, arrival.entry)
    total = arrival.patient.course.total
    return (
        f"{arrival.entry.number}/{total}"
        if arrival.entry.number <= total
        else str(arrival.entry.number)
    )


def _notes(arrival: Coming) -> str:
    said: list[str] = [] if arrival.entry.status == PLANNED else [arrival.entry.status]
    if isinstance(arrival.entry, LinkedVisit) and arrival.entry.by_video:
        said.append("by video")
    return "; ".join([*said, *arrival.due])


def _house(day: Day, chairs: int, width: int) -> Table:
    """A bar for each time at which as many people are in the house."""
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False, show_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    stretches = in_house(day.coming)
    room = max(2, width - 28)
    scale = min(2, max(1, room // max((stretch.people for stretch in stretches), default=1)))
    for stretch in stretches:
        bar = _BLOCK * min(room, scale * stretch.people)
        more = stretch.people - chairs if chairs else 0
        over = f" {more} too many" if more > 0 else ""
        row = Text(bar)
        row.append(over, style="bold")
        elsewhere = stretch.start.date() != day.day  # as other zones count
        when = f"{WEEKDAYS[stretch.start.weekday()]} " if elsewhere else ""
        table.add_row(
            f"{when}{_clock(stretch.start)}–{_clock(stretch.end)}", str(stretch.people), row
        )
    return table


def _clock(moment: datetime) -> str:
    return clock_text(moment.timetz())
