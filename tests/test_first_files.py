"""The first files: `init` writes a clinic's, `new` a protocol's; both can be used as they are."""

import io
import re
import sys
from pathlib import Path

import pytest
import yaml
from helpers import be_at, files_in

from ketasched.files.clinic import clinic_file
from ketasched.files.protocols import protocol_file

ENOUGH = ("--name", "Lakeside Clinic", "--country", "US", "--tz", "America/Chicago")


@pytest.fixture(autouse=True)
def _moment(monkeypatch):
    be_at(monkeypatch, "2026-11-26")


@pytest.fixture
def at_a_terminal(monkeypatch):
    """Let a person type these lines."""

    def typing(*lines):
        answers = io.StringIO("".join(f"{line}\n" for line in lines))
        answers.isatty = lambda: True
        monkeypatch.setattr(sys, "stdin", answers)
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    return typing


def uncommented(text):
    """A file with all that its comments hold ready."""
    return re.sub(r"^( *)# ( *(?:- |[a-z_]+:).*)$", r"\1\2", text, flags=re.MULTILINE)


def said():
    return yaml.load(Path("clinic.yaml").read_text("utf-8"), yaml.BaseLoader)


# The clinic's


def test_a_clinic_in_one_command(ketasched):
    outcome = ketasched("init", *ENOUGH, "--part", "IL", "--hours", "mon-thu 8-12, 12:30-17; fri 8-13",
                        "--at", "9.30", "--chairs", "3", "--phone", '+1 "312"')  # fmt: skip
    assert (outcome.code, outcome.err) == (0, "wrote clinic.yaml\n")
    assert "Exceptions in 2027\n" in outcome.out  # most of the next twelve months
    assert "Casimir Pulaski Day" in outcome.out
    assert said() == {
        "version": "1",
        "name": "Lakeside Clinic",
        "phone": '+1 "312"',
        "timezone": "America/Chicago",
        "hours": {"mon-thu": "08:00-12:00, 12:30-17:00", "fri": "08:00-13:00"},
        "holidays": {"country": "US", "subdivision": "IL"},
        "chairs": "3",
        "defaults": {"start_time": "09:30"},
    }
    assert ketasched("check", "clinic.yaml", "--year", "2027").out == outcome.out


def test_what_is_left_out_is_usual(ketasched):
    outcome = ketasched("init", *ENOUGH)
    assert outcome.code == 0
    assert said() == {
        "version": "1",
        "name": "Lakeside Clinic",
        "timezone": "America/Chicago",
        "hours": {"mon-fri": "08:00-17:00"},
        "holidays": {"country": "US"},
    }
    assert "leave out those that only parts of it have" in outcome.err


