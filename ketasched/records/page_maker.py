"""How the page that follows a record is made: a room above says it, for records know no markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ketasched.errors import FileTrouble

if TYPE_CHECKING:
    from ketasched.asking.intake import Task
    from ketasched.records.record import CourseRecord

    MakePage = Callable[[Task, CourseRecord], bytes]


def _no_page(_task: Task, record: CourseRecord) -> bytes:
    raise FileTrouble(f"a page follows {record.file}, and nothing here makes pages")


_make_page: list[MakePage] = [_no_page]


def pages_made_by(make_page: MakePage) -> None:
    """Have the pages that follow records made from now on."""
    _make_page[0] = make_page


def page_of(task: Task, record: CourseRecord) -> bytes:
    """The page that follows a record, as it is to be now."""
    return _make_page[0](task, record)
