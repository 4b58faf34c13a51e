"""The newest zone rules on this machine.

``zoneinfo`` alone prefers the system's zone files however old they are; in 2026 that puts a
Vancouver session in December one hour off. Here the newer of the `tzdata` package and the
system's files is read.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ketasched.errors import UsageProblem, did_you_mean

_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_SETTINGS = {"localtime", "posixrules", "Factory"}
RELEASE = re.compile(r"[0-9]{4}[a-z]+")
_OTHER_COUNTRY = {
    **dict.fromkeys(("CET", "EET", "EST", "HST", "MET", "MST", "WET"), ""),
    "Africa/Asmera": "ER",
    "Africa/Timbuktu": "ML",
    "America/Coral_Harbour": "CA",
    "America/Virgin": "VI",
    "Antarctica/South_Pole": "AQ",
    "Atlantic/Jan_Mayen": "SJ",
    "Iceland": "IS",
    "Pacific/Johnston": "UM",
    "Pacific/Ponape": "FM",
    "Pacific/Truk": "FM",
    "Pacific/Yap": "FM",
}
"""Old names of which the database takes a zone of another country, or that are of no country."""
_POSIX = re.compile(
    r"(?P<std><[+\-A-Za-z0-9]+>|[A-Za-z]+)(?P<std_offset>[+-]?[0-9:]+)"
    r"(?:(?P<dst><[+\-A-Za-z0-9]+>|[A-Za-z]+)(?P<dst_offset>[+-]?[0-9:]+)?"
    r",(?P<begins>[^,]+),(?P<ends>[^,]+))?"
)
_ONSET = re.compile(r"M([0-9]+)\.([1-5])\.([0-6])(?:/([0-9]{1,2}))?")


class Onset(NamedTuple):
    """The yearly moment an observance begins, on the wall clock in force before it.

    ``week`` 5 is the last of the month; ``weekday`` 0 is Sunday, as POSIX counts.
    """

    month: int
    week: int
    weekday: int
    hour: int

    def in_year(self, year: int) -> datetime:
        """The wall time of the onset in a year."""
        first = date(year, self.month, 1)
        day = first + timedelta(days=(self.weekday - first.isoweekday()) % 7)
        day += timedelta(weeks=self.week - 1)
        while day.month != self.month:
            day -= timedelta(weeks=1)
        return datetime(day.year, day.month, day.day, self.hour)


class Observance(NamedTuple):
    """A name and offset a zone has for part of every year, or always (no onset)."""

    name: str
    offset: timedelta
    onset: Onset | None = None


class YearlyRule(NamedTuple):
    """What a zone does every year from now on: standard time, and daylight time if it has any.

    Daylight is the observance with the larger offset, whatever the zone's own law calls it
    (Ireland's calls winter the exception): programs take a negative saving for an error.
    """

    standard: Observance
    daylight: Observance | None = None

    def offset_at(self, wall: datetime) -> timedelta:
        """The offset this rule gives a wall time, the first one where the time happens twice."""
        wall = wall.replace(tzinfo=None)
        if self.daylight is None or self.daylight.onset is None or self.standard.onset is None:
            return self.standard.offset
        begins = self.daylight.onset.in_year(wall.year)
        ends = self.standard.onset.in_year(wall.year)
        summer = begins <= wall < ends if begins < ends else not ends <= wall < begins
        return self.daylight.offset if summer else self.standard.offset


class Zone(NamedTuple):
    """A named time zone with the newest rules known here.

    ``yearly`` is None where its rule cannot be written as two yearly changes at a full hour
    (Cairo, Chatham, Nuuk). ``version`` names the zone data, such as 2026f.
    """

    name: str
    tzinfo: zoneinfo.ZoneInfo
    yearly: YearlyRule | None
    version: str


def load(name: str) -> Zone:
    """The zone of that IANA name.

    Folders of zone files hold more than zones. What is in ``posix/`` are copies, taken under their
    real names; the clocks in ``right/`` count leap seconds, and some files are settings.

    Raises:
        UsageProblem: there is no such zone.
    """
    name = name.removeprefix("posix/")
    return _load(name, zoneinfo.TZPATH)


@cache
def _load(name: str, search_path: tuple[str, ...]) -> Zone:
    known = _NAME.fullmatch(name) is not None and not _is_no_zone(name)
    for release, folder in _newest_first(search_path) if known else ():
        # The newest files may lack a name that was given up; older ones then still have it.
        path = folder.joinpath(*name.split("/"))
        if _is_zone_file(path) and _spelled_so(folder, name):
            version = release
            break
    else:
        raise UsageProblem(f"unknown time zone `{name}`", _hint(name))
    data = path.read_bytes()
    with path.open("rb") as file:
        tzinfo = zoneinfo.ZoneInfo.from_file(file, key=name)
    rule = data.rsplit(b"\n", 2)[1].decode("ascii")
    return Zone(name, tzinfo, read_posix(rule), version)


def load_loosely(name: str) -> zoneinfo.ZoneInfo | None:
    """The zone a calendar program means by a name such as ``/a.vendor/Europe/Berlin``, or None.

    A name of one word counts as itself only: the last part of a longer name could mean anything.
    """
    parts = name.strip("/ ").split("/")
    if parts[-1].upper() in {"UTC", "Z"}:
        return load("UTC").tzinfo
    for start in range(max(1, len(parts) - 1)):
        try:
            return load("/".join(parts[start:])).tzinfo
        except UsageProblem:
            continue
    return None


def names() -> list[str]:
    """Every zone name of the tzdata package."""
    listed = (_package_folder().parent / "zones").read_text("ascii").split()
    return [name for name in listed if not _is_no_zone(name)]


def country_of(name: str) -> str:
    """The two letters of the country in which a zone's own city lies; empty where the zone database
    does not say. An old name stands for the country of the zone it is another name of.
    """
    countries = _countries()
    if name in _OTHER_COUNTRY:
        return _OTHER_COUNTRY[name]
    return countries.get(name) or countries.get(_links().get(name, ""), "")


@cache
def _countries() -> dict[str, str]:
    """The country of each zone that has a line of its own."""
    lines = (_package_folder() / "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows if len(row) > 2}


@cache
def _links() -> dict[str, str]:
    """The zone that each other name stands for."""
    lines = (_package_folder() / "tzdata.zi").read_text("utf-8").splitlines()
    return {row[2]: row[1] for line in lines if line.startswith("L ") for row in [line.split()]}


def read_posix(rule: str) -> YearlyRule | None:
    """Read the POSIX rule that ends a zone file; None if it is no pair of yearly changes at a
    full hour on, say, a second or last Sunday.
    """
    match = _POSIX.fullmatch(rule)
    if match is None:
        return None
    standard = Observance(match["std"].strip("<>"), -_offset(match["std_offset"]))
    if match["dst"] is None:
        return YearlyRule(standard)
    begins, ends = _onset(match["begins"]), _onset(match["ends"])
    if begins is None or ends is None:
        return None
    saved = (
        -_offset(match["dst_offset"])
        if match["dst_offset"]
        else standard.offset + timedelta(hours=1)
    )
    summer = Observance(match["dst"].strip("<>"), saved, begins)
    winter = Observance(standard.name, standard.offset, ends)
    return YearlyRule(*sorted((winter, summer), key=lambda observance: observance.offset))


def _offset(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    hours, minutes, seconds = (*parts, 0, 0)[:3]
    return sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _onset(text: str) -> Onset | None:
    match = _ONSET.fullmatch(text)
    if match is None:
        return None
    hour = int(match[4] or 2)
    return Onset(int(match[1]), int(match[2]), int(match[3]), hour) if hour < 24 else None


@cache
def _newest_first(search_path: tuple[str, ...]) -> list[tuple[str, Path]]:
    """The folders of zone files with their releases; of equal ones the package is first."""
    folders = [(_package_version(), 1, _package_folder())]
    for folder in map(Path, search_path):
        version = _system_version(folder)
        if RELEASE.fullmatch(version):
            folders.append((version, 0, folder))
    return [(version, folder) for version, _, folder in sorted(folders, reverse=True)]


def _package_folder() -> Path:
    import tzdata

    return Path(tzdata.__file__).parent / "zoneinfo"


def _package_version() -> str:
    import tzdata

    return str(tzdata.IANA_VERSION)


def _system_version(folder: Path) -> str:
    """The release of a folder of zone files, such as 2025b; empty if it does not say."""
    try:
        with (folder / "tzdata.zi").open(encoding="ascii", errors="replace") as file:
            words = file.readline(80).split()
        return words[2] if words[:2] == ["#", "version"] else ""
    except (OSError, IndexError):
        pass
    try:
        return (folder / "+VERSION").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _is_no_zone(name: str) -> bool:
    return name in _SETTINGS or name.startswith("right/")


def _is_zone_file(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"TZif"
    except OSError:
        return False


def _spelled_so(folder: Path, name: str) -> bool:
    """Whether the name is spelled as in the folder, also where file names ignore case."""
    for part in name.split("/"):
        if not any(entry.name == part for entry in folder.iterdir()):
            return False
        folder /= part
    return True


def _hint(name: str) -> str:
    known = names()
    city = name.replace(" ", "_").casefold().removeprefix("right/")
    exact = [zone for zone in known if zone.casefold() == city]
    if exact:
        return f"did you mean `{exact[0]}`?"
    by_city = [zone for zone in known if zone.rsplit("/", 1)[-1].casefold() == city]
    if by_city:
        return f"did you mean `{by_city[0]}`?"
    by_likeness = did_you_mean(name, known) if "/" in name or len(name) > 4 else ""
    return by_likeness or "write the name of a city's zone, such as America/Chicago"
