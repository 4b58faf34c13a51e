"""Questions to a person at a terminal: asked on standard error, answered on standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ketasched.cli import output
from ketasched.errors import UsageProblem


def can_ask() -> bool:
    """Whether a person can be asked: questions are seen, and answers typed."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def ask(question: str, read: Callable[[str], object], usual: str = "") -> str:
    """Ask until ``read`` takes the answer; an empty one is the ``usual`` one.

    Raises:
        KeyboardInterrupt: the person ends it.
    """
    while True:
        shown = f" [{usual}]" if usual else ""
        output.tell_part(f"{question}{shown}: ")
        line = sys.stdin.readline()
        if not line:
            output.tell("")
            raise KeyboardInterrupt
        answer = line.strip() or usual
        try:
            read(answer)
        except (ValueError, UsageProblem) as error:
            output.tell("; ".join(str(part) for part in _parts(error) if part))
        else:
            return answer


def _parts(error: ValueError | UsageProblem) -> tuple[object, ...]:
    return (error.message, error.hint) if isinstance(error, UsageProblem) else error.args
