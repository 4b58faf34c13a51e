"""What ``--output`` writes: the form its ending says, whole or not at all, and never over our own
files.
"""

import errno
import shutil
from pathlib import Path

import pytest
from helpers import be_at, plan_once

from ketasched.cli import output
from ketasched.cli.output_file import OutputFile
from ketasched.cli.result import Result, print_result
from ketasched.errors import FileTrouble
from ketasched.records import atomic, closed_days, feed_names, feeds, places

PLAN = ("plan", "iv", "--start", "2027-01-04", "--tz", "UTC")
SUGGEST = ("suggest", "iv", "--from", "2027-01-04", "--to", "2027-01-08", "--tz", "UTC")
CLINIC = "version: 1\nname: A\ntimezone: UTC\nhours: {mon-fri: 09:00-17:00}\n"


@pytest.fixture
def alex(ketasched):
    """A folder with a record and a clinic's file; what is in it."""
    plan_once(ketasched, *PLAN[1:], "--save", "alex")
    Path("clinic.yaml").write_text(CLINIC, "utf-8")
    Path("there.txt").write_text("there", "utf-8")
    return contents()


def contents():
    return {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}


PRINTING = [
    (PLAN, "table json csv html"),
    (("status", "alex"), "table json csv html"),
    (("status", "."), "table json csv"),
    (("status", "alex", "--history"), "table json"),
    (("status", "alex", "--deviations"), "table json csv"),
    (("status", ".", "--calls"), "table json csv"),
    (("agenda", ".", "--day", "2027-01-04"), "table json csv html"),
    (SUGGEST, "table json html"),
    (("check", "."), "table json"),
    (("check", "clinic.yaml"), "table"),
    (("check", "clinic.yaml", "--year", "2027"), "table html"),
    (("list",), "table"),
    (("show", "iv"), "table"),
    (("move", "alex", "2", "8 jan 2027", "--dry-run"), "table json"),
    (("cancel", "alex", "2", "--dry-run"), "table json"),
    (("adjust", "alex", "--at", "10:00", "--dry-run"), "table json"),
    (("extend", "alex", "--sessions", "7", "--dry-run"), "table json"),
    (("close-day", "2027-01-04", ".", "--dry-run"), "table json"),
    (("feed", ".", "--to", "feeds"), "table json"),
]
ENDINGS = {"table": "txt", "json": "JSON", "csv": "csv", "html": "html"}


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize(
    ("arguments", "form"),
    [(arguments, form) for arguments, forms in PRINTING for form in forms.split()],
)
def test_an_ending_says_the_form(ketasched, arguments, form):
    file = f"new.{ENDINGS[form]}"
    ketasched(*arguments)  # feeds are written by the first run
    outcome = ketasched(*arguments, "-o", file)
    typed = () if form == "table" else ("--format", form)
    printed = ketasched(*arguments, *typed)
    assert Path(file).read_bytes().decode() == printed.out != ""
    assert (outcome.code, outcome.out) == (printed.code, "")
    assert f"wrote {file}\n" in outcome.err


@pytest.mark.usefixtures("alex")
def test_a_form_that_is_typed_wins(ketasched):
    for file in ("a.csv", "a", "a.pdf"):
        assert ketasched(*PLAN, "-o", file, "--format", "json").code == 0
        assert Path(file).read_text("utf-8").startswith("{")
    assert ketasched("status", "alex", "-o", "-", "-f", "csv").out.startswith("record,")


CONTRADICTED = [
    (("status", "alex", "--format", "html"), "x.json"),
    (("status", "alex", "--format", "json"), "x.html"),
    (("status", "alex", "--format", "month"), "x.csv"),
    ((*PLAN, "--html", "b.html", "--format", "json"), "a.html"),
    (("status", "alex", "--format", "csv"), "x.ICS"),
]
IN_KEEPING = [
    (("status", "alex", "--format", "html"), "x.HTML"),
    (("status", "alex", "--format", "month"), "x.txt"),
    (("status", "alex", "--format", "json"), "x.pdf"),
    (("status", "alex"), "x.csv"),
    ((*PLAN, "--format", "csv"), "x.ics"),
]


