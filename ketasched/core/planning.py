"""The main job: a protocol, a start and a clinic become a course, or a reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from ketasched.core.choices import Layout
from ketasched.core.clinic import Clinic
from ketasched.core.constraint import Reason
from ketasched.core.course import (
    PLANNED,
    TENTATIVE,
    Course,
    DatedReview,
    Pause,
    Session,
    session_end,
)
from ketasched.core.placement import NoPlacement, Placed, Placement, Refused, place
from ketasched.core.protocol import MAX_SESSIONS, PerWeek, Protocol
from ketasched.core.search import StartTimes
from ketasched.core.targets import NoPattern, Target, lay_targets
from ketasched.core.units import (
    WEEKDAY_NAMES,
    WEEKDAYS,
    count_text,
    day_text,
    list_text,
)
from ketasched.errors import UsageProblem

FAR = 60
"""Days within which another start is looked for."""
A_FEW = 40
"""Sessions that are placed first to see whether a start is worth more."""


@dataclass(frozen=True, slots=True)
class Order:
    """All that a course is planned from.

    ``days`` is the asked weekday pattern; ``already`` sessions took place elsewhere; ``fixed``
    are wall times, by number, of sessions that stay where they are.
    """

    protocol: Protocol
    layout: Layout
    start: date
    clinic: Clinic
    times: StartTimes
    days: tuple[int, ...] = ()
    already: int = 0
    fixed: Mapping[int, datetime] = field(default_factory=dict)

    def week(self) -> Clinic:
        """The clinic, open on the weekdays on which a session fits: one that lasts past midnight
        needs the next day open too.
        """
        length = timedelta(minutes=self.protocol.minutes)
        open_weekdays = self.clinic.open_weekdays
        fitting = frozenset(
            weekday
            for weekday in open_weekdays
            if datetime.combine(date.min, self.times.by_weekday[weekday]) + length
            <= datetime.combine(date.min, time()) + timedelta(days=1)
            or (weekday + 1) % 7 in open_weekdays
        )
        return replace(self.clinic, open_weekdays=fitting)


class Failure(NamedTuple):
    """Why there is no course: the session that cannot be placed, its window, and each refused day.

    ``code``: closed-weekday, not-in-days, no-pattern or no-placement.
    """

    code: str
    message: str
    hint: str
    session: int
    first: date
    last: date
    refused: tuple[Refused, ...]


def plan(order: Order) -> Course | Failure:
    """Lay a course out: targets first, then the best legal placement.

    Raises:
        ValueError: ``order.fixed`` is out of number order.
        UsageProblem: the open-ended phase begins after the day it is to be laid out to.
    """
    refusal = _refuse_start(order) or _refuse_days(order)
    if refusal:
        return refusal
    targets = lay_targets(
        order.layout.stretches, order.start, order.week(), order.days, order.already + 1
    )
    if isinstance(targets, NoPattern):
        return _no_pattern(order, targets)
    _refuse_idle_until(order, targets)
    if len(targets) > MAX_SESSIONS:
        raise UsageProblem(
            f"that makes more than {MAX_SESSIONS} sessions", "choose an earlier day for --until"
        )
    outcome = _place(order, targets)
    if isinstance(outcome, NoPlacement):
        return _no_placement(order, outcome)
    return _course(order, outcome.placed, outcome.pause)


def _place(order: Order, targets: list[Target]) -> Placement | NoPlacement:
    """The placement; sessions that a pause puts off past the last day to lay out are left out."""
    until = order.layout.stretches[-1].until or date.max
    while True:
        outcome = place(
            targets, order.clinic.constraints(), order.fixed, order.times, order.protocol.minutes
        )
        if isinstance(outcome, NoPlacement) or outcome.placed[-1].target.day <= until:
            return outcome
        targets = targets[:-1]


def _course(order: Order, placed: tuple[Placed, ...], pause: Pause | None) -> Course:
    reviews = tuple(_reviews(order, [one.target for one in placed]))
    first_tentative = min((review.after_session for review in reviews), default=10**9) + 1
    sessions = []
    for one in placed:
        start = datetime.combine(one.day, one.start, tzinfo=order.clinic.zone)
        sessions.append(
            Session(
                number=one.target.number,
                phase=one.target.phase.name,
                place=one.target.place,
                target=one.target.day,
                start=start,
                end=session_end(start, order.protocol.minutes),
                moved_minutes=one.moved_minutes,
                reasons=one.reasons,
                status=TENTATIVE if one.target.number >= first_tentative else PLANNED,
            )
        )
    return Course(
        protocol=order.protocol,
        start=order.start,
        sessions=tuple(sessions),
        pauses=(pause,) if pause else (),
        reviews=reviews,
        left_out=order.layout.left_out,
        total=order.layout.total,
    )


def _reviews(order: Order, placed: list[Target]) -> list[DatedReview]:
    """The reviews that lie ahead; those of sessions held elsewhere are behind us."""
    reviews = []
    before = order.already
    for stretch in order.layout.stretches:
        for review in stretch.phase.reviews:
            last = stretch.first_place - 1 + (stretch.count or 0)
            place_in_phase = review.after_session or last
            if stretch.count is None:
                last = max((one.place for one in placed if one.phase is stretch.phase), default=0)
            if stretch.first_place <= place_in_phase <= last:
                number = before + place_in_phase - stretch.first_place + 1
                reviews.append(DatedReview(review.name, number))
        before += stretch.count or 0
    return reviews


# Refusals up front


def _refuse_idle_until(order: Order, targets: list[Target]) -> None:
    open_ended = order.layout.stretches[-1]
    if open_ended.until is None or (targets and targets[-1].phase is open_ended.phase):
        return
    stretches = [*order.layout.stretches[:-1], replace(open_ended, count=1, until=None)]
    begins = lay_targets(stretches, order.start, order.week(), order.days)
    day = f", on {day_text(begins[-1].day)}" if isinstance(begins, list) else ""
    raise UsageProblem(
        f"--until {open_ended.until.isoformat()} is before {open_ended.phase.name} begins{day}",
        "give a later day, or leave --until out",
    )


def _refuse_start(order: Order) -> Failure | None:
    allowed = order.week().open_weekdays
    if order.days:
        allowed &= frozenset(order.days)
    weekday = order.start.weekday()
    if weekday in allowed:
        return None
    if weekday in order.week().open_weekdays:
        asked = list_text([WEEKDAYS[day] for day in order.days], "or")
        reason = Reason(
            "weekday", f"{WEEKDAY_NAMES[weekday]} is not among the days asked for, {asked}"
        )
        code = "not-in-days"
    else:
        closed = weekday if weekday not in order.clinic.open_weekdays else (weekday + 1) % 7
        reason = Reason("closed", f"closed on {WEEKDAY_NAMES[closed]}s")
        code = "closed-weekday"
    return _start_failure(
        order,
        code,
        f"the course cannot start on {day_text(order.start)}: {reason.text}",
        reason,
    )


def _refuse_days(order: Order) -> Failure | None:
    """A weekday of the user's that is never open."""
    never_open = [day for day in order.days if day not in order.clinic.open_weekdays]
    if not never_open:
        return None
    text = f"closed on {WEEKDAY_NAMES[never_open[0]]}s"
    return _days_failure(order, text, Reason("closed", text), "choose open days for --days")


