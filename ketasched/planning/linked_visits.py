"""Linked visits, placed when the sessions stand.

Each goes to the legal place nearest its ideal time; of two that are as near, to the earlier. It
overlaps no session and no other linked visit. One without a legal place is told with why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import time

from ketasched.domain.candidate import Candidate, Constraint, Reason
from ketasched.domain.clinic import ALL_DAY, Clinic
from ketasched.domain.course import Course, LinkedVisit, Session, Unplaced
from ketasched.domain.linked_visit_rule import WAKING, VisitRule
from ketasched.domain.wording import clock_text
from ketasched.planning.visit_times import Beside, Taken, VisitQuestion, place_visit, stays


def waking_hours(clinic: Clinic, *, by_video: bool) -> Constraint:
    """Refuse what is outside waking hours, by video or where no opening hours are known."""
    hours = "-".join(clock_text(time(*divmod(minute, 60))) for minute in WAKING)

    def refuse(candidate: Candidate) -> Reason | None:
        for day, begins, ends in candidate.parts(clinic.zone):
            hours_are_known = not by_video and clinic.on(day).spans != ALL_DAY
            if not hours_are_known and not (WAKING[0] <= begins and ends <= WAKING[1]):
                return Reason("hours", f"outside waking hours, {hours}")
        return None

    return refuse


def add_visits(
    course: Course,
    beside: Beside,
    without: frozenset[str],
    *,
    already: int,
    over: Sequence[LinkedVisit] = (),
    by_hand: Sequence[LinkedVisit] = (),
) -> Course:
    """The course with its linked visits, but for the kinds ``without`` and those that somebody
    called off.

    What belongs to a first session that took place elsewhere (``already``) is behind us. Those
    that are ``over`` stand where they stood and are not asked for again; those that a person put
    somewhere stand there while their session does.
    """
    rules = [rule for rule in course.protocol.visits if rule.kind not in without]
    questions = [
        VisitQuestion(rule, session, course, Taken(()), beside)
        for rule in rules
        for session in anchors(rule, course, already)
    ]
    put = {visit.key: visit for visit in by_hand}
    kept = [stays(put[each.key], each) for each in questions if each.key in put]
    visits = [*over, *kept]
    held = {visit.key for visit in visits}.union(course.visits_off)
    unplaced: list[Unplaced] = []
    taken = Taken([*course.sessions, *visits])
    for rule in rules:
        unplaced += _without_session(rule, course, anchors(rule, course, already))
        for question in questions:
            if question.rule is not rule or question.key in held:
                continue
            outcome = place_visit(question._replace(taken=taken))
            if isinstance(outcome, Unplaced):
                unplaced.append(outcome)
            else:
                visits.append(outcome)
                taken.add(outcome)
    visits.sort(key=lambda visit: visit.start)
    return replace(course, visits=tuple(visits), unplaced=(*course.unplaced, *unplaced))


def anchors(rule: VisitRule, course: Course, already: int) -> list[Session]:
    """The sessions a linked visit goes with."""
    sessions = course.sessions
    which = rule.anchor.which
    if which == "first":
        return [] if already else [sessions[0]]
    if which == "last":
        return [sessions[-1]]
    if which == "each":
        return list(sessions)
    if which == "review":
        wanted = {review.after_session for review in course.reviews}
    else:
        wanted = {rule.anchor.number} - {0}
    return [
        session for session in sessions if session.number in wanted or session.instead_of in wanted
    ]


def _without_session(
    rule: VisitRule, course: Course, sessions: list[Session]
) -> Iterator[Unplaced]:
    """What would go with a session that has no place itself."""
    wanted = {rule.anchor.number}
    if rule.anchor.which == "review":
        wanted = {review.after_session for review in course.reviews}
    lost = {missing.number for missing in course.unplaced if missing.number}
    for number in sorted(wanted & lost - {session.number for session in sessions}):
        if rule.key(number) in course.visits_off:
            continue
        reason = Reason("no-place", f"session {number} has no place")
        yield Unplaced(rule.kind, rule.name, number, rule.anchor.side, None, (reason,))
