"""A running course with several sessions a day: what is missed, moved, closed, told and proved."""

import json
import random
import shlex
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from calendars import events_of
from helpers import MORE, be_at, mistakes, record_of
from servers import free_port

from ketasched.files.protocols import protocol_file

PROTOCOL = """\
version: 1
protocols:
  - id: fast
    title: Several a day
    label: Fast
    version: 1
    steps:
      - {name: stimulation, length: 20 min}
    phases:
      - name: course
        cadence: consecutive working days
        per_day: {sessions: 4, every: 1 h}
        sessions: 3
        window: {early: 0 days, late: 2 days}
        gap: {min: 1 day, max: 8 days}
    instructions:
      - {text: no coffee, when: until 2 h before}
      - {text: no driving, when: until the next day}
    reminders: [1 day, 2 h]
"""
CLINIC = """\
version: 1
name: Riverside
timezone: Europe/Berlin
hours: {mon-fri: "08:00-12:00, 12:30-18:00"}
resources: {chair: 1}
"""
BEFORE = "2026-12-28"


@pytest.fixture
def fast(at):
    """Four a day on Mon 4, Tue 5 and Wed 6 Jan 2027, with a break from 12:00 to 12:30."""

    def plan(*options, protocol=PROTOCOL, clinic=CLINIC):
        Path("fast.yaml").write_text(protocol)
        Path("clinic.yaml").write_text(clinic)
        start = ("--start", "2027-01-04", "--protocols", "fast.yaml", "--save", "alex")
        return at(BEFORE, "plan", "fast", *start, *options)

    return plan


def starts():
    """Where the sessions that hold stand, by number."""
    return {
        session["number"]: session["start"]
        for session in record_of("alex")["sessions"]
        if session["status"] not in ("missed", "cancelled")
    }


def day_of(text, *clocks):
    return [f"2027-01-{text} {clock}" for clock in clocks]


def test_a_break_is_skipped_and_the_distances_go_on_from_there(fast):
    fast()
    clocks = ("09:00", "10:00", "11:00", "12:30")
    expected = [at for day in ("04", "05", "06") for at in day_of(day, *clocks)]
    assert list(starts().values()) == expected


def test_why_a_day_stands_where_it_does_is_said_once(fast, at):
    assert fast("--holidays", "DE-BY").out.count("skips: Epiphany") == 1
    assert at(BEFORE, "status", "alex").out.count("Epiphany") == 1


@pytest.mark.parametrize(
    ("then", "moment", "number", "stands"),
    [
        ("append", "2027-01-04 07:30", 1, "2027-01-07 09:00"),
        ("squeeze", "2027-01-04 07:30", 1, "2027-01-04 13:30"),
        ("squeeze", "2027-01-04 16:45", 4, "2027-01-07 09:00"),
        ("replan", "2027-01-01 07:00", 2, "2027-01-04 11:00"),
        ("shift", "2027-01-01 07:00", 2, "2027-01-04 11:00"),
    ],
)
def test_one_that_is_missed_is_made_up_for_alone(fast, at, then, moment, number, stands):
    fast()
    before = starts()
    at(moment, "cancel", "alex", number, "--then", then)
    after = starts()
    assert after[13] == stands
    assert set(after) == set(before) - {number} | {13}
    at(moment, "check", ".")


def test_the_day_of_make_ups_takes_more_until_it_is_full(fast, at):
    fast()
    for number in (1, 5, 6, 9, 10):
        at(BEFORE, "cancel", "alex", number, "--then", "append")
    made_up = [at for number, at in starts().items() if number > 12]
    assert made_up == day_of("07", "09:00", "10:00", "11:00", "12:30") + day_of("08", "09:00")
    at(BEFORE, "check", ".")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("2", "mon 10:15"), 3, "session 3 is less than 1 h from session 2"),
        (("4", "mon 13:00"), 0, ""),
        (("4", "tue 08:00"), 3, "not on the day of session 3"),
        (("5-8", "tue 14:00"), 0, ""),
        (("5-8", "tue 15:00"), 3, "outside opening hours"),
        (("5-9", "tue 14:00"), 2, "not of one treatment day"),
        (("5", "wed 09:00", "--rest", "shift"), 0, ""),
        (("5", "tue 09:30", "--rest", "replan"), 0, ""),
    ],
)
def test_a_move_keeps_the_distances_of_the_day(fast, at, words, code, said):
    fast()
    outcome = at(BEFORE, "move", "alex", *words, code=code)
    assert said in outcome.err
    if not code:
        at(BEFORE, "check", ".")


