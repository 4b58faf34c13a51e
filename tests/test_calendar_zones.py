"""Right wall time and right instant in every zone, for courses across both clock changes."""

from datetime import date

import pytest
from calendars import check_times, zones_of
from conftest import STAMP, course_of

from ketasched import zone
from ketasched.calendar import ics_file
from ketasched.calendar.entry_text import View

VIEW = View("x")


def check(name, start, **how):
    course = course_of("spravato", start, zone=name, until=date(start.year + 1, 12, 31), **how)
    data = bytes(ics_file.write(course, zone.load(name), VIEW, STAMP))
    check_times(course, data)
    return data


@pytest.mark.parametrize(
    ("name", "observances"),
    [
        ("America/Chicago", 2),
        ("America/Vancouver", 1),
        ("America/Edmonton", 1),
        ("America/Mexico_City", 1),
        ("Europe/Kyiv", 2),
        ("Europe/Dublin", 2),
        ("Australia/Lord_Howe", 2),
        ("Australia/Sydney", 2),
        ("Asia/Kathmandu", 1),
        ("Pacific/Chatham", 0),
        ("America/Nuuk", 0),
        ("Africa/Cairo", 0),
        ("Africa/Casablanca", None),
        ("UTC", 0),
        ("EST", 1),
        ("Etc/GMT+5", 1),
    ],
)
def test_zones_with_something_special(name, observances):
    data = check(name, date(2026, 12, 1))
    found = data.count(b"BEGIN:STANDARD") + data.count(b"BEGIN:DAYLIGHT")
    assert observances in (None, found)
    assert bool(found) == bool(zones_of(data))


def test_a_zone_that_changes_its_law_within_the_course_is_written_in_utc():
    # Vancouver changed its clocks for the last time in March 2026.
    data = check("America/Vancouver", date(2026, 1, 6))
    assert b"VTIMEZONE" not in data


def test_the_form_of_a_zone_that_changes_its_clocks():
    data = check("America/Chicago", date(2027, 1, 5)).decode()
    assert data[data.index("BEGIN:VTIMEZONE") : data.index("BEGIN:VEVENT")].split("\r\n")[:-1] == [
        "BEGIN:VTIMEZONE", "TZID:America/Chicago",
        "BEGIN:DAYLIGHT", "DTSTART:19700308T020000", "TZOFFSETFROM:-0600", "TZOFFSETTO:-0500",
        "TZNAME:CDT", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "END:DAYLIGHT",
        "BEGIN:STANDARD", "DTSTART:19701101T020000", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0600",
        "TZNAME:CST", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "END:STANDARD",
        "END:VTIMEZONE",
    ]  # fmt: skip


def test_the_form_of_a_zone_that_does_not():
    data = check("America/Vancouver", date(2027, 1, 5)).decode()
    assert data[data.index("BEGIN:VTIMEZONE") : data.index("BEGIN:VEVENT")].split("\r\n")[:-1] == [
        "BEGIN:VTIMEZONE", "TZID:America/Vancouver",
        "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:-0700", "TZOFFSETTO:-0700",
        "TZNAME:MST", "END:STANDARD",
        "END:VTIMEZONE",
    ]  # fmt: skip


AREAS = sorted({name.partition("/")[0] for name in zone.names()})


@pytest.mark.slow
@pytest.mark.parametrize("area", AREAS)
def test_every_zone(area):
    for number, name in enumerate(zone.names()):
        if name.partition("/")[0] == area:
            try:
                check(name, date(2026, 12, 1), at="00:30" if number % 4 == 0 else "09:00")
            except AssertionError as error:
                error.add_note(name)
                raise


def test_a_sample_of_all_zones():
    for name in zone.names()[::34]:
        check(name, date(2026, 12, 1))
