"""The seats of a course, as data of a record and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from ketasched.domain.house import minute_at, moment_at
from ketasched.domain.seat import Seat, Stay
from ketasched.reading.json_shape import TEXT, Shape, items, keys_of, whole
from ketasched.records.plain_values import WALL, WALL_TIME, wall_time_of

_STAY: dict[str, Shape] = {"start": WALL_TIME, "minutes": whole(1, 1440)}
_SEAT: dict[str, Shape] = {"resource": TEXT, "number": whole(1, 10_000), **_STAY}
SEATS: Shape = items(keys_of(_SEAT, {"again": items(keys_of(_STAY))}))
"""What a record may say of them: each from when and for how long, and when it is taken ``again``
after it was left to others.
"""
Row = Mapping[str, Any]


def seats_data(seats: Sequence[Seat], place: ZoneInfo) -> dict[str, Any]:
    """The seats of a record; nothing where there are none."""
    rows = []
    for seat in seats:
        first, *again = (_stay_data(stay, place) for stay in seat.stays)
        row = {"resource": seat.resource, "number": seat.number, **first}
        rows.append(row | ({"again": again} if again else {}))
    return {"seats": rows} if rows else {}


def seats_of(rows: Iterable[Row], place: ZoneInfo) -> tuple[Seat, ...]:
    """The seats that a record keeps, in a zone."""
    return tuple(
        Seat(
            row["resource"],
            row["number"],
            tuple(_stay(stay, place) for stay in (row, *row.get("again", ()))),
        )
        for row in rows
    )


def _stay_data(stay: Stay, place: ZoneInfo) -> dict[str, Any]:
    start = moment_at(stay.begins, place).strftime(WALL)
    return {"start": start, "minutes": stay.ends - stay.begins}


def _stay(row: Row, place: ZoneInfo) -> Stay:
    begins = minute_at(wall_time_of(row["start"]).replace(tzinfo=place))
    return Stay(begins, begins + row["minutes"])
