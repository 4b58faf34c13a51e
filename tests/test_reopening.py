"""Worked cases of a day that closes and opens again, and of what a patient's notice lets happen."""

import json
import shlex
import sys
from datetime import date
from pathlib import Path

import pytest
from helpers import files_in, plans, record_of

from ketasched.records import closed_days

SNOW = "2027-01-13T15:00"  # Wednesday, 09:00 in Chicago: it snows, and Thursday closes


@pytest.fixture
def folder(at):
    """Two courses of Mondays and Thursdays, and one that nobody comes for on Thursday."""
    for name in ("alex", "bo"):
        at("2026-12-28", "plan", "iv", "--start", "2027-01-04", "--save", name, "--name", name,
           "--ics", f"{name}.ics")  # fmt: skip
    at("2026-12-28", "plan", "spravato", "--start", "2027-01-05", "--save", "cy")
    return Path()


def start(name, number):
    (found,) = [each for each in record_of(name)["sessions"] if each["number"] == number]
    return found["start"]


def starts_of(name):
    return {each["number"]: each["start"] for each in record_of(name)["sessions"]}


@pytest.mark.usefixtures("folder")
def test_a_snow_day_at_nine_for_the_next_day(at):
    """Thursday 14 closes. Wednesday is as near as Friday and is the day that has begun; Friday at
    09:00 is in 48 hours, and the six hours without food begin in 42.
    """
    at(SNOW, "close-day", "2027-01-14", ".", "--reason", "snow")
    assert start("alex", 4) == start("bo", 4) == "2027-01-15 09:00"


@pytest.mark.usefixtures("folder")
def test_of_two_days_as_good_the_later_is_taken(at):
    at("2027-01-05T15:00", "close-day", "2027-01-14", ".")
    # Session 3 is on Monday and 5 on Monday: Wednesday and Friday are as good.
    assert start("alex", 4) == "2027-01-15 09:00"
    planned = at(
        "2027-01-05T15:00", "plan", "iv", "--start", "2027-01-04", "--closed", "2027-01-14"
    )
    assert "Wed 13 Jan 2027" in planned.out  # who plans anew has no reason to wait


@pytest.mark.usefixtures("folder")
def test_a_day_that_opens_again_takes_back_whom_it_moved(at):
    before = plans()
    at("2027-01-12T15:00", "close-day", "2027-01-14", ".", "--reason", "snow")
    out = at("2027-01-12T16:00", "close-day", "2027-01-14", ".", "--reopen").out
    assert out.startswith("Reopened Thu 14 Jan 2027: 2 courses to call about")
    assert "Thu 14 Jan 2027" in " ".join(out.split())
    assert plans() == before
    assert "DTSTART;TZID=America/Chicago:20270114" in Path("alex.ics").read_text()
    # As one act it is taken back too, and then the closing itself.
    at("2027-01-12T16:00", "undo", ".")
    assert start("bo", 4) == "2027-01-15 09:00"
    assert "closed (snow)" in at("2027-01-12T16:00", "agenda", ".", "--day", "2027-01-14").out
    at("2027-01-12T16:00", "undo", ".")
    assert plans() == before


@pytest.mark.usefixtures("folder")
def test_an_opened_day_does_not_close_over_who_was_put_there_since(at):
    at("2027-01-12T15:00", "close-day", "2027-01-14", ".")
    at("2027-01-12T16:00", "close-day", "2027-01-14", ".", "--reopen")
    at("2027-01-12T17:00", "plan", "iv", "--start", "2027-01-14", "--save", "dee")
    before = files_in()
    refused = at("2027-01-12T18:00", "undo", ".", code=2).err
    assert "dee was put on Thu 14 Jan 2027 since reopened Thu 14 Jan 2027, so nothing" in refused
    assert "to close it again: ketasched close-day 2027-01-14 .\n" in refused
    assert files_in() == before
    at("2027-01-12T18:00", "cancel", "dee", "1")
    at("2027-01-12T18:00", "undo", ".")
    assert start("alex", 4) == "2027-01-15 09:00"


