"""What the JSON text of a record may say, in this version and the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from string import hexdigits
from typing import Any, get_args

from pydantic_core import SchemaValidator

from ketasched.asking.request import CourseReader, Request
from ketasched.asking.surroundings import ZoneSource
from ketasched.calendar.entry_text import AUDIENCES
from ketasched.calendar.uid import BITS
from ketasched.files.clinic.clinic import CLINIC
from ketasched.files.protocols.protocol import PROVEN_PROTOCOL
from ketasched.reading.json_shape import (
    TEXT,
    YES,
    Shape,
    as_written,
    checked,
    items,
    keys_of,
    map_of,
    maybe,
    nested,
    one_of,
)
from ketasched.reading.texts import zone_name
from ketasched.records.busy_state import BUSY
from ketasched.records.course_state import LATER_STATE, STATE
from ketasched.records.history import shape_of_way
from ketasched.records.mail import MAIL
from ketasched.records.options import NOT_KEPT
from ketasched.records.papers import PAPERS
from ketasched.records.plain_values import COUNT, DATE, MOMENT
from ketasched.records.seats import SEATS
from ketasched.records.versions import WAY_BACK
from ketasched.zone import RELEASE

SCHEMA = "ketasched-record/2"
VERSION_1 = "ketasched-record/1"
"""The version before, which is read; what is written is of this one."""


def shape_of(data: Mapping[str, Any]) -> SchemaValidator:
    """What a record of its version may say."""
    return _validator(VERSION_1 if data.get("schema") == VERSION_1 else SCHEMA)


def _version(text: str) -> str:
    if text in {SCHEMA, VERSION_1}:
        return text
    newer = text.startswith(SCHEMA.partition("/")[0])
    raise ValueError(
        f"`{text}` is not a record this version reads",
        "a newer ketasched wrote it: use that one" if newer else f"a record says {SCHEMA}",
    )


def _bits(text: str) -> str:
    if len(text) == 2 * BITS // 8 and not set(text) - set(hexdigits.lower()):
        return text
    raise ValueError(f"`{text}` are not {BITS} bits")


def _release(text: str) -> str:
    if not text or RELEASE.fullmatch(text):
        return text
    raise ValueError(f"`{text}` is no release of the zone rules, such as 2026f")


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
_CHANGE = {"at": MOMENT, "what": TEXT, "reason": TEXT, "overridden": items(TEXT), "undone": YES}
_ENTRY = keys_of({
    "for": one_of(AUDIENCES),
    "uid": TEXT, "sequence": COUNT, "created": MOMENT, "modified": MOMENT, "said": TEXT,
})  # fmt: skip
_PUBLISHED = {"etag": TEXT, "sent": TEXT, "sending": TEXT, "theirs": YES, "octets": TEXT}
_FOLLOWING = {"path": TEXT, "staff": YES, "digest": TEXT, "before": TEXT}
_PARTS: dict[str, Shape] = {
    "schema": checked(_version),
    "name": TEXT,
    "timezone": checked(zone_name),
    "timezone_source": one_of(get_args(ZoneSource)),
    "asked": _OPTIONS,
    "protocol_file": TEXT,
    "protocol": nested(PROVEN_PROTOCOL),
    "busy": items(BUSY),
    "start": DATE,
    **STATE,
    "calendars": items(keys_of(_FOLLOWING, {"page": YES})),
    "entries": items(_ENTRY),
    "exported": map_of(map_of(COUNT)),
    "published": map_of(map_of(keys_of(_PUBLISHED))),
}
_OTHERS: dict[str, Shape] = {
    "clinic": maybe(nested(CLINIC)),
    "clinic_file": maybe(TEXT),
    "handed_out": PAPERS,
    "mail": MAIL,
    "seats": SEATS,
    "renamed": map_of(TEXT),
    **LATER_STATE,
}


@cache
def _validator(version: str) -> SchemaValidator:
    """What a record of a version may say; that of the other need not be built."""
    if version == VERSION_1:
        before = {"before": maybe(keys_of({**STATE, "asked": _OPTIONS}))}
        parts, others = {"history": items(keys_of(_CHANGE, before))}, _OTHERS
    else:
        others = {"back": maybe(shape_of_way(_OPTIONS, WAY_BACK)), "act": TEXT}
        change = keys_of({**_CHANGE, "undoes": YES}, others)
        parts = {"history": items(change)}
        others = {**_OTHERS, "uid_bits": maybe(checked(_bits)), "zone_rules": checked(_release)}
    return SchemaValidator(keys_of({**_PARTS, **parts}, others))
