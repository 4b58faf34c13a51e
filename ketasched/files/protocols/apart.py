"""Distances to sessions that need not be neighbours, as a protocol file writes them."""

from __future__ import annotations

from typing import Any

from ketasched.domain import protocol as core
from ketasched.domain.apart import Apart
from ketasched.domain.typed_times import read_days
from ketasched.domain.wording import count_text
from ketasched.errors import did_you_mean
from ketasched.reading.fields import Key, Reading, Record, Text, whole
from ketasched.reading.one_or_more import OneOrMore
from ketasched.reading.texts import length, one_line


def _apart(**keys: Any) -> Apart:
    return Apart(keys["from"], keys["min"] or 1, keys["max"])


def _check_apart(apart: Apart, reading: Reading) -> None:
    if not (reading.says(apart, "min") or reading.says(apart, "max")):
        hint = "write `min`, such as 168 days, or `max`, or both"
        reading.fault_in(apart, "", "it says no distance", hint)
    elif apart.max is not None and apart.max < apart.min:
        message = f"the largest distance is smaller than the smallest, {apart.min} days"
        reading.fault_in(apart, "max", message)


def _read_session(text: str) -> int | str:
    """The number of a session, or its name."""
    return SESSION_NUMBER.parse(text) if text.isdecimal() else one_line(text)


def check_distances(protocol: core.Protocol, reading: Reading) -> None:
    """Note the distances of a protocol that are from no session before the one they are of."""
    number, names = 0, dict[str, int]()
    followers: set[int] = set()
    for phase in protocol.phases:
        for apart in phase.apart:
            _check_origin(apart, number, names, followers, reading)
        for place, session in enumerate(phase.listed, start=1):
            for apart in session.apart:
                _check_origin(apart, number + place - 1, names, followers, reading)
            if session.follows:
                followers.add(number + place)
            names[session.name] = number + place
        number += phase.choice.fewest if phase.choice else phase.sessions or 0


def _check_origin(
    apart: Apart, before: int, names: dict[str, int], followers: set[int], reading: Reading
) -> None:
    """``before``: how many sessions come before the one that stays apart, at the fewest."""
    origin = apart.origin
    number = names.get(origin) if isinstance(origin, str) else origin
    if number is None:
        message = f"no session before this one is called `{origin}`"
        reading.fault_in(apart, "from", message, did_you_mean(str(origin), names))
    elif number > before:
        hint = f"{count_text(before, 'session')} before this one" if before else "none is before it"
        reading.fault_in(apart, "from", f"session {number} is not an earlier one", hint)
    elif number in followers:
        message = f"session {number} counts from another as placed, and is placed after this one"
        reading.fault_in(apart, "from", message, "name the session it follows")


SESSION_NUMBER = whole(1, core.MAX_SESSIONS)
SESSION = Text(_read_session, {"type": ["integer", "string"], "examples": [1, "dose 1"]})
FARTHEST = 3660
_APART_DAYS = length(read_days, 1, FARTHEST, "days")
_APART = Record(
    _apart,
    {
        "from": Key(SESSION, "an earlier session, by its number or its name"),
        "min": Key(_APART_DAYS, "the fewest days between the two, such as 168 days", None),
        "max": Key(_APART_DAYS, "the most days between the two, such as 400 days", None),
    },
    _check_apart,
    {"anyOf": [{"required": ["min"]}, {"required": ["max"]}]},
)
APART = Key(
    OneOrMore(_APART),
    "how far from an earlier session that need not be the neighbour; several as a list",
    (),
)
