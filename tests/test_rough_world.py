"""Damaged files of every kind, and programs that write at once: each is told or done, nothing is
half done, and no mistake is ours. ``ROUGH=1`` looks at other damage than the last time.
"""

import json
import os
import random
from pathlib import Path

import pytest
from calendars import events_of
from conftest import ROOT
from helpers import MORE, be_at, ended, files_in, in_child, plan_once, record_of
from texts import MINE

SOME = 141 * MORE
"""How much damage of each kind."""
SIGNS = [
    "\0",
    "\x1b",
    "\ufeff",
    "\u202e",
    "\u2028",
    "\ud7ff",
    "🙂",
    "é",
    "'",
    '"',
    "{",
    "]",
    ":",
    "-",
    "#",
    "&",
    "*",
    "\t",
    "\r",
    "99999999999999999999",
    "null",
    "-1",
    "1e9",
]
IV = ("plan", "iv", "--start", "2027-01-04")
KINDS = {
    "mine.yaml": (
        ("check", "mine.yaml"),
        ("plan", "mine", "--start", "2027-01-04", "--protocols", "mine.yaml"),
    ),
    "clinic.yaml": ((*IV, "--clinic", "clinic.yaml", "--ics", "new.ics"),),
    "busy.ics": ((*IV, "--busy", "busy.ics", "--save", "bo"),),
    "visits.csv": (("convert", "visits.csv", "--id", "visits"),),
    "alex.course.json": (
        ("status", "alex"),
        ("move", "alex", "2", "2027-01-08"),
        ("feed", ".", "--to", "out"),
    ),
    "closed-days.json": (("close-day", "2027-01-18", "."), ("agenda", ".")),
    "feeds.json": (("feed", ".", "--to", "out"),),
}


@pytest.fixture
def folder(ketasched, monkeypatch):
    """A folder with one sound file of each kind."""
    be_at(monkeypatch, "2026-12-20")
    for name in ("clinic.example.yaml", "busy.example.ics", "visits.example.csv"):
        Path(name.replace(".example", "")).write_bytes((ROOT / "docs" / name).read_bytes())
    Path("mine.yaml").write_text(MINE)
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    for command in (("close-day", "2027-01-11", "."), ("feed", ".", "--to", "out")):
        assert ketasched(*command).code == 0
    return files_in()


def damaged(data, chance):
    """A file after something happened to it: cut short, lines lost, doubled or in other order,
    octets or signs put in place of others.
    """
    for _ in range(chance.randint(1, 3)):
        place, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        lines = data.splitlines(keepends=True) or [b""]
        line = chance.randrange(len(lines))
        data = chance.choice([
            lambda data=data, place=place: data[:place],
            lambda data=data, place=place, end=end: data[:place] + data[min(end, place + 9) :],
            lambda data=data, place=place: data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :],
            lambda data=data, place=place: data[:place] + chance.choice(SIGNS).encode() + data[place:],
            lambda lines=lines, line=line: b"".join(lines[:line] + lines[line + 1 :]),
            lambda lines=lines, line=line: b"".join(lines[: line + 1] + lines[line:]),
            lambda lines=lines, line=line: b"".join(lines[:line] + lines[line + 1 :] + lines[line : line + 1]),
        ])()  # fmt: skip
    return data


def put_back(files):
    """The folder as it was."""
    for name in files_in().keys() - files.keys():
        Path(name).unlink()
    for name, data in files.items():
        if not Path(name).exists() or Path(name).read_bytes() != data:
            Path(name).write_bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_damage_is_told_or_does_no_harm(folder, ketasched, name):
    chance = random.Random(random.SystemRandom().random() if "ROUGH" in os.environ else name)
    codes = set()
    for _ in range(SOME):
        put_back(folder)
        Path(name).write_bytes(damaged(folder[name], chance))
        for command in KINDS[name]:
            before = files_in()
            outcome = ketasched(*command)
            told = (command, before[name], outcome)
            assert outcome.code in (0, 1, 2, 3), told
            assert "mistake in ketasched" not in outcome.err, told
            assert "Traceback" not in outcome.err, told
            assert (outcome.code == 0) or outcome.err, told
            if command[0] in ("plan", "move", "convert"):
                assert outcome.code == 0 or files_in() == before, told
            codes.add(outcome.code)
    assert len(codes) > 1, "damage that is never told, or always"


@pytest.mark.slow
def test_two_programs_at_once_lose_nothing(ketasched, monkeypatch):
    be_at(monkeypatch, "2026-12-20")
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    for turn in range(20):
        before = len(record_of()["history"])
        at = f"{9 + turn // 6:02}:{turn % 6}5"  # never twice: a move to where it stands is none
        moves = [("2", f"2027-01-07 {at}"), ("5", f"2027-01-18 {at}")]
        running = [in_child(["move", "alex", number, moment])[0] for number, moment in moves]
        codes = [ended(pid) for pid in running]
        assert set(codes) <= {0, 1}
        assert 0 in codes
        record = record_of()
        assert len(record["history"]) == before + codes.count(0)
        starts = {str(one["number"]): one["start"] for one in record["sessions"]}
        written = {
            f"{event['DTSTART'].dt:%Y-%m-%d %H:%M}"
            for event in events_of(Path("alex.ics").read_bytes())
        }
        for (number, moment), code in zip(moves, codes, strict=True):
            assert code or starts[number] == moment
        assert set(starts.values()) <= written
    json.loads(ketasched("status", "alex", "--format", "json").out)
