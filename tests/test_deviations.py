"""How courses kept to their protocols, and the reasons that a clinic lists."""

import csv
import io
import json
from pathlib import Path

import pytest
from helpers import be_at, mistakes, only, plan_once, record_of
from texts import TRIAL

from ketasched.files.clinic import clinic_file

CLINIC = """\
version: 1
name: Trial unit
timezone: America/Chicago
reasons: [illness, travel, Bad weather]
"""
KEYS = [
    "number", "name", "target", "window_start", "window_end", "planned", "actual", "days_off",
    "in_window", "status", "reason",
]  # fmt: skip


class Life:
    """A trial's course, and what happens to it."""

    def __init__(self, run, monkeypatch):
        self.run, self.monkeypatch = run, monkeypatch
        Path("trial.yaml").write_text(TRIAL, "utf-8")
        Path("clinic.yaml").write_text(CLINIC, "utf-8")
        self.plan("p1", "2027-01-04")

    def plan(self, name, start, protocol="trial"):
        plan_once(
            self.run, protocol, "--protocols", "trial.yaml", "--start", start,
            "--clinic", "clinic.yaml", "--name", name.upper(), "--save", name,
        )  # fmt: skip

    def at(self, moment):
        be_at(self.monkeypatch, moment, "America/Chicago")
        return self

    def do(self, *arguments, code=0, columns=80):
        self.monkeypatch.setenv("COLUMNS", str(columns))
        outcome = self.run(*arguments)
        assert outcome.code == code, (arguments, outcome)
        return outcome

    def report(self, name="p1"):
        return json.loads(self.do("status", name, "--deviations", "--format", "json").out)

    def session(self, number, name="p1"):
        (course,) = self.report(name)["courses"]
        return next(each for each in course["sessions"] if each["number"] == number)


@pytest.fixture
def life(ketasched, monkeypatch):
    return Life(ketasched, monkeypatch)


def told(session):
    """Planned, actual, days off, in or out, status and reason of a session, days alone."""
    planned, actual = session["planned"][:10], (session["actual"] or "")[:10]
    return (
        planned, actual, session["days_off"], session["in_window"], session["status"],
        session["reason"],
    )  # fmt: skip


# dose two, number 5, is due on Mon 11 Jan 2027, a day early or late; end, 6, on Mon 1 Feb, two days
# late at most.
@pytest.mark.parametrize(
    ("steps", "number", "expected"),
    [
        ([], 5, ("2027-01-11", "", None, None, "planned", None)),
        ([("done", "5")], 5, ("2027-01-11", "2027-01-11", 0, True, "attended", None)),
        (
            [("done", "5", "--on", "2027-01-10", "--reason", "travel")],
            5,
            ("2027-01-11", "2027-01-10", -1, True, "attended", "travel"),
        ),
        (
            [("done", "5", "--on", "2027-01-13")],
            5,
            ("2027-01-11", "2027-01-13", 2, False, "attended", None),
        ),
        (  # the reason it was moved for holds when it has taken place
            [
                ("move", "5", "2027-01-12", "--override", "past", "--reason", "illness"),
                ("done", "5"),
            ],
            5,
            ("2027-01-12", "2027-01-12", 1, True, "attended", "illness"),
        ),
        (  # the newest of two counts
            [
                ("move", "5", "2027-01-12", "--override", "past", "--reason", "illness"),
                ("done", "5", "--on", "2027-01-13", "--reason", "storm"),
            ],
            5,
            ("2027-01-12", "2027-01-13", 2, False, "attended", "storm"),
        ),
        (  # corrected: planned is what was planned before it took place
            [("done", "5", "--on", "2027-01-13"), ("done", "5", "--on", "2027-01-12")],
            5,
            ("2027-01-11", "2027-01-12", 1, True, "attended", None),
        ),
        (
            [("miss", "5", "--reason", "illness")],
            5,
            ("2027-01-11", "", None, None, "missed", "illness"),
        ),
        (
            [("cancel", "6", "--reason", "two\nlines")],
            6,
            ("2027-02-01", "", None, None, "cancelled", "two lines"),
        ),
        (  # what was taken back counts for nothing
            [("miss", "5", "--reason", "illness"), ("undo",)],
            5,
            ("2027-01-11", "", None, None, "planned", None),
        ),
        (
            [
                ("done", "5", "--on", "2027-01-13", "--reason", "storm"),
                ("undo", "--reason", "wrong patient"),
                ("done", "5"),
            ],
            5,
            ("2027-01-11", "2027-01-11", 0, True, "attended", None),
        ),
    ],
)
def test_a_session_says_what_was_due_planned_and_took_place(life, steps, number, expected):
    life.at("2027-01-14 12:00")
    for command, *rest in steps:
        life.do(command, "p1", *rest)
    assert told(life.session(number)) == expected


