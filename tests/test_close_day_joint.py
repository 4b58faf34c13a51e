"""A day closes in a house: all are planned again together, against all joint replacements."""

import itertools
import math
import random
from datetime import date, datetime, time, timedelta

import helpers
import pytest
from conftest import load_zone, order_of
from test_admit import WEEK, house_of, is_within, numbers_of, stands, tiny_protocol

from ketasched.domain.cadence import Gap, Window
from ketasched.domain.course import Course
from ketasched.domain.room import Held, Room
from ketasched.house import solver
from ketasched.house.closed_together import one_by_one, together
from ketasched.house.closing import Closing, merit_of
from ketasched.house.one_by_one import place_at
from ketasched.house.waiting import Refused, beside, held_of
from ketasched.house.ways import RunningCourse
from ketasched.running.broken_rules import broken_rules
from ketasched.running.legal_change import Conditions

pytest.importorskip("ortools")
CHICAGO = load_zone("America/Chicago").tzinfo
MONDAY = date(2027, 1, 4)
SECONDS = 30
MOST_TRIED = 20_000
"""Joint replacements of a house that is still small."""


class Snow:
    """A small house at random on whose closed day somebody is to come."""

    def __init__(self, seed):
        draw = random.Random(seed)
        self.standing = stands(draw, chairs := draw.choice([1, 1, 2, 2, 3]))
        self.room = Room(house_of(chairs, draw.choice([0, 0, 1])), CHICAGO)
        self.flex = draw.choice([0, 0, 15, 30])
        self.asked = [self.patient(draw) for _ in range(draw.randint(2, 5))]
        held, self.courses = list(self.standing), []
        for words in self.asked:
            place = place_at(order_of(**words).in_room(beside(self.room, held)))
            if not isinstance(place, Refused):
                self.courses.append((words, place.course))
                held += held_of(self.room.house, place.course)
        days = [session.start.date() for _, course in self.courses for session in course.sessions]
        self.day = draw.choice(sorted(days)) if days else MONDAY
        now = datetime.combine(self.day - timedelta(days=draw.choice([1, 1, 3, 9])), time(7))
        self.now = now.replace(tzinfo=CHICAGO)

    def patient(self, draw):
        window = Window(*draw.choice([(0, 1), (1, 1), (1, 1), (0, 2)]))
        gap = Gap(draw.choice([1, 1, 2]), draw.choice([None, 5, 6]))
        minutes = draw.choice([60, 90, 120, 180])
        return {
            "protocol": tiny_protocol(draw.randint(1, 3), window, gap, minutes),
            "start": MONDAY + timedelta(days=draw.choice([0, 0, 1, 2])),
            "week": WEEK,
            "flex": self.flex,
            "at": draw.choice(["08:00", "09:00", "09:00"]),
        }

    def running(self):
        """The courses with somebody to come on the day, and the others."""
        affected, others = [], []
        for number, (words, course) in enumerate(self.courses):
            conditions = Conditions(order_of(**words, closed=[self.day]), self.now)
            each = RunningCourse(str(number), course, conditions)
            comes = any(
                session.start.date() == self.day and session.start > self.now
                for session in course.sessions
            )
            (affected if comes else others).append(each)
        return affected, others

    def closing(self):
        affected, others = self.running()
        held = [each for one in others for each in held_of(self.room.house, one.course)]
        return Closing(
            self.day, affected, self.room, [*self.standing, *held],
            lambda: (others, self.standing),
        )  # fmt: skip


