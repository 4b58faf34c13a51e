"""Which starts are legal on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, count, product
from typing import NamedTuple

from ketasched.domain.candidate import Candidate, Constraint, Reason, lasting
from ketasched.domain.clinic import ALL_DAY, WHOLE_WEEK, Clinic, Span, Spans, Week, fits
from ketasched.domain.linked_visit_rule import WAKING
from ketasched.domain.per_day import PerDay
from ketasched.domain.wording import minute_of_day

NINE = time(9)
"""When a session starts that nobody asked a time for, if it fits then."""
FLEX_STEP = 15
"""Minutes between two start times that are tried."""
ALWAYS_OPEN = Clinic(UTC, WHOLE_WEEK)
"""A clinic without a break."""
Length = int | PerDay
"""The minutes of a session, or the sessions of a treatment day."""


class StartTimes(NamedTuple):
    """The asked wall time for each weekday (Monday first), and the minutes it may change.

    ``by_length``: the wall times for sessions of so many minutes and for treatment days, where
    nobody asked for one time. ``wished``: what was wished for instead, where the patient cannot
    come then; empty if nowhere. ``clinic``: whose breaks a treatment day skips.
    """

    by_weekday: tuple[time, ...]
    flex: int = 0
    wished: tuple[time, ...] = ()
    by_length: Mapping[Length, tuple[time, ...]] = {}
    clinic: Clinic = ALWAYS_OPEN

    def on_weekday(self, weekday: int, length: Length) -> time:
        """The asked start of a session or treatment day on a weekday."""
        return self.by_length.get(length, self.by_weekday)[weekday]

    def on(self, day: date, length: Length) -> time:
        """The asked start of a session or treatment day on a day."""
        return self.on_weekday(day.weekday(), length)

    def options(self, day: date, length: Length) -> list[tuple[time, int]]:
        """Start times on a day with their change in minutes: least change first, then earliest."""
        at = self.on(day, length)
        if self.flex < FLEX_STEP:
            return [(at, 0)]
        asked = datetime.combine(day, at)
        changes = range(-(self.flex // FLEX_STEP) * FLEX_STEP, self.flex + 1, FLEX_STEP)
        moments = [(asked + timedelta(minutes=change), change) for change in changes]
        same_day = [(moment.time(), change) for moment, change in moments if moment.date() == day]
        return sorted(same_day, key=lambda option: (abs(option[1]), option[0]))


def fitting_times(
    asked: Sequence[time | None], clinic: Clinic, lengths: Collection[int], usual: int
) -> StartTimes:
    """The start times of each weekday: the asked one, else the one nearest to nine o'clock at
    which a session of its length fits. Where none fits, it is nine o'clock.

    Args:
        asked: by weekday, Monday first; None where nobody asked.
        clinic: its week and where nothing begins count, its dates do not.
        lengths: minutes of all kinds of sessions.
        usual: minutes of a session without a length of its own.
    """

    def times(minutes: int) -> tuple[time, ...]:
        return tuple(
            at or fitting_time(clinic, weekday, minutes) or NINE for weekday, at in enumerate(asked)
        )

    if None not in asked:
        return StartTimes(times(usual))
    return StartTimes(times(usual), by_length={minutes: times(minutes) for minutes in lengths})


def fitting_time(clinic: Clinic, weekday: int, minutes: int) -> time | None:
    """The earliest time of a weekday from nine o'clock on at which ``minutes`` fit, else the latest
    before it.
    """
    tried = _turning_points(clinic, weekday, minutes)
    fitting = [at for at in tried if clinic.fits(weekday, at, minutes)]
    later = [at for at in fitting if at >= NINE]
    return min(later) if later else max(fitting, default=None)


def times_near(asked: time, clinic: Clinic, free: Week, minutes: int) -> list[time]:
    """The times from or up to which a length may fit some weekday and what is free then, nearest to
    the asked one first, of two as near the earlier.
    """
    wish = minute_of_day(asked)
    begins = {minute_of_day(at) for day in range(7) for at in _turning_points(clinic, day, minutes)}
    for day, spans in enumerate(clinic.week):
        begins.update(_begins_near(wish, minutes, spans, free[day], clinic.not_starting[day]))
    nearest = sorted(begins, key=lambda begin: (abs(begin - wish), begin))
    return [time(*divmod(begin, 60)) for begin in nearest if begin < 1440]


def _turning_points(clinic: Clinic, weekday: int, minutes: int) -> Iterator[time]:
    """Nine o'clock, and the times from or up to which a length may fit a weekday."""
    spans, following = clinic.week[weekday], clinic.week[(weekday + 1) % 7]
    begins = {minute_of_day(NINE)} | {span.opens for span in spans}
    begins |= {span.closes - minutes for span in spans}
    begins |= {1440 + span.closes - minutes for span in following if not span.opens}
    begins |= _beside(clinic.not_starting[weekday])
    return (time(*divmod(minute, 60)) for minute in begins if 0 <= minute < 1440)


