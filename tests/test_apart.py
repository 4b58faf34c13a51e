"""Distances between sessions that are no neighbours: in files, in plans and in running courses.

That the plan is the best one is proved in test_placement_optimum.py, beside others in
test_admit.py. Here: two doses four weeks apart, and a booster 168 to 400 days after the first;
2027-01-04 is a Monday, and so is 2027-06-21, 168 days later.
"""

import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from helpers import changer, writer
from test_changes import Life

write = writer("doses.yaml")
DOSES = """\
version: 1
protocols:
  - id: doses
    title: Two doses and a booster
    label: Doses
    version: 1
    steps: [{name: dose, length: 15 min}]
    phases:
      - name: first doses
        cadence: every 4 weeks
        sessions: 2
        window: {early: 2 days, late: 10 days}
        gap: {min: 21 days, max: 60 days}
        pause: 2 weeks
        missed: replan
      - name: booster
        after: 20 weeks
        cadence: every 4 weeks
        sessions: 1
        window: {early: 14 days, late: 14 days}
        gap: {min: 21 days, max: 60 days}
        apart: {from: 1, min: 168 days, max: 400 days}
        missed: squeeze
"""
LISTED = """\
version: 1
protocols:
  - id: doses
    title: Three doses
    label: Doses
    version: 1
    steps: [{name: dose, length: 15 min}]
    phases:
      - name: doses
        first_day: 0
        window: {early: 7 days, late: 7 days}
        sessions:
          - {name: dose 1, day: 0}
          - {name: look, follows: dose 1, day: 1, window: {early: 0 days, late: 3 days}}
          - {name: dose 2, day: 28}
          - {name: dose 3, day: 168, apart: [{from: dose 1, min: 165 days}, {from: 3, max: 150 days}]}
"""
change = changer(DOSES)
change_list = changer(LISTED)


@pytest.fixture
def life(ketasched, monkeypatch):
    write(DOSES)
    life = Life(ketasched, monkeypatch)
    return life.plan("doses", "--protocols", "doses.yaml")


def days_of(run, *more):
    outcome = run("plan", "doses", "--protocols", "doses.yaml", *more, "--format", "json")
    assert outcome.code in (0, 3), outcome.err
    return json.loads(outcome.out)


# Files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (change("from: 1", "from: 3"), "session 3 is not an earlier one"),
        (change("from: 1", "from: 0"), "0 is outside 1 to 1000"),
        (change("from: 1", "from: dose 1"), "no session before this one is called `dose 1`"),
        (change("168 days, max", "169 days, max"), "168 days apart, which is not at least 169"),
        (change("400 days", "167 days"), "the largest distance is smaller than the smallest"),
        (change(", min: 168 days, max: 400 days", ""), "it says no distance"),
        (change("400 days", "1 year"), "1 year"),
        (change_list("from: dose 1", "from: dose 4"), "is called `dose 4`"),
        (change_list("from: dose 1", "from: look"), "session 2 counts from another as placed"),
        (change_list("max: 150 days", "max: 139 days"), "140 days apart, which is not at most 139"),
        (
            change_list("follows: dose 1, day: 1,", "follows: dose 1, day: 1, apart: {from: 1, min: 1 day},"),
            "it counts from `dose 1` as placed",
        ),
    ],
)  # fmt: skip
def test_a_distance_that_cannot_be_kept_is_named(ketasched, text, said):
    outcome = ketasched("check", write(text))
    assert outcome.code == 1
    assert said in outcome.err
    assert outcome.err.count("error:") == 1


# Plans