class Everything:
    """All joint replacements of a small house, the best of each course first."""

    def __init__(self, snow):
        self.snow = snow
        affected, others = snow.running()
        self.numbers = numbers_of(snow.room)
        self.options = [sorted(self.of_affected(each), key=lambda option: option[0])
                        for each in affected]  # fmt: skip
        self.options += [sorted(self.of_other(each), key=lambda option: option[0])
                         for each in others]  # fmt: skip
        self.rest = [min((own for own, _ in options), default=(0,) * 6) for options in self.options]
        self.size = math.prod(map(len, self.options))
        self.best = None

    def of_affected(self, running):
        """Without a place, calls, further, squares, moved, minutes; and what is taken then."""
        held = held_of(self.snow.room.house, running.course)
        yield (1, 0, 0, 0, 0, 0), held
        for cost, further, taken in self.rows(running, affected=True):
            yield (0, 0, further, *cost), taken

    def of_other(self, running):
        for cost, further, taken in self.rows(running, affected=False):
            yield (0, int(further > 0), further, *cost), taken

    def rows(self, running, *, affected):
        """All that may become of a course: only what is moved costs."""
        snow, course = self.snow, running.course
        order, house = running.conditions.order, snow.room.house
        gap = order.layout.stretches[0].phase.gap
        numbers = [
            session.number for session in course.sessions if session.start.date() == snow.day
        ]
        first = min(numbers) if affected else 0
        spots = [self.spots(running, session, first) for session in course.sessions]
        takes = [house.of_session(course.protocol.id, course.protocol.steps, session.minutes)
                 for session in course.sessions]  # fmt: skip
        for row in itertools.product(*spots):
            days = [start.date() for start in row]
            pairs = list(itertools.pairwise(zip(days, row, course.sessions, strict=True)))
            legal = all(
                (here[1] == here[2].start and before[1] == before[2].start)
                or gap.min <= (here[0] - before[0]).days <= (gap.max or 999)
                for before, here in pairs
            )
            if not legal:
                continue
            moved = [(start, each) for start, each in zip(row, course.sessions, strict=True)
                     if start != each.start]  # fmt: skip
            further = sum(each.start.date() != snow.day for _, each in moved)
            taken = [
                Held(name, minute(start) + stretch.begins, minute(start) + stretch.ends, number)
                for start, own in zip(row, takes, strict=True)
                for stretch in own
                for name, number in stretch.need
            ]
            yield cost_of(order, moved), further, taken

    def spots(self, running, session, first):
        """The starts that a session may have; where it is, if it may stay."""
        snow, order = self.snow, running.conditions.order
        leaves = session.start.date() == snow.day and session.start > snow.now
        if session.start <= snow.now or session.number < first:
            return [session.start]
        spots = [] if leaves else [session.start]
        days = [session.target + timedelta(days=off) for off in range(-3, 4)]
        days = [day for day in days if session.window_start <= day <= session.window_end]
        for day in days:
            for at, _ in order.times.options(day, session.minutes):
                start = datetime.combine(day, at, CHICAGO)
                if start != session.start and self.is_open(day, at, session.minutes):
                    spots.append(start)
        return spots

    def is_open(self, day, at, minutes):
        begins = at.hour * 60 + at.minute
        opens = day.weekday() < 5 and begins >= 8 * 60 and begins + minutes <= 12 * 60
        return opens and day != self.snow.day and datetime.combine(day, at, CHICAGO) > self.snow.now

    def extend(self, place, merit, held):
        least = [merit, *self.rest[place:]]
        if self.best is not None and tuple(map(sum, zip(*least, strict=True))) >= self.best:
            return
        if place == len(self.options):
            self.best = merit
            return
        for own, taken in self.options[place]:
            more = [*held, *taken]
            if is_within(self.numbers, more):
                self.extend(place + 1, tuple(map(sum, zip(merit, own, strict=True))), more)


def minute(start):
    return int(start.timestamp()) // 60


def cost_of(order, moved):
    squares = changed = minutes = 0
    for start, session in moved:
        off = (start.date() - session.target).days
        asked = datetime.combine(start.date(), order.times.on(start.date(), session.minutes))
        squares, changed = squares + off * off, changed + (off != 0)
        minutes += abs(int((start.replace(tzinfo=None) - asked).total_seconds())) // 60
    return squares, changed, minutes


def check_legal(snow, closed):
    """Every course keeps its rules, nobody comes on the day, and nothing is taken twice."""
    affected, others = snow.running()
    making_way = {running.key: after for running, after in closed.making_way}
    after = [*zip(affected, closed.outcomes, strict=True)]
    after += [(running, making_way.get(running.key, running.course)) for running in others]
    held = list(snow.standing)
    for running, outcome in after:
        course = outcome if isinstance(outcome, Course) else running.course
        held += held_of(snow.room.house, course)
        before = {session.number: session.start for session in running.course.sessions}
        changed = {each.number for each in course.sessions if each.start != before[each.number]}
        assert not broken_rules(running.conditions.order, course, changed)
        assert all(course.session(number).start > snow.now for number in changed)
        if isinstance(outcome, Course):
            days = [each.start.date() for each in course.sessions if each.start > snow.now]
            assert snow.day not in days
    assert is_within(numbers_of(snow.room), held)


def check_snow(seed):
    snow = Snow(seed)
    closing = snow.closing()
    if not closing.affected or len(closing.affected) > 3:
        return 0
    everything = Everything(snow)
    if everything.size > MOST_TRIED:
        return 0
    everything.extend(0, (0,) * 6, list(snow.standing))
    closed = together(closing, solver.Effort(SECONDS, seed))
    alone = one_by_one(closing)
    check_legal(snow, closed)
    check_legal(snow, alone)
    merit, best = merit_of(closing, closed)[:-1], everything.best
    assert merit <= merit_of(closing, alone)[:-1], seed
    without, calls, put_off, *rest = merit
    if put_off:  # a course is put off rather than that somebody has no place or makes way for it
        assert (without, calls) < best[:2], seed
        return 0
    assert (without, calls, *rest) == best, seed
    assert closed.status == ("bound" if without else "optimal"), seed
    if not without:
        assert (closed.bound, closed.calls) == (best[3], len(closed.outcomes) + calls), seed
    return 1


@pytest.mark.sampled(10)  # with 62, which notices what others by default do not
@pytest.mark.parametrize("first", range(52))
def test_a_day_of_a_small_house_closes_as_the_best_of_all_replacements(first):
    assert sum(check_snow(seed) for seed in range(first, 200, 52))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_days_of_small_houses_close_as_the_best_of_all_replacements(part):
    for seed in range(1000, 1000 + 200 * helpers.MORE):
        check_snow(seed * 10 + part)
