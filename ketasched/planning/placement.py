"""The best legal days for the sessions of a course.

Best is unique: the least sum of squared days from target; then the fewest sessions on another
day than their target; then the least sum of minutes by which start times changed; then the
earliest dates in order; then the earliest start times in order. Dynamic programming over
(session, day) finds it exactly.

Where a session keeps a distance to another that need not be its neighbour (`apart`), the search
carries what that one leaves it (`distances`). A pause between the two widens the most, as it does
with the largest gap, and excuses no least.

The sessions of a treatment day (several a day) stand on one day, and count once: its days from
target, whether it is on another day, and the change of its start; `treatment_day` says which start
times are legal, and what their change is. Gaps hold between treatment days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from ketasched.domain.candidate import Reason
from ketasched.domain.pause import Pause
from ketasched.domain.wording import day_text
from ketasched.planning.best_days import Search
from ketasched.planning.explanation import Explanation, gap_reasons
from ketasched.planning.standing import Placed, Standing
from ketasched.planning.start_times import Slots
from ketasched.planning.target import Target
from ketasched.planning.treatment_day import runs_text


class Placement(NamedTuple):
    """A legal course: every session placed, and the pause it took, if any."""

    placed: tuple[Placed, ...]
    pause: Pause | None = None


class RefusedDay(NamedTuple):
    """A day no session may take, and why."""

    day: date
    reasons: tuple[Reason, ...]


class NoPlacement(NamedTuple):
    """The first session that cannot be placed together with all before it, and its window.

    ``session_with_pause`` is the first one that has no place whatever pause is taken before it.
    """

    session: int
    first: date
    last: date
    refused: tuple[RefusedDay, ...]
    session_with_pause: int


def place(
    targets: Sequence[Target], slots: Slots, fixed: Mapping[int, datetime], start: date
) -> Placement | NoPlacement:
    """Place every session on its best legal day and time.

    When there is no such placement, the fewest whole weeks that help, within what the phases
    allow, are inserted before one session.

    Args:
        targets: the ideal days, in order.
        slots: what refuses a candidate, and the asked start times.
        fixed: wall times of sessions by number that are where they are (attended, or moved by a
            person): exempt from window and constraints, their gaps to free sessions are kept.
        start: the start of the course: the session due on it stands on it if that is legal, and
            none that is due later stands before it.

    Raises:
        ValueError: fixed sessions are earlier than one before them.
    """
    in_order = [fixed[target.number] for target in targets if target.number in fixed]
    if any(later < earlier for earlier, later in pairwise(in_order)):
        raise ValueError("fixed sessions are out of number order")
    search = Search(targets, slots, fixed, start)
    for weeks in range(1 + max(target.phase.pause for target in targets)):
        best = search.best(weeks)
        if best is not None:
            return _explained(search, weeks, *best)
    return _failure(search)


def refuse_pause(targets: Sequence[Target], slots: Slots, start: date) -> NoPlacement:
    """Why there is no placement without a pause, of targets for which `place` takes one."""
    return _failure(Search(targets, slots, {}, start))


def _explained(search: Search, weeks: int, chosen: list[Standing], pause_index: int) -> Placement:
    """The chosen days with the reason for every move, and for the pause."""
    gaps = list(search.gaps)
    links = list(search.links)
    pause = None
    if pause_index:
        first = search.groups[pause_index][0].number
        pause = Pause(first, weeks, _what_forced_a_pause(search))
        least, most = gaps[pause_index]
        gaps[pause_index] = least, None if most is None else most + 7 * weeks
        links = [
            link.paused(weeks) if link.first < pause_index <= link.last else link for link in links
        ]

    def put_off(index: int, target: Target) -> Target:
        if not pause_index or index < pause_index:
            return target
        return target._replace(day=target.day + timedelta(weeks=weeks), skipped=())

    steps = [
        Placed(put_off(index, target), state.day, state.start, state.moved_minutes)
        for index, (target, state) in enumerate(zip(search.targets, chosen, strict=True))
    ]
    why = Explanation(search, steps, gaps, links)
    placed = [
        seat._replace(target=put_off(index, seat.target))
        for index, state in enumerate(chosen)
        for seat in search.seats(index, state)
    ]
    return Placement(tuple(seat._replace(reasons=why.of_session(seat)) for seat in placed), pause)


def _what_forced_a_pause(search: Search) -> tuple[Reason, ...]:
    failure = _failure(search)
    window = f"{day_text(failure.first)} to {day_text(failure.last)}"
    forced = Reason(
        "no-place", f"no legal day for session {failure.session} in its window, {window}"
    )
    reasons = [reason for refused in failure.refused for reason in refused.reasons]
    return forced, *dict.fromkeys(reasons)


def _failure(search: Search) -> NoPlacement:
    """The first session without a place when no pause is taken, and why each day is refused."""
    index, before = _first_without_place(search, 0)
    longest = max(target.phase.pause for target in search.targets)
    furthest = max(_first_without_place(search, weeks)[0] for weeks in range(longest + 1))
    target = search.targets[index]
    window = search.window(index, 0)
    refused = []
    for day in window:
        reasons: Sequence[Reason] = ()
        if target.number not in search.fixed and not search.legal_start(index, day):
            reasons = [*search.why_none(index, day), *_starts_that_work(search, index, day)]
        elif before:
            days = [(day - earlier.day).days for earlier in before]
            where = f"from {search.targets[index - 1]}, wherever that can stand"
            reasons = [
                *gap_reasons(search.gaps[index], days, where),
                *_too_near(search, index, day, before),
            ]
        refused.append(RefusedDay(day, tuple(reasons)))
    with_pause = search.targets[furthest].number
    return NoPlacement(target.number, window[0], window[-1], tuple(refused), with_pause)


def _too_near(
    search: Search, index: int, day: date, before: Sequence[Standing]
) -> Iterator[Reason]:
    """What distances to sessions before the one before it have against a day of a session."""
    for link, fault in search.faults(index, day, before):
        where = f"{link.side(index)} {search.targets[link.other(index)]}, wherever that can stand"
        yield Reason("apart", f"not {fault} {where}")


def _starts_that_work(search: Search, index: int, day: date) -> Iterator[Reason]:
    """At which other starts a treatment day would be legal on a day."""
    starts = search.starts_that_work(index, day)
    if starts:
        yield Reason("distance", f"the day fits if it starts at {runs_text(starts)}")


def _first_without_place(search: Search, weeks: int) -> tuple[int, list[Standing]]:
    """Its index with a pause of ``weeks`` anywhere before it, and where the session before it can
    stand together with all before that.
    """
    before: list[Standing] = []
    for index, states in enumerate(search.all_steps(weeks)):
        reachable = [
            state
            for state in states
            if index == 0 or any(search.may_follow(index, earlier, state) for earlier in before)
        ]
        if not reachable:
            return index, before
        before = reachable
    return len(search.targets) - 1, before
