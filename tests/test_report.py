"""The machine-readable output, exactly: docs/json.md promises what is pinned here."""

import csv
import io
import json

import pytest
from conftest import ROOT
from helpers import writer
from texts import MINE

write = writer("mine.yaml")
IV = ("plan", "iv", "--start", "2026-12-21", "--closed", "2026-12-24..2027-01-03", "--name", "alex")
NOWHERE = ("plan", "iv", "--start", "2027-01-04", "--closed", "2027-01-11..2027-01-31")


@pytest.fixture
def report(ketasched):
    def run(*arguments):
        outcome = ketasched(*arguments, "--format", "json")
        return outcome.code, json.loads(outcome.out)

    return run


def test_a_course_in_full(report):
    code, found = report(*IV)
    assert code == 0
    assert list(found) == [
        "schema", "protocol", "timezone", "timezone_source", "clinic", "holidays",
        "holidays_not_considered", "beside", "start", "pauses", "sessions", "reviews", "visits", "unplaced",
    ]  # fmt: skip
    assert found["schema"] == "ketasched/1"
    assert found["protocol"] == {
        "id": "iv",
        "title": "IV ketamine, six infusions in three weeks",
        "version": "1",
        "file": "built-in protocols.yaml",
    }
    assert (found["timezone"], found["timezone_source"]) == ("America/Chicago", "this computer")
    assert found["start"] == "2026-12-21"
    assert found["pauses"] == [
        {
            "before_session": 3,
            "weeks": 1,
            "reasons": [
                {
                    "kind": "no-place",
                    "text": "no legal day for session 3 in its window, Sun 27 Dec 2026 to Thu 31 Dec 2026",
                },
                {"kind": "closed", "text": "closed on Sundays"},
                {"kind": "closed", "text": "closed Thu 24 Dec 2026 to Sun 3 Jan 2027"},
            ],
        }
    ]
    assert found["sessions"][1] == {
        "number": 2,
        "phase": "induction",
        "name": None,
        "target": "2026-12-24",
        "window_start": "2026-12-23",
        "window_end": "2026-12-27",
        "start": "2026-12-23T09:00:00-06:00",
        "end": "2026-12-23T11:00:00-06:00",
        "moved_days": -1,
        "moved_minutes": 0,
        "reasons": [{"kind": "closed", "text": "closed Thu 24 Dec 2026 to Sun 3 Jan 2027"}],
        "status": "planned",
        "uid": PINNED_UIDS[1],
    }
    assert found["reviews"] == [{"name": "response review", "after_session": 6}]
    assert found["clinic"] is None
    assert found["unplaced"] == []
    assert [one["kind"] for one in found["visits"]] == [
        "consultation", "assessment", "assessment", "check-in",
    ]  # fmt: skip
    assert found["visits"][0] == {
        "handle": "c1",
        "kind": "consultation",
        "name": "consultation",
        "before_session": 1,
        "after_session": None,
        "ideal": "2026-12-14T09:00:00-06:00",
        "start": "2026-12-14T09:00:00-06:00",
        "end": "2026-12-14T09:45:00-06:00",
        "by_video": False,
        "reasons": [],
        "status": "planned",
        "uid": PINNED_VISIT_UID,
    }


def test_uids_are_stable_for_good(report):
    # These stand in people's calendars: they must never change.
    _, found = report(*IV)
    assert [session["uid"] for session in found["sessions"]][:2] == PINNED_UIDS


PINNED_VISIT_UID = "f1df7753-40e4-5ede-a838-74cab4bd5aaf@appointments.invalid"
PINNED_UIDS = [
    "f6223593-4307-5ce5-8ede-b0de7a41ad36@appointments.invalid",
    "72974229-3516-5d78-9e2c-87f2066990a5@appointments.invalid",
]


