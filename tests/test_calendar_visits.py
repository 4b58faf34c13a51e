"""Calendar files with linked visits: shape, titles, discretion, places, UIDs and zones."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from calendars import check_shape, check_times, events_of, lines_of, zones_of
from conftest import BUILT_IN, STAMP, course_of

from ketasched import zone
from ketasched.calendar import ics_file
from ketasched.calendar.entry_text import View
from ketasched.domain.clinic import Span
from ketasched.domain.course import LinkedVisit

CHICAGO = zone.load("America/Chicago")
MONDAY = date(2027, 1, 4)
PATIENT = View("alex", reminders=(timedelta(days=1), timedelta(hours=2)))
STAFF = PATIENT._replace(course_name="A.B.", audience="staff")


def written(course, view=PATIENT, where=CHICAGO, stamp=STAMP):
    return bytes(ics_file.write(course, where, view, stamp))


def course(name, start=MONDAY, **how):
    return course_of(name, start, without=how.pop("without", ()), **how)


def named(data, title):
    """The events whose title ends so."""
    found = [event for event in events_of(data) if str(event["SUMMARY"]).endswith(title)]
    assert found, title
    return found


# Shape


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "view", [PATIENT, STAFF, PATIENT._replace(reminders=(), location="1 Main St", phone="555")]
)
@pytest.mark.parametrize("name", BUILT_IN)
def test_the_shape_of_every_file(name, view):
    laid_out = course(name)
    data = written(laid_out, view)
    check_shape(data)
    check_times(laid_out, data)
    events = [one for one in events_of(data) if isinstance(one["DTSTART"].dt, datetime)]
    assert len(events) == len(laid_out.sessions) + len(laid_out.visits)
    starts = [event["DTSTART"].dt for event in events]
    assert starts == sorted(starts)
    for event in events:
        assert (event["TRANSP"], event["CLASS"], event["SEQUENCE"]) == ("OPAQUE", "PRIVATE", 0)
        assert len(event.walk("VALARM")) == len(view.reminders)


def test_linked_visits_are_reminded_of_as_sessions_are():
    (event,) = named(written(course("kap")), "Preparation")
    alarms = event.walk("VALARM")
    assert [alarm["TRIGGER"].dt for alarm in alarms] == [-timedelta(days=1), -timedelta(hours=2)]
    assert {str(alarm["DESCRIPTION"]) for alarm in alarms} == {"Appointment"}


def test_a_single_session_with_a_linked_visit_names_a_calendar():
    last = course("iv", already=5, without=("assessment",))
    assert (len(last.sessions), len(last.visits)) == (1, 1)
    assert b"X-WR-CALNAME:Appointments" in written(last)


# Titles


def test_the_titles_a_patient_sees():
    titles = [str(event["SUMMARY"]) for event in events_of(written(course("kap")))]
    assert titles == [
        "Consultation",
        "Preparation",
        "Appointment 1 of 6", "Integration",
        "Appointment 2 of 6", "Integration",
        "Appointment 3 of 6", "Integration",
        "Appointment 4 of 6", "Integration",
        "Appointment 5 of 6", "Integration",
        "Appointment 6 of 6", "Response assessment", "Integration",
        "Check-in",
    ]  # fmt: skip


def test_the_titles_staff_sees():
    titles = [str(event["SUMMARY"]) for event in events_of(written(course("kap"), STAFF))]
    assert titles[:4] == [
        "A.B. · Consultation",
        "A.B. · Preparation",
        "A.B. · KAP 1 of 6 · dosing",
        "A.B. · Integration",
    ]
    assert titles[-3:] == ["A.B. · Response assessment", "A.B. · Integration", "A.B. · Check-in"]


def test_the_users_title_is_for_sessions():
    titles = {
        str(one["SUMMARY"])
        for one in events_of(written(course("iv"), PATIENT._replace(title="Physio")))
    }
    assert {"Consultation", "Early assessment", "Physio 1 of 6"} <= titles


def test_what_staff_reads_of_a_linked_visit():
    (preparation,) = named(written(course("kap"), STAFF), "Preparation")
    assert preparation["DESCRIPTION"] == (
        "Please allow 1 h.\n"
        "Ketamine-assisted psychotherapy\\, with preparation and integration (kap\\, version 1)\n"
        "Preparation before session 1 (p1)\n"
        "Ideally Mon 28 Dec 2026 09:00: at the time of the consultation\n"
        "Dates only: confirm with the treating clinician."
    ).replace("\\,", ",")
    assert preparation["CATEGORIES"].to_ical() == b"KAP"
    integration = named(written(course("kap"), STAFF), "Integration")[1]
    assert "Integration after session 2 (i2)" in integration["DESCRIPTION"]
    assert "By video." in integration["DESCRIPTION"]


def test_what_a_patient_reads_of_a_linked_visit():
    data = written(course("kap"))
    assert named(data, "Preparation")[0]["DESCRIPTION"] == "Please allow 1 h."
    assert named(data, "Integration")[0]["DESCRIPTION"] == "Please allow 50 min.\nBy video."


def test_the_instructions_of_a_session_do_not_stand_in_a_linked_visit():
    for view in (PATIENT, STAFF):
        data = written(course("kap"), view)
        for title in (
            "Consultation",
            "Preparation",
            "Integration",
            "Response assessment",
            "Check-in",
        ):
            for event in named(data, title):
                assert "food" not in event["DESCRIPTION"]
                assert "ride home" not in event["DESCRIPTION"]


# Discretion

NEUTRAL = """\
version: 1
name: Lakeside Ketamine Center
address: 12 Main St, Madison
phone: +1 608 555 0100
timezone: America/Chicago
hours:
  mon-fri: 08:00-18:00
