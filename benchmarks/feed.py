"""The feeds of a folder of 1,000 records, first and when nothing changed: whole processes.

    python benchmarks/feed.py [RUNS [CHECKOUT]]

A second argument is another checkout of ketasched, whose numbers stand beside.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from folder_of_records import TOOL, fill, versions

SIZE = 1000
REACH = {"first": 10, "unchanged": 2}


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    times: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for version, environment in versions().items():
            fill(Path(temporary, version), SIZE, environment)
        for _ in range(runs):
            for version, environment in versions().items():
                feeds = Path(temporary, "feeds")
                for kind in ("first", "unchanged"):
                    used = feed(Path(temporary, version), feeds, environment)
                    times.setdefault((version, kind), []).append(used)
                shutil.rmtree(feeds)
    print(f"feed over {SIZE:,} records, medians of {runs} runs")
    for (version, kind), used_of in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*used_of, strict=True))
        reach = f" (reach {REACH[kind]} s)" if version == "now" else ""
        print(f"  {version + ',':<7} {kind:<10}{wall:7.2f} s, CPU {cpu:6.2f} s{reach}")


def feed(folder: Path, feeds: Path, environment: dict[str, str]) -> tuple[float, float]:
    """The seconds that one run takes: on the wall, and of the processor."""
    begun, used = time.perf_counter(), cpu()
    command = [*TOOL, "feed", str(folder), "--to", str(feeds)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - begun, cpu() - used


def cpu() -> float:
    """The CPU seconds of all programs that were run so far."""
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
