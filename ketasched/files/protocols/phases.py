"""Phases as a protocol file writes them: with a cadence, or with their sessions one by one."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import yaml

from ketasched.domain import protocol as core
from ketasched.domain.typed_protocol import read_cadence, read_session_range, read_sessions
from ketasched.domain.typed_times import read_days, read_weeks
from ketasched.errors import did_you_mean
from ketasched.reading.fields import (
    Key,
    ListOf,
    Reading,
    Record,
    RecordBy,
    Text,
    TextOr,
    one_of,
    whole,
)
from ketasched.reading.texts import LINE, MINUTES, length

LONGEST_GAP = 366
_NOT_GIVEN = 0
_NO_WINDOW = core.Window(-1, -1)


# The rules that look at several values


def _check_gap(gap: core.Gap, reading: Reading) -> None:
    if gap.max < gap.min:
        message = f"the largest gap is smaller than the smallest, {gap.min} days"
        reading.fault_in(gap, "max", message)


def _check_days(listed: core.DayList, reading: Reading) -> None:
    if any(later <= earlier for earlier, later in pairwise(listed.days)):
        reading.fault_in(listed, "days", "the days must go up")
    elif listed.days[0] != listed.first_day:
        message = f"the list must begin with its first day, {listed.first_day}"
        reading.fault_in(listed, "days", message)


def _check_phase(phase: core.Phase, reading: Reading) -> None:
    count = phase.sessions
    if count == _NOT_GIVEN:
        hint = "write a number, or open-ended"
        reading.fault_in(phase, "", "the key `sessions` is missing", hint)
        return
    if isinstance(phase.cadence, core.DayList) and count != len(phase.cadence.days):
        message = f"the cadence lists {len(phase.cadence.days)} days"
        reading.fault_in(phase, "sessions", message, "leave `sessions` out")
    if phase.choice and isinstance(phase.cadence, core.DayList):
        reading.fault_in(phase, "choice", "a list of days leaves no choice", "leave `choice` out")
    elif phase.choice and (count is None or not phase.choice.fewest <= count <= phase.choice.most):
        reading.fault_in(phase, "choice", "`sessions` must be a number inside this range")
    for review in phase.reviews:
        if count is None and review.after_session is None:
            message = "an open-ended phase has no last session: add `after_session`"
            reading.fault_in(review, "", message)
        fewest = phase.choice.fewest if phase.choice else count
        if fewest is not None and (review.after_session or 1) > fewest:
            message = f"the phase may have only {fewest} sessions"
            reading.fault_in(review, "after_session", message)
    offered = [phase.cadence, *(one.cadence for one in phase.alternatives)]
    if len(set(offered)) < len(offered):
        reading.fault_in(phase, "alternatives", "two of the phase's cadences are the same")


def _check_listed(phase: core.Phase, reading: Reading) -> None:
    """A phase that lists named sessions."""
    cadence = phase.cadence
    if not isinstance(cadence, core.NamedDays):
        raise TypeError(cadence)
    names: set[str] = set()
    for one in cadence.sessions:
        _check_named(one, names, cadence, reading)
        if one.window is None and phase.window == _NO_WINDOW:
            message = "the session has no window, and the phase has none for it"
            reading.fault_in(one, "", message, "give the session or the phase a `window`")
        names.add(one.name)
    free = [one for one in cadence.sessions if not one.follows]
    if not any(_is_no_day(one, cadence) for one in free):
        _check_days_rise(phase, free, reading)
    for review in phase.reviews:
        if (review.after_session or 1) > len(cadence.sessions):
            message = f"the phase has only {len(cadence.sessions)} sessions"
            reading.fault_in(review, "after_session", message)


def _check_days_rise(phase: core.Phase, free: list[core.NamedSession], reading: Reading) -> None:
    """The sessions that do not follow another stand in order, and one of them on the baseline."""
    for earlier, later in pairwise(free):
        if later.day <= earlier.day:
            reading.fault_in(later, "day", f"day {later.day} does not come after {earlier.day}")
    first_day = getattr(phase.cadence, "first_day", 0)
    if not any(one.day == first_day for one in free):
        message = f"no session is on day {first_day}, the baseline"
        reading.fault_in(phase, "sessions", message, "--start dates the baseline")


def _is_no_day(one: core.NamedSession, cadence: core.NamedDays) -> bool:
    return not one.follows and one.day == 0 and cadence.first_day == 1


def _check_named(
    one: core.NamedSession, before: set[str], cadence: core.NamedDays, reading: Reading
) -> None:
    """A named session, beside the names of those before it."""
    if one.name.casefold() in map(str.casefold, before):
        reading.fault_in(one, "name", f"two sessions are called `{one.name}`")
    if one.follows and one.follows not in before:
        message = f"no session before this one is called `{one.follows}`"
        reading.fault_in(one, "follows", message, did_you_mean(one.follows, before))
    elif one.follows and one.day < 1:
        reading.fault_in(one, "day", f"it follows `{one.follows}`: write 1 or more days")
    elif _is_no_day(one, cadence):
        message = "there is no day 0 where the first day is day 1"
        reading.fault_in(one, "day", message, "write first_day: 0, or another day")


# The parts, from the inside out


def _named_session(length: int | None, **keys: Any) -> core.NamedSession:
    return core.NamedSession(minutes=length, **keys)


def _listed_phase(
    first_day: int,
    sessions: tuple[core.NamedSession, ...],
    window: core.Window | None,
    gap: core.Gap | None,
    **keys: Any,
) -> core.Phase:
    """Its sessions have its window unless they say; without a gap any later day is right."""
    if window is None:
        all_say = all(one.window for one in sessions)
        window = core.Window(0, 0) if all_say else _NO_WINDOW
    return core.Phase(
        cadence=core.NamedDays(sessions, first_day),
        sessions=len(sessions),
        window=window,
        gap=gap or core.Gap(1, core.NO_LARGEST),
        **keys,
    )


def _phase(
    sessions: int | None, cadence: core.Cadence, alternatives: tuple[Any, ...], **keys: Any
) -> core.Phase:
    """A day list needs no count; an alternative has the phase's window and gap unless it says."""
    if sessions == _NOT_GIVEN and isinstance(cadence, core.DayList):
        sessions = len(cadence.days)
    full = tuple(
        core.Alternative(one["cadence"], one["window"] or keys["window"], one["gap"] or keys["gap"])
        for one in alternatives
    )
    return core.Phase(sessions=sessions, cadence=cadence, alternatives=full, **keys)


