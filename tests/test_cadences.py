"""Months, cycles, and sessions of another length: what a protocol says, and what becomes of it.

The judge counts months with dateutil, cycles by hand, and places by brute force. A case that fails
is rebuilt from its seed: ``case(SEED)``.
"""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from conftest import BUILT_IN, order_of
from dateutil.relativedelta import relativedelta
from helpers import MORE, changer, mistakes, only, record_of, writer
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_placement_optimum import brute_force

from ketasched.domain.apart import Apart
from ketasched.domain.cadence import (
    Cycles,
    EveryMonths,
    EveryWeeks,
    Gap,
    Months,
    PerWeek,
    Window,
    is_same_cadence,
)
from ketasched.domain.candidate import Candidate
from ketasched.domain.clinic import WHOLE_WEEK, WORKING_WEEK
from ketasched.domain.house import House, Resource, minute_at
from ketasched.domain.protocol import Phase, Step
from ketasched.domain.room import Held, Room, load_of
from ketasched.domain.typed_protocol import read_cadence, read_days_or_months
from ketasched.files.protocols import protocol_file
from ketasched.planning.placement import NoPlacement, place
from ketasched.planning.plan import targets_of
from ketasched.planning.protocol_check import own_gaps_fault
from ketasched.planning.targets import Target

ROOT = Path(__file__).parents[1]
MONDAY = date(2027, 1, 4)
FILE = """\
version: 1
protocols:
  - id: own
    title: Own
    label: Own
    version: 1
    steps: [{name: check, length: 30 min, takes: {nurse: 1}}, {name: infusion, length: 2 h}]
    phases:
      - name: treatment
        cadence: {cycle: 21 days, days: [1, 8]}
        cycles: 3
        choice: 2 to 4
        lengths: {1: 4 h}
        window: {early: 1 day, late: 3 days}
        gap: {min: 4 days, max: 21 days}
      - name: after
        cadence: every 3 months
        after: 6 months
        sessions: open-ended
        steps: {1: [{name: talk, length: 1 h, takes: {}}, {name: scan, length: 15 min}]}
        window: {early: 7 days, late: 7 days}
        gap: {min: 70 days, max: 110 days}
        alternatives: [{cadence: every 12 weeks}]
"""
PLANNED = FILE.replace("days: [1, 8]}", "days: [1, 8], counts_from: planned}")
write = writer("own.yaml")
changed = changer(FILE)


# The words


@pytest.mark.parametrize(
    ("text", "cadence"),
    [
        ("every 3 months", EveryMonths(3)),
        ("Every 1 month", EveryMonths(1)),
        ("every month", EveryMonths(1)),
        ("monthly", EveryMonths(1)),
        ("every other month", EveryMonths(2)),
        ("every 24 months", EveryMonths(24)),
        ("every 4 weeks", EveryWeeks(4)),
    ],
)
def test_months_are_read_and_said_so_that_they_are_read_again(text, cadence):
    assert read_cadence(text) == cadence
    assert read_cadence(str(cadence)) == cadence
    assert is_same_cadence(cadence, read_cadence(text))
    assert not is_same_cadence(EveryMonths(12), cadence)


@pytest.mark.parametrize("text", ["every 0 months", "every 25 months", "2 per month", "month"])
def test_other_words_of_months_are_refused(text):
    with pytest.raises(ValueError, match="write"):
        read_cadence(text)


@pytest.mark.parametrize(
    ("old", "new", "sound"),
    [
        ("", "", True),
        ("        cycles: 3\n", "", False),
        ("cycles: 3", "sessions: 6", False),
        ("sessions: open-ended", "cycles: 4", False),
        ("cycles: 3", "cycles: 3\n        per_day: {sessions: 2, every: 5 h}", True),
        ("cycles: 3", "cycles: 3\n        per_day: {sessions: 2, every: 5 h, apart: 5 h}", False),
        ("cycles: 3", "cycles: 3\n        per_day: {sessions: 2}", False),
        ("after: 6 months", "after: 6 months\n        apart: {from: 1, max: 400 days}", True),
        ("after: 6 months", "after: 6 months\n        apart: {from: 1}", False),
    ],
)
def test_the_schema_refuses_what_the_reader_does(old, new, sound):
    validator = Draft202012Validator(protocol_file.schema())
    data = yaml.safe_load(FILE.replace(old, new) if old else FILE)
    assert validator.is_valid(json.loads(json.dumps(data))) == sound


