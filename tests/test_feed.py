"""Calendars to subscribe to, read back by another library; January 2027, Mondays are 4, 11, 18."""

import json
import os
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from calendars import events_of, lines_of
from conftest import BUILT_IN

from ketasched.records import feeds

NOW = "2027-01-02"
SECRET = re.compile(r"[0-9a-f]{40}\.ics")


@pytest.fixture
def plan(at):
    """Save a course from Mon 4 Jan 2027 on."""

    def save(name, protocol, *more):
        at("2026-12-20", "plan", protocol, "--start", "2027-01-04", "--save", name, *more)

    return save


@pytest.fixture
def folder(plan):
    """Three records of which one is in another zone."""
    plan("alex", "iv")
    plan("bo", "kap", "--tz", "America/New_York")
    plan("cy", "spravato")
    return Path()


class Feeds(dict):
    """What a run of `feed` says: the path of each feed by its name, and the rest of the report."""

    def __init__(self, report):
        super().__init__({one["name"]: Path("out") / one["file"] for one in report["feeds"]})
        self.changed = {one["name"] for one in report["feeds"] if one["changed"]}
        self.report = report


@pytest.fixture
def feed(at):
    def run(code=0, moment=NOW):
        out = at(moment, "feed", ".", "--to", "out", "--format", "json", code=code).out
        return Feeds(json.loads(out))

    return run


def marks(*paths):
    """What changes when a file is written, or put in the place of another."""
    found = {path: path.stat() for path in paths or (*Path("out").iterdir(), Path("feeds.json"))}
    return {path: (one.st_ino, one.st_mtime_ns) for path, one in found.items()}


def contents():
    return {path.name: path.read_bytes() for path in Path("out").iterdir()}


def events(path):
    return {str(one["UID"]): one for one in events_of(path.read_bytes())}


def exported(at, name, audience):
    return at(NOW, "export", name, "--for", audience).out.encode()


# Names


@pytest.mark.usefixtures("folder")
def test_there_is_one_feed_for_the_staff_and_one_for_each_patient(feed):
    feeds = feed()
    assert set(feeds) == feeds.changed == {"staff", "alex", "bo", "cy"}
    assert set(feeds.values()) == set(Path("out").iterdir())
    assert len(set(feeds.values())) == 4


@pytest.mark.usefixtures("folder")
def test_nobody_guesses_a_name(feed):
    names = {who: path.name for who, path in feed().items()}
    assert names["staff"].startswith("staff-")
    for name in names.values():
        assert SECRET.fullmatch(name.removeprefix("staff-"))
    # They are drawn, or made of what was drawn when the course was saved, and of nothing else.
    for record in Path().glob("*.course.json"):
        text = re.sub('"uid_bits": "[^"]*"', '"uid_bits": "' + "0" * 32 + '"', record.read_text())
        record.write_text(text)
        Path("feeds.json").unlink()
        others = {who: path.name for who, path in feed().items()}
        assert others["staff"] != names["staff"]
        assert others[record.name.partition(".")[0]] not in names.values()
        record.unlink()


@pytest.mark.usefixtures("folder")
def test_a_record_that_moves_to_another_folder_takes_its_name_along(feed, at):
    names = {who: path.name for who, path in feed().items()}
    Path("done").mkdir()
    Path("bo.course.json").rename("done/bob.course.json")
    feed()
    for _ in range(2):  # either folder, in turn, leaves the other's feeds alone
        told = json.loads(at(NOW, "feed", "done", "--to", "out", "--format", "json").out)
        assert names["bo"] in [one["file"] for one in told["feeds"] if one["name"] == "bob"]
        feed()
        assert {names[who] for who in ("alex", "bo", "cy")} <= {
            path.name for path in Path("out").iterdir()
        }


@pytest.mark.usefixtures("folder")
def test_a_second_run_writes_nothing(feed):
    feeds = feed()
    before = marks()
    again = feed(moment="2027-02-02")
    assert dict(again) == dict(feeds)
    assert again.changed == set()
    assert marks() == before