def test_when_no_placement_exists(report):
    code, found = report(*NOWHERE)
    assert code == 3
    assert list(found) == ["schema", "errors"]
    (error,) = found["errors"]
    assert list(error) == [
        "code", "message", "hint", "file", "line", "column", "session", "window", "refused",
        "advice",
    ]  # fmt: skip
    assert error["code"] == "no-placement"
    assert error["session"] == 3
    assert error["window"] == {"start": "2027-01-10", "end": "2027-01-14"}
    assert error["refused"][0] == {
        "date": "2027-01-10",
        "reasons": [{"kind": "closed", "text": "closed on Sundays"}],
    }
    assert len(error["refused"]) == 5
    assert error["hint"] == "the nearest starts that work are Wed 23 Dec 2026 and Mon 1 Feb 2027"
    assert error["advice"][1] == {
        "change": "start on Mon 1 Feb 2027",
        "command": "ketasched plan iv --start 2027-02-01 --closed 2027-01-11..2027-01-31 --format json",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "kind", "session"),
    [
        (("plan", "iv-two-weeks", "--start", "2027-01-07"), 3, "no-pattern", 1),
        (("plan", "iv", "--start", "2027-01-09"), 3, "closed-weekday", 1),
        (("plan", "iv", "--start", "2027-01-04", "--days", "tue,fri"), 3, "not-in-days", 1),
        (("plan", "iv", "--start", "2027-01-04", "--days", "mon,tue"), 3, "no-pattern", 1),
        (("plan", "ivv", "--start", "2027-01-04"), 2, "usage", None),
        (("plan", "iv", "--strat", "2027-01-04"), 2, "usage", None),
        (("plan", "iv", "--start", "2027-01-04", "--protocols", "no.yaml"), 1, "file", None),
    ],
)
def test_failures_are_json_too(report, arguments, code, kind, session):
    found_code, found = report(*arguments)
    assert found_code == code
    (error,) = found["errors"]
    assert error["code"] == kind
    assert error["message"]
    assert error["hint"]
    assert error.get("session") == session
    assert (session is None) == ("refused" not in error)


def test_every_mistake_in_a_file_is_an_error_of_its_own(report):
    write(MINE.replace("label", "lable").replace("sessions: 4", "sessions: 0"))
    code, found = report("plan", "iv", "--start", "2027-01-04", "--protocols", "mine.yaml")
    assert code == 1
    assert found["errors"] == [
        {
            "code": "invalid-file", "message": "unknown key `lable`", "hint": "did you mean `label`?",
            "file": "mine.yaml", "line": 5, "column": 5,
        },
        {
            "code": "invalid-file", "message": "`0`: write 1 to 1000 sessions, or open-ended",
            "hint": None, "file": "mine.yaml", "line": 15, "column": 19,
        },
    ]  # fmt: skip


def test_json_is_chosen_in_every_spelling(ketasched):
    for spelling in (("--format", "json"), ("--format=json",), ("-f", "json"), ("-fjson",)):
        assert json.loads(ketasched("plan", "zzz", "--start", "x", *spelling).out)["errors"]
        assert json.loads(ketasched(*IV, *spelling).out)["sessions"]


def test_csv(ketasched):
    outcome = ketasched(*IV, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert list(rows[0]) == [
        "number", "phase", "target", "start", "end", "moved_days", "moved_minutes", "reasons",
        "status", "uid", "name", "window_start", "window_end",
    ]  # fmt: skip
    assert len(rows) == 6
    assert rows[1]["moved_days"] == "-1"
    assert rows[1]["reasons"] == "closed Thu 24 Dec 2026 to Sun 3 Jan 2027"


def test_csv_is_no_formula(ketasched):
    write(MINE.replace("name: first", "name: =1+1"))
    outcome = ketasched(
        "plan", "mine", "--start", "2027-01-04", "--protocols", "mine.yaml", "-f", "csv"
    )
    assert outcome.out.splitlines()[1].startswith("1,'=1+1,")


def test_everything_promised_is_documented():
    text = (ROOT / "docs" / "json.md").read_text()
    for word in (
        "schema", "protocol", "timezone", "timezone_source", "pauses", "before_session", "weeks",
        "sessions", "number", "phase", "target", "start", "end", "moved_days", "moved_minutes",
        "reasons", "kind", "text", "status", "uid", "reviews", "after_session", "errors", "code",
        "message", "hint", "file", "line", "column", "session", "window", "refused", "date",
        "can", "agreed", "cannot-come",
        "closed", "holiday", "clock", "gap", "weekday", "no-place", "planned", "tentative",
        "clinic", "name", "window_start", "window_end", "visits", "unplaced", "before_session", "ideal",
        "by_video", "advice", "change", "command", "starts", "days", "pauses", "moved", "days_moved",
        "feasible", "hours", "away", "busy", "taken", "past", "too-long", "outside-hours",
        "usage", "invalid-file", "closed-weekday", "not-in-days", "no-pattern", "no-placement",
    ):  # fmt: skip
        assert f"`{word}`" in text, word
