"""Several sessions a day: the placement against brute force.

The judge below knows only the rules as they are written in words. It counts minutes from the first
Monday, in UTC, and tries every day of every treatment day with every start, every place of a
session that may differ, and every pause in every place. A case that fails is rebuilt from its seed:
``case(SEED)``.
"""

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product

import pytest

from ketasched.domain.busy import Busy, BusyTimes
from ketasched.domain.cadence import Gap, PerWeek, Window
from ketasched.domain.clinic import Clinic, Closure, Span
from ketasched.domain.commitments import Commitments
from ketasched.domain.house import House, Resource
from ketasched.domain.per_day import PerDay
from ketasched.domain.protocol import Phase, Step
from ketasched.domain.room import Held, Room, load_of
from ketasched.planning.placement import NoPlacement, place
from ketasched.planning.plan_input import make_rules
from ketasched.planning.start_times import StartTimes
from ketasched.planning.target import Target

MONDAY = date(2027, 1, 4)
DAY = 1440
CASES = 150
HOURS = [
    (),
    ((480, 720), (750, 1050)),
    ((480, 780), (840, 900), (960, 1140)),
    ((540, 1020),),
    ((600, 960),),
    ((0, 240), (1200, DAY)),
]


def case(seed):
    """A small random question, in days and minutes counted from Monday 4 Jan 2027, 00:00."""
    pick = random.Random(seed)
    at_least = pick.random() < 0.4
    several = pick.choice([2, 2, 3] if at_least else [2, 3, 4, 5])
    minutes = pick.choice([10, 30, 45])
    distance = pick.choice([minutes, 60, 90]) if not at_least else pick.choice([60, 150, 240])
    counts = [several if pick.random() < 0.8 else 1 for _ in range(pick.choice([1, 2, 2, 3]))]
    days = [pick.randint(0, 4)]
    for _ in counts[1:]:
        days.append(days[-1] + pick.randint(1, 4))
    usual = pick.choice(HOURS[1:])
    asked = pick.choice([480, 540, 550, 630, 690, 1200])
    sessions = [index for index, count in enumerate(counts) for _ in range(count)]
    fixed = {}
    for number, index in enumerate(sessions, start=1):
        before = max(fixed.values(), default=-1)
        stands = (days[index] + pick.choice([0, 0, 0, 1])) * DAY + asked + pick.randint(0, 20) * 15
        if pick.random() < 0.08 and stands > before:
            fixed[number] = stands
    first_closed = pick.randint(0, 9)
    return {
        "known": {},
        "next": {},
        "sessions": sessions,  # of each the index of its treatment day
        "days": days,
        "several": several,
        "distance": distance,
        "at_least": at_least,
        "minutes": minutes,
        "lengths": {1: pick.choice([minutes, minutes, 60])} if distance >= 60 else {},
        "window": (pick.randint(0, 1), pick.randint(0, 3)),
        "gap": (1, pick.randint(2, 6)),
        "pause": pick.choice([0, 1, 1]),
        "asked": asked,
        "flex": pick.choice([0, 0, 15, 60]),
        "week": [usual if pick.random() < 0.8 else pick.choice(HOURS) for _ in range(7)],
        "closures": [first_closed + number for number in range(pick.choice([0, 1, 1, 2, 4]))],
        "not_starting": [pick.choice([(), (), ((700, 760),), ((545, 615), (600, 630))])
                         for _ in range(7)],
        "busy": [(begins := pick.randint(0, 14) * DAY + asked + pick.randint(-120, 500),
                  begins + pick.choice([5, 40, 300])) for _ in range(pick.randint(0, 4))],
        "taken": [(begins := pick.randint(0, 14) * DAY + asked + pick.randint(-60, 400),
                   begins + pick.choice([15, 90])) for _ in range(pick.randint(0, 6))],
        "chairs": pick.choice([1, 2]),
        "fixed": fixed,
        "gone": {number for number in range(2, len(sessions) + 1) if pick.random() < 0.08},
    }  # fmt: skip


# The judge


def length_of(asked, number):
    return asked["lengths"].get(number, asked["minutes"])


def opens(asked, day):
    return () if day in asked["closures"] else asked["week"][day % 7]


