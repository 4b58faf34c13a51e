"""Everybody at the nearest days that their own course could have: no plan is nearer than that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ketasched.house.question import Beginning, Seat


class Ideal(NamedTuple):
    """The courses from some starts, with only the seats that are on a nearest one, and how far each
    wish is from ideal at least, a squared day in units.
    """

    beginnings: list[Beginning]
    least: dict[int, int]


def distance_of(seat: Seat, unit: int) -> int:
    """How far a session is from ideal there: squared days, then whether it moved."""
    return seat.standing.cost[0] * unit + seat.standing.cost[1]


def ideal_of(beginnings: Sequence[Beginning], unit: int) -> Ideal:
    """What is ideal for each wish."""
    least: dict[int, int] = {}
    trimmed: list[tuple[int, Beginning]] = []
    known: dict[int, tuple[int, Beginning]] = {}
    for beginning in beginnings:
        alike = id(beginning.seats)
        if alike not in known:
            known[alike] = _nearest(beginning, unit)
        distance, nearest = known[alike]
        least[beginning.wish] = min(distance, least.get(beginning.wish, distance))
        trimmed.append((distance, nearest._replace(wish=beginning.wish)))
    kept = [beginning for distance, beginning in trimmed if distance == least[beginning.wish]]
    return Ideal(kept, least)


def _nearest(beginning: Beginning, unit: int) -> tuple[int, Beginning]:
    """How far a course is from ideal at least, and the seats of those that are as near."""
    own = [[distance_of(seat, unit) for seat in seats] for seats in beginning.seats]
    up_to = [own[0]]
    for costs, follows in zip(own[1:], beginning.follows, strict=True):
        before = up_to[-1]
        up_to.append(
            [
                cost + min(before[place] for place in places)
                for cost, places in zip(costs, follows, strict=True)
            ]
        )
    least = min(up_to[-1])
    after = [0] * len(own[-1])
    kept: list[list[int]] = []
    for index in range(len(own) - 1, -1, -1):
        row = zip(up_to[index], after, strict=True)
        kept.insert(0, [place for place, (here, rest) in enumerate(row) if here + rest == least])
        if index:
            after = _after(own[index], after, beginning.follows[index - 1], len(own[index - 1]))
    return least, _only(beginning, kept)


def _after(
    own: Sequence[int], after: Sequence[int], follows: Sequence[Sequence[int]], before: int
) -> list[int]:
    """The least that follows each of so many seats of the session before."""
    return [
        min(own[here] + after[here] for here, places in enumerate(follows) if place in places)
        for place in range(before)
    ]


def _only(beginning: Beginning, kept: Sequence[Sequence[int]]) -> Beginning:
    """A beginning with some of the seats of each session."""
    seats = tuple(
        tuple(own[place] for place in places)
        for own, places in zip(beginning.seats, kept, strict=True)
    )
    follows = tuple(
        tuple(
            tuple(kept[index].index(place) for place in places[here] if place in kept[index])
            for here in kept[index + 1]
        )
        for index, places in enumerate(beginning.follows)
    )
    return beginning._replace(seats=seats, follows=follows)
