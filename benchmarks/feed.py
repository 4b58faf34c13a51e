"""The feeds of a folder of 1,000 records, first and when nothing changed: whole processes.

    python benchmarks/feed.py [RUNS [CHECKOUT]]

A second argument is another checkout of ketasched, whose numbers stand beside.
"""

from __future__ import annotations

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
    times: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for version, environment in versions().items():
            fill(Path(temporary, version), SIZE, environment)
        for _ in range(runs):
            for version, environment in versions().items():
                feeds = Path(temporary, "feeds")
                for kind in ("first", "unchanged"):
                    seconds = feed(Path(temporary, version), feeds, environment)
                    times.setdefault((version, kind), []).append(seconds)
                shutil.rmtree(feeds)
    print(f"feed over {SIZE:,} records, medians of {runs} runs")
    for (version, kind), seconds_of in times.items():
        reach = f" (reach {REACH[kind]} s)" if version == "now" else ""
        print(f"  {version}, {kind:<10}{statistics.median(seconds_of):7.2f} s{reach}")


def feed(folder: Path, feeds: Path, environment: dict[str, str]) -> float:
    """The seconds that one run takes."""
    begun = time.perf_counter()
    command = [*TOOL, "feed", str(folder), "--to", str(feeds)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