@pytest.mark.parametrize(
    "command",
    [
        ("move", "alex", "3", "2027-01-14 12:00", "--override", "gap,window"),
        ("plan", "iv", "--start", "2027-01-14", "--save", "dee"),
    ],
    ids=["move", "plan"],
)
@pytest.mark.usefixtures("folder")
def test_nobody_is_put_on_a_day_that_closes_at_the_same_moment(at, monkeypatch, command):
    """Another desk closes it after the command looked, and before it writes."""
    seen = closed_days.closed_in
    looks = []

    def closed_meanwhile(folder):
        if looks or sys._getframe(1).f_code.co_name != "refuse_closed":
            return seen(folder)
        looks.append(folder)
        return (closed_days.ClosedDay(date(2027, 1, 14), "snow"),)

    monkeypatch.setattr(closed_days, "closed_in", closed_meanwhile)
    at("2027-01-05T15:00", "cancel", "alex", "4")
    looks.clear()
    before = files_in()
    refused = at("2027-01-05T15:00", *command, code=1).err
    assert "Thu 14 Jan 2027 was closed by somebody else meanwhile" in refused
    assert files_in() == before


@pytest.mark.usefixtures("folder")
def test_nobody_goes_back_to_a_day_that_is_too_near(at):
    at("2027-01-12T15:00", "close-day", "2027-01-14", ".")
    out = at("2027-01-13T15:00", "close-day", "2027-01-14", ".", "--reopen").out
    said = " ".join(out.split())
    assert "alex not moved" in said
    assert (
        "alex: session 4 cannot go back to Thu 14 Jan 2027 09:00: less than 24 h notice and 6 h to "
        "prepare: from Thu 14 Jan 2027 15:00 on; it keeps its place" in said
    )
    assert start("alex", 4) == "2027-01-15 09:00"
    # But the day is open: by hand it can be had.
    at("2027-01-13T15:00", "move", "alex", "4", "2027-01-14", "--override", "notice")
    assert record_of("alex")["history"][-1]["overridden"] == ["notice"]


@pytest.mark.parametrize(
    ("protocol", "start", "options", "command"),
    [
        ("iv", "2027-01-04", (), "ketasched move cy 4 '2027-01-14 09:00' --override notice"),
        # The rest was put off with it, and comes back with it.
        ("pain", "2027-01-11", (),
         "ketasched move cy 4 '2027-01-14 09:00' --override notice --rest replan"),
        # A week's pause had moved the windows.
        ("im", "2027-01-12", ("--can", "tue,thu 15:00-"),
         "ketasched move cy 2 '2027-01-14 15:00' --override notice,window --rest shift"),
    ],
)  # fmt: skip
def test_who_cannot_go_back_by_itself_can_by_hand(at, protocol, start, options, command):
    at("2026-12-28", "plan", protocol, "--start", start, *options, "--save", "cy")
    before = [(each["number"], each["start"]) for each in record_of("cy")["sessions"]]
    out = at("2027-01-12T23:59", "close-day", "2027-01-14", ".").out
    paused = "cy: Pause: from session 2 on, the course is put off by 1 week." in out
    assert paused == bool(options)
    out = at("2027-01-13T20:00", "close-day", "2027-01-14", ".", "--reopen").out
    assert f"come all the same:\n  {command}\n" in out
    at("2027-01-13T20:00", *shlex.split(command)[1:])
    assert [(each["number"], each["start"]) for each in record_of("cy")["sessions"]] == before


@pytest.mark.usefixtures("folder")
def test_a_course_that_was_changed_since_keeps_its_place(at):
    at("2027-01-05T15:00", "close-day", "2027-01-14", ".")
    at("2027-01-05T16:00", "move", "bo", "6", "2027-01-22")
    out = at("2027-01-05T17:00", "close-day", "2027-01-14", ".", "--reopen").out
    assert "bo: it was changed since, and keeps its place" in " ".join(out.split())
    assert (start("alex", 4), start("bo", 4)) == ("2027-01-14 09:00", "2027-01-15 09:00")
    at("2027-01-05T18:00", "move", "bo", "4", "2027-01-14")  # the day is open for it too


