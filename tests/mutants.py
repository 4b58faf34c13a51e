"""Breaks the program a line at a time, as mutants.toml says, and runs the tests that must fail.

``python tests/mutants.py`` says which mutants survive, and fails if any does; words after it choose
those whose names or tests have one of them: ``python tests/mutants.py gap test_visits``. A line that
is no longer there is a mistake too. The tests have to pass without a mutant: run the suite before.
"""

import compileall
import multiprocessing
import os
import shutil
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import cache_from_source
from pathlib import Path
from typing import NamedTuple

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
OTHERS = [
    "pytest",
    "hypothesis",
    "typer",
    "pydantic",
    "rich.table",
    "icalendar",
    "ics",
    "jsonschema",
]
"""What the tests import beside the program: loaded once for all mutants, where a system can."""


class Mutant(NamedTuple):
    """A line of a file of the program, what it becomes, and the tests that notice, such as
    ``test_zone.py -k newest``.
    """

    what: str
    file: str
    old: str
    new: str
    tests: str

    def text(self):
        """The mutated file; the line must stand there, once."""
        text = (ROOT / "ketasched" / self.file).read_text("utf-8")
        if text.count(self.old) != 1:
            sys.exit(
                f"aim anew: {self.what}: {self.file} has {text.count(self.old)} times {self.old!r}"
            )
        return text.replace(self.old, self.new)


def load():
    """All mutants."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return [Mutant(what, **row) for what, row in rows.items()]


def copy_to(folder):
    """The program and its tests, without what an interpreter or an editor left, but compiled."""
    unwanted = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=unwanted)
        else:
            shutil.copy2(source, folder / part)
    compileall.compile_dir(folder / "ketasched", quiet=1)
    process = CONTEXT.Process(target=test, args=(folder, ("--collect-only", "tests")))
    process.start()
    process.join()


def test(root, words):
    """Run some tests of a copy in this process, and end it with pytest's exit code. What is only
    collected stays compiled.
    """
    os.chdir(root)
    said = os.open("said", os.O_CREAT | os.O_WRONLY)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.dont_write_bytecode = "--collect-only" not in words
    sys.path[:0] = [str(root)]
    os.environ["PYTHONPATH"] = str(root)
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    import pytest

    options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "--tb=line"]
    sys.exit(int(pytest.main([*options, *words])))


def tried(sound, mutant):
    """The exit code of a mutant's tests, and what they said."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        shutil.copytree(sound, root, dirs_exist_ok=True)
        broken = root / "ketasched" / mutant.file
        Path(cache_from_source(broken)).unlink(missing_ok=True)
        broken.write_text(mutant.text(), "utf-8")
        file, *rest = mutant.tests.split(maxsplit=2)
        process = CONTEXT.Process(target=test, args=(root, (f"tests/{file}", *rest)))
        process.start()
        process.join(LONGEST)
        if process.is_alive():
            process.kill()
            return 1, "they did not end"
        return process.exitcode, (root / "said").read_text("utf-8", errors="replace")


def main(words):
    """Try the mutants whose names have one of the words, all without words; how many survive."""
    chosen = [
        mutant
        for mutant in load()
        if not words or any(word in f"{mutant.what} {mutant.tests}" for word in words)
    ]
    for mutant in chosen:
        mutant.text()
    survivors = 0
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        sound = Path(name).resolve()
        copy_to(sound)
        outcomes = pool.map(partial(tried, sound), chosen)
        for mutant, (code, said) in zip(chosen, outcomes, strict=True):
            survivors += code != 1
            verdict = {0: "SURVIVES", 1: "dies"}.get(code, f"was not tried:\n{said}")
            print(f"{mutant.what}: {verdict}", flush=True)  # noqa: T201
    print(f"{len(chosen)} mutants, {survivors} of them without a test that fails")  # noqa: T201
    return survivors


if __name__ == "__main__":
    preloads = "forkserver" in multiprocessing.get_all_start_methods()
    CONTEXT = multiprocessing.get_context("forkserver" if preloads else "spawn")
    if preloads:
        CONTEXT.set_forkserver_preload(OTHERS)
    sys.exit(1 if main(sys.argv[1:]) else 0)