@pytest.mark.parametrize(
    ("text", "more", "day", "why"),
    [
        (DOSES, (), "2027-06-21", ""),
        # The first dose is late: 168 days count from where it stands.
        (
            DOSES,
            ("--closed", "2027-01-04..2027-01-06"),
            "2027-06-24",
            "is not at least 168 days after session 1 (Thu 7 Jan 2027), which moved: closed Mon 4",
        ),
        # The window begins fourteen days early, and the distance does not.
        (DOSES, ("--closed", "2027-06-21..2027-06-30"), "2027-07-01", "closed Mon 21 Jun 2027"),
        (LISTED, (), "2027-06-21", ""),
        (LISTED, ("--closed", "2027-06-20..2027-06-24"), "2027-06-18", "closed Sun 20 Jun 2027"),
        (LISTED, ("--closed", "2027-06-18..2027-06-22"), "2027-06-23", "closed Fri 18 Jun 2027"),
    ],
)
def test_what_is_planned_stays_apart(ketasched, text, more, day, why):
    write(text)
    last = days_of(ketasched, "--start", "2027-01-04", *more)["sessions"][-1]
    assert last["start"].startswith(day)
    assert why in "; ".join(reason["text"] for reason in last["reasons"])
    assert bool(why) == bool(last["reasons"])


def test_where_there_is_no_day_the_distance_is_among_the_reasons(ketasched):
    write(change("late: 14 days", "late: 0 days", change("pause: 2 weeks", "pause: 0 weeks")))
    failure = days_of(ketasched, "--start", "2027-01-04", "--closed", "2027-06-19..2027-06-22")
    refused = {day["date"]: day["reasons"] for day in failure["errors"][0]["refused"]}
    assert refused["2027-06-18"] == [
        {
            "kind": "apart",
            "text": "not at least 168 days after session 1, wherever that can stand",
        }
    ]


def test_a_pause_widens_the_most_and_excuses_no_least(ketasched):
    """Two weeks closed where the second dose is due put all behind it off by as much."""
    write(change("max: 400 days", "max: 168 days"))
    course = days_of(ketasched, "--start", "2027-01-04", "--closed", "2027-01-25..2027-02-14")
    assert course["pauses"][0]["weeks"] == 1
    assert course["sessions"][-1]["start"].startswith("2027-06-28")


def test_what_took_place_elsewhere_has_no_day_to_count_from(ketasched):
    """No distance is kept that nobody can count, and that is told."""
    write(DOSES)
    asked = ("--protocols", "doses.yaml", "--start", "2027-02-01", "--closed", "2027-06-21")
    outcome = ketasched("plan", "doses", *asked, "--already", "1")
    assert "Fri 18 Jun 2027" not in outcome.out
    outcome = ketasched(
        "plan", "doses", *asked, "--already", "1", "--closed", "2027-06-22..2027-07-30"
    )
    assert "Fri 18 Jun 2027" in outcome.out
    said = "session 3 is to be at least 168 days and at most 400 days after session 1, which took"
    assert f"note: {said} place elsewhere" in outcome.err


# Running courses


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("move", "3", "2027-06-18"), "not at least 168 days after session 1"),
        (("move", "1", "2027-01-08"), "not at least 168 days before session 3"),
    ],
)
def test_a_change_that_brings_two_too_near_is_refused(life, command, said):
    assert said in life.now("2026-12-31 09:00").refused(3, *command)
    life.do(*command, "--override", "apart")
    broken = [each["broken"] for each in life.record["sessions"] if each["broken"]]
    assert broken == [["apart"], ["apart"]]
    assert life.run("check", ".").code == 0


def test_one_beyond_the_farthest_day_is_refused(life):
    said = life.refused(3, "move", "3", "2028-02-10", "--override", "window,lapse")
    assert "not at most 400 days after session 1" in said


def test_what_took_place_late_is_counted_from(life):
    """Nothing moves by itself: `status` tells."""
    life.now("2027-01-12 18:00").do("done", "1", "--on", "2027-01-11")
    assert "session 3: not at least 168 days after session 1" in str(life.report["warnings"])
    life.refused(3, "move", "3", "2027-06-25")
    life.do("move", "3", "2027-06-28")
    assert life.report["warnings"] == []


