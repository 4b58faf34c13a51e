"""What is due by day numbers follows its baseline, as it took place or as a person puts it.

Dates are literal and of 2027 where no year is said. The protocol is the one of docs: screening on
day -14, the baseline on day 0, and visits on days 14, 28 and 56; by plan the baseline is on Tue
12 Jan.
"""

import json
import shlex
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import texts
from helpers import be_at, changer, mistakes, record_of, writer
from hypothesis import example, given, settings
from hypothesis import strategies as st
from optimum import Seat, best_days

from ketasched.files.protocols import protocol_file

DOCS = Path(__file__).parent.parent / "docs"
TABLE = (DOCS / "trial.example.yaml").read_text()
CLINIC = """\
version: 1
name: Lakeside
timezone: America/Chicago
hours: {mon-fri: 08:00-17:00}
"""
FIRST_DAY = "        first_day: 0   # day 0 is the baseline\n"
PLANNED = TABLE.replace(FIRST_DAY, f"{FIRST_DAY}        counts_from: planned\n")

write = writer("trial.yaml")
changed = changer(TABLE)


class Trial:
    """A saved course of a trial, and what is typed about it."""

    def __init__(self, ketasched, monkeypatch):
        self.ketasched, self.patch = ketasched, monkeypatch

    def at(self, moment):
        be_at(self.patch, moment, "America/Chicago")
        return self

    def plan(self, *more, text=TABLE, start="2027-01-12", name="tr", clinic=CLINIC):
        write(text)
        write(clinic, "clinic.yaml")
        self.at("2026-12-01 09:00")
        self.do(
            "plan", "trial-7", "--protocols", "trial.yaml", "--clinic", "clinic.yaml", "--at", "10:00",
            "--start", start, "--save", name, *more,
        )  # fmt: skip
        return self

    def do(self, *words, code=0):
        outcome = self.ketasched(*words)
        assert outcome.code == code, outcome
        return outcome

    def report(self, *words):
        return json.loads(self.do(*words, "--format", "json").out)

    @property
    def sessions(self):
        return {session["number"]: session for session in record_of("tr")["sessions"]}

    def days(self, *numbers):
        """Where sessions stand, and the first and last day of their windows."""
        return [
            " ".join(
                f"{datetime.fromisoformat(session[key]):%a %-d %b}"
                for key in ("start", "window_start", "window_end")
            )
            for session in self.sessions.values()
            if not numbers or session["number"] in numbers
        ]


@pytest.fixture
def trial(ketasched, monkeypatch):
    return Trial(ketasched, monkeypatch)


AS_PLANNED = [
    "Tue 29 Dec Tue 22 Dec Tue 5 Jan",
    "Tue 12 Jan Tue 12 Jan Tue 12 Jan",
    "Tue 26 Jan Mon 25 Jan Thu 28 Jan",
    "Tue 9 Feb Mon 8 Feb Thu 11 Feb",
    "Tue 9 Mar Sat 6 Mar Fri 12 Mar",
]
TWO_DAYS_LATE = [
    "Tue 29 Dec Tue 22 Dec Tue 5 Jan",  # it took place: it keeps what it had
    "Thu 14 Jan Tue 12 Jan Tue 12 Jan",
    "Thu 28 Jan Wed 27 Jan Sat 30 Jan",
    "Thu 11 Feb Wed 10 Feb Sat 13 Feb",
    "Thu 11 Mar Mon 8 Mar Sun 14 Mar",
]


def begun(trial, *more, text=TABLE):
    """Screening took place, and it is the evening of Fri 15 Jan."""
    trial.plan(*more, text=text).at("2027-01-15 18:00").do("done", "tr", "1")
    return trial


# It took place on another day


def test_a_baseline_two_days_late_with_three_visits_to_come(trial):
    begun(trial)
    assert trial.days() == AS_PLANNED
    before = record_of("tr")
    trial.do("done", "tr", "2", "--on", "2027-01-14")
    assert trial.days() == TWO_DAYS_LATE
    targets = [trial.sessions[number]["target"] for number in (1, 2, 3, 4, 5)]
    assert targets == ["2026-12-29", "2027-01-12", "2027-01-28", "2027-02-11", "2027-03-11"]
    trial.do("undo", "tr")
    after = record_of("tr")
    assert [after[key] for key in ("sessions", "visits", "unplaced")] == [
        before[key] for key in ("sessions", "visits", "unplaced")
    ]


