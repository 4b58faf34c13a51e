"""What of a study stands in its protocol, and the list of what does not or not as it was said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Ledger:
    """An account of a study, so that nothing in it is left out silently. Its parts are known by
    their ids; the window of a timing by that of the timing and `WINDOW`.
    """

    def __init__(self) -> None:
        self.said: set[str] = set()
        self.listed: set[str] = set()
        self.notes: list[str] = []

    def say(self, ids: Iterable[str]) -> None:
        """Enter what the protocol says."""
        self.said.update(ids)

    def note(self, sentence: str, *ids: str) -> None:
        """Enter into the list what the protocol does not say, or not as the study does."""
        self.listed.update(ids)
        if sentence not in self.notes:
            self.notes.append(sentence)

    def knows(self, name: str) -> bool:
        """Whether something stands in the protocol or in the list."""
        return name in self.said or name in self.listed


WINDOW = " window"


class Named(Protocol):
    """What has a name for people, and an id within its file."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def name(self) -> str:
        """The name."""


def called(named: Named) -> str:
    """What a sentence calls something: its name, and the id by which the file has it."""
    return named.name if named.name == named.id else f"{named.name} ({named.id})"
