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
    at(WHEN, "check", "patients")
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
    assert "4 to call, proved the fewest" in " ".join(told.split())


@pytest.mark.usefixtures("folder")
def test_without_the_solver_it_is_done_one_by_one_and_said(at, monkeypatch):
    monkeypatch.setattr("ketasched.house.solver.is_installed", lambda: False)
    shown = at(WHEN, *SNOW, "--dry-run", "--format", "json")
    assert json.loads(shown.out)["days"]["status"] == "one-by-one"
    assert "planned one by one; to plan all together: pip install 'ketasched[joint]'" in shown.err
    assert called(at(WHEN, *SNOW, "--format", "json")) == called(shown)


# A snow day with two calls, where moving each by itself needs five

LONG = """\
version: 1
protocols:
  - id: weekly
    title: A long session once a week
    label: Weekly
    version: 1
    steps: [{name: infusion, length: 3 h}]
    phases:
      - name: course
        cadence: 1 per week
        sessions: 2
        window: {early: 0 days, late: 4 days}
        gap: {min: 3 days, max: 11 days}
"""
WEEK = {
    "ana": ("04", "mon,tue,wed"), "ben": ("04", "mon,tue"),
    "cleo": ("05", "tue,thu"), "dan": ("05", "tue"),
    "eva": ("07", "thu,fri"), "finn": ("07", "thu"), "gus": ("07", "thu"),
    "hana": ("08", "tue,fri"), "ida": ("08", "fri"), "jon": ("08", "fri"),
}  # fmt: skip
"""Who comes on which day of January and a week later, and when they can come."""
EARLY = "2027-01-09"
SNOW_MONDAY = ("close-day", "2027-01-11", "patients", "--format", "json")


@pytest.fixture
def week(at):
    """Three chairs, a long session on each a morning; two patients on Mon 11 Jan 2027."""
    hours = CLINIC.replace("08:00-17:00", "09:00-12:00")
    Path("clinic.yaml").write_text(hours)
    Path("weekly.yaml").write_text(LONG)
    Path("patients").mkdir()
    for name, (day, can) in WEEK.items():
        at("2026-12-28", "plan", "weekly", "--protocols", "weekly.yaml", "--can", can,
           "--start", f"2027-01-{day}", "--save", f"patients/{name}")  # fmt: skip
    return Path("patients")


def days_of(outcome):
    """To which day of January each of those called moves."""
    return {
        name: [after[8:10] for _, after in moved]
        for name, moved in called(outcome).items()
        if moved
    }


@pytest.mark.usefixtures("week")
def test_together_two_are_called_where_moving_each_by_itself_takes_five(at):
    together = at(EARLY, *SNOW_MONDAY, "--dry-run")
    assert days_of(together) == {"ana": ["13"], "ben": ["12"]}
    assert json.loads(together.out)["days"] == {
        "status": "optimal", "cost": 5, "bound": 5, "calls": 2,
    }  # fmt: skip
    # Ana is called first, and takes the nearest day that is free for her.
    at(EARLY, "move", "patients/ana", "2", "2027-01-12")
    by_itself = at(EARLY, *SNOW_MONDAY, "--dry-run")
    moved = {"ben": ["12"], "cleo": ["14"], "eva": ["15"], "hana": ["19"]}
    assert days_of(by_itself) == moved
    report = json.loads(by_itself.out)
    assert report["days"] == {"status": "optimal", "cost": 22, "bound": 22, "calls": 4}
    why = {call["name"]: call["why"] for call in report["calls"]}
    assert why == {"ben": None} | dict.fromkeys(("cleo", "eva", "hana"), "makes way for others")
    # What others make way for is one act: taken back, and opened again, as one.
    before = files_in(Path("patients"))
    at(EARLY, *SNOW_MONDAY, "--most-calls", "3", code=3)
    assert files_in(Path("patients")) == before
    assert days_of(at(EARLY, *SNOW_MONDAY, "--most-calls", "4")) == moved
    at(EARLY, "check", "patients")
    at(EARLY, "undo", "patients")
    assert starts_of("cleo") == ["2027-01-05 09:00", "2027-01-12 09:00"]


def starts_of(name):
    return [each["start"] for each in record_of(f"patients/{name}")["sessions"]]


@pytest.mark.usefixtures("week")
def test_one_by_one_the_second_finds_the_chair_taken_and_is_told_of(at, monkeypatch):
    monkeypatch.setattr("ketasched.house.solver.is_installed", lambda: False)
    outcome = at(EARLY, *SNOW_MONDAY, "--dry-run", code=3)
    assert [call["change"] is None for call in json.loads(outcome.out)["calls"]] == [False, True]
    assert "not moved: ben" in outcome.err
    assert json.loads(at(EARLY, *SNOW_MONDAY, code=3).out) == json.loads(outcome.out)


@pytest.mark.usefixtures("week")
def test_the_same_seed_gives_the_same_plan(at):
    plans = [at(EARLY, *SNOW_MONDAY, "--dry-run", "--seed", "7").out for _ in range(2)]
    assert plans[0] == plans[1]
    for words in (("--seed", "x"), ("--seconds", "0"), ("--most-calls", "-1")):
        assert words[0] in at(EARLY, *SNOW_MONDAY, "--dry-run", *words, code=2).out


@pytest.fixture
def made_way(at, week):
    """Ben was moved from Mon 11 Jan, and Cleo, Eva and Hana made way, each for the one before."""
    at(EARLY, "move", "patients/ana", "2", "2027-01-12")
    at(EARLY, *SNOW_MONDAY)
    return week


def second_days():
    return {name: starts_of(name)[1][8:10] for name in ("ben", "cleo", "eva", "hana")}


@pytest.mark.usefixtures("made_way")
def test_who_made_way_goes_back_when_the_day_is_open_again(at):
    assert second_days() == {"ben": "12", "cleo": "14", "eva": "15", "hana": "19"}
    shown = at(EARLY, *SNOW_MONDAY, "--reopen", "--dry-run").out
    back = at(EARLY, *SNOW_MONDAY, "--reopen").out
    assert [call["name"] for call in json.loads(back)["calls"]] == ["ben", "cleo", "eva", "hana"]
    assert json.loads(shown)["calls"] == json.loads(back)["calls"]
    assert second_days() == {"ben": "11", "cleo": "12", "eva": "14", "hana": "15"}
    at(EARLY, "check", "patients")


@pytest.mark.parametrize("ida", ["stays", "cancels"])
@pytest.mark.usefixtures("made_way")
def test_who_made_way_stays_where_the_chair_is_not_given_back(at, ida):
    """On Sunday it is too late for Ben to come on Monday, so Cleo's chair is not free, and so on."""
    sunday = "2027-01-10T16:00"
    if ida == "cancels":  # on Friday, where Hana was
        at(sunday, "cancel", "patients/ida", "2")
    report = json.loads(at(sunday, *SNOW_MONDAY, "--reopen").out)
    why = {call["name"]: call["why"] for call in report["calls"]}
    full = "session 2 cannot go back: all 3 chairs are taken 09:00–12:00; it keeps its place"
    assert "less than 24 h notice" in why["ben"]
    assert why["cleo"] == why["eva"] == full
    assert why["hana"] == (full if ida == "stays" else None)
    hana = "19" if ida == "stays" else "15"
    assert second_days() == {"ben": "12", "cleo": "14", "eva": "15", "hana": hana}
    at(sunday, "check", "patients")
