"""Lengths of time as ISO 8601 writes them, such as P2W or PT4H."""

from __future__ import annotations

import re
from fractions import Fraction

DAY = 24 * 60
"""Minutes."""
_NUMBER = r"([0-9]{1,6}(?:[.,][0-9]{1,6})?)"
_LENGTH = re.compile(
    rf"(?P<sign>[+-]?)P(?=.)(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_MINUTES = (*map(Fraction, (7 * DAY, DAY, 60, 1)), Fraction(1, 60))


class NoFixedLength(ValueError):
    """Months and years, which differ in length."""


def read_length(text: str) -> int:
    """Whole minutes; what is left of one does not count. A minus sign makes them negative.

    Raises:
        NoFixedLength: it counts months or years.
        ValueError: it is not a length of time.
    """
    match = _LENGTH.fullmatch(text.strip().upper())
    if not match:
        raise ValueError(f"`{text[:40]}` is no length of time, such as P2W, P3D or PT4H")
    years, months, *others = (
        Fraction((number or "0").replace(",", ".")) for number in match.groups()[1:]
    )
    if years or months:
        raise NoFixedLength(f"`{text[:40]}` counts months or years, which differ in length")
    minutes = sum(number * unit for number, unit in zip(others, _MINUTES, strict=True))
    return int(minutes) * (-1 if match["sign"] == "-" else 1)