_DAYS = length(read_days, 0, LONGEST_GAP, "days")
_GAP_DAYS = length(read_days, 1, LONGEST_GAP, "days")
_WEEKS = length(read_weeks, 0, 52, "weeks")

_CADENCE_TEXT = Text(
    read_cadence,
    {
        "type": "string",
        "examples": [
            "2 per week",
            "2 per week, every other week",
            "every 4 weeks",
            "consecutive working days",
        ],
    },
)
_DAY_LIST = Record(
    core.DayList,
    {
        "days": Key(ListOf(whole(0, 3660)), "the days of the sessions, in order"),
        "first_day": Key(
            whole(0, 1), "1: day 1 is the first day, there is no day 0; 0: day 0 is the baseline"
        ),
    },
    _check_days,
)
_CADENCE = TextOr(_CADENCE_TEXT, _DAY_LIST)
_WINDOW = Record(
    core.Window,
    {
        "early": Key(_DAYS, "days a session may be earlier than its target, such as 1 day"),
        "late": Key(_DAYS, "days a session may be later than its target, such as 3 days"),
    },
)
_GAP = Record(
    core.Gap,
    {
        "min": Key(_GAP_DAYS, "fewest days between two sessions in a row, such as 2 days"),
        "max": Key(_GAP_DAYS, "most days between two sessions in a row, such as 7 days"),
    },
    _check_gap,
)
_ALTERNATIVE = Record(
    dict,
    {
        "cadence": Key(_CADENCE_TEXT, "another cadence a user may choose"),
        "window": Key(_WINDOW, "its window, if it differs", None),
        "gap": Key(_GAP, "its gap, if it differs", None),
    },
)
_REVIEW = Record(
    core.Review,
    {
        "name": Key(LINE, "what is decided"),
        "after_session": Key(
            whole(1, core.MAX_SESSIONS),
            "the session of the phase it follows; left out: the last",
            None,
        ),
    },
)
_SESSIONS = Text(
    read_sessions,
    {
        "oneOf": [
            {"type": "integer", "minimum": 1, "maximum": core.MAX_SESSIONS},
            {"const": "open-ended"},
        ]
    },
)
_RANGE = Text(read_session_range, {"type": "string", "pattern": "^[0-9]+ to [0-9]+$"})
_LISTED = Record(
    _named_session,
    {
        "name": Key(LINE, "the name of the session, such as screening"),
        "day": Key(
            whole(-3660, 3660),
            "its day; negative before the baseline; with `follows` the days after that session",
        ),
        "window": Key(_WINDOW, "its window, if it is not the phase's", None),
        "length": Key(MINUTES, "how long it takes, if not all steps, such as 30 min", None),
        "follows": Key(LINE, "the session it counts from as placed, instead of the baseline", ""),
    },
)
_PHASE_ENDS = {
    "missed": Key(
        one_of("keep", "append", "squeeze", "shift", "replan"),
        "what happens after a missed session; keep if left out",
        "",
    ),
    "lapse": Key(
        _GAP_DAYS, "the longest time without a session after which nobody need decide", None
    ),
    "pause": Key(_WEEKS, "the most weeks the rest of a course may be put off", 0),
    "after": Key(_GAP_DAYS, "time from the last target of the phase before", None),
}
_REVIEWS = Key(ListOf(_REVIEW), "decisions before going on", ())
_LISTED_PHASE = Record(
    _listed_phase,
    {
        "name": Key(LINE, "the name of the phase, such as treatment"),
        "first_day": Key(
            whole(0, 1), "1: day 1 is the baseline, there is no day 0; 0: day 0 is the baseline"
        ),
        "sessions": Key(ListOf(_LISTED), "the sessions, one by one, in the order of their days"),
        "window": Key(_WINDOW, "how far from its target a session may be placed", None),
        "gap": Key(_GAP, "fewest and most days between two sessions in a row", None),
        **_PHASE_ENDS,
        "reviews": _REVIEWS,
    },
    _check_listed,
)
_PHASE = Record(
    _phase,
    {
        "name": Key(LINE, "the name of the phase, such as induction"),
        "cadence": Key(_CADENCE, "how often, such as 2 per week"),
        "sessions": Key(_SESSIONS, "how many sessions, or open-ended", _NOT_GIVEN),
        "choice": Key(_RANGE, "how few and how many a user may choose, such as 4 to 6", None),
        "window": Key(_WINDOW, "how far from its target a session may be placed"),
        "gap": Key(_GAP, "fewest and most days between two sessions in a row"),
        **_PHASE_ENDS,
        "alternatives": Key(ListOf(_ALTERNATIVE), "cadences to choose with --cadence", ()),
        "reviews": _REVIEWS,
    },
    _check_phase,
)
PHASE = RecordBy(
    _PHASE,
    _LISTED_PHASE,
    lambda nodes: (
        isinstance(nodes.get("sessions"), yaml.SequenceNode)
        or ("first_day" in nodes and "cadence" not in nodes)
    ),
)
