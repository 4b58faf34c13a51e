"""Days of several sessions in a joint plan: against all plans there are, made from the words alone.

Nothing here is taken from the program but the asked questions and its answers: a treatment day is
due so many days after the start; its sessions stand on one day of its window inside the hours, at
their distance; no minute holds more than there is. Best is who is admitted, by priority, then the
least squared days, then the fewest days moved: a treatment day counts once.
"""

import itertools
import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import helpers
import pytest
from conftest import load_zone, order_of
from test_admit import house_of, is_within, merit_of, numbers_of

from ketasched.domain.cadence import DayList, Gap, Window
from ketasched.domain.clinic import Span
from ketasched.domain.house import minute_at
from ketasched.domain.per_day import PerDay
from ketasched.domain.protocol import Phase, Step
from ketasched.domain.room import Held, Room, load_of
from ketasched.house import solver
from ketasched.house.joint import together
from ketasched.house.one_by_one import one_by_one
from ketasched.house.waiting import Admitted, Wish, held_of

pytest.importorskip("ortools")
CHICAGO = load_zone("America/Chicago").tzinfo
MONDAY = date(2027, 1, 4)
SECONDS = 30
HOURS = [[(8 * 60, 12 * 60)], [(8 * 60, 10 * 60), (10 * 60 + 30, 13 * 60)]]


class Words(NamedTuple):
    """What one patient asks for, as it would be said; ``minutes`` are of each session of a day."""

    first: date
    last: date
    priority: int
    days: tuple[int, ...]
    window: tuple[int, int]
    gap: int
    minutes: tuple[int, ...]
    distance: int
    exact: bool
    asked: int