def test_day_numbers_that_count_from_the_plan_stay(trial):
    begun(trial, text=PLANNED).do("done", "tr", "2", "--on", "2027-01-14")
    assert trial.days() == [AS_PLANNED[0], TWO_DAYS_LATE[1], *AS_PLANNED[2:]]


@pytest.mark.parametrize(
    ("on", "visits"),
    [
        # A day early, and the visits too; the last stands on a Monday, its target.
        ("2027-01-11", ["Mon 25 Jan Sun 24 Jan Wed 27 Jan", "Mon 8 Feb Sun 7 Feb Wed 10 Feb", "Mon 8 Mar Fri 5 Mar Thu 11 Mar"]),
        ("2027-01-12", AS_PLANNED[2:]),
        ("2027-01-15", ["Fri 29 Jan Thu 28 Jan Sun 31 Jan", "Fri 12 Feb Thu 11 Feb Sun 14 Feb", "Fri 12 Mar Tue 9 Mar Mon 15 Mar"]),
    ],
)  # fmt: skip
def test_visits_stand_as_far_from_it_as_the_table_says(trial, on, visits):
    begun(trial).do("done", "tr", "2", "--on", on)
    assert trial.days(3, 4, 5) == visits


def test_what_would_fall_on_a_weekend_goes_to_the_best_legal_day(trial):
    trial.plan().at("2027-01-17 09:00")
    trial.do("done", "tr", "2", "--on", "2027-01-16")  # a Saturday, as are the visits then
    # Saturday 30 Jan: a day early, or two days late; 6 March: a day early or two days late.
    assert trial.days(3, 4, 5) == [
        "Fri 29 Jan Fri 29 Jan Mon 1 Feb",
        "Fri 12 Feb Fri 12 Feb Mon 15 Feb",
        "Fri 12 Mar Wed 10 Mar Tue 16 Mar",
    ]


def test_who_corrects_the_day_corrects_what_follows(trial):
    begun(trial).do("done", "tr", "2", "--on", "2027-01-15")
    trial.do("done", "tr", "2", "--on", "2027-01-14")
    assert trial.days() == TWO_DAYS_LATE
    trial.do("done", "tr", "2", "--on", "2027-01-14", "--at", "11:00")
    assert trial.days() == TWO_DAYS_LATE


def test_windows_count_from_it_also_where_the_visit_was_noted_first(trial):
    trial.plan().at("2027-01-28 18:00").do("done", "tr", "3", "--on", "2027-01-28")
    trial.do("done", "tr", "2", "--on", "2027-01-14")
    assert trial.days() == TWO_DAYS_LATE


@pytest.mark.parametrize(
    ("on", "third"),
    [
        # It may have taken place then: only its window is another.
        ("2027-01-14", "Tue 26 Jan Wed 27 Jan Sat 30 Jan"),
        # It cannot have taken place before its baseline.
        ("2027-01-28", "Thu 11 Feb Wed 10 Feb Sat 13 Feb"),
    ],
)
def test_a_visit_that_is_over_and_not_marked(trial, on, third):
    trial.plan().at("2027-01-29 09:00").do("done", "tr", "2", "--on", on)
    assert trial.days(3) == [third]


def test_a_baseline_planned_off_the_start_counts_from_where_it_took_place(trial):
    """Tue 12 Jan is closed: by plan all counts from it, and in the end from Wed 13 Jan."""
    text = changed("window: {early: 0 days, late: 0 days}", "window: {early: 0 days, late: 3 days}")
    trial.plan("--closed", "2027-01-12", text=text).at("2027-01-13 18:00")
    assert trial.days(2, 3) == ["Wed 13 Jan Tue 12 Jan Fri 15 Jan", AS_PLANNED[2]]
    trial.do("done", "tr", "2")
    assert trial.days(3) == ["Wed 27 Jan Tue 26 Jan Fri 29 Jan"]


