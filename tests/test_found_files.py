"""Files that nobody named: the clinic.yaml of a folder, a protocol in a file of its name."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from helpers import record_of, writer
from texts import MINE

from ketasched.cli.calendar_servers import usual_publishing
from ketasched.domain.giveaways import gives_away
from ketasched.files.clinic import clinic_file
from ketasched.files.protocols import protocol_file
from ketasched.records.open import open_record

HERE = (
    "version: 1\nname: Here\ntimezone: America/Chicago\nhours: {mon-fri: 10:00-18:00}\nchairs: 3\n"
)
write = writer("clinic.yaml")
PLAN = ("plan", "iv", "--start", "2027-01-04", "--at", "10:00")


def clinic_line(outcome):
    return next((line for line in outcome.out.splitlines() if line.startswith("Clinic")), "")


def test_a_clinic_in_this_folder_is_used_and_said(ketasched):
    write(HERE)
    outcome = ketasched(*PLAN)
    assert outcome.code == 0, outcome.err
    assert clinic_line(outcome) == "Clinic     Here, from clinic.yaml, found in this folder"
    assert "America/Chicago (the clinic's zone)" in outcome.out
    starts = ketasched("suggest", "iv", "--from", "2027-01-04", "--to", "2027-01-08", "--at", "10:00")  # fmt: skip
    assert "Here, from clinic.yaml, found in this folder" in starts.out
    # Outside its hours.
    assert ketasched(*PLAN[:-1], "08:00").code == 3


def test_a_clinic_that_is_named_goes_before_it(ketasched, monkeypatch):
    write(HERE)
    write(HERE.replace("Here", "Other"), "other.yaml")
    assert clinic_line(ketasched(*PLAN, "--clinic", "other.yaml")) == "Clinic     Other, from other.yaml"  # fmt: skip
    monkeypatch.setenv("KETASCHED_CLINIC", "other.yaml")
    assert clinic_line(ketasched(*PLAN)) == "Clinic     Other, from other.yaml"


def test_one_beside_the_record_goes_before_that_of_this_folder(ketasched):
    Path("house").mkdir()
    write(HERE)
    assert (
        "Here, from clinic.yaml, found in this folder" in ketasched(*PLAN, "--save", "house/a").out
    )
    write(HERE.replace("Here", "House"), "house/clinic.yaml")
    outcome = ketasched(*PLAN, "--save", "house/b")
    assert clinic_line(outcome) == f"Clinic     House, from {Path('house/clinic.yaml')}, found beside the record"  # fmt: skip
    assert record_of("house/b")["clinic"]["name"] == "House"
    assert clinic_line(ketasched(*PLAN)).endswith("found in this folder")


def test_a_record_keeps_the_clinic_it_was_planned_from(ketasched):
    assert ketasched(*PLAN, "--save", "alex", "--tz", "UTC").code == 0
    without = record_of()
    write(HERE.replace("10:00-18:00", "06:00-07:00"))
    outcome = ketasched("move", "alex", "2", "2027-01-08")
    assert outcome.code == 0, outcome.err
    assert record_of()["clinic"] == without["clinic"]
    assert "Here" not in ketasched("status", "alex").out


def test_what_the_records_do_not_know_is_asked_of_it(ketasched):
    for name in ("alex", "ben"):
        assert ketasched(*PLAN, "--save", name, "--tz", "UTC").code == 0
    agenda = ("agenda", ".", "--day", "2027-01-04")
    assert "chair" not in ketasched(*agenda).out
    write(HERE.replace("chairs: 3", "chairs: 1"))
    assert "1 chair" in ketasched(*agenda).out


@pytest.mark.parametrize(
    ("known", "named", "to"),
    [
        ("", "", "found"),
        ("known", "", "known"),
        ("known", "named", "named"),
        ("", "named", "named"),
    ],
)
def test_where_to_publish_is_asked_of_it_last(known, named, to, ketasched):
    def clinic(word, name):
        return write(f"{HERE}publish: {{to: 'https://{word}/'}}\n", name) if word else ""

    options = ("--clinic", clinic(known, "known.yaml")) if known else ("--tz", "UTC")
    assert ketasched(*PLAN, "--save", "alex", *options).code == 0
    clinic("found", "clinic.yaml")
    asked = clinic_file.load(clinic(named, "named.yaml")) if named else None
    opened = open_record("alex", datetime(2026, 12, 1, tzinfo=UTC))
    default, _ = usual_publishing(opened.path, opened.record, asked)
    assert default.to == f"https://{to}/"


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("version: 1\nnaem: x\n", 1, "--> clinic.yaml:2:1"),
        ("version: 1\nprotocols: []\n", 1, "clinic.yaml"),
    ],
)
def test_one_that_is_broken_is_told(text, code, says, ketasched):
    write(text)
    outcome = ketasched(*PLAN)
    assert (outcome.code, outcome.out) == (code, "")
    assert says in outcome.err


@pytest.mark.parametrize("name", ["clinic.yml", "Clinic.yml", "CLINIC.YML"])
@pytest.mark.parametrize(
    "command",
    [PLAN, ("suggest", "iv", "--from", "2027-01-04", "--to", "2027-01-05", "--at", "10:00")],
    ids=["plan", "suggest"],
)
def test_one_of_nearly_that_name_is_told_of(name, command, ketasched):
    write(HERE, name)
    said = (
        f"note: {name} is not used: a clinic's file is found by itself if it is called clinic.yaml"
    )
    assert said in ketasched(*command).err
    assert "is not used" not in ketasched(*command, "--clinic", name).err
    write(HERE)
    assert "is not used" not in ketasched(*command).err


def test_a_folder_of_that_name_is_none(ketasched):
    Path("clinic.yaml").mkdir()
    assert clinic_line(ketasched(*PLAN, "--tz", "UTC")) == ""


# Protocols


def test_a_protocol_is_found_in_a_file_of_its_name(ketasched):
    write(MINE, "mine.yaml")
    outcome = ketasched("plan", "mine", "--start", "2027-01-04", "--tz", "UTC")
    assert outcome.code == 0, outcome.err
    assert "mine, version 3, from mine.yaml" in outcome.out
    assert "from mine.yaml" in ketasched("show", "mine").out
    assert ketasched("suggest", "mine", "--from", "2027-01-04", "--to", "2027-01-08").code == 0


def test_it_is_found_beside_the_clinic_too(ketasched):
    Path("house").mkdir()
    write(HERE, "house/clinic.yaml")
    write(MINE, "house/mine.yaml")
    outcome = ketasched("plan", "mine", "--start", "2027-01-04", "--clinic", "house/clinic.yaml")
    assert f"from {Path('house/mine.yaml')}" in outcome.out


def test_what_is_built_in_or_named_goes_before_it(ketasched):
    write(MINE.replace("id: mine", "id: iv"), "iv.yaml")
    assert "from built-in protocols.yaml" in ketasched("show", "iv").out
    write(MINE, "mine.yaml")
    assert ketasched("show", "mine", "--protocols", "iv.yaml").code == 2


@pytest.mark.parametrize("name", ["../mine", "MINE", "mine.yaml", "a/mine", ""])
def test_only_ids_are_looked_for(name, ketasched):
    write(MINE, "mine.yaml")
    outcome = ketasched("show", name)
    assert (outcome.code, outcome.out) == (2, "")


def test_a_file_of_its_name_without_it_is_named(ketasched):
    write(MINE, "yours.yaml")
    outcome = ketasched("show", "yours")
    assert outcome.code == 2
    assert "unknown protocol `yours`" in outcome.err
    assert "yours.yaml has `mine`" in outcome.err


# What a protocol need not state

BARE = "".join(line for line in MINE.splitlines(keepends=True) if not line.startswith(("    drug", "    route", "    use", "    sources", "      - {fact")))  # fmt: skip


def test_drug_route_use_and_sources_need_not_be_stated(ketasched):
    write(BARE, "mine.yaml")
    assert ketasched("check", "mine.yaml").code == 0
    shown = ketasched("show", "mine").out
    for word in ("Drug", "Route", "For"):
        assert f"{word:<10} not stated\n" in shown
    assert shown.endswith("Sources\nnot stated\n")
    assert ketasched("plan", "mine", "-s", "2027-01-04", "--tz", "UTC", "--save", "alex").code == 0
    assert ketasched("status", "alex").code == 0


def test_what_is_said_to_be_not_stated_is_not():
    write(MINE.replace("drug: ketamine", "drug: not stated"), "mine.yaml")
    (protocol,) = protocol_file.load("mine.yaml")
    assert protocol.drug == ""
    assert gives_away(protocol, "as stated") == ""


def test_the_protocols_that_come_with_it_state_all_of_it():
    for written in protocol_file.load_built_in():
        protocol = written.protocol
        assert all((protocol.drug, protocol.route, protocol.use, protocol.sources)), protocol.id


@pytest.mark.parametrize(
    ("title", "text", "word"),
    [
        ("Psilocybin, two sessions", "no psilocybin before", "psilocybin"),
        ("Zolpidox in depression", "your zolpidox day", "zolpidox"),
        ("Our course", "after your infusion", "infusion"),
        ("Our course", "MDMA session", "mdma"),
        ("Our course", "Ketamine", "ketamine"),
        ("Twice weekly sessions, then monthly", "no food before the session", ""),
    ],
)
def test_a_drug_that_is_not_stated_is_given_away_no_more_than_one_that_is(title, text, word):
    write(BARE.replace("My protocol", title), "mine.yaml")
    (protocol,) = protocol_file.load("mine.yaml")
    assert gives_away(protocol, text) == word


@pytest.mark.parametrize(
    ("label", "text", "word"),
    [
        ("ECT", "no food before ECT", "ECT"),
        ("ECT, mornings", "the ECT-suite", "ECT"),
        ("ECT", "direct", ""),
        ("SIT", "sit for 30 minutes", ""),
        ("d1 d8 q21", "day 1", ""),
    ],
)
def test_three_capital_letters_of_a_label_give_it_away(label, text, word):
    write(BARE.replace("label: Mine", f"label: {label}"), "mine.yaml")
    (protocol,) = protocol_file.load("mine.yaml")
    assert gives_away(protocol, text) == word
