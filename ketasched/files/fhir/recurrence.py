"""The recurrence of a phase: R4's Timing, and R5's recurrenceTemplate in its extension for R4."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ketasched.domain.cadence import (
    Cadence,
    Cycles,
    EveryMonths,
    EveryWeeks,
    PerWeek,
    WorkingDays,
)
from ketasched.domain.course import Session, is_gone
from ketasched.domain.protocol import Phase
from ketasched.files.fhir.parts import (
    UCUM,
    Resource,
    Unit,
    coded,
    filled,
    from_r5,
    nested,
    reference,
    value,
)
from ketasched.files.fhir.shown_course import ShownCourse

_ZONES = "https://www.iana.org/timezones"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def pace(phase: Phase) -> Resource:
    """How often, as Timing.repeat has it; nothing where the days are listed."""
    cadence, a_day = phase.cadence, phase.a_day
    if isinstance(cadence, PerWeek):
        often = _often(cadence.sessions, cadence.every, "wk")
    elif isinstance(cadence, EveryWeeks):
        often = _often(1, cadence.weeks, "wk")
    elif isinstance(cadence, EveryMonths):
        often = _often(1, cadence.months, "mo")
    elif isinstance(cadence, Cycles):
        often = _often(len(cadence.days), cadence.length, "d")
    elif isinstance(cadence, WorkingDays):
        often = _often(1, 1, "d")
    else:
        return {}
    return often | {"frequency": often["frequency"] * a_day}


def _often(frequency: int, period: int, unit: Unit) -> Resource:
    return {"frequency": frequency, "period": period, "periodUnit": unit}


def timing(phase: Phase, sessions: Sequence[Session], minutes: int) -> Resource:
    """When the sessions of a phase are due. Their days are told one by one where no pace says
    them.
    """
    targets = sorted(session.target for session in sessions)
    lasts = {"duration": minutes, "durationUnit": "min"} if minutes else {}
    repeat = {
        "boundsPeriod": {"start": targets[0].isoformat(), "end": targets[-1].isoformat()},
        "count": len(sessions),
        **lasts,
        **pace(phase),
        "dayOfWeek": [_DAYS[day][:3] for day in _weekdays(phase.cadence, targets)],
    }
    listed = isinstance(phase.cadence, Cycles) or not pace(phase)
    return filled(
        {
            "event": [target.isoformat() for target in targets] if listed else [],
            "repeat": filled(repeat),
        }
    )


def _weekdays(cadence: Cadence, targets: Sequence[date]) -> list[int]:
    """The weekdays of a pattern, if all due days follow one."""
    days = sorted({target.weekday() for target in targets})
    if isinstance(cadence, PerWeek):
        return days if len(days) == cadence.sessions else []
    if isinstance(cadence, EveryWeeks):
        return days if len(days) == 1 else []
    return days if isinstance(cadence, WorkingDays) else []


def recurrences(shown: ShownCourse, phase: Phase) -> dict[int, list[Resource]]:
    """By number, what R5 says of a session in a weekly pattern: the first one has the pattern, and
    the others name that one. Make-ups and sessions of another pace are in none.
    """
    pattern = [
        session
        for session in shown.sessions(phase.name)
        if not (session.instead_of or session.pace or session.undone)
    ]
    days = _weekdays(phase.cadence, [session.target for session in pattern])
    if not days or len(pattern) < 2 or phase.per_day:
        return {}
    first = pattern[0]
    said = {session.number: list(_occurrence(session)) for session in pattern}
    template = _template(shown.zone, phase.cadence, days, pattern)
    said[first.number].insert(0, nested(from_r5("recurrenceTemplate"), template))
    origin = reference(shown.session_uids[first.number])
    for session in pattern[1:]:
        said[session.number].append(value(from_r5("originatingAppointment"), "Reference", origin))
    return said


def _template(
    zone: str, cadence: Cadence, days: Sequence[int], pattern: Sequence[Session]
) -> list[Resource]:
    weeks = {PerWeek: "every", EveryWeeks: "weeks"}.get(type(cadence), "")
    weekly = [value(_DAYS[day], "Boolean", content=True) for day in days]
    weekly.append(value("weekInterval", "PositiveInt", getattr(cadence, weeks, 1)))
    return [
        value("timezone", "CodeableConcept", coded(_ZONES, zone)),
        value("recurrenceType", "CodeableConcept", coded(UCUM, "wk")),
        value("lastOccurrenceDate", "Date", max(session.target for session in pattern)),
        value("occurrenceCount", "PositiveInt", len(pattern)),
        nested("weeklyTemplate", weekly),
        *(
            value("excludingRecurrenceId", "PositiveInt", session.place)
            for session in pattern
            if is_gone(session)
        ),
    ]


def _occurrence(session: Session) -> list[Resource]:
    said = [value(from_r5("recurrenceId"), "PositiveInt", session.place)]
    if session.moved_days or session.moved_minutes:
        said.append(value(from_r5("occurrenceChanged"), "Boolean", content=True))
    return said