def test_a_change_is_about_the_session_it_names(life):
    """Those that go along with a shift have no reason of their own."""
    life.plan("alex", "2027-01-04", "iv")
    life.at("2027-01-08 12:00").do(
        "move", "alex", "3", "2027-01-13", "--rest", "shift", "--reason", "travel"
    )
    reasons = [each["reason"] for each in life.report("alex")["courses"][0]["sessions"]]
    assert reasons == [None, None, "travel", None, None, None]


def test_a_closed_day_is_the_reason_of_all_it_moved(life):
    life.at("2027-01-08 12:00").do("close-day", "2027-02-01", ".", "--reason", "snow")
    assert told(life.session(6)) == ("2027-02-02", "", None, None, "planned", "snow")


def test_a_session_that_is_back_where_it_was_needs_no_reason(life):
    life.at("2027-01-08 12:00").do("close-day", "2027-02-01", ".", "--reason", "snow")
    life.do("close-day", "2027-02-01", ".", "--reopen")
    assert told(life.session(6)) == ("2027-02-01", "", None, None, "planned", None)
    life.at("2027-02-02 12:00").do("done", "p1", "6")
    assert told(life.session(6)) == ("2027-02-01", "2027-02-01", 0, True, "attended", None)


def test_what_was_undone_is_no_session(life):
    life.plan("alex", "2027-01-04", "iv")
    life.at("2027-01-08 12:00").do("miss", "alex", "2", "--then", "append")
    assert len(life.report("alex")["courses"][0]["sessions"]) == 7
    life.do("undo", "alex")
    assert len(life.report("alex")["courses"][0]["sessions"]) == 6


@pytest.fixture
def lived(life):
    """Two courses of a trial in which much went otherwise."""
    life.plan("p2", "2027-01-11")
    life.at("2027-02-05 12:00")
    for arguments in (
        ("done", "p1", "1"),
        ("done", "p1", "2", "--on", "2027-01-05", "--reason", "TRAVEL"),
        ("miss", "p1", "5", "--reason", "illness"),
        ("done", "p1", "6", "--on", "2027-02-05", "--reason", "illness"),
        ("done", "p2", "1", "--on", "2026-12-30"),
        ("cancel", "p2", "5", "--reason", "they moved away"),
        ("move", "p2", "6", "2027-02-15", "--override", "window", "--reason", "bad WEATHER"),
    ):
        life.do(*arguments)
    return life


def test_the_totals_count_all(lived):
    report = lived.report(".")
    assert list(report) == ["schema", "courses", "totals", "unread"]
    assert [course["record"] for course in report["courses"]] == ["p1", "p2"]
    for course in report["courses"]:
        for session in course["sessions"]:
            assert [key for key in session if key in KEYS] == KEYS
    assert report["totals"] == {
        "sessions": 12,
        "attended": 4,
        "in_window": 3,
        "out_of_window": 1,  # the end, three days after it was due by the late baseline
        "missed": 1,
        "cancelled": 2,  # the safety check had no place after a late baseline
        "to_come": 5,
        "overridden": {"window": 1},
        "reasons": {"illness": 2, "travel": 2, "Bad weather": 1, "they moved away": 1},
    }
    sessions = [session for course in report["courses"] for session in course["sessions"]]
    for key, status in (("missed", "missed"), ("cancelled", "cancelled"), ("attended", "attended")):
        assert report["totals"][key] == sum(each["status"] == status for each in sessions)


TOTALS = (
    "Totals: 12 sessions; 4 took place (3 in window, 1 out of window); 1 missed; 2 cancelled; 5 to "
    "come. Rules broken on purpose: window 1. Reasons: illness 2, travel 2, Bad weather 1, "
    "they moved away 1."
)


@pytest.mark.parametrize("columns", [140, 80, 72, 71, 40])
def test_the_page_says_it_all_at_any_width(lived, columns):
    out = lived.do("status", ".", "--deviations", columns=columns).out
    page = " ".join(out.split())
    assert TOTALS in page
    assert "OUT of its window, Tue 2 Feb 2027 to Thu 4 Feb 2027" in page
    assert "window broken on purpose" in page
    assert "reason: they moved away" in page
    assert "…" not in page
    assert max(map(len, out.splitlines())) <= columns


def test_a_row_has_target_planned_and_actual_day(lived):
    lines = [
        " ".join(line.split()) for line in lived.do("status", "p1", "--deviations").out.split("\n")
    ]
    assert "6 end Tue 2 Feb 2027 Mon 1 Feb 2027 Fri 5 Feb 2027 +3" in lines
    assert "1 screening Mon 21 Dec 2026 Mon 21 Dec 2026 Mon 21 Dec 2026 0" in lines


def test_the_csv_has_a_row_for_each_session(lived):
    rows = list(
        csv.DictReader(io.StringIO(lived.do("status", ".", "--deviations", "-f", "csv").out))
    )
    assert len(rows) == 12
    assert [key for key in rows[0] if key in KEYS] == KEYS
    end = rows[5]
    shown = (end["record"], end["days_off"], end["in_window"], end["reason"])
    assert shown == ("p1", "3", "no", "illness")
    assert (rows[11]["overridden"], rows[11]["in_window"]) == ("window", "")