def _days_failure(order: Order, text: str, reason: Reason, hint: str) -> Failure:
    asked = ",".join(WEEKDAYS[day].lower() for day in order.days)
    refused = (Refused(order.start, (reason,)),)
    return Failure(
        "no-pattern",
        f"--days {asked}: {text}",
        hint,
        order.already + 1,
        order.start,
        order.start,
        refused,
    )


def _no_pattern(order: Order, found: NoPattern) -> Failure:
    cadence = found.phase.cadence
    if isinstance(cadence, PerWeek) and cadence.sessions == len(order.days):
        text = (
            f"the phase {found.phase.name} keeps {found.phase.gap} between sessions, "
            "and these days do not"
        )
        hint = "leave --days out to have the days chosen, or choose other days"
        return _days_failure(order, text, Reason("gap", text), hint)
    weekday = WEEKDAY_NAMES[found.day.weekday()]
    reason = Reason(
        "weekday",
        f"no open weekdays with {weekday} among them give {found.phase.cadence} "
        f"with {found.phase.gap} between sessions",
    )
    return _start_failure(
        order,
        "no-pattern",
        f"{order.protocol.id} cannot start on {day_text(order.start)}: "
        f"in the phase {found.phase.name} {reason.text}",
        reason,
    )


def _start_failure(order: Order, code: str, message: str, reason: Reason) -> Failure:
    nearest = (_nearest_that_works(order, step) for step in (-1, 1))
    starts = [day_text(day) for day in nearest if day]
    words = "start that works is" if len(starts) == 1 else "starts that work are"
    hint = f"the nearest {words} {list_text(starts)}" if starts else ""
    return Failure(
        code,
        message,
        hint,
        order.already + 1,
        order.start,
        order.start,
        (Refused(order.start, (reason,)),),
    )


def _nearest_that_works(order: Order, step: int) -> date | None:
    """The nearest earlier or later start on which session 1 stands and every other has a place."""
    allowed = order.week().open_weekdays & frozenset(order.days or range(7))
    for distance in range(1, FAR + 1):
        start = order.start + timedelta(days=step * distance)
        if start.weekday() in allowed and _works(replace(order, start=start)):
            return start
    return None


def _works(order: Order) -> bool:
    targets = lay_targets(order.layout.stretches, order.start, order.week(), order.days)
    if isinstance(targets, NoPattern) or not targets:
        return False
    # What stands in the way is mostly near: a long course need not be placed whole to see it.
    for few in (targets[:A_FEW], targets):
        outcome = _place(order, few)
        if isinstance(outcome, NoPlacement) or outcome.placed[0].day != order.start:
            return False
    return True


def _no_placement(order: Order, found: NoPlacement) -> Failure:
    window = f"{day_text(found.first)} to {day_text(found.last)}"
    message = f"session {found.session} has no legal day in its window, {window}"
    weeks = max(stretch.phase.pause for stretch in order.layout.stretches)
    if found.session_with_pause == found.session != order.already + 1 and weeks:
        message += f", even with a pause of {count_text(weeks, 'week')}"
    elif found.session_with_pause != found.session:
        message += f"; with a pause there is none for session {found.session_with_pause}"
    return Failure(
        "no-placement", message, "", found.session, found.first, found.last, found.refused
    )


def later_start(order: Order) -> date | None:
    """The nearest later start, within 60 days, from which every session has a place; it was run."""
    return _nearest_that_works(order, 1)
