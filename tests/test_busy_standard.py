"""Busy calendars by the standard: whole days, zones, members of a series and rules, kind by kind.

What is expected is from RFC 5545 and from the calendar: 15 Feb 2027 is a Monday; clocks change on
14 Mar 2027 in the United States and on 28 Mar 2027 in Europe.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ketasched import zone as zones
from ketasched.errors import FileProblems
from ketasched.files.busy_calendar import busy_file
from ketasched.files.busy_calendar.lines import Scanner
from ketasched.files.busy_calendar.zone_definition import ONSET, DefinedZone

YEAR = (date(2027, 1, 1), date(2027, 12, 31))
WHOLE = ("DTSTART;VALUE=DATE:20270215", "DTEND;VALUE=DATE:20270216")


def calendar(*parts):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""])


def event(*lines, uid="one@here"):
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Secret", *lines, "END:VEVENT"])


def definition(name, standard, daylight="", rules="", *more):
    """A VTIMEZONE as Outlook writes it; without daylight saving if there is none."""
    begins, ends = {
        "": ("", ""),
        "eu": ("BYMONTH=3;BYDAY=-1SU", "BYMONTH=10;BYDAY=-1SU"),
        "us": ("BYMONTH=3;BYDAY=2SU", "BYMONTH=11;BYDAY=1SU"),
        "us before 2007": ("BYMONTH=4;BYDAY=1SU", "BYMONTH=10;BYDAY=-1SU"),
        "brazil": ("BYMONTH=10;BYDAY=3SU", "BYMONTH=2;BYDAY=3SU"),
    }[rules]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *more, "BEGIN:STANDARD", "DTSTART:16010101T030000"]
    lines += [f"TZOFFSETFROM:{daylight or standard}", f"TZOFFSETTO:{standard}"]
    lines += [f"RRULE:FREQ=YEARLY;{ends}"] if rules else []
    lines += ["END:STANDARD"]
    if daylight:
        lines += ["BEGIN:DAYLIGHT", "DTSTART:16010101T020000", f"TZOFFSETFROM:{standard}"]
        lines += [f"TZOFFSETTO:{daylight}", f"RRULE:FREQ=YEARLY;{begins}", "END:DAYLIGHT"]
    return "\r\n".join([*lines, "END:VTIMEZONE"])


def read(text, zone):
    Path("their.ics").write_bytes(text if isinstance(text, bytes) else text.encode())
    return busy_file.load("their.ics", zones.load(zone).tzinfo)


def days_of(text, zone, span=YEAR):
    """The whole days that are busy, in the clinic's zone."""
    clinic = zones.load(zone).tzinfo
    stretches = read(text, zone).between(*span)
    assert all(busy.all_day for busy in stretches)
    return [f"{busy.start.astimezone(clinic):%d %b}" for busy in stretches]


def hours_of(text, zone="UTC", span=YEAR):
    """The busy times, in the clinic's zone."""
    clinic = zones.load(zone).tzinfo
    return [
        f"{busy.start.astimezone(clinic):%d %b %H:%M}-{busy.end.astimezone(clinic):%H:%M}"
        for busy in read(text, zone).between(*span)
    ]


def starts_of(lines, zone, last=date(2027, 12, 31)):
    text = calendar(event(*lines))
    return [shown.partition("-")[0] for shown in hours_of(text, zone, (date(2027, 1, 1), last))]


# Whole-day series with instants in UTC


