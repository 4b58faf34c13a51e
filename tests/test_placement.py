"""Worked cases of the placement: literal dates, and the reason for every move."""

from dataclasses import replace
from datetime import date, datetime, time
from types import SimpleNamespace

import pytest
from conftest import BUILT_IN, course_of, days_of, order_of

from ketasched.domain.cadence import Gap, PerWeek, Window
from ketasched.domain.candidate import Reason
from ketasched.domain.clinic import WHOLE_WEEK
from ketasched.domain.protocol import Phase, Review
from ketasched.planning.advice import advise
from ketasched.planning.placement import place
from ketasched.planning.plan import plan
from ketasched.planning.refusals import Failure
from ketasched.planning.start_times import Slots, StartTimes
from ketasched.planning.target import Target

TUE, THU, FRI = 1, 3, 4


def why(course):
    return {s.number: [r.text for r in s.reasons] for s in course.sessions if s.reasons}


def test_thanksgiving():
    course = course_of("iv", date(2026, 11, 9), closed=[date(2026, 11, 26)])
    assert days_of(course) == ["9 Nov", "12 Nov", "16 Nov", "19 Nov", "23 Nov", "25 Nov"]
    assert [s.moved_days for s in course.sessions] == [0, 0, 0, 0, 0, -1]
    assert why(course) == {6: ["closed Thu 26 Nov 2026"]}
    assert course.pauses == ()


def test_spravato_is_twice_weekly_then_weekly():
    course = course_of("spravato", date(2027, 1, 5))
    assert days_of(course) == [
        "5 Jan", "8 Jan", "12 Jan", "15 Jan", "19 Jan", "22 Jan", "26 Jan", "29 Jan",
        "2 Feb", "9 Feb", "16 Feb", "23 Feb",
    ]  # fmt: skip
    assert [s.phase for s in course.sessions] == ["induction"] * 8 + ["weekly"] * 4
    assert [s.status for s in course.sessions] == ["planned"] * 8 + ["tentative"] * 4


@pytest.mark.parametrize(
    ("start", "weekdays"),
    [(date(2027, 1, 6), "Wed Fri"), (date(2027, 1, 8), "Fri Mon"), (date(2027, 1, 4), "Mon Thu")],
)
def test_the_pattern_follows_the_start(start, weekdays):
    course = course_of("iv", start)
    assert [f"{s.start:%a}" for s in course.sessions] == weekdays.split() * 3


def test_three_a_week_from_a_thursday_has_no_pattern():
    failure = course_of("iv-two-weeks", date(2027, 1, 7))
    assert failure.code == "no-pattern"
    order = order_of("iv-two-weeks", date(2027, 1, 7))
    assert "never on two days running unless the days are named" in failure.message
    starts, (running,) = advise(order, failure)[:2], advise(order, failure)[2:]
    assert [one.start for one in starts] == [date(2027, 1, 6), date(2027, 1, 8)]
    assert running.days == (TUE, THU, FRI)


@pytest.mark.parametrize(
    ("how", "code", "nearest"),
    [
        ({}, "closed-weekday", (8, 11)),
        ({"week": WHOLE_WEEK, "days": (1, 4)}, "not-in-days", (8, 12)),
    ],
)
def test_a_start_that_can_never_be_is_refused_up_front(how, code, nearest):
    failure = course_of("iv", date(2027, 1, 9), **how)
    assert failure.code == code
    advised = advise(order_of("iv", date(2027, 1, 9), **how), failure)
    assert tuple(one.start.day for one in advised if one.start) == nearest


def test_a_closed_start_day_puts_session_1_later_never_earlier():
    course = course_of("iv", date(2027, 1, 4), closed=[date(2027, 1, 4)])
    assert days_of(course)[:2] == ["5 Jan", "7 Jan"]
    assert why(course) == {1: ["closed Mon 4 Jan 2027"]}
    assert course.sessions[0].target == date(2027, 1, 4)


def test_christmas_forces_a_pause():
    course = course_of("iv", date(2026, 12, 21), closed=[(date(2026, 12, 24), date(2027, 1, 3))])
    assert days_of(course) == ["21 Dec", "23 Dec", "4 Jan", "7 Jan", "11 Jan", "14 Jan"]
    (pause,) = course.pauses
    assert (pause.before_session, pause.weeks) == (3, 1)
    assert [reason.text for reason in pause.reasons] == [
        "no legal day for session 3 in its window, Sun 27 Dec 2026 to Thu 31 Dec 2026",
        "closed on Sundays",
        "closed Thu 24 Dec 2026 to Sun 3 Jan 2027",
    ]
    # Targets after the pause are put off with it.
    assert [s.moved_days for s in course.sessions] == [0, -1, 0, 0, 0, 0]


