"""A full house, as files a user would have: many who wait, planned together by `admit` and one by
one; one more beside 1,000; the proof of 1,000; a day with 50 of 1,000 that closes. Nothing is
fetched, all is drawn from a seed. Reaches are held against the seconds of the processor, which
other programs do not lengthen; those of the clock stand beside them.

    python benchmarks/house.py [100 | 200 | 1000 | beside | close-day]...
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from folder_of_records import NOW, TOOL, fill
from startup import ENVIRONMENT

HERE = ENVIRONMENT | {"SOURCE_DATE_EPOCH": NOW}
MONDAY = date(2027, 1, 4)
CLINIC = """version: 1
name: River Clinic
timezone: America/Chicago
hours:
  mon-fri: 08:00-{closes}
resources:
  chair: {chairs}
takes:
  consultation: {{}}
  assessment: {{}}
  check-in: {{}}
  preparation: {{}}
  integration: {{}}
"""
MIX = {
    "iv": 24,
    "iv-two-weeks": 20,
    "spravato": 20,
    "spravato-mdsi": 14,
    "kap": 10,
    "pain": 6,
    "pain-ten-day": 6,
}
"""Protocols, and how many of 100 patients have each: 8.5 sessions a patient."""


class Size(NamedTuple):
    """A waiting list and a house; starts are spread over so many weeks."""

    patients: int
    chairs: int
    weeks: int


SIZES = {"100": Size(100, 4, 14), "200": Size(200, 6, 20), "1000": Size(1000, 30, 20)}


def waiting_list(size: Size) -> Iterator[str]:
    """The lines of a list: each may start on one of some days, at a time of the day with room to
    move, and some cannot come for a week.
    """
    draw = random.Random(20270104)
    protocols = [name for name, share in MIX.items() for _ in range(share)]
    yield "name,protocol,earliest,latest,at,flex,away,priority"
    for number in range(size.patients):
        first = MONDAY + timedelta(days=draw.randrange(size.weeks * 7))
        last = first + timedelta(days=draw.choice([4, 6, 6, 9, 13]))
        at = draw.choice(["09:00", "09:00", "10:30", "13:00", "14:00"])
        flex = draw.choice(["1 h", "2 h", "2 h", "4 h"])
        away = ""
        if draw.random() < 0.1:
            begins = last + timedelta(days=draw.randrange(7, 21))
            away = f"{begins}..{begins + timedelta(days=draw.randrange(1, 5))}"
        priority = "1" if draw.random() < 0.1 else ""
        protocol = protocols[number * 37 % len(protocols)]
        yield f"P{number:04},{protocol},{first},{last},{at},{flex},{away},{priority}"


def clinic_of(size: Size, folder: Path) -> None:
    """A clinic file, a list and an empty folder for the records."""
    (folder / "clinic.yaml").write_text(CLINIC.format(chairs=size.chairs, closes="18:00"), "utf-8")
    (folder / "list.csv").write_text("\n".join(waiting_list(size)) + "\n", "utf-8")
    (folder / "patients").mkdir()


# A process of its own runs `admit` as it is, and notes when it says how far it is

CHILD = """
import contextlib, json, sys, time, types
from ketasched import progress
from ketasched.house import solver
said = {}

@contextlib.contextmanager
def watching(_verb):
    yield lambda words: said.setdefault(words, time.process_time())

progress.searching = watching
# others on the machine do not shorten the search: its clock is the processor's
solver.time = types.SimpleNamespace(monotonic=time.process_time)
limits = solver.Effort.limits
solver.Effort.limits = lambda *search: (3600.0, limits(*search)[1])
if sys.argv.pop() == "one by one":
    solver.is_installed = lambda: False
from ketasched.__main__ import main
try:
    main()
finally:
    alone = [at for words, at in said.items() if words.startswith("one by one")]
    near = [at for words, at in said.items() if words.startswith("no days are nearer")]
    try:
        import resource
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    except ImportError:  # not on Windows
        peak = 0
    print(
        json.dumps([time.process_time(), max(alone, default=0), min(near, default=0), peak]),
        file=sys.stderr,
    )
