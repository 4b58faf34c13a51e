"""Courses of a table that have no record yet: planned on beside each other, and made records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ketasched.asking.refusals import worded
from ketasched.domain.room import Held, Room
from ketasched.errors import KetaschedError
from ketasched.house.waiting import beside, held_of
from ketasched.progress import through
from ketasched.records.others import OtherRecords
from ketasched.running.legal_change import Refusal
from ketasched.running.moved_in import MovedIn, moved_in, standing_facts
from ketasched.running.refusals import refusal_text

if TYPE_CHECKING:
    from datetime import datetime

    from ketasched.asking.intake import Task
    from ketasched.asking.moving_in import Newcomer
    from ketasched.domain.house import House
    from ketasched.planning.plan_input import Order
    from ketasched.records.record import CourseRecord


class Arrival(NamedTuple):
    """A course that moves in, as it is planned on; or why it cannot be."""

    newcomer: Newcomer
    moved: MovedIn | None
    why: str = ""


def arrivals(newcomers: Sequence[Newcomer], folder: Path, now: datetime) -> list[Arrival]:
    """Each course planned on beside the records of the folder, what is booked for all the others,
    and those before it.
    """
    house = _house_of(newcomers)
    standing = list(OtherRecords([str(folder)], now).held(house)) if house else []
    booked = [_booked(house, newcomer, now) for newcomer in newcomers] if house else []
    arrived: list[Arrival] = []
    with through("planning", "courses", newcomers) as shown:
        for place, newcomer in enumerate(shown):
            order = newcomer.task.order
            if house:
                others = [held for each in (*booked[:place], *booked[place + 1 :]) for held in each]
                order = order.in_room(beside(Room(house, order.clinic.zone), [*standing, *others]))
            arrived.append(_arrival(newcomer, order, now))
            moved = arrived[-1].moved
            if house and moved:
                booked[place] = _to_come(held_of(house, moved.course), now)
    return arrived


def _arrival(newcomer: Newcomer, order: Order, now: datetime) -> Arrival:
    here = now.astimezone(order.clinic.zone)
    try:
        outcome = moved_in(_promised(newcomer, order), newcomer.facts, here)
    except KetaschedError as error:
        said = worded(error)
        return Arrival(
            newcomer, None, f"{said.message}: {said.hint}" if said.hint else said.message
        )
    if isinstance(outcome, Refusal):
        return Arrival(newcomer, None, refusal_text(outcome))
    return Arrival(newcomer, outcome)


def _promised(newcomer: Newcomer, order: Order) -> Order:
    """The order of a patient who was told when to come."""
    return order.promising((fact.start for fact in newcomer.facts), ())


def _house_of(newcomers: Sequence[Newcomer]) -> House | None:
    file = newcomers[0].task.surroundings.file if newcomers else None
    return file.house if file else None


def _booked(house: House, newcomer: Newcomer, now: datetime) -> list[Held]:
    """What is held for a course by what was booked for it."""
    try:
        course = standing_facts(newcomer.task.order, newcomer.facts)
    except KetaschedError:  # it is told when that course is planned
        return []
    return _to_come(held_of(house, course), now)


def _to_come(held: Sequence[Held], now: datetime) -> list[Held]:
    minute = int(now.timestamp()) // 60
    return [each for each in held if each.ends > minute]


def records_of(
    arrived: Sequence[Arrival], what: str, now: datetime
) -> list[tuple[Path, CourseRecord, Task]]:
    """The records of the courses that moved in, each with its path and its task.

    Raises:
        UsageProblem: another record is of the same course.
    """
    from ketasched.calendar.uid import drawn
    from ketasched.cli.closed_days_beside import without_days_beside
    from ketasched.records.open import new_record
    from ketasched.records.write import refuse_twin

    news = []
    for arrival in arrived:
        if arrival.moved is None:
            continue
        path = arrival.newcomer.told.path
        task = arrival.newcomer.task._replace(uid_source=drawn())
        record = new_record(arrival.newcomer.request, task, arrival.moved.course, now, ())
        planned = record.history[0]._replace(what=what)
        record = without_days_beside(record._replace(history=(planned,)), path.parent)
        refuse_twin(path, record)
        news.append((path, record, task))
    return news