def test_a_wait_is_of_days_or_of_months():
    assert read_days_or_months("6 months") == Months(6) == read_days_or_months("6 Months")
    assert read_days_or_months("4 weeks") == 28
    with pytest.raises(ValueError, match="1 to 24 months"):
        read_days_or_months("30 months")


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "message"),
    [
        ("cycle: 21 days", "cycle: 0 days", 10, 26, "outside 1 to 366 days"),
        ("days: [1, 8]", "days: [8, 1]", 10, 41, "the days must go up"),
        ("days: [1, 8]", "days: [2, 8]", 10, 41, "on its day 1"),
        ("days: [1, 8]", "days: [1, 8], first_day: 1", 10, 49, "unknown key `first_day`"),
        ("days: [1, 8]", "days: [1, 22]", 10, 41, "the cycle ends on day 21"),
        ("        cycles: 3\n", "", 9, 9, "the key `cycles` is missing"),
        ("cycles: 3", "sessions: 6", 11, 19, "is counted in cycles"),
        ("sessions: open-ended", "cycles: 4", 19, 17, "such a cadence is counted in sessions"),
        ("cycles: 3", "cycles: 600", 11, 17, "a course at most 1000"),
        ("choice: 2 to 4", "choice: 4 to 6", 12, 17, "`cycles` must be a number inside"),
        ("lengths: {1: 4 h}", "lengths: {9: 4 h}", 13, 19, "the phase has no session 9"),
        ("lengths: {1: 4 h}", "lengths: {0: 4 h}", 13, 19, "0 is outside 1 to 1000"),
        ("lengths: {1: 4 h}", "lengths: {1: 4 h, 1: 3 h}", 13, 27, "stands here twice"),
        ("lengths: {1: 4 h}", "lengths: 4 h", 13, 18, "expected keys here"),
        ("lengths: {1: 4 h}", "lengths: {1: 75 min}", 13, 19, "1 h 15 min have other steps"),
        ("name: scan, length: 15 min", "name: scan, length: 90 min", 20, 17, "other steps"),
        ("after: 6 months", "after: 0 months", 18, 16, "write 1 to 24 months"),
        ("after: 6 months", "after: 400 days", 18, 16, "outside 1 to 366 days"),
        ("max: 110 days", "max: 801 days", 22, 34, "outside 1 to 800 days"),
        ("max: 110 days", "max: 91 days", 22, 14, "92 days apart, but the gap is 70 to 91 days"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_once_at_its_place(old, new, line, column, message):
    write(changed(old, new))
    problem = only(mistakes(protocol_file.load, "own.yaml"))
    assert message in problem.message
    assert (problem.line, problem.column) == (line, column)


def test_the_schema_takes_what_is_read_and_nothing_near():
    schema = json.loads((ROOT / "docs/protocols.schema.json").read_text("utf-8"))
    written = json.loads(json.dumps(yaml.safe_load(FILE)))  # numbers as keys are texts there
    check_schema = Draft202012Validator(schema).is_valid
    assert check_schema(written)
    (protocol,) = written["protocols"]
    protocol["phases"][0]["lengths"] = {"first": "4 h"}
    assert not check_schema(written)
    protocol["phases"][0]["lengths"] = {"1": "4 h"}
    assert check_schema(written)
    protocol["phases"][0]["cadence"] = {"cycle": "21 days"}
    assert not check_schema(written)


def test_a_phase_of_cycles_has_no_other_cadence():
    write(changed("        lengths", "        alternatives: [{cadence: weekly}]\n        lengths"))
    assert "no other cadence" in only(mistakes(protocol_file.load, "own.yaml")).message


@pytest.mark.parametrize(
    ("months", "gap", "fault"),
    [
        (1, (28, 31), ""),
        (1, (29, 31), "28 days apart"),
        (1, (28, 30), "31 days apart"),
        (3, (89, 92), ""),
        (3, (90, 92), "89 days apart"),
        (3, (89, 91), "92 days apart"),
        (12, (365, 366), ""),
        (12, (366, 366), "365 days apart"),
    ],
)
def test_a_gap_must_hold_for_the_shortest_and_the_longest_months(months, gap, fault):
    phase = Phase("one", EveryMonths(months), None, Window(0, 0), Gap(*gap))
    found = own_gaps_fault(replace(BUILT_IN["im"], phases=(phase,), visits=()))
    assert (fault in found.message) if fault else found is None


# Targets


def of_phases(*phases):
    return replace(BUILT_IN["im"], phases=phases, visits=(), steps=(Step("all", 60),))


def phase(cadence, sessions, name="one", window=(1, 3), gap=(1, 366), **more):
    return Phase(name, cadence, sessions, Window(*window), Gap(*gap), **more)


def days_of(*phases, start=MONDAY, week=WHOLE_WEEK, **choices):
    return [
        target.day
        for target in targets_of(order_of(of_phases(*phases), start, week=week, **choices))
    ]


@pytest.mark.parametrize(
    ("start", "months", "days"),
    [
        ("2027-01-31", 1, "01-31 02-28 03-31 04-30 05-31"),
        ("2028-01-30", 1, "01-30 02-29 03-30 04-30 05-30"),
        ("2027-11-30", 3, "11-30 02-29 05-30 08-30 11-30"),
        ("2028-02-29", 12, "02-29 02-28 02-28 02-28 02-29"),
    ],
)
def test_months_count_from_the_first_target_and_never_chain(start, months, days):
    laid = days_of(phase(EveryMonths(months), 5), start=date.fromisoformat(start))
    assert " ".join(f"{day:%m-%d}" for day in laid) == days


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 24), st.integers(0, 40))
def test_months_are_those_of_the_calendar(first, months, index):
    expected = first + relativedelta(months=months * index)
    assert EveryMonths(months).day(first, index) == expected
    assert Months(months * index).after(first) == expected


