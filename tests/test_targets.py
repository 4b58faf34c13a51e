"""Phases and weekday patterns to target days."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from conftest import BUILT_IN, course_of, order_of

from ketasched.domain.cadence import (
    DayList,
    EveryWeeks,
    Gap,
    NamedDays,
    NamedSession,
    PerWeek,
    Window,
    WorkingDays,
)
from ketasched.domain.clinic import Clinic, Closure, Span
from ketasched.domain.per_day import PerDay
from ketasched.domain.protocol import Phase
from ketasched.planning.plan import plan
from ketasched.planning.protocol_check import own_gaps_fault
from ketasched.planning.target import Stretch
from ketasched.planning.targets import lay_targets
from ketasched.planning.weekday_patterns import weekday_patterns

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
MONDAY = date(2027, 1, 4)


@pytest.mark.parametrize(
    ("sessions", "gap", "first", "pattern"),
    [
        (2, (2, 7), MON, (MON, THU)),
        (2, (2, 7), TUE, (TUE, FRI)),
        (2, (2, 7), WED, (WED, FRI)),
        (2, (2, 7), THU, (THU, MON)),
        (2, (2, 7), FRI, (FRI, MON)),
        (2, (3, 4), WED, None),
        (3, (1, 5), MON, (MON, WED, FRI)),
        (3, (1, 5), THU, None),
        (4, (1, 5), MON, (MON, TUE, WED, FRI)),
        (5, (1, 3), WED, (WED, THU, FRI, MON, TUE)),
        (1, (4, 10), WED, (WED,)),
        (2, (2, 7), SAT, None),
        (6, (1, 7), MON, None),
    ],
)
def test_weekday_patterns_of_a_working_week(sessions, gap, first, pattern):
    found = weekday_patterns(PerWeek(sessions), Gap(*gap), first, frozenset(range(5)))
    assert (found[0] if found else None) == pattern


def test_weekday_patterns_of_a_whole_week():
    assert weekday_patterns(PerWeek(2), Gap(2, 7), SAT, frozenset(range(7)))[0] == (SAT, TUE)
    assert weekday_patterns(PerWeek(3), Gap(1, 5), THU, frozenset(range(7)))[0] == (THU, SAT, MON)
    assert weekday_patterns(PerWeek(7), Gap(1, 1), SUN, frozenset(range(7)))[0][0] == SUN


def phase(cadence, sessions, name="one", **more):
    window, gap = more.pop("window", Window(1, 3)), more.pop("gap", Gap(1, 200))
    return Phase(name, cadence, sessions, window, gap, **more)


def targets(*phases, start=MONDAY, closed=(), days=(), until=None):
    clinic = Clinic(None, closures=tuple(Closure(day, day) for day in closed))
    stretches = [Stretch(one, 1, one.sessions, until) for one in phases]
    return [target.day for target in lay_targets(stretches, start, clinic, days)]


def offsets(days, start=MONDAY):
    return [(day - start).days for day in days]


TWICE = PerWeek(2)


@pytest.mark.parametrize(
    ("phases", "days"),
    [
        ([phase(TWICE, 6)], [0, 3, 7, 10, 14, 17]),
        ([phase(PerWeek(3), 6)], [0, 2, 4, 7, 9, 11]),
        ([phase(EveryWeeks(4), 3)], [0, 28, 56]),
        ([phase(PerWeek(2, every=2), 4)], [0, 3, 14, 17]),
        ([phase(DayList((1, 4, 8, 11), 1), 4)], [0, 3, 7, 10]),
        ([phase(DayList((0, 7, 8), 0), 3)], [0, 7, 8]),
        ([phase(WorkingDays(), 6)], [0, 1, 2, 3, 4, 7]),
        # A phase begins where the next period of the one before would have.
        ([phase(TWICE, 6), phase(PerWeek(1), 2, "two")], [0, 3, 7, 10, 14, 17, 21, 28]),
        ([phase(TWICE, 5), phase(PerWeek(1), 1, "two")], [0, 3, 7, 10, 14, 21]),
        ([phase(EveryWeeks(4), 2), phase(PerWeek(1), 1, "two")], [0, 28, 56]),
        ([phase(PerWeek(2, every=2), 3), phase(EveryWeeks(2), 2, "two")], [0, 3, 14, 28, 42]),
        ([phase(DayList((1, 9), 1), 2), phase(PerWeek(1), 1, "two")], [0, 8, 14]),
        ([phase(WorkingDays(), 7), phase(PerWeek(1), 1, "two")], [0, 1, 2, 3, 4, 7, 8, 14]),
        # ... unless `after` counts from its last target.
        (
            [phase(TWICE, 6), phase(EveryWeeks(4), 2, "two", after=28)],
            [0, 3, 7, 10, 14, 17, 45, 73],
        ),
        ([phase(TWICE, 2), phase(TWICE, 4, "two", after=7)], [0, 3, 10, 14, 17, 21]),
    ],
)
def test_target_days_from_a_monday(phases, days):
    assert offsets(targets(*phases)) == days


@pytest.mark.parametrize(
    ("weekday", "days"),
    [
        (MON, [0, 3, 14, 17, 28, 31]),
        (TUE, [0, 3, 14, 17, 28, 31]),
        (WED, [0, 2, 14, 16, 28, 30]),
        (THU, [0, 4, 14, 18, 28, 32]),
        (FRI, [0, 3, 14, 17, 28, 31]),
    ],
)
def test_every_other_week_does_not_drift_from_any_weekday(weekday, days):
    start = MONDAY + timedelta(days=weekday)
    two = phase(PerWeek(2, every=2), 6, gap=Gap(2, 14))
    assert offsets(targets(two, start=start), start) == days


def test_asked_days_keep_the_gaps_from_the_first_day_of_the_phase():
    taper = phase(PerWeek(2, every=2), 4, gap=Gap(2, 14))
    wednesday = MONDAY + timedelta(days=2)
    assert offsets(targets(taper, start=wednesday, days=(TUE, WED)), wednesday) == [0, 6, 14, 20]
    assert lay_targets([Stretch(taper, 1, 4)], MONDAY, Clinic(None), (MON, TUE)).phase == taper


def test_a_run_that_waits_for_an_open_day_does_not_move_the_weeks_after_it():
    phases = [
        phase(PerWeek(1), 1),
        phase(WorkingDays(), 1, "run"),
        phase(TWICE, 1, "after"),
    ]
    closed = [MONDAY + timedelta(days=day) for day in (7, 8)]
    assert offsets(targets(*phases, closed=closed)) == [0, 9, 14]


def test_a_run_of_working_days_skips_closed_days_and_names_them():
    course = course_of("pain", MONDAY, closed=[date(2027, 1, 6)])
    assert [s.start.day for s in course.sessions] == [4, 5, 7, 8, 11]
    assert [s.moved_days for s in course.sessions] == [0] * 5
    assert [[r.text for r in s.reasons] for s in course.sessions] == [
        [], [], ["closed Wed 6 Jan 2027"], [], [],
    ]  # fmt: skip


def test_the_asked_days_are_used_by_phases_with_that_many_sessions_a_week():
    both = [phase(TWICE, 4), phase(PerWeek(1), 2, "two")]
    assert offsets(targets(*both, days=(MON, FRI))) == [0, 4, 7, 11, 14, 21]


def test_an_open_ended_phase_stops_at_the_last_day():
    open_ended = phase(EveryWeeks(2), None)
    assert offsets(targets(open_ended, until=MONDAY + timedelta(days=28))) == [0, 14, 28]
    assert offsets(targets(open_ended, until=MONDAY + timedelta(days=27))) == [0, 14]


def short_but(*long):
    """A working week with time for a second session of a day only on some weekdays."""
    return tuple(
        (Span(480, 1080 if day in long else 720),) if day < SAT else () for day in range(7)
    )


ONE = phase(PerWeek(1), 1)
THRICE = phase(PerWeek(3), 3, "thrice", window=Window(0, 0), gap=Gap(1, 4))
RUN = phase(WorkingDays(), 3, "run", window=Window(0, 0))
TWO_A_DAY = {"per_day": PerDay(2, 360), "window": Window(0, 0)}
DAY_OF_TWO = phase(PerWeek(1), 2, "two", **TWO_A_DAY)
DAYS_OF_TWO = phase(TWICE, 4, "twos", **TWO_A_DAY)
RUN_OF_TWO = phase(WorkingDays(), 4, "run of two", **TWO_A_DAY)
LONG = phase(NamedDays((NamedSession("long", 0, minutes=300),), 0), 1, "listed")


@pytest.mark.parametrize(
    ("phases", "week", "start", "days", "due"),
    [
        ((DAY_OF_TWO, THRICE), short_but(MON, TUE), MON, (), [0, 0, 7, 9, 11]),
        ((DAY_OF_TWO, THRICE), short_but(MON, TUE), MON, (MON, WED, FRI), [0, 0, 7, 9, 11]),
        ((DAY_OF_TWO, RUN), short_but(MON), MON, (), [0, 0, 7, 8, 9]),
        ((DAY_OF_TWO, ONE, DAYS_OF_TWO), short_but(TUE, FRI), TUE, (), [0, 0, 7, 14, 14, 17, 17]),
        ((ONE, DAYS_OF_TWO), short_but(MON, WED), MON, (), [0, 7, 7, 9, 9]),
        ((ONE, RUN_OF_TWO), short_but(MON, WED), MON, (), [0, 7, 7, 9, 9]),
        ((ONE, DAYS_OF_TWO), short_but(MON, TUE), MON, (MON, TUE), [0, 7, 7, 8, 8]),
        ((LONG, RUN), short_but(MON), MON, (), [0, 7, 8, 9]),
        ((LONG, RUN_OF_TWO), short_but(MON, TUE), MON, (), [0, 7, 7, 8, 8]),
        ((LONG, THRICE), short_but(MON), MON, (), [0, 7, 9, 11]),
        ((ONE, DAYS_OF_TWO), short_but(MON, TUE), MON, (), "no-pattern"),
        ((ONE, DAYS_OF_TWO), short_but(MON, WED), MON, (MON, THU), "do not fit on Thursdays"),
        ((ONE, DAYS_OF_TWO), short_but(MON, WED), FRI, (), "no-placement"),
        ((DAY_OF_TWO, THRICE), short_but(MON, TUE), WED, (), "do not fit on Wednesdays"),
    ],
)
def test_each_phase_has_the_weekdays_that_its_own_days_fit(phases, week, start, days, due):
    protocol = replace(BUILT_IN["iv"], steps=BUILT_IN["iv"].steps[:1], phases=phases, duties=())
    course = course_of(protocol, MONDAY + timedelta(days=start), week=week, days=days)
    if isinstance(due, str):
        assert due in f"{course.code} {course.message}"
    else:
        assert offsets([session.start.date() for session in course.sessions], course.start) == due


def check_that_none_moves(name, days):
    """Lay a built-in protocol out from some days of 2027 on; how many starts have a course."""
    until = date(2028, 12, 31)
    open_ended = BUILT_IN[name].phases[-1].sessions is None
    laid = 0
    for day in days:
        start = date(2027, 1, 1) + timedelta(days=day)
        course = plan(order_of(name, start, until=until if open_ended and day < 7 else None))
        if hasattr(course, "sessions"):
            assert not any(s.moved_days or s.reasons for s in course.sessions), start
            laid += 1
    return laid


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_built_in_protocol_moves_a_session_when_only_weekends_are_closed(name):
    """A week of starts, and then each weekday at another time of the year."""
    assert check_that_none_moves(name, (*range(7), *range(7, 366, 8))) >= 3 * 7


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILT_IN)
def test_no_built_in_protocol_moves_a_session_all_the_year(name):
    assert check_that_none_moves(name, range(366)) >= 3 * 52


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_protocols_keep_their_own_gaps(name):
    assert own_gaps_fault(BUILT_IN[name]) is None


@pytest.mark.parametrize(
    ("change", "key", "message"),
    [
        ({"gap": Gap(4, 7)}, "gap", "no weekdays give 2 per week with 4 to 7 days"),
        ({"cadence": EveryWeeks(4), "gap": Gap(2, 20)}, "gap", "due 28 days apart"),
        (
            {"cadence": DayList((1, 2, 9), 1), "sessions": 3, "gap": Gap(2, 9)},
            "gap",
            "due 1 day apart",
        ),
        ({"cadence": WorkingDays(), "gap": Gap(2, 9)}, "gap", "due 1 day apart"),
        ({"cadence": WorkingDays(), "sessions": 3, "gap": Gap(1, 2)}, "gap", "due 3 days apart"),
    ],
)
def test_a_protocol_whose_targets_break_its_gaps_is_found_out(change, key, message):
    iv = BUILT_IN["iv"]
    broken = replace(iv, phases=(replace(iv.phases[0], **change), iv.phases[1]))
    fault = own_gaps_fault(broken)
    assert fault.key == key
    assert message in fault.message
