"""What a patient is handed, in a terminal: the months as grids, and each appointment in a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from ketasched.cli.terminal.page import Page
from ketasched.cli.terminal.styles import row_style
from ketasched.languages.language import NO_BREAK

if TYPE_CHECKING:
    from ketasched.calendar.handout import Appointment, Handout, Month, MonthDay
    from ketasched.languages.language import Language

ROOM_FOR_TIMES = 9
WIDEST = 10


def months_page(handout: Handout) -> str:
    """The months of a handout; a narrow terminal gets numbers in the grid, the list is below it."""
    page = Page()
    language, setting = handout.language, handout.setting
    room = min((page.width - 8) // 7, WIDEST)
    if setting.person:
        page.add_title(setting.person)
        page.add("")
    for month in handout.months:
        page.add(_grid(handout, month, room), "")
    if handout.changed:
        page.add_title(language.text("What changed since {day}", day=handout.changed_since))
        page.add(*handout.changed, "")
    for each in handout.appointments:
        page.add(Text(_line(each, language), style=_style(handout, each)))
    if handout.more_to_come:
        page.add(language.text("Later dates are not fixed yet."))
    if handout.to_do:
        page.add("", language.text("For each numbered appointment:"), *handout.to_do)
    page.add("")
    where = [*setting.places, *([setting.phone] if setting.phone else [])]
    page.add(*([", ".join(where)] if where else []))
    page.add(language.text("All times are those of {zone}.", zone=setting.zone))
    return page.text()


def _style(handout: Handout, each: Appointment) -> str:
    """The style of the line of an appointment."""
    if each.is_off or each.is_past:
        return row_style("missed" if each.is_off else "past")
    return row_style("next") if handout.next and handout.next.start == each.start else ""


def _line(each: Appointment, language: Language) -> str:
    when = ", ".join(filter(None, [each.day, each.hours, *each.remarks, each.was]))
    return language.text("{what}: {when}", what=each.title, when=when)


def _grid(handout: Handout, month: Month, room: int) -> Table:
    table = Table(
        box=box.SQUARE,
        title=f"{month.name[:1].upper()}{month.name[1:]}",
        title_style="bold",
        show_lines=True,
        padding=0,
        header_style="bold",
    )
    for weekday in handout.language.weekdays():
        table.add_column(weekday[: max(room, 1)], width=max(room, 1), no_wrap=True)
    for week in month.weeks:
        table.add_row(*(_cell(day, room) if day else "" for day in week))
    return table


def _cell(day: MonthDay, room: int) -> Text:
    appointments = [each for each in day.appointments if not each.is_off]
    lines: list[tuple[str, str]] = [(f"{day.day.day:>2}", "bold" if appointments else "")]
    for each in appointments:
        if room < ROOM_FOR_TIMES:
            short = f"#{each.short.split()[0]}" if each.is_session else each.short
            lines.append((short[:room], "bold reverse"))
            continue
        lines += [(line, "bold reverse") for line in _fitted(each.short, room)]
        lines += [(line, "") for line in _clock_lines(each.begins, room)]
        lines += [(line, "") for line in _fitted_all(each.remarks, room)]
    return Text("\n").join(Text(text, style=style) for text, style in lines)


def _clock_lines(begins: str, room: int) -> list[str]:
    return [begins] if len(begins) <= room else _fitted(begins.replace(NO_BREAK, " "), room)


def _fitted_all(texts: Sequence[str], room: int) -> list[str]:
    return [line for text in texts for line in _fitted(text, room)]


def _fitted(title: str, room: int) -> list[str]:
    """A title in lines of a cell; a word that is too long is parted evenly."""
    lines: list[str] = []
    for word in title.split(" "):
        parts = _parts(word, room)
        if lines and len(lines[-1]) + 1 + len(parts[0]) <= room:
            parts[0] = f"{lines.pop()} {parts[0]}"
        lines += parts
    return lines


def _parts(word: str, room: int) -> list[str]:
    if len(word) <= room:
        return [word]
    count = -(-len(word) // (room - 1))
    size = -(-len(word) // count)
    parts = [word[first : first + size] for first in range(0, len(word), size)]
    return [*(f"{part}-" for part in parts[:-1]), parts[-1]]
