"""The days that are closed for all records of a folder, of which one is to be saved there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ketasched.asking.request import Request

if TYPE_CHECKING:
    from ketasched.records.record import CourseRecord


def mind_closed_days(request: Request) -> Request:
    """A record knows of the days that are closed for all records of its folder."""
    from ketasched.records.closed_days import spans_in
    from ketasched.records.open import path_of

    new = [span for span in spans_in(path_of(request.save).parent) if span not in request.closed]
    return replace(request, closed=(*request.closed, *new))


def without_days_beside(record: CourseRecord, folder: Path) -> CourseRecord:
    """What is closed for all stands beside the records, so that it can be opened again for all."""
    from ketasched.records.closed_days import spans_in

    beside = spans_in(folder)
    own = [span for span in record.options.get("closed", ()) if span not in beside]
    options = {name: value for name, value in record.options.items() if name != "closed"}
    return record._replace(options=options | ({"closed": own} if own else {}))
