"""Where and when a course can take place: the zone, the clinic and the patient's commitments."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched import zone
from ketasched.asking.request import Terms
from ketasched.asking.values import read
from ketasched.domain.busy import Absence, Busy, BusyTimes
from ketasched.domain.clinic import (
    WHOLE_WEEK,
    WORKING_WEEK,
    Clinic,
    Closure,
    no_holidays,
    not_starting_week,
)
from ketasched.domain.commitments import LONGEST_TRAVEL, Commitments
from ketasched.domain.typed_dates import read_span
from ketasched.domain.typed_times import read_minutes
from ketasched.domain.typed_week import read_away, read_can
from ketasched.domain.weekly import WeeklyAbsence, free_week
from ketasched.errors import FileTrouble, UsageProblem
from ketasched.progress import counting

if TYPE_CHECKING:
    from ketasched.files.clinic.clinic import ClinicFile
    from ketasched.public_holidays import HolidayCalendar


ZoneSource = Literal["flag", "clinic file", "this computer"]
"""Who named the zone."""


class Surroundings(NamedTuple):
    """The zone and who named it, the clinic's file if there is one, the clinic as it is open.

    ``closed``: the closures that options named. ``holidays``: whose public holidays are kept.
    """

    zone: zone.Zone
    zone_source: ZoneSource
    file: ClinicFile | None
    clinic: Clinic
    closed: tuple[Closure, ...]
    holidays: HolidayCalendar | None = None


def clinic_file(option: str) -> ClinicFile | None:
    """The file of --clinic, else of KETASCHED_CLINIC, if there is one.

    Raises:
        FileTrouble, FileProblems: it cannot be read.
    """
    path = option or os.environ.get("KETASCHED_CLINIC", "")
    if not path:
        return None
    from ketasched.files.clinic import clinic_file

    try:
        return clinic_file.load(path)
    except FileTrouble as trouble:
        if option:
            raise
        raise FileTrouble(
            trouble.message, "KETASCHED_CLINIC names it: correct or unset that", path
        ) from None


USUAL_FILE = "clinic.yaml"
"""The clinic's file that is used where none is named."""


def clinic_here(beside: Path | None = None) -> ClinicFile | None:
    """The clinic file that nobody named: ``clinic.yaml`` beside a record, else in this folder.

    A record that was planned keeps the clinic it was planned from, whatever stands beside it.

    Raises:
        FileTrouble, FileProblems: it cannot be read.
    """
    places = [(Path(), "found in this folder")]
    if beside and not _is_here(beside):
        places.insert(0, (beside, "found beside the record"))
    for folder, found in places:
        if (folder / USUAL_FILE).is_file():
            from ketasched.files.clinic import clinic_file

            return clinic_file.load(str(folder / USUAL_FILE))._replace(found=found)
    return None


def misnamed_note(file: ClinicFile | None) -> Iterator[str]:
    """That a file in this folder looks like the clinic's and is not found by its name, where no
    other is used: ``Clinic.yml``.
    """
    try:
        names = [] if file else sorted(path.name for path in Path().iterdir())
    except OSError:  # the folder is gone, or may be entered and not listed
        return
    for name in names:
        if name.casefold() in ("clinic.yaml", "clinic.yml") and Path(name).is_file():
            yield (
                f"{name} is not used: a clinic's file is found by itself if it is called "
                f"{USUAL_FILE}; rename it, or add --clinic {name}"
            )


def _is_here(folder: Path) -> bool:
    try:
        return folder.samefile(Path())
    except (OSError, ValueError):
        return False


def protocols_file(option: str, file: ClinicFile | None) -> str:
    """The file of --protocols, else of KETASCHED_PROTOCOLS, else the clinic's, else empty."""
    named = option or os.environ.get("KETASCHED_PROTOCOLS", "")
    if named or file is None or not file.defaults.protocols:
        return named
    return protocols_beside(file)


def protocol_folders(option: str, file: ClinicFile | None) -> tuple[Path, ...]:
    """Where a protocol may stand in a file that has its name: this folder and that of the clinic's
    file; nowhere, where --protocols or KETASCHED_PROTOCOLS says which file it is in.
    """
    if option or os.environ.get("KETASCHED_PROTOCOLS"):
        return ()
    return (Path(), *([Path(file.file).parent] if file else []))


def protocols_beside(file: ClinicFile) -> str:
    """The path of the protocol file that a clinic's file names: it is relative to that file."""
    return str(Path(file.file).parent / file.defaults.protocols)


def zone_of(name: str, file: ClinicFile | None) -> tuple[zone.Zone, ZoneSource]:
    """The zone that an option, the clinic's file or this computer names, and which of them did."""
    if name:
        return zone.load(name), "flag"
    if file and file.timezone:
        return zone.load(file.timezone), "clinic file"
    return _local_zone(), "this computer"


