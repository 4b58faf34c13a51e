"""What may happen to a running course; every result is proved legal, or breaks a rule by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Literal

from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import CANCELLED, PLANNED, TENTATIVE, Course, Session, Status
from ketasched.domain.protocol import Then
from ketasched.domain.wording import list_text
from ketasched.running.at_a_moment import finish
from ketasched.running.baselines import counted_anew
from ketasched.running.broken_rules import BrokenRule
from ketasched.running.legal_change import (
    Conditions,
    Refusal,
    accepted,
    also_broken,
    let_follow,
    no_such_time,
    passed_by,
    proved,
    settled,
    too_soon,
    undecided,
)
from ketasched.running.make_ups import made_up
from ketasched.running.replan import put_off, standing
from ketasched.running.treatment_days import are_of_one_day, at_distances, per_day_of

Rest = Literal["keep", "shift", "replan"]
"""What happens to the rest when a session is moved."""


def move(
    conditions: Conditions, course: Course, number: int, start: datetime, rest: Rest
) -> Course | Refusal:
    """Put a session at another time (aware), and keep, shift or replan the rest; of its treatment
    day what may move goes with it, unless all is kept.

    Raises:
        ChoiceRefused: there is no such session, or it is over.
    """
    return _moved(conditions, course, [(to_come(course, number), start)], rest)


def move_day(
    conditions: Conditions, course: Course, numbers: Collection[int], start: datetime, rest: Rest
) -> Course | Refusal:
    """Put sessions of a treatment day at other times: the first at a time (aware), the others at
    their distances after it; and keep, shift or replan the rest.

    Raises:
        ChoiceRefused: one is over or not there, or they are not of one treatment day.
    """
    order = conditions.order
    sessions = sorted((to_come(course, n) for n in numbers), key=lambda session: session.rank)
    per_day = per_day_of(order, sessions[0])
    other = next((each for each in sessions if not are_of_one_day(order, sessions[0], each)), None)
    if per_day is None or other:
        those = list_text([str(session.number) for session in sessions])
        raise ChoiceRefused(
            f"sessions {those} are not of one treatment day", "move them one by one"
        )
    return _moved(conditions, course, at_distances(order, per_day, sessions, start), rest)


def _moved(
    conditions: Conditions, course: Course, places: list[tuple[Session, datetime]], rest: Rest
) -> Course | Refusal:
    """The course with sessions in a row at other times, and the rest as it is said."""
    order, changed, too_near = conditions.order, list[Session](), list[BrokenRule]()
    for session, start in places:
        refusal = no_such_time(session.number, start)
        if refusal:
            return refusal
        stands = standing(order, session, start)
        broken = too_soon(conditions, session.number, start) if start != session.start else None
        too_near += [broken] if broken and broken.name not in conditions.override else []
        changed.append(stands._replace(broken=(broken.name,)) if broken else stands)
    if too_near:
        return also_broken(conditions, course.changing(changed), too_near[0])
    numbers = {session.number for session in changed}
    counted = counted_anew(order, course.changing(changed), conditions.now)
    course = counted.course
    if rest == "keep":
        followed = let_follow(conditions, course, counted.free)
        return proved(conditions, followed, numbers, counted.anew)
    session, start = places[0]
    movable = course.movable(conditions.now)
    free = {each.number for each in movable if each.number not in numbers}
    if rest == "shift":
        days = (start.date() - session.start.date()).days
        with_it = {each.number for each in movable if are_of_one_day(order, session, each)}
        free = {each.number for each in movable if each.rank > session.rank} | with_it
        free -= numbers
        course = course.changing(
            [
                put_off(order, each, days)
                for each in course.sessions
                if each.number in free - counted.anew - with_it
            ]
        )
    free |= counted.free
    for number in numbers:
        refusal = passed_by(conditions, course, free, number)
        if refusal:
            return refusal
    return settled(conditions, course, free, numbers)


def drop(
    conditions: Conditions, course: Course, number: int, status: Status, then: Then | None = None
) -> Course | Refusal:
    """A session was missed or is cancelled; then keep, append, squeeze, shift or replan: as the
    protocol says unless it is asked for.

    Raises:
        ChoiceRefused: there is no such session, it took place, or the course cannot go on so.
    """
    session = to_come(course, number)
    then = then or conditions.order.phases[session.phase].missed or "keep"
    gone = course.changing([session._replace(status=status)])
    if then == "keep":
        return accepted(conditions, finish(conditions.order, gone, conditions.now))
    outcome = made_up(conditions, course, gone, session, then)
    return outcome if isinstance(outcome, Refusal) else undecided(conditions, outcome) or outcome


def decide(conditions: Conditions, course: Course, name: str, *, go_on: bool) -> Course:
    """A review is passed, and its later sessions are certain; or the course stops there. The one
    that lies ahead need not be named.

    Raises:
        ChoiceRefused: no review of that name lies ahead, or several do and none is named.
    """
    ahead = [review for review in course.reviews if not review.passed]
    named = [review for review in ahead if review.name.casefold() == name.casefold()]
    if not name and len(ahead) == 1:
        named = ahead
    if not named:
        names = list_text([review.name for review in ahead], "or") if ahead else ""
        hint = f"there is: {names}" if ahead else "none does: all are decided"
        called = f" called `{name}`" if name else ""
        several = ahead and not name
        raise ChoiceRefused(
            "several reviews lie ahead" if several else f"no review{called} lies ahead", hint
        )
    review = named[0]
    reviews = tuple(
        other._replace(passed=True) if other is review else other for other in course.reviews
    )
    course = replace(course, reviews=reviews)
    if not go_on:
        stopped = [
            session._replace(status=CANCELLED)
            for session in course.live
            if session.start > conditions.now
            and course.has_review_before(session, review.after_session)
        ]
        course = course.changing(stopped)
    return finish(conditions.order, course, conditions.now)


def replanned(conditions: Conditions, course: Course, numbers: Collection[int]) -> Course | Refusal:
    """Some sessions on the best legal days, the others where they stand."""
    return settled(conditions, course, set(numbers))


def to_come(course: Course, number: int) -> Session:
    """The session of a number, which is neither over nor off; one that counts from another and had
    no place may be put somewhere by hand.

    Raises:
        ChoiceRefused: there is none.
    """
    session = numbered(course, number)
    if session.undone and any(missing.number == number for missing in course.unplaced):
        return session._replace(status=PLANNED, undone=False)
    if session.status not in (PLANNED, TENTATIVE):
        raise ChoiceRefused(f"session {number} is {session.status} already")
    return session


def numbered(course: Course, number: int) -> Session:
    """The session of a number.

    Raises:
        ChoiceRefused: there is none.
    """
    numbers = [session.number for session in course.sessions]
    if number not in numbers:
        raise ChoiceRefused(f"there is no session {number}", course.numbering)
    return course.session(number)
