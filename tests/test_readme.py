"""The README and the docs show real output only.

After a change that is meant: ``python tests/test_readme.py`` writes the outputs anew; read the
difference before you commit it.
"""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import servers

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = sorted((ROOT / "docs").glob("*.example.*"))
# Mon 2 Nov 2026, 09:00 UTC, in Chicago, on a terminal of 80 columns.
WORLD = {
    "TZ": "America/Chicago",
    "SOURCE_DATE_EPOCH": "1793610000",
    "COLUMNS": "80",
    "NO_COLOR": "1",
}
PORT = "5232"
FEED = re.compile(r"\b[0-9a-f]{40}\b")
BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)


def run(command, folder):
    """What a user sees: both streams, as they come. ``# 2027-01-13`` after it is its day, and
    ``| tail -3`` shows the last lines.
    """
    words = shlex.split(command, comments=False)
    last = 0
    moment = WORLD["SOURCE_DATE_EPOCH"]
    if "#" in words:
        day = datetime.fromisoformat(words[words.index("#") + 1]).replace(hour=21, tzinfo=UTC)
        moment = str(int(day.timestamp()))
        words = words[: words.index("#")]
    if "|" in words:
        *words, _, tail, count = words
        assert tail == "tail"
        last = int(count[1:])
    program = ["-m", "ketasched"] if words[0] == "ketasched" else []
    assert words[0] in ("ketasched", "python")
    outcome = subprocess.run(
        [sys.executable, *program, *words[1:]],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("KETASCHED")}
        | WORLD
        | {"SOURCE_DATE_EPOCH": moment},
    )
    text = outcome.stdout.decode()
    return "".join(text.splitlines(keepends=True)[-last:])


def bring_examples(folder):
    """The files of docs/ that the pages use."""
    for path in EXAMPLES:
        shutil.copy(path, folder)


def real(block, folder):
    """A console block with what its commands print now."""
    commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    return "\n".join(f"$ {command}\n{run(command, folder)}" for command in commands)


def made_real(page, folder):
    """A page with what its commands print now; later ones find what earlier ones wrote. The
    calendar server that it names is one of ours, on another port; names of feeds, which are drawn
    at random, are replaced.
    """
    bring_examples(folder)
    server = servers.Misbehaving()
    port = str(server.server.server_port)
    login = Path(folder) / "login"
    login.write_text("ann\na password\n")
    login.chmod(0o600)
    try:
        text = page.read_text("utf-8").replace(PORT, port)
        shown = BLOCK.sub(lambda match: real(match[0], folder), text).replace(port, PORT)
    finally:
        server.stop()
    return steady(shown)


def steady(text):
    """The text with the n-th name of a feed made from n."""
    names = dict.fromkeys(FEED.findall(text))
    stand_ins = {
        name: hashlib.sha1(str(number).encode()).hexdigest() for number, name in enumerate(names)
    }
    return FEED.sub(lambda match: stand_ins[match[0]], text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_console_block_is_real(page, tmp_path):
    assert page.read_text("utf-8") == made_real(page, tmp_path)


def test_every_command_is_documented():
    from ketasched.cli.app import app

    text = README.read_text("utf-8")
    for command in app.registered_commands:
        assert f"`ketasched {command.name}" in text


def test_every_option_of_plan_is_in_its_help():
    help_text = run("ketasched plan --help", ROOT)
    for option in (
        "--clinic", "--away", "--busy", "--travel", "--flex", "--window", "--without", "--start", "-s", "--at", "-a", "--days", "--tz", "--closed", "--weekends", "--holidays",
        "--sessions", "--until", "--cadence", "--already", "--name", "--for", "--title",
        "--location", "--remind", "--protocols", "--ics", "--force", "--format",
    ):  # fmt: skip
        assert re.search(rf"(^|\s){option}\b", help_text), option


def test_every_environment_variable_is_documented():
    named = set()
    for path in (ROOT / "ketasched").rglob("*.py"):
        named |= set(re.findall(r"(?:environ\.get\(|envvar=)\"(\w+)\"", path.read_text("utf-8")))
    named -= {"TERM"}
    text = README.read_text("utf-8")
    assert named
    assert [name for name in named if f"`{name}" not in text] == []


def test_the_two_commands_for_a_fresh_machine():
    commands = re.findall(r"```sh\n(.*?)\n```", README.read_text("utf-8"))
    assert commands == [
        "pip install . && ketasched plan spravato --start 2027-01-05 --ics spravato.ics",
        "pip install '.[test]' && pytest",
    ]


def test_the_example_of_a_protocol_file_is_sound(tmp_path):
    from ketasched.files.protocols import protocol_file

    (example,) = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs/protocols.md").read_text(), re.DOTALL
    )
    (tmp_path / "example.yaml").write_text(example)
    assert [one.id for one in protocol_file.load(str(tmp_path / "example.yaml"))] == ["iv-monthly"]


def test_nothing_names_a_machine():
    folders = ["ketasched", "tests", "docs", "benchmarks", ".ci"]
    files = [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    files = [path for path in files if path.suffix in (".py", ".md", ".json", ".ics", "")]
    assert len(files) > 60
    for path in [*files, README, ROOT / "protocols.yaml", ROOT / "pyproject.toml"]:
        assert b"/ro" + b"ot/" not in path.read_bytes(), path


if __name__ == "__main__":
    for one in PAGES:
        with tempfile.TemporaryDirectory() as temporary:
            one.write_text(made_real(one, temporary), "utf-8")
