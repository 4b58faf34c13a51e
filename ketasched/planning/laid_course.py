"""Placed sessions as a course, with its reviews and what is tentative until they are passed."""

from __future__ import annotations

from datetime import datetime

from ketasched.domain.candidate import session_end
from ketasched.domain.course import PLANNED, TENTATIVE, Course, DatedReview, Session
from ketasched.domain.pause import Pause
from ketasched.planning.plan_input import Order
from ketasched.planning.standing import Placed
from ketasched.planning.target import Target


def laid_course(order: Order, placed: tuple[Placed, ...], pause: Pause | None) -> Course:
    """The course of sessions that have their places, with the reviews between them."""
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
                window_start=order.window_start(target.day, target.first),
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
        pauses=(order.agreed_on(pause),) if pause else (),
        reviews=reviews,
        left_out=order.layout.left_out,
        total=order.layout.total,
        duties_off=tuple(duty.name for duty in order.protocol.duties if duty.name in order.without),
    )


def _reviews(order: Order, placed: list[Target]) -> list[DatedReview]:
    """The reviews that lie ahead; those of sessions held elsewhere are behind us."""
    reviews = []
    before = order.already
    for stretch in order.layout.stretches:
        for review in stretch.phase.reviews:
            last = stretch.first_place - 1 + (stretch.sessions or 0)
            place_in_phase = (review.after_session or 0) * stretch.phase.a_day or last
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
