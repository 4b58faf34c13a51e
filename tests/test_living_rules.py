"""The rules of a living course at their edges: each row is a life by commands, and what is right.

The first nine are cases that were wrong once; the others are their siblings in other protocols,
zones and commands. Dates are literal; without a year they are of 2027.
"""

import json
from datetime import datetime
from pathlib import Path

import pytest
from helpers import be_at
from texts import HEAD

EARLY = "2026-12-01 00:00"
ALONE = [
    word
    for kind in ("check-in", "assessment", "consultation", "preparation", "integration")
    for word in ("--without", kind)
]
WITHOUT = {
    protocol: ALONE if protocol == "kap" else ALONE[:6] for protocol in ("kap", "iv", "spravato")
}


class Lives:
    """Saved courses in one folder, at a moment of a zone."""

    def __init__(self, ketasched, monkeypatch):
        self.ketasched, self.patch = ketasched, monkeypatch
        self.zone = "America/New_York"
        self.at(EARLY)

    def at(self, moment):
        be_at(self.patch, moment, self.zone)
        return self

    def plan(self, protocol, start, *more, name="x", zone=None):
        self.zone = zone or self.zone
        options = () if "--protocols" in more else WITHOUT.get(protocol, ())
        self.do(
            "plan", protocol, "--start", start, "--save", name, "--tz", self.zone, *options, *more
        )
        return self

    def do(self, *words, code=0):
        outcome = self.ketasched(*words)
        assert outcome.code == code, outcome
        return outcome

    def record(self, name="x"):
        return json.loads(Path(f"{name}.course.json").read_text("utf-8"))

    def days(self, name="x", *statuses):
        """Session by session: its number, day and month, of some statuses."""
        wanted = statuses or ("planned", "tentative")
        return [
            f"{session['number']} {datetime.fromisoformat(session['start']):%a %-d %b}"
            for session in self.record(name)["sessions"]
            if session["status"] in wanted
        ]

    def session(self, number, name="x"):
        (found,) = [one for one in self.record(name)["sessions"] if one["number"] == number]
        return found


@pytest.fixture
def lives(ketasched, monkeypatch):
    return Lives(ketasched, monkeypatch)


# A make-up stands in the order of time


@pytest.mark.parametrize(
    ("protocol", "dropped", "review", "zone"),
    [
        ("spravato", 9, "evidence of benefit", "America/New_York"),
        ("spravato", 10, "evidence of benefit", "Europe/Berlin"),
        ("spravato", 12, "evidence of benefit", "Australia/Sydney"),
    ],
)
@pytest.mark.parametrize("then", ["squeeze", "replan", "shift"])
def test_a_make_up_behind_a_review_is_tentative_and_ends_with_it(
    lives, protocol, dropped, review, zone, then
):
    lives.plan(protocol, "2027-01-05", zone=zone).do("cancel", "x", dropped, "--then", then)
    assert lives.session(13)["status"] == "tentative"
    lives.do("review", "x", review, "--stop")
    assert lives.session(13)["status"] == "cancelled"
    assert lives.days() == [
        "1 Tue 5 Jan", "2 Fri 8 Jan", "3 Tue 12 Jan", "4 Fri 15 Jan",
        "5 Tue 19 Jan", "6 Fri 22 Jan", "7 Tue 26 Jan", "8 Fri 29 Jan",
    ]  # fmt: skip


@pytest.mark.parametrize("then", ["squeeze", "shift", "replan"])
@pytest.mark.parametrize("dropped", [5, 8])
def test_a_make_up_before_a_review_is_certain_and_stays(lives, dropped, then):
    lives.plan("spravato", "2027-01-05").do("cancel", "x", dropped, "--then", then)
    assert lives.session(13)["status"] == "planned"
    lives.do("review", "x", "evidence of benefit", "--stop")
    assert lives.session(13)["status"] == "planned"
    assert lives.session(9)["status"] == "cancelled"


