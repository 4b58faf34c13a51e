"""From days and times to courses: each is planned at its start beside all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ketasched.domain.room import Held, Room
from ketasched.house.days import Chosen
from ketasched.house.one_by_one import best_place, place_at
from ketasched.house.starts import Starts, is_helped_by_pause
from ketasched.house.waiting import Admitted, Place, Wish, held_of


class Settling:
    """The courses of some wishes in a room that has nobody of them yet."""

    def __init__(self, wishes: Sequence[Wish], room: Room, starts: Starts) -> None:
        self.wishes = wishes
        self.room = room
        self.starts = starts
        self._may_pause: dict[int, bool] = {}

    def may_pause(self, number: int) -> bool:
        """Whether a wish (by number) has a course with a pause where none of the list is."""
        if number not in self._may_pause:
            wish = self.wishes[number]
            order = wish.order.in_room(self.room)
            searches = (self.starts.search_of(wish, order, start) for start in wish.starts())
            helped = any(search and is_helped_by_pause(search) for search in searches)
            self._may_pause[number] = helped
        return self._may_pause[number]

    def settled(self, chosen: Chosen, timed: Mapping[int, list[Held]]) -> tuple[Place, ...]:
        """The courses of chosen days: of those for whom there are times first, in the order of the
        list; the others then take the best that is left, the most urgent first.
        """
        held = {wish: timed[wish] for wish in sorted(timed)}
        room = self.room.and_more([each for own in held.values() for each in own])
        places: dict[int, Place] = {}
        for wish, own in held.items():
            room = left_without(room, own)
            start = chosen.beginnings[wish][0].start
            places[wish] = place = place_at(self.wishes[wish].starting(start, room))
            room = with_course(room, place)
        without = [
            number
            for number in range(len(self.wishes))
            if not isinstance(places.get(number), Admitted)
        ]
        for wish in sorted(without, key=lambda number: (self.wishes[number].priority, number)):
            places[wish] = place = best_place(self.wishes[wish], room, self.starts)
            room = with_course(room, place)
        return tuple(places[number] for number in range(len(self.wishes)))


def left_without(room: Room, held: Sequence[Held]) -> Room:
    """The room in which what is held is given back."""
    return room.and_more([each._replace(number=-each.number) for each in held])


def with_course(room: Room, place: Place) -> Room:
    """The room that is left beside a course, if there is one."""
    return room.and_more(held_of(room.house, place.course)) if isinstance(place, Admitted) else room
