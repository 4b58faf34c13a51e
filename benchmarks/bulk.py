"""Many courses in one process: planned and written by ketasched, beside `icalendar` writing the
same entries. Ratios of CPU time in one run.

    python benchmarks/bulk.py
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import icalendar

from ketasched import zone
from ketasched.asking import library
from ketasched.calendar import ics_file
from ketasched.calendar.entry_text import View
from ketasched.domain.clinic import Clinic, Closure
from ketasched.domain.commitments import Commitments
from ketasched.domain.course import Course
from ketasched.domain.typed_times import read_clock
from ketasched.planning.phase_options import Choices, lay_out
from ketasched.planning.plan import plan
from ketasched.planning.plan_input import Order, make_rules
from ketasched.planning.start_times import StartTimes

STAMP = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ROUNDS = 3


def main() -> None:
    """Measure and print."""
    world = World()
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        seconds = {}
        for number in (100, 1000):
            ours = seconds[number] = best(lambda n=number: world.plan_and_write(n, folder))
            print(f"N = {number:4}: ketasched plans and writes          {ours:6.2f} s")
            for ready_made, name in ((True, "zone ready made"), (False, "zone made each time")):
                theirs = best(
                    lambda n=number, r=ready_made: world.write_with_icalendar(
                        n, folder, zone_ready_made=r
                    )
                )
                print(f"  icalendar writes, {name:20}    {theirs:6.2f} s", end="")
                print(f"   ketasched / icalendar = {ours / theirs:.2f}")
        print(f"1,000 / 100 courses = {seconds[1000] / seconds[100]:.1f} x the time (linear: 10)")
        peaks = {number: world.peak_memory(number, folder) for number in (100, 1000)}
        print(f"peak memory: {peaks[100]:.1f} MiB for 100, {peaks[1000]:.1f} MiB for 1,000")


def best(work: Callable[[], object]) -> float:
    """The least CPU seconds of a few rounds; wall time would measure the neighbours too."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


class World:
    """One clinic, one protocol, a new start for each course."""

    def __init__(self) -> None:
        self.zone = zone.load("America/Chicago")
        self.protocol = library.load("")["spravato"]
        self.layout = lay_out(self.protocol, Choices())
        closures = (Closure(date(2027, 5, 31), date(2027, 5, 31)),)
        self.clinic = Clinic(self.zone.tzinfo, closures=closures)
        self.times = StartTimes((read_clock("09:00"),) * 7)
        self.view = View("", reminders=self.protocol.reminders)

    def course(self, number: int) -> Course:
        """The course of one person."""
        start = date(2027, 1, 4) + timedelta(days=number % 4 + number // 4 % 26 * 7)
        rules = make_rules(self.clinic, self.times, Commitments())
        outcome = plan(Order(self.protocol, self.layout, start, self.clinic, rules))
        if not isinstance(outcome, Course):
            raise TypeError(outcome.message)
        return outcome

    def plan_and_write(self, number: int, folder: Path) -> None:
        """What a clinic does: plan each course, write each file."""
        for person in range(number):
            view = self.view._replace(course_name=f"person {person}")
            data = bytes(ics_file.write(self.course(person), self.zone, view, STAMP))
            (folder / f"{person}.ics").write_bytes(data)

    def write_with_icalendar(self, number: int, folder: Path, *, zone_ready_made: bool) -> None:
        """The same entries, given to `icalendar` as values; the VTIMEZONE too, if ready made."""
        source = icalendar.Calendar.from_ical((folder / "0.ics").read_bytes())
        (timezone,) = source.walk("VTIMEZONE")
        entries = [_values(event) for event in source.walk("VEVENT")]
        for person in range(number):
            calendar = icalendar.Calendar()
            calendar.add("version", "2.0")
            calendar.add("prodid", "-//Appointments//EN")
            if zone_ready_made:
                calendar.add_component(timezone)
            for entry in entries:
                calendar.add_component(_event(entry))
            if not zone_ready_made:
                calendar.add_missing_timezones()
            (folder / f"their {person}.ics").write_bytes(calendar.to_ical())

    def peak_memory(self, number: int, folder: Path) -> float:
        """The most memory in use while courses are written one by one, in MiB."""
        tracemalloc.start()
        self.plan_and_write(number, folder)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak / 2**20


def _values(event: icalendar.Event) -> dict[str, object]:
    return {
        "uid": str(event["UID"]),
        "dtstart": event["DTSTART"].dt,
        "dtend": event["DTEND"].dt,
        "summary": str(event["SUMMARY"]),
        "description": str(event["DESCRIPTION"]),
    }


def _event(entry: dict[str, object]) -> icalendar.Event:
    event = icalendar.Event()
    for name, value in entry.items():
        event.add(name, value)
    event.add("dtstamp", STAMP)
    event.add("created", STAMP)
    event.add("last-modified", STAMP)
    event.add("sequence", 0)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("categories", ["Appointment"])
    for before in (timedelta(days=-1), timedelta(hours=-2)):
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", before)
        alarm.add("description", entry["summary"])
        event.add_component(alarm)
    return event


if __name__ == "__main__":
    main()