CYCLES = Cycles(21, (1, 8))


@pytest.mark.parametrize(
    ("phases", "days"),
    [
        ([phase(CYCLES, 6)], [0, 7, 21, 28, 42, 49]),
        ([phase(Cycles(10, (1, 3, 10)), 4)], [0, 2, 9, 10]),
        # The next phase begins with the next cycle, month, or as long after as it says.
        ([phase(CYCLES, 3), phase(PerWeek(1), 1, "two")], [0, 7, 21, 42]),
        ([phase(CYCLES, 4), phase(CYCLES, 2, "two", after=21)], [0, 7, 21, 28, 49, 56]),
        ([phase(EveryMonths(1), 2), phase(PerWeek(1), 2, "two")], [0, 31, 59, 66]),
        ([phase(PerWeek(1), 2), phase(EveryMonths(1), 2, "two", after=Months(6))], [0, 7, 188, 219]),
    ],
)  # fmt: skip
def test_target_days_from_a_monday(phases, days):
    assert [(day - MONDAY).days for day in days_of(*phases)] == days


@pytest.mark.parametrize(
    ("start", "days"),
    [
        ("2027-01-31", ["2027-01-31", "2027-02-28", "2027-07-31"]),
        ("2027-01-29", ["2027-01-29", "2027-02-28", "2027-07-29"]),
        ("2028-01-30", ["2028-01-30", "2028-02-29", "2028-07-30"]),
        ("2027-08-31", ["2027-08-31", "2027-09-30", "2028-02-29"]),
        ("2027-01-15", ["2027-01-15", "2027-02-15", "2027-07-15"]),
    ],
)
def test_a_wait_of_months_keeps_the_day_of_the_first(start, days):
    doses = [phase(EveryMonths(1), 2), phase(EveryMonths(1), 1, "third", after=Months(5))]
    order = order_of(of_phases(*doses), date.fromisoformat(start), week=WHOLE_WEEK)
    assert [target.day.isoformat() for target in targets_of(order)] == days


def test_a_phase_that_keeps_weekdays_waits_for_an_open_one_after_months():
    months, weekly = phase(EveryMonths(1), 1), phase(EveryWeeks(2), 2, "two")
    start = date(2027, 2, 6) - timedelta(31)  # a month on it is a Saturday
    assert days_of(months, weekly, start=start, week=WORKING_WEEK)[1:] == [date(2027, 2, 8), date(2027, 2, 22)]  # fmt: skip
    twice = phase(PerWeek(2), 2, "two", gap=(2, 7))
    assert days_of(months, twice, start=start, week=WORKING_WEEK)[1] == date(2027, 2, 8)


def test_a_course_that_began_elsewhere_goes_on_within_its_cycle():
    order = order_of(of_phases(phase(CYCLES, 6)), MONDAY, already=3)
    targets = targets_of(order)
    assert [(target.number, target.name) for target in targets] == [
        (4, "cycle 2, day 8"), (5, "cycle 3, day 1"), (6, "cycle 3, day 8"),
    ]  # fmt: skip
    assert [(target.day - MONDAY).days for target in targets] == [0, 14, 21]


