"""The times of an iCalendar file, each in the zone that its name means by the newest rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from zoneinfo import ZoneInfo

from dateutil.tz import tzical
from icalendar import vDDDTypes
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from ketasched.errors import FileTrouble
from ketasched.files.busy_calendar.lines import Broken, Component, Line
from ketasched.files.busy_calendar.repeats import DayOrTime, Duration

ONSET = frozenset(("DTSTART", "RRULE", "RDATE", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO"))

_TIME = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")
_DURATION = re.compile(
    r"([+-]?)P(?=[0-9T])(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?"
)
# A change of the clocks is yearly; anything else could keep a reader busy for ever.
_YEARLY = re.compile(
    r"(FREQ=YEARLY|INTERVAL=1|WKST=[A-Z]{2}|UNTIL=[0-9TZ]+|BYMONTH=[0-9]+"
    r"|BYDAY=[+-]?[0-9]?[A-Z]{2}|BYMONTHDAY=[0-9,-]+|;)+"
)


class TimeReader:
    """Reads the times of one file.

    Args:
        file: its name in messages.
        zone: the zone of whole days and of floating times. A calendar with X-WR-TIMEZONE has its
            floating times in that zone, as the x-wr-timezone package reads them: it is where its
            owner keeps it. (That package moves UTC times there too, which changes what a rule
            means; here a time in UTC stays one, as RFC 5545 has it.)
        find: the zone of a name by the newest rules, or None.
        components: the VCALENDARs and VTIMEZONEs of the file.

    Raises:
        FileTrouble: the file is of another standard or another reckoning of days.
    """

    def __init__(
        self,
        file: str,
        zone: ZoneInfo,
        find: Callable[[str], ZoneInfo | None],
        components: Iterable[Component],
    ) -> None:
        self.zone = zone
        self._find = find
        self._defined: dict[tuple[int, str], Component] = {}
        self._floating: dict[int, Line] = {}
        self._known: dict[tuple[int, str], tzinfo | None] = {}
        for component in components:
            if component.name == "VTIMEZONE" and (named := component.first("TZID")):
                self._defined[component.calendar, _bare(named.value)] = component
            elif component.name == "VCALENDAR":
                _check_standard(file, component)
                if (named := component.first("X-WR-TIMEZONE")) and named.value:
                    self._floating[component.calendar] = named

    def zone_of(self, when: DayOrTime) -> tzinfo:
        """The zone whose clock a time is read on."""
        return (when.tzinfo if isinstance(when, datetime) else None) or self.zone

    def when(self, component: Component, line: Line, text: str | None = None) -> DayOrTime:
        """The time of a property, or one of its times: a date, or aware.

        Raises:
            Broken: it cannot be read, or its zone is unknown.
        """
        text = line.value if text is None else text.strip()
        name = _bare(line.parameter("TZID"))
        shape = _TIME.fullmatch(text.upper())
        if shape is None:
            raise Broken(f"its {line.name} cannot be read", line.number)
        zone: tzinfo | None = None
        if text.upper().endswith("Z"):
            if name and name.upper() not in {"UTC", "ETC/UTC", "GMT", "Z"}:
                raise Broken(f"its {line.name} has both a zone and UTC", line.number)
            zone = UTC
        elif shape[1]:
            zone = self._floating_zone(component.calendar)
            if name:
                zone = self._named(component.calendar, name, line)
        try:
            read: DayOrTime = vDDDTypes.from_ical(text.upper(), zone)  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError):
            raise Broken(f"its {line.name} cannot be read", line.number) from None
        return read

    def each(self, component: Component, lines: Sequence[Line]) -> Iterator[DayOrTime]:
        """The times of properties that list them; some programs list none."""
        for line in lines:
            for text in line.value.split(","):
                if text.strip():
                    yield self.when(component, line, text)

    def listed(
        self, component: Component, lines: Sequence[Line]
    ) -> Iterator[DayOrTime | tuple[DayOrTime, Duration]]:
        """As `each`, where a period may stand for a time."""
        for line in lines:
            if "/" in line.value:
                yield from self.periods(component, line)
            else:
                yield from self.each(component, [line])

    def periods(self, component: Component, line: Line) -> Iterator[tuple[DayOrTime, Duration]]:
        """The periods of a property: a start, and an end or a duration."""
        for text in line.value.split(","):
            first, slash, last = text.strip().partition("/")
            if not slash:
                raise Broken(f"its {line.name} cannot be read", line.number)
            start = self.when(component, line, first)
            if "P" in last.upper():
                length = read_duration(line, last)
            else:
                length = length_until(start, self.when(component, line, last), line.number)
            if length.wall + length.exact < timedelta(0):
                raise Broken(f"its {line.name} ends before it starts", line.number)
            yield start, length

    def _floating_zone(self, calendar: int) -> tzinfo:
        named = self._floating.get(calendar)
        return self._named(calendar, _bare(named.value), named) if named else self.zone

    def _named(self, calendar: int, name: str, line: Line) -> tzinfo:
        """The newest rules of that name; else those the file gives for it."""
        key = (calendar, name)
        if key not in self._known:
            component = self._defined.get(key)
            self._known[key] = self._find(WINDOWS_TO_OLSON.get(name, name)) or (
                self._defined_zone(component) if component else None
            )
        zone = self._known[key]
        if zone is None:
            shown = name.encode("latin-1", "replace").decode("utf-8", "replace")[:60]
            raise Broken(f"its {line.name} is in the unknown zone `{shown}`", line.number)
        return zone

    def _defined_zone(self, component: Component) -> tzinfo | None:
        place = component.first("X-LIC-LOCATION")
        zone = self._find(place.value) if place and place.value else None
        return zone or read_zone(component)


def read_zone(component: Component) -> tzinfo:
    """The rules a VTIMEZONE gives.

    Raises:
        Broken: they cannot be read.
    """
    text = ["BEGIN:VTIMEZONE", "TZID:it"]
    for part in _parts(component.lines):
        rules = [line.value.upper() for line in part if line.name == "RRULE"]
        if not all(_YEARLY.fullmatch(rule) for rule in rules):
            raise Broken("the rule of its zone cannot be read", part[0].number)
        for line in part:
            value = line.value
            if line.name == "DTSTART":
                value += "T000000" if len(value) == 8 else ""
                # Outlook begins in 1601; each year of a rule would be gone through.
                if rules and "UNTIL" not in rules[0] and value[:4] < "1970":
                    value = "1970" + value[4:]
            text.append(f"{line.name}:{value}")
    text.append("END:VTIMEZONE")
    try:
        zone = tzical(StringIO("\n".join(text))).get()
    except (ValueError, TypeError, LookupError, AttributeError):
        zone = None
    if zone is None:
        raise Broken("the definition of its zone cannot be read", component.line)
    return zone


def _parts(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines of each STANDARD and DAYLIGHT."""
    part: list[Line] = []
    for line in lines:
        if line.name == "BEGIN":
            part = []
        part.append(line)
        if line.name == "END":
            yield part


