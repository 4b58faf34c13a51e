"""The placement against brute force, and its invariants.

Brute force knows only the rules as they are written in words: it tries every combination of days
and times, with every pause in every place. A case that fails is rebuilt from its seed:
``case(SEED)``, or one with distances between sessions that are no neighbours: ``apart_case(SEED)``.
"""

import random
from datetime import date, datetime, time, timedelta
from itertools import pairwise, product

import pytest
from conftest import course_of
from hypothesis import given
from hypothesis import strategies as st

from ketasched.domain.apart import Apart
from ketasched.domain.cadence import Gap, PerWeek, Window
from ketasched.domain.candidate import Reason
from ketasched.domain.course import Course
from ketasched.domain.protocol import Phase
from ketasched.planning.placement import NoPlacement, place
from ketasched.planning.start_times import Slots, StartTimes
from ketasched.planning.target import Target

START = date(2027, 1, 4)
NINE = time(9)
CASES = 2500
APART_CASES = 500


def case(seed):
    """A small random question: targets, refused days and times, fixed sessions, flex."""
    pick = random.Random(seed)
    count = pick.randint(1, 4)
    flex = pick.choice([0, 0, 15]) if count < 4 else 0
    phases = [
        Phase(
            name,
            PerWeek(2),
            9,
            Window(pick.randint(0, 2), pick.randint(0, 2)),
            Gap(low := pick.randint(1, 3), low + pick.randint(0, 4)),
            pick.choice([0, 0, 1, 2]),
        )
        for name in ("one", "two")
    ]
    switch = pick.randint(1, 5)
    days = [START]
    for _ in range(count - 1):
        days.append(days[-1] + timedelta(days=pick.randint(1, 5)))
    targets = [
        Target(n, phase := phases[n >= switch], n, day, phase.window, 60)
        for n, day in enumerate(days, start=1)
    ]
    refused = {
        (START + timedelta(days=pick.randint(-2, 30)), pick.choice([None, None, 0, -15]))
        for _ in range(pick.randint(0, 9))
    }
    fixed = {}
    for target in targets:
        day = target.day + timedelta(days=pick.randint(-3, 4))
        if pick.random() < 0.15 and all(moment.date() < day for moment in fixed.values()):
            fixed[target.number] = datetime.combine(day, NINE)
    return targets, refused, fixed, flex


def apart_case(seed):
    """A question with one to three distances, near what the targets have, to any session before."""
    targets, refused, fixed, flex = case(seed)
    pick = random.Random(f"apart {seed}")
    while len(targets) < 3:
        day = targets[-1].day + timedelta(days=pick.randint(1, 5))
        targets.append(targets[-1]._replace(number=len(targets) + 1, day=day))
    for _ in range(pick.randint(1, 3)):
        here = pick.randrange(1, len(targets))
        origin = pick.randrange(here)
        due = (targets[here].day - targets[origin].day).days
        least = max(1, due + pick.randint(-3, 2))
        most = pick.choice([None, least + pick.randint(0, 5)])
        apart = Apart(targets[origin].number, least, most)
        targets[here] = targets[here]._replace(apart=(*targets[here].apart, apart))
    return targets, refused, fixed, flex if len(targets) < 4 else 0


def refusing(refused):
    def refuse(candidate):
        minutes = (datetime.combine(START, candidate.start) - datetime.combine(START, NINE)).seconds
        change = minutes // 60 if minutes < 43200 else minutes // 60 - 1440
        hit = (candidate.day, None) in refused or (candidate.day, change) in refused
        return Reason("closed", "closed") if hit else None

    return refuse


def brute_force(targets, refused, fixed, flex, start=START):  # noqa: C901 - the rules, one after the other
    """The best (days, changes, weeks, pause index), or None."""
    changes = [0, -15, 15] if flex else [0]

    def legal(day, change):
        return (day, None) not in refused and (day, change) not in refused

    def gap_holds(index, earlier, later, extra):
        before, here = targets[index - 1], targets[index]
        if before.number in fixed and here.number in fixed:
            return True
        apart = (later - earlier).days
        if before.phase.name == here.phase.name:
            return here.phase.gap.min <= apart <= here.phase.gap.max + extra
        return apart >= min(before.phase.gap.min, here.phase.gap.min)

    def apart_holds(days, pause, weeks):
        for index, target in enumerate(targets):
            for apart in target.apart:
                origin = apart.origin - 1
                if target.number in fixed and apart.origin in fixed:
                    continue
                extra = 7 * weeks if pause and origin < pause <= index else 0
                distance = (days[index] - days[origin]).days
                if distance < apart.min or (apart.max and distance > apart.max + extra):
                    return False
        return True

    for weeks in range(1 + max(target.phase.pause for target in targets)):
        found = []
        places = [None] if weeks == 0 else range(1, len(targets))
        for pause in places:
            if pause is not None and targets[pause].phase.pause < weeks:
                continue
            options = []
            for index, target in enumerate(targets):
                late = timedelta(weeks=weeks if pause is not None and index >= pause else 0)
                if target.number in fixed:
                    options.append([(fixed[target.number].date(), 0, 0)])
                    continue
                ideal = target.day + late
                here = [
                    (day, change, (day - ideal).days)
                    for off in range(-target.phase.window.early, target.phase.window.late + 1)
                    for change in changes
                    if (day := ideal + timedelta(days=off)) >= start and legal(day, change)
                ]
                if index == 0 and any(day == ideal for day, _, _ in here):
                    here = [option for option in here if option[0] == ideal]
                options.append(here)
            for chosen in product(*options):
                days = [day for day, _, _ in chosen]
                if all(
                    gap_holds(i, a, b, 7 * weeks if i == pause else 0)
                    for i, (a, b) in enumerate(pairwise(days), start=1)
                ) and apart_holds(days, pause, weeks):
                    key = (
                        sum(off * off for _, _, off in chosen),
                        sum(off != 0 for _, _, off in chosen),
                        sum(abs(change) for _, change, _ in chosen),
                        days,
                        [change for _, change, _ in chosen],
                        -(pause or 0),
                    )
                    found.append(key)
        if found:
            best = min(found)
            return best[3], best[4], weeks, -best[5]
    return None


