"""What is told of a course that ran before it was kept here, and which of its sessions that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from ketasched.domain.candidate import Reason, exists, no_such_time_text
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import ATTENDED, CANCELLED, MISSED, PLANNED, Course, Session, Status
from ketasched.domain.pause import Pause
from ketasched.domain.wording import count_text
from ketasched.planning.plan_input import Order
from ketasched.running.at_a_moment import follower_numbers
from ketasched.running.broken_rules import BrokenRule, broken_rules
from ketasched.running.replan import due, put_off, standing

_AS_IT_WAS = Reason("agreed", "so it took place before it was kept here")
_TOLD_SO = Reason("stays", "the course was as late as that when it was moved in")
_BOOKED = Reason("by-hand", "booked before it was kept here")


class Fact(NamedTuple):
    """A session as it was told: when it was or is to be (aware), what became of it (planned: it is
    to come), and which one of its course it is; 0: the next one.
    """

    start: datetime
    status: Status
    number: int = 0

    @property
    def is_lost(self) -> bool:
        """Whether it did not take place, or is not to."""
        return self.status in (MISSED, CANCELLED)


class NoSuchSession(ChoiceRefused):
    """A fact has a number that no session of its course can have."""

    def __init__(self, number: int, last: int) -> None:
        self.number = number
        text = f"there is no session {number}: the course has only {count_text(last, 'session')}"
        super().__init__(text, "correct the number, or leave the numbers out in all its lines")


class Facts(NamedTuple):
    """Which session of its course each fact is. ``extra``: by number those that the protocol does
    not have, with the number of the lost one that each makes up for; 0: none.
    """

    by_number: Mapping[int, Fact]
    extra: Mapping[int, int]

    def sessions(self, course: Course) -> list[Session]:
        """Those of a course in order of time; one that was lost is so."""
        lost = {number: fact.status for number, fact in self.by_number.items() if fact.is_lost}
        there = (each for each in course.sessions if each.number in self.by_number)
        told = [each._replace(status=lost.get(each.number, each.status)) for each in there]
        return sorted(told, key=lambda session: (session.start, session.number))


def facts_of(order: Order, course: Course, facts: Sequence[Fact]) -> Facts:
    """Which session of a course that is laid out each fact is: by its number, or where one has none
    in order of time.

    Raises:
        NoSuchSession: a number is beyond the course and the sessions that go on behind its last.
        ChoiceRefused: they cannot be those of such a course.
    """
    for fact in facts:
        if not exists(fact.start):
            raise ChoiceRefused(no_such_time_text(fact.start), "say when it took place")
    facts = sorted(facts, key=lambda fact: fact.start)
    if facts and all(fact.number for fact in facts):
        return _by_number(course, facts, follower_numbers(order, course))
    ordered = sorted(course.sessions, key=lambda session: (session.start, session.number))
    numbers = [session.number for session in ordered]
    numbers += range(course.next_number, course.next_number + len(facts))
    by_number = dict(zip(numbers, facts, strict=False))
    lost = [number for number, fact in by_number.items() if fact.is_lost]
    extra = {}
    for number, fact in list(by_number.items())[len(ordered) :]:
        extra[number] = lost.pop(0) if lost and not fact.is_lost else 0
    return Facts(by_number, extra)


def _by_number(course: Course, facts: Sequence[Fact], following: frozenset[int]) -> Facts:
    known = {session.number for session in course.sessions}
    beyond = {fact.number for fact in facts} - set(range(1, course.next_number))
    if beyond and max(beyond) >= course.next_number + len(beyond):
        raise NoSuchSession(max(beyond), course.next_number - 1)
    by_number: dict[int, Fact] = {}
    extra: dict[int, int] = {}
    latest: dict[int, Fact] = {}
    lost = [fact.number for fact in facts if fact.is_lost]
    lost = [number for number in lost if [fact.number for fact in facts].count(number) == 1]
    for fact in facts:
        before = latest.get(fact.number)
        if before and not before.is_lost:
            text = f"session {fact.number} is there twice, and was not missed the first time"
            raise ChoiceRefused(text, "correct the numbers, or leave them out in all its lines")
        latest[fact.number] = fact
        if before or fact.number not in known:
            number = course.next_number + len(extra)
            goes_on = lost.pop(0) if lost and not fact.is_lost and not before else 0
            extra[number] = fact.number if before else goes_on
            by_number[number] = fact
        else:
            by_number[fact.number] = fact
    attended = [n for n in known & by_number.keys() if by_number[n].status == ATTENDED]
    last = max(attended, default=0)
    silent = sorted(known - by_number.keys() - following)
    if silent and silent[0] < last:
        text = f"nothing is said of session {silent[0]}, and a later one took place"
        raise ChoiceRefused(text, "write a line for it, such as one that says missed")
    return Facts(by_number, extra)


class Held(NamedTuple):
    """A course with its facts; ``weeks``: by how many each session that was whole weeks off moved
    what is due from it on, negative where it was earlier.
    """

    course: Course
    weeks: Mapping[int, int]


def with_facts(order: Order, course: Course, facts: Facts) -> Held:
    """The course with its facts: sessions stand where they took place. Where one was whole weeks
    off what was due, all behind it are due as much later, or earlier.
    """
    sessions: list[Session] = []
    pauses: list[Pause] = []
    moved: dict[int, int] = {}
    weeks = 0
    for session in sorted(course.sessions, key=lambda session: session.number):
        due_then = put_off(order, session, 7 * weeks)
        fact = facts.by_number.get(session.number)
        if fact and not fact.is_lost and not course.protocol.counts_days:
            more = _weeks_off(due_then, fact.start.date())
            weeks += more
            moved[session.number] = more
            due_then = put_off(order, due_then, 7 * more)
            consent = (_AS_IT_WAS,) if fact.status == ATTENDED else ()
            pauses += [Pause(session.number, more, (*consent, _TOLD_SO))] if more > 0 else []
        sessions.append(_as_told(order, due_then, fact) if fact else due_then)
    course = replace(course, sessions=tuple(sessions), pauses=tuple(pauses))
    for number, lost in facts.extra.items():
        extra = _extra(course, number, lost, facts)
        extra = due(order, extra, facts.by_number[number].start.date())
        course = course.adding([_as_told(order, extra, facts.by_number[number])])
    return Held(course, moved)


def _weeks_off(session: Session, day: date) -> int:
    """By how many whole weeks a day is off what is due; none within the window."""
    if session.window_start <= day <= session.window_end:
        return 0
    days = (day - session.target).days
    weeks = (abs(days) + 3) // 7
    return weeks if days > 0 else -weeks


def _as_told(order: Order, session: Session, fact: Fact) -> Session:
    """A session as it was told; one that was lost is so once it is made up for."""
    there = standing(order, session, fact.start)
    if fact.status == PLANNED:
        return there._replace(status=PLANNED, reasons=(_BOOKED,))
    status: Status = ATTENDED if fact.status == ATTENDED else PLANNED
    return there._replace(status=status, reasons=(), by_hand=False)


def _extra(course: Course, number: int, lost: int, facts: Facts) -> Session:
    """A session that the protocol does not have: one with a number makes up for what was lost in
    its place, any other goes on behind the last one.
    """
    fact = facts.by_number[number]
    in_its_place = bool(lost) and lost == fact.number
    before = (n for n, other in facts.by_number.items() if other.start < fact.start)
    behind = max((n for n in before if n not in facts.extra), default=lost)
    like = course.session(lost) if in_its_place else course.latest
    return like._replace(
        number=number,
        place=course.next_place(like.phase),
        instead_of=(like.instead_of or lost) if in_its_place else 0,
        stands_at=behind if in_its_place else 0,
        name=like.name if in_its_place else "",
        counted_from=None,
    )


def rules_broken(order: Order, held: Held, facts: Facts) -> Iterator[BrokenRule]:
    """The rules that facts break, each beside those before it in time and as it was due then."""
    told = facts.sessions(held.course)
    for place, session in enumerate(told):
        as_due = put_off(order, session, -7 * held.weeks.get(session.number, 0))
        until_then = replace(held.course, sessions=(*told[:place], as_due), pauses=())
        yield from broken_rules(order, until_then, {session.number})
