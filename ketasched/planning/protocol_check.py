"""Whether a protocol can be kept at all: its own targets against its own gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import chain, pairwise

from ketasched.domain.cadence import EveryMonths, Months
from ketasched.domain.clinic import WHOLE_WEEK, WORKING_WEEK, Clinic
from ketasched.domain.protocol import Phase, Protocol
from ketasched.domain.wording import count_text
from ketasched.planning.target import Stretch, Target
from ketasched.planning.targets import NoPattern, lay_targets

_SOME_MONDAY = date(2001, 1, 1)
_OPEN_ENDED_SAMPLE = 3
_MONTHLY_SAMPLE = 13


@dataclass(frozen=True, slots=True)
class UnkeptGap:
    """What is wrong with a phase, by its name, under one of its keys."""

    phase: str
    key: str
    message: str


def own_gaps_fault(protocol: Protocol) -> UnkeptGap | None:
    """The gap a protocol's own targets break from some start, with nothing closed but weekends or
    nothing at all; also with each alternative cadence. Some starts may have no weekday pattern,
    but not all of them.
    """
    for phases in _with_each_alternative(protocol.phases):
        starts = _starts(phases)
        outcomes = [
            _outcome(phases, start, Clinic(UTC, week))
            for week in (WORKING_WEEK, WHOLE_WEEK)
            for start in starts
            if week[start.weekday()]
        ]
        for outcome in outcomes:
            if isinstance(outcome, UnkeptGap):
                return outcome
        patternless = [outcome for outcome in outcomes if isinstance(outcome, NoPattern)]
        if len(patternless) == len(outcomes):
            phase = patternless[0].phase
            message = f"no weekdays give {phase.cadence} with {phase.gap} between sessions"
            return UnkeptGap(phase.name, "gap", message)
    return None


def _with_each_alternative(phases: tuple[Phase, ...]) -> Iterator[list[Phase]]:
    yield list(phases)
    for index, phase in enumerate(phases):
        for alternative in phase.alternatives:
            yield [*phases[:index], phase.using(alternative), *phases[index + 1 :]]


def _starts(phases: list[Phase]) -> list[date]:
    """Starts from which a protocol comes out in all ways: on each weekday, and where months are
    counted on those days of each month, in a leap year and before it, that some month lacks.
    """
    if not any(map(_counts_months, phases)):
        return [_SOME_MONDAY + timedelta(days=days) for days in range(7)]
    days = (date(2003, 1, 1) + timedelta(days=days) for days in range(365 + 366))
    return [day for day in days if day.day == 1 or day.day > 28]


def _counts_months(phase: Phase) -> bool:
    return isinstance(phase.cadence, EveryMonths) or isinstance(phase.after, Months)


def _sample(phase: Phase) -> int:
    """How many sessions tell the distances that a phase ever has."""
    sample = _MONTHLY_SAMPLE if isinstance(phase.cadence, EveryMonths) else _OPEN_ENDED_SAMPLE
    return phase.sessions or sample * phase.a_day


def _outcome(phases: list[Phase], start: date, clinic: Clinic) -> UnkeptGap | NoPattern | None:
    stretches = [Stretch(phase, 1, _sample(phase)) for phase in phases]
    targets = lay_targets(stretches, start, clinic)
    if isinstance(targets, NoPattern):
        return targets
    by_number: dict[int | str, Target] = {target.number: target for target in targets}
    faults = chain(
        (_gap_fault(*pair) for pair in pairwise(targets) if not _are_of_one_day(*pair)),
        (_apart_fault(by_number, target) for target in targets),
    )
    return next((fault for fault in faults if fault), None)


def _apart_fault(by_number: Mapping[int | str, Target], here: Target) -> UnkeptGap | None:
    for apart in here.apart:
        days = (here.day - by_number[apart.origin].day).days
        fault = apart.fault(days)
        if fault:
            message = (
                f"sessions {apart.origin} and {here.number} are due {count_text(days, 'day')} "
                f"apart, which is not {fault}"
            )
            return UnkeptGap(here.phase.name, "apart", message)
    return None


def _are_of_one_day(before: Target, here: Target) -> bool:
    return bool(here.phase.per_day) and (before.phase, before.day) == (here.phase, here.day)


def _gap_fault(before: Target, here: Target) -> UnkeptGap | None:
    days = (here.day - before.day).days
    if before.phase.name == here.phase.name:
        gap = here.phase.gap
        if gap.holds(days):
            return None
        return UnkeptGap(
            here.phase.name,
            "gap",
            f"sessions {before.number} and {here.number} are due {count_text(days, 'day')} apart, "
            f"but the gap is {gap}",
        )
    least = min(before.phase.gap.min, here.phase.gap.min)
    if days >= least:
        return None
    return UnkeptGap(
        here.phase.name,
        "after",
        f"the phase begins {count_text(days, 'day')} after the one before it, "
        f"but the gap is at least {count_text(least, 'day')}",
    )
