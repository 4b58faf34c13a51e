"""Who has which chair or room: given when a record is written, and kept while it stands there."""

import contextlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from helpers import be_at, record_of
from hypothesis import given, settings
from hypothesis import strategies as st

from ketasched.cli import app
from ketasched.domain.course import CANCELLED
from ketasched.domain.house import House, Resource, Takes, minute_at
from ketasched.domain.seat import Seat, Seating, Stay, Wanted
from ketasched.files.clinic.clinic import ClinicFile
from ketasched.records import codec
from ketasched.records.room_lock import Booking, NoRoom, taking_room

HOUSE = House((Resource.of_number("chair", 3),), (Takes("iv", (("chair", 1),)),))
DEC, MON = "2026-12-20", "2027-01-04"
HOURS = "version: 1\nname: Riverside\ntimezone: America/Chicago\nhours: {mon-fri: 08:00-18:00}\n"


def house(words="resources: {chair: 2}"):
    Path("clinic.yaml").write_text(f"{HOURS}{words}\n", encoding="utf-8")


def plan(at, name, clock, *words, start=MON):
    return at(DEC, "plan", "iv", "--start", start, "--at", clock, "--save", name, *words)


def seats(name, day=MON):
    """The seats that a record keeps on a day."""
    return [
        (seat["resource"], seat["number"], seat["start"][11:], seat["minutes"])
        for seat in record_of(name).get("seats", ())
        if seat["start"].startswith(day)
    ]


def chairs(at, day=MON):
    """Who sits where by the agenda: numbers, and what is said of who has none."""
    (shown,) = json.loads(at(DEC, "agenda", ".", "--day", day, "--format", "json").out)["days"]
    return {each["name"]: (each["chairs"], each["due"]) for each in shown["entries"]}


def staff(at, name, *words):
    """Of each entry for staff: its SEQUENCE, and whether it says where it is."""
    out = at(DEC, "export", name, "--for", "staff", *words).out.replace("\r\n ", "")
    entries = {}
    for part in out.split("BEGIN:VEVENT")[1:]:
        said = dict(
            line.split(":", 1) for line in part.partition("BEGIN:VALARM")[0].splitlines()[1:]
        )
        line = said["DESCRIPTION"].partition("\\n")[0]
        start = said["DTSTART;TZID=America/Chicago"]
        entries[start] = int(said["SEQUENCE"]), said.get("LOCATION"), line
    return entries


# Which is best


def stays(*hours):
    return tuple(Stay(60 * begins, 60 * ends) for begins, ends in hours)


@pytest.mark.parametrize(
    ("taken", "wanted", "number"),
    [
        ([], [(9, 10)], 1),
        ([(1, [(9, 10)])], [(9, 10)], 2),
        ([(1, [(9, 10)])], [(10, 11)], 1),  # nobody is there at ten any more
        ([(2, [(9, 10)])], [(10, 11)], 2),  # the others stay free for who comes for long
        ([(1, [(8, 9)]), (2, [(9, 10)]), (2, [(11, 12)])], [(10, 11)], 2),
        ([(1, [(8, 9)]), (2, [(13, 14)])], [(10, 11)], 1),
        ([(1, [(8, 10)]), (2, [(11, 13)])], [(9, 12)], 3),
        ([(1, [(8, 10)]), (2, [(11, 13)]), (3, [(9, 10)])], [(9, 12)], None),
        ([(1, [(8, 9), (11, 12)])], [(9, 10)], 2),  # who is away for a while keeps it
        ([(1, [(8, 9), (11, 12)]), (2, [(8, 12)]), (3, [(8, 12)])], [(9, 10)], 1),
        ([(1, [(8, 9), (11, 12)]), (2, [(8, 12)]), (3, [(8, 12)])], [(10, 12)], None),
        ([(1, [(9, 10)]), (2, [(9, 10)]), (3, [(9, 10)])], [(8, 9), (10, 11)], 1),
        ([(1, [(9, 10)]), (2, [(8, 9)])], [(8, 9), (10, 11)], 3),
    ],
)
def test_the_tightest_of_three(taken, wanted, number):
    seating = Seating(Seat("chair", chair, stays(*hours)) for chair, hours in taken)
    seating.take(Seat("room", 1, stays((0, 24))))
    best = seating.best(Wanted("chair", stays(*wanted)), 3)
    assert best == (number and Seat("chair", number, stays(*wanted)))


