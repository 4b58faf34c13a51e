"""A session or a linked visit as an Appointment, and a duty as a Task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from ketasched.calendar.entry_text import Entry, description, title
from ketasched.domain.course import LinkedVisit, Session, Status, is_gone
from ketasched.files.fhir.parts import (
    Resource,
    concept,
    filled,
    identifier,
    instant,
    nested,
    own,
    reference,
    stated,
    value,
)
from ketasched.files.fhir.shown_course import ShownCourse
from ketasched.running.duties import DueDuty

AppointmentStatus = Literal["booked", "proposed", "fulfilled", "noshow", "cancelled"]
STATUSES: Mapping[Status, AppointmentStatus] = {
    "planned": "booked",
    "tentative": "proposed",
    "attended": "fulfilled",
    "missed": "noshow",
    "cancelled": "cancelled",
}
"""What R4 calls the states of an entry; ``proposed``: a review decides whether it takes place."""
_ANSWERS: Mapping[Status, Literal["accepted", "tentative", "declined"]] = {
    "planned": "accepted",
    "tentative": "tentative",
    "attended": "accepted",
    "missed": "accepted",
    "cancelled": "declined",
}


def appointment(
    shown: ShownCourse, uid: str, entry: Entry, recurrence: Sequence[Resource]
) -> Resource:
    """The entry with that UID; ``recurrence``: what R5 says of the pattern that it is in."""
    about = "" if shown.bare else description(shown.course, entry, shown.view)
    reason = stated(shown.course.protocol.use) or shown.course.protocol.title
    said = {
        "resourceType": "Appointment",
        "language": "" if shown.bare else shown.view.language.code,
        "extension": [*shown.revised(uid), *recurrence, *_placement(shown, entry)],
        "identifier": [identifier(uid)],
        "status": STATUSES[entry.status],
        "serviceType": [concept(shown.service(entry))] if not shown.bare else [],
        "reasonCode": [concept(reason)] if shown.staff else [],
        "description": title(shown.course, entry, shown.view),
        "supportingInformation": _session_of(shown, entry),
        "start": instant(entry.start),
        "end": instant(entry.end),
        "minutesDuration": entry.minutes,
        "created": shown.created([uid]),
        "comment": about if shown.staff else "",
        "patientInstruction": "" if shown.staff else about,
        "basedOn": _request_for(shown, entry),
        "participant": list(_participants(shown, entry)),
    }
    return filled(said)


def _session_of(shown: ShownCourse, entry: Entry) -> list[Resource]:
    """The session with which a linked visit goes."""
    if shown.bare or isinstance(entry, Session):
        return []
    session = shown.to_session(entry.session)
    return [session] if session else []


def _request_for(shown: ShownCourse, entry: Entry) -> list[Resource]:
    if shown.bare or isinstance(entry, LinkedVisit):
        return []
    return [reference(shown.phase_uids[entry.phase])]


def _participants(shown: ShownCourse, entry: Entry) -> Iterator[Resource]:
    status = _ANSWERS[entry.status]
    yield {"actor": shown.patient, "status": status}
    seat = shown.seat(entry)
    if seat:
        yield {"actor": {"type": "Location", "display": seat}, "status": status}


def _placement(shown: ShownCourse, entry: Entry) -> list[Resource]:
    """Where an entry would best be, where it may be, and why it is elsewhere: for staff."""
    if not shown.staff:
        return []
    if isinstance(entry, LinkedVisit):
        said = [value("ideal", "DateTime", entry.ideal)]
    else:
        said = [
            value("target", "Date", entry.target),
            value("windowStart", "Date", entry.window_start),
            value("windowEnd", "Date", entry.window_end),
        ]
    if entry.by_hand:
        said.append(value("byHand", "Boolean", content=True))
    said += [value("reason", "String", reason.full) for reason in entry.reasons]
    said += [value("brokenRule", "String", rule) for rule in entry.broken]
    return [nested(own("placement"), said)]


def task(shown: ShownCourse, uid: str, duty: DueDuty) -> Resource:
    """The duty with that UID, which staff have when a session took place."""
    said = {
        "resourceType": "Task",
        "extension": shown.revised(uid),
        "identifier": [identifier(uid)],
        "status": "cancelled" if is_gone(duty) else "requested",
        "intent": "plan",
        "code": concept(duty.name),
        "focus": shown.to_session(duty.session),
        "for": shown.patient,
        "authoredOn": shown.created([uid]),
        "restriction": {"period": {"end": duty.due.isoformat()}},
    }
    return filled(said)


def gone(shown: ShownCourse, uid: str) -> Resource:
    """What was undone: somebody may have it, and a transaction takes nothing away."""
    said = {
        "resourceType": "Task" if uid in shown.gone_duties else "Appointment",
        "extension": shown.revised(uid),
        "identifier": [identifier(uid)],
        "status": "cancelled",
    }
    if uid in shown.gone_duties:
        return filled(said | {"intent": "plan", "for": shown.patient})
    return filled(said | {"participant": [{"actor": shown.patient, "status": "declined"}]})
