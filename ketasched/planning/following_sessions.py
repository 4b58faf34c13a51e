"""Named sessions that follow another: they count from that one as placed, and are placed after it.

Each goes to the legal day of its window nearest its target; of two that are as near, to the
earlier. Like a linked visit, one that has no such day is told with why, and the course stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from ketasched.domain.cadence import NamedSession, Window
from ketasched.domain.candidate import Reason, session_end
from ketasched.domain.course import ATTENDED, PLANNED, TENTATIVE, Course, Session, Unplaced
from ketasched.domain.days import each_day
from ketasched.domain.protocol import Phase
from ketasched.domain.wording import day_text
from ketasched.planning.start_times import Slots
from ketasched.planning.target import Stretch


class _Follower(NamedTuple):
    number: int
    leader: int
    place: int
    phase: Phase
    minutes: int
    window: Window
    named: NamedSession
    stands_at: int = 0


def add_followers(
    course: Course,
    stretches: Sequence[Stretch],
    first_number: int,
    slots: Slots,
    zone: tzinfo,
    known: Sequence[Session] = (),
) -> Course:
    """The course with the sessions that follow others and are not there yet, in order of time;
    those that are ``known`` keep their numbers.
    """
    sessions = list(course.sessions)
    unplaced: list[Unplaced] = []
    there = {session.number for session in sessions}
    for follower in _followers(stretches, first_number, known or sessions):
        if follower.number in there:
            continue
        leader = session_counted_from(sessions, follower.leader)
        if leader is None:
            unplaced.append(_without_leader(follower, first_number))
            continue
        outcome = _place(follower, leader, sessions, slots, zone)
        if isinstance(outcome, Session):
            tentative = any(review.after_session < outcome.number for review in course.reviews)
            sessions.append(outcome._replace(status=TENTATIVE) if tentative else outcome)
        else:
            unplaced.append(outcome)
    sessions.sort(key=lambda session: session.start)
    return replace(course, sessions=tuple(sessions), unplaced=(*course.unplaced, *unplaced))


def with_windows_of_followers(
    course: Course, stretches: Sequence[Stretch], first_number: int, now: datetime
) -> Course:
    """The course in which the sessions to come that follow others, wherever they stand, are due
    after the ones they count from; what took place or is over stays as it was due.
    """
    live = {session.number: session for session in course.live}
    changed = []
    for follower in _followers(stretches, first_number, course.sessions):
        leader = session_counted_from(course.sessions, follower.leader)
        session = live.get(follower.number)
        if session and leader and session.status != ATTENDED and session.start > now:
            target, first, last = _due(follower, leader)
            changed.append(session._replace(target=target, window_start=first, window_end=last))
    return course.changing(changed)


def numbers_that_follow(
    course: Course, stretches: Sequence[Stretch], first_number: int, number: int
) -> frozenset[int]:
    """The numbers of the sessions that count from one, or from what it makes up for."""
    return frozenset(
        follower.number
        for follower in _followers(stretches, first_number, course.sessions)
        if (leader := session_counted_from(course.sessions, follower.leader))
        and leader.number == number
    )


def before_their_leader(
    course: Course, stretches: Sequence[Stretch], first_number: int
) -> set[int]:
    """The numbers of the sessions that follow others and stand no later than these now: they cannot
    have taken place there.
    """
    live = {session.number: session for session in course.live}
    numbers = set()
    for follower in _followers(stretches, first_number, course.sessions):
        leader = session_counted_from(course.sessions, follower.leader)
        session = live.get(follower.number)
        if session and leader and leader.is_live and session.start <= leader.start:
            numbers.add(follower.number)
    return numbers


def session_counted_from(sessions: Sequence[Session], number: int) -> Session | None:
    """The session that another counts from: the make-up, if it did not take place and has one."""
    leader = next((session for session in sessions if session.number == number), None)
    if leader is None or leader.is_live:
        return leader
    made_up = [session for session in sessions if session.instead_of == number]
    return (session_counted_from(sessions, made_up[-1].number) if made_up else None) or leader


def numbers_by_name(
    stretches: Sequence[Stretch], first_number: int, sessions: Sequence[Session]
) -> dict[tuple[str, str], int]:
    """The number of each session that is listed by name, by its phase and name: what it has where
    it is among some ``sessions``, else the one that it is laid out with, if no other has that.
    """
    own = {
        (each.phase, each.name): each.number
        for each in reversed(sessions)
        if each.name and not each.instead_of
    }
    taken = {each.number for each in sessions}
    numbers: dict[tuple[str, str], int] = {}
    number = first_number
    for stretch in stretches:
        for usual, named in enumerate(stretch.named(), start=number):
            key = (stretch.phase.name, named.name)
            free = usual if usual not in taken else max(taken) + 1
            numbers[key] = own.get(key, free)
            taken.add(numbers[key])
        number += stretch.sessions or 0
    return numbers


def _followers(
    stretches: Sequence[Stretch], first_number: int, sessions: Sequence[Session]
) -> Iterator[_Follower]:
    if not any(named.follows for stretch in stretches for named in stretch.named()):
        return
    numbers = numbers_by_name(stretches, first_number, sessions)
    behind = {session.number: session.stands_at for session in sessions}
    number = first_number
    for stretch in stretches:
        phase = stretch.phase
        places = {session.name: place for place, session in enumerate(phase.listed, start=1)}
        before = number - stretch.first_place
        for named in stretch.named():
            if named.follows:
                elsewhere = before + places[named.follows]
                own = numbers[phase.name, named.name]
                leader = numbers.get((phase.name, named.follows), elsewhere)
                is_usual = own == before + places[named.name]
                there = behind.get(own, 0 if is_usual else leader)
                yield _Follower(
                    own,
                    leader,
                    places[named.name],
                    phase,
                    named.minutes or stretch.minutes,
                    named.window or phase.window,
                    named,
                    there,
                )
        number += stretch.sessions or 0


def _without_leader(follower: _Follower, first_number: int) -> Unplaced:
    elsewhere = follower.leader < first_number
    what = "took place elsewhere" if elsewhere else "has no place"
    reason = Reason("no-place", f"it counts from session {follower.leader}, which {what}")
    name, leader = follower.named.name, follower.leader
    return Unplaced("session", name, leader, "after", None, (reason,), follower.number)


def _due(follower: _Follower, leader: Session) -> tuple[date, date, date]:
    """The target of a session that follows one, and the first and last day of its window."""
    after = leader.start.date()
    target = after + timedelta(days=follower.named.day)
    first = max(target - timedelta(days=follower.window.early), after + timedelta(days=1))
    return target, first, target + timedelta(days=follower.window.late)


def _place(
    follower: _Follower, leader: Session, sessions: list[Session], slots: Slots, zone: tzinfo
) -> Session | Unplaced:
    target, first, last = _due(follower, leader)
    days = each_day(first, last)
    taken = {session.start.date(): session.number for session in sessions if session.is_live}
    free = [day for day in days if day not in taken]
    if any(slots.to_come.legal_start(day, follower.minutes) for day in free):
        slots = slots.to_come

    def slots_on(day: date) -> Slots:
        return slots if day == target else slots.moved

    def why_not(day: date) -> tuple[Reason, ...]:
        if day in taken:
            return (Reason("gap", f"{day_text(day)} is taken by session {taken[day]}"),)
        if slots_on(day).legal_start(day, follower.minutes):
            return ()
        return slots_on(day).why_none(day, follower.minutes)

    late = -1 if slots.later_first else 1
    for day in sorted(days, key=lambda day: (abs((day - target).days), late * (day - target).days)):
        option = None if day in taken else slots_on(day).legal_start(day, follower.minutes)
        if option is None:
            continue
        start = datetime.combine(day, option[0], zone)
        reasons = why_not(target) if day != target else ()
        if option[1]:
            asked = slots.times.on(day, follower.minutes)
            reasons += slots_on(day).refusals(day, asked, follower.minutes)
        return Session(
            number=follower.number,
            phase=follower.phase.name,
            place=follower.place,
            target=target,
            window_start=first,
            window_end=last,
            start=start,
            end=session_end(start, follower.minutes),
            moved_minutes=option[1],
            reasons=tuple(dict.fromkeys(reasons)),
            status=TENTATIVE if leader.status == TENTATIVE else PLANNED,
            name=follower.named.name,
            stands_at=follower.stands_at,
        )
    refused = [reason for day in days for reason in why_not(day)]
    return Unplaced(
        "session",
        follower.named.name,
        leader.number,
        "after",
        (first, last),
        tuple(dict.fromkeys(refused)),
        follower.number,
    )
