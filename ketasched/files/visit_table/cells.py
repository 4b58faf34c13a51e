"""What the other cells of a visit table say: names, versions, arms, and lengths in minutes."""

from __future__ import annotations

import re

from ketasched.domain.typed_times import read_minutes
from ketasched.reading.texts import make_id, one_line

LONGEST_VERSION = 100
LONGEST_VISIT = 24 * 60
_SEVERAL_ARMS = {"all", "any", "both", "each", "every", "*", "alle", "beide", "tous", "todos"}


def read_name(text: str) -> str:
    """Read a visit's name.

    Raises:
        ValueError: there is none, or it cannot be printed on one line.
    """
    if not text:
        raise ValueError("the visit has no name")
    return one_line(text)


def read_version(text: str) -> str:
    """Read the version of a trial's protocol.

    Raises:
        ValueError: there is none, or it makes no id.
    """
    if not text:
        raise ValueError("the visit has no version: write it in every line")
    if len(text) > LONGEST_VERSION or not make_id(text):
        raise ValueError(f"write a version of at most {LONGEST_VERSION} characters, such as 2.0")
    return one_line(text)


def read_arm(text: str) -> str:
    """Read the name or number of one arm.

    Raises:
        ValueError: there is none, there are several, or it makes no id.
    """
    if not text:
        raise ValueError("the visit has no arm: write it in every line")
    if text.casefold() in _SEVERAL_ARMS or re.search(r"[,;/&+]|\band\b", text.casefold()):
        raise ValueError(f"`{text[:40]}` is several arms: write a line for each arm")
    if len(text) > LONGEST_VERSION or not make_id(text):
        raise ValueError(f"write an arm of at most {LONGEST_VERSION} characters, such as 1")
    return one_line(text)


def read_length(text: str, unit: str = "") -> int:
    """Read minutes; nothing is 0. ``unit`` is that of a bare number, ``hour`` or minutes.

    Raises:
        ValueError: it is not a length of time, or none that a visit has.
    """
    if re.fullmatch("[0-9]{1,5}", text):
        minutes = int(text) * (60 if unit == "hour" else 1)
    else:
        minutes = read_minutes(text or "0 min")
    if text and not 1 <= minutes <= LONGEST_VISIT:
        raise ValueError(f"`{text[:40]}` is outside 1 to {LONGEST_VISIT} min")
    return minutes
