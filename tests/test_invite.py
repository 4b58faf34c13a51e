"""`invite`: what each message says, that each goes once, and what is known when a server fails."""

import email
import json
import os
import signal
import socket
import ssl
import threading
from collections import Counter
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path

import icalendar
import pytest
from helpers import ended, files_in, in_child, record_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mail_server import Post
from servers import PASSWORD, USER, free_port

from ketasched.errors import FileTrouble, NetworkTrouble, UsageProblem
from ketasched.mailing import desk
from ketasched.mailing import post as posting
from ketasched.mailing.correspondent import read_correspondent
from ketasched.mailing.message import Letter, Manner, messages_of
from ketasched.mailing.outbox import read_outbox
from ketasched.records.open import open_record
from ketasched.records.record import Mailbox

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
        ("rcpt", "450 4.2.0 Greylisted, come back", 1, "refused"),
        ("data", "550 5.7.1 We want no calendars", 9, "refused"),
        ("cut off", "cut", 1, "not sent"),
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
    states = Counter(each["state"] for each in report["messages"])
    assert states.total() == 10
    assert states[state] == (9 if "not sent" in state or fault.startswith("450") else 1)
    assert states["not sent"] == {"not sent": 9, "uncertain": 8}.get(state, 0)
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


# What a message says


@pytest.mark.usefixtures("alex")
def test_a_cancelled_appointment_is_no_news_to_who_was_never_invited(at, invite):
    at(NOW, "cancel", "alex", "3")
    at("2027-01-05T15:00", "done", "alex", "1")
    report = invite("--out", "outbox", moment="2027-01-05T15:00")
    told = set(done(report))
    assert told & {"1", "3", "c1"} == set()
    assert "2" in told


@pytest.mark.usefixtures("alex")
def test_sequence_goes_on_from_what_calendars_were_told(at, invite):
    for day in ("2027-01-08", "2027-01-06"):
        at(NOW, "move", "alex", "2", day)
    assert done(invite("--out", "outbox"))["2"] == ("new", "written", 2)
    at(NOW, "move", "alex", "2", "2027-01-08")
    at(NOW, "undo", "alex")
    assert done(invite("--out", "outbox")) == {}  # it is where it was told to be
    at(NOW, "move", "alex", "2", "2027-01-07")
    assert done(invite("--out", "outbox")) == {"2": ("changed", "written", 5)}


@pytest.mark.usefixtures("alex")
def test_what_is_over_is_told_of_no_detail(at, invite):
    invite("--out", "outbox")
    at("2027-01-08T15:00", "adjust", "alex", "--clock", "12")
    report = invite("--out", "outbox", moment="2027-01-08T15:00")
    assert {"1", "2", "c1"} & set(done(report)) == set()
    assert done(report)["3"] == ("changed", "written", 1)
    text = read("outbox/alex.3.1.request.alex@example.org.eml").get_body("plain").get_content()
    assert "Only details have changed." in text
    at("2027-01-08T15:00", "miss", "alex", "2", "--then", "keep")
    report = invite("--out", "outbox", moment="2027-01-08T15:00")
    assert done(report)["2"][:2] == ("cancelled", "written")


def test_an_undone_session_that_was_invited_is_called_off(at):
    at(NOW, "plan", "iv", "--start", "2027-01-04", "--tz", "UTC", "--save", "alex")
    at(NOW, "cancel", "alex", "3", "--then", "append")
    at(NOW, "invite", "alex", "--to", TO, "--from", FROM, "--out", "outbox")
    at(NOW, "undo", "alex")
    told = done(json.loads(at(NOW, "invite", "alex", "--out", "outbox", "-f", "json").out))
    assert told["7"][0] == "cancelled"
    assert told["3"][0] == "new"


@pytest.mark.parametrize(
    ("zone", "words", "in_utc"),
    [
        ("America/Chicago", "All times are those of Chicago (UTC-6).", False),
        ("Pacific/Chatham", "All times are those of Chatham (UTC+13:45).", True),
        ("UTC", "All times are those of UTC.", True),
    ],
)
def test_the_zone_is_said_in_words(at, zone, words, in_utc):
    at(NOW, "plan", "iv", "--start", "2027-01-04", "--tz", zone, "--save", "alex")
    at(NOW, "invite", "alex", "--to", TO, "--from", FROM, "--out", "outbox")
    mail = read("outbox/alex.1.0.request.alex@example.org.eml")
    assert words in mail.get_body("plain").get_content()
    _, ical = calendar(mail)
    assert (ical.timezones == []) == in_utc


