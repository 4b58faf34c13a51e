"""Instructions with the times they have for a session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ketasched.domain.protocol import Instruction
from ketasched.domain.wording import clock_text, day_text


def lead(instructions: Iterable[Instruction]) -> int:
    """How many minutes before a session instructions first ask something of the patient, such as
    not to eat.
    """
    whens = (instruction.when for instruction in instructions)
    return max([0, *(-when.minutes for when in whens if when and when.minutes)])


def timed_text(instruction: Instruction, start: datetime, end: datetime) -> str:
    """An instruction for one session: ``No food after 03:30``, counted in hours that pass."""
    text = instruction.text
    when = instruction.when
    if when is not None and when.minutes is None:
        text += f" until {day_text(end.date() + timedelta(days=1))}"
    elif when is not None and when.minutes is not None:
        edge = start if when.minutes < 0 else end
        moment = (edge.astimezone(UTC) + timedelta(minutes=when.minutes)).astimezone(start.tzinfo)
        text += f" {'after' if when.edge == 'from' else 'until'} {clock_text(moment.timetz())}"
        if moment.date() != start.date():
            text += f" on {day_text(moment.date())}"
    return _sentence(text, instruction.note)


def general_text(instruction: Instruction) -> str:
    """An instruction for every session: ``No food for 6 h before``."""
    timed = f"{instruction.text} {instruction.when}" if instruction.when else instruction.text
    return _sentence(timed, instruction.note)


def _sentence(text: str, note: str) -> str:
    return text[0].upper() + text[1:] + (f", {note}" if note else "")
