"""The record of a running course: one JSON file that holds all that is needed to plan again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ketasched import zone
from ketasched.domain.busy import Busy
from ketasched.files.clinic.clinic import CLINIC
from ketasched.files.protocols.protocol import PROVEN_PROTOCOL
from ketasched.reading.fields import MISSING, Key, Reading, Record, Schema, Text, one_of, whole
from ketasched.reading.file_text import read_file
from ketasched.reading.json_source import plain, read_json
from ketasched.reading.texts import zone_name
from ketasched.records.course_state import RECORD_SCHEMA as SCHEMA
from ketasched.records.course_state import STATE, check_state, course_of, state_of
from ketasched.records.plain_values import (
    ANY,
    DATE,
    MOMENT,
    STAMP,
    TEXT,
    YES,
    Items,
    MapOf,
    Options,
    keys_of,
)
from ketasched.records.record import CalendarFile, Happening, Kept, Published, StoredCourse

if TYPE_CHECKING:
    import yaml

MAX_BYTES = 16 * 1024 * 1024


def load(path: str) -> StoredCourse:
    """Read a record.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: all that is wrong with it, with lines and columns.
    """
    source = read_file(path, "course record", MAX_BYTES)
    stored: StoredCourse = read_json(source, _RECORD)
    return stored._replace(file=source.file)


def text_of(stored: StoredCourse) -> str:
    """A record as JSON text, readable by a person."""
    data = {
        "schema": SCHEMA,
        "name": stored.name,
        "timezone": stored.timezone,
        "timezone_source": stored.timezone_source,
        "asked": dict(stored.asked),
        "protocol_file": stored.protocol.file,
        "protocol": stored.protocol_data,
        "clinic_file": stored.clinic.file if stored.clinic else None,
        "clinic": stored.clinic_data,
        "busy": [_busy_data(one) for one in stored.busy],
        "start": stored.course.start.isoformat(),
        **state_of(stored.course),
        "calendars": [one._asdict() for one in stored.calendars],
        "entries": [
            {
                "uid": one.uid,
                "for": one.audience,
                "sequence": one.sequence,
                "created": one.created.strftime(STAMP),
                "modified": one.modified.strftime(STAMP),
                "said": one.said,
            }
            for one in stored.kept
        ],
        "exported": {who: dict(entries) for who, entries in stored.exported.items()},
        "published": {
            address: {name: one._asdict() for name, one in entries.items()}
            for address, entries in stored.published.items()
        },
        "history": [
            {
                "at": one.at.strftime(STAMP),
                "what": one.what,
                "reason": one.reason,
                "overridden": list(one.overridden),
                "undone": one.undone,
                "before": one.before,
            }
            for one in stored.history
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _busy_data(one: Busy) -> dict[str, Any]:
    return {
        "start": one.start.strftime(STAMP),
        "end": one.end.strftime(STAMP),
        "all_day": one.all_day,
    }


# What a record may say


class _Kept(NamedTuple):
    """Keeps a node as plain data beside what it is read to."""

    inner: Record

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        value = self.inner.read(node, reading)
        return MISSING if value is MISSING else (value, plain(node))

    def schema(self) -> Schema:
        return self.inner.schema()


_HAPPENING = Record(
    dict,
    {
        "at": Key(MOMENT, ""),
        "what": Key(TEXT, ""),
        "reason": Key(TEXT, ""),
        "overridden": Key(Items(TEXT), ""),
        "undone": Key(YES, ""),
        "before": Key(keys_of(**STATE, asked=Options()), "", None),
    },
)


def _built(**keys: Any) -> StoredCourse:
    protocol, protocol_data = keys["protocol"]
    protocol = replace(protocol, file=keys["protocol_file"])
    clinic, clinic_data = keys["clinic"] or (None, None)
    if clinic:
        clinic = clinic._replace(file=keys["clinic_file"] or "")
    return StoredCourse(
        name=keys["name"],
        timezone=keys["timezone"],
        timezone_source=keys["timezone_source"],
        asked=keys["asked"],
        protocol=protocol,
        protocol_data=protocol_data,
        clinic=clinic,
        clinic_data=clinic_data,
        busy=tuple(Busy(**one) for one in keys["busy"]),
        course=course_of(
            keys,
            protocol,
            date.fromisoformat(keys["start"]),
            zone.load(keys["timezone"]).tzinfo,
        ),
        kept=tuple(
            Kept(one["uid"], one["for"], one["sequence"], one["created"], one["modified"],
                 one["said"])
            for one in keys["entries"]
        ),
        calendars=tuple(CalendarFile(**one) for one in keys["calendars"]),
        history=tuple(
            Happening(
                one["at"], one["what"], one["reason"], tuple(one["overridden"]), one["before"],
                one["undone"],
            )
            for one in keys["history"]
        ),
        exported=keys["exported"],
        published={
            address: {name: Published(**one) for name, one in entries.items()}
            for address, entries in keys["published"].items()
        },
    )  # fmt: skip


def _check(stored: StoredCourse, reading: Reading) -> None:
    names = [(one.uid, one.audience) for one in stored.kept]
    if len(set(names)) < len(names):
        reading.fault_in(stored, "entries", "two entries have the same uid and audience")
    states = [state_of(stored.course), *(one.before for one in stored.history if one.before)]
    for state in states:
        for message in check_state(state, stored.protocol):
            reading.fault_in(stored, "sessions", message)


def _version(text: str) -> str:
    if text == SCHEMA:
        return text
    newer = text.startswith(SCHEMA.partition("/")[0])
    raise ValueError(
        f"`{text}` is not a record this version reads",
        "a newer ketasched wrote it: use that one" if newer else f"a record says {SCHEMA}",
    )


_RECORD = Record(
    _built,
    {
        "schema": Key(Text(_version), "the version of the record"),
        "name": Key(TEXT, "whose course it is"),
        "timezone": Key(Text(zone_name), "the zone its wall times are in"),
        "timezone_source": Key(
            one_of("flag", "clinic file", "this computer"), "who named the zone"
        ),
        "asked": Key(Options(), "the options of plan"),
        "protocol_file": Key(TEXT, "where the protocol was read"),
        "protocol": Key(_Kept(PROVEN_PROTOCOL), "the protocol as it was"),
        "clinic_file": Key(TEXT, "where the clinic was read", None),
        "clinic": Key(_Kept(CLINIC), "the clinic as it was", None),
        "busy": Key(Items(keys_of(start=MOMENT, end=MOMENT, all_day=YES)), "times that are taken"),
        "start": Key(DATE, "the day the course counts from"),
        **{name: Key(reader, "the course as it stands") for name, reader in STATE.items()},
        "calendars": Key(
            Items(keys_of(path=TEXT, staff=YES, digest=TEXT, before=TEXT)),
            "files written after each change",
        ),
        "entries": Key(
            Items(
                keys_of(
                    **{"for": one_of("patient", "staff", "free-busy")},
                    uid=TEXT,
                    sequence=whole(0, ANY),
                    created=MOMENT,
                    modified=MOMENT,
                    said=TEXT,
                )
            ),
            "what calendars were told of each entry",
        ),
        "exported": Key(MapOf(MapOf(whole(0, ANY))), "what was last exported, by audience"),
        "published": Key(
            MapOf(MapOf(keys_of(etag=TEXT, sent=TEXT, sending=TEXT, theirs=YES, octets=TEXT))),
            "what is on servers, by address",
        ),
        "history": Key(Items(_HAPPENING), "what happened, in order"),
    },
    _check,
)
