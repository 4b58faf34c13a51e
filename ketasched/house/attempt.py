"""One attempt at a day that closes, of how much may move for it: the best there is, proved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from ketasched.domain.course import Course
from ketasched.domain.room import Held, Room
from ketasched.house import solver
from ketasched.house.closing import Closed, Closing, closed_of, lost_visits, merit_of
from ketasched.house.question import Question
from ketasched.house.waiting import beside, held_of
from ketasched.house.ways import (
    RunningCourse,
    Spot,
    Ways,
    kept_and_stuck,
)
from ketasched.house.ways_as_a_whole import goes_as_a_whole, ways_as_a_whole
from ketasched.house.ways_by_session import ways_of
from ketasched.house.ways_model import AIMS, Picked, WaysModel
from ketasched.running.changes import replanned
from ketasched.running.closing_day import released, without_day
from ketasched.running.legal_change import Conditions, Refusal
from ketasched.running.treatment_days import those_that_go_along
from ketasched.running.visits_that_stay import with_visits_that_stay

A_SEARCH = 5.0
"""The most of the solver's seconds for one aim."""
MOST_ROUNDS = 25
"""How often it is searched again for what the rules of a course refuse in the end."""
Proved = Literal["nothing", "who has a place", "all"]
"""Of what nothing better exists."""


class _Mover(NamedTuple):
    """A course of which some sessions may move; those of the closed day must, if it is affected."""

    running: RunningCourse
    free: frozenset[int]
    is_affected: bool
    as_a_whole: bool


class _Settled(NamedTuple):
    """What becomes of all; and the places of the courses that are ``refused`` at their spots, and
    of those ``losing`` a linked visit because of where others are.
    """

    closed: Closed | None
    refused: list[int]
    losing: list[int]


