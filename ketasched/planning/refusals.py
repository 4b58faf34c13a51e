"""Why there is no course: refusals of a start, of weekdays, of a length, and no legal day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, NamedTuple

from ketasched.domain.cadence import PerWeek
from ketasched.domain.candidate import Reason
from ketasched.domain.choice import Choice, ChoiceRefused, Remedy
from ketasched.domain.clinic import ALL_DAY, fits, spans_text
from ketasched.domain.protocol import Phase
from ketasched.domain.weekly import can_text
from ketasched.domain.wording import (
    WEEKDAY_NAMES,
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    days_text,
    duration_text,
    list_text,
    minute_of_day,
)
from ketasched.planning.placement import (
    NoPlacement,
    RefusedDay,
)
from ketasched.planning.plan_input import Order
from ketasched.planning.target import Target
from ketasched.planning.targets import NoPattern, lay_targets
from ketasched.planning.usual_days import UsualDay
from ketasched.planning.weekday_patterns import weekday_patterns

FailureCode = Literal[
    "too-long",
    "closed-weekday",
    "outside-hours",
    "cannot-come",
    "not-in-days",
    "no-pattern",
    "no-placement",
]


class Failure(NamedTuple):
    """Why there is no course: the session that cannot be placed, its window, and each refused day.

    ``phase`` is the session's, where it has no placement. The message is about a ``choice`` of a
    ``value``, if there is one; what to do is the hint, or else the remedy.
    """

    code: FailureCode
    message: str
    hint: str
    session: int
    first: date
    last: date
    refused: tuple[RefusedDay, ...]
    phase: str = ""
    choice: Choice | None = None
    value: str = ""
    remedy: Remedy | None = None


def refuse_idle_until(order: Order, targets: list[Target]) -> None:
    """Refuse a last day before the open-ended phase begins.

    Raises:
        ChoiceRefused: it is.
    """
    open_ended = order.layout.stretches[-1]
    if open_ended.until is None or (targets and targets[-1].phase is open_ended.phase):
        return
    stretches = [*order.layout.stretches[:-1], open_ended._replace(sessions=1, until=None)]
    begins = lay_targets(stretches, order.start, order.week, order.days, weekdays=order.weekdays)
    day = f", on {day_text(begins[-1].day)}" if isinstance(begins, list) else ""
    raise ChoiceRefused(
        f"is before {open_ended.phase.name} begins{day}",
        choice="until",
        value=open_ended.until.isoformat(),
        is_subject=True,
        remedy="a later last day or none",
    )


def refuse_length(order: Order) -> Failure | None:
    """The failure of a session longer than the clinic is ever open without a break, if it is."""
    lengths = order.layout.lengths
    longest, which = order.clinic.longest_span()
    if max(lengths) <= longest:
        return None
    text = (
        f"a session takes {duration_text(max(lengths))}, and the clinic's longest opening span is "
        f"{duration_text(longest)}, {which}"
    )
    refused = (RefusedDay(order.start, (Reason("hours", text),)),)
    hint = "look at the clinic's hours, or at the steps of the protocol"
    return Failure("too-long", text, hint, order.already + 1, order.start, order.start, refused)


def refuse_start(order: Order) -> Failure | None:
    """The failure of a start on a weekday that is never open, on which the patient never comes, or
    that is not among those asked for.
    """
    weekday, allowed = order.start.weekday(), order.weekdays_to_start()
    is_asked = not order.takes_days or weekday in order.days
    if weekday in allowed and is_asked:
        return None
    if weekday in allowed:
        asked = list_text([WEEKDAYS[day] for day in order.days], "or")
        text = f"{WEEKDAY_NAMES[weekday]} is not among the days asked for, {asked}"
        code: FailureCode = "not-in-days"
        reason = Reason("weekday", text)
    else:
        reason = _why_never(order, weekday, order.first_day_of_several)
        codes: dict[str, FailureCode] = {
            "closed": "closed-weekday",
            "hours": "outside-hours",
            "not-starting": "outside-hours",
        }
        code = codes.get(reason.kind, "cannot-come")
    message = f"the course cannot start on {day_text(order.start)}: {reason.full}"
    return _start_failure(order, code, message, reason)


def _why_never(order: Order, weekday: int, several: UsualDay | None) -> Reason:
    """Why no session, or day of ``several``, fits a weekday: the clinic does not let it, or the
    patient never comes.
    """
    commitments, minutes = order.commitments, order.first_minutes
    if several and order.clinic.week[weekday]:
        return several.why_not(order.clinic, commitments.free_week, weekday, order.times)
    monday = date(2001, 1, 1)
    day = monday + timedelta(days=weekday)
    starts = [start for start, _ in order.times.options(day, minutes)]
    wished = order.times.wished[weekday : weekday + 1]  # before it moved to where the patient comes
    in_hours = [start for start in starts if order.clinic.fits(weekday, start, minutes)]
    if not in_hours and not any(order.clinic.fits(weekday, at, minutes) for at in wished):
        return _closed_weekday(order, weekday)
    can = commitments.can
    if can and not any(fits(can, weekday, start, minutes) for start in in_hours):
        if not can[weekday]:
            return Reason("can", can_text(can))
        text = f"{duration_text(minutes)} fit at no time"
        spans = order.clinic.week[weekday]
        if spans != ALL_DAY:
            text += f": open {WEEKDAYS[weekday]} {spans_text(spans)}, and {can_text(can)}"
        else:
            text += f": {can_text(can)}"
        return Reason("can", text)
    return Reason("away", "; ".join(commitments.weekly_texts))


def _closed_weekday(order: Order, weekday: int) -> Reason:
    """Why no session fits a weekday: it is closed, or its hours are too short at that time."""
    once = order.clinic.openings.get(order.start) and order.start.weekday() == weekday
    if once and not order.clinic.week[weekday]:
        text = f"{WEEKDAY_NAMES[weekday]}s have no opening hours of their own, only that day has"
        return Reason("closed", text)
    start = order.times.on_weekday(weekday, order.first_minutes)
    begins = minute_of_day(start)
    past_midnight = begins + order.first_minutes > 1440
    for day in (weekday, (weekday + 1) % 7) if past_midnight else (weekday,):
        if not order.clinic.week[day]:
            return Reason("closed", f"closed on {WEEKDAY_NAMES[day]}s")
    not_starting = order.clinic.why_not_starting(weekday, begins)
    if not_starting and not order.times.flex:
        return not_starting
    hours = spans_text(order.clinic.week[weekday])
    text = f"{duration_text(order.first_minutes)} from {clock_text(start)}"
    if order.times.flex:
        text += f", up to {duration_text(order.times.flex)} earlier or later,"
    name = WEEKDAY_NAMES[weekday]
    return Reason("hours", f"{text} do not fit the hours on {name}s, {hours}")


def refuse_days(order: Order) -> Failure | None:
    """A weekday of the user's that is never open, or on which the patient never comes."""
    phases = order.with_days(len(order.days)) or [order.layout.stretches[0].phase]
    for phase in phases if order.days else ():
        allowed = order.weekdays(phase)
        never_open = [day for day in order.days if day not in allowed]
        if never_open:
            reason = _why_never(order, never_open[0], order.usual_day(phase))
            return _days_failure(order, reason.full, reason, "open days")
    return None


