"""What changes of a course, as data and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from ketasched.domain.candidate import Reason, ReasonKind, session_end
from ketasched.domain.course import Course, DatedReview, LinkedVisit, Pause, Session, Unplaced
from ketasched.domain.protocol import Protocol
from ketasched.reading.fields import Key, Reader, Record, one_of, whole
from ketasched.records.plain_values import DATE, NUMBER, TEXT, WALL, WALL_TIME, YES, Items, keys_of

RECORD_SCHEMA = "ketasched-record/1"
STATUSES = ("planned", "tentative", "attended", "missed", "cancelled")


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


def course_of(state: Mapping[str, Any], protocol: Protocol, start: date, place: ZoneInfo) -> Course:
    """The course that `state_of` wrote, in a zone.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it did not write that.
    """
    return Course(
        protocol=protocol,
        start=start,
        sessions=tuple(_session(one, place) for one in state["sessions"]),
        pauses=tuple(
            Pause(int(one["before_session"]), int(one["weeks"]), _reasons(one["reasons"]))
            for one in state["pauses"]
        ),
        reviews=tuple(
            DatedReview(one["name"], int(one["after_session"]), truth(one["passed"]))
            for one in state["reviews"]
        ),
        left_out=tuple(state["left_out"]),
        total=int(state["total"]),
        visits=tuple(_visit(one, place) for one in state["visits"]),
        unplaced=tuple(_unplaced(one) for one in state["unplaced"]),
    )


def check_state(state: Mapping[str, Any], protocol: Protocol) -> list[str]:
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
        if one["pace"] and one["pace"] not in phases | _cadences(protocol, one["phase"]):
            found.append(f"{name} keeps an unknown pace, `{one['pace']}`")
    places = [(one["phase"], one["place"]) for one in state["sessions"]]
    if len(set(places)) < len(places):
        found.append("two sessions have the same place in a phase")
    found += [
        f"the linked visit {one['name']} goes with session {one['session']}, which is not there"
        for one in state["visits"]
        if one["session"] not in numbers
    ]
    if not numbers or min(numbers) < 1 or state["total"] < 0:
        found.append("sessions are numbered from 1")
    found += [
        f"`left_out` has an unknown phase, `{name}`"
        for name in state["left_out"]
        if name not in phases
    ]
    found += [
        f"{one['name']} has one of two days" for one in state["unplaced"] if len(one["days"]) == 1
    ]
    return list(dict.fromkeys(found))


# To data and back


def _cadences(protocol: Protocol, phase: str) -> set[str]:
    """What cadences a phase offers."""
    found = [one for one in protocol.phases if one.name == phase]
    others = [str(other.cadence) for one in found for other in one.alternatives]
    return {*(str(one.cadence) for one in found), *others}


def _session_data(one: Session) -> dict[str, Any]:
    return {
        "number": one.number,
        "phase": one.phase,
        "place": one.place,
        "name": one.name,
        "target": one.target.isoformat(),
        "window_start": one.window_start.isoformat(),
        "window_end": one.window_end.isoformat(),
        "start": one.start.strftime(WALL),
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
        by_hand=truth(data["by_hand"]),
        instead_of=int(data["instead_of"]),
        stands_at=int(data["stands_at"]),
        undone=truth(data["undone"]),
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
        "ideal": one.ideal.strftime(WALL),
        "start": one.start.strftime(WALL),
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
        truth(data["by_video"]),
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


def _reasons_data(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    return [
        {"kind": reason.kind, "text": reason.full}
        | ({"detail": reason.detail} if reason.detail else {})
        for reason in reasons
    ]


def _reasons(data: Any) -> tuple[Reason, ...]:
    return tuple(_reason(reason["kind"], reason["text"], reason.get("detail")) for reason in data)


def _as_written(**keys: str | None) -> dict[str, str]:
    return {key: value for key, value in keys.items() if value is not None}


def _reason(kind: ReasonKind, full: str, detail: str | None) -> Reason:
    """A reason from its whole sentence; older records do not say apart what the detail of it is."""
    if detail is None and kind == "closed" and full.endswith(")"):
        text, _, detail = full.removesuffix(")").partition(" (")
        return Reason(kind, text, detail)
    return Reason(kind, full.removesuffix(f" ({detail})"), detail) if detail else Reason(kind, full)


def _wall(text: str, place: ZoneInfo) -> datetime:
    if len(text) != len("2027-01-05 09:30"):
        raise ValueError(text)
    return datetime.fromisoformat(text).replace(tzinfo=place)


def truth(value: Any) -> bool:
    """Yes or no, as JSON has it or as the reader leaves it."""
    return value in (True, "yes")


# What it may say

_STATUS = one_of(*STATUSES)
REASONS = Items(
    Record(_as_written, {"kind": Key(one_of(*get_args(ReasonKind)), ""), "text": Key(TEXT, ""),
                  "detail": Key(TEXT, "", None)})
)  # fmt: skip
_SESSION = keys_of(
    number=NUMBER, phase=TEXT, place=NUMBER, name=TEXT, target=DATE, window_start=DATE,
    window_end=DATE, start=WALL_TIME, minutes=whole(1, 1440), moved_minutes=NUMBER,
    reasons=REASONS, status=_STATUS, by_hand=YES, instead_of=NUMBER,
    stands_at=NUMBER, undone=YES, pace=TEXT, broken=Items(TEXT),
)  # fmt: skip
_VISIT = keys_of(
    kind=TEXT, name=TEXT, session=NUMBER, side=one_of("before", "after"), which=TEXT,
    ideal=WALL_TIME,
    start=WALL_TIME, minutes=whole(1, 1440), by_video=YES, reasons=REASONS, status=_STATUS,
)  # fmt: skip
STATE: dict[str, Reader] = {
    "sessions": Items(_SESSION),
    "visits": Items(_VISIT),
    "unplaced": Items(
        keys_of(kind=TEXT, name=TEXT, session=NUMBER, side=TEXT, days=Items(DATE),
                reasons=REASONS, number=NUMBER)
    ),
    "pauses": Items(keys_of(before_session=NUMBER, weeks=whole(1, 52), reasons=REASONS)),
    "reviews": Items(keys_of(name=TEXT, after_session=NUMBER, passed=YES)),
    "left_out": Items(TEXT),
    "total": NUMBER,
}  # fmt: skip