def test_a_course_with_no_place_even_with_a_pause():
    failure = course_of("iv", date(2027, 1, 4), closed=[(date(2027, 1, 11), date(2027, 1, 31))])
    assert isinstance(failure, Failure)
    assert (failure.code, failure.session) == ("no-placement", 3)
    assert (failure.first, failure.last) == (date(2027, 1, 10), date(2027, 1, 14))
    closed = "closed Mon 11 Jan 2027 to Sun 31 Jan 2027"
    assert [[r.text for r in refused.reasons] for refused in failure.refused] == [
        ["closed on Sundays"], [closed], [closed], [closed], [closed],
    ]  # fmt: skip


def test_with_two_closures_it_says_what_a_pause_would_still_leave():
    closed = [(date(2027, 1, 11), date(2027, 1, 17)), (date(2027, 2, 15), date(2027, 2, 21))]
    failure = course_of("spravato", date(2027, 1, 4), closed=closed)
    assert failure.session == 3
    assert failure.message.endswith("; with a pause there is none for session 10")


def test_no_pause_before_the_first_session():
    failure = course_of("iv", date(2027, 1, 4), closed=[(date(2027, 1, 4), date(2027, 1, 8))])
    assert (failure.session, "pause" in failure.message) == (1, False)


@pytest.mark.parametrize(
    ("name", "start", "closed"),
    [
        ("iv", date(2026, 12, 12), (date(2026, 12, 24), date(2027, 1, 10))),
        ("iv-two-weeks", date(2027, 1, 5), (date(2027, 1, 4), date(2027, 1, 8))),
    ],
)
def test_starts_that_are_advised_were_run(name, start, closed):
    order = order_of(name, start, closed=[closed])
    starts = [one.start for one in advise(order, plan(order)) if one.start]
    assert starts
    for advised in starts:
        assert days_of(course_of(name, advised, closed=[closed]))


def test_maintenance_put_off_past_its_last_day_is_left_out():
    closed = [(date(2026, 12, 24), date(2027, 1, 3))]
    course = course_of("iv", date(2026, 12, 21), closed=closed, until=date(2027, 2, 5))
    assert len(course.pauses) == 1
    assert all(session.target <= date(2027, 2, 5) for session in course.sessions)


def test_sessions_past_midnight_keep_away_from_closed_days():
    course = course_of("spravato", date(2027, 1, 5), at="22:30")
    assert {f"{s.start:%a}" for s in course.sessions} == {"Tue", "Thu"}
    assert not any(s.moved_days for s in course.sessions)


def test_a_review_of_an_open_ended_phase_is_reported_only_if_it_is_reached():
    iv = BUILT_IN["iv"]
    review = Review("go on?", after_session=3)
    iv = replace(iv, phases=(iv.phases[0], replace(iv.phases[1], reviews=(review,))))
    short = course_of(iv, date(2027, 1, 4), until=date(2027, 3, 1))
    long = course_of(iv, date(2027, 1, 4), until=date(2027, 6, 1))
    assert [one.name for one in short.reviews] == ["response review"]
    assert [(one.name, one.after_session) for one in long.reviews][1:] == [("go on?", 9)]


def test_a_clock_time_that_does_not_exist_moves_the_session():
    course = course_of("iv", date(2027, 3, 7), at="02:30", week=WHOLE_WEEK)
    moved = {s.target: (s.start.date(), [r.kind for r in s.reasons]) for s in course.sessions}
    assert moved[date(2027, 3, 14)] == (date(2027, 3, 13), ["clock"])


def test_a_clock_time_that_happens_twice_moves_the_session():
    course = course_of("kap", date(2027, 10, 31), at="01:30", week=WHOLE_WEEK)
    (moved,) = (s for s in course.sessions if s.moved_days)
    assert moved.target == date(2027, 11, 7)
    assert moved.reasons[0].text == "01:30 happens twice on Sun 7 Nov 2027, when the clocks change"


def test_a_session_lasts_its_minutes_across_a_clock_change():
    course = course_of("spravato", date(2027, 3, 11), at="00:30", week=WHOLE_WEEK)
    across = next(s for s in course.sessions if s.start.date() == date(2027, 3, 14))
    assert across.end.isoformat() == "2027-03-14T04:00:00-05:00"
    assert (across.end.timestamp() - across.start.timestamp()) == 150 * 60


# The placement itself, on bare targets


def laid(days, gap=(2, 5), window=(1, 1), pause=0):
    phase = Phase("one", PerWeek(2), len(days), Window(*window), Gap(*gap), pause)
    return [target(n, phase, day) for n, day in enumerate(days, start=1)]


def target(number, phase, day):
    return Target(number, phase, number, date(2027, 1, day), phase.window, 60)


def closed_on(*days):
    def refuse(candidate):
        return (
            Reason("closed", f"closed {candidate.day.day}") if candidate.day.day in days else None
        )

    return refuse


def placed(targets, *constraints, fixed=None, times=None):
    times = times or StartTimes((time(9),) * 7)
    return place(targets, Slots(constraints, times), fixed or {}, targets[0].day)


def days(placement):
    return [one.day.day for one in placement.placed]


