"""The public holidays that a course touches though nobody asked for holidays to be kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from ketasched.public_holidays.observance import Place, place_of
from ketasched.public_holidays.part_holiday import PartHoliday
from ketasched.public_holidays.places import Unknown

MOST_PARTS = 30
"""Parts of a country that are looked at: each takes a while, and of many none speaks for most."""


def touched(country: str, days: Collection[date]) -> list[PartHoliday]:
    """Those of some days that are public holidays, by name: of a country (``parts`` is empty then),
    or of half its parts and more. None where the package knows no such country.
    """
    try:
        place = place_of(country, "")
    except Unknown:
        return []
    known = [day for day in sorted(set(days)) if place.first_year <= day.year <= place.last_year]
    everywhere = [holiday for day in known for holiday in _named(place, day)]
    others = [day for day in known if day not in {holiday.day for holiday in everywhere}]
    return sorted([*everywhere, *_of_most_parts(place, others)])


def _named(place: Place, day: date) -> Iterator[PartHoliday]:
    names = place.listed(day.year).get(day)
    if names:
        yield PartHoliday(day, "; ".join(names), ())


def _of_most_parts(place: Place, days: Collection[date]) -> Iterator[PartHoliday]:
    if not days or len(place.parts) > MOST_PARTS:
        return
    parts = [place_of(place.country, code) for code in place.parts]
    for day in days:
        having = {
            str(part.part): names for part in parts if (names := part.listed(day.year).get(day))
        }
        if 2 * len(having) >= len(parts) and having:
            called = dict.fromkeys(name for names in having.values() for name in names)
            yield PartHoliday(day, "; ".join(called), tuple(having))
