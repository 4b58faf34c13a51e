"""``ketasched check``: whether files and records are sound, and all that was sent agrees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ketasched.asking import completion
from ketasched.asking.request import RECORD_ENDING
from ketasched.cli.options import Argument, Option, takes
from ketasched.cli.result import Result
from ketasched.domain.signs import printable
from ketasched.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ketasched.domain.protocol import Protocol

HELP = """Check a protocol or clinic file; - reads standard input. Or prove a folder of
records from its files: every rule, nobody twice at once, no more chairs than there
are, and calendars that say what the records say. Or see that all that was sent
of a record, or of a folder, says the same: name the places. --against tells
what a protocol file says otherwise than another, and of running courses what moves.

\b
Examples:
  ketasched check my-protocols.yaml
  ketasched check my-protocols.yaml --starts 2027-01-01..2028-12-31
  ketasched check spravato --starts 2027-01-01..2027-12-31
  ketasched check new.yaml --against old.yaml records
  ketasched check clinic.yaml --year 2027
  ketasched check clinic.yaml --year 2027 --output 2027.html
  ketasched check records
  ketasched check alex --ics alex.ics --outbox outbox
  ketasched check records --feed feeds --server https://host/calendars/clinic/
"""
_LAST_YEAR = 2100
_NO_STARTS = "leave it out, or give a protocol file"
_LIKE_AN_ID = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


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
    holidays: str = ""
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
    holidays=Option("Of --starts: the public holidays of a country or a part of it.", "PLACE"),
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
    return _checked_file(request)


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
    if request.holidays and not request.starts:
        raise UsageProblem("--holidays is for --starts", "leave it out, or say which starts")
    if not places:
        name = request.file
        named = not _is_there(name) and _is_there(f"{name}{RECORD_ENDING}")
        named = named or name.endswith(RECORD_ENDING)
        if request.starts and (named or _is_folder(name)):
            raise UsageProblem("--starts is of a protocol's file", _NO_STARTS)
        return named
    if request.starts:
        raise UsageProblem("--starts is of a protocol's file", _NO_STARTS)
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


def _checked_file(request: CheckRequest) -> Result:
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
    if request.starts and _LIKE_AN_ID.fullmatch(request.file) and not _is_there(request.file):
        from ketasched.cli.check_starts import checked_starts, protocol_of

        own = protocol_of(request.file, request.clinic)
        return checked_starts([own], "", request.starts, request.clinic, request.holidays)
    source = read_file(request.file, "protocol or clinic file")
    if kind_of(compose(source)) is CLINIC:
        if request.starts:
            raise UsageProblem(f"--starts: {request.file} is a clinic file", _NO_STARTS)
        from ketasched.cli.check_clinic import checked_clinic

        return checked_clinic(clinic_file.read(source), request.file, year)
    if year:
        raise UsageProblem(f"--year: {request.file} is a protocol file", "give a clinic file")
    protocols = protocol_file.read(source)
    if request.starts:
        from ketasched.cli.check_starts import checked_starts

        return checked_starts(
            protocols, request.file, request.starts, request.clinic, request.holidays
        )
    names = ", ".join(protocol.id for protocol in protocols)
    count = count_text(len(protocols), "protocol")
    return Result(
        lambda: f"{printable(source.file)}: {count}, no problems: {names}\n",
        hint="; ".join(_counting(protocols)),
        notes=list(_oddities(protocols)),
    )


def _oddities(protocols: Iterable[Protocol]) -> Iterator[str]:
    """What is legal and surely not meant."""
    from ketasched.domain.arm import said_of_arms
    from ketasched.planning.surely_not_meant import oddities

    def said(protocol: Protocol) -> Iterator[tuple[str, str]]:
        for odd in oddities(protocol):
            yield f"{protocol.id}, {odd.phase}, {odd.key}", odd.message

    for protocol in protocols:
        for where, text in said_of_arms(protocol, said):
            yield f"note: {where}: {text}"


def _counting(protocols: Iterable[Protocol]) -> Iterator[str]:
    """What the windows of protocols that are laid out by day numbers count from."""
    from ketasched.domain.arm import said_of_arms
    from ketasched.domain.baseline import counting_text

    def said(protocol: Protocol) -> Iterator[tuple[str, str]]:
        for phase in protocol.phases:
            counts_from = counting_text(phase)
            if counts_from:
                yield phase.name, f"windows count from {printable(counts_from)}"

    for protocol in protocols:
        for name, text in said_of_arms(protocol, said):
            where = f"{protocol.id}, {name}" if len(protocol.phases) > 1 else protocol.id
            yield f"{printable(where)}: {text}"


def _year(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 2000 <= int(text[:5]) <= _LAST_YEAR):
        raise UsageProblem(
            f"--year: `{text}` is not a year from 2000 to {_LAST_YEAR}", "write, say, 2027"
        )
    return int(text)
