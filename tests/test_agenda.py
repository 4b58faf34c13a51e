"""Who comes when, what is due, and how full the house is; January 2027, Mondays are 4, 11, 18."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import BUILT_IN
from hypothesis import example, given
from hypothesis import strategies as st

from ketasched.domain.course import Course, LinkedVisit, Session
from ketasched.domain.house import House, Resource, Takes
from ketasched.domain.protocol import Step
from ketasched.running.agenda import Coming, Patient, Stretch, in_house
from ketasched.running.full_house import is_plain, seats, uses

MON, WED = "2027-01-04", "2027-01-06"


@pytest.fixture
def agenda(at):
    """The agenda of a day as JSON."""

    def report(day, *more, code=0, moment="2027-01-02"):
        out = at(moment, "agenda", ".", "--day", day, *more, "--format", "json", code=code).out
        return json.loads(out)

    return report


@pytest.fixture
def house(save_course):
    """Mon 4 Jan: alex 9 to 11, cy 9:30 to 12, bo 10 to 13 o'clock; Wed 6 Jan: bo by video."""
    save_course("bo", "kap", "10:00")
    save_course("alex", "iv", "09:00")
    save_course("cy", "spravato", "09:30")


def clinic_file(chairs="", zone="America/Chicago", name="clinic.yaml"):
    text = f"version: 1\nname: Lakeside\ntimezone: {zone}\n"
    Path(name).write_text(text + (f"chairs: {chairs}\n" if chairs else ""))
    return name


def edit(record, /, **keys):
    """Change a record as somebody might by hand."""
    path = Path(f"{record}.course.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))


def edit_sessions(name, **keys):
    sessions = json.loads(Path(f"{name}.course.json").read_text())["sessions"]
    edit(name, sessions=[one | keys for one in sessions])


def clock(text):
    return text[11:16]


def stretches(report, key="people"):
    (day,) = report["days"]
    return [(clock(one["start"]), clock(one["end"]), one[key]) for one in day["in_house"]]


def said(outcome):
    return " ".join(outcome.out.split())


def bars(out):
    """The lines of the house."""
    return [line for line in out.splitlines() if "█" in line]


# Who comes


@pytest.mark.usefixtures("house")
def test_the_day_holds_all_records_by_time(agenda):
    (day,) = agenda(MON)["days"]
    keys = ("name", "protocol", "number", "total", "phase", "status")
    assert [(clock(one["start"]), *(one[key] for key in keys)) for one in day["entries"]] == [
        ("09:00", "alex", "iv", 1, 6, "induction", "planned"),
        ("09:30", "cy", "spravato", 1, 12, "induction", "planned"),
        ("10:00", "bo", "kap", 1, 6, "dosing", "planned"),
    ]


@pytest.mark.usefixtures("house")
def test_a_person_sees_when_who_what_which_and_how_many(at):
    page = said(at("2027-01-02", "agenda", ".", "--day", MON))
    assert page.startswith("Mon 4 Jan 2027: 3 people, America/Chicago")
    for row in (
        "09:00–11:00 alex IV ketamine · induction 1/6",
        "09:30–12:00 cy Spravato · induction 1/12",
        "10:00–13:00 bo KAP",
        "In the house at once 09:00–09:30 1",
    ):
        assert row in page


@pytest.mark.usefixtures("house")
def test_a_video_visit_is_shown_and_takes_no_chair(at, agenda):
    (day,) = agenda(WED)["days"]
    (visit,) = day["entries"]
    assert (visit["name"], visit["kind"], visit["by_video"]) == ("bo", "integration", True)
    assert (visit["number"], visit["total"], visit["phase"]) == (None, None, None)
    assert day["in_house"] == []
    page = said(at("2027-01-02", "agenda", ".", "--day", WED))
    assert "by video" in page
    assert "In the house" not in page


@pytest.mark.parametrize(("verb", "state"), [("miss", "missed"), ("cancel", "cancelled")])
@pytest.mark.usefixtures("house")
def test_who_does_not_come_is_shown_and_not_counted(at, agenda, verb, state):
    at("2027-01-04T23:00", verb, "cy", "1")
    report = agenda(MON)
    states = {one["name"]: one["status"] for one in report["days"][0]["entries"]}
    assert states == {"alex": "planned", "cy": state, "bo": "planned"}
    assert stretches(report) == [
        ("09:00", "10:00", 1),
        ("10:00", "11:00", 2),
        ("11:00", "13:00", 1),
    ]
    page = said(at("2027-01-05", "agenda", ".", "--day", MON))
    assert "2 people" in page
    assert f"cy Spravato · induction 1/12 {state}" in page


@pytest.mark.usefixtures("house")
def test_a_day_without_anybody_says_so(at, agenda):
    assert "Sun 10 Jan 2027: nobody" in at("2027-01-02", "agenda", ".", "--day", "2027-01-10").out
    assert agenda("2027-01-10")["days"][0]["entries"] == []


def test_records_in_two_zones_are_sorted_by_the_instant(save_course, agenda, at):
    save_course("west", "iv", "08:30", "--tz", "America/Chicago")
    save_course("east", "iv", "09:00", "--tz", "America/New_York")  # half an hour earlier
    report = agenda(MON)
    assert [one["name"] for one in report["days"][0]["entries"]] == ["east", "west"]
    spans = [
        (datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]), one["people"])
        for one in report["days"][0]["in_house"]
    ]
    noon = datetime(2027, 1, 4, 14, tzinfo=UTC)
    half = timedelta(minutes=30)
    assert spans == [
        (noon, noon + half, 1),
        (noon + half, noon + 4 * half, 2),
        (noon + 4 * half, noon + 5 * half, 1),
    ]
    page = said(at("2027-01-02", "agenda", ".", "--day", MON))
    assert "09:00–11:00 EST east" in page
    assert "08:30–10:30 CST west" in page


