"""Where files may be written and read: names, drives, permissions, devices, altered records."""

import json
import ntpath
import os
import posixpath
import stat
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from helpers import files_in, plan_once, record_of

from ketasched import zone
from ketasched.records import atomic, places

ALEX = Path("alex.course.json")
NAMES = {
    "a:b": False,
    "CON": False,
    "CONIN$": False,
    "conout$.ics": False,
    "con.ics": False,
    "LPT1.course.json": False,
    "COM¹": False,
    "alex.": False,
    "alex ": False,
    "alex .course.json": False,
    "a\\b": False,
    'a"b': False,
    "what?": False,
    "console.ics": True,
    "com10.ics": True,
    "a.b.ics": True,
    "Zoë 😀 (2)": True,
    "nul-test": True,
}


@pytest.mark.parametrize(("name", "fits"), NAMES.items())
def test_names_that_every_system_can_hold(name, fits):
    assert (places.why_no_name(name) == "") == fits


@pytest.mark.parametrize(
    ("path", "device"),
    [
        (PureWindowsPath("C:\\dev\\clinic\\alex.ics"), False),
        (PureWindowsPath("C:\\"), False),
        (PureWindowsPath("\\dev\\x"), False),
        (PureWindowsPath("\\\\server\\dev\\x.ics"), False),
        (PureWindowsPath("dev\\null"), False),
        (PurePosixPath("/dev/null"), True),
        (PurePosixPath("/proc/1/mem"), True),
        (PurePosixPath("/"), False),
        (PurePosixPath("/development/x"), False),
        (PurePosixPath("dev/x"), False),
    ],
)
def test_a_drive_has_no_devices(path, device):
    assert places.is_device(path) == device


@pytest.mark.parametrize(
    ("file", "folder", "system", "path"),
    [
        ("C:\\cal\\alex.ics", "D:\\records", ntpath, "C:/cal/alex.ics"),
        ("D:\\records\\cal\\alex.ics", "D:\\records", ntpath, "cal/alex.ics"),
        ("D:\\cal\\alex.ics", "d:\\records", ntpath, "../cal/alex.ics"),
        ("/cal/alex.ics", "/records", posixpath, "../cal/alex.ics"),
        ("alex.ics", "", posixpath, "alex.ics"),
    ],
)
def test_a_calendar_beside_a_record_or_on_another_drive(file, folder, system, path):
    assert places.beside(file, folder, system) == path


@pytest.mark.parametrize("name", [name for name, fits in NAMES.items() if not fits])
def test_such_names_are_refused_everywhere(ketasched, name):
    plan = ("plan", "iv", "--start", "2027-01-04")
    for words in (
        (*plan, "--ics", f"x/{name}"),
        (*plan, "--save", name.removesuffix(".course.json")),
    ):
        Path("x").mkdir(exist_ok=True)
        outcome = ketasched(*words)
        assert outcome.code in (1, 2), words
        assert "mistake" not in outcome.err
    assert files_in() == {}


@pytest.mark.parametrize(
    ("saved", "asked"),
    [
        ("alex", "Alex"),
        ("Zoë", unicodedata.normalize("NFD", "Zoë")),
        (unicodedata.normalize("NFD", "Zoë"), "ZOË"),
        ("straße", "STRASSE"),
    ],
)
def test_capitals_and_composed_letters_make_no_other_name(ketasched, saved, asked):
    plan = ("plan", "iv", "--start", "2027-01-04", "--save")
    assert ketasched(*plan, saved).code == 0
    assert ketasched("status", asked).code == 0
    assert ketasched("move", asked, "2", "2027-01-08").code == 0
    outcome = ketasched(*plan, asked)
    assert outcome.code == 1
    assert "exists already" in outcome.err
    assert len([name for name in files_in() if name.endswith(".course.json")]) == 1


# Who may read


def modes():
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in Path().iterdir()}


def test_what_is_the_clinics_nobody_else_reads(ketasched, monkeypatch):
    opened = {}
    real = os.open

    def spied(path, flags, mode=0o777, **more):
        if flags & os.O_CREAT:
            opened[Path(path).name] = mode
        return real(path, flags, mode, **more)

    monkeypatch.setattr(os, "open", spied)
    before = os.umask(0o022)
    try:
        plan = ("plan", "iv", "--start", "2027-01-04")
        assert ketasched(*plan, "--save", "alex", "--ics", "alex.ics").code == 0
        assert ketasched("move", "alex", "2", "2027-01-08").code == 0
        staff = ("--for", "staff", "--name", "A.B.")
        assert ketasched(*plan, *staff, "--ics", "staff.ics").code == 0
        assert ketasched(*plan, "--save", "bo", *staff, "--ics", "bo.ics").code == 0
        assert ketasched("export", "alex", "--for", "staff", "--ics", "out.ics").code == 0
    finally:
        os.umask(before)
    found = modes()
    assert found.pop("alex.ics") == 0o644
    assert set(found.values()) == {0o600}
    assert {"alex.course.json", "alex.course.json.bak", "staff.ics", "bo.ics"} <= found.keys()
    unfinished = {name: mode for name, mode in opened.items() if name.endswith(".part")}
    assert len(unfinished) >= 8
    assert set(unfinished.values()) == {0o600}


