"""Course records: what they keep, what calendars are told, and that nothing is ever lost."""

import errno
import fcntl
import json
import os
import random
import re
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tzdata
from calendars import events_of, lines_of
from conftest import BUILT_IN, STAMP, run_process
from helpers import MORE, be_at, ended, files_in, in_child, plan_once, record_of
from texts import WITH_VISITS

from ketasched import clock
from ketasched.cli import app, change
from ketasched.errors import FileProblems, KetaschedError
from ketasched.records import codec, told_calendars, write
from ketasched.records.open import new_record, open_record

ALEX = Path("alex.course.json")
LOCK = Path(".alex.course.json.lock")
CLINIC = """\
version: 1
name: Willow Clinic
timezone: America/Chicago
hours:
  mon-fri: 08:00-17:00
closures:
  - {date: 2027-01-18, reason: staff training}
phone: 555 0100
"""
BUSY = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20270107T150000Z
DTEND:20270107T160000Z
SUMMARY:dentist
END:VEVENT
END:VCALENDAR
"""
SMALL = """\
version: 1
protocols:
  - id: small
    title: A small one
    label: Small
    version: 1
    drug: ketamine
    route: intravenous infusion
    use: tests
    steps: [{name: infusion, length: 40 min}]
    phases:
      - name: induction
        cadence: 2 per week
        sessions: 3
        window: {early: 1 day, late: 3 days}
        gap: {min: 2 days, max: 14 days}
        pause: 1 week
        reviews: [{name: first review, after_session: 2}]
    visits:
      - {kind: consultation, length: 45 min, before: first session, distance: {from: 1 day, to: 28 days, ideally: 7 days}}
      - {kind: preparation, length: 30 min, before: each session, distance: {from: 1 day, to: 3 days, ideally: 1 day}}
    sources: [{fact: all, source: none, grade: convention}]
