"""A record as JSON text and back: one file that holds all that is needed to plan again."""

from __future__ import annotations

import json
from typing import Any

from ketasched import zone
from ketasched.domain.busy import Busy
from ketasched.domain.protocol import Protocol
from ketasched.errors import FileProblems
from ketasched.reading.file_text import FileText, read_file
from ketasched.reading.json_shape import node_at, read_json
from ketasched.reading.json_source import marked
from ketasched.records.busy_state import busy_state
from ketasched.records.course_state import STATE, check_state, course_of, state_of
from ketasched.records.history import way_back, way_faults
from ketasched.records.mail import mail_data, mail_of
from ketasched.records.papers import papers_data, papers_of
from ketasched.records.plain_values import STAMP, date_of
from ketasched.records.record import (
    CourseRecord,
    FollowingFile,
    PastChange,
    PublishedEntry,
    ToldEntry,
)
from ketasched.records.record_shape import SCHEMA, VERSION_1, shape_of
from ketasched.records.seats import seats_data, seats_of
from ketasched.records.versions import protocol_of

MAX_BYTES = 16 * 1024 * 1024


def load(path: str) -> CourseRecord:
    """Read a record.

    Raises:
        FileTrouble: the file cannot be read.
        FileProblems: all that is wrong with it, with lines and columns.
    """
    source = read_file(path, "course record", MAX_BYTES, plain=True)
    data = read_json(source, shape_of)
    _check(data, source)
    if data["schema"] == VERSION_1:
        data = _with_ways_back(data)
    return _record(data, source.file)


def text_of(record: CourseRecord) -> str:
    """A record as JSON text, readable by a person."""
    data = {
        "schema": SCHEMA,
        "name": record.name,
        "uid_bits": record.uid_bits,
        "timezone": record.timezone,
        "timezone_source": record.timezone_source,
        "zone_rules": record.zone_rules,
        "asked": dict(record.options),
        "protocol_file": record.protocol.file,
        "protocol": record.protocol_data,
        **({"renamed": dict(renamed)} if (renamed := record.protocol.renamed) else {}),
        "clinic_file": record.clinic.file if record.clinic else None,
        "clinic": record.clinic_data,
        "busy": busy_state(record.busy),
        "start": record.course.start.isoformat(),
        **_said(state_of(record.course)),
        "calendars": [_following_data(file) for file in record.following],
        "entries": [_entry_data(entry) for entry in record.told],
        "exported": {who: dict(entries) for who, entries in record.exported.items()},
        "published": {
            address: {uid: entry._asdict() for uid, entry in entries.items()}
            for address, entries in record.published.items()
        },
        **mail_data(record.mail),
        **papers_data(record.papers),
        **seats_data(record.seats, zone.load(record.timezone).tzinfo),
        "history": [_change_data(change) for change in record.history],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _said(state: dict[str, Any]) -> dict[str, Any]:
    """What a record says of a course: nothing of gates where none is passed."""
    return {name: value for name, value in state.items() if value or name != "gates"}


def _following_data(file: FollowingFile) -> dict[str, Any]:
    """A file that follows, which is a calendar unless it says that it is a page."""
    return {key: value for key, value in file._asdict().items() if key != "page" or value}


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
        "undoes": change.undoes,
        "back": change.back,
    } | ({"act": change.act} if change.act else {})


def _history(data: dict[str, Any]) -> tuple[PastChange, ...]:
    return tuple(
        PastChange(
            change["at"], change["what"], change["reason"], tuple(change["overridden"]),
            change.get("back"), change["undone"], change["undoes"], change.get("act", ""),
        )
        for change in data["history"]
    )  # fmt: skip


def _with_ways_back(data: dict[str, Any]) -> dict[str, Any]:
    """A record of version 1, which kept the whole plan before each change; not that before an
    undo, which nobody goes back to.
    """
    state = {name: data[name] for name in (*STATE, "asked")}
    history: list[dict[str, Any]] = []
    for place, change in reversed(list(enumerate(data["history"]))):
        before = change.pop("before", None)
        back = way_back(state, before) if before else {}
        history.append(change | {"back": back if place else None, "undoes": not before})
        state = before or state
    return data | {"history": history[::-1]}


def _record(data: dict[str, Any], file: str) -> CourseRecord:
    _, protocol_data = data["protocol"]
    protocol = _protocol(data)
    clinic, clinic_data = data.get("clinic") or (None, None)
    if clinic:
        clinic = clinic._replace(file=data.get("clinic_file") or "")
    place = zone.load(data["timezone"]).tzinfo
    return CourseRecord(
        name=data["name"],
        uid_bits=data.get("uid_bits"),
        timezone=data["timezone"],
        timezone_source=data["timezone_source"],
        zone_rules=data.get("zone_rules", ""),
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
        following=tuple(FollowingFile(**file) for file in data["calendars"]),
        history=_history(data),
        exported=data["exported"],
        published={
            address: {uid: PublishedEntry(**entry) for uid, entry in entries.items()}
            for address, entries in data["published"].items()
        },
        mail=mail_of(data, place),
        papers=papers_of(data, place),
        seats=seats_of(data.get("seats", ()), place),
        file=file,
    )  # fmt: skip


def _protocol(data: dict[str, Any]) -> Protocol:
    """The protocol of a record, with the phases of the versions that it had."""
    ways = [change.get("back") for change in data["history"]]
    return protocol_of({**data, "protocol": data["protocol"][1]}, ways)


def _check(data: dict[str, Any], source: FileText) -> None:
    """What several values together cannot be.

    Raises:
        FileProblems: all of that, each at the value that shows it.
    """
    protocol, arm = _protocol(data), data["asked"].get("arm", "")
    befores = [before for change in data["history"] if (before := change.get("before"))]
    faults = [
        ("sessions", fault) for state in (data, *befores) for fault in check_state(state, protocol)
    ]
    ways = [change.get("back") for change in data["history"]]
    phases = {phase.name for phase in protocol.known_phases}
    faults += [("history", fault) for fault in way_faults(data, ways, phases)]
    entries = [(entry["uid"], entry["for"]) for entry in data["entries"]]
    if not entries:
        faults.append(("entries", "a record has entries, and here are none"))
    if bool(arm) != bool(protocol.arms) or arm not in ("", *(each.name for each in protocol.arms)):
        faults.append(("asked", f"the protocol has no arm `{arm}`"))
    if len(set(entries)) < len(entries):
        faults.append(("entries", "two entries have the same uid and audience"))
    if data["asked"].get("tz") != data["timezone"]:
        faults.append(("timezone", "`timezone` and the `tz` of `asked` are not the same"))
    if faults:
        root = marked(source)
        problems = [source.at(node_at(root, (key,)), fault) for key, fault in faults]
        raise FileProblems(source.file, list(dict.fromkeys(problems)))
