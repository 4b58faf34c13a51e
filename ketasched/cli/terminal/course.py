"""A course as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.calendar.entry_text import Entry, unplaced_in
from ketasched.cli.terminal.agreed import agreed_facts
from ketasched.cli.terminal.entry_rows import EntryRow, entry_rows, notes_of
from ketasched.cli.terminal.holidays import holidays_text
from ketasched.cli.terminal.page import Page, advice
from ketasched.cli.terminal.styles import meaning_of
from ketasched.domain.candidate import reasons_text
from ketasched.domain.course import Session
from ketasched.domain.day_place import first_and_last, per_day_of
from ketasched.domain.wording import (
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    list_text,
)
from ketasched.languages.language import NAMES
from ketasched.planning.start_times import NINE, Length

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from ketasched.asking.intake import Task
    from ketasched.asking.surroundings import Surroundings
    from ketasched.domain.course import Course
    from ketasched.domain.pause import Pause
    from ketasched.files.clinic.clinic import ClinicFile

_ZONE_SOURCES = {
    "flag": "from --tz",
    "clinic file": "the clinic's zone",
    "this computer": "this computer's zone",
}


def course_page(course: Course, task: Task) -> str:
    """The sessions of a course as a table; stacked lines where the terminal is narrow."""
    page = Page()
    protocol = course.protocol
    page.add_title(protocol.title)
    page.add_facts([("Name", task.name)] if task.name else [])
    setting = setting_text(task.surroundings)
    facts = [
        ("Start", f"{day_text(course.start)}, {_asked_times(course, task)}, {setting}"),
        ("Protocol", f"{protocol.id}, version {protocol.version}, from {protocol.file}"),
    ]
    facts += [("Arm", protocol.arm)] if protocol.arm else []
    facts[1:1] = agreed_facts(task.order)
    file = task.surroundings.file
    if file:
        from ketasched.cli.terminal.house import house_facts

        facts.insert(1, ("Clinic", clinic_text(file)))
        facts[2:2] = house_facts(task.order, task.others)
    facts.insert(
        len(facts) - 1 - bool(protocol.arm), ("Holidays", holidays_text(task.surroundings.holidays))
    )
    if task.language.code != "en":
        facts.append(("Language", f"{NAMES[task.language.code]}, in what the patient reads"))
    facts += _notice(course, task)
    page.add_facts(facts)
    page.add("", *_sessions(course, page.width), "")
    page.add(*_notes(course), advice(protocol))
    return page.text()


def clinic_text(file: ClinicFile) -> str:
    """A clinic and where its file is from; who found it, where nobody named it."""
    return ", ".join(filter(None, (file.name, f"from {file.file}", file.found)))


def _notice(course: Course, task: Task) -> Iterable[tuple[str, str]]:
    """The notice that patients have, where it kept something from being placed."""
    near = task.order.rules.notice
    placed = (entry.reasons for entry in course.entries())
    unplaced = (visit.reasons for visit in course.unplaced)
    pauses = (pause.reasons for pause in course.pauses)
    reasons = (reason for why in (*placed, *unplaced, *pauses) for reason in why)
    if near and any(reason.kind == "notice" for reason in reasons):
        first = near.free_from()
        day, at = day_text(first.date()), clock_text(first.timetz())
        yield "Notice", f"{near.notice}: nothing is placed by itself before {day} {at}"


def setting_text(surroundings: Surroundings) -> str:
    """The zone the times are in, and who says so."""
    return f"{surroundings.zone.name} ({_ZONE_SOURCES[surroundings.zone_source]})"


def _asked_times(course: Course, task: Task) -> str:
    """When sessions start: as asked, else the time that was chosen for each weekday, and why."""
    times = task.order.times
    starts = sorted({
        (session.start.weekday(), times.on(session.start.date(), _length(course, session)))
        for session in course.sessions
        if first_and_last(course, session)[0]
    })  # fmt: skip
    chosen = bool(times.by_length)
    others = {at for weekday, at in starts if weekday not in task.asked_weekdays and at != NINE}
    why = f" as {clock_text(NINE)} does not fit" if chosen and others and not times.wished else ""
    at_nine = [start for start in starts if start[1] == NINE] if chosen else []
    if len({at for _, at in starts}) == 1:
        return clock_text(starts[0][1]) + why
    texts = [f"{WEEKDAYS[day]} {clock_text(at)}" for day, at in starts if (day, at) not in at_nine]
    return ", ".join([clock_text(NINE)] * bool(at_nine) + texts) + why


def _sessions(course: Course, width: int) -> Iterable[RenderableType]:
    rows = [
        EntryRow(entry, meaning_of(entry), notes_of(entry), _pause_title(pause) if pause else "")
        for entry, pause in _with_pauses(course)
    ]
    return entry_rows(course, rows, width)


def _with_pauses(course: Course) -> Iterable[tuple[Entry, Pause | None]]:
    before = {pause.before_session: pause for pause in course.pauses}
    for entry in course.entries():
        yield entry, before.get(entry.number) if isinstance(entry, Session) else None


def _pause_title(pause: Pause) -> str:
    return f"pause of {count_text(pause.weeks, 'week')}"


def _notes(course: Course) -> Iterable[str]:
    """What the reader must know besides the dates."""
    for pause in course.pauses:
        yield pause_text(pause)
    for review in course.reviews:
        tentative = any(session.number > review.after_session for session in course.sessions)
        then = "; later sessions are tentative until it is passed" if tentative else ""
        yield f"Review after session {review.after_session}: {review.name}{then}."
    for unplaced in course.unplaced:
        yield f"{unplaced_in(course, unplaced)}."
    if course.left_out:
        names = list_text(list(course.left_out))
        yield f"Left out: {names}, which is open-ended; lay it out with --until DATE."


def pause_text(pause: Pause) -> str:
    """A pause as something the clinician must agree to, or did."""
    weeks = count_text(pause.weeks, "week")
    return (
        f"Pause: from session {pause.before_session} on, the course is put off by {weeks}. "
        f"{pause.consent[0].upper()}{pause.consent[1:]}. Why: {reasons_text(pause.why)}."
    )


def _length(course: Course, session: Session) -> Length:
    return per_day_of(course, session) or session.minutes