@pytest.mark.usefixtures("folder")
def test_names_stay_when_records_come(feed, plan):
    feeds = feed()
    plan("aa", "im")
    more = feed()
    assert feeds.items() <= more.items()
    assert more.changed == {"staff", "aa"}


@pytest.mark.usefixtures("folder")
def test_only_we_can_read_the_names(feed, plan):
    mask = os.umask(0)
    try:
        feed()
        assert Path("feeds.json").stat().st_mode & 0o777 == 0o600
        plan("dee", "im")
        feed()
        assert Path("feeds.json").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(mask)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
@pytest.mark.parametrize(
    ("umask", "file", "folder_"),
    [(0o022, 0o644, 0o755), (0o027, 0o640, 0o750), (0o077, 0o600, 0o700)],
)
@pytest.mark.usefixtures("folder")
def test_a_web_server_can_read_what_the_umask_lets_it_read(feed, at, umask, file, folder_):
    """As docs/feeds.md says: new feeds have what the umask leaves, others keep what they have."""

    def modes():
        return {path.stat().st_mode & 0o777 for path in (*Path("out").iterdir(), Path("out"))}

    before = os.umask(umask)
    try:
        feed()
        assert modes() == {file, folder_}
        for path in Path("out").iterdir():
            path.chmod(0o644)
        Path("out").chmod(0o755)
        at("2027-01-03", "move", "alex", "5", "2027-01-19 10:00")
        assert feed().changed == {"staff", "alex"}
        assert modes() == {0o644, 0o755}
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"schema": "ketasched-feeds/9", "staff": "staff-1.ics", "courses": []}',
        '{"schema": "ketasched-feeds/1", "staff": "../staff.ics", "courses": []}',
        '{"schema": "ketasched-feeds/1", "staff": "s.ics", "courses": [{"record": "alex.course.json", "file": "/tmp/x.ics"}]}',
    ],
)
@pytest.mark.usefixtures("folder")
def test_names_that_cannot_be_read_or_lead_elsewhere_write_nothing(at, text):
    Path("feeds.json").write_text(text)
    outcome = at(NOW, "feed", ".", "--to", "out", code=1)
    assert "feeds.json" in outcome.err
    assert Path("feeds.json").read_text() == text
    assert not Path("out").exists()


# What is in them


@pytest.mark.usefixtures("folder")
def test_the_staff_see_every_entry_of_every_record_once(feed, at):
    staff = feed()["staff"].read_bytes()
    alone = [
        event for name in ("alex", "bo", "cy") for event in events_of(exported(at, name, "staff"))
    ]
    found = events_of(staff)
    assert len({str(one["UID"]) for one in found}) == len(found)
    assert sorted(one.to_ical() for one in found) == sorted(one.to_ical() for one in alone)


@pytest.mark.usefixtures("folder")
def test_each_zone_is_defined_once(feed, plan):
    plan("dee", "im", "--tz", "America/New_York")
    feeds = feed()

    def zones(name):
        calendar = icalendar.Calendar.from_ical(feeds[name].read_bytes())
        return sorted(str(one["TZID"]) for one in calendar.walk("VTIMEZONE"))

    assert zones("staff") == ["America/Chicago", "America/New_York"]
    assert zones("bo") == ["America/New_York"]
    used = {
        event["DTSTART"].params.get("TZID")
        for event in events(feeds["staff"]).values()
        if isinstance(event["DTSTART"].dt, datetime)
    }
    assert used == {"America/Chicago", "America/New_York"}


@pytest.mark.usefixtures("folder")
def test_a_patient_sees_the_own_entries_as_exported(feed, at):
    feeds = feed()
    staff = events(feeds["staff"])
    for name in ("alex", "bo", "cy"):
        found = events_of(feeds[name].read_bytes())
        alone = events_of(exported(at, name, "patient"))
        assert [one.to_ical() for one in found] == [one.to_ical() for one in alone]
        assert not {str(one["UID"]) for one in found} & set(staff)
        times = Counter(str(one["DTSTART"].dt) for one in staff.values())
        assert Counter(str(one["DTSTART"].dt) for one in found) < times
        assert len(found) == len({str(one["UID"]) for one in found})