# A person moves it


@pytest.mark.parametrize("rest", ["keep", "shift", "replan"])
def test_all_that_is_to_come_follows_a_baseline_that_is_moved(trial, rest):
    trial.plan().do("move", "tr", "2", "2027-01-14", "--override", "window", "--rest", rest)
    assert trial.days() == ["Thu 31 Dec Thu 24 Dec Thu 7 Jan", *TWO_DAYS_LATE[1:]]
    trial.at("2027-01-14 18:00").do("done", "tr", "2")
    assert trial.days(2, 3, 4, 5) == TWO_DAYS_LATE[1:]


def test_it_may_be_moved_beyond_the_visits_that_follow_it(trial):
    trial.plan().do("move", "tr", "2", "2027-02-09", "--override", "window")
    assert trial.days(3, 4) == [
        "Tue 23 Feb Mon 22 Feb Thu 25 Feb",
        "Tue 9 Mar Mon 8 Mar Thu 11 Mar",
    ]


def test_a_visit_that_others_do_not_count_from_takes_none_along(trial):
    trial.plan().do("move", "tr", "3", "2027-01-27")
    assert trial.days(4, 5) == AS_PLANNED[3:]


def test_a_closed_day_takes_along_what_counts_from_it(trial):
    text = changed("window: {early: 0 days, late: 0 days}", "window: {early: 0 days, late: 3 days}")
    trial.plan(text=text).at("2027-01-11 09:00")
    trial.do("done", "tr", "1")
    trial.do("close-day", "2027-01-12", ".")
    assert trial.days(2, 3) == [
        "Wed 13 Jan Tue 12 Jan Fri 15 Jan",
        "Wed 27 Jan Tue 26 Jan Fri 29 Jan",
    ]
    trial.at("2027-01-13 18:00").do("done", "tr", "2")  # as it stands: nothing moves again
    assert trial.days(3) == ["Wed 27 Jan Tue 26 Jan Fri 29 Jan"]


# It falls out


def test_without_its_baseline_the_plan_stays(trial):
    begun(trial).do("miss", "tr", "2")
    assert trial.days(3, 4, 5) == AS_PLANNED[2:]


@pytest.mark.parametrize(("then", "day"), [("squeeze", "2027-01-18"), ("replan", "2027-01-19")])
def test_what_makes_up_for_it_is_the_baseline_when_it_took_place(trial, then, day):
    begun(trial).do("miss", "tr", "2", "--then", then)
    made_up = next(each for each in trial.sessions.values() if each["instead_of"] == 2)
    weeks = 1 if then == "replan" else 0  # it puts the rest off with itself
    assert made_up["start"][:10] == day
    targets = [date(2027, 1, 26), date(2027, 2, 9), date(2027, 3, 9)]
    assert [date.fromisoformat(trial.sessions[number]["target"]) for number in (3, 4, 5)] == [
        target + timedelta(weeks=weeks) for target in targets
    ]
    trial.at("2027-01-20 18:00").do("done", "tr", str(made_up["number"]), "--on", "2027-01-20")
    assert [trial.sessions[number]["target"] for number in (3, 4, 5)] == [
        "2027-02-03", "2027-02-17", "2027-03-17",
    ]  # fmt: skip


def test_what_a_review_holds_back_follows_too(trial):
    review = "        reviews: [{name: eligible, after_session: 2}]\n    sources:\n"
    begun(trial, text=changed("    sources:\n", review)).do("done", "tr", "2", "--on", "2027-01-14")
    assert trial.days() == TWO_DAYS_LATE
    assert [trial.sessions[number]["status"] for number in (3, 4, 5)] == ["tentative"] * 3
    trial.do("review", "tr", "eligible", "--stop")
    trial.do("done", "tr", "2", "--on", "2027-01-13")
    assert trial.days(3, 4, 5) == TWO_DAYS_LATE[2:]  # they are off


# Those that cannot follow


def commands_of(report):
    return [shlex.split(advice["command"])[1:] for advice in report["advice"]]


