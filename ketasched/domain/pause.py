"""Pauses: whole weeks by which the rest of a course is put off, and what a clinician agreed to."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.domain.candidate import Reason
from ketasched.domain.wording import count_text


class Pause(NamedTuple):
    """Whole weeks by which the course is put off from a session on, and what forced it; where the
    clinician agreed to it before, one of the reasons says so.
    """

    before_session: int
    weeks: int
    reasons: tuple[Reason, ...]

    @property
    def agreement(self) -> Reason | None:
        """What the clinician agreed to."""
        return next((reason for reason in self.reasons if reason.kind == "agreed"), None)

    @property
    def consent(self) -> str:
        """Whether the clinician agreed to it, as a clause."""
        return self.agreement.full if self.agreement else "the clinician must agree to it"

    @property
    def why(self) -> tuple[Reason, ...]:
        """What forced it."""
        return tuple(reason for reason in self.reasons if reason.kind != "agreed")


class AgreedPause(NamedTuple):
    """How many weeks of pause at most the clinician agreed to, and why."""

    weeks: int
    reason: str = ""

    @property
    def as_reason(self) -> Reason:
        """What was agreed to, as a reason; why is for staff."""
        weeks = count_text(self.weeks, "week")
        return Reason("agreed", f"the clinician agreed to up to {weeks}", self.reason)

    def covers(self, pause: Pause) -> Pause:
        """A pause as one that was agreed to, if it is no longer than that."""
        if pause.weeks > self.weeks or pause.agreement:
            return pause
        return pause._replace(reasons=(self.as_reason, *pause.reasons))