def test_a_whole_day_moves_with_its_first_session_or_as_a_list(fast, at):
    fast()
    at(BEFORE, "move", "alex", "5-8", "tue 10:30")
    assert [starts()[n] for n in (5, 6, 7, 8)] == day_of("05", "10:30", "11:30", "12:30", "13:30")
    at(BEFORE, "undo", "alex")
    at(BEFORE, "move", "alex", "5", "wed 09:00", "--rest", "shift")
    assert [at[8:10] for at in starts().values()] == ["04"] * 4 + ["06"] * 4 + ["07"] * 4


def test_a_closed_day_is_shifted_day_by_day_and_extend_counts_days(fast, at):
    fast()
    at(BEFORE, "close-day", "2027-01-05", ".")
    assert {at[8:10] for at in starts().values()} == {"04", "06", "07"}
    at(BEFORE, "extend", "alex", "--sessions", "1")
    assert sum(at.startswith("2027-01-08") for at in starts().values()) == 4
    at(BEFORE, "check", ".")


@pytest.mark.parametrize(
    ("cadence", "moment", "words", "stands"),
    [
        # The rest of the day goes along, at its distances; what stood there makes way.
        ("every week", "2027-01-05 17:00", ("1", "--on", "2027-01-05"),
         {1: "05 09:00", 2: "05 10:00", 4: "05 12:30", 5: "11 09:00"}),
        ("every week", "2027-01-05 09:00", ("1", "--on", "2027-01-05", "--at", "09:40"),
         {1: "05 09:40", 2: "05 10:40", 3: "05 11:40", 4: "05 12:40"}),
        ("consecutive working days", "2027-01-05 17:00", ("1", "--on", "2027-01-05"),
         {1: "05 09:00", 4: "05 12:30", 5: "06 09:00", 8: "06 12:30", 9: "07 09:00"}),
        # On its own day only what would begin before it ends.
        ("every week", "2027-01-04 17:00", ("1", "--at", "09:35"), {2: "04 10:00", 3: "04 11:00"}),
        ("every week", "2027-01-04 17:00", ("1", "--at", "10:05"), {2: "04 11:05", 3: "04 12:30"}),
    ],
)  # fmt: skip
def test_what_is_left_of_a_day_goes_where_its_first_took_place(
    fast, at, cadence, moment, words, stands
):
    fast(protocol=PROTOCOL.replace("consecutive working days", cadence))
    at(moment, "done", "alex", *words)
    assert {number: starts()[number] for number in stands} == {
        number: f"2027-01-{day}" for number, day in stands.items()
    }
    at(moment, "check", ".")


def test_what_is_left_of_a_day_must_fit_where_it_goes(fast, at):
    fast()
    refused = at("2027-01-04 20:00", "done", "alex", "3", "--at", "17:20", code=2).err
    assert "session 4 comes after session 3 and is planned on Mon 4 Jan 2027" in refused
    assert "help: say which one took place; or move or cancel the other first" in refused


def test_where_nothing_makes_way_the_command_that_helps_is_named(fast, at):
    four = PROTOCOL.replace("late: 2 days", "late: 3 days").replace(
        "sessions: 3\n", "sessions: 4\n"
    )
    fast(protocol=four, clinic=CLINIC.replace("mon-fri", "mon-thu"))
    evening = "2027-01-05 17:00"
    refused = at(evening, "done", "alex", "1", "--on", "2027-01-05", code=2).err
    assert "error: session 5 is planned on Tue 5 Jan 2027" in refused
    command = 'move alex 5-8 "2027-01-06 09:00" --rest shift'
    assert f"say which one took place; if it is this one, first: ketasched {command}" in refused
    at(evening, *shlex.split(command))
    at(evening, "done", "alex", "1", "--on", "2027-01-05")
    assert [starts()[number][8:] for number in (1, 2, 5, 13)] == [
        "05 09:00", "05 10:00", "06 09:00", "11 09:00",
    ]  # fmt: skip
    at(evening, "check", ".")