@pytest.mark.parametrize("protocol", sorted(BUILT_IN))
def test_a_patients_feed_names_no_drug_no_person_and_no_clinic(feed, plan, protocol):
    Path("clinic.yaml").write_text(
        "version: 1\nname: Lakeside Ketamine Clinic\nphone: +1 312 555 0100\n"
        "timezone: America/Chicago\n"
    )
    plan("quentin", protocol, "--name", "Quentin Quick", "--clinic", "clinic.yaml")
    feeds = feed()
    data = feeds["Quentin Quick"]
    text = "\n".join([data.name, *lines_of(data.read_bytes())]).casefold()
    known = BUILT_IN[protocol]
    words = {"quentin", "quick", "lakeside", "clinic", "ketamine", "esketamine", "spravato",
             "psychotherapy", "infusion", "injection", "ketasched", known.label.casefold(),
             known.title.casefold()}  # fmt: skip
    for word in words:
        assert not re.search(rf"\b{re.escape(word)}\b", text), word
    staff = feeds["staff"].read_text()
    assert "Quentin Quick" in staff
    assert "X-WR-CALNAME:Lakeside Ketamine Clinic" in staff


@pytest.mark.usefixtures("folder")
def test_subscribers_are_told_how_often_to_look(feed):
    for path in feed().values():
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
        assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
        assert calendar["X-PUBLISHED-TTL"].to_ical() == b"PT1H"
        assert len(calendar.walk("VCALENDAR")) == 1
        lines_of(path.read_bytes())


def test_a_title_with_every_sign_is_still_one_calendar(feed, plan):
    title = "Sitzung; " + "ä, " * 40 + "ende"
    plan("alex", "iv", "--title", title)
    feeds = feed()
    for path in feeds.values():
        lines_of(path.read_bytes())
        assert len(events(path)) == 10
    calendar = icalendar.Calendar.from_ical(feeds["alex"].read_bytes())
    # What is in an X- line is a text, and this library leaves its escapes to us.
    assert re.sub(r"\\([;,])", r"\1", calendar["X-WR-CALNAME"]) == title


# What changes


@pytest.mark.usefixtures("folder")
def test_a_move_writes_two_files_and_subscribers_notice(feed, at):
    feeds = feed()
    before, old = marks(), {name: events(path) for name, path in feeds.items()}
    at("2027-01-03", "move", "alex", "5", "2027-01-19 10:00")
    again = feed(moment="2027-01-03")
    assert dict(again) == dict(feeds)
    assert again.changed == {"staff", "alex"}
    after = marks()
    assert {path for path in after if after[path] != before[path]} == {
        feeds["staff"],
        feeds["alex"],
    }
    for name in ("staff", "alex"):
        new = events(feeds[name])
        assert set(new) == set(old[name])
        (moved,) = [uid for uid in new if new[uid]["DTSTART"].dt != old[name][uid]["DTSTART"].dt]
        assert new[moved]["DTSTART"].dt.replace(tzinfo=None) == datetime(2027, 1, 19, 10)
        assert (old[name][moved]["SEQUENCE"], new[moved]["SEQUENCE"]) == (0, 1)
        for key in ("LAST-MODIFIED", "DTSTAMP"):
            assert new[moved][key].dt > old[name][moved][key].dt
        rest = set(new) - {moved}
        assert all(new[uid].to_ical() == old[name][uid].to_ical() for uid in rest)


@pytest.mark.usefixtures("folder")
def test_what_was_cancelled_stays_as_cancelled(feed, at):
    feeds = feed()
    at("2027-01-03", "cancel", "alex", "5")
    feed(moment="2027-01-03")
    for name in ("staff", "alex"):
        (gone,) = [one for one in events(feeds[name]).values() if one["STATUS"] == "CANCELLED"]
        assert gone["SEQUENCE"] == 1


@pytest.mark.usefixtures("folder")
def test_a_feed_that_was_altered_or_lost_is_written_again(feed):
    feeds = feed()
    good = contents()
    feeds["alex"].unlink()
    feeds["bo"].write_text("BEGIN:VCALENDAR\r\n")
    assert feed().changed == {"alex", "bo"}
    assert contents() == good