def test_a_make_up_pushes_nothing_because_of_its_number(lives):
    lives.plan("kap", "2027-01-05").do("cancel", "x", 4, "--then", "squeeze")
    lives.do("cancel", "x", 3, "--then", "replan")
    assert lives.days() == [
        "1 Tue 5 Jan", "2 Tue 12 Jan", "8 Mon 18 Jan", "7 Wed 27 Jan", "5 Tue 2 Feb", "6 Tue 9 Feb",
    ]  # fmt: skip
    assert lives.record()["pauses"] == []


def test_of_two_make_ups_in_one_place_the_earlier_comes_first(lives):
    lives.plan("kap", "2027-01-05").do("cancel", "x", 3, "--then", "squeeze")
    lives.do("cancel", "x", 4, "--then", "squeeze")
    lives.do("move", "x", 7, "2027-01-22")
    lives.do("move", "x", 8, "2027-01-29")
    lives.do("cancel", "x", 5, "--then", "replan")
    assert lives.days()[2:4] == ["7 Fri 22 Jan", "8 Fri 29 Jan"]


# The largest gap


@pytest.mark.parametrize(
    ("move", "text"),
    [
        ((10, "2027-02-15"), "session 10: more than 10 days from session 13"),
        ((13, "2027-02-02"), None),
        ((13, "2027-01-28"), None),
    ],
)
def test_the_largest_gap_holds_beside_a_make_up(lives, move, text):
    lives.plan("spravato", "2027-01-05").do("cancel", "x", 9, "--then", "squeeze")
    assert lives.days()[8:10] == ["13 Wed 3 Feb", "10 Tue 9 Feb"]
    outcome = lives.ketasched("move", "x", *map(str, move))
    assert outcome.code == (3 if text else outcome.code)
    assert (text or "") in outcome.err
    assert text or "more than" not in outcome.err


def test_the_largest_gap_is_not_asked_across_a_session_that_did_not_take_place(lives):
    lives.plan("spravato", "2027-01-05").do("cancel", "x", 10)
    outcome = lives.ketasched("move", "x", "11", "2027-02-18")
    assert "more than" not in outcome.err
    assert outcome.code == 0


# Squeeze


@pytest.mark.parametrize(
    ("protocol", "start", "options", "moment", "dropped", "days"),
    [
        # Before, where what comes after is closed.
        ("kap", "2027-01-06", ("--closed", "2027-01-21..2027-01-25"), EARLY, 3, "7 Tue 19 Jan"),
        # After, where both are as near.
        ("kap", "2027-01-06", (), EARLY, 3, "7 Thu 21 Jan"),
        # Never in the past: Tuesday the 19th is over, and so is today's time; nor within the notice.
        ("kap", "2027-01-06", ("--closed", "2027-01-21"), "2027-01-19 12:00", 3, "7 Fri 22 Jan"),
        ("kap", "2027-01-06", ("--closed", "2027-01-21"), "2027-01-19 07:00", 3, "7 Fri 22 Jan"),
        ("kap", "2027-01-06", ("--closed", "2027-01-21"), "2027-01-17 18:00", 3, "7 Tue 19 Jan"),
        # Not before the course began, and not among the sessions of another phase.
        ("kap", "2027-01-06", ("--closed", "2027-01-07"), EARLY, 1, "7 Fri 8 Jan"),
        ("iv", "2027-01-05", ("--closed", "2027-01-25..2027-01-29"), EARLY, 6, "7 Thu 21 Jan"),
        ("spravato", "2027-01-05", ("--closed", "2027-02-03..2027-02-08"), EARLY, 9, "13 Mon 1 Feb"),
    ],
)  # fmt: skip
def test_squeeze_takes_the_nearest_day(lives, protocol, start, options, moment, dropped, days):
    lives.plan(protocol, start, *options)
    before = lives.days()
    lives.at(moment).do("cancel", "x", dropped, "--then", "squeeze")
    stayed = [day for day in before if not day.startswith(f"{dropped} ")]
    assert sorted(lives.days()) == sorted([*stayed, days])


