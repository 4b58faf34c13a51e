"""Several sessions on one day, as a protocol file writes them."""

from __future__ import annotations

from ketasched.domain import protocol as core
from ketasched.domain.per_day import PerDay
from ketasched.domain.wording import duration_text
from ketasched.reading.fields import Key, Reading, Record, whole
from ketasched.reading.texts import MINUTES

MOST_A_DAY = 48


def _per_day(sessions: int, every: int | None, apart: int | None) -> PerDay:
    return PerDay(sessions, every or apart or 0, at_least=every is None)


def _check_per_day(per_day: PerDay, reading: Reading) -> None:
    said = [key for key in ("every", "apart") if reading.says(per_day, key)]
    if len(said) != 1:
        message = "it says both `every` and `apart`" if said else "it says no distance"
        hint = "write `every`, such as 1 h, or `apart`, a smallest distance, such as 6 h"
        reading.fault_in(per_day, said[-1] if said else "", message, hint)
    elif (per_day.sessions - 1) * per_day.minutes >= 1440:
        reading.fault_in(per_day, said[0], f"{per_day} do not fit into one day")


def check_distances_in_a_day(protocol: core.Protocol, reading: Reading) -> None:
    """Note where the sessions of one day would overlap."""
    for phase in protocol.phases:
        per_day = phase.per_day
        longest = max([protocol.minutes, *phase.own_minutes.values()])
        if per_day and per_day.minutes < longest:
            key = "apart" if per_day.at_least else "every"
            length = duration_text(longest)
            message = f"a session takes {length}, which is longer than this distance"
            reading.fault_in(per_day, key, message, "distances count from start to start")


_PER_DAY = Record(
    _per_day,
    {
        "sessions": Key(whole(2, MOST_A_DAY), "how many sessions a treatment day has"),
        "every": Key(MINUTES, "the exact distance from start to start, such as 1 h", None),
        "apart": Key(MINUTES, "the smallest distance from start to start, such as 6 h", None),
    },
    _check_per_day,
    {"oneOf": [{"required": ["every"]}, {"required": ["apart"]}]},
)
PER_DAY = Key(
    _PER_DAY,
    "several sessions a day; `sessions`, `choice` and `after_session` of the phase count days then",
    None,
)