def _days_failure(order: Order, text: str, reason: Reason, remedy: Remedy) -> Failure:
    asked = ",".join(WEEKDAYS[day].lower() for day in order.days)
    refused = (RefusedDay(order.start, (reason,)),)
    return Failure(
        "no-pattern",
        text,
        "",
        order.already + 1,
        order.start,
        order.start,
        refused,
        choice="days",
        value=asked,
        remedy=remedy,
    )


def no_pattern(order: Order, no_weekdays: NoPattern) -> Failure:
    """The failure of a phase for which no open weekdays keep its gaps."""
    cadence = no_weekdays.phase.cadence
    if isinstance(cadence, PerWeek) and cadence.sessions == len(order.days):
        text = (
            f"the phase {no_weekdays.phase.name} keeps {no_weekdays.phase.gap} between sessions, "
            "and these days do not"
        )
        return _days_failure(order, text, Reason("gap", text), "other days or none")
    weekday = WEEKDAY_NAMES[no_weekdays.day.weekday()]
    text = f"no open weekdays with {weekday} among them give {cadence}"
    if _needs_two_days_running(order, no_weekdays):
        text += ", which is never on two days running unless the days are named"
    else:
        text += f" with {no_weekdays.phase.gap} between sessions"
    reason = Reason("weekday", text)
    why = "; ".join((reason.full, *order.commitments.weekly_texts))
    return _start_failure(
        order,
        "no-pattern",
        f"{order.protocol.id} cannot start on {day_text(order.start)}: "
        f"in the phase {no_weekdays.phase.name} {why}",
        reason,
    )


def _needs_two_days_running(order: Order, no_weekdays: NoPattern) -> bool:
    cadence, gap = no_weekdays.phase.cadence, no_weekdays.phase.gap
    first, open_weekdays = no_weekdays.day.weekday(), order.weekdays(no_weekdays.phase)
    return isinstance(cadence, PerWeek) and bool(
        weekday_patterns(cadence, gap, first, open_weekdays, running=True)
    )


def _start_failure(order: Order, code: FailureCode, message: str, reason: Reason) -> Failure:
    refused = (RefusedDay(order.start, (reason,)),)
    return Failure(code, message, "", order.already + 1, order.start, order.start, refused)


def no_placement(order: Order, outcome: NoPlacement, phase: str) -> Failure:
    """The failure of a session without a legal day."""
    window = days_text(outcome.first, outcome.last)
    message = f"session {outcome.session} has no legal day in its window, {window}"
    weeks = max(stretch.phase.pause for stretch in order.layout.stretches)
    if outcome.session_with_pause == outcome.session != order.already + 1 and weeks:
        message += f", even with a pause of {count_text(weeks, 'week')}"
    elif outcome.session_with_pause != outcome.session:
        message += f"; with a pause there is none for session {outcome.session_with_pause}"
    return Failure(
        "no-placement",
        message,
        "",
        outcome.session,
        outcome.first,
        outcome.last,
        tuple(_why_day(order, refused, order.phases.get(phase)) for refused in outcome.refused),
        phase,
    )


def _why_day(order: Order, refused: RefusedDay, phase: Phase | None) -> RefusedDay:
    """The day with why no session fits that weekday, in place of when the patient can come, where
    they can come on that weekday.
    """
    weekday, can = refused.day.weekday(), order.commitments.can
    if not can or not can[weekday] or weekday in order.weekdays(phase):
        return refused
    several = order.usual_day(phase) if phase else order.first_day_of_several
    reasons = [
        _why_never(order, weekday, several) if reason.kind == "can" else reason
        for reason in refused.reasons
    ]
    return refused._replace(reasons=tuple(dict.fromkeys(reasons)))
