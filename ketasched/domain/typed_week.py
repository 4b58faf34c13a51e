"""Times of the week as people type them: ``tue,thu 15:00-; sat 9-12``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from itertools import pairwise

from ketasched.domain.busy import Absence
from ketasched.domain.clinic import ALL_DAY, Span, Spans, Week
from ketasched.domain.typed_dates import read_date, read_span
from ketasched.domain.typed_times import read_clock, read_weekdays
from ketasched.domain.weekly import WeeklyAbsence
from ketasched.domain.wording import minute_of_day

_HOW = "write, say, tue,thu 15:00-; sat 9-12"
_GROUP = re.compile(r"(?P<days>[^0-9]*?)(?:\s+(?P<spans>-?\s*[0-9].*))?", re.DOTALL)
_HOUR = re.compile(r"[0-9]{1,2}")
EVERY = "every "


def read_can(text: str) -> Week:
    """Read when somebody can come: weekdays, or ``every day``, each with no time, with ``15:00-``,
    ``-12``, ``9-12`` or several of these; ``;`` stands between days with different times.

    Raises:
        ValueError: not times of a week, or times that overlap.
    """
    spans_of: list[list[Span]] = [[] for _ in range(7)]
    for group in _plain(text).split(";"):
        if group.strip():
            weekdays, spans = _read_group(group.strip())
            for weekday in weekdays:
                spans_of[weekday] += spans
    if not any(spans_of):
        raise ValueError(f"`{text}` names no weekday: {_HOW}")
    return tuple(map(joined, spans_of))


def read_away(text: str, today: date) -> Absence | WeeklyAbsence:
    """Read when somebody is away: a date, ``FIRST..LAST``, or what `read_weekly_absence` reads.

    Raises:
        ValueError: none of these; a weekday alone, which is one day to some and all to others.
    """
    if is_weekly(text):
        return read_weekly_absence(text, today)
    for end in text.split(".."):
        if _is_weekday(end):
            raise ValueError(
                f"`{text}` may be one day or one every week",
                f"write `every {end.strip()}`, or a date such as "
                f"{read_date(end, today).isoformat()}",
            )
    return Absence(*read_span(text, today))


def is_weekly(text: str) -> bool:
    """Whether an absence is one of every week."""
    return _plain(text).startswith(EVERY)


def _is_weekday(text: str) -> bool:
    try:
        read_weekdays(text)
    except ValueError:
        return False
    return True


def read_weekly_absence(text: str, today: date) -> WeeklyAbsence:
    """Read ``every mon``, ``every tue,thu``, ``every mon 12:00-14:00``, ``every mon until DATE``.

    Raises:
        ValueError: not that.
    """
    words, until, last = _plain(text).removeprefix(EVERY).partition(" until ")
    weekdays, spans = _read_group(words.strip())
    week = tuple(joined(spans) if weekday in weekdays else () for weekday in range(7))
    return WeeklyAbsence(week, read_date(last, today) if until else None)


def joined(spans: Iterable[Span]) -> Spans:
    """Spans in order, of which no two touch: what lasts from one into the next fits.

    Raises:
        ValueError: two overlap.
    """
    rows: list[Span] = []
    spans = sorted(spans)
    for earlier, later in pairwise(spans):
        if later.opens < earlier.closes:
            raise ValueError(f"the hours {earlier} and {later} overlap", "write them as one")
    for span in spans:
        if rows and rows[-1].closes == span.opens:
            rows[-1] = Span(rows[-1].opens, span.closes)
        else:
            rows.append(span)
    return tuple(rows)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("\N{EN DASH}", "-").split())


def _read_group(group: str) -> tuple[list[int], Spans]:
    match = _GROUP.fullmatch(group)
    if match is None or not match["days"].strip():
        raise ValueError(f"`{group}` does not begin with a weekday: {_HOW}")
    days = match["days"].replace(" and ", ",").strip()
    if not all(day.strip() for part in days.split(",") for day in part.split("-")):
        raise ValueError(f"`{group}` is incomplete: {_HOW}")
    weekdays = list(range(7)) if days in ("every day", "daily", "day") else read_weekdays(days)
    if not match["spans"]:
        return weekdays, ALL_DAY
    return weekdays, tuple(_read_span(part.strip()) for part in match["spans"].split(","))


def _read_span(text: str) -> Span:
    """A stretch of a day; an end that is left out is that of the day."""
    if text[:1].isalpha():
        raise ValueError(f"`{text}`: write ; before other weekdays, as in tue 9-12; thu 15:00-")
    opens, dash, closes = (part.strip() for part in text.partition("-"))
    if not dash or not (opens or closes):
        raise ValueError(
            f"`{text}` is no stretch of a day: write 15:00-, -12:00 or 9-12, and ; before "
            "other weekdays"
        )
    begins = minute_of_day(_read_hour(opens)) if opens else 0
    ends = 1440 if closes in ("", "24", "24:00") else minute_of_day(_read_hour(closes))
    if ends <= begins:
        raise ValueError(f"`{text}` ends before it begins: write the hours as 9-12 or 15:00-18:00")
    return Span(begins, ends)


def _read_hour(text: str) -> time:
    return read_clock(f"{text}:00" if _HOUR.fullmatch(text) else text)