"""


def write_files():
    Path("willow.yaml").write_text(CLINIC)
    Path("busy.ics").write_bytes(BUSY.replace("\n", "\r\n").encode())
    Path("trial.yaml").write_text(WITH_VISITS)
    Path("small.yaml").write_text(SMALL)


def well(outcome):
    assert outcome.code == 0, outcome.err
    return outcome


@pytest.fixture
def save(ketasched):
    """Plan and save a course called alex."""

    def run(*arguments, start="2027-01-04", ics="alex.ics"):
        if not ALEX.exists():
            write_files()
        named = [] if "--name" in arguments else ["--name", "A.B."]
        calendar = ["--ics", ics] if ics else []
        options = ["--start", start, "--save", "alex", *named, *calendar]
        return plan_once(ketasched, *arguments, *options)

    return run


def by_uid(calendar):
    found = {str(event["UID"]): event for event in events_of(calendar)}
    assert len(found) == len(events_of(calendar)), "a UID stands twice"
    return found


STAMPS = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")


def seen(event):
    """All that a reader sees of an entry."""
    lines = event.to_ical().decode().replace("\r\n ", "").split("\r\n")
    return [line for line in lines if not line.startswith((*STAMPS, "CREATED"))]


# The round trip

ROUND_TRIPS = {
    **{name: [name] for name in BUILT_IN},
    "clinic": ["iv", "--clinic", "willow.yaml"],
    "busy": ["iv", "--busy", "busy.ics", "--travel", "30m", "--flex", "2h"],
    "away": ["iv", "--away", "2027-01-06..2027-01-08", "--closed", "2027-01-19"],
    "days": ["iv", "--days", "mon,fri", "--at", "mon=09:00,fri=13:30"],
    "until": ["spravato", "--until", "2027-09-01"],
    "cadence": ["spravato", "--until", "2027-05-01", "--cadence", "maintenance=1 per week"],
    "sessions": ["im", "--sessions", "induction=5"],
    "without": ["kap", "--without", "integration"],
    "staff": ["kap", "--for", "staff", "--title", "Grüße, «KAP»; 100 %", "--location", "Room 2"],
    "window": ["iv", "--window", "induction=2/5", "--already", "2"],
    "holidays": ["iv", "--holidays", "US", "--remind", "none"],
    "zone": ["iv", "--tz", "Europe/Berlin"],
    "trial": ["trial", "--protocols", "trial.yaml"],
    "small": ["small", "--protocols", "small.yaml"],
}


LATER = ("holidays", "zone", "window", "cadence", "iv-two-weeks", "spravato-mdsi")


@pytest.mark.parametrize(
    "case",
    [pytest.param(one, marks=pytest.mark.slow) if one in LATER else one for one in ROUND_TRIPS],
)
def test_a_saved_course_is_the_plan(save, ketasched, case):
    planned = json.loads(save(*ROUND_TRIPS[case], "--format", "json").out)
    text = ALEX.read_text()
    record = codec.load(str(ALEX))
    assert codec.text_of(record) == text
    again = codec.load(str(ALEX))
    assert again == record

    status = json.loads(well(ketasched("status", "alex", "--format", "json")).out)
    assert status["warnings"] == []
    keys = ("number", "phase", "start", "end", "status")
    assert [[one[key] for key in keys] for one in status["sessions"]] == [
        [one[key] for key in keys] for one in planned["sessions"]
    ]
    assert [one["start"] for one in planned["visits"]] == [
        one.start.isoformat() for one in record.course.visits
    ]
    protocol = BUILT_IN.get(record.protocol.id)
    assert protocol is None or record.protocol == protocol

    assert not re.search(r"\d-\d\d[ T]\d\d:\d\d(:\d\d)? ?([+-]\d|Z)", text), "an offset"
    assert record_of()["timezone"] == status_zone(case)
    assert record_of()["history"][0]["at"] == STAMP.strftime("%Y-%m-%d %H:%M:%S UTC")


def status_zone(case):
    return "Europe/Berlin" if case == "zone" else "America/Chicago"


SOME = ("clinic", "busy", "until", "staff", "trial")


def without_uids(calendar):
    """A calendar but for its UIDs: those of a saved course are drawn."""
    return re.sub(rb"(?m)^UID:[0-9a-f-]{36}@.*$", b"UID:", calendar)


@pytest.mark.parametrize(
    "case",
    [one if one in SOME else pytest.param(one, marks=pytest.mark.slow) for one in ROUND_TRIPS],
)
def test_record_and_calendar_agree(save, ketasched, case):
    """The calendar of a saved course is what plan alone writes, and export writes it again."""
    save(*ROUND_TRIPS[case])
    calendar = Path("alex.ics").read_bytes()
    alone = [*ROUND_TRIPS[case], "--start", "2027-01-04", "--name", "A.B.", "--ics", "alone.ics"]
    well(ketasched("plan", *alone))
    assert without_uids(Path("alone.ics").read_bytes()) == without_uids(calendar)
    audience = "staff" if case == "staff" else "patient"
    well(ketasched("export", "alex", "--for", audience, "--ics", "again.ics"))
    assert Path("again.ics").read_bytes() == calendar


def test_a_flag_is_kept_as_it_was_written(save):
    save("iv", "--weekends")
    text = ALEX.read_text()
    assert codec.text_of(codec.load(str(ALEX))) == text


def test_relative_dates_are_stored_resolved(save):
    save("iv", "--away", "tomorrow", "--closed", "thursday", start="monday")
    asked = record_of()["asked"]
    assert asked["start"] == record_of()["start"] == "2026-11-23"
    assert asked["away"] == ["2026-11-23..2026-11-23"]
    assert asked["closed"] == ["2026-11-26..2026-11-26"]


def test_an_open_ended_course_keeps_its_last_day_resolved(save):
    save("spravato", "--until", "1 sep 2027")
    assert record_of()["asked"]["until"] == "2027-09-01"


def test_a_later_day_reads_the_same_course(save, ketasched, monkeypatch):
    save("iv", "--away", "tomorrow", "--until", "1 jun 2027", start="next monday")
    before = ALEX.read_bytes()
    first = json.loads(ketasched("status", "alex", "--format", "json").out)
    be_at(monkeypatch, "2026-11-25T12:00")
    later = json.loads(ketasched("status", "alex", "--format", "json").out)
    assert later["sessions"] == first["sessions"]
    assert ALEX.read_bytes() == before


def test_later_edits_of_files_do_not_change_a_saved_course(save, ketasched):
    save("small", "--protocols", "small.yaml", "--clinic", "willow.yaml", "--busy", "busy.ics")
    first = well(ketasched("status", "alex")).out
    Path("small.yaml").write_text(SMALL.replace("40 min", "90 min").replace("small", "other"))
    Path("willow.yaml").unlink()
    Path("busy.ics").write_text("gone")
    assert well(ketasched("status", "alex")).out == first
    well(ketasched("move", "alex", "2", "2027-01-08"))
    moved = codec.load(str(ALEX)).course.session(2)
    assert (moved.minutes, moved.start.isoformat()) == (40, "2027-01-08T09:00:00-06:00")
    refused = ketasched("move", "alex", "3", "2027-01-18")
    assert refused.code == 3
    assert "staff training" in refused.err


def test_environment_files_do_not_change_a_saved_course(save, ketasched, monkeypatch):
    save("iv")
    first = well(ketasched("status", "alex")).out
    monkeypatch.setenv("KETASCHED_CLINIC", "nowhere.yaml")
    monkeypatch.setenv("KETASCHED_PROTOCOLS", "nowhere.yaml")
    assert well(ketasched("status", "alex")).out == first


def test_a_saved_course_stays_in_its_zone(save, ketasched, monkeypatch):
    save("iv")
    sessions = json.loads(ketasched("status", "alex", "--format", "json").out)["sessions"]
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert json.loads(ketasched("status", "alex", "--format", "json").out)["sessions"] == sessions


def test_busy_times_are_kept_to_the_minute_across_a_clock_change(save):
    busy = BUSY.replace("20270107T150000Z", "20271107T073000Z")
    busy = busy.replace("20270107T160000Z", "20271107T080000Z")
    write_files()
    Path("night.ics").write_bytes(busy.replace("\n", "\r\n").encode())
    save("iv", "--busy", "night.ics", start="2027-11-01")
    (one,) = codec.load(str(ALEX)).busy
    assert one.start == datetime(2027, 11, 7, 7, 30, tzinfo=UTC)
    assert one.end == datetime(2027, 11, 7, 8, 0, tzinfo=UTC)


def test_travel_beside_an_empty_calendar_can_be_read_again(save, ketasched):
    write_files()
    Path("empty.ics").write_bytes(BUSY.replace("2027", "2019").replace("\n", "\r\n").encode())
    save("iv", "--busy", "empty.ics", "--travel", "30m")
    well(ketasched("status", "alex"))


def test_a_session_of_more_than_a_day_can_be_read_again(ketasched):
    write_files()
    Path("long.yaml").write_text(SMALL.replace("40 min", "26 h"))
    outcome = ketasched(
        "plan", "small", "--protocols", "long.yaml", "--start", "2027-01-04", "--name", "A",
        "--without", "preparation", "--save", "alex",
    )  # fmt: skip
    if outcome.code == 0:
        well(ketasched("status", "alex"))
    assert outcome.code in (0, 1, 3)


def test_a_clinic_with_protocols_of_its_own_can_be_read_again(save, ketasched):
    write_files()
    Path("own.yaml").write_text(CLINIC + "defaults:\n  protocols: small.yaml\n")
    save("small", "--clinic", "own.yaml")
    Path("small.yaml").unlink()
    well(ketasched("status", "alex"))


def test_two_courses_saved_without_a_name_do_not_share_uids(ketasched):
    for name in ("one", "two"):
        well(ketasched("plan", "iv", "--start", "2027-01-04", "--save", name))
    first, second = (by_uid(well(ketasched("export", n)).out.encode()) for n in ("one", "two"))
    assert not first.keys() & second.keys()


# Where things are saved


def test_a_calendar_on_standard_output_does_not_keep_the_record_from_being_saved(ketasched):
    outcome = ketasched(
        "plan", "iv", "--start", "2027-01-04", "--name", "A", "--ics", "-", "--save", "alex"
    )
    assert outcome.code == 2 or ALEX.exists()


def test_the_calendar_goes_where_it_was_asked_for(ketasched):
    """A record in a folder, and a path that means the same to everybody else."""
    Path("folder").mkdir()
    Path("folder/alex.ics").write_text("precious")
    options = ["--start", "2027-01-04", "--save", "folder/alex", "--ics", "alex.ics"]
    well(ketasched("plan", "iv", *options))
    assert Path("folder/alex.ics").read_text() == "precious"
    assert Path("alex.ics").exists()
    well(ketasched("move", "folder/alex", "2", "2027-01-08"))
    assert b"20270108T090000" in Path("alex.ics").read_bytes()
    assert json.loads(ketasched("status", "folder/alex", "-f", "json").out)["warnings"] == []


def test_a_record_and_its_calendar_in_one_folder(ketasched):
    Path("folder").mkdir()
    options = ["--start", "2027-01-04", "--save", "folder/alex", "--ics", "folder/alex.ics"]
    well(ketasched("plan", "iv", *options))
    assert Path("folder/alex.ics").exists()


def test_a_folder_that_is_not_there_is_told(ketasched):
    outcome = ketasched("plan", "iv", "--start", "2027-01-04", "--save", "nowhere/alex")
    assert outcome.code == 1
    assert "mistake in ketasched" not in outcome.err
    assert "cannot write into nowhere: there is no such folder" in outcome.err
    assert ".lock" not in outcome.err


def test_a_calendar_that_cannot_be_written_leaves_no_record(ketasched):
    options = ["--start", "2027-01-04", "--save", "alex", "--ics", "nowhere/alex.ics"]
    outcome = ketasched("plan", "iv", *options)
    assert outcome.code == 1
    assert "nothing was changed" in outcome.err
    assert not ALEX.exists()


def test_nothing_is_overwritten_by_plan(save, ketasched):
    save("iv")
    before = files_in()
    again = ["plan", "im", "--start", "2027-01-05", "--name", "C", "--save", "alex"]
    for more in ([], ["--ics", "alex.ics"], ["--ics", "new.ics"], ["--ics", "alex.ics", "--force"]):
        outcome = ketasched(*again, *more)
        assert outcome.code == 1
        assert "exists already" in outcome.err
        assert files_in() == before


def test_a_calendar_that_is_there_is_not_overwritten_by_plan(ketasched):
    Path("alex.ics").write_text("precious")
    options = ["--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics"]
    assert ketasched("plan", "iv", *options).code == 1
    assert set(files_in()) == {"alex.ics"}
    assert Path("alex.ics").read_text() == "precious"


def test_two_plans_at_once_do_not_overwrite_one_another(ketasched, monkeypatch):
    """The other one saves after we have looked whether anything is there."""

    def meanwhile(*arguments):
        ALEX.write_text("precious")
        return new_record(*arguments)

    monkeypatch.setattr("ketasched.records.open.new_record", meanwhile)
    outcome = ketasched("plan", "iv", "--start", "2027-01-04", "--save", "alex")
    assert outcome.code == 1
    assert ALEX.read_text() == "precious"


def test_a_link_to_a_record_stays_a_link(save, ketasched):
    save("iv")
    Path("shared").mkdir()
    for name in (ALEX, Path("alex.ics")):
        name.rename(Path("shared") / name)
        name.symlink_to(Path("shared") / name)
    well(ketasched("move", "alex", "2", "2027-01-08"))
    assert ALEX.is_symlink()
    assert Path("alex.ics").is_symlink()
    assert b"2027-01-08 09:00" in Path("shared/alex.course.json").read_bytes()


def test_the_mode_of_a_record_stays(save, ketasched):
    save("iv")
    ALEX.chmod(0o600)
    well(ketasched("move", "alex", "2", "2027-01-08"))
    assert ALEX.stat().st_mode & 0o777 == 0o600


def test_a_name_finds_its_record(save, ketasched):
    save("iv")
    said = well(ketasched("status", "alex")).out
    assert well(ketasched("status", "alex.course.json")).out == said
    outcome = ketasched("status", "alix")
    assert outcome.code == 1
    assert "alix.course.json" in outcome.err
    assert "alex" in outcome.err.partition("help")[2]


# Damaged records


SMALL_RECORD = {}


@pytest.fixture
def small(save, ketasched):
    """A small record with one of everything; its data."""
    if SMALL_RECORD:
        ALEX.write_text(SMALL_RECORD["text"])
        return record_of()
    save("small", "--protocols", "small.yaml", "--clinic", "willow.yaml", "--busy", "busy.ics",
         "--away", "2027-01-11")  # fmt: skip
    well(ketasched("move", "alex", "2", "2027-01-08", "--reason", "a wedding"))
    found = record_of()
    reasons = [{"kind": "closed", "text": "closed"}]
    found["unplaced"] = [
        {"kind": "check-in", "name": "call", "session": 3, "side": "after",
         "days": ["2027-01-13", "2027-01-14"], "reasons": reasons, "number": 0}
    ]  # fmt: skip
    found["pauses"] = [{"before_session": 3, "weeks": 1, "reasons": reasons}]
    found["sessions"][0]["reasons"] = reasons
    found["visits"] = found["visits"][:1]
    found["visits"][0]["reasons"] = reasons
    # A way back that says something of everything.
    lists = {
        name: found[name][0] for name in ("sessions", "visits", "unplaced", "pauses", "reviews")
    }
    found["history"][1]["back"] = {
        **{
            name: {"cuts": [{"at": 0, "count": 1, "items": [item]}], "set": [{"at": 0, "to": item}]}
            for name, item in lists.items()
        },
        "left_out": ["maintenance"],
        "total": 3,
        "asked": found["asked"],
    }
    found["history"][1]["overridden"] = ["gap"]
    dump(found)
    codec.load(str(ALEX))
    SMALL_RECORD["text"] = ALEX.read_text()
    return record_of()


def dump(found):
    ALEX.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def places(value, path=()):
    """Every value of a record, the first item of each list for all of them."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield (*path, key)
            yield from places(one, (*path, key))
    elif isinstance(value, list) and value:
        yield (*path, 0)
        yield from places(value[0], (*path, 0))