def test_permissions_that_somebody_gave_stay(ketasched):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex")
    ALEX.chmod(0o660)
    assert ketasched("move", "alex", "2", "2027-01-08").code == 0
    assert modes()["alex.course.json"] == 0o660


def test_what_a_kill_left_is_swept(ketasched):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    left = [
        Path(f".{name}.{'0123456789abcdef'}.part")
        for name in ("alex.course.json", "alex.course.json.bak", "alex.ics")
    ]
    others = [Path(".bo.course.json.0123456789abcdef.part"), Path(".alex.course.json.part")]
    for path in (*left, *others):
        path.touch()
    assert ketasched("move", "alex", "2", "2027-01-08").code == 0
    assert [path.exists() for path in (*left, *others)] == [False] * 3 + [True] * 2


# Files that another program holds open


@pytest.fixture
def held(monkeypatch):
    """Files that cannot be replaced, so many times each."""
    times = {}
    real = Path.replace

    def replace(self, target):
        if times.get(Path(target).name, 0) > 0:
            times[Path(target).name] -= 1
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(atomic, "PATIENCE", 0.3)
    monkeypatch.setattr(atomic, "AGAIN", 0.01)
    return times


def test_a_file_that_is_held_open_for_a_moment_is_replaced_after_it(ketasched, held):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    held |= {"alex.ics": 3, "alex.course.json": 2, "alex.course.json.bak": 1}
    assert ketasched("move", "alex", "2", "2027-01-08").code == 0
    assert set(held.values()) == {0}
    assert b"20270108T090000" in Path("alex.ics").read_bytes()


def test_what_is_done_to_a_whole_folder_is_undone_where_one_file_stays_open(ketasched, held):
    for name in ("alex", "bo", "cy"):
        plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", name, "--name", name)
    assert ketasched("close-day", "2027-01-14", ".").code == 0
    before = files_in()
    assert "bo.course.json.bak" in before
    held["cy.course.json"] = 10**6
    outcome = ketasched("close-day", "2027-01-14", ".", "--reopen")
    assert outcome.code == 1
    assert "nothing was changed; close it in the program that has it open" in outcome.err
    assert files_in() == before
    held.clear()
    assert ketasched("close-day", "2027-01-14", ".", "--reopen").code == 0


def test_a_calendar_that_stays_open_is_mended_by_running_it_again(ketasched, held):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    move = ("move", "alex", "2", "2027-01-08")
    held["alex.ics"] = 10**6
    outcome = ketasched(*move)
    assert outcome.code == 1
    said = " ".join(outcome.err.split())
    assert "alex.course.json was written before that" in said
    assert "close it in the program that has it open, and run it again" in said
    assert b"20270108T090000" not in Path("alex.ics").read_bytes()
    held["alex.ics"] = 0
    again = ketasched(*move)
    assert again.code == 0
    assert "wrote alex.ics" in again.err
    assert b"20270108T090000" in Path("alex.ics").read_bytes()
    assert len(record_of()["history"]) == 2
    before = files_in()
    assert "that is how it stands already" in ketasched(*move).err
    assert files_in() == before
    assert json.loads(ketasched("status", "alex", "--format", "json").out)["warnings"] == []


def test_a_record_that_stays_open_changes_nothing(ketasched, held):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    before = files_in()
    held["alex.course.json"] = 10**6
    outcome = ketasched("move", "alex", "2", "2027-01-08")
    assert outcome.code == 1
    assert "nothing was changed; close it" in " ".join(outcome.err.split())
    assert {name: files_in()[name] for name in before} == before


# Records that somebody altered


def altered(**keys):
    record = record_of()
    record["calendars"][0] |= keys
    ALEX.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")


