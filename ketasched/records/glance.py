"""A quick look at a record, for those who read a thousand: its course, and what it was asked for.

What a record says is believed here as far as it can be, so that it takes a millisecond;
`course_record` reads one with every check and says what is wrong with it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ketasched import zone
from ketasched.domain.course import Course
from ketasched.domain.protocol import Protocol
from ketasched.errors import FileTrouble, KetaschedError, os_reason
from ketasched.files.protocols.protocol import PROVEN_PROTOCOL
from ketasched.reading.file_text import FileText
from ketasched.reading.json_source import read_json
from ketasched.records.course_state import RECORD_SCHEMA, STATUSES, course_of
from ketasched.running.agenda import Patient


class Glance(NamedTuple):
    """A record at a glance. ``chairs``: those of its clinic, 0 if not said."""

    path: Path
    patient: Patient
    timezone: str
    chairs: int
    identity: str


class Reader:
    """Reads many records; a protocol that many of them hold is understood once."""

    def __init__(self) -> None:
        self._protocols: dict[str, Protocol] = {}
        self._zones: dict[str, zone.Zone] = {}

    def glance(self, path: Path) -> Glance:
        """Look at one record.

        Raises:
            FileTrouble: it cannot be read, or is no record that could be believed.
        """
        try:
            return self._glance(path, json.loads(path.read_bytes()))
        except OSError as error:
            why = os_reason(error)
            raise FileTrouble(f"cannot read {path}: {why}", file=str(path)) from None
        except (
            ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError,
            StopIteration,
        ):  # fmt: skip
            raise _damaged(path) from None
        except KetaschedError as error:
            if isinstance(error, FileTrouble) and error.file == str(path):
                raise
            raise _damaged(path) from None

    def _glance(self, path: Path, data: dict[str, Any]) -> Glance:
        if data["schema"] != RECORD_SCHEMA:
            raise _damaged(path)
        asked: Mapping[str, Any] = data["asked"]
        clinic = data["clinic"] or {}
        place = self._zone(data["timezone"])
        course = course_of(
            data, self._protocol(data), date.fromisoformat(data["start"]), place.tzinfo
        )
        _believe(course)
        patient = Patient(
            data["name"],
            course,
            date.fromisoformat(asked["authorised_until"]) if "authorised_until" in asked else None,
            int(asked.get("authorised_visits") or 0),
        )
        if not patient.name.isprintable():
            raise ValueError(patient.name)
        return Glance(
            path, patient, place.name, int(clinic.get("chairs", 0)), str(data["entries"][0]["uid"])
        )

    def _zone(self, name: str) -> zone.Zone:
        if name not in self._zones:
            self._zones[name] = zone.load(name)
        return self._zones[name]

    def _protocol(self, data: dict[str, Any]) -> Protocol:
        text = json.dumps(data["protocol"])
        if text not in self._protocols:
            self._protocols[text] = read_json(FileText("record", text), PROVEN_PROTOCOL)
        return self._protocols[text]


def _believe(course: Course) -> None:
    """Refuse a course that would make nonsense of what is shown.

    Raises:
        ValueError: so it would.
    """
    phases = {phase.name for phase in course.protocol.phases}
    for one in course.entries():
        if one.status not in STATUSES or not 1 <= one.minutes <= 1440:
            raise ValueError(one)
        if not one.name.isprintable() or getattr(one, "phase", one.name) not in (*phases, one.name):
            raise ValueError(one)
    if not course.sessions:
        raise ValueError(course)


def _damaged(path: Path) -> FileTrouble:
    name = str(path).removesuffix(".course.json")
    hint = f"see what is wrong with: ketasched status {shlex.quote(name)}"
    return FileTrouble(f"{path} is no record that can be read", hint, str(path))
