"""What a protocol may say, and its author hardly means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date
from itertools import pairwise
from typing import NamedTuple

from ketasched.domain.cadence import PerWeek, WorkingDays
from ketasched.domain.clinic import WORKING_WEEK, Clinic
from ketasched.domain.protocol import MAX_WEEKS, Phase, Protocol
from ketasched.domain.wording import count_text
from ketasched.planning.target import Stretch, Target
from ketasched.planning.targets import NoPattern, lay_targets

_SOME_MONDAY = date(2001, 1, 1)
_EVERY_WEEKDAY = 5


class Oddity(NamedTuple):
    """What is odd about a key of a phase, both by name."""

    phase: str
    key: str
    message: str


def oddities(protocol: Protocol) -> Iterator[Oddity]:
    """What is legal in a protocol, or in an arm of it, and surely not meant, phase by phase."""
    unused = _days_never_used(protocol)
    for phase in protocol.phases:
        yield from _wide_window(phase)
        yield from _days_of_a_phase(phase, unused)
        yield from _late_review(phase)
        if isinstance(phase.cadence, PerWeek) and phase.cadence.sessions >= _EVERY_WEEKDAY:
            yield Oddity(
                phase.name,
                "cadence",
                f"`{phase.cadence}` keeps to weekdays: a session on a holiday moves and pushes "
                "those behind it; `consecutive working days` leaves the holiday out",
            )


def _wide_window(phase: Phase) -> Iterator[Oddity]:
    """Working days have no distance of their own, so their windows are left alone."""
    most = phase.gap.max
    if most is None or isinstance(phase.cadence, WorkingDays):
        return
    for side, days in (("early", phase.window.early), ("late", phase.window.late)):
        if 2 * days > most:
            yield Oddity(
                phase.name,
                "window",
                f"{count_text(days, 'day')} {side} is more than half of the largest gap, "
                f"{count_text(most, 'day')}: two sessions may want the same days",
            )


def _late_review(phase: Phase) -> Iterator[Oddity]:
    """A course is laid out for two years at most."""
    if phase.sessions is not None:
        return
    most = MAX_WEEKS * 7 // max(1, phase.gap.min) + 1
    for review in phase.reviews:
        if review.after_session and review.after_session > most:
            yield Oddity(
                phase.name,
                "reviews",
                f"{review.name} is after {phase.reviewed(review)}, and the longest course, "
                f"of {MAX_WEEKS} weeks, has {most}",
            )


def _days_of_a_phase(phase: Phase, unused: dict[str, tuple[int, int]]) -> Iterator[Oddity]:
    for side, days in zip(("first", "last"), unused.get(phase.name, (0, 0)), strict=True):
        if days:
            message = f"the {side} {count_text(days, 'day')} of it can never be used: the gaps"
            yield Oddity(phase.name, "window", f"{message} to the sessions beside forbid it")


def _days_never_used(protocol: Protocol) -> dict[str, tuple[int, int]]:
    """How many days at the beginning and the end of its windows no session of a phase can have."""
    stretches = [Stretch(phase, 1, phase.sessions or 3 * phase.a_day) for phase in protocol.phases]
    targets = lay_targets(stretches, _SOME_MONDAY, Clinic(UTC, WORKING_WEEK))
    if isinstance(targets, NoPattern) or not targets:
        return {}
    if any(target.name for target in targets):
        return {}
    earliest, latest = _reach(targets)
    unused = {}
    for phase in protocol.phases:
        own = [place for place, each in enumerate(targets) if each.phase.name == phase.name]
        if own:
            unused[phase.name] = (
                min(earliest[place] + targets[place].window.early for place in own[1:] or own),
                min(targets[place].window.late - latest[place] for place in own),
            )
    return unused


def _reach(targets: Sequence[Target]) -> tuple[list[int], list[int]]:
    """By how many days from its target each session may stand at the least and at the most, what
    all gaps leave; nothing is closed.
    """
    earliest = [0 if not place else -each.window.early for place, each in enumerate(targets)]
    latest = [each.window.late for each in targets]
    steps = [_distance(*pair) for pair in pairwise(targets)]
    for place, (least, most) in enumerate(steps):
        earliest[place + 1] = max(earliest[place + 1], earliest[place] + least)
        if most is not None:
            latest[place + 1] = min(latest[place + 1], latest[place] + most)
    for place, (least, most) in reversed(list(enumerate(steps))):
        latest[place] = min(latest[place], latest[place + 1] - least)
        if most is not None:
            earliest[place] = max(earliest[place], earliest[place + 1] - most)
    return earliest, latest


def _distance(before: Target, here: Target) -> tuple[int, int | None]:
    """The least and the most by which the offset of a session may exceed that of the one before."""
    days = (here.day - before.day).days
    gap = here.phase.gap
    if before.phase.name != here.phase.name:
        return min(before.phase.gap.min, gap.min) - days, None
    if not days:
        return 0, 0
    return gap.min - days, None if gap.max is None else gap.max - days
