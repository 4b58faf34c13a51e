"""`publish` against a real Radicale, and against a server that misbehaves on purpose."""

import contextlib
import hashlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from servers import PASSWORD, USER, Client, Misbehaving, Radicale, Xandikos
from texts import NAMES

from ketasched.domain.candidate import Reason
from ketasched.domain.pause import Pause
from ketasched.publishing import login, our_entries, server, turn, wire
from ketasched.publishing.server_entry import appearance_of
from ketasched.publishing.turn import turn_to_publish
from ketasched.records import lock
from ketasched.records.open import open_record
from ketasched.records.told_calendars import keep_up, told_by_key

NOW = "2026-12-22T15:00"
LATER = "2026-12-23T15:00"
FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(autouse=True)
def _no_login_of_this_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))


@pytest.fixture(scope="module")
def radicale(tmp_path_factory):
    server = Radicale(tmp_path_factory.mktemp("radicale"))
    yield server
    server.stop()


@pytest.fixture
def real(radicale, request):
    """A new calendar of its own on a real server, as another client sees it."""
    return radicale.calendar(hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16])


@pytest.fixture(scope="module")
def xandikos(tmp_path_factory):
    server = Xandikos(tmp_path_factory.mktemp("xandikos"))
    yield server
    server.stop()


@pytest.fixture
def fake():
    server = Misbehaving()
    yield server
    server.stop()


@pytest.fixture
def calendar(fake):
    """The calendar of the server in this process, as another client sees it."""
    return Client(fake.address)


@pytest.fixture
def at(at):
    """As everywhere, and nothing that is printed has the password."""

    def run(moment, *arguments, code=0):
        outcome = at(moment, *arguments, code=code)
        assert PASSWORD not in outcome.out + outcome.err
        return outcome

    return run


@pytest.fixture
def alex(at):
    """Six sessions from Mon 4 Jan 2027, Mondays and Thursdays, with four linked visits."""
    Path("login").write_text(f"{USER}\n{PASSWORD}\n")
    Path("login").chmod(0o600)
    return save(at, "alex")


def save(at, name, start="2027-01-04"):
    at(NOW, "plan", "iv", "--start", start, "--tz", "America/Chicago", "--save", name)
    return name


@pytest.fixture
def publish(at, alex):
    """Publish to an address; what came of it, as JSON."""

    def run(address, *more, code=0, name=alex, moment=NOW):
        outcome = at(
            moment,
            "publish",
            name,
            "--to",
            address,
            "--login",
            "login",
            "-f",
            "json",
            *more,
            code=code,
        )
        report = json.loads(outcome.out)
        return report | {"err": outcome.err}

    return run


def counts(report):
    return tuple(report[key] for key in ("created", "changed", "removed", "unchanged", "refused"))


def record(name="alex"):
    return json.loads(Path(f"{name}.course.json").read_text())


def entry_of(text):
    """The entry alone, as it stands in a calendar file."""
    return text[text.index(b"BEGIN:VEVENT") : text.index(b"END:VCALENDAR")]


def of_session(server, number):
    """The name of a session's resource."""
    text = f"SUMMARY:Appointment {number} of 6".encode()
    (name,) = [name for name, (_, data) in server.entries.items() if text in data]
    return name


# What is sent


def test_each_entry_is_a_resource_with_the_bytes_of_the_calendar_file(at, publish, fake):
    assert counts(publish(fake.address)) == (10, 0, 0, 0, 0)
    whole = at(NOW, "export", "alex").out.encode()
    for _, data in fake.entries.values():
        assert entry_of(data) in whole
        assert data.startswith(b"BEGIN:VCALENDAR\r\n")
        assert data.count(b"BEGIN:VEVENT") == 1
        assert b"METHOD" not in data
        assert b"X-WR-CALNAME" not in data
    assert len(fake.entries) == whole.count(b"BEGIN:VEVENT")
    assert all(headers["If-None-Match"] == "*" for _, _, headers, _ in fake.writes)


def test_a_second_time_sends_nothing(publish, fake):
    publish(fake.address)
    before, kept = len(fake.log), Path("alex.course.json").read_bytes()
    assert counts(publish(fake.address)) == (0, 0, 0, 10, 0)
    assert [one[0] for one in fake.log[before:]] == ["PROPFIND"]
    assert Path("alex.course.json").read_bytes() == kept


def test_our_own_entries_are_read_once_at_most(publish, fake, monkeypatch):
    read = []
    monkeypatch.setattr(
        our_entries, "appearance_of", lambda *given: read.append(given) or appearance_of(*given)
    )
    publish(fake.address)
    assert len(read) == len(set(read)) == 10
    publish(fake.address)
    assert len(read) == 10


def test_only_what_differs_is_sent(at, publish, fake):
    publish(fake.address)
    at(NOW, "move", "alex", "2", "2027-01-08")
    before = len(fake.log)
    name = of_session(fake, 2)
    assert counts(publish(fake.address)) == (0, 1, 0, 9, 0)
    assert [one[:2] for one in fake.log[before:]] == [("PROPFIND", ""), ("PUT", name)]
    assert "If-Match" in fake.log[-1][2]
    assert b"SEQUENCE:1\r\n" in fake.entries[name][1]


def test_another_language_is_sent_as_a_change_of_each_entry(at, publish, fake):
    publish(fake.address)
    at(NOW, "adjust", "alex", "--lang", "es")
    assert counts(publish(fake.address)) == (0, 10, 0, 0, 0)
    told = [data for _, data in fake.entries.values()]
    assert all(b"SEQUENCE:1\r\n" in data for data in told)
    assert sum(b"SUMMARY:Cita 2 de 6\r\n" in data for data in told) == 1
    at(NOW, "undo", "alex")
    assert counts(publish(fake.address)) == (0, 10, 0, 0, 0)
    assert of_session(fake, 2)


def test_a_real_server(at, publish, real):
    assert counts(publish(real.address)) == (10, 0, 0, 0, 0)
    at(NOW, "move", "alex", "5", "2027-01-19 10:00")
    at(NOW, "cancel", "alex", "6")
    assert publish(real.address)["changed"] >= 2
    # The assessment after session 6 is called off too, and there is one after session 5.
    assert counts(publish(real.address)) == (0, 0, 0, 11, 0)
    assert "DTSTART;TZID=America/Chicago:20270119T100000" in real.text(
        real.find("Appointment 5 of 6")
    )
    assert "STATUS:CANCELLED" in real.text(real.find("CANCELLED: Appointment 6"))
    assert counts(publish(real.address, "--remove")) == (0, 0, 11, 0, 0)
    assert real.names() == []
    assert record()["published"] == {}
    assert counts(publish(real.address)) == (11, 0, 0, 0, 0)


def test_what_is_taken_out_is_still_what_was_put_there(publish, fake):
    """Every DELETE says which entry it means, and takes no other one."""
    publish(fake.address)
    etags = {name: etag for name, (etag, _) in fake.entries.items()}
    name = of_session(fake, 3)
    theirs = fake.entries[name][1].replace(b"SUMMARY:", b"SUMMARY:Theirs ")

    def meanwhile(method, which, _):
        if method == "DELETE" and which == name:
            fake.fault = lambda *_: None
            fake.put(name, theirs)

    fake.fault = meanwhile
    assert counts(publish(fake.address, "--remove", code=1)) == (0, 0, 9, 0, 1)
    assert {name: data for name, (_, data) in fake.entries.items()} == {name: theirs}
    sent = {
        name: headers["If-Match"] for method, name, headers, _ in fake.log if method == "DELETE"
    }
    assert sent == etags


