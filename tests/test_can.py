"""When the patient can come, weekly absences, and pauses that the clinician agreed to."""

import json
import random
from datetime import date, time
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import order_of
from helpers import record_of
from texts import TRIAL

from ketasched.domain.busy import Absence
from ketasched.domain.candidate import Candidate
from ketasched.domain.clinic import ALL_DAY, WHOLE_WEEK, Clinic, Span
from ketasched.domain.pause import AgreedPause, Pause
from ketasched.domain.typed_week import read_away, read_can
from ketasched.domain.weekly import WeeklyAbsence, away_weekly, can_come, free_week, week_text
from ketasched.planning.start_times import StartTimes, when_patient_comes

CHICAGO = ZoneInfo("America/Chicago")
LATE = "tue,thu 15:00-"
TODAY = date(2026, 11, 26)  # a Thursday


def week(**spans):
    """A week as `mon=((540, 720),)` gives it."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return tuple(tuple(Span(*span) for span in spans.get(day, ())) for day in days)


# As typed


@pytest.mark.parametrize(
    ("typed", "expected", "text"),
    [
        ("tue,thu 15:00-; sat 9-12",
         week(tue=[(900, 1440)], thu=[(900, 1440)], sat=[(540, 720)]),
         "Tuesdays and Thursdays from 15:00, Saturdays 09:00-12:00"),
        ("mon -12:00", week(mon=[(0, 720)]), "Mondays until 12:00"),
        ("tue 7-9, 15:00-", week(tue=[(420, 540), (900, 1440)]),
         "Tuesdays 07:00-09:00 and from 15:00"),
        ("tue 7-9; tue 9-12", week(tue=[(420, 720)]), "Tuesdays 07:00-12:00"),
        ("every day 9-12", (((Span(540, 720)),),) * 7, "every day 09:00-12:00"),
        ("mon-fri 8-12", week(**{key: [(480, 720)] for key in ("mon", "tue", "wed", "thu", "fri")}),
         "Mondays to Fridays 08:00-12:00"),
        ("Mon\N{EN DASH}Wed 3pm\N{EN DASH}", week(**{key: [(900, 1440)] for key in ("mon", "tue", "wed")}),
         "Mondays to Wednesdays from 15:00"),
        ("mon and wed", week(mon=[(0, 1440)], wed=[(0, 1440)]), "Mondays and Wednesdays"),
        ("sat 20:00-24:00", week(sat=[(1200, 1440)]), "Saturdays from 20:00"),
    ],
)  # fmt: skip
def test_when_somebody_can_come_is_read_as_people_write_it(typed, expected, text):
    assert read_can(typed) == expected
    assert week_text(expected) == text


@pytest.mark.parametrize(
    ("typed", "expected", "kept"),
    [
        ("every mon", WeeklyAbsence(week(mon=[(0, 1440)])), "every mon"),
        ("Every tue,thu", WeeklyAbsence(week(tue=[(0, 1440)], thu=[(0, 1440)])), "every tue,thu"),
        ("every mon 12:00-14:00", WeeklyAbsence(week(mon=[(720, 840)])), "every mon 12:00-14:00"),
        ("every mon until 1 mar 2027", WeeklyAbsence(week(mon=[(0, 1440)]), date(2027, 3, 1)),
         "every mon until 2027-03-01"),
        ("every fri 12- until 2027-03-01", WeeklyAbsence(week(fri=[(720, 1440)]), date(2027, 3, 1)),
         "every fri 12:00-24:00 until 2027-03-01"),
        ("next monday", Absence(date(2026, 11, 30), date(2026, 11, 30)), "2026-11-30..2026-11-30"),
        ("tomorrow..2026-12-02", Absence(date(2026, 11, 27), date(2026, 12, 2)),
         "2026-11-27..2026-12-02"),
    ],
)  # fmt: skip
def test_an_absence_is_one_span_or_every_week_and_kept_so_that_it_reads_the_same(
    typed, expected, kept
):
    absence = read_away(typed, TODAY)
    assert absence == expected
    assert absence.typed == kept
    assert read_away(kept, date(2030, 1, 1)) == expected


IV = ("plan", "iv", "--start", "2026-12-08")


@pytest.mark.parametrize(
    ("option", "typed", "message", "hint"),
    [
        ("--can", "tusday 9-12", "`tusday` is not a weekday", "did you mean `Tuesday`?"),
        ("--can", "15:00-", "`15:00-` does not begin with a weekday", ""),
        ("--can", "tue 15", "`15` is no stretch of a day", ""),
        ("--can", "tue 25:00-", "`25:00` is not a time of day", ""),
        ("--can", "tue 15-9", "`15-9` ends before it begins", ""),
        ("--can", "tue 9-12, thu 15:00-", "`thu 15:00-`: write ; before other weekdays", ""),
        ("--can", "tue 9-12, 11-13", "09:00-12:00 and 11:00-13:00 overlap", "write them as one"),
        ("--can", "tue -", "`tue -` is incomplete", ""),
        ("--can", ";", "`;` names no weekday", ""),
        ("--away", "mon", "`mon` may be one day or one every week",
         "`every mon`, or a date such as 2026-11-23"),
        ("--away", "mon..wed", "`mon..wed` may be one day or one every week", "`every mon`"),
        ("--away", "every tus", "`tus` is not a weekday", "did you mean `Tuesday`?"),
        ("--away", "every mon until 12", "`12` is not a date", ""),
        ("--away", "every day", "leaves no time of the week", "until when"),
        ("--pause", "2x", "`2x` is not a number of weeks", "such as 2"),
        ("--pause", "0", "`0` is outside 1 to 52 weeks", "such as 2"),
        ("--reason", "holiday", "there is none", "--pause WEEKS"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    ketasched, option, typed, message, hint
):
    outcome = ketasched(*IV, option, typed, "--save", "alex")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: {option}")
    assert message in outcome.err
    assert hint in outcome.err
    assert not list(Path().iterdir())


def test_can_and_away_together_may_leave_nothing(ketasched):
    outcome = ketasched(*IV, "--can", "mon", "--away", "every mon")
    assert (outcome.code, outcome.err.partition("\n")[0]) == (
        2, "error: --can and --away leave no time of the week",
    )  # fmt: skip


# As constraints


@pytest.mark.parametrize(
    ("day", "start", "minutes", "fits"),
    [
        (date(2026, 12, 8), time(15), 120, True),
        (date(2026, 12, 8), time(14, 59), 120, False),
        (date(2026, 12, 9), time(15), 120, False),
        (date(2026, 12, 8), time(23), 120, False),  # on into Wednesday
        (date(2026, 12, 12), time(9), 180, True),
        (date(2026, 12, 12), time(9), 181, False),
        (date(2026, 12, 12), time(11, 30), 120, False),  # over a break
        (date(2027, 3, 13), time(22), 180, True),  # on into Sunday, on which a clock is put forward
        (date(2027, 3, 13), time(22), 241, False),
    ],
)
def test_the_whole_stay_lies_inside_one_stretch(day, start, minutes, fits):
    can = week(tue=[(900, 1440)], thu=[(900, 1440)], sat=[(540, 720), (780, 1440)], sun=[(0, 120)])
    reason = can_come(can, CHICAGO)(Candidate(day, start, minutes))
    assert (reason is None) == fits
    assert fits or (reason.kind, reason.text[:20]) == ("can", "the patient can come")


@pytest.mark.parametrize(
    ("day", "start", "minutes", "refused"),
    [
        (date(2027, 2, 22), time(10), 120, False),
        (date(2027, 2, 22), time(10), 121, True),
        (date(2027, 2, 22), time(14), 60, False),
        (date(2027, 2, 22), time(13, 59), 60, True),
        (date(2027, 3, 1), time(12), 60, True),
        (date(2027, 3, 8), time(12), 60, False),
        (date(2027, 2, 23), time(12), 60, False),
    ],
)
def test_a_weekly_absence_refuses_what_overlaps_it_up_to_and_with_its_last_day(
    day, start, minutes, refused
):
    absence = WeeklyAbsence(week(mon=[(720, 840)]), date(2027, 3, 1))
    reason = away_weekly([absence], CHICAGO)(Candidate(day, start, minutes))
    assert (reason and str(reason.full)) == (
        "away Mondays 12:00-14:00 until Mon 1 Mar 2027" if refused else None
    )


def test_absences_that_end_some_day_shape_no_pattern():
    ending = WeeklyAbsence(week(mon=[(0, 1440)]), date(2027, 3, 1))
    lasting = WeeklyAbsence(week(mon=[(720, 840)], tue=[(0, 1440)]))
    free = free_week(None, [ending, lasting])
    assert free == (
        (Span(0, 720), Span(840, 1440)), (), *WHOLE_WEEK[2:],
    )  # fmt: skip


# The start time


def nearest(wish, minutes, hours, can):
    """By trying every minute."""
    fitting = [
        begin
        for begin in range(1440 - minutes + 1)
        if all(any(a <= begin and begin + minutes <= b for a, b in spans) for spans in (hours, can))
    ]
    return min(fitting, key=lambda begin: (abs(begin - wish), begin), default=None)


def test_a_start_moves_to_the_nearest_time_that_fits_and_only_if_the_patient_cannot_come():
    pick = random.Random(5)
    choices = [
        (),
        ((0, 1440),),
        ((480, 720), (750, 1050)),
        ((900, 1440),),
        ((0, 605),),
        ((700, 777),),
    ]
    moved = 0
    for hours, can, _ in product(choices[1:], choices, range(20)):
        wish, minutes = pick.randrange(0, 1300), pick.choice([45, 120, 200])
        clinic = Clinic(CHICAGO, (tuple(Span(*span) for span in hours),) * 7)
        free = (tuple(Span(*span) for span in can),) * 7
        asked = StartTimes((time(*divmod(wish, 60)),) * 7)
        times = when_patient_comes(asked, clinic, free, [minutes])
        best = nearest(wish, minutes, hours, can)
        fits = any(a <= wish and wish + minutes <= b for a, b in can)
        if fits or best is None:
            assert times == asked
        else:
            moved += 1
            assert set(times.by_weekday) == {time(*divmod(best, 60))}
            assert times.wished == asked.by_weekday
    assert moved > 100


def test_of_unknown_hours_those_come_first_in_which_people_are_awake():
    clinic = Clinic(CHICAGO, (ALL_DAY,) * 7)
    free = free_week(None, [WeeklyAbsence(week(mon=[(480, 720)]))])
    times = when_patient_comes(StartTimes((time(9),) * 7), clinic, free, [120])
    assert times.by_weekday == (time(12), *[time(9)] * 6)
    early = when_patient_comes(StartTimes((time(9),) * 7), clinic, ((Span(300, 450),),) * 7, [120])
    assert early.by_weekday == (time(5, 30),) * 7


# Whole courses, as literal dates


def planned(ketasched, *arguments):
    outcome = ketasched("plan", *arguments, "--format", "json")
    assert outcome.code == 0, outcome
    return json.loads(outcome.out)


def starts_of(course):
    return [session["start"][:16] for session in course["sessions"]]


CHRISTMAS = (
    "iv", "--start", "2026-12-08", "--can", LATE, "--closed", "2026-12-24..2027-01-01",
    "--without", "assessment",
)  # fmt: skip


def test_tuesdays_and_thursdays_after_three_over_christmas(ketasched):
    refused = ketasched("plan", *CHRISTMAS)
    assert refused.code == 3
    assert (
        "Wed 23 Dec 2026  the patient can come Tuesdays and Thursdays from 15:00\n" in refused.err
    )
    course = planned(ketasched, *CHRISTMAS, "--pause", "2", "--reason", "Christmas")
    assert starts_of(course) == [
        "2026-12-08T15:00", "2026-12-10T15:00", "2026-12-15T15:00", "2026-12-17T15:00",
        "2026-12-22T15:00", "2027-01-07T15:00",
    ]  # fmt: skip
    assert all(session["moved_minutes"] == 0 for session in course["sessions"])
    (pause,) = course["pauses"]
    assert (pause["before_session"], pause["weeks"]) == (6, 2)
    assert pause["reasons"][0] == {
        "kind": "agreed", "text": "the clinician agreed to up to 2 weeks (Christmas)",
    }  # fmt: skip
    for visit in course["visits"]:
        assert date.fromisoformat(visit["start"][:10]).weekday() in (1, 3), visit
        assert visit["start"][11:16] >= "15:00", visit


AWAY = ("iv", "--start", "2027-01-04", "--away", "2027-01-11..2027-01-24")
TWO_WEEKS = ["2027-01-04", "2027-01-07", "2027-01-25", "2027-01-28", "2027-02-01", "2027-02-04"]


def test_two_weeks_away_with_a_pause_of_two(ketasched):
    refused = ketasched("plan", *AWAY)
    assert refused.code == 3
    assert (
        "  take a pause of up to 2 weeks, if the clinician agrees\n"
        "    ketasched plan iv --start 2027-01-04 --away 2027-01-11..2027-01-24 --pause 2\n"
    ) in refused.err
    course = planned(ketasched, *AWAY, "--pause", "2")
    assert [start[:10] for start in starts_of(course)] == TWO_WEEKS
    page = ketasched("plan", *AWAY, "--pause", "2", "--reason", "honeymoon").out
    assert "must agree" not in page
    assert "The clinician agreed to up to 2 weeks (honeymoon)." in " ".join(page.split())


def test_a_pause_that_no_course_needs_is_not_taken(ketasched):
    outcome = ketasched("plan", "iv", "--start", "2027-01-04", "--pause", "2 weeks")
    assert outcome.code == 0
    assert "note: --pause: the course takes none\n" in outcome.err


@pytest.mark.parametrize(
    ("how", "first"),
    [
        (["--can", LATE], "2026-12-08T15:00"),
        (["--can", LATE, "--at", "14:00"], "2026-12-08T15:00"),
        (["--can", LATE, "--at", "16:30"], "2026-12-08T16:30"),
        (["--can", "tue,thu -12", "--at", "14:00"], "2026-12-08T10:00"),
        (["--can", "tue,thu 7-10, 18:00-", "--at", "14:00"], "2026-12-08T18:00"),
        (["--can", "tue 13-; fri 9-11"], "2026-12-08T13:00"),
        (["--away", "every tue 8-11"], "2026-12-08T11:00"),
    ],
)
def test_the_first_start_is_the_nearest_legal_one(ketasched, how, first):
    course = planned(ketasched, "iv", "--start", "2026-12-08", *how)
    assert starts_of(course)[0] == first


def test_a_start_time_that_was_not_wished_for_is_told(ketasched):
    page = ketasched(*IV, "--can", LATE).out
    assert "Can come   Tuesdays and Thursdays from 15:00\n" in page
    told = "15:00 instead of 09:00, the nearest time the patient can come"
    assert f"Starts     {told}" in page
    assert f"note: starts at {told}\n" in ketasched(*IV, "--can", LATE, "-f", "csv").err
    assert "instead of" not in ketasched(*IV, "--can", LATE, "--at", "16:00").out


@pytest.mark.parametrize(
    ("how", "code", "message"),
    [
        (["--can", "mon,wed"], "cannot-come", "the patient can come Mondays and Wednesdays"),
        (["--away", "every tue"], "cannot-come", "away Tuesdays"),
        (["--can", "tue,thu 15:00-16:30"], "cannot-come", "2 h fit at no time"),
        (["--can", "tue 15:00-"], "no-pattern", "the patient can come Tuesdays from 15:00"),
        (["--can", LATE, "--days", "mon,tue"], "no-pattern", "Tuesdays and Thursdays from 15:00"),
    ],
)
def test_a_course_that_the_patient_can_never_come_to_is_refused_with_why(
    ketasched, how, code, message
):
    outcome = ketasched(*IV, *how, "--format", "json")
    assert outcome.code == 3
    (error,) = json.loads(outcome.out)["errors"]
    assert error["code"] == code
    assert message in error["message"]


def test_what_does_not_fit_when_the_patient_comes_is_no_fault_of_the_hours_alone(ketasched):
    # The baseline takes 90 minutes; for the screening of 30 the start moves to four.
    Path("trial.yaml").write_text(TRIAL, "utf-8")
    hours = "hours: {mon-fri: 08:00-17:00}"
    Path("ours.yaml").write_text(
        f"version: 1\nname: Ours\ntimezone: America/Chicago\n{hours}\n", "utf-8"
    )
    outcome = ketasched("plan", "trial", "--protocols", "trial.yaml", "--start", "2027-01-26",
                        "--clinic", "ours.yaml", "--can", "tue 16:00-")  # fmt: skip
    assert outcome.code == 3
    assert (
        "1 h 30 min fit at no time: open Tue 08:00-17:00, and the patient can come Tuesdays from "
        "16:00"
    ) in outcome.err


def test_a_run_of_working_days_is_due_on_days_the_patient_cannot_come():
    """What is the patient's changes no target: it is a reason."""
    free = order_of("pain-ten-day", date(2026, 12, 7))
    bound = free.__class__(
        **{name: getattr(free, name) for name in free.__dataclass_fields__}
        | {"commitments": free.commitments._replace(can=read_can("mon-thu"))}
    )
    assert bound.week() == free.week()
    assert bound.weekdays() == frozenset((0, 1, 2, 3))


