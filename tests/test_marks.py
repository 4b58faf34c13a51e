"""Several sessions that took place, marked in one act: lists, up to a day, all of a day."""

import json
from pathlib import Path

import pytest
from helpers import be_at, files_in, plan_once, record_of
from test_changes import Life

CHICAGO = "America/Chicago"


@pytest.fixture
def life(ketasched, monkeypatch):
    return Life(ketasched, monkeypatch)


def attended(name="alex"):
    return [one["number"] for one in record_of(name)["sessions"] if one["status"] == "attended"]


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        (("1-4",), [1, 2, 3, 4]),
        (("2-3,5",), [2, 3, 5]),
        (("5, 2 - 3 ,2",), [2, 3, 5]),
        (("--until", "today"), [1, 2, 3, 4, 5]),
        (("--until", "2027-01-13"), [1, 2, 3]),
        (("--day", "2027-01-14"), [4]),
    ],
)
def test_several_are_marked_in_one_act(life, typed, numbers):
    life.plan("iv", now="2027-01-19 12:00")
    before = life.record
    life.do("done", *typed, "--reason", "Friday's list")
    assert attended() == numbers
    history = life.record["history"][1:]
    assert [one["what"].partition(" took")[0] for one in history] == [
        f"session {number}" for number in numbers
    ]
    assert {one["reason"] for one in history} == {"Friday's list"}
    assert len({one["act"] for one in history}) == 1
    # As planned is nothing that a calendar must be told.
    assert life.record["entries"] == before["entries"]
    life.do("undo")
    assert life.record["sessions"] == before["sessions"]
    assert "nothing to undo" in life.refused(2, "undo")


def test_a_list_has_linked_visits_too(life):
    life.plan("kap", now="2027-01-19 12:00")
    outcome = life.do("done", "1-2,i1,consultation")
    assert "Sessions 1 and 2, consultation c1 and integration i1 took place" in outcome.out
    assert life.visit("integration", 1) == "Wed 6 Jan 12:00 attended"
    life.do("undo")
    assert attended() == []
    assert life.visit("integration", 1) == "Wed 6 Jan 12:00"


def test_what_is_marked_already_is_no_change(life):
    life.plan("iv", now="2027-01-12 12:00").do("done", "1")
    life.do("done", "1-3")
    assert len(life.record["history"]) == 4
    before = files_in()
    for typed in (("1-3",), ("--until", "today"), ("--day", "2027-01-05")):
        outcome = life.do("done", *typed)
        assert "there is nothing to mark" in outcome.err
    report = json.loads(life.do("done", "1-3", "--format", "json").out)
    assert (report["change"], report["sessions"]) == ("nothing to mark", [])
    assert files_in() == before


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (("3-5",), "session 4 is on Thu 14 Jan 2027 09:00, which is to come"),
        (("1-7",), "there is no session `7`"),
        (("1-999999999999",), "there is no session `999999999999`"),
        (("1-3",), "session 2 is cancelled"),
        (("1,,3",), "has an empty place"),
        (("3-1",), "say 1-3"),
        (("1,i3",), "there is no session or linked visit `i3`"),
        (("1,3", "--on", "2027-01-05"), "--on and --at are about one session"),
        (("--until", "today", "--at", "10:00"), "--on and --at are about one session"),
        (("1", "--until", "today"), "`1` and --until are two ways to say which"),
        (("--day", "today", "--until", "today"), "--day and --until are two ways to say which"),
        (("--until", "fri"), "--until Fri 15 Jan 2027 is to come"),
        (("--day", "01/02/2027"), "--day"),
        (("1", "--except", "ben"), "--except is about the records of a folder"),
        ((), "which session took place?"),
    ],
)
def test_nothing_is_marked_where_one_cannot_be(life, typed, text):
    life.plan("iv", now="2027-01-13 12:00").do("cancel", "2", "--then", "keep")
    assert text in life.refused(2, "done", *typed)


def test_what_has_not_begun_is_told(life):
    life.plan("iv", now="2027-01-07 08:59")
    assert (
        "not begun yet, so not marked: session 2, 09:00" in life.do("done", "--until", "today").err
    )
    assert attended() == [1]
    life.now("2027-01-07 09:00").do("done", "--day", "today")
    assert attended() == [1, 2]


# A folder


