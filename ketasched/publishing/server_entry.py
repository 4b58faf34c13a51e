"""One entry of a calendar as a server has it: what a reader sees of it, however it is written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from ketasched import zone

_PROPERTY = re.compile(r'([A-Za-z0-9-]+)((?:;[^:"]*(?:"[^"]*")?[^:";]*)*):(.*)', re.DOTALL)
_TZID = re.compile(r';TZID="?([^";:]*)"?', re.IGNORECASE)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?"
)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_REPEATS = ("RRULE", "RDATE", "RECURRENCE-ID", "EXDATE")
_TEXTS = ("SUMMARY", "DESCRIPTION", "LOCATION", "STATUS")
_DETAILS = {
    "TRANSP", "CLASS", "CATEGORIES", "ATTENDEE", "ORGANIZER", "COMMENT", "CONTACT", "URL", "ATTACH",
    "PRIORITY", "RESOURCES",
}  # fmt: skip
"""What a person may set besides. Properties that begin with X- are programs' own notes."""

WordKind = Literal[
    "title", "description", "place", "status", "reminders", "people or other details", "length"
]
WORD_KINDS: tuple[WordKind, ...] = (
    "title", "description", "place", "status", "reminders", "people or other details",
)  # fmt: skip
"""What the words of an entry are, in the order of `Appearance.words`."""


class Appearance(NamedTuple):
    """What a reader sees of an entry. Times are instants, or days for an entry of whole days, None
    where they cannot be read; ``words`` are its texts and the rest, as WORD_KINDS names them;
    ``sequence`` is what no reader sees: how often it was changed.
    """

    start: datetime | date | None
    end: datetime | date | None
    words: tuple[str, ...]
    repeats: bool
    sequence: int

    @property
    def digest(self) -> str:
        """The same for two entries in which a reader sees the same."""
        return _digest(self.start, self.end, *self.words, self.repeats)

    @property
    def at_a_glance(self) -> str:
        """The same for two entries with the same times and texts, whatever else they have: a server
        may leave the rest out.
        """
        return _digest(self.start, self.end, *self.words[: len(_TEXTS)], self.repeats)

    @property
    def is_cancelled(self) -> bool:
        """Whether it only says that it no longer holds."""
        return self.words[_TEXTS.index("STATUS")].upper() == "CANCELLED" if self.words else False


UNREADABLE = Appearance(None, None, (), repeats=False, sequence=0)


def appearance_of(text: str, place: ZoneInfo) -> Appearance | None:
    """The entry in the text of a calendar; None if it has none. Times without a zone are those of
    ``place``; a zone is known by its name, of Windows too, with the newest rules.
    """
    properties: dict[str, tuple[str, str]] = {}
    repeats = False
    components: list[str] = []
    details: list[str] = []
    reminders: list[str] = []
    entries = 0
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        match = _PROPERTY.fullmatch(line)
        if match is None:
            continue
        name, parameters, value = match[1].upper(), match[2], match[3]
        if name == "BEGIN":
            components.append(value.strip().upper())
            entries += components[-1] == "VEVENT"
        elif name == "END":
            components[-1:] = []
        elif components[-1:] == ["VEVENT"]:
            repeats = repeats or name in _REPEATS
            properties.setdefault(name, (parameters, value))
            details += [f"{name}:{value.strip()}"] if name in _DETAILS else []
        elif components[-2:] == ["VEVENT", "VALARM"] and name == "TRIGGER":
            reminders.append(_before(value.strip().upper()))
    if not entries:
        return None
    texts = [_plain(properties.get(name, ("", ""))[1]) for name in _TEXTS]
    usual = {"TRANSP:OPAQUE", "CLASS:PUBLIC"}  # as good as not there
    words = (*texts, " ".join(sorted(reminders)), "\n".join(sorted({*details} - usual)))
    sequence = properties.get("SEQUENCE", ("", "0"))[1].strip()
    start = _moment(properties.get("DTSTART"), place)
    return Appearance(
        start,
        _end(start, properties, place),
        words,
        repeats or entries > 1,
        int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0,
    )


def _digest(*parts: object) -> str:
    text = "\0".join(map(str, parts))
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def _plain(value: str) -> str:
    text = _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], value)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _end(
    start: datetime | date | None, properties: Mapping[str, tuple[str, str]], place: ZoneInfo
) -> datetime | date | None:
    """The end, which may be said as DURATION, or not at all for one whole day (RFC 5545, 3.6.1)."""
    if "DTEND" in properties or start is None:
        return _moment(properties.get("DTEND"), place)
    usual = "PT0S" if isinstance(start, datetime) else "P1D"
    length = _length(properties.get("DURATION", ("", usual))[1].strip().upper())
    try:
        return None if length is None else start + length
    except OverflowError:
        return None


def _length(text: str) -> timedelta | None:
    """A duration (RFC 5545, 3.3.6), or None where it is none."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in match.groups()[1:])
    length = timedelta(days, seconds, 0, 0, minutes, hours, weeks)
    return -length if match[1] == "-" else length


def _before(trigger: str) -> str:
    """When a reminder comes, in seconds from the start: a day is also 24 hours or 1440 minutes."""
    length = _length(trigger)
    return trigger if length is None else f"{length.total_seconds():.0f}"


def _zone(parameters: str, place: ZoneInfo) -> ZoneInfo | None:
    """The zone that a property names; None for one that nobody knows."""
    named = _TZID.search(parameters)
    if named is None:
        return place
    return zone.load_loosely(named[1]) or zone.load_loosely(_name_of_windows_zone(named[1]))


def _name_of_windows_zone(name: str) -> str:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return WINDOWS_TO_OLSON.get(name, name)


def _moment(time: tuple[str, str] | None, place: ZoneInfo) -> datetime | date | None:
    if time is None:
        return None
    parameters, value = time[0], time[1].strip().upper()
    try:
        if len(value) == len("20270105"):
            return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date()
        wall = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except ValueError:
        return None
    if value.endswith("Z"):
        return wall.replace(tzinfo=UTC)
    where = _zone(parameters, place)
    return wall.replace(tzinfo=where).astimezone(UTC) if where else None
