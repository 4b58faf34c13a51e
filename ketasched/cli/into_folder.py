"""What holds for all lines of a table whose courses become records of a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ketasched.asking.into_folder import IntoFolder
from ketasched.asking.surroundings import clinic_file, clinic_here, zone_of
from ketasched.errors import UsageProblem
from ketasched.records.closed_days import spans_in

if TYPE_CHECKING:
    from datetime import datetime

    from ketasched.asking.request import Request


def into_folder(folder: str, options: Request, now: datetime) -> IntoFolder:
    """The folder of --into with its clinic and closed days, and the ``options`` of the command.

    Raises:
        UsageProblem: it is no folder.
        FileTrouble, FileProblems: the clinic's file, or the closed days.
    """
    path = Path(folder)
    if not path.is_dir():
        raise UsageProblem(
            f"--into: {path} is not a folder", "give the folder of the records, or make it first"
        )
    clinic = clinic_file(options.clinic) or clinic_here(path)
    today = now.astimezone(zone_of(options.tz, clinic)[0].tzinfo).date()
    return IntoFolder(path, replace(options, closed=tuple(spans_in(path))), clinic, now, today)