# When a record is written


def test_nobody_changes_seats_when_others_are_booked_and_go(at):
    house()
    plan(at, "alex", "08:00")
    plan(at, "bo", "09:00")
    before = staff(at, "bo")
    assert seats("bo") == [("chair", 2, "09:00", 120)]
    assert before["20270104T090000"] == (0, "Chair 2", "Chair 2.")
    kept = Path("bo.course.json").read_bytes()
    plan(at, "cy", "10:00")
    at(DEC, "cancel", "alex", "1")
    assert Path("bo.course.json").read_bytes() == kept
    assert staff(at, "bo") == before
    assert chairs(at) == {"alex": ([], []), "bo": ([2], []), "cy": ([1], [])}
    assert seats("alex") == []
    assert "Chair" not in str(staff(at, "alex")["20270104T080000"])
    plan(at, "dee", "08:00", start=MON)
    assert seats("dee") == [("chair", 1, "08:00", 120)]


def test_a_seat_goes_with_its_entry_alone(at):
    house()
    plan(at, "alex", "08:00")
    plan(at, "bo", "08:00")
    before = staff(at, "bo")
    at(DEC, "cancel", "alex", "2")
    at(DEC, "move", "bo", "2", "2027-01-07 11:00")
    after = staff(at, "bo")
    assert after.pop("20270107T110000") == (1, "Chair 1", "Chair 1.")
    assert before.pop("20270107T080000") == (0, "Chair 2", "Chair 2.")
    assert after == before
    at(DEC, "undo", "bo")
    assert len(seats("bo", "2027-01-07")) == 1
    at(DEC, "check", ".")


def test_patients_and_who_sees_free_or_busy_read_nothing_of_it(at):
    house()
    out = plan(at, "alex", "08:00", "--ics", "alex.ics").out
    text = Path("alex.ics").read_text(encoding="utf-8")
    for audience in ("patient", "free-busy"):
        text += at(DEC, "export", "alex", "--for", audience).out
    assert "hair" not in text
    assert "Chair 1" in at(DEC, "export", "alex", "--for", "staff").out
    assert out


@pytest.mark.parametrize(
    ("words", "there"),
    [
        ("", False),
        ("resources: {chair: 1}", False),  # of one there is nothing to say
        ("resources: {nurse: {mon-fri 08:00-18:00: 2}}\ntakes: {iv: {nurse: 1}}", False),
        ("resources: {room: 2}\ntakes: {iv: {room: 1}}", True),
        (
            "resources: {chair: 2}\ntakes: {iv: {}, consultation: {}, check-in: {}, assessment: {}}",
            False,
        ),
    ],
)
def test_only_what_has_numbers_is_given(at, words, there):
    house(words)
    plan(at, "alex", "08:00", "--without", "assessment", "--without", "consultation")
    assert bool(seats("alex")) == there
    assert ("seats" in record_of("alex")) == there
    assert ("LOCATION" in at(DEC, "export", "alex", "--for", "staff").out) == there


def test_the_clinics_own_place_is_not_written_over(at):
    house("resources: {chair: 2}")
    plan(at, "alex", "08:00", "--location", "Pier 3")
    assert staff(at, "alex")["20270104T080000"] == (0, "Pier 3", "Chair 1.")


def test_a_step_without_a_chair_keeps_it(at):
    house("resources: {chair: 2}\ntakes: {iv: {check-in: {chair: 1}, infusion: {}}}")
    plan(at, "alex", "08:00")
    (seat,) = [seat for seat in record_of("alex")["seats"] if seat["start"] == f"{MON} 08:00"]
    (again,) = seat["again"]
    assert seat["minutes"] < 120
    (_, where, line) = staff(at, "alex")["20270104T080000"]
    assert where == f"Chair 1 (again at {again['start'][11:]})"
    assert line == f"{where}."


