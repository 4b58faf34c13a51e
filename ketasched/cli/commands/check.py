"""``ketasched check``: whether files and records are sound, and all that was sent agrees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched.asking import completion
from ketasched.asking.request import RECORD_ENDING
from ketasched.cli.options import Argument, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.signs import printable
from ketasched.errors import UsageProblem
from ketasched.shell import paste

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ketasched.domain.clinic import Clinic
    from ketasched.domain.house import House
    from ketasched.domain.protocol import Protocol
    from ketasched.files.clinic.clinic import ClinicFile
    from ketasched.files.protocols.protocol_file import WrittenProtocol

HELP = """Check a protocol or clinic file; - reads standard input. Or prove a folder of
records from its files: every rule, nobody twice at once, no more chairs than there
are, and calendars that say what the records say. Or see that all that was sent
of a record, or of a folder, says the same: name the places. --against tells
what a protocol file says otherwise than another, and of running courses what moves.

\b
Examples:
  ketasched check my-protocols.yaml
  ketasched check my-protocols.yaml --starts 2027-01-01..2028-12-31
  ketasched check new.yaml --against old.yaml records
  ketasched check clinic.yaml --year 2027
  ketasched check clinic.yaml --year 2027 --output 2027.html
  ketasched check records
  ketasched check alex --ics alex.ics --outbox outbox
  ketasched check records --feed feeds --server https://host/calendars/clinic/