@pytest.mark.parametrize(
    ("last_closed", "make_up"), [("2027-02-01", "6 Tue 2 Feb"), ("2027-02-05", None)]
)
def test_how_far_a_make_up_may_be(lives, last_closed, make_up):
    """28 days from 8 January, and 5 February is the last of them."""
    lives.do(
        "plan",
        "pain",
        "--start",
        "2027-01-04",
        "--save",
        "x",
        "--closed",
        f"2027-01-09..{last_closed}",
        "--weekends",  # so that the day after the last one is no day off
    )
    lives.zone = "America/Chicago"
    lives.at("2027-01-08 15:00").do("miss", "x", 5, "--then", "squeeze", code=0 if make_up else 3)
    assert lives.days()[-1] == (make_up or "5 Fri 8 Jan")


def test_the_response_assessment_follows_a_make_up_that_stands_before(lives):
    lives.do(
        "plan", "iv", "--start", "2027-01-05", "--save", "x", "--closed", "2027-01-25..2027-01-29"
    )
    lives.do("cancel", "x", "6", "--then", "squeeze")
    visits = {one["name"]: one for one in lives.record()["visits"] if one["status"] != "cancelled"}
    assert visits["response assessment"]["session"] == 7


# Shift


@pytest.mark.parametrize(
    ("protocol", "options", "dropped", "days"),
    [
        (
            "spravato", ("--days", "tue,fri"), 3,
            "13 Fri 15 Jan,4 Tue 19 Jan,5 Fri 22 Jan,6 Tue 26 Jan,7 Fri 29 Jan,8 Tue 2 Feb,9 Tue 9 Feb,10 Tue 16 Feb,11 Tue 23 Feb,12 Tue 2 Mar",
        ),
        # The last of its phase: where the phase would have gone on.
        ("iv", (), 6, "7 Tue 26 Jan"),
        ("iv", (), 5, "7 Fri 22 Jan,6 Tue 26 Jan"),
        ("kap", (), 6, "7 Tue 16 Feb"),
        # What is due four weeks after the last comes a week later, on its weekday.
        ("iv", ("--until", "2027-03-31"), 6, "9 Tue 26 Jan,7 Fri 26 Feb,8 Fri 26 Mar"),
    ],
)  # fmt: skip
def test_shift_takes_the_places(lives, protocol, options, dropped, days):
    lives.plan(protocol, "2027-01-05", *options)
    lives.do("cancel", "x", dropped, "--then", "shift")
    assert lives.days()[dropped - 1 :] == days.split(",")


@pytest.mark.parametrize(
    ("dropped", "days"),
    [
        (13, "20 Mon 8 Feb,14 Fri 19 Feb,15 Fri 5 Mar,16 Fri 19 Mar,17 Fri 16 Apr"),
        (12, "20 Fri 5 Feb,13 Mon 8 Feb,14 Fri 19 Feb,15 Fri 5 Mar,16 Fri 19 Mar"),
    ],
)
def test_shift_leaves_the_week_off_free(lives, dropped, days):
    """12 February is in the week off of two a week, every other week."""
    lives.plan("pain-ten-day", "2027-01-04").do("cancel", "x", dropped, "--then", "shift")
    assert lives.days()[dropped - 1 :][:5] == days.split(",")


def test_shift_goes_on_behind_a_make_up_that_stands_last(lives):
    lives.plan("pain", "2027-03-25", "--at", "01:30", zone="Australia/Sydney")
    lives.at("2027-03-26 12:00").do("miss", "x", 2, "--then", "replan")
    lives.at("2027-03-30 12:00").do("cancel", "x", 4, "--then", "replan")
    lives.at("2027-03-31 12:00").do("cancel", "x", 7, "--then", "squeeze")
    lives.at("2027-04-03 12:00").do("miss", "x", 5, "--then", "shift")
    assert lives.days()[-2:] == ["9 Mon 5 Apr", "8 Tue 6 Apr"]


def test_shift_keeps_the_pattern_after_a_session_that_is_missed(lives):
    lives.plan("spravato", "2027-01-05", "--days", "tue,fri").at("2027-01-12 15:00")
    lives.do("miss", "x", 3, "--then", "shift")
    assert {day.split()[1] for day in lives.days()} == {"Tue", "Fri"}


# Odd order