def test_who_finds_none_without_reseating_others_is_told(at):
    house()
    for name, clock in (("alex", "08:00"), ("bo", "11:00"), ("cy", "09:00")):
        assert "no one chair" not in plan(at, name, clock, "--without", "assessment").err
    kept = [Path(f"{name}.course.json").read_bytes() for name in ("alex", "bo", "cy")]
    said = plan(at, "dee", "10:00", "--without", "assessment").err
    assert "no one chair is free all the while on Mon 4 Jan 2027 10:00 and at 5 other times" in said
    assert chairs(at)["dee"] == (
        [], ["no one chair is free all the while: chair 1 until 11:00, then chair 2"]
    )  # fmt: skip
    assert staff(at, "dee")["20270104T100000"][1] is None
    assert [Path(f"{name}.course.json").read_bytes() for name in ("alex", "bo", "cy")] == kept
    at(DEC, "check", ".")
    at(DEC, "cancel", "bo", "1")
    assert "no one chair" not in at(DEC, "move", "dee", "1", "2027-01-04 14:00").err
    assert "no one" not in at(DEC, "move", "dee", "1", "2027-01-04 10:00").err
    assert seats("dee") == [("chair", 1, "10:00", 120)]


def test_many_at_once_have_seats_and_a_day_that_closes_gives_new_ones(at):
    pytest.importorskip("ortools")
    house("resources: {chair: 3}")
    rows = [f"{name},iv,{MON},2027-01-11,09:00,4h" for name in ("alex", "bo", "cy", "dee")]
    Path("list.csv").write_text("\n".join(["name,protocol,earliest,latest,at,flex", *rows]))
    Path("patients").mkdir()
    at(DEC, "admit", "list.csv", "--into", "patients")
    folder = Path("patients")

    def all_seats():
        texts = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.course.json")]
        for data in texts:
            at_home = [each for each in data["visits"] if each["by_video"]]
            gone = [each for each in data["sessions"] if each["status"] == "cancelled"]
            stand = len(data["sessions"]) + len(data["visits"]) - len(at_home) - len(gone)
            assert len(data["seats"]) == stand
        return texts

    all_seats()
    at(DEC, "check", "patients")
    day = record_of("patients/alex")["sessions"][2]["start"][:10]
    at(DEC, "close-day", day, "patients")
    all_seats()
    at(DEC, "check", "patients")
    at(DEC, "undo", "patients")
    all_seats()
    at(DEC, "check", "patients")


# Whether it holds


@pytest.mark.parametrize(
    ("number", "start", "text"),
    [
        (2, "09:00", None),
        (1, "09:00", ", session 1, seat: chair 1 is taken twice at {} 09:00: alex 1, bo 1"),
        (2, "07:00", ", seat: chair 2 is kept at {} 07:00, and nobody comes then"),
    ],
)
def test_check_finds_who_has_a_seat_that_is_not_theirs(at, number, start, text):
    house()
    plan(at, "alex", "08:00")
    plan(at, "bo", "09:00")
    path = Path("bo.course.json")
    data = json.loads(path.read_text("utf-8"))
    (seat,) = [each for each in data["seats"] if each["start"] == f"{MON} 09:00"]
    seat.update(number=number, start=f"{MON} {start}")
    path.write_text(json.dumps(data), "utf-8")
    out = at(DEC, "check", ".", code=1 if text else 0).out
    said = f"bo{text.format('Mon 4 Jan 2027')}" if text else ".: 2 records, 20 entries, no faults"
    assert " ".join(out.split()) == said