def test_the_patients_language(at):
    plan = ("plan", "iv", "--start", "2027-01-04", "--tz", "America/Mexico_City", "--save", "alex")
    at(NOW, *plan, "--lang", "es")
    at(NOW, "invite", "alex", "--to", TO, "--from", FROM, "--out", "outbox")
    at(NOW, "move", "alex", "2", "2027-01-08")
    at(NOW, "invite", "alex", "--out", "outbox")
    mail = read("outbox/alex.2.1.request.alex@example.org.eml")
    assert mail["Subject"].startswith("Cambio: Cita 2 de 6 - ")
    text = mail.get_body("plain").get_content()
    assert "viernes, 8 de enero de 2027" in text
    assert "No hace falta responder." in text
    assert b"8bit" not in mail.as_bytes()
    _, ical = calendar(mail)
    assert ical.events[0]["SUMMARY"] == "Cita 2 de 6"


def test_no_words_name_the_treatment_unless_they_are_for_staff(at):
    plan = ("plan", "iv", "--start", "2027-01-04", "--tz", "UTC", "--save", "alex")
    at(NOW, *plan, "--title", "Ketamine infusion", "--location", "Spravato Centre, 1 Shore Rd")
    people = ("--from", "Ketamine Clinic <desk@example.org>", "--out", "outbox")
    err = at(NOW, "invite", "alex", "--to", TO, *people).err
    assert "the sender's name gives the treatment away" in err
    assert "the title gives the treatment away" in err
    for path in Path("outbox").iterdir():
        mail = read(path)
        words = f"{mail['Subject']} {mail.get_body('plain').get_content()}".casefold()
        assert not any(word in words for word in ("ketamin", "spravato", "infusion"))
    at(NOW, "invite", "alex", "--to", "staff@example.org", "--for", "staff", *people)
    mail = read("outbox/alex.2.0.request.staff@example.org.eml")
    assert "Ketamine infusion" in mail["Subject"]
    outcome = at(NOW, "invite", "alex", "--to", TO, "--for", "staff", *people, code=2)
    assert "was invited as patient" in outcome.err


@pytest.mark.usefixtures("alex")
def test_an_answer_and_a_file_where_they_are_asked_for(invite):
    invite("--out", "outbox", "--rsvp", "--attach")
    mail = read("outbox/alex.2.0.request.alex@example.org.eml")
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/calendar",
        "application/ics",
    ]  # fmt: skip
    part, ical = calendar(mail)
    assert ical.events[0]["ATTENDEE"].params["RSVP"] == "TRUE"
    (file,) = mail.iter_attachments()
    assert file.get_content().decode() == part.get_content()
    assert "Please answer" in mail.get_body("plain").get_content()


def test_one_message_names_two_that_begin_at_once(at):
    at(NOW, "plan", "iv", "--start", "2027-01-04", "--tz", "UTC", "--save", "alex")
    record = record_of()
    record["visits"][-1]["start"] = record["sessions"][-1]["start"]
    Path("alex.course.json").write_text(json.dumps(record))
    at(NOW, "invite", "alex", "--to", TO, "--from", FROM, "--out", "outbox", "--digest")
    (path,) = Path("outbox").iterdir()
    text = read(path).get_body("plain").get_content()
    assert text.count("Thursday 21 January 2027, 09:00") == 2


@pytest.mark.usefixtures("alex")
def test_one_message_with_all(at, invite):
    report = invite("--out", "outbox", "--digest")
    assert len({each["file"] for each in report["messages"]}) == 1
    (path,) = Path("outbox").iterdir()
    part, ical = calendar(read(path))
    assert (len(ical.events), ical.get("METHOD")) == (10, None)
    assert part.get_content_disposition() == "attachment"
    text = read(path).get_body("plain").get_content()
    assert text.count("Appointment ") == 6
    assert "The attached calendar changes nothing that came before." in text
    assert invite("--out", "outbox", "--digest")["messages"] == []
    at(LATER, "move", "alex", "2", "2027-01-08")
    at(LATER, "cancel", "alex", "3")
    assert set(done(invite("--out", "outbox", "--digest", moment=LATER))) == {"2", "3"}
    (path,) = [each for each in Path("outbox").iterdir() if each != path]
    mail = read(path)
    assert mail["Subject"] == "Changed: Your appointments"
    text = mail.get_body("plain").get_content()
    assert "was Thu, Jan 7" in text
    assert "Called off: Appointment 3" in text
    told = read_outbox(Path("outbox"))["alex@example.org"]
    assert sorted(each.sequence for each in told.values()) == [0] * 8 + [1] * 2
    assert [each.is_cancelled for each in told.values()].count(True) == 1