@pytest.mark.parametrize(("columns", "more"), [("40", ()), ("80", ("--for", "free-busy"))])
def test_every_time_has_its_zone_where_there_are_two(save_course, at, monkeypatch, columns, more):
    save_course("west", "iv", "08:30", "--tz", "America/Chicago")
    save_course("east", "iv", "09:00", "--tz", "America/New_York")
    monkeypatch.setenv("COLUMNS", columns)
    page = said(at("2027-01-02", "agenda", ".", "--day", MON, *more))
    assert "EST" in page
    assert "CST" in page


def test_bars_of_two_zones_do_not_mix_them(save_course, at):
    save_course("west", "iv", "09:00", "--tz", "America/Chicago")
    save_course("east", "iv", "09:00", "--tz", "America/New_York")
    for line in bars(at("2027-01-02", "agenda", ".", "--day", MON).out):
        first, last = re.findall(r"\d\d:\d\d", line)
        assert first < last, line


# How many are in the house, against a count of every minute

_COURSE = Course(BUILT_IN["iv"], date(2027, 1, 4), (), (), (), (), 6)
_ZONES = [ZoneInfo(name) for name in ("America/Chicago", "America/New_York", "Asia/Kathmandu")]
_BEGIN = datetime(2027, 3, 13, 18)  # clocks change in the night to come
_STATES = ("planned", "tentative", "attended", "missed", "cancelled")


def entry_of(zone, minute, length, status, kind):
    start = (_BEGIN + timedelta(minutes=minute)).replace(tzinfo=UTC).astimezone(zone)
    end = (start.astimezone(UTC) + timedelta(minutes=length)).astimezone(zone)
    if kind != "session":
        video = kind == "video"
        return LinkedVisit(
            "check-in", "call", 1, "after", "last", start, start, end, video, (), status
        )
    day = start.date()
    return Session(1, "induction", 1, day, day, day, start, end, 0, (), status)


ENTRIES = st.lists(
    st.builds(
        entry_of,
        st.sampled_from(_ZONES),
        st.integers(0, 60).map(lambda n: 15 * n) | st.integers(0, 900),
        st.sampled_from([15, 30, 120]) | st.integers(1, 300),
        st.sampled_from(_STATES),
        st.sampled_from(["session", "visit", "video"]),
    ),
    max_size=12,
)


@given(ENTRIES)
@example([entry_of(_ZONES[0], minute, 60, "planned", "session") for minute in (0, 60, 60, 180)])
def test_the_house_is_as_full_as_a_count_of_its_minutes(entries):
    counted = {}
    for one in entries:
        stays_away = isinstance(one, LinkedVisit) and one.by_video
        if one.status in ("missed", "cancelled") or stays_away:
            continue
        moment = one.start.astimezone(UTC)
        while moment < one.end.astimezone(UTC):
            counted[moment] = counted.get(moment, 0) + 1
            moment += timedelta(minutes=1)
    found = in_house([Coming(Patient("a", _COURSE), one, ()) for one in entries])
    told = {}
    for start, end, people in found:
        moment = start.astimezone(UTC)
        assert people > 0
        assert moment < end.astimezone(UTC)
        while moment < end.astimezone(UTC):
            assert moment not in told, "two stretches at once"
            told[moment] = people
            moment += timedelta(minutes=1)
    assert told == counted
    for one, following in pairwise(found):
        assert (one.end, one.people) != (following.start, following.people), "one stretch in two"


