"""Reading a calendar of 20,000 entries and expanding half a year of it: ketasched, beside what
`icalendar` and recurring-ical-events take by themselves for the same. CPU time, in turns, one run.

    python benchmarks/busy.py
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import icalendar
import recurring_ical_events

from ketasched import zone
from ketasched.domain.busy import Busy
from ketasched.files.busy_calendar import busy_file

ENTRIES = 20_000
ROUNDS = 2
REACH = 1.3
FIRST, LAST = date(2026, 10, 1), date(2027, 3, 31)
CLINIC = zone.load("America/Chicago").tzinfo
ZONES = ("America/Chicago", "America/Chicago", "America/New_York", "Europe/Berlin")


def main() -> None:
    """Measure and print."""
    ours, theirs = [], []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "busy.ics"
        path.write_bytes(make(ENTRIES).encode())
        print(f"{ENTRIES:,} entries, {path.stat().st_size / 2**20:.1f} MiB, {FIRST} to {LAST}")
        for _ in range(ROUNDS):
            begun = time.process_time()
            mine = with_ketasched(path)
            ours.append(time.process_time() - begun)
            begun = time.process_time()
            other = with_the_libraries(path)
            theirs.append(time.process_time() - begun)
    print(f"ketasched                             {min(ours):6.2f} s, {len(mine):,} busy times")
    print(f"icalendar and recurring-ical-events   {min(theirs):6.2f} s, {len(other):,} busy times")
    print(f"ratio {min(ours) / min(theirs):.2f} (reach {REACH}); same times: {set(mine) == other}")


def with_ketasched(path: Path) -> list[Busy]:
    """Read and expand."""
    return busy_file.load(str(path), CLINIC).between(FIRST, LAST)


def with_the_libraries(path: Path) -> set[Busy]:
    """Read and expand, and leave out what does not block."""
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    query = recurring_ical_events.of(calendar)
    first = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=CLINIC)
    last = datetime(LAST.year, LAST.month, LAST.day, tzinfo=CLINIC) + timedelta(days=1)
    return {
        _busy(event["DTSTART"].dt, event["DTEND"].dt)
        for event in query.between(first, last)
        if event.get("STATUS") != "CANCELLED" and event.get("TRANSP") != "TRANSPARENT"
    }


def _busy(start: date, end: date) -> Busy:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return Busy(start.astimezone(UTC), end.astimezone(UTC))
    begins, ends = (datetime(one.year, one.month, one.day, tzinfo=CLINIC) for one in (start, end))
    return Busy(begins.astimezone(UTC), ends.astimezone(UTC), all_day=True)


def make(number: int) -> str:
    """A calendar of some years: of ten entries, seven single, one all-day, two recurring."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN"]
    for count in range(number):
        day = datetime(2022, 1, 3, tzinfo=UTC) + timedelta(days=count * 7 % 2100)
        hour = 8 + count % 9
        name = ZONES[count % len(ZONES)]
        minute = count * 7 % 60
        at = f";TZID={name}:{day:%Y%m%d}T"
        lines += ["BEGIN:VEVENT", f"UID:{count:06}@example.org", "DTSTAMP:20261122T090000Z"]
        if count % 10 == 7:
            lines += [f"DTSTART;VALUE=DATE:{day:%Y%m%d}"]
            lines += [f"DTEND;VALUE=DATE:{day + timedelta(days=1 + count % 3):%Y%m%d}"]
        else:
            lines += [f"DTSTART{at}{hour:02}{minute:02}00", f"DTEND{at}{hour + 1:02}{minute:02}00"]
        if count % 10 >= 8:
            except_day = day + timedelta(days=14)
            lines += [f"RRULE:FREQ=WEEKLY;COUNT={10 + count % 40}"]
            lines += [f"EXDATE;TZID={name}:{except_day:%Y%m%d}T{hour:02}{minute:02}00"]
        lines += [
            f"SUMMARY:Entry {count}",
            "DESCRIPTION:A few words about it\\, as people write them\\nand a second line",
            "LOCATION:Main Street 1",
            "STATUS:CONFIRMED",
            f"TRANSP:{'TRANSPARENT' if count % 20 == 7 else 'OPAQUE'}",
            "SEQUENCE:0",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


if __name__ == "__main__":
    main()
