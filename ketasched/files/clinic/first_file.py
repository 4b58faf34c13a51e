"""A first clinic file with comments, to go on from."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.domain.clinic import Week, spans_text
from ketasched.domain.wording import WEEKDAYS
from ketasched.public_holidays import HolidayCalendar
from ketasched.reading.texts import quoted


class FirstClinic(NamedTuple):
    """What a first file says; empty or 0 where it does not say. ``start_time``: such as 09:30."""

    name: str
    timezone: str
    hours: Week
    holidays: HolidayCalendar | None
    start_time: str = ""
    chairs: int = 0
    phone: str = ""


def first_file(clinic: FirstClinic) -> str:
    """The text of the file, with a comment at each key and those that it might have besides."""
    return _FILE.format(
        name=quoted(clinic.name),
        phone=_line("phone", quoted(clinic.phone) if clinic.phone else "", "+1 312 555 0100"),
        timezone=clinic.timezone,
        hours="\n".join(f"  {days}: {hours}" for days, hours in _by_days(clinic.hours)),
        holidays=_holidays(clinic.holidays),
        defaults="defaults:" if clinic.start_time else "# defaults:",
        start_time=_line("  start_time", clinic.start_time, "09:30"),
        chairs=_line("chairs", str(clinic.chairs or ""), "2"),
    )


def _line(key: str, value: str, example: str) -> str:
    return f"{key}: {value}" if value else f"# {key}: {example}"


def _by_days(week: Week) -> list[tuple[str, str]]:
    """Weekdays in a row that have the same hours, and these; closed ones are left out."""
    rows: list[tuple[int, int]] = []
    for weekday, spans in enumerate(week):
        if spans and rows and rows[-1][1] == weekday - 1 and week[weekday - 1] == spans:
            rows[-1] = (rows[-1][0], weekday)
        elif spans:
            rows.append((weekday, weekday))
    return [(_days_text(first, last), spans_text(week[first])) for first, last in rows]


def _days_text(first: int, last: int) -> str:
    names = [WEEKDAYS[first].casefold(), WEEKDAYS[last].casefold()]
    return names[0] if first == last else "-".join(names)


def _holidays(wanted: HolidayCalendar | None) -> str:
    if wanted is None:
        return "# holidays:\n#   country: US              # two letters"
    part = _line("  subdivision", quoted(wanted.subdivision) if wanted.subdivision else "", "IL")
    return f"holidays:\n  country: {wanted.country}\n{part}"


_FILE = """\
# Your clinic's file. After a change, check it and read what was understood:
#
#     ketasched check clinic.yaml --year 2027
#
# Lines that begin with # say nothing yet: take the # away. All keys: docs/clinic.md

version: 1                     # of the format

name: {name}
# address: 12 Shore Road, Chicago, IL 60601
{phone}
timezone: {timezone}

# Opening hours; several spans a day have a comma between them, other weekdays are closed.
hours:
{hours}

# Times at which it is open and nothing begins, such as lunch: a long session may last over them.
# not_starting: ["12:00-13:00"]

# Public holidays, on which it is closed: of the country, and of a part of it (its code or name).
{holidays}

# Other days on which it is closed.
# closures:
#   - {{date: 2027-03-12, reason: staff training}}
#   - {{from: 2027-12-24, to: 2028-01-02}}

# Days with hours of their own.
# openings:
#   - {{date: 2027-01-16, hours: 09:00-13:00}}

# How many people can be treated at once; the agenda marks when there would be more. In place of
# it, `resources` and `takes` say how many chairs, nurses and rooms there are, and what takes them.
{chairs}

# Nothing is placed by itself nearer than this; by hand it may be, with --override notice.
# notice: 24 h                 # or: 2 working days

# What a session is missed, moved or cancelled for: `--reason` says one, and it is counted.
# reasons: [illness, travel, weather]

# What a course has unless asked otherwise.
{defaults}
{start_time}
#   reminders: [1 day, 2 h]
#   protocols: our-protocols.yaml    # a file of your own protocols, beside this one
"""
