"""The holidays of a place, year by year: which of them stand, move or are made up for.

The `holidays` package lists a year as it is observed, or without that; what it calls observed is
three things. A holiday on a weekend is made up for on a working day: that is what ``observed``
means to a clinic. A law moves a holiday, such as Colombia's to a Monday, or adds a day to it, such
as Angola's bridges: that holds anyway. The two lists of some years tell them apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any, NamedTuple

from ketasched.public_holidays.package import package
from ketasched.public_holidays.places import country_code, part_code

YEARS_AROUND = 6
"""Years on both sides in which a law is looked for: by then every date was on every weekday."""
_NEAR = timedelta(days=10)
_ONE_HOLIDAY = timedelta(days=6)
_DAY = timedelta(days=1)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "st", "nd", "rd", "th")
_COUNTING = {*_ORDINALS, "the", "day", "days", "of", "preceding"}
_COUNTING |= {"additional", "holiday", "holidays"}
"""Words around the name of a holiday that tell its days apart, and no other holiday."""
_LABELS = (
    "observed_estimated_label",
    "observed_label_before",
    "observed_label",
    "estimated_label",
)


class Holiday(NamedTuple):
    """A holiday on a day: as it is called there, and which holiday it belongs to."""

    name: str
    of: str


def _whole(name: str, near: Iterable[str]) -> str:
    """The holiday of which a day is one of several: ``The second day of Chuseok`` is of Chuseok."""
    parts = [
        other
        for other in near
        if other in name
        and _COUNTING.issuperset(re.findall(r"[^\W\d]+", name.replace(other, " ").casefold()))
    ]
    return min(parts, key=len, default=name)


Days = Mapping[date, list[str]]


class Place:
    """A country or a part of one, and its holidays.

    Raises:
        Unknown: the package knows no such country or part.
    """

    def __init__(self, country: str, part: str) -> None:
        self.country = country_code(country)
        whole = package().country_holidays(self.country)
        self.part = part_code(part, self.country, whole)
        self.parts: tuple[str, ...] = tuple(whole.subdivisions)
        self.categories: frozenset[str] = frozenset(whole.supported_categories)
        self.first_year, self.last_year = int(whole.start_year), int(whole.end_year)
        english = [code for code in whole.supported_languages if code.startswith("en")]
        self._choices: dict[str, Any] = {"subdiv": self.part, "expand": False}
        if english:
            self._choices["language"] = english[0]
        self.listed = cache(self._listed)
        self.moved_by_law = cache(self._moved_by_law)

    def _listed(self, year: int, *, observed: bool = True, category: str = "public") -> Days:
        """The names on each day of a year."""
        calendar = self._calendar(years=year, observed=observed, categories=(category,))
        return {day: calendar.get_list(day) for day in sorted(calendar)}

    def _calendar(self, **choices: Any) -> Any:
        return package().country_holidays(self.country, **self._choices, **choices)

    @cached_property
    def _weekend(self) -> frozenset[int]:
        return frozenset(self._calendar().weekend)

    @cached_property
    def _remarks(self) -> list[tuple[str, str]]:
        """What the package puts around a name, such as `` (observed)``, in its language."""
        calendar = self._calendar()
        texts = [calendar.tr(text) for label in _LABELS if (text := getattr(calendar, label, ""))]
        parts = [text.partition("%s") for text in texts if "%s" in text]
        return [(begins, ends) for begins, _, ends in parts if begins or ends]

    def plain(self, name: str) -> str:
        """A name without remarks."""
        for begins, ends in self._remarks:
            if name.startswith(begins) and name.endswith(ends):
                inner = name[len(begins) : len(name) - len(ends)].strip()
                if inner:
                    return self.plain(inner)
        return name

    def holidays(self, year: int, *, observed: bool) -> dict[date, list[Holiday]]:
        """The holidays of a year.

        Args:
            year: any the package knows.
            observed: also the days on which a holiday on a weekend is made up for.
        """
        dated = self.listed(year)
        alone = self.listed(year, observed=False)
        moved = frozenset[str]() if observed else self.moved_by_law(year)
        days: dict[date, list[Holiday]] = {}
        for day, names in dated.items():
            for name in names:
                own = name in alone.get(day, ())
                origin = self.plain(name) if own else self._origin(day, name)
                holiday = Holiday(name, _whole(origin, self._named_near(day)))
                if observed or own or holiday.of in moved or self._is_added_by_law(day, holiday):
                    days.setdefault(day, []).append(holiday)
        for day, names in {} if observed else alone.items():
            for name in names:
                if self.plain(name) not in moved and name not in dated.get(day, ()):
                    whole = _whole(self.plain(name), self._named_near(day))
                    days.setdefault(day, []).append(Holiday(name, whole))
        return days

    def _named_near(self, day: date) -> set[str]:
        """The holidays of the days around one."""
        return {
            self.plain(name)
            for other, names in self.listed(day.year, observed=False).items()
            if abs(other - day) <= _ONE_HOLIDAY
            for name in names
        }

    def _around(self, day: date) -> Days:
        """The days of three years as they stand before anything is made up for or moved."""
        years = range(max(self.first_year, day.year - 1), min(self.last_year, day.year + 1) + 1)
        lists = [self.listed(year, observed=False) for year in years]
        return {day: names for listed in lists for day, names in listed.items()}

    def _origin(self, day: date, name: str) -> str:
        """The holiday that a day belongs to which is none by itself."""
        plain = self.plain(name)
        around = {
            other: [self.plain(name) for name in names]
            for other, names in self._around(day).items()
        }
        if any(plain in names for names in around.values()):
            return plain
        if _whole(plain, self._named_near(day)) != plain:
            return plain  # it says itself of what it is a day
        return next(self._on_a_weekend_beside(day, around), plain)

    def _on_a_weekend_beside(self, day: date, around: Days) -> Iterator[str]:
        """The holidays on weekends from which holidays and weekends reach to a day unbroken."""
        for step in (-_DAY, _DAY):
            other = day + step
            while other in around or other.weekday() in self._weekend:
                if other in around and other.weekday() in self._weekend:
                    yield from around[other]
                other += step

    def _is_added_by_law(self, day: date, holiday: Holiday) -> bool:
        """Whether a day is free though no weekend is made up for on it, as a bridge is."""
        if day.weekday() in self._weekend:
            return False  # where that is a working day, the rest days are others than the country's
        origins = [
            other
            for other, names in self._around(day).items()
            if abs(other - day) <= _NEAR and holiday.of in map(self.plain, names)
        ]
        return not any(
            other.weekday() in self._weekend or self._is_made_up_for_on(other) for other in origins
        )

    def _is_made_up_for_on(self, day: date) -> bool:
        alone = self.listed(day.year, observed=False).get(day, ())
        return any(name not in alone for name in self.listed(day.year).get(day, ()))

    def _moved_by_law(self, year: int) -> frozenset[str]:
        """The holidays that leave a working day in some year around: no weekend is the reason."""
        first = max(self.first_year, year - YEARS_AROUND)
        last = min(self.last_year, year + YEARS_AROUND)
        return frozenset(
            self.plain(name)
            for other in range(first, last + 1)
            for day, names in self.listed(other, observed=False).items()
            for name in names
            if day.weekday() not in self._weekend
            and self.plain(name) not in map(self.plain, self.listed(other).get(day, ()))
        )

    def names(self, years: Iterable[int]) -> dict[str, set[str]]:
        """Every holiday of some years, and all that its days are called."""
        called: dict[str, set[str]] = {}
        for year in years:
            for holidays in self.holidays(year, observed=True).values():
                for holiday in holidays:
                    called.setdefault(holiday.of, set()).update(
                        (holiday.of, self.plain(holiday.name))
                    )
        return called


@cache
def place_of(country: str, part: str) -> Place:
    """A place, which is looked up once: its years are asked for again and again.

    Raises:
        Unknown: as `Place`.
    """
    return Place(country, part)
