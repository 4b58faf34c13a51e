"""What helps where a course cannot be adjusted, or a person moved a session that is against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ketasched.asking.refusals import breaks_rules
from ketasched.cli.advice import NoLegalPlacement
from ketasched.domain.choice import ChoiceRefused
from ketasched.domain.course import Course
from ketasched.domain.wording import count_text, moment_text
from ketasched.planning.advice import LONGEST_PAUSE
from ketasched.planning.refusals import no_placement
from ketasched.records.open import name_of
from ketasched.running import adjusting
from ketasched.shell import paste

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ketasched.errors import KetaschedError
    from ketasched.records.open import Opened
    from ketasched.running.adjusting import NewWishes
    from ketasched.running.kept_by_hand import KeptByHand
    from ketasched.running.legal_change import Conditions, Refusal


class Attempt(NamedTuple):
    """What was typed, of which course, by which conditions it stood ``before`` and is to stand."""

    command: Sequence[str]
    opened: Opened
    before: Conditions
    conditions: Conditions
    wishes: NewWishes


def refused(attempt: Attempt, refusal: Refusal) -> KetaschedError:
    """Why there is no such course, with what was run and helps."""
    if refusal.no_place is None:
        error = breaks_rules(refusal)
        error.hint = "move or cancel that session first, or ask for something else"
        return error
    place = refusal.no_place
    phase = attempt.opened.record.course.session(place.session).phase
    failure = no_placement(attempt.conditions.order, place, phase)
    advice = [*_longer_pause(attempt), *_without(attempt, place.session)]
    hint = "" if advice else "nothing that was tried helps: ask for less, or cancel sessions first"
    return NoLegalPlacement(failure, hint, advice)


def _longer_pause(attempt: Attempt) -> Iterator[tuple[str, str]]:
    order, course = attempt.conditions.order, attempt.opened.record.course
    longest = max(stretch.phase.pause for stretch in order.layout.stretches)
    for weeks in range(longest + 1, LONGEST_PAUSE + 1):
        conditions = attempt.conditions._replace(order=order.pausing(weeks))
        if isinstance(adjusting.adjusted(conditions, course, attempt.wishes), Course):
            text = f"take a pause of up to {count_text(weeks, 'week')}, if the clinician agrees"
            yield text, paste([*attempt.command, "--pause", str(weeks)])
            return


def _without(attempt: Attempt, number: int) -> Iterator[tuple[str, str]]:
    opened, conditions, before = attempt.opened, attempt.conditions, attempt.before
    course = opened.record.course
    try:
        gone = adjusting.without_session(conditions, course, number, before, attempt.wishes)
    except ChoiceRefused:  # nothing can be appended to it
        return
    if isinstance(gone, Course):
        text = f"call session {number} off and make it up, and adjust then"
        yield text, f"ketasched cancel {name_of(opened.path)} {number} --then append"


def remedy(opened: Opened, kept: KeptByHand) -> tuple[str, str]:
    """What to do about what stays only because a person put it there, and the command; both are
    empty where nothing helps.
    """
    name, handle = name_of(opened.path), kept.handle
    if kept.elsewhere:
        command = f'ketasched move {name} {handle} "{kept.elsewhere:%Y-%m-%d %H:%M}"'
        return "move it", command if kept.by_hand else f"{command} --override notice"
    if kept.can_go:
        then = " --then keep" if handle.isdecimal() else ""
        return "call it off", f"ketasched cancel {name} {handle}{then}"
    return "", ""


def stays_text(kept: KeptByHand, what: str, command: str) -> str:
    """That something stays, why it is against what holds now, and what to do about it."""
    why_kept = "was moved by hand and stays" if kept.by_hand else "keeps its time"
    text = f"{kept.subject} {why_kept}, {moment_text(kept.start)}"
    why = "; ".join(rule.text for rule in kept.broken)
    text += f": {why}" if why else ""
    return f"{text}; to {what}: {command}" if command else text
