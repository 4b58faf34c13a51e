"""A real clinic and a real patient: worked cases with literal dates, reasons and times."""

import json
from pathlib import Path

import pytest
from calendars import events_of
from conftest import run_process
from helpers import writer

LAKESIDE = """\
version: 1
name: Lakeside
address: 12 Shore Road
phone: +1 312 555 0100
timezone: America/Chicago
hours:
  mon-thu: 08:00-12:00, 12:30-17:30
  fri: 08:00-13:00
holidays: {country: US}
closures:
  - {from: 2027-03-10, to: 2027-03-12, reason: works}
openings:
  - {date: 2027-01-16, hours: 09:00-13:00, reason: catching up}
  - {date: 2027-01-18, hours: 09:00-13:00}
  - {date: 2027-03-11, hours: 09:00-13:00}
defaults: {start_time: 09:30, location: Suite 4, reminders: [1 day, 2 h], travel: 30 min}
"""
SECRET = "Oncology with Dr Loose-Lips"


write = writer("clinic.yaml")


def clinic(text=LAKESIDE, name="clinic.yaml"):
    return ("--clinic", write(text, name))


def opened(*lines, more=""):
    """A clinic in Chicago with these hours and nothing else."""
    hours = "".join(f"  {line}\n" for line in lines)
    return clinic(f"version: 1\nname: X\ntimezone: America/Chicago\nhours:\n{hours}{more}")


def entry(*lines, uid="one@here"):
    return "\r\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{SECRET}", f"DESCRIPTION:{SECRET}",
         f"LOCATION:{SECRET}", f"ATTENDEE;CN={SECRET}:mailto:a@b.invalid", *lines, "END:VEVENT"]
    )  # fmt: skip


def calendar(*entries, name="busy.ics"):
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *entries, "END:VCALENDAR", ""])
    return ("--busy", write(text, name))


def busy(*spans, name="busy.ics", zone="America/Chicago"):
    """Busy times as `20270104T1130/20270104T1230`."""
    entries = []
    for number, span in enumerate(spans):
        begins, ends = (
            f"{which};TZID={zone}:{text}00"
            for which, text in zip(("DTSTART", "DTEND"), span.split("/"), strict=True)
        )
        entries.append(entry(begins, ends, uid=f"{number}@{name}"))
    return calendar(*entries, name=name)


@pytest.fixture
def report(ketasched):
    """The JSON report of a course."""

    def run(*arguments):
        outcome = ketasched("plan", *arguments, "--format", "json")
        assert outcome.code == 0, outcome
        return json.loads(outcome.out)

    return run


@pytest.fixture
def failure(ketasched):
    """The only error of a plan that has no course."""

    def run(*arguments):
        outcome = ketasched("plan", *arguments, "--format", "json")
        assert outcome.code == 3, outcome
        (error,) = json.loads(outcome.out)["errors"]
        return error

    return run


def starts(found):
    return [session["start"][5:16].replace("T", " ") for session in found["sessions"]]


def moves(found):
    """What moved: number, days, minutes and the texts of the reasons."""
    return [
        (s["number"], s["moved_days"], s["moved_minutes"], [one["text"] for one in s["reasons"]])
        for s in found["sessions"]
        if s["moved_days"] or s["moved_minutes"] or s["reasons"]
    ]


# Public holidays

THANKSGIVING = [(4, -1, 0, ["Thanksgiving Day, Thu 26 Nov 2026"])]


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("spravato", ["11-16", "11-19", "11-23", "11-25", "11-30", "12-03", "12-07", "12-10",
                      "12-14", "12-21", "12-28", "01-04"]),
        ("iv", ["11-16", "11-19", "11-23", "11-25", "11-30", "12-03"]),
    ],
)  # fmt: skip
def test_thanksgiving_moves_the_fourth_session_to_the_day_before(report, protocol, expected):
    found = report(protocol, "-s", "2026-11-16", "--holidays", "US")
    assert starts(found) == [f"{day} 09:00" for day in expected]
    assert moves(found) == THANKSGIVING
    assert found["pauses"] == []


def test_why_a_session_moved_stands_in_table_json_and_staff_calendar_but_not_the_patient_s(
    ketasched, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "200")
    course = ("plan", "iv", "-s", "2026-11-16", "--holidays", "US", "--name", "A.B.")
    assert "1 day earlier: Thanksgiving Day" in ketasched(*course).out
    staff = events_of(ketasched(*course, "--ics", "-", "--for", "staff").out.encode())
    assert [
        "Thanksgiving Day, Thu 26 Nov 2026" in one["DESCRIPTION"]
        for one in staff
        if " of 6" in one["SUMMARY"]
    ] == [False, False, False, True, False, False]
    patient = events_of(ketasched(*course, "--ics", "-").out.encode())
    assert not any("Thanksgiving" in one.to_ical().decode() for one in patient)


