"""`invite`: what each message says, that each goes once, and what is known when a server fails."""

import email
import json
from email.policy import default
from pathlib import Path

import icalendar
import pytest
from helpers import files_in, record_of
from mail_server import Post
from servers import PASSWORD, USER

NOW = "2026-12-22T15:00"
LATER = "2026-12-23T15:00"
TO, FROM = "Alex Doe <alex@example.org>", "Lakeside Clinic <desk@example.org>"


@pytest.fixture(autouse=True)
def _no_login_of_this_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))


@pytest.fixture
def alex(at):
    """Six sessions from Mon 4 Jan 2027, Mondays and Thursdays, with four linked visits."""
    at(NOW, "plan", "iv", "--start", "2027-01-04", "--tz", "America/Chicago", "--save", "alex")


@pytest.fixture
def invite(at):
    """Invite alex; what came of it, as JSON."""

    def run(*more, code=0, moment=NOW, name="alex"):
        people = () if "mail" in record_of() or name != "alex" else ("--to", TO, "--from", FROM)
        outcome = at(moment, "invite", name, *people, "-f", "json", *more, code=code)
        return json.loads(outcome.out) | {"err": outcome.err}

    return run


@pytest.fixture
def post():
    server = Post()
    yield server
    server.stop()


def done(report):
    """What became of each entry: its number or handle, what happened to it, and its SEQUENCE."""
    return {
        str(each["number"] or each["handle"]): (each["what"], each["state"], each["sequence"])
        for each in report["messages"]
    }


def read(path):
    return email.message_from_bytes(Path(path).read_bytes(), policy=default)


def calendar(mail):
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return part, icalendar.Calendar.from_ical(part.get_content())


@pytest.mark.usefixtures("alex")
def test_each_entry_is_one_message_of_the_shape_that_works(invite):
    report = invite("--out", "outbox")
    assert len(report["messages"]) == 10
    assert {each["state"] for each in report["messages"]} == {"written"}
    mail = read("outbox/alex.2.0.request.alex@example.org.eml")
    assert (mail["From"], mail["To"]) == (FROM, TO)
    assert mail["Subject"] == "Appointment 2 of 6 - Thu, Jan 7, 2027, 9:00 AM"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/calendar",
    ]  # fmt: skip
    part, ical = calendar(mail)
    assert part.get_param("method") == ical["METHOD"] == "REQUEST"
    assert part.get_content_disposition() is None
    (event,) = ical.events
    assert event["ORGANIZER"] == "mailto:desk@example.org"
    assert event["ATTENDEE"] == "mailto:alex@example.org"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert len(ical.timezones) == 1
    assert record_of()["mail"]["alex@example.org"]["from"] == FROM


@pytest.mark.usefixtures("alex")
def test_only_what_is_new_changed_or_called_off_goes(at, invite):
    invite("--out", "outbox")
    kept = files_in()
    assert invite("--out", "outbox")["messages"] == []
    assert files_in() == kept
    at(LATER, "move", "alex", "2", "2027-01-08 10:30")
    at(LATER, "cancel", "alex", "3")
    assert done(invite("--out", "outbox", moment=LATER)) == {
        "2": ("changed", "written", 1), "3": ("cancelled", "written", 1),
    }  # fmt: skip
    text = read("outbox/alex.2.1.request.alex@example.org.eml").get_body("plain").get_content()
    assert "Changed: was Thu, Jan 7" in text
    _, ical = calendar(read("outbox/alex.3.1.cancel.alex@example.org.eml"))
    assert (ical["METHOD"], ical.events[0]["STATUS"]) == ("CANCEL", "CANCELLED")
    at(LATER, "undo", "alex")
    assert done(invite("--out", "outbox", moment=LATER)) == {"3": ("changed", "written", 2)}


@pytest.mark.usefixtures("alex")
def test_messages_go_through_a_server(invite, post):
    Path("login").write_text(f"{USER}\n{PASSWORD}\n")
    Path("login").chmod(0o600)
    report = invite("--send", post.address, "--login", "login")
    assert {each["state"] for each in report["messages"]} == {"sent"}
    assert len(post.inbox) == 10
    assert post.logins == [(USER, PASSWORD)]
    assert PASSWORD not in Path("alex.course.json").read_text()
    assert invite("--send", post.address)["messages"] == []
    assert len(post.inbox) == 10


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize(
    ("stage", "fault", "went", "state"),
    [
        ("rcpt", "450 4.2.0 Greylisted, come back", 9, "refused"),
        ("data", "550 5.7.1 We want no calendars", 9, "refused"),
        ("cut off", "cut", 1, "refused"),
        ("data", "cut", 1, "uncertain"),
        ("data", "cut after", 2, "uncertain"),
    ],
)
def test_a_server_that_fails_at_the_second_message(invite, post, stage, fault, went, state):
    post.fault = lambda at, number: fault if (at, number) == (stage, 2) else None
    if stage == "cut off":
        post.fault = lambda at, number: fault if (at, number >= 2) == ("rcpt", True) else None
    report = invite("--send", post.address, code=4)
    assert len(post.inbox) == went
    assert sum(each["state"] == state for each in report["messages"]) == 1
    post.fault = lambda *_: None
    unknown = state == "uncertain"
    report = invite("--send", post.address, code=1 if unknown else 0)
    assert len({each["uid"] for each in report["messages"]}) == len(report["messages"])
    assert len(report["uncertain"]) == unknown
    subjects = [mail["Subject"] for mail in post.mails]
    assert len(subjects) == len(set(subjects)) == (9 if (fault, stage) == ("cut", "data") else 10)
    if unknown:
        assert invite("--send", post.address, "--uncertain", "arrived")["messages"] == []
        assert len(post.inbox) == len(subjects)
