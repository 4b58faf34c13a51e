"""Linked visits that a closed day leaves where they are: nobody is rung up for a better time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ketasched.domain.course import Course, LinkedVisit, is_gone, is_marked
from ketasched.domain.visit_handle import rule_of
from ketasched.planning.visit_times import Taken, VisitQuestion, each_refusal, is_near_enough
from ketasched.running.legal_change import Conditions


def with_visits_that_stay(
    conditions: Conditions, before: Course, after: Course, day: date
) -> Course:
    """The course ``after`` a day was closed, its linked visits to come where they stood ``before``,
    if their session stays, they need not leave the day, and the rules allow them there still.
    """
    starts = {session.number: session.start for session in before.live}
    for old in before.visits:
        moved = next((visit for visit in after.visits if visit.key == old.key), None)
        if moved is None or moved.start == old.start or is_gone(moved) or is_marked(moved):
            continue
        stays = {each.number: each.start for each in after.live}.get(moved.session)
        leaves = old.start.date() == day and not old.by_video
        same = moved.session == old.session and stays == starts.get(old.session)
        if same and not leaves and not is_gone(old) and old.start > conditions.now:
            after = _put_back(conditions, after, old, moved)
    return after


def _put_back(
    conditions: Conditions, course: Course, old: LinkedVisit, moved: LinkedVisit
) -> Course:
    """The course with a linked visit where it was, if that is legal beside all else."""
    rule = rule_of(course.protocol, old.name)
    others = [visit for visit in course.visits if visit.key != old.key]
    standing = [visit for visit in others if not is_gone(visit)]
    if rule is None:
        return course
    question = VisitQuestion(
        rule,
        course.session(moved.session),
        replace(course, sessions=tuple(course.live)),
        Taken([*course.live, *standing]),
        conditions.order.rules.beside._replace(today=None, now=None, notice=None),
    )
    if not is_near_enough(question, old.start) or any(each_refusal(question, old.start)):
        return course
    stays = moved._replace(start=old.start, end=old.end, reasons=old.reasons)
    return replace(course, visits=tuple(sorted([*others, stays], key=lambda visit: visit.start)))