@pytest.mark.parametrize(
    ("start", "holidays", "says"),
    [
        ("2027-08-02", ("--holidays", "GB"), "Mon 30 Aug 2027 Late Summer Bank Holiday (ENG, NIR and WLS); name a part, such as --holidays GB-ENG"),
        ("2027-03-22", ("--holidays", "GB"), "Mon 29 Mar 2027 Easter Monday (ENG, NIR and WLS)"),
        ("2027-03-15", ("--holidays", "CH"), "Fri 19 Mar 2027 Saint Joseph's Day"),
        ("2027-11-01", ("--holidays", "AU"), "Tue 2 Nov 2027 Melbourne Cup Day (VIC)"),
        ("2027-02-15", ("--holidays", "CA"), "Mon 15 Feb 2027 Family Day"),
        ("2027-05-24", ("--holidays", "DE"), "Thu 27 May 2027 Corpus Christi ("),
        ("2027-03-01", ("--holidays", "ES"), "Monday following Andalusia Day (AN)"),
        ("2027-11-15", ("--holidays", "US"), "and 1"),
        ("2027-02-08", ("--holidays", "US"), "Tue 9 Feb 2027 Mardi Gras (LA)"),
        ("2027-06-07", ("--holidays", "GB"), "leave out those that only parts of it have"),
        ("2027-08-02", ("clinic",), "the holidays of GB leave out"),
        ("2027-08-02", ("--holidays", "GB-ENG"), ""),
        ("2027-08-02", ("--holidays", "JP"), ""),
        ("2027-08-02", (), ""),
    ],
)  # fmt: skip
def test_a_nationwide_list_is_never_silent(ketasched, start, holidays, says):
    if holidays == ("clinic",):
        Path("gb.yaml").write_text("version: 1\nname: L\nholidays: {country: GB}\n")
        holidays = ("--clinic", "gb.yaml")
    told = ketasched("plan", "im", "-s", start, "--tz", "UTC", *holidays).err
    assert says in told
    assert ("only parts of it have" in told) == bool(says)


def test_suggest_says_what_a_nationwide_list_leaves_out(ketasched):
    span = ("--from", "2027-08-23", "--to", "2027-08-30", "--tz", "UTC")
    assert "Mon 30 Aug 2027 Late" in ketasched("suggest", "im", *span, "--holidays", "GB").err
    assert "parts" not in ketasched("suggest", "im", *span, "--holidays", "GB-WLS").err


def test_what_a_calendar_was_taken_for_otherwise_is_said(ketasched):
    zone = "BEGIN:VTIMEZONE\nTZID:EST\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0400\nEND:STANDARD\nEND:VTIMEZONE\n"
    entry = "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=EST:20270104T080000\nDURATION:PT1H\nEND:VEVENT\n"
    hours = "BEGIN:VAVAILABILITY\nEND:VAVAILABILITY\n"
    Path("a.ics").write_text(f"BEGIN:VCALENDAR\n{zone}{entry}{hours}END:VCALENDAR\n")
    plan = ketasched("plan", "iv", "-s", "2027-01-05", "--tz", "UTC", "--busy", "a.ics")
    assert "note: a.ics: the zone `EST` is taken as the calendar defines it, UTC-4" in plan.err
    assert "note: a.ics: its working hours (VAVAILABILITY, line 15) are not read" in plan.err
    span = ("--from", "2027-01-04", "--to", "2027-01-08", "--tz", "UTC")
    assert "note: a.ics: the zone `EST`" in ketasched("suggest", "iv", *span, "--busy", "a.ics").err


# Opening hours


@pytest.mark.parametrize(
    ("at", "weekdays"),
    [("09:30", {1, 4}), ("10:30", {1, 4}), ("10:31", {1, 3}), ("13:30", {1, 3}), ("15:00", {1, 3})],
)
def test_a_friday_that_closes_early_is_avoided_by_the_pattern_not_by_moving(report, at, weekdays):
    hours = opened("mon-thu: 08:00-17:30", "fri: 08:00-13:00")
    found = report("spravato-mdsi", "-s", "2027-01-05", "--at", at, *hours)
    assert moves(found) == []
    days = {day: f"01-{day:02}" for day in range(1, 32)}
    of = {1: (5, 12, 19, 26), 4: (8, 15, 22, 29), 3: (7, 14, 21, 28)}
    expected = sorted(days[day] for weekday in weekdays for day in of[weekday])
    assert starts(found) == [f"{day} {at}" for day in expected]


def test_asking_for_that_friday_at_that_hour_is_refused_up_front(failure):
    error = failure("iv", "-s", "2027-01-05", "--at", "13:30", "--days", "tue,fri", *clinic())
    assert error["message"] == (
        "--days tue,fri: 2 h from 13:30 do not fit the hours on Fridays, 08:00-13:00"
    )
    error = failure("iv", "-s", "2027-01-08", "--at", "13:30", *clinic())
    assert error["code"] == "outside-hours"
    assert error["message"].endswith("2 h from 13:30 do not fit the hours on Fridays, 08:00-13:00")
    assert [one["change"] for one in error["advice"]][:2] == [
        "start on Thu 7 Jan 2027",
        "start on Mon 11 Jan 2027",
    ]


def test_each_weekday_has_its_own_hour_to_fit(report):
    found = report("iv", "-s", "2027-01-05", "--at", "13:30,fri=11:00", *clinic())
    assert starts(found)[:2] == ["01-05 13:30", "01-08 11:00"]