def test_a_day_is_closed_for_everybody(lives):
    lives.plan("iv", "2027-01-05")
    lives.do("move", "x", 3, "2027-01-16 14:00", "--override", "window,gap,closed,order")
    report = json.loads(lives.do("close-day", "2027-01-08", ".", "--format", "json").out)
    assert [(call["name"], call["why"]) for call in report["calls"]] == [("x", None)]
    assert report["unread"] == []
    assert lives.days()[1] == "2 Mon 11 Jan"  # 7 Jan is too far from the 15th


def test_sessions_in_odd_order_keep_nothing_from_being_done(lives):
    lives.plan("iv", "2027-01-05")
    lives.do("move", "x", 3, "2027-01-16 14:00", "--override", "window,gap,closed,order")
    lives.at("2027-01-17 12:00")
    for number in (1, 2, 4, 3):
        lives.do("done", "x", number)
    lives.do("cancel", "x", 6, "--then", "squeeze")
    lives.do("extend", "x", "--sessions", 1)
    assert lives.days() == ["5 Tue 19 Jan", "7 Thu 21 Jan", "8 Fri 19 Feb"]


def test_two_sessions_at_one_time_keep_nothing_from_being_done(lives):
    lives.plan("iv", "2027-01-05")
    lives.do("move", "x", 4, "2027-01-12", "--override", "window,gap,order")
    lives.do("cancel", "x", 6, "--then", "replan")


def test_a_make_up_whose_day_is_closed_may_stand_before_others(lives):
    """There is no place for 10 behind session 6, and one before it, where 5 was called off."""
    lives.zone = "Australia/Sydney"
    Path("clinic.yaml").write_text(
        "{version: 1, name: C, timezone: Australia/Sydney, hours: {mon-fri: 08:00-18:00}, "
        "holidays: {country: AU, subdivision: NSW}}"
    )
    lives.at("2027-09-10 00:00")
    lives.do(
        "plan", "spravato-mdsi", "--start", "2027-10-01", "--save", "x", "--clinic", "clinic.yaml"
    )
    for moment, *words in (
        ("2027-09-30 12:00", "cancel", "x", 1, "--then", "squeeze"),
        ("2027-10-05 12:00", "miss", "x", 2),
        ("2027-10-08 11:50", "miss", "x", 3, "--then", "squeeze"),
        ("2027-10-08 11:51", "cancel", "x", 5),
    ):
        lives.at(moment).do(*words)
    before = lives.days()
    assert "10 Wed 20 Oct" in before
    lives.do("close-day", "2027-10-20", ".")
    assert lives.record()["pauses"] == []
    moved = [day.replace("10 Wed 20 Oct", "10 Fri 15 Oct") for day in before]
    assert sorted(lives.days()) == sorted(moved)


def test_who_is_not_moved_is_called_too(lives):
    lives.plan("iv", "2027-01-05", "--away", "2027-01-07", "--away", "2027-01-11")
    lives.do("move", "x", 3, "2027-01-12 09:15")
    outcome = lives.do("close-day", "2027-01-08", ".", "--format", "json", code=3)
    (call,) = json.loads(outcome.out)["calls"]
    assert call["change"] is None
    assert "session 2 has no legal day" in call["why"]


# Patterns


def test_patterns_of_later_phases_are_tried(lives):
    command = (
        "suggest",
        "pain-ten-day",
        "--from",
        "2027-05-04",
        "--to",
        "2027-05-04",
        "--holidays",
        "US",
    )
    report = json.loads(lives.do(*command, "--tz", "America/New_York", "--format", "json").out)
    best, *others = report["starts"]
    assert (best["days"], best["moved"]) == (["tue", "fri"], 0)
    assert [(one["days"], one["moved"]) for one in others] == [([], 1)]


@pytest.mark.parametrize(
    ("protocol", "start", "days", "code"),
    [
        ("pain-ten-day", "2027-05-05", "tue,fri", 0),  # a Wednesday; the run has no pattern
        ("spravato", "2027-01-05", "wed", 0),  # for the weekly phase
        ("spravato", "2027-01-05", "mon,thu", 3),
        ("kap", "2027-01-05", "mon", 3),
    ],
)
def test_days_are_of_the_start_where_the_first_phase_takes_them(lives, protocol, start, days, code):
    lives.do("plan", protocol, "--start", start, "--days", days, code=code)


