"""Make a folder of twenty made-up patients, to try ketasched on.

    python patients.example.py records

Each gets a protocol, a time of day, and a start between three and five weeks ago, so that today
most are in the middle of their course. Where the clinic has no place for that, the next day is
tried. The clinic is clinic.example.yaml beside this file.
"""

import contextlib
import io
import sys
from datetime import timedelta
from pathlib import Path

from ketasched.cli.app import run
from ketasched.clock import now

FAMILIES = "Abbott Baker Castro Dubois Evans".split()
GIVEN = "Ada Ben Cleo Dan".split()
PROTOCOLS = ("iv", "spravato", "kap", "spravato", "im")
TIMES = ("08:00", "09:30", "13:00", "14:30")


def main() -> None:
    """Plan a course for each, and keep it."""
    folder = Path(sys.argv[1])
    folder.mkdir()
    today = now().date()
    first = today - timedelta(days=today.weekday(), weeks=5)
    for number in range(len(GIVEN) * len(FAMILIES)):
        name = f"{GIVEN[number % 4]} {FAMILIES[number // 4]}"
        record = folder / name.lower().replace(" ", "-")
        for day in range(28):
            start = first + timedelta(weeks=number % 3, days=number // 3 % 3 + day)
            command = [
                "plan", PROTOCOLS[number % 5],
                "--start", start.isoformat(), "--at", TIMES[number % 4], "--flex", "3h",
                "--clinic", str(Path(__file__).with_name("clinic.example.yaml")),
                "--name", name, "--save", str(record), "--format", "csv",
            ]  # fmt: skip
            out = io.TextIOWrapper(io.BytesIO(), "utf-8")
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
                code = run(command)
            if code == 0:
                break
        else:
            raise SystemExit(f"no place for {name}")
    print(f"{len(list(folder.glob('*.course.json')))} records in {folder}")


if __name__ == "__main__":
    main()
