"""Whether the sessions of a treatment day stand on one day, as far apart as they must."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from ketasched.domain.course import ATTENDED, Course, Session, is_gone
from ketasched.domain.per_day import PerDay
from ketasched.domain.wording import clock_text, count_text, day_text
from ketasched.proving.alone import fits_hours
from ketasched.proving.fault import Against
from ketasched.proving.in_course import Found, is_open
from ketasched.proving.paces import Paces
from ketasched.proving.premises import Premises

PremisesAt = Callable[[datetime], Premises]


def against_days(course: Course, paces: Paces, premises: PremisesAt) -> Iterator[Found]:
    """What is against the sessions of treatment days, said of the later one that is open; nothing
    of what a person put elsewhere on purpose. An exact distance is not asked of what took place,
    nor behind a session that did not, nor of one that a person put where it is.
    """
    ranked = sorted(course.live, key=lambda session: session.rank)
    for before, here in pairwise(ranked):
        per_day = paces.of(here).per_day
        if per_day is None or not paces.are_of_one_day(before, here):
            continue
        if before.status == ATTENDED == here.status or "distance" in before.broken + here.broken:
            continue
        text = _text(course, per_day, before, here, premises)
        if text:
            yield (here if is_open(here) else before), Against("distance", text)
    yield from _too_many(ranked, paces)


def _text(
    course: Course, per_day: PerDay, before: Session, here: Session, premises: PremisesAt
) -> str:
    if before.start.date() != here.start.date():
        return f"session {before.number} of the same day is on {day_text(before.start.date())}"
    apart = int(here.start.timestamp() - before.start.timestamp()) // 60
    is_exact = not per_day.at_least
    if is_exact and ATTENDED in (before.status, here.status):
        return ""
    if apart < per_day.minutes:
        return f"{apart} min after session {before.number}, less than {per_day.minutes}"
    loose = here.by_hand or any(
        is_gone(other) and not other.undone and before.rank < other.rank < here.rank
        for other in course.sessions
    )
    due = before.start.astimezone(UTC) + timedelta(minutes=per_day.minutes)
    while is_exact and not loose and due < here.start.astimezone(UTC):
        start = due.astimezone(here.start.tzinfo)
        if fits_hours(premises(here.start), start, here.minutes):
            at = clock_text(start.timetz())
            return f"{apart} min after session {before.number}: it might be at {at}"
        due += timedelta(minutes=1)
    return ""


def _too_many(live: list[Session], paces: Paces) -> Iterator[Found]:
    days = Counter((session.phase, session.pace, session.target) for session in live)
    for session in live:
        per_day = paces.of(session).per_day
        number = days[session.phase, session.pace, session.target]
        if per_day and number > per_day.sessions and is_open(session):
            most = count_text(per_day.sessions, "session")
            yield session, Against("distance", f"its day has {number} sessions, more than {most}")
