"""Changes that were run and work, as sentences and as commands to paste."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ketasched.asking.refusals import failure_hint, failure_text
from ketasched.cli.to_paste import plan_command
from ketasched.domain.wording import (
    WEEKDAYS,
    clock_text,
    count_text,
    day_text,
    duration_text,
    list_text,
)
from ketasched.errors import KetaschedError
from ketasched.planning.advice import FAR, FLEXES, Change, advise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ketasched.asking.request import Request
    from ketasched.planning.plan_input import Order
    from ketasched.planning.refusals import Failure


class NoLegalPlacement(KetaschedError):
    """No placement satisfies the rules; ``failure`` says which session and why.

    ``advice``: changes that were run and work, each with the command that makes it.
    """

    code = "no-placement"
    exit_code = 3

    def __init__(self, failure: Failure, hint: str, advice: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(failure_text(failure), hint)
        self.failure = failure
        self.advice = tuple(advice)


def advice_for(
    request: Request, order: Order, failure: Failure
) -> tuple[str, list[tuple[str, str]]]:
    """A hint for a failed order, and up to three changes, each with its command."""
    changes = advise(order, failure)
    advice = []
    for change in changes:
        text, changed = _changed(request, change)
        advice.append((text, plan_command(changed)))
    starts = [day_text(change.start) for change in changes if change.start]
    known_hint = failure_hint(failure)
    if known_hint:
        hint = known_hint
    elif starts:
        words = "start that works is" if len(starts) == 1 else "starts that work are"
        hint = f"the nearest {words} {list_text(starts)}"
    elif changes:
        hint = f"no other start within {FAR} days works; what does: {advice[0][0]}"
    else:
        hint = (
            f"nothing that was tried works: starts up to {FAR} days away, other weekdays, start "
            f"times up to {duration_text(FLEXES[-1])} away, longer pauses, wider windows"
        )
    return hint, advice


def _changed(request: Request, change: Change) -> tuple[str, Request]:
    """A change in words, and the request with it."""
    if change.start:
        text = f"start on {day_text(change.start)}"
        return text, replace(request, start=change.start.isoformat())
    if change.days:
        names = [WEEKDAYS[day] for day in change.days]
        return f"come on {list_text(names)}", replace(request, days=",".join(names).lower())
    if change.flex:
        text = f"let sessions start up to {duration_text(change.flex)} earlier or later"
        flex = f"{change.flex}m" if change.flex % 60 else f"{change.flex // 60}h"
        return text, replace(request, flex=flex)
    if change.at:
        at = clock_text(change.at)
        return f"start sessions at {at}", replace(request, at=at)
    if change.pause:
        weeks = count_text(change.pause, "week")
        text = f"take a pause of up to {weeks}, if the clinician agrees"
        return text, replace(request, pause=str(change.pause))
    if change.window is None:
        raise TypeError(change)
    phase, window = change.window
    early, late = count_text(window.early, "day"), count_text(window.late, "day")
    text = f"widen the window of {phase} to {early} early and {late} late, if the clinician agrees"
    others = [
        typed
        for typed in request.window
        if typed.rpartition("=")[0].strip().casefold() != phase.casefold()
    ]
    return text, replace(request, window=(*others, f"{phase}={window.early}/{window.late}"))
