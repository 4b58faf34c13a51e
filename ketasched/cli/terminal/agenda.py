"""The agenda: who comes when, what is due, and how full the house is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

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
from ketasched.cli.entry_words import entry_title, hours_text
from ketasched.cli.terminal.page import NARROW, Page, titled_table, untitled_table
from ketasched.cli.terminal.styles import (
    LOOKS,
    Meaning,
    Note,
    meaning_of,
    notes_text,
    row_style,
    with_signs,
)
from ketasched.domain.wording import WEEKDAYS, clock_text, day_text
from ketasched.reports.agenda_report import is_held
from ketasched.running.agenda import Coming

if TYPE_CHECKING:
    from rich.table import Table

    from ketasched.reports.agenda_report import Agenda, Day

_BLOCK = "█"
_WHOLE = ("Time", "Chair", "#")
"""The columns whose cells stay on one line."""


def agenda_page(agenda: Agenda) -> str:
    """The days of an agenda, one below the other; days on which nobody comes are a line. Who comes
    next, today, stands out.
    """
    page = Page()
    for place, day in enumerate(agenda.days):
        if place:
            page.add("")
        _add_day(page, day, agenda)
    return page.text()


def _add_day(page: Page, day: Day, agenda: Agenda) -> None:
    zone = f", {next(iter(agenda.zones))}" if len(agenda.zones) == 1 else ""
    closed = f"{closed_text(day, agenda)}, " if day.closed is not None else ""
    title = f"{day_text(day.day)}{' (today)' if agenda.is_today(day) else ''}"
    page.add_title(f"{title}: {closed}{people_text(day)}{zone}")
    if day.coming:
        several = len(agenda.zones) > 1
        page.add("", _rows(day, agenda, page.width))
        place = day.coming[0].entry.start.tzname() if several else ""
        zone_note = f" ({place})" if place else ""
        for load in loads(day, agenda):
            page.add("", f"{load.title}{zone_note}", _bars(day, load.levels, page.width))
    if day.due and not agenda.bare:
        page.add("", "Also due")
        page.add_items(due_for_others(day))


def _rows(day: Day, agenda: Agenda, width: int) -> Table:
    whens = [_when(arrival, several=len(agenda.zones) > 1) for arrival in day.coming]
    if agenda.bare:
        return _bare(whens)
    meanings = _meanings(day, agenda)
    make = _narrow if width < NARROW else _table
    return make(day, agenda, with_signs(whens, meanings), meanings)


def _meanings(day: Day, agenda: Agenda) -> list[Meaning | None]:
    """What matters of each who comes; next are those with the first start to come, today."""
    following = agenda.next_start(day)
    return [
        "next"
        if arrival.entry.start == following and not is_held(arrival.entry)
        else _state(arrival, agenda.now)
        for arrival in day.coming
    ]


def _state(arrival: Coming, now: datetime | None = None) -> Meaning | None:
    """What its status means, or that it was moved."""
    meaning = meaning_of(arrival.entry, now=now)
    if meaning in (None, "moved"):
        return "moved" if arrival.is_moved else None
    return meaning


def _table(
    day: Day, agenda: Agenda, whens: Sequence[Text], meanings: Sequence[Meaning | None]
) -> Table:
    seat = ("Chair",) if agenda.chairs > 1 else ()
    table = titled_table("Time", *seat, "Who", "What", "#", "State and what is due", whole=_WHOLE)
    for (arrival, chairs), when, meaning in zip(agenda.seated(day), whens, meanings, strict=True):
        label = arrival.patient.course.protocol.label
        what = f"{label} · {entry_title(arrival.entry)}"
        table.add_row(
            when, *([seats_text(chairs)] if seat else []),
            Text(arrival.patient.name), Text(what), number_of(arrival), _notes(arrival, meaning),
            style=row_style(meaning),
        )  # fmt: skip
    return table


def _narrow(
    day: Day, agenda: Agenda, whens: Sequence[Text], meanings: Sequence[Meaning | None]
) -> Table:
    table = titled_table("Time", "Who", whole=_WHOLE)
    for (arrival, chairs), when, meaning in zip(agenda.seated(day), whens, meanings, strict=True):
        number = number_of(arrival)
        label = arrival.patient.course.protocol.label
        what = f"{label}{' ' + number if number else ''} · {entry_title(arrival.entry)}"
        seat = f"chair {seats_text(chairs)}" if chairs and agenda.chairs > 1 else ""
        lines = [Text(line) for line in (arrival.patient.name, what, seat) if line]
        notes = _notes(arrival, meaning)
        text = Text("\n").join([*lines, *([notes] if notes else [])])
        table.add_row(when, text, style=row_style(meaning))
    return table


def _bare(whens: Sequence[str]) -> Table:
    table = titled_table("Time", "What", whole=_WHOLE)
    for when in whens:
        table.add_row(when, BUSY)
    return table


def _when(arrival: Coming, *, several: bool) -> str:
    zone = f" {arrival.entry.start.tzname()}" if several else ""
    return f"{hours_text(arrival.entry)}{zone}"


def _notes(arrival: Coming, meaning: Meaning | None) -> Text:
    """That it comes next, its state, and what is due; the state in the style of what it means."""
    notes = [Note("next", "next")] if meaning == "next" else []
    meanings: dict[str, Meaning | None] = {"moved": "moved", arrival.entry.status: _state(arrival)}
    notes += [Note(text, meanings.get(text)) for text in state_notes(arrival)]
    return notes_text([*notes, *map(Note, arrival.due)])


def _bars(day: Day, levels: Sequence[Level], width: int) -> Table:
    """A bar for each time at which the number is the same."""
    table = untitled_table(blanks=1)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    room = max(2, width - 28)
    scale = min(2, max(1, room // max(level.number for level in levels)))
    for level in levels:
        row = Text(_BLOCK * min(room, scale * level.number))
        row.append(f" {level.too_many} too many" if level.too_many else "", LOOKS["missed"].style)
        elsewhere = level.start.date() != day.day  # as other zones count
        when = f"{WEEKDAYS[level.start.weekday()]} " if elsewhere else ""
        table.add_row(f"{when}{_clock(level.start)}–{_clock(level.end)}", str(level.number), row)
    return table


def _clock(moment: datetime) -> str:
    return clock_text(moment.timetz())