@pytest.mark.parametrize(
    ("zone", "rule", "expected"),
    [
        # Local midnight of Thu 18 Feb, as Exchange writes the last day; east and west of Greenwich.
        ("Europe/Berlin", "FREQ=DAILY;UNTIL=20270217T230000Z", "15 16 17 18"),
        ("Europe/Helsinki", "FREQ=DAILY;UNTIL=20270217T220000Z;INTERVAL=1", "15 16 17 18"),
        ("Asia/Kolkata", "FREQ=DAILY;UNTIL=20270217T183000Z", "15 16 17 18"),
        ("Asia/Tokyo", "FREQ=DAILY;UNTIL=20270217T150000Z", "15 16 17 18"),
        ("Pacific/Auckland", "FREQ=DAILY;UNTIL=20270217T110000Z", "15 16 17 18"),
        ("Europe/London", "FREQ=DAILY;UNTIL=20270218T000000Z", "15 16 17 18"),
        ("America/New_York", "FREQ=DAILY;UNTIL=20270218T050000Z", "15 16 17 18"),
        ("America/Chicago", "UNTIL=20270218T060000Z;FREQ=DAILY", "15 16 17 18"),
        ("Pacific/Honolulu", "FREQ=DAILY;UNTIL=20270218T100000Z", "15 16 17 18"),
        # Of two readings the later: the day in UTC, and the day where the file is kept.
        ("America/Chicago", "FREQ=DAILY;UNTIL=20270218T000000Z", "15 16 17 18"),
        ("America/Chicago", "FREQ=DAILY;UNTIL=20270218T055959Z", "15 16 17 18"),
        ("Europe/Berlin", "FREQ=DAILY;UNTIL=20270217T225959Z", "15 16 17"),
        # A day, and a time of no zone, have one reading.
        ("Europe/Berlin", "FREQ=DAILY;UNTIL=20270217", "15 16 17"),
        ("Asia/Tokyo", "FREQ=DAILY;UNTIL=20270217T235959", "15 16 17"),
        # Weekly, and monthly by position.
        ("Europe/Berlin", "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270223T230000Z", "15 17 22 24"),
        ("Asia/Tokyo", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20270314T150000Z", "15 01 15"),
        ("America/Chicago", "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270224T060000Z", "15 17 22 24"),
        ("Europe/Berlin", "FREQ=MONTHLY;BYDAY=3MO;UNTIL=20270418T220000Z", "15 15 19"),
        ("America/Los_Angeles", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=3;UNTIL=20270419T070000Z", "15 15 19"),
        ("Australia/Sydney", "FREQ=MONTHLY;BYMONTHDAY=15;UNTIL=20270414T140000Z", "15 15 15"),
        ("Europe/Berlin", "FREQ=DAILY;UNTIL=20270210T230000Z", ""),
    ],
)  # fmt: skip
def test_the_last_day_of_a_series_of_whole_days(zone, rule, expected):
    found = days_of(calendar(event(*WHOLE, f"RRULE:{rule}")), zone)
    assert " ".join(day.split()[0] for day in found) == expected


BERLIN = definition("W. Europe Standard Time", "+0100", "+0200", "eu")
TOKYO = definition("Tokyo Standard Time", "+0900")


@pytest.mark.parametrize(
    ("zone", "head", "lines"),
    [
        ("Europe/Berlin", (), ("EXDATE:20270216T230000Z",)),
        ("America/Chicago", (), ("EXDATE:20270217T060000Z",)),
        ("America/Chicago", (), ("EXDATE;TZID=UTC:20270217T060000",)),
        ("Asia/Tokyo", (), ("EXDATE:20270216T150000Z",)),
        ("Pacific/Honolulu", (), ("EXDATE:20270217T100000Z",)),
        ("Europe/Berlin", (), ("EXDATE:20270217",)),
        ("Europe/Berlin", (), ("EXDATE:20270217T000000",)),
        ("Europe/Berlin", (), ("EXDATE;TZID=W. Europe Standard Time:20270217T000000",)),
        ("America/Chicago", (), ("EXDATE;TZID=W. Europe Standard Time:20270217T000000",)),
        ("Europe/Berlin", (), ("EXDATE;TZID=Eastern Standard Time:20270217T000000",)),
        # The zone of the file wins over the clinic's.
        ("America/Chicago", ("X-WR-TIMEZONE:Europe/Berlin",), ("EXDATE:20270216T230000Z",)),
        ("America/Chicago", (BERLIN,), ("EXDATE:20270216T230000Z",)),
        ("Europe/Berlin", (TOKYO,), ("EXDATE:20270216T150000Z",)),
        ("Europe/Berlin", ("X-WR-TIMEZONE:America/New_York", BERLIN), ("EXDATE:20270217T050000Z",)),
        # Of several zones it is the one in which the instant is midnight.
        ("America/Chicago", (TOKYO, BERLIN), ("EXDATE:20270216T230000Z",)),
        ("America/Chicago", (BERLIN, TOKYO), ("EXDATE:20270216T150000Z",)),
        # Changed occurrences.
        ("Europe/Berlin", (), ("RECURRENCE-ID:20270216T230000Z", "STATUS:CANCELLED", *WHOLE)),
        ("America/Chicago", (BERLIN,), ("RECURRENCE-ID:20270216T230000Z", "TRANSP:TRANSPARENT", *WHOLE)),
        ("Asia/Tokyo", (), ("RECURRENCE-ID:20270216T150000Z", "STATUS:CANCELLED", *WHOLE)),
        ("America/Chicago", (), ("RECURRENCE-ID:20270217T060000Z", "STATUS:CANCELLED", *WHOLE)),
        ("Europe/Berlin", (), ("RECURRENCE-ID;TZID=Europe/Berlin:20270217T000000", "STATUS:CANCELLED", *WHOLE)),
        ("Europe/Berlin", (), ("RECURRENCE-ID;VALUE=DATE:20270217", "STATUS:CANCELLED", *WHOLE)),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=4", "15 16 18"),
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4", "15 22 24"),
        ("FREQ=MONTHLY;BYDAY=3MO,3WE;COUNT=4", "15 15 17"),
    ],
)
def test_an_exception_of_a_series_of_whole_days_is_a_day(zone, head, lines, rule, expected):
    if lines[0].startswith("EXDATE"):
        parts = [event(*WHOLE, f"RRULE:{rule}", *lines)]
    else:
        parts = [event(*WHOLE, f"RRULE:{rule}"), event(*lines)]
    found = days_of(calendar(*head, *parts), zone)
    assert " ".join(day.split()[0] for day in found) == expected


@pytest.mark.parametrize(
    ("zone", "lines"),
    [
        ("Europe/Berlin", ("RDATE:20270301T230000Z",)),
        ("Asia/Tokyo", ("RDATE:20270301T150000Z",)),
        ("America/Chicago", ("RDATE:20270302T060000Z",)),
        ("America/Chicago", ("RDATE;VALUE=DATE:20270302",)),
        ("America/Chicago", ("RDATE;TZID=Europe/Berlin:20270302T000000",)),
        ("Europe/Berlin", ("RDATE:20270302T000000",)),
        ("Europe/Berlin", ("RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20270215T230000Z", "RDATE:20270301T230000Z")),
    ],
)  # fmt: skip
def test_an_added_date_of_a_series_of_whole_days_is_a_day(zone, lines):
    assert days_of(calendar(event(*WHOLE, *lines)), zone) == ["15 Feb", "02 Mar"]


def test_a_moved_whole_day_and_all_after_it():
    series = event(*WHOLE, "RRULE:FREQ=WEEKLY;COUNT=4")
    moved = ("DTSTART;VALUE=DATE:20270223", "DTEND;VALUE=DATE:20270225")
    one = event("RECURRENCE-ID:20270221T230000Z", *moved)
    assert days_of(calendar(series, one), "Europe/Berlin") == [
        "15 Feb",
        "23 Feb",
        "01 Mar",
        "08 Mar",
    ]
    later = event("RECURRENCE-ID;RANGE=THISANDFUTURE:20270221T230000Z", *moved)
    expected = ["15 Feb", "23 Feb", "02 Mar", "09 Mar"]
    assert days_of(calendar(later, series), "Europe/Berlin") == expected


# A TZID is the file's own definition


SUMMER, SPRING, WINTER = "20270722T100000", "20270320T100000", "20270114T100000"


@pytest.mark.parametrize(
    ("zone", "start", "expected", "is_noted"),
    [
        # As the zone is or was: its newest rules.
        (("Eastern Standard Time", "-0500", "-0400", "us"), SUMMER, "14:00", False),
        (("America/New_York", "-0500", "-0400", "us before 2007"), SPRING, "14:00", False),
        (("America/Vancouver", "-0800", "-0700", "us"), WINTER, "17:00", False),
        (("Pacific Standard Time", "-0800", "-0700", "us"), WINTER, "18:00", False),
        (("Europe/Moscow", "+0300", "+0400", "eu"), SUMMER, "07:00", False),
        (("Europe/Moscow", "+0400"), SUMMER, "07:00", False),
        (("Turkey Standard Time", "+0200", "+0300", "eu"), WINTER, "07:00", False),
        (("E. South America Standard Time", "-0300", "-0200", "brazil"), WINTER, "13:00", False),
        (("Central Standard Time (Mexico)", "-0600", "-0500", "us before 2007"), SUMMER, "16:00", False),
        (("GMT Standard Time", "+0000", "+0100", "eu"), SUMMER, "09:00", False),
        (("US Mountain Standard Time", "-0700"), SUMMER, "17:00", False),
        (("India Standard Time", "+0530"), SUMMER, "04:30", False),
        (("UTC", "+0000"), SUMMER, "10:00", False),
        (("EST", "-0500"), SUMMER, "15:00", False),
        (("/vendor.example/20070129_1/Europe/Berlin", "+0100", "+0200", "eu"), SUMMER, "08:00", False),
        # As the zone never was: what the file says.
        (("Eastern Standard Time", "-0500"), SUMMER, "15:00", True),
        (("Central Standard Time", "-0600"), SUMMER, "16:00", True),
        (("W. Europe Standard Time", "+0100"), SUMMER, "09:00", True),
        (("Europe/Berlin", "+0100"), SUMMER, "09:00", True),
        (("Mountain Standard Time", "-0700"), SUMMER, "17:00", True),
        (("AUS Eastern Standard Time", "+1000"), WINTER, "00:00", True),
        (("EST", "-0500", "-0400", "us"), SUMMER, "14:00", True),
        (("MST", "-0700", "-0600", "us"), SUMMER, "16:00", True),
        (("UTC", "+0000", "+0100", "eu"), SUMMER, "09:00", True),
        (("GMT", "+0000", "+0100", "eu"), SUMMER, "09:00", True),
        (("GMT", "+0000", "+0100", "eu"), WINTER, "10:00", True),
        (("Etc/UTC", "+0100"), WINTER, "09:00", True),
        (("Europe/London", "+0000", "+0100", "us"), SPRING, "09:00", True),
        (("America/Phoenix", "-0700", "-0600", "us"), SUMMER, "16:00", True),
        (("Asia/Tokyo", "+0900", "+1000", "eu"), SUMMER, "00:00", True),
        (("Pacific Standard Time", "-0500", "-0400", "us"), SUMMER, "14:00", True),
        # A name that is nobody's.
        (("Customized Time Zone", "-0500"), SUMMER, "15:00", False),
        (("tzone://Microsoft/Custom", "+0100", "+0200", "eu"), SUMMER, "08:00", False),
        (("Ours", "+0100", "+0200", "eu", "X-LIC-LOCATION:Europe/Berlin"), SUMMER, "08:00", False),
        (("Ours", "+0100", "", "", "X-LIC-LOCATION:Europe/Berlin"), SUMMER, "09:00", True),
    ],
)  # fmt: skip
def test_a_zone_is_as_the_file_defines_it_unless_its_name_was_once_so(
    zone, start, expected, is_noted
):
    entry = event(f"DTSTART;TZID={zone[0]}:{start}", "DURATION:PT1H")
    found = read(calendar(definition(*zone), entry), "UTC")
    (busy,) = found.between(*YEAR)
    assert f"{busy.start.astimezone(UTC):%H:%M}" == expected
    assert len(found.notes) == is_noted
    assert all(zone[0] in note for note in found.notes)


def onsets(*parts):
    lines = ["BEGIN:VTIMEZONE", "TZID:America/New_York"]
    for kind, start, before, after, *more in parts:
        lines += [f"BEGIN:{kind}", f"DTSTART:{start}", f"TZOFFSETFROM:{before}"]
        lines += [f"TZOFFSETTO:{after}", *more, f"END:{kind}"]
    return "\r\n".join([*lines, "END:VTIMEZONE"])


@pytest.mark.parametrize(
    ("definition_of_file", "expected", "is_noted"),
    [
        # A list of one year's changes is the zone's own, and it does not end with its last one.
        (onsets(("STANDARD", "20261101T020000", "-0400", "-0500"), ("DAYLIGHT", "20270314T020000", "-0500", "-0400")), ["14:00", "15:00"], False),
        (onsets(("STANDARD", "20261101T020000", "-0400", "-0500")), ["14:00", "15:00"], False),
        # A history, as Apple and Evolution write it.
        (onsets(
            ("DAYLIGHT", "19180331T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;UNTIL=19190330T070000Z;BYMONTH=3;BYDAY=-1SU"),
            ("STANDARD", "19181027T020000", "-0400", "-0500", "RRULE:FREQ=YEARLY;UNTIL=19191026T060000Z;BYMONTH=10;BYDAY=-1SU"),
            ("DAYLIGHT", "19870405T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;UNTIL=20060402T070000Z;BYMONTH=4;BYDAY=1SU"),
            ("STANDARD", "19671029T020000", "-0400", "-0500", "RRULE:FREQ=YEARLY;UNTIL=20061029T060000Z;BYMONTH=10;BYDAY=-1SU"),
            ("DAYLIGHT", "20070311T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
            ("STANDARD", "20071104T020000", "-0400", "-0500", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
        ), ["14:00", "15:00"], False),
        (onsets(("DAYLIGHT", "20260308T020000", "-0500", "-0400", "RDATE:20270314T020000,20280312T020000"), ("STANDARD", "20261101T020000", "-0400", "-0500", "RDATE:20271107T020000")), ["14:00", "15:00"], False),
        # Changes that the zone never made.
        (onsets(("STANDARD", "20260901T020000", "-0400", "-0500")), ["15:00", "15:00"], True),
        (onsets(("STANDARD", "19700101T000000", "-0400", "-0400")), ["14:00", "14:00"], True),
        # A definition that cannot be read, of a name that is known.
        (onsets(("STANDARD", "nonsense", "-0400", "-0500")), ["14:00", "15:00"], True),
        (onsets(("STANDARD", "20261101T020000", "-0400", "late")), ["14:00", "15:00"], True),
        (onsets(("STANDARD", "20261101T020000", "-0400", "-0500", "RRULE:FREQ=SECONDLY")), ["14:00", "15:00"], True),
        (onsets(), ["14:00", "15:00"], True),
    ],
)  # fmt: skip
def test_definitions_of_every_shape(definition_of_file, expected, is_noted):
    entries = [
        event(f"DTSTART;TZID=America/New_York:{start}", "DURATION:PT1H", uid=start)
        for start in ("20270722T100000", "20271222T100000")
    ]
    found = read(calendar(definition_of_file, *entries), "UTC")
    assert [f"{busy.start.astimezone(UTC):%H:%M}" for busy in found.between(*YEAR)] == expected
    assert len(found.notes) == is_noted


def test_a_zone_is_not_judged_by_the_years_before_its_definition_begins():
    zone = onsets(
        ("DAYLIGHT", "20070311T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
        ("STANDARD", "20071104T020000", "-0400", "-0500", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
    ).replace("America/New_York", "EST")
    found = read(calendar(zone, event(f"DTSTART;TZID=EST:{SUMMER}", "DURATION:PT1H")), "UTC")
    (busy,) = found.between(*YEAR)
    assert f"{busy.start.astimezone(UTC):%H:%M}" == "14:00"
    assert len(found.notes) == 1


def test_a_defined_zone_goes_to_utc_and_back():
    lines = Scanner({"VTIMEZONE": frozenset(("TZID",)), "STANDARD": ONSET, "DAYLIGHT": ONSET}, frozenset())  # fmt: skip
    lines.scan(calendar(definition("Ours", "+0100", "+0200", "eu")), lambda _: None)
    ours = DefinedZone(next(part for part in lines.components if part.name == "VTIMEZONE"))
    autumn = [datetime(2027, 10, 30, 23, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(7)]
    spring = [datetime(2027, 3, 28, 0, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(4)]
    assert [there(hour, ours) for hour in autumn] == ["01:00", "01:30", "02:00", "02:30", "02:00*", "02:30*", "03:00"]  # fmt: skip
    assert [there(hour, ours) for hour in spring] == ["01:00", "01:30", "03:00", "03:30"]
    assert all(hour.astimezone(ours).astimezone(UTC) == hour for hour in autumn + spring)


def there(instant, zone):
    """The wall time of an instant, marked where it is the second one so called."""
    wall = instant.astimezone(zone)
    return f"{wall:%H:%M}{'*' * wall.fold}"


def test_a_defined_zone_changes_its_clocks():
    zone = definition("Ours", "+0100", "+0200", "eu")
    series = event("DTSTART;TZID=Ours:20270327T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")
    assert hours_of(calendar(zone, series)) == ["27 Mar 09:00-10:00", "28 Mar 08:00-09:00", "29 Mar 08:00-09:00"]  # fmt: skip
    night = event("DTSTART;TZID=Ours:20271031T013000", "DURATION:PT2H")
    assert hours_of(calendar(zone, night)) == ["30 Oct 23:30-01:30"]


def test_the_start_of_an_observance_may_be_written_as_an_instant_and_stand_outside():
    zone = definition("Own-1", "+1100").replace("16010101T030000", "20200329T010000Z")
    entry = event("DTSTART;TZID=Own-1:20270114T093000", "DURATION:PT1H")
    for text in (calendar(zone, entry), calendar(entry) + zone, zone + "\r\n" + calendar(entry)):
        assert hours_of(text) == ["13 Jan 22:30-23:30"]


def test_a_zone_nobody_uses_is_not_judged():
    unused = definition("Broken", "nonsense") + "\r\n" + definition("EST", "-0500", "-0400", "us")
    found = read(calendar(unused, event("DTSTART:20270114T093000Z", "DURATION:PT1H")), "UTC")
    assert len(found.between(*YEAR)) == 1
    assert found.notes == ()


def test_an_unknown_zone_whose_definition_cannot_be_read_is_refused():
    zone = definition("Ours", "nonsense")
    with pytest.raises(FileProblems) as caught:
        read(calendar(zone, event("DTSTART;TZID=Ours:20270114T093000", "DURATION:PT1H")), "UTC")
    (problem,) = caught.value.problems
    assert "the definition of its zone cannot be read" in problem.message
    assert problem.line == 5


# Members of a series without a zone follow its DTSTART


EASTERN = ("DTSTART;TZID=US/Eastern:20270104T100000", "DTEND;TZID=US/Eastern:20270104T110000")
MONDAYS = ["04 Jan 15:00-16:00", "11 Jan 15:00-16:00", "18 Jan 15:00-16:00"]


@pytest.mark.parametrize("clinic", ["UTC", "America/Chicago", "Asia/Tokyo"])
@pytest.mark.parametrize("head", ["X-A:b", "X-WR-TIMEZONE:Europe/Berlin"])
@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(*EASTERN, "RRULE:FREQ=WEEKLY;COUNT=3")], MONDAYS),
        ([("DTSTART;TZID=US/Eastern:20270104T100000", "DTEND:20270104T110000", "RRULE:FREQ=WEEKLY;COUNT=3")], MONDAYS),
        ([("DTSTART:20270104T150000Z", "DTEND:20270104T160000", "RRULE:FREQ=WEEKLY;COUNT=3")], MONDAYS),
        ([(*EASTERN, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270111T100000")], [MONDAYS[0], MONDAYS[2]]),
        ([(*EASTERN, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270104T100000,20270111T100000")], MONDAYS[2:]),
        ([(*EASTERN, "RDATE:20270111T100000,20270118T100000")], MONDAYS),
        ([(*EASTERN, "RDATE;VALUE=PERIOD:20270111T100000/20270111T110000,20270118T100000/PT1H")], MONDAYS),
        ([(*EASTERN, "RRULE:FREQ=WEEKLY;UNTIL=20270118T100000")], MONDAYS),
        ([(*EASTERN, "RRULE:FREQ=WEEKLY;UNTIL=20270118T095959")], MONDAYS[:2]),
        ([(*EASTERN, "RRULE:FREQ=WEEKLY;COUNT=4"), ("RECURRENCE-ID:20270125T100000", "STATUS:CANCELLED", *EASTERN)], MONDAYS),
        # The zone is the series', whatever zone the occurrence moves to.
        ([(*EASTERN, "RRULE:FREQ=WEEKLY;COUNT=2"), ("RECURRENCE-ID:20270111T100000", "DTSTART;TZID=Asia/Tokyo:20270119T000000", "DTEND:20270119T010000")], [MONDAYS[0], MONDAYS[2]]),
        ([("RECURRENCE-ID;RANGE=THISANDFUTURE:20270111T120000", *(line.replace("T1", "T0").replace("0104T00", "0111T10").replace("0104T01", "0111T11") for line in EASTERN)), ("DTSTART;TZID=US/Eastern:20270104T120000", "DTEND:20270104T130000", "RRULE:FREQ=WEEKLY;COUNT=3")], ["04 Jan 17:00-18:00", *MONDAYS[1:]]),
    ],
)  # fmt: skip
def test_a_time_without_a_zone_follows_its_series(clinic, head, parts, expected):
    text = calendar(head, *(event(*lines) for lines in parts))
    instants = read(text, clinic).between(*YEAR)
    assert [f"{b.start.astimezone(UTC):%d %b %H:%M}-{b.end.astimezone(UTC):%H:%M}" for b in instants] == expected  # fmt: skip


def test_a_series_without_a_zone_takes_members_that_have_one():
    lines = ("DTSTART:20270104T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20270105T150000Z")  # fmt: skip
    assert starts_of(lines, "America/Chicago") == ["04 Jan 09:00", "06 Jan 09:00"]


# Rules as RFC 5545 has them, where dateutil does otherwise


def rule(start, text, zone="America/Chicago"):
    return (f"DTSTART;TZID={zone}:{start}", "DURATION:PT10M", f"RRULE:{text}")


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        # Weekly BYSETPOS counts the whole first week. 6 Jan 2027 is a Wednesday.
        ("20270106T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2;COUNT=3", "06 13 20"),
        ("20270108T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1;COUNT=3", "08 15 22"),
        ("20270108T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=3;COUNT=3", "08 15 22"),
        ("20270106T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2,3;COUNT=4", "06 08 13 15"),
        ("20270106T090000", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1,-1;COUNT=3", "06 08 11 15"),
        ("20270106T090000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;BYSETPOS=2;COUNT=3", "06 20 03"),
        ("20270105T090000", "FREQ=WEEKLY;WKST=SU;BYDAY=SU,TU,TH;BYSETPOS=2;COUNT=3", "05 12 19"),
        ("20270107T090000", "FREQ=WEEKLY;WKST=MO;BYDAY=SU,TU,TH;BYSETPOS=2;COUNT=3", "07 14 21"),
        ("20270106T090000", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=3;UNTIL=20270121", "06 13 20"),
        ("20270106T150000", "FREQ=WEEKLY;BYHOUR=9,15;BYSETPOS=-1;COUNT=2", "06 13"),
        # A week of the year has the weekday of its start; ISO week 2 of 2027 begins on 11 Jan.
        ("20270114T090000", "FREQ=YEARLY;BYWEEKNO=2,4;COUNT=2", "14 28"),
        ("20270114T090000", "FREQ=YEARLY;BYWEEKNO=2", "14"),
        ("20270114T090000", "FREQ=YEARLY;BYWEEKNO=2;WKST=SU", "14"),
        ("20270521T090000", "FREQ=YEARLY;BYWEEKNO=20,-32;UNTIL=20271231", "21 28"),
        ("20270111T090000", "FREQ=YEARLY;BYWEEKNO=2;BYDAY=MO,TU;COUNT=2", "11 12"),
        # A weekday by number beside one without.
        ("20270104T090000", "FREQ=MONTHLY;BYDAY=MO,1TU;COUNT=6", "04 05 11 18 25 01"),
        ("20270101T090000", "FREQ=MONTHLY;BYDAY=-1MO,FR;COUNT=7", "01 08 15 22 25 29 05"),
        ("20270104T090000", "FREQ=YEARLY;BYMONTH=1;BYDAY=MO,-1SU;COUNT=5", "04 11 18 25 31"),
        # Dates that do not exist are passed over, and not counted.
        ("20270131T090000", "FREQ=MONTHLY;COUNT=3", "31 31 31"),
        ("20270130T090000", "FREQ=MONTHLY;BYMONTHDAY=30;COUNT=2", "30 30"),
        # So are times that the clocks skip: 02:30 on 14 Mar.
        ("20270313T023000", "FREQ=DAILY;COUNT=3", "13 15 16"),
        ("20270313T023000", "FREQ=DAILY;UNTIL=20270316T120000Z", "13 15 16"),
        ("20270307T023000", "FREQ=WEEKLY;COUNT=3", "07 21 28"),
        ("20270214T020000", "FREQ=MONTHLY;COUNT=2", "14 14"),
        ("20270313T010000", "FREQ=DAILY;BYHOUR=1,2;COUNT=5", "13 13 14 15 15"),
        ("20270314T000000", "FREQ=HOURLY;COUNT=4", "14 14 14 14"),
        # A start within the skipped hour is one, by the offset before it.
        ("20270314T023000", "FREQ=DAILY;COUNT=2", "14 15"),
        # Spaces in lists, and the second that no clock has.
        ("20270104T090000", "FREQ=WEEKLY; BYDAY=MO, WE ;COUNT=3", "04 06 11"),
        ("20270104T090059", "FREQ=DAILY;BYSECOND=60;COUNT=2", "04 05"),
        # A rule that ended before it began leaves nothing.
        ("20270313T090000", "FREQ=DAILY;UNTIL=20270312T090000Z", ""),
    ],
)  # fmt: skip
def test_rules_by_the_standard(start, text, expected):
    found = starts_of(rule(start, text), "America/Chicago")
    assert " ".join(shown.split()[0] for shown in found) == expected


@pytest.mark.parametrize(
    ("zone", "start", "text", "expected"),
    [
        ("America/Chicago", "20270214T020000", "FREQ=MONTHLY;COUNT=2", ["14 Feb 02:00", "14 Apr 02:00"]),
        ("Europe/Berlin", "20270327T023000", "FREQ=DAILY;COUNT=2", ["27 Mar 02:30", "29 Mar 02:30"]),
        ("Europe/London", "20270327T013000", "FREQ=DAILY;COUNT=2", ["27 Mar 01:30", "29 Mar 01:30"]),
        ("Australia/Lord_Howe", "20271002T021500", "FREQ=DAILY;COUNT=2", ["02 Oct 02:15", "04 Oct 02:15"]),
        ("Australia/Lord_Howe", "20271002T021500", "FREQ=DAILY;BYHOUR=2;COUNT=2", ["02 Oct 02:15", "04 Oct 02:15"]),
        ("Asia/Beirut", "20270327T003000", "FREQ=DAILY;COUNT=2", ["27 Mar 00:30", "29 Mar 00:30"]),
        ("America/Chicago", "20270314T000000", "FREQ=HOURLY;COUNT=4", ["14 Mar 00:00", "14 Mar 01:00", "14 Mar 03:00", "14 Mar 04:00"]),
        ("America/Chicago", "20270314T023000", "FREQ=DAILY;COUNT=2", ["14 Mar 03:30", "15 Mar 02:30"]),
        ("America/Chicago", "20271106T013000", "FREQ=DAILY;COUNT=3", ["06 Nov 01:30", "07 Nov 01:30", "08 Nov 01:30"]),
        ("UTC", "20270313T023000", "FREQ=DAILY;COUNT=2", ["13 Mar 02:30", "14 Mar 02:30"]),
    ],
)  # fmt: skip
def test_a_time_the_clocks_skip_is_not_counted(zone, start, text, expected):
    assert starts_of(rule(start, text, zone), zone) == expected


def test_the_same_holds_in_a_zone_the_file_defines():
    zone = definition("Ours", "+0100", "+0200", "eu")
    lines = rule("20270327T023000", "FREQ=DAILY;COUNT=2", "Ours")
    assert hours_of(calendar(zone, event(*lines))) == ["27 Mar 01:30-01:40", "29 Mar 00:30-00:40"]


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("America/Havana", "20270313", ["13 Mar", "14 Mar", "15 Mar"]),
        ("Africa/Cairo", "20270429", ["29 Apr", "30 Apr", "01 May"]),
        ("Asia/Beirut", "20270327", ["27 Mar", "28 Mar", "29 Mar"]),
    ],
)
def test_a_whole_day_is_one_though_its_midnight_is_skipped(zone, day, expected):
    lines = (f"DTSTART;VALUE=DATE:{day}", "RRULE:FREQ=DAILY;COUNT=3")
    found = days_of(calendar(event(*lines)), zone)
    assert found == expected


def test_a_year_further_on_the_week_still_has_one_day():
    lines = rule("20270114T090000", "FREQ=YEARLY;BYWEEKNO=2")
    text = calendar(event(*lines))
    assert hours_of(text, "America/Chicago", (date(2028, 1, 1), date(2028, 2, 1))) == ["13 Jan 09:00-09:10"]  # fmt: skip


def test_of_two_changes_of_one_occurrence_in_two_zones_the_higher_sequence_holds():
    series = event("DTSTART;TZID=US/Eastern:20270104T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")  # fmt: skip
    newer = event("RECURRENCE-ID:20270111T150000Z", "DTSTART:20270112T150000Z", "SEQUENCE:10", "DURATION:PT1H")  # fmt: skip
    older = event("RECURRENCE-ID;TZID=US/Eastern:20270111T100000", "DTSTART:20270113T150000Z", "SEQUENCE:1", "DURATION:PT1H")  # fmt: skip
    expected = ["04 Jan 15:00-16:00", "12 Jan 15:00-16:00"]
    assert hours_of(calendar(series, newer, older)) == expected
    assert hours_of(calendar(older, newer, series)) == expected


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("BYDAY=2SU;BYHOUR=2;BYMINUTE=0;BYSECOND=0;BYMONTH=3", "BYHOUR=3;BYMINUTE=0;BYMONTH=11;BYDAY=1SU"),
        ("BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU", "BYMONTH=11;BYDAY=SU;BYSETPOS=1"),
        ("BYMONTH=3;BYDAY=SU;BYSETPOS=2", "BYMONTH=11;BYDAY=+1SU"),
    ],
)  # fmt: skip
def test_a_zone_may_change_by_any_yearly_rule(begins, ends):
    zone = definition("Mine", "-0500", "-0400", "us")
    zone = zone.replace("BYMONTH=3;BYDAY=2SU", begins).replace("BYMONTH=11;BYDAY=1SU", ends)
    days = ("20270313", "20270315", "20271106", "20271108")
    entries = [event(f"DTSTART;TZID=Mine:{day}T100000", "DURATION:PT1H", uid=day) for day in days]
    hours = [shown[7:12] for shown in hours_of(calendar(zone, *entries))]
    assert hours == ["15:00", "14:00", "14:00", "15:00"]


@pytest.mark.parametrize("escaped", [r"Adelaide\, Nowhere", "Adelaide, Nowhere"])
def test_a_name_of_a_zone_is_one_whether_it_is_text_or_a_parameter(escaped):
    zone = definition(f"(UTC+09:30) {escaped}", "+0930")
    entry = event('DTSTART;TZID="(UTC+09:30) Adelaide, Nowhere":20270114T102000', "DURATION:PT1H")
    assert hours_of(calendar(zone, entry)) == ["14 Jan 00:50-01:50"]