PROTOCOL = (
    HEAD
    + """\
    steps: [{name: session, length: 60 min}]
    phases:
      - name: first
        cadence: %s
        sessions: %d
        window: {early: 1 day, late: 3 days}
        gap: {min: %d days, max: 20 days}
    sources: [{fact: all, source: ours, grade: convention}]
"""
)


@pytest.mark.parametrize(
    ("start", "days"),
    [
        ("2027-01-04", "1 Mon 4 Jan,2 Wed 6 Jan,3 Fri 8 Jan,4 Mon 18 Jan,5 Wed 20 Jan,6 Fri 22 Jan"),
        # Round one week these touch; every other week nothing stands in the week between.
        ("2027-01-05", "1 Tue 5 Jan,2 Fri 8 Jan,3 Mon 11 Jan,4 Tue 19 Jan,5 Fri 22 Jan,6 Mon 25 Jan"),
        ("2027-01-07", "1 Thu 7 Jan,2 Mon 11 Jan,3 Wed 13 Jan,4 Thu 21 Jan,5 Mon 25 Jan,6 Wed 27 Jan"),
    ],
)  # fmt: skip
def test_three_every_other_week_from_any_weekday(lives, start, days):
    Path("mine.yaml").write_text(PROTOCOL % ("'3 per week, every other week'", 6, 1))
    lives.plan("mine", start, "--protocols", "mine.yaml")
    assert lives.days() == days.split(",")


@pytest.mark.parametrize("words", ["every 1 week", "every week"])
def test_every_week_keeps_its_words_and_its_weekday(lives, words):
    Path("mine.yaml").write_text(PROTOCOL % (words, 3, 1))
    assert "every 1 week" in lives.do("show", "mine", "--protocols", "mine.yaml").out
    lives.plan("mine", "2027-01-05", "--protocols", "mine.yaml")
    assert lives.days() == ["1 Tue 5 Jan", "2 Tue 12 Jan", "3 Tue 19 Jan"]
    lives.do("extend", "x", "--sessions", 1, "--cadence", "1 per week")
    assert lives.days()[3:] == ["4 Tue 26 Jan"]


# Time


@pytest.mark.parametrize(
    ("protocol", "zone", "start", "moment"),
    [
        ("iv", "America/New_York", "2027-01-05", "2027-01-04 16:45"),
        ("kap", "Asia/Tokyo", "2027-01-05", "2027-01-04 16:45"),
        ("spravato", "Europe/Berlin", "2027-01-05", "2027-01-05 08:10"),
    ],
)
def test_nothing_new_is_put_at_a_time_that_is_over(lives, protocol, zone, start, moment):
    lives.zone = zone
    lives.at(moment).do("plan", protocol, "--start", start, "--save", "x", "--tz", zone)
    record = lives.record()
    starts = [one["start"] for one in (*record["sessions"][1:], *record["visits"])]
    assert min(starts) >= moment, starts
    assert record["sessions"][0]["start"][:10] == start  # which is who asks' own


@pytest.mark.parametrize("more", [(), ("--flex", "4h")])
def test_a_start_today_is_who_asks_own_also_when_its_time_is_over(lives, more):
    lives.at("2027-01-05 15:00").plan("iv", "2027-01-05", *more)
    assert lives.session(1)["start"] == "2027-01-05 09:00"
    assert lives.session(1)["reasons"] == []


def test_a_course_that_is_running_is_kept_as_it_was(lives):
    lives.at("2027-01-05 15:00").plan("iv", "2027-01-01")
    assert lives.days()[0] == "1 Fri 1 Jan"


