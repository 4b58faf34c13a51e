"""What a page says of what was agreed with the patient: when they can come, and start times."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ketasched.domain.weekly import week_text
from ketasched.domain.wording import WEEKDAYS, clock_text, list_text

if TYPE_CHECKING:
    from ketasched.planning.plan_input import Order


def agreed_facts(order: Order) -> list[tuple[str, str]]:
    """What holds for the patient every week, and which start times follow from it."""
    commitments = order.commitments
    facts = []
    if commitments.can:
        facts.append(("Can come", week_text(commitments.can)))
    facts += [("Away", str(absence).removeprefix("away ")) for absence in commitments.weekly]
    starts = starts_text(order)
    return [*facts, ("Starts", starts)] if starts else facts


def starts_text(order: Order) -> str:
    """The start times that are not those wished for, since the patient cannot come then."""
    moved = _moved_starts(order)
    return f"{list_text(moved)}, the nearest time the patient can come" if moved else ""


def _moved_starts(order: Order) -> list[str]:
    """``Tue and Thu 15:00 instead of 09:00`` of each start time that was wished otherwise; without
    the weekdays where that is all of them.
    """
    times = order.times
    weekdays = order.weekdays()
    moved = sorted(
        (at, wished, weekday)
        for weekday, (at, wished) in enumerate(zip(times.by_weekday, times.wished, strict=False))
        if at != wished and weekday in weekdays
    )
    starts = {
        f"{clock_text(at)} instead of {clock_text(wished)}": [WEEKDAYS[row[2]] for row in rows]
        for (at, wished), rows in groupby(moved, key=lambda row: row[:2])
    }
    if len(moved) == len(weekdays) and len(starts) == 1:
        return list(starts)
    return [f"{list_text(days)} {text}" for text, days in starts.items()]