"""
_LAST_YEAR = 2100


class CheckRequest(NamedTuple):
    """Which file or folder to check, from which starts, which year of a clinic to show, the places
    where entries were sent, and how to print what it comes to.
    """

    file: str
    folder: str = ""
    against: str = ""
    starts: str = ""
    year: str = ""
    ics: tuple[str, ...] = ()
    feed: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    fhir: tuple[str, ...] = ()
    outbox: tuple[str, ...] = ()
    login: str = ""
    clinic: str = ""
    format: Literal["table", "json", "html"] = "table"


@takes(
    CheckRequest,
    file=Argument("FILE|NAME|FOLDER", completion.records),
    against=Option("What it says otherwise than this earlier version of it.", "OLD.yaml"),
    starts=Option(
        "From which of these starts a protocol can be kept, and what holidays do.", "DATE..DATE"
    ),
    year=Option("Show that year of a clinic.", "2027"),
    ics=Option("Whether this calendar file agrees; may be repeated.", "FILE"),
    feed=Option("Whether the feeds in this folder agree; may be repeated.", "DIR"),
    server=Option("Whether this calendar on a server agrees; may be repeated.", "URL"),
    fhir=Option("Whether this FHIR bundle agrees; may be repeated.", "FILE"),
    outbox=Option("Whether the messages in this folder agree; may be repeated.", "DIR"),
    login=Option(
        "A file with the user's name and, on the next line, the password, for --server; "
        "else the keyring, else netrc.",
        "FILE",
    ),
    clinic=Option("The clinic's file: of --starts, or with the login for --server.", "FILE"),
    format=Option("How to print what is proved, a year, or what differs.", short="-f"),
)
def run(request: CheckRequest) -> Result:
    """That the file or folder is sound, or the year of a clinic.

    Raises:
        FileTrouble, FileProblems: it is not.
        UsageProblem: a year of a protocol file or a folder, or one that cannot be read.
    """
    if request.format == "html" and not request.year:
        raise UsageProblem("--format html: only a year of a clinic is a page", "add --year 2027")
    if request.against or request.folder:
        from ketasched.cli.check_against import checked_against

        alone = CheckRequest(request.file, request.folder, request.against, format=request.format)
        if not request.against or request != alone:
            hint = "ketasched check NEW.yaml --against OLD.yaml [FOLDER], by itself"
            raise UsageProblem("a second file or folder goes with --against alone", hint)
        return checked_against(request.file, request.against, request.folder)
    if _asks_for_agreement(request):
        return _agreement(request)
    if _is_folder(request.file):
        from ketasched.cli.check_house import checked_house

        if request.year:
            raise UsageProblem(f"--year: {request.file} is a folder", "give a clinic file")
        return checked_house(request.file)
    if request.format == "json" and not request.starts:
        hint = "a file is sound, or its problems are said in lines"
        raise UsageProblem(f"--format json: {request.file} is no folder", hint)
    return checked_file(request)


def _asks_for_agreement(request: CheckRequest) -> bool:
    """Whether places are named, or a record by itself, which knows some.

    Raises:
        UsageProblem: options cannot go together.
    """
    places = any((request.ics, request.feed, request.server, request.fhir, request.outbox))
    if request.login and not request.server:
        raise UsageProblem("--login is for --server", "leave it out, or name a calendar")
    if request.clinic and not (request.server or request.starts):
        hint = "leave it out, or say which starts, or name a calendar"
        raise UsageProblem("--clinic is for --starts and --server", hint)
    if not places:
        name = request.file
        named = not _is_there(name) and _is_there(f"{name}{RECORD_ENDING}")
        return named or name.endswith(RECORD_ENDING)
    if request.year:
        raise UsageProblem("--year is of a clinic's file", "leave it out")
    return True


def _agreement(request: CheckRequest) -> Result:
    from ketasched.cli.agreement import Targets, checked_agreement

    targets = Targets(request.ics, request.feed, request.server, request.fhir, request.outbox)
    return checked_agreement(request.file, targets, clinic=request.clinic, login=request.login)


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # a name too long for any file
        return False


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:  # a name too long for any file
        return False


def checked_file(request: CheckRequest) -> Result:
    """That a protocol or clinic file is sound, or the year of a clinic.

    Raises:
        FileTrouble, FileProblems, UsageProblem: as run.
    """
    from ketasched.domain.wording import count_text
    from ketasched.files.clinic import clinic_file
    from ketasched.files.protocols import protocol_file
    from ketasched.reading.file_kind import CLINIC, kind_of
    from ketasched.reading.file_text import compose, read_file

    year = _year(request.year)
    source = read_file(request.file, "protocol or clinic file")
    if kind_of(compose(source)) is CLINIC:
        return checked_clinic(clinic_file.read(source), request.file, year)
    if year:
        raise UsageProblem(f"--year: {request.file} is a protocol file", "give a clinic file")
    protocols = protocol_file.read(source)
    if request.starts:
        from ketasched.cli.check_starts import checked_starts

        return checked_starts(protocols, request.file, request.starts, request.clinic)
    names = ", ".join(protocol.id for protocol in protocols)
    count = count_text(len(protocols), "protocol")
    return Result(
        lambda: f"{printable(source.file)}: {count}, no problems: {names}\n",
        hint="; ".join(_counting(protocols)),
        notes=list(_oddities(protocols)),
    )


def _oddities(protocols: Iterable[Protocol]) -> Iterator[str]:
    """What is legal and surely not meant."""
    from ketasched.planning.surely_not_meant import oddities

    for protocol in protocols:
        for odd in oddities(protocol):
            yield f"note: {protocol.id}, {odd.phase}, {odd.key}: {odd.message}"


def _counting(protocols: Iterable[Protocol]) -> Iterator[str]:
    """What the windows of protocols that are laid out by day numbers count from."""
    from ketasched.domain.baseline import counting_text

    for protocol in protocols:
        for phase in protocol.phases:
            counts_from = counting_text(phase)
            if counts_from:
                where = f"{protocol.id}, {phase.name}" if len(protocol.phases) > 1 else protocol.id
                yield f"{printable(where)}: windows count from {printable(counts_from)}"


def checked_clinic(clinic: ClinicFile, path: str, year: int) -> Result:
    """That a clinic's file is sound, or a year of it; 0 is none.

    Raises:
        FileTrouble, FileProblems: the protocols it names are not.
    """
    from ketasched.asking.surroundings import clinic_of, protocols_beside

    own: list[WrittenProtocol] = []
    if clinic.defaults.protocols:
        from ketasched.files.protocols import protocol_file

        own = protocol_file.load_written(protocols_beside(clinic))
    if clinic.house:
        _check_house(clinic, clinic.house, own)
    open_hours = clinic_of(clinic)
    notes = list(_without_nine(clinic, open_hours))
    if not year:
        command = paste(["ketasched", "check", path, "--year", "2027"])
        return Result(
            lambda: f"{printable(clinic.file)}: clinic, no problems: {clinic.name}\n",
            hint=f"To see what was understood: {command}",
            notes=[*notes, *holidays_left_out(clinic)],
        )

    def table() -> str:
        from ketasched.cli.terminal.year import clinic_year

        return clinic_year(clinic, open_hours, year)

    def html() -> str:
        from ketasched.cli.pages.year_page import year_page

        return year_page(clinic, open_hours, year)

    return Result(table, html=html, notes=notes)


def _check_house(clinic: ClinicFile, house: House, own: Sequence[WrittenProtocol]) -> None:
    from ketasched.asking import house_faults, library

    house_faults.refuse_impossible_steps(house, own)
    if clinic.takes:
        known = library.load("") | {written.protocol.id: written.protocol for written in own}
        others = {takes.subject for takes in clinic.takes} - known.keys()
        known |= house_faults.of_their_own_files(others, clinic)
        house_faults.refuse_unknown_takes(clinic, known)


def _without_nine(file: ClinicFile, clinic: Clinic) -> Iterator[str]:
    """That sessions never start at the usual time, where the file names no other."""
    from ketasched.domain.wording import clock_text
    from ketasched.planning.start_times import NINE

    fits = any(clinic.fits(weekday, NINE, 1) for weekday in range(7))
    if file.defaults.start_time is None and not fits:
        nine = clock_text(NINE)
        yield (
            f"note: nothing can start at {nine} on any weekday: a session without --at starts at "
            f"the first later time at which it fits, else at the last before {nine}; "
            "`start_time` under `defaults` names one for all"
        )


def holidays_left_out(clinic: ClinicFile) -> Iterator[str]:
    """That a nationwide list of holidays is not all that parts of the country have."""
    from datetime import date

    from ketasched import clock, public_holidays

    year = clock.now().year
    if clinic.holidays and public_holidays.left_out(
        clinic.holidays, date(year, 1, 1), date(year, 12, 31)
    ):
        yield (
            f"note: the holidays of {clinic.holidays} leave out those that only parts of it have: "
            "--year shows which; `subdivision` names a part"
        )


def _year(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 2000 <= int(text[:5]) <= _LAST_YEAR):
        raise UsageProblem(
            f"--year: `{text}` is not a year from 2000 to {_LAST_YEAR}", "write, say, 2027"
        )
    return int(text)