def changed(found, path, change):
    copy = json.loads(json.dumps(found))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    change(inner, path[-1])
    return copy


def problem_of(found):
    dump(found)
    problems = []
    try:
        codec.load(str(ALEX))
    except FileProblems as trouble:
        problems = trouble.problems
    assert len(problems) < 2, problems
    return problems[0] if problems else None


def place_in(text, words):
    """Line and column of the only place of some words."""
    assert text.count(words) == 1
    before = text[: text.index(words)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def chosen(small, part):
    """The places of a part of a record, or some of all; what is in ``asked`` has its own test."""
    small["history"] = small["history"][::-1]  # the one with a state first
    found = {"record": [], "protocol": [], "clinic": [], "back": [], "asked": []}
    for path in places(small):
        if path[0] in ("exported", "published") and len(path) > 1:
            continue  # their keys are UIDs and addresses
        if "asked" in path[:-1]:
            found["asked"].append(path)
        elif path[:3] == ("history", 0, "back") and len(path) > 3:
            found["back"].append(path)
        else:
            found[path[0] if path[0] in found and len(path) > 1 else "record"].append(path)
    if part == "some":
        everything = [path for name, paths in found.items() if name != "asked" for path in paths]
        return random.Random(3).sample(everything, 12)
    return found[part]


PARTS = [
    "some",
    *(
        pytest.param(part, marks=pytest.mark.slow)
        for part in ("record", "protocol", "clinic", "back")
    ),
]


@pytest.mark.parametrize("part", PARTS)
def test_every_misspelt_key_is_one_mistake_with_its_place(small, part):
    def misspell(inner, key):
        items = [(f"{one}zq" if one == key else one, value) for one, value in inner.items()]
        inner.clear()
        inner.update(items)

    wrong = []
    for path in chosen(small, part):
        if not isinstance(path[-1], str):
            continue
        problem = problem_of(changed(small, path, misspell))
        where = place_in(ALEX.read_text(), f'"{path[-1]}zq"')
        if problem is None or (problem.line, problem.column) != where:
            wrong.append((path, problem, where))
        elif "zq" not in problem.message:
            wrong.append((path, problem))
    assert wrong == []


@pytest.mark.parametrize("part", PARTS)
def test_every_value_of_a_wrong_kind_is_one_mistake_with_its_place(small, part):
    wrong = []
    for path in chosen(small, part):
        if path[-3:] == ("phases", 0, "sessions"):
            continue  # a list there is another kind of phase

        def spoil(inner, key):
            is_text = not isinstance(inner[key], (dict, list))
            inner[key] = ["qzq"] if is_text else "qzq"

        problem = problem_of(changed(small, path, spoil))
        line, _ = place_in(ALEX.read_text(), '"qzq"')
        # Keys are marked where they begin, on the line before or at the brace.
        if problem is None or problem.line not in (line - 1, line) or not problem.column:
            wrong.append((path, problem, line))
    assert wrong == []


@pytest.mark.parametrize("part", PARTS[:2])
def test_every_missing_key_is_one_mistake_with_its_place(small, part):
    wrong = []
    optional = {"clinic", "clinic_file", "back", "uid_bits", "zone_rules", "visits_off"}
    # Records of before have none of these.
    younger = {("busy", "calendar"), ("visits", "by_hand"), ("visits", "broken")}
    kept = {"protocol", "clinic"}  # their own tests say which of their keys may be left out
    for path in chosen(small, part):
        if not isinstance(path[-1], str) or path[-1] in optional or path[0] in kept:
            continue
        needed = {"at", "count", "items", "to"}
        if "back" in path and path[-1] not in needed and "items" not in path:
            continue  # what did not change is not in a way back
        if (path[0], path[-1]) in younger:
            continue
        problem = problem_of(changed(small, path, lambda inner, key: inner.pop(key)))
        if problem is None or not problem.line or f"`{path[-1]}`" not in problem.message:
            wrong.append((path, problem))
    assert wrong == []


NONSENSE = {
    "a session's status": (("sessions", 0, "status"), "perhaps"),
    "a wall time with an offset": (("sessions", 0, "start"), "2027-01-04 09:00-06:00"),
    "a wall time that is none": (("sessions", 0, "start"), "2027-01-04 25:00"),
    "a date that is none": (("sessions", 0, "target"), "2027-02-30"),
    "a length of nothing": (("sessions", 0, "minutes"), 0),
    "half a minute": (("sessions", 0, "minutes"), 40.5),
    "not a number": (("sessions", 0, "minutes"), float("nan")),
    "a sequence below zero": (("entries", 0, "sequence"), -1),
    "a yes for a number": (("entries", 0, "sequence"), True),
    "a zone that is none": (("timezone",), "America/Chicgo"),
    "a newer version": (("schema",), "ketasched-record/3"),
    "another program's version": (("schema",), "something/1"),
    "a moment without UTC": (("entries", 0, "created"), "2027-01-04 09:00:00"),
    "a side": (("visits", 0, "side"), "beside"),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_is_one_mistake_with_its_place(small, ketasched, case):
    path, value = NONSENSE[case]

    def spoil(inner, key):
        inner[key] = value

    problem = problem_of(changed(small, path, spoil))
    assert problem is not None
    assert problem.line
    assert problem.column
    before = files_in()
    for command in (["status", "alex"], ["move", "alex", "1", "2027-01-05"], ["undo", "alex"]):
        outcome = ketasched(*command)
        assert outcome.code == 1
        assert f"alex.course.json:{problem.line}:{problem.column}" in outcome.err
        assert "mistake in ketasched" not in outcome.err
        assert files_in() == before


def test_a_newer_version_says_what_to_do(small, ketasched):
    problem_of(changed(small, ("schema",), lambda i, k: i.update({k: "ketasched-record/9"})))
    outcome = ketasched("status", "alex")
    assert "newer ketasched" in outcome.err


@pytest.mark.usefixtures("small")
def test_a_key_that_stands_twice_is_told():
    text = ALEX.read_text().replace('"busy": [', '"busy": [],\n "busy": [', 1)
    ALEX.write_text(text)
    with pytest.raises(FileProblems) as caught:
        codec.load(str(ALEX))
    (problem,) = caught.value.problems
    assert "twice" in problem.message
    assert problem.line


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("end", ["", "}}", ", : 1}", ', "b"}'])
def test_a_key_that_stands_twice_in_what_is_no_json_is_told_as_that(ketasched, end):
    ALEX.write_text('{"schema": 1, "schema": 2' + end)
    outcome = ketasched("status", "alex")
    assert outcome.code == 1
    assert "error: not JSON" in outcome.err


# What hand edits make that no schema sees: each must be told, not crash.
SENSELESS = {
    "an export that is no number": (("exported", "patient"), {"a": "b"}),
    "what is on a server is no list": (("published",), []),
    "an option misspelt": (("asked", "startt"), "2027-01-04"),
    "an option of another kind": (("asked", "away"), "2027-01-11"),
    "an option of yet another kind": (("asked", "start"), ["2027-01-04"]),
    "an option that is no date": (("asked", "start"), "soon"),
    "no sessions": (("sessions",), []),
    "a phase that is not in the protocol": (("sessions", 0, "phase"), "inductoin"),
    "two sessions of one number": (("sessions", 0, "number"), 3),
    "a visit of no session": (("visits", 0, "session"), 99),
    "an earlier phase that is not in the protocol": (
        ("history", 1, "back", "sessions", "set", 0, "to", "phase"),
        "inductoin",
    ),
    "a session that was never there": (("history", 1, "back", "sessions", "set", 0, "at"), 99),
    "two entries of one uid": (("entries", 0), None),
    "a window that ends before it begins": (("sessions", 0, "window_end"), "2026-01-01"),
    "a year before all calendars": (("sessions", 0, "start"), "0001-01-01 00:00"),
    "another zone than was asked": (("timezone",), "Asia/Tokyo"),
}


TOLD = ("an option of another kind", "an option that is no date")


@pytest.mark.parametrize(
    "case",
    SENSELESS,
)
def test_a_record_edited_into_nonsense_is_told(small, ketasched, case):
    path, value = SENSELESS[case]

    def spoil(inner, key):
        inner[key] = inner[1] if value is None else value

    dump(changed(small, path, spoil))
    before = files_in()
    commands = (["status", "alex"], ["export", "alex"], ["undo", "alex"])
    outcomes = [ketasched(*command) for command in commands]
    assert [one.err for one in outcomes if "mistake in ketasched" in one.err] == []
    assert any(one.code for one in outcomes)
    assert files_in() == before


def test_a_truncated_record_is_told_wherever_it_ends(save):
    save("iv")
    text = ALEX.read_bytes()
    for end in random.Random(1).sample(range(1, len(text) - 2), 60):
        ALEX.write_bytes(text[:end])
        with pytest.raises(FileProblems) as caught:
            codec.load(str(ALEX))
        (problem,) = caught.value.problems
        assert problem.line
        assert problem.column


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"\0\0\0", b"\xff\xfe\x00", b"[]", b"null", b"1", b'"text"', b"{}", b"{",
     b"BEGIN:VCALENDAR\r\n", b"[" * 5000, b'{"a":' * 5000, b"version: 1\n", b"\x80" * 999,
     b'{"schema": "ketasched-record/1"} trailing', b'{"asked": {"a": ' + b"[" * 30 + b"]" * 30 + b"}}"],
)  # fmt: skip
def test_what_is_no_record_is_told(save, ketasched, content):
    save("iv")
    ALEX.write_bytes(content)
    before = files_in()
    for command in (["status", "alex"], ["cancel", "alex", "2"], ["undo", "alex"]):
        outcome = ketasched(*command)
        assert outcome.code == 1
        assert "alex.course.json" in outcome.err
        assert "mistake in ketasched" not in outcome.err
        assert files_in() == before


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(
            {"indent": "\t"},
        ),
        {"separators": (",", ":")},
        {"indent": 4, "ensure_ascii": True},
    ],
)
def test_a_record_in_another_layout_is_read_alike_and_its_mistakes_too(small, shape):
    small["name"] = "Zoë 😀 / A.B."
    record = codec.load(str(ALEX))
    ALEX.write_text(json.dumps(small, **shape))
    assert codec.load(str(ALEX)).course.sessions == record.course.sessions[:]
    small["sessions"][0]["minutes"] = "forty"
    ALEX.write_text(json.dumps(small, **shape))
    with pytest.raises(FileProblems) as caught:
        codec.load(str(ALEX))
    (problem,) = caught.value.problems
    assert "forty" in problem.message
    assert problem.line


