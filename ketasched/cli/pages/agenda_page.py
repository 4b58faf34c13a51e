"""The day of a clinic as a page: a lane for each chair or room, and how full the house is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched.calendar.entry_text import BUSY
from ketasched.cli.agenda_words import (
    Load,
    closed_text,
    due_for_others,
    loads,
    number_of,
    people_text,
    state_notes,
)
from ketasched.cli.entry_words import entry_title
from ketasched.cli.pages.render import page
from ketasched.cli.pages.timeline import Area, Axis, Seat, area_of, axis_of, seats_of
from ketasched.domain.clinic import ALL_DAY
from ketasched.domain.course import ATTENDED, TENTATIVE, LinkedVisit, Session, is_gone
from ketasched.domain.house import CHAIR
from ketasched.domain.wording import MONTH_NAMES, WEEKDAY_NAMES, WEEKDAYS, day_text
from ketasched.languages.language import ENGLISH, Language
from ketasched.reports.agenda_report import is_held
from ketasched.running.agenda import Coming
from ketasched.running.lanes import Block, Lane, beside_each_other, lanes_of

if TYPE_CHECKING:
    from ketasched.domain.house import House
    from ketasched.files.clinic.clinic import ClinicFile
    from ketasched.reports.agenda_report import Agenda, Day

_STATES = {ATTENDED: ("past", "done"), "by video": ("", "by video")}
"""How a page shows how an entry stands, if not by its own word."""


class Card(NamedTuple):
    """What is shown of an entry: for a reader who may not know, not who, and that somebody is busy.
    ``looks`` is the style of its bar.
    """

    when: str
    who: str
    what: str
    states: Sequence[tuple[str, str]]
    due: Sequence[str]
    looks: Literal["gone", "tentative", "past", ""]


class DrawnLane(NamedTuple):
    """A lane, what it is called, whether it says that something is wrong, and what stands in it."""

    title: str
    alarm: bool
    cards: Sequence[tuple[Card, Seat]]


class DrawnLoad(NamedTuple):
    """The load of a resource: its name, how many there are, its most, what is too many, all of its
    levels in words, and the areas.
    """

    title: str
    number: str
    most: str
    too_many: Sequence[str]
    levels: Sequence[str]
    area: Area


def day_page(agenda: Agenda, clinic: ClinicFile | None) -> str:
    """The page of the one day of an agenda, in the clinic's hours if they are known."""
    (day,) = agenda.days
    lanes = _lanes(agenda, day)
    spans = [(block.start, block.end) for lane in lanes for block in lane.blocks]
    axis = axis_of([*spans, *_hours_of(clinic, day, spans)]) if spans else None
    return page(
        "agenda.html",
        {
            "wide": True,
            "clinic": name_of(clinic, agenda),
            "day": _long_day(day.day),
            "machine_day": day.day.isoformat(),
            "is_today": agenda.is_today(day),
            "closed": closed_text(day, agenda),
            "people": people_text(day),
            "zone": next(iter(agenda.zones)) if len(agenda.zones) == 1 else "",
            "where": "Busy" if agenda.bare else "Who is where",
            "axis": axis,
            "ticks": axis.ticks(staff_language(clinic)) if axis else [],
            "as_of": as_of(agenda, clinic),
            "lanes": [
                _drawn(lane, axis, agenda, staff_language(clinic), agenda.next_start(day))
                for lane in lanes
                if axis
            ],
            "loads": list(drawn_loads(agenda, day, axis, staff_language(clinic))) if axis else [],
            "due": [] if agenda.bare else due_for_others(day),
        },
    )


def name_of(clinic: ClinicFile | None, agenda: Agenda) -> str:
    """What the clinic is called; empty if that is not known, or nobody's business."""
    return "" if clinic is None or agenda.bare else clinic.name


def as_of(agenda: Agenda, clinic: ClinicFile | None) -> str:
    """When a page was made: what hangs on a wall grows old."""
    return f"{day_text(agenda.now.date())} {staff_language(clinic).clock(agenda.now.time())}"


def staff_language(clinic: ClinicFile | None) -> Language:
    """English, on the clinic's clock if its file names one."""
    return Language(hour_cycle=clinic.clock) if clinic else ENGLISH


def _long_day(day: date) -> str:
    month = MONTH_NAMES[day.month - 1]
    return f"{WEEKDAY_NAMES[day.weekday()]} {day.day} {month} {day.year}"


