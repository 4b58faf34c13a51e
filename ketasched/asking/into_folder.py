"""What holds for all lines of a table whose courses become records of a folder."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from ketasched.asking.request import Request
from ketasched.domain.course import Status
from ketasched.files.clinic.clinic import ClinicFile


class IntoFolder(NamedTuple):
    """The folder of the records, the options of the command, the clinic's file, the moment and its
    day at the clinic, and what past sessions were of which a table does not say it.
    """

    folder: Path
    options: Request
    clinic: ClinicFile | None
    now: datetime
    today: date
    unmarked: Status | None = None
