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
    moved = _moved_starts(order)
    if moved:
        facts.append(("Starts", f"{list_text(moved)}, the nearest time the patient can come"))
    return facts


def _moved_starts(order: Order) -> list[str]:
    """``Tue and Thu 15:00 instead of 09:00`` of each start time that was wished otherwise."""
    times = order.times
    weekdays = order.weekdays()
    moved = sorted(
        (at, wished, weekday)
        for weekday, (at, wished) in enumerate(zip(times.by_weekday, times.wished, strict=False))
        if at != wished and weekday in weekdays
    )
    return [
        f"{list_text([WEEKDAYS[weekday] for _, _, weekday in group])} {clock_text(at)} "
        f"instead of {clock_text(wished)}"
        for (at, wished), group in (
            (key, list(group)) for key, group in groupby(moved, key=lambda row: row[:2])
        )
    ]