@pytest.mark.usefixtures("alex")
def test_an_address_that_is_given_up_is_told_and_forgotten(at, invite, post):
    then = "2027-01-05T15:00"
    invite("--out", "outbox")
    at(then, "done", "alex", "1")
    at(then, "move", "alex", "2", "2027-01-08")
    course = record_of()["sessions"]
    remove = ("--to", "alex@example.org", "--remove")
    report = invite(*remove, "--out", "outbox", "--dry-run", moment=then)
    post.fault = lambda stage, number: "450 later" if (stage, number) == ("data", 3) else None
    assert len(done(invite(*remove, "--send", post.address, moment=then, code=4))) == 8
    assert len(invite(*remove, "--send", post.address, moment=then)["messages"]) == 1
    assert (record_of()["sessions"], "mail" in record_of()) == (course, False)
    for mail in post.mails:
        _, ical = calendar(mail)
        assert (ical["METHOD"], ical.events[0]["STATUS"]) == ("CANCEL", "CANCELLED")
        assert mail["Subject"].startswith("CANCELLED: ")
    cancelled = {
        str(calendar(mail)[1].events[0]["UID"]): calendar(mail)[1].events[0]["SEQUENCE"]
        for mail in post.mails
    }
    assert cancelled == {each["uid"]: each["sequence"] for each in report["messages"]}
    assert set(cancelled.values()) == {1}
    outcome = at(
        then,
        "invite",
        "alex",
        "--to",
        "new@example.org",
        *remove[2:],
        "--from",
        FROM,
        "--out",
        "o",
        code=2,
    )
    assert "was never invited" in outcome.err
    again = json.loads(
        at(then, "invite", "alex", "--to", TO, "--from", FROM, "--out", "again", "-f", "json").out
    )
    assert {each["uid"]: each["sequence"] for each in again["messages"]} == dict.fromkeys(
        cancelled, 2
    )


@pytest.mark.parametrize(
    ("content", "entries"),
    [
        (b"", "is no message with an appointment"),
        (b"\xff\0 no message", "is no message with an appointment"),
        (b"To: alex@example.org\nDate: soon\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\n",
         {"alex@example.org": ["a"]}),
        (b"To: alex@example.org\nContent-Type: text/calendar; charset=klingon\n\nBEGIN:VEVENT\n",
         "cannot be read as a message"),
        (b"To: alex@example.org\nContent-Type: text/calendar; method=REQUEST\n\nMETHOD:CANCEL\nBEGIN:VEVENT\n",
         "says REQUEST, and the calendar in it CANCEL"),
        (b"To: alex@example.org\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VEVENT\n",
         "says REQUEST, and the calendar in it no method"),
    ],
)  # fmt: skip
def test_an_outbox_may_hold_anything(content, entries):
    Path("a.eml").write_bytes(content)
    if isinstance(entries, str):
        with pytest.raises(FileTrouble, match=entries):
            read_outbox(Path())
    else:
        assert {to: list(told) for to, told in read_outbox(Path()).items()} == entries


# Nothing in a message is another line of it

NAMES = st.text(
    st.characters(exclude_categories=("Cs",)) | st.sampled_from('\r\n\0\x85\u2028<>";:,@=?'),
    max_size=30,
)
ENCODED = "=?utf-8?q?x=0D=0ABcc:bo@example.org?="
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]