def test_of_several_failures_the_gravest_is_the_exit_code(at, alex, fake):
    """A record that changed while it was sent (1), then a server that gave up (4)."""
    save(at, "bo", "2027-01-05")

    def fault(method, _name, writes):
        if method == "PUT" and writes == 1:
            at(NOW, "move", alex, "2", "2027-01-08")
        return 507 if method == "PUT" and writes > 12 else None

    fake.fault = fault
    outcome = at(NOW, "publish", ".", "--to", fake.address, "--login", "login", code=4)
    assert "is full" in outcome.err
    assert len(fake.entries) == 12


def test_other_entries_of_the_calendar_are_left_alone(publish, fake):
    fake.put("theirs.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    publish(fake.address)
    publish(fake.address, "--remove")
    assert list(fake.entries) == ["theirs.ics"]


@pytest.mark.parametrize("looking", ["--dry-run", "--check"])
def test_looking_sends_nothing_and_writes_nothing(at, publish, fake, looking):
    kept = Path("alex.course.json").read_bytes()
    code = 1 if looking == "--check" else 0
    assert counts(publish(fake.address, looking, code=code)) == (10, 0, 0, 0, 0)
    assert (fake.writes, Path("alex.course.json").read_bytes()) == ([], kept)
    publish(fake.address)
    at(NOW, "move", "alex", "2", "2027-01-08")
    before = len(fake.writes)
    assert counts(publish(fake.address, looking, code=code)) == (0, 1, 0, 9, 0)
    assert len(fake.writes) == before
    publish(fake.address)
    publish(fake.address, looking)


def test_for_whom(publish, fake):
    publish(fake.address, "--for", "staff")
    shown = b"".join(data for _, data in fake.entries.values())
    assert b"SUMMARY:alex " in shown
    assert counts(publish(fake.address, "--for", "free-busy")) == (10, 0, 10, 0, 0)
    shown = b"".join(data for _, data in fake.entries.values())
    assert b"alex" not in shown
    assert {line for line in shown.split(b"\r\n") if line.startswith(b"SUMMARY")} == {
        b"SUMMARY:Busy"
    }


def test_a_folder_of_records(at, publish, fake):
    save(at, "bo", "2027-01-05")
    Path("cy.course.json").write_text("{")
    report = publish(fake.address, name=".", code=1)
    assert "cy.course.json" in report["err"]
    assert [(one["name"], one["created"]) for one in report["courses"]] == [
        ("alex", 10),
        ("bo", 10),
    ]
    assert len(fake.entries) == 20
    Path("cy.course.json").write_bytes(Path("bo.course.json").read_bytes())
    again = publish(fake.address, name=".", code=1)
    assert counts(again) == (0, 0, 0, 20, 0)
    assert "has the entries of bo.course.json" in again["err"]
    assert [one["file"] for one in again["unread"]] == ["cy.course.json"]


def test_the_clinic_file_says_where(at, alex, fake):
    Path("clinic").mkdir()
    Path("login").replace("clinic/pass")
    Path("clinic/clinic.yaml").write_text(
        f"version: 1\nname: Lakeside\npublish:\n  to: {fake.address}\n  for: staff\n  login: pass\n"
    )
    out = at(NOW, "publish", alex, "--clinic", "clinic/clinic.yaml").out
    assert "10 created" in out
    assert any(b"SUMMARY:alex" in data for _, data in fake.entries.values())
    assert "--to is missing" in at(NOW, "publish", alex, code=2).err


# What somebody else did

MOVED = ("20270111T090000", "20270112T100000"), ("20270111T110000", "20270112T120000")
TO_SUNDAY = ("20270111T090000", "20270110T090000"), ("20270111T110000", "20270110T110000")
IN_UTC = (
    ("DTSTART;TZID=America/Chicago:20270111T090000", "DTSTART:20270112T160000Z"),
    ("DTEND;TZID=America/Chicago:20270111T110000", "DTEND:20270112T180000Z"),
)
ALL_DAY = (
    ("DTSTART;TZID=America/Chicago:20270111T090000", "DTSTART;VALUE=DATE:20270112"),
    ("DTEND;TZID=America/Chicago:20270111T110000", "DTEND;VALUE=DATE:20270113"),
)


REMINDED = (("TRIGGER:-P1D", "TRIGGER:-PT30M"),)
VERDICTS = [
    (MOVED, "moved", True, "legal"),
    (IN_UTC, "moved", True, "legal"),
    (TO_SUNDAY, "moved", False, "breaks closed: closed on Sundays"),
    ((("20270111T110000", "20270111T120000"),), "changed", True, "its length"),
    ((("SUMMARY:", "SUMMARY:Bring papers. "),), "changed", True, "its title"),
    ((("STATUS:CONFIRMED", "STATUS:TENTATIVE"),), "changed", True, "its status"),
    ((("SEQUENCE:0", "SEQUENCE:0\r\nRRULE:FREQ=DAILY"),), "changed", False, "it repeats"),
    (ALL_DAY, "changed", False, "it lasts all day"),
    (REMINDED, "changed", True, "its reminders"),
    ((("TRANSP:OPAQUE", "TRANSP:OPAQUE\r\nATTENDEE:mailto:x@example.org"),), "changed", True, "other details"),
]  # fmt: skip


@pytest.mark.parametrize(("pairs", "what", "legal", "verdict"), VERDICTS)
def test_an_edit_is_reported_with_a_verdict_and_left_alone(
    publish, calendar, pairs, what, legal, verdict
):
    publish(calendar.address)
    name = calendar.find("Appointment 3 of 6")
    calendar.edit(name, *pairs)
    theirs = calendar.text(name)
    for looking in ((), ("--check",), ()):
        report = publish(calendar.address, *looking, code=1)
        assert counts(report) == (0, 0, 0, 9, 1)
        (edit,) = report["courses"][0]["edits"]
        assert (edit["number"], edit["what"], edit["legal"]) == (3, what, legal)
        assert verdict in edit["verdict"] + str(edit["theirs"])
    assert calendar.text(name) == theirs
    assert "--overwrite" in report["err"]


@pytest.mark.parametrize(
    ("pairs", "what", "verdict"),
    [(MOVED, "moved", "legal"), (REMINDED, "changed", "its reminders")],
)
def test_an_edit_on_a_real_server(publish, real, pairs, what, verdict):
    publish(real.address)
    name = real.find("Appointment 3 of 6")
    real.edit(name, *pairs)
    theirs = real.text(name)
    report = publish(real.address, code=1)
    (edit,) = report["courses"][0]["edits"]
    assert edit["what"] == what
    assert verdict in edit["verdict"]
    assert real.text(name) == theirs


def test_a_move_is_taken_into_the_record(at, publish, real):
    publish(real.address)
    real.edit(real.find("Appointment 3 of 6"), *MOVED, ("SEQUENCE:0", "SEQUENCE:4"))
    report = publish(real.address, "--accept")
    assert report["courses"][0]["edits"][0]["done"] == "accepted"
    (session,) = [one for one in record()["sessions"] if one["number"] == 3]
    assert (session["start"], session["by_hand"]) == ("2027-01-12 10:00", True)
    assert (
        "as the calendar has it: moved session 3 to Tue 12 Jan 2027 10:00"
        in (record()["history"][-1]["what"])
    )
    assert "SEQUENCE:5" in real.text(real.find("Appointment 3 of 6"))
    assert counts(publish(real.address)) == (0, 0, 0, 10, 0)
    at(NOW, "undo", "alex")
    publish(real.address)
    text = real.text(real.find("Appointment 3 of 6"))
    assert "20270111T090000" in text
    assert "SEQUENCE:6" in text


def test_a_move_that_breaks_a_rule_is_taken_with_the_rule(publish, calendar):
    publish(calendar.address)
    calendar.edit(calendar.find("Appointment 3 of 6"), *TO_SUNDAY)
    publish(calendar.address, "--accept")
    assert "closed" in record()["history"][-1]["overridden"]
    assert counts(publish(calendar.address)) == (0, 0, 0, 10, 0)


@pytest.mark.parametrize(
    ("away", "verdict", "fourth", "broken"),
    [
        ("2027-01-13..2027-01-14", "legal", "20270115T090000", []),
        (
            "2027-01-12..2027-01-12",
            "breaks away: away Tue 12 Jan 2027",
            "20270114T090000",
            ["away"],
        ),
    ],
)
def test_a_move_is_judged_by_what_was_adjusted_since(
    at, publish, calendar, away, verdict, fourth, broken
):
    """Both go through: the desk's adjustment is sent, and the other's move is taken."""
    publish(calendar.address)
    at(NOW, "adjust", "alex", "--away", away)
    calendar.edit(calendar.find("Appointment 3 of 6"), *MOVED)
    (edit,) = publish(calendar.address, "--check", code=1)["courses"][0]["edits"]
    assert verdict in edit["verdict"]
    publish(calendar.address, "--accept")
    (session,) = [one for one in record()["sessions"] if one["number"] == 3]
    assert (session["start"], session["by_hand"]) == ("2027-01-12 10:00", True)
    assert record()["history"][-1]["overridden"] == broken
    assert record()["asked"]["away"] == [away]
    assert fourth in calendar.text(calendar.find("Appointment 4 of 6"))
    assert counts(publish(calendar.address)) == (0, 0, 0, 10, 0)


def test_a_baseline_that_was_moved_there_takes_along_what_counts_from_it(at, publish, calendar):
    table = Path(__file__).parents[1] / "docs" / "trial.example.yaml"
    words = ("--protocols", str(table), "--start", "2027-01-12", "--tz", "UTC", "--save", "tr")
    at(NOW, "plan", "trial-7", *words)
    publish(calendar.address, name="tr")
    days = ("20270112", "20270114")
    calendar.edit(calendar.find("Appointment 2 of 5"), days)
    publish(calendar.address, "--accept", name="tr")
    sent = [calendar.text(calendar.find(f"Appointment {number} of 5")) for number in range(1, 6)]
    assert [re.search("DTSTART[^:]*:([0-9]+)", text)[1] for text in sent] == [
        "20261231", "20270114", "20270128", "20270211", "20270311",
    ]  # fmt: skip
    assert [one["window_start"] for one in record("tr")["sessions"]] == [
        "2026-12-24", "2027-01-12", "2027-01-27", "2027-02-10", "2027-03-08",
    ]  # fmt: skip
    assert counts(publish(calendar.address, name="tr"))[1:3] == (0, 0)


def test_other_words_stand_until_ours_change(at, publish, real):
    publish(real.address)
    name = real.find("Appointment 3 of 6")
    real.edit(name, ("SUMMARY:", "SUMMARY:Bring papers. "))
    publish(real.address, "--accept")
    assert counts(publish(real.address)) == (0, 0, 0, 10, 0)
    assert "Bring papers" in real.text(name)
    at(NOW, "move", "alex", "3", "2027-01-12")
    assert publish(real.address, code=1)["refused"] == 1
    assert "Bring papers" in real.text(name)
    publish(real.address, "--overwrite")
    assert "Bring papers" not in real.text(name)
    assert "20270112T090000" in real.text(name)


def test_what_was_deleted_is_cancelled_and_stays_out(publish, real):
    publish(real.address)
    name = real.find("Appointment 6 of 6")
    real.delete(name)
    report = publish(real.address, code=1)
    assert report["courses"][0]["edits"][0]["what"] == "deleted"
    publish(real.address, "--accept")
    assert record()["sessions"][-1]["status"] == "cancelled"
    assert name not in real.names()
    assert publish(real.address)["refused"] == 0
    assert name not in real.names()


def test_what_was_called_off_there_is_cancelled_here(publish, real):
    publish(real.address)
    name = real.find("Appointment 6 of 6")
    real.edit(name, ("STATUS:CONFIRMED", "STATUS:CANCELLED"))
    (edit,) = publish(real.address, code=1)["courses"][0]["edits"]
    assert edit["verdict"] == "cancelled there; to accept is to cancel the session"
    publish(real.address, "--accept")
    assert session(6)["status"] == "cancelled"
    assert "SUMMARY:CANCELLED: Appointment 6 of 6" in real.text(name)
    # The assessment after session 6 is called off too, and there is one after session 5.
    assert counts(publish(real.address)) == (0, 0, 0, 11, 0)


@pytest.mark.parametrize("what", ["moved", "deleted", "reworded"])
def test_ours_is_put_back(publish, real, what):
    publish(real.address)
    name = real.find("Appointment 4 of 6")
    before = real.text(name)
    if what == "deleted":
        real.delete(name)
    else:
        old = "20270114T090000" if what == "moved" else "SUMMARY:"
        real.edit(name, (old, f"{old[:-6]}100000" if what == "moved" else "SUMMARY:No. "))
    publish(real.address, code=1)
    report = publish(real.address, "--overwrite", moment=LATER)
    assert report["courses"][0]["edits"][0]["done"] == "overwritten"
    zone = datetime.fromisoformat("2027-01-01T00:00:00+00:00").tzinfo
    assert appearance_of(real.text(name), zone).words == appearance_of(before, zone).words
    assert "SEQUENCE:1" in real.text(name)
    assert "LAST-MODIFIED:20261223T" in real.text(name)
    assert counts(publish(real.address)) == (0, 0, 0, 10, 0)


def test_a_linked_visit_that_was_moved(publish, calendar):
    publish(calendar.address)
    name = calendar.find("SUMMARY:Check-in")
    calendar.edit(name, ("T090000", "T100000"), ("T093000", "T103000"))
    report = publish(calendar.address, code=1)
    (edit,) = report["courses"][0]["edits"]
    assert (edit["handle"], edit["number"], edit["verdict"]) == ("c6", None, "legal")
    publish(calendar.address, "--accept")
    assert visit("check-in")["start"] == "2027-02-18 10:00"
    assert visit("check-in")["by_hand"] is True
    assert counts(publish(calendar.address)) == (0, 0, 0, 10, 0)


def visit(name):
    (found,) = [one for one in record()["visits"] if one["name"] == name]
    return found


def test_a_linked_visit_that_was_moved_where_it_must_not_stand(publish, calendar):
    publish(calendar.address)
    calendar.edit(calendar.find("SUMMARY:Check-in"), ("20270218T090000", "20270210T190000"),
        ("20270218T093000", "20270210T193000"),
    )  # fmt: skip
    report = publish(calendar.address, code=1)
    assert report["courses"][0]["edits"][0]["verdict"].startswith(
        "breaks window: Wed 10 Feb 2027 19:00 is not 21 to 35 days after session 6"
    )
    publish(calendar.address, "--accept")
    assert visit("check-in")["broken"] == ["window"]
    assert record()["history"][-1]["overridden"] == ["window"]


def test_a_linked_visit_that_was_taken_out_stays_out(at, publish, calendar):
    publish(calendar.address)
    name = calendar.find("SUMMARY:Check-in")
    calendar.delete(name)
    report = publish(calendar.address, code=1)
    assert "cancel check-in c6" in report["courses"][0]["edits"][0]["verdict"]
    publish(calendar.address, "--accept")
    assert visit("check-in")["status"] == "cancelled"
    at(NOW, "move", "alex", "6", "2027-01-22")
    assert visit("check-in")["status"] == "cancelled"
    publish(calendar.address)
    assert name not in calendar.names()


def test_a_visit_that_went_with_a_session_is_taken_in_with_it(publish, calendar):
    """Somebody deletes a session, and what stands beside it."""
    publish(calendar.address)
    for title in ("Appointment 4 of 6", "SUMMARY:Early assessment"):
        calendar.delete(calendar.find(title))
    publish(calendar.address, "--accept")
    assert session(4)["status"] == visit("early assessment")["status"] == "cancelled"
    assert counts(publish(calendar.address))[0] == 0


def test_an_edit_into_a_full_house_is_said_and_accepted_as_a_persons_own(at, publish, calendar):
    Path("clinic.yaml").write_text("version: 1\nname: Lakeside\nresources: {chair: 1}\n")
    save(at, "bo", "2027-01-05")
    publish(calendar.address, name="bo")
    calendar.edit(
        calendar.find("Appointment 3 of 6"),
        ("20270112T090000", "20270111T100000"), ("20270112T110000", "20270111T120000"),
    )  # fmt: skip
    calendar.edit(
        calendar.find("SUMMARY:Check-in"),
        ("20270222T090000", "20270218T090000"), ("20270222T093000", "20270218T093000"),
    )  # fmt: skip
    edits = publish(calendar.address, code=1, name="bo")["courses"][0]["edits"]
    assert [edit["verdict"] for edit in edits] == [
        "breaks full: the only chair is taken 09:00–11:00",
        "breaks full: the only chair is taken 09:00–09:30",
    ]
    publish(calendar.address, "--accept", name="bo")
    broken = {each["start"] for each in record("bo")["sessions"] if each["broken"] == ["full"]}
    broken |= {each["start"] for each in record("bo")["visits"] if each["broken"] == ["full"]}
    assert broken == {"2027-01-11 10:00", "2027-02-18 09:00"}
    assert "2 stand against a rule on purpose" in at(NOW, "check", ".").out


def session(number):
    (found,) = [one for one in record()["sessions"] if one["number"] == number]
    return found


def test_words_that_stand_do_not_hide_a_change_that_was_accepted_beside_them(publish, calendar):
    """The early assessment goes with session 4, which was moved in the calendar too."""
    publish(calendar.address)
    visit = calendar.find("SUMMARY:Early assessment")
    calendar.edit(visit, ("SUMMARY:", "SUMMARY:Bring papers. "))
    calendar.edit(
        calendar.find("Appointment 4 of 6"),
        ("20270114T090000", "20270113T140000"), ("20270114T110000", "20270113T160000"),
    )  # fmt: skip
    report = publish(calendar.address, "--accept", code=1)
    assert session(4)["start"] == "2027-01-13 14:00"
    assert report["refused"] == 1
    assert publish(calendar.address, "--check", code=1)["refused"] == 1
    publish(calendar.address, "--overwrite")
    (start,) = [one["start"] for one in record()["visits"] if one["name"] == "early assessment"]
    assert start[:10].replace("-", "") in calendar.text(visit)


def test_what_a_move_would_lose_is_said(publish, calendar):
    publish(calendar.address)
    name = calendar.find("Appointment 3 of 6")
    calendar.edit(name, *MOVED, ("SUMMARY:", "SUMMARY:Bring papers. "))
    (edit,) = publish(calendar.address, code=1)["courses"][0]["edits"]
    assert edit["verdict"] == "legal; also changed, and not kept: its title"


def test_reminders_of_somebody_are_not_written_over(at, publish, calendar):
    publish(calendar.address)
    name = calendar.find("Appointment 4 of 6")
    calendar.edit(name, ("TRIGGER:-P1D", "TRIGGER:-P3D"))
    publish(calendar.address, "--accept")
    at(NOW, "move", "alex", "4", "2027-01-15")
    publish(calendar.address, code=1)
    assert "TRIGGER:-P3D" in calendar.text(name)


def test_seconds_are_not_taken_in(publish, real):
    publish(real.address)
    name = real.find("Appointment 3 of 6")
    real.edit(name, ("20270111T090000", "20270111T101530"), ("T110000", "T121530"))
    publish(real.address, "--accept")
    assert session(3)["start"] == "2027-01-11 10:15"
    assert "20270111T101500" in real.text(name)
    assert counts(publish(real.address)) == (0, 0, 0, 10, 0)


def test_ours_can_be_put_back_after_all(at, publish, calendar):
    at("2027-01-12T20:00", "done", "alex", "3")
    publish(calendar.address)
    name = calendar.find("Appointment 3 of 6")
    calendar.delete(name)
    publish(calendar.address, "--accept")
    assert name not in calendar.names()
    publish(calendar.address, "--overwrite")
    assert name in calendar.names()


def test_the_bytes_are_those_of_the_calendar_file_also_after_an_undo(at, publish, fake):
    publish(fake.address)
    at(NOW, "move", "alex", "2", "2027-01-08")
    at(NOW, "undo", "alex")
    assert publish(fake.address)["changed"] >= 1
    whole = at(NOW, "export", "alex").out.encode()
    assert all(entry_of(data) in whole for _, data in fake.entries.values())


def test_a_session_that_took_place_is_not_moved_by_a_calendar(at, publish, calendar):
    publish(calendar.address)
    at("2027-01-12T20:00", "done", "alex", "3")
    calendar.edit(calendar.find("Appointment 3 of 6"), *MOVED)
    report = publish(calendar.address, "--accept", code=1)
    assert "session 3 is attended already" in report["courses"][0]["edits"][0]["verdict"]
    assert record()["sessions"][2]["start"] == "2027-01-11 09:00"


AT_NINE = "DTSTART;TZID=America/Chicago:20270111T090000"
UNTIL_HALF_PAST_ELEVEN = "DTEND;TZID=America/Chicago:20270111T113000"
TO_THE_NEXT_DAY = "DTEND;VALUE=DATE:20270112"


@pytest.mark.parametrize(
    ("where", "old", "new"),
    [
        (AT_NINE, UNTIL_HALF_PAST_ELEVEN, "DURATION:PT2H30M"),
        (AT_NINE, UNTIL_HALF_PAST_ELEVEN, "DURATION:+P0DT149M60S"),
        (TO_THE_NEXT_DAY, TO_THE_NEXT_DAY, "DURATION:P1D"),
        (TO_THE_NEXT_DAY, f"{TO_THE_NEXT_DAY}\r\n", ""),
        (AT_NINE, AT_NINE, "DTSTART;TZID=Central Standard Time:20270111T090000"),
        (AT_NINE, AT_NINE, "DTSTART;TZID=/a.vendor/America/Chicago:20270111T090000"),
        (AT_NINE, AT_NINE, 'DTSTART;X-A="b:c;d";TZID="America/Chicago":20270111T090000'),
        (AT_NINE, AT_NINE, "DTSTART:20270111T150000Z"),
        (AT_NINE, AT_NINE, "DTSTART:20270111T090000"),
        (AT_NINE, "TRIGGER:-P1D", "TRIGGER;RELATED=START:-PT1440M"),
        (AT_NINE, "TRIGGER:-PT2H", "TRIGGER:-PT120M"),
        (AT_NINE, "TRANSP:OPAQUE\r\n", ""),
        (AT_NINE, "SUMMARY:", "SUMMARY;LANGUAGE=en:"),
    ],
)  # fmt: skip
def test_the_same_in_other_words_is_no_edit(at, publish, calendar, where, old, new):
    """The staff's calendar has sessions, and forms that are due on a day."""
    course = ("--start", "2027-01-04", "--tz", "America/Chicago", "--save", "bo")
    at(NOW, "plan", "spravato", *course)
    publish(calendar.address, "--for", "staff", name="bo")
    (name,) = [name for name, text in calendar.texts().items() if where in text]
    calendar.edit(name, (old, new))
    report = publish(calendar.address, "--for", "staff", name="bo")
    assert counts(report) == (0, 0, 0, len(calendar.names()), 0)


def test_another_length_is_an_edit_however_it_is_said(publish, calendar):
    publish(calendar.address)
    name = calendar.find("Appointment 3 of 6")
    calendar.edit(name, ("DTEND;TZID=America/Chicago:20270111T110000", "DURATION:PT3H"))
    (edit,) = publish(calendar.address, code=1)["courses"][0]["edits"]
    assert edit["verdict"] == "its length, for which a record has no place"


def test_a_client_that_writes_the_same_in_other_words_has_changed_nothing(publish, real):
    publish(real.address)
    real.edit(
        real.find("Appointment 3 of 6"),
        ("DTSTART;TZID=America/Chicago:20270111T090000", "DTSTART:20270111T150000Z"),
        ("SEQUENCE:0", "SEQUENCE:3\r\nX-SEEN:yes"),
    )
    assert counts(publish(real.address)) == (0, 0, 0, 10, 0)


def test_an_edit_between_our_look_and_our_write_is_not_written_over(at, publish, fake):
    publish(fake.address)
    at(NOW, "move", "alex", "2", "2027-01-08")
    name = of_session(fake, 2)
    theirs = fake.entries[name][1].replace(b"SUMMARY:", b"SUMMARY:Theirs ")

    def meanwhile(method, which, _):
        if method == "PUT" and which == name:
            fake.fault = lambda *_: None
            fake.put(name, theirs)

    fake.fault = meanwhile
    report = publish(fake.address, code=1)
    assert counts(report) == (0, 0, 0, 9, 1)
    assert fake.entries[name][1] == theirs


# SEQUENCE


def sequence_of(text):
    return int(re.search(r"^SEQUENCE:(\d+)", text, re.MULTILINE)[1])


def sequences(name="alex", audience="patient"):
    """How often the record says that each entry has changed."""
    entries = [entry for entry in record(name)["entries"] if entry["for"] == audience]
    return {entry["uid"].partition("@")[0]: entry["sequence"] for entry in entries}


@pytest.mark.parametrize("how", ["deleted", "deleted and let be", "reworded", "moved"])
def test_what_is_put_back_is_newer_than_what_was_there(at, publish, calendar, how):
    """A client that took the entry away asks for what has changed since, and must see it."""
    at("2027-01-12T20:00", "done", "alex", "3")
    publish(calendar.address)
    name = calendar.find("Appointment 3 of 6")
    before = calendar.text(name)
    if how.startswith("deleted"):
        calendar.delete(name)
    else:
        calendar.edit(
            name, ("SUMMARY:", "SUMMARY:No. ") if how == "reworded" else ("T090000", "T100000")
        )
    if how == "deleted and let be":
        publish(calendar.address, "--accept")
    publish(calendar.address, "--overwrite", moment=LATER)
    after = calendar.text(name)
    assert sequence_of(after) == sequence_of(before) + 1
    assert "LAST-MODIFIED:20261223T" in after
    assert "DTSTAMP:20261223T" in after
    rest = ("SEQUENCE", "LAST-MODIFIED", "DTSTAMP")
    assert [line for line in after.splitlines() if not line.startswith(rest)] == [
        line for line in before.splitlines() if not line.startswith(rest)
    ]
    assert sum(sequences().values()) == 1
    assert counts(publish(calendar.address)) == (0, 0, 0, 10, 0)


def test_sequence_never_falls_below_what_the_server_shows(at, publish, calendar):
    """Some programs raise it with every save, though a reader sees no change."""
    publish(calendar.address)
    name = calendar.find("Appointment 2 of 6")
    calendar.edit(name, ("SEQUENCE:0", "SEQUENCE:17"))
    assert counts(publish(calendar.address)) == (0, 0, 0, 10, 0)
    assert sequences()[name.removesuffix(".ics")] == 17
    at(LATER, "move", "alex", "2", "2027-01-08")
    assert counts(publish(calendar.address, moment=LATER)) == (0, 1, 0, 9, 0)
    assert sequence_of(calendar.text(name)) == 18
    assert "SEQUENCE:18\r\n" in at(NOW, "export", "alex").out
    assert sorted(sequences().values()) == [0] * 9 + [18]


def test_sequence_rises_above_what_somebody_made_it_meanwhile(at, publish, calendar):
    publish(calendar.address)
    name = calendar.find("Appointment 2 of 6")
    calendar.edit(name, ("SEQUENCE:0", "SEQUENCE:17"))
    at(LATER, "move", "alex", "2", "2027-01-08")
    kept = Path("alex.course.json").read_bytes()
    assert publish(calendar.address, "--check", code=1)["changed"] == 1
    assert Path("alex.course.json").read_bytes() == kept
    assert counts(publish(calendar.address, moment=LATER)) == (0, 1, 0, 9, 0)
    assert sequence_of(calendar.text(name)) == 18
    assert counts(publish(calendar.address)) == (0, 0, 0, 10, 0)


def test_sequence_that_was_raised_while_we_wrote(at, publish, fake):
    """Our PUT comes to nothing, but what stands there is ours already, saved again by somebody."""
    publish(fake.address)
    at(LATER, "move", "alex", "2", "2027-01-08")
    name = of_session(fake, 2)

    def fault(method, which, _):
        if method == "PUT" and which == name:
            fake.fault = lambda *_: None
            body = fake.log[-1][3]
            fake.put(name, body.replace(b"SEQUENCE:1\r\n", b"SEQUENCE:9\r\n"))

    fake.fault = fault
    assert counts(publish(fake.address, moment=LATER)) == (0, 1, 0, 9, 0)
    assert sequences()[name.removesuffix(".ics")] == 1
    at(LATER, "move", "alex", "2", "2027-01-08 10:00")
    assert counts(publish(fake.address, moment=LATER)) == (0, 1, 0, 9, 0)
    assert sequence_of(fake.entries[name][1].decode()) == 10


def test_the_calendar_file_beside_the_record_rises_too(at, publish, calendar):
    at(NOW, "export", "alex", "--ics", "alex.ics")
    at(
        NOW,
        "plan",
        "iv",
        "--start",
        "2027-01-05",
        "--tz",
        "America/Chicago",
        "--save",
        "bo",
        "--ics",
        "bo.ics",
    )
    publish(calendar.address, name="bo")
    calendar.edit(calendar.find("Appointment 2 of 6"), ("SEQUENCE:0", "SEQUENCE:17"))
    publish(calendar.address, name="bo")
    assert b"SEQUENCE:17\r\n" in Path("bo.ics").read_bytes()
    assert "bo.ics" not in at(NOW, "status", "bo").out
    # Nor does a file that somebody altered keep anything from being published.
    Path("bo.ics").write_text("mine")
    calendar.edit(calendar.find("Appointment 3 of 6"), ("SEQUENCE:0", "SEQUENCE:4"))
    assert counts(publish(calendar.address, name="bo")) == (0, 0, 0, 10, 0)
    assert Path("bo.ics").read_text() == "mine"


def test_one_audience_that_sees_a_change_raises_no_other_one(alex):
    """Another title is seen by the patient and the staff, a pause's reason by the staff alone."""
    opened = open_record(alex, datetime.fromisoformat(f"{LATER}+00:00"))
    course = opened.record.course
    paused = replace(course, pauses=(Pause(3, 1, (Reason("away", "away"),)),))
    for task, changed, expected in (
        (opened.task._replace(title="Termin"), course, {"patient": 6, "staff": 6}),
        (opened.task, paused, {"staff": 1}),
    ):
        told = keep_up(task, changed, told_by_key(opened.record), opened.now)
        assert len(told) == len(opened.record.told)
        assert Counter(entry.audience for entry in told if entry.sequence) == expected
        assert Counter(entry.audience for entry in told if entry.modified == opened.now) == expected


def test_another_real_server(at, publish, xandikos):
    """Its ETags are digests of the bytes, and it keeps what clients write word by word."""
    calendar = xandikos.calendar("clinic")
    assert counts(publish(calendar.address)) == (10, 0, 0, 0, 0)
    second, third = calendar.find("Appointment 2 of 6"), calendar.find("Appointment 3 of 6")
    calendar.edit(second, ("SEQUENCE:0", "SEQUENCE:17"))
    calendar.edit(third, ("DTEND;TZID=America/Chicago:20270111T110000", "DURATION:PT2H"))
    assert counts(publish(calendar.address)) == (0, 0, 0, 10, 0)
    at(LATER, "move", "alex", "2", "2027-01-08")
    assert counts(publish(calendar.address, moment=LATER)) == (0, 1, 0, 9, 0)
    assert sequence_of(calendar.text(second)) == 18
    visit = calendar.find("SUMMARY:Check-in")
    before = calendar.etag(visit)
    calendar.delete(visit)
    assert publish(calendar.address, code=1)["refused"] == 1
    publish(calendar.address, "--overwrite", moment=LATER)
    assert calendar.etag(visit) != before
    calendar.edit(third, ("SUMMARY:", "SUMMARY:Theirs "))
    assert publish(calendar.address, "--accept")["refused"] == 0
    assert counts(publish(calendar.address, "--remove", "--overwrite")) == (0, 0, 10, 0, 0)
    assert calendar.names() == []


# Stopped half way


@pytest.mark.sampled(3)
@pytest.mark.parametrize("how", ["cut", "cut after", 500, 503])
@pytest.mark.parametrize("which", [1, 2, 6, 10])
def test_a_run_that_was_stopped_is_finished_by_the_next(publish, fake, monkeypatch, how, which):
    monkeypatch.setattr(server.time, "sleep", lambda _: None)
    fake.fault = lambda method, _, writes: how if method == "PUT" and writes >= which else None
    report = publish(fake.address, code=4)
    assert report["err"] == "" or "Traceback" not in report["err"]
    fake.fault = lambda *_: None
    done = publish(fake.address)
    assert done["created"] + done["unchanged"] == 10
    assert done["refused"] == 0
    assert len(fake.entries) == 10
    assert counts(publish(fake.address)) == (0, 0, 0, 10, 0)


@pytest.mark.parametrize("how", ["cut", "cut after", 500, 503, 429, 423])
def test_a_failure_that_passes_is_not_noticed(at, publish, fake, monkeypatch, how):
    monkeypatch.setattr(server.time, "sleep", lambda _: None)
    seen = set()

    def once(method, name, _):
        if method in ("PUT", "PROPFIND") and (method, name) not in seen:
            seen.add((method, name))
            return how
        return None

    fake.fault = once
    assert counts(publish(fake.address)) == (10, 0, 0, 0, 0)
    at(NOW, "move", "alex", "2", "2027-01-08")
    seen.clear()
    assert counts(publish(fake.address)) == (0, 1, 0, 9, 0)
    assert len(fake.entries) == 10


def test_a_change_after_a_run_that_was_stopped(at, publish, fake, monkeypatch):
    """What was sent and never confirmed is known as ours when the course has changed since."""
    monkeypatch.setattr(server.time, "sleep", lambda _: None)
    publish(fake.address)
    at(NOW, "move", "alex", "2", "2027-01-08")
    fake.fault = lambda method, *_: "cut after" if method == "PUT" else None
    fake_address = fake.address
    monkeypatch.setattr(server, "TRIES", 1)
    publish(fake_address, code=4)
    fake.fault = lambda *_: None
    at(NOW, "move", "alex", "2", "2027-01-08 10:00")
    assert counts(publish(fake_address)) == (0, 1, 0, 9, 0)
    assert b"T100000" in fake.entries[of_session(fake, 2)][1]


def killed(fake, which):
    """Publish in a process of its own that is killed while it waits for the answer to a write."""
    child = []

    def fault(method, _name, writes):
        if method == "PUT" and writes == which:
            fake.fault = lambda *_: None
            os.kill(child[0].pid, signal.SIGKILL)
            child[0].wait()
            return "cut after" if which % 2 else "cut"
        return None

    fake.fault = fault
    command = ["publish", "alex", "--to", fake.address, "--login", "login"]
    child.append(
        subprocess.Popen(
            [sys.executable, "-m", "ketasched", *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    )
    child[0].wait()
    deadline = time.monotonic() + 5
    while len(fake.writes) < which and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.parametrize(
    "which", [3, 6, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 4, 5, 7, 8, 9, 10))]
)
def test_a_kill_loses_nothing_and_doubles_nothing(publish, fake, which):
    killed(fake, which)
    done = publish(fake.address)
    assert done["refused"] == 0
    assert done["created"] + done["unchanged"] == 10
    assert len(fake.entries) == 10
    assert counts(publish(fake.address)) == (0, 0, 0, 10, 0)


def test_two_desks_with_one_record(at, publish, fake):
    """The second is told; nothing is sent by it."""

    def other(method, *_):
        if method == "PROPFIND":
            fake.fault = lambda *_: None
            at(NOW, "move", "alex", "2", "2027-01-08")

    fake.fault = other
    outcome = at(NOW, "publish", "alex", "--to", fake.address, "--login", "login", code=1)
    assert "changed by somebody else meanwhile" in outcome.err
    assert fake.writes == []
    assert counts(publish(fake.address)) == (10, 0, 0, 0, 0)


def test_two_runs_at_once_both_end_well(fake, alex):
    """As cron starts them when the one before has not ended."""
    fake.fault = lambda method, *_: "slowly" if method == "PUT" else None
    command = ["publish", alex, "--to", fake.address, "--login", "login"]
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "ketasched", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outcomes = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outcomes
    assert sorted(out.splitlines()[0] for out, _ in outcomes) == [
        "0 created, 0 changed, 0 removed, 10 unchanged, 0 refused",
        "10 created, 0 changed, 0 removed, 0 unchanged, 0 refused",
    ]
    assert len(fake.writes) == 10


def test_who_waited_says_so(at, publish, fake, monkeypatch):
    publish(fake.address)
    with contextlib.ExitStack() as other_run:
        other_run.enter_context(turn_to_publish(Path()))
        monkeypatch.setattr(lock.time, "sleep", lambda _: other_run.close())
        report = publish(fake.address)
    assert counts(report) == (0, 0, 0, 10, 0)
    assert "another run published meanwhile" in report["err"]
    with turn_to_publish(Path()):
        assert counts(publish(fake.address, "--check")) == (0, 0, 0, 10, 0)
        monkeypatch.setattr(turn, "PATIENCE", 0)
        outcome = at(NOW, "publish", ".", "--to", fake.address, "--login", "login", code=1)
    assert "another run is still publishing the records of ." in outcome.err


def test_two_desks_with_copies_of_a_record(at, publish, fake):
    Path("other").mkdir()
    Path("other/alex.course.json").write_bytes(Path("alex.course.json").read_bytes())
    publish(fake.address)
    assert counts(publish(fake.address, name="other/alex")) == (0, 0, 0, 10, 0)
    at(NOW, "move", "alex", "2", "2027-01-08")
    publish(fake.address)
    report = publish(fake.address, name="other/alex", code=1)
    assert counts(report) == (0, 0, 0, 9, 1)
    assert b"20270108T090000" in fake.entries[of_session(fake, 2)][1]


# A server that misbehaves


def test_a_list_that_was_cut_short_is_no_deletion(publish, fake):
    publish(fake.address)
    name = of_session(fake, 4)
    whole = dict(fake.entries)
    do = fake.do

    def short(method, which, headers, body):
        if method == "PROPFIND":
            fake.entries = {one: entry for one, entry in whole.items() if one != name}
        else:
            fake.entries = whole
        return do(method, which, headers, body)

    fake.do = short
    assert counts(publish(fake.address)) == (0, 0, 0, 10, 0)


def test_etags_that_guard_nothing_are_told_and_blamed_on_nobody(at, publish, fake):
    put = fake.put

    def weak(name, body, *, created=True):
        put(name, body, created=created)
        etag = f"W/{fake.entries[name][0]}"
        fake.entries[name] = (etag, body)
        return 201, {"ETag": etag}, b""

    fake.put = weak
    publish(fake.address)
    at(NOW, "move", "alex", "2", "2027-01-08")
    fake.fault = lambda method, *_: 412 if method == "PUT" else None
    report = publish(fake.address, code=4)
    assert "ETags do not let us write" in report["err"]
    assert report["courses"][0]["edits"] == []


def test_an_answer_that_is_a_page_is_no_edit(at, publish, fake):
    publish(fake.address)
    for name, (_, data) in fake.entries.items():
        fake.put(name, data)
    do = fake.do
    page = (200, {"Content-Type": "text/html"}, b"<html>log in</html>")
    fake.do = lambda method, *more: page if method == "GET" else do(method, *more)
    outcome = at(NOW, "publish", "alex", "--to", fake.address, "--login", "login", code=4)
    assert "does not answer as a calendar server does" in outcome.err


def test_a_head_that_does_not_end(at, alex, fake, monkeypatch):
    monkeypatch.setattr(wire, "WHOLE", 0.5)
    fake.fault = lambda *_: "slow"
    outcome = at(NOW, "publish", alex, "--to", fake.address, "--login", "login", code=4)
    assert "does not answer" in outcome.err


def test_a_login_of_another_kind(at, alex, fake):
    fake.handle = lambda request: fake.say(request, 401, {"WWW-Authenticate": "Bearer realm=x"})
    outcome = at(NOW, "publish", alex, "--to", fake.address, "--login", "login", code=4)
    assert "a login of a kind that is not spoken here, Bearer" in outcome.err


def test_a_record_that_changes_while_it_is_sent(at, publish, fake):
    publish(fake.address)
    at(NOW, "move", "alex", "2", "2027-01-08")

    def other(method, *_):
        if method == "PUT":
            fake.fault = lambda *_: None
            at(NOW, "move", "alex", "5", "2027-01-19")

    fake.fault = other
    outcome = at(NOW, "publish", "alex", "--to", fake.address, "--login", "login", code=1)
    assert "1 changed" in outcome.out
    assert "what was sent is there" in outcome.err
    assert counts(publish(fake.address)) == (0, 1, 0, 9, 0)


def test_a_server_that_names_no_etag_after_a_write(publish, fake):
    put = fake.put
    fake.put = lambda *given, **more: (put(*given, **more)[0], {}, b"")
    assert counts(publish(fake.address)) == (10, 0, 0, 0, 0)
    fake.put = put
    before = len(fake.log)
    assert counts(publish(fake.address)) == (0, 0, 0, 10, 0)
    assert len(fake.log) == before + 1


def test_a_server_without_etags_is_not_written_to_again(at, publish, fake):
    fake.etags = False
    publish(fake.address)
    at(NOW, "move", "alex", "2", "2027-01-08")
    before = dict(fake.entries)
    outcome = at(NOW, "publish", "alex", "--to", fake.address, "--login", "login", code=4)
    assert "gives no ETags" in outcome.err
    assert fake.entries == before


def test_etags_that_change_by_themselves(publish, fake):
    publish(fake.address)
    for name, (_, data) in fake.entries.items():
        fake.put(name, data)
    assert counts(publish(fake.address)) == (0, 0, 0, 10, 0)


@pytest.mark.parametrize(
    ("method", "fault", "text"),
    [
        ("PROPFIND", 401, "does not accept the login of ann, from login"),
        ("PROPFIND", 403, "does not let us see"),
        ("PROPFIND", 404, "there is no calendar at"),
        ("PROPFIND", 405, "is no calendar"),
        ("PROPFIND", 500, "it answered 500"),
        ("PROPFIND", "cut", "the connection to"),
        ("PROPFIND", "endless", "does not end"),
        ("PROPFIND", "slow", "does not answer"),
        ("PUT", 403, "takes no changes from us"),
        ("PUT", 423, "is locked by another program"),
        ("PUT", 507, "is full"),
        ("PUT", 413, "is full"),
        ("PUT", 400, "the server refused 10: the server does not take it (400)"),
        ("PUT", 409, "has an entry with this UID under another name"),
    ],
)
def test_each_failure_is_one_sentence(at, alex, fake, monkeypatch, method, fault, text):
    monkeypatch.setattr(server.time, "sleep", lambda _: None)
    monkeypatch.setattr(wire, "PATIENCE", 0.3)
    monkeypatch.setattr(wire, "MOST", 2_000_000)
    monkeypatch.setattr(server, "TRIES", 2)
    fake.fault = lambda asked, *_: fault if asked == method else None
    outcome = at(NOW, "publish", alex, "--to", fake.address, "--login", "login", code=4)
    assert text in outcome.err
    assert outcome.err.count("error:") == 1
    assert fake.entries == {}


@pytest.fixture
def other_calendar(fake):
    """A second calendar in the account, whose server takes a UID once an account."""
    server = Misbehaving()
    server.account = fake.account = [fake, server]
    yield server
    server.stop()


def test_a_uid_that_the_account_has_already(at, publish, fake, other_calendar):
    publish(fake.address)
    Path("copy").mkdir()
    Path("copy/alex.course.json").write_bytes(Path("alex.course.json").read_bytes())
    arguments = ("--to", other_calendar.address, "--login", "login")
    outcome = at(NOW, "publish", "copy/alex", *arguments, code=4)
    why = "another calendar of this account has an entry with this UID, and the server takes a UID once an account"
    assert f"the server refused 10: {why}" in " ".join(outcome.err.split())
    assert " ".join(outcome.out.split()).count(f"refused 10 entries: {why}") == 1
    assert other_calendar.entries == {}
    publish(fake.address, "--remove")
    assert counts(publish(other_calendar.address)) == (10, 0, 0, 0, 0)


def test_a_patients_and_a_staff_calendar_live_in_one_account(at, publish, fake, other_calendar):
    for_staff = (other_calendar.address, "--for", "staff")
    assert counts(publish(fake.address)) == (10, 0, 0, 0, 0)
    assert counts(publish(*for_staff)) == (10, 0, 0, 0, 0)
    at(NOW, "move", "alex", "2", "2027-01-08")
    assert counts(publish(fake.address)) == (0, 1, 0, 9, 0)
    assert counts(publish(*for_staff)) == (0, 1, 0, 9, 0)
    staff = Client(other_calendar.address)
    staff.edit(staff.find("DTSTART;TZID=America/Chicago:20270111T090000"), *MOVED)
    assert counts(publish(*for_staff, "--accept")) == (0, 1, 0, 9, 0)
    assert counts(publish(fake.address)) == (0, 1, 0, 9, 0)
    assert b"20270112T100000" in fake.entries[of_session(fake, 3)][1]
    assert counts(publish(*for_staff, "--remove")) == (0, 0, 10, 0, 0)
    assert counts(publish(fake.address)) == (0, 0, 0, 10, 0)


def test_what_somebody_changed_of_another_audiences_entry(publish, calendar):
    publish(calendar.address)
    calendar.edit(calendar.find("Appointment 3 of 6"), *MOVED)
    report = publish(calendar.address, "--for", "staff", code=1)
    assert counts(report) == (10, 0, 9, 0, 1)
    (edit,) = report["courses"][0]["edits"]
    assert (edit["number"], edit["verdict"]) == (3, "it is another audience's")
    assert counts(publish(calendar.address, "--for", "staff", "--overwrite")) == (0, 0, 1, 10, 0)


def test_a_record_of_a_version_before_has_one_uid_for_all(publish, fake, other_calendar):
    name = "version-1"
    Path(f"{name}.course.json").write_bytes((FIXTURES / f"{name}.course.json").read_bytes())
    sent = publish(fake.address, name=name)["created"]
    report = publish(fake.address, "--for", "free-busy", name=name)
    assert (report["created"], report["changed"], report["removed"]) == (0, sent, 0)
    report = publish(other_calendar.address, name=name, code=4)
    assert report["refused"] == sent


def test_not_a_calendar(at, alex, fake):
    fake.kind = ""
    outcome = at(NOW, "publish", alex, "--to", fake.address, "--login", "login", code=4)
    assert "is no calendar" in outcome.err


def test_another_host_gets_nothing(at, alex, fake):
    other = Misbehaving()
    try:
        fake.fault = lambda *_: other.address
        outcome = at(NOW, "publish", alex, "--to", fake.address, "--login", "login", code=4)
        assert "nothing was sent there" in outcome.err
        assert other.log == []
    finally:
        other.stop()


def test_the_same_host_is_followed(publish, fake):
    short = fake.address.removesuffix("clinic/") + "short/"
    fake.fault = lambda _, name, __: fake.address if name == "/cal/short/" else None
    assert counts(publish(short)) == (10, 0, 0, 0, 0)
    assert len(fake.entries) == 10


def test_a_ring_of_redirects_ends(at, alex, fake):
    fake.fault = lambda *_: fake.address
    outcome = at(NOW, "publish", alex, "--to", fake.address, "--login", "login", code=4)
    assert "round in circles" in outcome.err


CERTIFICATE = str(FIXTURES / "tls" / "self-signed.pem")


@pytest.fixture
def secure():
    """A server with a certificate that a clinic made itself."""
    server = Misbehaving(tls=CERTIFICATE)
    yield server
    server.stop()


def test_a_certificate_nobody_vouches_for(at, alex, secure):
    outcome = at(NOW, "publish", alex, "--to", secure.address, "--login", "login", code=4)
    assert "certificate" in outcome.err
    assert "REQUESTS_CA_BUNDLE" in outcome.err
    assert secure.log == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_clinics_own_certificate_authority(publish, secure, monkeypatch, host):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", CERTIFICATE)
    address = secure.address.replace("127.0.0.1", host)
    assert counts(publish(address)) == (10, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("bundle", "why"),
    [("nowhere.pem", "no such file or directory"), ("login", "it holds no certificate")],
)
def test_an_authority_that_is_none(at, alex, secure, monkeypatch, bundle, why):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    outcome = at(NOW, "publish", alex, "--to", secure.address, "--login", "login", code=2)
    assert f"REQUESTS_CA_BUNDLE names {bundle}: {why}" in outcome.err


def test_https_where_only_http_is_spoken(at, alex, fake):
    address = fake.address.replace("http:", "https:")
    outcome = at(NOW, "publish", alex, "--to", address, "--login", "login", code=4)
    assert "does not speak https there" in outcome.err
    assert "certificate" not in outcome.err


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("http://calendars.example/cal/", "in the open"),
        ("ftp://127.0.0.1/cal/", "is no address"),
        ("calendars", "is no address"),
        ("https://ann:word@calendars.example/cal/", "a login in an address"),
        ("https://calendars.example/cal/?x=1", "is no calendar's address"),
        ("https://[::1/cal/", "is no address"),
    ],
)
def test_an_address_that_is_not_used(at, alex, address, text):
    outcome = at(NOW, "publish", alex, "--to", address, code=2)
    assert text in outcome.err
    assert "word" not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--accept", "--overwrite"), "choose one"),
        (("--check", "--accept"), "--check only looks"),
        (("--remove", "--accept"), "leave --accept out"),
        (("--for", "nobody"), "--for"),
    ],
)
def test_options_that_do_not_go_together(at, alex, fake, arguments, text):
    outcome = at(NOW, "publish", alex, "--to", fake.address, *arguments, code=2)
    assert text in outcome.err
    assert fake.log == []


