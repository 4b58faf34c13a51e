"""A name that `plan` takes every command reads and shows; none steers the terminal."""

import json
from pathlib import Path

import helpers
import pytest
from helpers import be_at, plan_once
from rich.text import Text
from texts import NAMES

from ketasched.cli import output
from ketasched.cli.terminal.page import Page
from ketasched.domain.signs import printable
from ketasched.errors import FileProblems, FileTrouble, Problem

STEERING = {
    "terminal": "\x1b[31mred",
    "title of the window": "\x1b]0;x\x07",
    "control of eight bits": "\x9b31m",
    "back": "a\bb",
    "other line end": "a\u2028b",
    "turned round": "a\u202eb",
    "isolated": "a\u2066b\u2069",
    "delete": "a\x7fb",
}
DAY = "2027-01-04"


@pytest.fixture
def clinic(ketasched, monkeypatch):
    """A folder with a course that is saved under a name."""
    Path("records").mkdir()

    def save(name):
        plan_once(ketasched, "iv", "--start", DAY, "--name", name, "--save", "records/alex")
        be_at(monkeypatch, f"{DAY}T20:00", "America/Chicago")
        return ketasched

    return save


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_every_command_reads_and_shows_it(name, clinic):
    run = clinic(name)
    for command in ("status records/alex", "status records/alex --history", "status records",
                    f"agenda records --day {DAY}", "feed records --to feeds",
                    "close-day 2027-01-11 records --dry-run"):  # fmt: skip
        outcome = run(*command.split())
        assert outcome.code == 0, outcome.err
        assert name in outcome.out, command
    for command in ("done records/alex 1", "move records/alex 2 fri", "cancel records/alex 3",
                    "extend records/alex --sessions 1", "export records/alex --for staff",
                    "undo records/alex", "undo records/alex", "undo records/alex",
                    "undo records/alex", "miss records/alex 1 --then append"):  # fmt: skip
        assert run(*command.split()).code == 0, command
    report = json.loads(run("agenda", "records", "--day", DAY, "--format", "json").out)
    assert [entry["name"] for entry in report["days"][0]["entries"]] == [name]
    assert name in run("agenda", "records", "--day", DAY, "--format", "csv").out


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_it_may_name_the_record(name, ketasched):
    assert ketasched("plan", "iv", "--start", DAY, "--save", name).code == 0
    assert name in ketasched("status", name).out
    assert name in ketasched("status", ".").out


@pytest.mark.parametrize("sign", STEERING.values(), ids=STEERING)
def test_plan_takes_no_name_that_steers_a_terminal(sign, ketasched):
    outcome = ketasched("plan", "iv", "--start", DAY, "--name", sign)
    if sign == "a\u2028b":  # a line end among others
        assert outcome.code == 0
    else:
        assert (outcome.code, outcome.out) == (2, "")
    assert printable(outcome.err) == outcome.err
    assert printable(outcome.out) == outcome.out


@pytest.mark.parametrize("typed", ["Ann\nLee", "Ann\r\n\tLee", "Ann\u2028Lee", "Ann\tLee"])
def test_a_name_stands_on_one_line(typed, ketasched):
    plan = ("plan", "iv", "--start", DAY, "--tz", "UTC", "--name", typed, "--save", "ann")
    assert ketasched(*plan).code == 0
    assert helpers.record_of("ann")["name"] == "Ann Lee"
    assert ketasched("status", "ann").code == 0


@pytest.mark.parametrize("option", ["--title", "--location", "--reason"])
def test_a_text_with_the_line_ends_of_windows_can_be_opened_again(option, ketasched):
    plan = ("plan", "iv", "--start", DAY, "--tz", "UTC", option, "a\r\nb\rc", "--save", "ann")
    assert ketasched(*plan, *(("--pause", "1") if option == "--reason" else ())).code == 0
    assert helpers.record_of("ann")["asked"][option[2:]] == "a\nb\nc"
    assert ketasched("status", "ann").code == 0


