"""The record of a running course: one JSON file that holds all that is needed to plan again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml

from ketasched import zone
from ketasched.core.busy import Busy
from ketasched.core.constraint import Reason, session_end
from ketasched.core.course import (
    Course,
    DatedReview,
    LinkedVisit,
    Pause,
    Session,
    Unplaced,
)
from ketasched.core.dates import FIRST_YEAR, LAST_YEAR
from ketasched.core.protocol import Protocol
from ketasched.errors import UsageProblem
from ketasched.reader.clinic_record import CLINIC, ClinicFile
from ketasched.reader.fields import (
    MISSING,
    Key,
    Reader,
    Reading,
    Record,
    Schema,
    Text,
    one_of,
    whole,
    yes_or_no,
)
from ketasched.reader.json_source import plain, read_json
from ketasched.reader.protocol_record import PROVEN_PROTOCOL
from ketasched.reader.source import read_file

SCHEMA = "ketasched-record/1"
MAX_BYTES = 16 * 1024 * 1024
_STAMP = "%Y-%m-%d %H:%M:%S UTC"
_WALL = "%Y-%m-%d %H:%M"
_STATUSES = ("planned", "tentative", "attended", "missed", "cancelled")
_ANY = 10_000_000


class Kept(NamedTuple):
    """What calendars were told of an entry: how often it changed, when, and a digest of it all."""

    uid: str
    sequence: int
    created: datetime
    modified: datetime
    said: str


class CalendarFile(NamedTuple):
    """A calendar that is written anew after each change. ``digest`` is of what it is to hold, and
    ``before`` of what it held, as it still does if the program was killed between the two.
    """

    path: str
    staff: bool
    digest: str = ""
    before: str = ""


class Happening(NamedTuple):
    """Something that was done to a course. ``before``: the state it had, for undo."""

    at: datetime
    what: str
    reason: str
    overridden: tuple[str, ...]
    before: Mapping[str, Any] | None
    undone: bool = False


class StoredCourse(NamedTuple):
    """A record: the course as it stands, and all it came from.

    ``exported``: by audience and UID, the SEQUENCE that the last export had. ``asked`` are the
    options of `plan` as typed, dates resolved; ``protocol_data`` and ``clinic_data`` are the
    files' own words, which are read anew each time.
    """

    name: str
    timezone: str
    timezone_source: str
    asked: Mapping[str, Any]
    protocol: Protocol
    protocol_data: Mapping[str, Any]
    clinic: ClinicFile | None
    clinic_data: Mapping[str, Any] | None
    busy: tuple[Busy, ...]
    course: Course
    kept: tuple[Kept, ...]
    calendars: tuple[CalendarFile, ...]
    history: tuple[Happening, ...]
    exported: Mapping[str, Mapping[str, int]] = {}
    file: str = ""


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
                "sequence": one.sequence,
                "created": one.created.strftime(_STAMP),
                "modified": one.modified.strftime(_STAMP),
                "said": one.said,
            }
            for one in stored.kept
        ],
        "exported": {who: dict(entries) for who, entries in stored.exported.items()},
        "history": [
            {
                "at": one.at.strftime(_STAMP),
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


def state_of(course: Course) -> dict[str, Any]:
    """What changes of a course, as data."""
    return {
        "sessions": [_session_data(one) for one in course.sessions],
        "visits": [_visit_data(one) for one in course.visits],
        "unplaced": [_unplaced_data(one) for one in course.unplaced],
        "pauses": [
            {
                "before_session": one.before_session,
                "weeks": one.weeks,
                "reasons": _reasons_data(one.reasons),
            }
            for one in course.pauses
        ],
        "reviews": [one._asdict() for one in course.reviews],
        "left_out": list(course.left_out),
        "total": course.total,
    }


def course_of(state: Mapping[str, Any], protocol: Protocol, start: date, name: str) -> Course:
    """The course that `state_of` wrote, in the zone of that name."""
    place = zone.load(name).tzinfo
    return Course(
        protocol=protocol,
        start=start,
        sessions=tuple(_session(one, place) for one in state["sessions"]),
        pauses=tuple(
            Pause(int(one["before_session"]), int(one["weeks"]), _reasons(one["reasons"]))
            for one in state["pauses"]
        ),
        reviews=tuple(
            DatedReview(one["name"], int(one["after_session"]), _truth(one["passed"]))
            for one in state["reviews"]
        ),
        left_out=tuple(state["left_out"]),
        total=int(state["total"]),
        visits=tuple(_visit(one, place) for one in state["visits"]),
        unplaced=tuple(_unplaced(one) for one in state["unplaced"]),
    )


# To data and back


def _session_data(one: Session) -> dict[str, Any]:
    return {
        "number": one.number,
        "phase": one.phase,
        "place": one.place,
        "name": one.name,
        "target": one.target.isoformat(),
        "window_start": one.window_start.isoformat(),
        "window_end": one.window_end.isoformat(),
        "start": one.start.strftime(_WALL),
        "minutes": one.minutes,
        "moved_minutes": one.moved_minutes,
        "reasons": _reasons_data(one.reasons),
        "status": one.status,
        "by_hand": one.by_hand,
        "instead_of": one.instead_of,
        "stands_at": one.stands_at,
        "undone": one.undone,
        "pace": one.pace,
        "broken": list(one.broken),
    }


def _session(data: Mapping[str, Any], place: ZoneInfo) -> Session:
    start = _wall(data["start"], place)
    return Session(
        number=int(data["number"]),
        phase=data["phase"],
        place=int(data["place"]),
        target=date.fromisoformat(data["target"]),
        window_start=date.fromisoformat(data["window_start"]),
        window_end=date.fromisoformat(data["window_end"]),
        start=start,
        end=session_end(start, int(data["minutes"])),
        moved_minutes=int(data["moved_minutes"]),
        reasons=_reasons(data["reasons"]),
        status=data["status"],
        name=data["name"],
        by_hand=_truth(data["by_hand"]),
        instead_of=int(data["instead_of"]),
        stands_at=int(data["stands_at"]),
        undone=_truth(data["undone"]),
        pace=data["pace"],
        broken=tuple(data["broken"]),
    )


def _visit_data(one: LinkedVisit) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "session": one.session,
        "side": one.side,
        "which": one.which,
        "ideal": one.ideal.strftime(_WALL),
        "start": one.start.strftime(_WALL),
        "minutes": one.minutes,
        "by_video": one.by_video,
        "reasons": _reasons_data(one.reasons),
        "status": one.status,
    }


def _visit(data: Mapping[str, Any], place: ZoneInfo) -> LinkedVisit:
    start = _wall(data["start"], place)
    return LinkedVisit(
        data["kind"],
        data["name"],
        int(data["session"]),
        data["side"],
        data["which"],
        _wall(data["ideal"], place),
        start,
        session_end(start, int(data["minutes"])),
        _truth(data["by_video"]),
        _reasons(data["reasons"]),
        data["status"],
    )


def _unplaced_data(one: Unplaced) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "session": one.session,
        "side": one.side,
        "days": [day.isoformat() for day in one.days] if one.days else [],
        "reasons": _reasons_data(one.reasons),
        "number": one.number,
    }


def _unplaced(data: Mapping[str, Any]) -> Unplaced:
    days = [date.fromisoformat(day) for day in data["days"]]
    return Unplaced(
        data["kind"],
        data["name"],
        int(data["session"]),
        data["side"],
        (days[0], days[1]) if days else None,
        _reasons(data["reasons"]),
        int(data["number"]),
    )


def _busy_data(one: Busy) -> dict[str, Any]:
    return {
        "start": one.start.strftime(_STAMP),
        "end": one.end.strftime(_STAMP),
        "all_day": one.all_day,
    }


def _reasons_data(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [reason._asdict() for reason in reasons]


def _reasons(data: Any) -> tuple[Reason, ...]:
    return tuple(Reason(one["kind"], one["text"]) for one in data)


def _wall(text: str, place: ZoneInfo) -> datetime:
    return datetime.strptime(text, _WALL).replace(tzinfo=place)


def _truth(value: Any) -> bool:
    return value in (True, "yes")


# What a record may say


def _is_date(text: str) -> str:
    return _in_range(date.fromisoformat(text), text)


def _is_wall(text: str) -> str:
    return _in_range(datetime.strptime(text, _WALL), text)  # noqa: DTZ007 - a wall time


def _in_range(day: date, text: str) -> str:
    if not FIRST_YEAR - 1 <= day.year <= LAST_YEAR + 5:
        raise ValueError(text)
    return text


def _stamp(text: str) -> datetime:
    return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)


def _checked(read: Callable[[str], Any], wanted: str) -> Text:
    """A text that must be readable; what it is read to is made later, or here."""

    def parse(text: str) -> Any:
        try:
            return read(text)
        except ValueError:
            raise ValueError(f"`{text}` is not {wanted}") from None

    return Text(parse)


class _AnyText(NamedTuple):
    """A text that may be empty."""

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return reading.fault(node, "expected a text here")
        return node.value

    def schema(self) -> Schema:
        return {"type": "string"}


class _Items(NamedTuple):
    """A list that may be empty."""

    item: Reader

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return reading.fault(node, "expected a list here")
        items = [self.item.read(item, reading) for item in node.value]
        return MISSING if any(item is MISSING for item in items) else items

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema()}


class _Kept(NamedTuple):
    """Keeps a node as plain data beside what it is read to."""

    inner: Record

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        value = self.inner.read(node, reading)
        return MISSING if value is MISSING else (value, plain(node))

    def schema(self) -> Schema:
        return self.inner.schema()


class _Options(NamedTuple):
    """Options of `plan` as typed: each a text, or a list of texts."""

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if not isinstance(node, yaml.MappingNode):
            return reading.fault(node, "expected the options of plan here")
        return plain(node)

    def schema(self) -> Schema:
        return {"type": "object"}


_TEXT = _AnyText()
_DATE = _checked(_is_date, "a date such as 2027-01-05")
_WALL_TIME = _checked(_is_wall, "a wall time such as 2027-01-05 09:30")
_MOMENT = _checked(_stamp, "a moment such as 2027-01-05 15:30:00 UTC")
_NUMBER = whole(-_ANY, _ANY)
_STATUS = one_of(*_STATUSES)
_YES = yes_or_no()


def _record(**keys: Reader) -> Record:
    return Record(dict, {name: Key(reader, "") for name, reader in keys.items()})


_REASONS = _Items(_record(kind=_TEXT, text=_TEXT))
_SESSION = _record(
    number=_NUMBER, phase=_TEXT, place=_NUMBER, name=_TEXT, target=_DATE, window_start=_DATE,
    window_end=_DATE, start=_WALL_TIME, minutes=whole(1, 1440), moved_minutes=_NUMBER,
    reasons=_REASONS, status=_STATUS, by_hand=_YES, instead_of=_NUMBER,
    stands_at=_NUMBER, undone=_YES, pace=_TEXT, broken=_Items(_TEXT),
)  # fmt: skip
_VISIT = _record(
    kind=_TEXT, name=_TEXT, session=_NUMBER, side=one_of("before", "after"), which=_TEXT,
    ideal=_WALL_TIME,
    start=_WALL_TIME, minutes=whole(1, 1440), by_video=_YES, reasons=_REASONS, status=_STATUS,
)  # fmt: skip
_STATE: dict[str, Reader] = {
    "sessions": _Items(_SESSION),
    "visits": _Items(_VISIT),
    "unplaced": _Items(
        _record(kind=_TEXT, name=_TEXT, session=_NUMBER, side=_TEXT, days=_Items(_DATE),
                reasons=_REASONS, number=_NUMBER)
    ),
    "pauses": _Items(_record(before_session=_NUMBER, weeks=whole(1, 52), reasons=_REASONS)),
    "reviews": _Items(_record(name=_TEXT, after_session=_NUMBER, passed=_YES)),
    "left_out": _Items(_TEXT),
    "total": _NUMBER,
}  # fmt: skip
_HAPPENING = Record(
    dict,
    {
        "at": Key(_MOMENT, ""),
        "what": Key(_TEXT, ""),
        "reason": Key(_TEXT, ""),
        "overridden": Key(_Items(_TEXT), ""),
        "undone": Key(_YES, ""),
        "before": Key(_record(**_STATE, asked=_Options()), "", None),
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
        course=course_of(keys, protocol, date.fromisoformat(keys["start"]), keys["timezone"]),
        kept=tuple(Kept(**one) for one in keys["entries"]),
        calendars=tuple(CalendarFile(**one) for one in keys["calendars"]),
        history=tuple(
            Happening(
                one["at"], one["what"], one["reason"], tuple(one["overridden"]), one["before"],
                one["undone"],
            )
            for one in keys["history"]
        ),
        exported={
            who: {name: int(sequence) for name, sequence in entries.items()}
            for who, entries in keys["exported"].items()
        },
    )  # fmt: skip


def _check_state(state: Mapping[str, Any], protocol: Protocol) -> list[str]:
    """What cannot be of the sessions and linked visits of a course."""
    phases = {phase.name for phase in protocol.phases}
    numbers = [one["number"] for one in state["sessions"]]
    found = [] if numbers else ["a course has sessions, and here are none"]
    for one in state["sessions"]:
        name = f"session {one['number']}"
        if one["phase"] not in phases:
            found.append(f"{name} is of an unknown phase, `{one['phase']}`")
        if not one["window_start"] <= one["target"] <= one["window_end"]:
            found.append(f"the window of {name} does not hold its target")
        if numbers.count(one["number"]) > 1:
            found.append(f"{name} is there twice")
    places = [(one["phase"], one["place"]) for one in state["sessions"]]
    if len(set(places)) < len(places):
        found.append("two sessions have the same place in a phase")
    found += [
        f"the linked visit {one['name']} goes with session {one['session']}, which is not there"
        for one in state["visits"]
        if one["session"] not in numbers
    ]
    return list(dict.fromkeys(found))


def _check(stored: StoredCourse, reading: Reading) -> None:
    names = [one.uid for one in stored.kept]
    if len(set(names)) < len(names):
        reading.fault_in(stored, "entries", "two entries have the same uid")
    states = [state_of(stored.course), *(one.before for one in stored.history if one.before)]
    for state in states:
        for message in _check_state(state, stored.protocol):
            reading.fault_in(stored, "sessions", message)


def _zone_name(text: str) -> str:
    try:
        return zone.load(text).name
    except UsageProblem as problem:
        raise ValueError(problem.message, problem.hint) from None


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
        "name": Key(_TEXT, "whose course it is"),
        "timezone": Key(Text(_zone_name), "the zone its wall times are in"),
        "timezone_source": Key(
            one_of("flag", "clinic file", "this computer"), "who named the zone"
        ),
        "asked": Key(_Options(), "the options of plan"),
        "protocol_file": Key(_TEXT, "where the protocol was read"),
        "protocol": Key(_Kept(PROVEN_PROTOCOL), "the protocol as it was"),
        "clinic_file": Key(_TEXT, "where the clinic was read", None),
        "clinic": Key(_Kept(CLINIC), "the clinic as it was", None),
        "busy": Key(
            _Items(_record(start=_MOMENT, end=_MOMENT, all_day=_YES)), "times that are taken"
        ),
        "start": Key(_DATE, "the day the course counts from"),
        **{name: Key(reader, "the course as it stands") for name, reader in _STATE.items()},
        "calendars": Key(
            _Items(_record(path=_TEXT, staff=_YES, digest=_TEXT, before=_TEXT)),
            "files written after each change",
        ),
        "entries": Key(
            _Items(
                _record(
                    uid=_TEXT,
                    sequence=whole(0, _ANY),
                    created=_MOMENT,
                    modified=_MOMENT,
                    said=_TEXT,
                )
            ),
            "what calendars were told of each entry",
        ),
        "exported": Key(_Options(), "what was last exported, by audience"),
        "history": Key(_Items(_HAPPENING), "what happened, in order"),
    },
    _check,
)
