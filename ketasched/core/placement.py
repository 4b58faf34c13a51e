"""The best legal days for the sessions of a course.

Best is unique: the least sum of squared days from target; then the fewest sessions on another
day than their target; then the least sum of minutes by which start times changed; then the
earliest dates in order; then the earliest start times in order. Dynamic programming over
(session, day) finds it exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from ketasched.core.constraint import Candidate, Constraint, Reason
from ketasched.core.course import Pause
from ketasched.core.targets import Target
from ketasched.core.units import count_text, day_text

FLEX_STEP = 15
"""Minutes between two start times that are tried."""


class StartTimes(NamedTuple):
    """The asked wall time for each weekday (Monday first), and the minutes it may change."""

    by_weekday: tuple[time, ...]
    flex: int = 0

    def on(self, day: date) -> time:
        """The asked start on a day."""
        return self.by_weekday[day.weekday()]

    def options(self, day: date) -> list[tuple[time, int]]:
        """Start times on a day with their change in minutes: least change first, then earliest."""
        asked = datetime.combine(day, self.on(day))
        changes = range(-(self.flex // FLEX_STEP) * FLEX_STEP, self.flex + 1, FLEX_STEP)
        moments = [(asked + timedelta(minutes=change), change) for change in changes]
        same_day = [(moment.time(), change) for moment, change in moments if moment.date() == day]
        return sorted(same_day, key=lambda option: (abs(option[1]), option[0]))


class Placed(NamedTuple):
    """Where a session stands, and why it is not on its target at the asked time."""

    target: Target
    day: date
    start: time
    moved_minutes: int
    reasons: tuple[Reason, ...] = ()


class Placement(NamedTuple):
    """A legal course: every session placed, and the pause it took, if any."""

    placed: tuple[Placed, ...]
    pause: Pause | None = None


class Refused(NamedTuple):
    """A day no session may take, and why."""

    day: date
    reasons: tuple[Reason, ...]


class NoPlacement(NamedTuple):
    """The first session that cannot be placed together with all before it, and its window."""

    session: int
    first: date
    last: date
    refused: tuple[Refused, ...]


def place(
    targets: Sequence[Target],
    constraints: Sequence[Constraint],
    fixed: Mapping[int, datetime],
    times: StartTimes,
    minutes: int,
) -> Placement | NoPlacement:
    """Place every session on its best legal day and time.

    When there is no such placement, the fewest whole weeks that help, within what the phases
    allow, are inserted before one session.

    Args:
        targets: the ideal days, in order; no session is placed before the first of them.
        constraints: what refuses a candidate.
        fixed: wall times of sessions by number that are where they are (attended, or moved by a
            person): exempt from window and constraints, their gaps to free sessions are kept.
        times: the asked start times.
        minutes: the length of a session.

    Raises:
        ValueError: fixed sessions are out of number order.
    """
    moments = [fixed[number] for number in sorted(fixed)]
    if any(
        later.date() <= earlier.date() for earlier, later in zip(moments, moments[1:], strict=False)
    ):
        raise ValueError("fixed sessions are out of number order")
    search = _Search(targets, constraints, fixed, times, minutes)
    for weeks in range(1 + max(target.phase.pause for target in targets)):
        found = search.best(weeks)
        if found is not None:
            return search.explain(weeks, *found)
    return search.failure()


_Cost = tuple[int, int, int]
_FREE: _Cost = (0, 0, 0)


def _add(one: _Cost, other: _Cost) -> _Cost:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


class _State(NamedTuple):
    """A session on a day; ``weeks``: how far the targets from here on are put off."""

    weeks: int
    day: date
    start: time
    moved_minutes: int
    cost: _Cost


class _Search:
    """One question to the placement: what is best, or what stands in the way."""

    def __init__(
        self,
        targets: Sequence[Target],
        constraints: Sequence[Constraint],
        fixed: Mapping[int, datetime],
        times: StartTimes,
        minutes: int,
    ) -> None:
        self.targets = targets
        self.constraints = constraints
        self.fixed = fixed
        self.times = times
        self.minutes = minutes
        self._gaps = [self._gap(index) for index in range(len(targets))]
        self._starts: dict[date, tuple[time, int] | None] = {}

    # What one session may do by itself

    def refusals(self, day: date, start: time) -> tuple[Reason, ...]:
        candidate = Candidate(day, start, self.minutes)
        reasons = (constraint(candidate) for constraint in self.constraints)
        return tuple(reason for reason in reasons if reason)

    def legal_start(self, day: date) -> tuple[time, int] | None:
        """The legal start of least change on a day."""
        if day not in self._starts:
            options = self.times.options(day)
            self._starts[day] = next(
                (option for option in options if not self.refusals(day, option[0])), None
            )
        return self._starts[day]

    def window(self, index: int, weeks: int) -> list[date]:
        """The days a session may take: its own if fixed, else its window from the start on."""
        target = self.targets[index]
        if target.number in self.fixed:
            return [self.fixed[target.number].date()]
        ideal = target.day + timedelta(weeks=weeks)
        if index == 0 and self.legal_start(ideal):
            return [ideal]
        earliest = max(ideal - timedelta(days=target.phase.window.early), self.targets[0].day)
        latest = ideal + timedelta(days=target.phase.window.late)
        return [earliest + timedelta(days=n) for n in range((latest - earliest).days + 1)]

    def states(self, index: int, weeks: int) -> list[_State]:
        target = self.targets[index]
        if target.number in self.fixed:
            moment = self.fixed[target.number]
            return [_State(weeks, moment.date(), moment.time(), 0, _FREE)]
        states = []
        for day in self.window(index, weeks):
            start = self.legal_start(day)
            if start:
                off = (day - target.day).days - 7 * weeks
                states.append(_State(weeks, day, *start, (off * off, int(off != 0), abs(start[1]))))
        return states

    # What two sessions in a row may do

    def _gap(self, index: int) -> tuple[int, int | None]:
        """The fewest and most days between session ``index`` and the one before it."""
        before, here = self.targets[index - 1], self.targets[index]
        if before.number in self.fixed and here.number in self.fixed:
            return 1, None
        if before.phase.name == here.phase.name:
            return here.phase.gap.min, here.phase.gap.max
        return min(before.phase.gap.min, here.phase.gap.min), None

    def may_follow(self, index: int, before: _State, here: _State) -> bool:
        """Whether session ``index`` may stand at ``here`` when the one before is at ``before``."""
        if here.weeks != before.weeks:
            pausing = here.weeks > before.weeks
            if not pausing or here.weeks > self.targets[index].phase.pause:
                return False
        least, most = self._gaps[index]
        days = (here.day - before.day).days
        if most is not None:
            most += 7 * (here.weeks - before.weeks)
        return least <= days and (most is None or days <= most)

    # The whole course

    def best(self, weeks: int) -> tuple[list[_State], int] | None:
        """The best course with a pause of ``weeks``, and the index it stands before (0: none)."""
        steps = [
            [
                state
                for put_off in ((0, weeks) if weeks and index else (0,))
                for state in self.states(index, put_off)
            ]
            for index in range(len(self.targets))
        ]
        totals = self._cheapest_from(steps)
        if not totals[0]:
            return None
        cost = min(totals[0].values())
        # Walk forward over all courses of that cost at once, always on the earliest day;
        # a course keeps the latest index its pause may stand before.
        frontier = {state: 0 for state, total in totals[0].items() if total == cost}
        chosen: list[_State] = []
        for index in range(len(steps)):
            day = min(state.day for state in frontier)
            frontier = {state: pause for state, pause in frontier.items() if state.day == day}
            chosen.append(next(iter(frontier)))
            if index + 1 == len(steps):
                break
            ahead: dict[_State, int] = {}
            for state, pause in frontier.items():
                for following, total in totals[index + 1].items():
                    if totals[index][state] == _add(state.cost, total) and self.may_follow(
                        index + 1, state, following
                    ):
                        begun = index + 1 if following.weeks > state.weeks else pause
                        ahead[following] = max(ahead.get(following, 0), begun)
            frontier = ahead
        pause = max(frontier.values())
        return chosen, pause

    def _cheapest_from(self, steps: list[list[_State]]) -> list[dict[_State, _Cost]]:
        """For each state the cost of the best rest of the course; states without one are absent."""
        totals: list[dict[_State, _Cost]] = [{state: state.cost for state in steps[-1]}]
        for index in range(len(steps) - 2, -1, -1):
            here: dict[_State, _Cost] = {}
            for state in steps[index]:
                rest = [
                    total
                    for following, total in totals[0].items()
                    if self.may_follow(index + 1, state, following)
                ]
                if rest:
                    here[state] = _add(state.cost, min(rest))
            totals.insert(0, here)
        return totals

    # Explanations

    def explain(self, weeks: int, chosen: list[_State], pause_index: int) -> Placement:
        pause = None
        targets = list(self.targets)
        if pause_index:
            pause = Pause(targets[pause_index].number, weeks, self._what_forced_the_pause())
            least, most = self._gaps[pause_index]
            self._gaps[pause_index] = least, None if most is None else most + 7 * weeks
            put_off = timedelta(weeks=weeks)
            targets[pause_index:] = [
                target._replace(day=target.day + put_off) for target in targets[pause_index:]
            ]
        placed = [
            Placed(target, state.day, state.start, state.moved_minutes)
            for target, state in zip(targets, chosen, strict=True)
        ]
        return Placement(
            tuple(
                one._replace(reasons=self._why(index, placed)) for index, one in enumerate(placed)
            ),
            pause,
        )

    def _why(self, index: int, placed: list[Placed]) -> tuple[Reason, ...]:
        one = placed[index]
        reasons = list(one.target.skipped)
        if one.target.number in self.fixed:
            return tuple(reasons)
        if one.day != one.target.day:
            asked = self.times.on(one.target.day)
            refused = (
                () if self.legal_start(one.target.day) else self.refusals(one.target.day, asked)
            )
            reasons += refused or self._neighbours_in_the_way(index, placed)
        if one.moved_minutes:
            reasons += self.refusals(one.day, self.times.on(one.day))
        return tuple(dict.fromkeys(reasons))

    def _neighbours_in_the_way(self, index: int, placed: list[Placed]) -> list[Reason]:
        day = placed[index].target.day
        reasons = []
        for neighbour, later in ((index - 1, index), (index + 1, index + 1)):
            if 0 <= neighbour < len(placed):
                other = placed[neighbour]
                days = (other.day - day).days if neighbour > index else (day - other.day).days
                where = f"from session {other.target.number} ({day_text(other.day)})"
                reasons += self._gap_reasons(later, [days], f"{day_text(day)} is", where)
        return reasons

    def _gap_reasons(self, index: int, days: list[int], what: str, where: str) -> list[Reason]:
        least, most = self._gaps[index]
        faults = []
        if any(number < least for number in days):
            faults.append(f"less than {count_text(least, 'day')}")
        if most is not None and any(number > most for number in days):
            faults.append(f"more than {count_text(most, 'day')}")
        return [Reason("gap", f"{what} {' or '.join(faults)} {where}".strip())] if faults else []

    def _what_forced_the_pause(self) -> tuple[Reason, ...]:
        failure = self.failure()
        window = f"{day_text(failure.first)} to {day_text(failure.last)}"
        found = [reason for refused in failure.refused for reason in refused.reasons]
        forced = Reason(
            "no-place", f"no legal day for session {failure.session} in its window, {window}"
        )
        return forced, *dict.fromkeys(found)

    def failure(self) -> NoPlacement:
        """The first session without a place, when no pause is taken."""
        reachable = self.states(0, 0)
        index = 0
        while reachable and index + 1 < len(self.targets):
            index += 1
            before = reachable
            reachable = [
                state
                for state in self.states(index, 0)
                if any(self.may_follow(index, earlier, state) for earlier in before)
            ]
        window = self.window(index, 0)
        refused = []
        for day in window:
            reasons: Sequence[Reason] = ()
            if self.targets[index].number not in self.fixed and not self.legal_start(day):
                reasons = self.refusals(day, self.times.on(day))
            elif index:
                days = [(day - earlier.day).days for earlier in before]
                where = f"from session {self.targets[index - 1].number}, wherever that can stand"
                reasons = self._gap_reasons(index, days, "", where)
            refused.append(Refused(day, tuple(reasons)))
        return NoPlacement(self.targets[index].number, window[0], window[-1], tuple(refused))
