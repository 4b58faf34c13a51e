"""How long the commands that plan many together search, and from where."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.asking.values import whole_number
from ketasched.errors import KetaschedError

LONGEST_SEARCH = 24 * 3600
LARGEST_SEED = 2**31 - 1


class SearchLimits(NamedTuple):
    """How long to search, in seconds, and from which seed."""

    seconds: int
    seed: int


class Stopped(KetaschedError):
    """Somebody ended the search."""

    code = "interrupted"
    exit_code = 130


def search_limits(seconds: str, seed: str) -> SearchLimits:
    """The limits as typed; a minute if nothing is.

    Raises:
        UsageProblem: one is no whole number.
    """
    return SearchLimits(
        whole_number("--seconds", seconds or "60", 1, LONGEST_SEARCH),
        whole_number("--seed", seed or "0", 0, LARGEST_SEED),
    )


def search_notes(seconds: str, seed: str, *, joint: bool, was_cut: bool) -> list[str]:
    """What is told of a search: that there was none, and so of the limits as typed that they change
    nothing; or that the clock cut it.
    """
    if was_cut:
        return ["note: the time was up: with more --seconds another plan may be found"]
    if joint:
        return []
    from ketasched.house.solver import EXTRA

    notes = [f"note: planned one by one; to plan all together: pip install '{EXTRA}'"]
    limits = (("--seconds", seconds), ("--seed", seed))
    return notes + [
        f"note: {name} changes nothing where all are planned one by one"
        for name, value in limits
        if value
    ]
