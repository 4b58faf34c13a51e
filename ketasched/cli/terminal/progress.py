"""A progress bar on standard error, for a person who waits."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator

from ketasched.domain.signs import printable
from ketasched.progress import Say, Tell


@contextlib.contextmanager
def counting(verb: str, what: str) -> Iterator[Tell]:
    """While the body works through something, show how far it is; only on a terminal, and only
    once it has taken a second.
    """
    begun = time.monotonic()
    if not _is_watched():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(verb), TextColumn("{task.description}", markup=False))
    bar = Progress(
        *columns, BarColumn(), MofNCompleteColumn(), console=Console(stderr=True), transient=True
    )
    task = bar.add_task(printable(what), total=None)

    def tell(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if time.monotonic() - begun > 1 and not bar.live.is_started:
            bar.start()

    try:
        yield tell
    finally:
        bar.stop()


@contextlib.contextmanager
def searching(verb: str) -> Iterator[Say]:
    """While the body searches, show what it has found so far; only on a terminal."""
    if not _is_watched():
        yield lambda _words: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(verb)) as line:
        yield lambda words: line.update(Text(f"{verb}: {printable(words)}"))


def _is_watched() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
