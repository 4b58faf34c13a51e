"""A clinic as a file writes it: its keys, and the rules that look at several of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from ketasched import public_holidays
from ketasched.domain.clinic import Closure, NotStarting, Opening, Week, not_starting_week
from ketasched.domain.commitments import LONGEST_TRAVEL
from ketasched.domain.house import CHAIR, House, Resource, Takes
from ketasched.domain.notice import Notice, read_notice
from ketasched.domain.typed_times import read_clock, read_minutes
from ketasched.domain.wording import clock_text, day_text, minute_of_day
from ketasched.files.clinic.dated_days import CLOSURES, OPENINGS
from ketasched.files.clinic.not_starting import NOT_STARTING, check_not_starting
from ketasched.files.clinic.opening_hours import SPANS, Hours
from ketasched.files.clinic.resources import RESOURCES, TAKES, chairs_of, check_takes
from ketasched.languages.language import LANGUAGES, HourCycle, LanguageCode
from ketasched.languages.typed import read_hour_cycle, read_language
from ketasched.public_holidays import HolidayCalendar
from ketasched.reading.fields import (
    Key,
    ListOf,
    Reading,
    Record,
    Schema,
    Text,
    one_of,
    whole,
    yes_or_no,
)
from ketasched.reading.file_text import FileText
from ketasched.reading.needs import MOST
from ketasched.reading.texts import LINE, REMINDER, VERSION, Placed, length, zone_name

_PLACE = re.compile(r"`([A-Z]{2})-([^`]+)`")


class Defaults(NamedTuple):
    """What a clinic's courses have unless asked otherwise. ``travel`` is in minutes."""

    start_time: time | None = None
    location: str = ""
    reminders: tuple[timedelta, ...] | None = None
    travel: int | None = None
    protocols: str = ""


class Publishing(NamedTuple):
    """Where `publish` sends courses unless told otherwise: an address, for whom, and the file that
    holds the login, beside the clinic file; empty where it does not say.
    """

    to: str
    audience: str = ""
    login: str = ""


class ClinicFile(NamedTuple):
    """What a clinic file says; None, 0 or empty where it says nothing. ``chairs``: how many people
    can be treated at once; ``reasons``: what a change may be for, to be counted; ``notice``: how
    long before it begins a patient knows of what is put somewhere without a person's say.
    ``resources`` and what appointments take of them (``takes``); with ``chairs`` alone, those.
    ``file``: where it was read; ``words``: all it says, as texts; ``found``: where it was found,
    if nobody named it; ``source``: its text, for what only other files show to be wrong. ``lang``
    and ``clock``: what patients are told in.
    """

    name: str
    address: str = ""
    phone: str = ""
    timezone: str = ""
    hours: Week | None = None
    not_starting: tuple[NotStarting, ...] = ()
    holidays: HolidayCalendar | None = None
    closures: tuple[Closure, ...] = ()
    openings: tuple[tuple[date, Opening], ...] = ()
    defaults: Defaults = Defaults()
    chairs: int = 0
    reasons: tuple[str, ...] = ()
    notice: Notice = Notice()
    publish: Publishing | None = None
    resources: tuple[Resource, ...] = ()
    takes: tuple[Takes, ...] = ()
    file: str = ""
    words: Mapping[str, Any] | None = None
    found: str = ""
    source: FileText | None = None
    lang: LanguageCode | None = None
    clock: HourCycle | None = None

    @property
    def house(self) -> House | None:
        """What it has, and what appointments take of that; None where it does not say."""
        return House(self.resources, self.takes) if self.resources else None


# The parts, from the inside out


def _check_holidays(wanted: HolidayCalendar, reading: Reading) -> None:
    for problem in public_holidays.problems(wanted):
        if problem.field == "kept_open":
            reading.fault_in(problem.value, "", *problem.args)
        else:
            message, hint = problem.args
            in_two_keys = _PLACE.sub(r"`country: \1` and `subdivision: \2`", hint)
            reading.fault_in(wanted, problem.field, message, in_two_keys)


class _NoneOr(NamedTuple):
    """The word ``none``, or a list."""

    items: ListOf

    def read(self, node: yaml.Node, reading: Reading) -> Any:
        if isinstance(node, yaml.ScalarNode) and node.value.strip().casefold() == "none":
            return ()
        return self.items.read(node, reading)

    def schema(self) -> Schema:
        return {"oneOf": [{"const": "none"}, self.items.schema()]}


_CLOCK = Text(read_clock, {"type": "string", "examples": ["09:30"]})


def _check_clinic(clinic: ClinicFile, reading: Reading) -> None:
    seen: set[date] = set()
    for opening in clinic.openings:
        if opening[0] in seen:
            hint = "write all of its hours in one opening: 09:00-12:00, 13:00-15:00"
            reading.fault_in(opening, "date", f"{day_text(opening[0])} has hours twice", hint)
        seen.add(opening[0])
    _check_reasons(clinic, reading)
    _check_house(clinic, reading)
    if clinic.hours is not None:
        check_not_starting(clinic.not_starting, clinic.hours, reading)
        _check_start_time(clinic, clinic.hours, reading)


def _check_house(clinic: ClinicFile, reading: Reading) -> None:
    if reading.says(clinic, "chairs") and reading.says(clinic, "resources"):
        hint = f"write `chair: {clinic.chairs}` under `resources`, and leave this out"
        reading.fault_in(clinic, "chairs", "`resources` say how many chairs there are", hint)
    elif clinic.takes and clinic.house is None:
        message = "nothing is known of what there is to take"
        reading.fault_in(clinic, "takes", message, "say it under `resources`: `chair: 8`")
    elif clinic.house:
        check_takes(clinic.house, reading)


