"""A folder of many records, made from a few, and the versions of ketasched to compare."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from startup import ENVIRONMENT

TOOL = [sys.executable, "-m", "ketasched"]
PROTOCOLS = ("iv", "spravato", "kap", "im")
NOW = "1797786000"
"""20 December 2026, as SOURCE_DATE_EPOCH: all is to come."""


def versions() -> dict[str, dict[str, str]]:
    """The environment of this version, and of the checkout that the second argument names."""
    here = ENVIRONMENT | {"SOURCE_DATE_EPOCH": NOW}
    if len(sys.argv) < 3:
        return {"now": here}
    return {"before": here | {"PYTHONPATH": str(Path(sys.argv[2]).resolve())}, "now": here}


def fill(folder: Path, size: int, environment: dict[str, str]) -> None:
    """A folder of that many records, as this version of ketasched writes them."""
    folder.mkdir()
    texts = [_made(folder, number, environment) for number in range(len(PROTOCOLS))]
    for path in folder.iterdir():
        path.unlink()
    for number in range(size):
        path = folder / f"p{number}-{number % len(texts)}.course.json"
        path.write_text(_another(texts[number % len(texts)], number), "utf-8")


def _made(folder: Path, number: int, environment: dict[str, str]) -> str:
    return run_plan(folder, PROTOCOLS[number], f"base{number}", environment).read_text("utf-8")


def run_plan(folder: Path, protocol: str, name: str, environment: dict[str, str]) -> Path:
    """The record of a course that was just planned there."""
    command = [*TOOL, "plan", protocol, "--start", "2027-01-04", "--save", name]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)
    return folder / f"{name}.course.json"


def _another(text: str, number: int) -> str:
    """The same course of somebody else, with UIDs and the name of a feed of its own."""
    mark = f"{number:08x}"
    place = text.index('"entries"')
    head, told = text[:place], text[place:]
    head = re.sub(r'(?<="uid_bits": ").{8}', mark, head)
    return head.replace('"base', f'"p{number}-') + told.replace('"uid": "', f'"uid": "{mark}')
