"""Phases as a protocol file writes them: those with a cadence here; either kind is a `PHASE`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import yaml

from ketasched.domain import cadence as pace
from ketasched.domain import protocol as core
from ketasched.domain.per_day import PerDay
from ketasched.domain.typed_protocol import read_cadence, read_session_range, read_sessions
from ketasched.domain.typed_times import read_days
from ketasched.domain.wording import count_text
from ketasched.files.protocols.listed_sessions import LISTED_PHASE
from ketasched.files.protocols.phase_parts import (
    COUNTS_FROM,
    GAP,
    LONGEST_GAP,
    PHASE_ENDS,
    REVIEWS,
    WINDOW,
)
from ketasched.files.protocols.session_steps import OWN, check_own
from ketasched.files.protocols.several_a_day import PER_DAY
from ketasched.reading.fields import (
    Key,
    ListOf,
    Reading,
    Record,
    RecordBy,
    Text,
    TextOr,
    whole,
)
from ketasched.reading.texts import LINE, length

# The rules that look at several values


def _check_days(listed: pace.DayList, reading: Reading) -> None:
    if any(later <= earlier for earlier, later in pairwise(listed.days)):
        reading.fault_in(listed, "days", "the days must go up")
    elif listed.days[0] != listed.first_day:
        message = f"the list must begin with its first day, {listed.first_day}"
        reading.fault_in(listed, "days", message)


def _check_cycle(cycles: pace.Cycles, reading: Reading) -> None:
    if any(later <= earlier for earlier, later in pairwise(cycles.days)):
        reading.fault_in(cycles, "days", "the days must go up")
    elif cycles.days[0] != 1:
        reading.fault_in(cycles, "days", "a cycle begins with the session on its day 1")
    elif cycles.days[-1] > cycles.length:
        message = f"the cycle ends on day {cycles.length}"
        reading.fault_in(cycles, "days", message)


def _check_count(phase: core.Phase, reading: Reading) -> None:
    """How long a phase is, which a cadence counts in sessions or in cycles."""
    word, other = ("cycles", "sessions") if _is_cycles(phase) else ("sessions", "cycles")
    if reading.says(phase, other):
        message = f"such a cadence is counted in {word}"
        reading.fault_in(phase, other, message, f"write `{word}` instead")
    elif not (reading.says(phase, word) or isinstance(phase.cadence, pace.DayList)):
        message = f"the key `{word}` is missing"
        reading.fault_in(phase, "", message, "write a number, or open-ended")
    elif phase.sessions and phase.sessions > core.MAX_SESSIONS:
        message = f"the cycles have {phase.sessions} sessions, and a course at most "
        reading.fault_in(phase, word, f"{message}{core.MAX_SESSIONS}")


def _is_cycles(phase: core.Phase) -> bool:
    return isinstance(phase.cadence, pace.Cycles)


def _check_phase(phase: core.Phase, reading: Reading) -> None:
    before = len(reading.problems)
    _check_count(phase, reading)
    if len(reading.problems) > before:
        return
    count = phase.days
    if isinstance(phase.cadence, pace.DayList) and count != len(phase.cadence.days):
        message = f"the cadence lists {count_text(len(phase.cadence.days), 'day')}"
        reading.fault_in(phase, "sessions", message, "leave `sessions` out")
    if phase.choice and isinstance(phase.cadence, pace.DayList):
        reading.fault_in(phase, "choice", "a list of days leaves no choice", "leave `choice` out")
    elif phase.choice and (count is None or not phase.choice.fewest <= count <= phase.choice.most):
        word = "cycles" if _is_cycles(phase) else "sessions"
        reading.fault_in(phase, "choice", f"`{word}` must be a number inside this range")
    for review in phase.reviews:
        if count is None and review.after_session is None:
            message = "an open-ended phase has no last session: add `after_session`"
            reading.fault_in(review, "", message)
        fewest = phase.choice.fewest if phase.choice else count
        if fewest is not None and (review.after_session or 1) > fewest:
            what = "day" if phase.per_day else "session"
            message = f"the phase may have only {count_text(fewest, what)}"
            reading.fault_in(review, "after_session", message)
    offered = [phase.cadence, *(other.cadence for other in phase.alternatives)]
    if len(set(offered)) < len(offered):
        reading.fault_in(phase, "alternatives", "two of the phase's cadences are the same")
    if phase.alternatives and _is_cycles(phase):
        message = "a phase of cycles has no other cadence"
        reading.fault_in(phase, "alternatives", message, "leave `alternatives` out")
    check_own(phase, reading)


# The parts, from the inside out


class _Count(NamedTuple):
    """How many sessions a phase has; None is open-ended."""

    number: int | None


def _phase(
    sessions: _Count | None,
    cycles: _Count | None,
    cadence: pace.Cadence,
    per_day: PerDay | None,
    choice: core.SessionRange | None,
    alternatives: tuple[Any, ...],
    **keys: Any,
) -> core.Phase:
    """A day list needs no count, and what counts cycles has so many days in each, as any phase may
    have several sessions on a day; an alternative has the phase's window and gap unless it says.
    """
    count = sessions.number if sessions else None
    if isinstance(cadence, pace.Cycles):
        each = len(cadence.days)
        count = each * cycles.number if cycles and cycles.number else None
        choice = choice and core.SessionRange(each * choice.fewest, each * choice.most)
    if sessions is None and isinstance(cadence, pace.DayList):
        count = len(cadence.days)
    complete = tuple(
        core.Alternative(
            other["cadence"], other["window"] or keys["window"], other["gap"] or keys["gap"]
        )
        for other in alternatives
    )
    return core.Phase(
        sessions=count and count * (per_day.sessions if per_day else 1),
        cadence=cadence,
        choice=choice,
        alternatives=complete,
        per_day=per_day,
        **keys,
    )


def _cycles(cycle: int, days: tuple[int, ...], counts_from: pace.CountsFrom) -> pace.Cycles:
    return pace.Cycles(cycle, days, counts_from)


_CADENCE_TEXT = Text(
    read_cadence,
    {
        "type": "string",
        "examples": [
            "2 per week",
            "2 per week, every other week",
            "every 4 weeks",
            "every 3 months",
            "consecutive working days",
        ],
    },
)
_DAY_LIST = Record(
    pace.DayList,
    {
        "days": Key(ListOf(whole(0, 3660)), "the days of the sessions, in order"),
        "first_day": Key(
            whole(0, 1), "1: day 1 is the first day, there is no day 0; 0: day 0 is the baseline"
        ),
        "counts_from": COUNTS_FROM,
    },
    _check_days,
)
_CYCLES = Record(
    _cycles,
    {
        "cycle": Key(
            length(read_days, 1, LONGEST_GAP, "days"), "how long each is, such as 21 days"
        ),
        "days": Key(ListOf(whole(1, LONGEST_GAP)), "the days of the sessions in each, from day 1"),
        "counts_from": COUNTS_FROM,
    },
    _check_cycle,
)
_CADENCE = TextOr(
    _CADENCE_TEXT,
    RecordBy(_DAY_LIST, _CYCLES, lambda nodes: "cycle" in nodes),
)
_ALTERNATIVE = Record(
    dict,
    {
        "cadence": Key(_CADENCE_TEXT, "another cadence a user may choose"),
        "window": Key(WINDOW, "its window, if it differs", None),
        "gap": Key(GAP, "its gap, if it differs", None),
    },
)
_COUNT_SCHEMA = {
    "oneOf": [
        {"type": "integer", "minimum": 1, "maximum": core.MAX_SESSIONS},
        {"const": "open-ended"},
    ]
}
_SESSIONS = Text(lambda text: _Count(read_sessions(text)), _COUNT_SCHEMA)
_CYCLE_COUNT = Text(lambda text: _Count(read_sessions(text, "cycles")), _COUNT_SCHEMA)
_RANGE = Text(read_session_range, {"type": "string", "pattern": "^[0-9]+ to [0-9]+$"})
_COUNTED = {
    "if": {"properties": {"cadence": {"type": "object", "required": ["cycle"]}}},
    "then": {"required": ["cycles"], "properties": {"sessions": False}},
    "else": {"properties": {"cycles": False}},
}
_PHASE = Record(
    _phase,
    {
        "name": Key(LINE, "the name of the phase, such as induction"),
        "cadence": Key(_CADENCE, "how often, such as 2 per week"),
        "sessions": Key(_SESSIONS, "how many sessions, or open-ended", None),
        "cycles": Key(_CYCLE_COUNT, "of a cadence of cycles: how many, or open-ended", None),
        "per_day": PER_DAY,
        "choice": Key(_RANGE, "how few and how many a user may choose, such as 4 to 6", None),
        "window": Key(WINDOW, "how far from its target a session may be placed"),
        "gap": Key(GAP, "fewest and most days between two sessions in a row"),
        **PHASE_ENDS,
        "alternatives": Key(ListOf(_ALTERNATIVE), "cadences to choose with --cadence", ()),
        "reviews": REVIEWS,
        **OWN,
    },
    _check_phase,
    _COUNTED,
)
PHASE = RecordBy(
    _PHASE,
    LISTED_PHASE,
    lambda nodes: (
        isinstance(nodes.get("sessions"), yaml.SequenceNode)
        or ("first_day" in nodes and "cadence" not in nodes)
    ),
)
