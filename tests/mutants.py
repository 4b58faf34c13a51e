"""Mutants of the program, a line each, and the tests that must fail on them.

``python tests/mutants.py`` copies the program, breaks one line at a time and runs the tests named
beside it; it says which mutants survive, and fails if any does. A line that is no longer there is
a mistake too: aim the row anew. Words after it choose rows: ``python tests/mutants.py gap undo``.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from mutant_rows import ROWS

ROOT = Path(__file__).parents[1]
PARTS = (
    "ketasched",
    "tests",
    "docs",
    "protocols.yaml",
    "README.md",
    "CHANGELOG.md",
    "pyproject.toml",
)
LONGEST = 300
"""Seconds after which tests that do not end count as failed."""


class Mutant(NamedTuple):
    """A line of a file of the program, what it becomes, and the tests that notice."""

    what: str
    file: str
    old: str
    new: str
    tests: str

    def text(self, root):
        """The mutated file; the line must stand there, once."""
        text = (root / "ketasched" / self.file).read_text("utf-8")
        if text.count(self.old) != 1:
            sys.exit(
                f"aim anew: {self.what}: {self.file} has {text.count(self.old)} times {self.old!r}"
            )
        return text.replace(self.old, self.new)


MUTANTS = [Mutant(*row) for row in ROWS]


def run(root, tests):
    """The exit code of pytest on some tests, such as ``test_zone.py -k newest``, and its words."""
    file, *rest = tests.split(maxsplit=2)
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider"]
    command += ["--no-header", "--tb=line", f"tests/{file}", *rest]
    try:
        outcome = subprocess.run(
            command,
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(root), "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, "they did not end"
    return outcome.returncode, outcome.stdout + outcome.stderr


def tried(mutant, copies):
    """What the tests of a mutant said, after they ran on a copy that is free."""
    root = copies.get()
    path = root / "ketasched" / mutant.file
    before = path.read_bytes()
    try:
        path.write_text(mutant.text(root), "utf-8")
        return run(root, mutant.tests)
    finally:
        path.write_bytes(before)
        copies.put(root)


def copy_to(folder):
    """The program and its tests, without what an interpreter or an editor left."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(
                source, folder / part, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        else:
            shutil.copy(source, folder / part)
    return folder


def main(words):
    """Try the mutants whose name has one of the words, all if there are none; how many survive."""
    chosen = [one for one in MUTANTS if not words or any(word in one.what for word in words)]
    for mutant in chosen:
        mutant.text(ROOT)
    cores = os.cpu_count() or 1
    survivors = 0
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(cores) as pool:
        copies = SimpleQueue()
        for number in range(cores):
            copies.put(copy_to(Path(name, str(number))))
        for mutant, (code, said) in zip(
            chosen, pool.map(lambda one: tried(one, copies), chosen), strict=True
        ):
            survivors += code != 1
            verdict = {0: "SURVIVES", 1: "dies"}.get(code, "was not tried: its tests cannot run")
            print(f"{mutant.what}: {verdict}", flush=True)  # noqa: T201
            if code not in (0, 1):
                print(said)  # noqa: T201
    print(f"{len(chosen)} mutants, {survivors} of them without a test that fails")  # noqa: T201
    return survivors


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