def test_a_visit_put_by_hand_stays_and_is_told_with_a_command(trial):
    begun(trial).do("move", "tr", "4", "2027-02-08")
    outcome = trial.do("done", "tr", "2", "--on", "2027-01-14", "--dry-run")
    assert " ".join(outcome.out.split()).endswith(
        "Look: session 4 (Dosing 3) cannot follow, Mon 8 Feb 2027 is outside its window, Wed 10 Feb "
        "2027 to Sat 13 Feb 2027, and a person put it there; to move it into its window: "
        'ketasched move tr 4 "2027-02-11 10:00"'
    )
    (command,) = commands_of(trial.report("done", "tr", "2", "--on", "2027-01-14"))
    assert trial.days(3, 4) == [TWO_DAYS_LATE[2], "Mon 8 Feb Wed 10 Feb Sat 13 Feb"]
    looks = trial.report("status", "tr")["warnings"]
    assert any('ketasched move tr 4 "2027-02-11 10:00"' in look for look in looks)
    trial.do(*command)
    assert trial.days() == TWO_DAYS_LATE
    assert trial.report("status", "tr")["warnings"] == []


def test_a_visit_without_a_legal_day_stays_and_is_told_with_a_command(trial):
    begun(trial, "--closed", "2027-01-27..2027-01-31")
    report = trial.report("done", "tr", "2", "--on", "2027-01-14")
    assert trial.days(3, 4) == ["Tue 26 Jan Wed 27 Jan Sat 30 Jan", TWO_DAYS_LATE[3]]
    (command,) = commands_of(report)
    assert command == ["move", "tr", "3", "2027-01-26 10:00", "--override", "window"]
    assert trial.sessions[3]["broken"] == []
    trial.do(*command)
    assert trial.sessions[3]["broken"] == ["window"]
    assert trial.report("status", "tr")["warnings"] == []


def test_what_can_follow_only_at_short_notice_is_told_so(ketasched, monkeypatch):
    """The day after a baseline that has just taken place is nearer than 24 hours."""
    a_day, none = "window: {early: 0 days, late: 1 day}", "window: {early: 0 days, late: 0 days}"
    write(changed(a_day, none, texts.TRIAL))
    be_at(monkeypatch, "2026-12-14 07:00", "America/Chicago")
    course = ("--start", "2027-01-04", "--tz", "America/Chicago", "--save", "tr")
    assert ketasched("plan", "trial", "--protocols", "trial.yaml", *course).code == 0
    be_at(monkeypatch, "2027-01-05 12:00", "America/Chicago")
    outcome = ketasched("done", "tr", "2", "--on", "2027-01-05", "--at", "10:00")
    command = 'ketasched move tr 3 "2027-01-06 09:00" --override notice'
    assert f"to move it into its window at short notice: {command}" in " ".join(outcome.out.split())
    assert ketasched(*shlex.split(command)[1:]).code == 0
    stands = {session["number"]: session["start"][:16] for session in record_of("tr")["sessions"]}
    assert (stands[3], stands[4]) == ("2027-01-06 09:00", "2027-01-08 09:00")


def test_who_breaks_the_window_of_the_baseline_breaks_no_other(trial):
    trial.plan("--closed", "2027-01-27..2027-01-31")
    report = trial.report("move", "tr", "2", "2027-01-14", "--override", "window")
    assert trial.sessions[2]["broken"] == ["window"]
    assert trial.sessions[3]["broken"] == []
    assert [advice["number"] for advice in report["advice"]] == [3]


def test_where_nothing_helps_that_is_told(trial):
    begun(trial).do("move", "tr", "4", "2027-02-08")
    for number in "35":
        trial.do("cancel", "tr", number)
    trial.do("adjust", "tr", "--away", "2027-01-16..2027-04-30")  # what is by hand stays
    told = trial.do("done", "tr", "2", "--on", "2027-01-14").out
    assert "no day within 28 days of its window is legal" in " ".join(told.split())


# Sessions that follow, and linked visits