@pytest.mark.parametrize(
    ("zone", "start", "command", "when"),
    [
        ("America/New_York", "2027-02-26", ("move", "x", "5"), "2027-03-14 02:30"),
        ("Europe/Berlin", "2027-03-12", ("move", "x", "5"), "2027-03-28 02:00"),
        ("Australia/Lord_Howe", "2027-09-20", ("move", "x", "5"), "2027-10-03 02:15"),
    ],
)
@pytest.mark.parametrize(
    "override", [(), ("--override", "clock,gap,window,closed,order,hours,past")]
)
def test_a_time_that_does_not_exist_is_overridden_by_nobody(
    lives, zone, start, command, when, override
):
    lives.plan("spravato", start, "--weekends", "--at", "01:30", zone=zone)
    before = lives.record()
    outcome = lives.do(*command, when, *override, code=3)
    assert "does not exist" in outcome.err
    assert "--override" not in outcome.err
    assert lives.record() == before


def test_a_time_that_does_not_exist_is_added_by_nobody(lives):
    lives.plan("spravato", "2027-02-26", "--weekends", "--at", "sun=02:30,01:30")
    outcome = lives.do("extend", "x", "--on", "2027-03-14", "--override", "clock,gap", code=3)
    assert "02:30 does not exist" in outcome.err


def test_nothing_took_place_at_a_time_that_does_not_exist(lives):
    lives.plan("spravato", "2027-02-26", "--weekends", "--at", "01:30").at("2027-03-15 12:00")
    outcome = lives.do("done", "x", 5, "--on", "2027-03-14", "--at", "02:30", code=2)
    assert "does not exist" in outcome.err


def test_a_time_that_happens_twice_may_be_overridden(lives):
    lives.plan("spravato", "2027-10-22", "--weekends", "--at", "00:30")
    assert "happens twice" in lives.do("move", "x", 5, "2027-11-07 01:30", code=3).err
    lives.do("move", "x", 5, "2027-11-07 01:30", "--override", "clock,gap,window")


# Reasons, windows and words


def test_reasons_that_no_longer_hold_are_not_kept(lives):
    lives.do(
        "plan", "pain", "--start", "2027-01-04", "--save", "x", "--ics", "x.ics", "--for", "staff"
    )
    lives.do("move", "x", 3, "2027-01-07", "--rest", "replan")
    assert lives.session(4)["reasons"] == [
        {"kind": "gap", "text": "Thu 7 Jan 2027 is taken by session 3"}
    ]
    lives.do("cancel", "x", 3)
    assert lives.session(4)["reasons"] == []
    assert lives.session(5)["reasons"] == [
        {"kind": "gap", "text": "Fri 8 Jan 2027 is taken by session 4"}
    ]
    assert "Target Thu 7 Jan 2027\\n" in Path("x.ics").read_text("utf-8").replace("\n ", "")


def test_reasons_that_still_hold_are_kept(lives):
    lives.plan("iv", "2027-01-05", "--closed", "2027-01-08")
    reasons = [{"kind": "closed", "text": "closed Fri 8 Jan 2027"}]
    assert lives.session(2)["reasons"] == reasons
    lives.do("cancel", "x", 3, "--then", "append")
    assert lives.session(2)["reasons"] == reasons


def test_a_working_day_keeps_what_it_skips(lives):
    lives.do("plan", "pain", "--start", "2027-01-04", "--save", "x", "--closed", "2027-01-06")
    skipped = [{"kind": "closed", "text": "closed Wed 6 Jan 2027"}]
    assert lives.session(3)["reasons"] == skipped
    lives.do("move", "x", 5, "2027-01-12")
    assert lives.session(3)["reasons"] == skipped


def test_no_window_begins_before_the_course(lives):
    lives.plan("iv", "2027-01-05")
    assert lives.session(1)["window_start"] == "2027-01-05"
    assert lives.session(2)["window_start"] == "2027-01-07"
    assert (
        "outside its window, Tue 5 Jan 2027 to"
        in lives.do("move", "x", 1, "2027-01-04", code=3).err
    )


@pytest.mark.parametrize(
    ("until", "later"), [("2027-01-22", ""), ("2027-01-21", ": session 6 is later")]
)
def test_the_last_day_of_an_approval_is_covered(lives, until, later):
    lives.plan("iv", "2027-01-05", "--authorised-until", until).at("2027-01-05 08:00")
    (warning,) = json.loads(lives.do("status", "x", "--format", "json").out)["warnings"]
    day = f"{datetime.fromisoformat(until):%a %-d %b %Y}"
    assert warning == f"authorised until {day}{later}"


