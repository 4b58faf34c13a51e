"""What may happen to a running course; every result is proved legal, or breaks a rule by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from ketasched.core.constraint import Reason, session_end
from ketasched.core.course import (
    ATTENDED,
    CANCELLED,
    PLANNED,
    TENTATIVE,
    Course,
    Session,
)
from ketasched.core.legality import Fault, faults
from ketasched.core.order import Order
from ketasched.core.placement import NoPlacement
from ketasched.core.protocol import (
    DayList,
    NamedDays,
)
from ketasched.core.settling import finish, not_before, put_off, settle
from ketasched.core.slots import Slots
from ketasched.core.targets import NoPattern, Stretch, lay_targets
from ketasched.core.units import clock_text, day_text, list_text
from ketasched.errors import UsageProblem

FARTHEST_MAKE_UP = 28
"""Days after a missed session in which a make-up is squeezed in."""


class Refusal(NamedTuple):
    """A change that would break rules, or for which there is no place."""

    faults: tuple[Fault, ...] = ()
    no_place: NoPlacement | None = None


class Setting(NamedTuple):
    """What every change needs to know: the rules, the moment (in the clinic's zone), and the rules
    broken on purpose. No session is placed on the days to ``avoid``.
    """

    order: Order
    now: datetime
    override: frozenset[str] = frozenset()
    avoid: frozenset[date] = frozenset()

    @property
    def today(self) -> date:
        """The day of the moment."""
        return self.now.date()


def move(
    setting: Setting, course: Course, number: int, start: datetime, rest: str
) -> Course | Refusal:
    """Put a session at another time (aware), and keep, shift or replan the rest.

    Raises:
        UsageProblem: there is no such session, or it is over.
    """
    session = _to_come(course, number)
    if start < setting.now and "past" not in setting.override:
        text = f"{day_text(start.date())} {clock_text(start.timetz())} has passed"
        return Refusal((Fault(number, "past", text),))
    days = (start.date() - session.start.date()).days
    changed = _standing(setting.order, session, start)
    course = _with(course, [changed])
    if rest == "keep":
        return _proved(setting, finish(setting.order, course, setting.today), {number})
    free = {one.number for one in _free(setting, course) if one.number != number}
    if rest == "shift":
        free = {one.number for one in _free(setting, course) if one.rank > session.rank}
        course = _with(course, [put_off(one, days) for one in _of(course, free)])
    return _settled(setting, course, free, {number})


def drop(setting: Setting, course: Course, number: int, status: str, then: str) -> Course | Refusal:
    """A session was missed or is cancelled; then keep, append, squeeze, shift or replan: as the
    protocol says unless it is asked for.

    Raises:
        UsageProblem: there is no such session, it took place, or the course cannot go on so.
    """
    session = _to_come(course, number)
    then = then or setting.order.phases[session.phase].missed or "keep"
    course = _with(course, [replace(session, status=status)])
    later = [one for one in _free(setting, course) if one.rank > session.rank]
    if then == "keep":
        return finish(setting.order, course, setting.today)
    make_up = replace(
        session,
        number=_next_number(course),
        place=_next_place(setting.order, course, session.phase),
        status=PLANNED,
        instead_of=session.instead_of or number,
        stands_at=_stands_at(setting, course, session),
        by_hand=False,
        moved_minutes=0,
        reasons=(),
    )
    if then == "append":
        phase = max(course.sessions, key=lambda one: one.rank).phase
        (target,) = next_targets(setting.order, course, phase, 1)
        place = _next_place(setting.order, course, phase)
        make_up = replace(
            _due(setting.order, make_up, phase, target), instead_of=0, stands_at=0, place=place
        )
        return _settled(setting, _added(course, [make_up]), {make_up.number})
    if then == "squeeze":
        return _squeezed(setting, course, make_up)
    if then == "shift":
        by = _distance_to_next(course, session, setting.today)
        course = _with(course, [put_off(one, by) for one in later])
        make_up = put_off(make_up, by)
    elif make_up.window_end < setting.today:
        weeks = -(-(setting.today - make_up.window_end).days // 7)
        make_up = put_off(make_up, 7 * weeks)
        course = _with(course, [put_off(one, 7 * weeks) for one in later])
    free = {make_up.number, *(one.number for one in later)}
    avoid = setting._replace(avoid=frozenset({session.start.date()}))
    return _settled(avoid, _added(course, [make_up]), free)


def attend(setting: Setting, course: Course, number: int, start: datetime) -> Course:
    """A session took place, at a time (aware); nothing moves it any more.

    Raises:
        UsageProblem: there is no such session, or it is to come.
    """
    session = _numbered(course, number)
    if start > setting.now:
        raise UsageProblem(
            f"session {number} is on {day_text(start.date())} {clock_text(start.timetz())}, "
            "which is to come",
            "say when it took place with --on and --at",
        )
    end = session_end(start, session.minutes)
    held = replace(session, start=start, end=end, status=ATTENDED)
    for other in _live(course):
        if (
            other.number != number
            and other.status == ATTENDED
            and other.start.date() == start.date()
        ):
            raise UsageProblem(f"session {other.number} took place on {day_text(start.date())}")
    found = settle(setting.order, _with(course, [held]), (), setting.now)
    if isinstance(found, NoPlacement):
        raise TypeError(found)
    return found


def add_on(setting: Setting, course: Course, start: datetime, phase: str) -> Course | Refusal:
    """Add one session of a phase at a time (aware), by hand."""
    last = max(course.sessions, key=lambda one: one.rank)
    before = [one for one in _live(course) if one.start < start]
    later = any(one.start > start for one in _live(course))
    extra = replace(
        last,
        number=_next_number(course),
        place=_next_place(setting.order, course, phase),
        phase=phase,
        target=start.date(),
        window_start=start.date(),
        window_end=start.date(),
        status=PLANNED,
        instead_of=0,
        stands_at=max(before, key=lambda one: one.rank).rank[0] if before and later else 0,
        undone=False,
        name="",
    )
    extra = _standing(setting.order, extra, start)
    grown = finish(setting.order, _added(course, [extra]), setting.today)
    return _proved(setting, grown, {extra.number})


def extend(
    setting: Setting, course: Course, targets: Sequence[date], phase: str
) -> Course | Refusal:
    """Add sessions of a phase that are due on some days; the others stay."""
    last = max(course.sessions, key=lambda one: one.rank)
    added: list[Session] = []
    for target in targets:
        grown = _added(course, added)
        one = replace(
            last,
            number=_next_number(grown),
            place=_next_place(setting.order, grown, phase),
            status=PLANNED,
            instead_of=0,
            by_hand=False,
            moved_minutes=0,
            reasons=(),
            name="",
        )
        added.append(_due(setting.order, one, phase, target))
    return _settled(setting, _added(course, added), {one.number for one in added})


def decide(setting: Setting, course: Course, name: str, *, go_on: bool) -> Course:
    """A review is passed, and its later sessions are certain; or the course stops there.

    Raises:
        UsageProblem: no review of that name lies ahead.
    """
    ahead = [one for one in course.reviews if not one.passed]
    found = [one for one in ahead if one.name.casefold() == name.casefold()]
    if not found:
        names = list_text([one.name for one in ahead], "or") if ahead else "none"
        raise UsageProblem(f"no review called `{name}` lies ahead", f"there is: {names}")
    review = found[0]
    reviews = tuple(one._replace(passed=True) if one is review else one for one in course.reviews)
    course = replace(course, reviews=reviews)
    if not go_on:
        stopped = [
            replace(one, status=CANCELLED)
            for one in _live(course)
            if one.status != ATTENDED and one.rank[0] > review.after_session
        ]
        course = _with(course, stopped)
    return finish(setting.order, course, setting.today)


def replanned(setting: Setting, course: Course, numbers: Collection[int]) -> Course | Refusal:
    """Some sessions on the best legal days, the others where they stand."""
    return _settled(setting, course, set(numbers))


def next_targets(order: Order, course: Course, phase: str, count: int) -> list[date]:
    """The days on which the course would go on with a phase.

    Raises:
        UsageProblem: the phase lists its days, so it does not go on by itself.
    """
    wanted = order.phases[phase]
    if isinstance(wanted.cadence, (DayList, NamedDays)):
        raise UsageProblem(
            f"the phase {phase} lists its days, so it does not go on by itself",
            "add a session on a day with: extend --on DATE",
        )
    minutes = order.protocol.minutes
    due = _due_days(course, phase)
    stretches = [Stretch(wanted, 1, len(due) + count, None, minutes)]
    latest = max(_live(course) or course.sessions, key=lambda one: (one.target, one.number))
    if due and latest.phase != phase:  # back to an earlier phase: it goes on from here
        again = lay_targets([Stretch(wanted, 1, count + 1, None, minutes)], latest.target,
                            order.week())  # fmt: skip
        return [] if isinstance(again, NoPattern) else [one.day for one in again[1:]]
    if not due:
        there = [one for one in course.sessions if not one.undone]
        last = max(there, key=lambda one: (one.target, one.number)).phase
        due = _due_days(course, last)
        before = Stretch(order.phases[last], 1, len(due), None, minutes)
        stretches = [before, Stretch(wanted, 1, count, None, minutes)]
    laid = lay_targets(stretches, due[0], order.week(), order.days)
    if isinstance(laid, NoPattern):
        raise UsageProblem(f"the phase {phase} has no weekdays to go on with")
    # Pauses and shifts have put the last one off.
    late = due[-1] - laid[len(due) - 1].day
    return [one.day + late for one in laid[len(due) :]]


def _due_days(course: Course, phase: str) -> list[date]:
    """The targets of a phase, each place in the course once."""
    return sorted(
        one.target
        for one in course.sessions
        if one.phase == phase and not one.instead_of and not one.undone
    )


# Parts


def _proved(setting: Setting, course: Course, numbers: Collection[int]) -> Course | Refusal:
    found = [
        one for one in faults(setting.order, course, numbers) if one.rule not in setting.override
    ]
    return Refusal(tuple(found)) if found else course


def _settled(
    setting: Setting, course: Course, free: Collection[int], by_hand: Collection[int] = ()
) -> Course | Refusal:
    found = settle(setting.order, course, free, setting.now, setting.avoid)
    if isinstance(found, NoPlacement):
        return Refusal(no_place=found)
    return _proved(setting, found, {*free, *by_hand})


def _squeezed(setting: Setting, course: Course, make_up: Session) -> Course | Refusal:
    """The make-up on the nearest legal free day after the missed one; its neighbours stay."""
    missed = make_up.start.date()
    slots = Slots(
        (*setting.order.rules.slots.constraints, not_before(setting.now)), setting.order.times
    )
    refused: list[Fault] = []
    for days in range(1, FARTHEST_MAKE_UP + 1):
        day = missed + timedelta(days=days)
        option = slots.legal_start(day, make_up.minutes)
        if option is None:
            reasons = slots.why_none(day, make_up.minutes)
            refused += [Fault(make_up.number, one.kind, one.text) for one in reasons]
            continue
        start = datetime.combine(day, option[0], setting.order.clinic.zone)
        before = [one for one in _live(course) if one.start < start]
        rank = max(before, key=lambda one: one.rank).rank[0] if before else make_up.stands_at
        made_up = (Reason("make-up", f"makes up for session {make_up.instead_of}"),)
        wide = replace(make_up, window_end=max(make_up.window_end, day), stands_at=rank, target=day)
        wide = replace(wide, window_start=min(wide.window_start, day))
        wide = replace(_standing(setting.order, wide, start), by_hand=False, reasons=made_up)
        trial = _added(course, [wide])
        found = faults(setting.order, trial, {wide.number})
        if not found:
            return finish(setting.order, trial, setting.today)
        refused += found
    return Refusal(tuple(dict.fromkeys(refused)))


def _due(order: Order, session: Session, phase: str, target: date) -> Session:
    window = order.phases[phase].window
    return replace(
        session,
        phase=phase,
        target=target,
        window_start=target - timedelta(days=window.early),
        window_end=target + timedelta(days=window.late),
    )


def _standing(order: Order, session: Session, start: datetime) -> Session:
    """A session where a person puts it."""
    asked = datetime.combine(start.date(), order.times.on(start.date()))
    late = int((start.replace(tzinfo=None) - asked).total_seconds()) // 60
    return replace(
        session,
        start=start,
        end=session_end(start, session.minutes),
        moved_minutes=late,
        reasons=(Reason("by-hand", "moved by hand"),),
        by_hand=True,
    )


def _distance_to_next(course: Course, session: Session, today: date) -> int:
    """The days by which the rest moves when a session is made up for in the place of the next one;
    whole weeks more if that is over too.
    """
    later = [one for one in _live(course) if one.rank > session.rank]
    days = 7
    if later:
        days = max(1, (min(later, key=lambda one: one.rank).target - session.target).days)
    while session.window_end + timedelta(days=days) < today:
        days += 7
    return days


def _to_come(course: Course, number: int) -> Session:
    session = _numbered(course, number)
    if session.status not in (PLANNED, TENTATIVE):
        raise UsageProblem(f"session {number} is {session.status} already")
    return session


def _numbered(course: Course, number: int) -> Session:
    numbers = [one.number for one in course.sessions]
    if number not in numbers:
        known = f"{min(numbers)} to {max(numbers)}"
        raise UsageProblem(f"there is no session {number}", f"sessions are numbered {known}")
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
    over = [one.rank[0] for one in _live(course) if one.start <= setting.now]
    return max([dropped.rank[0], *over])


def _live(course: Course) -> list[Session]:
    return [one for one in course.sessions if one.is_live]


def _of(course: Course, numbers: Collection[int]) -> list[Session]:
    return [one for one in course.sessions if one.number in numbers]


def _with(course: Course, changed: Sequence[Session]) -> Course:
    by_number = {one.number: one for one in changed}
    return replace(
        course, sessions=tuple(by_number.get(one.number, one) for one in course.sessions)
    )


def _added(course: Course, added: Sequence[Session]) -> Course:
    return replace(course, sessions=(*course.sessions, *added))


def _next_number(course: Course) -> int:
    return max(course.total, *(one.number for one in course.sessions)) + 1


def _next_place(order: Order, course: Course, phase: str) -> int:
    planned = order.phases[phase].sessions or 0
    return max([planned, *(one.place for one in course.sessions if one.phase == phase)]) + 1
