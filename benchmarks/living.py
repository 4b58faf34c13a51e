"""A course that is kept: `status` beside `plan`, and `close-day` over a folder of records.

Whole processes, ratios within one run, the commands interleaved. Whether `close-day` is linear is
told by CPU time; wall time would measure the neighbours too.

    python benchmarks/living.py [RUNS]
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from startup import ENVIRONMENT, measure

from ketasched.calendar.uid import uid
from ketasched.records import codec

TOOL = [sys.executable, "-m", "ketasched"]
PLAN = [*TOOL, "plan", "iv", "--start", "2027-01-05"]
CHANGES = (20, 200)
"""How many changes are in the long histories."""
CLOSED = "2027-01-12"
STARTS = {True: "2027-01-05", False: "2027-01-06"}
"""Starts of a course that has a session on the closed day, and of one that has not."""
ONE_IN = 20
"""How many records there are for each that the closed day touches."""
ROUNDS = 5


def main() -> None:
    """Measure and print the ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    ENVIRONMENT["SOURCE_DATE_EPOCH"] = "1797786000"  # 20 December 2026: all is to come
    with tempfile.TemporaryDirectory() as temporary:
        status(Path(temporary), runs)
    with tempfile.TemporaryDirectory() as temporary:
        close_day(Path(temporary))


def run(folder: Path, *words: str) -> None:
    """Run ketasched there."""
    command = [*TOOL, *words]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=ENVIRONMENT)


# status


def status(folder: Path, runs: int) -> None:
    """`status` of a new record, and of records with long histories, beside `plan`."""
    run(folder, *PLAN[3:], "--save", "alex", "--ics", "alex.ics")
    commands = {"plan": PLAN, "status": [*TOOL, "status", "alex"]}
    for changes in CHANGES:
        name = f"alex-{changes}"
        run(folder, *PLAN[3:], "--save", name, "--ics", f"{name}.ics")
        size = live_long(folder, name, changes)
        commands[f"status, {changes} changes, {size // 1024} KiB"] = [*TOOL, "status", name]
    commands["status --history, the same"] = [*TOOL, "status", name, "--history"]
    medians = measure(commands, runs, str(folder))
    print(f"medians of {runs} runs")
    for name, median in medians.items():
        ratio = median / medians["plan"]
        reach = " (reach 1.2)" if name == "status" else ""
        print(f"  {name:32} {1000 * median:6.0f} ms   / plan = {ratio:.2f}{reach}")


def live_long(folder: Path, name: str, changes: int) -> int:
    """Give a record a long history, one session moved to and fro; its size afterwards.

    Two moves are made, and their lines repeated: a move and its return leave the same plan.
    """
    run(folder, "move", name, "5", "2027-01-20")
    run(folder, "move", name, "5", "2027-01-19")
    path = folder / f"{name}.course.json"
    record = json.loads(path.read_text("utf-8"))
    planned, there, back = record["history"]
    record["history"] = [planned, *(there, back) * (changes // 2)]
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")
    return path.stat().st_size


# close-day


def close_day(folder: Path) -> None:
    """`close-day` over 100 and over 1,000 records, one in twenty with a session on that day."""
    for number in (100, 1000):
        fill(folder / f"{number}", number)
    numbers = (1, 100, 1000)  # the folder of one record, not touched, is the start-up
    times: dict[int, list[tuple[float, float]]] = {number: [] for number in numbers}
    for _ in range(ROUNDS):
        for number in numbers:
            source, work = folder / f"{max(number, 100)}", folder / "work"
            work.mkdir()
            for path in sorted(source.glob("*"))[: 2 * number]:
                shutil.copy(path, work)
            begun, used = time.perf_counter(), cpu()
            run(folder, "close-day", CLOSED, "work")
            times[number].append((time.perf_counter() - begun, cpu() - used))
            check(source, work, number // ONE_IN)
            shutil.rmtree(work)
    print(f"close-day, the best of {ROUNDS} runs, one record in {ONE_IN} touched")
    best = {}
    for number, found in times.items():
        wall, best[number] = (min(column) for column in zip(*found, strict=True))
        reach = " (reach 5 s)" if number == 1000 else ""
        print(f"  {number:5,} records, {number // ONE_IN:2} touched  ", end="")
        print(f"{wall:6.2f} s{reach}, CPU {best[number]:.2f} s")
    print(f"1,000 / 100 records = {best[1000] / best[100]:.1f} x the CPU time")
    net = (best[1000] - best[1]) / (best[100] - best[1])
    print(f"without the start-up: {net:.1f} x (linear: 10.1)")


def cpu() -> float:
    """The CPU seconds of all programs that were run so far."""
    times = os.times()
    return times.children_user + times.children_system


def fill(folder: Path, number: int) -> None:
    """A folder of that many records and their calendars: copies of two, under names of their own.

    Nothing else tells the copies apart, neither the name inside nor the UIDs that come from it.
    """
    folder.mkdir()
    for person in range(number):
        touched = person % ONE_IN == ONE_IN - 1
        template = folder / f"template-{touched}.course.json"
        if person in (0, ONE_IN - 1):
            words = [*PLAN[3:-1], STARTS[touched], "--save", template.name.partition(".")[0]]
            run(folder, *words, "--ics", f"{words[-1]}.ics")
        copy(template, f"person-{person:04}")
    for path in folder.glob("template-*"):
        path.unlink()
    for path in folder.glob(".*.lock"):
        path.unlink()


def copy(template: Path, name: str) -> None:
    """The record and the calendar of a course by the same clinic for somebody else."""
    stored = codec.load(str(template))
    record = template.read_text("utf-8")
    calendar = template.with_name(f"{stored.name}.ics").read_bytes()
    for entry in stored.course.entries():
        old, new = (uid(one, stored.course, entry) for one in (stored.name, name))
        record = record.replace(old, new)
        calendar = calendar.replace(old.encode(), new.encode())
    record = record.replace(f'"{stored.name}', f'"{name}')
    digest = hashlib.sha256(calendar).hexdigest()[:32]
    record = record.replace(stored.calendars[0].digest, digest)
    template.with_name(f"{name}.course.json").write_text(record, "utf-8")
    template.with_name(f"{name}.ics").write_bytes(calendar)


def check(before: Path, after: Path, touched: int) -> None:
    """Raise unless that many records and calendars were changed, and no more."""
    for ending in (".course.json", ".ics"):
        files = list(after.glob(f"*{ending}"))
        changed = sum(one.read_bytes() != (before / one.name).read_bytes() for one in files)
        if changed != touched:
            message = f"{changed} files *{ending} were changed, not {touched}"
            raise ValueError(message)


if __name__ == "__main__":
    main()
