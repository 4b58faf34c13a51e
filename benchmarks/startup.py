"""Whole-process start-up medians beside floors measured in the same run.

The floors are bare Typer programs: one that prints plain help, and one that imports what writing
a calendar cannot do without (ics, yaml, rich.table, dateutil.rrule, pydantic) and writes one
entry. Runs are interleaved, so that a busy machine slows all of them alike.

    python benchmarks/startup.py [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HELP_FLOOR = """
import typer
from typing import Annotated
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def one(name: Annotated[str, typer.Option(help="A name.")] = ""): "One command."
@app.command()
def two(): "Another command."
app()
"""
ICS_FLOOR = """
import typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
@app.command()
def main(path: str):
    import ics, yaml, rich.table, dateutil.rrule, pydantic
    from datetime import datetime, timezone
    begin = datetime(2027, 1, 4, 9, tzinfo=timezone.utc)
    entry = ics.Event("One", begin=begin, duration={"hours": 2})
    open(path, "w").write(ics.Calendar(events=[entry]).serialize())
app()
"""

# An installed program has its bytecode; without it every run would compile our modules anew.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {
    "TZ": "America/Chicago"
}


def main() -> None:
    """Measure and print the ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as folder:
        help_floor, ics_floor = Path(folder, "help_floor.py"), Path(folder, "ics_floor.py")
        help_floor.write_text(HELP_FLOOR)
        ics_floor.write_text(ICS_FLOOR)
        tool = [sys.executable, "-m", "ketasched"]
        plan = [*tool, "plan", "spravato", "--start", "2027-01-05", "--tz", "America/Chicago"]
        commands = {
            "floor: help": [sys.executable, str(help_floor), "--help"],
            "floor: ics": [sys.executable, str(ics_floor), f"{folder}/floor.ics"],
            "--help": [*tool, "--help"],
            "list": [*tool, "list"],
            "plan": plan,
            "plan, this computer's zone": plan[:-2],
            "plan --ics": [*plan, "--ics", f"{folder}/plan.ics", "--force"],
        }
        medians = measure(commands, runs, folder)
    print(f"medians of {runs} runs")
    for name, median in medians.items():
        print(f"  {name:28} {1000 * median:6.0f} ms")
    for name, floor, reach in (("--help", "help", 1.25), ("plan --ics", "ics", 1.30)):
        ratio = medians[name] / medians[f"floor: {floor}"]
        print(f"{name} / floor: {floor} = {ratio:.2f} (reach {reach})")


def measure(
    commands: dict[str, list[str]],
    runs: int,
    folder: str,
    environments: dict[str, dict[str, str]] | None = None,
) -> dict[str, float]:
    """The median wall seconds of each command, all of them once in every round; some have an
    environment of their own.
    """
    others = environments or {}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):
        for name, command in commands.items():
            begun = time.perf_counter()
            environment = others.get(name, ENVIRONMENT)
            subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)
            times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(found[1:]) for name, found in times.items()}


if __name__ == "__main__":
    main()