@pytest.mark.usefixtures("alex")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.tuples(NAMES, NAMES), title=NAMES, place=NAMES)
@example(names=(ENCODED, f'"{ENCODED}"'), title=ENCODED, place=ENCODED)
def test_no_name_or_title_injects_anything(names, title, place):
    try:
        to = read_correspondent("--to", f"{names[0]} <alex@example.org>")
        sender = read_correspondent("--from", f"{names[1]} <desk@example.org>")
    except UsageProblem:
        return
    opened = open_record("alex", datetime(2026, 12, 22, 15, tzinfo=UTC))
    opened = opened._replace(task=opened.task._replace(title=title, location=place))
    letter = Letter(to, sender, Mailbox("patient", str(to), str(sender)))
    message = messages_of(opened, letter, Manner())[1]
    mail = email.message_from_bytes(message.data, policy=default)
    assert list(mail.keys()) == HEADERS
    assert [address.addr_spec for address in mail["To"].addresses] == ["alex@example.org"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["desk@example.org"]
    _, ical = calendar(mail)
    (event,) = ical.events
    assert event["ATTENDEE"] == "mailto:alex@example.org"
    assert event["ORGANIZER"] == "mailto:desk@example.org"
    assert len([name for name in event if name == "ATTENDEE"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "alex", "alex@", "@example.org", "a b@example.org", "alex@example..org", "<alex@example.org",
        "alex@example.org, bo@example.org", "alex@example.org>", "a\u0000@example.org",
        "älex@example.org", "alex@exämple.org", f"{'a' * 65}@example.org", "alex@-x.org", "",
        "alex@example.org\nBcc: bo@example.org", "Alex <a@b.org> <c@d.org>",
        "=?utf-8?q?x=0D=0ABcc=3Ay?=@example.org",
    ],
)  # fmt: skip
def test_what_is_no_address(text):
    with pytest.raises(UsageProblem):
        read_correspondent("--to", text)


@pytest.mark.usefixtures("alex")
def test_a_record_that_somebody_altered_sends_nothing_elsewhere(at, invite):
    invite("--out", "outbox")
    path = Path("alex.course.json")
    text = path.read_text().replace(
        '"to": "Alex Doe <alex@example.org>"', '"to": "a@b.org\\nBcc: c@d.org"'
    )
    path.write_text(text)
    at(NOW, "move", "alex", "2", "2027-01-08")
    assert "is no mail address" in at(NOW, "invite", "alex", "--out", "outbox", code=2).err


# What is asked

ASKED = [
    (("--out", "a", "--send", "smtp://h"), 2, "leave one of them out"),
    ((), 2, "nobody knows where the messages are to go"),
    (("--send", "http://host"), 2, "is no mail server's address"),
    (("--send", "smtp://a:b@host"), 2, "a login in an address is read by others"),
    (("--send", "smtp://host:port"), 2, "is no address"),
    (("--out", "a", "--login", "b"), 2, "are for --send"),
    (("--send", "smtp://h", "--per-minute", "0"), 2, "is no number of messages"),
    (("--out", "a", "--digest", "--rsvp"), 2, "--digest is no invitation"),
    (("--out", "alex.course.json"), 1, "alex.course.json is not a folder"),
    (("--out", "no/where"), 1, "no/where"),
    (("--out", "-"), 2, "--out writes into a folder, and `-` is none"),
    (("--out", "x", "--remove"), 2, "was never invited"),
]


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize(("options", "code", "why"), ASKED)
def test_what_cannot_be_asked(at, options, code, why):
    before = files_in()
    outcome = at(NOW, "invite", "alex", "--to", TO, "--from", FROM, *options, code=code)
    assert why in outcome.err
    assert files_in() == before
    assert not [path for path in Path().iterdir() if path.is_dir()]


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize(
    ("arguments", "code"), [(("nobody", "--to", TO), 1), (("empty",), 2), (("alex", "--to", TO), 2)]
)
def test_what_fails_leaves_nothing_behind(at, arguments, code):
    Path("empty").mkdir()
    before = sorted(map(str, Path().rglob("*")))
    at(NOW, "invite", *arguments, "--out", "x", code=code)
    assert sorted(map(str, Path().rglob("*"))) == before


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize(
    ("people", "why"),
    [
        ((), "--to is missing"),
        (("--to", TO), "--from is missing"),
        (("--to", TO, "--from", "Desk <ALEX@example.org>"), "are the same address"),
    ],
)
def test_who_is_missing(at, people, why):
    assert why in at(NOW, "invite", "alex", *people, "--out", "a", code=2).err


@pytest.mark.usefixtures("alex")
def test_nobody_is_called_off_whom_nobody_named(at, invite):
    invite("--out", "a")
    outcome = at(NOW, "invite", "alex", "--remove", "--out", "a", code=2)
    assert "--remove is for one address" in outcome.err


@pytest.mark.usefixtures("alex")
def test_looking_writes_nothing(at, invite):
    before = files_in()
    report = invite("--out", "outbox", "--dry-run")
    assert {each["state"] for each in report["messages"]} == {"would be"}
    assert "nothing was sent" in report["err"]
    invite("--dry-run", "--send", "smtp://127.0.0.1:1")
    assert files_in() == before
    page = at(NOW, "invite", "alex", "--to", TO, "--from", FROM, "--dry-run").out
    assert page.endswith("Would be: 10 new, 0 changed, 0 cancelled\n")


@pytest.mark.usefixtures("alex")
def test_a_folder_invites_whom_it_knows(at, invite):
    invite("--out", "outbox")
    at(NOW, "plan", "im", "--start", "2027-01-05", "--tz", "UTC", "--save", "bo")
    Path("cy.course.json").write_text("{")
    at(NOW, "move", "alex", "2", "2027-01-08")
    report = invite("--out", "outbox", name=".", code=1)
    assert [(each["record"], each["to"]) for each in report["messages"]] == [
        ("alex", "alex@example.org")
    ]
    assert report["without_address"] == ["bo"]
    assert "no address is known of bo" in report["err"]
    assert [each["file"] for each in report["unread"]] == ["cy.course.json"]
    assert "--to is for one course" in at(NOW, "invite", ".", "--to", TO, "--out", "o", code=2).err


def test_files_are_called_by_the_record_and_never_too_long(at):
    people = ("--to", TO, "--from", FROM, "--out")
    for record, name, day in (
        ("bo", "Bo", "2027-01-05"),
        ("bo-again", "Bo", "2027-03-02"),
        ("cy", "c" * 300, "2027-01-05"),
    ):
        at(NOW, "plan", "im", "--start", day, "--tz", "UTC", "--name", name, "--save", record)
        at(NOW, "invite", record, *people, "outbox")
    files = [file.name.split(".")[0] for file in Path("outbox").iterdir()]
    assert set(files) == {"bo", "bo-again", "cy"}
    long = "x" * 220
    at(NOW, "plan", "im", "--start", "2027-01-12", "--tz", "UTC", "--save", long)
    at(NOW, "invite", long, *people, "other")
    names = [file.name for file in Path("other").iterdir()]
    assert len(names) == files.count("cy")
    assert max(map(len, names)) < 250


@pytest.mark.usefixtures("alex")
def test_no_file_of_another_is_written_over(at, invite):
    Path("outbox").mkdir()
    file = Path("outbox/alex.2.0.request.alex@example.org.eml")
    file.write_text("mine")
    before = files_in()
    people = ("--to", TO, "--from", FROM)
    assert "is another message" in at(NOW, "invite", "alex", *people, "--out", "outbox", code=1).err
    assert files_in() == before
    file.unlink()
    invite("--out", "outbox")
    Path("outbox/alex.3.0.request.alex@example.org.eml").unlink()
    before = files_in("outbox")
    record = record_of()
    del record["mail"]
    Path("alex.course.json").write_text(
        json.dumps(record)
    )  # as a stop before it was kept leaves it
    invite("--out", "outbox")
    assert files_in("outbox").items() > before.items()


@pytest.mark.usefixtures("alex")
def test_status_says_what_an_address_is_behind(at, invite):
    invite("--out", "outbox")
    assert "changed since" not in at(NOW, "status", ".", "--calls").out
    at(NOW, "move", "alex", "2", "2027-01-08")
    text = " ".join(at(NOW, "status", ".", "--calls").out.split())
    assert "session 2 is on Fri 8 Jan 2027" in text
    assert "ketasched invite alex --send smtps://HOST" in text
    invite("--out", "outbox")
    assert "session 2 is on" not in at(NOW, "status", ".", "--calls").out


# Sending


@pytest.mark.usefixtures("alex")
def test_an_address_that_is_not_wanted_is_not_tried_on_and_on(invite, post):
    post.fault = lambda stage, _: "550 5.1.1 No such user" if stage == "rcpt" else None
    report = invite("--send", post.address, code=4)
    assert {(each["state"], each["why"]) for each in report["messages"]} == {
        ("refused", "550 5.1.1 No such user")
    }
    assert (len(report["messages"]), post.begun) == (10, 1)
    assert record_of()["mail"]["alex@example.org"]["entries"] == []


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("450 4.2.0 Greylisted, come back", "help: run it again later"),
        ("550 5.1.1 No such user", "help: it will refuse again: look at the address"),
    ],
)
def test_who_was_asked_for_is_known_though_nothing_went(at, invite, post, answer, hint):
    post.fault = lambda stage, _: answer if stage == "rcpt" else None
    report = invite("--send", post.address, code=4)
    starts = [each["start"] for each in report["messages"]]
    assert starts == sorted(starts)
    assert hint in report["err"]
    assert "run it again later" not in report["err"] or answer.startswith("4")
    post.fault = lambda *_: None
    if answer.startswith("4"):
        assert len(invite("--send", post.address, name=".")["messages"]) == 10
    else:
        gone = ("--to", TO, "--remove", "--send", post.address)
        assert at(NOW, "invite", "alex", *gone).out.endswith("0 new, 0 changed, 0 cancelled\n")
        assert (post.inbox, "mail" in record_of()) == ([], False)


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize("how", ["--out", "--send"])
def test_who_was_asked_for_when_nothing_is_due_is_known(at, post, how):
    after = "2027-06-01T15:00"
    to = ("--to", TO, "--from", FROM, how, "outbox" if how == "--out" else post.address)
    at(after, "invite", "alex", *to)
    assert record_of()["mail"]["alex@example.org"]["entries"] == []
    assert not Path("outbox").exists()
    at(after, "invite", ".", *to[4:])


