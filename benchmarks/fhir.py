"""A folder of records as one FHIR bundle: whole processes, beside the agenda of the same folder.

python benchmarks/fhir.py [RUNS [SIZE]]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from feed import cpu
from folder_of_records import NOW, PROTOCOLS, TOOL, run_plan
from startup import ENVIRONMENT

from ketasched.records import codec
from ketasched.records.open import task_of
from ketasched.records.told_calendars import keep_up

WORLD = ENVIRONMENT | {"SOURCE_DATE_EPOCH": NOW}


def fill(folder: Path, size: int) -> None:
    """A folder of that many records, each with UIDs of its own of which its calendars were told."""
    folder.mkdir()
    now = datetime.fromtimestamp(int(NOW), UTC)
    for kind, protocol in enumerate(PROTOCOLS):
        path = run_plan(folder, protocol, f"base{kind}", WORLD)
        record = codec.load(str(path))
        path.unlink()
        for number in range(kind, size, len(PROTOCOLS)):
            name, options = f"p{number:04}", dict(record.options)
            options["save"] = name
            own = record._replace(name=name, uid_bits=f"{number:032x}", options=options, told=())
            told = keep_up(task_of(own, now), own.course, {}, now)
            text = codec.text_of(own._replace(told=told))
            (folder / f"{name}.course.json").write_text(text, "utf-8")


def medians(words: list[str], folder: str, runs: int) -> tuple[float, float]:
    """The wall and the CPU seconds of a program."""
    spent = []
    for _ in range(runs):
        began, before = time.perf_counter(), cpu()
        subprocess.run(words, check=True, capture_output=True, cwd=folder, env=WORLD)
        spent.append((time.perf_counter() - began, cpu() - before))
    walls, cpus = zip(*spent, strict=True)
    return statistics.median(walls), statistics.median(cpus)


def main() -> None:
    """Measure and print: wall time is of a machine that others use, too, CPU time is not."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    agenda = [*TOOL, "agenda", "records", "--day", "2027-01-14"]
    bundle = [*TOOL, "export", "records", "--format", "fhir"]
    commands = {
        "agenda": agenda,
        "fhir, for patients": bundle,
        "fhir, for staff": [*bundle, "--for", "staff"],
    }
    with tempfile.TemporaryDirectory() as temporary:
        fill(Path(temporary, "records"), size)
        spent = {name: medians(words, temporary, runs) for name, words in commands.items()}
    print(f"{size} records, medians of {runs} runs (reach 5 s for 1000)")
    for name, (wall, used) in spent.items():
        ratio = used / spent["agenda"][1]
        print(f"  {name:<20}{wall:6.2f} s, CPU {used:5.2f} s = {ratio:.2f} x agenda")


if __name__ == "__main__":
    main()