@pytest.mark.parametrize(
    ("cadence", "days", "half", "words", "number", "stands"),
    [
        ("consecutive working days", 4, "fri", ("cancel", "alex", 3, "--then", "append"), 17, "11"),
        ("consecutive working days", 4, "fri", ("cancel", "alex", 3, "--then", "shift"), 16, "11"),
        ("consecutive working days", 4, "fri", ("extend", "alex", "--sessions", 2), 21, "12"),
        ("2 per week", 1, "thu", ("extend", "alex", "--sessions", 1), 5, "08"),
        ("2 per week", 1, "thu", ("cancel", "alex", 3, "--then", "append"), 5, "08"),
    ],
)
def test_a_course_goes_on_where_the_whole_day_fits(
    fast, at, cadence, days, half, words, number, stands
):
    """On one weekday two of the four sessions do."""
    text = PROTOCOL.replace("consecutive working days", cadence)
    whole = ",".join(name for name in ("mon", "tue", "wed", "thu", "fri") if name != half)
    hours = f'hours: {{"{whole}": "08:00-12:00, 12:30-18:00", {half}: "08:00-11:00"}}'
    clinic = CLINIC.replace('hours: {mon-fri: "08:00-12:00, 12:30-18:00"}', hours)
    fast(protocol=text.replace("sessions: 3\n", f"sessions: {days}\n"), clinic=clinic)
    at(BEFORE, *words)
    session = next(each for each in record_of("alex")["sessions"] if each["number"] == number)
    assert (session["start"], session["target"]) == (
        f"2027-01-{stands} 09:00",
        f"2027-01-{stands}",
    )
    at(BEFORE, "check", ".")


@pytest.mark.parametrize(
    "words", [("close-day", "2027-01-04", "."), ("move", "alex", 1, "2027-01-05")]
)
@pytest.mark.parametrize(
    "cadence", ["{days: [1, 4], first_day: 1}", "{cycle: 14 days, days: [1, 4]}\n        cycles: 1"]
)
def test_the_first_day_of_a_list_stays_one_day_and_the_others_count_from_it(
    fast, at, cadence, words
):
    text = PROTOCOL.replace("consecutive working days", cadence)
    fast(protocol=text.replace("        sessions: 3\n", ""))
    at(BEFORE, *words)
    assert [starts()[number] for number in (2, 4, 5)] == [
        *day_of("05", "10:00", "12:30"),
        "2027-01-08 09:00",
    ]
    at(BEFORE, "check", ".")


def test_a_proof_sees_a_distance_that_is_not_kept(fast, at):
    fast()
    path = Path("alex.course.json")
    record = json.loads(path.read_text())
    record["sessions"][1]["start"] = "2027-01-04 10:30"
    path.write_text(json.dumps(record))
    said = at(BEFORE, "check", ".", code=1).out
    assert "session 2, distance: 90 min after session 1: it might be at 10:00" in said
    assert "session 3, distance: 30 min after session 2, less than 60" in said


def test_two_of_them_never_share_the_chair(fast, at):
    fast()
    start = ("--start", "2027-01-04", "--protocols", "fast.yaml", "--save", "bo")
    full = at(BEFORE, "plan", "fast", *start, "--beside", ".", code=3)
    assert "the day fits if it starts at" in full.err
    at(BEFORE, "plan", "fast", *start, "--beside", ".", "--flex", "30min")
    at(BEFORE, "check", ".")
    Path("list.csv").write_text(
        "name,protocol,earliest,latest\ncy,fast,2027-01-05,2027-01-12\ndi,iv,2027-01-05,2027-01-12\n"
    )
    at(BEFORE, "admit", "list.csv", "--into", ".", "--protocols", "fast.yaml")
    at(BEFORE, "check", ".")


def test_entries_say_which_of_the_day_they_are_and_what_to_do_once(fast, at):
    fast("--ics", "alex.ics", "--lang", "de")
    events = events_of(Path("alex.ics").read_bytes())
    titles = [str(event["SUMMARY"]) for event in events]
    assert titles[5] == "Termin 6 von 12 (Tag 2, 2 von 4)"
    alarms = [len(event.walk("VALARM")) for event in events]
    assert alarms == [2, 0, 0, 0] * 3
    page = at(BEFORE, "status", "alex", "--format", "html", "--lang", "en").out
    assert (page.count("No coffee"), page.count("No driving")) == (4, 3)
    assert "Appointment 6 of 12 (day 2, 2 of 4)" in page


@pytest.fixture
def happen(monkeypatch, ketasched):
    """Run a command at a moment, whatever becomes of it."""

    def run(moment, *arguments):
        be_at(monkeypatch, moment)
        outcome = ketasched(*arguments)
        assert outcome.code in (0, 1, 2, 3), outcome
        return outcome

    return run


