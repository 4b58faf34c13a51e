"""The agenda of a folder of records: whole processes, 250 to 1,000 records.

Whether it is linear is told by the time beyond that of a folder of one record.

    python benchmarks/agenda.py [RUNS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from startup import ENVIRONMENT, measure

TOOL = [sys.executable, "-m", "ketasched"]
PROTOCOLS = ("iv", "spravato", "kap", "im")
SIZES = (1, 250, 500, 1000)
DAY = "2027-01-14"


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    ENVIRONMENT["SOURCE_DATE_EPOCH"] = "1797786000"  # 20 December 2026
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        texts = [made(folder, number, name) for number, name in enumerate(PROTOCOLS)]
        for size in SIZES:
            place = folder / str(size)
            place.mkdir()
            for number in range(size):
                path = place / f"p{number:04}.course.json"
                path.write_text(another(texts[number % len(texts)], number))
        commands = {
            f"{size} records": [*TOOL, "agenda", str(folder / str(size)), "--day", DAY]
            for size in SIZES
        }
        commands["1000 records, a week, JSON"] = [
            *TOOL, "agenda", str(folder / "1000"), "--week", "--day", DAY, "--format", "json",
        ]  # fmt: skip
        medians = measure(commands, runs, str(folder))
    print(f"medians of {runs} runs")
    for name, median in medians.items():
        print(f"  {name:<28}{median:6.2f} s")
    floor = medians["1 records"]
    each = [(medians[f"{size} records"] - floor) / size * 1000 for size in SIZES[1:]]
    print("beyond one record, for each:", ", ".join(f"{one:.2f} ms" for one in each))


def made(folder: Path, number: int, protocol: str) -> str:
    """A record, as text."""
    name = f"base{number}"
    command = [*TOOL, "plan", protocol, "--start", "2027-01-04", "--name", name, "--save", name]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=ENVIRONMENT)
    path = folder / f"{name}.course.json"
    text = path.read_text("utf-8")
    path.unlink()
    return text


def another(text: str, number: int) -> str:
    """The same course of somebody else, with UIDs of its own."""
    mark = f"{number:08x}"
    place = text.index('"entries"')
    head, told = text[:place], text[place:]
    return head.replace('"base', f'"p{number}-', 1) + told.replace('"uid": "', f'"uid": "{mark}')


if __name__ == "__main__":
    main()
