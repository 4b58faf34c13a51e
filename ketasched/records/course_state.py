"""What changes of a course, as data and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ketasched.domain.candidate import session_end
from ketasched.domain.course import Course, DatedReview, LinkedVisit, Session, Unplaced
from ketasched.domain.gate import PassedGate
from ketasched.domain.pause import Pause
from ketasched.domain.protocol import Protocol
from ketasched.reading.json_shape import TEXT, YES, Shape, items, keys_of, maybe, one_of, whole
from ketasched.records.plain_values import (
    DATE,
    NUMBER,
    WALL,
    WALL_TIME,
    date_of,
    wall_time_of,
)
from ketasched.records.reasons import REASONS, reasons_data, reasons_of

STATUSES = ("planned", "tentative", "attended", "missed", "cancelled")


def state_of(course: Course) -> dict[str, Any]:
    """What changes of a course, as data."""
    return {
        "sessions": [_session_data(session) for session in course.sessions],
        "visits": [_visit_data(visit) for visit in course.visits],
        "unplaced": [_unplaced_data(unplaced) for unplaced in course.unplaced],
        "pauses": [
            {
                "before_session": pause.before_session,
                "weeks": pause.weeks,
                "reasons": reasons_data(pause.reasons),
            }
            for pause in course.pauses
        ],
        "reviews": [review._asdict() for review in course.reviews],
        "gates": [{"what": gate.what, "on": gate.on.isoformat()} for gate in course.gates],
        "left_out": list(course.left_out),
        "total": course.total,
        "visits_off": [{"name": name, "session": session} for name, session in course.visits_off],
        **({"duties_off": list(course.duties_off)} if course.duties_off else {}),
    }


def course_of(state: Mapping[str, Any], protocol: Protocol, start: date, place: ZoneInfo) -> Course:
    """The course that `state_of` wrote, in a zone; the data has the shape of `STATE`."""
    return Course(
        protocol=protocol,
        start=start,
        sessions=tuple(_session(session, place) for session in state["sessions"]),
        pauses=tuple(
            Pause(pause["before_session"], pause["weeks"], reasons_of(pause["reasons"]))
            for pause in state["pauses"]
        ),
        reviews=tuple(
            DatedReview(review["name"], review["after_session"], review["passed"])
            for review in state["reviews"]
        ),
        left_out=tuple(state["left_out"]),
        total=state["total"],
        visits=tuple(_visit(visit, place) for visit in state["visits"]),
        unplaced=tuple(_unplaced(unplaced) for unplaced in state["unplaced"]),
        visits_off=tuple((off["name"], off["session"]) for off in state.get("visits_off", ())),
        duties_off=tuple(state.get("duties_off", ())),
        gates=tuple(
            PassedGate(gate["what"], date_of(gate["on"])) for gate in state.get("gates", ())
        ),
    )


def check_state(state: Mapping[str, Any], protocol: Protocol) -> list[str]:
    """What cannot be of the sessions and linked visits of a course."""
    phases = {phase.name for phase in protocol.known_phases}
    paces = {phase: phases | _cadences(protocol, phase) for phase in phases}
    numbers = Counter(session["number"] for session in state["sessions"])
    faults = [] if numbers else ["a course has sessions, and here are none"]
    for session in state["sessions"]:
        name = f"session {session['number']}"
        if session["phase"] not in phases:
            faults.append(f"{name} is of an unknown phase, `{session['phase']}`")
        if not session["window_start"] <= session["target"] <= session["window_end"]:
            faults.append(f"the window of {name} does not hold its target")
        if numbers[session["number"]] > 1:
            faults.append(f"{name} is there twice")
        if session["pace"] and session["pace"] not in paces.get(session["phase"], phases):
            faults.append(f"{name} keeps an unknown pace, `{session['pace']}`")
    places = {(session["phase"], session["place"]) for session in state["sessions"]}
    if len(places) < len(state["sessions"]):
        faults.append("two sessions have the same place in a phase")
    faults += [
        f"the linked visit {visit['name']} goes with session {visit['session']}, which is not there"
        for visit in state["visits"]
        if visit["session"] not in numbers
    ]
    if not numbers or min(numbers) < 1 or state["total"] < 0:
        faults.append("sessions are numbered from 1")
    faults += [
        f"`left_out` has an unknown phase, `{name}`"
        for name in state["left_out"]
        if name not in phases
    ]
    faults += [
        f"{unplaced['name']} has one of two days"
        for unplaced in state["unplaced"]
        if len(unplaced["days"]) == 1
    ]
    return list(dict.fromkeys(faults))


# To data and back


def _cadences(protocol: Protocol, phase: str) -> set[str]:
    """What cadences a phase offers."""
    named = next(other for other in protocol.known_phases if other.name == phase)
    ways = (named.cadence, *(other.cadence for other in named.alternatives))
    return {str(cadence) for cadence in ways}


def _session_data(session: Session) -> dict[str, Any]:
    return {
        "number": session.number,
        "phase": session.phase,
        "place": session.place,
        "name": session.name,
        "target": session.target.isoformat(),
        "window_start": session.window_start.isoformat(),
        "window_end": session.window_end.isoformat(),
        "start": session.start.strftime(WALL),
        "minutes": session.minutes,
        "moved_minutes": session.moved_minutes,
        "reasons": reasons_data(session.reasons),
        "status": session.status,
        "by_hand": session.by_hand,
        "instead_of": session.instead_of,
        "stands_at": session.stands_at,
        "undone": session.undone,
        "pace": session.pace,
        "broken": list(session.broken),
    } | ({"counted_from": session.counted_from.isoformat()} if session.counted_from else {})


def _session(data: Mapping[str, Any], place: ZoneInfo) -> Session:
    start = _wall(data["start"], place)
    return Session(
        number=data["number"],
        phase=data["phase"],
        place=data["place"],
        target=date_of(data["target"]),
        window_start=date_of(data["window_start"]),
        window_end=date_of(data["window_end"]),
        start=start,
        end=session_end(start, data["minutes"]),
        moved_minutes=data["moved_minutes"],
        reasons=reasons_of(data["reasons"]),
        status=data["status"],
        name=data["name"],
        by_hand=data["by_hand"],
        instead_of=data["instead_of"],
        stands_at=data["stands_at"],
        undone=data["undone"],
        pace=data["pace"],
        broken=tuple(data["broken"]),
        counted_from=date_of(data["counted_from"]) if data.get("counted_from") else None,
    )


def _visit_data(visit: LinkedVisit) -> dict[str, Any]:
    return {
        "kind": visit.kind,
        "name": visit.name,
        "session": visit.session,
        "side": visit.side,
        "which": visit.which,
        "ideal": visit.ideal.strftime(WALL),
        "start": visit.start.strftime(WALL),
        "minutes": visit.minutes,
        "by_video": visit.by_video,
        "reasons": reasons_data(visit.reasons),
        "status": visit.status,
        "by_hand": visit.by_hand,
        "broken": list(visit.broken),
    }


def _visit(data: Mapping[str, Any], place: ZoneInfo) -> LinkedVisit:
    start = _wall(data["start"], place)
    return LinkedVisit(
        data["kind"],
        data["name"],
        data["session"],
        data["side"],
        data["which"],
        _wall(data["ideal"], place),
        start,
        session_end(start, data["minutes"]),
        data["by_video"],
        reasons_of(data["reasons"]),
        data["status"],
        data.get("by_hand", False),
        tuple(data.get("broken", ())),
    )


def _unplaced_data(unplaced: Unplaced) -> dict[str, Any]:
    return {
        "kind": unplaced.kind,
        "name": unplaced.name,
        "session": unplaced.session,
        "side": unplaced.side,
        "days": [day.isoformat() for day in unplaced.days] if unplaced.days else [],
        "reasons": reasons_data(unplaced.reasons),
        "number": unplaced.number,
    }


def _unplaced(data: Mapping[str, Any]) -> Unplaced:
    days = [date_of(day) for day in data["days"]]
    return Unplaced(
        data["kind"],
        data["name"],
        data["session"],
        data["side"],
        (days[0], days[1]) if days else None,
        reasons_of(data["reasons"]),
        data["number"],
    )


def _wall(text: str, place: ZoneInfo) -> datetime:
    return wall_time_of(text).replace(tzinfo=place)


# What it may say

_STATUS = one_of(STATUSES)
ITEMS: dict[str, dict[str, Shape]] = {
    "sessions": {
        "number": NUMBER, "phase": TEXT, "place": NUMBER, "name": TEXT, "target": DATE,
        "window_start": DATE, "window_end": DATE, "start": WALL_TIME, "minutes": whole(1, 1440),
        "moved_minutes": NUMBER, "reasons": REASONS, "status": _STATUS, "by_hand": YES,
        "instead_of": NUMBER, "stands_at": NUMBER, "undone": YES, "pace": TEXT,
        "broken": items(TEXT),
    },
    "visits": {
        "kind": TEXT, "name": TEXT, "session": NUMBER, "side": one_of(("before", "after")),
        "which": TEXT, "ideal": WALL_TIME, "start": WALL_TIME, "minutes": whole(1, 1440),
        "by_video": YES, "reasons": REASONS, "status": _STATUS,
    },
    "unplaced": {
        "kind": TEXT, "name": TEXT, "session": NUMBER, "side": TEXT, "days": items(DATE),
        "reasons": REASONS, "number": NUMBER,
    },
    "pauses": {"before_session": NUMBER, "weeks": whole(1, 52), "reasons": REASONS},
    "reviews": {"name": TEXT, "after_session": NUMBER, "passed": YES},
}  # fmt: skip
"""What an item of each list of a course says."""
NEW: dict[str, dict[str, Shape]] = {
    "sessions": {"counted_from": maybe(DATE)},
    "visits": {"by_hand": YES, "broken": items(TEXT)},
}
"""What an item says too, unless an earlier version wrote it or there is nothing to say."""
LEFT_OUT, TOTAL = items(TEXT), NUMBER
STATE: dict[str, Shape] = {
    **{name: items(keys_of(shapes, NEW.get(name))) for name, shapes in ITEMS.items()},
    "left_out": LEFT_OUT,
    "total": TOTAL,
}
"""What a record says of a course that may change."""
LATER_STATE: dict[str, Shape] = {
    "visits_off": items(keys_of({"name": TEXT, "session": NUMBER})),
    "duties_off": items(TEXT),
    "gates": items(keys_of({"what": TEXT, "on": DATE})),
}
"""What it says of it too, unless an earlier version wrote it."""
