"""Which language and clock a patient is told in: as asked, else as the clinic's file says."""

from __future__ import annotations

from ketasched.asking.surroundings import Surroundings
from ketasched.asking.values import read
from ketasched.languages.language import ENGLISH, HourCycle, Language, LanguageCode
from ketasched.languages.typed import read_hour_cycle, read_language
from ketasched.zone import country_of


def patient_language(lang: str, clock: str, around: Surroundings) -> Language:
    """The language of the patient's calendars; the clock is the country's where one is named.

    Raises:
        UsageProblem: there is no such language or clock.
    """
    code = around.file.lang if around.file else None
    cycle = around.file.clock if around.file else None
    typed_code, typed_cycle = typed_words(lang, clock)
    code = typed_code or code
    cycle = typed_cycle or cycle
    return Language(code, country(around), cycle) if code else ENGLISH._replace(hour_cycle=cycle)


def typed_words(lang: str, clock: str) -> tuple[LanguageCode | None, HourCycle | None]:
    """The language and the clock that are typed, if any.

    Raises:
        UsageProblem: there is no such language or clock.
    """
    return (
        read("--lang", read_language, lang) if lang else None,
        read("--clock", read_hour_cycle, clock) if clock else None,
    )


def other(language: Language, lang: str, clock: str, around: Surroundings) -> Language:
    """The same language and clock but for what is typed; empty: as it is.

    Raises:
        UsageProblem: there is no such language or clock.
    """
    if not lang and not clock:
        return language
    cycle = clock or str(language.hour_cycle or "")
    return patient_language(lang or language.code, cycle, around)


def page_language(language: Language, around: Surroundings) -> Language:
    """The same for pages, whose days are the country's, and the clock if no other was asked."""
    return language._replace(territory=country(around), days_of_country=True)


def country(around: Surroundings) -> str:
    """The country whose holidays are kept, else that of the zone; empty if nobody knows."""
    kept = around.holidays.country.upper() if around.holidays else ""
    return kept if len(kept) == 2 else country_of(around.zone.name)
