"""Who comes when: the entries of many courses on some days, and how many are in the house."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from ketasched.domain.course import (
    ATTENDED,
    PLANNED,
    TENTATIVE,
    Course,
    LinkedVisit,
    Session,
    is_gone,
)
from ketasched.domain.seat import Seat
from ketasched.domain.wording import day_text
from ketasched.running.authorisation import uncovered
from ketasched.running.duties import due_duties
from ketasched.running.gates import missing

FORMS_AHEAD = timedelta(days=2)
"""How long before its day a form is shown as due: over a weekend."""

GATES_AHEAD = timedelta(days=7)
"""How long before its session it is shown what is missing: it is asked of others, who take time."""


class Patient(NamedTuple):
    """A course as the agenda sees it: whose it is, what an approval covers (none: 0), and the seats
    that the record keeps.
    """

    name: str
    course: Course
    authorised_until: date | None = None
    authorised_visits: int = 0
    seats: tuple[Seat, ...] = ()


class Coming(NamedTuple):
    """An entry of the agenda: somebody comes, or is seen by video. ``due`` is what the clinic has
    to do for that person.
    """

    patient: Patient
    entry: Session | LinkedVisit
    due: tuple[str, ...]

    @property
    def in_house(self) -> bool:
        """Whether it takes a chair: not by video, and neither missed nor cancelled."""
        by_video = isinstance(self.entry, LinkedVisit) and self.entry.by_video
        return not by_video and not is_gone(self.entry)

    @property
    def is_moved(self) -> bool:
        """Whether a person put it there; what a rule moved is news to nobody at the door."""
        return self.entry.by_hand and self.entry.status in (PLANNED, TENTATIVE)


class Stretch(NamedTuple):
    """A time during which the same number of people are in the house."""

    start: datetime
    end: datetime
    people: int


def coming(patients: Iterable[Patient], first: date, last: date) -> list[Coming]:
    """All entries from one day to another, both included, by time; what is due stands with the
    first that a person has.
    """
    entries_shown: list[Coming] = []
    for patient in patients:
        due = tuple(what_is_due(patient, first, last))
        entries = [
            entry
            for entry in patient.course.entries()
            if first <= entry.start.date() <= last and not getattr(entry, "undone", False)
        ]
        entries_shown += [
            Coming(patient, entry, due if entry is entries[0] else ()) for entry in entries
        ]
    return sorted(
        entries_shown,
        key=lambda coming_entry: (
            coming_entry.entry.start.astimezone(UTC),
            coming_entry.patient.name,
        ),
    )


def due_elsewhere(
    patients: Iterable[Patient], shown: Sequence[Coming], first: date, last: date
) -> list[tuple[Patient, str]]:
    """What is due for people who do not come on these days."""
    there = {id(coming_entry.patient.course) for coming_entry in shown}
    return [
        (patient, what)
        for patient in patients
        if id(patient.course) not in there
        for what in what_is_due(patient, first, last)
    ]


def what_is_due(patient: Patient, first: date, last: date) -> Iterator[str]:
    """Reviews that are due by the end of some days, forms that fall due then or just after, what is
    missing before a session within a week, and approvals that run out.
    """
    course = patient.course
    for review in course.reviews:
        before = [session for session in course.sessions if session.number == review.after_session]
        if not review.passed and before and before[0].start.date() <= last:
            yield review.name if "review" in review.name else f"review: {review.name}"
    for duty in due_duties(course):
        held = course.session(duty.session).status == ATTENDED
        if held and first <= duty.due <= last + FORMS_AHEAD:
            yield f"{duty.name} for session {duty.session}, by {day_text(duty.due)}"
    for need in missing(course):
        if need.session.start.date() <= last + GATES_AHEAD:
            yield str(need)
    if any(session.is_live and session.start.date() >= first for session in course.sessions):
        yield from uncovered(course, patient.authorised_until, patient.authorised_visits, last)


def in_house(shown: Iterable[Coming]) -> list[Stretch]:
    """How many people are in the house at once, from one change to the next, in the zone of the
    first; without the times at which nobody is.
    """
    spans = [
        (coming_entry.entry.start, coming_entry.entry.end)
        for coming_entry in shown
        if coming_entry.in_house
    ]
    changes: dict[datetime, int] = {}
    for start, end in spans:
        changes[start.astimezone(UTC)] = changes.get(start.astimezone(UTC), 0) + 1
        changes[end.astimezone(UTC)] = changes.get(end.astimezone(UTC), 0) - 1
    place = spans[0][0].tzinfo if spans else None
    stretches: list[Stretch] = []
    count = 0
    moments = sorted(moment for moment, change in changes.items() if change)
    for moment, following in pairwise(moments):
        count += changes[moment]
        if count:
            stretches.append(Stretch(moment.astimezone(place), following.astimezone(place), count))
    return stretches
