"""Busy calendars as files come: what is never read refuses nothing, what is read and broken does."""

import gzip
import io
import zipfile
from datetime import UTC, date
from pathlib import Path

import pytest

from ketasched import zone as zones
from ketasched.errors import FileProblems, FileTrouble
from ketasched.files.busy_calendar import busy_file

HOUR = ("DTSTART:20270114T093000Z", "DTEND:20270114T103000Z")
BUSY = ["14 Jan 09:30-10:30"]


def calendar(*parts):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""])


def event(*lines, uid="one@here"):
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def read(text):
    Path("their.ics").write_bytes(text if isinstance(text, bytes) else text.encode())
    return busy_file.load("their.ics", zones.load("UTC").tzinfo)


def busy_of(text):
    stretches = read(text).between(date(2027, 1, 1), date(2027, 12, 31))
    return [
        f"{busy.start.astimezone(UTC):%d %b %H:%M}-{busy.end.astimezone(UTC):%H:%M}"
        for busy in stretches
    ]


def refusal(text):
    with pytest.raises(FileProblems) as caught:
        busy_of(text)
    return caught.value.problems


PLAIN = calendar(event(*HOUR))
OWN_ZONE = "BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        # Texts that are broken without indenting.
        calendar(event(*HOUR, "LOCATION:This is", "a place")),
        calendar(event("DESCRIPTION:Dear all", "", "we meet", "", "Regards", *HOUR)),
        calendar(event("SUMMARY:One", "two", "  three", "four", *HOUR, "COMMENT:x", "<b>y</b>")),
        calendar(event(*HOUR, "DESCRIPTION:Agenda", "Begin: 9am", "Status: CANCELLED", "End: 10:30")),
        calendar(event(*HOUR, "DESCRIPTION:Join", "https://example.org/a?b=c;d:e", "TRANSP: TRANSPARENT")),
        calendar(event(*HOUR, "DESCRIPTION:Two", "Date: today", "Duration: 2 hours", "Sequence: two talks", "Uid: x", "and more")),
        calendar(event("DESCRIPTION:Two", "Duration: 2 hours", "Sequence: two talks", "Uid: x", *HOUR, "SEQUENCE:1")),
        calendar(event("ATTENDEE;CN=A", "B:mailto:x@example.org", *HOUR)),
        calendar("X-WR-CALDESC:of all", "my things", "X-WR-CALNAME:Mine", "and yours", event(*HOUR)),
        calendar(event(*HOUR, "BEGIN:VALARM", "nonsense", "DESCRIPTION:x", "y", "END:VALARM")),
        calendar("BEGIN:VTODO", "SUMMARY:x", "y", "END: today", "END:VTODO", event(*HOUR)),
        calendar("BEGIN:X-THING", "whatever you like", "BEGIN:X-PART", "this", "END:X-PART", "END:X-THING", event(*HOUR)),
        calendar(event(*HOUR, "DESCRIPTION:Gr\xfc\xdfe", "\xfcberall")).encode("latin-1"),
        calendar(event(*HOUR, "SUMMARY:a\0b\0")),
        # What nobody needs, cut or damaged.
        calendar("BEGIN:VTODO", "BEGIN:VALARM", "END:VTODO", event(*HOUR)),
        calendar("BEGIN:X-THING", "BEGIN:X-PART", event(*HOUR)),
        calendar("BEGIN:VTODO", "END:VALARM", "lost words", event(*HOUR)),
        calendar(OWN_ZONE.replace("TZOFFSETTO:", "nonsense\r\nTZOFFSETTO:").rstrip(), event(*HOUR)),
        calendar(OWN_ZONE.replace("END:STANDARD\r\n", "").rstrip(), event(*HOUR)),
        calendar(OWN_ZONE.replace("END:VTIMEZONE\r\n", "").rstrip(), event(*HOUR)),
        # What stands outside the calendar.
        PLAIN + OWN_ZONE,
        OWN_ZONE + PLAIN,
        PLAIN + "BEGIN:VTODO\r\nSUMMARY:x\r\nDUE:20270101\r\nEND:VTODO\r\n",
        PLAIN + "BEGIN:X-END\r\nx\r\n",
        PLAIN + "BEGIN:VTIMEZONE\r\nTZID:cut",
        PLAIN + "END:VCALENDAR\r\n",
        PLAIN + "\0" * 4000,
        PLAIN.removesuffix("\r\n") + "\0\0\0",
        PLAIN + "\x1a",
        PLAIN + "-- \r\nsent from my phone\r\n",
        "Content-Type: text/calendar\r\nX-Mailer: y\r\n\r\n" + PLAIN,
        "\r\n\r\n" + PLAIN,
        # Line ends and encodings.
        PLAIN.replace("\r\n", "\n"),
        PLAIN.replace("\r\n", "\r"),
        PLAIN.replace("\r\n", "\r\r\n"),
        PLAIN.replace("\r\n", "\r") + "\n",
        calendar() + PLAIN.replace("\r\n", "\r"),
        b"\xef\xbb\xbf" + calendar().encode() + b"\xef\xbb\xbf" + PLAIN.encode(),
        calendar("X_WR_CALNAME:Home", event(*HOUR, "X_FOO:1")),
        PLAIN.replace("\r\n", "\r\n\r\n").replace("T093000Z", "T09\r\n\r\n 3000Z"),
        PLAIN.replace("DTSTART", "DTSTART;X-A=1").replace(":2027", ":\r\n\t2027"),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        b"\xff\xfe" + PLAIN.encode("utf-16-le"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.replace("\r\n", "\r").encode("utf-16"),
        calendar(event(*HOUR, "SUMMARY:\u65e5\u672c")).encode("utf-16"),
    ],
)  # fmt: skip
def test_what_is_never_read_refuses_nothing(text):
    assert busy_of(text) == BUSY


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        (("DTSTART;TZID=America/Chicago:2027", "0114T093000", "DURATION:PT1H"), 6, "no property"),
        ((*HOUR, "RRULE:FREQ=DAILY;", "COUNT=3"), 8, "no property"),
        ((*HOUR, "EXDATE:20270115T093000Z,", "20270116T093000Z"), 8, "no property"),
        (("DTSTART:20270114T093000Z", "DURATION:PT", "1H"), 7, "no property"),
        (("words", *HOUR), 5, "no property"),
        ((*HOUR, "DESCRIPTION:x", "DTSTART:20270115T093000Z"), 8, "DTSTART twice"),
        ((HOUR[0], "DESCRIPTION:x", "Duration: 2 hours"), 7, "DURATION cannot be read"),
        ((*HOUR, "DESCRIPTION:x", "SEQUENCE:1", "SEQUENCE:2"), 9, "SEQUENCE twice"),
        ((*HOUR, "END:VTODO"), 7, "END:VTODO has no BEGIN"),
        ((*HOUR, "BEGIN:VALARM", "ACTION:DISPLAY"), 7, "BEGIN:VALARM has no END"),
        ((*HOUR, "RRULE:FREQ=FORTNIGHTLY;COUNT=2"), 7, "`FORTNIGHTLY` is no frequency"),
        ((*HOUR, "RRULE:FREQ=QUARTERLY"), 7, "`QUARTERLY` is no frequency"),
        ((*HOUR, "RRULE:COUNT=2"), 7, "RRULE cannot be read"),
        ((*HOUR, "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:soon"), 7, "TRAVEL-DURATION cannot be read"),
        ((*HOUR, "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:-PT5M"), 7, "TRAVEL-DURATION is below nothing"),
    ],
)  # fmt: skip
def test_what_is_read_and_broken_names_line_uid_and_a_way_out(lines, line, says):
    (problem,) = refusal(calendar(event(*lines)))[:1]
    assert problem.message.startswith("entry `one@here` (line 3): ")
    assert says in problem.message
    assert problem.line == line
    assert "leave that entry out of the export" in problem.hint


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (PLAIN.replace("END:VCALENDAR\r\n", ""), 1, "BEGIN:VCALENDAR has no END"),
        (calendar("VERSION:2.0", "lost words", event(*HOUR)), 4, "no property"),
        (calendar(*["BEGIN:X-A"] * 150, event(*HOUR)), 102, "more than 100 deep"),
        (calendar() + PLAIN.replace("\r\n", " "), 4, "BEGIN:VCALENDAR does not end its line"),
        (calendar(event(*HOUR).replace("\r\n", "\u2028")), 3, "BEGIN:VEVENT does not end its line"),
        (calendar("END:VEVENT", event(*HOUR)), 3, "END:VEVENT has no BEGIN"),
        (calendar(event(*HOUR)) + event(*HOUR), 9, "stands outside a calendar"),
        (event(*HOUR) + "\r\n" + calendar(), 1, "stands outside a calendar"),
        (calendar(event(*HOUR)) + "BEGIN:VFREEBUSY\r\nEND:VFREEBUSY\r\n", 9, "stands outside a calendar"),
    ],
)  # fmt: skip
def test_a_damaged_file_names_its_line_and_a_way_out(text, line, says):
    problems = refusal(text)
    assert (line, True) in [(problem.line, says in problem.message) for problem in problems]
    assert all(problem.hint for problem in problems)


