"""What the columns and cells of a visit table say.

Days count from the baseline, windows are days, lengths are minutes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ketasched.domain.typed_times import read_minutes
from ketasched.errors import UsageProblem, did_you_mean
from ketasched.files.visit_table.table import Cell, Table
from ketasched.reading.texts import one_line

LONGEST_VERSION = 100
LAST_DAY = 3660
LONGEST_WINDOW = 366
LONGEST_VISIT = 24 * 60
_SEVERAL_ARMS = {"all", "any", "both", "each", "every", "*"}
FIELDS = {
    "name": "visit name, visit, visit label, name, timepoint, event name",
    "day": "day, study day, target day, nominal day, visit day, day from baseline, "
    "days from baseline, days since baseline, offset, day offset",
    "minus": "window minus, minus window, window early, early window, lower window, window lower, "
    "window before, days before, days early, early, minus, offset min",
    "plus": "window plus, plus window, window late, late window, upper window, window upper, "
    "window after, days after, days late, late, plus, offset max",
    "window": "window, visit window, window +/-, +/- window, visit window +/-, +/-",
    "version": "version, protocol version, amendment, protocol amendment",
    "arm": "arm, arm num, arm number, arm name, study arm, treatment arm",
    "length": "length, visit length, length minutes, duration, visit duration, duration minutes, "
    "minutes",
}
"""What a table can say of a visit, and the headers that usually say it; REDCap's are among them."""


