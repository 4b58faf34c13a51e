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
from ketasched.domain.wording import (
    clock_of,
    clock_text,
    duration_text,
    list_text,
    minute_of_day,
)
from ketasched.planning.day_members import Choice, DayMembers, Member, at_time
from ketasched.planning.start_times import FLEX_STEP, Slots

NEXT_DAY = Reason("distance", "it would be on the next day")


class DayPlan(NamedTuple):
    """When the sessions of a treatment day start, with their changes in minutes, and what that
    costs: the change of the whole day counts once.
    """

    starts: tuple[time, ...]
    changes: tuple[int, ...]
    cost: int


class TreatmentDay(DayMembers):
    """The sessions of one treatment day, of which some may stay where they are."""

    def best(self, day: date, slots: Slots) -> DayPlan | None:
        """The best legal plan of a day; None if there is none."""
        if self.per_day.at_least:
            return self._least_distances(day, slots) if self.may_be_on(day) else None
        return next(self.plans(day, slots), None)

    def plans(self, day: date, slots: Slots) -> Iterator[DayPlan]:
        """The legal plans of a day with exact distances, one from each start; the best first."""
        if not self.may_be_on(day):
            return
        for at, change in self.options(day, slots):
            starts = self._from(0, None, at_time(day, at, slots), slots)
            if starts is not None:
                clocks = tuple(start.time() for start in starts)
                yield DayPlan(clocks, (change,) * len(clocks), abs(change))

    def why_none(self, day: date, slots: Slots) -> tuple[Reason, ...]:
        """What refuses a day: what holds at all starts that were tried, else one reason of each
        kind, those against the asked start first.
        """
        if not self.may_be_on(day):
            return (Reason("distance", "other sessions of that day stand on another"),)
        tried = [self.refusals(day, at, slots) for at, _ in self.options(day, slots)]
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
            start = at_time(day, at, slots)
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
        if not self.may_be_on(day):
            return []
        asked = slots.times.on(day, self.per_day)
        quarters = (
            divmod(minute, 60) for minute in range(asked.minute % FLEX_STEP, 1440, FLEX_STEP)
        )
        tried = (time(hour, minute) for hour, minute in quarters)
        return [
            at for at in tried if self._from(0, None, at_time(day, at, slots), slots) is not None
        ]

    def why_not_asked(self, day: date, number: int, slots: Slots) -> tuple[Reason, ...]:
        """What refuses the asked start of a session of a day."""
        asked = slots.times.on(day, self.per_day)
        if not self.per_day.at_least:
            return self.refusals(day, asked, slots)
        numbers = [member.number for member in self.members]
        place = numbers.index(number)
        start = session_end(at_time(day, asked, slots), place * self.per_day.minutes)
        if start.date() != day:
            return (NEXT_DAY,)
        refused = slots.refusals(day, start.time(), self.members[place].minutes)
        other = self.members[place - 1 if place else 1 % len(numbers)]
        return refused or (self._too_near(other),)

    def _too_near(self, other: Member) -> Reason:
        near = f"less than {duration_text(self.per_day.minutes)}"
        return Reason("distance", f"{near} from session {other.number}")

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
        for start in self.due(member, before, slots) if before else [first]:
            if start.date() == day and slots.allows(day, start.time(), member.minutes):
                rest = self._from(place + 1, start, first, slots)
                if rest is not None:
                    return [start, *rest]
        return None

    # Least distances

    def _least_distances(self, day: date, slots: Slots) -> DayPlan | None:
        choices = [list(self.choices_of(place, day, slots)) for place in range(len(self.members))]
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
        left, chosen = best, list[Choice]()
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

    def _are_apart(self, before: Choice, here: Choice) -> bool:
        return minutes_between(before.start, here.start) >= self.per_day.minutes


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