def fits_hours(asked, begins, minutes):
    """Whether the clinic is open all the time, and lets it begin."""
    if any(a <= begins % DAY < b for a, b in asked["not_starting"][begins // DAY % 7]):
        return False
    day, minute = divmod(begins, DAY)
    first = (minute, min(minute + minutes, DAY))
    if not any(a <= first[0] and first[1] <= b for a, b in opens(asked, day)):
        return False
    over = minute + minutes - DAY
    return over <= 0 or any(a <= 0 and over <= b for a, b in opens(asked, day + 1))


def is_legal(asked, number, begins):
    minutes, known = length_of(asked, number), asked["known"]
    if (minutes, begins) not in known:
        known[minutes, begins] = is_free(asked, begins, minutes)
    return known[minutes, begins]


def is_free(asked, begins, minutes):
    ends = begins + minutes
    if not fits_hours(asked, begins, minutes):
        return False
    if any(a < ends and begins < b for a, b in asked["busy"]):
        return False
    return all(
        sum(a <= minute < b for a, b in asked["taken"]) < asked["chairs"]
        for minute in range(begins, ends)
    )


def after(asked, before, number):
    """When the next one is due: the distance later, or when the clinic's break is over."""
    due = before + asked["distance"]
    key, rest = (number, due), range(due, due // DAY * DAY + DAY)
    if key not in asked["next"]:
        fitting = (at for at in rest if fits_hours(asked, at, length_of(asked, number)))
        asked["next"][key] = next(fitting, due)
    return asked["next"][key]


def numbers_of(asked, index):
    return [number for number, own in enumerate(asked["sessions"], start=1) if own == index]


def free_of(asked, index):
    return [number for number in numbers_of(asked, index) if number not in asked["fixed"]]


def plans(asked, index, day):
    """Every legal plan of a treatment day on a day: what it costs, its order among equals, starts."""
    numbers, free = numbers_of(asked, index), free_of(asked, index)
    stays = {number: asked["fixed"][number] for number in numbers if number in asked["fixed"]}
    before = [number for number in stays if number < free[0]]
    keeper = stays[before[-1]] if before else next(iter(stays.values()), None)
    if keeper is not None and keeper // DAY != day:
        return
    for number, stands in stays.items():
        if stands // DAY < day and number > free[0]:
            return
        if stands // DAY > day and number < free[-1]:
            return
    here = [number for number in numbers if number in free or stays[number] // DAY == day]
    if asked["at_least"]:
        yield from least(asked, day, here, stays, numbers)
    else:
        yield from exact(asked, day, here, stays)


def exact(asked, day, here, stays):
    changes = [0]
    if here[0] not in stays:
        changes = range(-(asked["flex"] // 15) * 15, asked["flex"] + 1, 15)
    loose = [number for number in here[1:] if number in asked["gone"] and number not in stays]
    for change in changes:
        if 0 <= asked["asked"] + change < DAY:
            for times in product(range(1, 25), repeat=len(loose)):
                skips = dict(zip(loose, times, strict=True))
                own = chain_of(asked, day * DAY + asked["asked"] + change, here, stays, skips)
                if own is not None:
                    yield abs(change), [change, *times], own, [change] * len(own)


def chain_of(asked, first, here, stays, skips):
    """The starts of the free sessions of a day, or None if they are not legal."""
    starts = {}
    for index, number in enumerate(here):
        if number in stays:
            starts[number] = stays[number]
            continue
        starts[number] = first
        if index:
            last = starts[here[index - 1]] + (skips.get(number, 1) - 1) * asked["distance"]
            if last // DAY != first // DAY:
                return None
            starts[number] = after(asked, last, number)
        if starts[number] // DAY != first // DAY or not is_legal(asked, number, starts[number]):
            return None
    if not apart(asked, here, starts):
        return None
    return [starts[number] for number in here if number not in stays]


def least(asked, day, here, stays, numbers):
    choices = []
    for number in here:
        if number in stays:
            choices.append([(stays[number], 0)])
            continue
        place = numbers.index(number)
        ideal = day * DAY + asked["asked"] + place * asked["distance"]
        flex = asked["flex"] // 15 * 15
        most = flex if not place else DAY
        choices.append([
            (ideal + change, change) for change in range(-flex, most + 1, 15)
            if (ideal + change) // DAY == day and is_legal(asked, number, ideal + change)
        ])  # fmt: skip
    for chosen in product(*choices):
        starts = {number: at for number, (at, _) in zip(here, chosen, strict=True)}
        if apart(asked, here, starts):
            free = [each for number, each in zip(here, chosen, strict=True) if number not in stays]
            changes = [change for _, change in free]
            yield sum(map(abs, changes)), [at for at, _ in free], [at for at, _ in free], changes


def apart(asked, here, starts):
    return all(
        starts[later] - starts[earlier] >= asked["distance"] for earlier, later in pairwise(here)
    )


def states(asked, index, weeks):
    """Where a treatment day may be: cost, day, starts, changes, first and last day it reaches."""
    target = asked["days"][index] + 7 * weeks
    free = free_of(asked, index)
    stays = [asked["fixed"][n] // DAY for n in numbers_of(asked, index) if n in asked["fixed"]]
    if not free:
        return [((0, 0, 0), stays[0], [], [], min(stays), max(stays))]
    early, late = asked["window"]
    found = []
    for day in range(max(target - early, asked["days"][0]), target + late + 1):
        best = min(plans(asked, index, day), default=None)
        if best:
            off = day - target
            days = [day, *stays]
            found.append(
                ((off * off, off != 0, best[0]), day, best[2], best[3], min(days), max(days))
            )
    on_start = [state for state in found if state[1] == asked["days"][0]]
    return (
        on_start if asked["days"][index] == asked["days"][0] and not weeks and on_start else found
    )


def brute_force(asked):
    """The best (starts, changes, weeks of pause, index it stands before), or None."""
    count = len(asked["days"])
    least_gap, most_gap = asked["gap"]

    def may_follow(index, before, here, extra):
        edge = numbers_of(asked, index - 1)[-1], numbers_of(asked, index)[0]
        if all(number in asked["fixed"] for number in edge):
            return here[4] >= before[5]
        days = here[4] - before[5]
        return least_gap <= days and (edge[1] in asked["gone"] or days <= most_gap + extra)

    for weeks in range(1 + asked["pause"]):
        found = []
        for pause in range(1, count) if weeks else [0]:
            options = [
                states(asked, index, weeks if pause and index >= pause else 0)
                for index in range(count)
            ]
            for course in product(*options):
                if all(
                    may_follow(i, course[i - 1], course[i], 7 * weeks if i == pause else 0)
                    for i in range(1, count)
                ):
                    cost = [sum(column) for column in zip(*(one[0] for one in course), strict=True)]
                    starts = [at for one in course for at in one[2]]
                    changes = [change for one in course for change in one[3]]
                    found.append((cost, [one[1] for one in course], starts, changes, weeks, -pause))
        if found:
            best = min(found)
            return best[2], best[3], best[4], -best[5]
    return None


# The program


def solve(asked):
    """What the program finds for the same question, in the judge's numbers."""
    per_day = PerDay(asked["several"], asked["distance"], at_least=asked["at_least"])
    phase = Phase(
        "one", PerWeek(2), 9, Window(*asked["window"]), Gap(*asked["gap"]), asked["pause"],
        per_day=per_day,
    )  # fmt: skip
    targets = [
        Target(number, phase, number, MONDAY + timedelta(days=asked["days"][index]), phase.window,
               length_of(asked, number), after_break=number in asked["gone"])
        for number, index in enumerate(asked["sessions"], start=1)
    ]  # fmt: skip
    closures = (MONDAY + timedelta(days=day) for day in asked["closures"])
    week, blocked = (
        tuple(tuple(Span(*span) for span in spans) for spans in asked[name])
        for name in ("week", "not_starting")
    )
    clinic = Clinic(UTC, week, tuple(Closure(day, day) for day in closures), not_starting=blocked)
    midnight = datetime.combine(MONDAY, time(), UTC)
    busy = [Busy(*(midnight + timedelta(minutes=m) for m in span)) for span in asked["busy"]]
    commitments = Commitments(busy=BusyTimes(lambda *_: busy))
    times = StartTimes((time(*divmod(asked["asked"], 60)),) * 7, asked["flex"])
    since = int(midnight.timestamp()) // 60
    load = load_of(Held("chair", since + a, since + b, 1) for a, b in asked["taken"])
    room = Room(House((Resource.of_number("chair", asked["chairs"]),)), UTC, lambda: load)
    takes = {
        minutes: room.house.of_session("x", [Step("treatment", minutes)], minutes)
        for minutes in (10, 30, 45, 60)
    }

    def refuse(candidate):
        return room.refusal(takes[candidate.minutes], candidate)

    slots = make_rules(clinic, times, commitments).slots.under([refuse])
    fixed = {
        number: (midnight + timedelta(minutes=at)).replace(tzinfo=None)
        for number, at in asked["fixed"].items()
    }
    outcome = place(targets, slots, fixed, targets[0].day)
    if isinstance(outcome, NoPlacement):
        return None, outcome
    pause = outcome.pause
    free = [one for one in outcome.placed if one.target.number not in asked["fixed"]]
    return (
        [(one.day - MONDAY).days * DAY + one.start.hour * 60 + one.start.minute for one in free],
        [one.moved_minutes for one in free],
        pause.weeks if pause else 0,
        asked["sessions"][pause.before_session - 1] if pause else 0,
    ), outcome


def check(seed):
    asked = case(seed)
    found, outcome = solve(asked)
    assert found == brute_force(asked), f"case({seed})"
    if found is None:
        assert all(refused.reasons for refused in outcome.refused), f"case({seed})"
        return outcome
    for one in outcome.placed:
        moved = one.day != one.target.day or one.moved_minutes
        free = one.target.number not in asked["fixed"]
        assert bool(one.reasons) == bool(moved and free), f"case({seed})"
    return outcome


def test_treatment_days_are_placed_best_by_brute_force():
    outcomes = [check(seed) for seed in range(CASES)]
    placed = [one for one in outcomes if not isinstance(one, NoPlacement)]
    assert CASES // 5 < len(placed) < CASES * 4 // 5
    sessions = [session for one in placed for session in one.placed]
    assert sum(one.pause is not None for one in placed) > CASES // 100
    assert sum(one.day != one.target.day for one in sessions) > CASES // 10
    assert sum(one.moved_minutes != 0 for one in sessions) > CASES // 30


@pytest.mark.slow
def test_treatment_days_are_placed_best_by_brute_force_at_length():
    for seed in range(CASES, 2000):
        check(seed)