@pytest.mark.parametrize(
    ("hours", "at", "fits"),
    [
        ("08:00-12:00, 12:30-17:30", "08:00", True),
        ("08:00-12:00, 12:30-17:30", "07:59", False),
        ("08:00-12:00, 12:30-17:30", "10:00", True),
        ("08:00-12:00, 12:30-17:30", "10:01", False),
        ("08:00-12:00, 12:30-17:30", "12:00", False),
        ("08:00-12:00, 12:30-17:30", "12:29", False),
        ("08:00-12:00, 12:30-17:30", "12:30", True),
        ("08:00-12:00, 12:30-17:30", "15:30", True),
        ("08:00-12:00, 12:30-17:30", "15:31", False),
        ("12:30-17:30, 08:00-12:00", "12:30", True),
        ("08:00-12:00, 12:00-17:30", "11:00", True),
        # Past midnight every day has to be open on its own.
        ("20:00-24:00", "22:00", True),
        ("20:00-24:00", "22:01", False),
        ("00:00-01:00, 20:00-24:00", "23:00", True),
        ("00:00-01:00, 20:00-24:00", "23:01", False),
        ("00:15-01:00, 20:00-24:00", "22:30", False),
        ("all day", "23:59", True),
    ],
)
def test_the_whole_session_lies_inside_one_span(ketasched, hours, at, fits):
    week = opened(f"mon-sun: {hours}")
    outcome = ketasched("plan", "iv", "-s", "2027-01-05", "--at", at, *week)
    assert outcome.code == (0 if fits else 3), outcome
    if not fits:
        assert f"2 h from {at} do not fit the hours on Tuesdays" in outcome.err


def test_a_session_that_ends_at_midnight_leaves_the_next_day_alone(report):
    hours = opened("mon, thu: 20:00-24:00", "tue: 00:00-02:00")
    found = report("iv", "-s", "2027-01-04", "--at", "22:00", *hours)
    assert [s["end"][:16] for s in found["sessions"]][:2] == [
        "2027-01-05T00:00",
        "2027-01-08T00:00",
    ]
    assert moves(found) == []


@pytest.mark.parametrize(("at", "moved"), [("22:00", []), ("22:01", [6]), ("23:59", [6])])
def test_past_midnight_the_holiday_that_begins_counts(report, at, moved):
    found = report("iv", "-s", "2026-12-07", "--holidays", "US", "--at", at)
    assert moves(found) == [(n, -1, 0, ["Christmas Day, Fri 25 Dec 2026"]) for n in moved]


def test_a_session_longer_than_any_span_is_refused_once_and_up_front(ketasched, failure):
    course = ("pain", "-s", "2027-01-05", *clinic())
    error = failure(*course)
    assert (error["code"], error["advice"]) == ("too-long", [])
    assert error["message"] == (
        "a session takes 5 h 30 min, and the clinic's longest opening span is 5 h, Mon 12:30-17:30"
    )
    outcome = ketasched("plan", *course)
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err == (
        f"error: {error['message']}\n"
        "help: look at the clinic's hours, or at the steps of the protocol\n"
    )


@pytest.mark.parametrize(
    ("hours", "code"),
    [("08:00-13:29", "too-long"), ("08:00-13:30", None), ("18:00-24:00", "outside-hours")],
)
def test_the_longest_span_is_measured_to_the_minute(ketasched, hours, code):
    outcome = ketasched(
        "plan",
        "pain",
        "-s",
        "2027-01-04",
        "--at",
        "08:00",
        *opened(f"mon-fri: {hours}"),
        "-f",
        "json",
    )
    errors = json.loads(outcome.out).get("errors", [{"code": None}])
    assert [one["code"] for one in errors] == [code]


def test_a_one_off_long_day_is_no_place_for_a_whole_course_but_no_session_is_too_long(failure):
    more = "openings:\n  - {date: 2027-01-09, hours: 08:00-18:00}\n"
    error = failure("pain", "-s", "2027-01-04", *opened("mon-fri: 08:00-12:00", more=more))
    assert error["code"] == "outside-hours"


# Closures and absences


def test_a_christmas_fortnight(report, failure):
    closed = "closures:\n  - {from: 2026-12-24, to: 2027-01-03, reason: end of the year}\n"
    year_end = clinic(f"version: 1\nname: X\ntimezone: America/Chicago\n{closed}")
    found = report("iv", "-s", "2026-12-14", *year_end)
    assert [day[:5] for day in starts(found)] == [
        "12-14", "12-17", "12-21", "12-23", "01-04", "01-07",
    ]  # fmt: skip
    reason = "closed Thu 24 Dec 2026 to Sun 3 Jan 2027 (end of the year)"
    assert moves(found) == [(4, -1, 0, [reason])]
    (pause,) = found["pauses"]
    assert (pause["before_session"], pause["weeks"]) == (5, 1)
    assert [one["text"] for one in pause["reasons"]] == [
        "no legal day for session 5 in its window, Sun 27 Dec 2026 to Thu 31 Dec 2026",
        "closed on Sundays",
        reason,
    ]
    # Two whole weeks and more: too long for twice a week, and a weekly course waits two weeks.
    fortnight = ("-s", "2026-12-07", "--closed", "2026-12-19..2027-01-03")
    error = failure("spravato", *fortnight)
    assert (error["session"], error["window"]) == (5, {"start": "2026-12-20", "end": "2026-12-24"})
    assert error["message"].endswith("even with a pause of 1 week")
    found = report("kap", *fortnight)
    assert [day[:5] for day in starts(found)] == [
        "12-07", "12-14", "01-04", "01-11", "01-18", "01-25",
    ]  # fmt: skip
    assert [(p["before_session"], p["weeks"]) for p in found["pauses"]] == [(3, 2)]


