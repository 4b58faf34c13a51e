"""A folder of courses: a day that must close, what is due, what approvals cover, what is exported."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from calendars import events_of
from helpers import record_of

BEFORE = datetime(2026, 12, 28, 15, tzinfo=UTC)


@pytest.fixture
def folder(at):
    """Three courses: two have a session on Mon 18 Jan 2027, one has not."""
    at("2026-12-28", "plan", "iv", "--start", "2027-01-04", "--save", "alex", "--ics", "alex.ics")
    at("2026-12-28", "plan", "kap", "--start", "2027-01-04", "--save", "bo")
    at("2026-12-28", "plan", "spravato", "--start", "2027-01-05", "--save", "cy")
    return Path()


def state(name, number):
    course = json.loads(Path(f"{name}.course.json").read_text())
    (found,) = [one for one in course["sessions"] if one["number"] == number]
    return found["start"], found["status"]


@pytest.mark.usefixtures("folder")
def test_a_day_that_closes_moves_the_courses_that_have_it_and_no_other(at):
    cy = Path("cy.course.json").read_bytes()
    out = at("2027-01-15", "close-day", "2027-01-18", ".", "--reason", "snow").out
    assert "Closed Mon 18 Jan 2027: 2 courses to call about" in out
    assert state("alex", 5) == ("2027-01-19 09:00", "planned")
    assert state("bo", 3) == ("2027-01-19 09:00", "planned")
    assert Path("cy.course.json").read_bytes() == cy
    assert "reason: snow" in at("2027-01-15", "status", "alex", "--history").out
    starts = {str(event["DTSTART"].dt.date()) for event in events_of(Path("alex.ics").read_bytes())}
    assert "2027-01-18" not in starts
    # Later changes know of it.
    refused = at("2027-01-15", "move", "alex", "5", "mon", code=3)
    assert "closed Mon 18 Jan 2027" in refused.err
    at("2027-01-15", "undo", "alex")
    assert state("alex", 5) == ("2027-01-18 09:00", "planned")


def test_a_closed_day_is_known_to_every_record_of_the_folder(at, folder):
    at("2027-01-15", "close-day", "2027-01-20", ".", "--reason", "snow")
    kept = json.loads(Path("closed-days.json").read_text())
    assert [(day["day"], day["reason"]) for day in kept["days"]] == [("2027-01-20", "snow")]
    for name, number in (("alex", "5"), ("cy", "5")):
        refused = at("2027-01-15", "move", name, number, "2027-01-20", code=3)
        assert "closed Wed 20 Jan 2027" in refused.err
    at("2027-01-15", "close-day", "2027-01-20", ".")
    assert json.loads(Path("closed-days.json").read_text()) == kept
    late = at("2027-01-15", "plan", "iv", "--start", "2027-01-20", "--save", "dee").out
    assert "closed Wed 20 Jan 2027" in " ".join(late.split())
    Path("closed-days.json").write_text('{"schema": "ketasched-closed-days/1", "days": [{}]}')
    broken = at("2027-01-15", "status", "alex", code=1)
    assert "closed-days.json" in broken.err
    assert folder.exists()


def test_tomorrow_is_that_of_the_clinic(at):
    at("2026-12-28", "plan", "iv", "--start", "2027-01-05", "--save", "alex",
       "--tz", "America/Chicago")  # fmt: skip
    # In Chicago it is still the evening of the 6th.
    out = at("2027-01-07T02:00", "close-day", "tomorrow", ".", "--dry-run").out
    assert out.startswith("Closed Thu 7 Jan 2027")


def test_what_is_over_stays_where_it_was(at):
    at("2026-12-28", "plan", "spravato", "--start", "2027-01-05", "--save", "alex",
       "--tz", "America/Chicago")  # fmt: skip
    at("2027-01-05T19:00", "close-day", "2027-01-05", ".")  # one in the afternoon
    assert state("alex", 1) == ("2027-01-05 09:00", "planned")
    assert (
        "Fri 15 Jan 2027 is over"
        in at("2027-01-20T14:00", "close-day", "2027-01-15", ".", code=2).err
    )


@pytest.mark.usefixtures("folder")
def test_whose_calendar_was_altered_is_to_be_called_too(at):
    Path("alex.ics").write_text("mine")
    for more in (("--dry-run",), ()):
        outcome = at("2027-01-15", "close-day", "2027-01-18", ".", *more, code=3)
        assert "2 courses to call about" in outcome.out
        printed = " ".join(outcome.out.split())
        assert "alex not moved" in printed
        assert "alex: not changed, alex.ics is not what was written" in printed
        assert printed.endswith("--ics alex.ics --force")  # no stop: it is to be pasted
    assert state("alex", 5) == ("2027-01-18 09:00", "planned")
    assert state("bo", 3) == ("2027-01-19 09:00", "planned")


@pytest.mark.usefixtures("folder")
def test_json_is_one_value_also_when_something_fails(at):
    Path("dee.course.json").write_text("{")
    for command in (("status", "."), ("agenda", ".", "--day", "2027-01-18")):
        outcome = at("2027-01-15", *command, "--format", "json", code=1)
        assert "dee.course.json" in str(json.loads(outcome.out)["unread"])
        assert "dee.course.json" in outcome.err


def test_a_course_without_a_place_says_why(at):
    at("2026-12-28", "plan", "pain", "--start", "2027-01-04", "--save", "eve",
       "--away", "2027-01-09..2027-02-20")  # fmt: skip
    outcome = at("2027-01-02", "close-day", "2027-01-06", ".", code=3)
    assert "eve" in outcome.err
    said = " ".join(outcome.out.split())
    assert "eve: session 5 has no legal day then in its window" in said
    assert "away Sat 9 Jan 2027 to Sat 20 Feb 2027" in said
    # What it says can be done was run, and is.
    command = said.partition("; to cancel session 3: ketasched ")[2].split()
    assert command == ["cancel", "eve", "3", "--then", "keep"]
    at("2027-01-02", *command)


RIVERSIDE = """\
version: 1
name: Riverside
timezone: America/New_York
holidays: {country: US, subdivision: NY}
hours: {mon-thu: "08:00-17:00", fri: "08:00-14:00"}
"""


def test_a_run_of_days_shifts_where_its_sessions_have_no_other_days(at):
    # Five and a half hours do not fit the Friday, and Monday 18 January is a holiday.
    Path("clinic.yaml").write_text(RIVERSIDE)
    at(
        "2027-01-06T14:00",
        "plan",
        "pain",
        "--start",
        "2027-01-11",
        "--at",
        "09:00",
        "--save",
        "gil",
    )
    at("2027-01-08T14:00", "close-day", "2027-01-11", ".")
    days = [session["start"][:10] for session in record_of("gil")["sessions"]]
    assert days == ["2027-01-12", "2027-01-13", "2027-01-14", "2027-01-19", "2027-01-20"]
    assert [session["number"] for session in record_of("gil")["sessions"]] == [1, 2, 3, 4, 5]


def test_a_dry_run_closes_nothing(at, folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    report = json.loads(
        at("2027-01-15", "close-day", "2027-01-18", ".", "--dry-run", "--format", "json").out
    )
    assert [call["name"] for call in report["calls"]] == ["alex", "bo"]
    assert report["calls"][0]["change"]["sessions"][0]["number"] == 5
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.usefixtures("folder")
def test_a_session_that_a_person_put_there_moves_too(at):
    at("2027-01-10", "move", "alex", "5", "2027-01-19 10:00")
    at("2027-01-15", "close-day", "2027-01-19", ".")
    assert state("alex", 5)[0][:10] != "2027-01-19"


@pytest.mark.usefixtures("folder")
def test_nothing_is_put_into_what_is_over_of_today(at):
    at("2027-01-11T21:00", "close-day", "2027-01-12", ".")
    assert state("cy", 3)[0] > "2027-01-12"


@pytest.mark.usefixtures("folder")
def test_what_has_no_place_and_what_cannot_be_read_is_named(at):
    Path("dee.course.json").write_text('{"start": "2027-01-18 09:00"')
    Path("bo.course.json").replace("zoe.course.json")
    outcome = at("2027-01-15", "close-day", "2027-01-18", ".", code=3)
    assert "dee.course.json" in outcome.err
    assert state("alex", 5) == ("2027-01-19 09:00", "planned")


def test_two_records_never_have_the_same_entries(at):
    course = ("plan", "iv", "--start", "2027-01-04", "--name", "A. B.", "--save")
    at("2026-12-28", *course, "alex")
    refused = at("2026-12-29", *course, "bo", code=2)
    assert "alex.course.json has a course of the same name, protocol and start" in refused.err
    assert not Path("bo.course.json").exists()
    Path("copy.course.json").write_bytes(Path("alex.course.json").read_bytes())
    for command in (("feed", ".", "--to", "out"), ("agenda", ".", "--day", "2027-01-04")):
        assert "it has the entries of alex.course.json" in at("2027-01-02", *command, code=1).err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("octets", [0, 40, -3])
def test_a_record_that_was_cut_short_is_not_passed_over(at, octets):
    whole = Path("cy.course.json").read_bytes()  # nobody of it comes that day
    Path("cy.course.json").write_bytes(whole[:octets])
    outcome = at("2027-01-15", "close-day", "2027-01-18", ".", code=3)
    assert "not read: cy.course.json" in outcome.err
    assert state("alex", 5) == ("2027-01-19 09:00", "planned")


@pytest.mark.usefixtures("folder")
def test_undo_puts_back_what_was_asked(at):
    before = record_of("alex")["asked"]
    at("2027-01-15", "close-day", "2027-01-18", ".")
    assert record_of("alex")["asked"] != before
    at("2027-01-15", "undo", "alex")
    assert record_of("alex")["asked"] == before


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("close-day", "2027-01-18", "nowhere"), 2, "nowhere is not a folder"),
        (("close-day", "01/02/2027", "."), 2, "DATE"),
        (("status", "nobody"), 1, "there is no record nobody.course.json"),
        (("export", "alex", "--for", "nobody"), 2, "--for: unknown `nobody`"),
        (("export", "alex", "--changes", "--drop-cancelled"), 2, "leaves them out"),
        (("plan", "iv", "--start", "2027-01-04", "--authorised-visits", "3"), 2, "add --save"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_done_is_said(at, arguments, code, message):
    outcome = at("2027-01-02", *arguments, code=code)
    assert message in outcome.err.replace("\n", " ")


@pytest.mark.usefixtures("folder")
def test_a_folder_stands_for_its_courses(at):
    out = at("2027-01-06T20:00", "status", ".").out
    assert [line.split()[0] for line in out.splitlines()] == ["Name", "alex", "bo", "cy"]
    report = json.loads(at("2027-01-06T20:00", "status", ".", "--format", "json").out)
    assert [one["name"] for one in report["courses"]] == ["alex", "bo", "cy"]


@pytest.mark.usefixtures("folder")
def test_duties_stand_in_the_staff_calendar_and_in_status(at):
    at("2027-01-05T20:00", "done", "cy", "1")
    assert (
        "monitoring form for session 1, by Tue 12 Jan 2027" in at("2027-01-06", "status", "cy").out
    )
    at("2027-01-06", "export", "cy", "--for", "staff", "--ics", "staff.ics")
    events = events_of(Path("staff.ics").read_bytes())
    due = [event for event in events if not isinstance(event["DTSTART"].dt, datetime)]
    assert len(due) == 12
    assert due[0]["SUMMARY"] == "cy · monitoring form due, session 1"
    assert (due[0]["DTSTART"].dt, due[0]["DTEND"].dt) == (date(2027, 1, 12), date(2027, 1, 13))
    assert due[0]["TRANSP"] == "TRANSPARENT"
    at("2027-01-06", "export", "cy", "--ics", "patient.ics")
    assert b"VALUE=DATE" not in Path("patient.ics").read_bytes()


@pytest.mark.parametrize(
    ("protocol", "options", "entries", "note"),
    [
        ("spravato", ["--tz", "America/New_York"], 12, ""),
        ("spravato", ["--tz", "America/Puerto_Rico"], 12, ""),
        ("spravato", ["--tz", "UTC"], 12, ""),
        ("spravato", ["--tz", "Europe/Berlin"], 0, "no monitoring form: it is for US"),
        ("spravato", ["--tz", "Europe/Berlin", "--holidays", "US"], 12, ""),
        ("spravato", ["--tz", "UTC", "--holidays", "GB"], 0, "and this is GB"),
        ("spravato", ["--tz", "America/New_York", "--without", "Monitoring  Form"], 0, ""),
        ("spravato", ["--tz", "America/New_York", "--without", "consultation"], 12, ""),
        ("spravato-eu", ["--tz", "America/New_York"], 0, ""),
    ],
)
def test_a_duty_stands_in_the_calendar_where_its_country_asks_for_it(
    at, protocol, options, entries, note
):
    written = ("--start", "2027-01-05", *options, "--save", "dee")
    outcome = at("2027-01-01", "plan", protocol, *written)
    assert note in " ".join(outcome.err.split())
    assert bool(note) == ("no monitoring form" in " ".join(outcome.err.split()))

    def forms():
        out = at("2027-01-06", "export", "dee", "--for", "staff").out
        return [event for event in events_of(out.encode()) if "monitoring form" in event["SUMMARY"]]

    assert len(forms()) == entries
    at("2027-01-05T20:00", "done", "dee", "1")
    assert ("monitoring form" in at("2027-01-06", "status", "dee").out) == bool(entries)
    at("2027-01-06", "move", "dee", "5", "2027-01-20")
    at("2027-01-06", "undo", "dee")
    assert len(forms()) == entries
    at("2027-01-06", "check", ".")


@pytest.mark.usefixtures("folder")
def test_only_what_changed_is_exported_again(at):
    at("2027-01-02", "export", "alex", "--ics", "all.ics")
    assert at("2027-01-02", "export", "alex", "--changes").out == ""
    at("2027-01-03", "move", "alex", "5", "tue 10:00")
    (event,) = events_of(at("2027-01-03", "export", "alex", "--changes").out.encode())
    assert (event["SUMMARY"], event["SEQUENCE"]) == ("Appointment 5 of 6", 1)
    assert at("2027-01-03", "export", "alex", "--changes").out == ""
    # Another audience has its own last export.
    assert (
        len(
            events_of(
                at("2027-01-03", "export", "alex", "--changes", "--for", "staff").out.encode()
            )
        )
        == 10
    )


@pytest.mark.usefixtures("folder")
def test_free_busy_says_when_and_nothing_else(at):
    out = at("2027-01-02", "export", "cy", "--for", "free-busy").out
    assert {str(event["SUMMARY"]) for event in events_of(out.encode())} == {"Busy"}
    for word in ("Appointment ", "DESCRIPTION", "LOCATION", "VALARM", "cy", "pravato", "onitoring"):
        assert word not in out, word


def test_approvals_that_run_out_are_warned_of(at):
    at(
        "2026-12-28", "plan", "spravato", "--start", "2027-01-05", "--save", "cy",
        "--authorised-visits", "10", "--authorised-until", "2027-02-10",
    )  # fmt: skip
    told = " ".join(at("2026-12-28", "status", "cy").out.split())
    assert "authorised until Wed 10 Feb 2027: sessions 11, 12 are later" in told
    assert "it runs out before session 11, Tue 16 Feb 2027" in told


def test_approvals_that_just_reach_are_not_warned_of(at):
    at(
        "2026-12-28", "plan", "spravato", "--start", "2027-01-05", "--save", "cy",
        "--authorised-visits", "12", "--authorised-until", "2027-02-23",
    )  # fmt: skip
    assert state("cy", 12)[0] == "2027-02-23 09:00"
    assert "authorised" not in at("2026-12-28", "status", "cy").out


@pytest.mark.usefixtures("folder")
def test_after_a_long_lapse_a_person_decides(at):
    for number in range(1, 9):
        session, _ = state("cy", number)
        at(f"{session[:10]}T23:00", "done", "cy", str(number))
    refused = at("2027-01-30", "extend", "cy", "--on", "2027-06-01", code=3)
    assert "the clinician decides whether to resume" in refused.err
    assert "--override" in refused.err
    at("2027-01-30", "extend", "cy", "--on", "2027-06-01", "--override", "lapse,gap")
    history = " ".join(at("2027-01-30", "status", "cy", "--history").out.split())
    assert "rules broken on purpose: lapse" in history


@pytest.mark.usefixtures("folder")
def test_what_the_protocol_says_of_a_missed_session_holds_unless_asked_otherwise(at):
    kept = at("2027-01-08T23:00", "miss", "cy", "2", "--dry-run").out
    assert kept.startswith("Missed session 2, then keep")
    added = at("2027-01-08T23:00", "miss", "cy", "2", "--then", "append", "--dry-run").out
    assert "13" in added


@pytest.mark.parametrize("chairs", [True, False])
def test_a_linked_visit_that_can_stay_stays_when_a_day_closes(at, chairs):
    """Its ideal time is free again, but neither its day nor its session moves."""
    hours = "version: 1\nname: R\ntimezone: UTC\nhours: {mon-fri: 08:00-17:00}\n"
    Path("clinic.yaml").write_text(f"{hours}resources: {{chair: 1}}\n")
    at("2026-12-23", "plan", "iv", "--start", "2027-02-09", "--save", "al")
    at("2026-12-23", "plan", "kap", "--start", "2027-01-04", "--beside", ".", "--save", "kim")
    at("2026-12-23", "cancel", "al", "1")
    if not chairs:
        for name in ("al", "kim"):
            text = Path(f"{name}.course.json").read_text()
            record = json.loads(text)
            record["clinic"].pop("resources", None)
            Path(f"{name}.course.json").write_text(json.dumps(record))
    page = " ".join(at("2026-12-23", "close-day", "2027-01-18", ".").out.split())
    assert "3: dosing" in page
    assert "i3: integration" in page
    assert "r6" not in page
    assert "Tue 9 Feb 2027 08:30" in " ".join(at("2026-12-23", "status", "kim").out.split())
    leaving = " ".join(at("2026-12-23", "close-day", "2027-02-09", ".").out.split())
    assert "r6: response assessment" in leaving