@given(st.integers(1, 90), st.sets(st.integers(2, 90)), st.integers(1, 400))
def test_the_name_of_a_session_says_its_place(length, days, number):
    cycles = Cycles(length, (1, *sorted(day for day in days if day <= length)))
    name = cycles.name(number)
    assert cycles.place(name) == number
    cycle, day = (int(word.split()[1]) for word in name.split(", "))
    assert cycles.offset(number) == length * (cycle - 1) + day - 1
    assert cycles.place(f"{name}0") in (0, cycles.place(f"{name}0"))
    assert cycles.place("screening") == cycles.place(f"cycle 1, day {length + 1}") == 0


# Brute force: whole phases of each kind, one after the other


def case(seed):
    """Two or three phases, each with its targets as the judge counts them; and closed days."""
    pick = random.Random(seed)
    start = date(2027, 1, 1) + timedelta(pick.randrange(800))
    days, phases, begin = [], [], start
    for number in range(pick.choice([1, 2, 2, 3])):
        after = pick.choice([None, None, 9, Months(pick.randint(1, 6))]) if number else None
        if isinstance(after, Months):
            begin = days[-1][-1] + relativedelta(months=after.number)
            if isinstance(phases[-1].cadence, EveryMonths):
                passed = phases[-1].cadence.months * (len(days[-1]) - 1)
                begin = days[-1][0] + relativedelta(months=passed + after.number)
        elif after:
            begin = days[-1][-1] + timedelta(after)
        cadence, laid, begin = laid_by_the_judge(pick, begin)
        distances = [(later - day).days for day, later in pairwise(laid)] or [5]
        gap = max(1, min(distances) - pick.randint(-1, 3)), max(distances) + pick.randint(-1, 4)
        window = pick.randint(0, 2), pick.randint(0, 3)
        phases.append(
            Phase(f"phase {number}", cadence, len(laid), Window(*window),
                  Gap(min(gap), max(gap)), pick.choice([0, 0, 1, 2]), after)
        )  # fmt: skip
        days.append(laid)
    due = [day for laid in days for day in laid]
    closed = {pick.choice(due) + timedelta(pick.randint(-2, 3)) for _ in range(pick.randint(0, 7))}
    return phases, days, closed


