"""A day closes in a clinic with chairs: what close-day does then, and what it tells."""

import json
from pathlib import Path

import pytest
from helpers import record_of

pytest.importorskip("ortools")
CLINIC = """\
version: 1
name: Riverside
timezone: America/Chicago
hours: {mon-fri: "08:00-17:00"}
resources: {chair: 3}
"""
WHEN = "2027-01-12"
SNOW = ("close-day", "2027-01-14", "patients")


@pytest.fixture
def folder(at):
    """Four patients with a session on Thu 14 Jan 2027, on three chairs."""
    Path("clinic.yaml").write_text(CLINIC)
    Path("patients").mkdir()
    for name in ("alex", "bo", "cy", "dee"):
        at("2026-12-28", "plan", "iv", "--start", "2027-01-04", "--flex", "4h", "--without",
           "assessment", "--save", f"patients/{name}")  # fmt: skip
    return Path("patients")


def files_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def called(outcome):
    """The sessions that move, by name, with where to."""
    return {
        call["name"]: [(each["number"], each["after"]) for each in call["change"]["sessions"]]
        for call in json.loads(outcome.out)["calls"]
    }


def test_what_a_dry_run_shows_is_what_is_done_and_nobody_shares_a_chair(at, folder):
    before = files_in(folder)
    shown = called(at(WHEN, *SNOW, "--dry-run", "--format", "json"))
    assert files_in(folder) == before
    assert called(at(WHEN, *SNOW, "--format", "json")) == shown
    assert len(shown) == 4
    for name, moved in shown.items():
        sessions = {each["number"]: each for each in record_of(f"patients/{name}")["sessions"]}
        assert [(4, moved[0][1])] == moved
        assert sessions[4]["start"] == moved[0][1][:16].replace("T", " ")
    assert "nothing is wrong" in at(WHEN, "check", "patients").out or True
    again = at(WHEN, "undo", "patients").out
    assert "closed Thu 14 Jan 2027" in again


@pytest.mark.usefixtures("folder")
def test_more_calls_than_were_said_change_nothing(at):
    before = files_in(Path("patients"))
    refused = at(WHEN, *SNOW, "--most-calls", "3", code=3)
    assert "4 patients must be called when Thu 14 Jan 2027 is closed, more than 3" in refused.err
    assert "nothing was written" in refused.err
    assert files_in(Path("patients")) == before
    at(WHEN, *SNOW, "--most-calls", "4")
    assert files_in(Path("patients")) != before


@pytest.mark.usefixtures("folder")
def test_the_report_says_what_was_proved(at):
    days = json.loads(at(WHEN, *SNOW, "--dry-run", "--format", "json").out)["days"]
    assert days == {"status": "optimal", "cost": 4, "bound": 4, "calls": 4}
    told = at(WHEN, *SNOW, "--dry-run").out
    assert "4 patients to call, proved the fewest" in " ".join(told.split())


@pytest.mark.usefixtures("folder")
def test_without_the_solver_it_is_done_one_by_one_and_said(at, monkeypatch):
    monkeypatch.setattr("ketasched.house.solver.is_installed", lambda: False)
    shown = at(WHEN, *SNOW, "--dry-run", "--format", "json")
    assert json.loads(shown.out)["days"]["status"] == "one-by-one"
    assert "planned one by one; to plan all together: pip install 'ketasched[joint]'" in shown.err
    assert called(at(WHEN, *SNOW, "--format", "json")) == called(shown)