def test_nulls_beside_a_mistake_are_no_mistakes(small):
    small["clinic"] = small["clinic_file"] = None
    small["history"][1]["back"]["left_out"] = [None]
    dump(small)
    codec.load(str(ALEX))
    small["total"] = "many"
    assert "many" in problem_of(small).message


def test_a_record_after_many_changes_is_read_and_its_mistakes_are_told(small):
    small["history"] += [small["history"][1]] * 25
    dump(small)
    assert len(codec.load(str(ALEX)).history) == 27
    small["total"] = "many"
    assert "many" in problem_of(small).message


def test_a_calendar_that_is_missing_or_edited_is_told_and_nothing_overwritten(save, ketasched):
    save("iv")
    calendar = Path("alex.ics")
    written = calendar.read_bytes()
    for state, content in (("is missing", None), ("not what was written", b"edited")):
        calendar.unlink() if content is None else calendar.write_bytes(content)
        before = files_in()
        warnings = json.loads(ketasched("status", "alex", "-f", "json").out)["warnings"]
        assert len(warnings) == 1
        assert state in warnings[0]
        assert "alex.ics" in warnings[0]
        assert state in well(ketasched("status", "alex")).out.replace("\n", " ")
        assert files_in() == before
        well(ketasched("export", "alex", "--ics", "alex.ics", "--force"))
        assert calendar.read_bytes() == written
        assert json.loads(ketasched("status", "alex", "-f", "json").out)["warnings"] == []