@pytest.mark.parametrize(
    "keys",
    [
        {"path": "bo.course.json"},
        {"path": "bo.course.json", "digest": "", "before": ""},
        {"path": "mine.ics"},
        {"path": "mine.ics", "digest": "", "before": ""},
        {"path": "../elsewhere/new.ics"},
        {"path": "feeds.json", "digest": "", "before": ""},
        {"digest": "", "before": ""},
        {"path": "folder"},
        {"path": "pipe.ics"},
    ],
    ids=str,
)
def test_an_altered_record_writes_only_what_it_wrote(ketasched, keys):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    assert ketasched("plan", "kap", "--start", "2027-01-04", "--save", "bo").code == 0
    Path("mine.ics").write_text("mine")
    Path("folder").mkdir()
    Path("../elsewhere").mkdir(exist_ok=True)
    os.mkfifo("pipe.ics")
    altered(**keys)
    before = files_in()
    outcome = ketasched("move", "alex", "2", "2027-01-08")
    assert outcome.code == 1, outcome.err
    assert "Traceback" not in outcome.err
    assert "mistake in ketasched" not in outcome.err
    assert files_in() == before
    assert not list(Path("../elsewhere").iterdir())


# What stands in the place of a record


def device(path):
    path.symlink_to("/dev/zero")


def pipe(path):
    os.mkfifo(path)


def link_to_pipe(path):
    os.mkfifo("a-pipe")
    path.symlink_to("a-pipe")


def large(path):
    with path.open("wb") as file:
        file.write(b"[")
        file.truncate(99 * 2**20)


def surrogate(path):
    text = ALEX.read_text("utf-8") if path.name != "closed-days.json" else CLOSED
    path.write_text(text.replace('"alex"', '"\\ud800"', 1), "utf-8")


CLOSED = '{"schema": "ketasched-closed-days/1", "days": [{"day": "2027-02-01", "reason": "alex"}]}'
IN_PLACE = [device, pipe, link_to_pipe, large, surrogate]


@pytest.mark.parametrize("name", ["bo.course.json", "closed-days.json"])
@pytest.mark.parametrize("put", IN_PLACE, ids=lambda put: put.__name__)
def test_what_is_no_file_is_named_and_the_rest_of_the_folder_served(ketasched, put, name):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex")
    put(Path(name))
    record = name != "closed-days.json"
    for words in (
        ["status", "."],
        ["feed", ".", "--to", "out"],
        ["agenda", ".", "--day", "2027-01-04"],
    ):
        if words[0] == "agenda" and not record:
            continue  # it asks for no closed days
        outcome = ketasched(*words)
        assert outcome.code == 1, words
        assert name in outcome.err
        assert "mistake in ketasched" not in outcome.err
        assert "alex" in outcome.out
    before = ALEX.read_bytes()
    outcome = ketasched("move", "bo" if record else "alex", "2", "2027-01-08")
    assert outcome.code == 1
    assert name in outcome.err
    assert ALEX.read_bytes() == before


# Zone rules


@pytest.fixture
def older(monkeypatch):
    """Zone rules of an older release than those that records are written with."""

    def go_back():
        load = zone._load
        monkeypatch.setattr(zone, "_load", lambda *args: load(*args)._replace(version="2026a"))

    return go_back


def test_a_record_keeps_the_newest_release_of_the_zone_rules(ketasched):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex")
    record = record_of()
    assert record["zone_rules"] == zone.load("America/Chicago").version
    record["zone_rules"] = "2025b"
    ALEX.write_text(json.dumps(record, indent=1) + "\n")
    assert ketasched("move", "alex", "2", "2027-01-08").code == 0
    assert record_of()["zone_rules"] == zone.load("America/Chicago").version


@pytest.mark.parametrize(
    "words",
    [
        ("move", "alex", "3", "2027-01-12"),
        ("undo", "alex"),
        ("export", "alex", "--ics", "out.ics"),
        ("export", "alex", "--ics", "alex.ics", "--force"),
        ("feed", ".", "--to", "out"),
        ("close-day", "2027-01-11", "."),
    ],
    ids=" ".join,
)
def test_older_zone_rules_are_told_and_change_nothing(ketasched, older, words):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    assert ketasched("move", "alex", "2", "2027-01-08").code == 0
    older()
    before = {name: data for name, data in files_in().items() if "alex" in name}
    outcome = ketasched(*words)
    assert outcome.code in (1, 3), outcome.out
    assert "2026a" in outcome.err + outcome.out
    assert "mistake in ketasched" not in outcome.err
    assert {name: data for name, data in files_in().items() if "alex" in name} == before
    assert not Path("out.ics").exists()
    shown = ketasched("status", "alex")
    assert shown.code == 0
    assert "2026a" in " ".join(shown.out.split())