@pytest.mark.usefixtures("folder")
def test_what_did_not_change_is_not_made_anew(feed, at, monkeypatch):
    feed()
    made = []
    calendar_of = feeds.calendar_of
    monkeypatch.setattr(
        feeds, "calendar_of", lambda *what: made.append(what[3].audience) or calendar_of(*what)
    )
    assert feed().changed == set()
    assert made == []
    at("2027-01-03", "move", "alex", "5", "2027-01-19 10:00")
    assert feed(moment="2027-01-03").changed == {"staff", "alex"}
    assert sorted(made) == ["patient", "staff", "staff", "staff"]


@pytest.mark.parametrize("text", ["", "{", '{"feeds": {"a.ics": 1}}', "\0"])
@pytest.mark.usefixtures("folder")
def test_how_feeds_were_made_may_be_lost(feed, text):
    feed()
    good = contents()
    path = Path(".feeds-made.json")
    assert path.stat().st_mode & 0o777 == 0o600
    kept = path.read_bytes()
    path.write_text(text)
    assert feed().changed == set()
    assert (contents(), path.read_bytes()) == (good, kept)


@pytest.mark.usefixtures("folder")
def test_nothing_is_left_beside_the_feeds(feed, at):
    feeds = feed()
    at("2027-01-03", "move", "alex", "5", "2027-01-19 10:00")
    feed()
    assert set(Path("out").iterdir()) == set(feeds.values())


@pytest.mark.usefixtures("folder")
def test_what_is_not_ours_in_the_folder_stays(feed):
    Path("out").mkdir()
    Path("out/index.html").write_text("mine")
    feed()
    Path("cy.course.json").unlink()
    feed()
    assert Path("out/index.html").read_text() == "mine"


# Records that are gone, damaged or there twice


@pytest.mark.usefixtures("folder")
def test_the_feed_of_a_removed_record_is_removed(feed):
    feeds = feed()
    Path("cy.course.json").unlink()
    again = feed()
    assert again.report["removed"] == [feeds["cy"].name]
    assert set(Path("out").iterdir()) == {feeds[name] for name in ("staff", "alex", "bo")}
    assert again.changed == {"staff"}
    assert "cy · " not in feeds["staff"].read_text()
    assert feed().report["removed"] == []


@pytest.mark.usefixtures("folder")
def test_a_record_that_comes_back_has_its_old_name(feed):
    feeds = feed()
    data = contents()
    Path("cy.course.json").rename("aside")
    feed()
    Path("aside").rename("cy.course.json")
    assert dict(feed()) == dict(feeds)
    assert contents() == data


def test_the_feed_of_the_last_record_is_removed_too(plan, feed, at):
    plan("alex", "iv")
    feeds = feed()
    Path("alex.course.json").unlink()
    at(NOW, "feed", ".", "--to", "out")
    assert not feeds["alex"].exists()


@pytest.mark.parametrize("text", ["{", '{"schema": "ketasched-record/1"}'])
@pytest.mark.usefixtures("folder")
def test_a_damaged_record_leaves_its_feed_and_the_staffs_as_they_were(feed, at, text):
    feeds = feed()
    before = contents()
    at("2027-01-03", "move", "alex", "5", "2027-01-19 10:00")
    Path("cy.course.json").write_text(text)
    again = feed(code=1)
    assert again.changed == {"alex"}
    assert set(again) == {"alex", "bo"}
    assert again.report["removed"] == []
    (unread,) = again.report["unread"]
    assert unread["file"] == "cy.course.json"
    after = contents()
    assert {name for name in after if after[name] != before[name]} == {feeds["alex"].name}
    assert set(after) == set(before)
    assert "cy.course.json" in at(NOW, "feed", ".", "--to", "out", code=1).err


@pytest.mark.usefixtures("folder")
def test_a_repaired_record_brings_the_staffs_calendar_up_to_date(feed, at):
    feed()
    good = Path("cy.course.json").read_bytes()
    at("2027-01-03", "move", "alex", "5", "2027-01-19 10:00")
    Path("cy.course.json").write_text("{")
    feed(code=1)
    Path("cy.course.json").write_bytes(good)
    assert feed().changed == {"staff"}


