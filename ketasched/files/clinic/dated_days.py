"""The dated days of a clinic file: closures, and openings with hours of their own."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import yaml

from ketasched.domain.clinic import Closure, Opening
from ketasched.domain.typed_dates import read_date
from ketasched.domain.wording import day_text
from ketasched.files.clinic.opening_hours import SPANS
from ketasched.reading.fields import Key, ListOf, Reading, Record, Schema, Text
from ketasched.reading.texts import LINE


def _date(text: str) -> date:
    """Read a date that means the same day whenever the file is read."""
    if ".." in text or " to " in text:
        raise ValueError(f"`{text}` is not one date", "a range has two keys: `from` and `to`")
    if not any(sign.isdigit() for sign in text):
        raise ValueError(f"`{text}` is not a date: write a date as 2027-01-05 or 5 jan 2027")
    try:
        return read_date(text, date.min)
    except ValueError as error:
        raise ValueError(error.args[0].removesuffix(", a weekday, or tomorrow")) from None


_DATE = Text(_date, {"type": "string", "examples": ["2027-01-05", "5 jan 2027"]})


class _OneOrSeveralDays(NamedTuple):
    """A closure: one ``date``, or ``from`` and ``to``; which is meant shows from its keys."""

    one_day: Record
    several_days: Record

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        keys = {key.value for key, _ in pairs if isinstance(key, yaml.ScalarNode)}
        if "date" in keys and keys & {"from", "to"}:
            message = "a closure has either `date`, or `from` and `to`"
            return reading.fault(node, message, "`from` and `to` alone say it all")
        return (self.several_days if keys & {"from", "to"} else self.one_day).read(node, reading)

    def schema(self) -> Schema:
        return {"oneOf": [self.one_day.schema(), self.several_days.schema()]}


def _one_day(**keys: Any) -> Closure:
    return Closure(keys["date"], keys["date"], keys["reason"])


def _several_days(**keys: Any) -> Closure:
    return Closure(keys["from"], keys["to"], keys["reason"])


def _check_closure(closure: Closure, reading: Reading) -> None:
    if closure.last < closure.first:
        message = f"the closure ends before it begins, {day_text(closure.first)}"
        reading.fault_in(closure, "to", message, "write the earlier date first")


def _opening(**keys: Any) -> tuple[date, Opening]:
    return keys["date"], Opening(keys["hours"], keys["reason"])


def _check_opening(opening: tuple[date, Opening], reading: Reading) -> None:
    if not opening[1].spans:
        hint = "write the day under `closures`"
        reading.fault_in(opening, "hours", "an opening needs opening hours", hint)


_REASON = Key(LINE, "why, for staff and patients to read", "")
_ONE_DAY = Record(
    _one_day, {"date": Key(_DATE, "the closed day, such as 2027-01-05"), "reason": _REASON}
)
_SEVERAL_DAYS = Record(
    _several_days,
    {
        "from": Key(_DATE, "the first closed day, such as 2026-12-24"),
        "to": Key(_DATE, "the last closed day, itself closed, such as 2027-01-03"),
        "reason": _REASON,
    },
    _check_closure,
)
_OPENING = Record(
    _opening,
    {
        "date": Key(_DATE, "the day, such as 2027-01-16"),
        "hours": Key(SPANS, "its opening hours, whatever the weekday, holidays and closures say"),
        "reason": _REASON,
    },
    _check_opening,
)
CLOSURES = ListOf(_OneOrSeveralDays(_ONE_DAY, _SEVERAL_DAYS))
OPENINGS = ListOf(_OPENING)