FOLLOWED = changed(
    '          - {name: "Dosing 2"',
    "          - {name: call, day: 2, follows: Baseline and dosing 1, window: {early: 0 days, late: 1 day}}\n"
    '          - {name: "Dosing 2"',
).replace(
    "    sources:\n",
    "    visits:\n      - {kind: check-in, length: 20 min, after: session 4, distance: {from: 1 day, to: 3 days, ideally: 1 day}}\n    sources:\n",
)  # fmt: skip


def test_what_follows_it_and_what_stands_beside_a_visit_go_along(trial):
    begun(trial, text=FOLLOWED).do("done", "tr", "2", "--on", "2027-01-14")
    # Two days on is a Saturday, and its window ends on Sunday: it has no place.
    assert [missing["name"] for missing in record_of("tr")["unplaced"]] == ["call"]
    trial.do("done", "tr", "2", "--on", "2027-01-15")  # Sunday: Monday is its last day
    assert trial.days(3) == ["Mon 18 Jan Sun 17 Jan Mon 18 Jan"]
    assert record_of("tr")["visits"][0]["start"] == "2027-02-01 08:00"  # after Fri 29 Jan


def test_a_session_that_follows_put_by_hand_has_the_window_of_the_day_it_counts_from(trial):
    trial.plan(text=FOLLOWED).do("move", "tr", "3", "2027-01-15")
    trial.at("2027-01-13 18:00").do("done", "tr", "2", "--on", "2027-01-11")
    assert trial.days(3) == ["Fri 15 Jan Wed 13 Jan Thu 14 Jan"]
    assert "session 3: Fri 15 Jan" in trial.report("status", "tr")["warnings"][-1]


def test_a_session_that_follows_and_has_no_place_may_be_put_by_hand(trial):
    begun(trial, text=FOLLOWED)
    report = trial.report("done", "tr", "2", "--on", "2027-01-14")
    assert trial.sessions[3]["status"] == "cancelled"
    (command,) = commands_of(report)
    assert command == ["move", "tr", "3", "2027-01-18 10:00", "--override", "window"]
    trial.do(*command)
    assert trial.sessions[3]["status"] == "planned"
    assert trial.days(3) == ["Mon 18 Jan Sat 16 Jan Sun 17 Jan"]
    assert record_of("tr")["unplaced"] == []


def test_a_shift_keeps_the_distances_of_the_table(trial):
    begun(trial, text=FOLLOWED).do("miss", "tr", "2", "--then", "shift")
    # The call of Thu 14 Jan cannot have taken place: what it counts from did not.
    assert [trial.days(number)[0] for number in (7, 3, 4, 5, 6)] == [
        "Tue 26 Jan Tue 26 Jan Tue 26 Jan",
        "Thu 28 Jan Thu 28 Jan Fri 29 Jan",
        "Tue 9 Feb Mon 8 Feb Thu 11 Feb",
        "Tue 23 Feb Mon 22 Feb Thu 25 Feb",
        "Tue 23 Mar Sat 20 Mar Fri 26 Mar",
    ]


def test_what_follows_goes_along_though_it_is_over_and_not_marked(trial):
    begun(trial, text=FOLLOWED)
    trial.do("move", "tr", "2", "2027-01-18", "--override", "window")
    assert trial.days(3) == ["Wed 20 Jan Wed 20 Jan Thu 21 Jan"]


def test_no_session_gives_its_place_to_one_that_follows(trial):
    begun(trial, text=FOLLOWED).do("done", "tr", "2")
    trial.do("miss", "tr", "3", "--then", "shift")
    assert trial.days(7)[0].startswith("Mon 18 Jan")  # the nearest day that is far enough
    assert trial.days(4, 5, 6) == AS_PLANNED[2:]


LATE_CALL = FOLLOWED.replace("day: 2, follows", "day: 16, follows")


