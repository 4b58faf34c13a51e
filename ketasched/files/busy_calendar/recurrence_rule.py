"""One RRULE on a wall clock, as RFC 5545 has it, that ends with an error rather than never.

dateutil expands it. It is started and asked so that it gives what the standard says: the first
period is whole, for BYSETPOS; the week of BYWEEKNO has one day; and an occurrence that does not
exist is neither given nor counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Self

from dateutil.rrule import rrulestr

from ketasched.files.busy_calendar.lines import Broken, Line

MAX_STEPS = 500_000

_UNITS = {
    "WEEKLY": timedelta(weeks=1),
    "DAILY": timedelta(days=1),
    "HOURLY": timedelta(hours=1),
    "MINUTELY": timedelta(minutes=1),
    "SECONDLY": timedelta(seconds=1),
}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_PARTS = {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
_PARTS = _DAY_PARTS | {"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYSETPOS", "BYMONTH"}
_PARTS |= {"BYHOUR", "BYMINUTE", "BYSECOND", "RSCALE", "SKIP"}


class RecurrenceRule:
    """One RRULE on a wall clock: begins near the span, and never runs without end.

    Args:
        line: the rule.
        start: its first start on the wall clock.
        until: reads an UNTIL; of none, None.
        exists: whether there is such a wall time in the zone of the series.

    Raises:
        Broken: the rule cannot be read.
    """

    def __init__(
        self,
        line: Line,
        start: datetime,
        until: Callable[[str], datetime | None],
        exists: Callable[[datetime], bool],
    ) -> None:
        self.start = start
        self.line = line.number
        self.parts = parts = _read_parts(line.value, self.line)
        self.until = until(parts.pop("UNTIL", ""))
        self.steps = _Steps(self.line)
        self._exists = exists
        self._asked_day = 0
        self._day_is_whole = False
        self._parts_of_days = parts["FREQ"] in {"HOURLY", "MINUTELY", "SECONDLY"} or (
            parts.keys() & {"BYHOUR", "BYMINUTE", "BYSECOND"} != set()
        )
        # Of a rule that counts, what was asked for is kept: it can only be counted from its start.
        self._counted: list[datetime] = []
        self._countdown: Iterator[datetime] | None = None
        _complete(parts, start)
        try:
            self.count = int(parts.pop("COUNT")) if "COUNT" in parts else None
            self.interval = int(parts.get("INTERVAL", "1"))
            self._rule_from(start)
        except (ValueError, TypeError, OverflowError):
            raise Broken("its RRULE cannot be read", self.line) from None
        if self.interval < 1:
            raise Broken("its RRULE has an INTERVAL below 1", self.line)

    def between(self, after: datetime, before: datetime) -> list[datetime]:
        """The starts from ``after`` up to ``before``, both included."""
        self.steps.taken = 0
        if self.until is not None and self.until < after:
            return []
        if self.count is None:
            return [start for start in self._starts(self._near(after), before) if start >= after]
        if self._countdown is None:
            self._countdown = islice(self._starts(self.start), self.count)
        while not self._counted or self._counted[-1] <= before:
            start = next(self._countdown, None)
            if start is None:
                break
            self._counted.append(start)
        return [start for start in self._counted if after <= start <= before]

    def _starts(self, begins: datetime, before: datetime | None = None) -> Iterator[datetime]:
        """What the rule gives from some start on up to another, as far as it exists."""
        last = min((end for end in (before, self.until) if end is not None), default=None)
        for start in self._rule_from(self._whole_period(begins)):
            if last is not None and start > last:
                return
            self.steps.take()
            if start >= self.start and (start == self.start or self._is_there(start)):
                yield start

    def _is_there(self, start: datetime) -> bool:
        """Whether a start exists; of many on one day only those are asked for that may not."""
        ordinal = start.toordinal()
        if ordinal != self._asked_day:
            self._asked_day = ordinal
            # Nowhere are less than 30 minutes skipped.
            half_hours = (start.replace(hour=n // 2, minute=n % 2 * 30) for n in range(48))
            self._day_is_whole = self._parts_of_days and all(map(self._exists, half_hours))
        return self._day_is_whole or self._exists(start)

    def _rule_from(self, start: datetime) -> Any:  # noqa: ANN401 - dateutil's rrule, opened up
        text = ";".join(f"{name}={value}" for name, value in self.parts.items())
        rule: Any = rrulestr(text, dtstart=start)
        # dateutil asks whether these filters are set in every step of every loop it has, so
        # counting that bounds them all; without a match it would run to the year 9999.
        for name in ("_bymonth", "_byhour", "_byminute", "_bysecond"):
            setattr(rule, name, _Filter(getattr(rule, name) or (), self.steps))
        return rule

    def _whole_period(self, start: datetime) -> datetime:
        """The start of its week: dateutil takes the week of a weekly rule from there on."""
        if self.parts["FREQ"] != "WEEKLY":
            return start
        first = _WEEKDAYS.index(self.parts.get("WKST", "MO"))
        back = timedelta(days=(start.weekday() - first) % 7)
        return start - back

    def _near(self, after: datetime) -> datetime:
        """A start in phase with the first one, some periods before the span."""
        if after <= self.start:
            return self.start
        frequency = self.parts["FREQ"]
        if frequency in _UNITS:
            step = _UNITS[frequency] * self.interval
            return self.start + max(0, (after - self.start) // step - 2) * step
        year = 12 if frequency == "YEARLY" else 1
        step_months = self.interval * year
        apart = (after.year - self.start.year) * 12 + after.month - self.start.month
        skipped = max(0, apart // step_months - 2) * step_months
        if not skipped:
            return self.start
        months = self.start.year * 12 + self.start.month - 1 + skipped
        month = 1 if frequency == "YEARLY" else months % 12 + 1
        return self.start.replace(year=months // 12, month=month, day=1)


class _Steps:
    """Counts what expanding a rule takes."""

    def __init__(self, line: int) -> None:
        self.taken = 0
        self.line = line

    def take(self) -> None:
        self.taken += 1
        if self.taken > MAX_STEPS:
            raise Broken(f"its RRULE takes more than {MAX_STEPS:,} steps", self.line)


class _Filter(tuple[int, ...]):  # noqa: SLOT001 - it has an attribute
    steps: _Steps

    def __new__(cls, values: Any, steps: _Steps) -> Self:  # noqa: ANN401 - a tuple or a set
        made = super().__new__(cls, values)
        made.steps = steps
        return made

    def __bool__(self) -> bool:
        self.steps.take()
        return len(self) > 0


def _complete(parts: dict[str, str], start: datetime) -> None:
    """What a rule leaves out is as in its start (RFC 5545, 3.3.10)."""
    frequency, weekday = parts["FREQ"], _WEEKDAYS[start.weekday()]
    if "BYSECOND" in parts:
        # A leap second is a second that no clock of ours has.
        parts["BYSECOND"] = re.sub(r"\b60\b", "59", parts["BYSECOND"])
    days = _DAY_PARTS & parts.keys()
    if frequency == "YEARLY" and not days:
        parts.setdefault("BYMONTH", str(start.month))
    if frequency in {"YEARLY", "MONTHLY"} and not days:
        parts["BYMONTHDAY"] = str(start.day)
    if frequency == "WEEKLY" and not days:
        parts["BYDAY"] = weekday
    if frequency == "YEARLY" and days == {"BYWEEKNO"}:
        parts["BYDAY"] = weekday
    if frequency in {"YEARLY", "MONTHLY"} and "BYDAY" in days:
        most = 5 if frequency == "MONTHLY" or "BYMONTH" in parts else 53
        parts["BYDAY"] = _all_numbered(parts["BYDAY"], most)


def _all_numbered(days: str, most: int) -> str:
    """``MO,1TU`` with each Monday by its number: dateutil asks a day to be of both kinds."""
    named = [day.strip() for day in days.split(",")]
    plain = [day for day in named if day in _WEEKDAYS]
    if len(plain) in {0, len(named)}:
        return days
    numbered = [f"{number}{day}" for day in plain for number in range(1, most + 1)]
    return ",".join([*(day for day in named if day not in plain), *numbered])


def _read_parts(text: str, line: int) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, sign, value = (word.strip() for word in part.partition("="))
        if not part.strip():
            continue
        if not sign or not value or name in parts or (name not in _PARTS and name[:2] != "X-"):
            raise Broken("its RRULE cannot be read", line)
        if name in _PARTS:
            parts[name] = "".join(value.split())
    frequency = parts.get("FREQ", "")
    if frequency not in {*_UNITS, "MONTHLY", "YEARLY"}:
        why = f": `{frequency[:20]}` is no frequency of the standard" if frequency.isalpha() else ""
        raise Broken(f"its RRULE cannot be read{why}", line)
    if parts.get("RSCALE") == "GREGORIAN" and parts.get("SKIP", "OMIT") == "OMIT":
        del parts["RSCALE"]
        parts.pop("SKIP", None)
    if parts.get("RSCALE") == "GREGORIAN":
        raise Broken(f"its RRULE has SKIP={parts['SKIP'][:20]}, which is not understood", line)
    if {"RSCALE", "SKIP"} & parts.keys():
        raise Broken("its RRULE counts by another calendar", line)
    if parts.get("COUNT") == "-1":
        del parts["COUNT"]  # some programs write COUNT=-1 for a rule without end
    return parts