def test_lifes_of_days_with_several_are_proved_at_each_step(fast, happen):
    for seed in range(2):
        live(random.Random(seed), fast, happen)


@pytest.mark.slow
def test_more_lifes_of_days_with_several_are_proved_at_each_step(fast, happen):
    for seed in range(2, 20 * MORE):
        live(random.Random(seed), fast, happen)


def live(pick, fast, happen):
    """A course to which things happen; what is proved against it is only a day that had to stay."""
    per_day = pick.choice(["{sessions: 3, every: 90 min}", "{sessions: 2, apart: 3 h}"])
    cadence = pick.choice(["2 per week", "every week", "consecutive working days"])
    protocol = PROTOCOL.replace("{sessions: 4, every: 1 h}", per_day)
    for path in (*Path().glob("alex*"), *Path().glob("closed-days*")):
        path.unlink()
    fast(protocol=protocol.replace("consecutive working days", cadence))
    now = datetime(2027, 1, 3, 9)
    for _ in range(7):
        now += timedelta(minutes=pick.choice([0, 45, 200, 1440, 2880]))
        moment = now.isoformat()  # in UTC
        ahead = [
            (n, s) for n, s in starts().items() if s > f"{now + timedelta(hours=1):%Y-%m-%d %H:%M}"
        ]
        acts = [("done", "alex", "--until", "today"), ("undo", "alex")]
        if ahead:
            number, start = pick.choice(ahead)
            days = timedelta(days=pick.choice([-1, 0, 1]), minutes=pick.choice([0, 15, 90]))
            to = datetime.fromisoformat(start) + days
            same = [str(n) for n, other in ahead if other[:10] == start[:10]]
            then = pick.choice(["append", "squeeze", "shift", "replan", "keep"])
            rest = ("--rest", pick.choice(["keep", "shift", "replan"]))
            acts += [
                ("cancel", "alex", str(number), "--then", then),
                ("move", "alex", str(number), f"{to:%Y-%m-%d %H:%M}", *rest),
                ("move", "alex", ",".join(same), f"{to:%Y-%m-%d %H:%M}", *rest),
                ("close-day", start[:10], "."),
                ("extend", "alex", "--sessions", "1"),
            ]
        happen(moment, *pick.choice(acts))
        proof = happen(moment, "check", ".")
        assert not [
            line
            for line in proof.out.splitlines()
            if ", closed:" not in line and "no faults" not in line and line
        ]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("{sessions: 4}", "it says no distance"),
        ("{sessions: 4, every: 1 h, apart: 1 h}", "it says both `every` and `apart`"),
        ("{sessions: 1, every: 1 h}", "2 to 48"),
        ("{sessions: 4, every: 8 h}", "4 a day, every 8 h do not fit into one day"),
        ("{sessions: 4, every: 10 min}", "a session takes 20 min, which is longer"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_the_file(word, said):
    Path("p.yaml").write_text(PROTOCOL.replace("{sessions: 4, every: 1 h}", word))
    (found,) = mistakes(lambda: protocol_file.load("p.yaml"))
    assert said in str(found)


CYCLES = """
version: 1
protocols:
  - id: pd
    title: PD
    label: PD
    version: 1
    steps: [{name: a, length: 30 min}]
    phases:
      - name: weeks
        cadence: {cycle: 21 days, days: [1, 8]}
        cycles: 2
        per_day: {sessions: 10, every: 40 min}
        window: {early: 0 days, late: 2 days}
        gap: {min: 1 day, max: 20 days}
"""


@pytest.mark.parametrize("columns", [40, 80])
def test_ten_a_day_of_a_cycle_at_any_width(ketasched, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    be_at(monkeypatch, "2026-12-22 12:00")
    Path("pd.yaml").write_text(CYCLES)
    shown = ketasched("plan", "pd", "--start", "2027-01-04", "--tz", "UTC", "--save", "pd")
    assert "cycle 1, day 8" in shown.out
    assert "day 8, day 2" not in " ".join(shown.out.split())
    people = ("--to", "alex@example.org", "--from", "desk@example.org")
    for more in (["--dry-run"], ["--send", f"smtp://127.0.0.1:{free_port()}"]):
        page = ketasched("invite", "pd", *people, *more).out
        assert columns < 80 or "Appointment 10 of 40 (day 1, 10 of 10)" in page
        assert "…" not in page
        assert "dry" in more[0] or page.count("not sent") == 41
    starts = ketasched("check", "pd", "--starts", "2027-01-04..2027-01-05").out
    assert "…" not in starts
