"""The week of a clinic as a page: a column for each day, its appointments to scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ketasched.cli.agenda_words import closed_text, due_for_others, people_text
from ketasched.cli.pages.agenda_page import (
    Card,
    DrawnLoad,
    as_of,
    card_of,
    drawn_loads,
    lane_title,
    name_of,
    staff_language,
)
from ketasched.cli.pages.render import page
from ketasched.cli.pages.timeline import HOUR, Axis
from ketasched.domain.course import is_gone
from ketasched.domain.wording import MONTHS, WEEKDAY_NAMES, days_text
from ketasched.running.lanes import lanes_of

if TYPE_CHECKING:
    from ketasched.files.clinic.clinic import ClinicFile
    from ketasched.languages.language import Language
    from ketasched.reports.agenda_report import Agenda, Day
    from ketasched.running.agenda import Coming


class Placed(NamedTuple):
    """An entry in the column of its day: in which chairs or rooms, whether one is lacking, and the
    part of the day that it takes, in percent.
    """

    card: Card
    places: Sequence[str]
    lacking: bool
    begins: float
    lasts: float


class Column(NamedTuple):
    """A day of the week."""

    weekday: str
    day: str
    machine_day: str
    closed: str
    is_today: bool
    people: str
    placed: Sequence[Placed]
    loads: Sequence[DrawnLoad]


def week_page(agenda: Agenda, clinic: ClinicFile | None) -> str:
    """The page of the days of an agenda."""
    arrivals = [arrival for day in agenda.days for arrival in day.coming]
    opens, closes = _hours(arrivals) if arrivals else (0, HOUR)
    language = staff_language(clinic)
    people = {id(arrival.patient.course) for arrival in arrivals if not is_gone(arrival.entry)}
    return page(
        "week.html",
        {
            "wide": True,
            "clinic": name_of(clinic, agenda),
            "days": days_text(agenda.days[0].day, agenda.days[-1].day),
            "people": {0: "nobody", 1: "1 person"}.get(len(people), f"{len(people)} people"),
            "zone": next(iter(agenda.zones)) if len(agenda.zones) == 1 else "",
            "as_of": as_of(agenda, clinic),
            "minutes": closes - opens,
            "hours": (closes - opens) / HOUR,
            "opens": _clock(opens, language),
            "closes": _clock(closes, language),
            "columns": [_column(agenda, day, opens, closes, language) for day in agenda.days],
            "due": [] if agenda.bare else due_for_others(agenda.days[0]),
        },
    )


def _hours(arrivals: Sequence[Coming]) -> tuple[int, int]:
    """The whole hours, in minutes after midnight, between which all of them come and go."""
    spans = [(_wall(arrival.entry.start), arrival.entry.minutes) for arrival in arrivals]
    first = min(start for start, _ in spans)
    last = max(start + minutes for start, minutes in spans)
    return first - first % HOUR, last + -last % HOUR


def _clock(minute: int, language: Language) -> str:
    return language.clock(time(minute // HOUR % 24))


def _wall(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _column(agenda: Agenda, day: Day, opens: int, closes: int, language: Language) -> Column:
    places = {} if agenda.bare else _places(agenda, day)
    following = agenda.next_start(day)
    placed = []
    for arrival in day.coming:
        share = 100 / (closes - opens)
        placed.append(
            Placed(
                card_of(arrival, agenda, language, following),
                places.get(id(arrival), []),
                any(title.startswith("No ") for title in places.get(id(arrival), ())),
                (_wall(arrival.entry.start) - opens) * share,
                arrival.entry.minutes * share,
            )
        )
    axis = _axis(day, opens, closes) if day.coming else None
    return Column(
        WEEKDAY_NAMES[day.day.weekday()],
        f"{day.day.day} {MONTHS[day.day.month - 1]}",
        day.day.isoformat(),
        closed_text(day, agenda),
        agenda.is_today(day),
        people_text(day),
        placed,
        list(drawn_loads(agenda, day, axis, language)) if axis else [],
    )


def _axis(day: Day, opens: int, closes: int) -> Axis:
    zone = day.coming[0].entry.start.tzinfo
    start = datetime.combine(day.day, time(), zone) + timedelta(minutes=opens)
    return Axis(start, closes - opens, 1)


def _places(agenda: Agenda, day: Day) -> Mapping[int, list[str]]:
    """In which chairs and rooms each who comes is."""
    places: dict[int, list[str]] = {}
    for lane in lanes_of(agenda.house, day.coming) if agenda.house else ():
        if lane.kind in ("place", "lacking"):
            for block in lane.blocks:
                title = lane_title(lane, in_chairs=True)
                titles = places.setdefault(id(block.visitor), [])
                titles += [title] if title not in titles else []
    return places
