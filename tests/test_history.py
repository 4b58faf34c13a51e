"""What a record keeps of its changes: the way back to each plan before, and no plan twice."""

import json
import random
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from calendars import events_of
from helpers import be_at, files_in, plan_once, record_of

from ketasched.records import codec, write
from ketasched.records.history import state_before, way_back
from ketasched.records.open import snapshot

FIXTURES = Path(__file__).parent / "fixtures"
ALEX = Path("alex.course.json")
CHANGES = (
    ("move", "alex", "2", "2027-01-08"),
    ("move", "alex", "3", "2027-01-12 14:00"),
    ("cancel", "alex", "4", "--then", "append"),
    ("cancel", "alex", "5", "--then", "keep"),
    ("extend", "alex", "--sessions", "2"),
    ("move", "alex", "1", "2027-01-05", "--rest", "shift"),
    ("done", "alex", "1"),
)
PLACES = ("sessions", "visits", "unplaced", "pauses", "reviews", "left_out", "total", "asked")


@pytest.fixture
def at(ketasched, monkeypatch):
    def run(moment, *arguments, code=0):
        be_at(monkeypatch, moment)
        outcome = ketasched(*arguments)
        assert outcome.code == code, outcome.err
        return outcome

    return run


@pytest.fixture
def earlier():
    """A record of version 1 and its calendar."""
    shutil.copy(FIXTURES / "version-1.course.json", ALEX)
    shutil.copy(FIXTURES / "version-1.ics", "alex.ics")
    return record_of()


def state(record=None):
    """All of a record that a change may change."""
    record = record or record_of()
    return {place: record[place] for place in PLACES}


def without_what_stays(now, before):
    """A state but for what calendars know of and the plan before it had not."""
    numbers = {session["number"] for session in before["sessions"]}
    keys = {(visit["name"], visit["session"]) for visit in before["visits"]}
    return now | {
        "sessions": [one for one in now["sessions"] if one["number"] in numbers],
        "visits": [one for one in now["visits"] if (one["name"], one["session"]) in keys],
    }


@pytest.mark.sampled(5)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("protocol", ["iv", "kap"])
def test_undo_back_to_the_beginning_gives_each_earlier_state(ketasched, at, protocol, seed):
    plan_once(ketasched, protocol, "--start", "2027-01-04", "--save", "alex")
    chance = random.Random(seed)
    states = [state()]
    for command in chance.choices(CHANGES, k=12):
        be_at_done = "2027-01-06" if command[0] == "done" else "2026-12-20"
        history = record_of()["history"]
        try:
            at(be_at_done, *command)
        except AssertionError:
            continue  # no place for it after the others
        if record_of()["history"] != history:
            states.append(state())
    assert len(states) > 2
    for before in states[-2::-1]:
        at("2026-12-20", "undo", "alex")
        assert without_what_stays(state(), before) == before
    at("2026-12-20", "undo", "alex", code=2)


def test_ways_back_lead_to_every_state(ketasched, at):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex")
    states = [snapshot(codec.load(str(ALEX)))]
    for command in (*CHANGES[:5], ("undo", "alex"), ("undo", "alex"), CHANGES[5]):
        at("2026-12-20", *command)
        states.append(snapshot(codec.load(str(ALEX))))
    record = codec.load(str(ALEX))
    assert [change.back is None for change in record.history] == [True] + [False] * 8
    now = states[-1]
    for before, change in zip(states[-2::-1], record.history[:0:-1], strict=True):
        now = state_before(now, change.back)
        assert now == before


def test_a_way_back_of_any_two_states_is_exact_and_says_no_more_than_differs():
    chance = random.Random(7)
    empty = {place: [] for place in PLACES[:6]} | {"total": 6, "asked": {"start": "a"}}

    def any_state():
        numbers = sorted(chance.sample(range(1, 12), chance.randrange(1, 9)))
        sessions = [{"number": n, "day": chance.randrange(3), "text": "x"} for n in numbers]
        pauses = [{"before_session": n, "weeks": 1} for n in chance.sample(numbers, 1)]
        return empty | {"sessions": sessions, "pauses": pauses, "total": chance.randrange(6)}

    for after, before in pairwise(any_state() for _ in range(500)):
        assert state_before(after, way_back(after, before)) == before
        assert way_back(after, after) == {}
    one = any_state()
    moved = json.loads(json.dumps(one))
    moved["sessions"][0]["day"] += 1
    assert way_back(moved, one) == {
        "sessions": {"set": [{"at": 0, "to": {"day": one["sessions"][0]["day"]}}]}
    }


