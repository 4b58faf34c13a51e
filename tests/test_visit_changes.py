"""What may happen to linked visits: handles, moves, what was done, missed and called off."""

import csv
import json
from datetime import datetime
from pathlib import Path

import icalendar
import pytest
from helpers import writer
from test_changes import Life, events, files
from texts import HEAD

from ketasched.domain.visit_handle import by_handle
from ketasched.records import codec

PROTOCOL = (
    HEAD
    + """\
    steps: [{name: session, length: 60 min}]
    phases:
      - name: only
        cadence: 1 per week
        sessions: %(sessions)d
        window: {early: 2 days, late: 2 days}
        gap: {min: 3 days, max: 12 days}
        pause: 1 week
        reviews: [{name: look, after_session: 1}]
    visits:
%(visits)s
    sources: [{fact: all, source: ours, grade: convention}]
"""
)
VISIT = (
    "      - {kind: %s, name: %s, length: 30 min, %s, "
    "distance: {from: 1 day, to: 6 days, ideally: 2 days}}"
)
write = writer("mine.yaml")


@pytest.fixture
def life(ketasched, monkeypatch):
    return Life(ketasched, monkeypatch)


def handles():
    course = codec.load("alex.course.json").course
    return {handle: visit.name for handle, visit in by_handle(course).items()}


def status(life, *more):
    return json.loads(life.do("status", *more, "--format", "json").out)


def entry(handle, life):
    (visit,) = [visit for visit in status(life)["visits"] if visit["handle"] == handle]
    return visit


def told(title):
    """The calendar entries of a title: UID, SEQUENCE, STATUS and start."""
    return [
        (str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"]),
         f"{event['DTSTART'].dt:%a %-d %b %H:%M}")
        for event in events().values()
        if str(event["SUMMARY"]).removeprefix("CANCELLED: ") == title
    ]  # fmt: skip


# Handles


def test_the_handles_of_the_built_in_protocols(life):
    life.plan("kap")
    assert handles() == {
        "c1": "consultation", "p1": "preparation", "r6": "response assessment", "c6": "check-in",
        **{f"i{number}": "integration" for number in range(1, 7)},
    }  # fmt: skip


def plan_mine(life, *visits, sessions=3):
    text = "\n".join(VISIT % visit for visit in visits)
    write(PROTOCOL % {"sessions": sessions, "visits": text})
    life.plan("mine", "--protocols", "mine.yaml")


@pytest.mark.parametrize(
    ("visits", "sessions", "known"),
    [
        # Two kinds with one letter beside one session, in a course of one.
        ([("consultation", "talk", "before: first session"),
          ("check-in", "call", "after: last session")],
         1, {"c1": "talk", "c1b": "call"}),
        # Two of a kind beside one session; three, in the order of the protocol.
        ([("integration", "alone", "after: each session"),
          ("integration", "group", "after: each session"),
          ("integration", "family", "after: session 2")],
         2, {"i1": "alone", "i1b": "group", "i2": "alone", "i2b": "group", "i2c": "family"}),
        # What goes with the last session stands behind what stays, wherever the protocol has it.
        ([("integration", "closing", "after: last session"),
          ("integration", "alone", "after: each session")],
         2, {"i1": "alone", "i2": "alone", "i2b": "closing"}),
        # What comes with a review is a review, whatever its kind.
        ([("assessment", "scales", "after: each review"),
          ("assessment", "blood", "after: session 1")],
         2, {"r1": "scales", "a1": "blood"}),
    ],
)  # fmt: skip
def test_every_handle_is_of_one_visit(life, visits, sessions, known):
    plan_mine(life, *visits, sessions=sessions)
    assert handles() == known


def test_a_handle_stays_when_the_last_session_is_another(life):
    plan_mine(
        life,
        ("integration", "closing", "after: last session"),
        ("integration", "alone", "after: each session"),
        sessions=2,
    )
    uids = {handle: entry(handle, life)["name"] for handle in ("i1", "i2", "i2b")}
    life.do("extend", "--sessions", "1")
    assert handles() == {"i1": "alone", "i2": "alone", "i3": "alone", "i3b": "closing"}
    assert uids == {"i1": "alone", "i2": "alone", "i2b": "closing"}


