"""The entries of a calendar file that we wrote, read back by a reader that is not its writer's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from typing import NamedTuple

from ketasched import zone
from ketasched.errors import UsageProblem


class Vevent(NamedTuple):
    """What an entry of a calendar says; a start or an end is a day if it is one of a whole day.
    None: it does not say, or nothing that can be read.
    """

    uid: str
    start: datetime | date | None
    end: datetime | date | None
    status: str
    sequence: int | None


def read(data: bytes) -> list[Vevent]:
    """The entries of a calendar file, in its order."""
    return [_vevent(properties) for properties in _components(data)]


def _components(data: bytes) -> Iterator[dict[str, str]]:
    """The properties of each VEVENT, by name, with their parameters; not those of its alarms."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    inside: list[str] = []
    properties: dict[str, str] = {}
    for line in text.replace("\n ", "").replace("\n\t", "").split("\n"):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            inside.append(value)
            properties = {} if value == "VEVENT" else properties
        elif name == "END" and inside:
            if inside.pop() == "VEVENT":
                yield properties
        elif inside[-1:] == ["VEVENT"]:
            key = name.partition(";")[0].upper()
            properties[key] = line[len(key) :]


def _vevent(properties: dict[str, str]) -> Vevent:
    sequence = _value(properties, "SEQUENCE")
    return Vevent(
        _value(properties, "UID"),
        _moment(properties.get("DTSTART", "")),
        _moment(properties.get("DTEND", "")),
        _value(properties, "STATUS"),
        int(sequence) if sequence.removeprefix("-").isdecimal() else None,
    )


def _value(properties: dict[str, str], name: str) -> str:
    return properties.get(name, "").partition(":")[2]


def _moment(text: str) -> datetime | date | None:
    """A day, or a moment in UTC or in the zone that is named."""
    parameters, _, value = text.rpartition(":")
    named = dict(part.partition("=")[::2] for part in parameters.split(";") if part)
    try:
        if named.get("VALUE") == "DATE":
            return date.fromisoformat(value)
        wall = datetime.fromisoformat(value.removesuffix("Z"))
        place = UTC if value.endswith("Z") else zone.load(named["TZID"]).tzinfo
    except (ValueError, KeyError, UsageProblem):
        return None
    return wall.replace(tzinfo=place) if MINYEAR < wall.year < MAXYEAR else None
