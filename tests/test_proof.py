"""``check FOLDER``: each kind of fault is planted in a sound folder, and found where it was planted.

The sound folder was planned by the program; the faults are written into its files by hand.
"""

import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from helpers import MORE, be_at, once, record_of

from ketasched.proving import vevents

NOW = "2026-12-28"
CLINIC = """\
version: 1
name: Lakeside
timezone: America/Chicago
hours: {mon-fri: 08:00-17:00}
not_starting: ["12:00-13:00"]
holidays: {country: US}
closures: [{date: 2027-01-12, reason: training}]
chairs: 1
"""
PROTOCOL = """\
version: 1
protocols:
  - id: mine
    title: Mine
    label: Mine
    version: 1
    steps: [{name: session, length: 60 min}]
    phases:
      - name: first
        cadence: 2 per week
        sessions: 6
        window: {early: 1 day, late: 2 days}
        gap: {min: 2 days, max: 5 days}
    duties: [{name: form, within: 3 days}]
    visits:
      - {kind: preparation, length: 30 min, before: first session, distance: {from: 1 day, to: 4 days, ideally: 3 days}}
      - {kind: integration, length: 50 min, after: session 1, distance: {from: 24 h, to: 72 h, ideally: 48 h}, by: video}
      - {kind: check-in, length: 30 min, after: last session, distance: {from: 21 days, to: 35 days, ideally: 28 days}}
"""
BUSY = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:dentist
DTSTAMP:20261201T000000Z
DTSTART:20270107T190000Z
DTEND:20270107T200000Z
END:VEVENT
END:VCALENDAR
"""
PLAN = ("plan", "mine", "--protocols", "mine.yaml", "--clinic", "clinic.yaml", "--start")


@pytest.fixture
@once
def house(at):
    """Alex and Bo, two hours apart on one chair; Alex has a patient's calendar, Bo the staff's."""
    for name, text in (("clinic.yaml", CLINIC), ("mine.yaml", PROTOCOL), ("busy.ics", BUSY)):
        Path(name).write_bytes(text.replace("\n", "\r\n" if name == "busy.ics" else "\n").encode())
    at(NOW, *PLAN, "2027-01-04", "--save", "alex", "--ics", "alex.ics", "--can", "mon-fri 8-16",
       "--away", "2027-01-08", "--away", "every wed 08:00-12:00", "--busy", "busy.ics",
       "--travel", "30m")  # fmt: skip
    at(
        NOW,
        *PLAN,
        "2027-01-04",
        "--at",
        "13:30",
        "--save",
        "bo",
        "--ics",
        "bo.ics",
        "--for",
        "staff",
    )
    at(NOW, "feed", ".", "--to", "feeds")


def proved(at, code=1, moment=NOW):
    return json.loads(at(moment, "check", ".", "--format", "json", code=code).out)


def found(at, moment=NOW, but=("calendar", "feed")):
    """What is found, by record, session and rule; a record that was edited has its calendars behind."""
    report = proved(at, 1, moment)
    return {
        (fault["record"], fault["session"], fault["rule"])
        for fault in report["faults"]
        if fault["rule"] not in but
    }


def edit(name, change):
    record = record_of(name)
    change(record)
    Path(f"{name}.course.json").write_text(json.dumps(record), "utf-8")


def sessions(changes):
    """A record whose sessions, by number, say something else."""

    def change(record):
        for session in record["sessions"]:
            session.update(changes.get(session["number"], {}))

    return change


def session(number, **values):
    return sessions({number: values})


def visit(kind, start):
    def change(record):
        (own,) = [one for one in record["visits"] if one["kind"] == kind]
        own["start"] = start

    return change


@pytest.mark.usefixtures("house")
def test_a_sound_folder_is_told_in_one_line(at):
    outcome = at(NOW, "check", ".")
    assert (outcome.out, outcome.err) == (".: 2 records, 18 entries, no faults\n", "")
    report = proved(at, 0)
    assert report == {
        "schema": "ketasched/1", "records": 2, "entries": 18, "overridden": 0, "faults": [],
        "notes": [], "unread": [],
    }  # fmt: skip


def begins_later(record):
    record["start"] = record["asked"]["start"] = "2027-01-07"
    session(2, start="2027-01-06 14:00")(record)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("change", "faults"),
    [
        (session(6, start="2027-01-22 09:00", window_end="2027-01-21"), {(6, "window")}),
        (session(6, window_end="2027-01-30"), {(6, "window")}),
        (session(6, window_start="2027-01-19"), {(6, "window")}),
        (begins_later, {(2, "window")}),
        (session(6, start="2027-01-20 14:00"), {(6, "gap")}),
        (session(4, start="2027-01-13 14:00"), {(5, "gap")}),
        (sessions({5: {"start": "2027-01-21 14:30"}, 6: {"start": "2027-01-21 10:15"}}),
         {(5, "window"), (5, "gap"), (6, "order")}),
        (sessions({2: {"start": "2027-01-11 09:00"}, 3: {"start": "2027-01-07 09:00"}}),
         {(2, "window"), (3, "window"), (3, "order"), (2, "gap"), (4, "gap")}),
        (session(5, start="2027-01-18 09:00"), {(5, "holiday")}),
        (session(3, start="2027-01-12 09:00"), {(3, "closed")}),
        (session(4, start="2027-01-16 09:00"), {(4, "closed"), (4, "can")}),
        (session(2, start="2027-01-07 07:45"), {(2, "hours"), (2, "can")}),
        (session(2, start="2027-01-07 16:30"), {(2, "hours"), (2, "can")}),
        (session(2, start="2027-01-07 15:01"), {(2, "can")}),
        (session(3, start="2027-01-11 12:15"), {(3, "not-starting")}),
        (session(2, start="2027-01-08 09:00"), {(2, "away")}),
        (session(2, start="2027-01-06 11:00"), {(2, "away")}),
        (session(2, start="2027-01-07 14:29"), {(2, "busy")}),
        (session(2, start="2027-01-07 11:31"), {(2, "busy")}),
        (visit("integration", "2027-01-07 09:30"), {("i1", "taken")}),
        (visit("integration", "2027-01-05 20:30"), {("i1", "hours")}),
        (visit("integration", "2027-01-07 11:00"), {("i1", "window")}),
        (visit("integration", "2027-01-05 09:45"), {("i1", "window")}),
        (visit("preparation", "2027-01-04 09:15"),
         {("p1", "window"), ("p1", "order"), ("p1", "taken")}),
        (visit("check-in", "2027-02-13 09:00"), {("c6", "closed"), ("c6", "can")}),
    ],
)  # fmt: skip
def test_a_fault_of_a_course_is_found(at, change, faults):
    edit("alex", change)
    expected = {("alex", handle, rule) for handle, rule in faults}
    assert found(at, but=("calendar", "feed", "full")) == expected


@pytest.mark.usefixtures("house")
def test_a_time_that_does_not_exist_is_found(at):
    edit("alex", session(6, start="2027-03-14 02:30"))
    assert ("alex", 6, "clock") in found(at)


@pytest.mark.usefixtures("house")
def test_a_rule_that_was_broken_on_purpose_is_counted(at):
    edit("alex", session(6, start="2027-01-20 14:00", broken=["gap"], by_hand=True))
    assert found(at) == set()
    assert proved(at)["overridden"] == 1
    at(NOW, "export", "alex", "--ics", "alex.ics", "--force")
    at(NOW, "feed", ".", "--to", "feeds")
    assert at(NOW, "check", ".").out == (
        ".: 2 records, 18 entries, no faults; 1 stands against a rule on purpose\n"
    )


@pytest.mark.usefixtures("house")
def test_what_took_place_is_a_fact(at):
    edit("alex", session(2, start="2027-01-08 16:30", status="attended"))
    assert found(at) == set()


@pytest.mark.usefixtures("house")
def test_the_chairs_of_the_house(at):
    edit("bo", session(2, start="2027-01-07 10:00"))
    assert found(at) == set()  # who goes makes room for who comes
    edit("bo", session(2, start="2027-01-07 09:59"))
    assert found(at) == {("bo", 2, "full")}
    (fault,) = [one for one in proved(at)["faults"] if one["rule"] == "full"]
    assert fault["text"] == "2 of 1 chair taken at Thu 7 Jan 2027 09:59: alex 2, bo 2"
    edit("bo", session(2, status="attended"))
    assert found(at) == {("alex", 2, "full")}
    edit("alex", session(2, status="attended"))
    assert found(at) == set()
    edit("alex", session(2, status="planned", broken=["full"]))
    assert found(at) == set()
    edit("alex", session(2, status="planned", broken=[]))
    edit("alex", lambda record: record["clinic"].update(chairs="2"))
    assert found(at) == set()


@pytest.mark.usefixtures("house")
def test_each_who_comes_too_many_is_said_with_those_who_are_there_then(at):
    """Thu 7 January, one chair: Bo comes a minute before Alex goes, and Alex comes again a minute
    before Bo goes.
    """
    edit("alex", sessions({1: {"start": "2027-01-07 10:58"}}))
    edit("bo", session(2, start="2027-01-07 09:59"))
    full = [fault for fault in proved(at)["faults"] if fault["rule"] == "full"]
    assert [(fault["record"], fault["session"], fault["text"]) for fault in full] == [
        ("alex", 1, "2 of 1 chair taken at Thu 7 Jan 2027 10:58: alex 1, bo 2"),
        ("bo", 2, "2 of 1 chair taken at Thu 7 Jan 2027 09:59: alex 2, bo 2"),
    ]
    edit("alex", sessions({1: {"start": "2027-01-07 09:30"}}))
    full = [fault for fault in proved(at)["faults"] if fault["rule"] == "full"]
    assert [(fault["record"], fault["session"], fault["text"]) for fault in full] == [
        ("alex", 1, "2 of 1 chair taken at Thu 7 Jan 2027 09:30: alex 1, alex 2"),
        ("bo", 2, "3 of 1 chair taken at Thu 7 Jan 2027 09:59: alex 1, alex 2, bo 2"),
    ]


@pytest.mark.parametrize(
    ("nurse", "takes", "faults"),
    [
        ({"mon-fri 08:00-17:00": "1"}, {"mine": {"nurse": "1"}}, {("bo", 2, "full")}),
        ({"mon-fri 08:00-17:00": "2"}, {"mine": {"nurse": "1"}}, set()),
        ({"mon-fri 08:00-17:00": "2"}, {"mine": {"nurse": "2"}}, {("bo", 2, "full")}),
        ({"mon-fri 08:00-09:45": "2", "mon-fri 09:45-17:00": "1"}, {"mine": {"nurse": "1"}}, {("bo", 2, "full")}),
        ({"mon-fri 08:00-10:00": "2", "mon-fri 10:00-17:00": "1"}, {"mine": {"nurse": "1"}}, set()),
        ({"mon-fri 08:00-17:00": "1"}, {"mine": {}}, set()),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("house")
def test_the_nurses_of_the_house(at, nurse, takes, faults):
    """Thu 7 January: Alex from 09:00 to 10:00 as planned, Bo put half an hour later."""
    for name in ("alex", "bo"):
        edit(name, lambda record: (
            record["clinic"].pop("chairs"),
            record["clinic"].update(resources={"nurse": nurse}, takes=takes),
        ))  # fmt: skip
    edit("bo", session(2, start="2027-01-07 09:30"))
    assert found(at) == faults


@pytest.mark.usefixtures("house")
def test_a_day_that_was_closed_for_the_folder(at):
    day = {"day": "2027-01-14", "reason": "snow"}
    data = {"schema": "ketasched-closed-days/1", "days": [day]}
    Path("closed-days.json").write_text(json.dumps(data))
    assert found(at) == {("alex", 4, "closed"), ("bo", 4, "closed")}
    day["reopened"] = "later"
    Path("closed-days.json").write_text(json.dumps(data))
    proved(at, 0)


@pytest.mark.usefixtures("house")
def test_what_was_put_too_near_is_found_in_the_history(at):
    at("2027-01-13 12:00", "cancel", "alex", "5", "--then", "squeeze")
    at("2027-01-13 12:00", "feed", ".", "--to", "feeds")
    proved(at, 0, "2027-01-13 12:00")
    added = record_of()["sessions"]
    (new,) = [one for one in added if one["number"] == 7]
    assert new["start"] > "2027-01-14"
    edit("alex", lambda record: record["clinic"].update(notice="21 days"))
    assert found(at, "2027-01-13 12:00") == {("alex", 7, "notice")}
    edit("alex", lambda record: record["clinic"].update(notice="20 working days"))
    assert found(at, "2027-01-13 12:00") == {("alex", 7, "notice")}
    edit("alex", lambda record: record["clinic"].update(notice="1 working day"))
    proved(at, 0, "2027-01-13 12:00")
    # Whatever day of the folder closed since then, the notice was long enough.
    edit("alex", lambda record: record["clinic"].update(notice="7 working days"))
    proved(at, 0, "2027-01-13 12:00")
    Path("closed-days.json").write_text(
        '{"schema": "ketasched-closed-days/1", "days": [{"day": "2027-01-15", "reason": ""}]}'
    )
    proved(at, 0, "2027-01-13 12:00")


def test_without_a_notice_nothing_is_put_too_near(at):
    """At 06:00 the day of 09:00 is open again: where there is no notice, nor is there for what to do
    beforehand.
    """
    Path("clinic.yaml").write_text(CLINIC + "notice: none\n")
    at("2026-12-01", "plan", "iv", "--start", "2027-01-04", "--save", "alex", "--name", "alex")
    at("2027-01-06", "close-day", "2027-01-07", ".")
    at("2027-01-07 12:00", "close-day", "2027-01-07", ".", "--reopen")
    assert record_of()["sessions"][1]["start"] == "2027-01-07 09:00"
    at("2027-01-07 12:00", "check", ".")


@pytest.mark.usefixtures("house")
def test_a_session_that_has_begun_is_judged_by_what_held_then(at):
    evening = "2027-01-07 23:00"
    at(evening, "adjust", "alex", "--away", "2027-01-07")
    at(evening, "feed", ".", "--to", "feeds")
    proved(at, 0, evening)
    edit("alex", lambda record: record["history"].pop())
    assert found(at, evening) == {("alex", 2, "away")}


@pytest.mark.usefixtures("house")
def test_a_record_is_judged_by_the_clinic_that_it_keeps(at):
    Path("clinic.yaml").write_text(CLINIC.replace("mon-fri", "sat").replace("1\n", "9\n"))
    proved(at, 0)
    edit("alex", lambda record: record["clinic"].update(hours={"mon": "08:00-17:00"}))
    assert {rule for _, _, rule in found(at)} == {"closed"}


# What calendars say


def change_file(path, old, new):
    data = Path(path).read_bytes()
    assert old in data
    Path(path).write_bytes(data.replace(old, new, 1))


def entry_of(path, number):
    """The bytes of an entry of a calendar, in its order."""
    data = Path(path).read_bytes()
    entry = data.split(b"BEGIN:VEVENT\r\n")[number].partition(b"END:VEVENT\r\n")[0]
    return b"BEGIN:VEVENT\r\n" + entry + b"END:VEVENT\r\n"


ALEX_2 = b"DTSTART;TZID=America/Chicago:20270107T090000"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("old", "new", "rule", "session"),
    [
        (ALEX_2, ALEX_2.replace(b"T09", b"T10"), "calendar", 2),
        (ALEX_2, ALEX_2.replace(b"America/Chicago", b"America/New_York"), "calendar", 2),
        (ALEX_2, b"DTSTART:20270107T090000Z", "calendar", 2),
        (ALEX_2, b"DTSTART;VALUE=DATE:20270107", "calendar", 2),
        (ALEX_2, b"X-NO:1", "calendar", 2),
        (ALEX_2.replace(b"START", b"END").replace(b"T09", b"T10"), b"X-NO:1", "calendar", 2),
    ],
)
def test_a_calendar_that_says_another_time_is_found(at, old, new, rule, session):
    change_file("alex.ics", old, new)
    assert found(at, but=()) == {("alex", session, rule)}


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"STATUS:CONFIRMED", b"STATUS:CANCELLED", "calendar"),
        (b"STATUS:CONFIRMED", b"STATUS:TENTATIVE", "calendar"),
        (b"SEQUENCE:0", b"SEQUENCE:2", "sequence"),
        (b"SEQUENCE:0", b"X-SEQUENCE:0", "calendar"),
    ],
)
def test_a_calendar_that_says_another_state_is_found(at, old, new, rule):
    entry = entry_of("alex.ics", 2)
    change_file("alex.ics", entry, entry.replace(old, new))
    assert found(at, but=()) == {("alex", 1, rule)}


@pytest.mark.usefixtures("house")
def test_entries_that_are_missing_or_too_many_are_found(at):
    entry, whole = entry_of("alex.ics", 2), Path("alex.ics").read_bytes()
    change_file("alex.ics", entry, b"")
    assert found(at, but=()) == {("alex", 1, "calendar")}
    Path("alex.ics").write_bytes(whole.replace(entry, entry * 2))
    assert found(at, but=()) == {("alex", 1, "calendar")}
    Path("alex.ics").write_bytes(whole.replace(entry, entry + entry.replace(b"UID:", b"UID:x")))
    assert found(at, but=()) == {("alex", None, "calendar")}
    Path("alex.ics").write_bytes(b"")
    assert found(at, but=()) == {("alex", None, "calendar")}
    assert "alex.ics has none of its entries" in at(NOW, "check", ".", code=1).out
    Path("alex.ics").unlink()
    assert found(at, but=()) == {("alex", None, "calendar")}
    assert "alex.ics is missing" in at(NOW, "check", ".", code=1).out


@pytest.mark.usefixtures("house")
def test_a_duty_in_the_staff_calendar_is_proved(at):
    change_file("bo.ics", b"DTSTART;VALUE=DATE:20270110", b"DTSTART;VALUE=DATE:20270109")
    assert found(at, but=()) == {("bo", 2, "calendar")}


@pytest.mark.usefixtures("house")
def test_a_uid_or_sequence_that_is_not_what_was_told_is_found(at):
    uids = {one["uid"]: one["sequence"] for one in record_of()["entries"]}
    first = next(uid for uid in record_of()["exported"]["patient"] if uid in uids)

    def exported(record):
        record["exported"]["patient"][first] = 1

    edit("alex", exported)
    ((record, handle, rule),) = found(at)
    assert (record, rule) == ("alex", "sequence")
    assert handle is not None

    def published(record):
        record["exported"]["patient"][first] = 0
        record["published"]["https://host/"] = {"nobody": {
            "etag": "", "sent": "", "sending": "", "theirs": False, "octets": "",
        }}  # fmt: skip

    edit("alex", published)
    assert found(at) == {("alex", None, "uid")}

    def forgotten(record):
        record["published"] = {}
        record["entries"] = [one for one in record["entries"] if one["uid"] != first]

    edit("alex", forgotten)
    assert found(at) == {("alex", None, "uid"), ("alex", handle, "uid")}


# Feeds


def feed_of(name):
    known = json.loads(Path("feeds.json").read_text())
    files = {one["record"].partition(".")[0]: one["file"] for one in known["courses"]}
    return Path("feeds", {**files, "staff": known["staff"]}[name])


@pytest.mark.usefixtures("house")
def test_a_feed_that_says_something_else_is_found(at):
    change_file(feed_of("alex"), ALEX_2, ALEX_2.replace(b"T09", b"T10"))
    assert found(at, but=()) == {("alex", 2, "feed")}
    change_file(feed_of("staff"), ALEX_2, ALEX_2.replace(b"T09", b"T10"))
    entry = entry_of(feed_of("staff"), 1)
    change_file(feed_of("staff"), entry, entry + entry.replace(b"UID:", b"UID:x"))
    assert found(at, but=()) == {("alex", 2, "feed"), ("", None, "feed")}
    at(NOW, "feed", ".", "--to", "feeds")
    proved(at, 0)
    feed_of("bo").unlink()
    assert found(at, but=()) == {("bo", None, "feed")}


@pytest.mark.usefixtures("house")
def test_a_feed_that_is_behind_is_found(at):
    at(NOW, "move", "alex", "2", "2027-01-07 10:30")
    assert found(at, but=()) == {("alex", 2, "feed")}
    at(NOW, "feed", ".", "--to", "feeds")
    proved(at, 0)

    def lower(record):
        for one in record["entries"]:
            one["sequence"] = 0

    edit("alex", lower)
    assert ("alex", 2, "sequence") in found(at, but=())


@pytest.mark.usefixtures("house")
def test_a_feed_that_is_behind_says_so_once_and_what_makes_it_anew(at):
    at(NOW, "move", "alex", "2", "2027-01-07 10:30")
    one = "is behind, and says Thu 7 Jan 2027 09:00, and the record Thu 7 Jan 2027 10:30"
    faults = proved(at)["faults"]
    assert [fault["text"].partition(" ")[2] for fault in faults] == [
        f"{one}; `ketasched feed` makes it anew"
    ] * 2
    at(NOW, "move", "bo", "2", "2027-01-07 15:00")
    at(NOW, "cancel", "bo", "3")
    texts = {
        fault["text"].partition(" ")[2] for fault in proved(at)["faults"] if fault["record"] == "bo"
    }
    assert texts == {"is behind in 2 and 3; `ketasched feed` makes it anew"}


@pytest.mark.usefixtures("house")
def test_a_feed_knows_a_record_under_its_new_name(at):
    Path("bo.course.json").rename("ben.course.json")
    at(NOW, "feed", ".", "--to", "feeds")
    proved(at, 0)
    Path("ben.course.json").rename("bo.course.json")
    at(NOW, *PLAN, "2027-02-01", "--save", "cy")
    assert ("cy", None, "feed") in found(at, but=())


@pytest.mark.usefixtures("house")
def test_a_record_that_cannot_be_read_is_no_stranger_to_the_staffs_feed(at):
    Path("bo.course.json").write_text("{}")
    assert found(at, but=()) == {("bo", None, "record")}
    Path("bo.course.json").unlink()
    assert found(at, but=()) == {("", None, "feed")}


@pytest.mark.usefixtures("house")
def test_feeds_that_are_elsewhere_are_not_proved_in_silence(at):
    Path("feeds").rename("gone")
    report = proved(at, 0)
    assert report["notes"] == [
        "the feeds are not proved: feeds is not there; `ketasched feed` makes them"
    ]
    made = json.loads(Path(".feeds-made.json").read_text())
    del made["place"]
    Path(".feeds-made.json").write_text(json.dumps(made))
    assert "an earlier version made them" in at(NOW, "check", ".").err


# Folders


def test_a_folder_without_records(at, ketasched):
    Path("empty").mkdir()
    outcome = at(NOW, "check", "empty", code=2)
    assert outcome.err.startswith("error: there is no record in empty\nhelp: plan")
    assert ketasched("check", "empty", "--year", "2027").code == 2
    assert ketasched("check", "nowhere").code == 1
    assert ketasched("check", "x" * 300).code == 1


@pytest.mark.usefixtures("house")
def test_a_record_that_cannot_be_read(at):
    Path("cy.course.json").write_text("{}")
    outcome = at(NOW, "check", ".", code=1)
    said = "cy, record: cy.course.json:1:1: the key `schema` is missing, and 20 more\n"
    assert outcome.out == said
    assert (
        "error: 1 fault in 2 records, 18 entries\nhelp: what can be read is proved" in outcome.err
    )
    assert [one["file"] for one in proved(at)["unread"]] == ["cy.course.json"]
    Path("cy.course.json").unlink()
    edit("alex", lambda record: record["asked"].update(can="whenever"))
    report = proved(at)
    assert ([one["file"] for one in report["unread"]], report["records"]) == (
        ["alex.course.json"],
        1,
    )


def half_of_it(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("name", "damage", "text"),
    [
        ("bo.course.json", half_of_it, "bo.course.json:"),
        ("cy.course.json", lambda path: path.write_text("a letter"), "cy.course.json:1:1: "),
        ("cy.course.json", lambda path: path.write_text("[]"), "cy.course.json:1:1: "),
        ("cy.course.json", Path.touch, "not JSON: expecting value"),
        ("cy.course.json", Path.mkdir, "is a directory"),
        ("cy.course.json", lambda path: path.write_bytes(b"\xff\0"), "is not UTF-8 text"),
        ("cy.course.json", lambda path: path.write_bytes(Path("bo.course.json").read_bytes()),
         "it has the entries of bo.course.json"),
        ("bo.course.json", lambda _: edit("bo", lambda record: record["sessions"].pop()),
         "bo.course.json"),
        ("closed-days.json", lambda path: path.write_text("{"), "closed-days.json:1:"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_record_is_a_fault(at, name, damage, text):
    damage(Path(name))
    report = proved(at)
    (fault,) = [one for one in report["faults"] if one["rule"] != "feed"]
    assert (fault["record"], fault["session"], fault["rule"]) == (
        name.removesuffix(".course.json"), None, "record",
    )  # fmt: skip
    assert text in fault["text"]
    assert [each["file"] for each in report["unread"]] == [name]


@pytest.mark.usefixtures("house")
def test_names_of_feeds_that_cannot_be_read_are_a_fault(at):
    Path("feeds.json").write_text("{")
    assert found(at, but=()) == {("", None, "feed")}


@pytest.mark.usefixtures("house")
def test_feeds_of_which_nothing_is_known_are_not_proved_in_silence(at):
    Path(".feeds-made.json").write_text("{")
    (note,) = proved(at, 0)["notes"]
    assert "how they were made is not known" in note


@pytest.mark.usefixtures("house")
def test_a_file_is_checked_as_before(ketasched):
    assert ketasched("check", "clinic.yaml").code == 0
    outcome = ketasched("check", "clinic.yaml", "--format", "json")
    assert (outcome.code, "is no folder" in outcome.out) == (2, True)


def test_entries_are_read_back_with_their_parameters():
    data = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n b\r\nDTSTART:20270107T150000Z\r\n"
        b"DTEND;VALUE=DATE:20270108\r\nSEQUENCE:x\r\nBEGIN:VALARM\r\nUID:alarm\r\nEND:VALARM\r\n"
        b"STATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    (entry,) = vevents.read(data)
    assert (entry.uid, entry.status, entry.sequence) == ("ab", "CONFIRMED", None)
    assert f"{entry.start:%H:%M %Z}|{entry.end}" == "15:00 UTC|2027-01-08"


# A house that lives


PROTOCOLS = ("iv", "kap", "spravato", "mine")


def a_year(at, ketasched, monkeypatch, seed):
    """Four patients and three chairs more than are needed; whatever the program did by itself, and
    the feeds of it, is proved after each step. No person moves anything.
    """
    draw = random.Random(seed)
    Path("clinic.yaml").write_text(CLINIC.replace("chairs: 1", "chairs: 9"))
    Path("mine.yaml").write_text(PROTOCOL)
    for name, protocol in zip("abcd", PROTOCOLS, strict=True):
        start = date(2027, 1, 4) + timedelta(days=draw.choice([0, 1, 7, 10]))
        audience = draw.choice(["staff", "patient"])
        at(NOW, "plan", protocol, "--protocols", "mine.yaml", "--clinic", "clinic.yaml", "--start",
           start, "--save", name, "--ics", f"{name}.ics", "--for", audience)  # fmt: skip
    now, typed = datetime(2027, 1, 4, 18), []

    def day(most):
        return (now + timedelta(days=draw.randint(1, most))).date()

    for _ in range(12):
        name, number = draw.choice("abcd"), draw.randint(1, 9)
        command = draw.choice([
            ("close-day", day(9), "."), ("close-day", day(9), "."), ("undo", "."),
            ("done", ".", "--until", "yesterday"), ("miss", name, number),
            ("miss", name, number, "--then", draw.choice(["append", "squeeze", "shift", "replan"])),
            ("cancel", name, number, "--then", draw.choice(["append", "squeeze", "shift"])),
            ("adjust", name, "--away", day(20)), ("adjust", name, "--can", "mon-fri 8-15"),
            ("adjust", name, "--at", "10:30"), ("extend", name, "--sessions", "1"),
        ])  # fmt: skip
        now += timedelta(hours=draw.choice([0, 5, 26, 70]))
        be_at(monkeypatch, now.isoformat(), "America/Chicago")
        code = ketasched(*command).code
        typed.append((f"{now:%Y-%m-%d %H:%M}", *map(str, command), code))
        if code == 3 and command[0] == "close-day":  # somebody has no place: that is told
            assert ketasched("undo", ".").code == 0
            typed.append("undone")
        assert ketasched("feed", ".", "--to", "feeds").code == 0
        outcome = ketasched("check", ".")
        assert (outcome.code, outcome.err) == (0, ""), (typed, outcome.out)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("seed", range(3))
def test_whatever_a_house_lives_through_is_proved(at, ketasched, monkeypatch, seed):
    a_year(at, ketasched, monkeypatch, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 3 + 30 * MORE))
def test_whatever_a_house_lives_through_for_long_is_proved(at, ketasched, monkeypatch, seed):
    a_year(at, ketasched, monkeypatch, seed)
