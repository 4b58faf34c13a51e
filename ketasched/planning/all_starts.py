"""What becomes of a protocol from every start of a range: kept or not, and what holidays do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from ketasched.domain.candidate import ReasonKind, reasons_text
from ketasched.domain.clinic import no_holidays
from ketasched.domain.wording import day_text
from ketasched.errors import KetaschedError
from ketasched.planning.placement import Placement
from ketasched.planning.plan import place_sessions
from ketasched.planning.plan_input import Order, make_rules
from ketasched.planning.refusals import Failure
from ketasched.progress import Tell


class KeptStart(NamedTuple):
    """A start from which every session has a legal day.

    ``by_holiday`` are the days from target, negative when earlier, of the sessions that stand off
    their target and would stand elsewhere if there were no holidays.
    """

    start: date
    sessions: int
    pauses: int
    moved: int
    by_holiday: tuple[int, ...]


class RefusedStart(NamedTuple):
    """A start from which none has: the first session without a legal day and its phase (0 and
    empty where the start itself is refused), what kinds of reasons there are, and one in words.
    """

    start: date
    phase: str
    session: int
    kinds: tuple[ReasonKind, ...]
    text: str


def all_starts(
    order: Order, first: date, last: date, tell: Tell
) -> Iterator[KeptStart | RefusedStart]:
    """Every start from ``first`` to ``last``, both included, as `plan` would lay it out by itself;
    ``tell`` is told how many days have been tried, and of how many.
    """
    without = _without_holidays(order)
    days = (last - first).days + 1
    for number in range(days):
        tell(number, days)
        start = first + timedelta(days=number)
        outcome = _placed(replace(order, start=start))
        if not isinstance(outcome, Placement):
            yield outcome
            continue
        moved = _days_moved(outcome)
        free = _placed(replace(without, start=start)) if moved else None
        elsewhere = _days_moved(free) if isinstance(free, Placement) else {}
        yield KeptStart(
            start,
            len(outcome.placed),
            int(outcome.pause is not None),
            len(moved),
            tuple(days for number, days in moved.items() if elsewhere.get(number) != days),
        )


def _days_moved(placement: Placement) -> dict[int, int]:
    """By number, the days from target of the sessions that stand off it."""
    return {
        seat.target.number: (seat.day - seat.target.day).days
        for seat in placement.placed
        if seat.day != seat.target.day
    }


def _without_holidays(order: Order) -> Order:
    clinic = replace(order.clinic, holiday_name=no_holidays)
    rules = make_rules(clinic, order.times, order.commitments)
    return replace(order, clinic=clinic, rules=rules)


def _placed(order: Order) -> Placement | RefusedStart:
    try:
        outcome = place_sessions(order)
    except KetaschedError as problem:  # of this start: another one may do
        return RefusedStart(order.start, "", 0, (), str(problem))
    if not isinstance(outcome, Failure):
        return outcome
    reasons = [reason for day in outcome.refused for reason in day.reasons]
    kinds = tuple(dict.fromkeys(reason.kind for reason in reasons))
    if outcome.code != "no-placement":
        text = reasons_text(dict.fromkeys(reasons)) if reasons else outcome.message
        return RefusedStart(order.start, "", 0, kinds, text)
    window = f"no legal day from {day_text(outcome.first)} to {day_text(outcome.last)}"
    text = f"{window}: {reasons_text(dict.fromkeys(reasons))}"
    return RefusedStart(order.start, outcome.phase, outcome.session, kinds, text)