def test_two_small_moves_beat_one_large():
    outcome = placed(laid([4, 6, 8], gap=(2, 3), window=(2, 3)), closed_on(6))
    assert days(outcome) == [4, 7, 9]
    assert [r.text for r in outcome.placed[2].reasons] == [
        "Fri 8 Jan 2027 is less than 2 days from session 2 (Thu 7 Jan 2027), which moved: closed 6"
    ]


def test_of_equal_distances_the_fewest_sessions_move():
    # Two days late for one, or one day early for four: four days squared either way.
    targets = laid([9, 12, 14, 16, 18], gap=(2, 9), window=(1, 2))
    assert days(placed(targets, closed_on(18, 19))) == [9, 12, 14, 16, 20]


def test_ties_go_to_the_earliest_dates():
    assert days(placed(laid([4, 8, 12]), closed_on(8))) == [4, 7, 12]


def test_a_fixed_session_is_exempt_from_window_and_constraints():
    fixed = {2: datetime(2027, 1, 9, 20, 0)}
    outcome = placed(laid([4, 7, 11], window=(1, 3)), closed_on(9), fixed=fixed)
    assert days(outcome) == [4, 9, 11]
    assert outcome.placed[1].start == time(20)
    assert outcome.placed[1].reasons == ()


def test_gaps_between_a_fixed_and_a_free_session_stay_hard():
    outcome = placed(laid([4, 7, 10], window=(1, 3)), fixed={2: datetime(2027, 1, 9, 9, 0)})
    assert days(outcome) == [4, 9, 11]
    assert outcome.placed[2].reasons[0].kind == "gap"
    too_far = placed(laid([4, 7, 11]), fixed={2: datetime(2027, 1, 10, 9, 0)})
    assert too_far.session == 2


def test_between_two_fixed_sessions_nothing_is_checked():
    fixed = {1: datetime(2027, 1, 4, 9, 0), 2: datetime(2027, 1, 5, 9, 0)}
    assert days(placed(laid([4, 7, 10]), fixed=fixed))[:2] == [4, 5]


def test_fixed_sessions_out_of_number_order_are_an_error():
    fixed = {1: datetime(2027, 1, 8, 9, 0), 3: datetime(2027, 1, 5, 9, 0)}
    with pytest.raises(ValueError, match="order"):
        placed(laid([4, 7, 10]), fixed=fixed)


def test_between_phases_the_smaller_minimum_gap_holds_and_no_maximum():
    near = Phase("near", PerWeek(2), 1, Window(0, 3), Gap(1, 2))
    far = Phase("far", PerWeek(1), 1, Window(5, 5), Gap(4, 10))
    targets = [target(1, near, 4), target(2, far, 25)]
    assert days(placed(targets)) == [4, 25]
    close = [targets[0], targets[1]._replace(day=date(2027, 1, 5))]
    assert days(placed(close)) == [4, 5]


def test_the_day_comes_before_the_time():
    def busy_mornings(candidate):
        return Reason("busy", "busy") if candidate.start < time(9, 30) else None

    times = StartTimes((time(9),) * 7, flex=60)
    outcome = placed(laid([4, 7]), busy_mornings, times=times)
    assert days(outcome) == [4, 7]
    assert [(one.start, one.moved_minutes) for one in outcome.placed] == [(time(9, 30), 30)] * 2
    assert outcome.placed[0].reasons == (Reason("busy", "busy"),)


def test_of_two_times_as_near_the_earlier_is_taken():
    def busy_at_nine(candidate):
        return Reason("busy", "busy") if candidate.start == time(9) else None

    outcome = placed(laid([4]), busy_at_nine, times=StartTimes((time(9),) * 7, flex=15))
    assert outcome.placed[0].start == time(8, 45)


def test_failure_names_the_gap_where_no_constraint_refuses():
    outcome = placed(laid([4, 7, 9], gap=(3, 4), window=(0, 0)))
    assert outcome.session == 3
    assert outcome.refused[0].reasons == (
        Reason("gap", "less than 3 days from session 2, wherever that can stand"),
    )


def test_a_pause_is_as_short_and_as_late_as_possible():
    targets = laid([4, 6, 8, 10, 12], gap=(2, 2), window=(0, 0), pause=2)
    outcome = placed(targets, closed_on(10))
    assert outcome.pause.weeks == 1
    assert outcome.pause.before_session == 4
    assert days(outcome) == [4, 6, 8, 17, 19]


def test_a_pause_before_a_fixed_session_goes_to_the_latest_session():
    # Session 3 is fixed two weeks on; a pause before it or before 4 gives the same dates.
    targets = laid([4, 6, 8, 10], gap=(2, 3), window=(0, 0), pause=1)
    outcome = placed(targets, fixed={3: datetime(2027, 1, 15, 9, 0)})
    assert days(outcome) == [4, 6, 15, 17]
    assert outcome.pause.before_session == 3  # the gap before 3 is what needs stretching


def test_values_do_not_pretend_to_be_each_other():
    assert Gap(1, 3) != Window(1, 3)
    assert PerWeek(2) != SimpleNamespace(sessions=2, every=1)