def test_a_record_that_cannot_be_read_is_named_and_the_others_shown(lived):
    Path("p3.course.json").write_text("{}")
    outcome = lived.do("status", ".", "--deviations", "--format", "json", code=1)
    assert len(json.loads(outcome.out)["courses"]) == 2
    assert "p3.course.json" in json.loads(outcome.out)["unread"][0]["file"]


def test_a_history_that_somebody_altered_stops_no_page(lived):
    record = record_of("p1")
    for change in record["history"]:
        if change["back"]:
            change["back"] = {"sessions": {"set": [{"at": 5, "to": {"start": "2027-02-01 09:00"}}]}}
    Path("p1.course.json").write_text(json.dumps(record))
    assert lived.session(6)["actual"][:10] == "2027-02-05"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--deviations", "--calls"), "--calls and --deviations are two pages"),
        (("--deviations", "--history"), "--history and --deviations are two pages"),
        (("--history", "--format", "csv"), "--history has no CSV"),
        (("--deviations", "--format", "cvs"), "did you mean `csv`?"),
        (("--deviation",), "--deviations"),
    ],
)
def test_what_cannot_be_asked_for(life, options, message):
    assert message in life.do("status", "p1", *options, code=2).err


def test_the_history_of_a_folder_is_not_left_out_in_silence(life):
    told = life.do("status", ".", "--history", code=2).err
    assert "--history is of one course, and . is a folder" in told


def test_the_status_of_a_folder_is_rows_too(lived):
    rows = list(csv.DictReader(io.StringIO(lived.do("status", ".", "-f", "csv").out)))
    assert len(rows) == 12
    shown = [rows[4][key] for key in ("record", "name", "window_start", "window_end", "status")]
    assert shown == ["p1", "dose two", "2027-01-11", "2027-01-13", "missed"]


# The clinic's own reasons


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("illness", "illness"),
        ("ILLNESS", "illness"),
        (" bad  weather ", "Bad weather"),
        ("car broke down", "car broke down"),
        ("no travel", "no travel"),  # other words
        ("ill", "ill"),
        ("sickness", "sickness"),
    ],
)
def test_a_reason_is_one_of_the_clinics_or_other_words(life, typed, kept):
    life.at("2027-01-14 12:00").do("miss", "p1", "5", "--reason", typed)
    assert record_of("p1")["history"][-1]["reason"] == kept
    assert life.report()["totals"]["reasons"] == {kept: 1}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ilness", "illness"),
        ("Travle", "travel"),
        ("bad wether", "Bad weather"),
        ("travels", "travel"),
    ],
)
def test_a_reason_that_was_mistyped_is_refused(life, typed, meant):
    before = Path("p1.course.json").read_bytes()
    err = life.at("2027-01-14 12:00").do("miss", "p1", "5", "--reason", typed, code=2).err
    assert f"did you mean `{meant}`?" in err
    assert "illness, travel and Bad weather" in err
    assert Path("p1.course.json").read_bytes() == before


def test_without_a_list_any_reason_will_do(life):
    Path("clinic.yaml").write_text(CLINIC.replace("reasons", "# reasons"), "utf-8")
    life.plan("p2", "2027-01-04")
    life.at("2027-01-14 12:00").do("miss", "p2", "5", "--reason", "ilness")
    assert life.report("p2")["totals"]["reasons"] == {"ilness": 1}


@pytest.mark.parametrize(
    ("value", "line", "column", "message"),
    [
        ("illness", 4, 10, "expected a list"),
        ("[]", 4, 10, "the list is empty"),
        ("[illness, travel, Illness]", 4, 28, "the reason `Illness` is there twice"),
        ("[illness, [travel]]", 4, 20, "expected"),
    ],
)
def test_a_list_of_reasons_that_cannot_be_is_refused(value, line, column, message):
    text = CLINIC.replace("[illness, travel, Bad weather]", value)
    Path("clinic.yaml").write_text(text, "utf-8")
    mistake = only(mistakes(clinic_file.load, "clinic.yaml"))
    assert (mistake.line, mistake.column) == (line, column)
    assert message in mistake.message


def test_a_misspelt_key_of_reasons():
    Path("clinic.yaml").write_text(CLINIC.replace("reasons", "reason"), "utf-8")
    assert "`reasons`" in only(mistakes(clinic_file.load, "clinic.yaml")).hint


def test_a_mistyped_reason_is_refused_whatever_changes(life):
    life.at("2027-01-14 12:00")
    for command in (
        ("done", "p1", "5"),
        ("cancel", "p1", "6"),
        ("adjust", "p1", "--away", "2027-02-02"),
    ):
        assert "did you mean `illness`?" in life.do(*command, "--reason", "ilness", code=2).err
