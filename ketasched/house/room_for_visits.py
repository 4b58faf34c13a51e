"""Where a linked visit found all taken, the sessions of its day are timed around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ketasched.domain.course import Course, LinkedVisit, Unplaced, is_gone
from ketasched.domain.house import minute_at
from ketasched.domain.room import Held, Room
from ketasched.house.kind import Kind, Start
from ketasched.house.one_by_one import place_at
from ketasched.house.settling import Settling, left_without, with_course
from ketasched.house.times import Times
from ketasched.house.waiting import Admitted, Place, crowded_out, is_crowded_out, merit
from ketasched.planning.linked_visits import anchors
from ketasched.planning.visit_times import Taken, VisitQuestion, ideal_start, legal_starts

MOST_ROUNDS = 5
"""How often it is tried again for the visits that are left."""


class _Entry(NamedTuple):
    """What stands on a day: whose it is, what kind of thing, and when it starts; None as a session
    for what stays there.
    """

    wish: int
    kind: Kind
    start: Start
    session: int | None


class RoomForVisits:
    """The day of each linked visit that found all taken is planned again with it."""

    def __init__(self, settling: Settling, times: Times) -> None:
        self._settling = settling
        self._times = times

    def made(self, places: tuple[Place, ...]) -> tuple[Place, ...]:
        """The plan, or one that is better as fewer linked visits have no place."""
        wishes = self._settling.wishes
        for _ in range(MOST_ROUNDS):
            if not crowded_out(places):
                break
            better = _Round(self._settling, self._times, places).places()
            if merit(wishes, better) >= merit(wishes, places):
                break
            places = better
        return places


class _Round:
    """One go at all linked visits that have no place."""

    def __init__(self, settling: Settling, times: Times, places: Sequence[Place]) -> None:
        self._settling = settling
        self._times = times
        self._places = places
        self._house = settling.room.house
        self._on: dict[date, list[_Entry]] = {}
        self._changed: set[int] = set()
        for wish, place in enumerate(places):
            if isinstance(place, Admitted):
                self._add(wish, place.course)

    def _add(self, wish: int, course: Course) -> None:
        for came in self._times.question.visits_of(wish, course):
            number = came.sessions[0].number
            own = [_Entry(wish, came.kind, came.start, number)] if came.kind else []
            for session in came.sessions if not own else ():
                takes = self._house.of_session_of(course.protocol, session.minutes)
                start = Start(minute_at(session.start), 0)
                own.append(_Entry(wish, Kind((start,), tuple(takes)), start, None))
            self._on.setdefault(came.day, []).extend(own)
        for visit in course.visits:
            if not is_gone(visit):
                self._put(wish, visit)

    def _put(self, wish: int, visit: LinkedVisit) -> None:
        takes = self._house.of_visit(visit.kind, visit.minutes, by_video=visit.by_video)
        if takes:
            start = Start(minute_at(visit.start), 0)
            entry = _Entry(wish, Kind((start,), tuple(takes)), start, None)
            self._on.setdefault(visit.start.date(), []).append(entry)

    def places(self) -> tuple[Place, ...]:
        """The plan in which there is room for as many as could be."""
        for wish, place in enumerate(self._places):
            for missing in _crowded_out(place):
                if isinstance(place, Admitted) and not self._times.effort.ran_out():
                    self._changed.add(wish)
                    self._make_room(wish, place, missing)
        return self._replaced()

    def _make_room(self, wish: int, place: Admitted, missing: Unplaced) -> None:
        question = self._question(place, missing)
        if question is None:
            return
        rule = question.rule
        takes = tuple(self._house.of_visit(rule.kind, rule.minutes, by_video=rule.by_video))
        ideal = minute_at(ideal_start(rule, question.session))
        days: dict[date, list[Start]] = {}
        for moment in legal_starts(question):
            minute = minute_at(moment)
            days.setdefault(moment.date(), []).append(Start(minute, abs(minute - ideal)))
        for day, starts in days.items():
            if self._fit(wish, day, Kind(tuple(starts), takes)):
                return

    def _question(self, place: Admitted, missing: Unplaced) -> VisitQuestion | None:
        """The linked visit to place where none of the others is."""
        course = place.course
        beside = place.order.in_room(self._settling.room).rules.beside
        taken = Taken([*course.sessions, *course.visits])
        return next(
            (
                VisitQuestion(rule, session, course, taken, beside)
                for rule in course.protocol.visits
                for session in anchors(rule, course, place.order.already)
                if (rule.kind, rule.name, session.number, rule.anchor.side) == missing[:4]
            ),
            None,
        )

    def _fit(self, wish: int, day: date, visit: Kind) -> bool:
        """Whether a day has times for all who come and a linked visit; these hold then."""
        entries = self._on.get(day, [])
        stays = [entry.wish == wish or entry.session is None for entry in entries]
        kinds = [
            entry.kind.only_at(entry.start) if fixed else entry.kind
            for entry, fixed in zip(entries, stays, strict=True)
        ]
        starts = self._times.best(day, [*kinds, visit]).starts
        if starts is None:
            return False
        self._changed |= {wish, *(entry.wish for entry in entries)}
        moved = [entry._replace(start=at) for entry, at in zip(entries, starts, strict=False)]
        self._on[day] = [*moved, _Entry(wish, visit, starts[-1], None)]
        return True

    def _replaced(self) -> tuple[Place, ...]:
        """The courses of who is touched, each beside what the others hold now."""
        held: dict[int, list[Held]] = {}
        for entries in self._on.values():
            for entry in entries:
                held.setdefault(entry.wish, []).extend(entry.kind.held(entry.start))
        room = self._settling.room.and_more([each for own in held.values() for each in own])
        places = list(self._places)
        for wish in sorted(self._changed):
            place = places[wish]
            if isinstance(place, Admitted):
                room = left_without(room, held[wish])
                places[wish] = self._best(wish, place.course.start, room)
                room = with_course(room, places[wish])
        return tuple(places)

    def _best(self, wish: int, start: date, room: Room) -> Place:
        """The course of a wish from a start; if others crowd out its linked visits, from the start
        from which they do that to the fewest.
        """
        of_wish = self._settling.wishes[wish]
        place = place_at(of_wish.starting(start, room))
        if not crowded_out([place]):
            return place
        starts = (day for day in of_wish.starts() if day != start)
        others = [place_at(of_wish.starting(day, room)) for day in starts]
        return min([place, *others], key=lambda each: merit([of_wish], [each]))


def _crowded_out(place: Place) -> Iterator[Unplaced]:
    if isinstance(place, Admitted):
        yield from (missing for missing in place.course.unplaced if is_crowded_out(missing))