def test_a_change_writes_a_missing_calendar_again(save, ketasched):
    save("iv")
    Path("alex.ics").unlink()
    well(ketasched("move", "alex", "2", "2027-01-08"))
    assert json.loads(ketasched("status", "alex", "-f", "json").out)["warnings"] == []


# What calendars are told

CHANGES = {
    "iv": (
        ["iv"],
        [
            ("2026-12-01T12:00", "move", "2", "2027-01-08"),
            ("2026-12-02T12:00", "move", "2", "2027-01-07 10:30"),
            ("2026-12-03T12:00", "undo"),
            ("2026-12-04T12:00", "undo"),
            ("2026-12-05T12:00", "cancel", "3", "--then", "append"),
            ("2026-12-06T12:00", "undo"),
            ("2026-12-07T12:00", "cancel", "3", "--then", "shift"),
            ("2027-01-05T12:00", "done", "1", "--at", "09:30"),
            ("2027-01-09T12:00", "miss", "2", "--then", "squeeze"),
            ("2027-01-10T12:00", "undo"),
            ("2027-01-10T13:00", "miss", "2", "--then", "replan"),
            ("2027-01-10T14:00", "extend", "--sessions", "1"),
        ],
    ),
    "kap": (
        ["kap"],
        [
            ("2026-12-01T12:00", "move", "2", "2027-01-12"),
            ("2026-12-02T12:00", "cancel", "3", "--then", "shift"),
            ("2026-12-04T12:00", "cancel", "4", "--then", "replan"),
            ("2027-01-20T12:00", "done", "1", "--at", "09:30"),
            ("2027-01-20T13:00", "done", "2", "--at", "10:00", "--on", "2027-01-12"),
        ],
    ),
    "pain": (
        ["pain"],
        [("2026-12-01T12:00", "move", "5", "2027-01-11", "--override", "window,gap"),
         ("2026-12-02T12:00", "undo")],
    ),
    "spravato": (
        ["spravato", "--until", "2027-05-01"],
        [
            ("2026-12-01T12:00", "cancel", "3", "--then", "keep"),
            ("2026-12-02T12:00", "extend", "--sessions", "1"),
            ("2026-12-03T12:00", "undo"),
            ("2026-12-04T12:00", "extend", "--sessions", "2"),
        ],
    ),
}  # fmt: skip


def both():
    """Both calendars of alex, by UID."""
    opened = open_record("alex", clock.now())
    course, kept = opened.record.course, opened.record.told
    return [
        by_uid(
            bytes(
                told_calendars.calendar_of(
                    opened.task,
                    course,
                    kept,
                    told_calendars.view_for(opened.task, "staff" if staff else "patient"),
                )
            )
        )
        for staff in (False, True)
    ]


def moment_of(event, key):
    return event[key].dt.replace(tzinfo=UTC)


def check_told(before, after, now):
    """Entries stay by UID, and say by SEQUENCE and stamps that they changed, and only then."""
    assert not before[0].keys() & before[1].keys(), "each audience has its own UIDs"
    for earlier, later in zip(before, after, strict=True):
        for uid, old in earlier.items():
            assert uid in later, f"the entry {old['SUMMARY']} has gone from the calendar"
            new = later[uid]
            differs = seen(old) != seen(new)
            rise = int(new["SEQUENCE"]) - int(old["SEQUENCE"])
            assert rise == int(differs), (str(new["SUMMARY"]), rise, differs)
            assert new["CREATED"].dt == old["CREATED"].dt
            expected = now if differs else moment_of(old, "DTSTAMP")
            assert moment_of(new, "DTSTAMP") == moment_of(new, "LAST-MODIFIED") == expected
        for uid in later.keys() - earlier.keys():
            assert int(later[uid]["SEQUENCE"]) == 0
            assert moment_of(later[uid], "CREATED") == now


def told_through(save, ketasched, monkeypatch, arguments, commands):
    save(*arguments)
    before = both()
    for moment, command, *rest in commands:
        be_at(monkeypatch, moment)
        well(ketasched(command, "alex", *rest))
        after = both()
        check_told(before, after, datetime.fromisoformat(moment).replace(tzinfo=UTC))
        assert by_uid(Path("alex.ics").read_bytes()).keys() == after[0].keys()
        assert json.loads(ketasched("status", "alex", "-f", "json").out)["warnings"] is not None
        text = ALEX.read_text()
        assert codec.text_of(codec.load(str(ALEX))) == text
        before = after


@pytest.mark.parametrize(
    "case",
    ["pain", *(pytest.param(one, marks=pytest.mark.slow) for one in ("iv", "kap", "spravato"))],
)
def test_calendars_are_told_what_changed(save, ketasched, monkeypatch, case):
    arguments, commands = CHANGES[case]
    told_through(save, ketasched, monkeypatch, arguments, commands)


def test_a_session_that_took_place_as_planned_changes_no_calendar(save, ketasched, monkeypatch):
    told_through(
        save, ketasched, monkeypatch, ["iv"], [("2027-01-05T12:00", "done", "1", "--at", "09:30")]
    )


