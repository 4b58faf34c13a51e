"""The baseline of a phase that is laid out by day numbers: the session they count from."""

from __future__ import annotations

from ketasched.domain.cadence import Cadence, CountsFrom, Cycles, DayList, NamedDays, NamedSession
from ketasched.domain.protocol import Phase


def day_numbers(cadence: Cadence) -> DayList | NamedDays | None:
    """The cadence, if it lists days by number."""
    return cadence if isinstance(cadence, (DayList, NamedDays)) else None


def baseline_place(listed: DayList | NamedDays) -> int:
    """The place in the phase of the session that the day numbers count from; 0 if there is none."""
    if isinstance(listed, DayList):
        return 1
    on_first_day = (
        place
        for place, session in enumerate(listed.sessions, start=1)
        if _is_baseline(session, listed.first_day)
    )
    return next(on_first_day, 0)


def counting_text(phase: Phase) -> str:
    """What the windows of a phase count from, in words; empty if it has no day numbers."""
    if isinstance(phase.cadence, Cycles):
        return f"day 1 of each cycle, as {_how(phase.cadence.counts_from)}"
    listed = day_numbers(phase.cadence)
    place = baseline_place(listed) if listed else 0
    if not listed or not place:
        return ""
    name = listed.sessions[place - 1].name if isinstance(listed, NamedDays) else "its first session"
    return f"{name}, as {_how(listed.counts_from)}"


def _how(counts_from: CountsFrom) -> str:
    return "it took place" if counts_from == "actual" else "planned"


def _is_baseline(session: NamedSession, first_day: int) -> bool:
    return not session.follows and session.day == first_day