# Any bookings


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A record as `plan` makes it, with two sessions that may stand anywhere."""
    folder = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        be_at(patch, DEC)
        words = ["plan", "iv", "--start", MON, "--tz", "America/Chicago", "--save", "alex"]
        assert app.run(words) == 0
        record = codec.load("alex.course.json")
    return record._replace(
        clinic=ClinicFile("Riverside", resources=HOUSE.resources, takes=HOUSE.takes)
    )


def booked(template, name, before, sessions):
    """The record of somebody whose sessions (start and length in minutes; no length: cancelled)
    stand on one day.
    """
    base = datetime(2027, 1, 4, tzinfo=template.course.sessions[0].start.tzinfo)
    entries = [
        own._replace(
            start=base + timedelta(minutes=minute),
            end=base + timedelta(minutes=minute + (length or 60)),
            status="planned" if length else CANCELLED,
        )
        for own, (minute, length) in zip(template.course.sessions, sessions, strict=False)
    ]
    told = tuple(entry._replace(uid=f"{name} {entry.uid}") for entry in template.told)
    return template._replace(
        course=replace(template.course, sessions=tuple(entries), visits=()),
        told=told,
        seats=before.seats if before else (),
    )


def overlap(one, other):
    return one[0] < other[1] and other[0] < one[1]


TIMES = st.tuples(st.integers(0, 16).map(lambda n: 30 * n), st.sampled_from([0, 30, 60, 90, 150]))
BOOKINGS = st.lists(st.tuples(st.sampled_from("abcdefgh"), TIMES, TIMES), max_size=14)


@given(BOOKINGS)
def test_any_bookings_leave_everybody_in_their_seat_and_nobody_in_anothers(template, bookings):
    records = {}
    with TemporaryDirectory() as folder:
        for name, *sessions in bookings:
            before = records.get(name)
            record = booked(template, name, before, sessions)
            stand = [(each.start, each.end) for each in record.course.live]
            path = Path(folder, f"{name}.course.json")
            if len(stand) == 2 and overlap(*stand):
                continue  # nobody is twice at once
            try:
                with taking_room([Booking(path, before, record)]) as (kept,):
                    records[name] = record._replace(seats=kept)
                    path.write_text(codec.text_of(records[name]), "utf-8")
            except NoRoom:
                continue
            unmoved = {seat for seat in record.seats if seat.stays[0] in stays_of(record)}
            assert unmoved <= set(kept)
            hold_together(records)


def stays_of(record):
    return [Stay(minute_at(each.start), minute_at(each.end)) for each in record.course.live]


def hold_together(records):
    """Nobody has the seat of another, each who has one comes, and who has none would disturb."""
    seated = [(seat.number, seat.stays[0]) for record in records.values() for seat in record.seats]
    for (number, one), (other, two) in combinations(seated, 2):
        assert number != other or not overlap(one, two)
    for record in records.values():
        assert {seat.stays[0] for seat in record.seats} <= {*stays_of(record)}


@given(st.lists(TIMES.filter(lambda times: times[1]), min_size=1, max_size=12))
@settings(max_examples=60)
def test_all_who_are_booked_together_sit(template, times):
    """Where nobody stands yet, none can be in the way."""
    with TemporaryDirectory() as folder:
        bookings = [
            Booking(Path(folder, f"{place}.course.json"), None,
                    booked(template, str(place), None, [each]))
            for place, each in enumerate(times)
        ]  # fmt: skip
        with contextlib.suppress(NoRoom), taking_room(bookings) as seated:
            assert all(seated)
            taken = [(own[0].number, own[0].stays[0]) for own in seated]
            for (number, one), (other, two) in combinations(taken, 2):
                assert number != other or not overlap(one, two)


@given(st.lists(TIMES.filter(lambda times: times[1]), max_size=8), TIMES.filter(lambda t: t[1]))
def test_who_finds_none_finds_all_taken_for_some_of_the_time(times, wanted):
    seating = Seating()
    taken = []
    for minute, length in [*times, wanted]:
        want = Wanted("chair", (Stay(minute, minute + length),))
        seat = seating.best(want, 3)
        free = {1, 2, 3} - {number for number, stay in taken if overlap(stay, want.stays[0])}
        assert (seat.number if seat else None) in (free or {None})
        if seat:
            taken.append((seat.number, seat.stays[0]))
            seating.take(seat)
