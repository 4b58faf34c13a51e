"""What a calendar says of a course: titles and descriptions, for staff and for the patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple, TypeVar

from ketasched.domain.candidate import reasons_text
from ketasched.domain.course import (
    TENTATIVE,
    Course,
    LinkedVisit,
    Session,
    Unplaced,
    is_gone,
)
from ketasched.domain.instructions import timed_text
from ketasched.domain.protocol import Protocol, gives_away
from ketasched.domain.wording import clock_text, count_text, day_text, days_text, duration_text
from ketasched.running.duties import DueDuty

Entry = Session | LinkedVisit


class View(NamedTuple):
    """How a course is shown in a calendar.

    ``staff`` names the person and the treatment; without it nothing in the file gives the
    treatment away. ``free_busy``: when, and nothing else. ``course_name`` tells two people's
    courses apart and seeds the UIDs. ``title``, ``location`` and ``phone`` are the user's own
    words, empty when not given. ``reminders`` come most important first: some programs keep only
    one.
    """

    course_name: str
    staff: bool = False
    title: str = ""
    location: str = ""
    reminders: tuple[timedelta, ...] = ()
    phone: str = ""
    free_busy: bool = False


BUSY = "Busy"
Explained = TypeVar("Explained", Session, Unplaced)


def discreet(protocol: Protocol, one: Explained) -> Explained:
    """The same without the clinic's own words in its reasons, if these give the treatment away."""
    reasons = tuple(
        reason.without_detail if gives_away(protocol, reason.full) else reason
        for reason in one.reasons
    )
    if isinstance(one, Session):
        return replace(one, reasons=reasons)
    return one._replace(reasons=reasons)


def unplaced_text(one: Unplaced, name: str = "") -> str:
    """What goes with a session and has no place, by its own name or another, and why."""
    days = f", {days_text(*one.days)}" if one.days else ""
    where = f"{one.side} session {one.session}{days}"
    return f"No place for {name or one.name} {where}: {reasons_text(one.reasons)}"


def calendar_name(course: Course, view: View) -> str:
    """The name of the calendar as a whole."""
    if view.free_busy:
        return BUSY
    if view.staff:
        return f"{view.course_name} · {course.protocol.label}"
    return view.title or "Appointments"


def duty_title(duty: DueDuty, view: View) -> str:
    """The title of a duty in the staff calendar."""
    title = f"{view.course_name} · {duty.name} due, session {duty.session}"
    return f"CANCELLED: {title}" if is_gone(duty) else title


def summary(course: Course, entry: Entry, view: View) -> str:
    """The title of an entry."""
    title = _title(course, entry, view)
    return f"CANCELLED: {title}" if is_gone(entry) else title


def _title(course: Course, entry: Entry, view: View) -> str:
    if view.free_busy:
        return BUSY
    if isinstance(entry, LinkedVisit):
        title = entry.name[0].upper() + entry.name[1:]
        return f"{view.course_name} · {title}" if view.staff else title
    count = f" {entry.number}"
    if entry.number <= course.total:
        count += f" of {course.total}"
    if view.staff:
        label = view.title or course.protocol.label
        return f"{view.course_name} · {label}{count} · {entry.name or entry.phase}"
    return f"{view.title or 'Appointment'}{count}"


def description(course: Course, entry: Entry, view: View) -> str:
    """The text of an entry, line by line."""
    if view.free_busy:
        return ""
    lines: list[str] = []
    if isinstance(entry, LinkedVisit):
        lines += _about_visit(course, entry, view)
    else:
        lines += _for_staff(course, entry) if view.staff else _for_patient(entry)
        instructions = course.protocol.instructions
        lines += [timed_text(one, entry.start, entry.end) for one in instructions]
    if view.phone:
        lines.append(f"Phone: {view.phone}")
    if view.staff:
        lines.append("Dates only: confirm with the treating clinician.")
    return "\n".join(lines)


def _about_visit(course: Course, visit: LinkedVisit, view: View) -> Iterator[str]:
    yield f"Please allow {duration_text(visit.minutes)}."
    if visit.by_video:
        yield "By video."
    if view.staff:
        protocol = course.protocol
        yield f"{protocol.title} ({protocol.id}, version {protocol.version})"
        yield f"{visit.kind.capitalize()} {visit.side} session {visit.session}"
        if visit.reasons:
            ideal = f"{day_text(visit.ideal.date())} {clock_text(visit.ideal.timetz())}"
            yield f"Ideally {ideal}: {reasons_text(visit.reasons)}"
    if visit.status == TENTATIVE:
        yield "This date is not certain yet."


def _for_patient(session: Session) -> list[str]:
    lines = [f"Please allow {duration_text(session.minutes)}."]
    if session.status == TENTATIVE:
        lines.append("This date is not certain yet.")
    return lines


def _for_staff(course: Course, session: Session) -> Iterator[str]:
    protocol = course.protocol
    yield f"{protocol.title} ({protocol.id}, version {protocol.version})"
    if session.minutes == protocol.minutes:
        yield ", ".join(f"{step.name} {duration_text(step.minutes)}" for step in protocol.steps)
    else:
        yield f"Length {duration_text(session.minutes)}"
    for pause in course.pauses:
        if pause.before_session == session.number:
            weeks = count_text(pause.weeks, "week")
            yield f"Pause of {weeks} before this session, for the clinician to agree to: " + (
                reasons_text(pause.reasons)
            )
    if session.name:
        yield f"{session.name}, due {day_text(session.target)}"
    if session.moved_days or session.moved_minutes:
        yield f"Target {day_text(session.target)}: {reasons_text(session.reasons)}"
    elif session.reasons:
        yield f"Skips: {reasons_text(session.reasons)}"
    if session.status == TENTATIVE:
        for review in course.reviews:
            if review.after_session < session.number:
                yield f"Tentative until: {review.name} after session {review.after_session}"