@pytest.mark.usefixtures("alex")
def test_what_is_uncertain_goes_again_when_it_is_asked_for(invite, post):
    post.fault = lambda stage, number: "cut" if (stage, number) == ("data", 3) else None
    invite("--send", post.address, code=4)
    report = invite("--send", post.address, code=1)
    assert "nobody knows whether it went" in report["err"]
    assert len(post.inbox) == 9
    report = invite("--send", post.address, "--uncertain", "again")
    assert [each["what"] for each in report["messages"]] == ["new"]
    assert len({mail["Message-ID"] for mail in post.mails}) == len(post.inbox) == 10
    assert invite("--send", post.address)["messages"] == []


@pytest.mark.usefixtures("alex")
def test_a_change_of_what_is_uncertain_goes(at, invite, post):
    post.fault = lambda stage, number: "cut after" if (stage, number) == ("data", 3) else None
    invite("--send", post.address, code=4)
    post.fault = lambda *_: None
    unknown = invite("--send", post.address, code=1)["uncertain"]
    number = next(
        each["number"]
        for each in record_of()["mail"]["alex@example.org"]["entries"]
        if each["state"] == "uncertain"
    )
    at(NOW, "cancel", "alex", str(number))
    report = invite("--send", post.address)
    assert [(each["what"], each["uid"]) for each in report["messages"]] == [
        ("cancelled", unknown[0]["uid"])
    ]


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize("which", [1, 4, pytest.param(10, marks=pytest.mark.slow)])
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that is killed")
def test_a_kill_repeats_nothing(invite, post, which):
    killer = []

    def fault(stage, number):
        if (stage, number) == ("data", which):
            os.kill(killer[0], signal.SIGKILL)
            post.fault = lambda *_: None

    post.fault = fault
    arguments = ["invite", "alex", "--to", TO, "--from", FROM, "--send", post.address]
    ready = threading.Event()
    pid, _ = in_child(arguments, lambda: ready.wait(0.2))
    killer.append(pid)
    assert ended(pid) == -signal.SIGKILL
    report = invite("--send", post.address, code=1)
    assert (len(report["uncertain"]), len(report["messages"])) == (1, 10 - which)
    ids = [mail["Message-ID"] for mail in post.mails]
    assert len(ids) == len(set(ids)) == 10