class Attempt:
    """The affected courses and others of which some sessions may make way; ``day_alone``: of the
    affected ones only those of the closed day move.
    """

    def __init__(
        self,
        closing: Closing,
        others: Sequence[tuple[RunningCourse, set[int]]],
        *,
        day_alone: bool,
    ) -> None:
        self.closing = closing
        self.day_alone = day_alone
        self.movers = [self._affected(running) for running in closing.affected]
        self.movers += [
            _Mover(running, frozenset(free), is_affected=False, as_a_whole=False)
            for running, free in others
        ]
        self.ways, self.room = self._ways()
        self.has_room_for_all = False

    def best(self, effort: solver.Effort) -> tuple[Closed | None, Proved]:
        """The best that was found, and what is proved of it; None if nothing was. Of plans as good
        one is looked for in which nobody takes from others what their linked visits need.
        """
        model = WaysModel(Question((), self.room), self.ways)
        best: Closed | None = None
        proved: Proved = "nothing"
        is_judged = False
        for _ in range(MOST_ROUNDS):
            picked = model.solve(effort, A_SEARCH)
            if picked is None:
                break
            closed, refused, losing = self._settled(picked)
            if not (refused or is_judged):
                is_judged = True
                proved = self._proved(picked)
                self.has_room_for_all = None not in picked.spots
            if closed:
                if self._is_exact(picked):
                    closed = closed._replace(bound=max(0, closed.cost.squares - picked.days))
                best = min(best or closed, closed, key=lambda each: merit_of(self.closing, each))
            is_worse = closed and best and closed.cost > best.cost
            if not (refused or losing) or is_worse or effort.ran_out():
                break
            for place in refused or losing:
                model.forbid(place, picked.spots[place] or ())
        return best, proved

    def _proved(self, picked: Picked) -> Proved:
        if self._is_exact(picked) and picked.proved >= set(AIMS) - {"last"}:
            return "all"
        return "who has a place" if self._has_all_ways and AIMS[0] in picked.proved else "nothing"

    def _is_exact(self, picked: Picked) -> bool:
        """Whether no course has other ways than were looked at: as one with no place may have."""
        return self._has_all_ways and None not in picked.spots

    @property
    def _has_all_ways(self) -> bool:
        return not any(ways.whole and ways.works for ways in self.ways)

    # What may become of each course

    def _affected(self, running: RunningCourse) -> _Mover:
        _, course, freed = released(running.conditions, running.course, self.closing.day)
        free = set(freed)
        if freed and not self.day_alone:
            first = min(course.session(number).rank for number in freed)
            free |= {each for each in running.rest() if course.session(each).rank > first}
        whole = goes_as_a_whole(running, freed)
        return _Mover(running, frozenset(free), is_affected=True, as_a_whole=whole)

    def _ways(self) -> tuple[list[Ways], Room]:
        """The ways of each course beside what takes its place in any case, and the room that is
        left of these.
        """
        house, movers = self.closing.room.house, self.movers
        kept = [
            ()
            if mover.as_a_whole
            else kept_and_stuck(mover.running, house, self._day(mover), mover.free)[0]
            for mover in movers
        ]
        room = self._beside(kept)
        ways = [
            Ways((), ())
            if mover.as_a_whole
            else ways_of(mover.running, room, self._day(mover), mover.free)
            for mover in movers
        ]
        for place, mover in enumerate(movers):
            if mover.as_a_whole or not (ways[place].works or self.day_alone):
                movers[place] = mover._replace(as_a_whole=True)
                beside_it = self._beside([*kept[:place], *kept[place + 1 :]])
                ways[place] = ways_as_a_whole(
                    mover.running,
                    beside_it,
                    self.closing.day,
                    alone=self.day_alone,
                    each_day=mover.as_a_whole,
                )
        return ways, self._beside([own.kept for own in ways])

    def _day(self, mover: _Mover) -> date | None:
        return self.closing.day if mover.is_affected else None

    def _beside(self, held: Sequence[Sequence[Held]]) -> Room:
        """The room that is left beside what stands and what courses hold."""
        everything = [*self.closing.standing, *(each for own in held for each in own)]
        return beside(self.closing.room, everything)

    # What becomes of each course

    def _settled(self, picked: Picked) -> _Settled:
        """The courses, each planned at its spots beside all others, as any change is; who has no
        spot takes what is left. No courses if one is refused on which others count.
        """
        held = [self._held(place, spots) for place, spots in enumerate(picked.spots)]
        outcomes: dict[int, Course | Refusal] = {}
        refused, losing = list[int](), list[int]()
        for place in sorted(range(len(held)), key=lambda place: picked.spots[place] is None):
            mover, spots = self.movers[place], picked.spots[place]
            if not (mover.is_affected or any(spot.further for spot in spots or ())):
                continue
            running = mover.running
            conditions = running.beside(self._beside([*held[:place], *held[place + 1 :]]))
            outcome = self._at(place, conditions, spots)
            if isinstance(outcome, Refusal) and spots:
                refused.append(place)
                if not mover.is_affected:
                    return _Settled(None, refused, losing)
                outcome = without_day(conditions, running.course, self.closing.day)
            elif spots and isinstance(outcome, Course) and self._loses(place, spots, outcome):
                losing.append(place)
            outcomes[place] = outcome
            after = outcome if isinstance(outcome, Course) else running.course
            held[place] = held_of(self.closing.room.house, after)
        number = len(self.closing.affected)
        making_way = [
            (self.movers[place].running, after)
            for place, after in outcomes.items()
            if place >= number and isinstance(after, Course)
        ]
        own = [outcomes[place] for place in range(number)]
        closed = closed_of(self.closing, own, tuple(making_way), "bound")
        return _Settled(closed, refused, losing)

    def _loses(self, place: int, spots: Sequence[Spot], outcome: Course) -> bool:
        """Whether a linked visit of a course has no place any more because of where others are."""
        running = self.movers[place].running
        lost = lost_visits(running.course, outcome)
        if not lost:
            return False
        kept = [ways.kept for ways in self.ways]
        conditions = running.beside(self._beside([*kept[:place], *kept[place + 1 :]]))
        alone = self._at(place, conditions, spots)
        return isinstance(alone, Course) and lost_visits(running.course, alone) < lost

    def _held(self, place: int, spots: Sequence[Spot] | None) -> list[Held]:
        """What a course takes with its spots; with none as it stands."""
        ways = self.ways[place]
        if spots is None:
            stays = [spot for row in ways.rows for spot in row.spots[:1] if not row.must_move]
            return [*ways.kept, *ways.stuck, *(held for spot in stays for held in spot.held)]
        return [*ways.kept, *(held for spot in spots for held in spot.held)]

    def _at(
        self, place: int, conditions: Conditions, spots: Sequence[Spot] | None
    ) -> Course | Refusal:
        """A course at its spots, or at the best that is left beside all others."""
        mover, day = self.movers[place], self.closing.day
        course = mover.running.course
        if spots is None:
            return without_day(conditions, course, day)
        if mover.as_a_whole:
            return without_day(conditions._replace(avoid=spots[0].avoid), course, day)
        rows = self.ways[place].rows
        moved = {
            row.number
            for row, spot in zip(rows, spots, strict=True)
            if row.must_move or spot.further
        }
        moved |= those_that_go_along(conditions.order, course, moved, mover.free)
        if mover.is_affected:
            conditions, course, _ = released(conditions, course, day)
        else:
            conditions = conditions._replace(order=conditions.order.later_first())
        outcome = replanned(conditions, course, moved)
        if isinstance(outcome, Refusal):
            return outcome
        return with_visits_that_stay(conditions, mover.running.course, outcome, day)