@pytest.mark.parametrize(
    "away",
    [
        ("--away", "2027-02-08..2027-02-12"),
        ("--away", "mon 8 feb 2027..12 feb 2027"),
        tuple(x for day in range(8, 13) for x in ("--away", f"2027-02-{day:02}")),
    ],
)
def test_a_week_away_is_a_pause_of_a_week(report, away):
    found = report("iv", "-s", "2027-02-01", *away)
    assert [day[:5] for day in starts(found)] == [
        "02-01", "02-04", "02-15", "02-18", "02-22", "02-25",
    ]  # fmt: skip
    assert moves(found) == []
    (pause,) = found["pauses"]
    assert (pause["before_session"], pause["weeks"]) == (3, 1)
    assert {one["kind"] for one in pause["reasons"]} == {"no-place", "closed", "away"}


def test_the_patient_s_absence_never_changes_a_run_of_working_days_but_a_closure_does(report):
    away = report("pain", "-s", "2027-01-04", "--away", "2027-01-06")
    assert [s["target"][5:] for s in away["sessions"]] == [
        "01-04",
        "01-05",
        "01-06",
        "01-07",
        "01-08",
    ]
    assert moves(away)[0] == (3, 1, 0, ["away Wed 6 Jan 2027"])
    closed = report("pain", "-s", "2027-01-04", "--closed", "2027-01-06")
    assert [s["target"][5:] for s in closed["sessions"]] == [
        "01-04", "01-05", "01-07", "01-08", "01-11",
    ]  # fmt: skip
    assert moves(closed) == [(3, 0, 0, ["closed Wed 6 Jan 2027"])]


# One-off openings


def test_an_opening_on_a_saturday_takes_a_session_that_has_to_move(report):
    course = ("iv", "-s", "2027-01-05", "--closed", "2027-01-15", "--away", "2027-01-14")
    found = report(*course, *clinic())
    assert moves(found) == [(4, 1, 0, ["closed Fri 15 Jan 2027"])]
    assert starts(found)[3] == "01-16 09:30"
    # At 11:30 two hours do not fit that Saturday, 09:00 to 13:00.
    found = report(*course, "--at", "09:30,fri=11:00,sun=12:00", *opened("mon-sun: 09:00-13:00"))
    assert starts(found)[3] == "01-16 09:30"


def test_a_session_that_does_not_fit_a_one_off_opening_goes_elsewhere(report):
    course = ("iv", "-s", "2027-01-05", "--at", "15:00", *clinic())
    found = report(*course, "--closed", "2027-01-14")
    # Tuesdays and Thursdays at 15:00; the opening on Sat 16 Jan ends at 13:00.
    closed = "closed Thu 14 Jan 2027"
    near = "Tue 12 Jan 2027 is less than 2 days from session 4 (Wed 13 Jan 2027), which moved: "
    assert moves(found) == [(3, -1, 0, [near + closed]), (4, -1, 0, [closed])]
    # And on Mon 18 Jan, a holiday with an opening, it is the hours that refuse.
    found = report("iv", "-s", "2027-01-04", "--at", "15:00", *clinic())
    (moved,) = moves(found)
    assert moved[:3] == (5, 1, 0)
    (reason,) = found["sessions"][4]["reasons"]
    assert reason["kind"] == "hours"
    assert "09:00-13:00" in reason["text"]


@pytest.mark.parametrize(
    ("start", "number", "opened_day"), [("2027-01-04", 5, "01-18"), ("2027-03-01", 4, "03-11")]
)
def test_an_opening_wins_over_a_holiday_and_over_a_closure(report, start, number, opened_day):
    found = report("iv", "-s", start, *clinic())
    assert starts(found)[number - 1] == f"{opened_day} 09:30"
    assert number not in [one for one, *_ in moves(found)]
    without = "\n".join(line for line in LAKESIDE.splitlines() if "09:00-13:00" not in line)
    found = report("iv", "-s", start, *clinic(without.replace("openings:", "")))
    assert starts(found)[number - 1] != f"{opened_day} 09:30"


# Flags win over the clinic file


def test_the_clinic_file_gives_what_no_flag_says(ketasched, report):
    found = report("iv", "-s", "2027-01-05", *clinic())
    assert found["clinic"] == {"name": "Lakeside", "file": "clinic.yaml"}
    assert (found["timezone"], found["timezone_source"]) == ("America/Chicago", "clinic file")
    assert starts(found)[0] == "01-05 09:30"
    outcome = ketasched("plan", "iv", "-s", "2027-01-05", *clinic())
    assert "Clinic     Lakeside, from clinic.yaml\n" in outcome.out
    assert "America/Chicago (the clinic's zone)" in outcome.out
    assert report("iv", "-s", "2027-01-05")["clinic"] == found["clinic"]  # it stands in this folder
    Path("clinic.yaml").rename("ours.yaml")
    assert report("iv", "-s", "2027-01-05")["clinic"] is None