def make_id(text: str) -> str:
    """Small letters, digits and single hyphens from any text; empty if it has none."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", letters).strip("-")


def field_of(header: str) -> str:
    """The key in `FIELDS` that a header usually means; empty if it is not known."""
    word = plain(header)
    return _FIELD_OF.get(word) or _FIELD_OF.get(word.removesuffix("days"), "")


_DASHES = str.maketrans("\u2010\u2011\u2013\u2212", "----")
_EITHER = r"(?:\xb1|\+\s*/?\s*-)"


def plain(header: str) -> str:
    """A header without case, spaces, punctuation and units; its signs become words."""
    text = header.casefold().translate(_DASHES)
    text = re.sub(r"[(\[]\s*(in )?(days?|d|min|mins|minutes)\s*[)\]]", "", text)
    text = re.sub(_EITHER, " either ", text).replace("+", " plus ").strip(" ()[]_:.,")
    text = re.sub(r"[(\[]\s*-|^-|-$", " minus ", text)
    return "".join(filter(str.isalnum, text))


_FIELD_OF = {plain(text): key for key, texts in FIELDS.items() for text in texts.split(", ")}


def places_of(table: Table, header: Sequence[Cell], asked: Mapping[str, str]) -> dict[str, int]:
    """The column of each key, from 0; one that is needed and not clear is noted and left out."""
    places = _asked_places([cell.text for cell in header], asked)
    usual: dict[str, list[int]] = {}
    for place, cell in enumerate(header):
        key = field_of(cell.text)
        if key and key not in places and place not in places.values():
            usual.setdefault(key, []).append(place)
    sides = {"minus", "plus"}
    split_window = "window" not in places and bool(sides & {*places, *usual})
    for key in {"window"} if split_window else sides:
        usual.pop(key, None)
    for key, alike in usual.items():
        if len(alike) == 1:
            places[key] = alike[0]
        else:
            names = [f"`{header[place].text}`" for place in alike]
            message = f"{' and '.join(names)} could each be the {_word(key)}"
            table.fault(header[alike[1]], message, _name_it(key, header[alike[0]].text))
    needed = ["name", "day", *(("minus", "plus") if split_window else ("window",))]
    for key in needed:
        if key not in {*places, *usual}:
            listed = ", ".join(f"`{cell.text}`" for cell in header if cell.text)
            message = f"no column is known to be the {_word(key)}; the headers are {listed}"
            table.fault(header[0], message, _name_it(key, "HEADER"))
    return places


def _word(key: str) -> str:
    return FIELDS[key].split(",")[0]


def _name_it(key: str, header: str) -> str:
    keys = ("minus", "plus") if (key, header) == ("window", "HEADER") else (key,)
    return "name it: " + " ".join(f'--column {name}="{header}"' for name in keys)


def _asked_places(headers: list[str], asked: Mapping[str, str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for key, text in asked.items():
        same = [place for place, header in enumerate(headers) if header == text.strip()]
        alike = [
            place for place, header in enumerate(headers) if plain(header) == plain(text) != ""
        ]
        match same or alike:
            case []:
                hint = did_you_mean(text, headers) or f"the headers are: {', '.join(headers)}"
                raise UsageProblem(f"--column {key}: the table has no header `{text}`", hint)
            case [place] if place not in places.values():
                places[key] = place
            case [_]:
                raise UsageProblem(f"--column: `{text}` is named for two things")
            case _:
                message = f"--column {key}: several columns have the header `{text}`"
                raise UsageProblem(message, "give them different headers")
    return places


_UNIT = r"(days?|d|weeks?|wks?|w)?"
# A comma with three digits after it may stand for thousands.
_COUNT = rf"([0-9]{{1,5}})(?:\.0+|,00?)?\s*{_UNIT}"
_DAY = re.compile(rf"(?:(?:study\s*)?(day|d|week|wk|w)[\s.:]*)?([+-]?)\s*{_COUNT}", re.IGNORECASE)
_SIDE = re.compile(rf"([+-]?)\s*{_COUNT}", re.IGNORECASE)
_BOTH = re.compile(rf"{_EITHER}?\s*{_COUNT}", re.IGNORECASE)
_PAIR = re.compile(rf"([+-])\s*{_COUNT}\s*(?:/|,|;|to|and)?\s*([+-])\s*{_COUNT}", re.IGNORECASE)


class VisitDay(NamedTuple):
    """A day from the baseline, and whether it was written as weeks."""

    number: int
    in_weeks: bool


def _days(count: str, unit: str | None) -> int:
    return int(count) * (7 if (unit or "d").casefold().startswith("w") else 1)


def _day(text: str) -> VisitDay:
    match = _DAY.fullmatch(text.translate(_DASHES))
    if not match or (match[1] and match[4]):
        message = f"`{text[:40]}` is not a day" if text else "the visit has no day"
        raise ValueError(f"{message}: write a whole number of days from the baseline, such as -14")
    unit = match[1] or match[4] or "d"
    number = _days(match[3], unit) * (-1 if match[2] == "-" else 1)
    if abs(number) > LAST_DAY:
        raise ValueError(f"day {number} is outside -{LAST_DAY} to {LAST_DAY}")
    return VisitDay(number, unit.casefold().startswith("w"))


def _side(text: str, signs: str) -> int:
    match = _SIDE.fullmatch(text.translate(_DASHES))
    if text and (not match or (match[1] not in signs and int(match[2]))):
        raise ValueError(f"`{text[:40]}` is not a number of days: write, say, 3")
    return _bounded(_days(match[2], match[3]) if match else 0)


def _minus(text: str) -> int:
    return _side(text, "+-")  # teams write -3 and 3 and mean the same


def _plus(text: str) -> int:
    return _side(text, "+")


def _window(text: str) -> tuple[int, int]:
    """Read days early and days late."""
    signs = text.translate(_DASHES)
    side, both, pair = (shape.fullmatch(signs) for shape in (_SIDE, _BOTH, _PAIR))
    if not text:
        return 0, 0
    if both:
        days = _bounded(_days(both[1], both[2]))
        return days, days
    if side:
        days = _bounded(_days(side[2], side[3]))
        return (days, 0) if side[1] == "-" else (0, days)
    if pair and pair[1] != pair[4] and not (pair[3] and not pair[6]):
        first = _bounded(_days(pair[2], pair[3] or pair[6]))
        second = _bounded(_days(pair[5], pair[6]))
        return (first, second) if pair[1] == "-" else (second, first)
    raise ValueError(f"`{text[:40]}` is not a window: write, say, \xb13 or -3/+5")


def _bounded(days: int) -> int:
    if days > LONGEST_WINDOW:
        raise ValueError(f"a window of {days} days is longer than {LONGEST_WINDOW} days")
    return days


def _name(text: str) -> str:
    if not text:
        raise ValueError("the visit has no name")
    return one_line(text)


def _version(text: str) -> str:
    if not text:
        raise ValueError("the visit has no version: write it in every line")
    if len(text) > LONGEST_VERSION or not make_id(text):
        raise ValueError(f"write a version of at most {LONGEST_VERSION} characters, such as 2.0")
    return one_line(text)


def _arm(text: str) -> str:
    if not text:
        raise ValueError("the visit has no arm: write it in every line")
    if text.casefold() in _SEVERAL_ARMS or re.search(r"[,;/&+]|\band\b", text.casefold()):
        raise ValueError(f"`{text[:40]}` is several arms: write a line for each arm")
    if len(text) > LONGEST_VERSION or not make_id(text):
        raise ValueError(f"write an arm of at most {LONGEST_VERSION} characters, such as 1")
    return one_line(text)


def _length(text: str) -> int:
    """Read minutes; nothing is 0."""
    minutes = int(text) if re.fullmatch("[0-9]{1,5}", text) else read_minutes(text or "0 min")
    if text and not 1 <= minutes <= LONGEST_VISIT:
        raise ValueError(f"`{text[:40]}` is outside 1 to {LONGEST_VISIT} min")
    return minutes


READ: Mapping[str, Callable[[str], object]] = {
    "name": _name,
    "day": _day,
    "minus": _minus,
    "plus": _plus,
    "window": _window,
    "version": _version,
    "arm": _arm,
    "length": _length,
}