def laid_by_the_judge(pick, begin):
    """A cadence, the days of one to three sessions from ``begin`` on, and when the next may begin."""
    count = pick.randint(1, 3)
    kind = pick.choice(["months", "months", "cycles", "cycles", "weekly"])
    if kind == "months":
        months = pick.randint(1, 5)
        days = [begin + relativedelta(months=months * n) for n in range(count)]
        return EveryMonths(months), days, begin + relativedelta(months=months * count)
    if kind == "weekly":
        days = [begin + timedelta(7 * n) for n in range(count)]
        return EveryWeeks(1), days, begin + timedelta(7 * count)
    length = pick.randint(4, 28)
    within = pick.choice([(1,), (1, 3), (1, 4)])
    grid = [length * cycle + day - 1 for cycle in range(count) for day in within]
    cycles = -(-count // len(within))
    ends = begin + timedelta(length * cycles)
    return Cycles(length, within), [begin + timedelta(day) for day in grid[:count]], ends


def check(seed):
    phases, days, closed = case(seed)
    order = order_of(of_phases(*phases), days[0][0], week=WHOLE_WEEK, closed=closed)
    targets = targets_of(order)
    assert [target.day for target in targets] == [day for laid in days for day in laid], f"case({seed})"  # fmt: skip
    judged = [
        Target(number, phases[at], number, day, phases[at].window, 60)
        for number, (at, day) in enumerate(
            ((at, day) for at, laid in enumerate(days) for day in laid), start=1
        )
    ]
    pick = random.Random(f"apart {seed}")
    if len(judged) > 2 and pick.random() < 0.3:
        far = (judged[-1].day - judged[0].day).days
        apart = Apart(1, max(1, far + pick.randint(-2, 1)), far + pick.randint(1, 3))
        judged[-1] = judged[-1]._replace(apart=(apart,))
        targets[-1] = targets[-1]._replace(apart=(apart,))
    outcome = place(targets, order.slots_for_all(), {}, order.start)
    best = brute_force(judged, {(day, None) for day in closed}, {}, 0, order.start)
    if isinstance(outcome, NoPlacement):
        assert best is None, f"case({seed})"
        return outcome
    pause = outcome.pause
    found = [seat.day for seat in outcome.placed], pause.weeks if pause else 0
    assert best is not None, f"case({seed})"
    assert found == (best[0], best[2]), f"case({seed})"
    return outcome


def test_courses_of_months_and_cycles_are_proved_by_brute_force():
    outcomes = [check(seed) for seed in range(400)]
    placed = [outcome for outcome in outcomes if not isinstance(outcome, NoPlacement)]
    assert 40 < len(placed) < 390
    assert sum(outcome.pause is not None for outcome in placed) > 10
    assert sum(seat.day != seat.target.day for each in placed for seat in each.placed) > 100


@pytest.mark.slow
def test_courses_of_months_and_cycles_are_proved_by_brute_force_at_length():
    for seed in range(400, 400 + 2000 * MORE):
        check(seed)


# What a session with other steps takes


def check_room(seed):
    """What is free for sessions of three lengths, beside what others hold, minute by minute."""
    pick = random.Random(seed)

    def steps(*lengths):
        return tuple(
            Step(f"step {n}", length, pick.choice([(), (("chair", 1),), (("nurse", 1),), (("chair", 1), ("nurse", 2))]))
            for n, length in enumerate(lengths)
        )  # fmt: skip

    usual, own = steps(30, 60), steps(20, 20, 20)
    first = phase(PerWeek(1), 3, lengths=((2, 45),), steps=((1, own),))
    protocol = replace(of_phases(first), steps=usual)
    house = House((Resource.of_number("chair", 1), Resource.of_number("nurse", 2)))
    midnight = minute_at(datetime.combine(MONDAY, time(), UTC))
    held = [
        Held(pick.choice(["chair", "nurse"]), begins, begins + pick.choice([10, 30]), 1)
        for begins in (midnight + 540 + pick.randrange(0, 180, 10) for _ in range(4))
    ]
    rule = Room(house, UTC, lambda: load_of(held)).for_sessions(protocol)
    most = {
        name: max(dict(step.takes).get(name, 0) for step in usual) for name in ("chair", "nurse")
    }
    for minutes, parts in ((90, usual), (60, own), (45, (Step("all", 45, tuple(most.items())),))):
        for begins in range(540, 720, 10):
            start = time(*divmod(begins, 60))
            refused = rule(Candidate(MONDAY, start, minutes)) is not None
            assert refused == is_full(parts, midnight + begins, held), (seed, minutes, start)


def is_full(parts, minute, held):
    """Whether at some minute of some steps more would be taken than there is."""
    for step in parts:
        for now in range(minute, minute + step.minutes):
            taken = {"chair": 0, "nurse": 0}
            for each in held:
                taken[each.resource] += each.begins <= now < each.ends
            for name, number in step.takes:
                if number and taken[name] + number > {"chair": 1, "nurse": 2}[name]:
                    return True
        minute += step.minutes
    return False


def test_a_session_takes_what_its_own_steps_take_in_many_cases():
    for seed in range(60):
        check_room(seed)


# A course that runs


class Own:
    """A saved course from Mon 5 Oct 2026 on, and what is typed about it."""

    def __init__(self, at):
        self.at = at

    def plan(self, *more, text=FILE, start="2026-10-05"):
        write(text)
        where = ("--protocols", "own.yaml", "--tz", "Europe/Berlin", "--at", "9:00")
        self.do("2026-10-01", "plan", "own", *where, "--start", start, "--save", "own", *more)
        return self

    def do(self, moment, command, *words, code=0):
        return self.at(f"{moment} 12:00", command, *words, code=code)

    def days(self, *numbers):
        """Where sessions stand and are due, and what they are called."""
        sessions = {session["number"]: session for session in record_of("own")["sessions"]}
        chosen = [sessions[number] for number in numbers or sorted(sessions)]
        return [
            f"{day_of(session['start'])} {day_of(session['target'])} {session['name']}".strip()
            for session in chosen
        ]


def day_of(text):
    day = datetime.fromisoformat(text)
    return f"{day:%m-%d}"


@pytest.fixture
def own(at):
    return Own(at)


def test_sessions_are_called_by_cycle_and_day_and_last_as_long_as_they_say(own):
    own.plan("--until", "2027-08-01")
    assert own.days() == [
        "10-05 10-05 cycle 1, day 1",
        "10-12 10-12 cycle 1, day 8",
        "10-26 10-26 cycle 2, day 1",
        "11-02 11-02 cycle 2, day 8",
        "11-16 11-16 cycle 3, day 1",
        "11-23 11-23 cycle 3, day 8",
        "05-24 05-23",
    ]
    minutes = [session["minutes"] for session in record_of("own")["sessions"]]
    assert minutes == [240, 150, 150, 150, 150, 150, 75]


@pytest.mark.parametrize(
    ("words", "sessions"),
    [
        (("--cycles", "2"), 4),
        (("--cycles", "treatment=4"), 8),
        (("--sessions", "treatment=4"), 4),
        (("--cycles", "5"), "the phase treatment of own has 2 to 4 cycles, not 5"),
        (("--sessions", "5"), "has 2 to 4 cycles of 2 sessions, not 5 sessions"),
        (("--cycles", "after=2"), "the phase after of own has no cycles"),
        (("--cycles", "2", "--sessions", "4"), "the number of sessions of the phase treatment is"),
        (("--cycles", "2", "--cycles", "treatment=2"), "is given twice for the phase treatment"),
        (("--cycles", "0"), "0 is outside 1 to 1000"),
        (("--days", "mon"), "--days names 1 day, but no phase has 1 session a week"),
        (("--cadence", "after=monthly"), "is not offered every month"),
    ],
)
def test_cycles_and_sessions_are_counted_each_by_its_option(words, sessions, own):
    if isinstance(sessions, str):
        write(FILE)
        more = ("--protocols", "own.yaml", "--start", "2026-10-05")
        outcome = own.do("2026-10-01", "plan", "own", *more, *words, code=2)
        assert sessions in " ".join(outcome.err.split())
    else:
        own.plan(*words)
        assert len(record_of("own")["sessions"]) == sessions


def test_another_cadence_may_be_chosen_of_months_and_of_weeks(own):
    own.plan("--until", "2027-09-01", "--cadence", "after=every 12 weeks", "--cycles", "2")
    assert own.days(5, 6) == ["05-03 05-03", "07-26 07-26"]


@pytest.mark.parametrize(
    ("text", "day_8", "next_cycle"),
    [(FILE, "11-04 11-04", "11-18 11-18"), (PLANNED, "11-02 11-02", "11-16 11-16")],
)
def test_the_next_cycle_counts_from_day_1_as_it_took_place_or_as_planned(
    text, day_8, next_cycle, own
):
    own.plan(text=text)
    for number, day in (("1", "2026-10-05"), ("2", "2026-10-12")):
        own.do("2026-10-20", "done", "own", number, "--on", day)
    own.do("2026-10-29", "done", "own", "3", "--on", "2026-10-28")
    assert own.days(4, 5) == [f"{day_8} cycle 2, day 8", f"{next_cycle} cycle 3, day 1"]
    assert own.days(1, 2) == ["10-05 10-05 cycle 1, day 1", "10-12 10-12 cycle 1, day 8"]
    # ... and so does one that is added.
    own.do("2026-10-29", "extend", "own", "--on", "2026-12-07", "--dry-run")
    status = " ".join(own.do("2026-10-29", "status", "own").out.split())
    how = "as it took place" if text == FILE else "as planned"
    assert f"count from session 3 (cycle 2, day 1), {how}" in status
    own.do("2026-10-29", "undo", "own")
    assert own.days(5) == ["11-16 11-16 cycle 3, day 1"]


def test_what_is_day_8_of_a_cycle_moves_nothing(own):
    own.plan()
    own.do("2026-10-20", "done", "own", "2", "--on", "2026-10-14")
    assert own.days(3) == ["10-26 10-26 cycle 2, day 1"]


OPEN = FILE.replace("        cycles: 3\n        choice: 2 to 4\n", "        cycles: open-ended\n")
OPEN = OPEN[: OPEN.index("      - name: after")]


def test_an_open_ended_phase_of_cycles_goes_on_with_the_next_cycle(own):
    own.plan("--until", "2026-11-20", text=OPEN)
    assert own.days(5) == ["11-16 11-16 cycle 3, day 1"]
    own.do("2026-11-19", "done", "own", "5", "--on", "2026-11-18")
    own.do("2026-11-19", "extend", "own", "--sessions", "3")
    assert own.days(6, 7, 8) == [
        "11-25 11-25 cycle 3, day 8",
        "12-09 12-09 cycle 4, day 1",
        "12-16 12-16 cycle 4, day 8",
    ]
    # What was added is a baseline as any other.
    own.do("2026-12-11", "done", "own", "7", "--on", "2026-12-10")
    assert own.days(8) == ["12-17 12-17 cycle 4, day 8"]


@pytest.mark.parametrize(
    ("then", "days"),
    [
        ("keep", ["11-09 11-09 cycle 2, day 8", "11-16 11-16 cycle 3, day 1"]),
        ("squeeze", ["11-16 11-16 cycle 3, day 1", "11-03 11-03 cycle 2, day 8"]),
        ("shift", ["11-30 11-30 cycle 3, day 1", "11-16 11-16 cycle 2, day 8"]),
        ("append", ["11-16 11-16 cycle 3, day 1", "12-07 12-07 cycle 4, day 1"]),
    ],
)
def test_what_makes_up_for_a_session_of_a_cycle(then, days, own):
    own.plan()
    own.do("2026-10-29", "cancel", "own", "4", "--then", then)
    expected = days if then != "keep" else days[1:]
    numbers = (5, 7) if then != "keep" else (5,)
    assert own.days(*numbers) == expected


def test_a_day_of_several_sessions_is_put_off_as_a_whole_in_cycles(own):
    several = OPEN.replace(
        "cycles: open-ended", "cycles: 2\n        per_day: {sessions: 2, every: 5 h}"
    )
    own.plan(text=several.replace("lengths: {1: 4 h}", "lengths: {1: 3 h}"))
    own.do("2026-10-02", "cancel", "own", "3", "--then", "shift")
    assert own.days(9, 4, 5, 8) == [
        "10-26 10-26 cycle 1, day 8",
        "10-26 10-26 cycle 1, day 8",
        "11-09 11-09 cycle 2, day 1",
        "11-16 11-16 cycle 2, day 8",
    ]


@pytest.mark.parametrize(
    ("cadence", "days"),
    [
        ("every 4 weeks", ["01-26 01-26", "02-23 02-23"]),
        ("every 2 months", ["03-01 02-28", "04-29 04-29"]),
    ],
)
def test_a_course_goes_on_by_months_or_weeks_from_its_last_session(cadence, days, own):
    alternatives = "        alternatives: [{cadence: every 4 weeks}, {cadence: every 2 months, gap: {min: 50 days, max: 70 days}}]\n"  # fmt: skip
    own.plan(text=f"{MONTHLY}{alternatives}", start="2026-10-22")
    own.do("2026-12-30", "extend", "own", "--cadence", cadence)
    assert [day.split()[1] for day in own.days(3, 4)] == ["11-29", "12-29"]
    assert own.days(5, 6) == days


MONTHLY = """\
version: 1
protocols:
  - id: own
    title: Own
    label: Own
    version: 1
    steps: [{name: shot, length: 30 min}]
    phases:
      - name: build-up
        cadence: weekly
        sessions: 2
        window: {early: 1 day, late: 2 days}
        gap: {min: 5 days, max: 21 days}
      - name: monthly
        after: 1 month
        cadence: monthly
        sessions: 4
        window: {early: 5 days, late: 5 days}
        gap: {min: 18 days, max: 45 days}
"""


def test_months_go_on_by_the_calendar(own):
    own.plan(text=MONTHLY, start="2026-10-23")
    # From the last of the build-up, 30 October: 30 November, then the 30th of each month.
    assert [day.split()[1] for day in own.days()] == [
        "10-23", "10-30", "11-30", "12-30", "01-30", "02-28",
    ]  # fmt: skip
    own.do("2026-11-02", "extend", "own", "--sessions", "2")
    assert [day.split()[1] for day in own.days(7, 8)] == ["03-30", "04-30"]
    own.do("2026-11-02", "cancel", "own", "6", "--then", "shift")
    assert [day.split()[1] for day in own.days(7, 8, 9)] == ["04-30", "05-30", "03-30"]
    own.do("2026-11-02", "extend", "own", "--sessions", "1")
    assert [day.split()[1] for day in own.days(10)] == ["06-30"]
    assert "proved" not in own.do("2026-11-02", "check", ".").err


WEEKLY = "cadence: weekly\n        sessions: 2"
MONTHS = "cadence: monthly\n        sessions: 3"
FORTNIGHTS = "cadence: every 2 weeks\n        sessions: 2"
TEN_DAYS = "cadence: {cycle: 10 days, days: [1, 3]}\n        cycles: 2"
PHASE = """\
      - name: {name}
        {cadence}
        window: {{early: 0 days, late: 6 days}}
        gap: {{min: 1 day, max: 60 days}}
"""


@pytest.mark.parametrize(
    ("phases", "number", "before", "after"),
    [
        # Months count from the first target of their phase, which is as much later as by its rule.
        ([WEEKLY, f"after: 1 month\n        {MONTHS}"], 1,
         "12-25 01-01 | 02-01 03-01 04-01", "01-01 01-08 | 02-08 03-08 04-08"),
        ([WEEKLY, f"after: 55 days\n        {MONTHS}"], 2,
         "12-25 01-01 | 02-25 03-25 04-25", "12-25 01-08 | 03-04 04-04 05-04"),
        ([MONTHS, MONTHS], 1,
         "12-25 01-25 02-25 | 03-25 04-25 05-25", "01-25 02-25 03-25 | 04-25 05-25 06-25"),
        # Cycles count from day 1, and that from the phase before: to the day.
        ([MONTHS, TEN_DAYS], 3,
         "12-25 01-25 02-25 | 03-25 03-27 04-04 04-06", "12-25 01-25 03-25 | 04-25 04-27 05-05 05-07"),
        ([TEN_DAYS, MONTHS], 4,
         "12-25 12-27 01-04 01-06 | 01-14 02-14 03-14", "12-25 12-27 01-04 01-14 | 01-22 02-22 03-22"),
        ([TEN_DAYS, TEN_DAYS], 1,
         "12-25 12-27 01-04 01-06 | 01-14 01-16 01-24 01-26", "12-27 12-29 01-06 01-08 | 01-16 01-18 01-26 01-28"),
        # What keeps its weekdays moves by whole weeks, and never begins before its rule lets it.
        ([MONTHS, FORTNIGHTS], 1,
         "12-25 01-25 02-25 | 03-25 04-08", "01-25 02-25 03-25 | 04-29 05-13"),
        ([TEN_DAYS, FORTNIGHTS, MONTHS], 4,
         "12-25 12-27 01-04 01-06 | 01-14 01-28 | 02-11 03-11 04-11",
         "12-25 12-27 01-04 01-14 | 01-28 02-11 | 02-25 03-25 04-25"),
    ],
)  # fmt: skip
def test_a_shift_counts_later_phases_again_by_their_rules(phases, number, before, after, own):
    text = "".join(PHASE.format(name=f"p{n}", cadence=text) for n, text in enumerate(phases))
    own.plan(text=MONTHLY[: MONTHLY.index("      - name")] + text, start="2026-12-25")
    assert due_days() == before
    own.do("2026-10-02", "cancel", "own", number, "--then", "shift")
    assert due_days() == after


def test_months_behind_a_baseline_count_again_from_their_first(own):
    text = "".join(PHASE.format(name=f"p{n}", cadence=each) for n, each in enumerate((TEN_DAYS, MONTHS)))  # fmt: skip
    own.plan(text=MONTHLY[: MONTHLY.index("      - name")] + text, start="2027-01-08")
    assert due_days() == "01-08 01-10 01-18 01-20 | 01-28 02-28 03-28"
    own.do("2027-01-11", "done", "own", "1", "--on", "2027-01-11")
    assert due_days() == "01-08 01-13 01-21 01-23 | 01-31 02-28 03-31"


def due_days():
    """The days on which the sessions that hold are due, phase by phase."""
    live = [each for each in record_of("own")["sessions"] if each["status"] != "cancelled"]
    days = [
        sorted(each["target"] for each in live if each["phase"] == f"p{number}")
        for number in range(3)
    ]
    return " | ".join(" ".join(day[5:] for day in own) for own in days if own)


def test_the_calendars_say_the_cycle_to_staff_and_to_no_patient(own):
    own.plan("--ics", "patient.ics")
    patient = Path("patient.ics").read_text("utf-8")
    assert "cycle" not in patient.casefold()
    assert "day 8" not in patient.casefold()
    own.do("2026-10-01", "export", "own", "--for", "staff", "-o", "staff.ics")
    assert "cycle 1\\, day 8" in Path("staff.ics").read_text("utf-8").replace("\r\n ", "")


def test_the_judge_knows_the_windows_of_months_and_cycles(own):
    own.plan("--until", "2027-08-01")
    assert own.do("2026-10-01", "check", ".").code == 0
    path = Path("own.course.json")
    record = json.loads(path.read_text("utf-8"))
    record["sessions"][3]["window_end"] = "2026-11-20"
    path.write_text(json.dumps(record), "utf-8")
    outcome = own.do("2026-10-01", "check", ".", code=1)
    assert "wider than the protocol's" in " ".join((outcome.out + outcome.err).split())


def test_show_says_cycles_lengths_and_steps(own):
    write(FILE)
    shown = " ".join(own.do("2026-10-01", "show", "own", "--protocols", "own.yaml").out.split())
    for words in (
        "Cycles 3 (2 to 4 may be chosen) Cadence days 1 and 8 of each cycle of 21 days",
        "Session 1 4 h Window",
        "counted from day 1 of each cycle, as it took place",
        "Begins 6 months after the last target of the phase before",
        "Session 1 1 h 15 min: talk 1 h, scan 15 min",
        "Or every 12 weeks",
    ):
        assert words in shown
    listed = own.do("2026-10-01", "list", "--protocols", "own.yaml").out
    assert "2 to 4 cycles, days 1 and 8 of each cycle of 21 days" in " ".join(listed.split())