@pytest.mark.parametrize(
    ("options", "start", "zone"),
    [
        (("--tz", "Europe/Berlin"), "2027-01-05T09:30:00+01:00", ("Europe/Berlin", "flag")),
        (("--at", "10:00"), "2027-01-05T10:00:00-06:00", ("America/Chicago", "clinic file")),
        (("--at", "thu=10:00"), "2027-01-05T09:30:00-06:00", ("America/Chicago", "clinic file")),
    ],
)
def test_zone_and_time_of_a_flag_win(report, options, start, zone):
    found = report("iv", "-s", "2027-01-05", *clinic(), *options)
    assert found["sessions"][0]["start"] == start
    assert (found["timezone"], found["timezone_source"]) == zone


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (LAKESIDE, (), ("Suite 4", 2)),
        (LAKESIDE.replace("location: Suite 4, ", ""), (), ("12 Shore Road", 2)),
        (LAKESIDE, ("--location", "Room 9"), ("Room 9", 2)),
        (LAKESIDE, ("--remind", "3h"), ("Suite 4", 1)),
        (LAKESIDE, ("--remind", "none"), ("Suite 4", 0)),
        (LAKESIDE.replace("[1 day, 2 h]", "none"), (), ("Suite 4", 0)),
        (LAKESIDE.replace("[1 day, 2 h]", "none"), ("--remind", "3h"), ("Suite 4", 1)),
    ],
)
def test_place_and_reminders_of_a_flag_win(ketasched, text, options, expected):
    outcome = ketasched(
        "plan", "iv", "-s", "2027-01-05", *clinic(text), "--name", "a", "--ics", "-", *options
    )
    for event in events_of(outcome.out.encode()):
        assert (event["LOCATION"], len(event.walk("VALARM"))) == expected
        assert "+1 312 555 0100" in event["DESCRIPTION"]


def test_closed_and_holidays_of_a_flag_win(report):
    monday = ("iv", "-s", "2027-01-04", *clinic())
    assert starts(report(*monday))[4] == "01-18 09:30"  # a one-off opening on a holiday
    assert moves(report(*monday, "--closed", "2027-01-18")) == [
        (5, 1, 0, ["closed Mon 18 Jan 2027", "Martin Luther King Jr. Day, Mon 18 Jan 2027"])
    ]
    february = ("iv", "-s", "2027-02-01", *clinic())
    assert moves(report(*february)) == [(5, 1, 0, ["Washington's Birthday, Mon 15 Feb 2027"])]
    assert moves(report(*february, "--holidays", "GB")) == []
    # Closures of the file and of the flag are both closed.
    works = "closed Wed 10 Mar 2027 to Fri 12 Mar 2027 (works)"
    found = report("iv", "-s", "2027-03-03", *clinic(), "--closed", "2027-03-19")
    assert moves(found)[:2] == [(3, -1, 0, [works]), (4, -1, 0, [works])]
    assert moves(found)[-1] == (6, -1, 0, ["closed Fri 19 Mar 2027"])


def test_travel_of_a_flag_wins(report):
    close = busy("20270105T1130/20270105T1200")
    assert moves(report("iv", "-s", "2027-01-05", *clinic(), *close))[0][3] == [
        "busy Tue 5 Jan 2027 11:30-12:00, with 30 min to travel"
    ]
    assert moves(report("iv", "-s", "2027-01-05", *clinic(), *close, "--travel", "0m")) == []


OWN = """\
version: 1
protocols:
  - id: mine
    title: "{title}"
    label: Mine
    version: 1
    drug: x
    route: y
    use: z
    steps: [{{name: all, length: 60 min}}]
    phases:
      - name: only
        cadence: 1 per week
        sessions: 2
        window: {{early: 0 days, late: 0 days}}
        gap: {{min: 7 days, max: 7 days}}
    sources: [{{fact: a, source: b, grade: convention}}]
"""


def test_protocols_of_the_flag_then_the_variable_then_the_clinic_file(report, monkeypatch):
    Path("sub").mkdir()
    for name in ("sub/clinics.yaml", "variables.yaml", "flags.yaml"):
        write(OWN.format(title=name), name)
    text = LAKESIDE.replace("{start_time", "{protocols: clinics.yaml, start_time")
    mine = ("mine", "-s", "2027-01-05", *clinic(text, "sub/clinic.yaml"))
    assert report(*mine)["protocol"]["title"] == "sub/clinics.yaml"
    monkeypatch.setenv("KETASCHED_PROTOCOLS", "variables.yaml")
    assert report(*mine)["protocol"]["title"] == "variables.yaml"
    assert report(*mine, "--protocols", "flags.yaml")["protocol"]["title"] == "flags.yaml"


def test_the_clinic_of_the_variable_unless_a_flag_names_one(report, ketasched, monkeypatch):
    write(LAKESIDE, "everyday.yaml")
    write(LAKESIDE.replace("Lakeside", "Hillside"), "other.yaml")
    monkeypatch.setenv("KETASCHED_CLINIC", "everyday.yaml")
    course = ("iv", "-s", "2027-01-05")
    assert report(*course)["clinic"] == {"name": "Lakeside", "file": "everyday.yaml"}
    assert report(*course, "--clinic", "other.yaml")["clinic"]["name"] == "Hillside"
    monkeypatch.setenv("KETASCHED_CLINIC", "gone.yaml")
    outcome = ketasched("plan", *course)
    assert outcome.code == 1
    assert "cannot read gone.yaml: no such file" in outcome.err


