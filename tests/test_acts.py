"""Acts over a folder: what one command did to many records is taken back in one go, or not at all."""

import json
from pathlib import Path

import pytest
from helpers import files_in, plans, record_of

WHEN = "2027-01-12"


@pytest.fixture
def folder(at):
    for name in ("alex", "bo"):
        at("2026-12-28", "plan", "iv", "--start", "2027-01-04", "--save", name, "--name", name,
           "--ics", f"{name}.ics")  # fmt: skip
    at("2026-12-28", "plan", "spravato", "--start", "2027-01-05", "--save", "cy")
    return Path()


def starts(name):
    return [session["start"] for session in record_of(name)["sessions"]]


def closed_days():
    return [
        day["day"]
        for day in json.loads(Path("closed-days.json").read_text())["days"]
        if "reopened" not in day
    ]


@pytest.mark.usefixtures("folder")
def test_undo_of_a_folder_takes_the_closed_day_back_in_all_records(at):
    before = plans()
    at(WHEN, "close-day", "2027-01-18", ".", "--reason", "snow")
    assert plans() != before
    out = at(WHEN, "undo", ".").out
    assert out.startswith("Undid: closed Mon 18 Jan 2027: 2 courses to call about")
    for name in ("alex", "bo"):
        assert name in out
    assert "Tue 19 Jan 2027" in out
    assert plans() == before
    assert closed_days() == []
    assert "undid: closed Mon 18 Jan 2027" in at(WHEN, "status", "alex", "--history").out
    # The day is open again, also for who comes later.
    late = at(WHEN, "plan", "iv", "--start", "2027-01-18", "--save", "dee").out
    assert "closed" not in late


@pytest.mark.usefixtures("folder")
def test_acts_are_taken_back_the_last_first_until_none_is_left(at):
    states = [plans()]
    for day in ("2027-01-18", "2027-01-21"):
        at(WHEN, "close-day", day, ".")
        states.append(plans())
    at(WHEN, "undo", ".")
    assert (plans(), closed_days()) == (states[1], ["2027-01-18"])
    at(WHEN, "undo", ".")
    assert (plans(), closed_days()) == (states[0], [])
    assert "no act over the records of . is left to undo" in at(WHEN, "undo", ".", code=2).err


@pytest.mark.usefixtures("folder")
def test_a_closed_day_that_touched_nobody_is_taken_back_too(at):
    before = plans()
    at(WHEN, "close-day", "2027-01-20", ".")
    assert "0 courses to call about" in at(WHEN, "undo", ".").out
    assert (plans(), closed_days()) == (before, [])


@pytest.mark.usefixtures("folder")
def test_a_record_that_was_changed_since_keeps_the_whole_act(at):
    at(WHEN, "close-day", "2027-01-18", ".")
    at(WHEN, "move", "bo", "6", "fri 22 jan 2027", "--override", "gap,window")
    before = files_in()
    refused = at(WHEN, "undo", ".", code=2).err
    assert "bo was changed since closed Mon 18 Jan 2027, so nothing is taken back" in refused
    assert "ketasched status bo --history" in refused
    assert files_in() == before
    at(WHEN, "undo", "bo")
    at(WHEN, "undo", ".")
    assert closed_days() == []


@pytest.mark.usefixtures("folder")
def test_one_record_alone_out_of_a_closed_day_leaves_it_closed_for_the_rest(at):
    before = plans()
    at(WHEN, "close-day", "2027-01-18", ".")
    said = at(WHEN, "undo", "alex").err
    assert "Mon 18 Jan 2027 is still closed for the other records" in said
    assert "ketasched close-day 2027-01-18 . --reopen" in said
    assert closed_days() == ["2027-01-18"]
    assert starts("bo")[4] == "2027-01-19 09:00"
    at(WHEN, "undo", ".")
    assert (plans(), closed_days()) == (before, [])
    # A change of another kind says nothing of days.
    at(WHEN, "cancel", "alex", "6")
    assert "closed" not in at(WHEN, "undo", "alex").err


@pytest.mark.usefixtures("folder")
def test_closing_a_day_again_for_those_left_is_the_same_act(at):
    before = plans()
    altered = Path("alex.ics").read_bytes()
    Path("alex.ics").write_text("mine")
    at(WHEN, "close-day", "2027-01-18", ".", code=3)
    Path("alex.ics").write_bytes(altered)
    at(WHEN, "close-day", "2027-01-18", ".")
    assert starts("alex")[4] == starts("bo")[4] == "2027-01-19 09:00"
    at(WHEN, "undo", ".")
    assert (plans(), closed_days()) == (before, [])


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_dry_run_takes_nothing_back_and_says_what_would_be(at, form):
    at(WHEN, "close-day", "2027-01-18", ".")
    before = files_in()
    outcome = at(WHEN, "undo", ".", "--dry-run", "--format", form)
    assert "nothing was written: --dry-run" in outcome.err
    assert files_in() == before
    if form == "json":
        report = json.loads(outcome.out)
        assert report["change"] == "undid: closed Mon 18 Jan 2027"
        assert [call["name"] for call in report["calls"]] == ["alex", "bo"]
        (session,) = report["calls"][0]["change"]["sessions"]
        assert session["before"].startswith("2027-01-19")
        assert session["after"].startswith("2027-01-18")


@pytest.mark.usefixtures("folder")
def test_all_are_written_or_none(at):
    at(WHEN, "close-day", "2027-01-18", ".")
    Path("bo.ics").write_text("mine")
    before = files_in()
    assert "bo.ics is not what was written" in at(WHEN, "undo", ".", code=1).err
    assert files_in() == before


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("name", "code"), [("bo", 2), ("cy", 1)])
def test_a_record_that_cannot_be_read_matters_only_if_it_took_part(at, name, code):
    at(WHEN, "close-day", "2027-01-18", ".")
    whole = Path(f"{name}.course.json").read_bytes()
    Path(f"{name}.course.json").write_bytes(whole[:-3])
    before = files_in()
    outcome = at(WHEN, "undo", ".", code=code)
    assert f"{name}.course.json" in outcome.err
    assert (files_in() == before) == (name == "bo")
    assert (closed_days() == []) == (name == "cy")


@pytest.mark.usefixtures("folder")
def test_the_calendars_of_all_records_rise_and_agree(at):
    def sequence(name):
        return [entry["sequence"] for entry in record_of(name)["entries"]]

    before = {name: sequence(name) for name in ("alex", "bo")}
    at(WHEN, "close-day", "2027-01-18", ".")
    at(WHEN, "undo", ".")
    for name, known in before.items():
        assert max(sequence(name)) == max(known) + 2
        assert "DTSTART;TZID=America/Chicago:20270118" in Path(f"{name}.ics").read_text()