def test_what_was_added_and_is_undone_stays_as_cancelled(save, ketasched, monkeypatch):
    commands = [("2026-12-01T12:00", "extend", "--sessions", "2"), ("2026-12-02T12:00", "undo")]
    told_through(save, ketasched, monkeypatch, ["kap"], commands)


@pytest.mark.slow
def test_an_undone_change_can_be_made_again(save, ketasched, monkeypatch):
    """A number or UID is never given twice."""
    commands = [
        ("2026-12-01T12:00", "extend", "--sessions", "1"),
        ("2026-12-02T12:00", "undo"),
        ("2026-12-03T12:00", "extend", "--sessions", "1"),
    ]
    told_through(save, ketasched, monkeypatch, ["pain-ten-day", "--until", "2027-12-01"], commands)
    numbers = [one["number"] for one in record_of()["sessions"]]
    assert len(set(numbers)) == len(numbers)


def test_undo_gives_the_earlier_plan_back_and_rises(save, ketasched, monkeypatch):
    save("iv")
    first = record_of()["sessions"]
    uid = next(u for u, e in both()[0].items() if str(e["SUMMARY"]) == "Appointment 2 of 6")
    sequences = []
    for moment, *command in (
        ("2026-12-01T12:00", "move", "alex", "2", "2027-01-08"),
        ("2026-12-02T12:00", "undo", "alex"),
        ("2026-12-03T12:00", "move", "alex", "2", "2027-01-08"),
        ("2026-12-04T12:00", "undo", "alex"),
    ):
        be_at(monkeypatch, moment)
        well(ketasched(*command))
        sequences.append(int(both()[0][uid]["SEQUENCE"]))
    assert sequences == [1, 2, 3, 4]
    assert record_of()["sessions"] == first
    outcome = ketasched("undo", "alex")
    assert outcome.code == 2
    assert "nothing to undo" in outcome.err


def test_a_clock_that_goes_back_does_not_take_stamps_back(save, ketasched, monkeypatch):
    be_at(monkeypatch, "2026-12-01T12:00")
    save("iv")
    be_at(monkeypatch, "2026-11-25T12:00")
    well(ketasched("move", "alex", "2", "2027-01-08"))
    for event in both()[0].values():
        assert moment_of(event, "LAST-MODIFIED") >= moment_of(event, "CREATED")
        assert moment_of(event, "LAST-MODIFIED") >= datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("command", "moment"), [(["cancel", "alex", "2"], "2026-12-01T12:00"), (["miss", "alex", "2"], "2027-01-08T12:00")]
)  # fmt: skip
def test_a_cancelled_entry_has_the_exact_form(save, ketasched, monkeypatch, command, moment):
    save("iv")
    old = both()
    be_at(monkeypatch, moment)
    well(ketasched(*command))
    new = both()
    for before, after in zip(old, new, strict=True):
        (uid,) = [u for u, e in after.items() if e["STATUS"] == "CANCELLED"]
        event = after[uid]
        assert event["SUMMARY"] == f"CANCELLED: {before[uid]['SUMMARY']}"
        assert event["TRANSP"] == "TRANSPARENT"
        assert int(event["SEQUENCE"]) == int(before[uid]["SEQUENCE"]) + 1
        assert event.walk("VALARM") == []
        assert before[uid].walk("VALARM") != []
        for key in ("DTSTART", "DTEND"):
            assert event[key].dt == before[uid][key].dt
            assert event[key].params == before[uid][key].params
        assert event.keys() == before[uid].keys()
        others = after.keys() - {uid}
        assert all(not str(after[one]["SUMMARY"]).startswith("CANCELLED") for one in others)
        assert all(after[one]["TRANSP"] == "OPAQUE" for one in others)
    data_now = Path("alex.ics").read_bytes()
    names = [line for line in lines_of(data_now) if line.startswith("STATUS:CANCELLED")]
    assert len(names) == 1


def test_a_make_up_is_a_new_session(save, ketasched, monkeypatch):
    save("iv")
    old = both()[0]
    be_at(monkeypatch, "2027-01-08T12:00")
    well(ketasched("miss", "alex", "2", "--then", "squeeze"))
    new = both()[0]
    (added,) = new.keys() - old.keys()
    assert int(new[added]["SEQUENCE"]) == 0
    gone = [u for u, e in new.items() if e["STATUS"] == "CANCELLED"]
    assert len(gone) == 1
    assert gone[0] in old


def test_a_make_up_before_a_review_is_as_certain_as_what_it_makes_up_for(
    save, ketasched, monkeypatch
):
    save("iv")
    be_at(monkeypatch, "2027-01-05T12:00")
    well(ketasched("cancel", "alex", "2", "--then", "squeeze"))
    record = codec.load(str(ALEX))
    assert [one.status for one in record.course.sessions if one.number == 7] == ["planned"]


def test_export_without_cancelled_entries(save, ketasched):
    save("kap")
    well(ketasched("cancel", "alex", "2", "--then", "append"))
    before = record_of()["sessions"]
    everything = both()[0]
    found = by_uid(well(ketasched("export", "alex", "--drop-cancelled")).out.encode())
    live = {uid for uid, event in everything.items() if event["STATUS"] != "CANCELLED"}
    assert found.keys() == live < everything.keys()
    assert all(found[uid].to_ical() == everything[uid].to_ical() for uid in live)
    assert record_of()["sessions"] == before


def test_export_without_cancelled_entries_keeps_what_went_with_a_missed_session(
    save, ketasched, monkeypatch
):
    """Its preparation took place, though the session did not."""
    save("small", "--protocols", "small.yaml")
    be_at(monkeypatch, "2027-01-09T12:00")
    well(ketasched("miss", "alex", "2"))
    everything = both()[0]
    found = by_uid(well(ketasched("export", "alex", "--drop-cancelled")).out.encode())
    assert found.keys() == {u for u, e in everything.items() if e["STATUS"] != "CANCELLED"}


def test_a_course_that_was_called_off_can_be_exported(save, ketasched):
    save("pain", "--without", "consultation")
    for number in range(1, 6):
        well(ketasched("cancel", "alex", str(number)))
    well(ketasched("status", "alex"))
    assert all(event["STATUS"] == "CANCELLED" for event in both()[0].values())
    well(ketasched("export", "alex", "--drop-cancelled"))


# Nothing lost


def test_the_record_before_is_kept(save, ketasched):
    save("iv")
    backup = Path("alex.course.json.bak")
    assert not backup.exists()
    for command in (
        ["move", "2", "2027-01-08"],
        ["move", "2", "2027-01-07"],
        ["cancel", "3"],
        ["undo"],
    ):
        before = ALEX.read_bytes()
        well(ketasched(command[0], "alex", *command[1:]))
        assert backup.read_bytes() == before
        assert ALEX.read_bytes() != before
    assert set(files_in()) == {
        "alex.course.json", "alex.course.json.bak", "alex.ics",
        "willow.yaml", "busy.ics", "trial.yaml", "small.yaml",
    }  # fmt: skip
    backup.rename(ALEX)
    well(ketasched("status", "alex"))


