"""What a patient was handed, as data of a record and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from ketasched.calendar.paper import Paper, Told
from ketasched.reading.json_shape import TEXT, Shape, items, keys_of, one_of, whole
from ketasched.records.course_state import STATUSES
from ketasched.records.plain_values import COUNT, MOMENT, STAMP, WALL, WALL_TIME, wall_time_of

TOLD_KEYS: Mapping[str, Shape] = {
    "uid": TEXT, "number": COUNT, "name": TEXT, "start": WALL_TIME, "minutes": whole(1, 1440),
    "status": one_of(STATUSES),
}  # fmt: skip
PAPERS: Shape = items(keys_of({"at": MOMENT, "appointments": items(keys_of(TOLD_KEYS))}))
"""What a record may say of it."""


def papers_data(papers: Sequence[Paper]) -> dict[str, Any]:
    """The papers of a record; nothing where there are none."""
    if not papers:
        return {}
    return {
        "handed_out": [
            {
                "at": paper.at.strftime(STAMP),
                "appointments": [told_data(told) for told in paper.told],
            }
            for paper in papers
        ]
    }


def papers_of(data: Mapping[str, Any], place: ZoneInfo) -> tuple[Paper, ...]:
    """The papers that a record keeps, in a zone."""
    return tuple(
        Paper(
            paper["at"],
            tuple(told_from(told, place) for told in paper["appointments"]),
        )
        for paper in data.get("handed_out", ())
    )


def told_data(told: Told) -> dict[str, Any]:
    """What was said of an appointment, as data."""
    return told._asdict() | {"start": told.start.strftime(WALL)}


def told_from(data: Mapping[str, Any], place: ZoneInfo) -> Told:
    """What was said of an appointment, from data, in a zone."""
    start = wall_time_of(data["start"]).replace(tzinfo=place)
    return Told(**{key: data[key] for key in TOLD_KEYS} | {"start": start})
