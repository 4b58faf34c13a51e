"""Courses that ran elsewhere: random lives, written as tables in random shapes and taken in."""

import csv
import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import helpers
import pytest

from ketasched.records import codec
from ketasched.records.open import task_of
from ketasched.running.broken_rules import broken_rules

TODAY = date(2027, 3, 3)  # a Wednesday, 15:00 in Chicago
NOW = datetime(2027, 3, 3, 21, tzinfo=UTC)
PROTOCOLS = {"iv": 3, "im": 4, "spravato": 3, "kap": 7, "iv-two-weeks": 2}
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%a %d %b %Y", "%d %B %Y")
CLOCKS = ("%H:%M", "%I:%M %p", "%I.%M%p")
STATES = {
    "attended": ("attended", "Done", "came"),
    "missed": ("missed", "No-show", "DNA"),
    "cancelled": ("cancelled", "Canceled"),
    "planned": ("planned", "booked", "Scheduled", ""),
}


def life_of(chance):
    """Whose, by which protocol, and its sessions: (start, state)."""
    protocol = chance.choice([*PROTOCOLS])
    day = TODAY - timedelta(days=chance.randrange(1, 40))
    hour = chance.choice([9, 10, 13])
    facts = []
    for _ in range(chance.randrange(1, 9)):
        when = datetime(day.year, day.month, day.day, hour, chance.choice([0, 0, 0, 30]))
        state = chance.choice(["attended"] * 6 + ["missed", "cancelled"])
        if when.date() >= TODAY:
            state = chance.choice(["planned"] * 4 + ["cancelled"])
        facts.append((when, state))
        day += timedelta(
            days=max(1, PROTOCOLS[protocol] + chance.choice([0, 0, 0, 0, -1, 1, 4, 8]))
        )
        if day > TODAY + timedelta(days=10):
            break
    return protocol, facts


def rows_of(chance, name, protocol, facts, *, wide):
    dates, clocks = chance.choice(DATES), chance.choice(CLOCKS)
    rows = [
        (when.strftime(dates), when.strftime(clocks), chance.choice(STATES[state]))
        for when, state in facts
    ]
    if wide:
        return [[name, protocol, *(f"{day} {at} {state}".strip() for day, at, state in rows)]]
    rows = [[name, protocol, day, at, state] for day, at, state in rows]
    chance.shuffle(rows)
    return rows


def written(path, lives, chance):
    """A table of lives, a line a session or a line a patient."""
    wide = chance.random() < 0.5
    header = ["Name", "Protocol", "Date", "Time", "State"]
    if wide:
        most = max(len(facts) for _, facts in lives.values())
        header = ["Patient", "Treatment", *(f"Session {n + 1}" for n in range(most))]
    with Path(path).open("w", newline="") as stream:
        writer = csv.writer(stream, delimiter=chance.choice(",;\t"))
        writer.writerow(header)
        for name, (protocol, facts) in lives.items():
            writer.writerows(rows_of(chance, name, protocol, facts, wide=wide))


def bytes_in(folder):
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


@pytest.mark.sampled(32)
@pytest.mark.parametrize("seed", range(160))
def test_a_life_is_taken_over_as_it_was_and_goes_on_legally(seed, ketasched, monkeypatch):
    chance = random.Random(seed)
    helpers.be_at(monkeypatch, "2027-03-03 21:00")
    lives = {name: life_of(chance) for name in ("Ana", "Ben", "Cleo")}
    Path("folder").mkdir()
    written("lives.csv", lives, chance)
    outcome = ketasched("import", "lives.csv", "--into", "folder", "--format", "json")
    assert outcome.code in (0, 3), outcome
    report = json.loads(outcome.out)
    refused = {each["name"] for each in report["refused"]}
    assert (outcome.code == 3) == bool(refused)
    for name, (protocol, facts) in lives.items():
        path = Path("folder", f"{name}.course.json")
        assert path.exists() == (name not in refused)
        if path.exists():
            holds(path, protocol, facts)
    before = bytes_in("folder")
    again = ketasched("import", "lives.csv", "--into", "folder")
    assert again.code == outcome.code
    assert bytes_in("folder") == before
    if not refused:
        assert "Nothing new" in again.out
    if before:
        proof = ketasched("check", "folder")
        assert proof.code == 0, proof.out


def holds(path, protocol, facts):
    record = codec.load(str(path))
    course = record.course
    assert course.protocol.id == protocol
    told = {(f"{when:%Y-%m-%d %H:%M}", state) for when, state in facts}
    there = {
        (f"{session.start:%Y-%m-%d %H:%M}", session.status.replace("tentative", "planned"))
        for session in course.sessions
    }
    assert told <= there
    days = {start for start, _ in told}
    rest = [s for s in course.sessions if f"{s.start:%Y-%m-%d %H:%M}" not in days]
    assert all(
        session.start > NOW and session.status in ("planned", "tentative") for session in rest
    )
    order = task_of(record, NOW).order
    assert broken_rules(order, course, {session.number for session in rest}) == []
    lost = sum(state in ("missed", "cancelled") for _, state in facts)
    assert len(course.sessions) >= max(course.total, len(facts))
    assert len(course.sessions) <= max(course.total, len(facts)) + lost
