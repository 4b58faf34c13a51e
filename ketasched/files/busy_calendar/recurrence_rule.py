"""One RRULE on a wall clock, that ends with an error rather than running without end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Self

from dateutil.rrule import rrulestr

from ketasched.files.busy_calendar.lines import Broken

MAX_STEPS = 500_000

_UNITS = {
    "WEEKLY": timedelta(weeks=1),
    "DAILY": timedelta(days=1),
    "HOURLY": timedelta(hours=1),
    "MINUTELY": timedelta(minutes=1),
    "SECONDLY": timedelta(seconds=1),
}
_DAY_PARTS = {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}
_PARTS = _DAY_PARTS | {"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYSETPOS", "BYMONTH"}
_PARTS |= {"BYHOUR", "BYMINUTE", "BYSECOND", "RSCALE", "SKIP"}


class RecurrenceRule:
    """One RRULE on a wall clock: begins near the span, and never runs without end.

    Raises:
        Broken: the rule cannot be read.
    """

    def __init__(
        self, text: str, start: datetime, until: Callable[[str], datetime | None], line: int
    ) -> None:
        self.start = start
        self.line = line
        self.parts = parts = _read_parts(text, self.line)
        self.until = until(parts.pop("UNTIL", ""))
        self.steps = _Steps(self.line)
        days = _DAY_PARTS & parts.keys()
        if parts["FREQ"] == "YEARLY" and not days:
            parts.setdefault("BYMONTH", str(start.month))
        if parts["FREQ"] in {"YEARLY", "MONTHLY"} and not days:
            parts["BYMONTHDAY"] = str(start.day)
        try:
            self.interval = int(parts.get("INTERVAL", "1"))
            self._rule_from(start)
        except (ValueError, TypeError, OverflowError):
            raise Broken("its RRULE cannot be read", self.line) from None
        if self.interval < 1:
            raise Broken("its RRULE has an INTERVAL below 1", self.line)

    def between(self, after: datetime, before: datetime, *, inc: bool) -> list[datetime]:
        """The starts from ``after`` up to ``before``, both included with ``inc``."""
        self.steps.taken = 0
        if self.until is not None and self.until < after:
            return []
        starts = []
        for start in self._rule_from(self._near(after)):
            if start > before or (self.until is not None and start > self.until):
                break
            self.steps.take()
            if after < start or (inc and start == after):
                starts.append(start)
        return starts

    def _rule_from(self, start: datetime) -> Any:  # noqa: ANN401 - dateutil's rrule, opened up
        text = ";".join(f"{name}={value}" for name, value in self.parts.items())
        rule: Any = rrulestr(text, dtstart=start)
        # dateutil asks whether these filters are set in every step of every loop it has, so
        # counting that bounds them all; without a match it would run to the year 9999.
        for name in ("_bymonth", "_byhour", "_byminute", "_bysecond"):
            setattr(rule, name, _Filter(getattr(rule, name) or (), self.steps))
        return rule

    def _near(self, after: datetime) -> datetime:
        """A start in phase with the first one, some periods before the span; COUNT needs all."""
        if "COUNT" in self.parts or after <= self.start:
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


def _read_parts(text: str, line: int) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, sign, value = (word.strip() for word in part.partition("="))
        if not part.strip():
            continue
        if not sign or not value or name in parts or (name not in _PARTS and name[:2] != "X-"):
            raise Broken("its RRULE cannot be read", line)
        if name in _PARTS:
            parts[name] = value
    if parts.get("FREQ") not in {*_UNITS, "MONTHLY", "YEARLY"}:
        raise Broken("its RRULE cannot be read", line)
    if parts.get("RSCALE") == "GREGORIAN" and parts.get("SKIP", "OMIT") == "OMIT":
        del parts["RSCALE"]
        parts.pop("SKIP", None)
    if {"RSCALE", "SKIP"} & parts.keys():
        raise Broken("its RRULE counts by another calendar", line)
    if parts.get("COUNT") == "-1":
        del parts["COUNT"]  # some programs write COUNT=-1 for a rule without end
    return parts