"""
ALLOWED = {"check-in"}  # a step of a session, and a linked visit of its own


def telling_words(protocol):
    words = {
        "ketamin", "esketamin", "spravato", "ketasched", "infusion", "injection", "nasal", "inject",
        "depress", "psych", "suicid", "pain", "mood", "trial", "dosing", "iv ", "im ", "kap",
        "closed", "review", "busy", "away", "lakeside",
        protocol.label.casefold(), protocol.title.casefold(), protocol.route.casefold(),
        protocol.drug.casefold(), protocol.use.casefold(),
    }  # fmt: skip
    words |= {phase.name.casefold() for phase in protocol.phases}
    words |= {step.name.casefold() for step in protocol.steps}
    words |= {review.name.casefold() for phase in protocol.phases for review in phase.reviews}
    return words - ALLOWED


@pytest.fixture
def patient_file(ketasched):
    """A patient's file from the command line, with a clinic file."""

    def write(name, *more, clinic=NEUTRAL, start="2027-01-04"):
        Path("clinic.yaml").write_text(clinic)
        outcome = ketasched(
            "plan",
            name,
            "--start",
            start,
            "--clinic",
            "clinic.yaml",
            "--ics",
            "out.ics",
            "--force",
            *more,
        )
        assert outcome.code == 0, outcome.err
        return Path("out.ics").read_bytes()

    return write


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_patient_file_gives_nothing_away(patient_file, name):
    more = ("--closed", "2026-12-28", "--closed", "2027-01-11", "--away", "2027-01-06")
    text = "\n".join(lines_of(patient_file(name, *more))).casefold()
    assert [word for word in telling_words(BUILT_IN[name]) if word in text] == []
    assert "12 main st" in text
    assert "+1 608 555 0100" in text


def test_the_staff_file_names_what_the_patients_does_not(patient_file):
    text = patient_file("kap", "--for", "staff", "--name", "A.B.").decode()
    assert "KAP" in text


# Place and phone


@pytest.mark.parametrize(
    ("clinic", "more", "place"),
    [
        (NEUTRAL, (), "12 Main St, Madison"),
        (NEUTRAL + "defaults: {location: Second floor}\n", (), "Second floor"),
        (NEUTRAL + "defaults: {location: Second floor}\n", ("--location", "Room 5"), "Room 5"),
        (NEUTRAL, ("--location", "Room 5"), "Room 5"),
        (NEUTRAL.replace("address: 12 Main St, Madison\n", ""), (), None),
    ],
)
def test_the_place_of_sessions_and_of_linked_visits_at_the_clinic(
    patient_file, clinic, more, place
):
    data = patient_file("kap", *more, clinic=clinic)
    for event in events_of(data):
        by_video = event["SUMMARY"] == "Integration"
        assert event.get("LOCATION") == (None if by_video else place), event["SUMMARY"]


