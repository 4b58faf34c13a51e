"""Where the sessions of a running course may go that must leave a day, or make way for others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from ketasched.domain.course import Course, LinkedVisit, Session, is_gone
from ketasched.domain.house import House, minute_at
from ketasched.domain.room import Held, Room, held_by
from ketasched.planning.best_days import Search
from ketasched.planning.standing import Standing
from ketasched.running.closing_day import released
from ketasched.running.legal_change import Conditions
from ketasched.running.replan import search_for


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
        """The sessions to come that nobody fixed; none of a course with several a day, which stand
        together.
        """
        if self.conditions.order.has_treatment_days:
            return set()
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


class _Place(NamedTuple):
    """Where a session may stand; ``stays``: where it does, so that nobody asks for its gap to
    another that stays. ``spot``: None of one that is not free.
    """

    standing: Standing
    stays: bool
    spot: Spot | None = None

    @property
    def may_stay(self) -> bool:
        """Whether a session that is free is left here if its course has no place."""
        return self.stays and self.spot is not None


def ways_of(running: RunningCourse, room: Room, day: date | None, free: Collection[int]) -> Ways:
    """The ways of a course whose ``free`` sessions may go elsewhere beside what a room has; those
    of a ``day`` must.
    """
    conditions, course = running.beside(room), running.course
    freed = set[int]()
    if day:
        conditions, course, freed = released(conditions, course, day)
    kept, stuck = kept_and_stuck(running, room.house, day, free)
    search = search_for(conditions.order, course, free, conditions.now)
    if search is None:
        return Ways((Row(0, must_move=True, spots=(), follows=()),), kept, stuck)
    places = [
        list(_places(search, index, course.session(target.number), course, room, freed))
        if target.number in free
        else [_Place(standing, stays=True) for standing in search.states(index, 0)]
        for index, target in enumerate(search.targets)
    ]
    _keep_apart(search, places, free)
    may = [_Pairs(search, index) for index in range(len(places))]
    for index in range(1, len(places)):
        places[index] = [
            here
            for here in places[index]
            if here.may_stay or any(may[index](at, here) for at in places[index - 1])
        ]
    for index in range(len(places) - 2, -1, -1):
        places[index] = [
            here
            for here in places[index]
            if here.may_stay or any(may[index + 1](here, after) for after in places[index + 1])
        ]
    rows = []
    for index, target in enumerate(search.targets):
        if target.number in free:
            linked = index and search.targets[index - 1].number in free
            before = places[index - 1] if linked else []
            spots = tuple(place.spot for place in places[index] if place.spot)
            follows = tuple(
                frozenset(number for number, at in enumerate(before) if may[index](at, here))
                if linked
                else None
                for here in places[index]
            )
            rows.append(Row(target.number, target.number in freed, spots, follows))
    return Ways(tuple(rows), kept, stuck)


def _keep_apart(search: Search, places: list[list[_Place]], free: Collection[int]) -> None:
    """Take out where a free session is too near to one that stays, or too far from it; of two that
    are both free, the rules of the course refuse what they must in the end.
    """
    for link in search.links:
        for index in (link.first, link.last):
            other = link.other(index)
            if search.targets[other].number not in free:
                stays = places[other][0].standing.day
                places[index] = [
                    here
                    for here in places[index]
                    if here.may_stay or not link.between(index, here.standing.day, stays)
                ]


class _Pairs:
    """Whether a session may stand somewhere when the one before it does elsewhere."""

    def __init__(self, search: Search, index: int) -> None:
        self.search = search
        self.index = index
        self.known: dict[tuple[date, date], bool] = {}

    def __call__(self, before: _Place, here: _Place) -> bool:
        if before.stays and here.stays:
            return True
        days = before.standing.day, here.standing.day
        if days not in self.known:
            self.known[days] = self.search.is_beside(self.index, before.standing, here.standing)
        return self.known[days]


def _places(
    search: Search,
    index: int,
    session: Session,
    course: Course,
    room: Room,
    freed: Collection[int],
) -> Iterator[_Place]:
    """Where a free session may stand; first where it stands, if it may stay."""
    takes = room.house.of_session_of(course.protocol, session.minutes)
    here = session.start.replace(tzinfo=None)
    if session.number not in freed:
        off = (here.date() - session.target).days
        cost = Cost(off * off, int(off != 0), abs(session.moved_minutes))
        spot = Spot(session.start, tuple(held_by(takes, minute_at(session.start))), 0, cost)
        standing = Standing(0, here.date(), here.time(), session.moved_minutes, cost)
        yield _Place(standing, stays=True, spot=spot)
    # A start that others fill leaves the first session the rest of its window.
    for standing in search.on_days(index, 0, search.whole_window(index, 0)):
        slots = search.slots_on(index, standing.day)
        for start, change in slots.legal_starts(standing.day, session.minutes):
            wall = datetime.combine(standing.day, start)
            if wall != here:
                moment = wall.replace(tzinfo=room.zone)
                cost = Cost(standing.cost[0], standing.cost[1], abs(change))
                held = tuple(held_by(takes, minute_at(moment)))
                spot = Spot(moment, held, int(session.number not in freed), cost)
                yield _Place(standing, stays=False, spot=spot)


def days_of(session: Session) -> list[date]:
    """The days of the window of a session."""
    days = (session.window_end - session.window_start).days
    return [session.window_start + timedelta(days=number) for number in range(days + 1)]


def changed_sessions(before: Course, after: Course) -> list[Session]:
    """The sessions of a course that stand elsewhere than before."""
    starts = {session.number: session.start for session in before.live}
    return [session for session in after.live if starts.get(session.number) != session.start]


def days_put_off(before: Course, after: Course) -> int:
    """By how many days later sessions are due than before, all together."""
    due = {session.number: session.target for session in before.live}
    later = ((each.target - due.get(each.number, each.target)).days for each in after.live)
    return sum(days for days in later if days > 0)


def cost_of(sessions: Iterable[Session]) -> Cost:
    """How far from ideal some sessions are."""
    cost = Cost()
    for session in sessions:
        off = session.moved_days
        cost = cost.plus(Cost(off * off, int(off != 0), abs(session.moved_minutes)))
    return cost