@pytest.fixture
def house(ketasched, monkeypatch):
    """Three records, at noon of the day on which all three had their first session."""
    be_at(monkeypatch, "2026-12-20T09:00", CHICAGO)
    for name, protocol in (("alex", "iv"), ("ben", "im"), ("cleo", "spravato")):
        whose = ("--name", name.title(), "--save", name, "--ics", f"{name}.ics")
        plan_once(ketasched, protocol, "--start", "2027-01-04", *whose)
    be_at(monkeypatch, "2027-01-04T12:00", CHICAGO)

    def run(*arguments, code=0):
        before = files_in()
        outcome = ketasched(*arguments)
        assert outcome.code == code, outcome.err
        if code:
            assert files_in() == before
        return outcome

    return run


def test_all_of_a_day_but_for_some(house):
    outcome = house("done", ".", "--day", "today", "--except", "ben, CLEO")
    assert "1 session of 1 course" in outcome.out
    assert [attended(name) for name in ("alex", "ben", "cleo")] == [[1], [], []]
    house("done", ".", "--until", "today", "--except", "Ben")
    assert [attended(name) for name in ("alex", "ben", "cleo")] == [[1], [], [1]]
    house("undo", ".")
    assert [attended(name) for name in ("alex", "ben", "cleo")] == [[1], [], []]
    house("undo", ".")
    assert attended() == []


def test_one_undo_for_all(house):
    before = {name: record_of(name)["sessions"] for name in ("alex", "ben", "cleo")}
    report = json.loads(house("done", ".", "--day", "today", "--format", "json").out)
    assert [one["name"] for one in report["calls"]] == ["Alex", "Ben", "Cleo"]
    assert [one["change"]["sessions"][0]["status"] for one in report["calls"]] == ["attended"] * 3
    assert len({record_of(name)["history"][-1]["act"] for name in before}) == 1
    house("undo", ".")
    assert {name: record_of(name)["sessions"] for name in before} == before


def test_undo_says_of_how_many_it_is_and_sends_nobody_to_the_telephone(house, monkeypatch):
    house("done", ".", "--day", "today")
    assert house("undo", ".", "--dry-run").out.startswith(
        "Undid: session 1 took place on Mon 4 Jan 2027 09:00: 3 courses\n"
    )
    be_at(monkeypatch, "2027-01-05T12:00", CHICAGO)
    house("undo", ".")
    house("done", "alex", "1")
    be_at(monkeypatch, "2027-01-08T12:00", CHICAGO)
    house("done", ".", "--until", "yesterday")
    said = " ".join(house("undo", ".").out.split())
    assert said.startswith(
        "Undid: session 2 took place on Thu 7 Jan 2027 09:00, and 4 more: 3 courses Name Entry "
    )


def test_only_shown(house):
    before = files_in()
    outcome = house("done", ".", "--day", "today", "--dry-run")
    assert "3 sessions of 3 courses" in outcome.out
    assert "nothing was written: --dry-run" in outcome.err
    assert files_in() == before


def test_a_day_on_which_nobody_came(house):
    outcome = house("done", ".", "--day", "2027-01-03")
    assert outcome.out == "Nothing to mark on Sun 3 Jan 2027\n"
    assert "there is nothing to mark" in outcome.err


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (("--day", "today", "--except", "bem"), "did you mean `ben`?"),
        (("--day", "today", "--except", "zoe"), "records are alex, ben, cleo"),
        (("--day", "today", "--except", "ben,"), "there is no record ``"),
        (("--day", "tomorrow"), "is to come"),
        ((), "--day today"),
        (("1-3",), "is a folder"),
    ],
)
def test_what_a_folder_cannot_be_asked(house, typed, text):
    assert text in house("done", ".", *typed, code=2).err


def test_all_or_none_of_the_records_are_written(house):
    Path("cleo.ics").write_text("somebody's own")
    assert "cleo.ics" in house("done", ".", "--day", "today", code=1).err
    assert "cleo.ics" in house("done", ".", "--day", "today", "--dry-run", code=1).err
    house("done", ".", "--day", "today", "--except", "cleo")
    assert [attended(name) for name in ("alex", "ben", "cleo")] == [[1], [1], []]


def test_a_record_that_cannot_be_read_is_told(ketasched, house):
    Path("ben.course.json").write_text("{")
    outcome = ketasched("done", ".", "--day", "today")
    assert outcome.code == 1
    assert "not read: ben.course.json" in outcome.err
    assert [attended(name) for name in ("alex", "cleo")] == [[1], [1]]
    assert ketasched("undo", ".").code == 1
    house("done", ".", "--day", "today", "--except", "ben")
    assert [attended(name) for name in ("alex", "cleo")] == [[1], [1]]