DRY = {
    "move": ["move", "alex", "2", "2027-01-08"],
    "shift": ["move", "alex", "2", "2027-01-08", "--rest", "shift"],
    "miss": ["miss", "alex", "1", "--then", "append"],
    "cancel": ["cancel", "alex", "2", "--then", "keep"],
    "done": ["done", "alex", "1"],
    "extend": ["extend", "alex", "--sessions", "1"],
    "review": ["review", "alex", "response review", "--stop"],
    "undo": ["undo", "alex"],
}


@pytest.mark.parametrize("case", DRY)
@pytest.mark.parametrize("form", ["table", pytest.param("json", marks=pytest.mark.slow)])
def test_a_dry_run_writes_nothing(save, ketasched, monkeypatch, case, form):
    save("iv")
    well(ketasched("move", "alex", "6", "2027-01-22"))
    be_at(monkeypatch, "2027-01-05T12:00")
    stat = {path: path.stat().st_mtime_ns for path in Path().iterdir()}
    before = files_in()
    dry = well(ketasched(*DRY[case], "--dry-run", "--format", form))
    assert files_in() == before
    assert {path: path.stat().st_mtime_ns for path in Path().iterdir()} == stat
    assert "nothing was written" in dry.err
    done = well(ketasched(*DRY[case], "--format", form))
    assert done.out == dry.out
    assert ALEX.read_bytes() != before["alex.course.json"]


def test_a_refused_change_writes_nothing(save, ketasched):
    save("iv")
    before = files_in()
    for command in (
        ["move", "alex", "2", "2027-03-08"],
        ["move", "alex", "99", "2027-01-08"],
        ["move", "alex", "2", "2027-01-09"],
        ["miss", "alex", "2"],
        ["done", "alex", "2"],
        ["undo", "alex"],
        ["review", "alex", "no such", "--stop"],
        ["extend", "alex"],
        ["move", "alex", "2", "2027-01-08", "--override", "nonsense"],
    ):
        outcome = ketasched(*command)
        assert outcome.code in (2, 3), command
        assert "mistake in ketasched" not in outcome.err
        assert files_in() == before


def test_the_second_of_two_people_is_told_what_changed(save, ketasched, monkeypatch):
    save("iv")
    happened = change.happened
    other = ["move", "alex", "6", "2027-01-22", "--reason", "theirs"]

    def meanwhile(*arguments, **options):
        monkeypatch.setattr(change, "happened", happened)
        well_code = app.run(other)
        assert well_code == 0
        return happened(*arguments, **options)

    monkeypatch.setattr(change, "happened", meanwhile)
    mine = ["move", "alex", "2", "2027-01-08"]
    outcome = ketasched(*mine)
    assert outcome.code == 1
    assert "changed by somebody else" in outcome.err
    assert "moved session 6 to Fri 22 Jan 2027" in outcome.err
    history = [one["what"] for one in record_of()["history"]]
    assert len(history) == 2
    assert json.loads(ketasched("status", "alex", "-f", "json").out)["warnings"] == []
    well(ketasched(*mine))
    assert [one["what"][:14] for one in record_of()["history"]] == [
        "planned",
        "moved session ",
        "moved session ",
    ]
    starts = {one["number"]: one["start"] for one in record_of()["sessions"]}
    assert starts[6] == "2027-01-22 09:00"
    assert starts[2] == "2027-01-08 09:00"


def test_a_record_taken_away_meanwhile_is_told(save, ketasched, monkeypatch):
    save("iv")
    happened = change.happened

    def meanwhile(*arguments, **options):
        ALEX.unlink()
        return happened(*arguments, **options)

    monkeypatch.setattr(change, "happened", meanwhile)
    outcome = ketasched("move", "alex", "2", "2027-01-08")
    assert outcome.code == 1
    assert "mistake in ketasched" not in outcome.err
    assert not ALEX.exists()


def test_a_lock_held_by_another_program_is_told(save, ketasched, monkeypatch):
    save("iv")
    monkeypatch.setattr(write, "PATIENCE", 0.2)
    before = files_in()
    with LOCK.open("r+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        begun = time.monotonic()
        outcome = ketasched("move", "alex", "2", "2027-01-08")
        assert time.monotonic() - begun < 3
        assert outcome.code == 1
        assert "being written by another program" in outcome.err
        well(ketasched("status", "alex"))
        well(ketasched("move", "alex", "2", "2027-01-08", "--dry-run"))
    assert files_in() == before
    well(ketasched("move", "alex", "2", "2027-01-08"))


def test_a_lock_left_behind_does_not_matter(save, ketasched):
    save("iv")
    LOCK.write_text("left behind")
    well(ketasched("move", "alex", "2", "2027-01-08"))


def test_several_at_once_lose_nothing(save):
    save("iv")
    commands = [["move", "alex", str(n), f"{day} 10:00"] for n, day in
                ((1, "2027-01-04"), (2, "2027-01-07"), (3, "2027-01-11"), (6, "2027-01-21"))]  # fmt: skip
    pids = [in_child(command)[0] for command in commands]
    codes = [ended(pid) for pid in pids]
    assert set(codes) <= {0, 1}
    history = [one["what"] for one in record_of()["history"]]
    assert len(history) == 1 + codes.count(0)
    starts = {one["number"]: one["start"] for one in record_of()["sessions"]}
    for command, code in zip(commands, codes, strict=True):
        if code == 0:
            assert starts[int(command[2])] == command[3]
    calendar = Path("alex.ics").read_bytes()
    found = {e["DTSTART"].dt.strftime("%Y-%m-%d %H:%M") for e in events_of(calendar)}
    assert set(starts.values()) <= found


def fail_at(monkeypatch, name, which, code):
    """Let a call of the system fail; the others go through."""
    real = getattr(os, name)
    calls = []

    def call(*arguments, **options):
        calls.append(arguments)
        if len(calls) == which:
            raise OSError(code, os.strerror(code))
        return real(*arguments, **options)

    monkeypatch.setattr(os, name, call)
    return calls


@pytest.mark.parametrize(
    ("name", "which"),
    [
        ("fsync", 1),
        ("fsync", 2),
        ("fsync", 3),
        ("fsync", 4),
        ("replace", 1),
        ("replace", 2),
        ("replace", 3),
        ("link", 1),
    ],
)
def test_a_full_disk_loses_nothing(save, ketasched, monkeypatch, name, which):
    """Whatever fails: the record is whole, and what is said of it is true."""
    save("iv")
    before = files_in()
    with monkeypatch.context() as patch:
        fail_at(patch, name, which, errno.ENOSPC)
        outcome = ketasched("move", "alex", "2", "2027-01-08")
    after = files_in()
    assert "mistake in ketasched" not in outcome.err
    assert not [path for path in after if path.endswith(".tmp")]
    codec.load(str(ALEX))
    if outcome.code:
        said = "nothing was changed" in outcome.err
        assert (after["alex.course.json"] == before["alex.course.json"]) == said, outcome.err
        assert after["alex.ics"] == before["alex.ics"]
    well(ketasched("status", "alex"))
    well(ketasched("move", "alex", "3", "2027-01-12"))
    assert json.loads(ketasched("status", "alex", "-f", "json").out)["warnings"] == []


def test_bytes_are_on_the_disk_before_they_have_their_name_and_that_before_the_end(
    save, ketasched, monkeypatch
):
    save("iv")
    calls, replace = [], os.replace

    def name(old, new):
        calls.append(("named", Path(old).stat().st_ino))
        replace(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: calls.append(("synced", os.fstat(handle).st_ino)))
        patch.setattr(os, "replace", name)
        well(ketasched("move", "alex", "2", "2027-01-08"))
    for path in ("alex.course.json", "alex.ics"):
        named = calls.index(("named", Path(path).stat().st_ino))
        assert ("synced", Path(path).stat().st_ino) in calls[:named]
        assert ("synced", Path().stat().st_ino) in calls[named:]


def test_a_file_size_limit_loses_nothing(save, ketasched):
    import resource

    save("iv")
    before = files_in()

    def prepare():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    pid, said = in_child(["move", "alex", "2", "2027-01-08"], prepare)
    assert ended(pid) == 1
    assert "cannot write" in said.read_text()
    said.unlink()
    assert files_in() == before
    well(ketasched("status", "alex"))


def test_a_folder_that_takes_no_files_loses_nothing(ketasched, tmp_path, monkeypatch):
    # The superuser may write anywhere, so somebody else tries; what is installed must be open to them.
    installed = [Path(one.__file__) for one in (os, codec, tzdata)]
    closed = any(not one.stat().st_mode & 0o001 for path in installed for one in path.parents)
    if os.geteuid() == 0 and closed:
        pytest.skip("what is installed is closed to other users")
    folder = tmp_path / "closed"
    folder.mkdir()
    monkeypatch.chdir(folder)
    well(ketasched("plan", "iv", "--start", "2027-01-04", "--save", "alex"))
    LOCK.unlink()
    before = files_in()
    folder.chmod(0o555)

    def prepare():
        if os.geteuid() == 0:
            os.setuid(65534)

    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    try:
        pid, said = in_child(["move", "closed/alex", "2", "2027-01-08"], prepare)
        code = ended(pid)
    finally:
        folder.chmod(0o755)
    monkeypatch.chdir(folder)
    assert files_in() == before
    assert code == 1
    assert "mistake in ketasched" not in said.read_text()
    assert "alex.course.json" in said.read_text()


def test_a_calendar_folder_that_is_gone_is_told_truly(save, ketasched):
    Path("out").mkdir()
    save("iv", ics="out/alex.ics")
    Path("out/alex.ics").unlink()
    Path("out").rmdir()
    before = ALEX.read_bytes()
    outcome = ketasched("move", "alex", "2", "2027-01-08")
    assert outcome.code == 1
    assert "out/alex.ics" in outcome.err
    assert (ALEX.read_bytes() == before) == ("nothing was changed" in outcome.err)


def kill_at(which, counter=("fsync", "replace", "link", "unlink", "open")):
    """Kill this process at the n-th call of the system that writing a file makes."""
    calls = [0]

    def wrap(real):
        def call(*arguments, **options):
            calls[0] += 1
            if calls[0] == which:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)

        return call

    for name in counter:
        setattr(os, name, wrap(getattr(os, name)))


