"""All that a course is planned from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from ketasched.domain.cadence import PerWeek
from ketasched.domain.candidate import Constraint, not_before, unclear_clock
from ketasched.domain.clinic import WHOLE_WEEK, Clinic, Week
from ketasched.domain.commitments import NO_COMMITMENTS, Commitments
from ketasched.domain.notice import ShortNotice
from ketasched.domain.pause import AgreedPause, Pause
from ketasched.domain.protocol import Phase, Protocol
from ketasched.planning.linked_visits import waking_hours
from ketasched.planning.phase_options import Layout, pausing
from ketasched.planning.start_times import Slots, StartTimes
from ketasched.planning.usual_days import UsualDay, usual_days, weekdays_of_one
from ketasched.planning.visit_times import Beside

if TYPE_CHECKING:
    from ketasched.domain.room import Room


class Rules(NamedTuple):
    """What refuses a session, and what a linked visit; made once for many courses. ``notice``: what
    is too near for anything to be put there that no person puts there.
    """

    slots: Slots
    beside: Beside
    notice: ShortNotice | None = None


def make_rules(
    clinic: Clinic,
    times: StartTimes,
    commitments: Commitments,
    today: date | None = None,
    now: datetime | None = None,
    notice: ShortNotice | None = None,
) -> Rules:
    """The rules of a clinic and a patient. Nothing of a course to come is put at a time of today
    that is over by ``now`` (in the clinic's zone), and no linked visit of it before today; and
    nothing, of any course, within a ``notice``.
    """
    at_clinic = (*clinic.constraints(), *commitments.at_clinic(clinic))
    from_home = (unclear_clock(clinic.zone), *commitments.constraints(clinic, 0))
    beside = Beside(
        (*at_clinic, waking_hours(clinic, by_video=False)),
        (*from_home, waking_hours(clinic, by_video=True)),
        today,
        now,
        notice,
    )
    return Rules(Slots(at_clinic, times._replace(clinic=clinic)), beside, notice)


@dataclass(frozen=True, slots=True)
class Order:
    """All that a course is planned from.

    ``days`` is the asked weekday pattern; ``already`` sessions took place elsewhere; ``without``
    are kinds of linked visits to leave out; ``agreed`` is the pause that the clinician agreed to
    before.
    """

    protocol: Protocol
    layout: Layout
    start: date
    clinic: Clinic
    rules: Rules
    days: tuple[int, ...] = ()
    already: int = 0
    without: frozenset[str] = frozenset()
    commitments: Commitments = NO_COMMITMENTS
    agreed: AgreedPause | None = None

    @property
    def is_running(self) -> bool:
        """Whether the start is today or over: what is due then is who asks' own, however near."""
        now = self.rules.beside.now
        return now is not None and self.start <= now.date()

    def slots_for_all(self) -> Slots:
        """What refuses a session of this course, and the asked start times. The start is who asks'
        own, however near or over, and of a course that is running so is every session on the day on
        which it is due. Of one to come no day that is over is taken while there is another.
        """
        now, notice = self.rules.beside.now, self.rules.notice
        named = bool(self.layout.stretches[0].named())
        more: list[Constraint] = []
        if notice and (named or self.start <= notice.free_from(notice.lead).date()):
            near = notice.for_sessions(but_on=self.start)
            if self.is_running:
                return self.rules.slots.under(more, if_moved=[near])
            more.append(near)
        over = [not_before(now)] if now and named and not self.is_running else []
        return self.rules.slots.under(more, if_to_come=over) if more or over else self.rules.slots

    def slots_from(self, now: datetime, more: Sequence[Constraint] = ()) -> Slots:
        """What refuses a session of this course that is put somewhere anew at a moment, which is
        one in the clinic's zone.
        """
        notice = self.rules.notice
        near = [notice.for_sessions()] if notice else []
        return self.rules.slots.under([not_before(now), *near, *more])

    def first_day(self, now: datetime) -> date:
        """The first day on which a session may be put anew at its usual time, dates and hours
        aside.
        """
        notice = self.rules.notice
        if notice is None:
            return now.date()
        day = notice.free_from(notice.lead).date()
        return notice.first_day(self.times.on(day, self.first_minutes))

    def promising(self, sessions: Iterable[datetime], visits: Iterable[datetime]) -> Order:
        """The same order, for a patient who expects to come at some times already: for sessions,
        and for linked visits.
        """
        near = self.rules.notice
        if near is None:
            return self
        of_sessions = near._replace(promised=frozenset(sessions))
        beside = self.rules.beside._replace(notice=near._replace(promised=frozenset(visits)))
        return replace(self, rules=self.rules._replace(notice=of_sessions, beside=beside))

    def in_room(self, room: Room) -> Order:
        """The same order, of which nothing takes more than there is room for."""
        beside = self.rules.beside._replace(room=room)
        slots = self.rules.slots.under([room.for_sessions(self.protocol)])
        return replace(self, rules=self.rules._replace(slots=slots, beside=beside))

    def later_first(self) -> Order:
        """The same order, in which of two places as good the later is taken."""
        slots = Slots(self.rules.slots.constraints, self.times, later_first=True)
        beside = self.rules.beside._replace(later_first=True)
        return replace(self, rules=self.rules._replace(slots=slots, beside=beside))

    def window_start(self, target: date, first: date, begins: date | None = None) -> date:
        """The first day of a window that would begin on one: of what is due from the start on, no
        window begins before the start; a course that ``begins`` earlier starts there.
        """
        start = begins or self.start
        return first if target < start else max(first, start)

    def with_days(self, count: int) -> list[Phase]:
        """The phases that are laid out on so many weekdays."""
        return [
            phase
            for phase in (stretch.phase for stretch in self.layout.stretches)
            if isinstance(phase.cadence, PerWeek) and phase.cadence.sessions == count
        ]

    @property
    def takes_days(self) -> bool:
        """Whether the asked weekdays are for the first phase, so that the start is one of them."""
        cadence = self.layout.stretches[0].phase.cadence
        return isinstance(cadence, PerWeek) and cadence.sessions == len(self.days)

    @property
    def times(self) -> StartTimes:
        """The asked start times."""
        return self.rules.slots.times

    @property
    def phases(self) -> dict[str, Phase]:
        """The phases by name, with the cadences and windows that were chosen."""
        laid_out = {stretch.phase.name: stretch.phase for stretch in self.layout.stretches}
        return {phase.name: phase for phase in self._written} | laid_out

    @property
    def _written(self) -> tuple[Phase, ...]:
        """The phases of the protocol, but for the pause that was agreed to."""
        return pausing(self.protocol.known_phases, self.agreed and self.agreed.weeks)

    def paced(self, phase: str, pace: str) -> Phase:
        """The phase whose cadence, window and gap a session of ``phase`` keeps at a ``pace``: the
        name of another phase or a cadence its own offers; empty is its own.

        Raises:
            KeyError: there is no such phase or cadence.
        """
        laid_out = (stretch.phase for stretch in self.layout.stretches)
        own = next((each for each in laid_out if each.name == phase), None) or self.phases[phase]
        if not pace or pace == str(own.cadence):
            return own
        return self.phases[pace] if pace in self.phases else self._offered(phase)[pace]

    def offers(self, phase: str, pace: str) -> bool:
        """Whether a session of a phase may keep a pace: see `paced`."""
        phases = self.phases
        return phase in phases and (pace in phases or pace in self.cadences(phase))

    def cadences(self, phase: str) -> list[str]:
        """What cadences a phase offers."""
        return [str(self.phases[phase].cadence), *self._offered(phase)]

    def _offered(self, phase: str) -> dict[str, Phase]:
        as_written = next(own for own in self._written if own.name == phase)
        others = {
            str(alternative.cadence): as_written.using(alternative)
            for alternative in as_written.alternatives
        }
        offered = {str(as_written.cadence): as_written} | others
        offered.pop(str(self.phases[phase].cadence), None)
        return offered

    @property
    def has_treatment_days(self) -> bool:
        """Whether a phase has several sessions a day, so that these are placed together."""
        return any(phase.per_day for phase in self.phases.values())

    @property
    def first_day_of_several(self) -> UsualDay | None:
        """The treatment day on the start, dates aside, if it has several sessions."""
        return next(usual_days(self.layout.stretches[:1]), None)

    @property
    def first_minutes(self) -> int:
        """The length of the session on the start."""
        first = self.layout.stretches[0]
        anchor = getattr(first.phase.cadence, "first_day", 0)
        for named in first.named():
            if not named.follows and (self.already or named.day == anchor):
                return named.minutes or self.protocol.minutes
        return first.minutes_of(first.first_place)

    def _usual_minutes(self, phase: Phase) -> int:
        """The length of most sessions of a phase, by which its weekdays are chosen."""
        first, *_ = self.layout.stretches
        listed = first.named() and phase == first.phase
        return self.first_minutes if listed else self.protocol.minutes

    def usual_day(self, phase: Phase) -> UsualDay | None:
        """The usual treatment day of a phase, dates aside, if it has several sessions."""
        per_day = phase.per_day
        return per_day and UsualDay(per_day, (self._usual_minutes(phase),) * per_day.sessions)

    def week(self, phase: Phase | None = None) -> Clinic:
        """The clinic, open on the weekdays on which the usual day of a phase, or else of the first,
        fits its hours at the asked time, or as far from it as that may change.
        """
        return self.clinic.only_on(self._usual(WHOLE_WEEK, phase))

    def weekdays(
        self, phase: Phase | None = None, also: frozenset[int] = frozenset()
    ) -> frozenset[int]:
        """The weekdays of a pattern of a phase, or else of the first: its usual day fits the hours,
        and the patient can come; and those ``also`` allowed.
        """
        return self._usual(self.commitments.free_week, phase) | also

    def weekdays_to_start(self) -> frozenset[int]:
        """The weekdays on which what is due on the start fits, and the patient can come."""
        free = self.commitments.free_week
        return self._fitting(free, self.first_minutes, self.first_day_of_several)

    def _usual(self, free: Week, phase: Phase | None) -> frozenset[int]:
        phase = phase or self.layout.stretches[0].phase
        return self._fitting(free, self._usual_minutes(phase), self.usual_day(phase))

    def _fitting(self, free: Week, minutes: int, several: UsualDay | None) -> frozenset[int]:
        """The weekdays on which a session or a day of ``several`` fits the hours and what is free
        of a week, at a time that may be tried.
        """
        times, clinic = self.times, self.clinic
        if several:
            return several.weekdays(clinic, free, times)
        asked = times.by_length.get(minutes, times.by_weekday)
        return weekdays_of_one(clinic.week, clinic.not_starting, free, asked, times.flex, minutes)

    def flexible(self, minutes: int) -> Order:
        """The same order with start times that may change by so many minutes."""
        return self._timed(self.times._replace(flex=minutes))

    def at(self, start: time) -> Order:
        """The same order with another start time, on all weekdays."""
        return self._timed(self.times._replace(by_weekday=(start,) * 7, by_length={}))

    def pausing(self, weeks: int) -> Order:
        """The same order with an agreed pause of up to so many weeks."""
        stretches = tuple(
            stretch._replace(phase=replace(stretch.phase, pause=weeks))
            for stretch in self.layout.stretches
        )
        layout = self.layout._replace(stretches=stretches)
        return replace(self, layout=layout, agreed=AgreedPause(weeks))

    def agreed_on(self, pause: Pause) -> Pause:
        """A pause, marked as agreed to if it was."""
        return self.agreed.covers(pause) if self.agreed else pause

    def _timed(self, times: StartTimes) -> Order:
        slots = Slots(self.rules.slots.constraints, times)
        return replace(self, rules=self.rules._replace(slots=slots))