def test_who_leaves_as_another_comes_is_one_person():
    entries = [entry_of(_ZONES[0], minute, 60, "planned", "session") for minute in (0, 60)]
    found = in_house([Coming(Patient("a", _COURSE), one, ()) for one in entries])
    assert found == [Stretch(entries[0].start, entries[1].end, 1)]


# Chairs


@pytest.mark.parametrize(
    ("own", "given_file", "chairs", "too_many"),
    [
        ("", "", None, [0, 0, 0, 0, 0]),
        ("3", "", 3, [0, 0, 0, 0, 0]),
        ("2", "", 2, [0, 0, 1, 0, 0]),
        ("2", "1", 1, [0, 1, 2, 1, 0]),
        ("1", "3", 3, [0, 0, 0, 0, 0]),
        ("", "2", 2, [0, 0, 1, 0, 0]),
    ],
)
def test_more_people_than_chairs_are_marked(
    save_course, at, agenda, own, given_file, chairs, too_many
):
    file = clinic_file(own)
    for name, protocol, hour in (
        ("alex", "iv", "09:00"),
        ("cy", "spravato", "09:30"),
        ("bo", "kap", "10:00"),
    ):
        # Each in a folder of its own: beside the others there would be no chair to plan it for.
        Path(name).mkdir()
        save_course(f"{name}/{name}", protocol, hour, "--clinic", file)
        Path(name, f"{name}.course.json").rename(f"{name}.course.json")
    more = ("--clinic", clinic_file(given_file, name="other.yaml")) if given_file else ()
    report = agenda(MON, *more)
    assert report["chairs"] == chairs
    assert stretches(report) == [
        ("09:00", "09:30", 1),
        ("09:30", "10:00", 2),
        ("10:00", "11:00", 3),
        ("11:00", "12:00", 2),
        ("12:00", "13:00", 1),
    ]
    assert [many for *_, many in stretches(report, "too_many")] == too_many
    lines = bars(at("2027-01-02", "agenda", ".", "--day", MON, *more).out)
    assert ["too many" in line for line in lines] == [many > 0 for many in too_many]
    for line, many in zip(lines, too_many, strict=True):
        assert not many or f"{many} too many" in line


@pytest.mark.parametrize("form", ["table", "html"])
def test_what_a_person_moved_is_said_and_what_a_rule_moved_is_not(save_course, at, form):
    save_course("alex", "iv", "09:00", "--closed", MON)
    save_course("cy", "spravato", "09:30")
    at("2027-01-02", "move", "cy", "1", "2027-01-05 11:00")

    out = at("2027-01-02", "agenda", ".", "--day", "2027-01-05", "--format", form).out
    body = out.partition("</style>")[2] or out
    assert "alex" in body
    assert "cy" in body
    assert body.count("moved") == (1 if form == "table" else 2)  # its class and the word


# What the house has, and who sits where


def resources_file(resources, takes):
    path = Path(clinic_file(name="house.yaml"))
    path.write_text(f"{path.read_text()}resources: {resources}\ntakes: {takes}\n")
    return "--clinic", "house.yaml"


