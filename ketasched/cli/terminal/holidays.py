"""Whose public holidays are kept, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketasched.domain.wording import list_text

if TYPE_CHECKING:
    from ketasched.public_holidays import HolidayCalendar

NONE_CONSIDERED = "no holidays considered"


def holidays_text(calendar: HolidayCalendar | None) -> str:
    """The place, whether observed days are free too, and what it is open on all the same."""
    if calendar is None:
        return NONE_CONSIDERED
    observed = "with" if calendar.observed else "without"
    kept = f"; open on {list_text(list(calendar.kept_open))}" if calendar.kept_open else ""
    return f"{calendar}, {observed} observed days{kept}"
