"""The public holidays of the zone's country that nobody asked to be kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from ketasched.zone import country_of

if TYPE_CHECKING:
    from ketasched.asking.surroundings import Surroundings
    from ketasched.public_holidays import PartHoliday


def unasked_holidays(around: Surroundings, days: Iterable[date]) -> list[PartHoliday]:
    """Those of some days that are public holidays in the country of the zone, in their order; none
    where holidays are kept, or where a day has opening hours of its own.
    """
    country = country_of(around.zone.name)
    if around.holidays or not country:
        return []
    from ketasched import public_holidays

    return public_holidays.touched(
        country, {day for day in days if day not in around.clinic.openings}
    )