NURSES = "{mon-fri 08:00-10:30: 2, mon-fri 10:30-18:00: 1}"
OF_A_NURSE = "{iv: {nurse: 1}, kap: {nurse: 2}, spravato: {chair: 1, nurse: 1}}"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("resources", "takes", "load"),
    [  # 9 to 11, 9:30 to 12, 10 to 13
        (
            "{chair: 2}",
            "{}",
            [
                ("chair", "09:00", "09:30", 1, 2, 0),
                ("chair", "09:30", "10:00", 2, 2, 0),
                ("chair", "10:00", "11:00", 3, 2, 1),
                ("chair", "11:00", "12:00", 2, 2, 0),
                ("chair", "12:00", "13:00", 1, 2, 0),
            ],
        ),
        ("{room: 1}", "{}", []),
        (
            f"{{room: 1, nurse: {NURSES}}}",
            "{iv: {nurse: 1}, kap: {nurse: 2}, spravato: {nurse: 1}}",
            [
                ("nurse", "09:00", "09:30", 1, 2, 0),
                ("nurse", "09:30", "10:00", 2, 2, 0),
                ("nurse", "10:00", "10:30", 4, 2, 2),
                ("nurse", "10:30", "11:00", 4, 1, 3),
                ("nurse", "11:00", "12:00", 3, 1, 2),
                ("nurse", "12:00", "13:00", 2, 1, 1),
            ],
        ),
        (
            "{room: 3, chair: 1}",
            "{iv: {room: 1}, kap: {chair: 1}, spravato: {}}",
            [("room", "09:00", "11:00", 1, 3, 0), ("chair", "10:00", "13:00", 1, 1, 0)],
        ),
        (
            "{nurse: {tue: 1}}",
            "{iv: {nurse: 1}}",
            [("nurse", "09:00", "11:00", 1, 0, 1)],
        ),
    ],
)
def test_each_resource_is_shown_through_the_day(at, agenda, resources, takes, load):
    more = resources_file(resources, takes)
    (day,) = agenda(MON, *more)["days"]
    keys = ("taken", "there", "too_many")
    assert [
        (use["resource"], clock(use["start"]), clock(use["end"]), *(use[key] for key in keys))
        for use in day["load"]
    ] == load
    out = at("2027-01-02", "agenda", ".", "--day", MON, *more).out
    for _, start, end, taken, _, many in load:
        over = rf" {many} too many" if many else ""
        assert re.search(rf"^{start}–{end} +{taken} █+{over} *$", out, re.MULTILINE), (start, end)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("resources", "takes", "titles"),
    [
        ("{chair: 2}", "{}", ["In the house at once, for 2 chairs"]),
        ("{room: 2}", "{}", ["In the house at once"]),
        (
            "{room: 2}",
            "{kap: {room: 1}}",
            ["In the house at once", "Taken at once, of 2 rooms"],
        ),
        (
            f"{{chair: 2, nurse: {NURSES}, room: 1}}",
            OF_A_NURSE,
            [
                "Taken at once, of 2 chairs",
                "Taken at once, of 2 nurses 08:00-10:30 and 1 nurse 10:30-18:00",
            ],
        ),
    ],
)
def test_a_block_is_titled_with_its_number(at, resources, takes, titles):
    out = at("2027-01-02", "agenda", ".", "--day", MON, *resources_file(resources, takes)).out
    assert re.findall(r"^(?:In the house|Taken).*\S", out, re.MULTILINE) == titles


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("resources", "takes", "chairs", "column"),
    [  # alex, cy, bo
        ("{room: 1}", "{}", [[], [], []], None),
        ("{chair: 1}", "{}", [[1], [], []], None),
        ("{chair: 2}", "{}", [[1], [2], []], ["1", "2", "none"]),
        ("{chair: 3}", "{}", [[1], [2], [3]], ["1", "2", "3"]),
        ("{chair: 3}", "{spravato: {}}", [[1], [], [2]], ["1", "", "2"]),
        ("{chair: 4}", "{iv: {chair: 2}}", [[1, 2], [3], [4]], ["1, 2", "3", "4"]),
        ("{chair: 2}", "{kap: {chair: 2}}", [[1], [2], []], ["1", "2", "none, none"]),
        ("{chair: {mon: 2, tue: 5}}", "{}", [[1], [2], []], ["1", "2", "none"]),
    ],
)
def test_who_sits_where(at, agenda, monkeypatch, resources, takes, chairs, column):
    more = resources_file(resources, takes)
    (day,) = agenda(MON, *more)["days"]
    assert [entry["chairs"] for entry in day["entries"]] == chairs
    command = ("agenda", ".", "--day", MON, *more)
    rows = rows_of(at("2027-01-02", *command, "--format", "csv").out)
    assert [row["chairs"] for row in rows] == ["; ".join(map(str, own)) for own in chairs]
    out = at("2027-01-02", *command).out
    assert bool(re.search("^Time +Chair +Who", out, re.MULTILINE)) == (column is not None)
    monkeypatch.setenv("COLUMNS", "40")
    narrow = at("2027-01-02", *command).out
    assert "Chair" not in at("2027-01-02", *command, "--for", "free-busy").out
    for name, own in zip(("alex", "cy", "bo"), column or ["", "", ""], strict=True):
        assert re.search(
            rf"^\d\d:\d\d–\d\d:\d\d +{own}{' +' if own else ''}{name} ", out, re.MULTILINE
        )
        assert not own or f"chair {own}" in narrow
    assert narrow.count("chair ") == sum(map(bool, column or ()))


SITTINGS = st.lists(
    st.tuples(st.integers(0, 40).map(lambda n: 15 * n), st.sampled_from([15, 30, 60, 120])),
    max_size=14,
)


