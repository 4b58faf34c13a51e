"""The agenda of a folder of records, each of them fully checked: whole processes, 250 to 1,000.

Whether it is linear is told by the time beyond that of a folder of one record.

    python benchmarks/agenda.py [RUNS [CHECKOUT]]

A second argument is another checkout of ketasched, whose numbers stand beside.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from folder_of_records import TOOL, fill, versions
from startup import measure

SIZES = (1, 250, 500, 1000)
DAY = "2027-01-14"


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    commands, environments = {}, {}
    with tempfile.TemporaryDirectory() as temporary:
        for version, environment in versions().items():
            for size in SIZES:
                folder = Path(temporary, f"{version}-{size}")
                fill(folder, size, environment)
                agenda = [*TOOL, "agenda", str(folder), "--day", DAY]
                commands[f"{version}: {size} records"] = agenda
            week = [*agenda, "--week", "--format", "json"]
            commands[f"{version}: 1000 records, a week, JSON"] = week
            commands[f"{version}: 1000 records, a week, page"] = [*week[:-1], "html"]
            environments |= dict.fromkeys(commands.keys() - environments.keys(), environment)
        medians = measure(commands, runs, temporary, environments)
    print(f"medians of {runs} runs (reach for 1000 records: 2 s, for their page: 3 s)")
    for name, median in medians.items():
        print(f"  {name:<36}{median:6.2f} s")
    for version in versions():
        floor = medians[f"{version}: 1 records"]
        each = [(medians[f"{version}: {size} records"] - floor) / size * 1000 for size in SIZES[1:]]
        texts = ", ".join(f"{milliseconds:.2f} ms" for milliseconds in each)
        print(f"{version}, beyond one record, for each: {texts}")


if __name__ == "__main__":
    main()
