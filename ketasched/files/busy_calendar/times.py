"""The times of an iCalendar file, each in the zone it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from ketasched.errors import FileTrouble
from ketasched.files.busy_calendar.lines import Broken, Component, Line, Scanner
from ketasched.files.busy_calendar.zone_definition import DefinedZone, offset_text

DayOrTime = date | datetime

_TIME = re.compile(r"([0-9]{8})(T[0-9]{6})?(Z?)")
_DURATION = re.compile(
    r"([+-]?)P(?=[0-9T])(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?"
)
_UTC_NAMES = {"UTC", "ETC/UTC", "GMT", "ETC/GMT", "UCT", "ETC/UCT", "ZULU", "ETC/ZULU", "Z"}


class Duration(NamedTuple):
    """How long an entry lasts: first on the wall clock, then in exact time."""

    wall: timedelta
    exact: timedelta = timedelta(0)


class TimeReader:
    """Reads the times of one file.

    Args:
        file: its name in messages.
        zone: the zone of whole days and of floating times. A calendar with X-WR-TIMEZONE has its
            floating times in that zone, as the x-wr-timezone package reads them: it is where its
            owner keeps it. (That package moves UTC times there too, which changes what a rule
            means; here a time in UTC stays one, as RFC 5545 has it.)
        find: the zone of a name by the newest rules, or None.
        scanner: what it found of VCALENDARs and VTIMEZONEs.

    Raises:
        FileTrouble: the file is of another standard or another reckoning of days.
    """

    def __init__(
        self,
        file: str,
        zone: ZoneInfo,
        find: Callable[[str], ZoneInfo | None],
        scanner: Scanner,
    ) -> None:
        self.zone = zone
        self.notes: list[str] = []
        self._find = find
        self._defined: dict[tuple[int, str], Component] = {}
        self._floating: dict[int, Line] = {}
        self._known: dict[tuple[int, str], tzinfo | None] = {}
        self._damaged = scanner.damaged_zones
        for component in scanner.components:
            if component.name == "VTIMEZONE" and (named := component.first("TZID")):
                self._defined.setdefault((component.calendar, _bare(named.value)), component)
                self._defined[component.calendar, _unescaped(named.value)] = component
            elif component.name == "VCALENDAR":
                _check_standard(file, component)
                if (named := component.first("X-WR-TIMEZONE")) and named.value:
                    self._floating[component.calendar] = named

    def zone_of(self, when: DayOrTime) -> tzinfo:
        """The zone whose clock a time is read on."""
        return (when.tzinfo if isinstance(when, datetime) else None) or self.zone

    def when(
        self,
        component: Component,
        line: Line,
        text: str | None = None,
        start: DayOrTime | None = None,
    ) -> DayOrTime:
        """The time of a property, or one of its times: a date, or aware.

        ``start`` is the DTSTART it belongs to: a time without a zone follows that, and of a series
        of whole days every time is a day.

        Raises:
            Broken: it cannot be read, or its zone is unknown.
        """
        text = (line.value if text is None else text).strip().upper()
        shape = _TIME.fullmatch(text)
        if shape is None or (shape[3] and not shape[2]):
            raise Broken(f"its {line.name} cannot be read", line.number)
        try:
            day = datetime.strptime(shape[1], "%Y%m%d").date()  # noqa: DTZ007
            wall = datetime.strptime(text[:15], "%Y%m%dT%H%M%S") if shape[2] else None  # noqa: DTZ007
        except ValueError:
            raise Broken(f"its {line.name} cannot be read", line.number) from None
        if wall is None:
            return day
        zone = self._zone_for(component, line, shape[3], start)
        if start is None or isinstance(start, datetime):
            return wall.replace(tzinfo=zone)
        # A zone's own time names the day itself; an instant is a day only where the file is kept.
        return self.day_of(component.calendar, wall.replace(tzinfo=UTC)) if _is_utc(zone) else day

    def day_of(self, calendar: int, instant: datetime) -> date:
        """The day that an instant means in a series of whole days.

        It is a day in the zone the calendar names for itself, else in the one it defines, else in
        the clinic's. Of several it is the first in which the instant is midnight, as Exchange
        writes it.
        """
        zones = [self._floating_zone(calendar)]
        if calendar not in self._floating:
            zones = list(self._defined_zones(calendar)) or [self.zone]
        walls = [instant.astimezone(zone) for zone in zones]
        midnight = (wall for wall in walls if (wall.hour, wall.minute) == (0, 0))
        return next(midnight, walls[0]).date()

    def _defined_zones(self, calendar: int) -> Iterator[tzinfo]:
        for (of, name), definition in self._defined.items():
            if of in {calendar, 0}:
                with suppress(Broken):  # a zone that no time is in cannot refuse a file
                    yield self._named(of, name, definition.lines[0])

    def each(
        self, component: Component, lines: Sequence[Line], start: DayOrTime
    ) -> Iterator[DayOrTime]:
        """The times of properties that list them; some programs list none."""
        for line in lines:
            for text in line.value.split(","):
                if text.strip():
                    yield self.when(component, line, text, start)

    def listed(
        self, component: Component, lines: Sequence[Line], start: DayOrTime
    ) -> Iterator[DayOrTime | tuple[DayOrTime, Duration]]:
        """As `each`, where a period may stand for a time."""
        for line in lines:
            if "/" in line.value:
                yield from self.periods(component, line, start)
            else:
                yield from self.each(component, [line], start)

    def periods(
        self, component: Component, line: Line, start: DayOrTime | None = None
    ) -> Iterator[tuple[DayOrTime, Duration]]:
        """The periods of a property: a start, and an end or a duration."""
        for text in line.value.split(","):
            first, slash, last = text.strip().partition("/")
            if not slash:
                raise Broken(f"its {line.name} cannot be read", line.number)
            begins = self.when(component, line, first, start)
            if "P" in last.upper():
                length = read_duration(line, last)
            else:
                length = length_until(begins, self.when(component, line, last, start), line.number)
            if length.wall + length.exact < timedelta(0):
                raise Broken(f"its {line.name} ends before it starts", line.number)
            yield begins, length

    def _zone_for(
        self, component: Component, line: Line, utc: str, start: DayOrTime | None
    ) -> tzinfo:
        """The zone of a time that is no date."""
        name = _bare(line.parameter("TZID"))
        if utc:
            if name and name.upper() not in _UTC_NAMES:
                raise Broken(f"its {line.name} has both a zone and UTC", line.number)
            return UTC
        if name:
            return self._named(component.calendar, name, line)
        if isinstance(start, datetime) and start.tzinfo:
            return start.tzinfo
        return self._floating_zone(component.calendar)

    def _floating_zone(self, calendar: int) -> tzinfo:
        named = self._floating.get(calendar)
        return self._named(calendar, _bare(named.value), named) if named else self.zone

    def _named(self, calendar: int, name: str, line: Line) -> tzinfo:
        """The zone a name means in a calendar.

        It is the file's own definition if there is one (RFC 5545, 3.2.19), by the newest rules of
        the zone called so where that ever was as defined.
        """
        key = (calendar, name)
        if key not in self._known:
            definition = self._defined.get(key) or self._defined.get((0, name))
            self._known[key] = self._decide(name, definition)
        zone = self._known[key]
        if zone is None:
            raise Broken(f"its {line.name} is in the unknown zone `{_shown(name)}`", line.number)
        return zone

    def _decide(self, name: str, definition: Component | None) -> tzinfo | None:
        named = self._find(WINDOWS_TO_OLSON.get(name, name))
        if definition is None:
            return named
        if named is None and (place := definition.first("X-LIC-LOCATION")) and place.value:
            named = self._find(place.value)
        try:
            defined = self._read_definition(definition)
        except Broken:
            if named is None:
                raise
            self.notes.append(
                f"the definition of the zone `{_shown(name)}` cannot be read: it is taken as "
                f"{named.key}, for its name"
            )
            return named
        if named is None or defined.was_once(named):
            return named or defined
        offsets = " and ".join(map(offset_text, defined.offsets(_A_YEAR)))
        self.notes.append(
            f"the zone `{_shown(name)}` is taken as the calendar defines it, {offsets}: that is "
            f"not {named.key}"
        )
        return defined

    def _read_definition(self, definition: Component) -> DefinedZone:
        if definition.line in self._damaged:
            raise Broken("the definition of its zone is damaged", definition.line)
        return DefinedZone(definition)


_A_YEAR = 2027
"""A year whose offsets are named in notes: any that is not over."""


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


def _is_utc(zone: tzinfo) -> bool:
    return zone is UTC or str(getattr(zone, "key", "")).upper() in _UTC_NAMES


def _bare(name: str) -> str:
    return name.strip().strip('"').strip()


def _unescaped(text: str) -> str:
    """A name that is a property is a TEXT (RFC 5545, 3.3.11): without its marks."""
    return _bare(re.sub(r"\\([\\,;])", r"\1", text))


def _shown(name: str) -> str:
    text = name.encode("latin-1", "replace").decode("utf-8", "replace")[:60]
    return "".join(mark if mark.isprintable() else "?" for mark in text)


def _check_standard(file: str, calendar: Component) -> None:
    version, scale = calendar.first("VERSION"), calendar.first("CALSCALE")
    if version and version.value == "1.0":
        raise FileTrouble(f"{file} is a vCalendar 1.0 file", "export it as iCalendar (.ics)", file)
    if scale and scale.value.upper() != "GREGORIAN":
        raise FileTrouble(f"{file} is not in the Gregorian calendar", file=file)