def test_suggest_knows_it_too(ketasched):
    found = json.loads(
        ketasched(
            "suggest", "iv", "--from", "2026-12-07", "--to", "2026-12-12", "--can", LATE,
            "--format", "json",
        ).out
    )  # fmt: skip
    works = [start["start"] for start in found["starts"] if start["feasible"]]
    assert works == ["2026-12-08", "2026-12-10"]
    assert "--can 'tue,thu 15:00-'" in found["command"]


# In a record


def test_a_record_keeps_it_and_every_change_obeys_it(at):
    at("2026-11-26 09:00", "plan", *CHRISTMAS, "--pause", "2", "--away", "every mon until 2027-02-01",
       "--save", "alex", "--name", "Alex")  # fmt: skip
    asked = record_of()["asked"]
    assert (asked["can"], asked["pause"]) == (LATE, "2")
    assert asked["away"] == ["every mon until 2027-02-01"]
    refused = at("2026-11-26 09:00", "move", "alex", "2", "2026-12-11 15:00", code=3)
    assert "the patient can come Tuesdays and Thursdays from 15:00" in refused.err
    assert "--override can" in refused.err
    at("2026-12-09 09:00", "done", "alex", "1")
    at("2026-12-11 09:00", "miss", "alex", "2", "--then", "append")
    days = [
        session["start"]
        for session in record_of()["sessions"]
        if session["status"] in ("planned", "tentative")
    ]
    assert {date.fromisoformat(day[:10]).weekday() for day in days} <= {1, 3}
    assert all(day[11:16] >= "15:00" for day in days)
    at("2026-12-11 09:00", "close-day", "2027-01-07", ".")
    days = [s["start"] for s in record_of()["sessions"] if s["status"] in ("planned", "tentative")]
    assert days == [
        "2026-12-15 15:00", "2026-12-17 15:00", "2026-12-22 15:00", "2027-01-14 15:00",
        "2027-01-19 15:00",
    ]  # fmt: skip