@pytest.mark.usefixtures("alex")
@pytest.mark.parametrize(
    ("arguments", "file", "is_told"),
    [(*row, True) for row in CONTRADICTED] + [(*row, False) for row in IN_KEEPING],
)
def test_a_form_that_is_not_what_the_name_says_is_pointed_out(ketasched, arguments, file, is_told):
    outcome = ketasched(*arguments, "-o", file)
    assert outcome.code == 0
    said = f"note: {file} is written as --format {arguments[-1]} says, not as its name says\n"
    assert (said in outcome.err) is is_told
    assert ("not as its name says" in outcome.err) is is_told


@pytest.mark.parametrize("file", ["a.html", "a.HTM", "a.csv", "there.txt"])
@pytest.mark.parametrize("command", [("export", "alex"), PLAN])
def test_no_calendar_is_written_over_a_page(ketasched, alex, command, file):
    outcome = ketasched(*command, "--ics", file, "--force")
    assert outcome.code == 2
    assert "it is a calendar" in outcome.err
    assert contents() == alex


REFUSED = [
    (PLAN, "a", 2, ".txt, .html, .json"),
    (PLAN, "a.pdf", 2, ".csv"),
    (("status", "alex"), "a.ics", 2, "`.ics` is no form"),
    (("list",), "a.json", 2, "end the name with .txt\n"),
    (("status", "alex", "--history"), "a.csv", 2, "--history has no CSV"),
    (("check", "clinic.yaml"), "a.json", 2, "clinic.yaml is no folder"),
    (PLAN, ".", 1, "is a folder"),
    (PLAN, "/dev/full", 1, "use - for standard output"),
    (PLAN, "nowhere/a.txt", 1, "no such file or directory"),
    (PLAN, "there.txt/a.txt", 1, "cannot write"),
    (PLAN, "there.txt", 1, "there.txt exists already"),
    (PLAN, "con.txt", 1, "device"),
    (PLAN, f"{'a' * 300}.txt", 1, "cannot write"),
    (PLAN, "alex.course.json", 2, "choose another name"),
    (PLAN, "new.course.json", 2, "choose another name"),
    (PLAN, "closed-days.json", 2, "choose another name"),
    ((*PLAN, "--ics", "b.ics"), "a.ics", 2, "both name a calendar"),
    (("move", "alex", "2", "8 jan 2027"), "nowhere/a.json", 1, "no such file or directory"),
]


@pytest.mark.parametrize(("arguments", "file", "code", "said"), REFUSED)
def test_a_place_that_cannot_be(ketasched, alex, arguments, file, code, said):
    outcome = ketasched(*arguments, "-o", file)
    assert (outcome.code, outcome.out) == (code, "")
    assert said in outcome.err
    assert outcome.err.count("error:") == 1
    assert contents() == alex


FORCED = [
    ("alex.course.json", ()),
    ("alex.json", ("--format", "json")),
    ("clinic.yaml", ("--format", "csv", "--clinic", "clinic.yaml")),
    ("b.ics", ("--format", "csv", "--ics", "./b.ics")),
]


@pytest.mark.parametrize(("file", "options"), FORCED)
def test_not_even_force_replaces_what_is_in_use(ketasched, file, options):
    Path("clinic.yaml").write_text(CLINIC, "utf-8")
    assert ketasched(*PLAN, "--save", "alex").code == 0
    shutil.copy("alex.course.json", "alex.json")
    before = contents()
    outcome = ketasched(*PLAN, "-o", file, "--force", *options)
    if file == "b.ics":  # a calendar, whatever is printed
        assert "both name a calendar" in outcome.err
    assert outcome.code == 2
    assert contents() == before


@pytest.mark.usefixtures("alex")
def test_force_replaces(ketasched):
    assert ketasched("list", "-o", "there.txt", "--force").code == 0
    assert Path("there.txt").read_text("utf-8") == ketasched("list").out


