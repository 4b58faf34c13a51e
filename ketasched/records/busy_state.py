"""The busy times that a record keeps, as data and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ketasched.domain.busy import Busy
from ketasched.reading.json_shape import TEXT, YES, as_written, keys_of
from ketasched.records.plain_values import MOMENT, STAMP, moment_of

BUSY = keys_of({"start": MOMENT, "end": MOMENT, "all_day": YES}, {"calendar": TEXT})
"""A stretch of time that is taken. Earlier versions did not keep which calendar said so."""
BUSY_BEFORE = as_written(BUSY)
"""One that the plan before a change was made from."""


@lru_cache(maxsize=4)  # a change asks twice, and mostly nothing of it changes
def busy_state(stretches: tuple[Busy, ...]) -> list[Mapping[str, Any]]:
    """Busy times as data."""
    return [_data(busy) for busy in stretches]


def busy_of_state(state: Sequence[Mapping[str, Any]]) -> tuple[Busy, ...]:
    """The busy times that `busy_state` wrote."""
    return tuple(
        Busy(
            moment_of(busy["start"]),
            moment_of(busy["end"]),
            busy["all_day"],
            busy.get("calendar", ""),
        )
        for busy in state
    )


def _data(busy: Busy) -> dict[str, Any]:
    data = {
        "start": busy.start.strftime(STAMP),
        "end": busy.end.strftime(STAMP),
        "all_day": busy.all_day,
    }
    return data | ({"calendar": busy.calendar} if busy.calendar else {})