def test_what_follows_has_no_place_in_the_order(trial):
    begun(trial, text=LATE_CALL).do("done", "tr", "2")
    assert trial.days(3, 4) == [
        "Tue 26 Jan Mon 25 Jan Thu 28 Jan", "Thu 28 Jan Thu 28 Jan Fri 29 Jan",
    ]  # fmt: skip
    trial.do("move", "tr", "4", "2027-01-27")
    trial.do("move", "tr", "5", "2027-02-10", "--rest", "replan")
    trial.at("2027-02-01 18:00").do("done", "tr", "3", "--on", "2027-01-29")
    outcome = trial.do("done", "tr", "4", "--on", "2027-01-29", code=2)
    assert "session 3 took place on Fri 29 Jan 2027" in outcome.err
    trial.do("done", "tr", "4", "--on", "2027-01-28")


# Other phases, other lists

WEEKLY = TABLE.replace(
    "    sources:\n",
    """\
      - name: later
        first_day: 1
        after: 2 weeks
        sessions:
          - {name: first call, day: 1}
          - {name: second call, day: 3}
        window: {early: 1 day, late: 2 days}
      - name: weekly
        cadence: 1 per week
        after: 1 week
        sessions: 2
        window: {early: 2 days, late: 3 days}
        gap: {min: 4 days, max: 10 days}
    sources:
""",
)


def test_later_phases_follow_the_last_target(trial):
    begun(trial, text=WEEKLY)
    assert [day[:10] for day in trial.days(6, 7, 8, 9)] == [
        "Tue 23 Mar", "Thu 25 Mar", "Thu 1 Apr ", "Thu 8 Apr ",
    ]  # fmt: skip
    trial.do("done", "tr", "2", "--on", "2027-01-15")  # three days: not half a week
    assert [day[:10] for day in trial.days(6, 7, 8, 9)] == [
        "Fri 26 Mar", "Mon 29 Mar", "Thu 1 Apr ", "Thu 8 Apr ",
    ]  # fmt: skip


def test_weekly_phases_move_by_whole_weeks(trial):
    trial.plan(text=WEEKLY).do("move", "tr", "2", "2027-01-18", "--override", "window")
    assert [day[:10] for day in trial.days(6, 7, 8, 9)] == [
        "Mon 29 Mar", "Wed 31 Mar", "Thu 8 Apr ", "Thu 15 Apr",
    ]  # fmt: skip


LIST = """\
version: 1
protocols:
  - id: trial-7
    title: Days
    label: Days
    version: 1
    drug: ketamine
    route: any
    use: tests
    steps: [{name: session, length: 60 min}]
    phases:
      - name: dosing
        cadence: {days: [1, 4, 8], first_day: 1%s}
        window: {early: 0 days, late: 3 days}
        gap: {min: 2 days, max: 9 days}
    sources: [{fact: all, source: ours, grade: convention}]
"""


@pytest.mark.parametrize(
    ("counts_from", "rest"),
    [
        ("", ["Fri 15 Jan Fri 15 Jan Mon 18 Jan", "Tue 19 Jan Tue 19 Jan Fri 22 Jan"]),
        (", counts_from: actual", ["Fri 15 Jan Fri 15 Jan Mon 18 Jan", "Tue 19 Jan Tue 19 Jan Fri 22 Jan"]),
        (", counts_from: planned", ["Thu 14 Jan Thu 14 Jan Sun 17 Jan", "Mon 18 Jan Mon 18 Jan Thu 21 Jan"]),
    ],
)  # fmt: skip
def test_a_list_of_days_counts_from_its_first(trial, counts_from, rest):
    trial.plan(text=LIST % counts_from, start="2027-01-11").at("2027-01-12 18:00")
    trial.do("done", "tr", "1", "--on", "2027-01-12")
    assert trial.days(2, 3) == rest


AND_WEEKLY = (
    (LIST % "")
    .replace("[1, 4, 8]", "[1, 4, 8, 11]")
    .replace("{early: 0 days, late: 3 days}", "{early: 1 day, late: 2 days}")
    .replace(
        "    sources:",
        """\
      - name: weekly
        cadence: 1 per week
        sessions: 2
        window: {early: 2 days, late: 3 days}
        gap: {min: 3 days, max: 12 days}
    sources:""",
    )
)