def zipped():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("my.ics", PLAIN)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "says", "advises"),
    [
        (gzip.compress(PLAIN.encode()), "a file packed with gzip", "unpack it"),
        (zipped(), "a .zip archive", "unpack it"),
        (b"7z\xbc\xaf\x27\x1c", "an archive", "unpack it"),
        (b"<!DOCTYPE html><title>Sign in</title>", "a web page", "sign in"),
        (b"\xef\xbb\xbf\r\n<HTML><pre>\nBEGIN:VCALENDAR\n", "a web page", "sign in"),
        ("<html><body>".encode("utf-16"), "a web page", "sign in"),
        (b"<!-- sign in --><title>x</title>", "a web page", "sign in"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html>', "a web page", "sign in"),
        (b'<?xml version="1.0"?><icalendar>', "an XML file", "export"),
        (b"<icalendar xmlns='x'>", "an XML file", "export"),
        (b'["vcalendar",[],[]]', "a JSON file", "export"),
        (b"%PDF-1.7", "a PDF file", "export"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "an address book", "export"),
        (b"Received: from x\r\nSubject: y\r\n\r\nQkVHSU46VkNBTEVOREFS\r\n", "a mail", "attached"),
        (PLAIN.encode("utf-16-le"), "UTF-16 without a mark", "UTF-8"),
        (PLAIN.encode("utf-16-be"), "UTF-16 without a mark", "UTF-8"),
        (PLAIN.encode("utf-32"), "UTF-32", "UTF-8"),
        (b"\xff\xfe" + PLAIN.encode("utf-16-le") + b"\x00", "damaged UTF-16", "UTF-8"),
        (PLAIN.replace("\r\n", "\u2028").encode(), "cannot be told apart", "export"),
        (PLAIN.replace("\r\n", "\x85").encode(), "cannot be told apart", "export"),
        (PLAIN.replace("\r\n", " ").encode(), "cannot be told apart", "export"),
        (PLAIN.replace("\r\n", "\r\n  ").encode().replace(b"BEGIN", b"  BEGIN", 1), "cannot be told apart", "export"),
        (b"\0\0\0\0", "is empty", "export"),
        (b"just words", "is not a calendar", "give an .ics file"),
    ],
)  # fmt: skip
def test_a_file_that_is_something_else_is_called_what_it_is(data, says, advises):
    with pytest.raises(FileTrouble) as caught:
        read(data)
    assert says in caught.value.message
    assert advises in caught.value.hint


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((*HOUR, "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT45M"), ["14 Jan 08:45-10:30"]),
        ((*HOUR, "X-APPLE-TRAVEL-DURATION:PT1H30M"), ["14 Jan 08:00-10:30"]),
        ((*HOUR, "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT0S"), BUSY),
        ((*HOUR, "X-APPLE-TRAVEL-DURATION:"), BUSY),
        ((*HOUR, "X-APPLE-TRAVEL-DURATION:PT45M", "TRANSP:TRANSPARENT"), []),
        ((*HOUR, "X-APPLE-TRAVEL-DURATION:PT45M", "RRULE:FREQ=DAILY;COUNT=2"), ["14 Jan 08:45-10:30", "15 Jan 08:45-10:30"]),
        (("DTSTART:20270114T003000Z", "DURATION:PT1H", "X-APPLE-TRAVEL-DURATION:PT1H"), ["13 Jan 23:30-01:30"]),
        (("DTSTART:20270114", "X-APPLE-TRAVEL-DURATION:PT1H"), ["14 Jan 00:00-00:00"]),
    ],
)  # fmt: skip
def test_the_way_to_an_entry_is_busy_too(lines, expected):
    assert busy_of(calendar(event(*lines))) == expected


