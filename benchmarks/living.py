"""A course that is kept: commands on one with a long history, and `close-day` over a folder.

Whole processes, ratios within one run, the commands interleaved. Whether `close-day` is linear is
told by CPU time; wall time would measure the neighbours too.

    python benchmarks/living.py [RUNS [CHECKOUT]]

A second argument is another checkout of ketasched, whose numbers stand beside.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from folder_of_records import NOW, TOOL, versions
from startup import ENVIRONMENT

PLAN = [*TOOL, "plan", "iv", "--start", "2027-01-05"]
CHANGES = 200
"""How many changes are in the long history."""
LONG = """version: 1
protocols:
  - id: long
    title: Twenty-four sessions, twice a week, with what goes with them
    label: Long
    version: 1
    drug: ketamine
    route: intravenous infusion
    use: a benchmark
    steps: [{name: infusion, length: 120 min}]
    phases:
      - name: course
        cadence: 2 per week
        sessions: 24
        window: {early: 1 day, late: 3 days}
        gap: {min: 2 days, max: 7 days}
        pause: 1 week
        reviews: [{name: review, after_session: 24}]
    visits:
      - kind: preparation
        length: 60 min
        before: first session
        distance: {from: 1 day, to: 14 days, ideally: 7 days}
      - kind: integration
        length: 50 min
        after: each session
        distance: {from: 24 h, to: 72 h, ideally: 48 h}
        by: video
      - kind: assessment
        length: 30 min
        after: each review
        distance: {from: 1 day, to: 4 days, ideally: 1 day}
    sources: [{fact: none, source: a benchmark, grade: convention}]
"""
COMMANDS = {
    "plan": ["plan", "long", "--start", "2027-01-05", "--protocols", "long.yaml"],
    "status": ["status", "alex"],
    "status --history": ["status", "alex", "--history"],
    "done": ["done", "alex", "1"],
    "move": ["move", "alex", "9", "2027-02-03"],
    "undo": ["undo", "alex"],
}
CLOSED = "2027-01-12"
STARTS = {True: "2027-01-05", False: "2027-01-06"}
"""Starts of a course that has a session on the closed day, and of one that has not."""
ONE_IN = 20
"""How many records there are for each that the closed day touches."""
ROUNDS = 5


def main() -> None:
    """Measure and print the ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    ENVIRONMENT["SOURCE_DATE_EPOCH"] = NOW
    with tempfile.TemporaryDirectory() as temporary:
        commands(Path(temporary), runs)
    with tempfile.TemporaryDirectory() as temporary:
        close_day(Path(temporary))


def run(folder: Path, *words: str, environment: dict[str, str] = ENVIRONMENT) -> float:
    """The seconds that ketasched takes there."""
    command = [*TOOL, *words]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)
    return time.perf_counter() - begun


# One course


def commands(folder: Path, runs: int) -> None:
    """Commands on a course of 24 sessions with linked visits, new and after many changes."""
    times: dict[tuple[str, str, int], list[float]] = {}
    sizes = {}
    for version, environment in versions().items():
        for changes in (0, CHANGES):
            place = folder / f"{version}-{changes}"
            sizes[version, changes] = live_long(place, changes, environment)
    for _ in range(runs):
        for version, environment in versions().items():
            for changes in (0, CHANGES):
                for name, words in COMMANDS.items():
                    if name == "undo" and not changes:
                        continue
                    work = folder / "work"
                    shutil.copytree(folder / f"{version}-{changes}", work)
                    # The course begins on 5 January: its first session is over on the sixth.
                    moment = "1799236800" if name == "done" else NOW
                    seconds = run(
                        work, *words, environment=environment | {"SOURCE_DATE_EPOCH": moment}
                    )
                    times.setdefault((version, name, changes), []).append(seconds)
                    shutil.rmtree(work)
    print(f"24 sessions and what goes with them, medians of {runs} runs")
    for (version, name, changes), used in times.items():
        median = statistics.median(used)
        ratio = median / statistics.median(times[version, "plan", changes])
        about = f"{version}, {changes} changes, {sizes[version, changes] // 1024} KiB"
        print(f"  {about:<32} {name:18} {1000 * median:6.0f} ms   / plan = {ratio:.2f}")


def live_long(folder: Path, changes: int, environment: dict[str, str]) -> int:
    """A course, one session of which was moved to and fro so often; the size of its record.

    Two moves are made, and their lines repeated: a move and its return leave the same plan.
    """
    folder.mkdir()
    (folder / "long.yaml").write_text(LONG, "utf-8")
    run(folder, *COMMANDS["plan"], "--save", "alex", "--ics", "alex.ics", environment=environment)
    path = folder / "alex.course.json"
    if changes:
        run(folder, "move", "alex", "5", "2027-01-20", environment=environment)
        run(folder, "move", "alex", "5", "2027-01-19", environment=environment)
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
    for path in folder.glob(".*"):
        path.unlink()


def copy(template: Path, name: str) -> None:
    """The record and the calendar of a course by the same clinic for somebody else."""
    record = template.read_text("utf-8")
    data = json.loads(record)
    calendar = template.with_name(data["calendars"][0]["path"]).read_bytes()
    for old in {entry["uid"] for entry in data["entries"]}:
        new = hashlib.sha256(f"{old} {name}".encode()).hexdigest()[: len(old.partition("@")[0])]
        marked = f"{new}@{old.partition('@')[2]}"
        record = record.replace(old, marked)
        calendar = calendar.replace(old.encode(), marked.encode())
    record = record.replace(f'"{data["name"]}', f'"{name}')
    digest = hashlib.sha256(calendar).hexdigest()[:32]
    record = record.replace(data["calendars"][0]["digest"], digest)
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