def _hours_of(
    clinic: ClinicFile | None, day: Day, spans: Sequence[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """The opening hours of a day as moments in the zone of who comes first."""
    if clinic is None:
        return
    usual = clinic.hours[day.day.weekday()] if clinic.hours else ()
    openings = {opened: opening.spans for opened, opening in clinic.openings}
    midnight = datetime.combine(day.day, time(), spans[0][0].tzinfo)
    for opens, closes in openings.get(day.day, usual):
        if (opens, closes) != ALL_DAY[0]:
            yield midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)


def _lanes(agenda: Agenda, day: Day) -> list[Lane]:
    """The lanes of a day; to whom it is nobody's business who comes, only how many at once."""
    if not agenda.bare:
        return lanes_of(agenda.house, day.coming)
    blocks = [Block(who, who.entry.start, who.entry.end) for who in day.coming]
    return beside_each_other("on site", blocks)


def _drawn(
    lane: Lane, axis: Axis, agenda: Agenda, language: Language, following: datetime | None
) -> DrawnLane:
    cards = [card_of(block.visitor, agenda, language, following) for block in lane.blocks]
    seats = seats_of(axis, [(block.start, block.end) for block in lane.blocks])
    title = lane_title(lane, in_chairs=bool(agenda.house) and not agenda.bare)
    return DrawnLane(title, lane.kind == "lacking", list(zip(cards, seats, strict=True)))


def lane_title(lane: Lane, *, in_chairs: bool) -> str:
    """What a lane is called: ``Chair 2``, ``By video``."""
    match lane.kind:
        case "place":
            return f"{lane.resource[0].upper()}{lane.resource[1:]} {lane.number}"
        case "lacking":
            return f"No {lane.resource} left"
        case "video":
            return "By video"
        case "gone":
            return "Not coming"
        case _:
            return "On site, no chair" if in_chairs else str(lane.number)


def card_of(
    visitor: Coming, agenda: Agenda, language: Language, following: datetime | None
) -> Card:
    """What a page shows of an entry; ``following`` is the first start to come, if that is today."""
    entry = visitor.entry
    elsewhere = (
        f" {WEEKDAYS[entry.end.weekday()]}" if entry.end.date() != entry.start.date() else ""
    )
    zone = f" {entry.start.tzname()}" if len(agenda.zones) > 1 else ""
    when = f"{language.span(entry.start, entry.end)}{elsewhere}{zone}"
    if agenda.bare:
        return Card(when, "", BUSY, (), (), "")
    label = visitor.patient.course.protocol.label
    what = f"{label} · {entry_title(entry)}\N{NO-BREAK SPACE}{number_of(visitor)}"
    is_next = entry.start == following and not is_held(entry)
    states = [*([("next", "next")] if is_next else []), *_states(visitor)]
    looks = _looks(entry, agenda.now)
    return Card(when, visitor.patient.name, what, states, visitor.due, looks)


def _looks(entry: Session | LinkedVisit, now: datetime) -> Literal["gone", "tentative", "past", ""]:
    if is_gone(entry):
        return "gone"
    if entry.status == ATTENDED or (isinstance(entry, LinkedVisit) and entry.end <= now):
        return "past"
    return "tentative" if entry.status == TENTATIVE else ""


def _states(visitor: Coming) -> Iterator[tuple[str, str]]:
    for note in state_notes(visitor):
        yield _STATES.get(note, (note, note))


def drawn_loads(agenda: Agenda, day: Day, axis: Axis, language: Language) -> Iterator[DrawnLoad]:
    """How full the house is through a day."""
    for load in loads(day, agenda):
        yield _drawn_load(load, axis, agenda.house, language)


def _drawn_load(load: Load, axis: Axis, house: House | None, language: Language) -> DrawnLoad:
    resource = house.resource(load.resource or CHAIR) if house else None
    return DrawnLoad(
        f"{load.resource[0].upper()}{load.resource[1:]}s" if load.resource else "In the house",
        load.number,
        f"{max(level.number for level in load.levels)} at most",
        [
            f"{level.too_many} too many {language.span(level.start, level.end)}"
            for level in load.levels
            if level.too_many
        ],
        [f"{language.span(level.start, level.end)}: {level.number}" for level in load.levels],
        area_of(axis, load.levels, resource),
    )
