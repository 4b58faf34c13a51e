"""Where the sessions of one treatment day may start: the day is placed as a whole.

**Exact distances** (``every``): the first session starts at the asked time or as far from it as
that may change, each of the others its distance after the one before it, past a break of the
clinic (see `PerDay`). Best is the start that changes least, then the earliest.

**Least distances** (``apart``): each session but the first is asked for at its distance after the
asked time of the one before it, and may stand there or any number of quarter hours later; earlier
only as far as start times may change. Best is the least sum of minutes by which the sessions
change, then the earliest start times in order.

Sessions that stay (they took place, or a person put them there) keep the others to their day: what
comes after one stands at its distance after it, what comes before one no nearer than the distance.
After a session that did not take place the next one may also stand two distances after the one
before it, or three and so on: the fewest with which the rest of the day is legal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from ketasched.domain.candidate import Reason, lasting, minutes_between, session_end
from ketasched.domain.per_day import PerDay
from ketasched.domain.wording import (
    clock_of,
    clock_text,
    duration_text,
    list_text,
    minute_of_day,
)
from ketasched.planning.start_times import FLEX_STEP, Slots

NEXT_DAY = Reason("distance", "it would be on the next day")


class Member(NamedTuple):
    """A session of a treatment day: how long it is, and where it stays, if it does (wall time).
    ``after_gone``: one that did not take place lies between it and the one before it.
    """

    number: int
    minutes: int
    stays: datetime | None = None
    after_gone: bool = False


class DayPlan(NamedTuple):
    """When the sessions of a treatment day start, with their changes in minutes, and what that
    costs: the change of the whole day counts once.
    """

    starts: tuple[time, ...]
    changes: tuple[int, ...]
    cost: int


class _Choice(NamedTuple):
    start: datetime
    change: int


class TreatmentDay:
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

    def best(self, day: date, slots: Slots) -> DayPlan | None:
        """The best legal plan of a day; None if there is none."""
        if not self._may_be_on(day):
            return None
        if self.per_day.at_least:
            return self._least_distances(day, slots)
        for at, change in self._options(day, slots):
            starts = self._from(0, None, _at(day, at, slots), slots)
            if starts is not None:
                clocks = tuple(start.time() for start in starts)
                return DayPlan(clocks, (change,) * len(clocks), abs(change))
        return None

    def why_none(self, day: date, slots: Slots) -> tuple[Reason, ...]:
        """What refuses a day: what holds at all starts that were tried, else one reason of each
        kind, those against the asked start first.
        """
        if not self._may_be_on(day):
            return (Reason("distance", "other sessions of that day stand on another"),)
        tried = [self.refusals(day, at, slots) for at, _ in self._options(day, slots)]
        by_kind: dict[str, Reason] = {}
        for reason in (reason for reasons in tried for reason in reasons):
            by_kind.setdefault(reason.kind, reason)
        return lasting(tried) or tuple(by_kind.values())

    def refusals(self, day: date, at: time, slots: Slots) -> tuple[Reason, ...]:
        """What refuses a day that begins at a time: every reason against its first session that
        cannot stand.
        """
        before: datetime | None = None
        for place, member in enumerate(self.members, start=1):
            if member.stays:
                stays = member.stays.replace(tzinfo=slots.times.clinic.zone)
                if stays.date() == day:
                    if before and minutes_between(before, stays) < self.per_day.minutes:
                        return (self._too_near(member),)
                    before = stays
                continue
            start = _at(day, at, slots)
            if before:
                start = self.per_day.next_start(before, member.minutes, slots.times.clinic)
            reasons: tuple[Reason, ...] = (NEXT_DAY,)
            if start.date() == day:
                reasons = slots.refusals(day, start.time(), member.minutes)
            if reasons and before:
                where = f"session {place} of the day at {clock_text(start.time())}: "
                return tuple(each._replace(text=where + each.text) for each in reasons)
            if reasons:
                return reasons
            before = start
        return ()

    def starts_that_work(self, day: date, slots: Slots) -> list[time]:
        """All quarter hours of a day, counted from the asked start, at which it may begin."""
        if not self._may_be_on(day):
            return []
        asked = slots.times.on(day, self.per_day)
        quarters = (
            divmod(minute, 60) for minute in range(asked.minute % FLEX_STEP, 1440, FLEX_STEP)
        )
        tried = (time(hour, minute) for hour, minute in quarters)
        return [at for at in tried if self._from(0, None, _at(day, at, slots), slots) is not None]

    def why_not_asked(self, day: date, number: int, slots: Slots) -> tuple[Reason, ...]:
        """What refuses the asked start of a session of a day."""
        asked = slots.times.on(day, self.per_day)
        if not self.per_day.at_least:
            return self.refusals(day, asked, slots)
        numbers = [member.number for member in self.members]
        place = numbers.index(number)
        start = session_end(_at(day, asked, slots), place * self.per_day.minutes)
        if start.date() != day:
            return (NEXT_DAY,)
        refused = slots.refusals(day, start.time(), self.members[place].minutes)
        other = self.members[place - 1 if place else 1 % len(numbers)]
        return refused or (self._too_near(other),)

    def _too_near(self, other: Member) -> Reason:
        near = f"less than {duration_text(self.per_day.minutes)}"
        return Reason("distance", f"{near} from session {other.number}")

    def _may_be_on(self, day: date) -> bool:
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

    def _options(self, day: date, slots: Slots) -> list[tuple[time, int]]:
        """The starts of the first session that is free, if it is the first of the day."""
        first = self.members[0].stays
        if first and first.date() == day:
            return [(first.time(), 0)]
        return slots.times.options(day, self.per_day)

    # Exact distances

    def _from(
        self, place: int, before: datetime | None, first: datetime, slots: Slots
    ) -> list[datetime] | None:
        """The starts of the free sessions from a place on, after one that starts ``before``; None
        where they are not legal.
        """
        if place == len(self.members):
            return []
        member, day = self.members[place], first.date()
        if member.stays:
            stays = member.stays.replace(tzinfo=first.tzinfo)
            if stays.date() != day:
                return self._from(place + 1, before, first, slots)
            near = before and minutes_between(before, stays) < self.per_day.minutes
            return None if near else self._from(place + 1, stays, first, slots)
        for start in self._due(member, before, slots) if before else [first]:
            if start.date() == day and slots.allows(day, start.time(), member.minutes):
                rest = self._from(place + 1, start, first, slots)
                if rest is not None:
                    return [start, *rest]
        return None

    def _due(self, member: Member, before: datetime, slots: Slots) -> Iterator[datetime]:
        """When a session may be due after one that starts before it."""
        distance, day = self.per_day.minutes, before.date()
        while before.date() == day:
            yield self.per_day.next_start(before, member.minutes, slots.times.clinic)
            if not member.after_gone:
                return
            before = session_end(before, distance)

    # Least distances

    def _least_distances(self, day: date, slots: Slots) -> DayPlan | None:
        choices = [list(self._choices(place, day, slots)) for place in range(len(self.members))]
        costs: list[list[int | None]] = []  # of each choice, with the best rest behind it
        for place in range(len(choices) - 1, -1, -1):
            behind = costs[0] if costs else None
            costs.insert(0, [])
            for choice in choices[place]:
                rest = (
                    [
                        cost
                        for following, cost in zip(choices[place + 1], behind, strict=True)
                        if cost is not None and self._are_apart(choice, following)
                    ]
                    if behind is not None
                    else [0]
                )
                costs[0].append(abs(choice.change) + min(rest) if rest else None)
        best = min((cost for cost in costs[0] if cost is not None), default=None)
        if best is None:
            return None
        left, chosen = best, list[_Choice]()
        for own, of_own in zip(choices, costs, strict=True):
            choice = min(
                (choice for choice, cost in zip(own, of_own, strict=True)
                 if cost == left and (not chosen or self._are_apart(chosen[-1], choice))),
                key=lambda choice: choice.start,
            )  # fmt: skip
            chosen.append(choice)
            left -= abs(choice.change)
        free = [
            choice for choice, member in zip(chosen, self.members, strict=True) if not member.stays
        ]
        starts = tuple(choice.start.time() for choice in free)
        return DayPlan(starts, tuple(choice.change for choice in free), best)

    def _are_apart(self, before: _Choice, here: _Choice) -> bool:
        return minutes_between(before.start, here.start) >= self.per_day.minutes

    def _choices(self, place: int, day: date, slots: Slots) -> Iterator[_Choice]:
        """Where one session may stand by itself."""
        member, times = self.members[place], slots.times
        if member.stays:
            yield _Choice(member.stays.replace(tzinfo=slots.times.clinic.zone), 0)
            return
        asked = _at(day, times.on(day, self.per_day), slots)
        options = [(_at(day, at, slots), change) for at, change in times.options(day, self.per_day)]
        if place:
            asked = session_end(asked, place * self.per_day.minutes)
            earliest = -(times.flex // FLEX_STEP * FLEX_STEP)
            changes = range(earliest, 1440, FLEX_STEP)
            options = [(session_end(asked, change), change) for change in changes]
        for start, change in options:
            if start.date() == day and slots.allows(day, start.time(), member.minutes):
                yield _Choice(start, change)


def _at(day: date, at: time, slots: Slots) -> datetime:
    return datetime.combine(day, at, slots.times.clinic.zone)


def runs_text(starts: Sequence[time]) -> str:
    """Starts that are tried one after the other: ``07:00 to 08:15 or 10:00``."""
    runs: list[list[int]] = []
    for minute in map(minute_of_day, starts):
        if runs and runs[-1][-1] + FLEX_STEP == minute:
            runs[-1].append(minute)
        else:
            runs.append([minute])
    texts = (" to ".join(map(clock_of, dict.fromkeys((run[0], run[-1])))) for run in runs)
    return list_text(list(texts), "or")
