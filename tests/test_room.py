"""Room beside others: what a house has at each minute, against counting minute by minute.

The judge below knows the rules as docs/clinic.md has them: it walks over the minutes of an
appointment in UTC, reads the wall clock of each, and counts. A case is rebuilt from its seed.
"""

import itertools
import random
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
from conftest import BUILT_IN, load_zone, order_of
from helpers import MORE

from ketasched.domain.cadence import Gap, PerWeek, Window
from ketasched.domain.candidate import Candidate
from ketasched.domain.clinic import Span
from ketasched.domain.house import House, Level, Resource, Takes, minute_at
from ketasched.domain.linked_visit_rule import VISIT_KINDS
from ketasched.domain.protocol import Phase, Step
from ketasched.domain.room import Held, Load, Room, held_by, load_of
from ketasched.planning.placement import NoPlacement, place
from ketasched.planning.plan import plan
from ketasched.planning.start_times import Slots, StartTimes
from ketasched.planning.target import Target

CHICAGO = load_zone("America/Chicago").tzinfo
MONDAY = date(2027, 1, 4)
SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)
"""Days on which clocks change in Chicago: 02:00 is 03:00, and 01:00 to 02:00 happens twice."""
CHAIRS = Resource.of_number("chair", 3)
EMPTY = ((),) * 7


def resource(name, *levels):
    """A resource with the same numbers every day: from and to in hours, and how many."""
    return Resource(
        name, (tuple(Level(Span(a * 60, b * 60), number) for a, b, number in levels),) * 7
    )


def moment(text, zone=CHICAGO):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def held(name, begins, ends, number=1, zone=CHICAGO):
    return Held(name, minute_at(moment(begins, zone)), minute_at(moment(ends, zone)), number)


def refused(house, taken, text, minutes, protocol="iv", zone=CHICAGO):
    """Why a session at that wall time is refused; None if it is not."""
    start = datetime.fromisoformat(text)
    room = Room(house, zone, lambda: load_of(taken))
    refuse = room.for_sessions(BUILT_IN[protocol])
    reason = refuse(Candidate(start.date(), start.time(), minutes))
    return reason and (reason.kind, reason.text)


# What is said

AT = "2027-01-04"
THREE = [held("chair", f"{AT} 09:30", f"{AT} 11:30") for _ in range(3)]


@pytest.mark.parametrize(
    ("house", "taken", "start", "text"),
    [
        (House((CHAIRS,)), [], "10:00", None),
        (House((CHAIRS,)), THREE[:2], "10:00", None),
        (House((CHAIRS,)), THREE, "10:00", "all 3 chairs are taken 09:30–11:30"),
        (House((CHAIRS,)), THREE, "07:30", None),
        (House((CHAIRS,)), THREE, "07:31", "all 3 chairs are taken 09:30–11:30"),
        (House((CHAIRS,)), THREE, "11:29", "all 3 chairs are taken 09:30–11:30"),
        (House((CHAIRS,)), THREE, "11:30", None),
        (
            House((Resource.of_number("room", 1),), (Takes("iv", (("room", 1),)),)),
            [
                held("room", f"{AT} 08:00", f"{AT} 09:00"),
                held("room", f"{AT} 09:00", f"{AT} 12:00"),
            ],
            "10:00",
            "the only room is taken 08:00–12:00",
        ),
        (
            House((CHAIRS,), (Takes("iv", (("chair", 2),)),)),
            THREE[:2],
            "10:00",
            "only 1 of 3 chairs is free 09:30–11:30, and it takes 2",
        ),
        (
            House((CHAIRS,), (Takes("iv", (("chair", 3),)),)),
            THREE[:1],
            "10:00",
            "only 2 of 3 chairs are free 09:30–11:30, and it takes 3",
        ),
        (
            House((resource("nurse", (8, 13, 2)),), (Takes("iv", (("nurse", 1),)),)),
            [],
            "12:00",
            "there is no nurse 13:00–24:00",
        ),
        (
            House((resource("nurse", (8, 13, 2), (13, 18, 1)),), (Takes("iv", (("nurse", 2),)),)),
            [],
            "12:00",
            "it takes 2 nurses, and there is only 1 13:00–18:00",
        ),
        # What only the first part of a session takes.
        (
            House(
                (CHAIRS, resource("nurse", (8, 11, 1))),
                (Takes("iv", None, (("infusion", (("nurse", 1),)), ("observation", ()))),),
            ),
            [],
            "10:00",
            None,
        ),
        (
            House(
                (CHAIRS, resource("nurse", (8, 11, 1))),
                (Takes("iv", None, (("infusion", (("nurse", 1),)), ("observation", ()))),),
            ),
            [],
            "10:01",
            "there is no nurse 11:00–24:00",
        ),
    ],
)
def test_a_candidate_that_takes_more_than_is_free_is_refused_with_until_when(
    house, taken, start, text
):
    assert refused(house, taken, f"{AT} {start}", 120) == (text and ("full", text))


