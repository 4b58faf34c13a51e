"""What a proof finds: a rule that does not hold, of which record, and where in it."""

from __future__ import annotations

from typing import Literal, NamedTuple

Rule = Literal[
    "window", "gap", "apart", "distance", "order", "closed", "holiday", "hours", "not-starting",
    "can", "away", "busy", "clock", "notice", "taken", "full", "seat", "calendar", "page", "feed",
    "sequence", "uid", "record",
]  # fmt: skip
"""The names of the rules that are proved; those of what refuses a session are the same names."""
Handle = int | str | None
"""The number of a session, or what commands call a linked visit; None: the record as a whole."""


class Fault(NamedTuple):
    """A rule that does not hold: of which record (as it is called on a command line), of which
    entry of it, and how.
    """

    record: str
    session: Handle
    rule: Rule
    text: str

    def __str__(self) -> str:
        entry = f"session {self.session}" if isinstance(self.session, int) else self.session
        return f"{', '.join(filter(None, (self.record, entry, self.rule)))}: {self.text}"


class Against(NamedTuple):
    """A rule that does not hold of an entry, and how; whose entry it is, is known where it is
    asked.
    """

    rule: Rule
    text: str
