"""How long before it begins a patient knows of what is put somewhere without a person's say."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from ketasched.domain.candidate import Candidate, Constraint, Reason
from ketasched.domain.clinic import Clinic
from ketasched.domain.typed_times import read_minutes
from ketasched.domain.wording import count_text, duration_text, moment_text

MOST_DAYS = 28
"""The longest notice, in days; a guard against slips of the keyboard."""
_FARTHEST = 400
"""Days within which a working day is looked for."""
_IN_HOURS = 72
"""Up to so many hours are said as hours."""
_WORKING_DAYS = re.compile(r"(?P<count>[0-9]{1,3}) working days?")


class Notice(NamedTuple):
    """A length of time: ``minutes`` that pass, or else that many working days of the clinic."""

    minutes: int = 24 * 60
    working_days: int = 0

    def __str__(self) -> str:
        if self.working_days:
            return count_text(self.working_days, "working day")
        hours, rest = divmod(self.minutes, 60)
        if not self.minutes:
            return "none"
        return f"{hours} h" if not rest and hours <= _IN_HOURS else duration_text(self.minutes)

    def ends(self, now: datetime, clinic: Clinic) -> datetime:
        """When a notice that is given now (a moment in the clinic's zone) is over.

        Working days are counted on, to the same time of day; what is said on a day that is none
        counts as said when the next one begins.
        """
        if not self.working_days:
            return (now.astimezone(UTC) + timedelta(minutes=self.minutes)).astimezone(now.tzinfo)
        day, at = now.date(), now.timetz()
        if not clinic.is_working_day(day):
            day, at = _next_working_day(day, clinic), time(tzinfo=now.tzinfo)
        for _ in range(self.working_days):
            day = _next_working_day(day, clinic)
        return datetime.combine(day, at)


def read_notice(text: str) -> Notice:
    """Read ``24 h``, ``2 days``, ``2 working days``, ``0 h`` or ``none``.

    Raises:
        ValueError: none of these, or more than four weeks.
    """
    words = " ".join(text.casefold().split())
    match = _WORKING_DAYS.fullmatch(words)
    if match:
        notice = Notice(0, int(match["count"]))
    elif words in ("none", "0"):
        notice = Notice(0)
    else:
        try:
            notice = Notice(read_minutes(text))
        except ValueError:
            hint = "write, say, 24 h, 2 working days, or none"
            raise ValueError(f"`{text}` is no length of notice", hint) from None
    if notice.minutes > MOST_DAYS * 1440 or notice.working_days > MOST_DAYS:
        raise ValueError(f"`{text}`: a notice is at most {MOST_DAYS} days")
    return notice


class ShortNotice(NamedTuple):
    """The time that is too near: from ``now`` up to ``ends``, moments in the clinic's zone.

    ``lead``: how many minutes before a session it asks something of the patient, such as to fast.
    ``promised`` are times at which the patient expects to come already: they may be kept.
    """

    now: datetime
    ends: datetime
    notice: Notice
    lead: int = 0
    promised: frozenset[datetime] = frozenset()

    def refusal(self, start: datetime, lead: int = 0) -> Reason | None:
        """Why nothing is put at a time, of which the patient has to know so many minutes before it;
        None where it is over, or far enough.
        """
        if start - self.ends > timedelta(days=1, minutes=lead):
            return None  # whatever clocks do: so it is with most that are asked for
        free_from = self.free_from(lead)
        if not self.now <= start < free_from or start in self.promised:
            return None
        first = moment_text(free_from)
        ahead = f" and {duration_text(lead)} to prepare" if lead else ""
        return Reason("notice", f"less than {self.notice} notice{ahead}: from {first} on")

    @property
    def promised_soon(self) -> list[datetime]:
        """The times within the notice at which the patient expects to come already."""
        return [start for start in self.promised if self.now <= start < self.ends]

    def free_from(self, lead: int = 0) -> datetime:
        """The first moment that is far enough."""
        until = self.ends.astimezone(UTC) + timedelta(minutes=lead)
        return until.astimezone(self.ends.tzinfo) if self.ends > self.now else self.now

    def for_sessions(self, but_on: date | None = None) -> Constraint:
        """Refuse sessions that would come too soon, but not on one day."""

        def refuse(candidate: Candidate) -> Reason | None:
            if candidate.day == but_on:
                return None
            start = datetime.combine(candidate.day, candidate.start, self.now.tzinfo)
            return self.refusal(start, self.lead)

        return refuse

    def first_day(self, at: time) -> date:
        """The first day on which a session at a time of day is far enough."""
        free_from = self.free_from(self.lead)
        day = free_from.date()
        late = datetime.combine(day, at, free_from.tzinfo) < free_from
        return day + timedelta(days=1) if late else day


def _next_working_day(day: date, clinic: Clinic) -> date:
    days = (day + timedelta(days=number) for number in range(1, _FARTHEST))
    return next((day for day in days if clinic.is_working_day(day)), day + timedelta(days=1))
