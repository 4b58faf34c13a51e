"""The search for the best legal days: dynamic programming over (step, day). A step is a session, or
all sessions of a treatment day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from ketasched.domain.candidate import Reason
from ketasched.planning.day_members import Member
from ketasched.planning.distances import Carrying, Left, Link, links_between
from ketasched.planning.standing import FREE, Cost, Placed, Standing, add_costs
from ketasched.planning.start_times import Slots
from ketasched.planning.target import Target, steps_of
from ketasched.planning.treatment_day import DayPlan, TreatmentDay

Behind = Callable[[Standing], list[tuple[Standing, Cost]]]
"""The states that may follow one, each with the cost of the best rest of the course."""
BEYOND = date.max.toordinal() + 1


class Search:
    """One question to the placement: what is best, or what stands in the way. ``targets`` has one
    for each step, of a treatment day the first that is free; ``groups`` has all of each step.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        slots: Slots,
        fixed: Mapping[int, datetime],
        start: date,
    ) -> None:
        self.sessions = targets
        self.groups = list(steps_of(targets))
        self.targets = [
            next((target for target in group if target.number not in fixed), group[0])
            for group in self.groups
        ]
        self.step_of = {
            target.number: index for index, group in enumerate(self.groups) for target in group
        }
        self.slots = slots
        self.fixed = fixed
        self.start = start
        self.gaps = [self._gap(index) for index in range(len(self.groups))]
        self.links = tuple(links_between(self.groups, fixed))
        self.carrying = Carrying(self.links, len(self.groups))
        self._slots = [self._slots_of(target) for target in self.targets]
        self.treatment_days = [self._treatment_day(group) for group in self.groups]
        self._plans: dict[tuple[int, date], DayPlan | None] = {}

    # What one step may do by itself

    def legal_start(self, index: int, day: date) -> tuple[time, int] | None:
        """The legal start of least change of a step on a day."""
        if self.treatment_days[index]:
            plan = self.plan(index, day)
            return (plan.starts[0], plan.changes[0]) if plan else None
        return self.slots_on(index, day).legal_start(day, self.targets[index].minutes)

    def plan(self, index: int, day: date) -> DayPlan | None:
        """The best plan of a treatment day on a day."""
        treatment_day, key = self.treatment_days[index], (index, day)
        if treatment_day and key not in self._plans:
            self._plans[key] = treatment_day.best(day, self.slots_on(index, day))
        return self._plans.get(key)

    def why_none(self, index: int, day: date) -> tuple[Reason, ...]:
        """What refuses a day on which a step has no legal start."""
        slots, treatment_day = self.slots_on(index, day), self.treatment_days[index]
        if treatment_day:
            return treatment_day.why_none(day, slots)
        return slots.why_none(day, self.targets[index].minutes)

    def why_not_asked(self, index: int, day: date, number: int) -> tuple[Reason, ...]:
        """What refuses the asked start of a session of a step on a day."""
        slots, target = self.slots_on(index, day), self.targets[index]
        treatment_day = self.treatment_days[index]
        if treatment_day:
            return treatment_day.why_not_asked(day, number, slots)
        return slots.refusals(day, slots.times.on(day, target.minutes), target.minutes)

    def starts_that_work(self, index: int, day: date) -> list[time]:
        """The starts that nobody asked for at which a treatment day may begin on a day."""
        several = self.treatment_days[index]
        return several.starts_that_work(day, self.slots_on(index, day)) if several else []

    def seats(self, index: int, state: Standing) -> list[Placed]:
        """Where the sessions of a step stand in one of its states."""
        group = self.groups[index]
        if state.plan is None and len(group) == 1:
            return [Placed(group[0], state.day, state.start, state.moved_minutes)]
        free = iter(zip(state.plan.starts, state.plan.changes, strict=True) if state.plan else ())
        seats = []
        for target in group:
            if target.number in self.fixed:
                stays = self.fixed[target.number]
                seats.append(Placed(target, stays.date(), stays.time(), 0))
            else:
                seats.append(Placed(target, state.day, *next(free)))
        return seats

    def _treatment_day(self, group: Sequence[Target]) -> TreatmentDay | None:
        """The sessions of a step as a treatment day, if they are one."""
        per_day = group[0].phase.per_day
        if per_day is None:
            return None
        members = [
            Member(target.number, target.minutes, self.fixed.get(target.number), target.after_break)
            for target in group
        ]
        return TreatmentDay(members, per_day)

    def slots_on(self, index: int, day: date) -> Slots:
        """What refuses a session on a day."""
        slots = self._slots[index]
        return slots if day == self.targets[index].day else slots.moved

    def _slots_of(self, target: Target) -> Slots:
        """What refuses a session: of what is due before the start, such as screening, also the days
        that are over, while it has a legal day that is not.
        """
        days = (target.last - target.first).days + 1 if target.day < self.start else 0
        window = (target.first + timedelta(days=number) for number in range(days))
        ahead = self.slots.to_come
        is_open = any(ahead.legal_start(day, target.minutes) for day in window if day < self.start)
        return ahead if is_open else self.slots

    def window(self, index: int, weeks: int) -> list[date]:
        """The days a session may take: its own if fixed, else its window from the start on."""
        target = self.targets[index]
        if target.number in self.fixed:
            return [self.fixed[target.number].date()]
        if target.day == self.start and not weeks and self.legal_start(index, self.start):
            return [self.start]
        return self.whole_window(index, weeks)

    def whole_window(self, index: int, weeks: int) -> list[date]:
        """The days of the window of a session that is free, from the start on."""
        target, put_off = self.targets[index], timedelta(weeks=weeks)
        # Only what is due before the start, such as screening, may stand before it.
        bound = self.start if target.day >= self.start else date.min
        earliest = max(target.first + put_off, bound)
        latest = target.last + put_off
        return [earliest + timedelta(days=n) for n in range((latest - earliest).days + 1)]

    def states(self, index: int, weeks: int) -> list[Standing]:
        """Where a session may stand when the targets from it on are put off by ``weeks``."""
        target = self.targets[index]
        if target.number in self.fixed:
            moment = self.fixed[target.number]
            reaches = self.reaches(index, moment.date())
            return [Standing(weeks, moment.date(), moment.time(), 0, FREE, reaches=reaches)]
        return self.on_days(index, weeks, self.window(index, weeks))

    def on_days(self, index: int, weeks: int, days: Sequence[date]) -> list[Standing]:
        """Where a session that is free may stand on some days."""
        target, states = self.targets[index], []
        several = self.treatment_days[index] is not None
        for day in days:
            start = self.legal_start(index, day)
            if start:
                plan = self.plan(index, day) if several else None
                off = (day - target.day).days - 7 * weeks
                cost = off * off, int(off != 0), plan.cost if plan else abs(start[1])
                reaches = self.reaches(index, day) if plan else None
                states.append(Standing(weeks, day, *start, cost, plan=plan, reaches=reaches))
        return states

    def reaches(self, index: int, day: date) -> tuple[date, date] | None:
        """From which day to which a step reaches whose free sessions stand on a day."""
        numbers = [target.number for target in self.groups[index]]
        days = {day, *(self.fixed[number].date() for number in numbers if number in self.fixed)}
        return (min(days), max(days)) if len(days) > 1 else None

    # What two steps in a row may do

    def _gap(self, index: int) -> tuple[int, int | None]:
        """The fewest and most days between step ``index`` and the one before it."""
        before, here = self.groups[index - 1][-1], self.groups[index][0]
        of_one_day = before.phase.per_day and (before.phase, before.day) == (here.phase, here.day)
        if of_one_day or (before.number in self.fixed and here.number in self.fixed):
            return 0, None
        if before.phase.name == here.phase.name and not here.after_break:
            return here.phase.gap.min, here.phase.gap.max
        return min(before.phase.gap.min, here.phase.gap.min), None

    def may_follow(self, index: int, before: Standing, here: Standing) -> bool:
        """Whether step ``index`` may stand at ``here`` when the one before is at ``before``."""
        if self.links and not self.carrying.may_follow(index, before, here):
            return False
        return self.is_beside(index, before, here)

    def is_beside(self, index: int, before: Standing, here: Standing) -> bool:
        """The same, as far as these two alone say."""
        return here.first.toordinal() in self._days_after(index, before, here.weeks)

    def _days_after(self, index: int, before: Standing, weeks: int) -> range:
        """The days, as ordinals, on which step ``index`` may begin behind the one before it when it
        is put off by ``weeks``.
        """
        least, most = self.gaps[index]
        more, last = weeks - before.weeks, before.last.toordinal()
        # A pause puts off what comes after the start, which is the user's.
        pausing = more > 0 and self.targets[index].day > self.start
        if more and (not pausing or weeks > self.targets[index].phase.pause):
            return range(0)
        return range(last + least, BEYOND if most is None else last + most + 7 * more + 1)

    def steps(self, index: int, weeks: int) -> list[Standing]:
        """Where a session may stand in a course with a pause of ``weeks`` somewhere."""
        if not weeks or not index:
            return self.states(index, 0)
        return self.states(index, 0) + self.states(index, weeks)

    def all_steps(self, weeks: int) -> Iterable[list[Standing]]:
        """The same of each session, with what the standings carry."""
        steps = (self.steps(index, weeks) for index in range(len(self.targets)))
        return self.carrying.expand(list(steps)) if self.links else steps

    def faults(
        self, index: int, day: date, before: Sequence[Standing]
    ) -> Iterable[tuple[Link, str]]:
        """What distances to others than the neighbours have against a day of a session."""
        if not self.links:
            return ()
        steps = [self.steps(number, 0) for number in range(index + 1)]
        return self.carrying.faults(index, day, before, steps)

    # The whole course

    def best(self, weeks: int) -> tuple[list[Standing], int] | None:
        """The best course with a pause of ``weeks``, and the index it stands before (0: none)."""
        steps = []
        for index in range(len(self.targets)):
            steps.append(self.steps(index, weeks))
            if not steps[-1]:
                return None
        steps = self.carrying.expand(steps) if self.links else steps
        totals = self._cheapest_from(steps)
        if not totals[0]:
            return None
        cost = min(totals[0].values())
        # Walk forward over all courses of that cost at once, always on the earliest day (or the
        # latest, if asked); a course keeps the latest index its pause may stand before.
        first = max if self.slots.later_first else min
        frontier = {state: 0 for state, total in totals[0].items() if total == cost}
        chosen: list[Standing] = []
        for index in range(len(steps)):
            day = first(state.day for state in frontier)
            frontier = {state: pause for state, pause in frontier.items() if state.day == day}
            chosen.append(next(iter(frontier)))
            if index + 1 == len(steps):
                break
            ahead: dict[Standing, int] = {}
            behind = self._behind(index + 1, totals[index + 1])
            for state, pause in frontier.items():
                for following, total in behind(state):
                    if totals[index][state] == add_costs(state.cost, total):
                        begun = index + 1 if following.weeks > state.weeks else pause
                        ahead[following] = max(ahead.get(following, 0), begun)
            frontier = ahead
        pause = max(frontier.values())
        return chosen, pause

    def _cheapest_from(self, steps: list[list[Standing]]) -> list[dict[Standing, Cost]]:
        """For each state the cost of the best rest of the course; states without one are absent."""
        totals: list[dict[Standing, Cost]] = [{state: state.cost for state in steps[-1]}]
        for index in range(len(steps) - 2, -1, -1):
            here: dict[Standing, Cost] = {}
            behind = self._behind(index + 1, totals[0])
            for state in steps[index]:
                rest = [total for _, total in behind(state)]
                if rest:
                    here[state] = add_costs(state.cost, min(rest))
            totals.insert(0, here)
        return totals

    def _behind(self, index: int, totals: dict[Standing, Cost]) -> Behind:
        """What may follow the states of the step before one; sorted, so that few are looked at."""
        carrying, links = self.carrying, self.links
        sorted_out: dict[tuple[Left, ...], dict[int, list[tuple[int, Standing, Cost]]]] = {}
        for state, total in totals.items():
            by_weeks = sorted_out.setdefault(carrying.carried_before(index, state), {})
            by_weeks.setdefault(state.weeks, []).append((state.first.toordinal(), state, total))

        def behind(before: Standing) -> list[tuple[Standing, Cost]]:
            ahead: list[tuple[Standing, Cost]] = []
            for weeks, states in sorted_out.get(carrying.kept(index, before), {}).items():
                days = self._days_after(index, before, weeks)
                ahead += [(state, total) for day, state, total in states if day in days]
            if not links:
                return ahead
            return [state for state in ahead if carrying.may_follow(index, before, state[0])]

        return behind