class Clinic(NamedTuple):
    """What there is: hours as minutes of a day, closed days, numbers, and what is taken."""

    hours: list
    closed: list
    flex: int
    chairs: int
    nurses: int
    held: list

    def is_open(self, day):
        return day.weekday() < 5 and day not in self.closed

    def fits(self, at, minutes):
        return any(opens <= at and at + minutes <= closes for opens, closes in self.hours)

    def due(self, before, words, place):
        """When a session is due behind one: past the break."""
        at = before + words.distance
        later = [opens for opens, _ in self.hours if opens > at]
        tried = (each for each in (at, *later) if self.fits(each, words.minutes[place]))
        return next(tried, None)

    def changed(self, words):
        changes = range(-self.flex // 15 * 15, self.flex + 1, 15)
        return [(words.asked + change, change) for change in changes]

    def shapes(self, words):
        """All starts of the sessions of a treatment day, with the minutes by which they change."""
        shapes = [((at,), abs(change)) for at, change in self.changed(words)]
        for place in range(1, len(words.minutes)):
            longer = []
            for starts, change in shapes:
                if words.exact:
                    at = self.due(starts[-1], words, place)
                    longer += [((*starts, at), change)] if at else []
                    continue
                asked = words.asked + place * words.distance
                for at in range(asked - self.flex // 15 * 15, 1440, 15):
                    if at >= starts[-1] + words.distance:
                        longer.append(((*starts, at), change + abs(at - asked)))
            shapes = longer
        return [
            (starts, change)
            for starts, change in shapes
            if all(map(self.fits, starts, words.minutes))
        ]

    def takes(self, words, starts):
        """What a treatment day takes from which minute to which; a session that is not as long as
        its steps takes all the time what any of them does.
        """
        for at, minutes in zip(starts, words.minutes, strict=True):
            yield "chair", at, at + minutes
            if self.nurses and minutes != max(words.minutes):
                yield "nurse", at, at + minutes
            elif self.nurses:
                yield "nurse", at, at + 15
                yield "nurse", at + minutes - 15, at + minutes


def asked_in(draw, left):
    several = draw.choice([1, 2, 2, 2, 3, 3])
    longest = draw.choice([45, 60])
    early, late = draw.choice([(0, 0), (0, 1), (1, 1), (0, 2), (1, 2)])
    first = MONDAY + timedelta(days=draw.choice([0, 0, 0, 1, 2]))
    return Words(
        first,
        first + timedelta(days=draw.choice([0, 0, 0, 1])),
        draw.choice([1, 2, 9]),
        draw.choice([(0,), (0, 2), (0, 1), (0, 3), (0, 2, 4), (0, 1, 2)])[:left],
        (early, late),
        draw.choice([1, 1, 2]),
        (draw.choice([longest, longest - 15]), *(longest,) * (several - 1)),
        longest + draw.choice([0, 0, 15, 30]),
        draw.random() < 0.5,
        draw.choice([8, 8, 9]) * 60,
    )


def clinic_in(draw):
    chairs = draw.choice([1, 1, 1, 2])
    held = []
    for day in range(draw.choice([0, 0, 3, 8])):
        if draw.random() < 0.6:
            begins = draw.choice([480, 510, 540, 600])
            held.append((MONDAY + timedelta(days=day), begins, begins + draw.choice([30, 60])))
    closed = [MONDAY + timedelta(days=day) for day in range(9) if draw.random() < 0.15]
    flex, nurses = draw.choice([0, 30, 60]), draw.choice([0, 0, 1])
    return Clinic(draw.choice(HOURS), closed, flex, chairs, nurses, held)


def wish_of(number, words, clinic):
    several = len(words.minutes)
    per_day = PerDay(several, words.distance, not words.exact) if several > 1 else None
    longest = max(words.minutes)
    lengths = tuple(
        (day * several + 1, words.minutes[0])
        for day in range(len(words.days))
        if words.minutes[0] != longest
    )
    phase = Phase(
        "all",
        DayList(words.days, 0, "planned"),
        len(words.days) * several,
        Window(*words.window),
        Gap(words.gap, None),
        lengths=lengths,
        per_day=per_day,
    )
    steps = Step("in", 15), Step("stay", longest - 30), Step("out", 15)
    base = order_of("iv", MONDAY).protocol
    protocol = replace(base, id="tiny", steps=steps, phases=(phase,), visits=())
    week = tuple(tuple(Span(*span) for span in clinic.hours) if day < 5 else () for day in range(7))
    order = order_of(
        protocol,
        words.first,
        week=week,
        closed=clinic.closed,
        flex=clinic.flex,
        at=f"{time(*divmod(words.asked, 60)):%H:%M}",
    )
    return Wish(f"p{number}", order, words.first, words.last, words.priority)


class Everything:
    """All joint placements of a small house, the cheapest of each patient first."""

    def __init__(self, clinic, everybody):
        self.clinic = clinic
        self.everybody = everybody
        self.levels = sorted({words.priority for words in everybody})
        self.shapes = {words: clinic.shapes(words) for words in everybody}
        self.options = [[*sorted(self.courses(words)), None] for words in everybody]
        self.known = {}
        self.best = None
        self.extend([])

    def courses(self, words):
        """The squared days, how many moved, and the days, from every start."""
        for number in range((words.last - words.first).days + 1):
            start = words.first + timedelta(days=number)
            due = [start + timedelta(days=off) for off in words.days]
            early, late = words.window
            windows = [
                [day + timedelta(days=off) for off in range(-early, late + 1)] for day in due
            ]
            for days in itertools.product(*windows):
                gaps = [(after - day).days for day, after in itertools.pairwise(days)]
                if (
                    min(days) >= start
                    and all(gap >= words.gap for gap in gaps)
                    and all(map(self.clinic.is_open, days))
                ):
                    off = [(day - target).days for day, target in zip(days, due, strict=True)]
                    yield sum(far * far for far in off), sum(map(bool, off)), days

    def least_change(self, day, there):
        """The least minutes of change with which some patients come on a day; None if they cannot:
        all starts are tried, each minute is counted.
        """
        key = day, tuple(there)
        if key not in self.known:
            taken = [("chair", begins, ends) for on, begins, ends in self.clinic.held if on == day]
            self.known[key] = self.tried(there, taken)
        return self.known[key]

    def tried(self, there, taken):
        if not there:
            return 0
        best = None
        for starts, change in self.shapes[there[0]]:
            more = [*taken, *self.clinic.takes(there[0], starts)]
            if (best is None or change < best) and self.is_within(more):
                rest = self.tried(there[1:], more)
                if rest is not None and (best is None or change + rest < best):
                    best = change + rest
        return best

    def is_within(self, taken):
        most = {"chair": self.clinic.chairs, "nurse": self.clinic.nurses}
        return all(
            sum(name == other and begins <= at < ends for other, begins, ends in taken)
            <= most[name]
            for name, at, _ in taken
        )

    def comers(self, rows):
        days = {}
        for words, row in zip(self.everybody, rows, strict=False):
            for day in row[2] if row else ():
                days.setdefault(day, []).append(words)
        return days

    def extend(self, rows):
        pairs = [*zip(self.everybody, rows, strict=False)]
        refused = tuple(
            sum(row is None for words, row in pairs if words.priority == level)
            for level in self.levels
        )
        merit = refused, *(sum(row[part] for row in rows if row) for part in (0, 1))
        if self.best is not None and merit >= self.best:
            return
        if len(rows) == len(self.everybody):
            self.best = merit
            return
        for option in self.options[len(rows)]:
            days = self.comers([*rows, option])
            own = option[2] if option else ()
            if all(self.least_change(day, days[day]) is not None for day in own):
                self.extend([*rows, option])


def small(seed):
    draw = random.Random(seed)
    clinic = clinic_in(draw)
    return clinic, [asked_in(draw, 2 + number % 2) for number in range(draw.choice([2, 2, 3]))]


def starts_by_day(course):
    days = {}
    for session in course.sessions:
        starts = days.setdefault(session.start.date(), [])
        starts.append(session.start.hour * 60 + session.start.minute)
    return days


def check_small(seed):
    clinic, everybody = small(seed)
    wishes = [wish_of(number, words, clinic) for number, words in enumerate(everybody)]
    held = [
        Held("chair", *(minute_at(datetime.combine(day, time(), CHICAGO)) + at for at in span), 1)
        for day, *span in clinic.held
    ]
    room = Room(house_of(clinic.chairs, clinic.nurses), CHICAGO, lambda: load_of(held))
    answer = together(wishes, room, held, solver.Effort(SECONDS, seed))
    everything = Everything(clinic, everybody)
    new = [each for place in answer.admitted for each in held_of(room.house, place.course)]
    assert is_within(numbers_of(room), [*held, *new]), seed
    assert merit_of(wishes, answer) <= merit_of(wishes, one_by_one(wishes, room, held)), seed
    assert merit_of(wishes, answer) == everything.best, seed
    assert (answer.status, answer.bound) == ("optimal", answer.cost.squares), seed
    assert answer.proved == answer.days, seed
    rows = []
    for words, place in zip(everybody, answer.places, strict=True):
        days = starts_by_day(place.course) if isinstance(place, Admitted) else {}
        rows.append((0, 0, days))
        shapes = [starts for starts, _ in everything.shapes[words]]
        assert all(tuple(starts) in shapes for starts in days.values()), seed
    comers = everything.comers(rows).items()
    assert answer.cost.minutes == sum(everything.least_change(*each) for each in comers), seed
    return any(len(words.minutes) > 1 for words in everybody)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("first", range(20))
def test_days_of_several_are_planned_as_the_best_of_all_plans(first):
    assert sum(check_small(seed) for seed in range(first, 200, 20)) > 3


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_more_days_of_several_are_planned_as_the_best_of_all_plans(part):
    for seed in range(1000, 1000 + 100 * helpers.MORE):
        check_small(seed * 10 + part)


write = helpers.writer("twice.yaml")
TWICE = """version: 1
protocols:
  - id: twice
    title: Twice a day
    label: Twice
    version: 1
    use: an example
    steps: [{name: session, length: 1 h}]
    phases:
      - name: course
        cadence: 2 per week
        sessions: 2
        per_day: {sessions: 2, apart: 2 h}
        window: {early: 0 days, late: 1 days}
        gap: {min: 1 day, max: 7 days}
    sources: [{fact: all of it, source: an example, grade: convention}]
"""


def test_who_comes_twice_a_day_is_admitted_and_called_with_all_others(at):
    """One chair for four hours: 8 to 9 and 10 to 11 are for one, 9 to 10 and 11 to 12 for another."""
    write(TWICE)
    write(
        "version: 1\nname: Bay\ntimezone: America/Chicago\nhours: {mon-fri: '08:00-12:00'}\n"
        "resources: {chair: 1}\n",
        "clinic.yaml",
    )
    write(
        "name,protocol,earliest,latest,at,flex\n"
        "Ana,twice,2027-01-04,2027-01-04,09:00,1 h\nBen,twice,2027-01-04,2027-01-04,09:00,1 h\n",
        "list.csv",
    )
    Path("patients").mkdir()
    admit = ("admit", "list.csv", "--into", "patients", "--protocols", "twice.yaml")
    admitted = at("2026-12-20", *admit)
    assert "proved best: every session on its ideal day" in admitted.out
    closed = at("2026-12-20", "close-day", "2027-01-04", "patients")
    assert "2 to call, proved the fewest" in closed.out
    assert "one by one" not in admitted.out + admitted.err + closed.out + closed.err
    assert "no faults" in at("2026-12-20", "check", "patients").out