def read_duration(line: Line, text: str | None = None) -> Duration:
    """A DURATION: its weeks and days on the wall clock, the rest in exact time.

    Raises:
        Broken: it cannot be read.
    """
    match = _DURATION.fullmatch((line.value if text is None else text).strip().upper())
    if match is None:
        raise Broken(f"its {line.name} cannot be read", line.number)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    sign = -1 if match[1] == "-" else 1
    return Duration(
        sign * timedelta(weeks=weeks, days=days),
        sign * timedelta(hours=hours, minutes=minutes, seconds=seconds),
    )


def length_until(start: DayOrTime, end: DayOrTime, number: int) -> Duration:
    """From a start to an end of the same kind: on their clock if they share it.

    Raises:
        Broken: one is a whole day and the other a time.
    """
    if not isinstance(start, datetime) and not isinstance(end, datetime):
        return Duration(end - start)
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise Broken("it is of whole days at one end and of times at the other", number)
    if end.tzinfo is start.tzinfo:
        return Duration(end.replace(tzinfo=None) - start.replace(tzinfo=None))
    return Duration(timedelta(0), end.astimezone(UTC) - start.astimezone(UTC))


def _bare(name: str) -> str:
    return name.strip().strip('"').strip()


def _check_standard(file: str, calendar: Component) -> None:
    version, scale = calendar.first("VERSION"), calendar.first("CALSCALE")
    if version and version.value == "1.0":
        raise FileTrouble(f"{file} is a vCalendar 1.0 file", "export it as iCalendar (.ics)", file)
    if scale and scale.value.upper() != "GREGORIAN":
        raise FileTrouble(f"{file} is not in the Gregorian calendar", file=file)
