"""The days that `close-day` closed in a folder of records: one JSON file beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import SchemaValidator

from ketasched.domain.wording import day_text
from ketasched.reading.file_text import read_file
from ketasched.reading.json_shape import TEXT, checked, items, keys_of, read_json
from ketasched.records import places
from ketasched.records.atomic import NewFile
from ketasched.records.plain_values import DATE, date_of

NAME = places.CLOSED_DAYS
SCHEMA = "ketasched-closed-days/1"
_CLOSED = "closed "


class ClosedDay(NamedTuple):
    """A day on which the clinic of a folder is closed, and why (may be empty). ``act`` closed it,
    and ``reopened`` is the act that opened it again; empty: none, or an earlier version did.
    """

    day: date
    reason: str
    act: str = ""
    reopened: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether it is closed still."""
        return not self.reopened

    def acts(self) -> Iterator[tuple[str, str]]:
        """What was done about the day that can be taken back: the acts, and what they did."""
        if self.act:
            yield self.act, closed_text(self.day)
        if self.reopened:
            yield self.reopened, reopened_text(self.day)

    def before(self, act: str) -> Iterator[ClosedDay]:
        """What was known of the day before an act: nothing, if that closed it."""
        if self.act != act:
            yield self._replace(reopened="") if self.reopened == act else self


def closed_text(day: date) -> str:
    """What close-day did, for the history."""
    return f"{_CLOSED}{day_text(day)}"


def closes_a_day(what: str) -> bool:
    """Whether what was done, as the history has it, was to close a day."""
    return what.startswith(_CLOSED)


def reopened_text(day: date) -> str:
    """What opening it again did, for the history."""
    return f"reopened {day_text(day)}"


def load(folder: Path) -> tuple[ClosedDay, ...]:
    """The days of a folder that were closed, those that are open again too; none if it has no such
    file.

    Raises:
        FileTrouble, FileProblems: the file cannot be read, or something in it is wrong.
    """
    path = folder / NAME
    if not path.exists():
        return ()
    data = read_json(read_file(str(path), "closed days", plain=True), lambda _: _FILE)
    return tuple(
        ClosedDay(
            date_of(day["day"]), day["reason"], day.get("act", ""), day.get("reopened", "")
        )
        for day in data["days"]
    )  # fmt: skip


def closed_in(folder: Path) -> tuple[ClosedDay, ...]:
    """The days of a folder that are closed.

    Raises:
        FileTrouble, FileProblems: as load.
    """
    return tuple(day for day in load(folder) if day.is_closed)


def spans_in(folder: Path) -> list[str]:
    """The days of a folder that are closed, as `--closed` has them.

    Raises:
        FileTrouble, FileProblems: as load.
    """
    return [span_of(closed.day) for closed in closed_in(folder)]


def span_of(day: date) -> str:
    """A closed day as `--closed` has it."""
    return f"{day.isoformat()}..{day.isoformat()}"


def new_file(folder: Path, days: Sequence[ClosedDay]) -> NewFile:
    """The days as the file that is to be beside the records."""
    return NewFile(folder / NAME, text_of(days).encode(), private=True)


def text_of(days: Sequence[ClosedDay]) -> str:
    """The days as JSON text, in order."""
    data = {"schema": SCHEMA, "days": [_day_data(day) for day in sorted(set(days))]}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _day_data(day: ClosedDay) -> dict[str, Any]:
    acts = {"act": day.act, "reopened": day.reopened}
    said = {name: act for name, act in acts.items() if act}
    return {"day": day.day.isoformat(), "reason": day.reason} | said


def _version(text: str) -> str:
    if text == SCHEMA:
        return text
    raise ValueError(f"`{text}` is not a file of closed days that this version reads")


_FILE = SchemaValidator(
    keys_of({
        "schema": checked(_version),
        "days": items(keys_of({"day": DATE, "reason": TEXT}, {"act": TEXT, "reopened": TEXT})),
    })
)  # fmt: skip