def test_a_linked_visit_by_video_has_the_place_nowhere(patient_file):
    for event in named(patient_file("kap"), "Integration"):
        assert "Main St" not in event.to_ical().decode()


def test_the_phone_stands_in_every_description(patient_file):
    events = events_of(patient_file("kap"))
    assert len(events) == 16
    assert all("Phone: +1 608 555 0100" in event["DESCRIPTION"].splitlines() for event in events)
    without = NEUTRAL.replace("phone: +1 608 555 0100\n", "")
    assert b"Phone" not in patient_file("kap", clinic=without)


@pytest.mark.parametrize("text", ["a, b; c: d", "Straße 5, 🙂" * 20, "line\\n one", '"quoted"'])
def test_any_phone_survives_a_round_trip(text):
    event = events_of(written(course("kap"), PATIENT._replace(phone=text)))[0]
    assert event["DESCRIPTION"].splitlines()[-1] == f"Phone: {text}"


# UIDs


def uids(laid_out, view=PATIENT):
    """UIDs by what an entry is and the number of its session."""
    events = events_of(written(laid_out, view))
    return {
        (one.name, one.session if isinstance(one, LinkedVisit) else one.number): str(event["UID"])
        for one, event in zip(laid_out.entries(), events, strict=True)
    }


def test_two_uids_that_must_never_change():
    found = uids(course("kap"))
    assert found["consultation", 1] == "4fd10d16-419a-5405-993d-beb3a1035d14@appointments.invalid"
    assert found["integration", 3] == "b98cafd0-1928-56f7-88da-57a7fe5493fb@appointments.invalid"


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_two_entries_share_a_uid(name):
    until = {"until": date(2027, 12, 1)} if BUILT_IN[name].phases[-1].sessions is None else {}
    laid_out = course(name, **until)
    found = [str(event["UID"]) for event in events_of(written(laid_out))]
    assert len(set(found)) == len(found) == len(laid_out.entries())
    assert all(uid.endswith("@appointments.invalid") for uid in found)


@pytest.mark.parametrize(
    "how",
    [
        {"at": "13:00"},
        {"closed": [date(2027, 1, 18), date(2026, 12, 28)]},
        {"away": [(date(2027, 1, 14), date(2027, 1, 24))]},
        {"without": ("consultation",)},
        {"today": date(2027, 1, 1)},
    ],
)
def test_a_linked_visit_keeps_its_uid_when_times_change(how):
    before, after = uids(course("kap")), uids(course("kap", **how))
    assert after.items() <= before.items()
    assert ("integration", 3) in after


def test_sessions_keep_their_uids_whether_linked_visits_are_shown_or_not():
    bare = {str(event["UID"]) for event in events_of(written(course_of("kap", MONDAY)))}
    every = {str(event["UID"]) for event in events_of(written(course("kap")))}
    assert bare < every


def test_another_person_or_start_has_other_uids():
    one = set(uids(course("kap")).values())
    assert not one & set(uids(course("kap"), PATIENT._replace(course_name="kim")).values())
    assert not one & set(uids(course("kap", date(2027, 1, 5))).values())


def test_the_json_has_the_uids_of_the_calendar(ketasched):
    arguments = ("plan", "kap", "--start", "2027-01-04", "--name", "x")
    report = json.loads(ketasched(*arguments, "--format", "json").out)
    events = events_of(ketasched(*arguments, "--ics", "-").out.encode())
    by_uid = {str(event["UID"]): event["DTSTART"].dt.isoformat() for event in events}
    assert by_uid == {one["uid"]: one["start"] for one in report["sessions"] + report["visits"]}


# Status