@pytest.mark.parametrize(
    ("named", "moved"),
    [("c6", "c6"), ("C6", "c6"), ("check-in", "c6"), ("Check-In", "c6"),
     ("response  assessment", "r6"), (" p1 ", "p1")],
)  # fmt: skip
def test_a_visit_is_called_by_its_handle_or_its_name(life, named, moved):
    life.plan("kap", now="2026-12-20 10:00")
    assert f" {moved} " in life.do("move", named, "15:00", "--override", "past").out


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ("i9", "linked visits are c1, p1, i1, i2, i3, i4, i5, r6, i6, c6"),
        ("preparatoin", "did you mean `preparation`?"),
        ("integration", "say i1, i2, i3, i4, i5 or i6"),
        ("99", "sessions are numbered 1 to 6"),
    ],
)
@pytest.mark.parametrize("command", [("move", "15:00"), ("done",), ("miss",), ("cancel",)])
def test_a_visit_that_is_not_there(life, command, named, text):
    life.plan("kap")
    assert text in life.refused(2, command[0], named, *command[1:])


def test_a_course_without_linked_visits_speaks_of_sessions(life):
    life.plan("kap", *[f"--without={kind}" for kind in (
        "consultation", "preparation", "integration", "assessment", "check-in")])  # fmt: skip
    said = life.refused(2, "done", "i3")
    assert "there is no session `i3`" in said
    assert "linked visit" not in said


def test_handles_are_shown_where_visits_are(life):
    life.plan("kap")
    assert "i3  integration" in life.do("status").out
    planned = json.loads(life.do("plan", "kap", "--start", "2027-01-04", "--format", "json").out)
    assert [visit["handle"] for visit in planned["visits"]][-3:] == ["r6", "i6", "c6"]
    agenda = life.run("agenda", ".", "--day", "2027-01-20", "--format", "csv").out.splitlines()
    assert [row["handle"] for row in csv.DictReader(agenda)] == ["i3"]
    assert " i3 " in life.run("agenda", ".", "--day", "2027-01-20").out
    staff = icalendar.Calendar.from_ical(life.do("export", "--for", "staff").out)
    assert "(i3)" in "".join(str(event["DESCRIPTION"]) for event in staff.walk("VEVENT"))
    change = json.loads(life.do("move", "i3", "10:00", "--format", "json").out)
    assert [(one["handle"], one["after"][11:16]) for one in change["visits"]] == [("i3", "10:00")]


# Move


def test_a_moved_visit_stays_where_it_was_put(life):
    life.plan("kap")
    (before,) = {one[:3] for one in told("Check-in")}
    life.do("move", "c6", "tue 14:00")
    assert life.visit("check-in", 6) == "Tue 9 Mar 14:00"
    assert told("Check-in") == [(before[0], 1, "CONFIRMED", "Tue 9 Mar 14:00")]
    life.do("move", "2", "2027-01-13", "--rest", "replan")
    life.do("cancel", "4", "--then", "squeeze")
    assert life.visit("check-in", 6) == "Tue 9 Mar 14:00"
    assert told("Check-in") == [(before[0], 1, "CONFIRMED", "Tue 9 Mar 14:00")]
    for _ in range(3):
        life.do("undo")
    assert life.visit("check-in", 6) == "Mon 8 Mar 09:00"


def test_others_make_way_for_a_visit_that_was_put_somewhere(life):
    life.plan("kap", now="2026-12-20 10:00")
    assert life.visit("preparation", 1) == "Mon 28 Dec 09:45"
    life.do("move", "p1", "2026-12-28 09:00")
    assert life.visit("preparation", 1) == "Mon 28 Dec 09:00"
    assert life.visit("consultation", 1) == "Mon 28 Dec 08:15"


@pytest.mark.parametrize(
    ("handle", "when", "rules", "text"),
    [
        ("c6", "2027-04-01", "window",
         "check-in c6: Thu 1 Apr 2027 09:00 is not 21 to 35 days after session 6"),
        ("i3", "2027-01-19 08:59", "window", "is not 24 to 72 h after session 3"),
        ("i3", "2027-01-20 19:30", "hours", "outside waking hours, 08:00-20:00"),
        ("c6", "2027-03-07", "closed", "closed on Sundays"),
        ("r6", "2027-02-10 12:15", "", ""),  # the integration makes way
        ("c1", "2027-01-03 10:00", "closed,past", ""),
        ("i1", "2027-01-04 10:00", "window,order,notice", "not after session 1"),
    ],
)  # fmt: skip
def test_where_a_visit_may_stand(life, handle, when, rules, text):
    life.plan("kap")
    if not rules:
        life.do("move", handle, when)
        return
    said = life.refused(3, "move", handle, when)
    assert text in said
    assert set(rules.split(",")) == set(said.split("--override ")[1].split()[0].split(","))
    life.do("move", handle, when, "--override", rules)
    assert sorted(entry(handle, life)["overridden"]) == sorted(rules.split(","))
    assert life.record["history"][-1]["overridden"] == sorted(rules.split(","))
    assert not [one for one in status(life)["warnings"] if handle in one]


