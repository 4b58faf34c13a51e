"""Parts of a protocol as people write them: cadences, counts, times around a session."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

from ketasched.domain.cadence import EveryMonths, EveryWeeks, Months, PerWeek, WorkingDays
from ketasched.domain.linked_visit_rule import Anchor, Side, Which
from ketasched.domain.protocol import MAX_MONTHS, MAX_SESSIONS, MAX_WEEKS, SessionRange, When
from ketasched.domain.typed_times import read_days, read_duration, read_minutes

LONGEST_REMINDER = timedelta(weeks=4)

_ANCHORED: dict[str, Which] = {
    "first session": "first", "last session": "last", "each session": "each",
}  # fmt: skip
_TIMES_A_WEEK = {"once": 1, "twice": 2, "three times": 3}
_PER_WEEK = re.compile(
    r"(?:(?P<number>[0-9]{1,9})(?: times)?|(?P<word>once|twice|three times))"
    r" (?:per week|a week|weekly)"
    r"(?:,? (?:(?P<other>every other week)|every (?P<every>[0-9]{1,9}) weeks?))?"
)
_EVERY = re.compile(
    r"every (?:(?P<number>[0-9]{1,9}) (?P<units>week|month)s?"
    r"|(?P<other>other )?(?P<unit>week|month))"
)
_MONTHS = re.compile(r"(?P<number>[0-9]{1,9})\s*months?", re.IGNORECASE)


def read_cadence(text: str) -> PerWeek | EveryWeeks | EveryMonths | WorkingDays:
    """Read ``2 per week``, ``2 per week, every other week``, ``every 4 weeks``, ``weekly``,
    ``every 3 months``, ``monthly`` or ``consecutive working days``.

    Raises:
        ValueError: not a cadence, or one nobody could keep.
    """
    words = " ".join(text.casefold().split())
    if words == "consecutive working days":
        return WorkingDays()
    if words == "weekly":
        words = "1 per week"
    if match := _PER_WEEK.fullmatch(words):
        sessions = int(match["number"] or _TIMES_A_WEEK[match["word"]])
        every = 2 if match["other"] else int(match["every"] or 1)
        if 1 <= sessions <= 7 and 1 <= every <= MAX_WEEKS:
            return PerWeek(sessions, every)
        raise ValueError(f"`{text}`: a week has 1 to 7 sessions, every 1 to {MAX_WEEKS} weeks")
    if match := _EVERY.fullmatch("every month" if words == "monthly" else words):
        number = 2 if match["other"] else int(match["number"] or 1)
        if "month" in (match["units"], match["unit"]):
            return EveryMonths(_some_months(text, number))
        if 1 <= number <= MAX_WEEKS:
            return EveryWeeks(number)
        raise ValueError(f"`{text}`: write 1 to {MAX_WEEKS} weeks")
    raise ValueError(
        f"`{text}` is not a cadence: write 2 per week; 2 per week, every other week; "
        "every 4 weeks; every 3 months; or consecutive working days"
    )


def _some_months(text: str, number: int) -> int:
    if 1 <= number <= MAX_MONTHS:
        return number
    raise ValueError(f"`{text}`: write 1 to {MAX_MONTHS} months")


def read_days_or_months(text: str) -> int | Months:
    """Read a number of days, or of months of the calendar: ``4 weeks``, ``10 days``, ``6 months``.

    Raises:
        ValueError: neither, or too long.
    """
    if match := _MONTHS.fullmatch(text):
        return Months(_some_months(text, int(match["number"])))
    return read_days(text)


def read_sessions(text: str, counted: str = "sessions") -> int | None:
    """Read a number of sessions, or of what else is ``counted``; None for ``open-ended``.

    Raises:
        ValueError: neither, or more than a course may have.
    """
    if text == "open-ended":
        return None
    if _is_count(text) and 1 <= int(text) <= MAX_SESSIONS:
        return int(text)
    raise ValueError(f"`{text}`: write 1 to {MAX_SESSIONS} {counted}, or open-ended")


def read_session_range(text: str) -> SessionRange:
    """Read ``4 to 6``.

    Raises:
        ValueError: not a range that goes up.
    """
    fewest, _, most = (part.strip() for part in text.partition(" to "))
    if _is_count(fewest) and _is_count(most) and 1 <= int(fewest) < int(most) <= MAX_SESSIONS:
        return SessionRange(int(fewest), int(most))
    raise ValueError(f"`{text}` is not a range of sessions: write, say, 4 to 6")


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


def read_reminder(text: str) -> timedelta:
    """Read how long before a session to remind.

    Raises:
        ValueError: not a length of time, none at all, or more than four weeks.
    """
    length = read_duration(text)
    if timedelta() < length <= LONGEST_REMINDER:
        return length
    raise ValueError(f"`{text}`: remind between 1 min and 4 weeks before")


def read_anchor(side: Side, text: str) -> Anchor:
    """Read which sessions a linked visit goes with: ``first session``, ``last session``, ``each
    session``, ``each review`` or ``session 4``.

    Raises:
        ValueError: none of these.
    """
    words = " ".join(text.casefold().split()).removeprefix("the ")
    if words in _ANCHORED:
        return Anchor(side, _ANCHORED[words])
    if words == "each review" and side == "after":
        return Anchor(side, "review")
    number = words.removeprefix("session ")
    if number != words and _is_count(number) and 1 <= int(number) <= MAX_SESSIONS:
        return Anchor(side, "number", int(number))
    raise ValueError(
        f"`{text}`: write first session, last session, each session, session 4"
        + (" or each review" if side == "after" else "")
    )


class Distance(NamedTuple):
    """A distance from a session: days, if it was written in days or weeks, else minutes."""

    amount: int
    in_days: bool


def read_distance(text: str) -> Distance:
    """Read ``7 days``, ``4 weeks`` (dates are counted) or ``48 h`` (time passes).

    Raises:
        ValueError: not a length of time, or more than a year.
    """
    minutes = read_minutes(text)
    if minutes > 366 * 1440:
        raise ValueError(f"`{text}`: write at most 366 days")
    in_days = not re.search(r"[0-9]\s*(h|m)", text, re.IGNORECASE)
    return Distance(minutes // 1440 if in_days else minutes, in_days)


def read_when(text: str) -> When:
    """Read ``for 6 h before``, ``until 2 h before``, ``for 24 h after`` or ``until the next day``.

    Raises:
        ValueError: none of these, or more than a week away.
    """
    edge, _, rest = " ".join(text.split()).partition(" ")
    length, _, side = rest.rpartition(" ")
    if edge == "until" and rest == "the next day":
        return When("until", None)
    if edge not in ("for", "until") or side not in ("before", "after"):
        raise ValueError(
            f"`{text}`: write, say, for 6 h before, until 2 h before, for 24 h after "
            "or until the next day"
        )
    minutes = read_minutes(length)
    if not 0 < minutes <= 7 * 1440:
        raise ValueError(f"`{text}`: write a time between 1 min and 7 days")
    if side == "after":
        return When("until", minutes)
    return When("from" if edge == "for" else "until", -minutes)