# The login


def login_sent(fake):
    return {one[2].get("Authorization") for one in fake.log}


def asks_for_login(fake):
    """Basic authentication, asked for as servers do."""
    ask = fake.handle

    def handle(request):
        if request.headers.get("Authorization"):
            return ask(request)
        request.rfile.read(int(request.headers.get("Content-Length") or 0))
        return fake.say(request, 401, {"WWW-Authenticate": 'Basic realm="x"'})

    fake.handle = handle


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
@pytest.mark.parametrize("what", ["alex", "."])
@pytest.mark.usefixtures("alex")
def test_a_file_that_others_can_read_is_refused_once(at, fake, mode, what):
    save(at, "bo", "2027-01-05")
    Path("login").chmod(mode)
    outcome = at(NOW, "publish", what, "--to", fake.address, "--login", "login", code=1)
    assert outcome.err.count("login can be read by others") == 1
    assert outcome.err.count("run: chmod 600 login") == 1
    assert "not published" not in outcome.err
    assert fake.log == []


def test_netrc(at, alex, fake, monkeypatch):
    asks_for_login(fake)
    Path("netrc").write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n")
    monkeypatch.setenv("NETRC", "netrc")
    assert "can be read by others" in at(NOW, "publish", alex, "--to", fake.address, code=1).err
    Path("netrc").chmod(0o600)
    at(NOW, "publish", alex, "--to", fake.address)
    assert len(login_sent(fake)) == 1