@pytest.mark.usefixtures("alex")
def test_another_desk_changes_the_record_meanwhile(at, invite, post):
    def fault(stage, number):
        if (stage, number) == ("data", 2):
            post.fault = lambda *_: None
            thread = threading.Thread(target=at, args=(NOW, "move", "alex", "6", "2027-01-22"))
            thread.start()
            thread.join()

    post.fault = fault
    report = invite("--send", post.address)
    assert {each["state"] for each in report["messages"]} == {"sent"}
    assert done(report)["6"] == ("new", "sent", 1)
    assert [entry["state"] for entry in record_of()["mail"]["alex@example.org"]["entries"]] == [
        "sent"
    ] * len(report["messages"])
    assert invite("--send", post.address)["messages"] == []


class Unreliable:
    """In the place of a server: what it does with each message is given, until it is reliable."""

    def __init__(self, faults):
        self.faults = list(faults)
        self.inbox = []
        self.went = set()
        self.closed = False

    def deliver(self, _sender, _to, data):
        fault = self.faults.pop(0) if self.faults else "taken"
        message = next(line for line in data.split(b"\r\n") if line.startswith(b"Message-ID"))
        assert message not in self.went  # what was answered does not come again
        if fault.startswith("taken"):
            self.inbox.append(data)
        if fault == "taken":
            self.went.add(message)
        elif fault in FAILURES:
            raise FAILURES[fault]("why")


FAILURES = {
    "refused": posting.Refused, "not wanted": posting.NotWanted, "no line": NetworkTrouble,
    "taken, and no answer": posting.Unclear, "no answer": posting.Unclear,
}  # fmt: skip


