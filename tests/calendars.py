"""Judges that read calendar files back; none of them writes one."""

import re
from datetime import datetime, timedelta
from io import StringIO

import icalendar
from dateutil.tz import tzical

ORDER = [
    "UID",
    "DTSTAMP",
    "CREATED",
    "LAST-MODIFIED",
    "SEQUENCE",
    "DTSTART",
    "DTEND",
    "SUMMARY",
    "LOCATION",
    "DESCRIPTION",
    "STATUS",
    "TRANSP",
    "CLASS",
    "CATEGORIES",
]
"""The properties of an entry in the order that all calendar programs take; no others."""


def lines_of(data):
    """The content lines of a file, unfolded, after a look at its bytes."""
    assert data.endswith(b"\r\n")
    physical = data.split(b"\r\n")[:-1]
    assert b"\n" not in b"".join(physical), "a bare line end"
    assert b"\r" not in b"".join(physical), "a bare carriage return"
    assert all(0 < len(line) <= 75 for line in physical), "a line is empty or too long"
    for line in physical:
        line.decode("utf-8")  # no character is split
        assert line.strip(), "an empty continuation line"
    return data.decode("utf-8").replace("\r\n ", "").split("\r\n")[:-1]


def events_of(data):
    """The events as icalendar reads them."""
    lines_of(data)
    return icalendar.Calendar.from_ical(data).walk("VEVENT")


def zones_of(data):
    """The zones a file defines, as dateutil reads its VTIMEZONE, by name."""
    text = data.decode("utf-8").replace("\r\n ", "")
    if "BEGIN:VTIMEZONE" not in text:
        return {}
    found = tzical(StringIO(text))
    return {name: found.get(name) for name in list(found.keys())}


def check_times(course, data):
    """Every session has its wall time, and its instant by the file's zone and by the zone's name."""
    defined = zones_of(data)
    # Duties are entries of whole days.
    events = [one for one in events_of(data) if isinstance(one["DTSTART"].dt, datetime)]
    assert len(events) == len(course.entries())
    for session, event in zip(course.entries(), events, strict=True):
        for name, ours in (("DTSTART", session.start), ("DTEND", session.end)):
            theirs = event[name].dt
            tzid = event[name].params.get("TZID")
            assert theirs.timestamp() == ours.timestamp(), (name, ours, theirs)
            if tzid is None:
                assert theirs.utcoffset() == timedelta(0)
                continue
            assert tzid in defined
            wall = ours.replace(tzinfo=None, fold=0)
            assert theirs.replace(tzinfo=None) == wall
            by_file = wall.replace(tzinfo=defined[tzid])
            assert by_file.timestamp() == ours.timestamp(), (name, ours, by_file.utcoffset())


def check_shape(data):
    """The one shape that every program reads alike."""
    lines = lines_of(data)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert [line.split(":")[0] for line in lines[1:4]] == ["VERSION", "PRODID", "CALSCALE"]
    assert not re.search(
        r"^(METHOD|X-WR-TIMEZONE|COLOR|RRULE.*UNTIL|DURATION|RDATE|COMMENT)\b",
        "\n".join(lines),
        re.MULTILINE,
    )
    events = "\n".join(lines).split("BEGIN:VEVENT\n")[1:]
    for event in events:
        body = event.split("END:VEVENT")[0].split("BEGIN:VALARM")
        names = [re.split("[;:]", line)[0] for line in body[0].splitlines()]
        assert names == [name for name in ORDER if name in names]
        assert {
            "UID",
            "DTSTAMP",
            "CREATED",
            "LAST-MODIFIED",
            "SEQUENCE",
            "DTSTART",
            "DTEND",
        } <= set(names)
        assert "SEQUENCE:0" in event
        for alarm in body[1:]:
            assert re.search(r"^TRIGGER:-P", alarm, re.MULTILINE)
    assert ("X-WR-CALNAME" in "\n".join(lines)) == (len(events) > 1)