def test_what_makes_up_for_the_first_is_counted_from(life):
    life.now("2027-01-05 08:00").do("miss", "1")
    days = {each[0]: each for each in life.ahead}
    assert days["4"] == "4 Wed 6 Jan"
    assert days["3"] == "3 Wed 23 Jun"


def test_of_one_that_nothing_makes_up_for_nothing_is_asked(life):
    life.now("2027-01-05 08:00").do("miss", "1", "--then", "keep")
    assert life.do("move", "3", "2027-06-10").code == 0


def test_a_make_up_stays_apart_too(life):
    """Squeezed in as near to the missed booster as may be: not in the week before it."""
    for number, day in (("1", "2027-01-04"), ("2", "2027-02-01")):
        life.now(f"{day} 18:00").do("done", number)
    life.now("2027-06-10 09:00").do("cancel", "3", "--then", "squeeze")
    assert life.ahead == ["4 Tue 22 Jun"]


def test_a_record_that_says_otherwise_is_found(life):
    life.now("2026-12-31 09:00").do("move", "3", "2027-06-18", "--override", "apart")
    record = life.record
    for session in record["sessions"]:
        session["broken"] = []
    write(json.dumps(record), "alex.course.json")
    outcome = life.run("check", ".")
    assert outcome.code == 1
    assert "alex, session 3, apart: 165 days from session 1, less than 168" in outcome.out


def test_a_day_that_closes_moves_no_one_too_near(life):
    outcome = life.now("2026-12-31 09:00").run("close-day", "2027-01-04", ".")
    assert outcome.code == 0, outcome.err
    starts = {each["number"]: each["start"][:10] for each in life.record["sessions"]}
    assert starts[1] > "2027-01-04"
    assert starts[3] >= "2027-06-22"


def test_deviations_tell_how_far_apart_they_were(life):
    for number, day in (("1", "2027-01-11"), ("2", "2027-02-01"), ("3", "2027-06-21")):
        life.now(f"{day} 18:00").do("done", number, "--on", day)
    report = json.loads(life.do("status", "--deviations", "--format", "json").out)
    *others, last = report["courses"][0]["sessions"]
    assert last["apart"] == [{"session": 1, "days": 161, "min": 168, "max": 400, "kept": False}]
    assert not any("apart" in session for session in others)
    text = " ".join(life.do("status", "--deviations").out.split())
    assert "161 days after session 1, NOT at least 168 days" in text


def test_where_the_first_of_its_phase_is_off_the_next_one_keeps_the_least(ketasched, monkeypatch):
    """The most was for the first alone: missing it made it longer."""
    write(change("max: 400 days", "max: 190 days", change("sessions: 1", "sessions: 2")))
    life = Life(ketasched, monkeypatch).plan("doses", "--protocols", "doses.yaml")
    life.now("2026-12-31 09:00").do("cancel", "3", "--then", "keep")
    assert life.report["warnings"] == []
    assert "not at least 168 days" in life.refused(3, "move", "4", "2027-06-18")


# Random lives

LIVES = DOSES.replace("sessions: 1", "sessions: 3").replace("max: 400 days", "max: 200 days")


def stands_for(record, number):
    """The session of a number, or the last of what makes up for it if it is off; None if none takes
    place.
    """
    there = [
        session
        for session in record["sessions"]
        if number in (session["number"], session["instead_of"])
        and session["status"] not in ("missed", "cancelled")
    ]
    own = [session for session in there if session["number"] == number]
    return (own or there or [None])[-1]


def check_distance(record, was):
    """The first booster to come is as far from the first dose as it must be, unless it was not before
    the change, and nothing but what took place moved.
    """
    first = stands_for(record, 1)
    boosters = [
        session
        for session in record["sessions"]
        if session["phase"] == "booster" and session["status"] not in ("missed", "cancelled")
    ]
    if not first or not boosters:
        return
    booster = min(boosters, key=lambda session: session["start"])
    days = (date_of(booster) - date_of(first)).days
    standing = (first["start"], booster["start"])
    most = 200 + 7 * sum(pause["weeks"] for pause in record["pauses"])
    own = 3 in (booster["number"], booster["instead_of"])
    assert days >= 168 or standing == was, (days, standing)
    assert not own or days <= most or standing == was, (days, standing)