@pytest.mark.usefixtures("alex")
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.sampled_from(["taken", "taken", *FAILURES]), max_size=16))
def test_whatever_a_server_does_each_message_arrives_and_none_twice_unasked(faults):
    now = datetime(2026, 12, 22, 15, tzinfo=UTC)
    before = Path("alex.course.json").read_bytes()
    server = Unreliable(faults)
    people = read_correspondent("--to", TO), read_correspondent("--from", FROM)

    def run(manner):
        opened = open_record("alex", now)
        box = opened.record.mail.get("alex@example.org", Mailbox("patient", TO, FROM))
        return desk.send(opened, Letter(*people, box), manner, messages_of, server)

    while server.faults:
        remaining, mailing = len(server.faults), run(Manner())
        unknown = {each.due.told.uid for each in mailing.posted if each.state == "uncertain"}
        assert unknown <= set(mailing.left)
        if len(server.faults) == remaining:
            break  # all is sent, or uncertain
    server.faults = []
    run(Manner())
    unknown = set(run(Manner()).left)
    assert {each.due.told.uid for each in run(Manner(again=True)).posted} == unknown
    assert run(Manner(again=True)).posted == []
    subjects = Counter(email.message_from_bytes(data)["Message-ID"] for data in server.inbox)
    assert len(subjects) == 10
    assert sum(subjects.values()) <= 10 + len(unknown)
    Path("alex.course.json").write_bytes(before)


