"""A full house, as files a user would have: many who wait, planned together by `admit` and one by
one; one more beside 1,000; the proof of 1,000. Nothing is fetched, all is drawn from a seed.

    python benchmarks/house.py [100 | 200 | 1000 | beside]...
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from folder_of_records import NOW, TOOL
from startup import ENVIRONMENT

HERE = ENVIRONMENT | {"SOURCE_DATE_EPOCH": NOW}
MONDAY = date(2027, 1, 4)
CLINIC = """version: 1
name: River Clinic
timezone: America/Chicago
hours:
  mon-fri: 08:00-18:00
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


SIZES = {"100": Size(100, 4, 12), "200": Size(200, 6, 20), "1000": Size(1000, 30, 20)}


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
    (folder / "clinic.yaml").write_text(CLINIC.format(chairs=size.chairs), "utf-8")
    (folder / "list.csv").write_text("\n".join(waiting_list(size)) + "\n", "utf-8")
    (folder / "patients").mkdir()
