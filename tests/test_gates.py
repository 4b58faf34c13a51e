"""Gates: what must be there before a session, and who says that it is missing."""

import json

import pytest
from helpers import changer, writer
from test_changes import Life, read

write = writer("gates.yaml")
GATES = """\
version: 1
protocols:
  - id: gates
    title: With gates
    label: Gates
    version: 1
    steps: [{name: dose, length: 1 h}]
    needs: [{before: 1, what: enrolment}, {before: 3, what: second approval}]
    phases:
      - name: doses
        cadence: 1 per week
        sessions: 4
        window: {early: 1 day, late: 2 days}
        gap: {min: 3 days, max: 12 days}
    visits:
      - kind: preparation
        length: 30 min
        before: first session
        distance: {from: 1 day, to: 7 days, ideally: 2 days}
"""
change = changer(GATES)


@pytest.fixture
def life(ketasched, monkeypatch):
    write(GATES)
    life = Life(ketasched, monkeypatch)
    return life.plan("gates", "--protocols", "gates.yaml", now="2026-12-31 09:00")


def due(life, day, *more):
    agenda = life.run("agenda", ".", "--day", day, *more, "--format", "json")
    (day,) = json.loads(agenda.out)["days"]
    return [*(what for entry in day["entries"] for what in entry["due"]), *day["due"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (change("what: enrolment", 'what: "9"'), "would mean a session to `done`"),
        (change("what: enrolment", 'what: "one, two"'), "would mean a session to `done`"),
        (change("what: enrolment", "what: i3"), "would mean a session to `done`"),
        (change("what: enrolment", "what: preparation"), "`preparation` is a session, a linked"),
        (change("what: enrolment", "what: Second approval"), "a gate already"),
        (change("before: 3", "before: 5"), "the protocol has only 4 sessions"),
        (change("before: 3", "before: dose 3"), "no session is called `dose 3`"),
    ],
)
def test_a_gate_that_nobody_could_name_is_refused(ketasched, text, said):
    outcome = ketasched("check", write(text))
    assert outcome.code == 1
    assert said in outcome.err
    assert outcome.err.count("error:") == 1


def test_what_is_missing_is_told_until_it_is_there(life):
    text = "enrolment is missing, before session 1, Mon 4 Jan 2027"
    assert f"{text}; once it is there: ketasched done alex enrolment" in life.report["warnings"]
    assert "Needs      second approval, before session 3" in life.do("status").out
    (call,) = json.loads(life.run("status", ".", "--calls", "--format", "json").out)["calls"]
    assert [why["kind"] for why in call["why"]] == ["needs", "needs"]
    assert call["why"][0]["text"].startswith(text)
    assert due(life, "2026-12-31") == [{"name": "Alex", "what": text}]
    assert text in due(life, "2027-01-04")
    life.do("done", "Enrolment", "--on", "2026-12-30")
    assert due(life, "2027-01-04") == []
    assert [each["since"] for each in life.report["needs"]] == ["2026-12-30", None]
    assert life.run("status", ".", "--calls").out.startswith("1 person")  # the other within 28 days
    life.do("undo")
    assert text in str(life.report["warnings"])


def test_a_calendar_says_nothing_of_gates(life):
    assert b"enrolment" not in read("alex.ics")
    life.do("done", "enrolment")
    assert b"enrolment" not in read("alex.ics")


def test_a_gate_stays_with_what_makes_up_for_its_session(life):
    life.do("done", "enrolment")
    life.now("2027-01-18 20:00").do("miss", "3", "--then", "squeeze")
    (made_up,) = [each for each in life.record["sessions"] if each["instead_of"]]
    assert [each["session"] for each in life.report["needs"]] == [1, made_up["number"]]


def test_a_make_up_before_the_day_needs_it_by_then(life):
    life.do("done", "enrolment")
    life.do("move", "4", "2027-01-21", "--override", "window")
    life.do("cancel", "3", "--then", "squeeze")
    assert "5 Fri 15 Jan" in life.sessions
    assert life.report["needs"][1]["by"] == "2027-01-15"


def test_where_its_session_is_off_it_is_before_the_next_one(life):
    life.do("cancel", "3", "--then", "keep")
    assert [each["session"] for each in life.report["needs"]] == [1, 4]


def test_a_session_that_took_place_without_it_is_told(life):
    outcome = life.now("2027-01-04 20:00").do("done", "1")
    assert "look: enrolment is missing: session 1 took place on Mon 4 Jan 2027" in outcome.err
    assert "enrolment is missing: session 1 took place" in str(life.report["warnings"])
    assert "enrolment is missing" in str(due(life, "2027-03-01"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("done", "enrolmnt"), "did you mean `enrolment`?"),
        (("done", "approval"), "what is needed before sessions is enrolment and second approval"),
        (("move", "enrolment", "2027-01-05"), "ketasched done alex enrolment"),
        (("done", "enrolment", "--on", "2027-01-01"), "is to come"),
        (("done", "enrolment", "--at", "9:00"), "--at is about a session"),
    ],
)
def test_what_cannot_be_recorded_is_refused(life, arguments, said):
    assert said in life.refused(2, *arguments)


def test_a_record_without_gates_says_nothing_of_them(life):
    assert "gates" not in life.record
    life.do("done", "enrolment")
    assert life.record["gates"] == [{"what": "enrolment", "on": "2026-12-31"}]