def _beside(not_starting: Spans) -> set[int]:
    """The first minute after each time at which nothing begins, and a round one before it."""
    ends = {span.closes for span in not_starting}
    return ends | {(span.opens - 1) // FLEX_STEP * FLEX_STEP for span in not_starting}


def when_patient_comes(
    times: StartTimes, clinic: Clinic, free: Week, lengths: Collection[int]
) -> StartTimes:
    """The same times, but on each weekday on which the patient cannot come then the nearest one at
    which a session fits the hours and lies within what is free; of two as near the earlier. The
    longest of the ``lengths`` (minutes) that has such a time decides, where each has none of its
    own. Where opening hours are not known, waking hours come first.
    """

    def nearest(wishes: Sequence[time], lengths: Collection[int]) -> tuple[time, ...]:
        return tuple(
            _nearest(wish, weekday, clinic, free, lengths) for weekday, wish in enumerate(wishes)
        )

    chosen = nearest(times.by_weekday, lengths)
    by_length = {
        length: nearest(wishes, [length]) if isinstance(length, int) else wishes
        for length, wishes in times.by_length.items()
    }
    if (chosen, by_length) == (times.by_weekday, times.by_length):
        return times
    return times._replace(by_weekday=chosen, wished=times.by_weekday, by_length=by_length)


def _nearest(
    wish: time, weekday: int, clinic: Clinic, free: Week, lengths: Collection[int]
) -> time:
    not_starting = clinic.not_starting[weekday]
    for minutes in sorted(lengths, reverse=True):
        if fits(free, weekday, wish, minutes):
            return wish
        known = clinic.week[weekday]
        for spans in ((Span(*WAKING),), known) if known == ALL_DAY else (known,):
            begins = _begins_near(minute_of_day(wish), minutes, spans, free[weekday], not_starting)
            if begins:
                return time(*divmod(begins[0], 60))
    return wish


def _begins_near(
    wish: int, minutes: int, spans: Spans, others: Spans, not_starting: Spans
) -> list[int]:
    """The starts nearest to a minute of the day in each common part of two sets of spans that holds
    so many minutes; the nearest first, of two as near the earlier.
    """
    begins = [
        begin
        for span, other in product(spans, others)
        for first in [max(span.opens, other.opens)]
        for last in [min(span.closes, other.closes) - minutes]
        for begin in (max(first, min(wish, last)), *_beside(not_starting))
        if first <= begin <= last and not any(blocked.has(begin) for blocked in not_starting)
    ]
    return sorted(begins, key=lambda begin: (abs(begin - wish), begin))


class Slots:
    """The legal starts under some constraints. Answers are kept: many courses ask the same, and
    what was found ``above``, under the first of the constraints, is not asked for anew.

    ``later_first``: of two days that are as good the later is taken. ``if_moved``: what more
    refuses a session that does not stand on the day on which it is due. ``if_to_come``: what more
    refuses one that has a legal start even so.
    """

    def __init__(
        self,
        constraints: Sequence[Constraint],
        times: StartTimes,
        *,
        later_first: bool = False,
        if_moved: Sequence[Constraint] = (),
        if_to_come: Sequence[Constraint] = (),
        above: Slots | None = None,
    ) -> None:
        self.constraints = constraints
        self.times = times
        self.later_first = later_first
        self._above = above
        self._own = constraints[len(above.constraints) :] if above else constraints
        self._if_moved = if_moved
        self.moved = Slots((*constraints, *if_moved), times, above=self) if if_moved else self
        self.to_come = self.under(if_to_come) if if_to_come else self
        self._first: dict[tuple[date, int], tuple[time, int] | None] = {}
        self._starts: dict[tuple[date, int], _Remembered] = {}
        self._allowed: dict[Candidate, bool] = {}

    def under(
        self,
        more: Iterable[Constraint],
        *,
        if_moved: Sequence[Constraint] = (),
        if_to_come: Sequence[Constraint] = (),
    ) -> Slots:
        """The starts that are legal under more constraints."""
        constraints = (*self.constraints, *more)
        moving = (*self._if_moved, *if_moved)
        return Slots(
            constraints,
            self.times,
            later_first=self.later_first,
            if_moved=moving,
            if_to_come=if_to_come,
            above=self,
        )

    def refusals(self, day: date, start: time, minutes: int) -> tuple[Reason, ...]:
        """Every reason against a session of ``minutes`` on that day and time."""
        candidate = Candidate(day, start, minutes)
        reasons = (constraint(candidate) for constraint in self.constraints)
        return tuple(reason for reason in reasons if reason)

    def allows(self, day: date, start: time, minutes: int) -> bool:
        """Whether nothing refuses a session of ``minutes`` on that day and time."""
        candidate = Candidate(day, start, minutes)
        if candidate not in self._allowed:
            above = self._above
            self._allowed[candidate] = (
                above is None or above.allows(day, start, minutes)
            ) and not any(constraint(candidate) for constraint in self._own)
        return self._allowed[candidate]

    def why_none(self, day: date, minutes: int) -> tuple[Reason, ...]:
        """What refuses a day without a legal start: what holds at all times that were tried, else
        one reason of each kind, those against the asked time first.
        """
        options = self.times.options(day, minutes)
        tried = [self.refusals(day, start, minutes) for start, _ in options]
        by_kind: dict[str, Reason] = {}
        for reason in chain.from_iterable(tried):
            by_kind.setdefault(reason.kind, reason)
        return lasting(tried) or tuple(by_kind.values())

    def legal_start(self, day: date, minutes: int) -> tuple[time, int] | None:
        """The legal start of least change on a day, with its change in minutes."""
        key = day, minutes
        if key not in self._first:
            self._first[key] = next(iter(self.legal_starts(day, minutes)), None)
        return self._first[key]

    def legal_starts(self, day: date, minutes: int) -> Iterable[tuple[time, int]]:
        """All legal starts on a day with their change in minutes: least change first."""
        key = day, minutes
        if key not in self._starts:
            self._starts[key] = _Remembered(self._legal_starts(day, minutes))
        return self._starts[key]

    def _legal_starts(self, day: date, minutes: int) -> Iterator[tuple[time, int]]:
        """Those that fewer constraints allow, but for what the others refuse."""
        above = self._above
        known = above.legal_starts(day, minutes) if above else self.times.options(day, minutes)
        for option in known:
            candidate = Candidate(day, option[0], minutes)
            if not any(constraint(candidate) for constraint in self._own):
                yield option


class _Remembered:
    """What an iterator gives, asked for as it is needed, and once."""

    def __init__(self, rest: Iterator[tuple[time, int]]) -> None:
        self._known: list[tuple[time, int]] = []
        self._rest = rest

    def __iter__(self) -> Iterator[tuple[time, int]]:
        for place in count():
            if place == len(self._known):
                following = next(self._rest, None)
                if following is None:
                    return
                self._known.append(following)
            yield self._known[place]