def test_what_stands_in_the_way_of_what_follows_makes_way(trial):
    trial.plan(text=AND_WEEKLY).at("2027-01-14 18:00")
    assert [day[:10] for day in trial.days()] == [
        "Tue 12 Jan", "Fri 15 Jan", "Tue 19 Jan", "Fri 22 Jan", "Tue 26 Jan", "Tue 2 Feb ",
    ]  # fmt: skip
    outcome = trial.do("done", "tr", "1", "--on", "2027-01-14")
    assert [day[:10] for day in trial.days()] == [  # day 11 is Sun 24 Jan, two days before Tue
        "Thu 14 Jan", "Mon 18 Jan", "Thu 21 Jan", "Mon 25 Jan", "Wed 27 Jan", "Tue 2 Feb ",
    ]  # fmt: skip
    assert "cannot follow" not in outcome.out


def test_a_baseline_and_what_counts_from_it_leave_a_closed_day_together(trial):
    hours = "{mon-wed: 08:00-17:00, thu: 08:00-20:00, fri: 08:00-11:00}"
    trial.plan(
        text=AND_WEEKLY.replace("max: 9", "max: 6").replace("length: 60", "length: 180"),
        clinic=CLINIC.replace("{mon-fri: 08:00-17:00}", hours),
    )
    assert [day[:10] for day in trial.days(1, 2, 3, 4, 5)] == [
        "Tue 12 Jan", "Thu 14 Jan", "Tue 19 Jan", "Thu 21 Jan", "Tue 26 Jan",
    ]  # fmt: skip
    trial.do("close-day", "2027-01-12", ".")  # Thu 14 is too near Wed 13
    assert [day[:10] for day in trial.days(1, 2, 3, 4, 5)] == [
        "Wed 13 Jan", "Mon 18 Jan", "Wed 20 Jan", "Mon 25 Jan", "Wed 27 Jan",
    ]  # fmt: skip
    assert not record_of("tr")["pauses"]


def test_of_a_course_begun_elsewhere_the_plan_stays(trial):
    trial.plan("--already", "2", start="2027-01-26").at("2027-01-28 18:00")
    trial.do("done", "tr", "3", "--on", "2027-01-27")
    assert trial.days(4) == ["Tue 9 Feb Mon 8 Feb Thu 11 Feb"]


# What is said


def test_before_and_after_show_the_windows(trial):
    begun(trial)
    shown = " ".join(trial.do("done", "tr", "2", "--on", "2027-01-14").out.split())
    for words in ("earliest Mon 25 Jan earliest Wed 27 Jan", "latest Thu 28 Jan latest Sat 30 Jan"):
        assert words in shown
    trial.do("undo", "tr")
    report = trial.report("done", "tr", "2", "--on", "2027-01-14")
    third = next(session for session in report["sessions"] if session["number"] == 3)
    assert third["window_before"] == {"start": "2027-01-25", "end": "2027-01-28"}
    assert (third["window_start"], third["window_end"]) == ("2027-01-27", "2027-01-30")
    assert report["advice"] == []


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        (
            TABLE,
            "as it takes place; until then Tue 12 Jan 2027",
            "as it took place, Thu 14 Jan 2027",
        ),
        (PLANNED, "as planned, Tue 12 Jan 2027", "as planned, Tue 12 Jan 2027"),
    ],
)
def test_status_says_what_windows_count_from(trial, text, before, after):
    begun(trial, text=text)
    begins = "Windows count from session 2 (Baseline and dosing 1), "
    assert begins + before in " ".join(trial.do("status", "tr").out.split())
    trial.do("done", "tr", "2", "--on", "2027-01-14")
    assert begins + after in " ".join(trial.do("status", "tr").out.split())
    counts_from = "planned" if text is PLANNED else "actual"
    day = "2027-01-12" if text is PLANNED else "2027-01-14"
    assert trial.report("status", "tr")["counts_from"] == [
        {"phase": "visits", "counts_from": counts_from, "session": 2, "name": "Baseline and dosing 1", "day": day}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"), [(TABLE, "as it took place"), (PLANNED, "as planned")]
)  # fmt: skip
def test_show_says_what_windows_count_from(trial, text, said):
    write(text)
    shown = " ".join(trial.do("show", "trial-7", "--protocols", "trial.yaml").out.split())
    assert f"counted from Baseline and dosing 1, {said}" in shown


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("counts_from: planned", "counts_from: actul", "`actul` is not one of actual, planned", ""),
        ("counts_from: planned", "count_from: planned", "unknown key `count_from`", "did you mean `counts_from`?"),
    ],
)  # fmt: skip
def test_a_mistake_in_what_windows_count_from(old, new, message, hint):
    for text in (PLANNED, LIST % ", counts_from: planned"):
        wrong = text.replace(old, new)
        (mistake,) = mistakes(protocol_file.load, write(wrong))
        line = 1 + wrong[: wrong.index(new)].count("\n")
        assert (mistake.message, mistake.hint, mistake.line) == (message, hint, line)


