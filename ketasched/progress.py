"""How far long work has come, for whoever shows it; nobody does until `shown_by` is called."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

Tell = Callable[[int, int], None]
"""Is told how much is done, and of how much."""
Item = TypeVar("Item")
Show = Callable[[str, str], AbstractContextManager[Tell]]
Say = Callable[[str], None]
"""Is told in words how far it is."""


@contextlib.contextmanager
def _unseen(_verb: str, _what: str) -> Iterator[Tell]:
    yield lambda _done, _total: None


_show: list[Show] = [_unseen]


def shown_by(show: Show) -> None:
    """Have long work shown from now on: ``show`` is given a verb and what it works on."""
    _show[0] = show


def counting(verb: str, what: str) -> AbstractContextManager[Tell]:
    """While the body works through something, show how far it is."""
    return _show[0](verb, what)


@contextlib.contextmanager
def through(verb: str, what: str, items: Sequence[Item]) -> Iterator[Iterator[Item]]:
    """The same items, to be worked through in the body while it is shown how far that is."""
    with counting(verb, what) as tell:
        yield _counted(items, tell)


def _counted(items: Sequence[Item], tell: Tell) -> Iterator[Item]:
    for done, item in enumerate(items):
        tell(done, len(items))
        yield item


@contextlib.contextmanager
def _unsaid(_verb: str) -> Iterator[Say]:
    yield lambda _words: None


_watch: list[Callable[[str], AbstractContextManager[Say]]] = [_unsaid]


def said_by(watch: Callable[[str], AbstractContextManager[Say]]) -> None:
    """Have it said from now on how far a search is."""
    _watch[0] = watch


def searching(verb: str) -> AbstractContextManager[Say]:
    """While the body searches, say what it has found so far."""
    return _watch[0](verb)
