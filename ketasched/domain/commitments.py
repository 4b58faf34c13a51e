"""What keeps a patient from coming."""

from __future__ import annotations

from typing import NamedTuple

from ketasched.domain.busy import Absence, BusyTimes, away, busy
from ketasched.domain.candidate import Constraint
from ketasched.domain.clinic import Clinic, Week
from ketasched.domain.weekly import WeeklyAbsence, away_weekly, can_come, can_text, free_week

LONGEST_TRAVEL = 12 * 60
"""The most minutes of travel; a guard against slips of the keyboard."""


class Commitments(NamedTuple):
    """What keeps the patient from coming: absences, busy times with minutes of ``travel``, and what
    holds every week: absences, and the times at which they ``can`` come, None for all.
    """

    absences: tuple[Absence, ...] = ()
    busy: BusyTimes | None = None
    travel: int = 0
    weekly: tuple[WeeklyAbsence, ...] = ()
    can: Week | None = None

    @property
    def free_week(self) -> Week:
        """When the patient can come every week."""
        return free_week(self.can, self.weekly)

    @property
    def weekly_texts(self) -> list[str]:
        """What holds every week, for good, in words."""
        texts = [can_text(self.can)] if self.can else []
        return texts + [str(absence) for absence in self.weekly if absence.until is None]

    def at_clinic(self, clinic: Clinic) -> tuple[Constraint, ...]:
        """What refuses a candidate for which the patient must come to the clinic."""
        coming = (can_come(self.can, clinic.zone),) if self.can else ()
        return (*coming, *self.constraints(clinic, self.travel))

    def constraints(self, clinic: Clinic, travel: int) -> tuple[Constraint, ...]:
        """What refuses a candidate when ``travel`` minutes are needed on both sides of it."""
        constraints = [away(self.absences, clinic.zone)] if self.absences else []
        if self.weekly:
            constraints.append(away_weekly(self.weekly, clinic.zone))
        if self.busy:
            constraints.append(busy(self.busy, clinic.zone, travel))
        return tuple(constraints)


NO_COMMITMENTS = Commitments()
