"""Beside which saved courses something is planned, as options say it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ketasched.asking.others import OtherCourses
from ketasched.asking.request import RECORD_ENDING
from ketasched.domain.wording import list_text
from ketasched.errors import UsageProblem
from ketasched.records.open import path_of
from ketasched.records.others import OtherRecords
from ketasched.reports.course_report import Neighbours


def others_of(beside: str, save: str, now: datetime) -> OtherRecords | None:
    """The courses of the folder of --beside, and of that in which a record is to be saved; None if
    there is neither.

    Raises:
        UsageProblem: it is no folder.
    """
    folders = [beside] if beside else []
    if beside and not Path(beside).is_dir():
        raise UsageProblem(f"--beside: {beside} is not a folder", "give the folder of the records")
    home = path_of(save).parent if save else None
    if home and _has_records(home) and not (beside and home.samefile(beside)):
        folders.append(str(home))
    return OtherRecords(folders, now) if folders else None


def neighbours_of(others: OtherCourses | None) -> Neighbours | None:
    """Those beside whom something is planned, for a report; None if there are none to ask."""
    return Neighbours(others.folders, others.courses) if others else None


def not_counted(others: OtherCourses | None) -> Iterator[str]:
    """What is not minded, since it cannot be read."""
    unread = others.unread if others else []
    if unread:
        what = "it cannot" if len(unread) == 1 else "they cannot"
        yield f"not counted among those in the house, as {what} be read: {list_text(unread)}"


def _has_records(folder: Path) -> bool:
    try:
        return any(path.name.endswith(RECORD_ENDING) for path in folder.iterdir())
    except OSError:
        return False