def test_a_moved_occurrence_has_a_way_of_its_own():
    series = event(*HOUR, "X-APPLE-TRAVEL-DURATION:PT30M", "RRULE:FREQ=DAILY;COUNT=2")
    moved = event("RECURRENCE-ID:20270115T093000Z", "DTSTART:20270115T120000Z", "DURATION:PT1H")
    assert busy_of(calendar(series, moved)) == ["14 Jan 09:00-10:30", "15 Jan 12:00-13:00"]


def test_the_way_to_what_begins_after_the_days_asked_about_counts():
    found = read(calendar(event("DTSTART:20270115T003000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", "X-APPLE-TRAVEL-DURATION:PT2H")))  # fmt: skip
    assert len(found.between(date(2027, 1, 14), date(2027, 1, 14))) == 1
    found = read(calendar(event("DTSTART:20270120T003000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", "X-APPLE-TRAVEL-DURATION:P5D")))  # fmt: skip
    assert len(found.between(date(2027, 1, 15), date(2027, 1, 15))) == 1


def test_working_hours_are_said_not_to_be_read():
    hours = "BEGIN:VAVAILABILITY\r\nDTSTART:20270101T000000Z\r\nBEGIN:AVAILABLE\r\nDTSTART:20270104T090000Z\r\nDTEND:20270104T170000Z\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:x\r\ny\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY"  # fmt: skip
    found = read(calendar(hours, event(*HOUR)))
    assert len(found.between(date(2027, 1, 1), date(2027, 1, 31))) == 1
    (note,) = found.notes
    assert "VAVAILABILITY, line 3" in note
    assert "not read" in note


