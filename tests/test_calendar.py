"""The calendar file: its shape, its words, its UIDs and its bytes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from calendars import check_shape, check_times, events_of, lines_of
from conftest import BUILT_IN, STAMP, course_of
from hypothesis import given
from hypothesis import strategies as st

from ketasched import zone
from ketasched.calendar import ics_file
from ketasched.calendar.entry_text import View
from ketasched.calendar.uid import UidSource
from ketasched.domain.clinic import WHOLE_WEEK
from ketasched.domain.instructions import timed_text
from ketasched.domain.protocol import Instruction, When

GOLDEN = Path(__file__).parent / "golden"
CHICAGO = zone.load("America/Chicago")
PATIENT = View("alex", reminders=(timedelta(days=1), timedelta(hours=2)))
STAFF = PATIENT._replace(course_name="A.B.", audience="staff")


def written(course, view=PATIENT, where=CHICAGO, stamp=STAMP):
    return bytes(ics_file.write(course, where, view, stamp))


def iv(**how):
    return course_of("iv", date(2026, 11, 9), closed=[date(2026, 11, 26)], at="09:30", **how)


def summaries(data):
    return [str(event["SUMMARY"]) for event in events_of(data)]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("view", [PATIENT, STAFF, PATIENT._replace(reminders=())])
@pytest.mark.parametrize("name", BUILT_IN)
def test_the_shape_of_every_file(name, view):
    course = course_of(name, date(2027, 1, 4))
    data = written(course, view)
    check_shape(data)
    check_times(course, data)


@pytest.mark.parametrize(
    ("name", "course", "view"),
    [
        ("patient.ics", iv(), PATIENT),
        ("staff.ics", course_of("spravato", date(2027, 2, 9), already=7), STAFF),
        ("utc.ics", course_of("iv", date(2027, 1, 4), zone="Africa/Cairo", already=5), PATIENT),
    ],
)
def test_golden_files(name, course, view):
    where = zone.load("Africa/Cairo") if name == "utc.ics" else CHICAGO
    data = written(course, view, where)
    assert data.decode().splitlines() == (GOLDEN / name).read_text("utf-8").splitlines()


def test_what_a_patient_sees():
    course = iv(until=date(2027, 1, 31))
    event = events_of(written(course))[2]
    assert event["SUMMARY"] == "Appointment 3 of 6"
    assert event["DESCRIPTION"] == (
        "Please allow 2 h.\nNo food after 03:30\nClear drinks are allowed until 07:30\n"
        "Arrange a ride home\nNo driving until Tue 17 Nov 2026, after a restful sleep"
    )
    assert event["CLASS"] == "PRIVATE"
    assert event["STATUS"] == "CONFIRMED"
    last = events_of(written(course))[-1]
    assert (last["SUMMARY"], last["STATUS"]) == ("Appointment 8", "TENTATIVE")


def test_what_staff_sees():
    course = course_of("spravato", date(2027, 1, 5), closed=[date(2027, 1, 15)])
    events = events_of(written(course, STAFF))
    assert events[2]["SUMMARY"] == "A.B. · Spravato 3 of 12 · induction"
    assert "Target Fri 15 Jan 2027: closed Fri 15 Jan 2027" in events[3]["DESCRIPTION"]
    assert "Tentative until: evidence of benefit after session 8" in events[9]["DESCRIPTION"]
    assert "confirm with the treating clinician" in events[0]["DESCRIPTION"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_patient_file_gives_nothing_away(name):
    protocol = BUILT_IN[name]
    course = course_of(name, date(2027, 1, 4), closed=[date(2027, 1, 7)])
    text = "\n".join(lines_of(written(course))).casefold()
    words = {
        "ketamin", "esketamin", "spravato", "ketasched", "infusion", "injection", "nasal",
        "depress", "psych", "suicid", "pain", "mood", "trial", "dosing", "iv ", "im ", "kap",
        "closed", "review", protocol.label.casefold(), protocol.title.casefold(), protocol.route.casefold(),
    }  # fmt: skip
    words |= {phase.name.casefold() for phase in protocol.phases}
    words |= {step.name.casefold() for step in protocol.steps}
    assert [word for word in words if word in text] == []


def test_the_users_own_words():
    view = PATIENT._replace(title="Physio", location="12 Main St")
    event = events_of(written(iv(), view))[0]
    assert (event["SUMMARY"], event["LOCATION"]) == ("Physio 1 of 6", "12 Main St")
    staff = view._replace(audience="staff", course_name="A.B.")
    assert summaries(written(iv(), staff))[0] == "A.B. · Physio 1 of 6 · induction"


def test_reminders_stand_most_important_first():
    alarms = events_of(written(iv()))[0].walk("VALARM")
    assert [alarm["TRIGGER"].dt for alarm in alarms] == [-timedelta(days=1), -timedelta(hours=2)]
    assert "VALARM" not in written(iv(), PATIENT._replace(reminders=())).decode()


def test_a_single_entry_names_no_calendar():
    course = course_of("iv", date(2027, 1, 4), already=5)
    assert b"X-WR-CALNAME" not in written(course)


# UIDs and bytes


def uids(course, view=PATIENT):
    return [str(event["UID"]) for event in events_of(written(course, view))]


def test_the_same_course_has_the_same_uids_whatever_the_time_of_day():
    assert uids(iv()) == uids(course_of("iv", date(2026, 11, 9), at="16:00"))
    assert len(set(uids(iv()))) == 6
    assert all(uid.endswith("@appointments.invalid") for uid in uids(iv()))


def test_another_person_or_start_has_other_uids():
    one = set(uids(iv()))
    assert not one & set(uids(iv(), PATIENT._replace(course_name="kim")))
    assert not one & set(uids(course_of("iv", date(2026, 11, 10))))
    assert not one & set(uids(iv(), PATIENT._replace(audience="staff")))


def test_uids_do_not_tell_the_protocol_nor_its_phases():
    # Whoever knows the name, the start and all protocols could try each of them.
    long = course_of("im", date(2027, 1, 4), until=date(2027, 3, 1))
    other = course_of("spravato", date(2027, 1, 4))
    shared = min(len(long.sessions), len(other.sessions))
    assert shared > 6
    assert uids(long)[:shared] == uids(other)[:shared]
    assert len({session.phase for session in long.sessions}) > 1


def test_drawn_uids_are_of_the_bits_and_the_place_alone():
    bits = PATIENT._replace(uid_source=UidSource("0" * 31 + "1"))
    assert uids(iv(), bits) == uids(iv(), bits._replace(course_name="kim"))
    assert uids(iv(), bits) == uids(course_of("iv", date(2027, 1, 4)), bits)
    assert not {*uids(iv(), bits)} & {*uids(iv(), bits._replace(uid_source=UidSource("0" * 32)))}
    assert not {*uids(iv(), bits)} & {*uids(iv(), bits._replace(audience="free-busy"))}
    whole = course_of("im", date(2027, 1, 4), until=date(2027, 3, 1))
    short = course_of("im", date(2027, 1, 4), until=date(2027, 3, 1), sessions={"": 5})
    assert uids(whole, bits)[6] == uids(short, bits)[5]


def test_uids_of_courses_saved_before_stay():
    earlier = PATIENT._replace(uid_source=UidSource(earlier=True))
    assert uids(iv(), earlier) == uids(iv(), earlier._replace(audience="staff"))
    assert uids(iv(), earlier)[0] == "50d8d7a3-a2b8-5e8d-87a4-7ddd02989e59@appointments.invalid"


def test_a_name_is_the_same_however_it_is_composed():
    assert uids(iv(), PATIENT._replace(course_name="Zoé")) == uids(
        iv(), PATIENT._replace(course_name="Zoe\u0301")
    )


def test_the_same_stamp_gives_the_same_bytes():
    assert written(iv()) == written(iv())
    later = written(iv(), stamp=STAMP + timedelta(hours=1))
    changed = {
        a.split(":")[0]
        for a, b in zip(lines_of(written(iv())), lines_of(later), strict=True)
        if a != b
    }
    assert changed == {"DTSTAMP", "CREATED", "LAST-MODIFIED"}


# Text


TRICKY = [
    "Suite 4, Floor 2; ring twice",
    "line one\nline two\n\nline four",
    "ends with a backslash \\",
    "C:\\new, \\n is no line end; \\\\",
    "quotes \" and ' and : colons",
    "🙂👩‍⚕️ emoji 🧑🏽‍🦽",
    "עברית ועוד, عربي؛ mixed",
    "é" * 10_000,
    "🙂" * 5_000,
    " leading and trailing kept inside \t tab",
]


@pytest.mark.parametrize("text", TRICKY)
def test_text_survives_a_round_trip(text):
    view = PATIENT._replace(location=text, title=text, course_name=text, audience="staff")
    event = events_of(written(iv(), view))[0]
    assert event["LOCATION"] == text
    assert event["SUMMARY"] == f"{text} · {text} 1 of 6 · induction"


printable = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], include_characters="\n\t")


@given(st.text(printable, min_size=1))
def test_any_text_survives_a_round_trip(text):
    event = events_of(written(iv(), PATIENT._replace(location=text)))[0]
    assert event["LOCATION"] == text


# Instructions


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (None, "Fast"),
        (When("from", -360), "Fast after 03:30"),
        (When("from", -600), "Fast after 23:30 on Sun 3 Jan 2027"),
        (When("until", -120), "Fast until 07:30"),
        (When("until", 1440), "Fast until 11:30 on Tue 5 Jan 2027"),
        (When("until", None), "Fast until Tue 5 Jan 2027"),
    ],
)
def test_the_times_of_an_instruction(when, text):
    start = datetime(2027, 1, 4, 9, 30, tzinfo=CHICAGO.tzinfo)
    assert timed_text(Instruction("fast", when), start, start + timedelta(hours=2)) == text


def test_six_hours_are_six_hours_across_a_clock_change():
    start = datetime(2027, 3, 14, 7, 0, tzinfo=CHICAGO.tzinfo)
    told = timed_text(Instruction("no food", When("from", -360)), start, start)
    assert told == "No food after 00:00"


def test_a_session_across_a_repeated_hour_is_written_in_utc():
    course = course_of("iv", date(2027, 11, 7), at="00:30", week=WHOLE_WEEK, already=5)
    data = written(course)
    assert b"VTIMEZONE" not in data
    (event,) = events_of(data)
    assert event["DTSTART"].dt == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=2)


def test_a_category_has_no_comma():
    course = iv()
    protocol = replace(course.protocol, label="IV, outpatient")
    data = written(replace(course, protocol=protocol), STAFF)
    assert "CATEGORIES:IV outpatient" in lines_of(data)
