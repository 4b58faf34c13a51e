"""Public holidays by country and subdivision, from the `holidays` package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from ketasched.errors import UsageProblem, did_you_mean


def load(place: str) -> Callable[[date], str | None]:
    """The name of the public holiday on a day, observed days included, in ``US`` or ``US-CA``.

    Raises:
        UsageProblem: the package knows no such country or subdivision.
    """
    import holidays

    country, _, subdivision = place.strip().partition("-")
    country = country.upper()
    for spelling in (subdivision.upper(), subdivision):
        try:
            calendar = holidays.country_holidays(country, subdiv=spelling or None)
            english = [one for one in calendar.supported_languages if one.startswith("en")]
            if english:
                calendar = holidays.country_holidays(
                    country, subdiv=spelling or None, language=english[0]
                )
        except NotImplementedError:
            continue
        return _within(calendar, calendar.end_year)
    raise _unknown(country, subdivision, holidays.list_supported_countries(include_aliases=True))


def _within(calendar: Mapping[date, str], last_year: int) -> Callable[[date], str | None]:
    def name(day: date) -> str | None:
        if day.year > last_year:
            raise UsageProblem(
                f"--holidays: public holidays are known up to {last_year} only",
                "leave --holidays out, or close the days with --closed",
            )
        return calendar.get(day)

    return name


def _unknown(country: str, part: str, known: Mapping[str, Sequence[str]]) -> UsageProblem:
    if country not in known:
        return UsageProblem(
            f"--holidays: unknown country `{country}`",
            did_you_mean(country, known) or "write its two letters, such as US, CA, DE or GB",
        )
    offered = ", ".join(known[country]) or "none"
    return UsageProblem(
        f"--holidays: {country} has no part `{part}`",
        did_you_mean(part, known[country]) or f"its parts are {offered}",
    )
