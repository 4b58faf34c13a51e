"""The question that every command which places sessions anew answers, and its best answer.

**The question.** Given are the live sessions of a course in order, each with a target day, a window
and the gaps of its pace; some of them are *free*, the others stay where they are. Where do the free
ones stand best? Each stands on an open day of its window, not before the course began, not at a
time that is over, not on a day to avoid; two in a row are at least the smaller of their smallest
gaps apart and, in one phase, at most the largest, unless a session that did not take place or a
pause lies between them; between two that stay nothing is asked. Best is the least sum of squared
days from target, then the fewest on another day than their target, then the earliest days in order.

A make-up takes the place in the order of the session it is for, or of the moment if that is later.
`replan` frees the make-up and all to come behind it that nobody fixed, and their targets stay;
`shift` frees the same, and each target is that of the next; `append` (at the end of its phase; where there is no room
before the next one it is a `shift`) and `extend --sessions` free what they add; `move --rest shift` and `replan` free what is to come behind it, or all. `done` and
`move` of a baseline free what is to come and counts from it, each target and window as many days off
as it is (test_baselines.py counts these anew), and the course begins on the day of the baseline if
that is before the start. Nothing here is taken from the program but the targets and windows in the
record.
"""

from datetime import date, timedelta
from typing import NamedTuple


class Seat(NamedTuple):
    """A session of the question: its key, where it stands unless it is free, and what it keeps.
    ``most`` is None where the largest gap to the one before it is not asked for.
    """

    key: int
    stands: date
    free: bool
    target: date
    first: date
    last: date
    pace: str
    least: int
    most: int | None


class Best(NamedTuple):
    """A placement up to a session: what it costs, and the days so far."""

    squares: int
    moved: int
    days: tuple[date, ...]


def best_days(seats, is_open, start):
    """The best days of all seats in order, or None if there is no placement."""
    reached = {}
    for place, seat in enumerate(seats):
        here = {}
        for day in _days(seat, is_open, start):
            off = (day - seat.target).days if seat.free else 0
            befores = [
                best
                for earlier, best in reached.items()
                if _may_follow(seats[place - 1], seat, (day - earlier).days)
            ]
            if place and not befores:
                continue
            before = min(befores) if place else Best(0, 0, ())
            here[day] = Best(
                before.squares + off * off, before.moved + bool(off), (*before.days, day)
            )
        reached = here
    return min(reached.values()).days if reached else None


def _days(seat, is_open, start):
    if not seat.free:
        return [seat.stands]
    if seat.target == start and is_open(start):
        return [start]
    first = max(seat.first, start) if seat.target >= start else seat.first
    days = [first + timedelta(days=number) for number in range((seat.last - first).days + 1)]
    return [day for day in days if is_open(day)]


def _may_follow(before, seat, days):
    if not (before.free or seat.free):
        return days >= 0
    least = min(before.least, seat.least)
    most = seat.most if before.pace == seat.pace else None
    return least <= days and (most is None or days <= most)


def nearest_day(missed, farthest, fits):
    """The day nearest to a missed one, before or after it, that fits; of two as near the later."""
    for days in range(1, farthest + 1):
        for day in (missed + timedelta(days=days), missed - timedelta(days=days)):
            if fits(day):
                return day
    return None
