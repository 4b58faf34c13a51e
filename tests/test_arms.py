"""Arms of a trial: one file, of which some phases and sessions are only of some arms."""

import json
from pathlib import Path

import icalendar
import pytest
from helpers import changer, writer
from test_changes import Life, read

write = writer("arms.yaml")
ARMS = """\
version: 1
protocols:
  - id: trial-7
    title: Trial 7
    label: Trial 7
    version: 2
    arms: {A: ketamine, B: midazolam}
    steps: [{name: visit, length: 1 h}]
    needs: [{before: dosing 2, what: second consent}]
    phases:
      - name: treatment
        first_day: 0
        window: {early: 1 day, late: 2 days}
        sessions:
          - {name: screening, day: -14}
          - {name: dosing 1, day: 0}
          - {name: dosing 2, day: 14, arms: [A]}
          - {name: look, follows: dosing 2, day: 1, arms: [A]}
          - {name: visit, day: 14, arms: [B]}
          - {name: end, day: 28}
      - name: extension
        arms: [B]
        cadence: every 4 weeks
        sessions: 2
        window: {early: 7 days, late: 7 days}
        gap: {min: 14 days, max: 42 days}
"""
SESSIONS = {
    "A": ["screening", "dosing 1", "dosing 2", "look", "end"],
    "B": ["screening", "dosing 1", "visit", "end", "", ""],
}
change = changer(ARMS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (change("arms: [B]\n", "arms: [C]\n"), "there is no arm `C`"),
        (change("    arms: {A: ketamine, B: midazolam}\n", "").replace("[A]", "[B]", 2), "no arm `B`"),
        (change("B: midazolam", "a: midazolam"), "the arm `a` stands here twice"),
        (change("B: midazolam", "'B,C': midazolam"), "a letter or a word, such as A"),
        (change("{A: ketamine, B: midazolam}", "[A, B]"), "expected arms here"),
        (change("day: 1, arms: [A]", "day: 1"), "is called `dosing 2`, in arm B"),
        (change("day: 0}", "day: 0, arms: [A]}"), "no session is on day 0, the baseline, in arm B"),
        (change("day: 14, arms: [B]", "day: 30, arms: [B]"), "after 30, in arm B"),
        (change("day: 14, arms: [B]", "day: 14"), "day 14 does not come after 14, in arm A"),
        (change("day: 28}", "day: 28, window: {early: 0 days, late: 0 days}, apart: {from: 9, min: 1 day}}"),
         "session 9 is not an earlier one"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_arm_is_told_once(ketasched, text, said):
    outcome = ketasched("check", write(text))
    assert outcome.code == 1
    assert said in outcome.err
    places = [line for line in outcome.err.splitlines() if "-->" in line]
    assert len(set(places)) == len(places)


def test_two_arms_may_have_a_phase_of_one_name(ketasched):
    text = change(
        "      - name: extension\n        arms: [B]", "      - name: more\n        arms: [B]"
    )
    other = text[text.index("      - name: more") :].replace("[B]", "[A]").replace("4", "2", 1)
    assert ketasched("check", write(text + other)).code == 0


@pytest.mark.parametrize("typed", ["A", "b"])
def test_a_plan_has_the_sessions_of_its_arm(ketasched, typed):
    write(ARMS)
    asked = ("--protocols", "arms.yaml", "--start", "2027-02-01", "--arm", typed)
    report = json.loads(ketasched("plan", "trial-7", *asked, "--format", "json").out)
    assert report["protocol"]["arm"] == typed.upper()
    names = [session["name"] or "" for session in report["sessions"]]
    assert names == SESSIONS[typed.upper()]
    assert [session["number"] for session in report["sessions"]] == list(range(1, len(names) + 1))


@pytest.mark.parametrize(
    ("protocol", "arm", "said"),
    [
        ("trial-7", (), "say of which one, A (ketamine) or B (midazolam)"),
        ("trial-7", ("--arm", "C"), "arms are A (ketamine) or B (midazolam)"),
        ("iv", ("--arm", "A"), "iv has no arms"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "suggest"])
def test_an_arm_that_is_not_there_is_refused(ketasched, command, protocol, arm, said):
    write(ARMS)
    days = {
        "plan": ("--start", "2027-02-01"),
        "suggest": ("--from", "2027-02-01", "--to", "2027-02-05"),
    }
    outcome = ketasched(command, protocol, "--protocols", "arms.yaml", *days[command], *arm)
    assert outcome.code == 2
    assert said in outcome.err


@pytest.fixture
def life(ketasched, monkeypatch):
    write(ARMS)
    life = Life(ketasched, monkeypatch)
    return life.plan("trial-7", "--protocols", "arms.yaml", "--arm", "b", start="2027-02-01")


def test_a_record_knows_its_arm(life):
    assert life.record["asked"]["arm"] == "B"
    assert life.report["arm"] == "B"
    assert "needs" not in life.report  # the gate is before a session that this arm has not
    life.now("2027-01-18 18:00").do("done", "1")
    life.now("2027-02-16 18:00").do("miss", "3", "--then", "squeeze")
    assert life.run("check", ".").code == 0


def test_a_record_of_an_arm_that_is_not_there_is_no_record(life):
    record = life.record
    record["asked"]["arm"] = "C"
    write(json.dumps(record), "alex.course.json")
    assert "the protocol has no arm `C`" in life.try_to("status").err


def test_nobody_but_who_plans_is_told_the_arm(life):
    """Neither calendar names it, nor the agenda; no page but the protocol's says what it is."""
    life.do("export", "--for", "staff", "--ics", "staff.ics")
    for file in ("alex.ics", "staff.ics"):
        texts = [
            str(value)
            for entry in icalendar.Calendar.from_ical(read(file)).walk()
            for name, value in entry.items()
            if name not in ("UID", "DTSTAMP")
        ]
        assert not [
            text for text in texts if "midazolam" in text or "arm" in text.casefold().split()
        ]
    for command in (("status", "alex"), ("agenda", ".", "--day", "2027-02-01")):
        assert "midazolam" not in life.run(*command).out
    assert "B: midazolam" in life.run("show", "trial-7", "--protocols", "arms.yaml").out


def test_a_waiting_list_has_a_column_for_it(ketasched):
    pytest.importorskip("ortools")
    write(ARMS)
    write(
        "version: 1\nname: Clinic\ntimezone: America/Chicago\nresources: {chair: 2}\n"
        "hours: {mon-fri: 08:00-17:00}\n",
        "clinic.yaml",
    )
    Path("records").mkdir()
    header = "name,protocol,earliest,latest,arm\n"
    line = "Ana,trial-7,2027-02-01,2027-02-01"
    admit = ("admit", "list.csv", "--protocols", "arms.yaml", "--into", "records")
    write(f"{header}{line},\n", "list.csv")
    assert "say of which one, A (ketamine) or B (midazolam)" in ketasched(*admit).err
    write(f"{header}{line},B\n", "list.csv")
    outcome = ketasched(*admit)
    assert outcome.code == 0, outcome.err
    record = json.loads(Path("records/Ana.course.json").read_text(encoding="utf-8"))
    assert record["asked"]["arm"] == "B"
