"""``ketasched agenda``: who comes today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from ketasched import clock, zone
from ketasched.asking.surroundings import clinic_file, clinic_here
from ketasched.asking.values import read
from ketasched.cli.options import Option, takes
from ketasched.cli.result import Result
from ketasched.domain.course import is_gone
from ketasched.domain.days import each_day
from ketasched.domain.house import CHAIR, House
from ketasched.domain.typed_dates import read_date
from ketasched.files.clinic.clinic import ClinicFile
from ketasched.records.folder import closed_days_of, no_record, unread_trouble, walk
from ketasched.records.open import read_quickly
from ketasched.records.plain_values import date_of
from ketasched.records.record import CourseRecord
from ketasched.reports.agenda_report import Agenda, Day, agenda_report, agenda_table
from ketasched.running.agenda import Patient, coming, due_elsewhere
from ketasched.running.changing_seats import with_changes

HELP = """Who comes on a day: the sessions and linked visits of all records in a folder by
time, what is due, who sits where, and how full the house is.

\b
Examples:
  ketasched agenda
  ketasched agenda records --day tomorrow
  ketasched agenda records --week --clinic clinic.yaml
  ketasched agenda --output day.html
"""


class AgendaRequest(NamedTuple):
    """Which days, for whom, and whose chairs."""

    folder: str = "."
    day: str = ""
    week: bool = False
    audience: Literal["staff", "free-busy"] = "staff"
    clinic: str = ""
    format: Literal["table", "json", "csv", "html", "xlsx"] = "table"


@takes(
    AgendaRequest,
    day=Option("That day; today.", "DATE"),
    week=Option("The week of that day."),
    audience=Option("free-busy says when, and not who; staff."),
)
def run(request: AgendaRequest) -> Result:
    """Who comes on a day or in a week, from all records of a folder.

    Raises:
        KetaschedError: an option cannot be read, or there is no record.
    """
    clinic = clinic_file(request.clinic)
    records, unread = walk(Path(request.folder), read_quickly, lambda record: [record.told[0].uid])
    if not records and not unread:
        raise no_record(Path(request.folder))
    # What the records know goes before a file that nobody named.
    house = clinic.house if clinic else _largest_house(records)
    if not clinic and not house:
        clinic = clinic_here(Path(request.folder))
        house = clinic.house if clinic else None
    bare = request.audience == "free-busy"
    here = _here(records, clinic.timezone if clinic else "")
    first, last = _span(request, here.date())
    closed, not_read = closed_days_of(Path(request.folder))
    unread += not_read
    why = {closed_day.day: closed_day.reason for closed_day in closed}
    days = _days([_patient(record) for record in records], first, last, bare=bare)
    agenda = Agenda(
        [
            day._replace(
                closed=why.get(day.day),
                coming=with_changes(house, day.coming) if house else day.coming,
            )
            for day in days
        ],
        house,
        frozenset(record.timezone for record in records),
        bare,
        here,
    )
    trouble = unread_trouble(unread, "shown")

    def page() -> str:
        from ketasched.cli.terminal.agenda import agenda_page

        return agenda_page(agenda)

    def html() -> str:
        from ketasched.cli.pages.agenda_page import day_page
        from ketasched.cli.pages.week_page import week_page

        make = week_page if request.week else day_page
        return make(agenda, clinic or _usual_clinic(records))

    return Result(
        page,
        lambda: agenda_report(agenda, unread),
        lambda: agenda_table(agenda),
        html=html,
        trouble=trouble,
    )


def _days(patients: Sequence[Patient], first: date, last: date, *, bare: bool) -> list[Day]:
    """Who comes on each day, and on the first what is due for others."""
    shown = coming(patients, first, last)
    if bare:
        shown = [visitor for visitor in shown if not is_gone(visitor.entry)]
    days = [
        Day(day, [visitor for visitor in shown if visitor.entry.start.date() == day])
        for day in each_day(first, last)
    ]
    days[0] = days[0]._replace(due=due_elsewhere(patients, shown, first, last))
    return days


def _patient(record: CourseRecord) -> Patient:
    """Whose course it is, for the agenda."""
    until = record.options.get("authorised_until")
    visits = record.options.get("authorised_visits")
    return Patient(
        record.name,
        record.course,
        date_of(until) if until else None,
        int(visits or 0),
        record.seats,
    )


def _here(records: Sequence[CourseRecord], named: str) -> datetime:
    """The moment in the clinic's zone: the one a clinic file names, else that of most records."""
    zones = [record.timezone for record in records]
    name = named or max(sorted(set(zones)), key=zones.count, default="")
    return clock.now().astimezone(zone.load(name).tzinfo if name else None)


def _usual_clinic(records: Sequence[CourseRecord]) -> ClinicFile | None:
    """The clinic of most records, by its name."""
    clinics = [record.clinic for record in records if record.clinic]
    times = Counter(clinic.name for clinic in clinics)
    return max(clinics, key=lambda clinic: (times[clinic.name], clinic.name), default=None)


def _largest_house(records: Sequence[CourseRecord]) -> House | None:
    """The house with the most chairs of those that the records were planned for, and of these the
    one with most of all else.
    """
    houses = [record.clinic.house for record in records if record.clinic]
    return max((house for house in houses if house), key=_size, default=None)


def _size(house: House) -> tuple[int, int, int]:
    chairs = house.resource(CHAIR)
    most = sum(resource.most for resource in house.resources)
    return chairs.most if chairs else 0, most, len(house.takes)


def _span(request: AgendaRequest, today: date) -> tuple[date, date]:
    day = today
    if request.day:
        day = read("--day", lambda text: read_date(text, today), request.day)
    if not request.week:
        return day, day
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)
