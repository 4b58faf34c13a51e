"""How full each resource of a house is, week by week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ketasched.domain.clinic import Clinic
from ketasched.domain.house import House, Resource, midnight, moment_at
from ketasched.domain.room import Held


class WeekLoad(NamedTuple):
    """The minutes of a resource that are taken in the week from a Monday, and that there are within
    the opening hours.
    """

    monday: date
    resource: str
    taken: int
    there: int


def week_loads(
    house: House, clinic: Clinic, held: Iterable[Held], mondays: Sequence[date]
) -> list[WeekLoad]:
    """How much of each resource is taken in some weeks."""
    taken: dict[tuple[date, str], int] = {}
    for each in held:
        day = moment_at(each.begins, clinic.zone).date()
        monday = day - timedelta(days=day.weekday())
        key = monday, each.resource
        taken[key] = taken.get(key, 0) + each.number * (each.ends - each.begins)
    return [
        WeekLoad(
            monday,
            resource.name,
            taken.get((monday, resource.name), 0),
            sum(_there(resource, clinic, monday + timedelta(days=day)) for day in range(7)),
        )
        for monday in mondays
        for resource in house.resources
    ]


def _there(resource: Resource, clinic: Clinic, day: date) -> int:
    """The minutes of a resource that there are on a day within the opening hours."""
    begin = midnight(day, clinic.zone)
    return sum(
        number * max(0, min(ends, begin + span.closes) - max(begins, begin + span.opens))
        for begins, ends, number in resource.on(day, clinic.zone)
        for span in clinic.on(day).spans
    )
