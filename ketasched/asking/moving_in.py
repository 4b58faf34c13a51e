"""From the lines of a table of courses that already run to what is known of each, and asked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

from ketasched.asking import library
from ketasched.asking.arms import for_arm
from ketasched.asking.intake import Task, Understood, understand, understand_terms
from ketasched.asking.into_folder import IntoFolder
from ketasched.asking.refusals import worded
from ketasched.asking.request import RECORD_ENDING, Request
from ketasched.asking.surroundings import protocol_folders, protocols_file
from ketasched.asking.waiting_list import file_name
from ketasched.domain.course import ATTENDED, MISSED, PLANNED
from ketasched.domain.protocol import Protocol
from ketasched.domain.wording import WEEKDAYS, clock_text, day_text, list_text
from ketasched.errors import KetaschedError, did_you_mean
from ketasched.files.course_table.course_table import CourseTable, Line
from ketasched.planning.plan_input import Order
from ketasched.reading.table import Cell
from ketasched.running.facts import Fact, NoSuchSession
from ketasched.running.moved_in import standing_facts, start_shown


class Told(NamedTuple):
    """All that a table says of one course: whose it is, the file of its record, its protocol and
    arm (as the table calls them; no arm: empty), and its lines in order of time.
    """

    name: str
    path: Path
    protocol: str
    arm: str
    lines: Sequence[Line]

    @property
    def protocol_cell(self) -> Cell:
        """The cell that a mistake about its protocol is noted at: of its name if it has none."""
        first = self.lines[0]
        return first.protocol if first.protocol.text else first.name


class Newcomer(NamedTuple):
    """A course of a table that has no record yet, understood: what `plan` would be asked for it,
    and its facts, each of a line.
    """

    told: Told
    request: Request
    task: Task
    facts: Sequence[Fact]


Known = dict[tuple[str, str, bool], Understood]
"""What was understood of a protocol and an arm, without its open-ended phase or with it."""


def told_of(table: CourseTable, into: IntoFolder) -> list[Told]:
    """The courses of a table, in its order; what is wrong with them is noted."""
    people: dict[str, list[Line]] = {}
    for line in table.lines:
        people.setdefault(_alike(line.name.text), []).append(line)
    return [told for lines in people.values() for told in _told(table, lines, into)]


def _alike(name: str) -> str:
    """What names have in common of which nobody sees the difference, or no file has it."""
    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFC", file_name(" ".join(seen.split()))).casefold()


def _told(table: CourseTable, lines: list[Line], into: IntoFolder) -> Iterator[Told]:
    name = lines[0].name.text
    for line in lines:
        if line.name.text != name:
            where = table.table.place(lines[0].name)
            message = f"`{line.name.text}` is written `{name}` {where}"
            table.fault(line.name, message, "write a name in one way, or tell two people apart")
            return
    protocol = _only(table, name, [line.protocol for line in lines])
    arm = _only(table, name, [line.arm for line in lines if line.arm])
    if protocol is None or arm is None:
        return
    starts = {line.start: line for line in lines if line.start}
    if len(starts) > 1:
        message = f"{name} has two starts: {list_text([day_text(day) for day in starts])}"
        table.fault([*starts.values()][1].name, message, "correct one of the two")
    protocol = protocol or into.options.protocol
    if not protocol:
        hint = "fill in the protocol, or name that of all with --protocol"
        table.fault(lines[0].name, f"no line of {name} says which protocol", hint)
        return
    path = into.folder / f"{file_name(name)}{RECORD_ENDING}"
    ordered = sorted(lines, key=lambda line: (line.day, line.at or time.min))
    yield Told(name, path, protocol, arm, list(_once_each(table, ordered)))


def _only(table: CourseTable, name: str, cells: Sequence[Cell]) -> str | None:
    """What all cells of a course say that say something; None after noting that they differ."""
    said: dict[str, Cell] = {}
    for cell in cells:
        if cell.text:
            said.setdefault(_plain(cell.text), cell)
    if len(said) < 2:
        return next((cell.text for cell in said.values()), "")
    names = list_text([f"`{cell.text}`" for cell in said.values()])
    table.fault(
        [*said.values()][1], f"{name} has {names}", "name the courses apart: a record has one"
    )
    return None


def _once_each(table: CourseTable, lines: Sequence[Line]) -> Iterator[Line]:
    """The lines without those that say again what one before says."""
    known: dict[tuple[date, time | None], Line] = {}
    for line in lines:
        same = known.setdefault((line.day, line.at), line)
        if same is line:
            yield line
            continue
        where = table.table.place(same.when)
        if (same.status, same.number) == (line.status, line.number):
            again = f"{line.name.text}, {day_text(line.day)}: {table.table.place(line.when)}"
            table.table.notes.append(f"{again} says again what stands {where}, and counts once")
        else:
            message = f"{day_text(line.day)} stands {where} too, and says something else of it"
            table.fault(line.when, message, "correct one of the two, or write their times")


def protocol_called(text: str, into: IntoFolder) -> Protocol:
    """The protocol that is meant: by its id, or else its title or label.

    Raises:
        ValueError: there is none, or there are several; with what to do.
        FileTrouble, FileProblems: a file it might be in.
    """
    option, clinic = into.options.protocols, into.clinic
    extra = protocols_file(option, clinic)
    known = library.load(extra)
    word = _plain(text)
    called = [
        protocol.id
        for protocol in known.values()
        if word in (_plain(protocol.id), _plain(protocol.title), _plain(protocol.label))
    ]
    if word in map(_plain, known):
        called = [name for name in known if _plain(name) == word]
    if len(called) == 1:
        return known[called[0]]
    if called:
        names = list_text([f"`{name}`" for name in called], "or")
        raise ValueError(f"several protocols are called `{text[:60]}`", f"write {names}")
    for folder in protocol_folders(option, clinic):
        if (folder / f"{text}.yaml").is_file():
            return library.find(text, extra, [folder]).protocol
    titles = {protocol.title: protocol.id for protocol in known.values()}
    hint = did_you_mean(text, [*known, *titles]) or "see them all with: ketasched list"
    raise ValueError(f"there is no protocol `{text[:60]}`", hint)


def newcomer(
    table: CourseTable, told: Told, protocol: Protocol, into: IntoFolder, known: Known
) -> Newcomer | None:
    """A course that has no record yet; None after noting what is wrong with it. ``known``: what was
    understood of protocols before.
    """
    request = replace(
        into.options,
        protocol=protocol.id,
        arm=told.arm,
        start=told.lines[0].day.isoformat(),
        name="" if file_name(told.name) == told.name else told.name,
        save=str(told.path),
    )
    try:
        sessions = _of_an_open_end(for_arm(protocol, told.arm), told)
        request = replace(request, sessions=sessions)
        terms = (protocol.id, told.arm, bool(sessions))
        if terms not in known:
            known[terms] = understand_terms(request, into.now)
        request = _with_what_shows(request, told, known[terms].order)
        task = understand(request, into.now)
        facts = [_fact_of(table, line, task.order, into) for line in told.lines]
        sure = [fact for fact in facts if fact]
        if len(sure) < len(facts):
            return None
        start = told.lines[0].start or start_shown(task.order, sure)
        request = replace(request, start=start.isoformat())
        task = understand(request, into.now)
        standing_facts(task.order, sure)
    except NoSuchSession as error:
        cell = next(line.when for line in told.lines if line.number == error.number)
        table.fault(cell, f"{told.name}: {error.message}", error.hint)
        return None
    except KetaschedError as error:
        said = worded(error)
        table.fault(told.protocol_cell, f"{told.name}: {said.message}", said.hint)
        return None
    return Newcomer(told, request, task, sure)


def _fact_of(table: CourseTable, line: Line, order: Order, into: IntoFolder) -> Fact | None:
    """What a line says; None after noting what is wrong with it. Without a time it is at the usual
    one.
    """
    start = _start_of(line, order)
    status = line.status or PLANNED
    if status == PLANNED and line.day < into.today:
        if into.unmarked is None:
            message = f"{day_text(line.day)} is over, and the table does not say what became of it"
            hint = "write attended, missed or cancelled; or, of all such: --unmarked attended"
            table.fault(line.state, message, hint)
            return None
        status = into.unmarked
    if status in (ATTENDED, MISSED) and start > into.now:
        at = f" {clock_text(start.timetz())}" if line.day == into.today else ""
        message = f"{day_text(line.day)}{at} is to come, and the line says {status}"
        hint = "write planned" if line.day > into.today else "write its time, or planned"
        table.fault(line.state, message, hint)
        return None
    return Fact(start, status, line.number)


def _start_of(line: Line, order: Order) -> datetime:
    """When a session of a line began, or is to begin."""
    at = line.at or order.times.on(line.day, order.first_minutes)
    return datetime.combine(line.day, at, order.clinic.zone)


def _with_what_shows(request: Request, told: Told, order: Order) -> Request:
    """The request with what the lines show of it: at what time and on which weekdays the patient
    comes, how many sessions were elsewhere.
    """
    times = [line.at for line in told.lines if line.at]
    one_time = len(times) == len(told.lines) and len({*times}) == 1
    already = _already(told)
    return replace(
        request,
        at=clock_text(times[0]) if one_time else "",
        days=_usual_days(told, order),
        already=str(already) if already else "",
    )


def _of_an_open_end(protocol: Protocol, told: Told) -> tuple[str, ...]:
    """How much of an open-ended phase the lines show, as `--sessions` says it; nothing where they
    do not reach it.
    """
    more = len(told.lines) + _already(told) - sum(phase.sessions or 0 for phase in protocol.phases)
    open_ended = [phase for phase in protocol.phases if phase.sessions is None]
    return tuple(f"{phase.name}={-(-more // phase.a_day)}" for phase in open_ended[:1] if more > 0)


def _already(told: Told) -> int:
    """How many sessions were elsewhere, by the numbers of the lines."""
    numbers = [line.number for line in told.lines]
    return min(numbers) - 1 if all(numbers) else 0


def _usual_days(told: Told, order: Order) -> str:
    """The weekdays on which the patient comes, where these are as many as a phase has and open."""
    days = sorted({line.day.weekday() for line in told.lines})
    phases = order.with_days(len(days)) if 1 < len(days) < len(told.lines) else []
    known = phases and all(order.weekdays(phase).issuperset(days) for phase in phases)
    return ",".join(WEEKDAYS[day].lower() for day in days) if known else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
