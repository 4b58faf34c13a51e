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
    chairs = draw.choice([1, 1, 2, 3])
    flex = draw.choice([0, 15, 30, 60])
    wishes, left = [], 12
    for number in range(draw.randint(2, 4)):
        sessions = min(draw.randint(1, 4), left)
        left -= sessions
        if not sessions:
            break
        early, late = draw.choice([(0, 0), (0, 1), (1, 1), (1, 2)])
        gap = Gap(draw.choice([1, 1, 2]), draw.choice([None, 5, 6]))
        protocol = tiny_protocol(
            sessions, Window(early, late), gap, draw.choice([60, 90, 120, 240])
        )
        first = MONDAY + timedelta(days=draw.randint(0, 2))
        order = order_of(
            protocol, first, week=WEEK, flex=flex, at=draw.choice(["08:00", "09:00", "10:00"])
        )
        last = first + timedelta(days=draw.choice([0, 0, 1, 2]))
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


def best_of_all(wishes, room):
    """The fewest refused by priority, and the least squared days then the fewest moved: of all
    joint placements.
    """
    chairs = room.house.resources[0].most
    levels = sorted({wish.priority for wish in wishes})
    options = []
    for wish in wishes:
        by_days = {}
        for _, row in courses_of(wish, room):
            cost = (
                sum(seat.standing.cost[0] for seat in row),
                sum(seat.standing.cost[1] for seat in row),
            )
            key = tuple((seat.day, seat.kind) for seat in row)
            by_days[key] = min(cost, by_days.get(key, cost))
        options.append([None, *sorted(by_days.items(), key=lambda option: option[1])])
    known = {}

    def legal(rows):
        days = {}
        for row in rows:
            for day, kind in row[0] if row else ():
                days.setdefault(day, []).append(kind)
        for day, kinds in days.items():
            key = day, tuple(sorted(map(hash, kinds)))
            if key not in known:
                known[key] = day_fits(kinds, chairs)
            if not known[key]:
                return False
        return True

    best = None

    def extend(rows):
        nonlocal best
        if len(rows) == len(wishes):
            refused = tuple(
                sum(
                    row is None
                    for row, wish in zip(rows, wishes, strict=True)
                    if wish.priority == level
                )
                for level in levels
            )
            cost = [sum(row[1][part] for row in rows if row) for part in (0, 1)]
            merit = refused, *cost
            best = merit if best is None else min(best, merit)
            return
        for option in options[len(rows)]:
            if legal([*rows, option]):
                extend([*rows, option])

    extend([])
    return best


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
    best = best_of_all(wishes, room)
    chairs = room.house.resources[0].most
    check_legal(answer, chairs)
    alone = one_by_one(wishes, room, [])
    check_legal(alone, chairs)
    assert merit_of(wishes, answer) <= merit_of(wishes, alone)
    assert merit_of(wishes, answer) == best, seed
    assert answer.status == "optimal"
    assert answer.bound == answer.cost.squares


@pytest.mark.parametrize("seed", range(40))
def test_a_small_house_is_planned_as_the_best_of_all_plans(seed):
    check_small(seed)


@pytest.mark.slow
def test_many_small_houses_are_planned_as_the_best_of_all_plans():
    for seed in range(1000, 1000 + 1000 * helpers.MORE):
        check_small(seed)
