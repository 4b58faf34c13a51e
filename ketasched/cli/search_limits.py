"""How long the commands that plan many together search, and from where."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.asking.values import whole_number

LONGEST_SEARCH = 24 * 3600
LARGEST_SEED = 2**31 - 1


class SearchLimits(NamedTuple):
    """How long to search, in seconds, and from which seed."""

    seconds: int
    seed: int


def search_limits(seconds: str, seed: str) -> SearchLimits:
    """The limits as typed; a minute if nothing is.

    Raises:
        UsageProblem: one is no whole number.
    """
    return SearchLimits(
        whole_number("--seconds", seconds or "60", 1, LONGEST_SEARCH),
        whole_number("--seed", seed or "0", 0, LARGEST_SEED),
    )