# The rule, by another way of counting

NAMES = "bcdef"


@settings(max_examples=settings.default.max_examples * 3 // 5, deadline=None)
@example(gaps=[1], windows=[(0, 1), (0, 0), (0, 0), (0, 0)], closed={0}, late=0)
@given(
    gaps=st.lists(st.integers(1, 16), min_size=1, max_size=4),
    windows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=4),
    closed=st.sets(st.integers(-3, 50), max_size=12),
    late=st.integers(-4, 9),
)
def test_visits_stand_best_in_the_windows_that_count_from_it(gaps, windows, closed, late):
    """All visits that have a place together stand as in optimum.py; else at most some follow."""
    from conftest import order_of

    from ketasched.domain.clinic import WHOLE_WEEK
    from ketasched.planning.plan import plan
    from ketasched.planning.refusals import Failure
    from ketasched.running import took_place
    from ketasched.running.legal_change import Conditions

    start = date(2027, 1, 12)
    days = [sum(gaps[: index + 1]) for index in range(len(gaps))]
    listed = "".join(
        f"          - {{name: {name}, day: {day}, window: {{early: {early} days, late: {last} days}}}}\n"
        for name, day, (early, last) in zip(NAMES, days, windows, strict=False)
    )
    text = (
        TABLE[: TABLE.index('          - {name: "Screening"')]
        + "          - {name: a, day: 0, window: {early: 0 days, late: 9 days}}\n"
        + listed
        + TABLE[TABLE.index("    sources:") :]
    )
    (protocol,) = protocol_file.load(write(text))
    is_closed = {start + timedelta(days=day) for day in closed}
    order = order_of(protocol, start, week=WHOLE_WEEK, closed=sorted(is_closed))
    course = plan(order)
    if isinstance(course, Failure):
        return
    held = datetime(2027, 1, 12, 9, tzinfo=order.clinic.zone) + timedelta(days=late)
    now = held + timedelta(hours=1)
    before = {session.number: session for session in course.sessions}
    if any(session.start.date() <= now.date() for session in course.sessions[1:]):
        return  # see test_a_visit_that_is_over_and_not_marked
    after = took_place.attend(Conditions(order, now), course, 1, held)
    if held.date() == before[1].target:  # nothing is due on another day, so nobody is moved
        assert [each.start for each in after.sessions[1:]] == [
            each.start for each in course.sessions[1:]
        ]
        return
    seats = [Seat(1, held.date(), False, held.date(), held.date(), held.date(), "visits", 1, None)]
    for number, (day, (early, last)) in enumerate(zip(days, windows, strict=False), start=2):
        target = held.date() + timedelta(days=day)
        session = after.session(number)
        first = before[number].window_start - before[number].target + target
        assert (session.target, session.window_start, session.window_end) == (
            target, first, target + timedelta(days=last),
        )  # fmt: skip
        assert target - first <= timedelta(days=early)
        seats.append(
            Seat(number, session.start.date(), True, target, first, session.window_end, "visits", 1, None)
        )  # fmt: skip
    begins = min(start, held.date())
    best = best_days(seats, lambda day: day not in is_closed and day > held.date(), begins)
    stands = tuple(session.start.date() for session in after.sessions)
    if best is not None:
        assert stands == best
        return
    stays = [each for each in seats[1:] if not each.first <= each.stands <= each.last]
    assert all(each.stands == before[each.key].start.date() for each in stays)
    assert stays
