"""Many starts of a protocol: a quarter ranked by what its courses bear, and every start of two
years, beside plain `suggest` of the quarter.

Whole processes by CPU time, ratios within one run, the commands interleaved.

    python benchmarks/starts.py [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from tempfile import TemporaryDirectory

from folder_of_records import NOW, TOOL
from startup import ENVIRONMENT

PROTOCOLS = ("iv", "spravato", "allergy")
QUARTER = ["--from", "2027-01-01", "--to", "2027-03-31"]
TWO_YEARS = ["--starts", "2027-01-01..2028-12-31"]
REACH = 10
"""CPU seconds that each of the two may take."""


def main() -> None:
    """Measure and print the ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with TemporaryDirectory() as folder:
        for protocol in PROTOCOLS:
            own = f"our-{protocol}"
            cpu_of(["new", own, "--like", protocol], folder)
            suggest = ["suggest", own, *QUARTER]
            commands = {
                "suggest": suggest,
                "suggest --robust": [*suggest, "--robust"],
                "check --starts": ["check", f"{own}.yaml", *TWO_YEARS],
            }
            rounds = [
                {name: cpu_of(words, folder) for name, words in commands.items()}
                for _ in range(runs)
            ]
            print(f"{protocol}, medians of {runs} runs, CPU (reach {REACH} s)")
            for name in commands:
                median = statistics.median(times[name] for times in rounds)
                ratio = statistics.median(times[name] / times["suggest"] for times in rounds)
                print(f"  {name:18} {median:6.2f} s = {ratio:5.2f} x suggest")


def cpu_of(words: list[str], folder: str) -> float:
    """The CPU seconds that ketasched takes there."""
    environment = ENVIRONMENT | {"SOURCE_DATE_EPOCH": NOW}
    before = os.times()
    subprocess.run([*TOOL, *words], check=True, capture_output=True, cwd=folder, env=environment)
    after = os.times()
    children = after.children_user + after.children_system
    return children - before.children_user - before.children_system


if __name__ == "__main__":
    main()
