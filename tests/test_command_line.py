"""The command line: every option changes something or is refused, and every refusal is one message."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from calendars import events_of
from conftest import run_process
from helpers import writer
from texts import MINE

from ketasched.asking import completion
from ketasched.cli.commands import COMMAND_GROUPS, COMMANDS

write = writer("mine.yaml")
DIALYSIS = str(Path(__file__).parent.parent / "docs/examples/dialysis.yaml")
IV = ("plan", "iv", "--start", "2027-01-04")
NOWHERE = ("--tz", "UTC")
"""A zone of no country, whose public holidays would be pointed out."""
SPRAVATO = ("plan", "spravato", "--start", "2027-01-05")


@pytest.fixture
def report(ketasched):
    """The JSON report of a course."""

    def run(*arguments):
        outcome = ketasched("plan", *arguments, "--format", "json")
        assert outcome.code == 0, outcome
        return json.loads(outcome.out)

    return run


def starts(report):
    return [session["start"][:16] for session in report["sessions"]]


def test_the_issue_s_own_examples(ketasched):
    for arguments in (
        ("list",),
        ("show", "spravato"),
        ("plan", "iv", "--start", "2027-01-04", "--at", "09:30", "--tz", "America/Chicago"),
        (*SPRAVATO, "--closed", "2027-01-15", "--ics", "spravato.ics"),
        (*SPRAVATO, "--name", "A.B.", "--for", "staff", "--ics", "clinic.ics"),
        ("plan", "im", "--start", "next tuesday", "--sessions", "4", "--format", "month"),
        ("plan", "iv", "--start", "2027-01-04", "--at", "mon=09:00,thu=13:30"),
        ("schema", "protocols"),
    ):
        outcome = ketasched(*arguments)
        assert outcome.code == 0, outcome
        assert outcome.out


# Every option changes something


BASE = ("iv", "-s", "2027-01-04")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["2027-01-04T09:00", "2027-01-07T09:00"]),
        (("--at", "14:15"), ["2027-01-04T14:15", "2027-01-07T14:15"]),
        (("-a", "9am,thu=13:30"), ["2027-01-04T09:00", "2027-01-07T13:30"]),
        (("--at", "thu=13:30"), ["2027-01-04T09:00", "2027-01-07T13:30"]),
        (("--days", "mon,fri"), ["2027-01-04T09:00", "2027-01-08T09:00"]),
        (("--closed", "2027-01-04"), ["2027-01-05T09:00", "2027-01-07T09:00"]),
        (("--closed", "2027-01-07..2027-01-08"), ["2027-01-04T09:00", "2027-01-06T09:00"]),
        (("--closed", "2027-01-07", "--closed", "2027-01-06"), ["2027-01-04T09:00", "2027-01-08T09:00"]),
    ],
)  # fmt: skip
def test_options_that_move_sessions(report, options, expected):
    assert starts(report(*BASE, *options))[:2] == expected


def test_weekends(report, ketasched):
    assert ketasched("plan", "iv", "-s", "2027-01-09").code == 3
    assert starts(report("iv", "-s", "2027-01-09", "--weekends"))[:2] == [
        "2027-01-09T09:00",
        "2027-01-12T09:00",
    ]


def test_holidays(report):
    found = report("iv", "-s", "2026-11-09", "--holidays", "US")
    assert starts(found)[-1] == "2026-11-25T09:00"
    assert found["sessions"][-1]["reasons"] == [
        {"kind": "holiday", "text": "Thanksgiving Day, Thu 26 Nov 2026"}
    ]
    # Observed days count, and a subdivision has days of its own.
    assert report("iv", "-s", "2027-07-05", "--holidays", "us")["sessions"][0]["moved_days"] == 1
    assert report("iv", "-s", "2027-03-31", "--holidays", "US-CA")["sessions"][0]["moved_days"] == 1
    assert report("iv", "-s", "2027-03-31", "--holidays", "US")["sessions"][0]["moved_days"] == 0


def test_time_zone(report):
    found = report(*BASE, "--tz", "Europe/Kyiv")
    assert found["sessions"][0]["start"] == "2027-01-04T09:00:00+02:00"
    assert (found["timezone"], found["timezone_source"]) == ("Europe/Kyiv", "flag")
    found = report(*BASE)
    assert (found["timezone"], found["timezone_source"]) == ("America/Chicago", "this computer")


def test_sessions(report):
    assert len(report("im", "-s", "2027-01-04", "--sessions", "4")["sessions"]) == 4
    assert len(report("im", "-s", "2027-01-04", "--sessions", "induction=5")["sessions"]) == 5
    found = report("iv", "-s", "2027-01-04", "--sessions", "maintenance=2")
    assert [session["phase"] for session in found["sessions"]][-2:] == ["maintenance"] * 2


def test_until_lays_out_maintenance(report):
    phases = [s["phase"] for s in report(*BASE, "--until", "2027-04-30")["sessions"]]
    assert phases == ["induction"] * 6 + ["maintenance"] * 3


def test_cadence(report):
    long = ("spravato", "-s", "2027-01-05", "--until", "2027-04-01")
    twos = [s["target"] for s in report(*long)["sessions"]][12:]
    ones = [s["target"] for s in report(*long, "--cadence", "maintenance=1 per week")["sessions"]][
        12:
    ]
    assert (len(twos), len(ones)) == (3, 5)
    assert (
        report(*long, "--cadence", "Maintenance=every 2 weeks")["sessions"][12:]
        == report(*long)["sessions"][12:]
    )


def test_already(report):
    found = report("spravato", "-s", "2027-01-05", "--already", "3")
    assert [s["number"] for s in found["sessions"]] == list(range(4, 13))
    assert [s["target"] for s in found["sessions"]][:6] == [
        "2027-01-05", "2027-01-08", "2027-01-12", "2027-01-15", "2027-01-19", "2027-01-26",
    ]  # fmt: skip
    assert found["reviews"] == [{"name": "evidence of benefit", "after_session": 8}]
    passed = report("spravato", "-s", "2027-01-05", "--already", "8")
    assert passed["reviews"] == []
    assert {s["status"] for s in passed["sessions"]} == {"planned"}
    only_maintenance = report("iv", "-s", "2027-01-05", "--already", "6", "--until", "2027-03-01")
    assert [s["number"] for s in only_maintenance["sessions"]] == [7, 8]
    later = report("iv", "-s", "2027-01-05", "--already", "8", "--until", "2027-03-01")
    assert [s["number"] for s in later["sessions"]] == [9, 10]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ("Appointment 1 of 6", None, 2)),
        (("--title", "Clinic visit"), ("Clinic visit 1 of 6", None, 2)),
        (("--location", "12 Main St"), ("Appointment 1 of 6", "12 Main St", 2)),
        (("--remind", "3h"), ("Appointment 1 of 6", None, 1)),
        (("--remind", "none"), ("Appointment 1 of 6", None, 0)),
        (("--name", "A.B.", "--for", "staff"), ("A.B. · IV ketamine 1 of 6 · induction", None, 2)),
    ],
)
def test_options_of_the_calendar(ketasched, options, found):
    outcome = ketasched(*IV, "--ics", "one.ics", *options)
    assert outcome.code == 0
    event = events_of(open("one.ics", "rb").read())[1]  # noqa: PTH123, SIM115
    assert (event["SUMMARY"], event.get("LOCATION"), len(event.walk("VALARM"))) == found


def test_the_course_is_named_by_name_or_else_by_the_file(ketasched, report):
    ketasched(*IV, "--ics", "alex.ics")
    by_file = [s["uid"] for s in report(*BASE, "--ics", "alex.ics", "--force")["sessions"]]
    by_name = [s["uid"] for s in report(*BASE, "--name", "alex")["sessions"]]
    assert by_file == by_name
    written = [str(e["UID"]) for e in events_of(open("alex.ics", "rb").read())]  # noqa: PTH123, SIM115
    assert [one for one in written if one in by_file] == by_file
    assert by_file != [s["uid"] for s in report(*BASE)["sessions"]]


def test_protocols_of_ones_own(ketasched, report, monkeypatch):
    write(MINE)
    assert report("mine", "-s", "2027-01-04", "--protocols", "mine.yaml")["protocol"] == {
        "id": "mine", "title": "My protocol", "version": "3", "file": "mine.yaml",
    }  # fmt: skip
    monkeypatch.setenv("KETASCHED_PROTOCOLS", "mine.yaml")
    assert "from mine.yaml" in ketasched("list").out
    assert "Confirm with the treating clinician" in ketasched("show", "mine").out
    write(MINE.replace("id: mine", "id: iv"), "ours.yaml")
    assert (
        report("iv", "-s", "2027-01-04", "--protocols", "ours.yaml")["protocol"]["file"]
        == "ours.yaml"
    )
    assert ketasched("list").code == 0
    assert ketasched("show", "mine", "--protocols", "ours.yaml").code == 2


def test_the_name_stands_over_table_and_months(ketasched):
    assert "Name       A.B.\n" in ketasched(*IV, "--name", "A.B.").out
    assert ketasched(*IV, "--name", "A.B.", "--format", "month").out.startswith("A.B.\n\n")


def test_the_protocols_file_is_not_overwritten(ketasched):
    write(MINE)
    outcome = ketasched(*IV, "--protocols", "mine.yaml", "--ics", "mine.yaml", "--force")
    assert outcome.code == 2
    assert "--ics names the protocols file" in outcome.err
    assert open("mine.yaml").read() == MINE  # noqa: PTH123, SIM115


def test_the_calendar_on_standard_output_is_nothing_else(ketasched):
    outcome = ketasched(*IV, "--ics", "-", "--name", "alex")
    assert outcome.code == 0
    assert outcome.err.startswith("note: maintenance is open-ended and left out")
    assert len(events_of(outcome.out.encode())) == 10
    ketasched(*IV, "--ics", "alex.ics")
    assert open("alex.ics", "rb").read() == outcome.out.encode()  # noqa: PTH123, SIM115


def test_the_table_goes_to_standard_output_and_the_success_line_does_not(ketasched):
    outcome = ketasched(*IV, *NOWHERE, "--ics", "one.ics")
    assert outcome.out == ketasched(*IV, *NOWHERE).out
    assert outcome.err.startswith("wrote one.ics: 6 sessions and 4 linked visits;")


def test_what_is_left_out_is_said(ketasched):
    assert "Left out: maintenance" in ketasched(*IV).out
    for form in ("json", "csv", "month"):
        assert "maintenance is open-ended and left out" in ketasched(*IV, "--format", form).err
    assert "Left out" not in ketasched(*IV, "--until", "2027-06-01").out


def test_a_closed_day_outside_the_course_is_pointed_out(ketasched):
    outcome = ketasched(*IV, *NOWHERE, "--closed", "2026-01-07", "--closed", "2027-01-07")
    assert outcome.err == "note: outside the course: closed Wed 7 Jan 2026\n"


@pytest.mark.parametrize(
    ("options", "note"),
    [
        (("--at", "mon=9:00,thu=9:30,tue=10:00"), "--at: no session is on a Tuesday"),
        (("--at", "mon=10:00"), "--at: no time for Thursdays, so they are at 09:00"),
        (("--at", "8:00,mon=10:00"), None),
        (("--title", "Ketamine", "--ics", "a.ics"), "the title gives the treatment away"),
        (
            ("--location", "Infusion centre", "--ics", "a.ics"),
            "the location gives the treatment away",
        ),
    ],
)
def test_what_the_user_may_not_have_meant_is_pointed_out(ketasched, options, note):
    outcome = ketasched(*IV, *NOWHERE, *options)
    assert outcome.code == 0
    assert (f"note: {note}" in outcome.err) if note else ("note:" not in outcome.err)


@pytest.mark.parametrize("options", [("--ics", "-", "--name", "a"), ("--format", "csv")])
def test_a_pause_is_never_silent(ketasched, options):
    closed = ("--closed", "2026-12-24..2027-01-03")
    outcome = ketasched("plan", "iv", "--start", "2026-12-21", *closed, *options)
    assert (
        "put off by 1 week from session 3 on; the clinician must agree to it: no legal"
        in outcome.err
    )


def test_a_start_in_the_past_is_pointed_out(ketasched):
    assert "the start is in the past" in ketasched("plan", "iv", "--start", "2026-11-16").err


@pytest.mark.parametrize(
    "option", ["--at", "--days", "--tz", "--holidays", "--until", "--already", "--name", "--for",
               "--title", "--location", "--remind", "--protocols", "--ics", "--format"],
)  # fmt: skip
def test_a_value_is_neither_doubled_nor_empty_nor_an_option(ketasched, option, tmp_path):
    for values, message in (
        (("a", option, "b"), f"{option} is given twice"),
        (("",), f"{option} is empty"),
        (("--force",), f"{option} has no value: `--force` follows it"),
    ):
        outcome = ketasched(*IV, option, *values)
        assert outcome.code == 2
        assert message in outcome.err
    assert list(tmp_path.iterdir()) == []


# Every refusal is one message with what to do, and its exit code


@pytest.mark.parametrize(
    ("arguments", "code", "message", "hint"),
    [
        (("plann",), 2, "unknown command `plann`", "did you mean `plan`?"),
        (("zzz",), 2, "unknown command `zzz`", "ketasched --help"),
        (("--verson",), 2, "unknown option `--verson`", "did you mean `--version`?"),
        (("plan", "iv", "--strat", "2027-01-04"), 2, "unknown option `--strat`", "`--start`?"),
        (("plan", "iv"), 2, "missing option '--start'", "ketasched plan --help"),
        (("plan", "--start", "2027-01-04"), 2, "missing argument 'PROTOCOL'", "plan --help"),
        (("plan", "ivv", "--start", "2027-01-04"), 2, "unknown protocol `ivv`", "did you mean `iv`?"),
        (("show", "zzz"), 2, "unknown protocol `zzz`", "ketasched list"),
        (("schema", "protocol"), 2, "unknown schema `protocol`", "did you mean `protocols`?"),
        (("plan", "iv", "--start", "01/02/2027"), 2, "different countries", "2027-01-02"),
        (("plan", "iv", "--start", "2027-02-30"), 2, "February 2027 has 28 days", ""),
        (("plan", "iv", "--start", "99999-01-01"), 2, "the year 99999 is outside 2000 to 2199", ""),
        (("plan", "iv", "--start", ""), 2, "--start is empty", ""),
        ((*IV, "--tz", "Chicago"), 2, "unknown time zone `Chicago`", "did you mean `America/Chicago`?"),
        ((*IV, "--at", "25:00"), 2, "--at: `25:00` is not a time of day", "09:30"),
        ((*IV, "--at", "mon=9:00,mon=10:00"), 2, "--at: Monday has two times", ""),
        ((*IV, "--at", "9:00,10:00"), 2, "two times without a weekday", ""),
        ((*IV, "--at", "sat=9:00"), 2, "Saturdays are closed", "--weekends"),
        ((*IV, "--at", "noday=9:00"), 2, "`noday` is not a weekday", ""),
        ((*IV, "--days", "mon"), 2, "--days names 1 day, but no phase has 1 session a week", "as many days as a phase has sessions a week: 2"),
        ((*IV, "--days", "mon,mon"), 2, "a weekday stands there twice", ""),
        ((*IV, "--days", "mon,xyz"), 2, "`xyz` is not a weekday", ""),
        (("plan", "pain", "-s", "2027-01-04", "--days", "mon,tue"), 2, "no phase has 2", "leave --days out"),
        ((*IV, "--days", "mon,tue"), 3, "keeps 2 to 7 days between sessions", "leave --days out"),
        ((*IV, "--days", "mon,sat"), 3, "closed on Saturdays", "choose open days"),
        ((*IV, "--days", "tue,fri"), 3, "Monday is not among the days asked for, Tue or Fri", "Fri 1 Jan 2027 and Tue 5 Jan 2027"),
        ((*IV, "--closed", "2027-01-09..2027-01-08"), 2, "ends before it begins", "earlier date first"),
        ((*IV, "--closed", "soon"), 2, "--closed: `soon` is not a date", ""),
        ((*IV, "--holidays", "XX"), 2, "unknown country `XX`", "two letters"),
        ((*IV, "--holidays", "US-QQ"), 2, "US has no part `QQ`", "its parts are"),
        ((*IV, "--sessions", "4"), 2, "leaves no choice of the number of sessions", ""),
        ((*IV, "--sessions", "induction=4"), 2, "the phase induction of iv leaves no choice, it has 6 sessions", ""),
        ((*IV, "--sessions", "inducton=4"), 2, "no phase `inducton`", "did you mean `induction`?"),
        ((*IV, "--sessions", "many"), 2, "`many` is not a whole number", ""),
        ((*IV, "--sessions", "induction=0"), 2, "0 is outside 1 to 1000", ""),
        (("plan", "im", "-s", "2027-01-04", "--sessions", "9"), 2, "4 to 6 sessions", ""),
        (("plan", "im", "-s", "2027-01-04", "--sessions", "4", "--sessions", "5"), 2, "twice", ""),
        ((*IV, "--until", "2180-12-31"), 2, "more than 1000 sessions", "earlier day for --until"),
        (("plan", "im", "-s", "2027-01-04", "--sessions", "4", "--sessions", "induction=5"), 2, "given twice for the phase induction", ""),
        (("plan", "kap", "-s", "2110-12-18", "--holidays", "US"), 2, "known up to 2100 only", "--closed"),
        ((*IV, "--until", "2027-01-01"), 2, "--until is before --start", "later day"),
        ((*IV, "--until", "2027-01-20"), 2, "is before maintenance begins, on Thu 18 Feb 2027", "later day"),
        (("plan", "kap", "-s", "2027-01-04", "--until", "2027-06-01"), 2, "no open-ended phase", ""),
        ((*IV, "--until", "2027-06-01", "--sessions", "maintenance=2"), 2, "no open-ended phase left", ""),
        ((*IV, "--cadence", "1 per week"), 2, "names no phase", "PHASE=1 per week"),
        ((*SPRAVATO, "--cadence", "maintenance=1 per week"), 2, "is left out", "--until DATE"),
        ((*SPRAVATO, "--until", "2027-06-01", "--cadence", "maintenance=3 per week"), 2, "is not offered 3 per week", "every 2 weeks or 1 per week"),
        ((*SPRAVATO, "--cadence", "induction=1 per week"), 2, "is not offered 1 per week", "always 2 per week"),
        ((*SPRAVATO, "--cadence", "induction=often"), 2, "`often` is not a cadence", ""),
        ((*SPRAVATO, "--cadence", "Maintenance=1 per week"), 2, "is left out", "--until DATE"),
        ((*SPRAVATO, "--until", "2027-06-01", "--cadence", "maintenance=1 per week", "--cadence", "Maintenance=every 2 weeks"), 2, "twice for the phase maintenance", ""),
        ((*SPRAVATO, "--already", "8", "--cadence", "induction=2 per week"), 2, "took place already", ""),
        ((*IV, "--location", "x" * 10_001, "--ics", "x.ics"), 2, "longer than 10000 characters", "shorten it"),
        (("plan", "iv", "-s", "2027-01-08", "--at", "23:00"), 3, "closed on Saturdays", "Thu 7 Jan 2027 and Mon 11 Jan 2027"),
        ((*IV, "--already", "6"), 2, "none is left to plan", "--until DATE"),
        (("plan", "dialysis", "-s", "2027-01-04", "--protocols", DIALYSIS), 2, "dialysis is open-ended", "add --until DATE to lay it out"),
        ((*IV, "--already", "-1"), 2, "-1 is outside 0 to 1000", ""),
        ((*IV, "--for", "staff"), 2, "--for speaks of the calendar file", "--ics FILE"),
        ((*IV, "--title", "x"), 2, "--title speaks of the calendar file", "--ics FILE"),
        ((*IV, "--location", "x"), 2, "--location speaks of the calendar file", "--ics FILE"),
        ((*IV, "--remind", "1d"), 2, "--remind speaks of the calendar file", "--ics FILE"),
        ((*IV, "--force"), 2, "--force speaks of the calendar file", "--ics FILE"),
        ((*IV, "--for", "staff", "--ics", "x.ics"), 2, "--for staff needs --name", "--name A.B."),
        ((*IV, "--for", "nurse", "--ics", "x.ics"), 2, "--for: unknown `nurse`", "patient, staff"),
        ((*IV, "--ics", "-"), 2, "--ics - needs --name", "--name"),
        ((*IV, "--ics", "-", "--name", "a", "--format", "csv"), 2, "no place to go", "leave one"),
        ((*IV, "--ics", "-", "--name", "a", "--force"), 2, "--force replaces a file", ""),
        ((*IV, "--remind", "soon", "--ics", "x.ics"), 2, "not a length of time", ""),
        ((*IV, "--remind", "0 min", "--ics", "x.ics"), 2, "between 1 min and 4 weeks", ""),
        ((*IV, "--name", "a\x1b[31mb"), 2, "control character, U+001B", "leave it out"),
        ((*IV, "--save", "\u200f"), 2, "is no name for a record", "alex"),
        ((*IV, "--save", "\u0301\u200d"), 2, "is no name for a record", "alex"),
        (("export", "x", "--format", "xlsx", "-o", "a.ics"), 2, "--output a.ics: --format xlsx makes no calendar", ".xlsx"),
        ((*IV, "--name", "\udcff"), 2, "not valid", "UTF-8"),
        ((*IV, "--name", "  "), 2, "--name is empty", ""),
        ((*IV, "--format", "jsn"), 2, "--format: unknown `jsn`", "did you mean `json`?"),
        ((*IV, "--protocols", "missing.yaml"), 1, "cannot read missing.yaml: no such file", ""),
        (("check", "missing.yaml"), 1, "cannot read missing.yaml: no such file", ""),
        (("plan", "iv-two-weeks", "-s", "2027-01-07"), 3, "cannot start on Thu 7 Jan 2027", "Wed 6 Jan 2027 and Fri 8 Jan 2027"),
        (("plan", "iv", "-s", "2027-01-09"), 3, "closed on Saturdays", "Fri 8 Jan 2027 and Mon 11 Jan 2027"),
    ],
)  # fmt: skip
def test_refusals(ketasched, tmp_path, arguments, code, message, hint):
    outcome = ketasched(*arguments)
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("error:") == 1
    assert message in outcome.err
    assert hint in outcome.err
    assert "Traceback" not in outcome.err
    assert "\x1b" not in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_no_place_says_each_day_and_a_start_that_works(ketasched):
    outcome = ketasched(*IV, "--closed", "2027-01-11..2027-01-31")
    assert outcome.code == 3
    assert outcome.err == (
        "error: session 3 has no legal day in its window, Sun 10 Jan 2027 to Thu 14 Jan 2027, "
        "even with a pause of 1 week\n"
        "  Sun 10 Jan 2027  closed on Sundays\n"
        "  Mon 11 Jan 2027  closed Mon 11 Jan 2027 to Sun 31 Jan 2027\n"
        "  Tue 12 Jan 2027  closed Mon 11 Jan 2027 to Sun 31 Jan 2027\n"
        "  Wed 13 Jan 2027  closed Mon 11 Jan 2027 to Sun 31 Jan 2027\n"
        "  Thu 14 Jan 2027  closed Mon 11 Jan 2027 to Sun 31 Jan 2027\n"
        "help: the nearest starts that work are Wed 23 Dec 2026 and Mon 1 Feb 2027\n"
        "each of these was run and works:\n"
        "  start on Wed 23 Dec 2026\n"
        "    ketasched plan iv --start 2026-12-23 --closed 2027-01-11..2027-01-31\n"
        "  start on Mon 1 Feb 2027\n"
        "    ketasched plan iv --start 2027-02-01 --closed 2027-01-11..2027-01-31\n"
        "  take a pause of up to 3 weeks, if the clinician agrees\n"
        "    ketasched plan iv --start 2027-01-04 --closed 2027-01-11..2027-01-31 --pause 3\n"
    )
    for line in outcome.err.splitlines()[-5::2]:
        assert ketasched(*line.split()[1:]).code == 0


def test_a_mistake_of_ours_is_owned_up_to(ketasched, monkeypatch):
    monkeypatch.setattr("ketasched.asking.intake.understand", lambda *_: 1 / 0)
    outcome = ketasched(*IV)
    assert outcome.code == 1
    assert outcome.err.startswith("error: this is a mistake in ketasched (ZeroDivisionError)\n")
    monkeypatch.setenv("KETASCHED_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        ketasched(*IV)


def test_a_file_error_nobody_foresaw_gives_no_traceback(ketasched, monkeypatch):
    def vanish(*_):
        raise FileNotFoundError(2, "gone", "some.file")

    monkeypatch.setattr("ketasched.asking.intake.understand", vanish)
    outcome = ketasched(*IV)
    assert outcome.code == 1
    assert "this is a mistake in ketasched (FileNotFoundError)" in outcome.err


def test_debug_shows_where_an_error_comes_from():
    outcome = run_process("plan", "ivv", "--start", "2027-01-04", env={"KETASCHED_DEBUG": "1"})
    assert b"Traceback" in outcome.stderr


@pytest.mark.parametrize("epoch", ["x", "-9e9", "99999999999999999999"])
def test_a_clock_that_cannot_be_read(ketasched, monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    outcome = ketasched(*IV)
    assert outcome.code == 2
    assert "SOURCE_DATE_EPOCH" in outcome.err


@pytest.mark.parametrize("zone", ["EST5EDT,M3.2.0,M11.1.0", "Nowhere/Land", "XYZ0"])
def test_a_computer_that_does_not_say_its_zone(ketasched, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    outcome = ketasched(*IV)
    assert outcome.code == 2
    assert "--tz America/Chicago" in outcome.err


@pytest.mark.parametrize(
    "spelling", ["EST5EDT", ":America/Denver", "/usr/share/zoneinfo/Asia/Tokyo"]
)
def test_spellings_of_the_computer_s_zone(report, monkeypatch, spelling):
    monkeypatch.setenv("TZ", spelling)
    found = report(*BASE)
    assert found["timezone_source"] == "this computer"
    assert spelling.endswith(found["timezone"])


def test_json_errors_survive_what_cannot_be_decoded(ketasched):
    for arguments in (("plan", "\udcff", "-s", "x"), (*IV, "--protocols", "\udcff.yaml")):
        outcome = ketasched(*arguments, "--format", "json")
        assert json.loads(outcome.out)["errors"][0]["code"] in ("usage", "file")


def test_names_of_files_do_not_steer_the_terminal(ketasched):
    outcome = ketasched("check", "a\x1b[31mred.yaml")
    assert "\x1b" not in outcome.err + outcome.out


def test_today_is_the_clinic_s_today(report, monkeypatch):
    evening = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(evening.timestamp())))
    assert report("iv", "-s", "tomorrow", "--tz", "UTC")["start"] == "2026-11-23"
    tokyo = report("iv", "-s", "tomorrow", "--tz", "Asia/Tokyo")["start"]
    assert date.fromisoformat(tokyo) == date(2026, 11, 24)


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS)])
def test_help_has_examples_before_its_options(ketasched, command):
    outcome = ketasched(*command, "--help")
    assert outcome.code == 0
    assert outcome.out.index("Examples:") < outcome.out.index("Options:")
    assert max(len(line) for line in outcome.out.splitlines()) <= 80


def test_help_lists_commands_in_five_groups(ketasched):
    text = ketasched("--help").out
    places = [text.index(f"\n{heading}:\n") for heading in COMMAND_GROUPS]
    assert places == sorted(places)
    assert len(places) == 5
    for command in COMMANDS:
        assert len(re.findall(rf"^  {command} +[A-Z]", text, re.MULTILINE)) == 1, command


@pytest.mark.parametrize("command", ["plan", "suggest"])
def test_many_options_are_listed_in_groups_and_none_is_left_over(ketasched, command):
    text = ketasched(command, "--help").out
    options = re.findall(r"^  (?:-\w, )?(--[\w-]+)", text, re.MULTILINE)
    assert len(options) == len(set(options)) > 15
    assert re.findall(r"--[\w-]+", text.partition("\nOptions:\n")[2]) == ["--help"]


def test_no_command_shows_the_help(ketasched):
    assert ketasched().out == ketasched("--help").out


def test_version(ketasched):
    outcome = ketasched("--version")
    assert (outcome.code, outcome.out) == (0, "ketasched 0.1.0\n")


def test_check_and_schema(ketasched):
    assert ketasched("check", write(MINE)).out == "mine.yaml: 1 protocol, no problems: mine\n"
    outcome = run_process("check", "-", input=MINE.encode())
    assert outcome.stdout == b"standard input: 1 protocol, no problems: mine\n"


@pytest.mark.parametrize(
    ("complete", "typed", "offered"),
    [
        (lambda typed: [name for name, _ in completion.protocols(typed)], "spr", ["spravato", "spravato-mdsi", "spravato-eu"]),
        (lambda typed: [name for name, _ in completion.protocols(typed)], "vato", []),
        (lambda typed: [name for name, _ in completion.protocols(typed)], "mdsi", []),
        (completion.zones, "America/Chic", ["America/Chicago"]),
        (completion.zones, "america/chic", ["America/Chicago"]),
        (completion.zones, "AMERICA/CHIC", ["America/Chicago"]),
        (completion.zones, "Chicago", []),
        (completion.records, "", ["Jos\u00e9", "alex", "kept/"]),
        (completion.records, "al", ["alex"]),
        (completion.records, "Jos\u00e9", ["Jos\u00e9"]),
        (completion.records, "Jose\u0301", ["Jose\u0301"]),
        (completion.records, "k", ["kept/"]),
        (completion.records, "kept/", ["kept/Zo\u00eb"]),
        (completion.records, "kept/Zo\u00eb", ["kept/Zo\u00eb"]),
        (completion.records, "./al", ["./alex"]),
        (completion.records, "nowhere/al", []),
        (completion.records, "alex.course", []),
    ],
)  # fmt: skip
def test_completion_is_by_how_a_name_begins(complete, typed, offered):
    """A Mac keeps the letters of names and their marks apart, and a shell passes them on so."""
    Path("kept").mkdir()
    for name in ("alex", "Jose\u0301", "kept/Zoe\u0308"):
        Path(f"{name}.course.json").write_text("{}")
    Path("alex.ics").write_text("")
    assert complete(typed) == offered


def test_completion_offers_protocols_and_zones():
    outcome = run_process(
        env={
            "_KETASCHED_COMPLETE": "complete_bash",
            "COMP_WORDS": "ketasched plan spr",
            "COMP_CWORD": "2",
        }
    )
    assert outcome.stdout.split() == [b"spravato", b"spravato-mdsi", b"spravato-eu"]
    outcome = run_process(
        env={
            "_KETASCHED_COMPLETE": "complete_bash",
            "COMP_WORDS": "ketasched plan iv --tz America/Chic",
            "COMP_CWORD": "4",
        }
    )
    assert outcome.stdout.split() == [b"America/Chicago"]


def test_o_names_the_file_that_is_written(ketasched):
    plan = ("plan", "iv", "--start", "2027-01-04", "--tz", "UTC", "--name", "A")
    printed = ketasched(*plan, "--ics", "-").out
    assert ketasched(*plan, "-o", "a.ics").code == 0
    assert Path("a.ics").read_bytes().decode() == printed
    assert ketasched(*plan, "--save", "alex").code == 0
    assert ketasched("export", "alex", "-o", "b.ics").code == 0
    assert Path("b.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    for name in ("protocols", "clinic"):
        file = f"{name}.schema.json"
        assert ketasched("schema", name, "-o", file).err == f"wrote {file}\n"
        assert Path(file).read_text("utf-8") == ketasched("schema", name).out
    record = Path("alex.course.json").read_bytes()
    assert ketasched("schema", "clinic", "-o", "alex.course.json", "--force").code == 2
    assert Path("alex.course.json").read_bytes() == record


@pytest.mark.parametrize("command", COMMANDS)
def test_no_help_writes_a_file_by_the_shell(command, ketasched):
    assert not re.search(r"\s>\s*\w", ketasched(command, "--help").out)
