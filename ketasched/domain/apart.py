"""How far a session stays from an earlier one that need not be its neighbour."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.domain.wording import count_text


class Apart(NamedTuple):
    """The fewest and most days between the dates of an earlier session and a later one; without a
    most, any more will do. ``origin``: the number of the earlier one, or its name.
    """

    origin: int | str
    min: int
    max: int | None

    def holds(self, days: int) -> bool:
        """Whether the two may be so many days apart."""
        return not self.fault(days)

    def fault(self, days: int) -> str:
        """What so many days are not; empty if they are."""
        if days < self.min:
            return f"at least {count_text(self.min, 'day')}"
        if self.max is not None and days > self.max:
            return f"at most {count_text(self.max, 'day')}"
        return ""

    def wider(self, weeks: int) -> Apart:
        """With so many weeks of pause in between: they widen the most and excuse no least."""
        return self if self.max is None else self._replace(max=self.max + 7 * weeks)

    def __str__(self) -> str:
        least = f"at least {count_text(self.min, 'day')}"
        most = f"at most {count_text(self.max, 'day')}" if self.max else ""
        span = " and ".join(filter(None, (least if self.min > 1 or not most else "", most)))
        return f"{span} after {session_text(self.origin)}"


def session_text(origin: int | str) -> str:
    """A session, by its number or its name."""
    return f"session {origin}" if isinstance(origin, int) else origin
