"""Instructions with the times they have for a session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from ketasched.domain.protocol import Instruction, When
from ketasched.languages.language import ENGLISH, Language

Frame = Literal[
    "",
    "after {moment}",
    "until {moment}",
    "until {day}",
    "for {duration} before",
    "for {duration} after",
    "until {duration} before",
    "until the next day",
]
"""How an instruction says when it holds: the end of its English sentence."""


def lead(instructions: Iterable[Instruction]) -> int:
    """How many minutes before a session instructions first ask something of the patient, such as
    not to eat.
    """
    whens = (instruction.when for instruction in instructions)
    return max([0, *(-when.minutes for when in whens if when and when.minutes)])


def timed_text(
    instruction: Instruction,
    start: datetime,
    end: datetime,
    language: Language = ENGLISH,
    *,
    year: bool = True,
) -> str:
    """An instruction for one session: ``No food after 03:30``, counted in hours that pass. A day
    has its ``year`` in English unless it is said elsewhere.
    """
    when = instruction.when
    frame = timed_frame(when)
    if when is None:
        return _worded(instruction, frame, language)
    if when.minutes is None:
        next_day = language.day_in_a_sentence(end.date() + timedelta(days=1), year=year)
        return _worded(instruction, frame, language, day=next_day)
    edge = start if when.minutes < 0 else end
    at = (edge.astimezone(UTC) + timedelta(minutes=when.minutes)).astimezone(start.tzinfo)
    moment = language.clock_in_a_sentence(at.timetz())
    if at.date() != start.date():
        day = language.day_in_a_sentence(at.date(), year=year)
        moment = language.text("{moment} on {day}", moment=moment, day=day)
    return _worded(instruction, frame, language, moment=moment)


def general_text(instruction: Instruction, language: Language = ENGLISH) -> str:
    """An instruction for every session: ``No food for 6 h before``."""
    when = instruction.when
    length = language.duration(abs(when.minutes)) if when and when.minutes is not None else ""
    return _worded(instruction, general_frame(when), language, duration=length)


def timed_frame(when: When | None) -> Frame:
    """How an instruction says when it holds for one session."""
    if when is None:
        return ""
    if when.minutes is None:
        return "until {day}"
    return "after {moment}" if when.edge == "from" else "until {moment}"


def general_frame(when: When | None) -> Frame:
    """How an instruction says when it holds for every session."""
    if when is None:
        return ""
    if when.minutes is None:
        return "until the next day"
    if when.minutes > 0:
        return "for {duration} after"
    return "for {duration} before" if when.edge == "from" else "until {duration} before"


def message_of(instruction: Instruction, frame: Frame) -> str:
    """The English of a whole instruction, by which catalogues have those of built-in protocols."""
    timed = f"{_capital(instruction.text)} {frame}" if frame else _capital(instruction.text)
    return f"{timed}, {instruction.note}" if instruction.note else timed


def _worded(instruction: Instruction, frame: Frame, language: Language, **values: str) -> str:
    """The whole sentence if the catalogue has it, else the clinic's own words in its frame."""
    message = message_of(instruction, frame)
    own_braces = "{" in f"{instruction.text}{instruction.note}"
    if language.knows(message) and not own_braces:
        return language.text(message, **values)
    text = _capital(instruction.text)
    if frame:
        text = language.text(f"{{what}} {frame}", what=text, **values)
    return f"{text}, {instruction.note}" if instruction.note else text


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
