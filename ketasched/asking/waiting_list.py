"""From the lines of a waiting list to what is planned: each is a request without its start."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import NamedTuple, TypeVar

from ketasched.asking.intake import Task, understand
from ketasched.asking.into_folder import IntoFolder
from ketasched.asking.refusals import worded
from ketasched.asking.request import RECORD_ENDING, Request
from ketasched.domain.typed_dates import read_date
from ketasched.errors import KetaschedError, UsageProblem
from ketasched.files.waiting_list.waiting_list import COLUMNS, Line, WaitingList
from ketasched.house.waiting import LEAST_URGENT, Wish
from ketasched.planning.plan_input import Order

LONGEST_WAIT = 366
"""The most days from the earliest start to the latest."""
ORDERED = ("protocol", *(column for column in COLUMNS[4:] if column != "priority"))
"""The columns that make the order of a patient, but for the start."""
_OPTION = re.compile(r"^--([a-z-]+):? ?")
_UNFIT = re.compile(r'[<>:"/|?*\\\x00-\x1f]')
Value = TypeVar("Value")


class Waiting(NamedTuple):
    """A line, understood: what `plan` would be asked for the first start, and the wish."""

    line: Line
    request: Request
    task: Task
    wish: Wish

    def starting(self, start: date) -> Request:
        """What `plan` is asked for a start."""
        return replace(self.request, start=start.isoformat())


def waiting_of(listed: WaitingList, into: IntoFolder) -> list[Waiting]:
    """All lines of a list, understood.

    Raises:
        FileProblems: some cannot be; all mistakes at once.
    """
    listed.finish()
    waiting: list[Waiting] = []
    names: dict[str, str] = {}
    orders: dict[tuple[str, ...], Order] = {}
    for line in listed.lines:
        understood = _understood(listed, line, into, orders)
        if understood is None:
            continue
        key = unicodedata.normalize("NFC", understood.request.save).casefold()
        if key in names:
            listed.fault(line, "name", f"`{line.text('name')}` is there twice", "tell them apart")
        names[key] = understood.wish.name
        waiting.append(understood)
    listed.finish()
    return waiting


def _understood(
    listed: WaitingList, line: Line, into: IntoFolder, orders: dict[tuple[str, ...], Order]
) -> Waiting | None:
    """A line; None after noting what is wrong with it. Who asks for the same as one before but for
    the start has its order: what is worked out for one is known of the other.
    """
    first = _value(listed, line, "earliest", lambda text: read_date(text, into.today))
    last = _value(listed, line, "latest", lambda text: read_date(text, into.today))
    priority = _value(listed, line, "priority", _priority) if line.text("priority") else None
    if first is None or last is None or (line.text("priority") and priority is None):
        return None
    if last < first:
        listed.fault(line, "latest", "latest is before earliest", "write the later day there")
        return None
    if (last - first).days >= LONGEST_WAIT:
        listed.fault(line, "latest", "the starts are more than a year apart", "look at less")
        return None
    if first < into.today <= last:
        first = into.today  # nobody who waits still is helped by a day that has passed
    request = _request(line, into, first)
    try:
        task = understand(request, into.now)
    except UsageProblem as problem:
        _at_its_column(listed, line, problem)
        return None
    options = tuple(line.text(column) for column in ORDERED)
    order = orders.setdefault(options, task.order)
    wish = Wish(line.text("name"), order, first, last, priority or LEAST_URGENT)
    return Waiting(line, request, task, wish)


def _request(line: Line, into: IntoFolder, first: date) -> Request:
    name = line.text("name")
    file = file_name(name)
    return replace(
        into.options,
        protocol=line.text("protocol"),
        start=first.isoformat(),
        name="" if file == name else name,
        save=str(into.folder / f"{file}{RECORD_ENDING}"),
        days=line.text("days"),
        at=line.text("at"),
        flex=line.text("flex"),
        can=line.text("can"),
        away=line.several("away"),
        busy=line.several("busy"),
        sessions=line.several("sessions"),
        arm=line.text("arm"),
    )


def file_name(name: str) -> str:
    """What the file of a patient's record is called: as the patient, where every system can hold
    a file of that name.
    """
    return _UNFIT.sub("-", name).rstrip(". ").lstrip("-") or "-"


def _priority(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LEAST_URGENT):
        raise ValueError(
            f"`{text[:40]}` is no priority", f"write 1, the most urgent, to {LEAST_URGENT}"
        )
    return int(text)


def _value(
    listed: WaitingList, line: Line, column: str, reader: Callable[[str], Value]
) -> Value | None:
    """What a column says; None after noting what is wrong with it."""
    try:
        return reader(line.text(column))
    except ValueError as error:
        message, hint = (*error.args, "")[:2]
        listed.fault(line, column, message, hint)
    return None


def _at_its_column(listed: WaitingList, line: Line, problem: KetaschedError) -> None:
    """Note what an option's value is refused for at the column that says it."""
    said = worded(problem)
    option = _OPTION.match(said.message)
    column = option[1] if option else "protocol"
    if option and column not in COLUMNS:
        column = "name"
    hint = re.sub(r"--(?=[a-z])", "", said.hint)
    listed.fault(line, column, re.sub(r"^--", "", said.message), hint)