def test_the_zone_is_guessed_and_said(ketasched, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    outcome = ketasched("init", "--name", "Haus", "--country", "DE", "--part", "BE")
    assert said()["timezone"] == "Europe/Berlin"
    assert (
        "note: the time zone is Europe/Berlin, this computer's; --tz names another\n" in outcome.err
    )


@pytest.mark.parametrize(
    ("typed", "holidays"),
    [
        (("--country", "us-il"), {"country": "US", "subdivision": "IL"}),
        (("--country", "de", "--part", "Bayern"), {"country": "DE", "subdivision": "Bayern"}),
        (("--country", "GB", "--part", "eng"), {"country": "GB", "subdivision": "ENG"}),
        (("--country", "none"), None),
    ],
)
def test_holidays(typed, holidays, ketasched):
    assert ketasched("init", "--name", "x", "--tz", "UTC", *typed).code == 0
    assert said().get("holidays") == holidays


@pytest.mark.parametrize(
    ("hours", "said_hours"),
    [
        ("mon-fri 08:00-17:00", {"mon-fri": "08:00-17:00"}),
        ("mon,wed 9-12; tue 9-12", {"mon-wed": "09:00-12:00"}),
        ("mon 9-12; wed 9-12", {"mon": "09:00-12:00", "wed": "09:00-12:00"}),
        ("sat-sun 9-24", {"sat-sun": "09:00-24:00"}),
        ("every day 0-24", {"mon-sun": "00:00-24:00"}),
    ],
)
def test_hours(hours, said_hours, ketasched):
    assert ketasched("init", *ENOUGH, "--hours", hours).code == 0
    assert said()["hours"] == said_hours
    clinic_file.load("clinic.yaml")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ((), "error: --name and --country are missing\n"),
        (("--name", "x"), "error: --country is missing\n"),
        (("--country", "US"), "error: --name is missing\n"),
        ((*ENOUGH, "--country", "DE"), "--country is given twice"),
        (("--name", "x", "--country", "XX"), "error: --country: unknown country `XX`"),
        ((*ENOUGH, "--part", "XX"), "error: --part: US has no part `XX`"),
        (("--name", "x", "--country", "none", "--part", "IL"), "--part: there is no country"),
        (("--name", "x", "--country", "US", "--tz", "Chicago"), "error: unknown time zone `Chicago`"),
        ((*ENOUGH, "--hours", "8-17"), "error: --hours: "),
        ((*ENOUGH, "--hours", "mon 17-8"), "error: --hours: "),
        ((*ENOUGH, "--at", "soon"), "error: --at: `soon` is not a time of day"),
        ((*ENOUGH, "--at", "7:00"), "error: --at: no weekday is open at 7:00"),
        ((*ENOUGH, "--chairs", "many"), "error: --chairs: `many` is not a number from 1 to 999"),
        ((*ENOUGH, "--chairs", "0"), "--chairs: `0` is not a number"),
        ((*ENOUGH, "--phone", "1\x1b2"), "error: --phone: the text has a sign that cannot be printed"),
        (("nowhere", *ENOUGH), "error: there is no folder nowhere"),
        ((*ENOUGH, "--colour", "x"), "unknown option `--colour`"),
    ],
)  # fmt: skip
def test_what_is_missing_or_cannot_be_read_is_named(typed, message, ketasched):
    outcome = ketasched("init", *typed)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert files_in() == {}


def test_a_file_that_is_there_stays(ketasched):
    Path("clinic.yaml").write_text("mine", "utf-8")
    outcome = ketasched("init", *ENOUGH)
    assert (outcome.code, outcome.out) == (1, "")
    assert "clinic.yaml exists already" in outcome.err
    assert Path("clinic.yaml").read_text("utf-8") == "mine"
    assert ketasched("init", *ENOUGH, "--force").code == 0
    assert said()["name"] == "Lakeside Clinic"


def test_another_folder(ketasched):
    Path("house").mkdir()
    path = Path("house/clinic.yaml")
    outcome = ketasched("init", "house", *ENOUGH)
    assert (outcome.code, f"wrote {path}\n" in outcome.err, path.is_file()) == (0, True, True)


def test_what_is_missing_is_asked_at_a_terminal(ketasched, at_a_terminal):
    at_a_terminal("Lakeside Clinic", "US", "IL", "America/Chicago", "", "9:30", "", "")
    outcome = ketasched("init")
    assert outcome.code == 0, outcome.err
    for question in (
        "Name of the clinic: ",
        "Time zone [",
        "Opening hours [mon-fri 08:00-17:00]: ",
    ):
        assert question in outcome.err
    assert said() == {
        "version": "1",
        "name": "Lakeside Clinic",
        "timezone": "America/Chicago",
        "hours": {"mon-fri": "08:00-17:00"},
        "holidays": {"country": "US", "subdivision": "IL"},
        "defaults": {"start_time": "09:30"},
    }


def test_only_what_is_missing_is_asked(ketasched, at_a_terminal):
    at_a_terminal("", "", "2", "")
    outcome = ketasched("init", *ENOUGH, "--part", "IL", "--phone", "1")
    assert outcome.code == 0, outcome.err
    assert "Name of" not in outcome.err
    assert "Phone" not in outcome.err
    assert said()["chairs"] == "2"


