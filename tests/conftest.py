"""A fixed world: one zone, one moment, no color, and the newest zone rules."""

import gc
import os
import subprocess
import sys
import zoneinfo
from collections import Counter
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import NamedTuple

import helpers
import pytest
from hypothesis import Phase, settings

from ketasched import zone as zones
from ketasched.cli import app
from ketasched.domain.busy import Absence, BusyTimes
from ketasched.domain.clinic import ALL_DAY, WORKING_WEEK, Clinic, Closure
from ketasched.domain.commitments import Commitments
from ketasched.domain.linked_visit_rule import VISIT_KINDS
from ketasched.files.protocols import protocol_file
from ketasched.planning.phase_options import Choices, lay_out
from ketasched.planning.plan import plan
from ketasched.planning.plan_input import Order, make_rules
from ketasched.planning.start_times import StartTimes

ROOT = Path(__file__).parents[1]
STAMP = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FIXED_WORLD = {
    "TZ": "America/Chicago",
    "SOURCE_DATE_EPOCH": str(int(STAMP.timestamp())),
    "COLUMNS": "80",
    "NO_COLOR": "1",
    # A test vouches for its own certificates; to read the machine's takes longer than a message.
    "SSL_CERT_FILE": os.devnull,
    "SSL_CERT_DIR": os.devnull,
}
OF_THE_MACHINE = (
    "KETASCHED_PROTOCOLS",
    "KETASCHED_CLINIC",
    "KETASCHED_DEBUG",
    "FORCE_COLOR",
    "REQUESTS_CA_BUNDLE",
)

gc.set_threshold(1_000_000)  # as the program does
settings.register_profile("fast", deadline=None, max_examples=30, print_blob=True)
settings.register_profile("whole", deadline=None, max_examples=100, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True)
settings.register_profile(  # whether it fails, not how it may fail shortest
    "mutants",
    deadline=None,
    max_examples=30,
    phases=(Phase.explicit, Phase.generate),
    database=None,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def pytest_make_parametrize_id(val, argname):
    """Bytes name no test: archives hold the moment at which they were made, and all workers must
    have the same names.
    """
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Of a sweep that is ``sampled`` a share is tried by default, spread over its cases; one that
    is named in full always is.
    """
    cases = Counter()
    for item in items:
        sampled = item.get_closest_marker("sampled")
        if sampled:
            if cases[item.function] % sampled.args[0]:
                item.add_marker("slow")
            cases[item.function] += 1


def pytest_collection_finish():
    """What was collected stays to the end: nobody need look through it for garbage."""
    gc.freeze()


@pytest.fixture(autouse=True)
def fixed_world(monkeypatch, tmp_path):
    """Every test runs in an empty folder of its own."""
    for name in OF_THE_MACHINE:
        monkeypatch.delenv(name, raising=False)
    for name, value in FIXED_WORLD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    # Waiting for a disk takes longer than most tests; when it is asked, test_records.py holds.
    monkeypatch.setattr(os, "fsync", os.fstat)
    # Each run of the program reads the built-in protocols; here one reading serves them all.
    monkeypatch.setattr(
        protocol_file,
        "load_built_in",
        lambda only="": [one for one in BUILT_IN_FILE if only in ("", one.protocol.id)],
    )
    # The judges that read our files back look zones up by name: give them the newest rules too.
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath(to=before)


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def ketasched(capfdbinary):
    """Run the command line in this process; ``encoding`` is that of what it prints to."""

    def run(*arguments, encoding="utf-8"):
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(encoding=encoding)
        code = app.run([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Outcome(code, out.decode(encoding), err.decode(encoding))

    return run


def run_process(*arguments, **options):
    """Run the command line as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ketasched", *arguments],
        check=False,
        capture_output="stdout" not in options,
        env=os.environ | options.pop("env", {}),
        timeout=60,
        **options,
    )


BUILT_IN_FILE = protocol_file.load_built_in()
BUILT_IN = {written.protocol.id: written.protocol for written in BUILT_IN_FILE}


load_zone = cache(zones.load)


def week_of(weekdays):
    """A clinic's week, open on some weekdays at hours that are not known."""
    return tuple(ALL_DAY if day in weekdays else () for day in range(7))


def order_of(
    protocol,
    start,
    *,
    closed=(),
    at="09:00",
    flex=0,
    days=(),
    zone="America/Chicago",
    week=WORKING_WEEK,
    away=(),
    busy=(),
    travel=0,
    without=VISIT_KINDS,
    today=date.min,
    **choices,
):
    """An order as the command line would make it, but without linked visits unless asked;
    ``closed`` has days or pairs of them.
    """
    protocol = BUILT_IN.get(protocol, protocol)
    chosen = Choices(**choices)
    closures = tuple(Closure(*((one, one) if isinstance(one, date) else one)) for one in closed)
    clinic = Clinic(load_zone(zone).tzinfo, week, closures)
    times = StartTimes((time.fromisoformat(at),) * 7, flex, clinic=clinic)
    absences = tuple(Absence(*one) for one in away)
    busy_times = BusyTimes(lambda _first, _last: busy) if busy else None
    rules = make_rules(clinic, times, Commitments(absences, busy_times, travel), today)
    layout = lay_out(protocol, chosen)
    return Order(protocol, layout, start, clinic, rules, days, chosen.already, frozenset(without))


def course_of(protocol, start, **how):
    """The course of an order, or the failure."""
    return plan(order_of(protocol, start, **how))


def days_of(course):
    """The dates of a course as `26 Nov`."""
    return [f"{s.start.day} {s.start:%b}" for s in course.sessions]


@pytest.fixture
def at(monkeypatch, ketasched):
    """Run a command at a moment; it must succeed unless another exit code is given. A course that
    was planned so before, from the same files, is copied.
    """

    def run(moment, *arguments, code=0):
        helpers.be_at(monkeypatch, moment)
        if arguments[0] == "plan" and "--save" in arguments and code == 0:
            return helpers.plan_once(ketasched, *arguments[1:])
        outcome = ketasched(*arguments)
        assert outcome.code == code, outcome
        return outcome

    return run


@pytest.fixture
def save_course(at):
    """Save a course that begins on Mon 4 Jan 2027."""

    def save(name, protocol, hour, *more):
        start = ("--start", "2027-01-04", "--at", hour)
        at("2026-12-20", "plan", protocol, *start, "--save", name, *more)

    return save