def test_what_is_taken_past_midnight_and_on_the_day_before_counts():
    night = [held("chair", "2027-01-04 23:00", "2027-01-05 02:00") for _ in range(3)]
    text = "all 3 chairs are taken 23:00–02:00 Tue"
    assert refused(House((CHAIRS,)), night, "2027-01-04 23:30", 120) == ("full", text)
    assert refused(House((CHAIRS,)), night, "2027-01-05 01:30", 60) == (
        "full", "all 3 chairs are taken 00:00–02:00",
    )  # fmt: skip
    assert refused(House((CHAIRS,)), night, "2027-01-05 02:00", 60) is None
    assert refused(House((CHAIRS,)), night, "2027-01-04 22:00", 60) is None


def test_minutes_that_pass_count_when_clocks_change():
    one = House((Resource.of_number("chair", 1),))
    # 01:30 to 03:30 by the clock is one hour in spring, three in autumn.
    spring = [held("chair", f"{SPRING} 01:30", f"{SPRING} 03:30")]
    assert refused(one, spring, f"{SPRING} 00:30", 60) is None
    assert refused(one, spring, f"{SPRING} 00:30", 61)[0] == "full"
    assert refused(one, spring, f"{SPRING} 03:30", 60) is None
    autumn = [Held("chair", start := minute_at(moment(f"{AUTUMN} 00:30")), start + 120, 1)]
    # Two hours after 00:30 it is 01:30 for the second time.
    assert refused(one, autumn, f"{AUTUMN} 01:30", 30) == (
        "full", "the only chair is taken 00:30–01:30",
    )  # fmt: skip
    assert refused(one, autumn, f"{AUTUMN} 02:00", 30) is None


def test_a_session_of_another_length_takes_the_most_of_its_steps_all_the_time():
    steps = (Step("a", 30, (("nurse", 2),)), Step("b", 30, (("nurse", 1), ("chair", 1))))
    house = House((CHAIRS, Resource.of_number("nurse", 3)))
    whole = house.of_session("x", steps, 90)
    assert [(each.begins, each.ends, dict(each.need)) for each in whole] == [
        (0, 90, {"nurse": 2, "chair": 1})
    ]
    assert [each.need for each in house.of_session("x", steps, 60)] == [
        steps[0].takes,
        steps[1].takes,
    ]


def test_the_clinics_word_wins_over_the_protocols_and_that_over_what_is_usual():
    steps = (Step("a", 30, (("nurse", 1),)), Step("b", 30), Step("c", 30, ()))
    resources = (CHAIRS, Resource.of_number("nurse", 3), Resource.of_number("room", 1))

    def needs(*takes):
        return [
            (each.begins, each.ends, each.need)
            for each in House(resources, takes).of_session("x", steps, 90)
        ]

    assert needs() == [(0, 30, (("nurse", 1),)), (30, 60, (("chair", 1),))]
    assert needs(Takes("x", (("room", 1),))) == [(0, 90, (("room", 1),))]
    assert needs(Takes("x", ())) == []
    assert needs(Takes("x", None, (("a", (("room", 1),)),)))[0] == (0, 30, (("room", 1),))
    assert needs(Takes("y", ())) == needs()
    # Of what there is not, nothing is taken: another house has it.
    assert House((CHAIRS,)).of_session("x", steps, 90)[0].begins == 30


@pytest.mark.parametrize("kind", VISIT_KINDS)
def test_a_linked_visit_on_site_takes_a_chair_unless_it_is_said_otherwise(kind):
    house = House((CHAIRS,))
    assert [each.need for each in house.of_visit(kind, 30, by_video=False)] == [(("chair", 1),)]
    assert house.of_visit(kind, 30, by_video=True) == []
    assert House((CHAIRS,), (Takes(kind, ()),)).of_visit(kind, 30, by_video=False) == []
    no_chairs = House((Resource.of_number("room", 1),))
    assert no_chairs.of_visit(kind, 30, by_video=False) == []


