"""Languages and clocks as people type them."""

from __future__ import annotations

import re

from ketasched.errors import did_you_mean
from ketasched.languages.language import LANGUAGES, NAMES, HourCycle, LanguageCode

_CALLED: dict[str, LanguageCode] = {
    **{name.casefold(): code for code, name in NAMES.items()},
    "inglés": "en", "ingles": "en", "englisch": "en", "anglais": "en",
    "español": "es", "espanol": "es", "castellano": "es", "spanisch": "es", "espagnol": "es",
    "deutsch": "de", "alemán": "de", "aleman": "de", "allemand": "de",
    "français": "fr", "francais": "fr", "francés": "fr", "frances": "fr", "französisch": "fr",
}  # fmt: skip
_REGION = re.compile(r"([A-Za-z]+)[-_.@]")


def read_language(text: str) -> LanguageCode:
    """Read ``en``, ``es``, ``de`` or ``fr``, in capitals too.

    Raises:
        ValueError: none of these; with the one that may be meant.
    """
    for code in LANGUAGES:
        if text.casefold() == code:
            return code
    raise ValueError(f"unknown language `{text}`", _meant(text))


def _meant(text: str) -> str:
    typed = text.strip().casefold()
    region = _REGION.match(typed)
    called = typed if typed in _CALLED else region[1] if region else typed
    code = called if called in LANGUAGES else _CALLED.get(called)
    if code:
        country = " the country is that of the holidays or the time zone" if region else ""
        return f"did you mean `{code}`?{country}"
    near = did_you_mean(typed, [*_CALLED])
    meant = next((code for name, code in _CALLED.items() if f"`{name}`" in near), None)
    named = ", ".join(f"{code} ({name})" for code, name in NAMES.items())
    return f"did you mean `{meant}`?" if meant else f"choose {named}"


def read_hour_cycle(text: str) -> HourCycle:
    """Read ``12`` or ``24``.

    Raises:
        ValueError: neither.
    """
    cycles: dict[str, HourCycle] = {"12": 12, "24": 24}
    hours = cycles.get(text)
    if hours is None:
        raise ValueError(f"`{text}` is no clock", "write 12 (9:30 AM) or 24 (09:30)")
    return hours
