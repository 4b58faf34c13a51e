"""Whether what goes to a stream is in color: as ``--color`` says, else as the world does."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Literal, TextIO

from ketasched.errors import UsageProblem

Color = Literal["auto", "always", "never"]
OPTION = "--color"
WORDS: tuple[Color, ...] = ("auto", "always", "never")
_chosen: ContextVar[Color] = ContextVar("color", default="auto")


def take_color(arguments: Sequence[str]) -> list[str]:
    """What was typed but for ``--color``, which may stand anywhere and holds from now on.

    Raises:
        UsageProblem: it is none of the words, or there twice.
    """
    _chosen.set("auto")
    end = arguments.index("--") if "--" in arguments else len(arguments)
    rest: list[str] = []
    typed: list[str] = []
    words = iter(arguments[:end])
    for word in words:
        if word == OPTION:
            typed.append(next(words, ""))
        elif word.startswith(f"{OPTION}="):
            typed.append(word.partition("=")[2])
        else:
            rest.append(word)
    if len(typed) > 1:
        raise UsageProblem(f"{OPTION} is given twice", "keep one of them")
    if typed:
        from ketasched.asking.values import choose

        _chosen.set(choose(OPTION, typed[0], WORDS))
    return [*rest, *arguments[end:]]


def wants_color(stream: TextIO | None) -> bool:
    """Whether to color what goes to a stream: --color, NO_COLOR, FORCE_COLOR, TERM=dumb, a terminal
    that takes it; the first of these that says something.
    """
    takes = _takes_color(stream)
    if _chosen.get() != "auto":
        return _chosen.get() == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return takes and os.environ.get("TERM") != "dumb"


def _takes_color(stream: TextIO | None) -> bool:
    if stream is None or not stream.isatty():
        return False
    return sys.platform != "win32" or console_takes_color(stream)


def console_takes_color(stream: TextIO) -> bool:
    """Whether the console of Windows behind a stream takes colors, once it is told to."""
    if sys.platform != "win32":
        return False
    import ctypes

    console = ctypes.windll.kernel32
    handle = console.GetStdHandle(-12 if stream is sys.stderr else -11)
    mode = ctypes.c_ulong()
    if not console.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    return bool(mode.value & 4 or console.SetConsoleMode(handle, mode.value | 4))