def test_the_clinic_s_hours_decide_about_weekends(ketasched, report):
    outcome = ketasched("plan", "iv", "-s", "2027-01-05", *clinic(), "--weekends")
    assert outcome.code == 2
    assert "--weekends: clinic.yaml says when the clinic is open" in outcome.err
    assert "help: leave --weekends out" in outcome.err
    without_hours = clinic("version: 1\nname: X\n")
    found = report("iv", "-s", "2027-01-09", *without_hours, "--weekends")
    assert starts(found)[:2] == ["01-09 09:00", "01-12 09:00"]
    found = report("iv", "-s", "2027-01-09", *opened("sat, tue: 08:00-12:00"))
    assert starts(found)[:2] == ["01-09 09:00", "01-12 09:00"]


# The patient's own calendar

EVERY_MONDAY_AND_THURSDAY = entry(
    "DTSTART;TZID=Europe/Berlin:20270225T150000",
    "DTEND;TZID=Europe/Berlin:20270225T160000",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,TH",
)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # 15:00 in Berlin is 08:00 in Chicago, but 09:00 from 14 to 27 March.
        ((), [("03-16 09:00", "Mon 15 Mar 2027 09:00-10:00"), ("03-19 09:00", "Thu 18 Mar 2027 09:00-10:00"),
              ("03-23 09:00", "Mon 22 Mar 2027 09:00-10:00"), ("03-26 09:00", "Thu 25 Mar 2027 09:00-10:00")]),
        (("--flex", "1h"), [("03-15 10:00", "Mon 15 Mar 2027 09:00-10:00"), ("03-18 10:00", "Thu 18 Mar 2027 09:00-10:00"),
                            ("03-22 10:00", "Mon 22 Mar 2027 09:00-10:00"), ("03-25 10:00", "Thu 25 Mar 2027 09:00-10:00")]),
        (("--at", "10:00"), []),
    ],
)  # fmt: skip
def test_daylight_saving_inside_a_course_with_busy_times_in_another_zone(report, options, expected):
    course = ("spravato", "-s", "2027-03-01", *calendar(EVERY_MONDAY_AND_THURSDAY), *options)
    found = report(*course)
    moved = [one for one in found["sessions"] if one["moved_days"] or one["moved_minutes"]]
    assert [s["number"] for s in moved] == [5, 6, 7, 8][: len(expected)]
    assert [
        (
            s["start"][5:16].replace("T", " "),
            *(r["text"].removeprefix("busy ") for r in s["reasons"]),
        )
        for s in moved
    ] == expected
    offsets = {s["start"][:10]: s["start"][19:] for s in found["sessions"]}
    assert offsets["2027-03-11"] == "-06:00"
    assert {offset for day, offset in offsets.items() if day > "2027-03-14"} == {"-05:00"}


