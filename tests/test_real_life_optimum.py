"""The placement with hours, closures, openings, busy times, travel and flex, against brute force.

The judge below knows only the rules as they are written in words. It counts minutes from the
first Monday, in UTC, and tries every combination of days and start times with every pause in every
place. A case that fails is rebuilt from its seed: ``case(SEED)``.
"""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from conftest import order_of
from helpers import MORE
from hypothesis import given, settings
from hypothesis import strategies as st

from ketasched.domain.apart import Apart
from ketasched.domain.busy import Absence, Busy, BusyTimes
from ketasched.domain.cadence import Gap, PerWeek, Window
from ketasched.domain.clinic import Clinic, Closure, Opening, Span
from ketasched.domain.commitments import Commitments
from ketasched.domain.course import Course
from ketasched.domain.notice import Notice, ShortNotice
from ketasched.domain.protocol import Phase
from ketasched.domain.weekly import WeeklyAbsence
from ketasched.planning.phase_options import pausing
from ketasched.planning.placement import NoPlacement, place
from ketasched.planning.plan import plan
from ketasched.planning.plan_input import make_rules
from ketasched.planning.start_times import StartTimes
from ketasched.planning.target import Target

MONDAY = date(2027, 1, 4)
ANY_ORDER = order_of("iv", MONDAY)
DAY = 1440
CASES = 3000