def test_what_takes_place_beside_a_pause_leaves_it_where_it_is(at):
    at("2026-12-20 09:00", "plan", *AWAY, "--pause", "2", "--save", "alex", "--name", "Alex")
    (pause,) = record_of()["pauses"]
    assert (pause["before_session"], pause["reasons"][0]["kind"]) == (3, "agreed")
    at("2027-01-05 09:00", "done", "alex", "1")
    at("2027-01-08 09:00", "done", "alex", "2")
    assert [session["start"][:10] for session in record_of()["sessions"]] == TWO_WEEKS


@pytest.mark.parametrize(("weeks", "is_agreed"), [(1, True), (2, True), (3, False)])
def test_who_agreed_to_a_pause_agreed_to_no_longer_one(weeks, is_agreed):
    pause = AgreedPause(2).covers(Pause(4, weeks, ()))
    assert (pause.agreement is not None) == is_agreed


def test_a_pause_that_was_agreed_on_is_no_lapse_to_decide_on(at):
    """More than 28 days without a session are one, unless the clinician agreed before."""
    at("2026-12-20 09:00", "plan", "spravato", "--start", "2027-01-04", "--away",
       "2027-01-11..2027-02-07", "--pause", "4", "--save", "alex", "--name", "Alex")  # fmt: skip
    days = [session["start"][:10] for session in record_of()["sessions"]]
    assert days[:4] == ["2027-01-04", "2027-01-07", "2027-02-08", "2027-02-11"]
    assert "to resume" not in " ".join(at("2026-12-20 09:00", "status", "alex").out.split())
    at("2027-01-05 09:00", "done", "alex", "1")
    at("2027-01-08 09:00", "done", "alex", "2")
    assert "to resume" not in " ".join(at("2027-01-08 09:00", "status", "alex").out.split())