@given(SITTINGS, st.integers(1, 5))
def test_nobody_shares_a_chair_and_all_sit_where_there_are_enough(sittings, number):
    shown = [
        Coming(Patient("a", _COURSE), entry_of(_ZONES[0], minute, length, "planned", "session"), ())
        for minute, length in sorted(sittings)
    ]
    house = House((Resource.of_number("chair", number),), (Takes("iv", (("chair", 1),)),))
    seated = seats(house, shown)
    there = [
        (visitor.entry.start, visitor.entry.end, chair)
        for visitor, (chair,) in zip(shown, seated, strict=True)
    ]
    for (start, end, chair), (begin, finish, other) in combinations(there, 2):
        assert chair is None or chair != other or end <= begin or finish <= start
    assert all(chair in {None, *range(1, number + 1)} for *_, chair in there)
    full = any(use.too_many for use in uses(house, shown))
    assert full == any(chair is None for *_, chair in there)


@pytest.mark.parametrize(
    ("chairs", "others", "seated"),
    [  # beside who sits from 0 to 30 and from 90 to 120
        (2, [(45, 30)], [(1,), (2,)]),  # kept, as there is another
        (1, [(45, 30)], [(1,), (1,)]),
        (1, [(30, 60)], [(1,), (1,)]),
        (1, [(45, 60)], [(1,), (None,)]),
        (1, [(15, 30)], [(1,), (None,)]),
        (2, [(45, 30), (60, 60)], [(1,), (1,), (2,)]),
        (3, [(45, 30), (60, 60)], [(1,), (2,), (3,)]),
    ],
)
def test_a_chair_is_kept_while_it_is_given_up_if_another_is_free(chairs, others, seated):
    need = (("chair", 1),)
    steps = (Step("in", 30, need), Step("away", 60, ()), Step("out", 30, need))
    pausing = replace(_COURSE, protocol=replace(_COURSE.protocol, steps=steps))
    shown = [
        Coming(Patient("a", own), entry_of(_ZONES[0], minute, length, "planned", "session"), ())
        for own, minute, length in ((pausing, 0, 120), *((_COURSE, *other) for other in others))
    ]
    house = House((Resource.of_number("chair", chairs),))
    assert seats(house, shown) == seated
    assert any(use.too_many for use in uses(house, shown)) == any(None in own for own in seated)
    assert not is_plain(house, shown)
    assert is_plain(house, shown[1:])


# What is due

REVIEW = "review: evidence of benefit"
FORM = "monitoring form for session 1, by Mon 11 Jan 2027"


@pytest.fixture
def due(agenda):
    """What is due on a day: with the entry of who comes, or else beside the day."""

    def find(day, *more):
        (shown,) = agenda(day, *more)["days"]
        with_entries = [what for one in shown["entries"] for what in one["due"]]
        return with_entries, [(one["name"], one["what"]) for one in shown["due"]]

    return find


@pytest.mark.parametrize(
    ("day", "coming", "others"),
    [
        ("2027-01-08", [], []),
        ("2027-01-09", [], [("cy", FORM)]),  # two days ahead
        ("2027-01-10", [], [("cy", FORM)]),
        ("2027-01-11", [FORM], []),
        ("2027-01-12", [], []),
        ("2027-01-27", [], []),
        ("2027-01-28", [REVIEW], []),
        ("2027-01-29", [REVIEW], []),
        ("2027-01-30", [], [("cy", REVIEW)]),
    ],
)
def test_what_is_due_stands_with_who_comes_else_below(save_course, at, due, day, coming, others):
    save_course("cy", "spravato", "09:30")
    at("2027-01-04T23:00", "done", "cy", "1")
    assert due(day) == (coming, others)
    page = said(at("2027-01-05", "agenda", ".", "--day", day))
    head, also, below = page.partition("Also due")
    assert bool(also) == bool(others)
    for name, what in others:
        assert what in below
        assert name in below.split()
    for what in coming:
        assert what in head


def test_no_form_is_due_for_a_session_that_was_not_held(save_course, at, due):
    save_course("cy", "spravato", "09:30")
    assert due("2027-01-11") == ([], [])
    at("2027-01-04T23:00", "miss", "cy", "1")
    assert due("2027-01-11") == ([], [])


def test_a_review_that_was_passed_is_no_longer_due(save_course, at, due):
    save_course("cy", "spravato", "09:30")
    assert due("2027-01-28") == ([REVIEW], [])
    at("2027-01-28T23:00", "review", "cy", "evidence of benefit", "--continue")
    assert due("2027-01-28") == ([], [])