def test_one_session_is_one_session(lives):
    Path("mine.yaml").write_text(PROTOCOL % ("every 2 weeks", 1, 1))
    lives.plan("mine", "2027-01-05", "--protocols", "mine.yaml")
    assert "there is 1 session, number 1" in lives.do("cancel", "x", 2, code=2).err


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        ("2027-01-05 10:00", "session 1 has begun (09:00-11:00): say done, miss or cancel"),
        ("2027-01-05 13:30", "session 1 is over (09:00-11:00): say done, miss or cancel"),
    ],
)
def test_who_has_come_on_a_day_that_is_closed_is_listed(lives, moment, why):
    lives.plan("iv", "2027-01-05").at(moment)
    outcome = lives.do("close-day", "2027-01-05", ".", "--format", "json")
    (call,) = json.loads(outcome.out)["calls"]
    assert (call["change"], call["why"]) == (None, why)
    lives.do("done", "x", 1)
    assert (
        json.loads(lives.do("close-day", "2027-01-05", ".", "--format", "json").out)["calls"] == []
    )


# A pause belongs to its place

PAUSED = ("iv", "2027-01-05", "--closed", "2027-01-17..2027-01-24")
"""1 Tue 5, 2 Fri 8, 3 Tue 12, 4 Fri 15, a week's pause, 5 Tue 26, 6 Fri 29 Jan."""


@pytest.mark.parametrize(
    ("change", "days", "before"),
    [
        ("cancel 2 shift", "1 Tue 5 Jan,7 Tue 12 Jan,3 Fri 15 Jan,4 Tue 26 Jan,5 Fri 29 Jan,6 Tue 2 Feb", 4),
        ("cancel 4 shift", "1 Tue 5 Jan,2 Fri 8 Jan,3 Tue 12 Jan,7 Tue 26 Jan,5 Fri 29 Jan,6 Tue 2 Feb", 7),
        ("cancel 5 replan", "1 Tue 5 Jan,2 Fri 8 Jan,3 Tue 12 Jan,4 Fri 15 Jan,7 Mon 25 Jan,6 Fri 29 Jan", 7),
        ("cancel 5 squeeze", "1 Tue 5 Jan,2 Fri 8 Jan,3 Tue 12 Jan,4 Fri 15 Jan,7 Wed 27 Jan,6 Fri 29 Jan", 7),
        ("cancel 5 keep", "1 Tue 5 Jan,2 Fri 8 Jan,3 Tue 12 Jan,4 Fri 15 Jan,6 Fri 29 Jan", 6),
        ("cancel 3 append", "1 Tue 5 Jan,2 Fri 8 Jan,4 Fri 15 Jan,5 Tue 26 Jan,6 Fri 29 Jan,7 Tue 2 Feb", 5),
        ("move 2 2027-01-11 shift", "1 Tue 5 Jan,2 Mon 11 Jan,3 Fri 15 Jan,4 Mon 25 Jan,5 Fri 29 Jan,6 Mon 1 Feb", 4),
        ("move 2 2027-01-07 replan", "1 Tue 5 Jan,2 Thu 7 Jan,3 Tue 12 Jan,4 Fri 15 Jan,5 Tue 26 Jan,6 Fri 29 Jan", 5),
    ],
)  # fmt: skip
def test_a_pause_belongs_to_its_place(lives, change, days, before):
    lives.plan(*PAUSED)
    command, *words, rest = change.split()
    lives.do(command, "x", *words, "--then" if command == "cancel" else "--rest", rest)
    assert lives.days() == days.split(",")
    pauses = [(one["before_session"], one["weeks"]) for one in lives.record()["pauses"]]
    assert pauses == [(before, 1)]
    lives.do("undo", "x")
    assert [one["before_session"] for one in lives.record()["pauses"]] == [5]