@pytest.mark.usefixtures("alex")
def test_no_more_than_some_in_a_minute(invite, post, monkeypatch):
    now, waits = [0.0], []

    def sleep(seconds):
        waits.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(posting.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(posting.time, "sleep", sleep)
    invite("--send", post.address, "--per-minute", "4")
    assert waits == [60.0, 0.0, 0.0, 0.0, 60.0, 0.0]


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize(
    ("login", "why"),
    [
        ("ann\nwrong", "does not take the login from login"),
        ("ann\npäss", "signs that cannot be sent"),
    ],
)
def test_a_login_that_is_not_taken(invite, post, login, why):
    Path("login").write_text(login)
    Path("login").chmod(0o600)
    report = invite("--send", post.address, "--login", "login", code=4)
    assert why in report["err"]
    assert "wrong" not in report["err"].replace("wrong login", "")
    assert post.inbox == []
    assert record_of()["mail"]["alex@example.org"]["entries"] == []


CERTIFICATE = str(Path(__file__).parent / "fixtures/tls/self-signed.pem")


@pytest.fixture(params=["starttls", "smtps"])
def secure(request):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    if request.param == "smtps":
        server = Post(ssl_context=context)
        server.address = server.address.replace("smtp:", "smtps:")
    else:
        server = Post(tls_context=context, require_starttls=True, auth_require_tls=True)
    yield server
    server.stop()


@pytest.mark.usefixtures("alex")
def test_a_certificate_nobody_vouches_for(invite, secure, monkeypatch):
    Path("login").write_text(f"{USER}\n{PASSWORD}\n")
    Path("login").chmod(0o600)
    report = invite("--send", secure.address, "--login", "login", code=4)
    assert "certificate" in report["err"]
    assert (secure.inbox, secure.logins) == ([], [])
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", CERTIFICATE)
    invite("--send", secure.address, "--login", "login")
    assert (len(secure.inbox), secure.logins) == (10, [(USER, PASSWORD)])


@pytest.mark.usefixtures("alex")
def test_an_authority_that_is_none(at, post, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "nowhere.pem")
    people = ("--to", TO, "--from", FROM)
    outcome = at(NOW, "invite", "alex", *people, "--send", post.address, code=2)
    assert "REQUESTS_CA_BUNDLE names nowhere.pem" in outcome.err
    assert "mail" not in record_of()


@pytest.mark.usefixtures("alex")
def test_a_login_that_nobody_named_is_left_where_none_is_taken(invite, monkeypatch):
    for name, text in (("netrc", "default login a password b"), ("login", "a\nb")):
        Path(name).write_text(text)
        Path(name).chmod(0o600)
    monkeypatch.setenv("NETRC", "netrc")
    server = Post(auth_exclude_mechanism=["LOGIN", "PLAIN"])
    try:
        report = invite("--send", server.address, "--login", "login", code=4)
        assert "takes no login there" in report["err"]
        invite("--send", server.address)
    finally:
        server.stop()
    assert (len(server.inbox), server.logins) == (10, [])


@pytest.mark.usefixtures("alex")
def test_no_login_goes_in_the_open(invite, post, monkeypatch):
    monkeypatch.setattr(posting, "is_loopback", lambda _: False)
    Path("login").write_text(f"{USER}\n{PASSWORD}\n")
    Path("login").chmod(0o600)
    report = invite("--send", post.address, "--login", "login", code=4)
    assert "would be read by others" in report["err"]
    assert (post.inbox, post.logins) == ([], [])
    assert "was not encrypted" in invite("--send", post.address)["err"]
    assert len(post.inbox) == 10


def silent():
    """A server that takes connections and says nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.usefixtures("alex")
def test_a_server_that_is_not_there_or_says_nothing(at, post, monkeypatch):
    monkeypatch.setattr(posting, "PATIENCE", 0.2)
    listener, address = silent()
    people = ("--to", TO, "--from", FROM)
    for scheme, where, why in [
        ("smtp", f"127.0.0.1:{free_port()}", "the connection to 127.0.0.1 failed"),
        ("smtp", address, "127.0.0.1 does not answer"),
        ("smtps", address, "127.0.0.1 does not answer"),
        ("smtps", post.address.removeprefix("smtp://"), "does not speak TLS on port"),
        ("smtp", "nowhere.invalid", "there is no server nowhere.invalid"),
    ]:
        outcome = at(NOW, "invite", "alex", *people, "--send", f"{scheme}://{where}", code=4)
        assert why in outcome.err
        assert "not sent 10: " in outcome.out
        assert record_of()["mail"]["alex@example.org"]["entries"] == []
    listener.close()


@pytest.mark.usefixtures("alex")
def test_all_that_a_server_that_is_down_was_not_asked_for_is_listed(at, invite, monkeypatch):
    invite("--out", "outbox")
    at(NOW, "invite", "alex", "--to", "sam@example.org", "--from", FROM, "--out", "outbox")
    at(NOW, "plan", "im", "--start", "2027-01-05", "--tz", "UTC", "--save", "bo")
    at(NOW, "invite", "bo", "--to", "bo@example.org", "--from", FROM, "--out", "outbox")
    for name in ("alex", "bo"):
        at(LATER, "cancel", name, "3")
    tried = []

    def deliver(_server, _sender, to, _data):
        tried.append(to.address)
        raise NetworkTrouble("it is down")

    monkeypatch.setattr(posting.MailServer, "deliver", deliver)
    down = f"smtp://127.0.0.1:{free_port()}"
    report = invite("--send", down, name=".", code=4, moment=LATER)
    assert [(each["to"], each["state"]) for each in report["messages"]] == [
        ("alex@example.org", "not sent"), ("sam@example.org", "not sent"),
        ("bo@example.org", "not sent"),
    ]  # fmt: skip
    assert tried == ["alex@example.org"]


@pytest.mark.parametrize(("sessions", "more", "said"), [(6, [], False), (20, [], True),
                                                        (20, ["--digest"], False)])  # fmt: skip
def test_many_messages_could_be_one(at, sessions, more, said):
    text = (
        "version: 1\nprotocols: [{id: x, title: X, label: X, version: 1, steps: [{name: a, "
        "length: 30 min}], phases: [{name: a, cadence: 2 per week, window: {early: 1 day, late: "
        f"1 day}}, gap: {{min: 1 day, max: 9 days}}, sessions: {sessions}}}]}}]\n"
    )
    Path("x.yaml").write_text(text)
    at(NOW, "plan", "x", "--start", "2027-01-05", "--tz", "UTC", "--save", "x")
    err = at(NOW, "invite", "x", "--to", TO, "--from", FROM, "--dry-run", *more).err
    assert ("20 messages to alex@example.org: --digest" in err) == said


@pytest.mark.usefixtures("alex")
def test_a_server_that_answers_a_letter_at_a_time(invite, monkeypatch):
    monkeypatch.setattr(posting, "WHOLE", 0.5)
    listener, address = silent()
    stop = threading.Event()

    def drip():
        connection, _ = listener.accept()
        connection.sendall(b"220 hello\r\n")
        while not stop.wait(0.05):
            try:
                connection.sendall(b"2")
            except OSError:
                return

    threading.Thread(target=drip, daemon=True).start()
    report = invite("--send", f"smtp://{address}", code=4)
    stop.set()
    listener.close()
    assert "127.0.0.1" in report["err"]
    assert record_of()["mail"]["alex@example.org"]["entries"] == []