@pytest.mark.usefixtures("folder")
def test_a_copied_record_is_refused_by_name_and_nothing_is_doubled(feed, at):
    feeds = feed()
    before = contents()
    Path("zoe.course.json").write_bytes(Path("alex.course.json").read_bytes())
    again = feed(code=1)
    assert set(again) == {"alex", "bo", "cy"}
    (unread,) = again.report["unread"]
    assert unread["file"] == "zoe.course.json"
    assert "alex.course.json" in unread["why"]
    assert contents() == before
    assert feeds["staff"].exists()
    # Also when one of the two has changed since.
    at("2027-01-03", "move", "zoe", "5", "2027-01-19 10:00")
    assert feed(code=1).changed == set()
    Path("zoe.course.json").unlink()
    assert feed().changed == set()


@pytest.mark.usefixtures("folder")
def test_of_two_copies_the_one_that_has_a_feed_keeps_it(feed):
    feed()
    before = contents()
    Path("aa.course.json").write_bytes(Path("alex.course.json").read_bytes())
    (unread,) = feed(code=1).report["unread"]
    assert unread["file"] == "aa.course.json"
    assert contents() == before


# The command


@pytest.mark.parametrize("to", [".", "./", "out/..", "link"])
@pytest.mark.usefixtures("folder")
def test_the_records_are_not_served(at, folder, to):
    Path("out").mkdir()
    Path("link").symlink_to(folder.resolve())
    before = sorted(folder.iterdir())
    outcome = at(NOW, "feed", ".", "--to", to, code=2)
    assert "has the records in it" in outcome.err
    assert sorted(folder.iterdir()) == before
    assert list(Path("out").iterdir()) == []


@pytest.mark.usefixtures("folder")
def test_a_folder_that_holds_the_records_is_not_served(at, folder):
    Path("records").mkdir()
    for record in folder.glob("*.course.json"):
        record.rename(Path("records") / record.name)
    assert at(NOW, "feed", "records", "--to", ".", code=2).out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("nowhere", "--to", "out"), 2, "nowhere is not a folder"),
        (("alex.course.json", "--to", "out"), 2, "alex.course.json is not a folder"),
        (("empty", "--to", "out"), 2, "there is no record in empty"),
        ((".",), 2, "--to"),
        ((".", "--to", "out", "--format", "csv"), 2, "--format: unknown `csv`"),
        ((".", "--to", "not/there/yet"), 1, "cannot write not/there/yet"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_done_is_said_and_nothing_written(at, arguments, code, message):
    Path("empty").mkdir()
    outcome = at(NOW, "feed", *arguments, code=code)
    assert message in outcome.err
    assert not Path("out").exists()
    assert not Path("feeds.json").exists()


@pytest.mark.usefixtures("folder")
def test_a_file_in_the_place_of_the_folder_is_said(at):
    Path("out").write_text("mine")
    outcome = at(NOW, "feed", ".", "--to", "out", code=2)
    assert Path("out").read_text() == "mine"
    assert "--force" not in outcome.err


@pytest.mark.usefixtures("folder")
def test_json_is_one_value(feed):
    report = feed().report
    assert set(report) == {"schema", "feeds", "removed", "unread"}
    assert {frozenset(one) for one in report["feeds"]} == {frozenset({"name", "file", "changed"})}
    assert report["feeds"][0]["name"] == "staff"
    assert (report["removed"], report["unread"]) == ([], [])


@pytest.mark.usefixtures("folder")
def test_a_person_sees_which_files_were_written(feed, at):
    first = at(NOW, "feed", ".", "--to", "out")
    feeds = feed()
    assert [line.split() for line in first.out.splitlines()[1:]] == [
        [who, "written", path.name] for who, path in feeds.items()
    ]
    Path("cy.course.json").unlink()
    rows = [line.split() for line in at(NOW, "feed", ".", "--to", "out").out.splitlines()[1:]]
    assert rows == [
        ["staff", "written", feeds["staff"].name],
        ["alex", "unchanged", feeds["alex"].name],
        ["bo", "unchanged", feeds["bo"].name],
        ["removed", feeds["cy"].name],
    ]
