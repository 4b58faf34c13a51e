"""What may happen to a running course; every result is proved legal, or breaks a rule by name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from ketasched.domain.candidate import Reason, session_end
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import ATTENDED, CANCELLED, PLANNED, TENTATIVE, Course, Session
from ketasched.domain.wording import clock_text, day_text, list_text
from ketasched.planning.placement import NoPlacement
from ketasched.planning.plan_input import Order
from ketasched.planning.start_times import Slots
from ketasched.running.broken_rules import Fault, faults
from ketasched.running.extend import Going, next_targets
from ketasched.running.proof import Refusal, Setting, accepted, proved, settled, undecided, unwanted
from ketasched.running.replan import (
    due,
    finish,
    follower_numbers,
    not_before,
    put_off,
    settle,
    standing,
)

FARTHEST_MAKE_UP = 28
"""Days after a missed session in which a make-up is squeezed in."""


def move(
    setting: Setting, course: Course, number: int, start: datetime, rest: str
) -> Course | Refusal:
    """Put a session at another time (aware), and keep, shift or replan the rest.

    Raises:
        ChoiceRefused: there is no such session, or it is over.
    """
    session = _to_come(course, number)
    days = (start.date() - session.start.date()).days
    changed = standing(setting.order, session, start)
    if start < setting.now:
        if "past" not in setting.override:
            return _passed(setting, course.changing([changed]), changed)
        changed = replace(changed, broken=("past",))
    course = course.changing([changed])
    if rest == "keep":
        return proved(setting, finish(setting.order, course, setting.now), {number})
    free = {one.number for one in _free(setting, course) if one.number != number}
    if rest == "shift":
        free = {one.number for one in _free(setting, course) if one.rank > session.rank}
        course = course.changing(
            [put_off(one, days) for one in course.sessions if one.number in free]
        )
    return settled(setting, course, free, {number})


def drop(setting: Setting, course: Course, number: int, status: str, then: str) -> Course | Refusal:
    """A session was missed or is cancelled; then keep, append, squeeze, shift or replan: as the
    protocol says unless it is asked for.

    Raises:
        ChoiceRefused: there is no such session, it took place, or the course cannot go on so.
    """
    session = _to_come(course, number)
    then = then or setting.order.phases[session.phase].missed or "keep"
    gone = course.changing([replace(session, status=status)])
    if then == "keep":
        return accepted(setting, finish(setting.order, gone, setting.now))
    outcome = _made_up(setting, course, gone, session, then)
    return outcome if isinstance(outcome, Refusal) else undecided(setting, outcome) or outcome


def _made_up(
    setting: Setting, whole: Course, course: Course, session: Session, then: str
) -> Course | Refusal:
    """The ``whole`` course without a session, and with one in its place."""
    later = [one for one in _free(setting, course) if one.rank > session.rank]
    make_up = replace(
        session,
        number=course.next_number,
        place=course.next_place(session.phase),
        status=PLANNED,
        instead_of=session.instead_of or session.number,
        stands_at=_stands_at(setting, course, session),
        by_hand=False,
        moved_minutes=0,
        reasons=(),
        broken=(),
    )
    if then == "append":
        going = Going(whole.latest.phase, whole.latest.pace)
        (target,) = next_targets(setting, whole, going, 1)
        course = _reviewed_later(course, going.phase, make_up.number)
        place = course.next_place(going.phase)
        make_up = replace(make_up, **going._asdict(), place=place, instead_of=0, stands_at=0)
        make_up = due(setting.order, make_up, target)
        return settled(setting, course.adding([make_up]), {make_up.number})
    if then == "squeeze":
        return _squeezed(setting, course, make_up)
    if then == "shift":
        by = _distance_to_next(course, session, setting.today)
        course = course.changing([put_off(one, by) for one in later])
        make_up = put_off(make_up, by)
    elif make_up.window_end < setting.today:
        weeks = -(-(setting.today - make_up.window_end).days // 7)
        make_up = put_off(make_up, 7 * weeks)
        course = course.changing([put_off(one, 7 * weeks) for one in later])
    free = {make_up.number, *(one.number for one in later)}
    avoid = setting._replace(avoid=frozenset({session.start.date()}))
    return settled(avoid, course.adding([make_up]), free)


def attend(setting: Setting, course: Course, number: int, start: datetime) -> Course:
    """A session took place, at a time (aware); nothing moves it any more.

    Raises:
        ChoiceRefused: there is no such session, or it is to come.
    """
    session = _numbered(course, number)
    if start > setting.now:
        raise ChoiceRefused(
            f"session {number} is on {day_text(start.date())} {clock_text(start.timetz())}, "
            "which is to come",
            remedy="when it took place",
        )
    end = session_end(start, session.minutes)
    held = replace(session, start=start, end=end, status=ATTENDED)
    _refuse_disorder(setting.order, course, held)
    found = settle(setting.order, course.changing([held]), (), setting.now)
    if isinstance(found, NoPlacement):
        raise TypeError(found)
    return found


def decide(setting: Setting, course: Course, name: str, *, go_on: bool) -> Course:
    """A review is passed, and its later sessions are certain; or the course stops there.

    Raises:
        ChoiceRefused: no review of that name lies ahead.
    """
    ahead = [one for one in course.reviews if not one.passed]
    found = [one for one in ahead if one.name.casefold() == name.casefold()]
    if not found:
        names = list_text([one.name for one in ahead], "or") if ahead else ""
        hint = f"there is: {names}" if ahead else "none does: all are decided"
        raise ChoiceRefused(f"no review called `{name}` lies ahead", hint)
    review = found[0]
    reviews = tuple(one._replace(passed=True) if one is review else one for one in course.reviews)
    course = replace(course, reviews=reviews)
    if not go_on:
        stopped = [
            replace(one, status=CANCELLED)
            for one in course.live
            if one.start > setting.now and one.rank[0] > review.after_session
        ]
        course = course.changing(stopped)
    return finish(setting.order, course, setting.now)


def replanned(setting: Setting, course: Course, numbers: Collection[int]) -> Course | Refusal:
    """Some sessions on the best legal days, the others where they stand."""
    return settled(setting, course, set(numbers))


# Parts


def _squeezed(setting: Setting, course: Course, make_up: Session) -> Course | Refusal:
    """The make-up on the nearest legal free day after the missed one; its neighbours stay."""
    missed = make_up.start.date()
    slots = Slots(
        (*setting.order.rules.slots.constraints, not_before(setting.now)), setting.order.times
    )
    refused: list[Fault] = []
    next_phase = min(
        (one.start.date() for one in course.live if one.phase != make_up.phase
         and one.rank > (make_up.stands_at, 0)),
        default=date.max,
    )  # fmt: skip
    for days in range(1, FARTHEST_MAKE_UP + 1):
        day = missed + timedelta(days=days)
        if day >= next_phase:
            text = f"on {day_text(next_phase)} the next phase has begun"
            refused.append(Fault(make_up.number, "order", text))
            break
        option = slots.legal_start(day, make_up.minutes)
        if option is None:
            reasons = slots.why_none(day, make_up.minutes)
            refused += [Fault(make_up.number, one.kind, one.full) for one in reasons]
            continue
        start = datetime.combine(day, option[0], setting.order.clinic.zone)
        before = [one for one in course.live if one.start < start]
        rank = max(before, key=lambda one: one.rank).rank[0] if before else make_up.stands_at
        made_up = (Reason("make-up", f"makes up for session {make_up.instead_of}"),)
        wide = replace(make_up, window_end=max(make_up.window_end, day), stands_at=rank, target=day)
        wide = replace(wide, window_start=min(wide.window_start, day))
        wide = replace(standing(setting.order, wide, start), by_hand=False, reasons=made_up)
        trial = course.adding([wide])
        found = faults(setting.order, trial, {wide.number})
        if not found:
            return finish(setting.order, trial, setting.now)
        refused += found
    return Refusal(tuple(dict.fromkeys(refused)), for_good=True)


def _reviewed_later(course: Course, phase: str, number: int) -> Course:
    """The course in which what was reviewed after the last session of a phase is reviewed after
    the one that is added at its end.
    """
    there = [one for one in course.sessions if one.phase == phase and not one.undone]
    last = max(there, key=lambda one: one.rank).number if there else 0
    reviews = tuple(
        one._replace(after_session=number) if one.after_session == last and not one.passed else one
        for one in course.reviews
    )
    return replace(course, reviews=reviews)


def _refuse_disorder(order: Order, course: Course, held: Session) -> None:
    """A session cannot have taken place on the day of another, or out of order; but those that
    count from it make way.
    """
    following = follower_numbers(order)
    hint = "say which one took place; or move or cancel the other first"
    for other in course.live:
        yields = other.number in following and not other.is_fixed
        if other.number == held.number or yields:
            continue
        when = day_text(other.start.date())
        stands = "took place" if other.status == ATTENDED else f"is {other.status}"
        if other.start.date() == held.start.date():
            raise ChoiceRefused(f"session {other.number} {stands} on {when}", hint)
        if (other.rank < held.rank) == (other.start < held.start):
            continue
        side = "before" if other.rank < held.rank else "after"
        raise ChoiceRefused(
            f"session {other.number} comes {side} session {held.number} and {stands} on {when}",
            hint,
        )


def _passed(setting: Setting, course: Course, moved: Session) -> Refusal:
    """All that moving a session to a time that has passed would break."""
    text = f"{day_text(moved.start.date())} {clock_text(moved.start.timetz())} has passed"
    found = [Fault(moved.number, "past", text)]
    found += [
        one
        for one in unwanted(setting.order, course, {moved.number})
        if one.rule not in setting.override
    ]
    return Refusal(tuple(found))


def _distance_to_next(course: Course, session: Session, today: date) -> int:
    """The days by which the rest moves when a session is made up for in the place of the next one;
    whole weeks more if that is over too.
    """
    later = [one for one in course.live if one.rank > session.rank]
    days = 7
    if later:
        days = max(1, (min(later, key=lambda one: one.rank).target - session.target).days)
    while session.window_end + timedelta(days=days) < today:
        days += 7
    return days


def _to_come(course: Course, number: int) -> Session:
    session = _numbered(course, number)
    if session.status not in (PLANNED, TENTATIVE):
        raise ChoiceRefused(f"session {number} is {session.status} already")
    return session


def _numbered(course: Course, number: int) -> Session:
    numbers = [one.number for one in course.sessions]
    if number not in numbers:
        known = f"{min(numbers)} to {max(numbers)}"
        raise ChoiceRefused(f"there is no session {number}", f"sessions are numbered {known}")
    return course.session(number)


def _free(setting: Setting, course: Course) -> list[Session]:
    """The sessions to come that nobody put where they are."""
    return [
        one
        for one in course.sessions
        if one.status in (PLANNED, TENTATIVE) and not one.by_hand and one.start > setting.now
    ]


def _stands_at(setting: Setting, course: Course, dropped: Session) -> int:
    """Where a make-up stands in the order: for the dropped session, but after what is over."""
    over = [one.rank[0] for one in course.live if one.start <= setting.now]
    return max([dropped.rank[0], *over])
