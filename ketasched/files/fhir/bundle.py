"""Courses as a transaction: sent twice, it changes nothing the second time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ketasched.calendar.entry_text import calendar_name
from ketasched.domain.course import DatedReview, Session
from ketasched.domain.pause import Pause
from ketasched.domain.protocol import Phase
from ketasched.files.fhir.appointment import appointment, gone, task
from ketasched.files.fhir.parts import (
    Resource,
    concept,
    duration,
    filled,
    identifier,
    instant,
    nested,
    own,
    put,
    reference,
    stated,
    value,
)
from ketasched.files.fhir.phase_rules import phase_rules
from ketasched.files.fhir.recurrence import recurrences, timing
from ketasched.files.fhir.shown_course import ShownCourse, request_status

NOTE = "Dates only: confirm with the treating clinician."


def transaction(courses: Sequence[ShownCourse]) -> Resource:
    """The bundle that brings courses into another program, and brings them up to date there. Its
    moment is that of the last change to any of them.
    """
    moments = [revision.modified for shown in courses for revision in shown.revisions.values()]
    said = {
        "resourceType": "Bundle",
        "type": "transaction",
        "timestamp": instant(max(moments)) if moments else "",
        "entry": [entry for shown in courses for entry in _entries(shown)],
    }
    return filled(said)


def _entries(shown: ShownCourse) -> Iterator[Resource]:
    """Who only has to know when is told of appointments alone."""
    recurrence: dict[int, list[Resource]] = {}
    if not shown.bare:
        yield put(_care_plan(shown), shown.plan_uid)
        for name, uid in shown.phase_uids.items():
            phase = shown.phase(name)
            yield put(_service_request(shown, phase, uid), uid)
            recurrence |= recurrences(shown, phase)
    for uid, entry in shown.entries.items():
        pattern = recurrence.get(entry.number, []) if isinstance(entry, Session) else []
        yield put(appointment(shown, uid, entry, pattern), uid)
    for uid, duty in shown.duties.items():
        yield put(task(shown, uid, duty), uid)
    for uid in shown.gone:
        yield put(gone(shown, uid), uid)


def _service_request(shown: ShownCourse, phase: Phase, uid: str) -> Resource:
    """A phase, and when its sessions are due."""
    sessions = shown.sessions(phase.name)
    lengths = {session.minutes for session in sessions}
    use = stated(shown.course.protocol.use)
    uids = [shown.session_uids[session.number] for session in sessions]
    due = timing(phase, sessions, lengths.pop() if len(lengths) == 1 else 0)
    said = {
        "resourceType": "ServiceRequest",
        "extension": phase_rules(phase) if shown.staff else [],
        "identifier": [identifier(uid)],
        "instantiatesCanonical": shown.protocol,
        "status": request_status(sessions),
        "intent": "plan",
        "code": concept(_of_phase(shown, phase)),
        "subject": shown.patient,
        "occurrenceTiming": due | ({"code": concept(str(phase.cadence))} if shown.staff else {}),
        "authoredOn": shown.created(uids),
        "reasonCode": [concept(use)] if shown.staff and use else [],
    }
    return filled(said)


def _of_phase(shown: ShownCourse, phase: Phase) -> str:
    title = shown.view.title
    if shown.staff:
        return f"{title or shown.course.protocol.title}, {phase.name}"
    return title or shown.view.language.text("Appointments")


def _care_plan(shown: ShownCourse) -> Resource:
    """The course as a whole: what is to happen, the reviews between, and for staff its pauses."""
    course, entries = shown.course, shown.entries
    said = {
        "resourceType": "CarePlan",
        "extension": [_pause(shown, pause) for pause in course.pauses] if shown.staff else [],
        "identifier": [identifier(shown.plan_uid)],
        "instantiatesCanonical": shown.protocol,
        "status": request_status(course.sessions),
        "intent": "plan",
        "title": calendar_name(course, shown.view),
        "subject": shown.patient,
        "period": {
            "start": instant(min(entry.start for entry in entries.values())),
            "end": instant(max(entry.end for entry in entries.values())),
        },
        "created": shown.created(entries),
        "activity": list(_activities(shown)),
        "note": [{"text": NOTE}] if shown.staff else [],
    }
    return filled(said)


def _pause(shown: ShownCourse, pause: Pause) -> Resource:
    before = shown.to_session(pause.before_session)
    said = [value("before", "Reference", before)] if before else []
    said.append(value("length", "Duration", duration(pause.weeks, "wk")))
    said += [value("reason", "String", reason.full) for reason in pause.reasons]
    return nested(own("pause"), said)


def _activities(shown: ShownCourse) -> Iterator[Resource]:
    uids = [*shown.phase_uids.values(), *shown.entries, *shown.duties]
    yield from ({"reference": reference(uid)} for uid in uids)
    if shown.staff:
        yield from (_review(shown, review) for review in shown.course.reviews)


def _review(shown: ShownCourse, review: DatedReview) -> Resource:
    """A decision before going on, which is no appointment."""
    after = shown.to_session(review.after_session)
    said = {
        "extension": [value(own("after"), "Reference", after)] if after else [],
        "detail": {
            "kind": "Task",
            "code": concept(review.name),
            "status": "completed" if review.passed else "not-started",
        },
    }
    return filled(said)