RUNS_OUT = [
    "authorised until Wed 20 Jan 2027: session 6 is later",
    "authorised for 4 sessions, and there are 6: it runs out before session 5, Mon 18 Jan 2027",
]


@pytest.mark.parametrize(
    ("day", "coming", "others"),
    [
        (MON, RUNS_OUT, []),
        ("2027-01-05", [], RUNS_OUT),
        ("2027-01-21", RUNS_OUT, []),
        ("2027-01-23", [], []),  # no session is to come
    ],
)
def test_an_approval_that_runs_out_is_due_while_sessions_come(
    save_course, due, day, coming, others
):
    save_course(
        "alex", "iv", "09:00", "--authorised-until", "2027-01-20", "--authorised-visits", "4"
    )
    with_entries, beside = due(day)
    told = [what for name, what in beside if name == "alex" and "authorised" in what]
    assert ([what for what in with_entries if "authorised" in what], told) == (coming, others)


def test_in_a_week_what_is_due_is_said_once(save_course, at, due, agenda):
    save_course("cy", "spravato", "09:30")
    at("2027-01-04T23:00", "done", "cy", "1")
    days = agenda("2027-01-13", "--week")["days"]
    told = [what for day in days for one in day["entries"] for what in one["due"]]
    assert told == [FORM]
    assert [one for day in days for one in day["due"]] == []
    assert due("2027-01-13") == ([], [])


# Which days


@pytest.mark.parametrize(
    ("zone", "moment", "words", "day"),
    [
        ("America/Chicago", "2027-01-05T02:00", (), "2027-01-04"),  # still Monday evening there
        ("America/Chicago", "2027-01-05T02:00", ("--day", "today"), "2027-01-04"),
        ("America/Chicago", "2027-01-05T02:00", ("--day", "tomorrow"), "2027-01-05"),
        ("America/Chicago", "2027-01-05T02:00", ("--day", "thursday"), "2027-01-07"),
        ("America/Chicago", "2027-01-05T02:00", ("--day", "next monday"), "2027-01-11"),
        ("America/Chicago", "2027-01-05T07:00", ("--day", "tomorrow"), "2027-01-06"),
        ("Pacific/Auckland", "2027-01-04T12:00", (), "2027-01-05"),
        ("Pacific/Auckland", "2027-01-04T12:00", ("--day", "tomorrow"), "2027-01-06"),
    ],
)
def test_today_is_that_of_the_clinic(save_course, at, zone, moment, words, day):
    save_course("alex", "iv", "09:00", "--tz", zone)
    report = json.loads(at(moment, "agenda", ".", *words, "--format", "json").out)
    assert [one["day"] for one in report["days"]] == [day]


def test_today_is_that_of_the_clinic_file_if_one_is_given(save_course, at):
    save_course("alex", "iv", "09:00", "--tz", "America/Chicago")
    file = clinic_file(zone="Pacific/Auckland")
    out = at("2027-01-04T12:00", "agenda", ".", "--clinic", file, "--format", "json").out
    assert json.loads(out)["days"][0]["day"] == "2027-01-05"


@pytest.mark.parametrize("day", ["2027-01-11", "2027-01-13", "2027-01-17"])
def test_a_week_is_monday_to_sunday_around_the_day(save_course, agenda, at, day):
    save_course("alex", "iv", "09:00")
    days = agenda(day, "--week")["days"]
    assert [one["day"] for one in days] == [f"2027-01-{number}" for number in range(11, 18)]
    there = {one["day"]: len(one["entries"]) for one in days if one["entries"]}
    assert there == {"2027-01-11": 1, "2027-01-14": 1, "2027-01-15": 1}
    page = at("2027-01-02", "agenda", ".", "--day", day, "--week").out
    titles = re.findall(r"^(\w{3}) +\d+ Jan 2027: (nobody|1 person)", page, re.MULTILINE)
    assert [name for name, _ in titles] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


# What leaves the house

KEYS = {
    "start", "end", "status", "name", "protocol", "due", "kind", "number", "total", "phase",
    "title", "by_video", "target", "window_start", "window_end",
    "handle", "chairs",
}  # fmt: skip


@pytest.mark.usefixtures("house")
def test_json_is_one_value(agenda):
    report = agenda(MON)
    assert set(report) == {"schema", "chairs", "days", "unread"}
    (day,) = report["days"]
    assert set(day) == {"day", "closed", "entries", "in_house", "load", "due"}
    assert {frozenset(one) for one in day["entries"]} == {frozenset(KEYS)}
    assert {frozenset(one) for one in day["in_house"]} == {
        frozenset({"start", "end", "people", "too_many"})
    }
    assert day["entries"][0]["start"] == "2027-01-04T09:00:00-06:00"
    (visit,) = agenda(WED)["days"][0]["entries"]
    assert set(visit) == KEYS