NEVER = "RRULE:FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30;COUNT=1"
OFTEN = "RRULE:FREQ=DAILY;BYHOUR=0,3,6,9,12,15,18,21;BYMINUTE=0,5,10,15,20,25,30,35,40,45,50,55"


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "parts",
    [
        [event(*HOUR, NEVER, uid=f"n{n}") for n in range(200)],
        [event(*HOUR, OFTEN, uid=f"n{n}") for n in range(100)],
        [event(*HOUR, f"{OFTEN};COUNT=499999", uid=f"n{n}") for n in range(100)],
        [event(*HOUR, *[NEVER] * 300)],
    ],
)
def test_a_small_file_costs_a_bounded_amount_of_work_and_names_the_entry(parts, monkeypatch):
    text = calendar(*parts)
    assert len(text) < 48 * 1024
    monkeypatch.setattr(busy_file, "MAX_STEPS_TOGETHER", 50_000)
    problems = refusal(text)
    assert all(problem.message.startswith("entry `") for problem in problems)
    assert any("steps" in p.message or "too often" in p.message for p in problems)


def test_what_comes_of_a_rule_is_work_too(monkeypatch):
    monkeypatch.setattr(busy_file, "MAX_STEPS_TOGETHER", 60_000)
    (problem,) = refusal(calendar(event(*HOUR, OFTEN)))
    assert "repeats too often" in problem.message
    monkeypatch.setattr(busy_file, "MAX_STEPS_TOGETHER", 600_000)
    assert len(busy_of(calendar(event(*HOUR, OFTEN)))) == 6 + 4 * 12 + 351 * 96


def test_a_long_count_is_no_reason_to_wait():
    found = busy_of(calendar(event(*HOUR, "RRULE:FREQ=DAILY;COUNT=400000")))
    assert len(found) == 352


def test_a_zone_that_is_used_and_damaged_is_refused_unless_its_name_is_known():
    damaged = OWN_ZONE.replace("TZOFFSETTO:", "nonsense\r\nTZOFFSETTO:").rstrip()
    entry = event("DTSTART;TZID=Here:20270114T103000", "DURATION:PT1H")
    (problem,) = refusal(calendar(damaged, entry))
    assert problem.message.startswith("entry `one@here` (line 12): the definition of its zone")
    known = (
        calendar(damaged, entry).replace("Here", "Europe/Berlin").replace("Here", "Europe/Berlin")
    )
    assert busy_of(known) == BUSY
    assert "cannot be read: it is taken as Europe/Berlin" in read(known).notes[0]


def test_a_calendar_that_calls_its_entries_off_takes_no_time():
    cancelled = calendar("METHOD:CANCEL", event(*HOUR, "SEQUENCE:1"))
    assert busy_of(cancelled) == []
    assert busy_of(calendar("METHOD:REQUEST", event(*HOUR))) == BUSY
    assert busy_of(PLAIN + cancelled) == []
    assert busy_of(calendar(event(*HOUR, "SEQUENCE:2")) + cancelled) == BUSY


def test_the_notes_of_a_calendar_stand_beside_no_place_too(ketasched):
    hours = "BEGIN:VAVAILABILITY\r\nEND:VAVAILABILITY"
    whole = event("DTSTART;VALUE=DATE:20270101", "DTEND;VALUE=DATE:20280101")
    Path("full.ics").write_text(calendar(hours, whole), encoding="utf-8", newline="")
    outcome = ketasched("plan", "iv", "--start", "2027-01-04", "--tz", "UTC", "--busy", "full.ics")
    assert outcome.code == 3
    assert "note: full.ics: its working hours" in outcome.err
