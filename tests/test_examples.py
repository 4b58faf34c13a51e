"""The example protocols: each is short, read without a problem, and lives through a course."""

import json
import re
import shlex
from datetime import datetime
from pathlib import Path

import pytest
from calendars import events_of
from conftest import ROOT

from ketasched.files.protocols.examples import example_names

FOLDER = ROOT / "docs" / "examples"
NAMES = sorted(path.stem for path in FOLDER.iterdir())
MONDAY = "2027-01-11"
LONGEST = 40
SIZES = {
    "accelerated-tms": 50,
    "allergy": 52,
    "chemotherapy": 12,
    "dialysis": 16,
    "ect": 19,
    "physiotherapy": 16,
    "psilocybin": 2,
    "tms": 36,
    "vaccination": 3,
}
"""The sessions of each, open-ended ones up to a day."""


def test_the_examples_are_those_that_are_listed():
    assert NAMES == example_names() == sorted(SIZES)


UNTIL = {"ect": "2027-06-15"}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_short_and_without_a_problem(ketasched, name):
    path = FOLDER / f"{name}.yaml"
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST
    assert lines[0].startswith("# ")
    outcome = ketasched("check", str(path))
    assert (outcome.code, outcome.err) == (0, "")
    assert f"1 protocol, no problems: {name}" in outcome.out


TIGHT = {(name, ("replan",)) for name in ("accelerated-tms", "ect", "physiotherapy")}
"""Those that leave the rest no room to make way, and say so."""


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_copied_planned_missed_replanned_exported_and_proved(at, name):
    at("2027-01-01", "new", f"our-{name}", "--like", name)
    until = (
        ("--until", UNTIL.get(name, "2027-02-15"))
        if "open-ended" in Path(f"our-{name}.yaml").read_text()
        else ()
    )
    words = ("--start", MONDAY, "--tz", "America/Chicago", *until, "--save", "alex")
    at("2027-01-01", "plan", f"our-{name}", *words, "--ics", "alex.ics")
    first = events_of(Path("alex.ics").read_bytes())
    assert len(first) >= SIZES[name]
    day = session(at, 1)[:10]
    at(f"{day}T23:00", "done", "alex", "1")
    evening = session(at, 2)[:10] + "T23:00"
    for then in ((), ("--then", "append"), ("--then", "replan")):
        at(evening, "miss", "alex", "2", *then, code=3 if (name, then[1:]) in TIGHT else 0)
        after = events_of(Path("alex.ics").read_bytes())
        assert {event["UID"] for event in first} <= {event["UID"] for event in after}
        gone = {event["UID"] for event in after if event["STATUS"] == "CANCELLED"}
        assert (uid_of(first, session(at, 2)) in gone) == ((name, then[1:]) not in TIGHT)
        at(evening, "check", ".")
        if (name, then[1:]) not in TIGHT:
            at(evening, "undo", "alex")


def session(at, number):
    """When a session starts."""
    status = json.loads(at("2027-01-01", "status", "alex", "--format", "json").out)
    return next(each["start"] for each in status["sessions"] if each["number"] == number)


def uid_of(events, start):
    return next(e["UID"] for e in events if e["DTSTART"].dt == datetime.fromisoformat(start))


@pytest.mark.parametrize(
    ("like", "says"),
    [
        ("iv", "As the built-in iv, version 1"),
        ("spravato", "within: 7 days"),
        ("ect", "6 to 12"),
        ("dialysis", "3 per week"),
    ],
)
def test_a_protocol_begins_as_another(ketasched, like, says):
    told = ketasched("new", "ours", "--like", like)
    assert told.code == 0
    assert ketasched(*shlex.split(told.err.partition("and: ketasched ")[2])).code == 0
    text = Path("ours.yaml").read_text("utf-8")
    assert says in text
    assert not re.search(r"[&*]id0|: '[0-9]", text)  # what is shared stands in full, numbers plain
    assert "ours" in ketasched("check", "ours.yaml").out
    assert ("--until" in told.err) == (like == "dialysis")
    ours = ketasched("show", "ours").out.partition("Protocol")[2].partition("\n")[2]
    if like not in ("ect", "dialysis"):
        assert ours == ketasched("show", like).out.partition("Protocol")[2].partition("\n")[2]


@pytest.mark.parametrize(
    ("like", "hint"), [("etc", "did you mean `ect`?"), ("nothing-of-the-kind", "there are ")]
)
def test_a_model_that_is_not_there(ketasched, like, hint):
    outcome = ketasched("new", "ours", "--like", like)
    assert (outcome.code, outcome.out) == (2, "")
    assert hint in " ".join(outcome.err.split())
    assert not Path("ours.yaml").exists()
