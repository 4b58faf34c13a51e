"""The sessions of one treatment day, and where each may stand beside the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from ketasched.domain.candidate import minutes_between, session_end
from ketasched.domain.per_day import PerDay
from ketasched.planning.start_times import FLEX_STEP, Slots

NOBODY: Mapping[int, datetime] = {}


class Member(NamedTuple):
    """A session of a treatment day: how long it is, and where it stays, if it does (wall time).
    ``after_gone``: one that did not take place lies between it and the one before it.
    """

    number: int
    minutes: int
    stays: datetime | None = None
    after_gone: bool = False


class Choice(NamedTuple):
    """A start that a session may have, and the minutes by which it changes."""

    start: datetime
    change: int


class DayMembers:
    """The sessions of one treatment day, of which some may stay where they are."""

    def __init__(self, members: Sequence[Member], per_day: PerDay) -> None:
        self.members = tuple(members)
        self.per_day = per_day

    @property
    def kept_to(self) -> date | None:
        """The day to which those that stay keep the others: that of the last one before these, else
        of the first behind them; None where none stays.
        """
        free = [place for place, member in enumerate(self.members) if member.stays is None]
        first = free[0] if free else 0
        stay = [member.stays for member in (*self.members[first::-1], *self.members[first:])]
        return next((moment.date() for moment in stay if moment), None)

    def may_be_on(self, day: date) -> bool:
        """Whether those that stay let the others stand on a day."""
        if self.kept_to not in (None, day):
            return False
        free = [place for place, member in enumerate(self.members) if member.stays is None]
        return all(
            (member.stays.date() >= day or place < free[0])
            and (member.stays.date() <= day or place > free[-1])
            for place, member in enumerate(self.members)
            if member.stays
        )

    def options(self, day: date, slots: Slots) -> list[tuple[time, int]]:
        """The starts of the first session that is free, if it is the first of the day."""
        first = self.members[0].stays
        if first and first.date() == day:
            return [(first.time(), 0)]
        return slots.times.options(day, self.per_day)

    def due(self, member: Member, before: datetime, slots: Slots) -> Iterator[datetime]:
        """When a session may be due after one that starts before it, at an exact distance."""
        distance, day = self.per_day.minutes, before.date()
        while before.date() == day:
            yield self.per_day.next_start(before, member.minutes, slots.times.clinic)
            if not member.after_gone:
                return
            before = session_end(before, distance)

    def choices_of(self, place: int, day: date, slots: Slots) -> Iterator[Choice]:
        """Where one session may stand by itself, where distances are smallest ones."""
        member, times = self.members[place], slots.times
        if member.stays:
            yield Choice(member.stays.replace(tzinfo=slots.times.clinic.zone), 0)
            return
        asked = at_time(day, times.on(day, self.per_day), slots)
        options = [
            (at_time(day, at, slots), change) for at, change in times.options(day, self.per_day)
        ]
        if place:
            asked = session_end(asked, place * self.per_day.minutes)
            earliest = -(times.flex // FLEX_STEP * FLEX_STEP)
            changes = range(earliest, 1440, FLEX_STEP)
            options = [(session_end(asked, change), change) for change in changes]
        for start, change in options:
            if start.date() == day and slots.allows(day, start.time(), member.minutes):
                yield Choice(start, change)

    # Where all of them may stand, in any legal plan of a day

    def may_follow(self, member: Member, before: datetime, here: datetime, slots: Slots) -> bool:
        """Whether a session may stand somewhere when the one before it does elsewhere."""
        if self.per_day.at_least or member.stays:
            return minutes_between(before, here) >= self.per_day.minutes
        return here in self.due(member, before, slots)

    def choices(
        self, day: date, slots: Slots, stand: Mapping[int, datetime] = NOBODY
    ) -> list[tuple[Member, list[Choice]]]:
        """Where each session may stand in the legal plans of a day, but for those that stay on
        another; none if there is no plan. Some that are free (by number) ``stand`` somewhere, and
        may stand there too. Where distances are exact, the change of the first is that of all.
        """
        if not self.may_be_on(day):
            return []
        there: list[tuple[Member, list[Choice]]] = []
        for place, member in enumerate(self.members):
            if member.stays is None or member.stays.date() == day:
                befores = there[-1][1] if there else None
                reached = dict.fromkeys(self._reached(place, befores, day, slots, stand))
                there.append((member, list(reached)))
        for index in range(len(there) - 2, -1, -1):
            member, own = there[index]
            following, behind = there[index + 1]
            ahead = [
                each
                for each in own
                if each.start == stand.get(member.number)
                or any(self.may_follow(following, each.start, here.start, slots) for here in behind)
            ]
            there[index] = member, ahead
        return there

    def _reached(
        self,
        place: int,
        befores: Sequence[Choice] | None,
        day: date,
        slots: Slots,
        stand: Mapping[int, datetime],
    ) -> Iterator[Choice]:
        """Where a session may stand behind those before it, if there are any."""
        member = self.members[place]
        stands = stand.get(member.number)
        if stands and stands.date() == day:
            yield Choice(stands, 0)
        own: Iterable[Choice] = self.choices_of(place, day, slots)
        if not (self.per_day.at_least or member.stays):
            own = self._exact(member, befores, day, slots)
        for choice in own:
            if choice.start != stands and (
                befores is None
                or any(self.may_follow(member, at.start, choice.start, slots) for at in befores)
            ):
                yield choice

    def _exact(
        self,
        member: Member,
        befores: Sequence[Choice] | None,
        day: date,
        slots: Slots,
    ) -> Iterator[Choice]:
        if befores is None:
            starts = [(at_time(day, at, slots), far) for at, far in self.options(day, slots)]
        else:
            starts = [(due, 0) for at in befores for due in self.due(member, at.start, slots)]
        for start, change in starts:
            if start.date() == day and slots.allows(day, start.time(), member.minutes):
                yield Choice(start, change)


def at_time(day: date, at: time, slots: Slots) -> datetime:
    """A wall time of a day at the clinic."""
    return datetime.combine(day, at, slots.times.clinic.zone)
