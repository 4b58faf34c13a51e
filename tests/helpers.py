"""What many files of tests need: moments, files, records, and courses that are planned once."""

import functools
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from ketasched.cli import app
from ketasched.errors import FileProblems


def be_at(monkeypatch, moment, zone=UTC):
    """Let it be that moment, in UTC unless another zone is given."""
    zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    stamp = datetime.fromisoformat(moment).replace(tzinfo=zone).timestamp()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(stamp)))


def writer(usual):
    """A function that writes text or bytes to a file as they are, whatever ends the lines, and
    gives its name, which is the usual one unless another is given.
    """

    def write(content, name=usual):
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return write


def changer(usual):
    """A function that changes one place of a text, and no other: of the usual text unless another
    is given.
    """

    def changed(old, new, text=usual):
        assert text.count(old) == 1, old
        return text.replace(old, new)

    return changed


def mistakes(load, *arguments, **options):
    """The mistakes for which a file is refused."""
    with pytest.raises(FileProblems) as caught:
        load(*arguments, **options)
    return caught.value.problems


def only(mistakes_found):
    """The one mistake, if there is no other."""
    (mistake,) = mistakes_found
    return mistake


def files_in(folder="."):
    """Every file of a folder and what it holds, but for locks."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file() and not path.name.endswith(".lock")
    }


def record_of(name="alex"):
    """What a saved course holds."""
    return json.loads(Path(f"{name}.course.json").read_text("utf-8"))


MORE = int(os.environ.get("MORE", "1"))
"""How many times as long the slow sweeps are: ``MORE=4 pytest -m slow``."""


class Written(NamedTuple):
    """What planning said, and the files it wrote with their permissions."""

    outcome: object
    files: dict


_PLANNED = {}
WORLD = ("SOURCE_DATE_EPOCH", "TZ", "COLUMNS", "KETASCHED_PROTOCOLS", "KETASCHED_CLINIC")
"""What planning depends on beside its arguments and the files here."""


def plan_once(run, *arguments):
    """Plan and save a course; where the same was planned from the same files before, and nothing
    written since, what came of it is copied.
    """
    before = files_in()
    world = tuple((name, value) for name, value in os.environ.items() if name in WORLD)
    key = (arguments, world, tuple(before.items()))
    if key not in _PLANNED:
        outcome = run("plan", *arguments)
        assert outcome.code == 0, outcome.err
        _PLANNED[key] = Written(outcome, _files_but(before))
    _copy(_PLANNED[key].files)
    return _PLANNED[key].outcome


def once(make):
    """Let a fixture make the files of a folder once; from then on they are copied."""
    made = {}

    @functools.wraps(make)
    def make_or_copy(**fixtures):
        assert files_in() == {}
        if not made:
            make(**fixtures)
            made.update(_files_but(()))
        else:
            _copy(made)

    return make_or_copy


def _files_but(before):
    new = [path for path in Path().rglob("*") if path.is_file() and str(path) not in before]
    return {path: (path.read_bytes(), path.stat().st_mode) for path in new}


def _copy(files):
    for path, (content, mode) in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode & 0o777)
        path.write_bytes(content)


def in_child(arguments, prepare=lambda: None):
    """Run the command line in a forked process; its number, and the file of what it says."""
    said = Path("said.txt").resolve()
    pid = os.fork()
    if pid == 0:
        try:
            handle = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o666)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
            prepare()
            code = app.run(arguments)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        finally:
            os._exit(99)
    return pid, said


def ended(pid):
    """The exit code of a process, negative if it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def plans():
    """What undo is to give back: the plans of three records, and what they were asked with."""
    return [
        (record["sessions"], record["visits"], record["pauses"], record["asked"])
        for record in map(record_of, ("alex", "bo", "cy"))
    ]
