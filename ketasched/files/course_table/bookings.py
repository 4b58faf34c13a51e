"""What a cell of a table of courses says of a session: its day, its time, what became of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Literal, NamedTuple

from ketasched.domain.course import ATTENDED, CANCELLED, MISSED, PLANNED, Status
from ketasched.domain.typed_dates import read_date
from ketasched.domain.typed_times import read_clock
from ketasched.errors import did_you_mean


def _bare(word: str) -> str:
    """A word without its accents, as many type it."""
    letters = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


DayOrder = Literal["day first", "month first"]
"""How dates with strokes are to be read; None: as long as there is one reading only."""
WORDS: Mapping[Status, str] = {
    ATTENDED: "attended, done, came, present, took place, completed, complete, given, held, "
    "showed, arrived, wahrgenommen, erledigt, erschienen, fait, venu, hecho, asistió, realizada",
    MISSED: "missed, no show, no-show, noshow, did not attend, did not come, dna, absent, fta, "
    "nicht erschienen, nicht gekommen, versäumt, verpasst, manqué, absente, no asistió, faltó",
    CANCELLED: "cancelled, canceled, called off, abgesagt, annulé, annulée, cancelada, cancelado",
    PLANNED: "planned, booked, scheduled, tentative, to come, upcoming, confirmed, "
    "geplant, prévu, prévue, planificada, programada",
}
"""What became of a session, and the words for it."""
_STATE_OF = {
    spelt: status
    for status, words in WORDS.items()
    for word in words.split(", ")
    for spelt in (word, _bare(word))
}
_SLIP = 0.8
"""How alike a mistyped state is to the one meant: other words of other languages are not."""
_YES = {"yes", "y", "true", "1", "ja", "oui", "si", "sí"}
_CLOCK = r"[0-9]{1,2}[:.h][0-9]{2}(?::00)?(?: ?[ap]m)?|[0-9]{1,2} ?[ap]m"
_STATES = "|".join(sorted(map(re.escape, _STATE_OF), key=len, reverse=True))
_BOOKING = re.compile(
    rf"(?P<day>.+?)(?:(?:[ ,]+(?:at )?|(?<=[0-9])T)(?P<at>{_CLOCK}))?"
    rf"(?:[ ,:;/(\[-]+(?P<state>{_STATES})[)\]]?)?",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\(([^()]+)\)$")
_STROKES = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})")


class Booking(NamedTuple):
    """A session as a cell has it; None: it does not say that."""

    day: date
    at: time | None
    status: Status | None


def read_booking(text: str, order: DayOrder | None) -> Booking:
    """Read ``2027-01-04``, ``4 jan 2027 09:30``, ``04.01.2027 2:15 pm (missed)``.

    Raises:
        ValueError: it is no such thing, or no single one.
    """
    match = _BOOKING.fullmatch(unicodedata.normalize("NFC", text.strip()))
    if match is None:
        raise ValueError(f"`{text[:40]}` is not a date", "write a date as 2027-01-05")
    if unknown := _IN_BRACKETS.search(match["day"]):
        read_state(unknown[1])
    at = read_time(match["at"]) if match["at"] else None
    status = _STATE_OF[match["state"].casefold()] if match["state"] else None
    return Booking(_day(match["day"].strip(), order), at, status)


def parts_of(text: str) -> list[str]:
    """The sessions of a cell that has several: between semicolons, lines, or commas."""
    parts = re.split(r"[;\r\n]|,(?=\s*[0-9]+(?:[-./]| [a-z]))", text, flags=re.IGNORECASE)
    return [part.strip() for part in parts if part.strip(" ,")]


def read_time(text: str) -> time:
    """Read a time of day, of 12 or 24 hours; seconds that are none are left out.

    Raises:
        ValueError: it is none.
    """
    return read_clock(re.sub(r"(?<=:[0-9]{2}):00\b", "", text))


def read_state(text: str) -> Status:
    """Read what became of a session.

    Raises:
        ValueError: no word that is known.
    """
    text = unicodedata.normalize("NFC", text)
    word = " ".join(text.casefold().replace("_", " ").split()).strip(".!")
    if word in _STATE_OF:
        return _STATE_OF[word]
    hint = (
        did_you_mean(word, _STATE_OF, cutoff=_SLIP)
        or "write attended, missed, cancelled or planned"
    )
    raise ValueError(f"`{text[:40]}` says not what became of the session", hint)


def read_attended(text: str) -> Status:
    """Read whether somebody came: yes is clear, no might be missed or cancelled.

    Raises:
        ValueError: it is neither yes nor a word that says what became of the session.
    """
    return ATTENDED if text.strip().casefold() in _YES else read_state(text)


def says_came(text: str) -> bool:
    """Whether a cell says that somebody came."""
    try:
        return read_attended(text) == ATTENDED
    except ValueError:
        return False


def read_number(text: str) -> int:
    """Read the number of a session: ``3``, ``#3``, ``Session 3``.

    Raises:
        ValueError: it is none.
    """
    match = re.fullmatch(r"\D*?([0-9]{1,4})(?:\.0)?\.?", text.strip())
    if match is None or not int(match[1]):
        raise ValueError(f"`{text[:40]}` is not the number of a session", "write, say, 3")
    return int(match[1])


def day_order(texts: Iterable[str]) -> tuple[DayOrder, str] | None:
    """How dates with strokes are meant in a table, by those of its dates that can be read in one
    way only, and one of these; None if there is none, or if they do not agree.
    """
    shown: dict[DayOrder, str] = {}
    for match in (match for text in texts for match in _STROKES.finditer(text)):
        first, second = int(match[1]), int(match[3])
        if max(first, second) > 12 and min(first, second) <= 12:
            shown.setdefault("day first" if first > 12 else "month first", match[0])
    return next(iter(shown.items())) if len(shown) == 1 else None


def _day(text: str, order: DayOrder | None) -> date:
    match = _STROKES.fullmatch(text)
    if match and order:
        day, month = match[1], match[3]
        if order == "month first":
            day, month = month, day
        return read_date(f"{match[4]}-{month}-{day}", date.min)
    if not re.search("[0-9]", text):  # a table says the same tomorrow
        raise ValueError(f"`{text[:40]}` is not a date", "write a date as 2027-01-05")
    if re.fullmatch(r"[3-7][0-9]{4}(\.[0-9]+)?", text):  # 1982 to 2109
        raise ValueError(f"`{text}` is a day as Excel counts them", "write a date as 2027-01-05")
    try:
        return read_date(text, date.min)
    except ValueError as error:
        words = error.args[0].removesuffix(", a weekday, or tomorrow")
        raise ValueError(words, *error.args[1:]) from None