def test_the_keyring(at, alex, fake, monkeypatch):
    import keyring
    from keyring.credentials import SimpleCredential

    asks_for_login(fake)
    asked = []

    def credential(service, user):
        asked.append((service, user))
        return SimpleCredential(USER, PASSWORD)

    monkeypatch.setattr(keyring, "get_credential", credential)
    at(NOW, "publish", alex, "--to", fake.address)
    assert asked == [(f"{login.SERVICE}:127.0.0.1", None)]
    assert None not in login_sent(fake)


def test_without_a_login_it_is_said_how_to_give_one(at, alex, real):
    outcome = at(NOW, "publish", alex, "--to", real.address, code=4)
    assert "asks for a login" in outcome.err
    assert "docs/publish.md" in outcome.err


def test_the_password_is_nowhere(at, alex, real, monkeypatch):
    Path("login").write_text(f"{USER}\nwrong-{PASSWORD}\n")
    monkeypatch.setenv("PYTHON_CALDAV_COMMDUMP", "1")
    outcome = at(NOW, "publish", alex, "--to", real.address, "--login", "login", code=4)
    assert PASSWORD not in str(record())
    assert "Traceback" not in outcome.err
    known = login.find("", "login")
    assert PASSWORD not in repr(known)
    assert stat.S_IMODE(Path("login").stat().st_mode) == 0o600


def test_without_the_package(at, alex, fake, monkeypatch):
    monkeypatch.setitem(sys.modules, "caldav", None)
    outcome = at(NOW, "publish", alex, "--to", fake.address, "--login", "login", code=2)
    assert 'pip install "ketasched[caldav]"' in outcome.err


def test_names_that_plan_takes_are_published(at, publish, fake):
    Path("folder").mkdir()
    for number, name in enumerate(NAMES.values()):
        course = ("im", "--start", "2027-01-05", "--sessions", "4")
        at(NOW, "plan", *course, "--name", name, "--save", f"folder/{number}")
    report = publish(fake.address, "--for", "staff", name="folder")
    assert {course["name"] for course in report["courses"]} == set(NAMES.values())
    (entries,) = {course["created"] for course in report["courses"]}
    again = publish(fake.address, "--for", "staff", "--check", name="folder")
    assert again["unchanged"] == report["created"] == entries * len(NAMES) > 0
