"""What a patient was handed, as data of a record and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from ketasched.calendar.paper import Paper, Told
from ketasched.reading.json_shape import TEXT, Shape, items, keys_of, one_of, whole
from ketasched.records.course_state import STATUSES
from ketasched.records.plain_values import COUNT, MOMENT, STAMP, WALL, WALL_TIME, wall_time_of

_TOLD = keys_of({
    "uid": TEXT, "number": COUNT, "name": TEXT, "start": WALL_TIME, "minutes": whole(1, 1440),
    "status": one_of(STATUSES),
})  # fmt: skip
PAPERS: Shape = items(keys_of({"at": MOMENT, "appointments": items(_TOLD)}))
"""What a record may say of it."""


def papers_data(papers: Sequence[Paper]) -> dict[str, Any]:
    """The papers of a record; nothing where there are none."""
    if not papers:
        return {}
    return {
        "handed_out": [
            {
                "at": paper.at.strftime(STAMP),
                "appointments": [
                    told._asdict() | {"start": told.start.strftime(WALL)} for told in paper.told
                ],
            }
            for paper in papers
        ]
    }


def papers_of(data: Mapping[str, Any], place: ZoneInfo) -> tuple[Paper, ...]:
    """The papers that a record keeps, in a zone."""
    return tuple(
        Paper(
            paper["at"],
            tuple(
                Told(**told | {"start": wall_time_of(told["start"]).replace(tzinfo=place)})
                for told in paper["appointments"]
            ),
        )
        for paper in data.get("handed_out", ())
    )