def test_two_hours_last_two_hours_when_the_clocks_change_and_busy_times_are_instants(report):
    # In the night to Sun 14 Mar 2027 it is 02:00 and at once 03:00.
    night = ("iv", "-s", "2027-03-11", "--at", "00:30", "--weekends", "--tz", "America/Chicago")
    across = report(*night)["sessions"][1]
    assert (across["start"], across["end"]) == (
        "2027-03-14T00:30:00-06:00",
        "2027-03-14T03:30:00-05:00",
    )
    touching = busy("20270314T0830/20270314T0930", zone="UTC")
    assert moves(report(*night, *touching)) == []
    overlapping = busy("20270314T0829/20270314T0930", zone="UTC")
    assert moves(report(*night, *overlapping))[0] == (
        2, -1, 0, ["busy Sun 14 Mar 2027 03:29-04:30"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("span", "travel", "reason"),
    [
        ("20270104T1100/20270104T1200", None, None),
        ("20270104T1059/20270104T1200", None, "busy Mon 4 Jan 2027 10:59-12:00"),
        ("20270104T0800/20270104T0900", None, None),
        ("20270104T0800/20270104T0901", None, "busy Mon 4 Jan 2027 08:00-09:01"),
        ("20270104T1130/20270104T1200", "30m", None),
        ("20270104T1130/20270104T1200", "31m", "busy Mon 4 Jan 2027 11:30-12:00, with 31 min to travel"),
        ("20270104T0800/20270104T0830", "30m", None),
        ("20270104T0800/20270104T0830", "31m", "busy Mon 4 Jan 2027 08:00-08:30, with 31 min to travel"),
        ("20270104T0930/20270104T1000", "1h", "busy Mon 4 Jan 2027 09:30-10:00"),
        ("20270103T2000/20270104T0000", "9h", None),
        ("20270103T2000/20270104T0001", "9h", "busy Sun 3 Jan 2027 20:00 to Mon 4 Jan 2027 00:01, with 9 h to travel"),
    ],
)  # fmt: skip
def test_travel_is_kept_free_on_both_sides_and_touching_is_free(report, span, travel, reason):
    travels = ("--travel", travel) if travel else ()
    found = report("iv", "-s", "2027-01-04", *busy(span), *travels)
    assert moves(found)[:1] == ([(1, 1, 0, [reason])] if reason else [])


@pytest.mark.parametrize(
    ("at", "flex", "spans", "expected"),
    [
        # Two hours from 09:00. First the day, then the least change, then the earlier time.
        ("09:00", "1h", ["0900/0901"], "01-04 09:15"),
        ("09:00", "1h", ["1059/1130"], "01-04 08:45"),
        ("09:00", "2h", ["0945/1015"], "01-04 07:45"),
        ("09:00", "2h", ["0944/1015"], "01-04 10:15"),
        ("09:00", "1h", ["0945/1015"], "01-05 09:00"),
        ("09:10", "1h", ["0900/0912"], "01-04 09:25"),
        ("09:10", "15m", ["0900/0925"], "01-04 09:25"),
        ("09:10", "15m", ["0900/0926"], "01-05 09:10"),
        ("09:00", "29m", ["0900/0920"], "01-05 09:00"),
        ("09:00", "30m", ["0900/0920"], "01-04 09:30"),
        # Never on another day than asked.
        ("00:10", "30m", ["0030/0031"], "01-04 00:40"),
        ("00:10", "15m", ["0030/0031"], "01-05 00:10"),
        ("00:10", "30m", ["0010/0011"], "01-04 00:25"),
    ],
)
def test_flex_lets_a_session_start_at_another_time(report, at, flex, spans, expected):
    day = [f"20270104T{a}/20270104T{b}" for a, b in (span.split("/") for span in spans)]
    found = report("iv", "-s", "2027-01-04", "--at", at, "--flex", flex, *busy(*day))
    assert starts(found)[0] == expected
    assert [number for number, *_ in moves(found)] == [1]


def test_patients_keep_their_slot_without_flex_and_with_flex_where_it_fits(report):
    span = busy("20270107T0900/20270107T0930")
    assert starts(report("iv", "-s", "2027-01-04", *span))[1] == "01-06 09:00"
    found = report("iv", "-s", "2027-01-04", *span, "--flex", "2h")
    assert moves(found) == [(2, 0, 30, ["busy Thu 7 Jan 2027 09:00-09:30"])]


def test_a_moved_day_and_a_moved_time_both_have_their_reasons(ketasched, report, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    spans = busy("20270107T0000/20270108T0000", "20270106T0900/20270106T0910")
    course = ("iv", "-s", "2027-01-04", *spans, "--flex", "30m", "--away", "2027-01-08")
    found = report(*course)
    assert moves(found) == [
        (2, -1, 15, ["busy Thu 7 Jan 2027 00:00-00:00", "busy Wed 6 Jan 2027 09:00-09:10"])
    ]
    assert "1 day earlier and 15 min later: busy" in ketasched("plan", *course).out


def test_flex_fits_opening_hours_too(report):
    found = report("iv", "-s", "2027-01-04", "--at", "11:00", "--flex", "2h", *clinic())
    assert starts(found)[:4] == ["01-04 10:00", "01-07 10:00", "01-11 10:00", "01-14 10:00"]
    first = found["sessions"][0]
    assert (first["moved_days"], first["moved_minutes"]) == (0, -60)
    (reason,) = first["reasons"]
    assert reason["kind"] == "hours"
    assert "08:00-12:00, 12:30-17:30" in reason["text"]


def test_two_calendars_both_count(report):
    theirs = busy("20270104T0900/20270104T1000", name="theirs.ics")
    chairs = busy("20270107T0900/20270107T1000", name="chair.ics")
    found = report("iv", "-s", "2027-01-04", *theirs, *chairs)
    assert [number for number, *_ in moves(found)][:2] == [1, 2]
    assert [number for number, *_ in moves(report("iv", "-s", "2027-01-04", *chairs))] == [2]


def test_a_calendar_from_standard_input():
    _, name = busy("20270107T0900/20270107T1000")
    arguments = ("plan", "iv", "-s", "2027-01-04", "--busy", "-", "--format", "csv")
    outcome = run_process(*arguments, input=Path(name).read_bytes())
    assert outcome.returncode == 0
    assert b"2,induction,2027-01-07,2027-01-06T09:00:00-06:00" in outcome.stdout


def test_a_broken_entry_is_named_and_nothing_is_written(ketasched, tmp_path):
    good = entry("DTSTART:20270107T150000Z", "DTEND:20270107T160000Z")
    bad = entry("DTSTART:20270107T250000Z", "DTEND:20270107T160000Z", uid="bad@there")
    with_bad = calendar(good, bad)
    course = ("plan", "iv", "-s", "2027-01-04", *with_bad, "--name", "a")
    outcome = ketasched(*course, "--ics", "a.ics")
    assert (outcome.code, outcome.out) == (1, "")
    assert "entry `bad@there`" in outcome.err
    assert "busy.ics" in outcome.err
    assert SECRET not in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["busy.ics"]
    outcome = ketasched(*course, "--format", "json")
    (error,) = json.loads(outcome.out)["errors"]
    assert (outcome.code, error["code"], error["file"]) == (1, "invalid-file", "busy.ics")
    assert error["line"] > 8


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "iv", "-s", "2027-01-04"),
        ("plan", "iv", "-s", "2027-01-04", "--format", "month"),
        ("plan", "iv", "-s", "2027-01-04", "--format", "json"),
        ("plan", "iv", "-s", "2027-01-04", "--format", "csv"),
        ("plan", "kap", "-s", "2027-01-05"),
        ("plan", "iv", "-s", "2027-01-04", "--name", "a", "--ics", "-"),
        ("plan", "iv", "-s", "2027-01-04", "--name", "a", "--for", "staff", "--ics", "-"),
        ("plan", "iv", "-s", "2027-01-25"),
        ("plan", "iv", "-s", "2027-01-25", "--format", "json"),
        ("suggest", "iv", "--from", "2027-01-04", "--to", "2027-01-08"),
        ("suggest", "iv", "--from", "2027-01-04", "--to", "2027-01-08", "--format", "json"),
    ],
)
def test_why_the_patient_is_busy_is_shown_nowhere(ketasched, command):
    calendars = calendar(
        entry("DTSTART;TZID=America/Chicago:20270107T090000", "DURATION:PT1H"),
        entry("DTSTART;VALUE=DATE:20270201", "DTEND;VALUE=DATE:20270220", uid="trip@here"),
    )
    outcome = ketasched(*command, *calendars)
    told = outcome.out + outcome.err
    assert outcome.code == (3 if "2027-01-25" in command or "kap" in command else 0), outcome
    assert "Loose" not in told
    assert "Oncology" not in told
    assert "@here" not in told
    if command[0] == "plan" and ("staff" in command or "--name" not in command):
        assert ("busy" in told) == ("month" not in command)  # a month grid is the patient's