@pytest.mark.sampled(5)
@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("sign", STEERING.values(), ids=STEERING)
def test_no_command_lets_a_record_steer_the_terminal(sign, color, clinic, monkeypatch):
    run = clinic("alex")
    path = Path("records/alex.course.json")
    data = json.loads(path.read_text("utf-8"))
    data["name"] = f"x{sign}y"
    for session in data["sessions"]:
        session["name"] = f"n{sign}n"
    data["history"][0]["what"] = f"w{sign}w"
    data["history"][0]["reason"] = f"r{sign}r"
    path.write_text(json.dumps(data), "utf-8")
    if color:
        monkeypatch.delenv("NO_COLOR")
        monkeypatch.setenv("FORCE_COLOR", "1")
    for command in ("status records/alex", "status records", "status records/alex --history",
                    "agenda records", f"agenda records --day {DAY}", "feed records --to feeds",
                    "close-day 2027-01-11 records --dry-run", "move records/alex 2 fri --dry-run",
                    "done records/alex 1", "move records/alex 99 fri", "undo records/alex"):  # fmt: skip
        for form in ("table", "json", "csv") if "agenda" in command else ("table", "json"):
            outcome = run(*command.split(), "--format", form)
            for text in (outcome.out, outcome.err):
                assert printable(_uncolored(text)) == _uncolored(text), (command, form)
    assert run("agenda", "records", "--day", DAY, "--format", "json").code in (0, 1)


def _uncolored(text):
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[4m", "\x1b[31m", "\x1b[35m", "\x1b[1;31m"):
        text = text.replace(code, "")
    return text


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("sign", STEERING.values(), ids=STEERING)
def test_no_page_and_no_error_does(sign, color, monkeypatch, capfd):
    if color:
        monkeypatch.delenv("NO_COLOR")
        monkeypatch.setenv("FORCE_COLOR", "1")
    page = Page()
    page.add(sign, Text(sign, style="bold"))
    page.add_title(sign)
    page.add_facts([(sign, sign)])
    page.add_items([sign])
    page.add_command(sign)
    output.print_text(page.text())
    output.tell(sign)
    output.tell_error(FileTrouble(sign, sign))
    output.tell_error(FileProblems(sign, [Problem(sign, 1, 1, 1, sign, sign), Problem(sign)]))
    for text in capfd.readouterr():
        assert ("\x1b[" in text) == color
        assert printable(_uncolored(text)) == _uncolored(text)


@pytest.mark.parametrize("sign", STEERING.values(), ids=STEERING)
def test_no_file_name_steers_the_terminal(sign, ketasched):
    for arguments in (["check", sign], ["status", sign], ["convert", sign], ["agenda", sign],
                      ["show", sign], ["plan", "iv", "--start", sign], ["schema", sign],
                      ["plan", "iv", "--start", DAY, "--busy", sign], [sign], ["list", sign],
                      ["publish", sign], ["feed", sign, "--to", sign], ["move", sign, "1", sign],
                      ["export", sign], ["close-day", sign, "."]):  # fmt: skip
        outcome = ketasched(*arguments)
        assert printable(outcome.out + outcome.err) == outcome.out + outcome.err, arguments
        assert outcome.code in (1, 2), arguments


def test_who_types_a_person_or_a_near_name_is_told_the_record(ketasched):
    plan = ("plan", "iv", "--start", "2027-01-04", "--tz", "UTC")
    Path("r").mkdir()
    for name in ("ann", "ben", "cleo"):
        assert (
            ketasched(*plan, "--save", f"r/{name}", "--name", f"{name.title()} \u00c5bel").code == 0
        )
    for typed, hint in {
        "r/Ann A\u030aBEL": "the record of Ann \u00c5bel is r/ann",
        "r/cle": "did you mean `cleo`?",
        "r/bem": "did you mean `ben`?",
        "r/zzz": "records there are: ann, ben, cleo",
        "zzz": "plan … --save writes one",
    }.items():
        outcome = ketasched("status", typed)
        assert (outcome.code, outcome.err.splitlines()[1]) == (1, f"help: {hint}")


def test_a_beginning_goes_before_a_likeness_and_a_person_may_have_a_slash(ketasched):
    plan = ("plan", "iv", "--start", "2027-01-04", "--tz", "UTC")
    Path("r").mkdir()
    names = {
        "Ana Ruiz": "",
        "Hana": "",
        "Jos\u00e9 Mar\u00eda": "",
        "x1": "Li </b>",
        "x2": "Rui Li",
    }
    for record, person in names.items():
        named = ("--name", person) if person else ()
        assert ketasched(*plan, "--save", f"r/{record}", *named).code == 0
    for typed, hint in {
        "r/Ana": "did you mean `Ana Ruiz`?",
        "r/ruiz": "did you mean `Ana Ruiz`?",
        "r/Rui": "did you mean `Ana Ruiz`?",
        "r/jose": "did you mean `Jos\u00e9 Mar\u00eda`?",
        "r/Li </b>": "the record of Li </b> is r/x1",
        "r/Rui L": "the record of Rui Li is r/x2",
        "r/Li": "which do you mean? Li </b>, Rui Li",
    }.items():
        outcome = ketasched("status", typed)
        assert (outcome.code, outcome.err.splitlines()[1]) == (1, f"help: {hint}")
