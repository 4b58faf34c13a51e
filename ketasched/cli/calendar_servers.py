"""Which calendar on which server is meant, and by which login it is reached."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from ketasched.asking.surroundings import clinic_here
from ketasched.files.clinic.clinic import ClinicFile, Publishing
from ketasched.publishing import login
from ketasched.publishing.server import CalendarServer
from ketasched.publishing.wire import checked_address
from ketasched.records.record import CourseRecord


def usual_publishing(
    path: Path, record: CourseRecord, file: ClinicFile | None
) -> tuple[Publishing, Path]:
    """Where the record at a path is published unless told otherwise, and the folder its login is
    in: beside the clinic file, or beside the record where that is not to be found from here.
    """
    clinic = file or record.clinic
    if file is None and (clinic is None or clinic.publish is None):
        file = clinic = clinic_here(path.parent)
    if clinic is None or clinic.publish is None:
        return Publishing(""), Path()
    beside = Path(clinic.file).parent
    if file is None and not (beside / clinic.publish.login).exists():
        beside = path.parent
    return clinic.publish, beside


def server_at(address: str, usual: Publishing, beside: Path, login_file: str) -> CalendarServer:
    """The calendar at an address, by the login in a file, or else the usual one of it.

    Raises:
        KetaschedError: the address or the login cannot be used.
    """
    address = checked_address(address)
    is_usual = address == (checked_address(usual.to) if usual.to else "")
    named = str(beside / usual.login) if usual.login and is_usual else ""
    return CalendarServer(
        address, login.find(urlsplit(address).hostname or "", login_file or named)
    )
