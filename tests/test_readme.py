"""The README and the docs show real output only, and their commands work on any day.

After a change that is meant: ``python tests/test_readme.py`` writes the outputs anew; read the
difference before you commit it.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import console
import pytest

from ketasched.cli.commands import COMMANDS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
REFERENCE = ROOT / "docs/reference.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
# Those with commands that depend on the day.
DATED = [README, *(ROOT / "docs" / name for name in ("tutorial.md", "clinic-day.md", "clinic.md"))]
TEXTS = [*PAGES, ROOT / "benchmarks/README.md", ROOT / "CHANGELOG.md"]
# A Wednesday soon after the pages were written, and a Sunday between the years, much later.
OTHER_DAYS = [datetime(2026, 11, 25, 22, tzinfo=UTC), datetime(2031, 12, 28, 15, tzinfo=UTC)]
# The commands that the pages let fail, and how.
FAILURES = {
    'ketasched plan iv-two-weeks --start "next thu"': 3,
    "ketasched plan iv --start 2027-01-04 --closed 2027-01-11..2027-01-31": 3,
    "ketasched plan iv --start 2027-01-04 --away 2027-01-11..2027-01-24": 3,
    "ketasched move sam 4 sat": 3,
    'ketasched plan kap --start "next tue" --clinic clinic.example.yaml': 3,
    "ketasched plan kap --start 01/02/2027": 2,
    "ketasched plan iv --start 2027-01-04 --lang spanish --ics sam.ics": 2,
    "ketasched plan iv --start 2027-01-04 --busy broken.example.ics": 1,
    "ketasched check . | tail -2": 1,
    "ketasched check alex --ics alex.ics --outbox outbox --fhir alex.json": 1,
    "ketasched admit waiting.example.csv --into later --dry-run | head -16": 3,
    "ketasched import mistakes.example.csv --into patients": 1,
    **{
        f"ketasched plan im --sessions 4 --start 2027-01-0{day} --flex 1h --name {name}"
        f" --save one-by-one/{name.lower()}{shown}": 3
        for name, day, shown in (
            ("Gus", 5, ""), ("Hana", 6, " | tail -1"), ("Ivo", 7, " | tail -1"),
            ("June", 8, " | tail -1"), ("Leo", 5, " | tail -1"),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_console_block_is_real(page):
    text, runs = console.replay(page)
    assert page.read_text("utf-8") == text
    assert_ends_as_shown(runs)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("day", OTHER_DAYS, ids=lambda day: f"{day:%Y-%m-%d}")
@pytest.mark.parametrize("page", DATED, ids=lambda page: page.name)
def test_every_command_works_on_any_day(page, day):
    _, runs = console.replay(page, day)
    assert_ends_as_shown(runs)


def test_the_week_of_a_clinic_goes_on_from_day_to_day():
    text = (ROOT / "docs/clinic-day.md").read_text("utf-8")
    moments = console.moments(text)
    assert [f"{moment:## %A %-d %B %Y, %H:%M}" for moment in moments] == re.findall(
        r"^## .*day .*\d$", text, re.MULTILINE
    )
    assert moments == sorted(moments)
    assert [moment.weekday() for moment in moments] == sorted(m.weekday() for m in moments)
    assert {moment.weekday() for moment in moments} == set(range(5))
    assert moments[-1] - moments[0] < timedelta(days=5)


def assert_ends_as_shown(runs):
    """A command fails where its page shows that, and nowhere else."""
    for run in runs:
        assert run.code == FAILURES.get(run.command, 0), run


@pytest.mark.parametrize(
    "command",
    [
        'ketasched plan iv-two-weeks --start "next thu"',
        "ketasched plan iv --start 2027-11-15 --holidays US-NY --ics alex.ics",
    ],
)
def test_a_process_of_its_own_says_the_same(command, tmp_path):
    console.bring_examples(tmp_path)
    run = console.run_process(command, tmp_path)
    assert run.code == FAILURES.get(command, 0)
    shown = f"$ {command}\n{run.text}"
    assert any(shown in page.read_text("utf-8") for page in PAGES)


def test_every_command_is_documented():
    text = REFERENCE.read_text("utf-8")
    for command in COMMANDS:
        assert f"\n| [`ketasched {command}" in text
        assert f"\n$ ketasched {command} --help\n" in text


def test_every_option_of_plan_is_in_its_help():
    help_text = console.run("ketasched plan --help", ROOT).text
    for option in (
        "--clinic", "--away", "--busy", "--travel", "--flex", "--window", "--without", "--start", "-s", "--at", "-a", "--days", "--tz", "--closed", "--weekends", "--holidays",
        "--lang", "--clock", "--sessions", "--until", "--cadence", "--already", "--name", "--for", "--title",
        "--location", "--remind", "--protocols", "--ics", "--force", "--format",
    ):  # fmt: skip
        assert re.search(rf"(^|\s){option}\b", help_text), option


def test_every_environment_variable_is_documented():
    named = set()
    for path in (ROOT / "ketasched").rglob("*.py"):
        named |= set(re.findall(r"(?:environ\.get\(|envvar=)\"(\w+)\"", path.read_text("utf-8")))
    text = REFERENCE.read_text("utf-8")
    assert named
    assert [name for name in named if f"`{name}`" not in text] == []


def test_every_exit_code_is_documented():
    codes = {0, 130}
    for path in (ROOT / "ketasched").rglob("*.py"):
        text = path.read_text("utf-8")
        codes |= set(map(int, re.findall(r"exit_code(?:: \S+)? = (\d+)", text)))
    text = REFERENCE.read_text("utf-8")
    assert sorted(codes) == [int(code) for code in re.findall(r"\n\| (\d+) \|", text)]


def test_the_first_page_is_one_page():
    assert len(README.read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", prose_of(page)):
        file, _, part = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), target
        assert not part or part in anchors(path), target


def prose_of(page):
    return re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)


def anchors(path):
    """What the headings of a page are called in links."""
    titles = re.findall(r"^#+ (.*)$", prose_of(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_two_commands_for_a_fresh_machine():
    commands = re.findall(r"```sh\n(.*?)\n```", README.read_text("utf-8"))
    assert commands == [
        "pip install . && ketasched plan spravato --start 2027-01-05 --ics spravato.ics",
        "pip install '.[test]' && pytest",
    ]


def test_the_same_two_commands_for_windows():
    text = README.read_text("utf-8")
    (install,) = re.findall(r"```powershell\n(.*?)\n```", text, re.DOTALL)
    assert install.splitlines() == [
        "py -m pip install .",
        "py -m ketasched plan spravato --start 2027-01-05 --ics spravato.ics",
    ]
    assert "`py -m pip install '.[test]'`, then `py -m pytest`" in text


def test_the_example_of_a_protocol_file_is_sound(tmp_path):
    (example,) = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs/protocols.md").read_text("utf-8"), re.DOTALL
    )
    (tmp_path / "example.yaml").write_text(example, "utf-8")
    run = console.run("ketasched check example.yaml", tmp_path)
    assert run.text == "example.yaml: 1 protocol, no problems: iv-monthly\n"


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("the file", ""),
        ("a protocol", "protocols"),
        ("one of `steps`", "protocols.steps"),
        ("a phase with a cadence", "protocols.phases.0"),
        ("a phase [session by session](#sessions-one-by-one)", "protocols.phases.1"),
        ("one of its `sessions`", "protocols.phases.1.sessions"),
        ("`window`", "protocols.phases.0.window"),
        ("`gap`", "protocols.phases.0.gap"),
        ("one of `alternatives`", "protocols.phases.0.alternatives"),
        ("one of `reviews`", "protocols.phases.0.reviews"),
        ("one of `visits`", "protocols.visits"),
        ("one of `duties`", "protocols.duties"),
        ("one of `instructions`", "protocols.instructions"),
        ("one of `sources`", "protocols.sources"),
    ],
)
def test_the_keys_of_a_protocol_file(row, place):
    """The table has every key, and calls required what the schema does (and a little more)."""
    text = (ROOT / "docs/protocols.md").read_text("utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {row} |")]
    required, optional = (set(re.findall(r"`(\w+)`", cell)) for cell in line.split("|")[2:4])
    schema = json.loads((ROOT / "docs/protocols.schema.json").read_text("utf-8"))
    for part in filter(None, place.split(".")):
        schema = schema["oneOf"][int(part)] if part.isdigit() else schema["properties"][part]
        schema = schema.get("items", schema)
    assert required >= set(schema["required"])
    assert required | optional >= set(schema["properties"])
    assert not optional & set(schema["required"])


def test_nothing_names_a_machine():
    folders = ["ketasched", "tests", "docs", "benchmarks", ".ci"]
    files = [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    files = [path for path in files if path.suffix in (".py", ".md", ".json", ".ics", "")]
    assert len(files) > 60
    for path in [*files, README, ROOT / "protocols.yaml", ROOT / "pyproject.toml"]:
        assert b"/ro" + b"ot/" not in path.read_bytes(), path


if __name__ == "__main__":
    for one in PAGES:
        one.write_text(console.replay(one)[0], "utf-8")
