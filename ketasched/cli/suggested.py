"""What is said of starts, on a terminal as on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ketasched.cli.terminal.agreed import agreed_facts
from ketasched.cli.terminal.course import clinic_text, setting_text
from ketasched.cli.terminal.holidays import holidays_text
from ketasched.cli.terminal.house import house_facts
from ketasched.domain.wording import WEEKDAYS, count_text, day_text

if TYPE_CHECKING:
    from ketasched.asking.intake import Understood
    from ketasched.planning.suggest import Suggestion

MOST_ROWS = 20
"""The starts that are shown one by one."""


def setting_facts(terms: Understood) -> Iterator[tuple[str, str]]:
    """Where, when and of what starts are tried."""
    protocol, file = terms.order.protocol, terms.surroundings.file
    yield "Times", setting_text(terms.surroundings)
    yield from agreed_facts(terms.order)
    if file:
        yield "Clinic", clinic_text(file)
    yield from house_facts(terms.order, terms.others)
    yield "Holidays", holidays_text(terms.surroundings.holidays)
    yield "Protocol", f"{protocol.id}, version {protocol.version}, from {protocol.file}"


def told_of_others(starts: Sequence[Suggestion]) -> Iterator[str]:
    """How many starts have a course and are not shown, and how many have none."""
    feasible = sum(start.feasible for start in starts)
    left, without = feasible - MOST_ROWS, len(starts) - feasible
    if left > 0:
        have = "has" if left == 1 else "have"
        yield f"{left} more {have} a course; --format json lists them all."
    if len(starts) == without == 1:
        yield "The start that was tried has no course."
    elif without:
        have = "has" if without == 1 else "have"
        yield f"{without} of {len(starts)} starts and patterns that were tried {have} no course."


def _share_text(share: float | None) -> str:
    """A share in whole per cent, never rounded to all; empty where there is none."""
    if share is None:
        return ""
    return f"{100 if share == 1 else min(round(100 * share), 99)}%"


def robust_columns(starts: Sequence[Suggestion]) -> list[tuple[str, list[str]]]:
    """What faults would do to some starts, a column each, with its title; none if nobody asked."""
    robust = [start.robust for start in starts if start.robust]
    means = (each.mean_days_moved for each in robust)
    columns = [
        ("Bears", [_share_text(each.legal) for each in robust]),
        ("By days", ["" if mean is None else f"{mean:.1f}" for mean in means]),
        ("Two", [_share_text(each.legal_pairs) for each in robust]),
    ]
    return columns if robust else []


def robust_text(starts: Sequence[Suggestion]) -> Iterator[str]:
    """What these columns say, in a sentence."""
    robust = next((each.robust for each in starts if each.robust), None)
    if robust:
        yield (
            "Bears is the share of single faults (each session missed, its day closed, its week "
            "spent sick) after which the rest has legal days without a pause; By days, how many "
            "days the sessions then move in all, on the average; Two, the share of "
            f"{robust.pairs} pairs, drawn."
        )


def days_text(start: Suggestion) -> str:
    """The weekdays of a start."""
    return ", ".join(WEEKDAYS[day] for day in start.days)


def begins_text(start: Suggestion) -> str:
    """When its first session is, where that is not the day of the start."""
    first = day_text(start.first)
    if start.first.year == start.start.year:
        first = first.removesuffix(f" {start.first.year}")
    return f"begins {first}" if start.first != start.start else ""


def pauses_text(start: Suggestion) -> str:
    """How many pauses it has, and how long they are: ``1 (2 weeks)``."""
    weeks = f" ({count_text(start.weeks, 'week')})" if start.pauses else ""
    return f"{start.pauses}{weeks}"
