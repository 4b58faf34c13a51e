"""Windows, by absence: without the modules that only other systems have, and on its code pages."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers import be_at, once, record_of

from ketasched.cli import color

ABSENT = ("fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog")
WITHOUT = f"""
import json, os, pkgutil, sys
for name in {ABSENT!r}:
    sys.modules[name] = None
"""
IMPORTED = f"""{WITHOUT}
import importlib
import ketasched
names = [one.name for one in pkgutil.walk_packages(ketasched.__path__, "ketasched.")]
for name in names:
    if name != "ketasched.__main__":
        importlib.import_module(name)
print(json.dumps(names))
"""
RUN = f"""{WITHOUT}
from ketasched.cli import app
codes = []
for line in json.loads(sys.argv[1]):
    moment, *words = line.split()
    os.environ["SOURCE_DATE_EPOCH"] = moment
    codes.append(app.run(words))
print(json.dumps(codes), file=sys.stderr)
"""
BEFORE, AFTER = 1798812000, 1799244000  # Fri 1 Jan and Wed 6 Jan 2027
LIFE = [
    f"{BEFORE} plan iv --start 2027-01-04 --tz America/Chicago --ics plain.ics",
    f"{BEFORE} plan iv --start 2027-01-04 --tz America/Chicago --save alex --ics alex.ics",
    f"{BEFORE} move alex 2 fri",
    f"{BEFORE} undo alex",
    f"{BEFORE} export alex --ics out.ics",
    f"{BEFORE} export alex --ics out.ics --force --for staff",
    f"{AFTER} done alex 1",
    f"{AFTER} cancel alex 2 --then append",
    f"{AFTER} status alex",
    f"{AFTER} agenda . --day 2027-01-07",
    f"{AFTER} feed . --to feeds",
    f"{AFTER} close-day 2027-01-11 .",
    f"{AFTER} publish --help",
    f"{AFTER} invite alex --to alex@example.org --from desk@example.org --out outbox",
]


def python(program, *arguments):
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )


def test_every_module_is_imported_without_them():
    outcome = python(IMPORTED)
    assert outcome.returncode == 0, outcome.stderr
    names = json.loads(outcome.stdout)
    assert len(names) > 100
    assert "ketasched.publishing.login" in names


def test_a_course_lives_as_it_does_with_them(ketasched, monkeypatch):
    for line in LIFE:
        moment, *words = line.split()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", moment)
        assert ketasched(*words).code == 0, line
    here = {path.name: path.read_text("utf-8") for path in Path().glob("*.ics")}
    (Path("other") / "x").parent.mkdir()
    monkeypatch.chdir("other")
    outcome = python(RUN, json.dumps(LIFE))
    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stderr.splitlines()[-1]) == [0] * len(LIFE), outcome.stderr
    history = [change["what"] for change in record_of()["history"]]
    assert history[1].startswith("moved session 2")
    assert history[2].startswith("undid")
    assert history[-1].startswith("closed Mon 11 Jan")
    assert Path("alex.ics").read_text("utf-8").count("BEGIN:VEVENT") > 6
    assert len(list(Path("feeds").iterdir())) == 2
    there = {path.name: path.read_text("utf-8") for path in Path().glob("*.ics")}
    assert without_uids(there) == without_uids(here)


def without_uids(calendars):
    """The files, but for the UIDs, which a saved course draws anew."""
    return {
        name: [line for line in text.splitlines() if not line.startswith(("UID:", " "))]
        for name, text in calendars.items()
    }


PAGES = {
    "the list": "list",
    "a protocol": "show kap",
    "the help": "--help",
    "help of a command": "plan --help",
    "a plan": "plan kap --start 2027-01-04 --holidays US",
    "months": "plan kap --start 2027-01-04 --format month",
    "pauses": "plan iv --start 2027-01-04 --closed 2027-01-11..2027-01-31",
    "no plan": "plan iv --start 2027-01-03",
    "starts": "suggest iv --from 2027-01-01 --to 2027-01-20",
    "a clinic's year": "check lakeside.yaml --year 2027",
    "a course": "status alex",
    "its history": "status alex --history",
    "a folder": "status .",
    "a move": "move alex 3 fri --dry-run",
    "a day": "agenda . --day 2027-01-04",
    "a week": "agenda . --day 2027-01-04 --week",
    "a closed day": "close-day 2027-01-11 . --dry-run",
    "an unknown option": "plan --colour",
    "a protocol for a clinic": "check broken.yaml",
}
CLINIC = """
version: 1
name: Dr. Muller
timezone: America/Chicago
chairs: 1
hours: {mon-fri: 08:00-12:00}
closures: [{date: 2027-12-24..2027-12-31}, {date: 2027-07-05}]
"""


@pytest.fixture
@once
def folder(ketasched, monkeypatch):
    be_at(monkeypatch, "2027-01-02T12:00", "America/Chicago")
    Path("lakeside.yaml").write_text(CLINIC, "utf-8")
    Path("broken.yaml").write_text(f"{CLINIC}openings: [2027-12-24]", "utf-8")
    ketasched("plan", "kap", "--start", "2027-01-04", "--save", "alex")
    ketasched("move", "alex", "2", "fri")


@pytest.mark.sampled(3)
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", PAGES.values(), ids=PAGES)
def test_a_code_page_shows_all_that_is_said(command, ketasched, monkeypatch):
    be_at(monkeypatch, "2027-01-02T12:00", "America/Chicago")
    usual = ketasched(*command.split())
    for encoding in ("cp1252", "cp437"):
        shown = ketasched(*command.split(), encoding=encoding)
        assert shown.code == usual.code
        assert (shown.out + shown.err).count("?") == (usual.out + usual.err).count("?")
        assert len(shown.out.split()) == len(usual.out.split())


@pytest.mark.parametrize("encoding", ["cp1252", "cp437"])
def test_names_that_a_code_page_lacks_are_no_mistake(encoding, ketasched):
    name = "Zo\u00eb \u0141ukasz \u05d3\u05e0\u05d4"
    ketasched("plan", "iv", "--start", "2027-01-04", "--save", "alex", "--name", name)
    outcome = ketasched("status", "alex", encoding=encoding)
    assert outcome.code == 0
    assert outcome.out.startswith("Zo\u00eb ?ukasz ???")
    assert ketasched("status", "alex", "--format", "json").code == 0


@pytest.mark.parametrize("encoding", ["cp1252", "cp437"])
@pytest.mark.parametrize("form", ["json", "csv"])
def test_data_are_utf_8_on_every_code_page(form, encoding, ketasched):
    arguments = ("plan", "iv", "--start", "2027-01-04", "--tz", "UTC", "--format", form)
    usual = ketasched(*arguments)
    shown = ketasched(*arguments, encoding=encoding)
    assert shown.out.encode(encoding) == usual.out.encode()


@pytest.mark.parametrize("takes", [False, True])
@pytest.mark.parametrize("forced", [False, True])
def test_colors_are_for_consoles_that_take_them(takes, forced, monkeypatch):
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "")
    if forced:
        monkeypatch.setenv("FORCE_COLOR", "1")
    asked = []
    monkeypatch.setattr(color.sys, "platform", "win32")
    monkeypatch.setattr(color, "console_takes_color", lambda s: asked.append(s) or takes)
    console = SimpleNamespace(isatty=lambda: True)
    assert color.wants_color(console) == (takes or forced)
    assert asked == [console]  # one that takes colors must be told to
    assert color.wants_color(SimpleNamespace(isatty=lambda: False)) == forced
