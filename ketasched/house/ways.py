"""Where the sessions of a running course may go that must leave a day, or make way for others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from ketasched.domain.course import Course, LinkedVisit, Session, is_gone
from ketasched.domain.days import each_day
from ketasched.domain.house import House, minute_at
from ketasched.domain.room import Held, Room, held_by
from ketasched.planning.plan_input import Order
from ketasched.running.closing_day import released
from ketasched.running.legal_change import Conditions
from ketasched.running.treatment_days import per_day_of


class RunningCourse(NamedTuple):
    """A course, what a change of it needs to know in an empty house, and a key that tells it from
    others.
    """

    key: str
    course: Course
    conditions: Conditions

    def beside(self, room: Room) -> Conditions:
        """What a change of it needs to know beside what others take."""
        return self.conditions._replace(order=self.conditions.order.in_room(room))

    def rest(self) -> set[int]:
        """The sessions to come that nobody fixed."""
        return {session.number for session in self.course.movable(self.conditions.now)}


class Cost(NamedTuple):
    """How far from ideal sessions are, in the order in which it counts: squared days from target,
    sessions on another day than that, minutes of change.
    """

    squares: int = 0
    moved: int = 0
    minutes: int = 0

    def plus(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Spot(NamedTuple):
    """A start that a session may have, what is taken then, and what it costs. ``further``: how many
    sessions that could stay are elsewhere then. Of a course as a whole: by how many days it is
    ``put_off``, and what days to ``avoid`` to find it.
    """

    start: datetime
    held: tuple[Held, ...]
    further: int
    cost: Cost
    put_off: int = 0
    avoid: frozenset[date] = frozenset()


class Row(NamedTuple):
    """A session (by number), its spots, and for each of them those of the row before (by place)
    that it may follow; None where it may follow all. ``must_move``: it cannot stay.
    """

    number: int
    must_move: bool
    spots: tuple[Spot, ...]
    follows: tuple[frozenset[int] | None, ...]


class Ways(NamedTuple):
    """What may become of a running course: a row for each session that may move. ``kept`` is what
    it takes in any case, ``stuck`` what more it takes while it has no place. ``whole``: its only
    row is of the course as a whole.
    """

    rows: tuple[Row, ...]
    kept: tuple[Held, ...]
    stuck: tuple[Held, ...] = ()
    whole: bool = False

    @property
    def works(self) -> bool:
        """Whether there is any."""
        return all(row.spots for row in self.rows)


def held_by_entries(
    house: House, course: Course, entries: Iterable[Session | LinkedVisit]
) -> Iterator[Held]:
    """What some entries of a course take."""
    for entry in entries:
        if is_gone(entry):
            continue
        takes = (
            house.of_visit(entry.kind, entry.minutes, by_video=entry.by_video)
            if isinstance(entry, LinkedVisit)
            else house.of_session_of(course.protocol, entry.minutes)
        )
        yield from held_by(takes, minute_at(entry.start))


def kept_and_stuck(
    running: RunningCourse, house: House, day: date | None, free: Collection[int]
) -> tuple[tuple[Held, ...], tuple[Held, ...]]:
    """What a course takes in any case while some sessions are free: all of the others, and the
    linked visits of those that can stay; and the linked visits of those that cannot.
    """
    course, freed = running.course, set[int]()
    if day:
        freed = released(running.conditions, course, day)[2]
    staying = [each for each in course.sessions if each.number not in free]
    ahead = [visit for visit in course.visits if visit.start.date() != day]
    behind = [visit for visit in ahead if visit.session in freed]
    beside = [visit for visit in ahead if visit.session not in freed]
    return (
        tuple(held_by_entries(house, course, [*staying, *beside])),
        tuple(held_by_entries(house, course, behind)),
    )


def days_of(session: Session) -> list[date]:
    """The days of the window of a session."""
    return each_day(session.window_start, session.window_end)


def changed_sessions(before: Course, after: Course) -> list[Session]:
    """The sessions of a course that stand elsewhere than before."""
    starts = {session.number: session.start for session in before.live}
    return [session for session in after.live if starts.get(session.number) != session.start]


def days_put_off(before: Course, after: Course) -> int:
    """By how many days later sessions are due than before, all together."""
    due = {session.number: session.target for session in before.live}
    later = ((each.target - due.get(each.number, each.target)).days for each in after.live)
    return sum(days for days in later if days > 0)


def cost_of(order: Order, sessions: Iterable[Session]) -> Cost:
    """How far from ideal some sessions are; a treatment day counts once."""
    cost, days = Cost(), set[tuple[object, ...]]()
    for session in sessions:
        off, minutes = session.moved_days, abs(session.moved_minutes)
        own = Cost(off * off, int(off != 0), minutes)
        per_day = per_day_of(order, session)
        if per_day:
            day = session.phase, session.pace, session.target
            own = Cost(minutes=minutes if per_day.at_least else 0) if day in days else own
            days.add(day)
        cost = cost.plus(own)
    return cost
