"""Times at which a clinic is open and nothing begins, as a file writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ketasched.domain.clinic import NotStarting, Spans, Week, not_starting_week
from ketasched.domain.typed_times import read_weekdays
from ketasched.domain.wording import WEEKDAY_NAMES, WEEKDAYS
from ketasched.errors import did_you_mean
from ketasched.files.clinic.opening_hours import read_spans
from ketasched.reading.fields import ListOf, Reading, Text
from ketasched.reading.texts import Placed

_WEEKDAYS = [name.casefold() for name in (*WEEKDAYS, *WEEKDAY_NAMES)]
_ITEM = re.compile(r"(?:(?P<weekdays>[^0-9]*[^0-9\s])\s+)?(?P<spans>[0-9].*)")


def read_not_starting(text: str) -> NotStarting:
    """Read ``12:00-13:00`` or ``mon-fri 12:00-13:00, 17:00-18:00``.

    Raises:
        ValueError: no times of a day, or no weekdays before them.
    """
    match = _ITEM.fullmatch(text.replace("–", "-").strip())
    if match is None:
        raise ValueError(
            f"`{text}` is not a time of day from and to",
            "write, say, 12:00-13:00, or mon-fri 12:00-13:00",
        )
    try:
        weekdays = read_weekdays(match["weekdays"]) if match["weekdays"] else range(7)
    except ValueError as error:
        raise ValueError(str(error), did_you_mean(match["weekdays"], _WEEKDAYS)) from None
    return NotStarting(tuple(weekdays), read_spans(match["spans"]))


def check_not_starting(times: Iterable[NotStarting], hours: Week, reading: Reading) -> None:
    """Note what changes nothing, and what leaves no time of an open weekday to begin at."""
    so_far: list[NotStarting] = []
    for item in times:
        if not any(_overlap(hours[weekday], item.spans) for weekday in item.weekdays):
            hint = "for a break that sessions last over, write the hours as one: 08:00-17:00"
            reading.fault_in(item, "", "the clinic is closed then anyway", hint)
        so_far.append(item)
        week = not_starting_week(so_far)
        for weekday in item.weekdays:
            if hours[weekday] and not any(_has_room(weekday, hours, week)):
                message = f"nothing could begin on {WEEKDAY_NAMES[weekday]}s"
                reading.fault_in(item, "", message, "leave some time, or close it in `hours`")
                return


def _overlap(spans: Spans, others: Spans) -> bool:
    return any(
        span.opens < other.closes and other.opens < span.closes
        for span in spans
        for other in others
    )


def _has_room(weekday: int, hours: Week, not_starting: Week) -> Iterable[bool]:
    """For each minute that is open, whether something may begin then."""
    for span in hours[weekday]:
        for minute in range(span.opens, span.closes):
            yield not any(blocked.has(minute) for blocked in not_starting[weekday])


NOT_STARTING = ListOf(
    Placed(
        Text(
            read_not_starting,
            {"type": "string", "examples": ["12:00-13:00", "mon-fri 12:00-13:00"]},
        )
    )
)
