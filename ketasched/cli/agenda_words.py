"""What is said of a day of the agenda, on a terminal as on a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.course import PLANNED, LinkedVisit, is_gone
from ketasched.domain.house import CHAIR
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import count_text, list_text
from ketasched.running.agenda import Coming, in_house
from ketasched.running.full_house import Chairs

if TYPE_CHECKING:
    from ketasched.domain.house import House
    from ketasched.reports.agenda_report import Agenda, Day


def people_text(day: Day) -> str:
    """How many come: ``nobody``, ``1 person``, ``12 people``."""
    people = {id(arrival.patient.course) for arrival in day.coming if not is_gone(arrival.entry)}
    return {0: "nobody", 1: "1 person"}.get(len(people), f"{len(people)} people")


def closed_text(day: Day, agenda: Agenda) -> str:
    """That a day is closed, and why unless that is nobody's business; empty if it is not."""
    if day.closed is None:
        return ""
    return f"closed ({day.closed})" if day.closed and not agenda.bare else "closed"


def number_of(arrival: Coming) -> str:
    """Which session of how many, or the handle of a linked visit."""
    if isinstance(arrival.entry, LinkedVisit):
        return handle_of(arrival.patient.course, arrival.entry)
    number, total = arrival.entry.number, arrival.patient.course.total
    return f"{number}/{total}" if number <= total else str(number)


def state_notes(arrival: Coming) -> Iterator[str]:
    """How an entry stands, unless it is as planned, and whether it was moved or is by video."""
    if arrival.entry.status != PLANNED:
        yield arrival.entry.status
    if arrival.is_moved:
        yield "moved"
    if isinstance(arrival.entry, LinkedVisit) and arrival.entry.by_video:
        yield "by video"


def seats_text(chairs: Chairs) -> str:
    """``2``, ``1, 2``, ``none`` for one that is lacking; empty for who takes none."""
    return ", ".join(str(chair or "none") for chair in chairs)


def due_for_others(day: Day) -> list[str]:
    """What is due for those who do not come, each with whose it is."""
    names: dict[str, list[str]] = {}
    for patient, what in day.due:
        names.setdefault(what, []).append(patient.name)
    return [f"{what}: {', '.join(who)}" for what, who in names.items()]


class Level(NamedTuple):
    """A time during which as many are there or taken, and how many more than there are."""

    start: datetime
    end: datetime
    number: int
    too_many: int


class Load(NamedTuple):
    """How full something is through a day: the resource that its levels count, empty for people,
    and how many there are, in words (empty: that is not known).
    """

    resource: str
    number: str
    levels: list[Level]

    @property
    def title(self) -> str:
        """What its levels are about."""
        if self.resource:
            return f"Taken at once, of {self.number}"
        return f"In the house at once{f', for {self.number}' if self.number else ''}"


def loads(day: Day, agenda: Agenda) -> Iterator[Load]:
    """The people in the house, and each resource that is taken; instead of the people where chairs
    are among them. A reader who may not know what is there is told of chairs alone.
    """
    chairs = agenda.chairs_for_all(day)
    house = None if chairs else agenda.house
    if house is None or not agenda.chairs:
        here = [
            Level(*stretch, max(0, stretch.people - chairs) if chairs else 0)
            for stretch in in_house(day.coming)
        ]
        if here:
            yield Load("", count_text(chairs, CHAIR) if chairs else "", here)
    if house:
        for resource, same in groupby(agenda.uses(day), key=lambda use: use.resource):
            levels = [Level(use.start, use.end, use.taken, use.too_many) for use in same]
            yield Load(resource, _number_text(house, resource, day), levels)


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
