"""One after the other in the order of a list, each at its best beside those before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from ketasched.domain.room import Held, Room
from ketasched.errors import KetaschedError
from ketasched.house.starts import Starts, cost_of_days, is_helped_by_pause
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
from ketasched.planning.advice import FAR
from ketasched.planning.placement import Placement
from ketasched.planning.plan import course_of, place_sessions
from ketasched.planning.plan_input import Order
from ketasched.planning.refusals import Failure


def one_by_one(
    wishes: Sequence[Wish],
    room: Room,
    standing: Sequence[Held],
    starts: Starts | None = None,
    tell: Callable[[int], None] = lambda _done: None,
) -> Answer:
    """Give each wish, in order, its best place beside what is ``standing`` and those before it;
    ``tell`` is told how many are done. Ctrl-C leaves the rest of the list without one.
    """
    starts = starts or Starts()
    places, stopped = list[Place](), False
    try:
        for place in _in_turn(wishes, beside(room, standing), starts):
            places.append(place)
            tell(len(places))
    except KeyboardInterrupt:
        stopped = True
    places += [Refused(None, asked=False)] * (len(wishes) - len(places))
    days = {day for place in places if isinstance(place, Admitted) for day in days_of(place)}
    return Answer(tuple(places), "one-by-one", days=len(days), stopped=stopped)


def _in_turn(wishes: Sequence[Wish], left: Room, starts: Starts) -> Iterator[Place]:
    for wish in wishes:
        place = best_place(wish, left, starts)
        if isinstance(place, Admitted):
            left = left.and_more(held_of(left.house, place.course))
        yield place


def days_of(place: Admitted) -> set[date]:
    """The days on which somebody comes for a session."""
    return {session.start.date() for session in place.course.sessions}


def best_place(wish: Wish, room: Room, starts: Starts) -> Place:
    """The best start of a wish and its course: the least cost, then the earliest."""
    order = wish.order.in_room(room)
    best: tuple[Cost, date] | None = None
    for start in wish.starts():
        search = starts.search_of(wish, order, start)
        chosen = search.best(0) if search else None
        if chosen:
            cost = cost_of_days(chosen[0])
            best = min(best or (cost, start), (cost, start))
            if cost == Cost():
                break
    if best is None:
        return _with_a_pause(wish, order, starts)
    return place_at(replace(order, start=best[1]))


def _with_a_pause(wish: Wish, order: Order, starts: Starts) -> Place:
    """The best start of a wish that has no course without a pause, or why there is none at the
    first.
    """
    best: Admitted | None = None
    failure: Failure | None = None
    for start in wish.starts():
        search = starts.search_of(wish, order, start)
        if search and not is_helped_by_pause(search) and failure:
            continue
        place = place_at(replace(order, start=start))
        if isinstance(place, Refused):
            failure = failure or place.failure
        elif best is None or place.cost < best.cost:
            best = place
    return best or Refused(failure)


def place_at(order: Order) -> Place:
    """The best course of an order whose start is chosen."""
    outcome = _placed(order)
    if isinstance(outcome, Placement):
        return Admitted(order, course_of(order, outcome), cost_of(outcome))
    return Refused(outcome)


def with_advice(wish: Wish, place: Place, room: Room, starts: Starts) -> Place:
    """Who has no place, with the earliest start after those asked for that works beside all others;
    anybody else as is.
    """
    if isinstance(place, Admitted) or not place.asked:
        return place
    order = wish.order.in_room(room)
    for number in range(1, FAR + 1):
        start = wish.last + timedelta(days=number)
        search = starts.search_of(wish, order, start)
        if search and (search.best(0) or is_helped_by_pause(search)):
            return place._replace(works=start)
    return place


def advised(wishes: Sequence[Wish], answer: Answer, room: Room, starts: Starts) -> Answer:
    """The plan in which who has no place is told what would work beside all the others in a room
    that has nobody of the plan yet.
    """
    held = (each for place in answer.admitted for each in held_of(room.house, place.course))
    left = room.and_more(list(held))
    pairs = zip(wishes, answer.places, strict=True)
    return answer._replace(
        places=tuple(with_advice(wish, place, left, starts) for wish, place in pairs)
    )


def _placed(order: Order) -> Placement | Failure | None:
    """The placement, or why there is none; None where something needed is not known."""
    try:
        return place_sessions(order)
    except KetaschedError:
        return None
