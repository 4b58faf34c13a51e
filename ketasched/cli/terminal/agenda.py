"""The agenda: who comes when, what is due, and how full the house is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rich.table import Table
from rich.text import Text

from ketasched.calendar.entry_text import BUSY
from ketasched.cli.terminal.course import entry_title, hours_text
from ketasched.cli.terminal.page import NARROW, Page
from ketasched.domain.course import PLANNED, LinkedVisit, is_gone
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import WEEKDAYS, clock_text, count_text, day_text, list_text
from ketasched.running.agenda import Coming, in_house
from ketasched.running.full_house import Chairs, uses

if TYPE_CHECKING:
    from ketasched.domain.house import House
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
        page.add("", make(day, agenda, several=several))
        place = day.coming[0].entry.start.tzname() if several else ""
        zone_note = f" ({place})" if place else ""
        for title, levels in _blocks(day, agenda):
            page.add("", f"{title}{zone_note}", _bars(day, levels, page.width))
    if day.due and not agenda.bare:
        page.add("", "Also due")
        names: dict[str, list[str]] = {}
        for patient, what in day.due:
            names.setdefault(what, []).append(patient.name)
        page.add_items(f"{what}: {', '.join(who)}" for what, who in names.items())


def _table(day: Day, agenda: Agenda, *, several: bool) -> Table:
    seat = ("Chair",) if agenda.chairs > 1 else ()
    table = _new_table(("Time", *seat, "Who", "What", "#", "State and what is due"))
    for arrival, chairs in agenda.seated(day):
        label = arrival.patient.course.protocol.label
        what = f"{label} · {entry_title(arrival.entry)}"
        when = _when(arrival, several=several)
        table.add_row(
            when, *([_seats(chairs)] if seat else []),
            Text(arrival.patient.name), Text(what), _number(arrival), Text(_notes(arrival)),
            style="dim" if is_gone(arrival.entry) else "",
        )  # fmt: skip
    return table


def _narrow(day: Day, agenda: Agenda, *, several: bool) -> Table:
    table = _new_table(("Time", "Who"))
    for arrival, chairs in agenda.seated(day):
        number = _number(arrival)
        label = arrival.patient.course.protocol.label
        what = f"{label}{' ' + number if number else ''} · {entry_title(arrival.entry)}"
        seat = f"chair {_seats(chairs)}" if chairs and agenda.chairs > 1 else ""
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


def _seats(chairs: Chairs) -> str:
    """``2``, ``1, 2``, ``none`` for one that is lacking; empty for who takes none."""
    return ", ".join(str(chair or "none") for chair in chairs)


class _Level(NamedTuple):
    """A time during which as many are there or taken, and how many more than there are."""

    start: datetime
    end: datetime
    number: int
    too_many: int


def _blocks(day: Day, agenda: Agenda) -> Iterator[tuple[str, list[_Level]]]:
    """A title and its bars: of the people, and of each resource that is taken, instead of the
    people where chairs are among them.
    """
    chairs = agenda.chairs_for_all(day)
    house = None if chairs else agenda.house
    if house is None or not agenda.chairs:
        here = [
            _Level(*stretch, max(0, stretch.people - chairs) if chairs else 0)
            for stretch in in_house(day.coming)
        ]
        if here:
            of_chairs = f", for {count_text(chairs, 'chair')}" if chairs else ""
            yield f"In the house at once{of_chairs}", here
    if house:
        for resource, same in groupby(uses(house, day.coming), key=lambda use: use.resource):
            levels = [_Level(use.start, use.end, use.taken, use.too_many) for use in same]
            yield f"Taken at once, of {_number_text(house, resource, day)}", levels


def _number_text(house: House, name: str, day: Day) -> str:
    """How many of a resource there are on a day: ``2 nurses 08:00-13:00 and 1 nurse …``."""
    resource = house.resource(name)
    if resource is None:
        return name
    if resource.always is not None:
        return count_text(resource.always, name)
    levels = resource.week[day.day.weekday()]
    texts = [f"{count_text(number, name)} {span}" for span, number in levels if number]
    return list_text(texts) if texts else count_text(0, name)


def _bars(day: Day, levels: Sequence[_Level], width: int) -> Table:
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
