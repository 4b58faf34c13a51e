"""A record as JSON text and back: one file that holds all that is needed to plan again."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any, get_args

from pydantic_core import SchemaValidator

from ketasched import zone
from ketasched.asking.request import CourseReader, Request
from ketasched.asking.surroundings import ZoneSource
from ketasched.calendar.entry_text import AUDIENCES
from ketasched.domain.busy import Busy
from ketasched.errors import FileProblems
from ketasched.files.clinic.clinic import CLINIC
from ketasched.files.protocols.protocol import PROVEN_PROTOCOL
from ketasched.reading.file_text import FileText, read_file
from ketasched.reading.json_shape import (
    TEXT,
    YES,
    as_written,
    checked,
    items,
    keys_of,
    map_of,
    maybe,
    nested,
    node_at,
    one_of,
    read_json,
)
from ketasched.reading.json_source import marked
from ketasched.reading.texts import zone_name
from ketasched.records.course_state import RECORD_SCHEMA as SCHEMA
from ketasched.records.course_state import STATE, check_state, course_of, state_of
from ketasched.records.options import NOT_KEPT
from ketasched.records.plain_values import COUNT, DATE, MOMENT, STAMP, date_of
from ketasched.records.record import (
    CalendarFile,
    CourseRecord,
    PastChange,
    PublishedEntry,
    ToldEntry,
)

MAX_BYTES = 16 * 1024 * 1024


def load(path: str) -> CourseRecord:
    """Read a record.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: all that is wrong with it, with lines and columns.
    """
    source = read_file(path, "course record", MAX_BYTES)
    data = read_json(source, _RECORD)
    _check(data, source)
    return _record(data, source.file)


def text_of(record: CourseRecord) -> str:
    """A record as JSON text, readable by a person."""
    data = {
        "schema": SCHEMA,
        "name": record.name,
        "timezone": record.timezone,
        "timezone_source": record.timezone_source,
        "asked": dict(record.options),
        "protocol_file": record.protocol.file,
        "protocol": record.protocol_data,
        "clinic_file": record.clinic.file if record.clinic else None,
        "clinic": record.clinic_data,
        "busy": [_busy_data(busy) for busy in record.busy],
        "start": record.course.start.isoformat(),
        **state_of(record.course),
        "calendars": [calendar._asdict() for calendar in record.calendars],
        "entries": [_entry_data(entry) for entry in record.told],
        "exported": {who: dict(entries) for who, entries in record.exported.items()},
        "published": {
            address: {uid: entry._asdict() for uid, entry in entries.items()}
            for address, entries in record.published.items()
        },
        "history": [_change_data(change) for change in record.history],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _busy_data(busy: Busy) -> dict[str, Any]:
    return {
        "start": busy.start.strftime(STAMP),
        "end": busy.end.strftime(STAMP),
        "all_day": busy.all_day,
    }


def _entry_data(entry: ToldEntry) -> dict[str, Any]:
    return {
        "uid": entry.uid,
        "for": entry.audience,
        "sequence": entry.sequence,
        "created": entry.created.strftime(STAMP),
        "modified": entry.modified.strftime(STAMP),
        "said": entry.said,
    }


def _change_data(change: PastChange) -> dict[str, Any]:
    return {
        "at": change.at.strftime(STAMP),
        "what": change.what,
        "reason": change.reason,
        "overridden": list(change.overridden),
        "undone": change.undone,
        "before": change.before,
    }


def _record(data: dict[str, Any], file: str) -> CourseRecord:
    protocol, protocol_data = data["protocol"]
    protocol = replace(protocol, file=data["protocol_file"])
    clinic, clinic_data = data.get("clinic") or (None, None)
    if clinic:
        clinic = clinic._replace(file=data.get("clinic_file") or "")
    place = zone.load(data["timezone"]).tzinfo
    return CourseRecord(
        name=data["name"],
        timezone=data["timezone"],
        timezone_source=data["timezone_source"],
        options=data["asked"],
        protocol=protocol,
        protocol_data=protocol_data,
        clinic=clinic,
        clinic_data=clinic_data,
        busy=tuple(Busy(**busy) for busy in data["busy"]),
        course=course_of(data, protocol, date_of(data["start"]), place),
        told=tuple(
            ToldEntry(entry["uid"], entry["for"], entry["sequence"], entry["created"],
                      entry["modified"], entry["said"])
            for entry in data["entries"]
        ),
        calendars=tuple(CalendarFile(**calendar) for calendar in data["calendars"]),
        history=tuple(
            PastChange(
                change["at"], change["what"], change["reason"], tuple(change["overridden"]),
                change.get("before"), change["undone"],
            )
            for change in data["history"]
        ),
        exported=data["exported"],
        published={
            address: {uid: PublishedEntry(**entry) for uid, entry in entries.items()}
            for address, entries in data["published"].items()
        },
        file=file,
    )  # fmt: skip


def _check(data: dict[str, Any], source: FileText) -> None:
    """What several values together cannot be.

    Raises:
        FileProblems: all of that, each at the value that shows it.
    """
    protocol, _ = data["protocol"]
    befores = [before for change in data["history"] if (before := change.get("before"))]
    faults = [
        ("sessions", fault) for state in (data, *befores) for fault in check_state(state, protocol)
    ]
    entries = [(entry["uid"], entry["for"]) for entry in data["entries"]]
    if not entries:
        faults.append(("entries", "a record has entries, and here are none"))
    if len(set(entries)) < len(entries):
        faults.append(("entries", "two entries have the same uid and audience"))
    if data["asked"].get("tz") != data["timezone"]:
        faults.append(("timezone", "`timezone` and the `tz` of `asked` are not the same"))
    if faults:
        root = marked(source)
        problems = [source.at(node_at(root, (key,)), fault) for key, fault in faults]
        raise FileProblems(source.file, list(dict.fromkeys(problems)))


# What a record may say


def _version(text: str) -> str:
    if text == SCHEMA:
        return text
    newer = text.startswith(SCHEMA.partition("/")[0])
    raise ValueError(
        f"`{text}` is not a record this version reads",
        "a newer ketasched wrote it: use that one" if newer else f"a record says {SCHEMA}",
    )


def _count(text: str) -> str:
    if text.isdecimal() and int(text):
        return text
    raise ValueError(f"`{text}` is no number of visits")


_SHAPES = {(): items(TEXT), False: one_of(("yes",)), None: one_of(get_args(CourseReader))}
_OPTIONS = as_written(
    keys_of(
        {"protocol": TEXT, "start": DATE},
        {
            option.name: _SHAPES.get(option.default, TEXT)
            for option in fields(Request)
            if option.name not in {"protocol", "start", *NOT_KEPT}
        }
        | {"until": DATE, "authorised_until": DATE, "authorised_visits": checked(_count)},
    )
)
_CHANGE = keys_of(
    {"at": MOMENT, "what": TEXT, "reason": TEXT, "overridden": items(TEXT), "undone": YES},
    {"before": maybe(keys_of({**STATE, "asked": _OPTIONS}))},
)
_ENTRY = keys_of({
    "for": one_of(AUDIENCES),
    "uid": TEXT, "sequence": COUNT, "created": MOMENT, "modified": MOMENT, "said": TEXT,
})  # fmt: skip
_PUBLISHED = {"etag": TEXT, "sent": TEXT, "sending": TEXT, "theirs": YES, "octets": TEXT}
_RECORD = SchemaValidator(
    keys_of(
        {
            "schema": checked(_version),
            "name": TEXT,
            "timezone": checked(zone_name),
            "timezone_source": one_of(get_args(ZoneSource)),
            "asked": _OPTIONS,
            "protocol_file": TEXT,
            "protocol": nested(PROVEN_PROTOCOL),
            "busy": items(keys_of({"start": MOMENT, "end": MOMENT, "all_day": YES})),
            "start": DATE,
            **STATE,
            "calendars": items(
                keys_of({"path": TEXT, "staff": YES, "digest": TEXT, "before": TEXT})
            ),
            "entries": items(_ENTRY),
            "exported": map_of(map_of(COUNT)),
            "published": map_of(map_of(keys_of(_PUBLISHED))),
            "history": items(_CHANGE),
        },
        {"clinic": maybe(nested(CLINIC)), "clinic_file": maybe(TEXT)},
    )
)