def check_after_kill(ketasched, old, number, moment):
    """The record is the old or the new one, and the next command works."""
    now = ALEX.read_bytes()
    record = codec.load(str(ALEX))
    if now != old:
        start = record.course.session(number).start
        assert start.strftime("%Y-%m-%d %H:%M") == moment
        assert record.history[-1].what.startswith(f"moved session {number} to")
    backup = Path("alex.course.json.bak")
    if backup.exists():
        codec.load(str(backup))
        assert now == old or backup.read_bytes() == old
    events_of(Path("alex.ics").read_bytes())
    well(ketasched("status", "alex"))


def test_a_kill_at_any_call_leaves_the_old_or_the_new_record(save, ketasched):
    save("iv")
    found = set()
    for which in range(1, 30):
        old = ALEX.read_bytes()
        hour = f"{9 + which % 5:02}:00"
        command = ["move", "alex", "2", f"2027-01-07 {hour}"]
        pid, _ = in_child(command, lambda which=which: kill_at(which))
        code = ended(pid)
        found.add((code, ALEX.read_bytes() == old))
        check_after_kill(ketasched, old, 2, f"2027-01-07 {hour}")
        if code == 0:
            break
    else:
        pytest.fail("never came to the end")
    assert (-signal.SIGKILL, True) in found
    assert (-signal.SIGKILL, False) in found
    well(ketasched("move", "alex", "3", "2027-01-12"))
    assert json.loads(ketasched("status", "alex", "-f", "json").out)["warnings"] == []


def test_kills_leave_nothing_that_stays(save, ketasched):
    """A killed write leaves a temporary file at most until the next write."""
    save("iv")
    before = set(files_in())
    for which in range(1, 15):
        pid, said = in_child(["move", "alex", "2", f"2027-01-07 1{which % 5}:00"],
                             lambda which=which: kill_at(which))  # fmt: skip
        ended(pid)
        said.unlink()
    well(ketasched("move", "alex", "3", "2027-01-12"))
    assert set(files_in()) - before <= {"alex.course.json.bak"}


@pytest.mark.slow
def test_a_kill_at_random_moments_leaves_the_old_or_the_new_record(save, ketasched):
    seed = int(os.environ.get("KILL_SEED", random.SystemRandom().randrange(10**9)))
    print(f"KILL_SEED={seed}")  # noqa: T201
    chance = random.Random(seed)
    save("iv")
    begun = time.monotonic()
    pid, _ = in_child(["move", "alex", "2", "2027-01-08"])
    assert ended(pid) == 0
    usual = time.monotonic() - begun
    seen_codes = []
    for turn in range(120 * MORE):
        if turn % 40 == 0:  # histories grow, and so would the time a turn takes
            ALEX.unlink()
            Path("alex.ics").unlink()
            save("iv")
        old = ALEX.read_bytes()
        moment = f"2027-01-07 {9 + turn % 5:02}:{turn % 4 * 15:02}"
        pid, _ = in_child(["move", "alex", "2", moment])
        time.sleep(chance.uniform(0, 1.2 * usual))
        os.kill(pid, signal.SIGKILL)
        code = ended(pid)
        seen_codes.append((code, ALEX.read_bytes() == old))
        try:
            check_after_kill(ketasched, old, 2, moment)
        except (AssertionError, KetaschedError) as error:
            error.add_note(f"KILL_SEED={seed}, turn {turn}")
            raise
    assert (-signal.SIGKILL, True) in seen_codes
    assert (0, False) in seen_codes or (-signal.SIGKILL, False) in seen_codes
    well(ketasched("move", "alex", "3", "2027-01-12"))
    assert json.loads(ketasched("status", "alex", "-f", "json").out)["warnings"] == []


@pytest.mark.slow
def test_a_real_process_keeps_the_record_before(save):
    save("iv")
    old = ALEX.read_bytes()
    outcome = run_process("move", "alex", "2", "2027-01-08")
    assert outcome.returncode == 0
    assert Path("alex.course.json.bak").read_bytes() == old
