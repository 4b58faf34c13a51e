"""Values of options: each is read, or refused with a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeVar

from ketasched.domain.protocol import MAX_SESSIONS
from ketasched.domain.signs import STEERING, with_plain_ends
from ketasched.domain.wording import list_text
from ketasched.errors import UsageProblem, did_you_mean

LONGEST_TEXT = 10_000
Value = TypeVar("Value")
Word = TypeVar("Word", bound=str)


def read(option: str, reader: Callable[[str], Value], text: str) -> Value:
    """A value by one of the core's readers, whose complaint becomes the option's."""
    try:
        return reader(text)
    except ValueError as error:
        message, hint = (*error.args, "")[:2]
        raise UsageProblem(f"{option}: {message}", hint) from None


def choose(option: str, typed: str, offered: tuple[Word, ...]) -> Word:
    """The one of a few words that was typed.

    Raises:
        UsageProblem: it is none of them.
    """
    for word in offered:
        if word == typed:
            return word
    hint = did_you_mean(typed, offered)
    raise UsageProblem(f"{option}: unknown `{typed}`", hint or f"choose {', '.join(offered)}")


def refuse_our_files(option: str, path: str, ending: str = ".ics") -> None:
    """Refuse a file in the place of a record, or of what stands beside records.

    Raises:
        UsageProblem: so it would be.
    """
    if path.lower().endswith((".json", ".json.bak")):
        raise UsageProblem(
            f"{option} {path}: records have such names, and it would be lost",
            f"choose a name that ends in {ending}",
        )


NO_CALENDARS = (".html", ".htm", ".csv", ".txt", ".xlsx")
"""How files end that other programs open as something else than a calendar."""


def refuse_no_calendar(path: str) -> None:
    """Refuse a name for a calendar under which nobody would look for one, such as a page's.

    Raises:
        UsageProblem: so it is.
    """
    if path.lower().endswith(NO_CALENDARS):
        ending = path[path.rindex(".") :]
        message = f"--ics {path}: it is a calendar, and no file that ends in {ending}"
        raise UsageProblem(message, "choose a name that ends in .ics")


ALIKE = 0.82
"""How alike two texts are, from 0 to 1, of which one is a slip of the keyboard for the other."""


def reason_of(text: str, known: Sequence[str]) -> str:
    """Why something was changed: one of the reasons that a clinic ``known`` to list some counts, or
    other words.

    Raises:
        UsageProblem: it cannot be read, or looks like a listed one that was mistyped.
    """
    reason = clean_text("--reason", text)
    listed = {word.casefold(): word for word in known}
    folded = " ".join(reason.casefold().split())
    if folded in listed or not folded:
        return listed.get(folded, reason)
    alike = [word for word in listed if len(word.split()) == len(folded.split())]
    near = get_close_matches(folded, alike, n=1, cutoff=ALIKE)
    if near:
        raise UsageProblem(
            f"--reason `{reason}` is not one of the clinic's reasons: {list_text(known)}",
            f"did you mean `{listed[near[0]]}`? other words are kept as they are",
        )
    return reason


def clean_text(option: str, text: str) -> str:
    """A text for people: line ends as one sign, no control characters, nothing undecodable."""
    text = with_plain_ends(text)
    if text and not text.strip():
        raise UsageProblem(f"{option} is empty", "write something, or leave it out")
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise UsageProblem(f"{option} is longer than {LONGEST_TEXT} characters", "shorten it")
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs":
            raise UsageProblem(
                f"{option}: the text is not valid in this terminal's encoding", "use UTF-8"
            )
        if (category == "Cc" or STEERING.match(character)) and character not in "\n\t":
            raise UsageProblem(
                f"{option}: the text has a control character, U+{ord(character):04X}",
                "leave it out",
            )
    return text


def one_line(text: str) -> str:
    """A text on one line: what names somebody stands in tables, and in calendars of one line."""
    return re.sub(r"[\n\t]+", " ", text)


def read_number(option: str, text: str, least: int) -> int:
    """A whole number of sessions, at least ``least``."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.removeprefix("-").isdigit() and len(stripped) < 1000):
        raise UsageProblem(f"{option}: `{text}` is not a whole number")
    if not least <= int(stripped) <= MAX_SESSIONS:
        raise UsageProblem(f"{option}: {stripped} is outside {least} to {MAX_SESSIONS}")
    return int(stripped)


def by_phase(
    option: str, texts: Sequence[str], reader: Callable[[str], Value], *, needs_phase: bool
) -> Mapping[str, Value]:
    """Values written as ``PHASE=VALUE``; without a phase the name is empty."""
    values: dict[str, Value] = {}
    for text in texts:
        phase, equals, value = text.rpartition("=")
        if needs_phase and not equals:
            raise UsageProblem(
                f"{option}: `{text}` names no phase", f"write {option} 'PHASE={text}'"
            )
        if phase.strip() in values:
            raise UsageProblem(f"{option} is given twice for the same phase")
        values[phase.strip()] = reader(value)
    return values


def columns_named(
    texts: Sequence[str], example: str, keys: Mapping[str, str], key_of: Callable[[str], str]
) -> dict[str, str]:
    """The headers of columns by their ``keys``, as --column names them: ``KEY=HEADER``.

    Raises:
        UsageProblem: one is not written so, has no such key, or names one again.
    """
    columns: dict[str, str] = {}
    for text in texts:
        word, equals, header = text.partition("=")
        if not (equals and header.strip()):
            raise UsageProblem(f"--column: `{text}` is not KEY=HEADER", f"write, say, {example}")
        key = key_of(word.strip())
        if not key:
            hint = did_you_mean(word.strip(), keys) or f"there are: {', '.join(keys)}"
            raise UsageProblem(f"--column: unknown column `{word.strip()}`", hint)
        if key in columns:
            raise UsageProblem(f"--column {key} is given twice")
        columns[key] = header
    return columns


def whole_number(option: str, text: str, least: int, most: int) -> int:
    """A whole number as typed.

    Raises:
        UsageProblem: it is none, or is too small or too large.
    """
    word = text.strip()
    if not (word.isascii() and word.isdigit() and len(word) < 12 and least <= int(word) <= most):
        raise UsageProblem(f"{option}: `{text}` is no whole number from {least} to {most}")
    return int(word)
