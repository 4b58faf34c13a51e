"""``ketasched agenda``: who comes today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ketasched import clock, zone
from ketasched.asking.surroundings import clinic_file
from ketasched.asking.values import choose, read
from ketasched.cli import output
from ketasched.domain.course import is_gone
from ketasched.domain.typed_dates import read_date
from ketasched.errors import FileTrouble, UsageProblem
from ketasched.records.open import ENDING, Unread, patient_of, read_quickly
from ketasched.records.record import CourseRecord
from ketasched.reports import agenda_report, course_report
from ketasched.reports.agenda_report import Day
from ketasched.running.agenda import coming, due_elsewhere


class Wanted(NamedTuple):
    """Which days, for whom, and how to print them; empty means not given."""

    day: str = ""
    week: bool = False
    audience: str = ""
    clinic: str = ""
    format: str = ""


class Agenda(NamedTuple):
    """The days to show; how many chairs there are (0: not known); whether all is in one zone."""

    days: Sequence[Day]
    chairs: int
    zones: frozenset[str]
    bare: bool


def run(folder: str, wanted: Wanted) -> None:
    """Print who comes on a day or in a week, from all records of a folder.

    Raises:
        KetaschedError: an option cannot be read, or there is no record; FileTrouble names the
            records that cannot be read, after the others were shown.
    """
    form = wanted.format or "table"
    choose("--format", form, ("table", "json", "csv"))
    choose("--for", wanted.audience or "staff", ("staff", "free-busy"))
    bare = wanted.audience == "free-busy"
    file = clinic_file(wanted.clinic)
    records, unread = look_at(Path(folder))
    zones = frozenset(record.timezone for record in records)
    today = _today(records, file.timezone if file else "")
    first, last = _days(wanted, today)
    patients = [patient_of(record) for record in records]
    shown = coming(patients, first, last)
    if bare:
        shown = [one for one in shown if not is_gone(one.entry)]
    days = []
    for day in _each(first, last):
        there = [one for one in shown if one.entry.start.date() == day]
        days.append(Day(day, there))
    days[0] = days[0]._replace(due=due_elsewhere(patients, shown, first, last))
    clinics = [record.clinic for record in records if record.clinic]
    chairs = file.chairs if file else max((clinic.chairs for clinic in clinics), default=0)
    if form == "json":
        text = course_report.to_json(agenda_report.report(days, chairs, unread, bare=bare))
        output.print_data(text.encode(errors="replace"))
    elif form == "csv":
        rows = agenda_report.rows(days, bare=bare)
        text = course_report.rows_as_csv(agenda_report.COLUMNS, rows, agenda_report.TEXTS)
        output.print_data(text.encode(errors="replace"))
    else:
        from ketasched.cli.terminal.agenda import agenda_page

        output.print_text(agenda_page(Agenda(days, chairs, zones, bare)))
    if unread:
        why = "; ".join(why for _, why in unread)
        raise FileTrouble(why, "the others are shown", told=True)


def look_at(folder: Path) -> tuple[list[CourseRecord], Unread]:
    """All records of a folder, and the files that cannot be read, with why.

    Raises:
        UsageProblem: it is no folder, or has no record.
    """
    if not folder.is_dir():
        raise UsageProblem(f"{folder} is not a folder", "give the folder of the records")
    seen: dict[str, Path] = {}
    records: list[CourseRecord] = []
    unread: Unread = []
    for path in sorted(folder.glob(f"*{ENDING}")):
        try:
            record = read_quickly(path)
        except FileTrouble as trouble:
            unread.append((str(path), trouble.message))
            continue
        twin = seen.setdefault(record.told[0].uid, path)
        if twin == path:
            records.append(record)
        else:
            unread.append((str(path), f"{path} has the entries of {twin}"))
    if not records and not unread:
        raise UsageProblem(f"there is no record in {folder}", "plan … --save writes one")
    return records, unread


def _today(records: Sequence[CourseRecord], named: str) -> date:
    """Today in the clinic's zone: the one a clinic file names, else that of most records."""
    zones = [record.timezone for record in records]
    name = named or max(sorted(set(zones)), key=zones.count, default="")
    here: datetime = clock.now()
    return here.astimezone(zone.load(name).tzinfo if name else None).date()


def _days(wanted: Wanted, today: date) -> tuple[date, date]:
    day = read("--day", lambda text: read_date(text, today), wanted.day) if wanted.day else today
    if not wanted.week:
        return day, day
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _each(first: date, last: date) -> Iterator[date]:
    for days in range((last - first).days + 1):
        yield first + timedelta(days=days)