def surroundings(terms: Terms, file: ClinicFile | None, today: date) -> Surroundings:
    """The zone and the clinic; what an option says wins over the file.

    Raises:
        UsageProblem: an option that cannot be read, or that the file makes meaningless.
    """
    place, source = zone_of(terms.tz, file)
    closed = tuple(
        Closure(*read("--closed", lambda text: read_span(text, today), text))
        for text in terms.closed
    )
    if file and file.hours and terms.weekends:
        raise UsageProblem(
            f"--weekends: {file.file} says when the clinic is open",
            "leave --weekends out, or give Saturday and Sunday hours in that file",
        )
    week = WHOLE_WEEK if terms.weekends else (file and file.hours) or WORKING_WEEK
    openings = {
        day: opening
        for day, opening in (file.openings if file else ())
        if not any(closure.covers(day) for closure in closed)
    }
    closures = (*closed, *(file.closures if file else ()))
    holidays = _holidays_of(terms, file)
    not_starting = not_starting_week(file.not_starting if file else ())
    clinic = Clinic(
        place.tzinfo, week, closures, _holidays(terms, holidays), openings, not_starting
    )
    return Surroundings(place, source, file, clinic, closed, holidays)


def clinic_of(file: ClinicFile) -> Clinic:
    """The clinic that a file describes by itself."""
    place, _ = zone_of("", file)
    return Clinic(
        place.tzinfo,
        file.hours or WORKING_WEEK,
        file.closures,
        _load_holidays(file.holidays),
        dict(file.openings),
        not_starting_week(file.not_starting),
    )


def commitments(
    terms: Terms, around: Surroundings, today: date, known: BusyTimes | None = None
) -> Commitments:
    """The patient's absences, and the calendars whose entries leave no time, or what is ``known``.

    Raises:
        UsageProblem: an option that cannot be read, or that would change nothing.
        FileTrouble, FileProblems: a calendar cannot be read, or has a broken entry.
    """
    away = [read("--away", lambda text: read_away(text, today), text) for text in terms.away]
    absences = tuple(absence for absence in away if isinstance(absence, Absence))
    weekly = tuple(absence for absence in away if isinstance(absence, WeeklyAbsence))
    can = read("--can", read_can, terms.can) if terms.can else None
    if not any(free_week(can, weekly)):
        option = "--can and --away leave" if can else "--away leaves"
        raise UsageProblem(
            f"{option} no time of the week", "say until when: --away 'every mon until 2027-03-01'"
        )
    if terms.travel and not (terms.busy or known):
        raise UsageProblem(
            "--travel keeps time free beside what a calendar holds, and none is given",
            "add --busy FILE.ics",
        )
    travel = (around.file and around.file.defaults.travel) or 0
    if terms.travel:
        travel = 0
        if terms.travel.strip() != "0":
            travel = read("--travel", read_minutes, terms.travel)
        if travel > LONGEST_TRAVEL:
            raise UsageProblem("--travel: more than 12 hours", "write, say, 30m or 1h")
    times = busy_times(terms.busy, around.zone) if terms.busy else known
    return Commitments(absences, times, travel, weekly, can)


def busy_times(files: Sequence[str], place: zone.Zone) -> BusyTimes:
    """What the entries of some calendars take, in a zone.

    Raises:
        UsageProblem: one is named twice.
        FileTrouble, FileProblems: one cannot be read, or has a broken entry.
    """
    from ketasched.files.busy_calendar import busy_file

    if len(set(files)) < len(files):
        raise UsageProblem("--busy names the same file twice", "keep one of them")
    calendars = []
    for path in files:
        with counting("reading", path) as tell:
            calendars.append(busy_file.load(path, place.tzinfo, tell))

    def expand(first: date, last: date) -> list[Busy]:
        return [
            busy._replace(calendar=path)
            for path, calendar in zip(files, calendars, strict=True)
            for busy in calendar.between(first, last)
        ]

    return BusyTimes(expand, [note for calendar in calendars for note in calendar.notes])


def _holidays_of(terms: Terms, file: ClinicFile | None) -> HolidayCalendar | None:
    """Whose holidays are kept: those an option names, else the file's."""
    if not terms.holidays:
        return file.holidays if file else None
    from ketasched.public_holidays import HolidayCalendar

    return HolidayCalendar.of_place(terms.holidays)


def _holidays(terms: Terms, calendar: HolidayCalendar | None) -> Callable[[date], str | None]:
    if not terms.holidays:
        return _load_holidays(calendar)
    try:
        return _load_holidays(calendar)
    except ValueError as error:
        message, hint = error.args
        raise UsageProblem(f"--holidays: {message}", hint) from None


def _load_holidays(calendar: HolidayCalendar | None) -> Callable[[date], str | None]:
    if calendar is None:
        return no_holidays
    from ketasched import public_holidays

    return public_holidays.load(calendar)


def _local_zone() -> zone.Zone:
    hint = "name the zone: --tz America/Chicago"
    wanted = os.environ.get("TZ", "").lstrip(":")
    if wanted and wanted != "/etc/localtime":
        # Of a TZ it cannot use, such as EST5EDT,M3.2.0,M11.1.0, tzlocal says nothing and goes on.
        try:
            return zone.load(wanted.rpartition("zoneinfo/")[2])
        except UsageProblem as problem:
            raise UsageProblem(f"TZ is `{wanted}`, which names no time zone", hint) from problem
    import tzlocal

    try:
        return zone.load(tzlocal.get_localzone_name())
    except Exception as error:  # tzlocal has no error of its own
        raise UsageProblem("this computer does not say which time zone it is in", hint) from error
