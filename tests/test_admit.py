"""Many at once: the joint plan of a small house against all plans there are, and its engine."""

import itertools
import random
from dataclasses import replace
from datetime import date, timedelta

import helpers
import pytest
from conftest import load_zone, order_of

from ketasched.domain.clinic import Span
from ketasched.domain.house import House, Resource
from ketasched.domain.protocol import Gap, PerWeek, Phase, Step, Window
from ketasched.domain.room import Room
from ketasched.house import solver
from ketasched.house.joint import together
from ketasched.house.one_by_one import one_by_one
from ketasched.house.question import Question
from ketasched.house.waiting import Refused, Wish

pytest.importorskip("ortools")
CHICAGO = load_zone("America/Chicago").tzinfo
WEEK = tuple((Span(8 * 60, 12 * 60),) if day < 5 else () for day in range(7))
MONDAY = date(2027, 1, 4)
SECONDS = 30


def tiny_protocol(sessions, window, gap, minutes, a_week=2):
    phase = Phase("all", PerWeek(a_week), sessions, window, gap)
    base = order_of("iv", MONDAY).protocol
    return replace(base, id="tiny", steps=(Step("all", minutes),), phases=(phase,), visits=())


TINY = {}


def house_of(chairs):
    return House((Resource.of_number("chair", chairs),))


def small(seed):
    """Who waits, and for what, in a small house; what stands there."""
    draw = random.Random(seed)
    chairs = draw.choice([1, 1, 1, 2, 2, 3])
    flex = draw.choice([0, 30, 60, 120])
    wishes, left = [], 12
    for number in range(draw.choice([2, 3, 3, 4, 4])):
        sessions = min(draw.randint(1, 4), left)
        left -= sessions
        if not sessions:
            break
        early, late = draw.choice([(0, 0), (0, 1), (1, 1), (0, 2), (1, 2)])
        gap = Gap(draw.choice([1, 1, 2]), draw.choice([None, 5, 6]))
        protocol = tiny_protocol(
            sessions, Window(early, late), gap, draw.choice([60, 90, 120, 120, 150])
        )
        first = MONDAY + timedelta(days=draw.choice([0, 0, 0, 1, 2]))
        order = order_of(
            protocol, first, week=WEEK, flex=flex, at=draw.choice(["08:00", "09:00", "09:00"])
        )
        last = first + timedelta(days=draw.choice([0, 0, 0, 1, 2]))
        wishes.append(Wish(f"p{number}", order, first, last, draw.choice([1, 2, 9])))
    house = house_of(chairs)
    return wishes, Room(house, CHICAGO)


def fits_beside(courses, chairs):
    """Whether no minute has more sessions than there are chairs: counted anew, minute by minute."""
    spans = [(start, start + timedelta(minutes=minutes)) for start, minutes in courses]
    return all(sum(start <= moment < end for start, end in spans) <= chairs for moment, _ in spans)


def courses_of(wish, room):
    """All courses of a wish in an empty house: the days and the starts of each session, what it
    costs and which start; found by trying everything.
    """
    question = Question([wish], room)
    for beginning in question.beginnings:
        for row in itertools.product(*beginning.seats):
            places = [seats.index(seat) for seats, seat in zip(beginning.seats, row, strict=True)]
            legal = all(
                before in beginning.follows[index][here]
                for index, (before, here) in enumerate(itertools.pairwise(places))
            )
            if legal:
                yield beginning.start, row


def day_fits(kinds, chairs, held=()):
    """Whether there are times for some sessions of a day: every choice is tried."""
    if not kinds:
        return True
    kind, *others = kinds
    for start in kind.starts:
        more = [*held, *kind.held(start)]
        crowded = any(
            sum(each.number for each in more if each.begins <= at.begins < each.ends) > chairs
            for at in more
        )
        if not crowded and day_fits(others, chairs, more):
            return True
    return False


class Everything:
    """All joint placements of a small house, the cheapest of each wish first."""

    def __init__(self, wishes, room):
        self.wishes = wishes
        self.levels = sorted({wish.priority for wish in wishes})
        self.chairs = room.house.resources[0].most
        self.options = [[*self.rows_of(wish, room), None] for wish in wishes]
        self.known = {}
        self.best = None
        self.extend([])

    def rows_of(self, wish, room):
        costs = {}
        for _, row in courses_of(wish, room):
            cost = tuple(sum(seat.standing.cost[part] for seat in row) for part in (0, 1))
            key = tuple((seat.day, seat.kind) for seat in row)
            costs[key] = min(cost, costs.get(key, cost))
        return sorted(costs.items(), key=lambda option: option[1])

    def is_legal(self, rows):
        days = {}
        for row in rows:
            for day, kind in row[0] if row else ():
                days.setdefault(day, []).append(kind)
        return all(self.day_is_legal(day, kinds) for day, kinds in days.items())

    def day_is_legal(self, day, kinds):
        key = day, tuple(sorted(map(hash, kinds)))
        if key not in self.known:
            self.known[key] = day_fits(kinds, self.chairs)
        return self.known[key]

    def merit(self, rows):
        """The refused by priority, the squared days, the sessions moved; it never gets less."""
        pairs = [*zip(self.wishes, rows, strict=False)]
        refused = tuple(
            sum(row is None for wish, row in pairs if wish.priority == level)
            for level in self.levels
        )
        return refused, *(sum(row[1][part] for row in rows if row) for part in (0, 1))

    def extend(self, rows):
        merit = self.merit(rows)
        if self.best is not None and merit >= self.best:
            return
        if len(rows) == len(self.wishes):
            self.best = merit
            return
        for option in self.options[len(rows)]:
            if self.is_legal([*rows, option]):
                self.extend([*rows, option])


def merit_of(wishes, answer):
    levels = sorted({wish.priority for wish in wishes})
    refused = tuple(
        sum(
            isinstance(place, Refused)
            for place, wish in zip(answer.places, wishes, strict=True)
            if wish.priority == level
        )
        for level in levels
    )
    return refused, answer.cost.squares, answer.cost.moved


def check_legal(answer, chairs):
    spans = [
        (session.start, session.minutes)
        for place in answer.admitted
        for session in place.course.sessions
    ]
    assert fits_beside(spans, chairs)
    for place in answer.admitted:
        for session in place.course.sessions:
            assert session.in_window
            begins = session.start.hour * 60 + session.start.minute
            assert begins >= 8 * 60
            assert begins + session.minutes <= 12 * 60
            assert session.start.weekday() < 5
            if session.moved_days or session.moved_minutes:
                assert session.reasons


def check_small(seed):
    wishes, room = small(seed)
    answer = together(wishes, room, [], solver.Effort(SECONDS, seed))
    best = Everything(wishes, room).best
    chairs = room.house.resources[0].most
    check_legal(answer, chairs)
    alone = one_by_one(wishes, room, [])
    check_legal(alone, chairs)
    assert merit_of(wishes, answer) <= merit_of(wishes, alone)
    assert merit_of(wishes, answer) == best, seed
    assert answer.status == "optimal"
    assert answer.bound == answer.cost.squares


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_a_small_house_is_planned_as_the_best_of_all_plans(first):
    for seed in range(first, first + 20):
        check_small(seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_small_houses_are_planned_as_the_best_of_all_plans(part):
    for seed in range(1000, 1000 + 200 * helpers.MORE):
        check_small(seed * 10 + part)
