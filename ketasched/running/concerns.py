"""What somebody should look at in a running course."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal, NamedTuple

from ketasched.domain.course import PLANNED, TENTATIVE, Course, Session
from ketasched.domain.wording import day_text
from ketasched.running.authorisation import uncovered
from ketasched.running.broken_rules import BrokenRule
from ketasched.running.gates import SOON, missing
from ketasched.running.legal_change import Conditions, unwanted
from ketasched.running.visit_changes import misplaced_visits

ConcernKind = Literal[
    "no-next-session", "unmarked", "review", "approval", "needs", "not-told", "no-place",
    "broken-rule", "zone-rules", "calendar-file",
]  # fmt: skip
CALLS: tuple[ConcernKind, ...] = (
    "no-next-session", "unmarked", "review", "approval", "needs", "not-told", "no-place",
    "broken-rule",
)  # fmt: skip
"""The kinds for which somebody is to be rung up."""


class Concern(NamedTuple):
    """Something to look at, of what kind; the rule that a session breaks, or what it ``lacks``, if
    that is it.
    """

    kind: ConcernKind
    text: str
    broken: BrokenRule | None = None
    lacks: str = ""


class Agreed(NamedTuple):
    """What is agreed about a course: the last day and the number of sessions that an approval
    covers (none: 0), and whether it was stopped at a review.
    """

    authorised_until: date | None = None
    authorised_visits: int = 0
    stopped: bool = False


def concerns(conditions: Conditions, course: Course, agreed: Agreed) -> Iterator[Concern]:
    """What is due, what is missing, what breaks rules, and what an approval does not cover."""
    now = conditions.now
    unmarked = [session for session in course.sessions if is_over_unmarked(session, now)]
    for session in unmarked:
        day = day_text(session.start.date())
        yield Concern(
            "unmarked", f"session {session.number}, {day}, is over: say done, miss or cancel"
        )
    if not (unmarked or agreed.stopped):
        yield from _no_next_session(course, now)
    ahead = {session.number for session in course.live if session.start > now}
    for broken in unwanted(conditions.order, course, ahead):
        yield Concern("broken-rule", f"{broken.subject}: {broken.text}", broken)
    for broken in misplaced_visits(conditions, course):
        yield Concern("broken-rule", f"{broken.subject}: {broken.text}", broken)
    until, visits = agreed.authorised_until, agreed.authorised_visits
    for text in uncovered(course, until, visits, conditions.today):
        yield Concern("approval", text)
    for need in missing(course):
        if need.session.start.date() - conditions.today <= SOON:
            yield Concern("needs", str(need), lacks=need.what)
    for review in course.reviews:
        before = [session for session in course.sessions if session.number == review.after_session]
        if not review.passed and before and before[0].end < now:
            yield Concern("review", f"the review is due: {review.name}")


def is_over_unmarked(session: Session, now: datetime) -> bool:
    """Whether a session is over, and nobody said what became of it."""
    return session.status in (PLANNED, TENTATIVE) and session.end < now


def _no_next_session(course: Course, now: datetime) -> Iterator[Concern]:
    """A course that should go on, and has no session to come: its last one did not take place, or
    it is open-ended.
    """
    there = [session for session in course.sessions if not session.undone]
    if not there or any(session.is_live and session.end >= now for session in there):
        return
    last = max(there, key=lambda session: session.start)
    text = ""
    if not last.is_live:
        text = f"session {last.number}, {day_text(last.start.date())}, was {last.status}"
    elif course.protocol.phases[-1].sessions is None:
        text = f"{course.protocol.phases[-1].name} is open-ended, and no more of it is laid out"
    if text:
        yield Concern("no-next-session", f"there is no next session: {text}")
