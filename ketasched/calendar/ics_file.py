"""Course to .ics: the one shape that every calendar program reads alike.

This is the only module that imports `ics`. The library builds the entries; one finishing pass
orders the properties, folds by octets and ends every line with CRLF. Head and VTIMEZONE are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import ics
import ics.timezone
from ics.contentline import Container, ContentLine

from ketasched.calendar.content_line import escape, folded
from ketasched.calendar.entry_text import (
    Entry,
    View,
    calendar_name,
    category,
    description,
    duty_title,
    location,
    reminder_text,
    summary,
)
from ketasched.calendar.time_zone import rule_that_holds, vtimezone
from ketasched.calendar.uid import duty_uid, uid
from ketasched.calendar.written_calendar import Revision, WrittenCalendar
from ketasched.domain.course import TENTATIVE, Course, LinkedVisit, Session, is_gone
from ketasched.domain.day_place import first_and_last
from ketasched.running.duties import DueDuty, due_duties
from ketasched.zone import Zone

_NAMES = (
    "UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY",
    "LOCATION", "DESCRIPTION", "STATUS", "TRANSP", "CLASS", "CATEGORIES",
)  # fmt: skip
_ORDER = {name: place for place, name in enumerate(_NAMES)}


def write(
    course: Course,
    zone: Zone,
    view: View,
    stamp: datetime,
    revisions: Mapping[str, Revision] | None = None,
) -> WrittenCalendar:
    """The calendar of a whole course; the same arguments give the same bytes.

    Args:
        course: its sessions.
        zone: the zone its sessions are in.
        view: for whom it is written.
        stamp: the instant it is written, for DTSTAMP, CREATED and LAST-MODIFIED.
        revisions: by UID, what readers have seen of an entry before; none for a course that is
            written once.
    """
    rule = rule_that_holds(course, zone)
    writer = _Writer(course, view, _NamedZone(zone) if rule else None)
    known = {name: _library_times(revision) for name, revision in (revisions or {}).items()}
    # Times in the library's own UTC, else it converts each of them three times for each entry.
    fresh = _library_times(Revision(0, stamp, stamp))
    entries: dict[str, bytes] = {}
    for entry in course.entries():
        name = uid(view, course, entry)
        entries[name] = writer.entry(name, entry, known.get(name, fresh))
    for duty in due_duties(course) if view.audience == "staff" else ():
        name = duty_uid(view, course, duty.session, duty.name)
        entries[name] = writer.duty(name, duty, known.get(name, fresh))
    described = vtimezone(zone.name, rule) if rule else b""
    return WrittenCalendar(calendar_name(course, view), described, entries)


def _library_times(revision: Revision) -> Revision:
    utc = ics.timezone.UTC
    created, modified = revision.created.astimezone(utc), revision.modified.astimezone(utc)
    return Revision(revision.sequence, created, modified)


class _Writer:
    """Writes the entries of a course for a view; times are in the zone, in UTC if there is none."""

    def __init__(self, course: Course, view: View, zone: _NamedZone | None) -> None:
        self.course = course
        self.view = view
        self.zone = zone
        self.category = escape(category(course, view))
        self.alarms = _alarms(course, view)

    def entry(self, name: str, entry: Entry, revision: Revision) -> bytes:
        """A session or a linked visit."""
        by_video = isinstance(entry, LinkedVisit) and entry.by_video
        gone = is_gone(entry)
        status = {TENTATIVE: "TENTATIVE"}.get(entry.status, "CONFIRMED")
        event = ics.Event(
            uid=name,
            dtstamp=revision.modified,
            created=revision.created,
            last_modified=revision.modified,
            begin=self._moment(entry.start),
            end=self._moment(entry.end),
            summary=summary(self.course, entry, self.view),
            location=None if by_video else location(entry, self.view) or None,
            description=description(self.course, entry, self.view) or None,
            status="CANCELLED" if gone else status,
        )
        event.extra.data += self._own_lines(revision, free=gone)
        event.extra.data += [] if gone or not self._is_first(entry) else self.alarms
        return _finished(event.to_container())

    def _is_first(self, entry: Entry) -> bool:
        """Whether a patient comes for an entry: for the first of a day of several sessions."""
        return not isinstance(entry, Session) or first_and_last(self.course, entry)[0]

    def duty(self, name: str, duty: DueDuty, revision: Revision) -> bytes:
        """A duty as an entry of a whole day, on which it is due; it takes no time."""
        event = ics.Event(
            uid=name,
            dtstamp=revision.modified,
            created=revision.created,
            last_modified=revision.modified,
            begin=datetime.combine(duty.due, datetime.min.time()),
            end=datetime.combine(duty.due + timedelta(days=1), datetime.min.time()),
            summary=duty_title(duty, self.view),
            status="CANCELLED" if is_gone(duty) else "CONFIRMED",
        )
        event.make_all_day()
        event.extra.data += self._own_lines(revision, free=True)
        return _finished(event.to_container())

    def _moment(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=self.zone) if self.zone else moment.astimezone(UTC)

    def _own_lines(self, revision: Revision, *, free: bool) -> list[ContentLine]:
        """The library misnames CLASS and TRANSP, and knows no SEQUENCE."""
        lines = (
            ("SEQUENCE", str(revision.sequence)),
            ("TRANSP", "TRANSPARENT" if free else "OPAQUE"),
            ("CLASS", "PRIVATE"),
            ("CATEGORIES", self.category),
        )
        return [ContentLine(name, value=value) for name, value in lines]


def _alarms(course: Course, view: View) -> list[Container]:
    text = reminder_text(course, view)
    return [
        ics.DisplayAlarm(trigger=-reminder, description=text).to_container()
        for reminder in view.reminders
    ]


class _NamedZone(ics.Timezone):  # type: ignore[misc]
    """A zone under its bare IANA name that asks `zoneinfo` for offsets.

    The library's own zones carry old rules and invented names, and look offsets up slowly.
    """

    zone: Zone

    def __init__(self, zone: Zone) -> None:
        super().__init__(tzid=zone.name)
        object.__setattr__(self, "zone", zone)

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return self.zone.tzinfo.utcoffset(moment)

    def dst(self, moment: datetime | None) -> timedelta | None:
        return self.zone.tzinfo.dst(moment)

    def tzname(self, moment: datetime | None) -> str | None:
        return self.zone.tzinfo.tzname(moment)

    def __hash__(self) -> int:
        return hash(self.tzid)


def _finished(container: Container) -> bytes:
    """Every line of a component, sub-components last, folded, with CRLF."""
    properties = [line for line in container.data if isinstance(line, ContentLine)]
    if container.name == "VEVENT":
        properties.sort(key=lambda line: _ORDER[line.name])
    inner = [part for part in container.data if isinstance(part, Container)]
    return b"".join(
        (
            f"BEGIN:{container.name}\r\n".encode(),
            *map(_folded, properties),
            *map(_finished, inner),
            f"END:{container.name}\r\n".encode(),
        )
    )


def _folded(line: ContentLine) -> bytes:
    parameters = "".join(f";{name}={','.join(values)}" for name, values in line.params.items())
    return folded(f"{line.name}{parameters}:{line.value}")
