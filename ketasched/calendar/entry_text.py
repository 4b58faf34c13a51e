"""What a calendar says of a course: titles and descriptions, for staff and for the patient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar, get_args

from ketasched.calendar.uid import UidSource
from ketasched.domain.candidate import reasons_text
from ketasched.domain.course import (
    TENTATIVE,
    Course,
    LinkedVisit,
    Session,
    Unplaced,
    is_gone,
)
from ketasched.domain.day_place import day_place
from ketasched.domain.giveaways import gives_away
from ketasched.domain.instructions import timed_text
from ketasched.domain.protocol import Protocol
from ketasched.domain.visit_handle import handle_of
from ketasched.domain.wording import (
    count_text,
    day_text,
    days_text,
    duration_text,
    moment_text,
)
from ketasched.languages.language import ENGLISH, Language
from ketasched.running.duties import DueDuty

if TYPE_CHECKING:
    from ketasched.domain.seat import Seat

Entry = Session | LinkedVisit
Audience = Literal["patient", "staff", "free-busy"]
"""Who reads a calendar. Staff read everything; in the patient's nothing gives the treatment away;
free-busy says when, and nothing else.
"""
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
BUSY = "Busy"


class View(NamedTuple):
    """How a course is shown in a calendar.

    ``course_name`` tells two people's courses apart; UIDs come from ``uid_source``. ``title``,
    ``location`` and ``phone`` are the user's own words, empty when not given. ``reminders`` come
    most important first: some programs keep only one. ``language`` is the patient's; staff and
    free-busy read English. ``seats`` are those of the course, for staff.
    """

    course_name: str
    audience: Audience = "patient"
    title: str = ""
    location: str = ""
    reminders: tuple[timedelta, ...] = ()
    phone: str = ""
    uid_source: UidSource = UidSource()
    language: Language = ENGLISH
    seats: tuple[Seat, ...] = ()


# Names and titles


def calendar_name(course: Course, view: View) -> str:
    """The name of the calendar as a whole."""
    if view.audience == "free-busy":
        return BUSY
    if view.audience == "staff":
        return f"{view.course_name} · {course.protocol.label}"
    return view.title or view.language.text("Appointments")


def category(course: Course, view: View) -> str:
    """The category of every entry."""
    if view.audience == "free-busy":
        return BUSY
    if view.audience == "patient":
        return view.language.text("Appointment")
    # A comma inside one category loses the whole file in some programs.
    return " ".join(course.protocol.label.replace(",", " ").split())


def reminder_text(course: Course, view: View) -> str:
    """What a reminder says."""
    if view.audience == "staff":
        return calendar_name(course, view)
    return view.title or view.language.text("Appointment")


def summary(course: Course, entry: Entry, view: View) -> str:
    """The title of an entry, which says so where it no longer holds."""
    return _as_it_stands(title(course, entry, view), view, gone=is_gone(entry))


def title(course: Course, entry: Entry, view: View) -> str:
    """The title of an entry, whether or not it takes place."""
    titles = {"patient": patient_title, "staff": _staff_title, "free-busy": _busy_title}
    return titles[view.audience](course, entry, view)


def duty_title(duty: DueDuty, view: View) -> str:
    """The title of a duty in the staff calendar."""
    title = f"{view.course_name} · {duty.name} due, session {duty.session}"
    return _as_it_stands(title, view, gone=is_gone(duty))


def _as_it_stands(title: str, view: View, *, gone: bool) -> str:
    return view.language.text("CANCELLED: {title}", title=title) if gone else title


def patient_title(course: Course, entry: Entry, view: View) -> str:
    """What a patient calls an entry, whether or not it takes place."""
    language = view.language
    if isinstance(entry, LinkedVisit):
        return visit_title(entry, language)
    title = view.title or language.text("Appointment")
    if entry.number > course.total:
        return _with_day(f"{title} {entry.number}", course, entry, language)
    number, total = entry.number, course.total
    said = language.text("{title} {number} of {total}", title=title, number=number, total=total)
    return _with_day(said, course, entry, language)


def _with_day(title: str, course: Course, session: Session, language: Language = ENGLISH) -> str:
    """A title with which session of which treatment day it is, where a day has several."""
    place = day_place(course, session)
    if place is None:
        return title
    return f"{title} ({language.text('day {day}, {position} of {many}', **place._asdict())})"


def _staff_title(course: Course, entry: Entry, view: View) -> str:
    if isinstance(entry, LinkedVisit):
        return f"{view.course_name} · {visit_title(entry)}"
    label = f"{view.title or course.protocol.label} {_count(course, entry)}"
    return f"{view.course_name} · {label} · {entry.name or entry.phase}"


def _busy_title(_course: Course, _entry: Entry, _view: View) -> str:
    return BUSY


def visit_title(visit: LinkedVisit, language: Language = ENGLISH) -> str:
    """What a linked visit is called."""
    return language.named(visit.name[0].upper() + visit.name[1:])


def _count(course: Course, session: Session) -> str:
    of_total = f" of {course.total}" if session.number <= course.total else ""
    return _with_day(f"{session.number}{of_total}", course, session)


# Descriptions


def description(course: Course, entry: Entry, view: View) -> str:
    """The text of an entry, line by line."""
    if view.audience == "free-busy":
        return ""
    staff = view.audience == "staff"
    language = view.language
    lines = [*(_staff_lines(course, entry) if staff else _patient_lines(entry, language))]
    if isinstance(entry, Session):
        lines += [
            timed_text(instruction, entry.start, entry.end, language)
            for instruction in course.protocol.instructions
        ]
    seat = seat_text(entry, view)
    if seat:
        lines.insert(0, f"{seat}.")
    if view.phone:
        lines.append(language.text("Phone: {phone}", phone=view.phone))
    if staff:
        lines.append("Dates only: confirm with the treating clinician.")
    return "\n".join(lines)


def location(entry: Entry, view: View) -> str:
    """Where an entry is: as the clinic says, else its seat. Phones show it beside the title."""
    return view.location or seat_text(entry, view)


def seat_text(entry: Entry, view: View) -> str:
    """The chairs or rooms that an entry has, for staff; empty if none is kept."""
    if view.audience != "staff" or is_gone(entry):
        return ""
    own = [seat for seat in view.seats if seat.is_within(entry.start, entry.end)]
    return ", ".join(seat.text(entry.start.tzinfo) for seat in own)


def _patient_lines(entry: Entry, language: Language) -> Iterator[str]:
    yield language.text("Please allow {duration}.", duration=language.duration(entry.minutes))
    if isinstance(entry, LinkedVisit) and entry.by_video:
        yield language.text("By video.")
    if entry.status == TENTATIVE:
        yield language.text("This date is not certain yet.")


def _staff_lines(course: Course, entry: Entry) -> Iterator[str]:
    if isinstance(entry, LinkedVisit):
        return _staff_visit_lines(course, entry)
    return _staff_session_lines(course, entry)


def _staff_visit_lines(course: Course, visit: LinkedVisit) -> Iterator[str]:
    yield f"Please allow {duration_text(visit.minutes)}."
    if visit.by_video:
        yield "By video."
    yield _protocol_line(course)
    handle = handle_of(course, visit)
    yield f"{visit.kind.capitalize()} {visit.side} session {visit.session} ({handle})"
    if visit.reasons:
        ideal = moment_text(visit.ideal)
        yield f"Ideally {ideal}: {reasons_text(visit.reasons)}"
    if visit.status == TENTATIVE:
        yield "This date is not certain yet."


def _staff_session_lines(course: Course, session: Session) -> Iterator[str]:
    protocol = course.protocol
    yield _protocol_line(course)
    steps = protocol.steps_lasting(session.minutes)
    if session.minutes == sum(step.minutes for step in steps):
        yield ", ".join(f"{step.name} {duration_text(step.minutes)}" for step in steps)
    else:
        yield f"Length {duration_text(session.minutes)}"
    for pause in course.pauses:
        if pause.before_session == session.number:
            weeks = count_text(pause.weeks, "week")
            agreed = pause.agreement.full if pause.agreement else "for the clinician to agree to"
            yield f"Pause of {weeks} before this session, {agreed}: {reasons_text(pause.why)}"
    yield from _due_lines(course, session)
    if session.moved_days or session.moved_minutes:
        why = reasons_text(session.reasons)
        yield f"Target {day_text(session.target)}{f': {why}' if why else ''}"
    elif session.reasons:
        yield f"Skips: {reasons_text(session.reasons)}"
    if session.status == TENTATIVE:
        for review in course.reviews:
            if course.has_review_before(session, review.after_session):
                yield f"Tentative until: {review.name} after session {review.after_session}"


def _due_lines(course: Course, session: Session) -> Iterator[str]:
    if session.name:
        yield f"{session.name}, due {day_text(session.target)}"
    if course.shows_windows:
        first, last = day_text(session.window_start), day_text(session.window_end)
        yield f"Earliest {first}, latest {last}"


def _protocol_line(course: Course) -> str:
    protocol = course.protocol
    return f"{protocol.title} ({protocol.id}, version {protocol.version})"


# Reasons on what is handed to a patient


Explained = TypeVar("Explained", Session, Unplaced)


def discreet(protocol: Protocol, explained: Explained) -> Explained:
    """The same without the clinic's own words in its reasons, if these give the treatment away."""
    reasons = tuple(
        reason.without_detail if gives_away(protocol, reason.full) else reason
        for reason in explained.reasons
    )
    return explained._replace(reasons=reasons)


def unplaced_in(course: Course, visit: Unplaced) -> str:
    """What has no place in a course, for staff: a linked visit with its handle."""
    handle = "" if visit.number else f" {handle_of(course, visit)}"
    return unplaced_text(visit, f"{visit.name}{handle}")


def unplaced_text(visit: Unplaced, name: str = "") -> str:
    """What goes with a session and has no place, by its own name or another, and why."""
    days = f", {days_text(*visit.days)}" if visit.days else ""
    where = f"{visit.side} session {visit.session}{days}"
    return f"No place for {name or visit.name} {where}: {reasons_text(visit.reasons)}"