def test_a_record_grows_by_what_changed(ketasched, at):
    plan_once(
        ketasched, "spravato", "--start", "2027-01-04", "--until", "2029-06-01", "--save", "alex"
    )
    size = ALEX.stat().st_size
    assert len(record_of()["sessions"]) > 60
    for day in (5, 4, 5, 4):
        at("2026-12-20", "move", "alex", "1", f"2027-01-0{day}", "--override", "gap,window")
    assert (ALEX.stat().st_size - size) / 4 < size / 100


def test_what_would_be_too_large_to_be_read_is_not_written(ketasched, at, monkeypatch):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    monkeypatch.setattr(codec, "MAX_BYTES", ALEX.stat().st_size + 50)
    before = files_in()
    outcome = at("2026-12-20", *CHANGES[0], code=1)
    assert "larger than" in outcome.err
    assert files_in() == before
    monkeypatch.setattr(codec, "MAX_BYTES", codec.MAX_BYTES * 2)
    at("2026-12-20", *CHANGES[0])


# Records of version 1


def test_a_record_of_version_1_is_read_and_written_in_this_one(earlier, at):
    record = codec.load(str(ALEX))
    assert [change.what for change in record.history] == [one["what"] for one in earlier["history"]]
    at("2026-12-22", "move", "alex", "5", "2027-01-19")
    after = record_of()
    assert after["schema"] == "ketasched-record/2"
    assert after["uid_bits"] is None
    assert {one["uid"] for one in after["entries"]} == {one["uid"] for one in earlier["entries"]}
    assert codec.text_of(codec.load(str(ALEX))) == ALEX.read_text("utf-8")


def test_a_record_of_version_1_keeps_its_uids_in_all_calendars(earlier, at):
    known = {one["uid"] for one in earlier["entries"]}
    for audience in ("patient", "staff", "free-busy"):
        at("2026-12-22", "export", "alex", "--for", audience, "--ics", f"{audience}.ics")
        assert {
            str(event["UID"]) for event in events_of(Path(f"{audience}.ics").read_bytes())
        } <= known
    before = Path("alex.ics").read_bytes()
    assert Path("patient.ics").read_bytes() == before


def in_full(before):
    """The state of a record of version 1, with what is kept since."""
    visits = [visit | {"by_hand": False, "broken": []} for visit in before["visits"]]
    return before | {"visits": visits}


def test_changes_of_a_record_of_version_1_are_undone(earlier, at):
    befores = [one["before"] for one in earlier["history"] if one["before"] and not one["undone"]]
    assert len(befores) == 2
    for before in map(in_full, befores[::-1]):
        at("2026-12-22", "undo", "alex")
        assert without_what_stays(state(), before) == before
    at("2026-12-22", "undo", "alex", code=2)


@pytest.mark.parametrize("key", ["at", "count"])
def test_a_way_back_from_elsewhere_is_told_with_its_place(ketasched, at, key):
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex")
    at("2026-12-20", "extend", "alex", "--sessions", "1")
    record = record_of()
    record["history"][1]["back"]["sessions"]["cuts"][0][key] = 77
    ALEX.write_text(json.dumps(record, indent=1))
    before = files_in()
    outcome = at("2026-12-20", "undo", "alex", code=1)
    assert "that were never there" in outcome.err
    assert "alex.course.json:" in outcome.err
    assert files_in() == before


def test_an_undone_make_up_leaves_the_history_small(at):
    """It stands elsewhere in the course then: of the others nothing is to be said."""
    years = ("plan", "iv", "--start", "2027-01-05", "--until", "2031-12-31")
    at("2026-12-20", *years, "--save", "alex", "--tz", "America/New_York")
    size = ALEX.stat().st_size
    for _ in range(3):
        at("2026-12-20", "cancel", "alex", "3", "--then", "squeeze")
        at("2026-12-20", "undo", "alex")
    at("2027-01-06", "done", "alex", "1")
    assert ALEX.stat().st_size < 1.25 * size


def test_writing_asks_for_the_size_that_reading_asks_for():
    assert write.codec.MAX_BYTES == codec.MAX_BYTES == 16 * 1024 * 1024
