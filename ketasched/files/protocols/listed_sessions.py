"""Phases whose sessions a protocol file lists one by one, each with its name and day."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ketasched.domain import cadence as pace
from ketasched.domain import protocol as core
from ketasched.domain.wording import count_text
from ketasched.errors import did_you_mean
from ketasched.files.protocols.apart import APART
from ketasched.files.protocols.arms import OF_ARMS
from ketasched.files.protocols.phase_parts import (
    COUNTS_FROM,
    GAP,
    PHASE_ENDS,
    REVIEWS,
    WINDOW,
)
from ketasched.files.protocols.session_steps import STEPS, check_steps
from ketasched.reading.fields import Key, ListOf, Reading, Record, whole
from ketasched.reading.texts import LINE, MINUTES

# The rules that look at several values


def _check_listed(phase: core.Phase, reading: Reading) -> None:
    """A phase that lists named sessions; where some are of some arms alone, each arm has its own
    order, and the protocol looks at that.
    """
    if not any(session.arms for session in phase.listed):
        _check_list(phase, reading)


def check_lists_of_arm(protocol: core.Protocol, reading: Reading) -> None:
    """Note what is wrong with the phases of an arm that list sessions, of which some are of some
    arms alone.
    """
    for phase in protocol.phases:
        if phase.listed:
            _check_list(phase, reading)


def _check_list(phase: core.Phase, reading: Reading) -> None:
    cadence = phase.cadence
    if not isinstance(cadence, pace.NamedDays):
        raise TypeError(cadence)
    names: set[str] = set()
    for session in cadence.sessions:
        _check_named(session, names, cadence, reading)
        if session.window is None and not reading.says(phase, "window"):
            message = "the session has no window, and the phase has none for it"
            reading.fault_in(session, "", message, "give the session or the phase a `window`")
        names.add(session.name)
    free = [session for session in cadence.sessions if not session.follows]
    if not any(_is_no_day(session, cadence) for session in free):
        _check_days_rise(phase, free, reading)
    for review in phase.reviews:
        if (review.after_session or 1) > len(cadence.sessions):
            message = f"the phase has only {count_text(len(cadence.sessions), 'session')}"
            reading.fault_in(review, "after_session", message)


def _check_days_rise(phase: core.Phase, free: list[pace.NamedSession], reading: Reading) -> None:
    """The sessions that do not follow another stand in order, and one of them on the baseline."""
    for earlier, later in pairwise(free):
        if later.day <= earlier.day:
            reading.fault_in(later, "day", f"day {later.day} does not come after {earlier.day}")
    first_day = getattr(phase.cadence, "first_day", 0)
    if not any(session.day == first_day for session in free):
        message = f"no session is on day {first_day}, the baseline"
        reading.fault_in(phase, "sessions", message, "--start dates the baseline")


def _is_no_day(session: pace.NamedSession, cadence: pace.NamedDays) -> bool:
    return not session.follows and session.day == 0 and cadence.first_day == 1


def _check_named(
    session: pace.NamedSession, before: set[str], cadence: pace.NamedDays, reading: Reading
) -> None:
    """A named session, beside the names of those before it."""
    if session.steps:
        check_steps(session, reading)
    if session.name.casefold() in map(str.casefold, before):
        reading.fault_in(session, "name", f"two sessions are called `{session.name}`")
    if session.follows and session.follows not in before:
        message = f"no session before this one is called `{session.follows}`"
        reading.fault_in(session, "follows", message, did_you_mean(session.follows, before))
    elif session.follows and session.apart:
        message = f"it counts from `{session.follows}` as placed, and so stays as far from it"
        reading.fault_in(session, "apart", message, "leave `apart` or `follows` out")
    elif session.follows and session.day < 1:
        reading.fault_in(session, "day", f"it follows `{session.follows}`: write 1 or more days")
    elif _is_no_day(session, cadence):
        message = "there is no day 0 where the first day is day 1"
        reading.fault_in(session, "day", message, "write first_day: 0, or another day")


# The parts, from the inside out


def _named_session(
    length: int | None, steps: tuple[core.Step, ...], **keys: Any
) -> pace.NamedSession:
    """With steps of its own it is as long as those."""
    minutes = core.minutes_of(steps) if steps else length
    return pace.NamedSession(minutes=minutes, steps=steps, **keys)


def _listed_phase(
    first_day: int,
    counts_from: pace.CountsFrom,
    sessions: tuple[pace.NamedSession, ...],
    window: pace.Window | None,
    gap: pace.Gap | None,
    **keys: Any,
) -> core.Phase:
    """Its sessions have its window unless they say; without a gap any later day is right."""
    return core.Phase(
        cadence=pace.NamedDays(sessions, first_day, counts_from),
        sessions=len(sessions),
        # Without one each session has its own; `_check_listed` refuses a session that has none.
        window=window or pace.Window(0, 0),
        gap=gap or pace.Gap(1, None),
        **keys,
    )


_LISTED = Record(
    _named_session,
    {
        "name": Key(LINE, "the name of the session, such as screening"),
        "day": Key(
            whole(-3660, 3660),
            "its day; negative before the baseline; with `follows` the days after that session",
        ),
        "window": Key(WINDOW, "its window, if it is not the phase's", None),
        "length": Key(MINUTES, "how long it takes, if not all steps, such as 30 min", None),
        "steps": Key(STEPS, "its own steps, if it has other ones than the protocol", ()),
        "follows": Key(LINE, "the session it counts from as placed, instead of the baseline", ""),
        "apart": APART,
        "arms": OF_ARMS,
    },
)
LISTED_PHASE = Record(
    _listed_phase,
    {
        "name": Key(LINE, "the name of the phase, such as treatment"),
        "first_day": Key(
            whole(0, 1), "1: day 1 is the baseline, there is no day 0; 0: day 0 is the baseline"
        ),
        "counts_from": COUNTS_FROM,
        "sessions": Key(ListOf(_LISTED), "the sessions, one by one, in the order of their days"),
        "window": Key(WINDOW, "how far from its target a session may be placed", None),
        "gap": Key(GAP, "fewest and most days between two sessions in a row", None),
        **PHASE_ENDS,
        "reviews": REVIEWS,
    },
    _check_listed,
)