def rows_of(out):
    return list(csv.DictReader(io.StringIO(out)))


@pytest.mark.usefixtures("house")
def test_csv_has_a_row_for_each_entry(at, agenda):
    rows = rows_of(at("2027-01-02", "agenda", ".", "--week", "--day", MON, "--format", "csv").out)
    entries = [
        (day["day"], one["start"], one["name"], str(one["number"] or ""))
        for day in agenda(MON, "--week")["days"]
        for one in day["entries"]
    ]
    assert [(one["day"], one["start"], one["name"], one["number"]) for one in rows] == entries
    assert len(rows) == 6
    assert [one["by_video"] for one in rows if one["kind"] == "integration"] == ["yes"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_no_name_is_a_formula_in_csv(save_course, at, agenda, name):
    save_course("alex", "iv", "09:00", f"--name={name}")
    (row,) = rows_of(at("2027-01-02", "agenda", ".", "--day", MON, "--format", "csv").out)
    assert row["name"] == f"'{name}"
    assert agenda(MON)["days"][0]["entries"][0]["name"] == name


PRIVATE = (
    "alex", "Quick", "bo", "cy", "ketamine", "Spravato", "induction", "dosing", "integration",
    "1/6", "iv", "kap", "review", "form", "authorised", "video",
)  # fmt: skip


@pytest.mark.parametrize("form", ["table", "json", "csv"])
@pytest.mark.usefixtures("house")
def test_free_busy_says_when_and_not_who(save_course, at, form):
    save_course("dee", "iv", "14:00", "--name", "Quick", "--authorised-until", "2027-01-08")
    at("2027-01-04T23:00", "done", "cy", "1")
    command = ("agenda", ".", "--week", "--day", MON, "--for", "free-busy", "--format", form)
    out = at("2027-01-05", *command).out
    lines = out.splitlines()
    # The header of CSV and the keys of JSON are the same for everybody.
    body = "\n".join(lines[1:]) if form == "csv" else out
    for word in PRIVATE:
        assert not re.search(rf"\b{word}\b", body, re.IGNORECASE), word
    assert "10:00" in out
    if form == "json":
        first = json.loads(out)["days"][0]
        assert {frozenset(one) for one in first["entries"]} == {
            frozenset({"start", "end", "status"})
        }
        assert max(one["people"] for one in first["in_house"]) == 3
        assert first["due"] == []


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("form", ["table", "json", "html"])
def test_free_busy_tells_of_chairs_and_of_nothing_else_in_the_house(at, form):
    more = resources_file(f"{{chair: 2, nurse: {NURSES}}}", "{iv: {chair: 1, nurse: 1}}")
    command = ("agenda", ".", "--day", MON, *more, "--format", form)
    assert "nurse" in at("2027-01-02", *command).out
    out = at("2027-01-02", *command, "--for", "free-busy").out
    assert "nurse" not in out
    assert "chair" in out.casefold()


@pytest.mark.usefixtures("house")
def test_free_busy_names_nobody_whose_record_is_damaged(at):
    Path("quick.course.json").write_text("{")
    command = ("agenda", ".", "--day", MON, "--for", "free-busy", "--format", "json")
    assert "quick" not in at("2027-01-02", *command, code=1).out


def test_who_was_cancelled_is_not_busy(save_course, at):
    save_course("alex", "iv", "09:00")
    at("2027-01-02", "cancel", "alex", "1")
    out = at("2027-01-02", "agenda", ".", "--day", MON, "--for", "free-busy").out
    assert "nobody" in out
    assert "Busy" not in out


def test_a_table_without_rows_is_not_shown(save_course, at):
    save_course("alex", "iv", "09:00")
    at("2027-01-02", "cancel", "alex", "1")
    out = at("2027-01-02", "agenda", ".", "--day", MON, "--for", "free-busy").out
    assert "Time" not in out


# What cannot be read

DAMAGE = {
    "cut off": '{"start": "2027-01-04 09:00"',
    "not a record": "[]",
    "not text": b"\xff\xfe\x00",
    "empty": "",
    "another version": '{"schema": "ketasched-record/99"}',
    "nothing in it": '{"schema": "ketasched-record/1"}',
    "too deep": "[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.usefixtures("house")
def test_a_damaged_record_is_named_at_the_end_and_the_others_are_shown(at, damage):
    data = damage if isinstance(damage, bytes) else damage.encode()
    Path("aa.course.json").write_bytes(data)
    outcome = at("2027-01-02", "agenda", ".", "--day", MON, code=1)
    assert "3 people" in outcome.out
    assert "aa.course.json is no record that can be read" in outcome.err
    assert "Traceback" not in outcome.err
    rows = at("2027-01-02", "agenda", ".", "--day", MON, "--format", "csv", code=1)
    assert [one["name"] for one in rows_of(rows.out)] == ["alex", "cy", "bo"]
    assert "aa.course.json" in rows.err


@pytest.mark.parametrize(
    "keys", [{"minutes": 10**15}, {"start": "9999-12-31 23:59"}], ids=["length", "year"]
)
@pytest.mark.usefixtures("house")
def test_a_time_that_cannot_be_damages_one_record_only(at, keys):
    edit_sessions("cy", **keys)
    outcome = at("2027-01-02", "agenda", ".", "--day", MON, code=1)
    assert "2 people" in outcome.out
    assert "cy.course.json" in outcome.err


@pytest.mark.usefixtures("house")
def test_a_length_below_nothing_damages_the_record(at):
    edit_sessions("cy", minutes=-30)
    assert "cy.course.json" in at("2027-01-02", "agenda", ".", "--day", MON, code=1).err


@pytest.mark.parametrize("place", ["nowhere", "a-file", "empty"])
def test_a_place_without_records_is_a_mistake_in_the_command(at, place):
    Path("a-file").write_text("")
    Path("empty").mkdir()
    outcome = at("2027-01-02", "agenda", place, code=2)
    assert outcome.out == ""
    assert place in outcome.err
    if place == "empty":
        assert "there is no record in empty" in outcome.err
    else:
        assert f"{place} is not a folder" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--day", "05/01/2027"), "--day"),
        (("--day", "2027-02-30"), "--day"),
        (("--for", "nobody"), "--for: unknown `nobody`"),
        (("--format", "xml"), "--format: unknown `xml`"),
    ],
)
@pytest.mark.usefixtures("house")
def test_what_an_option_cannot_be_is_said(at, arguments, message):
    assert message in at("2027-01-02", "agenda", ".", *arguments, code=2).err


