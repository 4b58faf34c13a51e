"""The windows of a trial's sessions, everywhere that people see its sessions."""

import csv
import io
import json
from pathlib import Path

import icalendar
import pytest
from helpers import be_at, plan_once
from texts import TRIAL, WITH_VISITS

BEGUN = "2027-01-08 12:00"


@pytest.fixture
def trial(ketasched, monkeypatch):
    """A trial's course, saved, some days after its baseline."""
    Path("trial.yaml").write_text(WITH_VISITS, "utf-8")
    plan_once(
        ketasched, "trial", "--protocols", "trial.yaml", "--start", "2027-01-04", "--name", "p7",
        "--save", "p7", "--for", "staff", "--ics", "staff.ics",
    )  # fmt: skip
    be_at(monkeypatch, BEGUN, "America/Chicago")

    def run(*arguments, code=0, columns=80):
        monkeypatch.setenv("COLUMNS", str(columns))
        outcome = ketasched(*arguments)
        assert outcome.code == code, outcome.err
        return outcome.out

    return run


PLAN = ("plan", "trial", "--protocols", "trial.yaml", "--start", "2027-01-04")


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (80, "1 screening Mon 21 Dec 2026 09:00–09:30 Mon 14 Dec Mon 28 Dec"),
        (72, "1 screening Mon 21 Dec 2026 09:00–09:30 Mon 14 Dec Mon 28 Dec"),
        (100, "1 screening Mon 21 Dec 2026 09:00–09:30 Mon 14 Dec 2026 Mon 28 Dec 2026"),
        (71, "1 screening Mon 21 Dec 2026 09:00–09:30 earliest Mon 14 Dec, latest Mon 28 Dec"),
        (50, "1 screening Mon 21 Dec 2026 09:00–09:30 earliest Mon 14 Dec, latest Mon 28 Dec"),
        (40, "1 Mon 21 Dec 2026 09:00–09:30 screening earliest Mon 14 Dec latest Mon 28 Dec"),
    ],
)
@pytest.mark.parametrize("command", [PLAN, ("status", "p7")])
def test_a_page_says_the_first_and_last_day_of_each_window(trial, command, columns, shown):
    page = trial(*command, columns=columns)
    assert shown in words(page)
    assert max(map(len, page.splitlines())) <= columns
    assert "…" not in page


@pytest.mark.parametrize("command", [PLAN, ("status", "p7")])
def test_nothing_is_cut_at_any_width(trial, command):
    for columns in range(40, 130, 7):
        page = words(trial(*command, columns=columns))
        assert "09:00–09:20" in page, columns
        assert "…" not in page, columns


def test_what_is_noted_stands_beside_a_row_or_below_it(trial):
    trial("done", "p7", "1")
    trial("done", "p7", "2", "--on", "2027-01-07")
    pages = {columns: trial("status", "p7", columns=columns).splitlines() for columns in (80, 140)}
    below = next(place for place, line in enumerate(pages[80]) if " baseline " in line)
    assert pages[80][below + 1].strip() == "attended; 3 days later; out of its window"
    (row,) = [line for line in pages[140] if " baseline " in line]
    assert row.endswith("attended; 3 days later; out of its window")


def test_the_month_is_the_patients_and_says_no_window(trial):
    page = words(trial(*PLAN, "--format", "month"))
    assert "Appointment 1 of 6: Monday, December 21, 9:00–9:30 AM" in page
    assert "earliest" not in page
    assert "28 Dec" not in page


def test_the_staff_calendar_says_each_window_and_the_patients_does_not(trial):
    def descriptions(data):
        calendar = icalendar.Calendar.from_ical(data)
        return [str(event["DESCRIPTION"]) for event in calendar.walk("VEVENT")]

    line = "Earliest Mon 14 Dec 2026, latest Mon 28 Dec 2026"
    staff = descriptions(Path("staff.ics").read_bytes())
    assert sum(line in text.splitlines() for text in staff) == 1
    assert sum("Earliest" in text for text in staff) == 6  # a linked visit has no window
    patients = descriptions(trial("export", "p7").encode())
    assert not any("arliest" in text for text in patients)


