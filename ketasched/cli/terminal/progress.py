"""A progress bar on standard error, for a person who waits."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from ketasched.cli.output import printable

Tell = Callable[[int, int], None]


@contextlib.contextmanager
def reading(path: str) -> Iterator[Tell]:
    """While the body reads a file, show how much of it is done; only on a terminal.

    The body is given a function of how much is done, and of how much.
    """
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("reading"), TextColumn("{task.description}", markup=False))
    with Progress(
        *columns, BarColumn(), TaskProgressColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(printable(path), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
