"""Going on with a course: more sessions, or what is to come at another cadence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from ketasched.domain.cadence import ONCE_A_WEEK
from ketasched.domain.candidate import session_end
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import PLANNED, Course, Session
from ketasched.domain.wording import list_text
from ketasched.planning.plan_input import Order
from ketasched.running.at_a_moment import finish
from ketasched.running.cycles import next_name
from ketasched.running.later_phases import each_later
from ketasched.running.legal_change import (
    Conditions,
    Refusal,
    also_broken,
    no_such_time,
    proved,
    settled,
    too_soon,
    undecided,
)
from ketasched.running.places import Going, places_from
from ketasched.running.replan import due, standing
from ketasched.running.treatment_days import day_of, each_of_a_day


def going_on(order: Order, course: Course, *, step_back: bool = False, cadence: str = "") -> Going:
    """How a course goes on by itself; or at the cadence of the phase before, or at another that
    the phase offers (empty: as it is).

    Raises:
        ChoiceRefused: no phase comes before; or the phase does not offer that cadence.
    """
    going = Going(course.latest.phase, course.latest.pace)
    if step_back:
        return _stepped_back(order, going)
    names = list(order.phases)
    following = names[names.index(going.phase) + 1 :][:1]
    if course.left_out and following == [course.left_out[0]]:
        going = Going(course.left_out[0])
    return _at_cadence(order, going, cadence) if cadence else going


def standing_between(course: Course, start: datetime) -> Going | None:
    """The phase and pace of what stands just before a time (aware); None at the end of a course."""
    live = sorted(course.live, key=lambda session: session.start)
    if not live or start > live[-1].start:
        return None
    before = [session for session in live if session.start < start] or live[:1]
    return Going(before[-1].phase, before[-1].pace)


def pace_to_come(order: Order, course: Course, now: datetime, cadence: str) -> Going:
    """The phase that a course is in, at another cadence that it offers; or, if that is empty, at
    the cadence of the phase before.

    Raises:
        ChoiceRefused: as going_on; or nothing is to come that may move.
    """
    ahead = course.movable(now)
    if not ahead:
        raise ChoiceRefused("no session is to come that may move", remedy="a number of sessions")
    going = Going(ahead[0].phase, ahead[0].pace)
    return _at_cadence(order, going, cadence) if cadence else _stepped_back(order, going)


def add_on(
    conditions: Conditions, course: Course, start: datetime, going: Going
) -> Course | Refusal:
    """Add one session at a time (aware), by hand."""
    refusal = no_such_time(course.next_number, start)
    if refusal:
        return refusal
    before = [session for session in course.live if session.start < start]
    later = any(session.start > start for session in course.live)
    extra = _another(conditions.order, course, going)._replace(
        target=start.date(),
        window_start=start.date(),
        window_end=start.date(),
        stands_at=max(before, key=lambda session: session.rank).rank[0] if before and later else 0,
    )
    extra = extra._replace(name="") if extra.stands_at else extra
    extra = standing(conditions.order, extra, start)
    broken = too_soon(conditions, extra.number, start)
    if broken and broken.name not in conditions.override:
        return also_broken(conditions, _begun(course, going).adding([extra]), broken)
    extra = extra._replace(broken=(broken.name,)) if broken else extra
    grown = finish(conditions.order, _begun(course, going).adding([extra]), conditions.now)
    return proved(conditions, grown, {extra.number})


def add_sessions(
    conditions: Conditions, course: Course, targets: Sequence[date], going: Going
) -> Course | Refusal:
    """Add sessions that are due on some days; the others stay."""
    lapse = undecided(conditions, course)
    if lapse:
        return lapse
    numbers = []
    course = _begun(course, going)
    for target in targets:
        session = _another(conditions.order, course, going)
        numbers.append(session.number)
        session = due(conditions.order, session, target)
        of_its_day = day_of(conditions.order, course, session)
        course = course.adding([session._replace(name=of_its_day[0].name)])
    return settled(conditions, course, numbers)


def repace(conditions: Conditions, course: Course, going: Going) -> Course | Refusal:
    """What is to come of a phase at another pace, from the last session before it on; what comes
    after the phase moves along by whole weeks. What a person put by hand stays.
    """
    lapse = undecided(conditions, course)
    if lapse:
        return lapse
    ahead = course.movable(conditions.now)
    own = [session for session in ahead if session.phase == going.phase]
    before = [session for session in course.live if session.rank < own[0].rank]
    order = conditions.order
    if before:
        anchor = max(before, key=lambda session: session.rank).target
        days = places_from(conditions, course, going, anchor, len(own) + 1)[1:]
    else:
        days = places_from(conditions, course, going, own[0].target, len(own))
    days = each_of_a_day(order.paced(*going), days)[: len(own)]
    moved = [
        due(order, session._replace(pace=going.pace), day)
        for session, day in zip(own, days, strict=True)
    ]
    weeks = -(-(own[-1].target - days[-1]).days // 7)
    behind = [session for session in ahead if session.rank > own[-1].rank]
    changed = [*moved, *each_later(order, course, behind, -7 * weeks)]
    free = {session.number for session in changed}
    return settled(conditions, course.changing(changed), free)


# Parts


def _stepped_back(order: Order, going: Going) -> Going:
    names = list(order.phases)
    place = names.index(going.pace if going.pace in names else going.phase)
    if place == 0:
        raise ChoiceRefused(f"no phase comes before {names[0]}", choice="step back")
    return going._replace(pace=names[place - 1])


def _at_cadence(order: Order, going: Going, cadence: str) -> Going:
    own, *others = order.cadences(going.phase)
    for offered in (own, *others):
        if cadence == offered or (cadence in ONCE_A_WEEK and offered in ONCE_A_WEEK):
            return going._replace(pace="" if offered == own else offered)
    raise ChoiceRefused(
        f"the phase {going.phase} is not offered {cadence}",
        f"choose {list_text([own, *others], 'or')}" if others else f"it is always {own}",
        choice="cadence",
    )


def _begun(course: Course, going: Going) -> Course:
    """The course, in which a phase is no longer left out."""
    left_out = tuple(phase for phase in course.left_out if phase != going.phase)
    return replace(course, left_out=left_out)


def _another(order: Order, course: Course, going: Going) -> Session:
    """One more session, like the last of the course; it stands nowhere yet."""
    last = max(course.sessions, key=lambda session: session.rank)
    phase = order.phases[going.phase]
    place = course.next_place(going.phase)
    minutes = last.minutes
    if any(other.own_minutes for other in order.protocol.phases):
        minutes = phase.own_minutes.get(place, order.protocol.minutes)
    return last._replace(
        number=course.next_number,
        phase=going.phase,
        pace=going.pace,
        place=place,
        end=session_end(last.start, minutes),
        status=PLANNED,
        name="" if going.pace else next_name(phase, course),
        by_hand=False,
        instead_of=0,
        stands_at=0,
        undone=False,
        moved_minutes=0,
        reasons=(),
        broken=(),
        counted_from=None,
    )