# Bad values

IV = ("plan", "iv", "-s", "2027-01-04")
BUSY = ("--busy", "busy.ics")


@pytest.mark.parametrize(
    ("options", "code", "message", "hint"),
    [
        (("--flex", "10m"), 2, "--flex: `10m` is outside 15 min to 12 h", "write, say, 30m or 2h"),
        (("--flex", "0m"), 2, "is outside 15 min to 12 h", "30m or 2h"),
        (("--flex", "12h 15m"), 2, "is outside 15 min to 12 h", "30m or 2h"),
        (("--flex", "2"), 2, "--flex: `2` is not a length of time", "such as 40 min"),
        (("--flex", "-1h"), 2, "--flex: `-1h` is not a length of time", "such as 40 min"),
        (("--flex", "1h", "--flex", "2h"), 2, "--flex is given twice", "keep one"),
        (("--flex", ""), 2, "--flex is empty", "leave --flex out"),
        (("--away", "soon"), 2, "--away: `soon` is not a date", "2027-01-05"),
        (("--away", "2027-02-30"), 2, "February 2027 has 28 days", ""),
        (("--away", "01/02/2027"), 2, "different countries", "2027-01-02 or 2027-02-01"),
        (("--away", "2027-01-09..2027-01-08"), 2, "ends before it begins", "earlier date first"),
        (("--away", ""), 2, "--away is empty", "leave --away out"),
        (("--travel", "30m"), 2, "--travel keeps time free beside what a calendar holds", "--busy FILE.ics"),
        ((*BUSY, "--travel", "13h"), 2, "--travel: more than 12 hours", "30m or 1h"),
        ((*BUSY, "--travel", "far"), 2, "--travel: `far` is not a length of time", "such as 40 min"),
        ((*BUSY, "--travel", "1h", "--travel", "2h"), 2, "--travel is given twice", "keep one"),
        ((*BUSY, *BUSY), 2, "--busy names the same file twice", "keep one"),
        (("--busy", "-", "--busy", "-"), 2, "- is given twice", "name a file"),
        (("--busy", "-", "--clinic", "-"), 2, "- is given twice", "name a file"),
        (("--busy", "gone.ics"), 1, "cannot read gone.ics: no such file", ".ics file"),
        (("--busy", "."), 1, "cannot read .: is a directory", ".ics file"),
        (("--busy", "clinic.yaml"), 1, "clinic.yaml", ""),
        ((*BUSY, "--ics", "busy.ics", "--force"), 2, "--ics names a --busy calendar", "another file"),
        (("--clinic", "clinic.yaml", "--ics", "clinic.yaml", "--force"), 2, "--ics names the clinic file", "another file"),
        (("--clinic", "gone.yaml"), 1, "cannot read gone.yaml: no such file", "clinic file"),
        (("--clinic", "a.yaml", "--clinic", "b.yaml"), 2, "--clinic is given twice", "keep one"),
        (("--clinic", ""), 2, "--clinic is empty", "leave --clinic out"),
        (("--window", "1/3"), 2, "--window: `1/3` names no phase", "PHASE=1/3"),
        (("--window", "induction=3"), 2, "--window: `3` is not a window", "induction=2/5"),
        (("--window", "induction=-1/3"), 2, "--window: `-1/3` is not a window", "induction=2/5"),
        (("--window", "inducton=1/3"), 2, "no phase `inducton`", "did you mean `induction`?"),
        (("--window", "maintenance=1/3"), 2, "no session of the phase maintenance is laid out", ""),
        (("--window", "induction=1/3", "--window", "induction=1/4"), 2, "--window is given twice", ""),
        (("--window", "induction=1/3", "--window", "Induction=1/4"), 2, "--window is given twice", ""),
        (("--busy", ""), 2, "--busy", ""),
        (("--busy", "--travel"), 2, "--busy has no value", ""),
    ],
)  # fmt: skip
def test_bad_values(ketasched, options, code, message, hint):
    busy("20270107T0900/20270107T1000")
    clinic()
    before = {path: path.read_bytes() for path in Path().iterdir()}
    outcome = ketasched(*IV, *options)
    assert outcome.code == code, outcome
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert message in outcome.err
    assert hint in outcome.err
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_the_hint_for_a_closed_weekend_can_be_followed(ketasched):
    outcome = ketasched(*IV, "--at", "09:00,sun=10:00", *clinic())
    assert outcome.code == 2
    assert "--weekends" not in outcome.err


def test_no_travel_at_all_may_be_written_as_nought(report):
    assert report("iv", "-s", "2027-01-04", *busy("20270107T1100/20270107T1200"), "--travel", "0")
