"""How far long work is, on standard error, for a person who waits; gone when it is done."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

from ketasched.cli.color import wants_color
from ketasched.domain.signs import printable
from ketasched.progress import Say, Tell

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

PATIENCE = 1.0
"""Seconds that work takes before anything is shown of it."""
_counts: ContextVar[bool] = ContextVar("counts", default=False)


@contextlib.contextmanager
def counting(verb: str, what: str) -> Iterator[Tell]:
    """While the body works through something, show how far it is; only on a terminal, and only
    once it has taken a second. What the body works through meanwhile shows nothing of its own.
    """
    begun = time.monotonic()
    if _counts.get() or not _is_watched():
        yield lambda _done, _total: None
        return
    bars: list[Progress] = []

    def tell(done: int, total: int) -> None:
        if not bars and time.monotonic() - begun > PATIENCE:
            bars.append(_bar(verb, what, total))
        for bar in bars:
            bar.update(bar.task_ids[0], completed=done, total=total)

    before = _counts.set(True)
    try:
        yield tell
    finally:
        _counts.reset(before)
        for bar in bars:
            bar.stop()


def _bar(verb: str, what: str, total: int) -> Progress:
    """A bar that is shown from now on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(verb), TextColumn("{task.description}", markup=False))
    bar = Progress(*columns, BarColumn(), MofNCompleteColumn(), console=_console(), transient=True)
    bar.add_task(printable(what), total=total)
    bar.start()
    return bar


@contextlib.contextmanager
def searching(verb: str) -> Iterator[Say]:
    """While the body searches, show what it has found so far; only on a terminal."""
    if not _is_watched():
        yield lambda _words: None
        return
    from rich.text import Text

    with _console().status(Text(verb)) as line:
        yield lambda words: line.update(Text(f"{verb}: {printable(words)}"))


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True, no_color=not wants_color(sys.stderr))


def _is_watched() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
