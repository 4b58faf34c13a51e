"""What a running course is planned from changes, in worked cases with literal dates.

January 2027: Mondays are 4, 11, 18 and 25; no clinic file, so weekdays are open and no day is a
holiday. It is Monday 4 January, 10:00 in Chicago, and the course is six infusions on Mondays and
Thursdays from 4 January on. A session reads `3 Mon 11 Jan`; its time is told where it is not 09:00.
"""

import json
import shlex
import shutil
from datetime import datetime

import pytest
from calendars import events_of
from conftest import ROOT
from helpers import files_in, plan_once, record_of

NOW = "2027-01-04 16:00"
IV = ["1 Mon 4 Jan", "2 Thu 7 Jan", "3 Mon 11 Jan", "4 Thu 14 Jan", "5 Mon 18 Jan", "6 Thu 21 Jan"]
BUSY = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID=America/Chicago:{first}
DTEND;TZID=America/Chicago:{last}
END:VEVENT
END:VCALENDAR
"""


def shown(session):
    start = datetime.fromisoformat(session["start"])
    words = [str(session["number"]), f"{start:%a} {start.day} {start:%b}"]
    return " ".join([*words, *([f"{start:%H:%M}"] if f"{start:%H:%M}" != "09:00" else [])])


def sessions(name="alex"):
    return [
        shown(session)
        for session in record_of(name)["sessions"]
        if session["status"] not in ("missed", "cancelled")
    ]


def busy_file(name="busy.ics", first="20270107T080000", last="20270107T120000"):
    with open(name, "w", encoding="utf-8", newline="\r\n") as file:  # noqa: PTH123
        file.write(BUSY.format(first=first, last=last))


def events():
    with open("alex.ics", "rb") as file:  # noqa: PTH123
        return {str(event["UID"]): event for event in events_of(file.read())}


@pytest.fixture
def course(ketasched, at):
    """The course at rest, and its commands on that Tuesday."""
    busy_file()
    plan_once(ketasched, "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")

    def run(command, *arguments, code=0, name="alex"):
        return at(NOW, command, name, *arguments, code=code)

    return run


def asked(course):
    report = json.loads(course("status", "--format", "json").out)
    return [f"{fact['kind']}:{fact['value']}" for fact in report["planned_from"]]


FACTS = [
    (["--away", "2027-01-11"], ["3 Tue 12 Jan"], ["away:2027-01-11"]),
    (
        ["--away", "2027-01-11..2027-01-12"],
        ["3 Wed 13 Jan", "4 Fri 15 Jan"],
        ["away:2027-01-11..2027-01-12"],
    ),
    (
        ["--away", "11 jan 2027", "--away", "mon 18 jan 2027"],
        ["3 Tue 12 Jan", "5 Tue 19 Jan"],
        ["away:2027-01-11", "away:2027-01-18"],
    ),
    (["--away", "2027-02-15"], [], ["away:2027-02-15"]),
    (["--busy", "busy.ics"], ["2 Wed 6 Jan"], ["busy:busy.ics"]),
    (["--away", "every mon"], ["3 Tue 12 Jan", "5 Tue 19 Jan"], ["away:every mon"]),
    (["--away", "every mon until 2027-01-12"], ["3 Tue 12 Jan"],
     ["away:every mon until 2027-01-12"]),
    (
        ["--can", "tue,thu 15:00-"],
        ["2 Thu 7 Jan 15:00", "3 Tue 12 Jan 15:00", "4 Thu 14 Jan 15:00", "5 Tue 19 Jan 15:00",
         "6 Thu 21 Jan 15:00"],
        ["can:tue,thu 15:00-"],
    ),
    (
        ["--at", "14:00"],
        ["2 Thu 7 Jan 14:00", "3 Mon 11 Jan 14:00", "4 Thu 14 Jan 14:00", "5 Mon 18 Jan 14:00",
         "6 Thu 21 Jan 14:00"],
        ["at:14:00"],
    ),
    (["--at", "thu=14:00"], ["2 Thu 7 Jan 14:00", "4 Thu 14 Jan 14:00", "6 Thu 21 Jan 14:00"],
     ["at:thu=14:00"]),
    (
        ["--days", "tue,fri"],
        ["2 Fri 8 Jan", "3 Tue 12 Jan", "4 Fri 15 Jan", "5 Tue 19 Jan", "6 Fri 22 Jan"],
        ["days:tue,fri"],
    ),
    (["--days", "mon,wed"], ["2 Wed 6 Jan", "4 Wed 13 Jan", "6 Wed 20 Jan"], ["days:mon,wed"]),
    (
        ["--days", "wed,fri", "--away", "2027-01-13", "--at", "10:00"],
        ["2 Fri 8 Jan 10:00", "3 Tue 12 Jan 10:00", "4 Fri 15 Jan 10:00", "5 Wed 20 Jan 10:00",
         "6 Fri 22 Jan 10:00"],
        ["away:2027-01-13", "at:10:00", "days:wed,fri"],
    ),
]  # fmt: skip
OPTIONS = [options for options, _, _ in FACTS]


@pytest.mark.parametrize(("options", "moved", "facts"), FACTS, ids=" ".join)
def test_each_fact_moves_what_is_no_longer_legal_and_nothing_else(course, options, moved, facts):
    numbers = {session.split()[0]: session for session in moved}
    course("adjust", *options)
    assert sessions() == [numbers.get(session.split()[0], session) for session in IV]
    assert asked(course) == facts


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_undo_brings_back_the_plan_and_the_facts(course, options):
    before = record_of()
    course("adjust", *options)
    course("undo")
    after = record_of()
    for part in ("sessions", "asked", "busy"):
        assert after[part] == before[part]
    assert asked(course) == []


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_a_dry_run_shows_the_same_and_writes_nothing(course, options):
    before = files_in()
    looked = course("adjust", *options, "--dry-run")
    assert files_in() == before
    assert "nothing was written: --dry-run" in looked.err
    assert course("adjust", *options).out == looked.out


@pytest.mark.parametrize(
    ("options", "facts"), [(options, facts) for options, _, facts in FACTS], ids=" ".join
)
def test_what_was_said_can_be_taken_back_one_by_one(course, options, facts):
    course("adjust", *options)
    before = sessions()
    for fact in facts:
        course("adjust", "--drop", fact)
    assert asked(course) == []
    assert sessions() == before
    for session in record_of()["sessions"]:  # none is off its target without a word
        assert session["reasons"] or session["start"][:10] == session["target"]


@pytest.mark.parametrize("drop", ["away", "away:2027-01-11", " Away : mon 11 jan 2027"])
def test_a_fact_is_named_in_many_ways(course, drop):
    course("adjust", "--away", "2027-01-11")
    course("adjust", "--drop", drop)
    assert asked(course) == []


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        ("awy:2027-01-11", ["no kind of fact called `awy`", "did you mean `away`?"]),
        ("holiday:2027-01-11", ["no kind of fact", "kinds are can, away, busy"]),
        ("away:2027-01-12", ["not planned from that", "did you mean `away:2027-01-1",
                             "there is away:2027-01-11, away:2027-01-18 and at:10:00"]),
        ("away", ["could be one of 2", "away:2027-01-11, away:2027-01-18"]),
        ("away:soon", ["`soon` is not a date"]),
        ("at:11:00", ["not planned from that"]),
        ("days", ["not planned from that"]),
        ("pause:2", ["not planned from that"]),
        ("busy:busy.ics", ["not planned from that"]),
        ("", ["--drop is empty"]), (":2027-01-11", ["no kind of fact"]),
    ],
)  # fmt: skip
def test_what_was_never_said_is_not_taken_back(course, drop, said):
    course("adjust", "--away", "2027-01-11", "--away", "2027-01-18", "--at", "10:00")
    before = files_in()
    outcome = course("adjust", "--drop", drop, code=2)
    assert files_in() == before
    assert all(words in outcome.err for words in said), outcome.err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--away", "01/02/2027"], 2, "--away: `01/02/2027` reads differently"),
        (["--at", "25:00"], 2, "--at: `25:00` is not a time of day"),
        (["--at", "sun=9:00"], 2, "--at: Sundays are closed"),
        (["--days", "tue"], 2, "--days names 1 day, but no phase has 1 session a week"),
        (["--days", "tue,sat"], 3, "closed on Saturdays"),
        (["--days", "mon,tue"], 3, "the phase induction keeps 2 to 7 days between sessions"),
        (["--pause", "soon"], 2, "--pause: `soon` is not a number of weeks"),
        (["--can", "someday"], 2, "--can: "),
        (["--away", "every"], 2, "--away: "),
        (["--away", "mon"], 2, "`mon` may be one day or one every week"),
        (["--busy", "nobody.ics"], 1, "nobody.ics"),
        (["--busy", "busy.ics", "--busy", "busy.ics"], 2, "names the same file twice"),
        (["--away", "2027-01-16..2027-02-14"], 3, "session 5 has no legal day in its window"),
        (("--reason", "a new job"), 2, "--reason says why something is adjusted, and nothing is"),
    ],
)  # fmt: skip
def test_what_cannot_be_changes_nothing(course, options, code, said):
    before = files_in()
    outcome = course("adjust", *options, code=code)
    assert files_in() == before
    assert said in outcome.err, outcome.err


def test_an_absence_holds_for_every_later_command(course, at):
    course("adjust", "--away", "2027-01-25..2027-01-31")
    course("cancel", "6", "--then", "append")  # its place would be Mon 25
    course("extend", "--sessions", "2")
    course("move", "5", "2027-01-25", code=3)
    course("extend", "--on", "2027-01-28", code=3)
    at(NOW, "close-day", "2027-01-18", ".")
    course("review", "response review", "--continue")
    entries = [*record_of()["sessions"], *record_of()["visits"]]
    days = [entry["start"][:10] for entry in entries if entry["status"] != "cancelled"]
    assert len(days) > 8
    assert not [day for day in days if "2027-01-25" <= day <= "2027-01-31"]


@pytest.mark.parametrize(
    ("moved", "options", "said"),
    [
        (["4", "2027-01-15"], ["--away", "2027-01-15"],
         ("session 4 was moved by hand and stays, Fri 15 Jan 2027 09:00: away Fri 15 Jan 2027; to "
         'move it: ketasched move alex 4 "2027-01-14 09:00"')),
        (["4", "2027-01-15"], ["--at", "13:30"],
         ("session 4 was moved by hand and stays, Fri 15 Jan 2027 09:00; to move it: "
         'ketasched move alex 4 "2027-01-15 13:30"')),
        (["4", "2027-01-14 10:00"], ["--away", "2027-01-12..2027-01-16"],
         ("session 4 was moved by hand and stays, Thu 14 Jan 2027 10:00: away Tue 12 Jan 2027 to Sat "
         "16 Jan 2027; to call it off: ketasched cancel alex 4 --then keep")),
    ],
)  # fmt: skip
def test_what_a_person_moved_stays_and_is_told_with_a_command_that_works(
    course, ketasched, moved, options, said
):
    course("move", *moved)
    outcome = course("adjust", *options)
    assert said in outcome.err, outcome.err
    assert moved[1][:10] in {session["start"][:10] for session in record_of()["sessions"]}
    command = said.partition(": ketasched ")[2]
    assert ketasched(*shlex.split(command)).code == 0
    assert "was moved by hand" not in course("adjust", "--away", "2027-03-01").err


def test_json_has_what_holds_now_and_what_stays(course):
    course("move", "4", "2027-01-15")
    report = json.loads(course("adjust", "--away", "2027-01-15", "--format", "json").out)
    assert report["change"] == "adjusted: away Fri 15 Jan 2027"
    assert report["sessions"] == []
    assert report["planned_from"] == [
        {"kind": "away", "value": "2027-01-15", "text": "away Fri 15 Jan 2027"}
    ]
    (stays,) = report["stays"]
    assert stays["command"] == 'ketasched move alex 4 "2027-01-14 09:00"'
    assert (stays["handle"], stays["reasons"][0]["kind"]) == ("4", "away")


def test_without_an_option_it_says_what_there_is(course):
    course("adjust", "--away", "2027-01-11", "--at", "10:00")
    before = files_in()
    outcome = course("adjust")
    for line in (
        "Asked      away Mon 11 Jan 2027", "Asked      starts at 10:00",
        "  ketasched adjust alex --drop away:2027-01-11", "  ketasched adjust alex --days tue,fri",
    ):  # fmt: skip
        assert line in outcome.out
    assert files_in() == before
    report = json.loads(course("adjust", "--format", "json").out)
    assert [fact["value"] for fact in report["planned_from"]] == ["2027-01-11", "10:00"]


def test_the_same_again_writes_nothing(course):
    course("adjust", "--away", "2027-01-11")
    before = files_in()
    outcome = course("adjust", "--away", "2027-01-11..2027-01-11")
    assert "nothing was written: that is how it stands already" in outcome.err
    assert files_in() == before


def test_a_fact_that_moves_nothing_is_kept_and_undone(course):
    course("adjust", "--away", "2027-02-15", "--reason", "a wedding")
    assert "adjusted: away Mon 15 Feb 2027; reason: a wedding" in course("status", "--history").out
    assert "Asked      away Mon 15 Feb 2027" in course("status").out
    course("undo")
    assert "Asked" not in course("status").out


def test_a_calendar_read_again_takes_the_place_of_what_it_said(course):
    busy_file("other.ics", "20270111T080000", "20270111T090100")
    course("adjust", "--busy", "busy.ics", "--busy", "other.ics")
    busy_file(first="20270118T080000", last="20270118T120000")
    course("adjust", "--busy", "busy.ics")
    assert sessions() == [
        "1 Mon 4 Jan", "2 Wed 6 Jan", "3 Tue 12 Jan", "4 Thu 14 Jan", "5 Tue 19 Jan", "6 Thu 21 Jan",
    ]  # fmt: skip
    assert asked(course) == ["busy:busy.ics", "busy:other.ics"]
    assert "its calendars read again" in course("status", "--history").out
    assert len(record_of()["busy"]) == 2
    course("undo")
    assert {busy["start"][:10] for busy in record_of()["busy"]} == {"2027-01-07", "2027-01-11"}
    course("adjust", "--drop", "busy:other.ics")
    assert asked(course) == ["busy:busy.ics"]


def test_calendars_of_an_earlier_version_have_no_name_and_can_go(course):
    course("adjust", "--busy", "busy.ics")
    text = json.dumps(record_of()).replace(', "calendar": "busy.ics"', "")
    with open("alex.course.json", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
    assert asked(course) == ["busy:unnamed"]
    course("adjust", "--drop", "busy")
    assert record_of()["busy"] == []


def test_calendars_follow_and_sequence_rises_only_where_a_time_is_another(course):
    before = events()
    course("adjust", "--away", "2027-01-11")
    after = events()
    assert before.keys() == after.keys()
    for uid, event in after.items():
        moved = event["DTSTART"].dt != before[uid]["DTSTART"].dt
        assert int(event["SEQUENCE"]) - int(before[uid]["SEQUENCE"]) == moved
    assert sum(event["SEQUENCE"] == 1 for event in after.values()) == 1
    course("adjust", "--away", "2027-02-15")
    assert events() == after


@pytest.mark.parametrize("folder", ["a folder", "Größe", "日本", "it's", "-x"])
def test_records_in_folders_with_odd_letters(ketasched, at, tmp_path, folder):
    (tmp_path / folder).mkdir()
    name = str(tmp_path / folder / "Ann Öz")
    at("2026-12-20 09:00", "plan", "iv", "--start", "2027-01-04", "--save", name)
    at(NOW, "move", name, "4", "2027-01-15")
    outcome = at(NOW, "adjust", name, "--away", "2027-01-15", "--away", "2027-01-11")
    command = outcome.err.partition("to move it: ketasched ")[2].splitlines()[0]
    assert ketasched(*shlex.split(command)).code == 0
    listed = at(NOW, "adjust", name).out.splitlines()
    (drop,) = [line for line in listed if "--drop away:2027-01-11" in line]
    assert ketasched(*shlex.split(drop)[1:]).code == 0
    assert record_of(name)["asked"]["away"] == ["2027-01-15..2027-01-15"]


@pytest.mark.sampled(8)
@pytest.mark.parametrize(
    ("facts", "free"),
    [
        (["--can", "tue,fri"], ["Tue", "Fri"]),
        (["--can", "wed 13:00-; fri"], ["Wed", "Fri"]),
        (["--away", "every mon", "--away", "every thu"], ["Tue", "Wed", "Fri"]),
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize(
    "command",
    [
        ["extend", "alex", "--sessions", "3"],
        ["extend", "alex", "--until", "2027-05-01"],
        ["cancel", "alex", "4", "--then", "append"],
        ["cancel", "alex", "4", "--then", "shift"],
        ["cancel", "alex", "4", "--then", "replan"],
        ["move", "alex", "3", "2027-01-13", "--rest", "replan"],
        ["close-day", "2027-01-15", "."],
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("protocol", ["iv", "spravato"])
def test_later_commands_keep_to_the_patients_week(ketasched, at, protocol, command, facts, free):
    plan_once(ketasched, protocol, "--start", "2027-01-04", "--save", "alex")
    at(NOW, "adjust", "alex", *facts)
    outcome = ketasched(*command)
    assert outcome.code in (0, 2, 3), outcome.err
    assert "no weekdays" not in outcome.err
    ahead = [one for one in record_of()["sessions"] if one["number"] > 1]
    days = {f"{datetime.fromisoformat(one['start']):%a}" for one in ahead
            if one["status"] in ("planned", "tentative") and not one["by_hand"]}  # fmt: skip
    assert days <= {*free}


def test_a_weekday_whose_free_time_is_too_short_is_told_so(course):
    told = course("adjust", "--can", "mon,thu 23:00-", code=3).err
    can = "the patient can come Mondays and Thursdays from 23:00"
    days = dict(line.strip().split("  ") for line in told.splitlines() if line.startswith("  "))
    assert days["Thu 7 Jan 2027"] == f"2 h fit at no time: {can}"
    assert days["Fri 8 Jan 2027"] == can


@pytest.mark.parametrize("facts", [["--away", "every thu"], ["--can", "mon,tue,wed,fri"]],
                         ids=" ".join)  # fmt: skip
def test_a_phase_whose_weekdays_are_free_stands_where_the_one_before_moves_nearer(
    ketasched, at, facts
):
    plan_once(ketasched, "spravato", "--start", "2027-01-11", "--save", "alex")
    stood = sessions()
    at(NOW, "adjust", "alex", *facts)
    moved = {"2": "2 Fri 15 Jan", "4": "4 Fri 22 Jan", "6": "6 Fri 29 Jan", "8": "8 Fri 5 Feb"}
    assert sessions() == [moved.get(session.split()[0], session) for session in stood]


AWAY = ("--away", "2027-01-18..2027-01-31")


def test_two_weeks_away_are_refused_and_a_pause_is_advised_that_works(course, ketasched):
    outcome = course("adjust", *AWAY, "--reason", "a cure", code=3)
    (line,) = [line for line in outcome.err.splitlines() if "--pause" in line]
    assert line.strip() == (
        "ketasched adjust alex --away 2027-01-18..2027-01-31 --reason 'a cure' --pause 2"
    )
    assert ketasched(*shlex.split(line)[1:]).code == 0
    assert sessions()[4:] == ["5 Mon 1 Feb", "6 Thu 4 Feb"]
    (pause,) = record_of()["pauses"]
    assert (pause["before_session"], pause["weeks"]) == (5, 2)
    assert {"kind": "agreed", "text": "the clinician agreed to up to 2 weeks (a cure)",
            "detail": "a cure"} in pause["reasons"]  # fmt: skip
    assert asked(course) == ["away:2027-01-18..2027-01-31", "pause:2"]
    assert "a pause of up to 2 weeks, agreed by the clinician" in course("status").out
    course("adjust", "--drop", "pause")  # what was agreed to then stands
    assert sessions()[4:] == ["5 Mon 1 Feb", "6 Thu 4 Feb"]
    assert "reason" not in record_of()["asked"]
    course("undo")
    course("undo")
    assert sessions() == IV
    assert record_of()["pauses"] == []


@pytest.mark.parametrize(
    ("moved", "options", "said"),
    [
        (["c6", "2027-02-19 10:00"], ["--away", "2027-02-19"],
         ("check-in c6 was moved by hand and stays, Fri 19 Feb 2027 10:00: away Fri 19 Feb 2027; to "
         'move it: ketasched move alex c6 "2027-02-18 09:00"')),
        (["r6", "2027-01-22 10:00"], ["--away", "2027-01-22..2027-01-26"],
         ("response assessment r6 was moved by hand and stays, Fri 22 Jan 2027 10:00: away Fri 22 Jan "
         "2027 to Tue 26 Jan 2027; to call it off: ketasched cancel alex r6")),
    ],
)  # fmt: skip
def test_a_linked_visit_that_a_person_moved_is_told_too(course, ketasched, moved, options, said):
    course("move", *moved)
    outcome = course("adjust", *options)
    assert said in outcome.err, outcome.err
    assert ketasched(*shlex.split(said.partition(": ketasched ")[2])).code == 0
    assert "was moved by hand" not in course("adjust", "--away", "2027-03-01").err


def test_a_baseline_without_a_day_left_is_refused_in_full(at):
    shutil.copy(ROOT / "docs" / "trial.example.yaml", "trial.yaml")
    options = ("--protocols", "trial.yaml", "--start", "2027-02-01", "--save", "t")
    at(NOW, "plan", "trial-7", *options)
    at(NOW, "adjust", "t", "--away", "2027-02-15")
    assert sessions("t")[2] == "3 Tue 16 Feb"
    before = files_in()
    outcome = at(NOW, "adjust", "t", "--can", "tue,thu", code=3)
    assert "session 2 has no legal day in its window, Mon 1 Feb 2027" in outcome.err
    assert "the patient can come Tuesdays and Thursdays" in outcome.err
    assert files_in() == before


def test_what_would_come_too_soon_keeps_its_time_and_is_told(course, ketasched, at):
    evening = "2027-01-06 20:00"  # of the day before session 2
    outcome = at(evening, "adjust", "alex", "--at", "10:00")
    assert sessions()[1:3] == ["2 Thu 7 Jan", "3 Mon 11 Jan 10:00"]
    said = (
        "session 2 keeps its time, Thu 7 Jan 2027 09:00: less than 24 h notice and 6 h to "
        'prepare: from Thu 7 Jan 2027 20:00 on; to move it: ketasched move alex 2 "2027-01-07 10:00" --override notice'
    )
    assert said in outcome.err, outcome.err
    assert ketasched(*shlex.split(said.partition(": ketasched ")[2])).code == 0
    course("undo")
    at(evening, "adjust", "alex", "--away", "2027-01-07")
    assert sessions()[1] == "2 Fri 8 Jan 10:00"
