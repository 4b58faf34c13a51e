"""The main job: a protocol, a start and a clinic become a course, or a reason why not."""

from __future__ import annotations

from datetime import date

from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import Course
from ketasched.domain.protocol import MAX_SESSIONS
from ketasched.planning.following_sessions import add_followers
from ketasched.planning.laid_course import laid_course
from ketasched.planning.linked_visits import add_visits
from ketasched.planning.placement import (
    NoPlacement,
    Placement,
    place,
    refuse_pause,
)
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import (
    Failure,
    no_pattern,
    no_placement,
    refuse_days,
    refuse_idle_until,
    refuse_length,
    refuse_start,
)
from ketasched.planning.target import Target
from ketasched.planning.targets import NoPattern, lay_targets


def plan(order: Order) -> Course | Failure:
    """Lay a course out: targets first, then the best legal placement, then what goes with it.

    Raises:
        ChoiceRefused: the choices leave no session, or too many.
    """
    outcome = place_sessions(order)
    return outcome if isinstance(outcome, Failure) else course_of(order, outcome)


def course_of(order: Order, outcome: Placement) -> Course:
    """The course of sessions that were placed, with what goes with it."""
    course = laid_course(order, outcome.placed, outcome.pause)
    first_number, slots = order.already + 1, order.slots_for_all()
    course = add_followers(course, order.layout.stretches, first_number, slots, order.clinic.zone)
    return add_visits(course, order.rules.beside, order.without, already=order.already)


def place_sessions(order: Order) -> Placement | Failure:
    """The best legal placement of a course's sessions, without what goes with them.

    Raises:
        ChoiceRefused: as ``plan``.
    """
    targets = targets_of(order)
    if isinstance(targets, Failure):
        return targets
    outcome = _place(order, targets)
    if isinstance(outcome, NoPlacement):
        phase = next(target.phase.name for target in targets if target.number == outcome.session)
        return no_placement(order, outcome, phase)
    return outcome


def targets_of(order: Order) -> list[Target] | Failure:
    """The ideal days of a course's sessions, or why it cannot begin so.

    Raises:
        ChoiceRefused: as ``plan``.
    """
    refusal = refuse_length(order) or refuse_start(order) or refuse_days(order)
    if refusal:
        return refusal
    targets = lay_targets(
        order.layout.stretches,
        order.start,
        order.week,
        order.days,
        order.already + 1,
        order.weekdays,
    )
    if isinstance(targets, NoPattern):
        return no_pattern(order, targets)
    refuse_idle_until(order, targets)
    if len(targets) > MAX_SESSIONS:
        raise ChoiceRefused(
            f"that makes more than {MAX_SESSIONS} sessions", remedy="an earlier last day"
        )
    if not targets:
        raise ChoiceRefused(
            "what is left follows a session that took place elsewhere",
            choice="already",
            value=str(order.already),
            remedy="a smaller number",
        )
    return targets


def _place(order: Order, targets: list[Target]) -> Placement | NoPlacement:
    """The placement; sessions that a pause puts off past the last day to lay out are left out,
    but not if the pause was for their own sake.
    """
    until = order.layout.stretches[-1].until or date.max
    whole, slots = targets, order.slots_for_all()
    while True:
        outcome = place(targets, slots, {}, order.start)
        if isinstance(outcome, NoPlacement):
            return outcome
        if outcome.pause is None and len(targets) < len(whole):
            return refuse_pause(whole, slots, order.start)
        if outcome.placed[-1].target.day <= until:
            return outcome
        targets = targets[:-1]