def solve(targets, refused, fixed, flex):
    outcome = place(
        targets, Slots([refusing(refused)], StartTimes((NINE,) * 7, flex)), fixed, START
    )
    if isinstance(outcome, NoPlacement):
        return None, outcome
    pause = outcome.pause
    found = (
        [one.day for one in outcome.placed],
        [one.moved_minutes for one in outcome.placed],
        pause.weeks if pause else 0,
        [one.number for one in targets].index(pause.before_session) if pause else 0,
    )
    return found, outcome


def check(seed, case=case):
    question = case(seed)
    found, outcome = solve(*question)
    assert found == brute_force(*question), f"{case.__name__}({seed})"
    if found is None:
        check_failure(question, outcome, f"{case.__name__}({seed})")
    else:
        for one in outcome.placed:
            free = one.target.number not in question[2]
            moved = one.day != one.target.day or one.moved_minutes
            assert bool(one.reasons) == bool(moved and free), f"{case.__name__}({seed})"
    return outcome


def check_failure(question, outcome, name):
    """The session named is the first that has no place together with all before it."""
    targets, refused, fixed, flex = question
    without_pause = [
        t._replace(phase=t.phase.__class__(**(fields(t.phase) | {"pause": 0}))) for t in targets
    ]
    index = [t.number for t in targets].index(outcome.session)
    assert brute_force(without_pause[: index + 1], refused, fixed, flex) is None, name
    if index:
        before = brute_force(without_pause[:index], refused, fixed, flex)
        assert before is not None, name
    assert all(refusal.reasons for refusal in outcome.refused), name


def fields(phase):
    return {name: getattr(phase, name) for name in phase.__dataclass_fields__}


def test_the_optimum_is_proved_by_brute_force():
    outcomes = [check(seed) for seed in range(CASES)]
    # The cases are worth something only if all kinds are among them.
    assert sum(isinstance(one, NoPlacement) for one in outcomes) > CASES // 10
    assert (
        sum(not isinstance(one, NoPlacement) and one.pause is not None for one in outcomes)
        > CASES // 50
    )


def test_distances_between_sessions_are_proved_by_brute_force():
    outcomes = [check(seed, apart_case) for seed in range(APART_CASES)]
    paused = [one for one in outcomes if not isinstance(one, NoPlacement) and one.pause]
    told = [reason for one in outcomes for reason in reasons_of(one) if reason.kind == "apart"]
    assert len(paused) > APART_CASES // 50
    assert len(told) > APART_CASES // 10


def reasons_of(outcome):
    if isinstance(outcome, NoPlacement):
        return [reason for day in outcome.refused for reason in day.reasons]
    return [reason for session in outcome.placed for reason in session.reasons]


@pytest.mark.slow
def test_the_optimum_is_proved_by_brute_force_at_length():
    for seed in range(CASES, 12 * CASES):
        check(seed)
        if not seed % 3:
            check(seed, apart_case)


closed_spans = st.lists(
    st.tuples(st.integers(-5, 90), st.integers(0, 9)).map(
        lambda span: (START + timedelta(days=span[0]), START + timedelta(days=sum(span)))
    ),
    max_size=4,
)


@given(
    st.sampled_from(["iv", "iv-two-weeks", "im", "spravato", "kap", "pain", "pain-ten-day"]),
    st.integers(0, 27),
    closed_spans,
)
def test_every_course_keeps_every_rule(name, offset, closed):
    start = START + timedelta(days=offset)
    course = course_of(name, start, closed=closed)
    if not isinstance(course, Course):
        assert all(refused.reasons for refused in course.refused)
        return
    phases = {phase.name: phase for phase in course.protocol.phases}
    days = [session.start.date() for session in course.sessions]
    assert days[0] >= start
    assert all(earlier < later for earlier, later in pairwise(days))
    assert not any(first <= day <= last for day in days for first, last in closed)
    assert all(day.weekday() < 5 for day in days)
    for session in course.sessions:
        window = phases[session.phase].window
        assert -window.early <= session.moved_days <= window.late
        assert session.moved_days == 0 or session.reasons
    paused = {pause.before_session: pause.weeks for pause in course.pauses}
    for before, here in pairwise(course.sessions):
        if before.phase == here.phase:
            gap = phases[here.phase].gap
            apart = (here.start.date() - before.start.date()).days
            assert gap.min <= apart <= gap.max + 7 * paused.get(here.number, 0)