# How it looks


def words(out, *without):
    return {one for one in out.replace("█", "").split() if one not in without}


@pytest.mark.parametrize("columns", [24, 40, 66, 80])
@pytest.mark.usefixtures("house")
def test_nothing_is_wider_than_the_terminal_or_left_out(at, monkeypatch, columns):
    at("2027-01-04T23:00", "done", "cy", "1")
    at("2027-01-04T23:00", "cancel", "bo", "1")
    command = ("agenda", ".", "--week", "--day", "2027-01-05")
    monkeypatch.setenv("COLUMNS", "200")
    everything = words(at("2027-01-05", *command).out, "What", "#", "State", "and", "what", "is")
    monkeypatch.setenv("COLUMNS", str(columns))
    out = at("2027-01-05", *command).out
    assert max(map(len, out.splitlines())) <= columns
    if columns >= 40:
        assert everything - {"due"} <= words(out)


@pytest.mark.usefixtures("house")
def test_bars_that_are_marked_say_all_at_40_columns(at, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    more = ("--clinic", clinic_file("1"))
    out = at("2027-01-02", "agenda", ".", "--day", MON, *more).out
    page = " ".join(out.replace("█", "").split())
    assert "10:00–11:00 3 2 too many" in page


@pytest.mark.usefixtures("house")
def test_marked_bars_are_no_wider_than_the_terminal(at, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    out = at("2027-01-02", "agenda", ".", "--day", MON, "--clinic", clinic_file("1")).out
    assert max(map(len, out.splitlines())) <= 40


@pytest.mark.parametrize(
    ("environment", "colored"),
    [
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, False),  # into a pipe
    ],
)
@pytest.mark.usefixtures("house")
def test_color_is_for_who_wants_it(at, monkeypatch, environment, colored):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in at("2027-01-02", "agenda", ".", "--day", MON).out) == colored


@pytest.mark.usefixtures("house")
def test_nothing_in_a_record_steers_the_terminal(at):
    edit("cy", name="\x1b[31mred")
    edit_sessions("alex", phase="\x1b]0;title\x07")
    outcome = at("2027-01-02", "agenda", ".", "--day", MON, code=1)
    assert "\x1b" not in outcome.out + outcome.err
