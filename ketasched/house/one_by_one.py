"""One after the other in the order of a list, each at its best beside those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from ketasched.domain.room import Held, Room
from ketasched.errors import KetaschedError
from ketasched.house.waiting import (
    Admitted,
    Answer,
    Cost,
    Place,
    Refused,
    Wish,
    beside,
    cost_of,
    held_of,
)
from ketasched.planning.advice import FAR, works
from ketasched.planning.placement import Placement
from ketasched.planning.plan import course_of, place_sessions
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import Failure


def one_by_one(wishes: Sequence[Wish], room: Room, standing: Sequence[Held]) -> Answer:
    """Give each wish, in order, its best place beside what is ``standing`` and those before it."""
    held, places = list(standing), list[Place]()
    for wish in wishes:
        place = best_place(wish, beside(room, held))
        places.append(place)
        if isinstance(place, Admitted):
            held += held_of(room.house, place.course)
    left = beside(room, held)
    days = {day for place in places if isinstance(place, Admitted) for day in days_of(place)}
    told = (with_advice(wish, place, left) for wish, place in zip(wishes, places, strict=True))
    return Answer(tuple(told), "one-by-one", days=len(days))


def days_of(place: Admitted) -> set[date]:
    """The days on which somebody comes for a session."""
    return {session.start.date() for session in place.course.sessions}


def best_place(wish: Wish, room: Room) -> Place:
    """The best start of a wish and its course: the least cost, then the earliest."""
    order = wish.order.in_room(room)
    best: tuple[Cost, Order, Placement] | None = None
    first_failure: Failure | None = None
    for start in wish.starts():
        outcome = _placed(replace(order, start=start))
        if isinstance(outcome, Failure):
            first_failure = first_failure or outcome
        elif outcome is not None:
            cost = cost_of(outcome)
            if best is None or cost < best[0]:
                best = cost, replace(order, start=start), outcome
            if cost == Cost():
                break
    if best is None:
        return Refused(first_failure)
    cost, chosen, placement = best
    return Admitted(chosen, course_of(chosen, placement), cost)


def place_at(order: Order) -> Place:
    """The best course of an order whose start is chosen."""
    outcome = _placed(order)
    if isinstance(outcome, Placement):
        return Admitted(order, course_of(order, outcome), cost_of(outcome))
    return Refused(outcome)


def with_advice(wish: Wish, place: Place, room: Room) -> Place:
    """Who has no place, with the earliest start after those asked for that works beside all others;
    anybody else as is.
    """
    if isinstance(place, Admitted):
        return place
    order = wish.order.in_room(room)
    for number in range(1, FAR + 1):
        start = wish.last + timedelta(days=number)
        if works(replace(order, start=start)):
            return place._replace(works=start)
    return place


def _placed(order: Order) -> Placement | Failure | None:
    """The placement, or why there is none; None where something needed is not known."""
    try:
        return place_sessions(order)
    except KetaschedError:
        return None