def test_an_answer_that_cannot_be_read_is_asked_again(ketasched, at_a_terminal):
    at_a_terminal("", "Lakeside", "Atlantis", "none", "Nowhere/Land", "UTC", "8-17", "mon 8-17", "7", "9:00", "x", "2", "")  # fmt: skip
    outcome = ketasched("init")
    assert outcome.code == 0, outcome.err
    assert "unknown country `Atlantis`" in outcome.err
    assert outcome.err.count("Part of the country") == 0
    assert (said()["hours"], said()["chairs"]) == ({"mon": "08:00-17:00"}, "2")


def test_who_ends_the_questions_gets_no_file(ketasched, at_a_terminal):
    at_a_terminal("Lakeside Clinic")
    outcome = ketasched("init")
    assert (outcome.code, outcome.out, files_in()) == (130, "", {})


@pytest.mark.parametrize("more", [(), ("--part", "IL", "--at", "9:30", "--chairs", "3", "--phone", "1"), ("--country", "none")])  # fmt: skip
def test_all_that_its_comments_hold_ready_is_sound(more, ketasched):
    enough = ENOUGH if "none" not in more else ("--name", "x", "--tz", "UTC")
    assert ketasched("init", *enough, *more).code == 0
    text = Path("clinic.yaml").read_text("utf-8")
    whole = uncommented(text)
    keys = {"address", "phone", "hours", "not_starting", "holidays", "closures", "openings", "chairs", "notice", "reasons", "defaults"}  # fmt: skip
    assert keys <= yaml.load(whole, yaml.BaseLoader).keys()
    Path("clinic.yaml").write_text(whole, "utf-8")
    clinic_file.load("clinic.yaml")


def test_a_plan_uses_it_at_once(ketasched):
    assert ketasched("init", *ENOUGH, "--at", "10:00").code == 0
    outcome = ketasched("plan", "iv", "--start", "2027-01-04")
    assert "Lakeside Clinic, from clinic.yaml, found in this folder" in outcome.out
    assert "10:00–" in outcome.out


# A protocol's


def test_a_protocol_in_one_command(ketasched):
    outcome = ketasched("new", "our-course")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == (
        "wrote our-course.yaml\n"
        "change it, then: ketasched check our-course.yaml\n"
        "and: ketasched plan our-course --start 'next mon'\n"
    )
    checked = ketasched("check", "our-course.yaml")
    assert checked.out == "our-course.yaml: 1 protocol, no problems: our-course\n"
    planned = ketasched("plan", "our-course", "--start", "2027-01-04", "--tz", "UTC")
    assert planned.code == 0, planned.err
    assert "our-course, version 1, from our-course.yaml" in planned.out
    assert ketasched("show", "our-course").code == 0


def test_elsewhere_it_is_named(ketasched):
    Path("protocols").mkdir()
    path = str(Path("protocols/mine.yaml"))
    outcome = ketasched("new", "our-course", "-o", path)
    assert f"plan our-course --start 'next mon' --protocols {path}\n" in outcome.err
    plan = ("plan", "our-course", "--start", "2027-01-04", "--protocols", path, "--tz", "UTC")
    assert ketasched(*plan).code == 0


def test_all_that_a_protocol_s_comments_hold_ready_is_sound(ketasched):
    outcome = ketasched("new", "our-course", "-o", "-")
    whole = uncommented(outcome.out)
    Path("whole.yaml").write_text(whole, "utf-8")
    (protocol,) = protocol_file.load("whole.yaml")
    assert len(protocol.phases) == 2
    assert all((protocol.drug, protocol.route, protocol.use, protocol.sources, protocol.visits))
    assert protocol.instructions


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("iv", 2, "`iv` is built in"),
        ("clinic", 2, "clinic.yaml is the clinic's file"),
        ("Our Course", 2, "`Our Course` is not an id"),
        ("../x", 2, "is not an id"),
        ("", 2, ""),
    ],
)
def test_ids_that_cannot_be(name, code, message, ketasched):
    outcome = ketasched("new", name)
    assert (outcome.code, outcome.out, files_in()) == (code, "", {})
    assert message in outcome.err


def test_a_protocol_that_is_there_stays(ketasched):
    Path("mine.yaml").write_text("x", "utf-8")
    assert ketasched("new", "mine").code == 1
    assert Path("mine.yaml").read_text("utf-8") == "x"
    assert ketasched("new", "mine", "--force").code == 0