def test_a_make_up_whose_window_is_over_makes_a_pause_that_is_told(lives):
    lives.plan("iv", "2027-01-05").at("2027-01-12 06:30").do("miss", "x", 2, "--then", "replan")
    assert lives.days()[1:] == [
        "7 Fri 15 Jan", "3 Tue 19 Jan", "4 Fri 22 Jan", "5 Tue 26 Jan", "6 Fri 29 Jan",
    ]  # fmt: skip
    (pause,) = lives.record()["pauses"]
    why = "the window of session 2, Thu 7 Jan 2027 to Mon 11 Jan 2027, is over"
    assert (pause["before_session"], pause["weeks"]) == (7, 1)
    assert pause["reasons"] == [{"kind": "past", "text": why}]
    assert f"Why: {why}" in " ".join(lives.do("status", "x").out.split())


def test_the_largest_gap_holds_where_what_was_called_off_no_longer_stands_between(lives):
    """Session 9 was called off; with 10 before its day nothing lies between 10 and 11."""
    lives.plan("spravato", "2027-01-05").do("cancel", "x", 9)
    lives.do("move", "x", 10, "2027-02-01", "--override", "window,gap")
    outcome = lives.do("move", "x", 11, "2027-02-18", code=3)
    assert "more than 10 days from session 10" in outcome.err


def test_shift_twice_stays_on_the_pattern(lives):
    lives.plan(
        "im",
        "2027-01-04",
        "--without",
        "assessment",
        "--without",
        "check-in",
        zone="Australia/Sydney",
    )
    lives.at("2027-01-05 12:00").do("miss", "x", 1, "--then", "squeeze")
    lives.at("2027-01-07 12:00").do("miss", "x", 2, "--then", "shift")
    lives.at("2027-01-11 12:00").do(
        "miss", "x", len(lives.days("x", "missed")) + 6, "--then", "shift"
    )
    assert {day.split()[1] for day in lives.days()[1:]} == {"Mon", "Thu"}


# Notice


def test_a_course_that_somebody_began_elsewhere_keeps_the_sessions_that_are_near(lives):
    """Mondays and Thursdays since 4 January, typed on Monday 11 at seven: those of that day and of
    Tuesday's closed day, which would have to be moved, are not told alike.
    """
    lives.at("2027-01-11 07:00").plan("iv", "2027-01-04")
    assert lives.days()[2:4] == ["3 Mon 11 Jan", "4 Thu 14 Jan"]
    assert lives.record()["sessions"][2]["reasons"] == []


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2027-01-12 02:30", "4 Wed 13 Jan"),  # 30 h before 09:00, with six hours without food
        ("2027-01-12 03:30", "4 Fri 15 Jan"),
    ],
)
def test_what_has_to_be_moved_is_moved_no_nearer_than_the_notice(lives, moment, day):
    lives.at(moment).plan("iv", "2027-01-04", "--closed", "2027-01-14")
    assert day in lives.days()


@pytest.mark.parametrize(
    ("now", "first"),
    [("2027-01-03 12:00", "2027-01-04 12:00"), ("2027-01-02 12:00", "2027-01-04 08:00")],
)
def test_a_linked_visit_is_put_no_nearer_than_the_notice(lives, now, first):
    lives.zone = "UTC"
    lives.at(now).do("plan", "spravato", "--start", "2027-01-05", "--save", "x", "--tz", "UTC")
    assert lives.record()["visits"][0]["start"] == first


def test_the_patient_may_come_tomorrow_where_they_come_tomorrow_already(lives):
    lives.at("2027-01-01 09:00").plan("iv", "2027-01-04").at("2027-01-06 12:00")
    lives.do("miss", "x", "1", "--then", "shift")
    assert {"7 Thu 7 Jan", "2 Mon 11 Jan", "6 Mon 25 Jan"} <= set(lives.days())
    lives.at("2027-01-01 09:00").do("plan", "kap", "--start", "2027-01-04", "--save", "y")
    lives.at("2027-01-06 10:00").do("move", "y", "2", "2027-01-12")
    assert "2027-01-06 12:00" in [visit["start"] for visit in lives.record("y")["visits"]]


def test_a_start_tomorrow_is_the_users(lives):
    lives.at("2027-01-04 15:00").plan("iv", "2027-01-05")
    assert lives.days()[0] == "1 Tue 5 Jan"
