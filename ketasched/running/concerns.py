"""What somebody should look at in a running course."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ketasched.domain.course import PLANNED, TENTATIVE, Course
from ketasched.domain.wording import day_text
from ketasched.running.authorisation import uncovered
from ketasched.running.broken_rules import BrokenRule
from ketasched.running.legal_change import Conditions, unwanted
from ketasched.running.visit_changes import misplaced_visits


class Concern(NamedTuple):
    """Something to look at, and the rule that a session breaks, if that is it."""

    text: str
    broken: BrokenRule | None = None


def concerns(
    conditions: Conditions, course: Course, authorised_until: date | None, authorised_visits: int
) -> Iterator[Concern]:
    """What is due, what breaks rules, and what an approval does not cover."""
    now = conditions.now
    to_come = [session for session in course.sessions if session.status in (PLANNED, TENTATIVE)]
    for session in to_come:
        if session.end < now:
            day = day_text(session.start.date())
            yield Concern(f"session {session.number}, {day}, is over: say done, miss or cancel")
    ahead = {session.number for session in to_come if session.start > now}
    for broken in unwanted(conditions.order, course, ahead):
        yield Concern(f"{broken.subject}: {broken.text}", broken)
    for broken in misplaced_visits(conditions, course):
        yield Concern(f"{broken.subject}: {broken.text}", broken)
    for text in uncovered(course, authorised_until, authorised_visits, conditions.today):
        yield Concern(text)
    for review in course.reviews:
        before = [session for session in course.sessions if session.number == review.after_session]
        if not review.passed and before and before[0].end < now:
            yield Concern(f"the review is due: {review.name}")
