"""The commands of a page, run in this process as its reader would run them in a fresh folder."""

import contextlib
import hashlib
import io
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from unittest import mock
from zoneinfo import ZoneInfo

import servers

from ketasched.cli import app

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "docs").glob("*.example.*"))
# The day the pages were written on: Mon 2 Nov 2026, 09:00 UTC.
OWN_DAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
# In Chicago, on 80 columns, without color and without a keyring.
WORLD = {
    "TZ": "America/Chicago",
    "COLUMNS": "80",
    "NO_COLOR": "1",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
}
BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
WITHOUT = "Without the extra"
HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
DRAWN = {
    re.compile(r"\b[0-9a-f]{40}\b"): lambda text: hashlib.sha1(text.encode()).hexdigest(),
    re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"): lambda text: str(
        uuid.uuid5(uuid.NAMESPACE_DNS, text)
    ),
    re.compile(r"(?<==_)[0-9a-f]{32}\b"): lambda text: hashlib.md5(text.encode()).hexdigest(),
}
"""Names of feeds, UIDs and what parts the parts of a message, which are drawn at random or made of
what is, and what stands for the one of a number.
"""
PORT = "5232"
LOGIN = ("desk", "a-password")


class Run(NamedTuple):
    command: str
    code: int
    text: str


def world(moment):
    """The environment of a reader at a moment, with nothing of ours in it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KETASCHED") and name not in ("FORCE_COLOR", "NETRC", "TERM")
    }
    return kept | WORLD | {"SOURCE_DATE_EPOCH": str(int(moment.timestamp()))}


def run(command, folder, moment=OWN_DAY):
    """Both streams as they come; ``| tail -3`` shows the last three lines, ``head`` the first."""
    shown, which, number = re.fullmatch(r"(.*?)(?: \| (tail|head) -(\d+))?", command).groups()
    with mock.patch.dict(os.environ, world(moment), clear=True), contextlib.chdir(folder):
        netrc = Path(folder).parent / "netrc"
        if netrc.exists():
            os.environ["NETRC"] = str(netrc)
        code, text = _run(shlex.split(shown))
    lines = text.splitlines(keepends=True)
    part = {"tail": slice(-int(number or 0), None), "head": slice(int(number or 0))}
    return Run(command, code, "".join(lines[part[which]] if which else lines))


def _run(words):
    """Two streams into one file, each buffered as Python buffers it when nobody watches."""
    program, *arguments = words
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        path = Path(place, "both")
        out = stack.enter_context(path.open("a", encoding="utf-8"))
        err = stack.enter_context(path.open("a", encoding="utf-8", buffering=1))
        for name, stream in (("stdin", io.StringIO()), ("stdout", out), ("stderr", err)):
            stack.enter_context(mock.patch.object(sys, name, stream))
        code = _start(program, arguments)
        out.flush()
        return code, path.read_text("utf-8")


def _start(program, arguments):
    if program == "ketasched":
        return app.run(arguments)
    if program == "mkdir":
        for name in arguments:
            Path(name).mkdir()
        return 0
    if program == "cat":
        for name in arguments:
            sys.stdout.write(Path(name).read_text("utf-8"))
        return 0
    assert program == "python"
    with mock.patch.object(sys, "argv", arguments):
        runpy.run_path(arguments[0], run_name="__main__")
    return 0


def run_process(command, folder):
    """The same by a process of its own."""
    program, *arguments = shlex.split(command)
    begin = ["-m", "ketasched"] if program == "ketasched" else []
    outcome = subprocess.run(
        [sys.executable, *begin, *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=world(OWN_DAY),
    )
    return Run(command, outcome.returncode, outcome.stdout.decode())


def bring_examples(folder):
    """The files of docs/ that the pages use."""
    for path in EXAMPLES:
        shutil.copy(path, folder)


def commands_of(block):
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


def moment_of(heading):
    """The moment in Chicago that a heading names; None if it names none."""
    try:
        moment = datetime.strptime(heading, "%A %d %B %Y, %H:%M")
    except ValueError:
        return None
    return moment.replace(tzinfo=ZoneInfo(WORLD["TZ"]))


def moments(text):
    """Those that the headings of a page name, in order."""
    return list(filter(None, map(moment_of, HEADING.findall(text))))


def replay(page, moment=OWN_DAY):
    """The page with what its commands print at a moment, or at that which their heading names, and
    the runs of its commands; later ones find what earlier ones wrote. The calendar server that its
    commands name is a Radicale, on another port; what is drawn at random is replaced.
    Under the heading WITHOUT no module of the solver can be imported.
    """
    runs = []

    def real(match):
        headings = HEADING.findall(match.string, 0, match.start())
        then = moment_of(headings[-1]) if headings else None
        with without_solver() if headings[-1:] == [WITHOUT] else contextlib.nullcontext():
            block = [run(command, folder, then or moment) for command in commands_of(match[0])]
        runs.extend(block)
        return "\n".join(f"$ {command}\n{text}" for command, _, text in block)

    text = page.read_text("utf-8")
    named = any(f":{PORT}" in block for block in BLOCK.findall(text))
    with (
        tempfile.TemporaryDirectory() as place,
        calendar_server(place) if named else contextlib.nullcontext(PORT) as port,
    ):
        folder = Path(place, "fresh")
        folder.mkdir()
        bring_examples(folder)
        netrc = Path(place, "netrc")
        netrc.write_text("machine 127.0.0.1 login {} password {}\n".format(*LOGIN))
        netrc.chmod(0o600)
        text = BLOCK.sub(real, text.replace(f":{PORT}", f":{port}"))
        text = text.replace(f":{port}", f":{PORT}")
    return steady(text), runs


@contextlib.contextmanager
def without_solver():
    """As if it were not installed: nothing of it can be found or imported."""
    names = [name for name in sys.modules if name.split(".")[0] == "ortools"]
    kept = {name: sys.modules.pop(name) for name in names}
    sys.modules["ortools"] = None
    try:
        yield
    finally:
        del sys.modules["ortools"]
        sys.modules.update(kept)


@contextlib.contextmanager
def calendar_server(place):
    """The port of a Radicale that keeps its store there, with the calendar of docs/publish.md."""
    folder = Path(place, "radicale")
    folder.mkdir()
    server = servers.Radicale(folder, *LOGIN)
    try:
        server.calendar("clinic")
        yield server.port
    finally:
        server.stop()


def steady(text):
    """The text in which the n-th of what is drawn at random is made from n."""
    for drawn, stand_in in DRAWN.items():
        names = dict.fromkeys(drawn.findall(text))
        stand_ins = {name: stand_in(str(number)) for number, name in enumerate(names)}
        text = drawn.sub(lambda match, known=stand_ins: known[match[0]], text)
    return text
