"""What is imported when: start-up does no work that a command does not need."""

import json
import subprocess
import sys

PROGRAM = """
import json, os, sys
from ketasched.cli import app
sys.stdout = open(os.devnull, "w")
for command in {commands!r}:
    app.run(command)
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


IV = ("plan", "iv", "--start", "2027-01-04", "--tz", "America/Chicago")


def each_loaded(*commands):
    """The modules that a fresh program has loaded after each of some commands."""
    program = PROGRAM.format(commands=[list(command) for command in commands])
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    lines = outcome.stderr.decode().splitlines()
    return [json.loads(line) for line in lines if line.startswith('["')]


def modules(*commands):
    """The libraries that a fresh program has loaded after it ran some commands."""
    return libraries(each_loaded(*commands)[-1])


def libraries(loaded):
    return {name.split(".")[0] for name in loaded}


def test_help_loads_nothing_heavy():
    commands = ([], ["plan"], ["list"], ["show"], ["check"], ["schema"])
    loaded = modules(*([*command, "--help"] for command in commands))
    assert not loaded & {
        "rich",
        "ics",
        "yaml",
        "dateutil",
        "holidays",
        "tzlocal",
        "icalendar",
        "tzdata",
        "jinja2",
        "babel",
    }


def test_json_loads_no_table_library_and_a_table_no_calendar_library():
    json_, table = map(libraries, each_loaded((*IV, "--format", "json"), IV))
    assert not json_ & {"rich", "ics"}
    assert "rich" in table
    assert not table & {"ics", "tzlocal", "icalendar"}


def test_only_another_language_loads_what_writes_it():
    plan = (*IV, "--ics", "-", "--name", "a")
    options = ((), ("--clock", "12"), ("--lang", "en"), ("--lang", "es"))
    *_, english, loaded = map(libraries, each_loaded(*((*plan, *each) for each in options)))
    assert not english & {"babel", "jinja2", "rich"}
    assert "babel" in loaded
    assert not loaded & {"jinja2", "rich"}


def test_of_all_countries_only_that_of_the_zone_or_of_the_option_is_loaded():
    wanted = [
        ("UTC", (), set()),
        ("America/Chicago", (), {"united_states"}),
        ("Europe/Berlin", (), {"germany"}),
        ("UTC", ("--holidays", "GB-ENG"), {"united_kingdom"}),
    ]
    plan = ("plan", "iv", "--start", "2027-01-04", "--tz")
    before = set()
    for (_, _, countries), loaded in zip(
        wanted, each_loaded(*((*plan, zone, *options) for zone, options, _ in wanted)), strict=True
    ):
        inside = {name.split(".")[2] for name in loaded if name.startswith("holidays.countries.")}
        assert inside - before == countries
        assert ("holidays" in loaded) == bool(inside)
        before = inside


HEAVY = {
    "jinja2",
    "markupsafe",
    "babel",
    "segno",
    "playwright",
    "ortools",
    "openpyxl",
    "smtplib",
}
"""What pages, languages, full houses, workbooks and mail need, and nothing else."""


def test_nothing_that_a_page_a_language_a_house_or_mail_needs_is_loaded():
    commands = [
        ["--help"],
        *([name, "--help"] for name in ("plan", "status", "agenda", "admit")),
        [*IV, "--ics", "a.ics"],
        [*IV, "--save", "a", "--name", "Ana"],
        ["status", "a"],
        ["agenda"],
        ["agenda", "--week"],
        ["status", "a", "-f", "csv"],
        ["status", ".", "--calls"],
        ["export", "a"],
        ["undo", "a"],
    ]
    for command, loaded in zip(commands, each_loaded(*commands), strict=True):
        assert not libraries(loaded) & HEAVY, command


def test_what_was_typed_needs_no_conversion():
    plan = ("plan", "iv", "--start", "2027-01-04", "--tz", "UTC", "--closed", "2027-01-05")
    assert "pydantic" not in modules((*plan, "--weekends", "--ics", "a.ics", "--force"))


def test_only_what_writes_fhir_loads_it():
    loaded = each_loaded(
        [*IV, "--save", "f", "--name", "Fay", "--format", "json"], ["list"], ["show", "iv"],
        ["status", "f"], ["agenda"], ["export", "f"], ["export", "f", "--format", "fhir"],
    )  # fmt: skip
    ours = [any(name.startswith("ketasched.files.fhir") for name in each) for each in loaded]
    assert ours == [False] * 6 + [True]
    bundle = modules(["export", "f", "--format", "fhir"])
    assert not bundle & {"fhir", "rich", "jinja2", "ics", "openpyxl"}
