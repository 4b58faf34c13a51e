"""The records of a folder that share a house, planned again together as a day closes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ketasched.cli.closing_day import Closing, DayClosed, called, with_day_closed
from ketasched.cli.search_limits import SearchLimits
from ketasched.domain.course import Course
from ketasched.domain.house import House
from ketasched.domain.room import Held, Room
from ketasched.errors import KetaschedError
from ketasched.records.open import Opened, open_record
from ketasched.records.others import OtherRecords
from ketasched.records.record import CourseRecord
from ketasched.reports.running_report import Call
from ketasched.running.legal_change import Refusal

if TYPE_CHECKING:
    from ketasched.house.closing import Closed
    from ketasched.house.closing import Closing as HouseClosing
    from ketasched.house.ways import RunningCourse


Writing = tuple[Opened, CourseRecord]
"""A record that was opened, and as it is to be written."""


class Replaced(NamedTuple):
    """A record whose course was planned again, opened beside all others as they are to be, and what
    becomes of it. ``makes_way``: nobody of it was to come that day.
    """

    opened: Opened
    before: CourseRecord
    outcome: Course | Refusal
    makes_way: bool = False


class HouseClosed(NamedTuple):
    """What becomes of the records of a house on a day that closes, and what was proved."""

    replaced: tuple[Replaced, ...]
    closed: Closed

    def calls(self, closing: Closing) -> Iterator[tuple[Call, Writing | None]]:
        """Whom to call for each record, and what is to be written."""
        for each in self.replaced:
            call, after = called(each.opened, each.before, each.outcome, closing)
            if each.makes_way:
                why = "makes way for others"
                call = call._replace(why=f"{why}; {call.why}" if call.why else why)
            opened = each.opened._replace(act=closing.act)
            yield call, (opened, after) if after else None


def by_house(affected: Sequence[DayClosed]) -> list[list[DayClosed]]:
    """Those that share a house, together."""
    houses: dict[object, list[DayClosed]] = {}
    for closed in affected:
        if closed.house:
            houses.setdefault((closed.house, closed.before.timezone), []).append(closed)
    return list(houses.values())


def replanned(
    folder: Path, day: date, affected: Sequence[DayClosed], limits: SearchLimits
) -> HouseClosed:
    """The affected records of one house, for which the day is closed already, planned together."""
    from ketasched.house.closed_together import one_by_one, together
    from ketasched.house.solver import Effort, is_installed
    from ketasched.progress import searching

    neighbours = _Neighbours(folder, day, affected)
    closing = neighbours.closing()
    if not is_installed():
        return neighbours.settled(one_by_one(closing))
    with searching("planning together") as say:
        effort = Effort(*limits, lambda best, bound: say(f"best {best}, best possible {bound}"))
        return neighbours.settled(together(closing, effort))


class _Neighbours:
    """The records of a folder that share a house with those affected."""

    def __init__(self, folder: Path, day: date, affected: Sequence[DayClosed]) -> None:
        self.folder = folder
        self.day = day
        self.affected = affected
        self.others: list[DayClosed] = []

    @property
    def house(self) -> House:
        """What they share."""
        house = self.affected[0].house
        if house is None:
            raise TypeError(self.affected)
        return house

    @property
    def room(self) -> Room:
        """The house, empty."""
        return Room(self.house, self.affected[0].opened.task.order.clinic.zone)

    def closing(self) -> HouseClosing:
        """What is to be planned."""
        from ketasched.house.closing import Closing as HouseClosing

        return HouseClosing(
            self.day, [closed.course for closed in self.affected], self.room,
            self._held_but_of(self.affected), self._asked,
        )  # fmt: skip

    def _held_but_of(self, records: Sequence[DayClosed]) -> list[Held]:
        uids = [closed.before.told[0].uid for closed in records]
        others = OtherRecords([str(self.folder)], self.affected[0].opened.now, uids)
        return list(others.held(self.house))

    def _asked(self) -> tuple[list[RunningCourse], list[Held]]:
        """Who may be asked to make way, and what all but these and the affected take."""
        paths = {closed.opened.path.resolve() for closed in self.affected}
        for path in sorted(self.folder.glob("*.course.json")):
            if path.resolve() not in paths:
                self.others += self._that_may_make_way(path)
        held = self._held_but_of([*self.affected, *self.others])
        return [closed.course for closed in self.others], held

    def _that_may_make_way(self, path: Path) -> Iterator[DayClosed]:
        try:
            opened = open_record(str(path), self.affected[0].opened.now)
            clinic = opened.record.clinic
            if clinic and clinic.house == self.house:
                yield with_day_closed(opened, self.day)
        except KetaschedError:  # it stays where it is
            return

    def settled(self, closed: Closed) -> HouseClosed:
        """The records, each beside all others as they are to be."""
        from ketasched.house.waiting import beside, held_of

        after: dict[str, Course | Refusal] = dict(
            zip([each.course.key for each in self.affected], closed.outcomes, strict=True)
        )
        after |= {running.key: course for running, course in closed.making_way}
        changed = [each for each in [*self.affected, *self.others] if each.course.key in after]
        held = [
            held_of(self.house, course if isinstance(course, Course) else each.before.course)
            for each in changed
            for course in [after[each.course.key]]
        ]
        standing, replaced = self._held_but_of(changed), list[Replaced]()
        for place, each in enumerate(changed):
            others = [own for number, taken in enumerate(held) if number != place for own in taken]
            task = each.opened.task
            order = task.order.in_room(beside(self.room, [*standing, *others]))
            opened = each.opened._replace(task=task._replace(order=order))
            makes_way = place >= len(self.affected)
            replaced.append(Replaced(opened, each.before, after[each.course.key], makes_way))
        return HouseClosed(tuple(replaced), closed)