def test_ones_own_appointments_are_not_in_ones_way():
    own = THREE[0]
    load = load_of(THREE).without([own])
    assert Room(House((CHAIRS,)), CHICAGO, lambda: load).shortage(own) is None
    assert Room(House((CHAIRS,)), CHICAGO, lambda: load_of(THREE)).shortage(own)
    assert Load().at("chair", 0) == 0


# Against counting


def case(seed):
    """A small house on a day, often one on which clocks change, what is taken, and a candidate."""
    pick = random.Random(seed)
    day = pick.choice([SPRING, AUTUMN, MONDAY, MONDAY])
    zone = pick.choice([CHICAGO, load_zone("Australia/Lord_Howe").tzinfo, load_zone("UTC").tzinfo])
    edges = sorted(pick.sample(range(0, 1441, 15), 4))
    plain = Resource.of_number("chair", pick.randint(1, 2))
    varied = Resource("chair", tuple(
        pick.choice([(), (Level(Span(0, edges[2]), 2),), (
            Level(Span(edges[0], edges[1]), pick.randint(0, 2)),
            Level(Span(edges[1], edges[3]), pick.randint(1, 2)),
        )]) for _ in range(7)
    ))  # fmt: skip
    nurse = Resource("nurse", ((Level(Span(edges[0], edges[3]), 1),),) * 7)
    steps = tuple(
        Step(
            name,
            pick.choice([15, 20, 60]),
            pick.choice([None, (), (("nurse", 1),), (("chair", 2),)]),
        )
        for name in ("a", "b")
    )
    house = House((pick.choice([plain, varied]), nurse))
    near = minute_at(datetime.combine(day, time(12), zone)) // 15 * 15
    taken = [
        Held(
            pick.choice(["chair", "chair", "nurse"]), begins, begins + pick.choice([15, 30, 120]), 1
        )
        for begins in (near + pick.randint(-60, 60) * 15 for _ in range(pick.randint(0, 12)))
    ]
    start = time(*divmod(pick.randrange(0, 1440, 5), 60))
    minutes = pick.choice([sum(step.minutes for step in steps)] * 3 + [45, 300])
    return house, zone, steps, taken, Candidate(day, start, minutes)


def number_at(each, minute, zone):
    """How many there are at a minute, by its wall clock."""
    wall = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)
    clock = wall.hour * 60 + wall.minute
    levels = each.week[wall.weekday()]
    return sum(number for span, number in levels if span.opens <= clock < span.closes)


def wanted_at(steps, minutes, offset):
    """What a session takes so many minutes after it began."""
    usual = {"chair": 1}
    needs = [usual if step.takes is None else dict(step.takes) for step in steps]
    if sum(step.minutes for step in steps) != minutes:
        return {name: max(need.get(name, 0) for need in needs) for name in ("chair", "nurse")}
    for step, need in zip(steps, needs, strict=True):
        if offset < step.minutes:
            return need
        offset -= step.minutes
    raise AssertionError(offset)


def fits(house, zone, steps, taken, candidate):
    """Whether there is room at each minute, counted one by one."""
    start = minute_at(datetime.combine(candidate.day, candidate.start, zone))
    for offset in range(candidate.minutes):
        minute = start + offset
        for name, number in wanted_at(steps, candidate.minutes, offset).items():
            there = [each for each in house.resources if each.name == name]
            full = sum(
                h.number for h in taken if h.resource == name and h.begins <= minute < h.ends
            )
            if number and full + number > number_at(there[0], minute, zone):
                return False
    return True


def check_case(seed):
    house, zone, steps, taken, candidate = case(seed)
    room = Room(house, zone, lambda: load_of(taken))
    reason = room.refusal(house.of_session("x", steps, candidate.minutes), candidate)
    assert (reason is None) == fits(house, zone, steps, taken, candidate), seed
    return reason is None


def test_what_is_full_is_what_counting_finds():
    outcomes = [check_case(seed) for seed in range(400)]
    assert 80 < sum(outcomes) < 320


@pytest.mark.slow
def test_what_is_full_is_what_counting_finds_in_many_cases():
    for seed in range(400, 400 + 4000 * MORE):
        check_case(seed)


# Against brute force: the placement of a course beside others