@pytest.mark.usefixtures("folder")
def test_what_took_place_since_is_no_change_that_keeps_anybody_away(at):
    """On Thursday 7 the next Thursday closes; the sessions of that day are marked in the evening, one
    of them half an hour late, and another was missed.
    """
    before = {name: starts_of(name) for name in ("alex", "bo", "cy")}
    at("2027-01-07T15:00", "done", ".", "--until", "yesterday")
    at("2027-01-07T15:00", "close-day", "2027-01-14", ".")
    assert starts_of("alex")[4] != before["alex"][4]
    at("2027-01-08T00:00", "done", "alex", "2", "--at", "09:30")
    at("2027-01-08T00:00", "miss", "bo", "2")
    out = at("2027-01-08T15:00", "close-day", "2027-01-14", ".", "--reopen").out
    assert "not moved" not in out
    assert starts_of("bo") == before["bo"]
    assert starts_of("alex") == before["alex"] | {2: "2027-01-07 09:30"}
    assert [each["status"] for each in record_of("alex")["sessions"]][:3] == [
        "attended", "attended", "planned",
    ]  # fmt: skip
    at("2027-01-08T15:00", "check", ".")


@pytest.mark.usefixtures("folder")
def test_what_a_person_moved_since_stays_and_what_nothing_touched_goes_back(at):
    at("2027-01-05T15:00", "close-day", "2027-01-11", ".")
    new = starts_of("alex")
    assert new[3] == "2027-01-12 09:00"
    at("2027-01-05T18:00", "adjust", "alex", "--away", "2027-01-22")  # moves nothing
    at("2027-01-05T18:00", "move", "bo", "3", "2027-01-12 10:00")
    out = at("2027-01-05T19:00", "close-day", "2027-01-11", ".", "--reopen").out
    assert "bo: it was changed since" in out
    assert starts_of("bo")[3] == "2027-01-12 10:00"
    assert starts_of("alex")[3] == "2027-01-11 09:00"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", ["table", "json"])
def test_reopening_is_only_shown_in_a_dry_run(at, form):
    at("2027-01-05T15:00", "close-day", "2027-01-14", ".")
    before = files_in()
    dry = ("--reopen", "--dry-run", "--format", form)
    outcome = at("2027-01-05T16:00", "close-day", "2027-01-14", ".", *dry)
    assert "nothing was written: --dry-run" in outcome.err
    assert files_in() == before
    if form == "json":
        report = json.loads(outcome.out)
        assert (report["day"], [call["name"] for call in report["calls"]]) == (
            "2027-01-14", ["alex", "bo"],
        )  # fmt: skip


@pytest.mark.usefixtures("folder")
def test_a_day_that_is_not_closed_cannot_open(at):
    at("2027-01-05T15:00", "close-day", "2027-01-14", ".")
    refused = at("2027-01-05T16:00", "close-day", "2027-01-15", ".", "--reopen", code=2).err
    assert "Fri 15 Jan 2027 was not closed by close-day" in refused
    assert "closed: Thu 14 Jan 2027" in refused


@pytest.mark.usefixtures("folder")
def test_the_agenda_marks_a_closed_day_until_it_opens(at):
    asked = ("agenda", ".", "--day", "2027-01-14")
    assert "closed" not in at("2027-01-05T15:00", *asked).out
    at("2027-01-05T15:00", "close-day", "2027-01-14", ".", "--reason", "snow")
    assert at("2027-01-05T15:00", *asked).out.startswith("Thu 14 Jan 2027: closed (snow), nobody")
    bare = at("2027-01-05T15:00", *asked, "--for", "free-busy", "--format", "json").out
    assert json.loads(bare)["days"][0]["closed"] == {"reason": None}
    at("2027-01-05T15:00", "close-day", "2027-01-14", ".", "--reopen")
    assert "closed" not in at("2027-01-05T15:00", *asked).out


@pytest.mark.parametrize(
    ("notice", "day"),
    [
        ("none", "2027-01-13"),  # the same morning
        ("24 h", "2027-01-18"),
        ("2 working days", "2027-01-18"),  # Thursday and, since Friday is closed, Monday
        ("4 working days", "2027-01-25"),  # Wednesday 20 is beside session 3
    ],
)
def test_a_clinics_own_notice(at, notice, day):
    """On Wednesday 13 January at two in the night session 2, of Thursday, is called off."""
    Path("clinic.yaml").write_text(f"version: 1\nname: Hill\nnotice: {notice}\n")
    at("2026-12-28", "plan", "kap", "--start", "2027-01-07", "--save", "alex", "--closed",
       "2027-01-15", "--clinic", "clinic.yaml", "--tz", "America/Chicago")  # fmt: skip
    at("2027-01-13T08:00", "cancel", "alex", "2", "--then", "squeeze")
    (make_up,) = [each for each in record_of("alex")["sessions"] if each["instead_of"]]
    assert make_up["start"] == f"{day} 09:00"