def test_a_plan_writes_its_calendar_its_record_and_its_page(ketasched):
    plan = (*PLAN, "--name", "A")
    calendar = ketasched(*plan, "--ics", "-").out
    outcome = ketasched(*plan, "-o", "a.ICS", "--format", "csv")
    assert outcome.out == ketasched(*plan, "--format", "csv").out
    assert Path("a.ICS").read_bytes().decode() == calendar
    outcome = ketasched(*plan, "--save", "alex", "--ics", "b.ics", "-o", "b.json")
    assert (outcome.code, outcome.out) == (0, "")
    assert {"b.ics", "b.json", "alex.course.json"} <= contents().keys()
    assert ketasched(*plan, "--ics", "-", "-o", "c.csv").code == 2
    assert not Path("c.csv").exists()


def test_a_text_in_a_file_minds_no_terminal(ketasched, monkeypatch):
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: pytest.fail("no terminal is asked"))
    assert ketasched("show", "iv", "-o", "a.txt").code == 0
    text = Path("a.txt").read_bytes()
    assert b"\x1b" not in text
    assert b"\r" not in text
    assert max(map(len, text.decode().splitlines())) in range(60, 81)
    monkeypatch.setenv("COLUMNS", "50")
    assert ketasched("show", "iv", "-o", "b.txt").code == 0
    assert max(map(len, Path("b.txt").read_text("utf-8").splitlines())) in range(40, 51)


def test_a_failure_with_a_report_is_written_too(ketasched, monkeypatch):
    assert ketasched(*PLAN, "--save", "alex").code == 0
    be_at(monkeypatch, "2026-12-01T09:00:00")
    text = Path("alex.course.json").read_text("utf-8")
    Path("berta.course.json").write_text(text[:100], "utf-8")
    for command, file in (("check", "proof.json"), ("status", "all.csv"), ("agenda", "day.txt")):
        outcome = ketasched(command, ".", "-o", file)
        assert outcome.code == 1, command
        assert "error:" in outcome.err
        assert Path(file).stat().st_size > 0


@pytest.mark.parametrize("later", [False, True])
def test_a_full_disk_leaves_nothing(ketasched, monkeypatch, alex, later):
    calls = []

    def full(handle):
        calls.append(handle)
        if len(calls) > later:
            raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    outcome = ketasched("status", "alex", "-o", "a.json")
    assert outcome.code == 1
    assert "cannot write a.json: no space left on device" in outcome.err
    assert contents() == alex


@pytest.mark.usefixtures("alex")
def test_what_was_done_is_told_though_its_report_has_no_room(ketasched, monkeypatch):
    written = atomic._written

    def full(path, data):
        if path.suffix == ".json" and ".course" not in path.name and data:
            raise OSError(errno.ENOSPC, "no space left on device")
        return written(path, data)

    monkeypatch.setattr(atomic, "_written", full)
    outcome = ketasched("move", "alex", "2", "8 jan 2027", "-o", "a.json")
    assert outcome.code == 1
    assert "wrote alex.course.json\nerror: cannot write a.json" in outcome.err
    assert "nothing was changed" not in outcome.err
    assert not Path("a.json").exists()


def test_who_is_told_of_a_file_can_refuse_it():
    told = []

    def refuse(form, path):
        told.append((form, path, [path.suffix for path in Path().iterdir()]))
        raise FileTrouble("no", "", "record")

    file = OutputFile("a.json", replace=False)
    with pytest.raises(FileTrouble):
        print_result(Result(report=dict, written=refuse), "json", file)
    assert told == [("json", "a.json", [".part"])]
    assert contents() == {}
    print_result(Result(report=dict, written=lambda *file: told.append(file)), "json", file)
    assert told[1:] == [("json", "a.json")]
    print_result(Result(report=dict, written=pytest.fail), "json")


def test_the_names_of_what_stands_beside_records():
    kept = (closed_days.NAME, feed_names.NAME, feeds.NAME, "a.course.json", "A.COURSE.JSON.bak")
    assert all(places.is_ours(Path(name)) for name in kept)
    assert not places.is_ours(Path("a.json"))


def test_pages_look_at_the_terminal_again_afterwards(monkeypatch):
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with output.for_file():
        assert not output.page_has_color()
    assert output.page_has_color()