def question(seed):
    """A course of two or three sessions on one or two chairs, beside what others take."""
    pick = random.Random(seed)
    minutes = pick.choice([60, 120])
    count = pick.choice([2, 2, 3])
    least = pick.randint(1, 2)
    gap = Gap(least, least + pick.randint(1, 3))
    phase = Phase("p", PerWeek(count), count, Window(1, 1), gap)
    offsets = [0]
    for _ in range(count - 1):
        offsets.append(offsets[-1] + pick.randint(gap.min, gap.max))
    targets = [
        Target(number, phase, number, MONDAY + timedelta(offset),
               Window(pick.randint(0, 1), pick.randint(0, 2)), minutes)
        for number, offset in enumerate(offsets, start=1)
    ]  # fmt: skip
    midnight = minute_at(datetime.combine(MONDAY, time(), CHICAGO))
    taken = [
        Held("chair", begins, begins + pick.choice([30, 60, 240, 600]), 1)
        for begins in (
            midnight + day * 1440 + 9 * 60 + pick.randint(-8, 8) * 15
            for day in range(offsets[-1] + 4)
            for _ in range(pick.choice([0, 0, 1, 2, 3]))
        )
    ]
    house = House((Resource.of_number("chair", pick.randint(1, 2)),))
    return targets, house, taken, pick.choice([0, 15, 30, 60])


def best_by_brute_force(targets, house, taken, flex):
    """The cheapest of all days and times of all sessions; None if none is legal."""
    options = []
    for target in targets:
        days = [
            target.day + timedelta(n) for n in range(-target.window.early, target.window.late + 1)
        ]
        legal = [
            (day, start, change)
            for day in days
            if day >= MONDAY
            for change in range(-flex // 15 * 15, flex + 1, 15)
            for start in [(datetime.combine(day, time(9)) + timedelta(minutes=change)).time()]
            if fits_whole(house, taken, day, start, target.minutes)
        ]
        if target.day == MONDAY:
            legal = [each for each in legal if each[0] == MONDAY] or legal
        options.append(legal)
    best = None
    for chosen in itertools.product(*options):
        pairs = itertools.pairwise(chosen)
        if not all(targets[0].phase.gap.holds((b[0] - a[0]).days) for a, b in pairs):
            continue
        off = [(each[0] - target.day).days for each, target in zip(chosen, targets, strict=True)]
        cost = (
            sum(days * days for days in off),
            sum(days != 0 for days in off),
            sum(abs(each[2]) for each in chosen),
            [each[0] for each in chosen],
            [each[1] for each in chosen],
        )
        best = min(best, cost) if best else cost
    return best and list(zip(best[3], best[4], strict=True))


def fits_whole(house, taken, day, start, minutes):
    chairs = (Step("all", minutes),)
    return fits(house, CHICAGO, chairs, taken, Candidate(day, start, minutes))


def check_question(seed):
    targets, house, taken, flex = question(seed)
    room = Room(house, CHICAGO, lambda: load_of(taken))
    times = StartTimes((time(9),) * 7, flex)
    slots = Slots([room.for_sessions(BUILT_IN["iv"])], times)
    outcome = place(targets, slots, {}, MONDAY)
    expected = best_by_brute_force(targets, house, taken, flex)
    if isinstance(outcome, NoPlacement):
        assert expected is None, seed
        return False
    assert [(seat.day, seat.start) for seat in outcome.placed] == expected, seed
    for seat in outcome.placed:
        assert seat.reasons or (seat.day == seat.target.day and not seat.moved_minutes), seed
    return True


def test_the_placement_beside_others_is_the_best_of_all():
    outcomes = [check_question(seed) for seed in range(150)]
    assert 30 < sum(outcomes) < 140


@pytest.mark.slow
def test_the_placement_beside_others_is_the_best_of_all_in_many_cases():
    for seed in range(150, 150 + 1500 * MORE):
        check_question(seed)


def test_courses_planned_one_after_the_other_never_take_more_than_there_is():
    """Three on two chairs, with their linked visits: no minute has more, and the third moved."""
    house = House((Resource.of_number("chair", 2),))
    taken = []
    moved = []
    for _ in range(3):
        load = load_of(taken)
        room = Room(house, CHICAGO, partial(load._replace))
        course = plan(order_of("iv", MONDAY, without=(), flex=240).in_room(room))
        moved.append(any(session.moved_minutes for session in course.sessions))
        for entry in course.entries():
            takes = house.of_session("iv", BUILT_IN["iv"].steps, entry.minutes)
            taken += held_by(takes, minute_at(entry.start))
    assert moved == [False, False, True]
    for minute in {each.begins for each in taken}:
        assert sum(each.begins <= minute < each.ends for each in taken) <= 2
