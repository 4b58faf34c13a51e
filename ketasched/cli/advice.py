"""Changes that were run and work, as sentences and as commands to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.asking.refusals import failure_hint
from ketasched.asking.request import plan_command
from ketasched.domain.wording import (
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    duration_text,
    list_text,
)
from ketasched.planning.advice import FAR, FLEXES, Change, advise

if TYPE_CHECKING:
    from ketasched.asking.request import Request
    from ketasched.planning.plan_input import Order
    from ketasched.planning.refusals import Failure


def advice_for(
    request: Request, order: Order, failure: Failure
) -> tuple[str, list[tuple[str, str]]]:
    """A hint for a failed order, and up to three changes, each with its command."""
    changes = advise(order, failure)
    advice = []
    for change in changes:
        text, option, value = _phrased(change)
        values: str | list[str] = value
        if change.window:
            name = change.window[0].casefold()
            typed = [(one.rpartition("=")[0].strip().casefold(), one) for one in request.window]
            values = [*(one for phase, one in typed if phase != name), value]
        advice.append((text, plan_command(request, {option: values})))
    starts = [day_text(change.start) for change in changes if change.start]
    told = failure_hint(failure)
    if told:
        hint = told
    elif starts:
        words = "start that works is" if len(starts) == 1 else "starts that work are"
        hint = f"the nearest {words} {list_text(starts)}"
    elif changes:
        hint = f"no other start within {FAR} days works; what does: {advice[0][0]}"
    else:
        hint = (
            f"nothing that was tried works: starts up to {FAR} days away, other weekdays, start "
            f"times up to {duration_text(FLEXES[-1])} away, wider windows"
        )
    return hint, advice


def _phrased(change: Change) -> tuple[str, str, str]:
    """A change in words, and the option with its value."""
    if change.start:
        return f"start on {day_text(change.start)}", "--start", change.start.isoformat()
    if change.days:
        names = [WEEKDAYS[day] for day in change.days]
        return f"come on {list_text(names)}", "--days", ",".join(names).lower()
    if change.flex:
        length = duration_text(change.flex)
        value = f"{change.flex}m" if change.flex % 60 else f"{change.flex // 60}h"
        return f"let sessions start up to {length} earlier or later", "--flex", value
    if change.at:
        at = clock_text(change.at)
        return f"start sessions at {at}", "--at", at
    if change.window is None:
        raise TypeError(change)
    name, window = change.window
    early, late = count_text(window.early, "day"), count_text(window.late, "day")
    text = f"widen the window of {name} to {early} early and {late} late, if the clinician agrees"
    return text, "--window", f"{name}={window.early}/{window.late}"