def case(seed):
    """A small random question, in days and minutes counted from Monday 4 Jan 2027, 00:00."""
    pick = random.Random(seed)
    count = pick.choice([1, 2, 2, 3, 3, 3, 4])
    start = pick.randint(0, 6)
    days = [start]
    for _ in range(count - 1):
        days.append(days[-1] + pick.randint(1, 5))
    least = pick.randint(1, 2)
    asked = pick.choice([0, 8 * 60, 9 * 60 + 10, 10 * 60 + 30, 11 * 60, 12 * 60, 23 * 60])
    hours = [
        (),
        ((0, DAY),),
        ((480, 720), (750, 1050)),
        ((480, 780),),
        ((0, 120), (1200, DAY)),
        ((540, 1020),),
    ]
    usual = pick.choice(hours[1:])
    minutes = pick.choice([45, 60, 60, 120, 121, 180])
    return {
        "days": days,
        "apart": distances_of(seed, days),
        "windows": [(pick.randint(0, 2), pick.randint(0, 2)) for _ in "12"],
        "gaps": [(least, least + pick.randint(1, 4)) for _ in "12"],
        "pauses": [pick.choice([0, 0, 1, 2]) for _ in "12"],
        "switch": pick.randint(1, 5),
        "minutes": minutes,
        "asked": asked,
        "flex": pick.choice([0, 15, 30, 50, 120]) if count < 3 else pick.choice([0, 15, 30]),
        "week": [usual if pick.random() < 0.7 else pick.choice(hours) for _ in range(7)],
        "closures": [
            (first := pick.randint(-1, 20), first + pick.choice([0, 0, 1, 4, 7]))
            for _ in range(pick.randint(0, 2))
        ],
        "holidays": {pick.randint(0, 20) for _ in range(pick.randint(0, 2))},
        "openings": {
            pick.randint(0, 20): pick.choice(hours[1:]) for _ in range(pick.randint(0, 3))
        },
        "away": [
            (first := pick.randint(0, 20), first + pick.choice([0, 1, 5]))
            for _ in range(pick.randint(0, 1))
        ],
        "busy": [
            (begins := pick.randint(0, 20) * DAY + asked + pick.randint(-300, 300),
             begins + pick.choice([1, 15, 60, 300, 1440]))
            for _ in range(pick.randint(0, 5))
        ] + [
            # In the middle of a session: as far to an earlier start as to a later one.
            (begins := (days[0] + pick.randint(0, 9)) * DAY + asked + minutes // 2 - 15, begins + 30)
            for _ in range(pick.randint(0, 2))
        ],
        "travel": pick.choice([0, 0, 15, 30, 100]),
        "not_starting": [
            pick.choice([(), (), ((asked, asked + 1),), ((480, 600),), ((545, 700), (690, 720))])
            for _ in range(7)
        ],
        "can": pick.choice([None, None, [
            pick.choice([(), ((0, DAY),), ((600, DAY),), ((0, 720),), ((480, 600), (660, 840))])
            for _ in range(7)
        ]]),
        "weekly": [
            (pick.randint(0, 6), pick.choice([(0, DAY), (asked, asked + 30), (0, 660)]),
             pick.choice([None, None, pick.randint(0, 20)]))
            for _ in range(pick.choice([0, 0, 1, 2]))
        ],
        "agreed": pick.choice([None, None, None, 1, 2, 3]),
        # Now, up to two weeks after the start, in which case the course is running; or a bit before.
        "now": (now := pick.choice([None, None, (start + pick.randint(-3, 14)) * DAY + pick.choice([
            0, asked, asked + 1, asked + minutes, pick.randint(0, DAY - 1)])])),
        "notice": now is not None and pick.choice([
            (0, 0), (1440, 0), (1440, 0), (2 * 1440, 0), (90, 0), (6 * 1440, 0), (0, 1), (0, 2)]),
        "lead": pick.choice([0, 0, 120, 480]),
    }  # fmt: skip


def spans_on(asked, day):
    """The opening hours of a day: a one-off opening, else none if closed, else the week's."""
    if day in asked["openings"]:
        return asked["openings"][day]
    closed = any(first <= day <= last for first, last in asked["closures"])
    return () if closed or day in asked["holidays"] else asked["week"][day % 7]


def free_from(asked):
    """The first minute that is far enough: hours pass, working days are counted on to the same time
    of day; then what the session asks of the patient beforehand.
    """
    minutes, working_days = asked["notice"]
    if not minutes and not working_days:
        return asked["now"]
    day, at = divmod(asked["now"], DAY)

    def works(day):
        return asked["week"][day % 7] and spans_on(asked, day)

    if working_days and not works(day):
        working_days, at = working_days + 1, 0
    while working_days:
        day += 1
        working_days -= bool(works(day))
    return day * DAY + at + minutes + asked["lead"]


def is_too_near(asked, index, begins):
    """Whether a session may not start at that minute because of what time it is now: the start is
    the user's own, and of a course that is running each session's own day is.
    """
    if asked["now"] is None:
        return False
    start, today = asked["days"][0], asked["now"] // DAY
    if begins // DAY == start or (start <= today and begins // DAY == asked["days"][index]):
        return False
    return asked["now"] <= begins < free_from(asked)


def is_legal(asked, index, begins):
    """Whether a session may start at that minute."""
    if is_too_near(asked, index, begins):
        return False
    ends = begins + asked["minutes"]
    blocked = asked["not_starting"][begins // DAY % 7]
    if any(a <= begins % DAY < b for a, b in blocked):
        return False
    for day in range(begins // DAY, (ends - 1) // DAY + 1):
        here = max(begins, day * DAY) - day * DAY, min(ends, day * DAY + DAY) - day * DAY
        if not any(a <= here[0] and here[1] <= b for a, b in spans_on(asked, day)):
            return False
        if any(first <= day <= last for first, last in asked["away"]):
            return False
        if asked["can"] and not any(
            a <= here[0] and here[1] <= b for a, b in asked["can"][day % 7]
        ):
            return False
        for weekday, (a, b), until in asked["weekly"]:
            is_on = day % 7 == weekday and (until is None or day <= until)
            if is_on and a < here[1] and here[0] < b:
                return False
    near = asked["travel"]
    return not any(a < ends + near and begins - near < b for a, b in asked["busy"])


def options_of(asked, index, weeks):
    """Where a session may stand: days from target, minutes of change, day."""
    target = asked["days"][index] + 7 * weeks
    early, late = asked["windows"][index + 1 >= asked["switch"]]
    found = []
    for day in range(max(target - early, asked["days"][0]), target + late + 1):
        for step in range(-asked["flex"] // 15 - 1, asked["flex"] // 15 + 1):
            change = 15 * step
            begins = asked["asked"] + change
            if (
                abs(change) <= asked["flex"]
                and 0 <= begins < DAY
                and is_legal(asked, index, day * DAY + begins)
            ):
                found.append((day - target, change, day))  # fmt: skip
    on_start = [one for one in found if one[2] == asked["days"][0]]
    return on_start if index == 0 and on_start else found


def brute_force(asked):  # noqa: C901 - the rules, one after the other
    """The best (days, minutes of change, weeks of pause, index it stands before), or None."""
    count = len(asked["days"])
    pauses = asked["pauses"] if asked["agreed"] is None else [asked["agreed"]] * 2
    phase = [index + 1 >= asked["switch"] for index in range(count)]

    def apart(index, days, extra):
        least, most = asked["gaps"][phase[index]]
        if phase[index] != phase[index - 1]:
            return days >= min(asked["gaps"][0][0], asked["gaps"][1][0])
        return least <= days <= most + extra

    def courses(index, pause, weeks, before):
        if index == count:
            yield ()
            return
        put_off = weeks if pause and index >= pause else 0
        for option in options_of_kept(index, put_off):
            extra = 7 * weeks if index == pause else 0
            if index == 0 or apart(index, option[2] - before, extra):
                for rest in courses(index + 1, pause, weeks, option[2]):
                    yield option, *rest

    kept = {}

    def options_of_kept(index, weeks):
        if (index, weeks) not in kept:
            kept[index, weeks] = options_of(asked, index, weeks)
        return kept[index, weeks]

    for weeks in range(1 + max(pauses[one] for one in phase)):
        places = range(1, count) if weeks else [0]
        best = min(
            (
                (
                    sum(off * off for off, _, _ in course),
                    sum(off != 0 for off, _, _ in course),
                    sum(abs(change) for _, change, _ in course),
                    [day for _, _, day in course],
                    [change for _, change, _ in course],
                    -pause,
                )
                for pause in places
                if not weeks or pauses[phase[pause]] >= weeks
                for course in courses(0, pause, weeks, None)
                if is_apart(asked, course, pause, weeks)
            ),
            default=None,
        )
        if best:
            return best[3], best[4], weeks, -best[5]
    return None


def distances_of(seed, days):
    """In every third question a session stays apart from one that is not its neighbour."""
    pick = random.Random(f"apart {seed}")
    if seed % 3 or len(days) < 3:
        return []
    here = pick.randrange(2, len(days))
    origin = pick.randrange(here - 1)
    least = max(1, days[here] - days[origin] + pick.randint(-2, 2))
    return [(origin, here, least, pick.choice([None, least + pick.randint(0, 4)]))]


def is_apart(asked, course, pause, weeks):
    """Whether sessions are as far apart as they must be; a pause between them widens the most."""
    for origin, here, least, most in asked["apart"]:
        if here >= len(course):
            continue
        days = course[here][2] - course[origin][2]
        extra = 7 * weeks if origin < pause <= here else 0
        if days < least or (most is not None and days > most + extra):
            return False
    return True


def day_of(number):
    return MONDAY + timedelta(days=number)


def moment_of(minute):
    return datetime.combine(MONDAY, time(), UTC) + timedelta(minutes=minute)


def solve(asked):
    """What the program finds for the same question, in the judge's numbers."""
    phases = [
        Phase(name, PerWeek(2), 9, Window(*asked["windows"][n]), Gap(*asked["gaps"][n]), asked["pauses"][n])
        for n, name in enumerate(("one", "two"))
    ]  # fmt: skip
    phases = pausing(phases, asked["agreed"])
    targets = []
    for number, day in enumerate(asked["days"], start=1):
        phase = phases[number >= asked["switch"]]
        apart = tuple(
            Apart(origin + 1, *span) for origin, here, *span in asked["apart"] if here == number - 1
        )
        target = Target(number, phase, number, day_of(day), phase.window, asked["minutes"])
        targets.append(target._replace(apart=apart))

    def spans(hours):
        return tuple(Span(*one) for one in hours)

    holidays = {day_of(number) for number in asked["holidays"]}
    clinic = Clinic(
        UTC,
        tuple(map(spans, asked["week"])),
        tuple(Closure(day_of(a), day_of(b)) for a, b in asked["closures"]),
        lambda day: "Holiday" if day in holidays else None,
        {day_of(day): Opening(spans(hours)) for day, hours in asked["openings"].items()},
        tuple(map(spans, asked["not_starting"])),
    )
    stretches = [Busy(moment_of(a), moment_of(b)) for a, b in asked["busy"]]

    def expand(first, last):
        before = datetime.combine(last + timedelta(days=1), time(), UTC)
        after = datetime.combine(first, time(), UTC)
        return [one for one in stretches if one.start < before and one.end > after]

    absences = tuple(Absence(day_of(a), day_of(b)) for a, b in asked["away"])
    weekly = tuple(
        WeeklyAbsence(
            tuple(spans([stretch]) if day == weekday else () for day in range(7)),
            None if until is None else day_of(until),
        )
        for weekday, stretch, until in asked["weekly"]
    )
    can = asked["can"] and tuple(map(spans, asked["can"]))
    commitments = Commitments(absences, BusyTimes(expand), asked["travel"], weekly, can)
    times = StartTimes((time(*divmod(asked["asked"], 60)),) * 7, asked["flex"])
    now = notice = None
    if asked["now"] is not None:
        now, length = moment_of(asked["now"]), Notice(*asked["notice"])
        notice = ShortNotice(now, length.ends(now, clinic), length, asked["lead"])
    rules = make_rules(clinic, times, commitments, now and now.date(), now, notice)
    order = replace(ANY_ORDER, start=targets[0].day, clinic=clinic, rules=rules)
    slots = order.slots_for_all()
    outcome = place(targets, slots, {}, targets[0].day)
    if isinstance(outcome, NoPlacement):
        return None, outcome
    pause = outcome.pause
    return (
        [(one.day - MONDAY).days for one in outcome.placed],
        [one.moved_minutes for one in outcome.placed],
        pause.weeks if pause else 0,
        pause.before_session - 1 if pause else 0,
    ), outcome


def check(seed):
    asked = case(seed)
    found, outcome = solve(asked)
    assert found == brute_force(asked), f"case({seed})"
    if found is None:
        check_failure(asked, outcome, seed)
        return outcome
    sessions = zip(outcome.placed, found[0], found[1], strict=True)
    for index, (one, day, change) in enumerate(sessions):
        start = asked["asked"] + change
        assert (one.start.hour * 60 + one.start.minute) == start, f"case({seed})"
        assert is_legal(asked, index, day * DAY + start), f"case({seed})"
        moved = one.day != one.target.day or one.moved_minutes
        assert bool(one.reasons) == bool(moved), f"case({seed})"
    return outcome


def check_failure(asked, outcome, seed):
    """The session named is the first without a place together with all before it; each day of its
    window is there, with a reason.
    """
    alone = asked | {"pauses": [0, 0], "agreed": None}
    index = outcome.session - 1
    assert brute_force(alone | {"days": asked["days"][: index + 1]}) is None, f"case({seed})"
    if index:
        assert brute_force(alone | {"days": asked["days"][:index]}), f"case({seed})"
    days = [(refused.day - MONDAY).days for refused in outcome.refused]
    early, late = asked["windows"][index + 1 >= asked["switch"]]
    target = asked["days"][index]
    assert days == list(range(max(target - early, asked["days"][0]), target + late + 1)), (
        f"case({seed})"
    )
    assert all(refused.reasons for refused in outcome.refused), f"case({seed})"


def test_the_optimum_of_real_life_is_proved_by_brute_force():
    outcomes = [check(seed) for seed in range(CASES)]
    placed = [one for one in outcomes if not isinstance(one, NoPlacement)]
    # The cases are worth something only if all kinds are among them.
    assert CASES // 5 < len(placed) < CASES * 4 // 5
    assert sum(one.pause is not None for one in placed) > CASES // 50
    sessions = [session for one in placed for session in one.placed]
    assert sum(one.day != one.target.day for one in sessions) > CASES // 10
    assert sum(one.moved_minutes != 0 for one in sessions) > CASES // 30
    kinds = {
        reason.kind for one in outcomes if isinstance(one, NoPlacement)
        for refused in one.refused for reason in refused.reasons
    }  # fmt: skip
    assert {
        "closed",
        "holiday",
        "hours",
        "not-starting",
        "can",
        "away",
        "busy",
        "gap",
        "notice",
        "apart",
    } <= kinds
    agreed = [
        one.pause.weeks
        for seed, one in enumerate(outcomes)
        if not isinstance(one, NoPlacement) and one.pause and case(seed)["agreed"]
    ]
    assert {1, 2, 3} <= set(agreed)


@pytest.mark.slow
def test_the_optimum_of_real_life_is_proved_by_brute_force_at_length():
    for seed in range(CASES, (1 + 4 * MORE) * CASES):
        check(seed)


# Every rule of every course, in a zone with daylight saving

ZONES = ["America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"]
STARTS = [date(2027, 3, 1), date(2027, 3, 15), date(2027, 9, 20), date(2027, 10, 11)]
WEEKS = [
    ((Span(0, DAY),),) * 7,
    ((Span(480, 720), Span(750, 1050)),) * 4 + ((Span(480, 780),), (), ()),
    ((Span(0, 240), Span(1260, DAY)),) * 7,
    ((Span(0, 300),), (Span(600, 1200),)) * 3 + ((Span(0, 150),),),
]

stretch = st.tuples(
    st.integers(0, 60 * 96), st.integers(1, 40)
)  # quarters of an hour from the start on, and their number
spans_of_days = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4)), max_size=3)


@settings(max_examples=3 * settings.default.max_examples)
@given(
    st.sampled_from(["iv", "iv-two-weeks", "spravato", "kap", "im"]),
    st.sampled_from(ZONES),
    st.sampled_from(STARTS),
    st.integers(0, 6),
    st.sampled_from(WEEKS),
    st.sampled_from(
        ["00:00", "00:30", "01:30", "02:15", "09:00", "10:05", "13:00", "22:00", "23:30"]
    ),
    st.sampled_from([0, 30, 120]),
    st.lists(stretch, max_size=8),
    st.sampled_from([0, 30]),
    spans_of_days,
    spans_of_days,
)
def test_every_session_keeps_every_rule_also_when_the_clocks_change(
    name, zone, monday, weekday, week, at, flex, busy, travel, away, closed
):
    start = monday + timedelta(days=weekday)
    here = ZoneInfo(zone)
    midnight = datetime.combine(start, time(), UTC)
    stretches = [
        (midnight + timedelta(minutes=15 * begins), midnight + timedelta(minutes=15 * (begins + n)))
        for begins, n in busy
    ]
    absences, closures = (
        [(start + timedelta(days=a), start + timedelta(days=a + n)) for a, n in spans]
        for spans in (away, closed)
    )
    order = order_of(
        name, start, zone=zone, week=week, at=at, flex=flex, travel=travel, away=absences,
        busy=[Busy(*one) for one in stretches], closed=closures,
    )  # fmt: skip
    course = plan(order)
    if not isinstance(course, Course):
        assert all(refused.reasons for refused in course.refused)
        return
    phases = {phase.name: phase for phase in course.protocol.phases}
    asked = time.fromisoformat(at)
    days = [session.start.replace(tzinfo=None).date() for session in course.sessions]
    for session, day in zip(course.sessions, days, strict=True):
        wall = session.start.replace(tzinfo=None)
        first = wall.replace(tzinfo=here).astimezone(UTC)
        last = first + timedelta(minutes=course.protocol.minutes)
        assert session.start.astimezone(UTC) == first
        assert session.end.astimezone(UTC) == last
        # The wall time exists, once.
        assert first.astimezone(here).replace(tzinfo=None) == wall
        assert wall.replace(tzinfo=here, fold=1).astimezone(UTC) == first
        true_end = last.astimezone(here).replace(tzinfo=None)
        assert session.end.replace(tzinfo=None) == true_end
        assert inside_hours(week, wall, true_end)
        touched = {wall.date(), (true_end - timedelta(minutes=1)).date()}
        assert not any(a <= one <= b for one in touched for a, b in (*absences, *closures))
        on_the_way = timedelta(minutes=travel)
        assert not any(a < last + on_the_way and first - on_the_way < b for a, b in stretches)
        window = phases[session.phase].window
        assert -window.early <= (day - session.target).days <= window.late
        change = (
            datetime.combine(day, session.start.time()) - datetime.combine(day, asked)
        ) / timedelta(minutes=1)
        assert change == session.moved_minutes
        assert abs(change) <= flex
        assert change % 15 == 0
        if day != session.target or change:
            assert session.reasons
    assert days[0] >= start
    paused = {pause.before_session: pause.weeks for pause in course.pauses}
    for (before, earlier), (session, later) in pairwise(zip(course.sessions, days, strict=True)):
        apart = (later - earlier).days
        gap, gap_before = phases[session.phase].gap, phases[before.phase].gap
        if session.phase == before.phase:
            assert gap.min <= apart <= gap.max + 7 * paused.get(session.number, 0)
        else:
            assert apart >= min(gap.min, gap_before.min)


def inside_hours(week, wall, end):
    """Whether a stretch of wall time lies inside one span, or in two that meet at midnight."""
    minutes = [one.hour * 60 + one.minute for one in (wall, end)]
    if wall.date() == end.date():
        return any(a <= minutes[0] and minutes[1] <= b for a, b in week[wall.weekday()])
    until_midnight = any(a <= minutes[0] and b == DAY for a, b in week[wall.weekday()])
    goes_on = any(a == 0 and minutes[1] <= b for a, b in week[end.weekday()])
    return until_midnight and (goes_on or minutes[1] == 0)
