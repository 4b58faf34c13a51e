"""The main job: a protocol, a start and a clinic become a course, or a reason why not."""

from __future__ import annotations

from datetime import date, datetime

from ketasched.domain.candidate import session_end
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import PLANNED, TENTATIVE, Course, DatedReview, Pause, Session
from ketasched.domain.protocol import MAX_SESSIONS
from ketasched.planning.following_sessions import add_followers
from ketasched.planning.linked_visits import add_visits
from ketasched.planning.placement import (
    NoPlacement,
    Placed,
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
from ketasched.planning.targets import NoPattern, Target, lay_targets


def plan(order: Order) -> Course | Failure:
    """Lay a course out: targets first, then the best legal placement, then what goes with it.

    Raises:
        ValueError: ``order.fixed`` is out of number order.
        ChoiceRefused: the choices leave no session, or too many.
    """
    outcome = place_sessions(order)
    if isinstance(outcome, Failure):
        return outcome
    course = _course(order, outcome.placed, outcome.pause)
    first_number, slots = order.already + 1, order.rules.slots
    course = add_followers(course, order.layout.stretches, first_number, slots, order.clinic.zone)
    return add_visits(course, order.rules.beside, order.without, already=order.already)


def place_sessions(order: Order) -> Placement | Failure:
    """The best legal placement of a course's sessions, without what goes with them.

    Raises:
        ValueError, ChoiceRefused: as ``plan``.
    """
    week = order.week()
    refusal = refuse_length(order) or refuse_start(order, week) or refuse_days(order, week)
    if refusal:
        return refusal
    targets = lay_targets(order.layout.stretches, order.start, week, order.days, order.already + 1)
    if isinstance(targets, NoPattern):
        return no_pattern(order, targets)
    refuse_idle_until(order, week, targets)
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
    outcome = _place(order, targets)
    if isinstance(outcome, NoPlacement):
        phase = next(target.phase.name for target in targets if target.number == outcome.session)
        return no_placement(order, outcome, phase)
    return outcome


def _place(order: Order, targets: list[Target]) -> Placement | NoPlacement:
    """The placement; sessions that a pause puts off past the last day to lay out are left out,
    but not if the pause was for their own sake.
    """
    until = order.layout.stretches[-1].until or date.max
    whole = targets
    while True:
        outcome = place(targets, order.rules.slots, order.fixed, order.start)
        if isinstance(outcome, NoPlacement):
            return outcome
        if outcome.pause is None and len(targets) < len(whole):
            return refuse_pause(whole, order.rules.slots, order.fixed, order.start)
        if outcome.placed[-1].target.day <= until:
            return outcome
        targets = targets[:-1]


def _course(order: Order, placed: tuple[Placed, ...], pause: Pause | None) -> Course:
    reviews = tuple(_reviews(order, [seat.target for seat in placed]))
    certain = min((review.after_session for review in reviews), default=None)
    sessions = []
    for session in placed:
        target = session.target
        start = datetime.combine(session.day, session.start, tzinfo=order.clinic.zone)
        sessions.append(
            Session(
                number=target.number,
                phase=target.phase.name,
                place=target.place,
                target=target.day,
                window_start=target.first,
                window_end=target.last,
                start=start,
                end=session_end(start, target.minutes),
                moved_minutes=session.moved_minutes,
                reasons=session.reasons,
                status=PLANNED if certain is None or target.number <= certain else TENTATIVE,
                name=target.name,
            )
        )
    return Course(
        protocol=order.protocol,
        start=order.start,
        sessions=tuple(sessions),
        pauses=(pause,) if pause else (),
        reviews=reviews,
        left_out=order.layout.left_out,
        total=order.layout.total,
    )


def _reviews(order: Order, placed: list[Target]) -> list[DatedReview]:
    """The reviews that lie ahead; those of sessions held elsewhere are behind us."""
    reviews = []
    before = order.already
    for stretch in order.layout.stretches:
        for review in stretch.phase.reviews:
            last = stretch.first_place - 1 + (stretch.sessions or 0)
            place_in_phase = review.after_session or last
            if stretch.sessions is None:
                last = max(
                    (seat.place for seat in placed if seat.phase is stretch.phase),
                    default=0,
                )
            if stretch.first_place <= place_in_phase <= last:
                number = before + place_in_phase - stretch.first_place + 1
                reviews.append(DatedReview(review.name, number))
        before += stretch.sessions or 0
    return reviews