def test_linked_visits_behind_a_review_are_tentative():
    laid_out = course("spravato")
    for one, event in zip(laid_out.entries(), events_of(written(laid_out)), strict=True):
        assert event["STATUS"] == {"tentative": "TENTATIVE", "planned": "CONFIRMED"}[one.status]
        assert ("not certain" in event["DESCRIPTION"]) == (one.status == "tentative")
    data = written(laid_out)
    assert named(data, "Check-in")[0]["STATUS"] == "TENTATIVE"
    assert named(data, "Response assessment")[0]["STATUS"] == "CONFIRMED"
    assert named(data, "Consultation")[0]["STATUS"] == "CONFIRMED"


# Bytes


@pytest.mark.parametrize("view", [PATIENT, STAFF])
def test_the_same_course_and_stamp_give_the_same_bytes(view):
    assert written(course("kap"), view) == written(course("kap"), view)


def test_the_command_line_gives_the_same_bytes_twice(patient_file):
    assert patient_file("kap") == patient_file("kap")


# Zones


@pytest.mark.parametrize(
    ("where", "start", "title", "offset"),
    [
        ("America/Chicago", date(2027, 3, 15), "Consultation", -6),  # sessions are at UTC-5
        ("America/Chicago", date(2027, 11, 8), "Consultation", -5),  # sessions are at UTC-6
        ("Europe/Berlin", date(2027, 3, 29), "Consultation", 1),  # sessions are at UTC+2
        ("Australia/Sydney", date(2027, 4, 5), "Consultation", 11),  # sessions are at UTC+10
        ("America/Chicago", date(2027, 2, 15), "Check-in", -5),  # sessions are at UTC-6
    ],
)
def test_a_linked_visit_alone_beyond_a_clock_change_has_its_own_offset(where, start, title, offset):
    laid_out = course("iv", start, zone=where)
    assert len({session.start.utcoffset() for session in laid_out.sessions}) == 1
    data = written(laid_out, where=zone.load(where))
    check_shape(data)
    check_times(laid_out, data)
    (event,) = named(data, title)
    assert event["DTSTART"].dt.utcoffset() == timedelta(hours=offset)
    assert event["DTSTART"].dt.utcoffset() != laid_out.sessions[0].start.utcoffset()
    wall = event["DTSTART"].dt.replace(tzinfo=zones_of(data)[where])
    assert wall.utcoffset() == timedelta(hours=offset)


def test_utc_where_the_zones_rule_is_wrong_for_a_linked_visit_only():
    """Vancouver put its clocks forward on 8 March 2026 for good."""
    vancouver = zone.load("America/Vancouver")
    start = date(2026, 3, 9)
    bare = course_of("iv", start, zone="America/Vancouver")
    assert b"VTIMEZONE" in written(bare, where=vancouver)
    laid_out = course("iv", start, zone="America/Vancouver")
    data = written(laid_out, where=vancouver)
    assert b"VTIMEZONE" not in data
    check_times(laid_out, data)
    (consultation,) = named(data, "Consultation")
    assert consultation["DTSTART"].dt.isoformat() == "2026-03-02T17:00:00+00:00"  # UTC-8
    assert (
        named(data, "Appointment 1 of 6")[0]["DTSTART"].dt.isoformat()
        == "2026-03-09T16:00:00+00:00"
    )


def test_a_linked_visit_that_ends_in_the_repeated_hour_is_written_in_utc():
    """A check-in from 00:45 to 01:15 on the night the clocks go back; no session is there."""
    night = ((Span(0, 1439),),) * 7
    how = {"at": "00:45", "week": night, "start": date(2027, 9, 23)}
    assert b"VTIMEZONE" in written(course("iv", without=("check-in",), **how))
    laid_out = course("iv", **how)
    data = written(laid_out)
    assert b"VTIMEZONE" not in data
    check_times(laid_out, data)
    (check_in,) = named(data, "Check-in")
    assert check_in["DTSTART"].dt.isoformat() == "2027-11-07T05:45:00+00:00"
    assert check_in["DTEND"].dt - check_in["DTSTART"].dt == timedelta(minutes=30)


def test_an_independent_reader_finds_every_entry_and_the_calendars_name():
    calendar = icalendar.Calendar.from_ical(written(course("kap"), STAFF))
    assert calendar["X-WR-CALNAME"] == "A.B. · KAP"
    assert [str(component.name) for component in calendar.subcomponents].count("VTIMEZONE") == 1