"""


class Outcome(NamedTuple):
    """What a run took: seconds on the clock, and of the processor in all, to the first plan and
    until the days were proved; MiB; and its report.
    """

    clock: float
    whole: float
    first: float
    proved: float
    peak: float
    report: dict[str, Any]


def run(folder: Path, how: str, *words: str) -> Outcome:
    """Run a command whose report is JSON."""
    command = [sys.executable, "-c", CHILD, *words, "--format", "json", how]
    begun = time.perf_counter()
    outcome = subprocess.run(command, capture_output=True, cwd=folder, env=HERE, check=False)
    clock = time.perf_counter() - begun
    if outcome.returncode not in (0, 3):
        raise SystemExit(outcome.stderr.decode())
    figures = json.loads(outcome.stderr.decode().splitlines()[-1])
    return Outcome(clock, *figures, json.loads(outcome.stdout))


def admit(folder: Path, seconds: int, how: str) -> Outcome:
    """Plan the list of a folder and write nothing."""
    limit = ("--seconds", str(seconds))
    return run(folder, how, "admit", "list.csv", "--into", "patients", "--dry-run", *limit)


def kept(*, is_kept: bool) -> str:
    """Whether a reach was kept, in a word."""
    return "kept" if is_kept else "NOT KEPT"


def measure(size: Size, seconds: int) -> None:
    """A list planned together, and beside it one by one."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        clinic_of(size, folder)
        joint = admit(folder, seconds, "together")
        alone = admit(folder, seconds, "one by one")
    days, times = joint.report["days"], joint.report["times"]
    sessions = sum(len(new["sessions"]) for new in joint.report["admitted"])
    share = times["proved"] / max(1, times["days"])
    print(f"{size.patients} patients, {size.chairs} chairs, {sessions} sessions")
    for name, how in (("together", joint), ("one by one", alone)):
        none = len(how.report["refused"])
        cost = how.report["days"]["cost"]
        took = f"{how.whole:6.1f} s ({how.clock:.0f} s on the clock)"
        print(f"  {name:10}  {took}, {none} without a place, {cost} squared days")
    print(f"  first plan {joint.first:.1f} s, days proved {joint.proved or float('nan'):.1f} s")
    print(f"  {days['status']}, bound {days['bound']}, stopped {joint.report['stopped']}")
    print(f"  times proved on {share:.0%} of days")
    print(f"  peak memory {joint.peak:.0f} MiB (reach 2,048: {kept(is_kept=joint.peak < 2048)})")
    if size.patients < 1000:
        print(f"  days proved within 10 s: {kept(is_kept=0 < joint.proved <= 10)}")
        in_time = share >= 0.9 and joint.whole <= 62
        print(f"  times of 90 % of days within 60 s: {kept(is_kept=in_time)}")
    else:
        bounded = days["bound"] is not None and joint.whole <= 180
        print(f"  within 3 minutes, with a bound: {kept(is_kept=bounded)}")


def beside() -> None:
    """One more beside 1,000 that stand, and the proof of them."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fill(folder / "patients", 1000, HERE)
        (folder / "clinic.yaml").write_text(CLINIC.format(chairs=2000, closes="18:00"), "utf-8")
        one = ["plan", "iv", "--start", "2027-01-04", "--beside", "patients"]
        for name, words, reach in (
            ("plan --beside 1,000 records", one, 2),
            ("check of 1,000 records", ["check", "patients"], 10),
        ):
            begun = time.perf_counter()
            subprocess.run([*TOOL, *words], capture_output=True, cwd=folder, env=HERE, check=False)
            took = time.perf_counter() - begun
            print(f"  {name:28} {took:6.2f} s (reach {reach} s: {kept(is_kept=took <= reach)})")


def full_list() -> Iterator[str]:
    """The lines of a list that fills 25 chairs twice a morning for half a year."""
    yield "name,protocol,earliest,latest,at,flex"
    for number in range(1000):
        first = MONDAY + timedelta(days=number * 168 // 1000)
        at = ("08:00", "10:00")[number % 2]
        yield f"P{number:04},iv,{first},{first + timedelta(days=9)},{at},2 h"


def close_day() -> None:
    """The first day with 50 who come, of 1,000, closes under full chairs."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "clinic.yaml").write_text(CLINIC.format(chairs=25, closes="12:00"), "utf-8")
        (folder / "list.csv").write_text("\n".join(full_list()) + "\n", "utf-8")
        (folder / "patients").mkdir()
        stands = run(folder, "one by one", "admit", "list.csv", "--into", "patients")
        days = Counter(
            session["start"][:10]
            for new in stands.report["admitted"]
            for session in new["sessions"]
        )
        day = min(sorted(days), key=lambda each: abs(days[each] - 50))
        print(f"  {len(stands.report['admitted'])} stand, {days[day]} come on {day}")
        closed = run(folder, "together", "close-day", day, "patients", "--dry-run")
        calls, proved = closed.report["days"]["calls"], closed.report["days"]["status"]
        took = f"{closed.whole:.1f} s ({closed.clock:.0f} s on the clock)"
        reach = kept(is_kept=closed.whole <= 15)
        print(f"  close-day  {took}, {calls} calls, {proved} (reach 15 s: {reach})")


def main() -> None:
    """Measure and print."""
    named = sys.argv[1:] or [*SIZES, "beside", "close-day"]
    for name in named:
        if name in SIZES:
            measure(SIZES[name], 140 if name == "1000" else 60)
    if "beside" in named:
        beside()
    if "close-day" in named:
        close_day()


if __name__ == "__main__":
    main()