def date_of(session):
    return date.fromisoformat(session["start"][:10])


def standing_of(record):
    first = stands_for(record, 1)
    booster = stands_for(record, 3)
    return first and booster and (first["start"], booster["start"])


def live(life, seed):
    """Ten random changes; what is refused changes nothing. Where a dose took place late, what is to
    come may be too near until somebody moves it: it is told.
    """
    draw = random.Random(seed)
    now = datetime(2026, 12, 31, 9)
    made, known = 0, set()
    for _ in range(10):
        now += timedelta(days=draw.choice([0, 1, 3, 20, 40]))
        life.now(f"{now:%Y-%m-%d %H:%M}")
        number = str(draw.randint(1, 6))
        day = f"{now.date() + timedelta(days=draw.choice([1, 2, 5, 30, 150, 170])):%Y-%m-%d}"
        then = draw.choice(["append", "squeeze", "shift", "replan", "keep"])
        rest = draw.choice(["keep", "shift", "replan"])
        command = draw.choice(
            [
                ("cancel", number, "--then", then),
                ("miss", number, "--then", then),
                ("move", number, day, "--rest", rest, "--override", "window,gap,closed"),
                ("move", number, day, "--rest", rest),
                ("done", number),
            ]
        )
        was = standing_of(life.record)
        outcome = life.try_to(*command)
        assert outcome.code in (0, 2, 3), outcome.err
        made += outcome.code == 0
        record = life.record
        if command[0] != "done":
            check_distance(record, was)
        told = {line for line in life.run("check", ".").out.splitlines() if ", apart:" in line}
        assert command[0] == "done" or told <= known, (seed, command)
        known = told
    return made


@pytest.mark.parametrize("seed", [0, 1, 149])
def test_random_lives_keep_the_distance(ketasched, monkeypatch, seed):
    write(LIVES)
    life = Life(ketasched, monkeypatch).plan("doses", "--protocols", "doses.yaml")
    assert live(life, seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_random_lives_keep_the_distance(ketasched, monkeypatch, part):
    for seed in range(100 + part, 180, 10):
        write(LIVES)
        Path("alex.course.json").unlink(missing_ok=True)
        Path("alex.ics").unlink(missing_ok=True)
        life = Life(ketasched, monkeypatch).plan("doses", "--protocols", "doses.yaml")
        live(life, seed)


def test_a_closed_day_of_a_house_moves_no_one_too_near(ketasched, monkeypatch):
    """Two who have the only chair one behind the other on the day that closes: found together."""
    pytest.importorskip("ortools")
    write(DOSES)
    write(
        "version: 1\nname: Clinic\ntimezone: America/Chicago\nresources: {chair: 1}\n"
        "hours: {mon-fri: 09:00-09:30}\n",
        "clinic.yaml",
    )
    life = Life(ketasched, monkeypatch)
    asked = ("--protocols", "doses.yaml", "--clinic", "clinic.yaml", "--start", "2027-01-04")
    for name in ("ana", "ben"):
        life.now("2026-12-20 09:00")
        outcome = life.run("plan", "doses", *asked, "--flex", "15m", "--save", name)
        assert outcome.code == 0, outcome.err
    outcome = life.now("2027-01-03 09:00").run("close-day", "2027-01-04", ".", "--seconds", "5")
    assert outcome.code == 0, outcome.err
    for name in ("ana", "ben"):
        record = json.loads(Path(f"{name}.course.json").read_text(encoding="utf-8"))
        first, _, booster = [date.fromisoformat(each["start"][:10]) for each in record["sessions"]]
        assert first > date(2027, 1, 4)
        assert (booster - first).days >= 168
    assert life.run("check", ".").code == 0
