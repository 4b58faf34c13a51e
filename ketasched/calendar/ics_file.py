"""Course to .ics: the one shape that every calendar program reads alike.

This is the only module that imports `ics`. The library builds the entries; one finishing pass
orders the properties, folds by octets and ends every line with CRLF. The VTIMEZONE is ours, made
from the newest zone rules, in the form that all programs take: one or two observances from 1970
with a yearly rule. Where that form would be wrong for any session, times are written in UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import ics
import ics.timezone
from ics.contentline import Container, ContentLine

from ketasched.calendar.content_line import escape, folded
from ketasched.calendar.entry_text import (
    BUSY,
    Entry,
    View,
    calendar_name,
    description,
    duty_title,
    summary,
)
from ketasched.calendar.uid import duty_uid, uid
from ketasched.domain.course import TENTATIVE, Course, LinkedVisit, is_gone
from ketasched.running.duties import DueDuty, due_duties
from ketasched.zone import Observance, YearlyRule, Zone

PRODID = "-//Appointments//Calendar file 1//EN"
_POSIX_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_NAMES = (
    "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY",
    "LOCATION", "DESCRIPTION", "STATUS", "TRANSP", "CLASS", "CATEGORIES",
)  # fmt: skip
_ORDER = {name: place for place, name in enumerate(_NAMES)}
NAMELESS = ("UTC", "-00")
"""Zones that are UTC, or none at all (Factory): their times are written in UTC."""


class Told(NamedTuple):
    """What calendars know of an entry: how often it changed, since when, and when it last did."""

    sequence: int
    created: datetime
    modified: datetime


def write(
    course: Course,
    zone: Zone,
    view: View,
    stamp: datetime,
    told: Mapping[str, Told] | None = None,
    only: Collection[str] | None = None,
) -> bytes:
    """The calendar file of a whole course; the same arguments give the same bytes.

    Args:
        course: its sessions.
        zone: the zone its sessions are in.
        view: for whom it is written.
        stamp: the instant it is written, for DTSTAMP, CREATED and LAST-MODIFIED.
        told: by UID, what earlier files said; none for a course that is written once.
        only: the UIDs to write; all of them if not given.
    """
    rule = _rule_that_holds(course, zone)
    written_zone = _WrittenZone(zone, rule) if rule else None
    calendar = ics.Calendar(creator=PRODID)
    calendar.extra.append(ContentLine("CALSCALE", value="GREGORIAN"))
    entries = [(uid(view.course_name, course, one), one) for one in course.entries()]
    duties = [(duty_uid(view.course_name, course, one), one) for one in due_duties(course)]
    entries = [(name, one) for name, one in entries if only is None or name in only]
    duties = [(name, one) for name, one in duties if view.staff and (only is None or name in only)]
    if len(entries) + len(duties) > 1:
        title = ContentLine("X-WR-CALNAME", value=escape(calendar_name(course, view)))
        calendar.extra.append(title)
    fresh = Told(0, stamp, stamp)
    # Times in the library's own UTC, else it converts each of them three times for each entry.
    once = _library_times(fresh)
    alarms = _alarms(course, view)
    category = escape(_category(course, view))
    for name, one in entries:
        known = once if told is None else _library_times(told.get(name, fresh))
        entry = _entry(course, one, view, written_zone, known)
        entry.uid = name
        gone = is_gone(one)
        entry.extra.data += _own_lines(known.sequence, category, free=gone)
        entry.extra.data += [] if gone else alarms
        calendar.events.append(entry)
    for name, duty in duties:
        known = once if told is None else _library_times(told.get(name, fresh))
        calendar.events.append(_duty_entry(duty, view, name, known, category))
    lines: list[bytes] = []
    _finish(calendar.to_container(), lines)
    return b"".join(lines)


def _library_times(told: Told) -> Told:
    utc = ics.timezone.UTC
    return Told(told.sequence, told.created.astimezone(utc), told.modified.astimezone(utc))


def _entry(
    course: Course, entry: Entry, view: View, zone: _WrittenZone | None, told: Told
) -> ics.Event:
    by_video = isinstance(entry, LinkedVisit) and entry.by_video
    status = {TENTATIVE: "TENTATIVE"}.get(entry.status, "CONFIRMED")
    return ics.Event(
        dtstamp=told.modified,
        created=told.created,
        last_modified=told.modified,
        begin=entry.start.replace(tzinfo=zone) if zone else entry.start.astimezone(UTC),
        end=entry.end.replace(tzinfo=zone) if zone else entry.end.astimezone(UTC),
        summary=summary(course, entry, view),
        location=None if by_video else view.location or None,
        description=description(course, entry, view) or None,
        status="CANCELLED" if is_gone(entry) else status,
    )


def _duty_entry(duty: DueDuty, view: View, name: str, told: Told, category: str) -> ics.Event:
    """A duty as an entry of a whole day, on which it is due; it takes no time."""
    entry = ics.Event(
        uid=name,
        dtstamp=told.modified,
        created=told.created,
        last_modified=told.modified,
        begin=datetime.combine(duty.due, datetime.min.time()),
        end=datetime.combine(duty.due + timedelta(days=1), datetime.min.time()),
        summary=duty_title(duty, view),
        status="CANCELLED" if is_gone(duty) else "CONFIRMED",
    )
    entry.make_all_day()
    entry.extra.data += _own_lines(told.sequence, category, free=True)
    return entry


def _own_lines(sequence: int, category: str, *, free: bool) -> list[ContentLine]:
    """The library misnames CLASS and TRANSP, and knows no SEQUENCE."""
    lines = (
        ("SEQUENCE", str(sequence)),
        ("TRANSP", "TRANSPARENT" if free else "OPAQUE"),
        ("CLASS", "PRIVATE"),
        ("CATEGORIES", category),
    )
    return [ContentLine(name, value=value) for name, value in lines]


def _alarms(course: Course, view: View) -> list[Container]:
    text = calendar_name(course, view) if view.staff else view.title or "Appointment"
    return [
        ics.DisplayAlarm(trigger=-reminder, description=text).to_container()
        for reminder in view.reminders
    ]


def _category(course: Course, view: View) -> str:
    if view.free_busy:
        return BUSY
    if not view.staff:
        return "Appointment"
    # A comma inside one category loses the whole file in some programs.
    return " ".join(course.protocol.label.replace(",", " ").split())


# The time zone


def _rule_that_holds(course: Course, zone: Zone) -> YearlyRule | None:
    """The zone's yearly rule, if it gives every session its true instants.

    An end in the hour that clocks repeat is not left to it: programs differ in which one they mean.
    """
    rule = zone.yearly
    if rule is None or rule.standard.name in NAMELESS:
        return None
    moments = [moment for entry in course.entries() for moment in (entry.start, entry.end)]
    true = all(rule.offset_at(one) == one.utcoffset() for one in moments)
    repeated = any(one.utcoffset() != one.replace(fold=1 - one.fold).utcoffset() for one in moments)
    return rule if true and not repeated else None


class _WrittenZone(ics.Timezone):  # type: ignore[misc]
    """A zone under its bare IANA name that writes our VTIMEZONE and asks `zoneinfo` for offsets.

    The library's own zones carry old rules and invented names, and look offsets up slowly.
    """

    zone: Zone
    rule: YearlyRule

    def __init__(self, zone: Zone, rule: YearlyRule) -> None:
        super().__init__(tzid=zone.name)
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "zone", zone)

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return self.zone.tzinfo.utcoffset(moment)

    def dst(self, moment: datetime | None) -> timedelta | None:
        return self.zone.tzinfo.dst(moment)

    def tzname(self, moment: datetime | None) -> str | None:
        return self.zone.tzinfo.tzname(moment)

    def __hash__(self) -> int:
        return hash(self.tzid)

    def to_container(self, context: object = None) -> Container:
        del context
        container = Container("VTIMEZONE", [ContentLine("TZID", value=self.zone.name)])
        if self.rule.daylight:
            container.append(_observance("DAYLIGHT", self.rule.daylight, self.rule.standard.offset))
            container.append(_observance("STANDARD", self.rule.standard, self.rule.daylight.offset))
        else:
            container.append(_observance("STANDARD", self.rule.standard, self.rule.standard.offset))
        return container


def _observance(name: str, observance: Observance, before: timedelta) -> Container:
    onset = observance.onset
    begins = onset.in_year(1970) if onset else datetime(1970, 1, 1)
    lines = [
        ("DTSTART", f"{begins:%Y%m%dT%H%M%S}"),
        ("TZOFFSETFROM", _offset_text(before)),
        ("TZOFFSETTO", _offset_text(observance.offset)),
        ("TZNAME", observance.name),
    ]
    if onset:
        week = -1 if onset.week == 5 else onset.week
        day = f"{week}{_POSIX_WEEKDAYS[onset.weekday]}"
        lines.append(("RRULE", f"FREQ=YEARLY;BYMONTH={onset.month};BYDAY={day}"))
    return Container(name, [ContentLine(key, value=value) for key, value in lines])


def _offset_text(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


# The finishing pass


def _finish(container: Container, lines: list[bytes]) -> None:
    """Every line of a component, sub-components last, folded, with CRLF."""
    lines.append(f"BEGIN:{container.name}\r\n".encode())
    own = [item for item in container.data if isinstance(item, ContentLine)]
    if container.name == "VEVENT":
        own.sort(key=lambda line: _ORDER[line.name])
    lines += map(_folded, own)
    for item in container.data:
        if isinstance(item, Container):
            _finish(item, lines)
    lines.append(f"END:{container.name}\r\n".encode())


def _folded(line: ContentLine) -> bytes:
    parameters = "".join(f";{name}={','.join(values)}" for name, values in line.params.items())
    return folded(f"{line.name}{parameters}:{line.value}")