def test_two_visits_are_never_put_at_one_time(life):
    life.plan("kap", now="2026-12-20 10:00")
    life.do("move", "p1", "2026-12-29 10:00")
    said = life.refused(3, "move", "c1", "2026-12-29 10:30")
    assert "at the time of the preparation" in said


def test_a_visit_is_put_near_on_purpose(life):
    life.plan("kap", now="2027-01-07 10:00")
    said = life.refused(3, "move", "i1", "2027-01-07 11:00")
    assert "integration i1: 2027" not in said
    assert "notice" in said
    life.do("move", "i1", "2027-01-07 11:00", "--override", "notice")
    assert entry("i1", life)["overridden"] == ["notice"]
    life.now("2027-01-07 10:30")
    assert not [one for one in status(life)["warnings"] if "i1" in one]


def test_a_time_that_does_not_exist(life):
    life.plan("kap", start="2027-02-01", now="2027-02-01 08:00")
    said = life.refused(3, "move", "i6", "2027-03-14 02:30")
    assert "02:30 does not exist" in said


def test_rest_is_about_sessions(life):
    life.plan("kap")
    assert "leave --rest out" in life.refused(2, "move", "i3", "10:00", "--rest", "shift")
    assert "leave --then out" in life.refused(2, "cancel", "i3", "--then", "append")


def test_a_session_that_moves_away_from_a_visit_is_told(life):
    life.plan("kap").do("move", "i3", "2027-01-20 10:00")
    said = life.do("move", "3", "2027-01-21", "--override", "window,gap").err
    assert "look: integration i3 stays where it was put" in said
    assert life.visit("integration", 3) == "Wed 20 Jan 10:00"
    assert any("integration i3: Wed 20 Jan" in one for one in status(life)["warnings"])


def test_a_closed_day_takes_a_visit_along_that_was_put_somewhere(life):
    life.plan("kap").do("move", "r6", "2027-02-11 10:00")
    life.do("move", "i3", "2027-01-20 10:00")
    assert life.run("close-day", "2027-02-11", ".").code == 0
    assert life.visit("response assessment", 6) == "Tue 9 Feb 09:00"
    assert life.run("close-day", "2027-01-18", ".").code == 0
    assert not entry("i3", life)["by_hand"]


@pytest.mark.parametrize(
    ("off", "then", "handle", "when"),
    [
        (("5",), "keep", "r6", "2027-01-22 09:00"),
        (("6",), "keep", "r5", "2027-01-19 09:00"),
        (("5", "6"), "keep", "r4", "2027-01-15 09:00"),
        (("6",), "append", "r7", "2027-01-26 09:00"),
    ],
)
def test_what_goes_with_a_review_goes_with_the_last_session_before_it(
    life, off, then, handle, when
):
    """Sessions on Mondays and Thursdays, 4 to 21 January, and the review after the last."""
    life.plan("iv")
    for number in off:
        life.do("cancel", number, "--then", then)
    assert (
        life.visit("response assessment", int(handle[1:]))
        == f"{datetime.fromisoformat(when):%a %-d %b %H:%M}"
    )
    assert entry(handle, life)["status"] == "planned"


def test_dry_run(life):
    life.plan("kap")
    before = files()
    for command in (
        ("move", "i3", "10:00"),
        ("cancel", "i3"),
        ("done", "c1", "--on", "2027-01-03"),
    ):
        assert "nothing was written" in life.do(*command, "--dry-run").err
    assert files() == before


# Without a place


def plan_without_place(life):
    """The integration of session 3 has no place: whoever would come is away."""
    life.plan("kap", "--away", "2027-01-19..2027-01-21")


def test_a_visit_without_a_place_is_given_one(life):
    plan_without_place(life)
    (missing,) = status(life)["unplaced"]
    assert (missing["handle"], missing["name"]) == ("i3", "integration")
    (look,) = [one for one in status(life)["warnings"] if "i3" in one]
    assert look.startswith("No place for integration i3 after session 3")
    assert look.endswith("to leave it off: ketasched cancel alex i3")
    assert "away" in life.refused(3, "move", "i3", "wed 10:00")
    life.do("move", "i3", "fri 10:00", "--override", "window")
    assert life.visit("integration", 3) == "Fri 22 Jan 10:00"
    assert status(life)["unplaced"] == []


