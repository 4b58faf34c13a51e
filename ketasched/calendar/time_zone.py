"""A time zone as calendar files have it (VTIMEZONE), in the one form that all programs take: one or
two observances from 1970 with a yearly rule.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ketasched.calendar.content_line import folded
from ketasched.domain.course import Course
from ketasched.zone import Observance, YearlyRule, Zone

NAMELESS = ("UTC", "-00")
"""Zones that are UTC, or none at all (Factory): their times are written in UTC."""
_POSIX_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")


def rule_that_holds(course: Course, zone: Zone) -> YearlyRule | None:
    """The zone's yearly rule, if it gives every session its true instants; else times are to be
    written in UTC.

    An end in the hour that clocks repeat is not left to it: programs differ in which one they mean.
    """
    rule = zone.yearly
    if rule is None or rule.standard.name in NAMELESS:
        return None
    moments = [moment for entry in course.entries() for moment in (entry.start, entry.end)]
    true = all(rule.offset_at(moment) == moment.utcoffset() for moment in moments)
    return rule if true and not any(map(_is_repeated, moments)) else None


def _is_repeated(moment: datetime) -> bool:
    return moment.utcoffset() != moment.replace(fold=1 - moment.fold).utcoffset()


def vtimezone(name: str, rule: YearlyRule) -> bytes:
    """The VTIMEZONE of a zone under its bare IANA name."""
    standard, daylight = rule.standard, rule.daylight
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    if daylight:
        lines += _observance("DAYLIGHT", daylight, standard.offset)
    lines += _observance("STANDARD", standard, daylight.offset if daylight else standard.offset)
    return b"".join(map(folded, (*lines, "END:VTIMEZONE")))


def _observance(name: str, observance: Observance, before: timedelta) -> list[str]:
    onset = observance.onset
    begins = onset.in_year(1970) if onset else datetime(1970, 1, 1)
    lines = [
        f"BEGIN:{name}",
        f"DTSTART:{begins:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset_text(before)}",
        f"TZOFFSETTO:{_offset_text(observance.offset)}",
        f"TZNAME:{observance.name}",
    ]
    if onset:
        week = -1 if onset.week == 5 else onset.week
        day = f"{week}{_POSIX_WEEKDAYS[onset.weekday]}"
        lines.append(f"RRULE:FREQ=YEARLY;BYMONTH={onset.month};BYDAY={day}")
    return [*lines, f"END:{name}"]


def _offset_text(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
