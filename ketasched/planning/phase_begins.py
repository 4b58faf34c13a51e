"""Where a phase begins after the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from ketasched.domain.cadence import Cycles, EveryMonths, EveryWeeks, Months, PerWeek
from ketasched.domain.protocol import Phase


def begin_after(phase: Phase, before: Phase, days: Sequence[date], due: date) -> date:
    """Where a phase begins: after the last of the ``days`` of the phase before, or where the next
    period of that would have been ``due``.
    """
    if isinstance(phase.after, Months):
        return months_after(phase.after, before, days)
    return due if phase.after is None else days[-1] + timedelta(days=phase.after)


def months_after(wait: Months, before: Phase, days: Sequence[date]) -> date:
    """So many months after the last of the ``days`` of a phase. One that comes every month keeps to
    the day of its first, also where its last month was too short for that.
    """
    first, last = days[0], days[-1]
    passed = 12 * (last.year - first.year) + last.month - first.month
    if isinstance(before.cadence, EveryMonths) and Months(passed).after(first) == last:
        return Months(passed + wait.number).after(first)
    return wait.after(last)


def on_open_weekday(
    before: Sequence[Phase], phase: Phase, begin: date, weekdays: frozenset[int]
) -> date:
    """Where a phase that keeps its weekdays begins, if months or cycles before it brought it to a
    weekday that nobody chose: on the next that is open.
    """
    if not isinstance(phase.cadence, PerWeek | EveryWeeks):
        return begin
    if not any(map(_wanders, before)) and not isinstance(phase.after, Months):
        return begin
    days = (begin + timedelta(days=days) for days in range(7))
    return next((day for day in days if day.weekday() in weekdays), begin)


def next_period(phase: Phase, first_place: int, begin: date, laid: Sequence[date]) -> date:
    """Where the next period of a phase would have begun.

    Args:
        phase: the phase.
        first_place: the place of the first session that is laid out.
        begin: where the phase began.
        laid: the days of its sessions.
    """
    cadence = phase.cadence
    if isinstance(cadence, EveryMonths):
        return cadence.day(laid[0], len(laid))
    if isinstance(cadence, PerWeek):
        days = 7 * -(-len(laid) // cadence.sessions) * cadence.every
    elif isinstance(cadence, EveryWeeks):
        days = 7 * len(laid) * cadence.weeks
    elif isinstance(cadence, Cycles):
        ended = cadence.length * cadence.cycle(first_place + len(laid) - 1)
        days = ended - cadence.offset(first_place)
    else:
        # A run that had to wait for an open day does not move the weeks it stands in.
        first = begin if phase.after is None else laid[0]
        return first + timedelta(weeks=(laid[-1] - first).days // 7 + 1)
    return laid[0] + timedelta(days=days)


def _wanders(phase: Phase) -> bool:
    """Whether the weekday changes from one session or phase to the next."""
    if isinstance(phase.cadence, Cycles):
        return bool(phase.cadence.length % 7)
    return isinstance(phase.cadence, EveryMonths) or isinstance(phase.after, Months)