def test_a_visit_without_a_place_is_left_off(life):
    plan_without_place(life)
    life.do("cancel", "i3")
    assert status(life)["unplaced"] == []
    assert "Integration" not in {
        str(one["SUMMARY"]) for one in events().values() if one["STATUS"] == "CANCELLED"
    }
    life.do("move", "2", "2027-01-12")
    assert status(life)["unplaced"] == []
    life.do("undo")
    life.do("undo")
    assert [one["handle"] for one in status(life)["unplaced"]] == ["i3"]


def test_a_visit_without_a_place_took_place_all_the_same(life):
    plan_without_place(life)
    life.now("2027-01-23 12:00")
    assert "say when it took place" in life.refused(2, "done", "i3")
    assert "nobody can have missed it" in life.refused(2, "miss", "i3")
    life.do("done", "i3", "--on", "2027-01-22", "--at", "11:00")
    assert life.visit("integration", 3) == "Fri 22 Jan 11:00 attended"
    assert status(life)["unplaced"] == []


# Done, miss and cancel


def test_a_visit_took_place(life):
    life.plan("kap", now="2027-01-07 12:00")
    life.do("done", "i1")
    assert life.visit("integration", 1) == "Wed 6 Jan 12:00 attended"
    life.do("done", "i1", "--on", "2027-01-07", "--at", "10:00")
    assert life.visit("integration", 1) == "Thu 7 Jan 10:00 attended"
    life.do("move", "2", "2027-01-12", "--rest", "replan")
    assert life.visit("integration", 1) == "Thu 7 Jan 10:00 attended"
    assert "is attended already" in life.refused(2, "move", "i1", "fri")
    assert "is attended already" in life.refused(2, "cancel", "i1")
    assert "which is to come" in life.refused(2, "done", "i2")


def test_a_visit_was_missed(life):
    life.plan("kap", now="2027-01-07 12:00")
    assert "ketasched cancel alex i2" in life.refused(2, "miss", "i2")
    life.do("miss", "i1", "--reason", "ill")
    assert life.visit("integration", 1) == "Wed 6 Jan 12:00 missed"
    assert "is missed already" in life.refused(2, "miss", "i1")
    assert life.record["history"][-1]["what"] == "missed integration i1"
    life.do("move", "2", "2027-01-12", "--rest", "replan")
    assert life.visit("integration", 1) == "Wed 6 Jan 12:00 missed"
    uids = {one[0] for one in told("Integration") if one[2] == "CANCELLED"}
    life.do("move", "i1", "2027-01-07 15:00", "--override", "window,notice")
    (back,) = [one for one in told("Integration") if one[0] in uids]
    assert back[2:] == ("CONFIRMED", "Thu 7 Jan 15:00")


def test_a_visit_that_was_called_off_stays_off(life):
    life.plan("kap")
    ((name, sequence, _, when),) = told("Check-in")
    life.do("cancel", "c6")
    assert told("Check-in") == [(name, sequence + 1, "CANCELLED", when)]
    for change in (("move", "6", "2027-02-09"), ("extend", "--sessions", "1"),
                   ("cancel", "2", "--then", "replan")):  # fmt: skip
        life.do(*change)
        assert told("Check-in") == [(name, sequence + 1, "CANCELLED", when)]
    assert "is cancelled already" in life.refused(2, "cancel", "check-in")
    for _ in range(4):
        life.do("undo")
    assert told("Check-in") == [(name, sequence + 2, "CONFIRMED", when)]


def test_a_visit_goes_with_its_session(life):
    life.plan("kap").do("move", "i3", "2027-01-20 10:00")
    life.do("cancel", "3", "--then", "keep")
    assert life.visit("integration", 3) == "Wed 20 Jan 10:00 cancelled"
    said = life.refused(2, "move", "i3", "2027-01-20 11:00")
    assert "integration i3 went with session 3, which is cancelled" in said
    life.do("undo")
    assert life.visit("integration", 3) == "Wed 20 Jan 10:00"


def test_several_at_once_are_not_called_off(life):
    life.plan("kap")
    for command in ("cancel", "miss"):
        assert "say one at a time" in life.refused(2, command, "2-5")
        assert "say one at a time" in life.refused(2, command, "2,i3")


def test_a_record_of_before_is_read(life):
    """Without what is kept of linked visits since."""
    life.plan("kap").do("cancel", "3")
    record = life.record
    del record["visits_off"]
    for visit in record["visits"]:
        del visit["by_hand"], visit["broken"]
    back = record["history"][-1]["back"]
    back.pop("visits_off", None)
    for change in back.get("visits", {}).get("set", []):
        change["to"] = {key: change["to"][key] for key in change["to"] if key != "broken"}
    Path("alex.course.json").write_text(json.dumps(record))
    life.do("undo")
    assert life.visit("integration", 3) == "Wed 20 Jan 12:00"
