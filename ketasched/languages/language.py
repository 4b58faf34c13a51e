"""A language a patient is told in, and the clock of the country: sentences, dates and times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from ketasched.languages.catalogue import catalogue
from ketasched.languages.english import (
    MONTH_NAMES,
    MONTHS,
    WEEKDAY_NAMES,
    WEEKDAYS,
    clock_text,
    list_text,
)

if TYPE_CHECKING:
    from gettext import NullTranslations

    from ketasched.languages.locale_values import LocaleValues

LanguageCode = Literal["en", "es", "de", "fr"]
LANGUAGES: tuple[LanguageCode, ...] = get_args(LanguageCode)
NAMES: dict[LanguageCode, str] = {
    "en": "English", "es": "Spanish", "de": "German", "fr": "French",
}  # fmt: skip
HourCycle = Literal[12, 24]
"""How many hours a clock counts to; twelve with a.m. and p.m."""
CLDR = "49"
"""The release of the Unicode CLDR that the countries below are taken from."""
TWELVE_HOURS = (
    "AE AG AL AS AU BB BD BH BM BN BO BS BT CA CO CR CU CY DJ DM DO DZ EC EG EH ER ET FJ FM GD "
    "GH GM GR GT GU GY HK HN IN IQ JM JO KH KI KN KP KR KW KY LB LC LR LS LY MH MO MP MR MW MX "
    "MY NA NI NZ OM PA PE PG PH PK PR PS PW QA SA SB SD SG SL SO SS SV SY SZ TC TD TN TO TT UM "
    "US VC VE VG VI VU WS YE"
)
"""The countries whose clocks count to twelve, as ``CLDR`` has them."""
_TWELVE = frozenset(TWELVE_HOURS.split())
FIRST_WEEKDAYS = {
    6: "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT "
    "MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW",
    5: "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY",
    4: "MV",
}
"""The countries whose weeks begin on another day than Monday, 0, as ``CLDR`` has them."""
MONTH_FIRST = "AS BI CA GU JP MH MP PH PR UM US VI"
"""The countries whose English has the month before the day, as ``CLDR`` has them."""
NO_BREAK = "\N{NO-BREAK SPACE}"


class Language(NamedTuple):
    """A language as it is written in a country: two letters; empty where none is known or asked.

    Without an ``hour_cycle`` the clock is the country's, else one of 24 hours. Sentences are looked
    up by their English, which itself needs no catalogue. ``days_of_country``: English too writes
    days as the country does, as on a page; what calendars say of them is the same everywhere.
    """

    code: LanguageCode = "en"
    territory: str = ""
    hour_cycle: HourCycle | None = None
    days_of_country: bool = False

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Which way it is written."""
        return "ltr"

    @property
    def hours(self) -> HourCycle:
        """How many hours its clocks count to."""
        if self.hour_cycle:
            return self.hour_cycle
        if (self.code, self.territory) == ("fr", "CA"):
            return 24
        return 12 if self.territory in _TWELVE else 24

    @property
    def first_weekday(self) -> int:
        """The day on which the country's weeks begin: 0, Monday, where no country is known."""
        for weekday, countries in FIRST_WEEKDAYS.items():
            if self.territory in countries.split():
                return weekday
        return 0

    # Sentences

    def text(self, message: str, **values: object) -> str:
        """A sentence with its values in their places; ``message`` is its English."""
        return self._catalogue.gettext(message).format(**values)

    def plural(self, one: str, many: str, number: int, **values: object) -> str:
        """A sentence that counts: ``one`` and ``many`` are its English, ``{number}`` the number."""
        message = self._catalogue.ngettext(one, many, number)
        return message.format(number=number, **values)

    def named(self, words: str) -> str:
        """Words of a protocol: translated if the catalogue has them, else as they are written."""
        return self._catalogue.gettext(words) if words else ""

    def knows(self, message: str) -> bool:
        """Whether the catalogue has a sentence of its own for this one."""
        return self._catalogue.gettext(message) != message

    @property
    def _catalogue(self) -> NullTranslations:
        return catalogue(self.code)

    # Days

    def day(self, day: date, *, long: bool = False, year: bool = True) -> str:
        """A date with its weekday: ``Tue 5 Jan 2027``, ``martes, 5 de enero``."""
        if self.code != "en":
            return self._values.day(day, long=long, year=year)
        names, months = (WEEKDAY_NAMES, MONTH_NAMES) if long else (WEEKDAYS, MONTHS)
        weekday, month = names[day.weekday()], months[day.month - 1]
        if self.days_of_country and self.territory in MONTH_FIRST.split():
            text = f"{weekday}, {month} {day.day}"
            return f"{text}, {day.year}" if year else text
        text = f"{weekday} {day.day} {month}"
        return f"{text} {day.year}" if year else text

    def day_in_a_sentence(self, day: date, *, year: bool = True) -> str:
        """A date as it is said in a sentence: ``Tue 5 Jan 2027``, ``martes, 5 de enero``; only
        English says the ``year``.
        """
        if self.code == "en":
            return self.day(day, year=year)
        return self.day(day, long=True, year=False)

    def month(self, year: int, month: int) -> str:
        """A month of a year: ``January 2027``, ``enero de 2027``."""
        if self.code == "en":
            return f"{MONTH_NAMES[month - 1]} {year}"
        return self._values.month(date(year, month, 1))

    def weekdays(self, *, long: bool = False) -> tuple[str, ...]:
        """The names of the weekdays from the country's first on, as they head columns."""
        names: Sequence[str] = WEEKDAY_NAMES if long else WEEKDAYS
        if self.code != "en":
            names = self._values.weekdays(long=long)
        return (*names[self.first_weekday :], *names[: self.first_weekday])

    # Times and lengths

    def clock(self, at: time) -> str:
        """A wall time: ``09:30``, ``9:30 AM``."""
        if self.code != "en":
            return self._values.clock(at, self.hours)
        if self.hours == 24:
            return clock_text(at)
        return f"{_twelfth(at)}:{at.minute:02}{NO_BREAK}{_half(at)}"

    def clock_in_a_sentence(self, at: time) -> str:
        """A wall time with the words that go with it: ``09:30``, ``las 9:30``, ``9:30 Uhr``."""
        hour = _twelfth(at) if self.hours == 12 else at.hour
        words, clock = self._catalogue, "{clock}"
        return words.npgettext(f"{self.hours} hours", clock, clock, hour).format(
            clock=self.clock(at)
        )

    def span(self, start: datetime, end: datetime) -> str:
        """From one wall time to another, as ``09:30`` and ``11:30`` with a dash."""
        if self.code != "en":
            return self._values.span(start, end, self.hours)
        first, last = self.clock(start.time()), self.clock(end.time())
        same_half = start.date() == end.date() and _half(start.time()) == _half(end.time())
        if self.hours == 12 and same_half:
            first = first.partition(NO_BREAK)[0]
        return f"{first}\N{EN DASH}{last}"

    def duration(self, minutes: int) -> str:
        """Minutes as people say them: ``40 min``, ``2 h 30 min``, ``1 día``, ``4 semanas``."""
        if minutes and minutes % 10080 == 0:
            return self.plural("{number} week", "{number} weeks", minutes // 10080)
        if minutes and minutes % 1440 == 0:
            return self.plural("{number} day", "{number} days", minutes // 1440)
        hours, rest = divmod(minutes, 60)
        parts = [self.text("{number} h", number=hours)] if hours else []
        parts += [self.text("{number} min", number=rest)] if rest or not hours else []
        return " ".join(parts)

    def listed(self, words: Sequence[str]) -> str:
        """``a``, ``a and b``, ``a, b and c``."""
        return list_text(words) if self.code == "en" else self._values.listed(words)

    @property
    def _values(self) -> LocaleValues:
        from ketasched.languages.locale_values import locale_values

        return locale_values(self.code, self.territory)


ENGLISH = Language()
"""What staff read, and everybody who has not asked for anything else."""


def _twelfth(at: time) -> int:
    return at.hour % 12 or 12


def _half(at: time) -> str:
    return "AM" if at.hour < 12 else "PM"