DAYS = "          - {name: a, day: 1}\n          - {name: b, day: 8}\n"
BEGIN = TRIAL.index("          - {name: screening")
PLAIN = TRIAL[:BEGIN] + DAYS + TRIAL[TRIAL.index("        window: {early: 0 days, late: 2") :]
NO_WINDOWS = PLAIN.replace("late: 2 days", "late: 0 days")


@pytest.mark.parametrize(
    ("text", "course", "shown"),
    [
        (PLAIN, "trial", True),
        (NO_WINDOWS, "trial", False),  # each day is its own window
        (PLAIN, "iv", False),
        (PLAIN, "pain", False),
    ],
)
def test_windows_are_shown_where_days_are_counted_and_more_than_one_will_do(
    ketasched, text, course, shown
):
    Path("trial.yaml").write_text(text, "utf-8")
    out = ketasched("plan", course, "--protocols", "trial.yaml", "--start", "2027-01-04").out
    assert ("Earliest" in out) == shown


WINDOW = ("screening", "2026-12-21", "2026-12-14", "2026-12-28")
KEYS = ("name", "target", "window_start", "window_end")


def of_session(entry, keys=KEYS):
    return tuple(entry[key] for key in keys)


def test_every_report_of_a_session_has_its_name_and_window(trial):
    def report(*command):
        return json.loads(trial(*command, "--format", "json"))

    assert of_session(report(*PLAN)["sessions"][0]) == WINDOW
    assert of_session(report("status", "p7")["sessions"][0]) == WINDOW
    (course,) = report("status", ".")["courses"]
    assert of_session(course["sessions"][0]) == WINDOW
    assert of_session(report("done", "p7", "1", "--dry-run")["sessions"][0]) == WINDOW
    (day,) = report("agenda", ".", "--day", "2026-12-21")["days"]
    (entry,) = [entry for entry in day["entries"] if entry["kind"] == "session"]
    assert of_session(entry, ("title", *KEYS[1:])) == WINDOW  # `name` is the patient's
    closed = report("close-day", "2027-01-11", ".", "--dry-run")["calls"][0]["change"]
    assert of_session(closed["sessions"][0])[0] == "dose two"


def test_every_row_of_a_session_has_its_name_and_window(trial):
    def rows(*command):
        return list(csv.DictReader(io.StringIO(trial(*command, "--format", "csv"))))

    assert of_session(rows(*PLAN)[0]) == WINDOW
    (entry,) = [
        row for row in rows("agenda", ".", "--day", "2026-12-21") if row["kind"] == "session"
    ]
    assert of_session(entry, ("title", *KEYS[1:])) == WINDOW


LAB = "          - {name: lab, day: 3, follows: screening, window: {early: 2 days, late: 5 days}}\n"


@pytest.mark.parametrize(
    ("now", "screening", "lab", "told"),
    [
        ("2027-01-04 14:00", "2027-01-05", "2027-01-08", False),
        # Its day is over, and its window, to 12 January, is not; a day's notice.
        ("2027-01-06 14:00", "2027-01-07", "2027-01-11", False),
        # No day is left in its window; what follows it has one, to 13 January.
        ("2027-01-12 14:00", "2027-01-05", "2027-01-13", True),
        # What has begun is taken as it was.
        ("2027-01-19 14:30", "2027-01-05", "2027-01-08", True),
        ("2027-02-01 14:00", "2027-01-05", "2027-01-08", True),
    ],
)
def test_what_is_due_before_a_start_to_come_takes_a_day_to_come(at, now, screening, lab, told):
    text = TRIAL.replace("          - {name: baseline", f"{LAB}          - {{name: baseline", 1)
    Path("trial.yaml").write_text(text, "utf-8")
    outcome = at(now, "plan", "trial", "--protocols", "trial.yaml", "--start", "2027-01-19",
                 "--tz", "America/New_York", "--format", "json")  # fmt: skip
    days = {each["name"]: each["start"][:10] for each in json.loads(outcome.out)["sessions"]}
    assert (days["screening"], days["lab"]) == (screening, lab)
    assert ("is in the past" in outcome.err) is told