def _check_start_time(clinic: ClinicFile, hours: Week, reading: Reading) -> None:
    at = clinic.defaults.start_time
    if at is None:
        return
    minute = minute_of_day(at)
    are_open = [
        weekday for weekday, spans in enumerate(hours) if any(span.has(minute) for span in spans)
    ]
    blocked = not_starting_week(clinic.not_starting)
    if not are_open:
        message = f"no weekday is open at {clock_text(at)}, the start time"
        reading.fault_in(clinic.defaults, "start_time", message, "choose a time inside `hours`")
    elif all(any(span.has(minute) for span in blocked[weekday]) for weekday in are_open):
        message = f"nothing begins at {clock_text(at)}, the start time, by `not_starting`"
        reading.fault_in(clinic.defaults, "start_time", message, "choose a time outside of it")


def _check_reasons(clinic: ClinicFile, reading: Reading) -> None:
    seen: set[str] = set()
    for reason in clinic.reasons:
        if reason.casefold() in seen:
            reading.fault_in(reason, "", f"the reason `{reason}` is there twice", "keep one")
        seen.add(reason.casefold())


def _holidays(**keys: Any) -> HolidayCalendar:
    return HolidayCalendar(keys["country"], keys["subdivision"], keys["observed"], keys["open"])


def _publishing(**keys: Any) -> Publishing:
    return Publishing(keys["to"], keys["for"], keys["login"])


def _address(text: str) -> str:
    """An address without a login in it; whether it is safe is judged when it is used."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"`{text}` is no address such as https://host/calendars/clinic/")
    if "@" in parts.netloc:
        raise ValueError("a login in an address is read by others", "write it in a file: `login`")
    return text


def _clinic(**keys: Any) -> ClinicFile:
    del keys["version"]
    if not keys["resources"] and keys["chairs"]:
        keys["resources"] = (Resource.of_number(CHAIR, keys["chairs"]),)
    keys["chairs"] = keys["chairs"] or chairs_of(keys["resources"])
    return ClinicFile(**keys)


_HOLIDAYS = Record(
    _holidays,
    {
        "country": Key(LINE, "two letters, such as US"),
        "subdivision": Key(LINE, "a part of the country, such as CA", ""),
        "observed": Key(
            yes_or_no(), "also closed on the day a holiday on a weekend is observed", True
        ),
        "open": Key(ListOf(Placed(LINE)), "holidays on which the clinic is open, by name", ()),
    },
    _check_holidays,
)
_DEFAULTS = Record(
    Defaults,
    {
        "start_time": Key(_CLOCK, "when sessions start, such as 09:30", None),
        "location": Key(LINE, "the place in calendar entries; else the address", ""),
        "reminders": Key(
            _NoneOr(ListOf(REMINDER)),
            "before each session, the most important first; or none",
            None,
        ),
        "travel": Key(
            length(read_minutes, 0, LONGEST_TRAVEL, "min"),
            "time to keep free on both sides of what a --busy calendar holds",
            None,
        ),
        "protocols": Key(LINE, "a protocol file, beside this file", ""),
    },
)
_PUBLISHING = Record(
    _publishing,
    {
        "to": Key(Text(_address), "the address of the calendar"),
        "for": Key(one_of("patient", "staff", "free-busy"), "for whom; else the patient", ""),
        "login": Key(LINE, "a file with the user's name and password, beside this file", ""),
    },
)
LANGUAGE = Text(read_language, {"enum": list(LANGUAGES)})
CLOCK_HOURS = Text(read_hour_cycle, {"enum": [12, 24, "12", "24"]})
NOTICE = Text(read_notice, {"type": "string", "examples": ["24 h", "2 working days", "none"]})
CLINIC = Record(
    _clinic,
    {
        "version": Key(VERSION, "the version of this file format: 1"),
        "name": Key(LINE, "the clinic's name"),
        "address": Key(LINE, "its address, for calendar entries", ""),
        "phone": Key(LINE, "its phone number, for calendar entries", ""),
        "timezone": Key(
            Text(zone_name, {"type": "string", "examples": ["America/Chicago"]}),
            "its time zone, such as America/Chicago",
            "",
        ),
        "hours": Key(
            Hours(SPANS), "opening hours by weekday; days that are left out are closed", None
        ),
        "not_starting": Key(NOT_STARTING, "times at which it is open and nothing begins", ()),
        "holidays": Key(_HOLIDAYS, "the public holidays on which it is closed", None),
        "closures": Key(CLOSURES, "closed days", ()),
        "openings": Key(OPENINGS, "days with hours of their own", ()),
        "defaults": Key(_DEFAULTS, "what courses have unless asked otherwise", Defaults()),
        "chairs": Key(
            whole(1, MOST), "how many people can be treated at once: `resources: {chair: 8}`", 0
        ),
        "resources": Key(
            RESOURCES, "how many there are of what appointments take: chair: 8; nurse by times", ()
        ),
        "takes": Key(
            TAKES, "what an appointment takes, by protocol, step or kind; else one chair", ()
        ),
        "reasons": Key(
            ListOf(Placed(LINE)), "what `--reason` may be, to be counted: illness, travel", ()
        ),
        "notice": Key(
            NOTICE,
            "how long ahead the patient knows of what no person places: 24 h, 2 working days, none",
            Notice(),
        ),
        "lang": Key(LANGUAGE, "the language of what patients read: en, es, de or fr", None),
        "clock": Key(CLOCK_HOURS, "a clock of 12 or 24 hours; else as the country has it", None),
        "publish": Key(_PUBLISHING, "the calendar on a server that `publish` keeps up", None),
    },
    _check_clinic,
)
