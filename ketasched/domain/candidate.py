"""What refuses a candidate, and the reason as a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple

from ketasched.domain.wording import clock_text, day_text, minute_of_day

ReasonKind = Literal[
    "closed", "holiday", "opening", "hours", "not-starting", "can", "away", "busy", "clock", "past",
    "notice", "full", "gap", "weekday", "no-place", "taken", "by-hand", "make-up", "stays",
    "agreed", "apart", "distance",
]  # fmt: skip
"""What a reason is about."""


class Reason(NamedTuple):
    """Why a day or time was refused, or why a session stands where it does.

    ``detail`` is what only staff should read: a clinic's own words for a closure.
    """

    kind: ReasonKind
    text: str
    detail: str = ""

    @property
    def full(self) -> str:
        """The whole sentence, for staff."""
        return f"{self.text} ({self.detail})" if self.detail else self.text

    @property
    def without_detail(self) -> Reason:
        """What anybody may read of it."""
        return self._replace(detail="")


DAY_HAS_PASSED = Reason("past", "that day has passed")
TIME_HAS_PASSED = Reason("past", "that time has passed")


class Part(NamedTuple):
    """What a candidate takes of one day: minutes after midnight, wall time."""

    day: date
    begins: int
    ends: int


class Candidate(NamedTuple):
    """A day and wall time at which something of ``minutes`` might start."""

    day: date
    start: time
    minutes: int

    def parts(self, zone: tzinfo) -> tuple[Part, ...]:
        """The days it takes something of in a zone: one, or two if it lasts past midnight."""
        return _parts(self, zone)


@lru_cache(maxsize=64)  # each of several constraints asks for the same
def _parts(candidate: Candidate, zone: tzinfo) -> tuple[Part, ...]:
    begins = minute_of_day(candidate.start)
    start = datetime.combine(candidate.day, candidate.start, zone)
    end = session_end(start, candidate.minutes)
    if end.date() == candidate.day:
        return (Part(candidate.day, begins, minute_of_day(end.timetz())),)
    first = Part(candidate.day, begins, 1440)
    past_midnight = minute_of_day(end.timetz())
    return (first, Part(end.date(), 0, past_midnight)) if past_midnight else (first,)


Constraint = Callable[[Candidate], Reason | None]


def session_end(start: datetime, minutes: int) -> datetime:
    """The end of a session, on the same clock: two hours last two hours across a clock change."""
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)


def minutes_between(start: datetime, end: datetime) -> int:
    """The whole minutes that pass from one instant to another."""
    return int((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds()) // 60


def reasons_text(reasons: Iterable[Reason]) -> str:
    """Reasons in one line; they may hold commas themselves."""
    return "; ".join(reason.full for reason in reasons)


def lasting(tried: Sequence[tuple[Reason, ...]]) -> tuple[Reason, ...]:
    """The reasons that hold against every one of several starts."""
    first, *others = tried
    return tuple(reason for reason in first if all(reason in other for other in others))


def exists(start: datetime) -> bool:
    """Whether the clocks of its zone show a wall time on its day: going forward they skip some."""
    before, after = (start.replace(fold=fold).utcoffset() for fold in (0, 1))
    return before is None or after is None or before >= after


def no_such_time_text(start: datetime) -> str:
    """What is wrong with a time that does not exist."""
    clock, day = clock_text(start.timetz()), day_text(start.date())
    return f"{clock} does not exist on {day}, when the clocks change"


def unclear_clock(zone: tzinfo) -> Constraint:
    """Refuse a start that does not exist on its day in ``zone``, or that happens twice."""

    def refuse(candidate: Candidate) -> Reason | None:
        start = datetime.combine(candidate.day, candidate.start, zone)
        if not exists(start):
            return Reason("clock", no_such_time_text(start))
        if start.replace(fold=0).utcoffset() == start.replace(fold=1).utcoffset():
            return None
        clock, day = clock_text(candidate.start), day_text(candidate.day)
        return Reason("clock", f"{clock} happens twice on {day}, when the clocks change")

    return refuse


def not_before(now: datetime) -> Constraint:
    """Refuse what would start before an instant, whose zone is the clinic's."""

    def refuse(candidate: Candidate) -> Reason | None:
        start = datetime.combine(candidate.day, candidate.start, now.tzinfo)
        if start >= now:
            return None
        return DAY_HAS_PASSED if candidate.day < now.date() else TIME_HAS_PASSED

    return refuse
