"""A holiday of some parts of a country."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class PartHoliday(NamedTuple):
    """A holiday that only parts of a country have, by their codes."""

    day: date
    name: str
    parts: tuple[str, ...]
